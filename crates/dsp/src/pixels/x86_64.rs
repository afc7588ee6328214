//! Loads and stores of whole registers from arrays, the only unsafe part of most variants here.

use std::arch::x86_64::*;

/// How far ahead of the block that is worked on lines are asked for, in bytes: a row of a picture is gone through once,
/// so that it is never in the nearest cache, and the processor's own guesses come late.
const AHEAD: usize = 1024;

/// Asks for what lies [`AHEAD`] of a block, to be read.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn expect_reads<const N: usize>(block: &[u8; N]) {
    for line in (0..N).step_by(64) {
        // Never a fault, wherever it points.
        _mm_prefetch::<_MM_HINT_T0>(block.as_ptr().wrapping_add(AHEAD + line).cast());
    }
}

/// Asks for what lies [`AHEAD`] of a block, to be written.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn expect_writes<const N: usize>(block: &[u8; N]) {
    for line in (0..N).step_by(64) {
        _mm_prefetch::<_MM_HINT_ET0>(block.as_ptr().wrapping_add(AHEAD + line).cast());
    }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: the array is 32 readable bytes; the load needs no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load_half(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: the array is 16 readable bytes; the load needs no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load_words(words: &[i16; 16]) -> __m256i {
    // SAFETY: the array is 32 readable bytes; the load needs no alignment.
    unsafe { _mm256_loadu_si256(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn load_floats(values: &[f32; 8]) -> __m256 {
    // SAFETY: the array is eight readable values; the load needs no alignment.
    unsafe { _mm256_loadu_ps(values.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn store_floats(out: &mut [f32; 8], values: __m256) {
    // SAFETY: the array is eight writable values; the store needs no alignment.
    unsafe { _mm256_storeu_ps(out.as_mut_ptr(), values) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn store(bytes: &mut [u8; 32], value: __m256i) {
    // SAFETY: the array is 32 writable bytes; the store needs no alignment.
    unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), value) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn store_words(words: &mut [i16; 16], value: __m256i) {
    // SAFETY: the array is 32 writable bytes; the store needs no alignment.
    unsafe { _mm256_storeu_si256(words.as_mut_ptr().cast(), value) }
}

/// Interleaves four rows of 32 bytes: of each lane the first four pixels, the next four, and so on.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn interleave_pixels([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (ab_low, ab_high) = (_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b));
    let (cd_low, cd_high) = (_mm256_unpacklo_epi8(c, d), _mm256_unpackhi_epi8(c, d));
    [
        _mm256_unpacklo_epi16(ab_low, cd_low),
        _mm256_unpackhi_epi16(ab_low, cd_low),
        _mm256_unpacklo_epi16(ab_high, cd_high),
        _mm256_unpackhi_epi16(ab_high, cd_high),
    ]
}

/// Interleaves four rows of 32 bytes, in order.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn store_pixels(bytes: [__m256i; 4], out: &mut [u8; 128]) {
    let [q0, q1, q2, q3] = interleave_pixels(bytes);
    let [o0, o1, o2, o3] = out.as_chunks_mut::<32>().0 else { return };
    store(o0, _mm256_permute2x128_si256::<0x20>(q0, q1));
    store(o1, _mm256_permute2x128_si256::<0x20>(q2, q3));
    store(o2, _mm256_permute2x128_si256::<0x31>(q0, q1));
    store(o3, _mm256_permute2x128_si256::<0x31>(q2, q3));
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load_sixteen(values: &[f32; 16]) -> __m512 {
    // SAFETY: the array is sixteen readable values; the load needs no alignment.
    unsafe { _mm512_loadu_ps(values.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn store_sixteen(out: &mut [f32; 16], values: __m512) {
    // SAFETY: the array is sixteen writable values; the store needs no alignment.
    unsafe { _mm512_storeu_ps(out.as_mut_ptr(), values) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn load_line(bytes: &[u8; 64]) -> __m512i {
    // SAFETY: the array is 64 readable bytes; the load needs no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
pub(super) fn store_half(bytes: &mut [u8; 16], value: __m128i) {
    // SAFETY: the array is 16 writable bytes; the store needs no alignment.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), value) }
}

#[inline]
#[target_feature(enable = "avx512f")]
pub(super) fn store_line(bytes: &mut [u8; 64], value: __m512i) {
    // SAFETY: the array is 64 writable bytes; the store needs no alignment.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), value) }
}
