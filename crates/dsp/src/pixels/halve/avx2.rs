//! AVX2 variants of halving pictures by the widened cubic.

use std::arch::x86_64::*;

use super::{CUBIC, TAPS};
use crate::pixels::x86_64::{load, store, store_words};

#[target_feature(enable = "avx2")]
pub(super) fn halve_columns(rows: [&[u8]; 8], even: &mut [i16], odd: &mut [i16]) {
    let (blocks_even, rest_even) = even.as_chunks_mut::<16>();
    let (blocks_odd, rest_odd) = odd.as_chunks_mut::<16>();
    let done = blocks_even.len() * 32;
    let weights = |large: usize, small: usize| {
        _mm256_set1_epi16(i16::from_le_bytes([CUBIC[large], CUBIC[small]].map(|weight| weight as u8)))
    };
    let (inner, outer) = (weights(3, 1), weights(2, 0));
    // Sums of four rows are -3060 to 35700; these make them positive, and with the half that the mean adds round the
    // quarter of their sum.
    let (first, second) = (_mm256_set1_epi16(3060), _mm256_set1_epi16(3061));
    let correction = _mm256_set1_epi16(1530);
    let [r0, r1, r2, r3, r4, r5, r6, r7] = rows.map(|row| row.as_chunks::<32>().0);
    // The nearer a row is to the middle, the further behind.
    let upper = r0.iter().zip(r1).zip(r2).zip(r3);
    let lower = r7.iter().zip(r6).zip(r5).zip(r4);
    for ((upper, lower), (even, odd)) in upper.zip(lower).zip(blocks_even.iter_mut().zip(blocks_odd)) {
        // Words of the low and the high halves of each lane.
        let half = |rows: [&[u8; 32]; 4], bias| {
            let [far, middle, side, near] = rows.map(|row| load(row));
            let sum = |near_middle, side_far| {
                let products = _mm256_add_epi16(
                    _mm256_maddubs_epi16(near_middle, inner),
                    _mm256_maddubs_epi16(side_far, outer),
                );
                _mm256_add_epi16(products, bias)
            };
            (
                sum(_mm256_unpacklo_epi8(near, middle), _mm256_unpacklo_epi8(side, far)),
                sum(_mm256_unpackhi_epi8(near, middle), _mm256_unpackhi_epi8(side, far)),
            )
        };
        let [upper, lower] = [upper, lower].map(|(((a, b), c), d)| [a, b, c, d]);
        let (upper, lower) = (half(upper, first), half(lower, second));
        let words = |upper, lower| {
            let sum = _mm256_srli_epi16::<1>(_mm256_avg_epu16(upper, lower));
            _mm256_sub_epi16(sum, correction)
        };
        let (low, high) = (words(upper.0, lower.0), words(upper.1, lower.1));
        store_words(even, _mm256_unpacklo_epi64(low, high));
        store_words(odd, _mm256_unpackhi_epi64(low, high));
    }
    super::halve_columns(rows.map(|row| &row[done..]), rest_even, rest_odd);
}

#[target_feature(enable = "avx2")]
pub(super) fn halve_row(even: &[i16], odd: &[i16], out: &mut [u8]) {
    let (blocks, _) = out.as_chunks_mut::<32>();
    let done = blocks.len() * 32;
    let weights = CUBIC.map(|weight| _mm256_set1_epi16(weight * 128));
    let half = _mm256_set1_epi16(32);
    for (index, out) in blocks.iter_mut().enumerate() {
        let sixteen = |at: usize| {
            let mut sum = half;
            for ((is_odd, place), weight) in TAPS.into_iter().zip(weights) {
                let row = if is_odd { odd } else { even };
                debug_assert!(at + place + 16 <= row.len());
                // SAFETY: the rows have 16 words more than `out` has bytes, and `place` is 16 at most.
                let words = unsafe { _mm256_loadu_si256(row.as_ptr().add(at + place).cast()) };
                sum = _mm256_add_epi16(sum, _mm256_mulhrs_epi16(words, weight));
            }
            _mm256_srai_epi16::<6>(sum)
        };
        let (low, high) = (sixteen(index * 32), sixteen(index * 32 + 16));
        store(out, _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(low, high)));
    }
    super::halve_row_from(done, even, odd, out);
}
