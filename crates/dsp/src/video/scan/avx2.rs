//! AVX2 variants of scanning.

use super::ZIGZAG_8X8;
use std::arch::x86_64::*;

/// # Safety
/// AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn scan4x4(block: &[i16; 16], out: &mut [i16; 16]) -> u32 {
    // All but one word of each half of the scan lie in the same half of the block.
    let first = _mm_setr_epi8(0, 1, 2, 3, 8, 9, -1, -1, 10, 11, 4, 5, 6, 7, 12, 13);
    let second = _mm_setr_epi8(2, 3, 8, 9, 10, 11, 4, 5, -1, -1, 6, 7, 12, 13, 14, 15);
    // SAFETY: both arrays hold 32 bytes.
    unsafe {
        let p: *const __m128i = block.as_ptr().cast();
        let top = _mm_shuffle_epi8(_mm_loadu_si128(p), first);
        let bottom = _mm_shuffle_epi8(_mm_loadu_si128(p.add(1)), second);
        let top = _mm_insert_epi16::<3>(top, block[8].into());
        let bottom = _mm_insert_epi16::<4>(bottom, block[7].into());
        let q: *mut __m128i = out.as_mut_ptr().cast();
        _mm_storeu_si128(q, top);
        _mm_storeu_si128(q.add(1), bottom);
        // Saturation keeps what is not zero so, and what is larger than 1.
        let magnitudes = _mm_abs_epi8(_mm_packs_epi16(top, bottom));
        let none_in = |bytes| _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_setzero_si128())) as u32;
        let beyond_one = _mm_subs_epu8(magnitudes, _mm_set1_epi8(1));
        !(none_in(magnitudes) | none_in(beyond_one) << 16)
    }
}

/// # Safety
/// AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn scan8x8(block: &[i16; 64], out: &mut [i16; 64]) {
    // The scan mixes up to eight rows in eight words: inserting word by word takes fewest instructions.
    let gather = |i: usize| {
        let at = |k: usize| block[usize::from(ZIGZAG_8X8[8 * i + k])];
        _mm_setr_epi16(at(0), at(1), at(2), at(3), at(4), at(5), at(6), at(7))
    };
    let p: *mut __m128i = out.as_mut_ptr().cast();
    // SAFETY: `out` holds eight vectors of 16 bytes.
    unsafe {
        _mm_storeu_si128(p, gather(0));
        _mm_storeu_si128(p.add(1), gather(1));
        _mm_storeu_si128(p.add(2), gather(2));
        _mm_storeu_si128(p.add(3), gather(3));
        _mm_storeu_si128(p.add(4), gather(4));
        _mm_storeu_si128(p.add(5), gather(5));
        _mm_storeu_si128(p.add(6), gather(6));
        _mm_storeu_si128(p.add(7), gather(7));
    }
}

/// # Safety
/// AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn nonzero_mask8x8(block: &[i16; 64]) -> u64 {
    let half = |i: usize| {
        // SAFETY: the array holds 128 bytes, and `i` is 0 or 1.
        let (a, b) = unsafe {
            let p = block.as_ptr().cast::<__m256i>().add(2 * i);
            (_mm256_loadu_si256(p), _mm256_loadu_si256(p.add(1)))
        };
        let bytes = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi16(a, b));
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())) as u32
    };
    !(u64::from(half(0)) | u64::from(half(1)) << 32)
}
