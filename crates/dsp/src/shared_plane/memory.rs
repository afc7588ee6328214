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
    pointer: NonNull<T>,
    layout: Layout,
    samples: PhantomData<T>,
}

// SAFETY: the memory is plain samples; whoever takes slices of it answers for their being disjoint.
unsafe impl<T: Sample> Send for Memory<T> {}
// SAFETY: as above.
unsafe impl<T: Sample> Sync for Memory<T> {}

impl<T: Sample> Memory<T> {
    pub(super) fn new(samples: usize) -> Self {
        let layout = Layout::array::<T>(samples)
            .and_then(|layout| layout.align_to(ALIGNMENT))
            .expect("a plane of more samples than memory can hold");
        let pointer = if layout.size() == 0 {
            NonNull::dangling()
        } else {
            // SAFETY: the size is not zero.
            NonNull::new(unsafe { alloc_zeroed(layout) }.cast()).unwrap_or_else(|| handle_alloc_error(layout))
        };
        Memory { pointer, layout, samples: PhantomData }
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
        if self.layout.size() != 0 {
            // SAFETY: allocated in `new` with this layout.
            unsafe { dealloc(self.pointer.as_ptr().cast(), self.layout) };
        }
    }
}
