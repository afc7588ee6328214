//! AVX2 variants for words between scaling and RGB.

use std::arch::x86_64::*;

use super::{MIDDLE, RgbFactors};
use crate::pixels::x86_64::{expect_writes, interleave_pixels, load_words, store, store_words};

/// # Safety
/// AVX2; every row has at least as many words as `out`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn blend_rows(rows: &[&[i16]], weights: &[i16], out: &mut [i16]) {
    // SAFETY: by this function's contract.
    unsafe {
        let done = match rows.len() {
            1 => return out.copy_from_slice(&rows[0][..out.len()]),
            2 => blocks::<2>(rows, weights, out),
            3 => blocks::<3>(rows, weights, out),
            4 => blocks::<4>(rows, weights, out),
            5 => blocks::<5>(rows, weights, out),
            6 => blocks::<6>(rows, weights, out),
            7 => blocks::<7>(rows, weights, out),
            8 => blocks::<8>(rows, weights, out),
            _ => many(rows, weights, out),
        };
        super::blend_rows_from(done, rows, weights, out);
    }
}

/// Whole blocks of 16 words of `ROWS` rows, with every weight in a register; the number of words.
///
/// # Safety
/// AVX2; there are `ROWS` rows and weights, and every row has at least as many words as `out`.
#[inline(never)]
#[target_feature(enable = "avx2")]
unsafe fn blocks<const ROWS: usize>(rows: &[&[i16]], weights: &[i16], out: &mut [i16]) -> usize {
    let (largest, weight) = super::lead(weights);
    let Some(rows) = rows.first_chunk::<ROWS>() else { return 0 };
    let lead = rows[largest].as_ptr();
    // The last place would be that of the row itself, whose difference is nothing.
    let other = |place: usize| if place < largest { place } else { (place + 1).min(ROWS - 1) };
    let others: [*const i16; ROWS] = std::array::from_fn(|place| rows[other(place)].as_ptr());
    let weights: [__m256i; ROWS] = std::array::from_fn(|place| _mm256_set1_epi16(weight(other(place))));
    let out = out.as_chunks_mut::<16>().0;
    for (index, out) in out.iter_mut().enumerate() {
        // SAFETY: rows are as long as `out`, which goes beyond these words.
        let words = |row: *const i16| unsafe { _mm256_loadu_si256(row.add(index * 16).cast()) };
        let own = words(lead);
        let mut sum = own;
        for (row, weight) in others.iter().zip(weights).take(ROWS - 1) {
            let difference = _mm256_subs_epi16(words(*row), own);
            sum = _mm256_adds_epi16(sum, _mm256_mulhrs_epi16(difference, weight));
        }
        store_words(out, sum);
    }
    out.len() * 16
}

/// Whole blocks of 16 words of any number of rows; the number of words.
///
/// # Safety
/// AVX2; every row has at least as many words as `out`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn many(rows: &[&[i16]], weights: &[i16], out: &mut [i16]) -> usize {
    let out = out.as_chunks_mut::<16>().0;
    for (index, out) in out.iter_mut().enumerate() {
        // SAFETY: rows are as long as `out`, which goes beyond these words.
        let words = |row: &[i16]| unsafe { _mm256_loadu_si256(row.as_ptr().add(index * 16).cast()) };
        let (mut low, mut high) = (_mm256_set1_epi32(1 << 13), _mm256_set1_epi32(1 << 13));
        for (rows, weights) in rows.chunks(2).zip(weights.chunks(2)) {
            let (a, b, weight) = match (rows, weights) {
                ([a, b], &[v, w]) => (words(a), words(b), i32::from(v) & 0xffff | i32::from(w) << 16),
                ([a, ..], &[v, ..]) => (words(a), _mm256_setzero_si256(), i32::from(v) & 0xffff),
                _ => continue,
            };
            let weight = _mm256_set1_epi32(weight);
            low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), weight));
            high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), weight));
        }
        store_words(out, _mm256_packs_epi32(_mm256_srai_epi32::<14>(low), _mm256_srai_epi32::<14>(high)));
    }
    out.len() * 16
}

#[target_feature(enable = "avx2")]
pub(super) fn to_rgb(luma: &[i16], a: &[i16], b: &[i16], factors: &RgbFactors, out: &mut [u8]) {
    let set = |word: i16| _mm256_set1_epi16(word);
    let (luma_factor, black, middle) = (set(factors.luma), set(super::black(factors)), set(MIDDLE));
    let (first_factor, last_factor) = (set(factors.first), set(factors.last));
    let green_factors = factors.green.map(set);
    let (unit, alpha) = (set(1 << 10), _mm256_set1_epi8(-1));
    let done = luma.len() / 32 * 32;
    let (pixels, rest) = out.split_at_mut(4 * done);
    let [luma_blocks, a_blocks, b_blocks] = [luma, a, b].map(|row| row.as_chunks::<32>().0);
    let blocks = luma_blocks.iter().zip(a_blocks).zip(b_blocks).zip(pixels.as_chunks_mut::<128>().0);
    for (((luma, a), b), out) in blocks {
        expect_writes(out);
        let sixteen = |part: usize| {
            let words = |row: &[i16; 32]| load_words(&row.as_chunks::<16>().0[part]);
            let base = _mm256_adds_epi16(_mm256_mulhrs_epi16(words(luma), luma_factor), black);
            let [a, b] = [words(a), words(b)].map(|words| {
                let centred = _mm256_sub_epi16(words, middle);
                _mm256_add_epi16(centred, centred)
            });
            let code = |term| _mm256_mulhrs_epi16(_mm256_adds_epi16(base, term), unit);
            let green = [_mm256_mulhrs_epi16(a, green_factors[0]), _mm256_mulhrs_epi16(b, green_factors[1])];
            [
                code(_mm256_mulhrs_epi16(a, first_factor)),
                code(_mm256_adds_epi16(green[0], green[1])),
                code(_mm256_mulhrs_epi16(b, last_factor)),
            ]
        };
        let (low, high) = (sixteen(0), sixteen(1));
        let bytes = |colour: usize| _mm256_packus_epi16(low[colour], high[colour]);
        let [x, y, z] = [bytes(0), bytes(1), bytes(2)];
        // In each lane there are columns of both halves.
        let [q0, q1, q2, q3] =
            interleave_pixels(if factors.alpha_first { [alpha, x, y, z] } else { [x, y, z, alpha] });
        let [o0, o1, o2, o3] = out.as_chunks_mut::<32>().0 else { return };
        store(o0, _mm256_permute2x128_si256::<0x20>(q0, q1));
        store(o1, _mm256_permute2x128_si256::<0x31>(q0, q1));
        store(o2, _mm256_permute2x128_si256::<0x20>(q2, q3));
        store(o3, _mm256_permute2x128_si256::<0x31>(q2, q3));
    }
    super::to_rgb(&luma[done..], &a[done..], &b[done..], factors, rest);
}
