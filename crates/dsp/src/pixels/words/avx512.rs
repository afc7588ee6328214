//! AVX-512 variants for words between scaling and RGB.

use std::arch::x86_64::*;

use super::{MIDDLE, RgbFactors, avx2};
use crate::pixels::x86_64::{expect_writes, store_line};

/// # Safety
/// AVX-512; every row has at least as many words as `out`.
#[target_feature(enable = "avx512f,avx512bw")]
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
            _ => avx2::many(rows, weights, out),
        };
        super::blend_rows_from(done, rows, weights, out);
    }
}

/// Whole blocks of 32 words of `ROWS` rows, with every weight in a register; the number of words.
///
/// # Safety
/// AVX-512; there are `ROWS` rows and weights, and every row has at least as many words as `out`.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn blocks<const ROWS: usize>(rows: &[&[i16]], weights: &[i16], out: &mut [i16]) -> usize {
    let (largest, weight) = super::lead(weights);
    let Some(rows) = rows.first_chunk::<ROWS>() else { return 0 };
    let lead = rows[largest].as_ptr();
    // The last place would be that of the row itself, whose difference is nothing.
    let other = |place: usize| if place < largest { place } else { (place + 1).min(ROWS - 1) };
    let others: [*const i16; ROWS] = std::array::from_fn(|place| rows[other(place)].as_ptr());
    let weights: [__m512i; ROWS] = std::array::from_fn(|place| _mm512_set1_epi16(weight(other(place))));
    let out = out.as_chunks_mut::<32>().0;
    for (index, out) in out.iter_mut().enumerate() {
        // SAFETY: rows are as long as `out`, which goes beyond these words.
        let words = |row: *const i16| unsafe { _mm512_loadu_si512(row.add(index * 32).cast()) };
        let own = words(lead);
        let mut sum = own;
        for (row, weight) in others.iter().zip(weights).take(ROWS - 1) {
            let difference = _mm512_subs_epi16(words(*row), own);
            sum = _mm512_adds_epi16(sum, _mm512_mulhrs_epi16(difference, weight));
        }
        // SAFETY: the array is 64 writable bytes; the store needs no alignment.
        unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), sum) }
    }
    out.len() * 32
}

#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn to_rgb(luma: &[i16], a: &[i16], b: &[i16], factors: &RgbFactors, out: &mut [u8]) {
    let set = |word: i16| _mm512_set1_epi16(word);
    let (luma_factor, black, middle) = (set(factors.luma), set(super::black(factors)), set(MIDDLE));
    let (first_factor, last_factor) = (set(factors.first), set(factors.last));
    let green_factors = factors.green.map(set);
    let (unit, alpha) = (set(1 << 10), _mm512_set1_epi8(-1));
    // From the first and the second four columns of each eight.
    let order = [_mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15)];
    let done = luma.len() / 64 * 64;
    let (pixels, rest) = out.split_at_mut(4 * done);
    let [luma_blocks, a_blocks, b_blocks] = [luma, a, b].map(|row| row.as_chunks::<64>().0);
    let blocks = luma_blocks.iter().zip(a_blocks).zip(b_blocks).zip(pixels.as_chunks_mut::<256>().0);
    for (((luma, a), b), out) in blocks {
        expect_writes(out);
        let half = |part: usize| {
            // SAFETY: the arrays are 64 words long, of which these are half.
            let words = |row: &[i16; 64]| unsafe { _mm512_loadu_si512(row.as_ptr().add(part * 32).cast()) };
            let base = _mm512_adds_epi16(_mm512_mulhrs_epi16(words(luma), luma_factor), black);
            let [a, b] = [words(a), words(b)].map(|words| {
                let centred = _mm512_sub_epi16(words, middle);
                _mm512_add_epi16(centred, centred)
            });
            let code = |term| _mm512_mulhrs_epi16(_mm512_adds_epi16(base, term), unit);
            let green = [_mm512_mulhrs_epi16(a, green_factors[0]), _mm512_mulhrs_epi16(b, green_factors[1])];
            [
                code(_mm512_mulhrs_epi16(a, first_factor)),
                code(_mm512_adds_epi16(green[0], green[1])),
                code(_mm512_mulhrs_epi16(b, last_factor)),
            ]
        };
        let (low, high) = (half(0), half(1));
        let bytes = |colour: usize| _mm512_packus_epi16(low[colour], high[colour]);
        let [x, y, z] = [bytes(0), bytes(1), bytes(2)];
        let [a, b, c, d] = if factors.alpha_first { [alpha, x, y, z] } else { [x, y, z, alpha] };
        // In each lane there are eight columns of each half.
        let halves = [
            (_mm512_unpacklo_epi8(a, b), _mm512_unpacklo_epi8(c, d)),
            (_mm512_unpackhi_epi8(a, b), _mm512_unpackhi_epi8(c, d)),
        ];
        let lines = out.as_chunks_mut::<64>().0.as_chunks_mut::<2>().0;
        for ((ab, cd), lines) in halves.into_iter().zip(lines) {
            let (left, right) = (_mm512_unpacklo_epi16(ab, cd), _mm512_unpackhi_epi16(ab, cd));
            for (order, line) in order.iter().zip(lines) {
                store_line(line, _mm512_permutex2var_epi64(left, *order, right));
            }
        }
    }
    super::to_rgb(&luma[done..], &a[done..], &b[done..], factors, rest);
}
