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
    let (mut a, mut b) = (a.as_ptr(), b.as_ptr());
    let mut sum = _mm256_setzero_si256();
    for _ in 0..H / 4 {
        for i in 0..W / 4 {
            // SAFETY: the four rows lie within both blocks.
            let difference =
                unsafe { _mm256_sub_epi16(load_rows::<W>(a, a_stride, i), load_rows::<W>(b, b_stride, i)) };
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(difference, difference));
        }
        (a, b) = (a.wrapping_add(4 * a_stride), b.wrapping_add(4 * b_stride));
    }
    sum_i32x8(sum)
}

/// Part `i` of four rows of `W` samples, as words: a register of one, two or all of them.
///
/// # Safety
/// `W` samples of four rows, `stride` apart, are readable; `i` is below `W / 4`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load_rows<const W: usize>(p: *const u8, stride: usize, i: usize) -> __m256i {
    // SAFETY: by this function's contract.
    unsafe { _mm256_cvtepu8_epi16(load_part_of_four_rows::<W>(p, stride, i)) }
}
