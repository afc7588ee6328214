//! AVX2 variant of the sums of a block.

use crate::video::x86_64::*;
use std::arch::x86_64::*;

/// # Safety
/// AVX2; the block of N x N, N 8 or 16, lies within `src`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn variance<const N: usize>(src: &[u8], stride: usize) -> (u32, u32) {
    let p = src.as_ptr();
    let (mut sum, mut squares) = (_mm_setzero_si128(), _mm256_setzero_si256());
    let rows = 16 / N;
    for step in 0..N / rows {
        // SAFETY: the rows lie within the block.
        let samples = unsafe {
            let p = p.add(step * rows * stride);
            if N == 16 { load16(p) } else { load8x2(p, p.add(stride)) }
        };
        sum = _mm_add_epi32(sum, _mm_sad_epu8(samples, _mm_setzero_si128()));
        let words = _mm256_cvtepu8_epi16(samples);
        squares = _mm256_add_epi32(squares, _mm256_madd_epi16(words, words));
    }
    (sum_i32x4(sum), sum_i32x8(squares))
}
