//! AVX2 variants of the sums of absolute differences.

use crate::video::x86_64::*;
use std::arch::x86_64::*;

/// # Safety
/// AVX2; both blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn sad<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    reference: &[u8],
    reference_stride: usize,
) -> u32 {
    let (src, reference) = (src.as_ptr(), reference.as_ptr());
    let mut sum = _mm_setzero_si128();
    let rows = rows_per_step(W);
    for step in 0..H / rows {
        // SAFETY: rows `step * rows` and on, below `H`, lie within the slices.
        unsafe {
            let a = load_rows::<W>(src.add(step * rows * src_stride), src_stride);
            let b = load_rows::<W>(reference.add(step * rows * reference_stride), reference_stride);
            sum = _mm_add_epi32(sum, _mm_sad_epu8(a, b));
        }
    }
    _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum))) as u32
}

/// # Safety
/// AVX2; the five blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn sad_x4<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    references: [&[u8]; 4],
    reference_stride: usize,
) -> [u32; 4] {
    let src = src.as_ptr();
    let mut sums = [_mm_setzero_si128(); 4];
    let rows = rows_per_step(W);
    for step in 0..H / rows {
        // SAFETY: rows `step * rows` and on, below `H`, lie within the slices.
        unsafe {
            let a = load_rows::<W>(src.add(step * rows * src_stride), src_stride);
            let offset = step * rows * reference_stride;
            for (sum, reference) in sums.iter_mut().zip(references) {
                let b = load_rows::<W>(reference.as_ptr().add(offset), reference_stride);
                *sum = _mm_add_epi32(*sum, _mm_sad_epu8(a, b));
            }
        }
    }
    // Each register holds two sums, in elements 0 and 2.
    let low = _mm_or_si128(sums[0], _mm_slli_epi64::<32>(sums[1]));
    let high = _mm_or_si128(sums[2], _mm_slli_epi64::<32>(sums[3]));
    let total = _mm_add_epi32(_mm_unpacklo_epi64(low, high), _mm_unpackhi_epi64(low, high));
    let mut result = [0; 4];
    // SAFETY: `result` holds 16 bytes.
    unsafe { _mm_storeu_si128(result.as_mut_ptr().cast(), total) };
    result
}

/// Rows of `width` samples that fill a register.
const fn rows_per_step(width: usize) -> usize {
    16 / width
}

/// As many rows as fill a register.
///
/// # Safety
/// `W` samples of `16 / W` rows, `stride` apart, are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load_rows<const W: usize>(p: *const u8, stride: usize) -> __m128i {
    // SAFETY: by this function's contract.
    unsafe {
        match W {
            16 => load16(p),
            8 => load8x2(p, p.add(stride)),
            _ => load4x4(p, stride),
        }
    }
}
