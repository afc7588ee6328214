//! AVX-512 variants of resampling 8-bit samples: what repeats, and columns of few rows. Everything else is done as for AVX2.

use std::arch::x86_64::*;

use super::RowFilter;
use super::avx2;
use super::fine::{Fine, TapPair};
use crate::pixels::x86_64::{expect_writes, load, load_line, store_line, store_words};

/// # Safety
/// AVX-512; `from` is at least as long as the filter's source.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
pub(super) unsafe fn filter_row8(from: &[u8], filter: &RowFilter, out: &mut [i16]) {
    // SAFETY: by this function's contract.
    unsafe {
        match (&filter.fine, filter.pairs) {
            (Some(fine), 1) => fine_row8::<1>(from, fine, out),
            (Some(fine), 2) => fine_row8::<2>(from, fine, out),
            (Some(fine), 3) => fine_row8::<3>(from, fine, out),
            (Some(fine), 4) => fine_row8::<4>(from, fine, out),
            _ => return avx2::filter_row8(from, filter, out),
        }
    }
    let done = filter.fine.as_ref().map_or(0, |fine| fine.groups.len() * 16);
    super::filter_row8_from(done, from, filter, out);
}

/// A [`TapPair`] of two groups in registers.
struct Taps {
    bytes: __m512i,
    whole: __m512i,
    rest: __m512i,
}

/// Whole groups of a filter of `PAIRS` pairs of taps; two at a time in the run, where one load has all their samples.
///
/// # Safety
/// AVX-512; `from` is at least as long as the filter's source; `PAIRS` is the filter's.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
unsafe fn fine_row8<const PAIRS: usize>(from: &[u8], fine: &Fine, out: &mut [i16]) {
    let sets: &[[TapPair; PAIRS]] = fine.pairs.as_chunks().0;
    let out = out.as_chunks_mut::<16>().0;
    let run = &fine.groups[fine.run.clone()];
    let mut made = 0;
    if let [first, second, ..] = run {
        let windows = [first.windows, second.windows].map(|windows| windows.map(|window| window as usize));
        let base = windows.iter().flatten().copied().min().unwrap_or(0);
        let offsets = windows.map(|windows| windows.map(|window| window - base));
        let way = second.windows[0].saturating_sub(first.windows[0]) as usize;
        if way > 0 && offsets.iter().flatten().all(|&offset| offset + 16 <= 64) {
            let set = in_registers(&sets[first.set as usize], offsets);
            let out = out[fine.run.clone()].as_chunks_mut::<2>().0;
            for (index, out) in out.iter_mut().enumerate() {
                // The last ones may lie nearer to the end of the source.
                let Some((samples, _)) = from[base + index * 2 * way..].split_first_chunk() else { break };
                let [low, high] = out;
                let words = sums(load_line(samples), &set);
                store_words(low, _mm512_castsi512_si256(words));
                store_words(high, _mm512_extracti64x4_epi64::<1>(words));
                made += 2;
            }
        }
    }
    let (before, after) = (fine.run.start, fine.run.start + made);
    // SAFETY: by this function's contract.
    unsafe {
        avx2::fine_groups(from, sets, &fine.groups[..before], &mut out[..before]);
        avx2::fine_groups(from, sets, &fine.groups[after..], &mut out[after..]);
    }
}

/// The taps of two groups of one set, whose windows begin at `offsets` in a register.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn in_registers<const PAIRS: usize>(set: &[TapPair; PAIRS], offsets: [[usize; 2]; 2]) -> [Taps; PAIRS] {
    let of = |[low, high]: [usize; 2]| _mm256_set_m128i(_mm_set1_epi8(high as i8), _mm_set1_epi8(low as i8));
    let (first, second) = (of(offsets[0]), of(offsets[1]));
    std::array::from_fn(|pair| {
        let TapPair { bytes, whole, rest } = &set[pair];
        let (low, high) = (_mm256_add_epi8(load(bytes), first), _mm256_add_epi8(load(bytes), second));
        Taps {
            // What is taken where there is no tap does not count: the weight is 0.
            bytes: _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high),
            whole: _mm512_broadcast_i64x4(load(whole)),
            rest: _mm512_broadcast_i64x4(load(rest)),
        }
    })
}

/// Thirty-two samples as words with 6 fraction bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn sums<const PAIRS: usize>(samples: __m512i, set: &[Taps; PAIRS]) -> __m512i {
    let (mut whole, mut rest) = (_mm512_setzero_si512(), _mm512_setzero_si512());
    for taps in set {
        let pairs = _mm512_permutexvar_epi8(taps.bytes, samples);
        whole = _mm512_add_epi16(whole, _mm512_maddubs_epi16(pairs, taps.whole));
        rest = _mm512_add_epi16(rest, _mm512_maddubs_epi16(pairs, taps.rest));
    }
    // Six bits less, rounded.
    _mm512_add_epi16(whole, _mm512_mulhrs_epi16(rest, _mm512_set1_epi16(1 << 9)))
}

/// # Safety
/// AVX-512; every row has at least as many words as `out` has bytes.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) unsafe fn filter_columns8(rows: &[&[i16]], weights: &[i16], out: &mut [u8]) {
    // SAFETY: by this function's contract.
    unsafe {
        let done = match rows.len() {
            1 => blocks64::<1>(rows, weights, out),
            2 => blocks64::<2>(rows, weights, out),
            3 => blocks64::<3>(rows, weights, out),
            4 => blocks64::<4>(rows, weights, out),
            5 => blocks64::<5>(rows, weights, out),
            6 => blocks64::<6>(rows, weights, out),
            7 => blocks64::<7>(rows, weights, out),
            8 => blocks64::<8>(rows, weights, out),
            _ => 0,
        };
        avx2::filter_columns8_from(done, rows, weights, out);
    }
}

/// Whole blocks of 64 columns of `ROWS` rows, with every weight in a register; the number of columns.
///
/// # Safety
/// AVX-512; there are `ROWS` rows and weights, and every row has at least as many words as `out` has bytes.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn blocks64<const ROWS: usize>(rows: &[&[i16]], weights: &[i16], out: &mut [u8]) -> usize {
    let (Some(rows), Some(weights)) = (rows.first_chunk::<ROWS>(), weights.first_chunk::<ROWS>()) else {
        return 0;
    };
    let rows = rows.map(|row| row.as_ptr());
    let weights: [__m512i; ROWS] = std::array::from_fn(|row| _mm512_set1_epi16(weights[row]));
    let half = _mm512_set1_epi16(16);
    let order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    let blocks = out.as_chunks_mut::<64>().0;
    for (index, out) in blocks.iter_mut().enumerate() {
        expect_writes(out);
        let mut sums = [half; 2];
        for (row, weight) in rows.iter().zip(weights) {
            for (part, sum) in sums.iter_mut().enumerate() {
                // SAFETY: rows are as long as `out`, which goes beyond these columns.
                let words = unsafe { _mm512_loadu_si512(row.add(index * 64 + part * 32).cast()) };
                *sum = _mm512_adds_epi16(*sum, _mm512_mulhrs_epi16(words, weight));
            }
        }
        let (low, high) = (_mm512_srai_epi16::<5>(sums[0]), _mm512_srai_epi16::<5>(sums[1]));
        store_line(out, _mm512_permutexvar_epi64(order, _mm512_packus_epi16(low, high)));
    }
    blocks.len() * 64
}
