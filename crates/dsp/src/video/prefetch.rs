//! Hints to the cache.

/// Asks for the cache lines in which rows of samples begin: `rows` of them from sample `first` on, `stride` apart, as
/// far as there are samples. Nothing but time depends on it.
#[inline]
pub fn prefetch_rows(samples: &[u8], first: usize, stride: usize, rows: usize) {
    #[cfg(target_arch = "x86_64")]
    for sample in samples.get(first..).unwrap_or_default().iter().step_by(stride.max(1)).take(rows) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: SSE is part of the architecture; a prefetch reads nothing.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(sample).cast()) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (samples, first, stride, rows);
}

#[cfg(test)]
mod tests {
    use super::prefetch_rows;

    #[test]
    fn any_place_is_fine() {
        prefetch_rows(&[1, 2, 3], 1, 2, 10);
        prefetch_rows(&[1, 2, 3], 4, 0, usize::MAX);
        prefetch_rows(&[], 0, 0, 1);
    }
}
