//! AVX2 variants of moving samples about.

use std::arch::x86_64::*;

use crate::pixels::x86_64::{expect_reads, expect_writes, load, load_half, store, store_pixels};

/// Puts the low and high halves that unpacking leaves in each lane into order.
#[inline]
#[target_feature(enable = "avx2")]
fn in_order(low: __m256i, high: __m256i) -> (__m256i, __m256i) {
    (_mm256_permute2x128_si256::<0x20>(low, high), _mm256_permute2x128_si256::<0x31>(low, high))
}

/// 64 bytes in two registers, so that packing both leaves them in order.
#[inline]
#[target_feature(enable = "avx2")]
fn load_to_pack(bytes: &[u8; 64]) -> (__m256i, __m256i) {
    let (quarters, _) = bytes.as_chunks::<16>();
    let lanes = |low: usize| _mm256_set_m128i(load_half(&quarters[low + 2]), load_half(&quarters[low]));
    (lanes(0), lanes(1))
}

#[target_feature(enable = "avx2")]
pub(super) fn interleave(a: &[u8], b: &[u8], out: &mut [u8]) {
    let (blocks_a, rest_a) = a.as_chunks::<32>();
    let (blocks_b, rest_b) = b.as_chunks::<32>();
    let (blocks, rest) = out.as_chunks_mut::<64>();
    for ((a, b), out) in blocks_a.iter().zip(blocks_b).zip(blocks) {
        expect_reads(a);
        expect_reads(b);
        expect_writes(out);
        let (a, b) = (load(a), load(b));
        let (first, second) = in_order(_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b));
        let [low, high] = out.as_chunks_mut::<32>().0 else { return };
        store(low, first);
        store(high, second);
    }
    super::interleave(rest_a, rest_b, rest);
}

#[target_feature(enable = "avx2")]
pub(super) fn deinterleave(from: &[u8], a: &mut [u8], b: &mut [u8]) {
    let (blocks, rest) = from.as_chunks::<64>();
    let (blocks_a, rest_a) = a.as_chunks_mut::<32>();
    let (blocks_b, rest_b) = b.as_chunks_mut::<32>();
    let mask = _mm256_set1_epi16(0xff);
    for (from, (a, b)) in blocks.iter().zip(blocks_a.iter_mut().zip(blocks_b)) {
        expect_reads(from);
        expect_writes(a);
        expect_writes(b);
        let (low, high) = load_to_pack(from);
        store(a, _mm256_packus_epi16(_mm256_and_si256(low, mask), _mm256_and_si256(high, mask)));
        store(b, _mm256_packus_epi16(_mm256_srli_epi16::<8>(low), _mm256_srli_epi16::<8>(high)));
    }
    super::deinterleave(rest, rest_a, rest_b);
}

#[target_feature(enable = "avx2")]
pub(super) fn interleave4(rows: [&[u8]; 4], out: &mut [u8]) {
    let (blocks, rest) = out.as_chunks_mut::<128>();
    let [a, b, c, d] = rows.map(|row| row.as_chunks::<32>().0);
    let done = blocks.len() * 32;
    for ((out, (a, b)), (c, d)) in blocks.iter_mut().zip(a.iter().zip(b)).zip(c.iter().zip(d)) {
        store_pixels([load(a), load(b), load(c), load(d)], out);
    }
    super::interleave4(rows.map(|row| &row[done..]), rest);
}

#[target_feature(enable = "avx2")]
pub(super) fn deinterleave4(from: &[u8], rows: [&mut [u8]; 4]) {
    let (blocks, rest) = from.as_chunks::<128>();
    let done = blocks.len() * 32;
    let [(a, a_rest), (b, b_rest), (c, c_rest), (d, d_rest)] = rows.map(|row| row.split_at_mut(done));
    // Within each lane: four bytes of each row side by side.
    let together = _mm256_setr_epi8(
        0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7,
        11, 15,
    );
    let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    let [a, b, c, d] = [a, b, c, d].map(|row| row.as_chunks_mut::<32>().0);
    for ((from, (a, b)), (c, d)) in blocks.iter().zip(a.iter_mut().zip(b)).zip(c.iter_mut().zip(d)) {
        let [p0, p1, p2, p3] = from.as_chunks::<32>().0 else { return };
        let four = |pixels| _mm256_shuffle_epi8(load(pixels), together);
        let (p0, p1, p2, p3) = (four(p0), four(p1), four(p2), four(p3));
        let (ab_low, ab_high) = (_mm256_unpacklo_epi32(p0, p1), _mm256_unpacklo_epi32(p2, p3));
        let (cd_low, cd_high) = (_mm256_unpackhi_epi32(p0, p1), _mm256_unpackhi_epi32(p2, p3));
        store(a, _mm256_permutevar8x32_epi32(_mm256_unpacklo_epi64(ab_low, ab_high), order));
        store(b, _mm256_permutevar8x32_epi32(_mm256_unpackhi_epi64(ab_low, ab_high), order));
        store(c, _mm256_permutevar8x32_epi32(_mm256_unpacklo_epi64(cd_low, cd_high), order));
        store(d, _mm256_permutevar8x32_epi32(_mm256_unpackhi_epi64(cd_low, cd_high), order));
    }
    super::deinterleave4(rest, [a_rest, b_rest, c_rest, d_rest]);
}

#[target_feature(enable = "avx2")]
pub(super) fn every_second(from: &[u8], odd: bool, out: &mut [u8]) {
    let (blocks, rest) = from.as_chunks::<64>();
    let (blocks_out, rest_out) = out.as_chunks_mut::<32>();
    let mask = _mm256_set1_epi16(0xff);
    let shift = _mm_cvtsi32_si128(if odd { 8 } else { 0 });
    for (from, out) in blocks.iter().zip(blocks_out) {
        expect_reads(from);
        expect_writes(out);
        let (low, high) = load_to_pack(from);
        let low = _mm256_and_si256(_mm256_srl_epi16(low, shift), mask);
        let high = _mm256_and_si256(_mm256_srl_epi16(high, shift), mask);
        store(out, _mm256_packus_epi16(low, high));
    }
    super::every_second(rest, odd, rest_out);
}

#[target_feature(enable = "avx2")]
pub(super) fn widen(from: &[u8], out: &mut [u8]) {
    let (blocks, rest) = from.as_chunks::<32>();
    let (blocks_out, rest_out) = out.as_chunks_mut::<64>();
    let zero = _mm256_setzero_si256();
    for (from, out) in blocks.iter().zip(blocks_out) {
        expect_reads(from);
        expect_writes(out);
        let from = load(from);
        let (first, second) = in_order(_mm256_unpacklo_epi8(zero, from), _mm256_unpackhi_epi8(zero, from));
        let [low, high] = out.as_chunks_mut::<32>().0 else { return };
        store(low, first);
        store(high, second);
    }
    super::widen(rest, rest_out);
}

#[target_feature(enable = "avx2")]
pub(super) fn narrow(from: &[u8], out: &mut [u8]) {
    let (blocks, rest) = from.as_chunks::<64>();
    let (blocks_out, rest_out) = out.as_chunks_mut::<32>();
    let half = _mm256_set1_epi16(2);
    for (from, out) in blocks.iter().zip(blocks_out) {
        expect_reads(from);
        expect_writes(out);
        let (low, high) = load_to_pack(from);
        let low = _mm256_add_epi16(_mm256_srli_epi16::<6>(low), half);
        let high = _mm256_add_epi16(_mm256_srli_epi16::<6>(high), half);
        // Packing saturates at 255.
        store(out, _mm256_packus_epi16(_mm256_srli_epi16::<2>(low), _mm256_srli_epi16::<2>(high)));
    }
    super::narrow(rest, rest_out);
}

#[target_feature(enable = "avx2")]
pub(super) fn mean(a: &[u8], b: &[u8], out: &mut [u8]) {
    let (blocks_a, rest_a) = a.as_chunks::<32>();
    let (blocks_b, rest_b) = b.as_chunks::<32>();
    let (blocks, rest) = out.as_chunks_mut::<32>();
    for ((a, b), out) in blocks_a.iter().zip(blocks_b).zip(blocks) {
        expect_reads(a);
        expect_reads(b);
        store(out, _mm256_avg_epu8(load(a), load(b)));
    }
    super::mean(rest_a, rest_b, rest);
}

/// Blends two rows of bytes, the second with a weight of `FAR` quarters (0 to 2).
#[inline]
#[target_feature(enable = "avx2")]
fn blend<const FAR: u8>(near: __m256i, far: __m256i) -> __m256i {
    if FAR == 0 {
        return near;
    }
    let mean = _mm256_avg_epu8(near, far);
    if FAR == 2 {
        return mean;
    }
    // The mean of a byte, halves upwards, and the mean, halves downwards, is rounded as the sum of three quarters and
    // a quarter.
    let odd = _mm256_and_si256(_mm256_xor_si256(near, far), _mm256_set1_epi8(1));
    _mm256_avg_epu8(near, _mm256_sub_epi8(mean, odd))
}

/// Writes luma and chroma in turn.
#[inline]
#[target_feature(enable = "avx2")]
fn store_pairs(luma: __m256i, chroma: __m256i, luma_odd: bool, out: &mut [u8; 64]) {
    let (a, b) = if luma_odd { (chroma, luma) } else { (luma, chroma) };
    let (first, second) = in_order(_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b));
    let [low, high] = out.as_chunks_mut::<32>().0 else { return };
    store(low, first);
    store(high, second);
}

#[target_feature(enable = "avx2")]
pub(super) fn pack422(
    luma: &[u8],
    near: &[u8],
    far: &[u8],
    weights: [u8; 2],
    luma_odd: bool,
    out: &mut [u8],
) {
    match weights[1] {
        0 => pack422_with::<0>(luma, near, far, luma_odd, out),
        1 => pack422_with::<1>(luma, near, far, luma_odd, out),
        2 => pack422_with::<2>(luma, near, far, luma_odd, out),
        3 => pack422_with::<1>(luma, far, near, luma_odd, out),
        _ => pack422_with::<0>(luma, far, near, luma_odd, out),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn pack422_with<const FAR: u8>(luma: &[u8], near: &[u8], far: &[u8], luma_odd: bool, out: &mut [u8]) {
    let (blocks_luma, rest_luma) = luma.as_chunks::<32>();
    let (blocks_near, rest_near) = near.as_chunks::<32>();
    let (blocks_far, rest_far) = far.as_chunks::<32>();
    let (blocks, rest) = out.as_chunks_mut::<64>();
    let chroma = blocks_near.iter().zip(blocks_far);
    for ((luma, (near, far)), out) in blocks_luma.iter().zip(chroma).zip(blocks) {
        store_pairs(load(luma), blend::<FAR>(load(near), load(far)), luma_odd, out);
    }
    super::pack422(rest_luma, rest_near, rest_far, [4 - FAR, FAR], luma_odd, rest);
}

#[target_feature(enable = "avx2")]
pub(super) fn pack422_planar(
    luma: &[u8],
    cb: [&[u8]; 2],
    cr: [&[u8]; 2],
    weights: [u8; 2],
    luma_odd: bool,
    out: &mut [u8],
) {
    let (cb_swapped, cr_swapped) = ([cb[1], cb[0]], [cr[1], cr[0]]);
    match weights[1] {
        0 => pack422_planar_with::<0>(luma, cb, cr, luma_odd, out),
        1 => pack422_planar_with::<1>(luma, cb, cr, luma_odd, out),
        2 => pack422_planar_with::<2>(luma, cb, cr, luma_odd, out),
        3 => pack422_planar_with::<1>(luma, cb_swapped, cr_swapped, luma_odd, out),
        _ => pack422_planar_with::<0>(luma, cb_swapped, cr_swapped, luma_odd, out),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn pack422_planar_with<const FAR: u8>(
    luma: &[u8],
    cb: [&[u8]; 2],
    cr: [&[u8]; 2],
    luma_odd: bool,
    out: &mut [u8],
) {
    let (blocks_luma, rest_luma) = luma.as_chunks::<64>();
    let (blocks, rest) = out.as_chunks_mut::<128>();
    let done = blocks.len() * 32;
    let (cb_near, cb_far) = (cb[0].as_chunks::<32>().0, cb[1].as_chunks::<32>().0);
    let (cr_near, cr_far) = (cr[0].as_chunks::<32>().0, cr[1].as_chunks::<32>().0);
    let chroma = cb_near.iter().zip(cb_far).zip(cr_near.iter().zip(cr_far));
    for ((luma, out), (cb, cr)) in blocks_luma.iter().zip(blocks).zip(chroma) {
        let (cb, cr) = (blend::<FAR>(load(cb.0), load(cb.1)), blend::<FAR>(load(cr.0), load(cr.1)));
        expect_writes(out);
        // Lanes keep the order in which unpacking leaves chroma: luma is loaded in that order.
        let chroma = [_mm256_unpacklo_epi8(cb, cr), _mm256_unpackhi_epi8(cb, cr)];
        let [l0, l1, l2, l3] = luma.as_chunks::<16>().0 else { return };
        let luma = [(l0, l2), (l1, l3)].map(|(low, high)| _mm256_set_m128i(load_half(high), load_half(low)));
        let [out0, out1, out2, out3] = out.as_chunks_mut::<32>().0 else { return };
        for ((luma, chroma), (near, far)) in luma.into_iter().zip(chroma).zip([(out0, out2), (out1, out3)]) {
            let (a, b) = if luma_odd { (chroma, luma) } else { (luma, chroma) };
            let (first, second) = in_order(_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b));
            store(near, first);
            store(far, second);
        }
    }
    if !rest.is_empty() {
        let [cb, cr] = [cb, cr].map(|rows| rows.map(|row| &row[done..]));
        super::pack422_planar(rest_luma, cb, cr, [4 - FAR, FAR], luma_odd, rest);
    }
}

#[target_feature(enable = "avx2")]
pub(super) fn reorder(from: &[u8], order: [u8; 4], out: &mut [u8]) {
    let (blocks, rest) = from.as_chunks::<32>();
    let (blocks_out, rest_out) = out.as_chunks_mut::<32>();
    let word = i32::from_le_bytes(order);
    let steps =
        _mm256_setr_epi32(0, 0x0404_0404, 0x0808_0808, 0x0c0c_0c0c, 0, 0x0404_0404, 0x0808_0808, 0x0c0c_0c0c);
    let pattern = _mm256_add_epi8(_mm256_set1_epi32(word), steps);
    for (from, out) in blocks.iter().zip(blocks_out) {
        expect_reads(from);
        expect_writes(out);
        store(out, _mm256_shuffle_epi8(load(from), pattern));
    }
    super::reorder(rest, order, rest_out);
}

#[target_feature(enable = "avx2")]
pub(super) fn halve(upper: &[u8], lower: &[u8], unit: usize, out: &mut [u8]) {
    let (blocks_upper, rest_upper) = upper.as_chunks::<64>();
    let (blocks_lower, rest_lower) = lower.as_chunks::<64>();
    let (blocks, rest) = out.as_chunks_mut::<32>();
    // Neighbours side by side: two pixels of four bytes in each half lane, or bytes as they are.
    let pixels = _mm256_setr_epi8(
        0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15, 0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14,
        11, 15,
    );
    let single = _mm256_setr_epi8(
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,
        14, 15,
    );
    let order = if unit == 4 { pixels } else { single };
    let ones = _mm256_set1_epi8(1);
    for ((upper, lower), out) in blocks_upper.iter().zip(blocks_lower).zip(blocks) {
        expect_reads(upper);
        expect_reads(lower);
        let [u0, u1] = upper.as_chunks::<32>().0 else { return };
        let [l0, l1] = lower.as_chunks::<32>().0 else { return };
        let mean = |upper: &[u8; 32], lower: &[u8; 32]| {
            let columns = _mm256_shuffle_epi8(_mm256_avg_epu8(load(upper), load(lower)), order);
            _mm256_srli_epi16::<1>(_mm256_maddubs_epi16(columns, ones))
        };
        let bytes = _mm256_packus_epi16(mean(u0, l0), mean(u1, l1));
        store(out, _mm256_permute4x64_epi64::<0b11_01_10_00>(bytes));
    }
    super::halve(rest_upper, rest_lower, unit, rest);
}
