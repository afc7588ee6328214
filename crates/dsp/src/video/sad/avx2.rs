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
    let mut sums = [_mm256_setzero_si256(); 4];
    for _ in 0..H / 4 {
        // SAFETY: the four rows lie within the blocks.
        unsafe {
            let samples = four_rows::<W>(src, src_stride);
            for (sum, reference) in sums.iter_mut().zip([a, b, c, d]) {
                let rows = four_rows::<W>(reference, stride);
                *sum = _mm256_add_epi32(*sum, _mm256_sad_epu8(samples[0], rows[0]));
                if W == 16 {
                    *sum = _mm256_add_epi32(*sum, _mm256_sad_epu8(samples[1], rows[1]));
                }
            }
        }
        src = src.wrapping_add(4 * src_stride);
        for reference in [&mut a, &mut b, &mut c, &mut d] {
            *reference = reference.wrapping_add(4 * stride);
        }
    }
    // Each register holds four sums, in every second element.
    let (low, high) = (
        _mm256_or_si256(sums[0], _mm256_slli_epi64::<32>(sums[1])),
        _mm256_or_si256(sums[2], _mm256_slli_epi64::<32>(sums[3])),
    );
    let (low, high) =
        split(_mm256_add_epi32(_mm256_unpacklo_epi64(low, high), _mm256_unpackhi_epi64(low, high)));
    let total = _mm_add_epi32(low, high);
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
    let mut sums = [_mm256_setzero_si256(); 4];
    for _ in 0..2 {
        for row in 0..4 {
            // A row of the upper half with one of the lower half.
            let rows = |p: *const u8, stride: usize| {
                let p = p.wrapping_add(row * stride);
                // SAFETY: the rows lie within the blocks.
                unsafe { load16x2(p, p.add(8 * stride)) }
            };
            let samples = rows(src, src_stride);
            for (sum, reference) in sums.iter_mut().zip([a, b, c, d]) {
                *sum = _mm256_add_epi32(*sum, _mm256_sad_epu8(samples, rows(reference, stride)));
            }
        }
        src = src.wrapping_add(4 * src_stride);
        for reference in [&mut a, &mut b, &mut c, &mut d] {
            *reference = reference.wrapping_add(4 * stride);
        }
    }
    let mut result = [[0; 4]; 4];
    for (quarters, sums) in result.iter_mut().zip(sums) {
        // Four sums, in every second element.
        let (top, bottom) = split(sums);
        let sums = _mm_shuffle_ps::<0x88>(_mm_castsi128_ps(top), _mm_castsi128_ps(bottom));
        // SAFETY: `quarters` holds 16 bytes.
        unsafe { _mm_storeu_si128(quarters.as_mut_ptr().cast(), _mm_castps_si128(sums)) };
    }
    result
}

/// Four rows of `W` samples, in order: the first two and the others, or all of them in the first register.
///
/// # Safety
/// `W` samples of four rows, `stride` apart, are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn four_rows<const W: usize>(p: *const u8, stride: usize) -> [__m256i; 2] {
    // SAFETY: by this function's contract.
    unsafe {
        let third = p.add(2 * stride);
        match W {
            16 => [load16x2(p, p.add(stride)), load16x2(third, third.add(stride))],
            8 => [load8x4(p, stride), _mm256_setzero_si256()],
            _ => [_mm256_zextsi128_si256(load4x4(p, stride)), _mm256_setzero_si256()],
        }
    }
}
