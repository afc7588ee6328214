//! The memory behind a pixel buffer: where its planes lie, who owns them, and who may touch them now.
//!
//! This is the only module of the crate with unsafe code. What it guarantees to the rest: a plane's bytes are handed
//! out as a shared slice only under a read lock and as an exclusive slice only under the one write lock, and the
//! owner of the bytes is dropped (and a release hook run) exactly once, after the last lock.
#![allow(unsafe_code)]

mod raw_planes;

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::slice;
use std::sync::atomic::{AtomicIsize, Ordering};

use crate::{Error, Result};

pub use raw_planes::RawPlane;

/// Alignment of memory that this crate allocates, in bytes.
pub(crate) const ALIGNMENT: usize = 64;

/// A function that runs once, when the bytes it belongs to are no longer needed.
pub type ReleaseHook = Box<dyn FnOnce() + Send>;

/// The planes of a pixel buffer and the lock over all of them.
pub(crate) struct Memory {
    planes: Vec<Region>,
    /// -1: one writer; otherwise the number of readers.
    lock: AtomicIsize,
    writable: bool,
    // Dropped last: it owns what the regions point to.
    owner: Owner,
}

/// The bytes of one plane.
#[derive(Clone, Copy)]
struct Region {
    start: NonNull<u8>,
    length: usize,
}

enum Owner {
    /// Memory that was allocated here.
    Allocation { start: NonNull<u8>, layout: Layout },
    /// A boxed owner of the bytes, as a raw pointer so that moving it does not claim the bytes; with its destructor.
    Boxed { owner: *mut (), drop: unsafe fn(*mut ()) },
    /// Memory of a caller, with the hook that tells it when we are done.
    Raw { release: Option<ReleaseHook> },
}

// SAFETY: the regions point to bytes that `owner` keeps alive, which may be used from any thread; access to them goes
// through the atomic lock. Boxed owners are `Send` (required by the constructors), hooks too, and neither is touched
// through a shared reference.
unsafe impl Send for Memory {}
// SAFETY: as above; the only operations on a shared `Memory` are those of the atomic lock and of the guards.
unsafe impl Sync for Memory {}

impl Memory {
    /// Zeroed memory at a multiple of `alignment` (a power of two) for planes at these offsets and of these lengths,
    /// which must not overlap.
    ///
    /// # Errors
    /// [`Error::AllocationFailed`]
    pub(crate) fn allocate(size: usize, alignment: usize, ranges: &[(usize, usize)]) -> Result<Memory> {
        let failed = Error::AllocationFailed { bytes: size };
        let layout = Layout::from_size_align(size.max(1), alignment).map_err(|_| failed.clone())?;
        check_ranges(size, ranges, true);
        // SAFETY: the layout's size is not zero.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or(failed)?;
        let planes = regions(start, ranges);
        Ok(Memory {
            planes,
            lock: AtomicIsize::new(0),
            writable: true,
            owner: Owner::Allocation { start, layout },
        })
    }

    /// Planes at these offsets and lengths of bytes that `owner` hands out. They must not overlap. `None` when they
    /// do not lie inside.
    pub(crate) fn from_owner<O>(owner: O, ranges: &[(usize, usize)]) -> Option<Memory>
    where
        O: AsMut<[u8]> + Send + 'static,
    {
        Memory::from_boxed(owner, ranges, true, |owner| {
            let bytes = owner.as_mut();
            (NonNull::from(&mut *bytes).cast(), bytes.len())
        })
    }

    /// As [`Memory::from_owner`] for bytes that may only be read; the planes may overlap.
    pub(crate) fn from_shared_owner<O>(owner: O, ranges: &[(usize, usize)]) -> Option<Memory>
    where
        O: AsRef<[u8]> + Send + Sync + 'static,
    {
        Memory::from_boxed(owner, ranges, false, |owner| {
            let bytes = (*owner).as_ref();
            (NonNull::from(bytes).cast(), bytes.len())
        })
    }

    /// Planes at raw addresses, each with a length in bytes.
    ///
    /// # Safety
    /// Every plane must be `length` readable (and writable, unless `writable` is false) initialised bytes that stay
    /// valid, and that nobody else writes while a lock is held nor reads while a write lock is held, until `release`
    /// runs or, without one, until the memory is dropped. Writable planes must not overlap.
    pub(crate) unsafe fn from_raw(
        planes: &[(NonNull<u8>, usize)],
        writable: bool,
        release: Option<ReleaseHook>,
    ) -> Memory {
        let planes = planes.iter().map(|&(start, length)| Region { start, length }).collect();
        Memory { planes, lock: AtomicIsize::new(0), writable, owner: Owner::Raw { release } }
    }

    fn from_boxed<O: Send + 'static>(
        owner: O,
        ranges: &[(usize, usize)],
        writable: bool,
        bytes: impl FnOnce(&mut O) -> (NonNull<u8>, usize),
    ) -> Option<Memory> {
        let raw = Box::into_raw(Box::new(owner));
        let boxed = Owner::Boxed { owner: raw.cast(), drop: drop_boxed::<O> };
        let mut memory = Memory { planes: Vec::new(), lock: AtomicIsize::new(0), writable, owner: boxed };
        // SAFETY: `raw` comes from a box that `memory` now owns and nobody else refers to. The borrow of the owner
        // that `bytes` takes its slice from lasts, in effect, until the owner is dropped: it is not touched before.
        let (start, length) = bytes(unsafe { &mut *raw });
        let inside =
            |&(offset, count): &(usize, usize)| offset.checked_add(count).is_some_and(|end| end <= length);
        if !ranges.iter().all(inside) {
            return None;
        }
        check_ranges(length, ranges, writable);
        memory.planes = regions(start, ranges);
        Some(memory)
    }

    /// The number of planes.
    pub(crate) fn plane_count(&self) -> usize {
        self.planes.len()
    }

    /// Address of a plane.
    pub(crate) fn plane_address(&self, plane: usize) -> *mut u8 {
        self.planes[plane].start.as_ptr()
    }

    /// Whether the planes may be written at all.
    pub(crate) fn is_writable(&self) -> bool {
        self.writable
    }

    /// Whether nobody holds a lock.
    pub(crate) fn is_unlocked(&self) -> bool {
        self.lock.load(Ordering::Acquire) == 0
    }

    /// Takes a shared lock.
    pub(crate) fn read(&self) -> Result<ReadLock<'_>> {
        self.acquire_read()?;
        Ok(ReadLock(self))
    }

    /// Takes the exclusive lock.
    pub(crate) fn write(&self) -> Result<WriteLock<'_>> {
        self.acquire_write()?;
        Ok(WriteLock { memory: self, not_shared: PhantomData })
    }

    /// Counts a reader without a guard; [`Memory::release_read`] must follow.
    pub(crate) fn acquire_read(&self) -> Result<()> {
        let more = |readers: isize| if readers >= 0 { readers.checked_add(1) } else { None };
        match self.lock.fetch_update(Ordering::Acquire, Ordering::Relaxed, more) {
            Ok(_) => Ok(()),
            Err(_) => Err(Error::LockedForWriting),
        }
    }

    /// Notes the writer without a guard; [`Memory::release_write`] must follow.
    pub(crate) fn acquire_write(&self) -> Result<()> {
        if !self.writable {
            return Err(Error::ReadOnlyMemory);
        }
        match self.lock.compare_exchange(0, -1, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => Ok(()),
            Err(-1) => Err(Error::LockedForWriting),
            Err(readers) => Err(Error::LockedForReading { readers: readers.unsigned_abs() }),
        }
    }

    fn release_read(&self) {
        self.lock.fetch_sub(1, Ordering::Release);
    }

    fn release_write(&self) {
        self.lock.store(0, Ordering::Release);
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        match &mut self.owner {
            // SAFETY: allocated with this layout, freed only here; no guard outlives `self`.
            Owner::Allocation { start, layout } => unsafe { dealloc(start.as_ptr(), *layout) },
            // SAFETY: the pointer came from a box of the type that `drop` was made for, and is dropped only here.
            Owner::Boxed { owner, drop } => unsafe { drop(*owner) },
            Owner::Raw { release } => {
                if let Some(release) = release.take() {
                    release();
                }
            }
        }
    }
}

/// A shared lock: the planes can be read while it lives.
pub(crate) struct ReadLock<'a>(&'a Memory);

impl ReadLock<'_> {
    /// The bytes of a plane.
    pub(crate) fn plane(&self, plane: usize) -> &[u8] {
        let region = self.0.planes[plane];
        // SAFETY: the region is valid while the memory lives, and nobody writes it while this lock is held.
        unsafe { slice::from_raw_parts(region.start.as_ptr(), region.length) }
    }
}

impl Drop for ReadLock<'_> {
    fn drop(&mut self) {
        self.0.release_read();
    }
}

/// The exclusive lock: the planes can be written while it lives.
pub(crate) struct WriteLock<'a> {
    memory: &'a Memory,
    /// The slices that come from it are exclusive ones.
    not_shared: PhantomData<&'a mut [u8]>,
}

impl WriteLock<'_> {
    /// The bytes of a plane.
    pub(crate) fn plane(&self, plane: usize) -> &[u8] {
        let region = self.memory.planes[plane];
        // SAFETY: the region is valid while the memory lives; exclusive slices of it borrow `self` exclusively.
        unsafe { slice::from_raw_parts(region.start.as_ptr(), region.length) }
    }

    /// The bytes of a plane.
    pub(crate) fn plane_mut(&mut self, plane: usize) -> &mut [u8] {
        let region = self.memory.planes[plane];
        // SAFETY: the region is valid while the memory lives, this is the only lock, and it is borrowed exclusively.
        unsafe { slice::from_raw_parts_mut(region.start.as_ptr(), region.length) }
    }

    /// The bytes of all planes at once.
    pub(crate) fn planes_mut(&mut self) -> impl Iterator<Item = &mut [u8]> {
        let exclusive = |region: &Region| {
            // SAFETY: as in `plane_mut`; the regions of writable memory do not overlap, and each is taken once.
            unsafe { slice::from_raw_parts_mut(region.start.as_ptr(), region.length) }
        };
        self.memory.planes.iter().map(exclusive)
    }
}

impl Drop for WriteLock<'_> {
    fn drop(&mut self) {
        self.memory.release_write();
    }
}

/// # Safety
/// `owner` must come from `Box::<O>::into_raw` and not be used again.
unsafe fn drop_boxed<O>(owner: *mut ()) {
    // SAFETY: by this function's contract.
    drop(unsafe { Box::from_raw(owner.cast::<O>()) });
}

fn regions(start: NonNull<u8>, ranges: &[(usize, usize)]) -> Vec<Region> {
    let region = |&(offset, length): &(usize, usize)| {
        // SAFETY: `check_ranges` made sure that the range lies inside the bytes from `start`.
        Region { start: unsafe { start.add(offset) }, length }
    };
    ranges.iter().map(region).collect()
}

/// Asserts what the unsafe code of this module relies on: ranges inside, and apart if they can be written.
fn check_ranges(size: usize, ranges: &[(usize, usize)], apart: bool) {
    for (index, &(offset, length)) in ranges.iter().enumerate() {
        assert!(offset <= size && length <= size - offset, "plane {index} lies outside its memory");
        for &(other, count) in &ranges[..index] {
            assert!(
                !apart || offset + length <= other || other + count <= offset,
                "plane {index} overlaps another"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn allocations_are_aligned_and_zeroed() {
        let memory = Memory::allocate(256, ALIGNMENT, &[(0, 100), (128, 128)]).unwrap();
        assert_eq!(memory.plane_address(0) as usize % ALIGNMENT, 0);
        assert_eq!(memory.plane_address(1) as usize % ALIGNMENT, 0);
        let lock = memory.read().unwrap();
        assert_eq!(lock.plane(0), [0; 100]);
        assert_eq!(lock.plane(1), [0; 128]);
    }

    #[test]
    fn impossible_allocations_are_reported() {
        for size in [usize::MAX, isize::MAX as usize] {
            let error = Memory::allocate(size, ALIGNMENT, &[(0, size)]).err().unwrap();
            assert_eq!(error, Error::AllocationFailed { bytes: size });
        }
    }

    #[test]
    fn locks_are_many_readers_or_one_writer() {
        let memory = Memory::allocate(64, ALIGNMENT, &[(0, 64)]).unwrap();
        let first = memory.read().unwrap();
        let second = memory.read().unwrap();
        assert_eq!(memory.write().err(), Some(Error::LockedForReading { readers: 2 }));
        drop((first, second));
        let mut writer = memory.write().unwrap();
        writer.plane_mut(0)[3] = 7;
        assert_eq!(writer.plane(0)[3], 7);
        assert_eq!(memory.read().err(), Some(Error::LockedForWriting));
        assert_eq!(memory.write().err(), Some(Error::LockedForWriting));
        drop(writer);
        assert!(memory.is_unlocked());
        assert_eq!(memory.read().unwrap().plane(0)[3], 7);
    }

    #[test]
    fn planes_can_be_written_together() {
        let memory = Memory::allocate(128, ALIGNMENT, &[(0, 64), (64, 64)]).unwrap();
        let mut writer = memory.write().unwrap();
        let mut planes: Vec<_> = writer.planes_mut().collect();
        let [luma, chroma] = &mut planes[..] else { panic!("two planes") };
        luma.fill(1);
        chroma.fill(2);
        luma[0] = chroma[0];
        assert_eq!((writer.plane(0)[0], writer.plane(0)[1], writer.plane(1)[63]), (2, 1, 2));
    }

    #[test]
    fn owners_keep_their_bytes_and_are_dropped_once() {
        struct Inline([u8; 16], Arc<AtomicUsize>);
        impl AsMut<[u8]> for Inline {
            fn as_mut(&mut self) -> &mut [u8] {
                &mut self.0
            }
        }
        impl Drop for Inline {
            fn drop(&mut self) {
                self.1.fetch_add(1, Ordering::Relaxed);
            }
        }
        let drops = Arc::new(AtomicUsize::new(0));
        let memory = Memory::from_owner(Inline([5; 16], Arc::clone(&drops)), &[(0, 8), (8, 8)]).unwrap();
        // The owner lies in the box itself, so moving the memory must not disturb its bytes.
        let moved = Box::new(memory);
        moved.write().unwrap().plane_mut(1)[0] = 9;
        assert_eq!(moved.read().unwrap().plane(1)[..2], [9, 5]);
        assert_eq!(drops.load(Ordering::Relaxed), 0);
        drop(moved);
        assert_eq!(drops.load(Ordering::Relaxed), 1);
        assert!(Memory::from_owner(Inline([0; 16], Arc::clone(&drops)), &[(8, 9)]).is_none());
        assert_eq!(drops.load(Ordering::Relaxed), 2, "an owner that does not fit is dropped too");
        assert!(Memory::from_owner(vec![0u8; 4], &[(usize::MAX, 2)]).is_none());
    }

    #[test]
    fn shared_owners_cannot_be_written() {
        let bytes: Arc<[u8]> = Arc::from([1u8, 2, 3, 4]);
        let memory = Memory::from_shared_owner(Arc::clone(&bytes), &[(0, 4), (2, 2)]).unwrap();
        assert_eq!(memory.write().err(), Some(Error::ReadOnlyMemory));
        assert_eq!(memory.read().unwrap().plane(1), [3, 4]);
        drop(memory);
        assert_eq!(Arc::strong_count(&bytes), 1);
    }

    #[test]
    fn hooks_run_once_at_the_end() {
        let runs = Arc::new(AtomicUsize::new(0));
        let mut bytes = [1u8; 8];
        let hook: ReleaseHook = Box::new({
            let runs = Arc::clone(&runs);
            move || {
                runs.fetch_add(1, Ordering::Relaxed);
            }
        });
        let start = NonNull::from(&mut bytes).cast();
        // SAFETY: the array outlives the memory and is not touched while it lives.
        let memory = unsafe { Memory::from_raw(&[(start, 8)], true, Some(hook)) };
        memory.write().unwrap().plane_mut(0)[7] = 4;
        assert_eq!(runs.load(Ordering::Relaxed), 0);
        drop(memory);
        assert_eq!(runs.load(Ordering::Relaxed), 1);
        assert_eq!(bytes[7], 4);
    }

    #[test]
    #[should_panic(expected = "overlaps")]
    fn overlapping_planes_are_a_bug() {
        let _ = Memory::allocate(128, ALIGNMENT, &[(0, 65), (64, 64)]);
    }

    #[test]
    fn locks_hold_between_threads() {
        let memory = Memory::allocate(64, ALIGNMENT, &[(0, 64)]).unwrap();
        let rounds = if cfg!(miri) { 20 } else { 2000 };
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..rounds {
                        if let Ok(mut writer) = memory.write() {
                            let bytes = writer.plane_mut(0);
                            bytes.iter_mut().for_each(|byte| *byte = byte.wrapping_add(1));
                        }
                        if let Ok(reader) = memory.read() {
                            let bytes = reader.plane(0);
                            assert!(bytes.iter().all(|byte| *byte == bytes[0]), "a reader saw half a write");
                        }
                    }
                });
            }
        });
        assert!(memory.is_unlocked());
    }
}
