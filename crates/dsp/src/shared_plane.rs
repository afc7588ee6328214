//! Memory of a picture plane that one thread writes from top to bottom while others read finished rows.
//!
//! The [`PlaneWriter`] owns the rows not yet published and alone may change them; a [`PlaneReader`] sees the
//! published ones, which never change again. The boundary only moves down, so a row is either written or
//! read, never both:
//!
//! ```
//! use vitascope_dsp::shared_plane::PlaneWriter;
//!
//! let mut writer = PlaneWriter::<u8>::new(64, 4);
//! let reader = writer.reader();
//! std::thread::scope(|scope| {
//!     scope.spawn(move || {
//!         writer.rows_mut(0..2).fill(7);
//!         writer.publish(2);
//!         // Dropped with two rows missing: who waits for those gets an error.
//!     });
//!     reader.wait_for(2).unwrap();
//!     assert_eq!(reader.rows()[..128], [7; 128]);
//!     assert!(reader.wait_for(4).is_err());
//! });
//! ```

mod memory;

use memory::Memory;
pub use memory::Sample;
use std::fmt;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// The one writer of a plane.
///
/// Dropping it before every row is published abandons the plane: readers that wait for the rest get
/// [`Abandoned`].
pub struct PlaneWriter<T: Sample> {
    shared: Arc<Shared<T>>,
    /// What `shared.published` holds; only the writer changes it.
    published: usize,
}

/// One of any number of readers of a plane.
pub struct PlaneReader<T: Sample> {
    shared: Arc<Shared<T>>,
}

/// The writer is gone and the rows waited for will never come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abandoned {
    /// Rows published before the writer went.
    pub published: usize,
    /// Rows asked for.
    pub wanted: usize,
}

/// Bytes that the system provides at once, at least.
pub const PAGE: usize = 4096;

struct Shared<T: Sample> {
    memory: Memory<T>,
    stride: usize,
    rows: usize,
    /// Rows from the top that will not change any more.
    published: AtomicUsize,
    abandoned: AtomicBool,
    /// Threads inside `wait_for`; a writer without any need not touch the lock.
    waiting: AtomicUsize,
    lock: Mutex<()>,
    changed: Condvar,
}

impl<T: Sample> PlaneWriter<T> {
    /// A plane of `rows` rows, `stride` samples apart, all zero, nothing published.
    ///
    /// The first row lies on a multiple of 64 bytes, and so do all when `stride` comes from
    /// [`PlaneWriter::aligned_stride`].
    ///
    /// # Panics
    /// When `stride * rows` samples exceed what an allocation may hold (`isize::MAX` bytes).
    pub fn new(stride: usize, rows: usize) -> Self {
        let samples = stride.checked_mul(rows).expect("a plane of more samples than memory can hold");
        PlaneWriter {
            shared: Arc::new(Shared {
                memory: Memory::new(samples),
                stride,
                rows,
                published: AtomicUsize::new(0),
                abandoned: AtomicBool::new(false),
                waiting: AtomicUsize::new(0),
                lock: Mutex::new(()),
                changed: Condvar::new(),
            }),
            published: 0,
        }
    }

    /// The smallest stride, in samples, that holds `width` samples and keeps every row on 64 bytes.
    pub fn aligned_stride(width: usize) -> usize {
        width.next_multiple_of(memory::ALIGNMENT / size_of::<T>())
    }

    /// Another reader.
    pub fn reader(&self) -> PlaneReader<T> {
        PlaneReader { shared: self.shared.clone() }
    }

    /// Samples from one row to the next.
    pub fn stride(&self) -> usize {
        self.shared.stride
    }

    /// Rows of the plane.
    pub fn row_count(&self) -> usize {
        self.shared.rows
    }

    /// Rows published so far.
    pub fn published(&self) -> usize {
        self.published
    }

    /// Rows to write, all of them unpublished: `stride` samples each, first row first.
    ///
    /// # Panics
    /// When the range begins in published rows or does not lie within the plane.
    #[inline]
    pub fn rows_mut(&mut self, rows: Range<usize>) -> &mut [T] {
        let published = self.published;
        assert!(rows.start >= published, "rows {rows:?} to write, but rows up to {published} are published");
        let samples = self.shared.samples(rows);
        // SAFETY: `samples` lies within the memory. Readers get slices of published rows only, and these rows
        // are not: publishing needs `&mut self`, which this borrow holds. Writers exist once, so no other
        // slice of unpublished rows lives.
        unsafe { self.shared.memory.slice_mut(samples) }
    }

    /// Every unpublished row.
    #[inline]
    pub fn all_unpublished_mut(&mut self) -> &mut [T] {
        self.rows_mut(self.published..self.shared.rows)
    }

    /// Writes a sample of each page of the memory of unpublished rows, so that the system has provided it before it is needed.
    pub fn touch(&mut self, sample: T) {
        for place in self.all_unpublished_mut().iter_mut().step_by(PAGE / size_of::<T>()) {
            *place = sample;
        }
    }

    /// Any rows, to read back.
    ///
    /// # Panics
    /// When the range does not lie within the plane.
    #[inline]
    pub fn rows(&self, rows: Range<usize>) -> &[T] {
        let samples = self.shared.samples(rows);
        // SAFETY: `samples` lies within the memory, and only this writer hands out slices to write, for which
        // it would be borrowed mutably.
        unsafe { self.shared.memory.slice(samples) }
    }

    /// Lets readers see the rows before `row_end`; these can no longer be written. Publishing less than
    /// before changes nothing.
    ///
    /// # Panics
    /// When `row_end` is beyond the plane.
    pub fn publish(&mut self, row_end: usize) {
        let rows = self.shared.rows;
        assert!(row_end <= rows, "row {row_end} of a plane of {rows}");
        if row_end <= self.published {
            return;
        }
        self.published = row_end;
        // Release: what was written to the rows happens before a reader's view of them. Sequential
        // consistency beyond that, against `waiting`: either the writer sees the waiting reader or the
        // reader sees the rows.
        self.shared.published.store(row_end, Ordering::SeqCst);
        if self.shared.waiting.load(Ordering::SeqCst) > 0 {
            self.shared.wake();
        }
    }

    /// Starts the plane anew, nothing published and the samples as they are, if it has no readers. Whether
    /// it did.
    pub fn restart(&mut self) -> bool {
        match Arc::get_mut(&mut self.shared) {
            Some(shared) => {
                shared.reset();
                self.published = 0;
                true
            }
            None => false,
        }
    }
}

impl<T: Sample> Drop for PlaneWriter<T> {
    fn drop(&mut self) {
        if self.published < self.shared.rows {
            self.shared.abandoned.store(true, Ordering::SeqCst);
            self.shared.wake();
        }
    }
}

impl<T: Sample> PlaneReader<T> {
    /// Samples from one row to the next.
    pub fn stride(&self) -> usize {
        self.shared.stride
    }

    /// Rows of the plane, published or not.
    pub fn row_count(&self) -> usize {
        self.shared.rows
    }

    /// Rows that can be read now.
    #[inline]
    pub fn published(&self) -> usize {
        self.shared.published.load(Ordering::Acquire)
    }

    /// All rows published by now, from row 0, `stride` samples each.
    #[inline]
    pub fn rows(&self) -> &[T] {
        let samples = 0..self.published() * self.shared.stride;
        // SAFETY: published rows lie within the memory, and no slice to write them exists or will exist
        // before the last reader is gone: the writer asserts against `published`, which only grows until
        // then, and `restart` and `try_into_writer` need the only handle.
        unsafe { self.shared.memory.slice(samples) }
    }

    /// Blocks until the rows before `row_end` are published.
    ///
    /// # Errors
    /// [`Abandoned`] when the writer is gone without publishing them.
    ///
    /// # Panics
    /// When `row_end` is beyond the plane, as such a wait would not end.
    #[inline]
    pub fn wait_for(&self, row_end: usize) -> Result<(), Abandoned> {
        if self.published() >= row_end { Ok(()) } else { self.wait_blocking(row_end) }
    }

    /// Turns the plane into one to write, nothing published and the samples as they are, when this is its
    /// only handle.
    ///
    /// # Errors
    /// The reader itself when others, or the writer, still hold the plane.
    pub fn try_into_writer(mut self) -> Result<PlaneWriter<T>, PlaneReader<T>> {
        match Arc::get_mut(&mut self.shared) {
            Some(shared) => {
                shared.reset();
                Ok(PlaneWriter { shared: self.shared, published: 0 })
            }
            None => Err(self),
        }
    }

    #[cold]
    fn wait_blocking(&self, row_end: usize) -> Result<(), Abandoned> {
        let shared = &*self.shared;
        assert!(row_end <= shared.rows, "row {row_end} of a plane of {}", shared.rows);
        let mut guard = shared.lock.lock().unwrap_or_else(PoisonError::into_inner);
        shared.waiting.fetch_add(1, Ordering::SeqCst);
        let result = loop {
            // The flag first: set, it comes after the last rows.
            let abandoned = shared.abandoned.load(Ordering::SeqCst);
            let published = shared.published.load(Ordering::SeqCst);
            if published >= row_end {
                break Ok(());
            }
            if abandoned {
                break Err(Abandoned { published, wanted: row_end });
            }
            guard = shared.changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
        };
        shared.waiting.fetch_sub(1, Ordering::SeqCst);
        result
    }
}

impl<T: Sample> Clone for PlaneReader<T> {
    fn clone(&self) -> Self {
        PlaneReader { shared: self.shared.clone() }
    }
}

impl<T: Sample> Shared<T> {
    /// Where the samples of `rows` lie; within the memory, or a panic.
    #[inline]
    fn samples(&self, rows: Range<usize>) -> Range<usize> {
        assert!(rows.start <= rows.end && rows.end <= self.rows, "rows {rows:?} of a plane of {}", self.rows);
        rows.start * self.stride..rows.end * self.stride
    }

    fn reset(&mut self) {
        *self.published.get_mut() = 0;
        *self.abandoned.get_mut() = false;
    }

    /// Wakes every waiting reader. Taking the lock first keeps a reader from sleeping between its look at
    /// the state and its wait.
    fn wake(&self) {
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }
}

impl<T: Sample> fmt::Debug for PlaneWriter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { stride, rows, .. } = &*self.shared;
        write!(f, "PlaneWriter({} of {rows} rows of {stride} published)", self.published)
    }
}

impl<T: Sample> fmt::Debug for PlaneReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { stride, rows, .. } = &*self.shared;
        write!(f, "PlaneReader({} of {rows} rows of {stride} published)", self.published())
    }
}

impl fmt::Display for Abandoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the plane was abandoned at row {}, before row {}", self.published, self.wanted)
    }
}

impl std::error::Error for Abandoned {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn touching_reaches_every_page() {
        let mut writer = PlaneWriter::<u16>::new(64, 3 * PAGE / 128);
        writer.touch(9);
        let samples = writer.all_unpublished_mut();
        assert_eq!(samples.iter().filter(|&&sample| sample == 9).count(), 3);
        assert!(samples.iter().step_by(PAGE / 2).all(|&sample| sample == 9));
    }

    #[test]
    fn rows_appear_in_order_across_threads() {
        let rows = if cfg!(miri) { 8 } else { 400 };
        let mut writer = PlaneWriter::<u16>::new(33, rows);
        let readers: Vec<_> = (0..3).map(|_| writer.reader()).collect();
        thread::scope(|scope| {
            for (step, reader) in readers.into_iter().enumerate() {
                scope.spawn(move || {
                    for end in (1..=rows).step_by(step + 1) {
                        reader.wait_for(end).unwrap();
                        let seen = reader.rows();
                        assert!(seen.len() >= end * 33 && seen.len() % 33 == 0);
                        for (y, row) in seen.chunks_exact(33).enumerate() {
                            assert!(row.iter().all(|&sample| usize::from(sample) == y + 1), "row {y}");
                        }
                    }
                });
            }
            for y in 0..rows {
                // What the row below will hold stays invisible.
                writer.all_unpublished_mut().fill(0xFFFF);
                writer.rows_mut(y..y + 1).fill(y as u16 + 1);
                writer.publish(y + 1);
                assert_eq!(writer.rows(0..1)[32], 1);
            }
        });
    }

    #[test]
    fn an_abandoned_plane_wakes_its_readers() {
        let mut writer = PlaneWriter::<u8>::new(8, 10);
        let reader = writer.reader();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| reader.wait_for(10));
            writer.publish(4);
            drop(writer);
            assert_eq!(waiting.join().unwrap(), Err(Abandoned { published: 4, wanted: 10 }));
        });
        assert_eq!(reader.wait_for(4), Ok(()));
        assert_eq!(
            reader.wait_for(5).unwrap_err().to_string(),
            "the plane was abandoned at row 4, before row 5"
        );
    }

    #[test]
    fn a_finished_plane_is_not_abandoned() {
        let mut writer = PlaneWriter::<u8>::new(8, 3);
        let reader = writer.reader();
        writer.publish(3);
        writer.publish(1);
        assert_eq!(writer.published(), 3);
        drop(writer);
        assert_eq!(reader.wait_for(3), Ok(()));
        assert_eq!(reader.published(), 3);
    }

    #[test]
    fn memory_is_reused() {
        let mut writer = PlaneWriter::<u8>::new(64, 2);
        writer.rows_mut(1..2).fill(9);
        let address = writer.rows(0..1).as_ptr();
        assert_eq!(address as usize % 64, 0);
        writer.publish(2);
        let (first, second) = (writer.reader(), writer.reader());
        assert!(!writer.restart());
        drop(writer);
        let first = first.try_into_writer().unwrap_err();
        drop(second);
        let mut writer = first.try_into_writer().unwrap();
        assert_eq!(writer.published(), 0);
        assert_eq!(writer.rows(1..2)[0], 9);
        assert_eq!(writer.all_unpublished_mut().as_ptr(), address);
        writer.publish(1);
        assert!(writer.restart());
        assert_eq!(writer.published(), 0);
        // An abandoned plane can be used again too.
        let reader = writer.reader();
        drop(writer);
        let mut writer = reader.try_into_writer().unwrap();
        let reader = writer.reader();
        writer.publish(2);
        assert_eq!(reader.wait_for(2), Ok(()));
    }

    #[test]
    fn empty_planes_and_strides() {
        let mut writer = PlaneWriter::<u8>::new(16, 0);
        writer.publish(0);
        assert!(writer.reader().rows().is_empty());
        assert!(writer.all_unpublished_mut().is_empty());
        assert_eq!(PlaneWriter::<u8>::aligned_stride(65), 128);
        assert_eq!(PlaneWriter::<u16>::aligned_stride(33), 64);
        let writer = PlaneWriter::<u16>::new(PlaneWriter::<u16>::aligned_stride(5), 3);
        assert_eq!((writer.stride(), writer.row_count()), (32, 3));
        assert_eq!(writer.rows(2..3).as_ptr() as usize % 64, 0);
    }

    #[test]
    #[should_panic(expected = "rows up to 2 are published")]
    fn published_rows_are_closed() {
        let mut writer = PlaneWriter::<u8>::new(8, 4);
        writer.publish(2);
        writer.rows_mut(1..3);
    }

    #[test]
    #[should_panic(expected = "rows 3..5 of a plane of 4")]
    fn rows_beyond_the_plane_are_refused() {
        PlaneWriter::<u8>::new(8, 4).rows_mut(3..5);
    }

    #[test]
    #[should_panic(expected = "row 5 of a plane of 4")]
    fn a_wait_without_end_is_refused() {
        let writer = PlaneWriter::<u8>::new(8, 4);
        let _ = writer.reader().wait_for(5);
    }
}
