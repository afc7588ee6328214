//! AVX2 variants of the sums of absolute differences.
//!
//! Four rows a step: their offsets, up to three times the stride, come with the loads, so that a pointer moves
//! once in four rows.

use crate::video::x86_64::*;
use crate::video::{Place, Planes};
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
    let (mut src, mut reference) = (src.as_ptr(), reference.as_ptr());
    let mut sum = _mm_setzero_si128();
    for _ in 0..H / 4 {
        for i in 0..W / 4 {
            // SAFETY: the four rows lie within both blocks.
            let (a, b) = unsafe {
                (
                    load_part_of_four_rows::<W>(src, src_stride, i),
                    load_part_of_four_rows::<W>(reference, reference_stride, i),
                )
            };
            sum = _mm_add_epi32(sum, _mm_sad_epu8(a, b));
        }
        src = src.wrapping_add(4 * src_stride);
        reference = reference.wrapping_add(4 * reference_stride);
    }
    _mm_cvtsi128_si32(_mm_add_epi32(sum, _mm_unpackhi_epi64(sum, sum))) as u32
}

/// # Safety
/// AVX2; the block lies within its slice and those at the places within their planes.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn sad_x4<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    planes: &Planes<'_>,
    places: [Place; 4],
    stride: usize,
) -> [u32; 4] {
    let mut src = src.as_ptr();
    // SAFETY: by this function's contract.
    let [mut a, mut b, mut c, mut d] = places.map(|place| unsafe { planes.pointer(place) });
    let mut sums = [_mm_setzero_si128(); 4];
    for _ in 0..H / 4 {
        for i in 0..W / 4 {
            // SAFETY: the four rows lie within the blocks.
            unsafe {
                let samples = load_part_of_four_rows::<W>(src, src_stride, i);
                for (sum, reference) in sums.iter_mut().zip([a, b, c, d]) {
                    let difference = _mm_sad_epu8(samples, load_part_of_four_rows::<W>(reference, stride, i));
                    *sum = _mm_add_epi32(*sum, difference);
                }
            }
        }
        src = src.wrapping_add(4 * src_stride);
        for reference in [&mut a, &mut b, &mut c, &mut d] {
            *reference = reference.wrapping_add(4 * stride);
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

/// # Safety
/// AVX2; the block of 16x16 lies within its slice and those at the places within their planes.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn sad_quarters_x4(
    src: &[u8],
    src_stride: usize,
    planes: &Planes<'_>,
    places: [Place; 4],
    stride: usize,
) -> [[u32; 4]; 4] {
    let mut src = src.as_ptr();
    // SAFETY: by this function's contract.
    let [mut a, mut b, mut c, mut d] = places.map(|place| unsafe { planes.pointer(place) });
    let mut halves = [[_mm_setzero_si128(); 4]; 2];
    for sums in &mut halves {
        for _ in 0..2 {
            for row in 0..4 {
                // SAFETY: the four rows lie within the blocks.
                unsafe {
                    let samples = load16(src.add(row * src_stride));
                    let [s, t, u, v] = &mut *sums;
                    for (sum, reference) in [(s, a), (t, b), (u, c), (v, d)] {
                        let difference = _mm_sad_epu8(samples, load16(reference.add(row * stride)));
                        *sum = _mm_add_epi32(*sum, difference);
                    }
                }
            }
            src = src.wrapping_add(4 * src_stride);
            for reference in [&mut a, &mut b, &mut c, &mut d] {
                *reference = reference.wrapping_add(4 * stride);
            }
        }
    }
    let mut result = [[0; 4]; 4];
    for (i, quarters) in result.iter_mut().enumerate() {
        // Each register holds two sums, in elements 0 and 2.
        let (top, bottom) = (_mm_castsi128_ps(halves[0][i]), _mm_castsi128_ps(halves[1][i]));
        let sums = _mm_castps_si128(_mm_shuffle_ps::<0x88>(top, bottom));
        // SAFETY: `quarters` holds 16 bytes.
        unsafe { _mm_storeu_si128(quarters.as_mut_ptr().cast(), sums) };
    }
    result
}
