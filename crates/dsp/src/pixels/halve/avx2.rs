//! AVX2 variants of halving pictures by the widened cubic.

use std::arch::x86_64::*;

use super::{CUBIC, TAPS};
use crate::pixels::x86_64::{expect_reads, load, store, store_words};

#[target_feature(enable = "avx2")]
pub(super) fn halve_columns(rows: [&[u8]; 10], words: [&mut [i16]; 4]) {
    let done = rows[0].len() / 32 * 32;
    let [first_even, first_odd, second_even, second_odd] = words;
    {
        let [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9] = rows;
        let rows = [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9].map(|row| row.as_chunks::<32>().0);
        let first = first_even.as_chunks_mut::<16>().0.iter_mut().zip(first_odd.as_chunks_mut::<16>().0);
        let second = second_even.as_chunks_mut::<16>().0.iter_mut().zip(second_odd.as_chunks_mut::<16>().0);
        // Of two neighbouring rows, without their signs.
        let weights = |upper: usize| {
            let pair = [CUBIC[upper], CUBIC[upper + 1]].map(|weight| weight.unsigned_abs() as u8);
            _mm256_set1_epi16(i16::from_le_bytes(pair))
        };
        let (w0, w2, w4, w6) = (weights(0), weights(2), weights(4), weights(6));
        let middle = _mm256_set1_epi8(-128);
        let upper = rows[0].iter().zip(rows[1]).zip(rows[2]).zip(rows[3]).zip(rows[4]);
        let lower = rows[5].iter().zip(rows[6]).zip(rows[7]).zip(rows[8]).zip(rows[9]);
        for ((upper, lower), (first, second)) in upper.zip(lower).zip(first.zip(second)) {
            let ((((r0, r1), r2), r3), r4) = upper;
            let ((((r5, r6), r7), r8), r9) = lower;
            // The others have been read for the two rows before.
            expect_reads(r6);
            expect_reads(r7);
            expect_reads(r8);
            expect_reads(r9);
            let around_zero = |row| _mm256_xor_si256(load(row), middle);
            let (r0, r1, r2, r3) = (around_zero(r0), around_zero(r1), around_zero(r2), around_zero(r3));
            let (r4, r5, r6, r7) = (around_zero(r4), around_zero(r5), around_zero(r6), around_zero(r7));
            let (r8, r9) = (around_zero(r8), around_zero(r9));
            let filtered = |p0, p1, p2, p3| {
                let upper = _mm256_sub_epi16(_mm256_maddubs_epi16(w2, p1), _mm256_maddubs_epi16(w0, p0));
                let lower = _mm256_sub_epi16(_mm256_maddubs_epi16(w4, p2), _mm256_maddubs_epi16(w6, p3));
                _mm256_add_epi16(_mm256_srai_epi16::<1>(upper), _mm256_srai_epi16::<1>(lower))
            };
            // The low and the high half of each lane.
            let (l0, h0) = (_mm256_unpacklo_epi8(r0, r1), _mm256_unpackhi_epi8(r0, r1));
            let (l1, h1) = (_mm256_unpacklo_epi8(r2, r3), _mm256_unpackhi_epi8(r2, r3));
            let (l2, h2) = (_mm256_unpacklo_epi8(r4, r5), _mm256_unpackhi_epi8(r4, r5));
            let (l3, h3) = (_mm256_unpacklo_epi8(r6, r7), _mm256_unpackhi_epi8(r6, r7));
            let (l4, h4) = (_mm256_unpacklo_epi8(r8, r9), _mm256_unpackhi_epi8(r8, r9));
            let (low, high) = (filtered(l0, l1, l2, l3), filtered(h0, h1, h2, h3));
            store_words(first.0, _mm256_unpacklo_epi64(low, high));
            store_words(first.1, _mm256_unpackhi_epi64(low, high));
            let (low, high) = (filtered(l1, l2, l3, l4), filtered(h1, h2, h3, h4));
            store_words(second.0, _mm256_unpacklo_epi64(low, high));
            store_words(second.1, _mm256_unpackhi_epi64(low, high));
        }
    }
    super::halve_columns_from(done, rows, [first_even, first_odd, second_even, second_odd]);
}

#[target_feature(enable = "avx2")]
pub(super) fn halve_row(even: &[i16], odd: &[i16], out: &mut [u8]) {
    let (blocks, _) = out.as_chunks_mut::<32>();
    let done = blocks.len() * 32;
    let weight = |tap: usize| _mm256_set1_epi16(CUBIC[tap] * 128);
    let weights = [weight(0), weight(1), weight(2), weight(3), weight(4), weight(5), weight(6), weight(7)];
    let half = _mm256_set1_epi16(64);
    let middle = _mm256_set1_epi8(-128);
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
            _mm256_srai_epi16::<7>(sum)
        };
        let (low, high) = (sixteen(index * 32), sixteen(index * 32 + 16));
        // Packing limits the distance from the middle.
        let bytes = _mm256_xor_si256(_mm256_packs_epi16(low, high), middle);
        store(out, _mm256_permute4x64_epi64::<0b11_01_10_00>(bytes));
    }
    super::halve_row_from(done, even, odd, out);
}
