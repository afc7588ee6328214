//! Recycling of pixel buffers.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::attachments::Attachments;
use crate::memory::Memory;
use crate::pixel_buffer::{BufferLayout, LayoutOptions, size_and_format};
use crate::{AttachmentMode, Dictionary, Error, PixelBuffer, PixelFormat, Result, attribute};

/// Keys of pool attribute dictionaries.
pub mod pool_attribute {
    /// How many buffers are kept even when they are old: a number from 0 to 65536.
    #[doc(alias = "kCVPixelBufferPoolMinimumBufferCountKey")]
    pub const MINIMUM_BUFFER_COUNT: &str = "MinimumBufferCount";
    /// Seconds that an unused buffer is kept: a number of at least 0, or 0 for ever. The default is 1.
    #[doc(alias = "kCVPixelBufferPoolMaximumBufferAgeKey")]
    pub const MAXIMUM_BUFFER_AGE: &str = "MaximumBufferAge";
    /// Auxiliary attribute of one request: it fails when this many buffers are in use.
    #[doc(alias = "kCVPixelBufferPoolAllocationThresholdKey")]
    pub const ALLOCATION_THRESHOLD: &str = "BufferPoolAllocationThreshold";
}

/// Makes pixel buffers of one kind and takes their memory back when their last handle is dropped.
///
/// Unused buffers beyond the minimum count are freed once they are older than the maximum age. A recycled buffer
/// keeps the pixels and those attachments that propagate. Buffers may outlive their pool.
///
/// ```
/// use vitascope_core::{Dictionary, PixelBufferPool, attribute, format};
/// let attributes = Dictionary::new()
///     .with(attribute::WIDTH, 64)
///     .with(attribute::HEIGHT, 48)
///     .with(attribute::PIXEL_FORMAT_TYPE, format::YUV420_BIPLANAR_VIDEO);
/// let pool = PixelBufferPool::new(&Dictionary::new(), &attributes)?;
/// assert_eq!(pool.create_pixel_buffer()?.width(), 64);
/// # Ok::<(), vitascope_core::Error>(())
/// ```
#[derive(Clone)]
#[doc(alias = "CVPixelBufferPool")]
pub struct PixelBufferPool(Arc<Inner>);

/// What [`PixelBufferPool::flush`] frees.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[doc(alias = "CVPixelBufferPoolFlushFlags")]
pub enum FlushMode {
    /// Unused buffers that are older than the maximum age.
    AgedBuffers = 0,
    /// All unused buffers.
    ExcessBuffers = 1,
}

struct Inner {
    layout: BufferLayout,
    minimum_count: usize,
    /// `None`: unused buffers do not age.
    maximum_age: Option<Duration>,
    pool_attributes: Dictionary,
    pixel_buffer_attributes: Dictionary,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Unused memory, the one that came back last at the end.
    free: Vec<Free>,
    in_use: usize,
}

struct Free {
    memory: Memory,
    attachments: Attachments,
    since: Instant,
}

const MAX_MINIMUM_COUNT: i64 = 65536;
/// A hundred years: an age beyond it is no age.
const MAX_AGE_SECONDS: f64 = 3_155_760_000.0;

impl PixelBufferPool {
    /// A pool of buffers with these attributes, see [`attribute`]: width, height and pixel format are needed. Of
    /// several pixel formats the first is used.
    ///
    /// # Errors
    /// [`Error::InvalidPoolAttribute`], and those of [`PixelBuffer::with_attributes`] except allocation.
    #[doc(alias = "CVPixelBufferPoolCreate")]
    pub fn new(
        pool_attributes: &Dictionary,
        pixel_buffer_attributes: &Dictionary,
    ) -> Result<PixelBufferPool> {
        let (width, height, format) = size_and_format(pixel_buffer_attributes)?;
        let missing =
            |key, accepted| Error::InvalidPixelBufferAttribute { key, value: "absent".into(), accepted };
        let width = width.ok_or_else(|| missing(attribute::WIDTH, "1 to 1048576"))?;
        let height = height.ok_or_else(|| missing(attribute::HEIGHT, "1 to 1048576"))?;
        let format =
            format.ok_or_else(|| missing(attribute::PIXEL_FORMAT_TYPE, "the number of a pixel format"))?;
        let options = LayoutOptions::from_attributes(pixel_buffer_attributes)?;
        let layout = BufferLayout::plan(width, height, PixelFormat::require(format)?, &options)?;
        Ok(PixelBufferPool(Arc::new(Inner {
            layout,
            minimum_count: minimum_count(pool_attributes)?,
            maximum_age: maximum_age(pool_attributes)?,
            pool_attributes: pool_attributes.clone(),
            pixel_buffer_attributes: pixel_buffer_attributes.clone(),
            state: Mutex::default(),
        })))
    }

    /// A buffer, recycled or new. The pixels of a recycled one are those that it had.
    ///
    /// # Errors
    /// [`Error::AllocationFailed`]
    #[doc(alias = "CVPixelBufferPoolCreatePixelBuffer")]
    pub fn create_pixel_buffer(&self) -> Result<PixelBuffer> {
        self.create(None, Instant::now())
    }

    /// A buffer, recycled or new, unless as many as [`pool_attribute::ALLOCATION_THRESHOLD`] says are in use.
    ///
    /// # Errors
    /// [`Error::WouldExceedAllocationThreshold`], [`Error::InvalidPoolAttribute`], [`Error::AllocationFailed`]
    #[doc(alias = "CVPixelBufferPoolCreatePixelBufferWithAuxAttributes")]
    pub fn create_pixel_buffer_with_auxiliary_attributes(
        &self,
        attributes: &Dictionary,
    ) -> Result<PixelBuffer> {
        let threshold = attributes.get(pool_attribute::ALLOCATION_THRESHOLD).map(|value| {
            let number = value.as_i64().and_then(|number| usize::try_from(number).ok());
            number.ok_or_else(|| Error::InvalidPoolAttribute {
                key: pool_attribute::ALLOCATION_THRESHOLD,
                value: value.to_string(),
                accepted: "a number of at least 0",
            })
        });
        self.create(threshold.transpose()?, Instant::now())
    }

    /// Frees unused buffers.
    #[doc(alias = "CVPixelBufferPoolFlush")]
    pub fn flush(&self, mode: FlushMode) {
        self.flush_at(mode, Instant::now());
    }

    fn flush_at(&self, mode: FlushMode, now: Instant) {
        let freed = match mode {
            FlushMode::ExcessBuffers => std::mem::take(&mut self.0.state().free),
            FlushMode::AgedBuffers => self.0.take_aged(&mut self.0.state(), now),
        };
        drop(freed);
    }

    /// How many buffers of the pool are alive.
    pub fn in_use(&self) -> usize {
        self.0.state().in_use
    }

    /// How many unused buffers the pool keeps.
    pub fn unused(&self) -> usize {
        self.0.state().free.len()
    }

    /// The attributes that the pool was made with.
    #[doc(alias = "CVPixelBufferPoolGetAttributes")]
    pub fn pool_attributes(&self) -> &Dictionary {
        &self.0.pool_attributes
    }

    /// The attributes of the buffers, as they were given.
    #[doc(alias = "CVPixelBufferPoolGetPixelBufferAttributes")]
    pub fn pixel_buffer_attributes(&self) -> &Dictionary {
        &self.0.pixel_buffer_attributes
    }

    /// Whether both are handles to the same pool.
    pub fn ptr_eq(a: &PixelBufferPool, b: &PixelBufferPool) -> bool {
        Arc::ptr_eq(&a.0, &b.0)
    }

    fn create(&self, threshold: Option<usize>, now: Instant) -> Result<PixelBuffer> {
        let (recycled, aged) = {
            let mut state = self.0.state();
            if let Some(threshold) = threshold
                && state.in_use >= threshold
            {
                return Err(Error::WouldExceedAllocationThreshold { in_use: state.in_use, threshold });
            }
            state.in_use += 1;
            (state.free.pop(), self.0.take_aged(&mut state, now))
        };
        drop(aged);
        let (memory, attachments) = match recycled {
            Some(free) => (free.memory, free.attachments),
            None => match self.0.layout.allocate() {
                Ok(memory) => (memory, Attachments::default()),
                Err(error) => {
                    self.0.state().in_use -= 1;
                    return Err(error);
                }
            },
        };
        attachments.clear_mode(AttachmentMode::ShouldNotPropagate);
        let pool = Arc::downgrade(&self.0);
        let recycler = Box::new(move |memory, attachments| {
            // Without the pool the memory is simply freed.
            if let Some(pool) = pool.upgrade() {
                pool.take_back(memory, attachments);
            }
        });
        Ok(PixelBuffer::from_parts(self.0.layout.clone(), memory, attachments, Some(recycler)))
    }
}

impl Inner {
    fn take_back(&self, memory: Memory, attachments: Attachments) {
        let now = Instant::now();
        let returned = Free { memory, attachments, since: now };
        let aged = {
            let mut state = self.state();
            state.in_use -= 1;
            if returned.memory.is_unlocked() {
                state.free.push(returned);
                self.take_aged(&mut state, now)
            } else {
                // Only a leaked guard can bring this about; nobody could lock this memory again.
                log::warn!(
                    "a pixel buffer came back to its pool with a lock on it; its memory is not reused"
                );
                vec![returned]
            }
        };
        // Freed outside the lock: attachments may hold buffers of this very pool.
        drop(aged);
    }

    /// Takes out unused buffers that are too old, oldest first, but leaves the minimum number of buffers.
    fn take_aged(&self, state: &mut State, now: Instant) -> Vec<Free> {
        let Some(maximum_age) = self.maximum_age else { return Vec::new() };
        let excess = (state.free.len() + state.in_use).saturating_sub(self.minimum_count);
        let old = |free: &&Free| now.saturating_duration_since(free.since) > maximum_age;
        let count = state.free.iter().take(excess).take_while(old).count();
        state.free.drain(..count).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is consistent after every statement that changes it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for PixelBufferPool {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BufferLayout { width, height, format, .. } = &self.0.layout;
        write!(out, "PixelBufferPool({width} x {height} {}, {} in use)", format.fourcc, self.in_use())
    }
}

fn minimum_count(attributes: &Dictionary) -> Result<usize> {
    let key = pool_attribute::MINIMUM_BUFFER_COUNT;
    let Some(value) = attributes.get(key) else { return Ok(0) };
    match value.as_i64() {
        Some(count @ 0..=MAX_MINIMUM_COUNT) => Ok(count as usize),
        _ => Err(Error::InvalidPoolAttribute { key, value: value.to_string(), accepted: "0 to 65536" }),
    }
}

fn maximum_age(attributes: &Dictionary) -> Result<Option<Duration>> {
    let key = pool_attribute::MAXIMUM_BUFFER_AGE;
    let Some(value) = attributes.get(key) else { return Ok(Some(Duration::from_secs(1))) };
    match value.as_f64() {
        Some(0.0) => Ok(None),
        Some(seconds) if seconds > MAX_AGE_SECONDS => Ok(None),
        Some(seconds) if seconds > 0.0 => Ok(Some(Duration::from_secs_f64(seconds))),
        _ => Err(Error::InvalidPoolAttribute {
            key,
            value: value.to_string(),
            accepted: "seconds of at least 0",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format;

    fn pool(minimum_count: i64, maximum_age: i64) -> PixelBufferPool {
        let attributes = Dictionary::new()
            .with(attribute::WIDTH, 8)
            .with(attribute::HEIGHT, 8)
            .with(attribute::PIXEL_FORMAT_TYPE, format::BGRA32);
        let pool_attributes = Dictionary::new()
            .with(pool_attribute::MINIMUM_BUFFER_COUNT, minimum_count)
            .with(pool_attribute::MAXIMUM_BUFFER_AGE, maximum_age);
        PixelBufferPool::new(&pool_attributes, &attributes).unwrap()
    }

    fn fill(pool: &PixelBufferPool, count: usize) {
        drop((0..count).map(|_| pool.create_pixel_buffer().unwrap()).collect::<Vec<_>>());
        assert_eq!((pool.in_use(), pool.unused()), (0, count));
    }

    fn after(seconds: u64) -> Instant {
        Instant::now() + Duration::from_secs(seconds)
    }

    #[test]
    fn old_buffers_are_freed_down_to_the_minimum() {
        let pool = pool(2, 1000);
        fill(&pool, 5);
        pool.flush_at(FlushMode::AgedBuffers, after(500));
        assert_eq!(pool.unused(), 5, "not old yet");
        pool.flush_at(FlushMode::AgedBuffers, after(2000));
        assert_eq!(pool.unused(), 2, "the minimum stays");
        pool.flush(FlushMode::ExcessBuffers);
        assert_eq!(pool.unused(), 0, "a flush on demand frees all");
    }

    #[test]
    fn buffers_in_use_count_for_the_minimum() {
        let pool = pool(2, 1000);
        let used = pool.create_pixel_buffer().unwrap();
        drop([pool.create_pixel_buffer().unwrap(), pool.create_pixel_buffer().unwrap()]);
        pool.flush_at(FlushMode::AgedBuffers, after(2000));
        assert_eq!((pool.in_use(), pool.unused()), (1, 1));
        drop(used);
    }

    #[test]
    fn use_of_the_pool_frees_old_buffers() {
        let pool = pool(0, 1000);
        fill(&pool, 4);
        let buffer = pool.create(None, after(2000)).unwrap();
        assert_eq!((pool.in_use(), pool.unused()), (1, 0), "all but the one in use were old");
        drop(buffer);
        assert_eq!(pool.unused(), 1, "this one is young");
    }

    #[test]
    fn only_the_oldest_go() {
        let pool = pool(0, 1000);
        fill(&pool, 3);
        pool.0.state().free[2].since = after(1500);
        pool.flush_at(FlushMode::AgedBuffers, after(2000));
        assert_eq!(pool.unused(), 1);
    }

    #[test]
    fn age_zero_is_for_ever() {
        let pool = pool(0, 0);
        fill(&pool, 3);
        pool.flush_at(FlushMode::AgedBuffers, after(1_000_000));
        assert_eq!(pool.unused(), 3);
    }
}
