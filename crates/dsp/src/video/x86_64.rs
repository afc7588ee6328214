//! What the AVX2 variants share: loads of part rows, horizontal sums, transposes.
//!
//! The loads read exactly the samples named, whatever the register holds besides.

use std::arch::x86_64::*;

/// 16 samples.
///
/// # Safety
/// 16 samples from `p` are readable.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn load16(p: *const u8) -> __m128i {
    // SAFETY: by this function's contract.
    unsafe { _mm_loadu_si128(p.cast()) }
}

/// 8 samples in the low half, zeros above.
///
/// # Safety
/// 8 samples from `p` are readable.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn load8(p: *const u8) -> __m128i {
    // SAFETY: by this function's contract.
    unsafe { _mm_loadl_epi64(p.cast()) }
}

/// 4 samples in the low quarter, zeros above.
///
/// # Safety
/// 4 samples from `p` are readable.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn load4(p: *const u8) -> __m128i {
    // SAFETY: by this function's contract.
    unsafe { _mm_cvtsi32_si128(p.cast::<i32>().read_unaligned()) }
}

/// 8 samples of each of two rows, the first in the low half.
///
/// # Safety
/// 8 samples from `first` and from `second` are readable.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn load8x2(first: *const u8, second: *const u8) -> __m128i {
    // SAFETY: by this function's contract; the load of the high half takes any address.
    unsafe { _mm_castpd_si128(_mm_loadh_pd(_mm_castsi128_pd(_mm_loadl_epi64(first.cast())), second.cast())) }
}

/// 16 samples of each of two rows, the first in the low lane.
///
/// # Safety
/// 16 samples from `first` and from `second` are readable.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn load16x2(first: *const u8, second: *const u8) -> __m256i {
    // SAFETY: by this function's contract.
    unsafe { join(load16(first), load16(second)) }
}

/// 8 samples of each of four rows `stride` apart, in order.
///
/// Each row is loaded alone, as registers are joined at more ports than a register and memory.
///
/// # Safety
/// 8 samples from each row are readable.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn load8x4(p: *const u8, stride: usize) -> __m256i {
    // SAFETY: by this function's contract, as `y` is below 4.
    let row = |y: usize| _mm256_broadcastq_epi64(unsafe { load8(p.add(y * stride)) });
    let (top, bottom) =
        (_mm256_blend_epi32::<0b1100>(row(0), row(1)), _mm256_blend_epi32::<0b1100_0000>(row(2), row(3)));
    _mm256_blend_epi32::<0b1111_0000>(top, bottom)
}

/// 4 samples of each of two rows in the low half, zeros above.
///
/// # Safety
/// 4 samples from `first` and from `second` are readable.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn load4x2(first: *const u8, second: *const u8) -> __m128i {
    // SAFETY: by this function's contract.
    unsafe { _mm_insert_epi32::<1>(load4(first), second.cast::<i32>().read_unaligned()) }
}

/// 4 samples of each of four rows `stride` apart.
///
/// # Safety
/// 4 samples from each row are readable.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn load4x4(p: *const u8, stride: usize) -> __m128i {
    // SAFETY: by this function's contract.
    unsafe {
        let rows = load4x2(p, p.add(stride));
        let rows = _mm_insert_epi32::<2>(rows, p.add(2 * stride).cast::<i32>().read_unaligned());
        _mm_insert_epi32::<3>(rows, p.add(3 * stride).cast::<i32>().read_unaligned())
    }
}

/// Part `i` of four rows of `W` samples: a register of one, two or all of them.
///
/// # Safety
/// `W` samples of four rows, `stride` apart, are readable; `i` is below `W / 4`.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn load_part_of_four_rows<const W: usize>(
    p: *const u8,
    stride: usize,
    i: usize,
) -> __m128i {
    // SAFETY: by this function's contract.
    unsafe {
        match W {
            16 => load16(p.add(i * stride)),
            8 => load8x2(p.add(2 * i * stride), p.add((2 * i + 1) * stride)),
            _ => load4x4(p, stride),
        }
    }
}

/// Stores the low 4 samples.
///
/// # Safety
/// 4 samples from `p` are writable.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn store4(p: *mut u8, samples: __m128i) {
    // SAFETY: by this function's contract.
    unsafe { p.cast::<i32>().write_unaligned(_mm_cvtsi128_si32(samples)) }
}

/// Stores the low 8 samples.
///
/// # Safety
/// 8 samples from `p` are writable.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn store8(p: *mut u8, samples: __m128i) {
    // SAFETY: by this function's contract.
    unsafe { _mm_storel_epi64(p.cast(), samples) }
}

/// Stores 16 samples.
///
/// # Safety
/// 16 samples from `p` are writable.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn store16(p: *mut u8, samples: __m128i) {
    // SAFETY: by this function's contract.
    unsafe { _mm_storeu_si128(p.cast(), samples) }
}

/// Joins two registers, `low` in the low lane.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn join(low: __m128i, high: __m128i) -> __m256i {
    _mm256_inserti128_si256::<1>(_mm256_castsi128_si256(low), high)
}

/// The low and the high lane.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn split(both: __m256i) -> (__m128i, __m128i) {
    (_mm256_castsi256_si128(both), _mm256_extracti128_si256::<1>(both))
}

/// Sum of the four 32-bit elements, modulo 2^32.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn sum_i32x4(v: __m128i) -> u32 {
    let v = _mm_add_epi32(v, _mm_shuffle_epi32::<0b1110>(v));
    let v = _mm_add_epi32(v, _mm_shuffle_epi32::<0b0001>(v));
    _mm_cvtsi128_si32(v) as u32
}

/// Sum of the eight 32-bit elements, modulo 2^32.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn sum_i32x8(v: __m256i) -> u32 {
    let (low, high) = split(v);
    sum_i32x4(_mm_add_epi32(low, high))
}

/// Hadamard transform of the words at the same place in four registers, not scaled.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn hadamard4([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (s0, d0) = (_mm256_add_epi16(a, b), _mm256_sub_epi16(a, b));
    let (s1, d1) = (_mm256_add_epi16(c, d), _mm256_sub_epi16(c, d));
    [_mm256_add_epi16(s0, s1), _mm256_sub_epi16(s0, s1), _mm256_add_epi16(d0, d1), _mm256_sub_epi16(d0, d1)]
}
