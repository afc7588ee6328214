//! AVX2 variants of the sums of squared differences.

use crate::video::x86_64::*;
use std::arch::x86_64::*;

/// # Safety
/// AVX2; both blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn ssd<const W: usize, const H: usize>(
    a: &[u8],
    a_stride: usize,
    b: &[u8],
    b_stride: usize,
) -> u32 {
    let (a, b) = (a.as_ptr(), b.as_ptr());
    let mut sum = _mm256_setzero_si256();
    let rows = 16 / W;
    for step in 0..H / rows {
        // SAFETY: rows `step * rows` and on, below `H`, lie within the slices.
        unsafe {
            let a = load_rows::<W>(a.add(step * rows * a_stride), a_stride);
            let b = load_rows::<W>(b.add(step * rows * b_stride), b_stride);
            let difference = _mm256_sub_epi16(a, b);
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(difference, difference));
        }
    }
    sum_i32x8(sum)
}

/// 16 samples as words: one row of 16, two of 8 or four of 4.
///
/// # Safety
/// `W` samples of `16 / W` rows, `stride` apart, are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load_rows<const W: usize>(p: *const u8, stride: usize) -> __m256i {
    // SAFETY: by this function's contract.
    unsafe {
        _mm256_cvtepu8_epi16(match W {
            16 => load16(p),
            8 => load8x2(p, p.add(stride)),
            _ => load4x4(p, stride),
        })
    }
}
