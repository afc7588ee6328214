//! Aligned memory whose disjoint parts may be read and written at the same time.

use std::alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error};
use std::marker::PhantomData;
use std::ops::Range;
use std::ptr::NonNull;

/// Bytes the memory is aligned to: a cache line, and the widest vectors.
pub(super) const ALIGNMENT: usize = 64;

/// Samples a plane can hold: `u8` or `u16`.
pub trait Sample: sealed::Sealed + Copy + Send + Sync + 'static {}

impl Sample for u8 {}
impl Sample for u16 {}

mod sealed {
    /// Types for which all-zero bytes, and any others, are a value.
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl Sealed for u16 {}
}

/// A fixed number of samples, zero at first.
pub(super) struct Memory<T: Sample> {
    /// What was allocated: [`ALIGNMENT`] bytes more than there are samples.
    base: NonNull<u8>,
    layout: Layout,
    /// The first of its bytes with the alignment.
    pointer: NonNull<T>,
    samples: PhantomData<T>,
}

// SAFETY: the memory is plain samples; whoever takes slices of it answers for their being disjoint.
unsafe impl<T: Sample> Send for Memory<T> {}
// SAFETY: as above.
unsafe impl<T: Sample> Sync for Memory<T> {}

impl<T: Sample> Memory<T> {
    pub(super) fn new(samples: usize) -> Self {
        // With the alignment of a sample alone, large memory comes zero from the system, page by page as it is used. If the
        // allocation were aligned, it would be cleared here first.
        let layout = Layout::array::<T>(samples)
            .and_then(|array| Layout::from_size_align(array.size() + ALIGNMENT, array.align()))
            .expect("a plane of more samples than memory can hold");
        // SAFETY: the size is not zero.
        let base =
            NonNull::new(unsafe { alloc_zeroed(layout) }).unwrap_or_else(|| handle_alloc_error(layout));
        let beyond = base.addr().get() % ALIGNMENT;
        // SAFETY: at most `ALIGNMENT` bytes on, by which the allocation is larger than the samples.
        let pointer = unsafe { base.add(ALIGNMENT - beyond) }.cast();
        Memory { base, layout, pointer, samples: PhantomData }
    }

    /// # Safety
    /// `range` lies within the memory, and no slice to write any of it lives along with this one.
    #[inline]
    pub(super) unsafe fn slice(&self, range: Range<usize>) -> &[T] {
        // SAFETY: by this function's contract; any bytes are samples.
        unsafe { std::slice::from_raw_parts(self.pointer.as_ptr().add(range.start), range.end - range.start) }
    }

    /// # Safety
    /// `range` lies within the memory, and no other slice of any of it lives along with this one.
    #[inline]
    #[allow(clippy::mut_from_ref)]
    pub(super) unsafe fn slice_mut(&self, range: Range<usize>) -> &mut [T] {
        let length = range.end - range.start;
        // SAFETY: by this function's contract; any bytes are samples.
        unsafe { std::slice::from_raw_parts_mut(self.pointer.as_ptr().add(range.start), length) }
    }
}

impl<T: Sample> Drop for Memory<T> {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with this layout.
        unsafe { dealloc(self.base.as_ptr(), self.layout) };
    }
}
