//! AVX2 variants of the conversions between Y'CbCr and RGB.

use std::arch::x86_64::*;

use super::RgbFactors;
use crate::pixels::x86_64::{
    expect_reads, expect_writes, load, load_half, load_words, store, store_pixels, store_words,
};

/// The weighted sum less 512, times 64: from bytes of both rows side by side.
#[inline]
#[target_feature(enable = "avx2")]
fn blend(pairs: __m256i, weights: __m256i) -> __m256i {
    let sum = _mm256_maddubs_epi16(pairs, weights);
    _mm256_slli_epi16::<6>(_mm256_sub_epi16(sum, _mm256_set1_epi16(512)))
}

#[target_feature(enable = "avx2")]
pub(super) fn blend_chroma(near: &[u8], far: &[u8], weights: [u8; 2], a: &mut [i16], b: &mut [i16]) {
    let (blocks_near, rest_near) = near.as_chunks::<32>();
    let (blocks_far, rest_far) = far.as_chunks::<32>();
    let (blocks_a, rest_a) = a.as_chunks_mut::<16>();
    let (blocks_b, rest_b) = b.as_chunks_mut::<16>();
    let factors = _mm256_set1_epi16(i16::from_le_bytes(weights));
    // Within each lane: the first kind's bytes to the low half, the second's to the high half.
    let split = _mm256_setr_epi8(
        0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11,
        13, 15,
    );
    for ((near, far), (a, b)) in blocks_near.iter().zip(blocks_far).zip(blocks_a.iter_mut().zip(blocks_b)) {
        let near = _mm256_shuffle_epi8(load(near), split);
        let far = _mm256_shuffle_epi8(load(far), split);
        store_words(a, blend(_mm256_unpacklo_epi8(near, far), factors));
        store_words(b, blend(_mm256_unpackhi_epi8(near, far), factors));
    }
    super::blend_chroma(rest_near, rest_far, weights, rest_a, rest_b);
}

#[target_feature(enable = "avx2")]
pub(super) fn blend_plane(near: &[u8], far: &[u8], weights: [u8; 2], out: &mut [i16]) {
    let (blocks_near, rest_near) = near.as_chunks::<16>();
    let (blocks_far, rest_far) = far.as_chunks::<16>();
    let (blocks, rest) = out.as_chunks_mut::<16>();
    let factors = _mm256_set1_epi16(i16::from_le_bytes(weights));
    for ((near, far), out) in blocks_near.iter().zip(blocks_far).zip(blocks) {
        let (near, far) = (_mm256_cvtepu8_epi16(load_half(near)), _mm256_cvtepu8_epi16(load_half(far)));
        store_words(out, blend(_mm256_or_si256(near, _mm256_slli_epi16::<8>(far)), factors));
    }
    super::blend_plane(rest_near, rest_far, weights, rest);
}

#[target_feature(enable = "avx2")]
pub(super) fn between(a: &[i16], b: &[i16], quarter: bool, out: &mut [i16]) {
    let (blocks_a, rest_a) = a.as_chunks::<16>();
    let (blocks_b, rest_b) = b.as_chunks::<16>();
    let (blocks, rest) = out.as_chunks_mut::<16>();
    for ((a, b), out) in blocks_a.iter().zip(blocks_b).zip(blocks) {
        let (a, b) = (load_words(a), load_words(b));
        let half = _mm256_srai_epi16::<1>(b);
        let sum = if quarter {
            _mm256_add_epi16(_mm256_add_epi16(_mm256_srai_epi16::<2>(a), half), _mm256_srai_epi16::<2>(b))
        } else {
            _mm256_add_epi16(_mm256_srai_epi16::<1>(a), half)
        };
        store_words(out, sum);
    }
    super::between(rest_a, rest_b, quarter, rest);
}

#[target_feature(enable = "avx2")]
pub(super) fn to_rgb(luma: &[u8], a: [&[i16]; 2], b: [&[i16]; 2], factors: &RgbFactors, out: &mut [u8]) {
    let (blocks, rest) = luma.as_chunks::<32>();
    let (blocks_out, rest_out) = out.as_chunks_mut::<128>();
    let done = blocks.len() * 16;
    let (a_even, a_odd) = (a[0].as_chunks::<16>().0, a[1].as_chunks::<16>().0);
    let (b_even, b_odd) = (b[0].as_chunks::<16>().0, b[1].as_chunks::<16>().0);
    let luma_factor = _mm256_set1_epi16(factors.luma);
    let offset = _mm256_set1_epi16(factors.offset);
    let first_factor = _mm256_set1_epi16(factors.first);
    let last_factor = _mm256_set1_epi16(factors.last);
    let green_factors = [_mm256_set1_epi16(factors.green[0]), _mm256_set1_epi16(factors.green[1])];
    let alpha = _mm256_set1_epi8(-1);
    let sixty_fourth = _mm256_set1_epi16(1 << 9);
    let chroma = a_even.iter().zip(a_odd).zip(b_even.iter().zip(b_odd));
    for ((luma, ((a_even, a_odd), (b_even, b_odd))), out) in blocks.iter().zip(chroma).zip(blocks_out) {
        let luma = load(luma);
        let zero = _mm256_setzero_si256();
        let base = |shifted| {
            _mm256_adds_epi16(_mm256_mulhrs_epi16(_mm256_srli_epi16::<1>(shifted), luma_factor), offset)
        };
        // In each lane columns 0-7 and 8-15; chroma of even and odd columns joins in the same order.
        let low = base(_mm256_unpacklo_epi8(zero, luma));
        let high = base(_mm256_unpackhi_epi8(zero, luma));
        let (a_even, a_odd) = (load_words(a_even), load_words(a_odd));
        let (b_even, b_odd) = (load_words(b_even), load_words(b_odd));
        let codes = |even, odd| {
            let low = _mm256_adds_epi16(low, _mm256_unpacklo_epi16(even, odd));
            let high = _mm256_adds_epi16(high, _mm256_unpackhi_epi16(even, odd));
            // A rounding product does for rounding and shifting, on ports that are less busy.
            _mm256_packus_epi16(
                _mm256_mulhrs_epi16(low, sixty_fourth),
                _mm256_mulhrs_epi16(high, sixty_fourth),
            )
        };
        let green = |a, b| {
            _mm256_adds_epi16(
                _mm256_mulhrs_epi16(a, green_factors[0]),
                _mm256_mulhrs_epi16(b, green_factors[1]),
            )
        };
        let first =
            codes(_mm256_mulhrs_epi16(a_even, first_factor), _mm256_mulhrs_epi16(a_odd, first_factor));
        let last = codes(_mm256_mulhrs_epi16(b_even, last_factor), _mm256_mulhrs_epi16(b_odd, last_factor));
        let green = codes(green(a_even, b_even), green(a_odd, b_odd));
        let bytes =
            if factors.alpha_first { [alpha, first, green, last] } else { [first, green, last, alpha] };
        expect_writes(out);
        store_pixels(bytes, out);
    }
    let (a, b) = ([&a[0][done..], &a[1][done..]], [&b[0][done..], &b[1][done..]]);
    super::to_rgb(rest, a, b, factors, rest_out);
}

/// Factors of bytes 0 and 2, and of bytes 1 and 3, as pairs of words.
#[inline]
#[target_feature(enable = "avx2")]
fn pairs(factors: [i16; 4]) -> (__m256i, __m256i) {
    let pair = |low: i16, high: i16| _mm256_set1_epi32(i32::from(low) & 0xffff | i32::from(high) << 16);
    (pair(factors[0], factors[2]), pair(factors[1], factors[3]))
}

#[target_feature(enable = "avx2")]
pub(super) fn to_luma(from: &[u8], factors: [i16; 4], offset: i32, out: &mut [u8]) {
    let (blocks, rest) = from.as_chunks::<128>();
    let (blocks_out, rest_out) = out.as_chunks_mut::<32>();
    let (even, odd) = pairs(factors);
    let mask = _mm256_set1_epi16(0xff);
    let start = _mm256_set1_epi32(offset);
    for (from, out) in blocks.iter().zip(blocks_out) {
        expect_reads(from);
        expect_writes(out);
        let [p0, p1, p2, p3] = from.as_chunks::<32>().0 else { return };
        let luma = |pixels: &[u8; 32]| {
            let pixels = load(pixels);
            let low = _mm256_madd_epi16(_mm256_and_si256(pixels, mask), even);
            let high = _mm256_madd_epi16(_mm256_srli_epi16::<8>(pixels), odd);
            _mm256_srai_epi32::<15>(_mm256_add_epi32(_mm256_add_epi32(low, high), start))
        };
        let first = _mm256_packs_epi32(luma(p0), luma(p1));
        let second = _mm256_packs_epi32(luma(p2), luma(p3));
        let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
        store(out, _mm256_permutevar8x32_epi32(_mm256_packus_epi16(first, second), order));
    }
    super::to_luma(rest, factors, offset, rest_out);
}

#[target_feature(enable = "avx2")]
pub(super) fn to_chroma(
    upper: &[u8],
    lower: &[u8],
    average: bool,
    factors: [[i16; 4]; 2],
    offset: i32,
    out: &mut [u8],
) {
    let (blocks, rest) = upper.as_chunks::<128>();
    let (blocks_lower, rest_lower) = lower.as_chunks::<128>();
    // An odd last column rounds the output up, so its blocks are not simply whole ones.
    let (head, rest_out) = out.split_at_mut(blocks.len() * 32);
    let blocks_out = head.as_chunks_mut::<32>().0;
    let (first_pairs, second_pairs) = (pairs(factors[0]), pairs(factors[1]));
    let mask = _mm256_set1_epi16(0xff);
    let start = _mm256_set1_epi32(if average { 4 * offset } else { offset });
    let shift = _mm_cvtsi32_si128(if average { 17 } else { 15 });
    // Interleaved codes of eight pairs of columns, as words.
    let codes = |even: __m256i, odd: __m256i| {
        let code = |(even_factors, odd_factors)| {
            let sum =
                _mm256_add_epi32(_mm256_madd_epi16(even, even_factors), _mm256_madd_epi16(odd, odd_factors));
            _mm256_sra_epi32(_mm256_add_epi32(sum, start), shift)
        };
        let (a, b) = (code(first_pairs), code(second_pairs));
        // Codes of extreme factors may leave a byte; saturation happens here and in the last packing.
        _mm256_packs_epi32(_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b))
    };
    for ((upper, lower), out) in blocks.iter().zip(blocks_lower).zip(blocks_out) {
        let [u0, u1, u2, u3] = upper.as_chunks::<32>().0 else { return };
        let [l0, l1, l2, l3] = lower.as_chunks::<32>().0 else { return };
        let half = |first: (&[u8; 32], &[u8; 32]), second: (&[u8; 32], &[u8; 32])| {
            let parts = |pixels: __m256i| (_mm256_and_si256(pixels, mask), _mm256_srli_epi16::<8>(pixels));
            let (even, odd) = if average {
                let sums = |(upper, lower): (&[u8; 32], &[u8; 32])| {
                    let (upper, lower) = (parts(load(upper)), parts(load(lower)));
                    let (even, odd) =
                        (_mm256_add_epi16(upper.0, lower.0), _mm256_add_epi16(upper.1, lower.1));
                    // Neighbouring pixels summed in the low half of each 64 bits.
                    (
                        _mm256_add_epi16(even, _mm256_srli_epi64::<32>(even)),
                        _mm256_add_epi16(odd, _mm256_srli_epi64::<32>(odd)),
                    )
                };
                let (first, second) = (sums(first), sums(second));
                (gather_even(first.0, second.0), gather_even(first.1, second.1))
            } else {
                parts(gather_even(load(first.0), load(second.0)))
            };
            codes(even, odd)
        };
        let (first, second) = (half((u0, l0), (u1, l1)), half((u2, l2), (u3, l3)));
        // Lanes hold pairs 0-1, 4-5 | 2-3, 6-7 after gathering; see `gather_even`.
        let packed = _mm256_packus_epi16(first, second);
        let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
        store(out, _mm256_permutevar8x32_epi32(packed, order));
    }
    super::to_chroma(rest, rest_lower, average, factors, offset, rest_out);
}

/// The even 32-bit words of two registers: in the low lane words 0, 2 of `a` and 0, 2 of `b`, in the high
/// lane words 4, 6 of each.
#[inline]
#[target_feature(enable = "avx2")]
fn gather_even(a: __m256i, b: __m256i) -> __m256i {
    _mm256_castps_si256(_mm256_shuffle_ps::<0b10_00_10_00>(_mm256_castsi256_ps(a), _mm256_castsi256_ps(b)))
}
