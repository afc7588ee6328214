//! AVX2 variants of resampling.

use std::arch::x86_64::*;

use super::fine::{Fine, TapPair};
use super::{Group, RowFilter, Shuffle, Window};
use crate::pixels::x86_64::{expect_writes, load, load_half, load_words, store, store_words};

/// # Safety
/// AVX2; `from` is at least as long as the filter's source.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn filter_row8(from: &[u8], filter: &RowFilter, out: &mut [i16]) {
    if let Some(fine) = &filter.fine {
        // SAFETY: by this function's contract.
        unsafe {
            match filter.pairs {
                1 => fine_row8::<1>(from, fine, out),
                2 => fine_row8::<2>(from, fine, out),
                3 => fine_row8::<3>(from, fine, out),
                _ => fine_row8::<4>(from, fine, out),
            }
        }
        return super::filter_row8_from(fine.groups.len() * 16, from, filter, out);
    }
    if filter.groups.is_empty() {
        return dot_row8(from, filter, out);
    }
    // SAFETY: by this function's contract.
    unsafe {
        match filter.pairs {
            1 => shuffle_row8::<1>(from, filter, out),
            2 => shuffle_row8::<2>(from, filter, out),
            3 => shuffle_row8::<3>(from, filter, out),
            4 => shuffle_row8::<4>(from, filter, out),
            5 => shuffle_row8::<5>(from, filter, out),
            6 => shuffle_row8::<6>(from, filter, out),
            7 => shuffle_row8::<7>(from, filter, out),
            _ => shuffle_row8::<8>(from, filter, out),
        }
    }
    super::filter_row8_from(filter.groups.len() * 8, from, filter, out);
}

/// Whole groups of a filter of `PAIRS` pairs of taps.
///
/// # Safety
/// AVX2; `from` is at least as long as the filter's source; `PAIRS` is the filter's.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn fine_row8<const PAIRS: usize>(from: &[u8], fine: &Fine, out: &mut [i16]) {
    let sets: &[[TapPair; PAIRS]] = fine.pairs.as_chunks().0;
    // More would not stay in registers.
    let run = if PAIRS <= 3 { fine.run.clone() } else { 0..0 };
    let out = out.as_chunks_mut().0;
    let (before, mut after) = (run.start, run.start);
    if let even @ [first, second, ..] = &fine.groups[run.clone()] {
        let set = in_registers(&sets[first.set as usize]);
        let way = second.windows[0].wrapping_sub(first.windows[0]) as i32 as isize;
        let last = even.len() as isize - 1;
        debug_assert!(
            even[last as usize].windows.map(|w| w as isize) == first.windows.map(|w| w as isize + last * way)
        );
        after = run.end;
        for (index, out) in out[run].iter_mut().enumerate() {
            // SAFETY: these are the windows of the group of this number, which lie within `from`.
            let samples = unsafe { windows(from.as_ptr().offset(index as isize * way), first.windows) };
            store_words(out, fine_sums(samples, &set));
        }
    }
    // SAFETY: by this function's contract.
    unsafe {
        fine_groups(from, sets, &fine.groups[..before], &mut out[..before]);
        fine_groups(from, sets, &fine.groups[after..], &mut out[after..]);
    }
}

/// Groups with a set of its own for each.
///
/// # Safety
/// AVX2; the groups are those of a filter whose source is not longer than `from`, and `sets` are the filter's.
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn fine_groups<const PAIRS: usize>(
    from: &[u8],
    sets: &[[TapPair; PAIRS]],
    groups: &[Group],
    out: &mut [[i16; 16]],
) {
    for (group, out) in groups.iter().zip(out) {
        let [low, high] = group.windows;
        debug_assert!(from.len() >= low.max(high) as usize + 16 && sets.len() > group.set as usize);
        // SAFETY: `Fine::of` lets windows begin 16 bytes before the end of the source or earlier, and numbers the sets
        // it has stored.
        let (samples, set) =
            unsafe { (windows(from.as_ptr(), group.windows), sets.get_unchecked(group.set as usize)) };
        store_words(out, fine_sums(samples, &in_registers(set)));
    }
}

/// A [`TapPair`] in registers.
struct Taps {
    bytes: __m256i,
    whole: __m256i,
    rest: __m256i,
}

#[inline]
#[target_feature(enable = "avx2")]
fn in_registers<const PAIRS: usize>(set: &[TapPair; PAIRS]) -> [Taps; PAIRS] {
    std::array::from_fn(|pair| {
        let TapPair { bytes, whole, rest } = &set[pair];
        Taps { bytes: load(bytes), whole: load(whole), rest: load(rest) }
    })
}

/// Sixteen samples as words with 6 fraction bits.
#[inline]
#[target_feature(enable = "avx2")]
fn fine_sums<const PAIRS: usize>(samples: __m256i, set: &[Taps; PAIRS]) -> __m256i {
    let (mut whole, mut rest) = (_mm256_setzero_si256(), _mm256_setzero_si256());
    for taps in set {
        let pairs = _mm256_shuffle_epi8(samples, taps.bytes);
        whole = _mm256_add_epi16(whole, _mm256_maddubs_epi16(pairs, taps.whole));
        rest = _mm256_add_epi16(rest, _mm256_maddubs_epi16(pairs, taps.rest));
    }
    // Six bits less, rounded.
    _mm256_add_epi16(whole, _mm256_mulhrs_epi16(rest, _mm256_set1_epi16(1 << 9)))
}

/// Whole groups of a filter of `PAIRS` pairs of taps.
///
/// # Safety
/// AVX2; `from` is at least as long as the filter's source; `PAIRS` is the filter's.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn shuffle_row8<const PAIRS: usize>(from: &[u8], filter: &RowFilter, out: &mut [i16]) {
    debug_assert!(filter.pairs == PAIRS && from.len() >= filter.source_length);
    let sets: &[[Shuffle; PAIRS]] = filter.shuffles.as_chunks().0;
    // More would not stay in registers.
    let run = if PAIRS <= 5 { filter.run.clone() } else { 0..0 };
    let (before, rest) = filter.groups.split_at(run.start);
    let (even, after) = rest.split_at(run.len());
    let (out_before, out) = out.split_at_mut(before.len() * 8);
    let (out_even, out_after) = out.split_at_mut(even.len() * 8);
    // SAFETY: by this function's contract; `run` is what it says.
    unsafe {
        uneven_groups(from, before, sets, out_before);
        even_groups(from, even, sets, out_even);
        uneven_groups(from, after, sets, out_after);
    }
}

/// # Safety
/// As [`group_sums`], for all groups.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn uneven_groups<const PAIRS: usize>(
    from: &[u8],
    groups: &[Group],
    sets: &[[Shuffle; PAIRS]],
    out: &mut [i16],
) {
    let (twos, last) = groups.as_chunks::<2>();
    let blocks = out.as_chunks_mut::<16>().0;
    for (two, out) in twos.iter().zip(blocks) {
        // SAFETY: by this function's contract.
        let (first, second) = unsafe { (group_sums(from, &two[0], sets), group_sums(from, &two[1], sets)) };
        let words = _mm256_packs_epi32(first, second);
        store_words(out, _mm256_permute4x64_epi64::<0b11_01_10_00>(words));
    }
    if let [last] = last {
        // SAFETY: by this function's contract.
        let sum = unsafe { group_sums(from, last, sets) };
        let words = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(sum, sum));
        let mut block = [0; 16];
        store_words(&mut block, words);
        let start = twos.len() * 16;
        out[start..start + 8].copy_from_slice(&block[..8]);
    }
}

/// Groups of one set, with windows at even distances: shuffles and weights stay in registers.
///
/// # Safety
/// As [`group_sums`], for all groups, which are such groups.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn even_groups<const PAIRS: usize>(
    from: &[u8],
    groups: &[Group],
    sets: &[[Shuffle; PAIRS]],
    out: &mut [i16],
) {
    let [first, second, ..] = groups else { return };
    let way = second.windows[0].wrapping_sub(first.windows[0]) as i32 as isize;
    let last = groups.len() as isize - 1;
    let at_last = first.windows.map(|window| window as isize + last * way);
    debug_assert!(groups[last as usize].windows.map(|window| window as isize) == at_last);
    let set = &sets[first.set as usize];
    let bytes: [__m256i; PAIRS] = std::array::from_fn(|pair| load(&set[pair].bytes));
    let weights: [__m256i; PAIRS] = std::array::from_fn(|pair| load_words(&set[pair].weights));
    let half = _mm256_set1_epi32(1 << 7);
    let sums = |group: isize| {
        // SAFETY: these are the windows of group number `group`, which lie within `from`.
        let samples = unsafe { windows(from.as_ptr().offset(group * way), first.windows) };
        let mut sum = half;
        for (bytes, weights) in bytes.iter().zip(&weights) {
            sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_shuffle_epi8(samples, *bytes), *weights));
        }
        _mm256_srai_epi32::<8>(sum)
    };
    for (two, out) in out.as_chunks_mut::<16>().0.iter_mut().enumerate() {
        let two = two as isize * 2;
        let words = _mm256_packs_epi32(sums(two), sums(two + 1));
        store_words(out, _mm256_permute4x64_epi64::<0b11_01_10_00>(words));
    }
}

/// The 16 bytes of each of two windows, the first in the low half.
///
/// # Safety
/// AVX2; 16 bytes from each window, counted from `from`, are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn windows(from: *const u8, [low, high]: [u32; 2]) -> __m256i {
    // SAFETY: by this function's contract.
    unsafe {
        let low = _mm_loadu_si128(from.add(low as usize).cast());
        _mm256_set_m128i(_mm_loadu_si128(from.add(high as usize).cast()), low)
    }
}

/// Eight samples, rounded to 32-bit words with 6 fraction bits.
///
/// # Safety
/// AVX2; `group` and `sets` are of one filter, whose source is no longer than `from`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn group_sums<const PAIRS: usize>(from: &[u8], group: &Group, sets: &[[Shuffle; PAIRS]]) -> __m256i {
    let [low, high] = group.windows;
    debug_assert!(from.len() >= low.max(high) as usize + 16 && sets.len() > group.set as usize);
    // SAFETY: `RowFilter::arrange` lets windows begin 16 bytes before the end of the source or earlier, and numbers
    // the sets it has stored.
    let (samples, set) =
        unsafe { (windows(from.as_ptr(), group.windows), sets.get_unchecked(group.set as usize)) };
    let mut sum = _mm256_set1_epi32(1 << 7);
    for shuffle in set {
        sum = _mm256_add_epi32(sum, pair(samples, shuffle));
    }
    _mm256_srai_epi32::<8>(sum)
}

#[inline]
#[target_feature(enable = "avx2")]
fn pair(samples: __m256i, shuffle: &Shuffle) -> __m256i {
    _mm256_madd_epi16(_mm256_shuffle_epi8(samples, load(&shuffle.bytes)), load_words(&shuffle.weights))
}

/// Sum of the four words of 32 bits in each lane, over both lanes.
#[inline]
#[target_feature(enable = "avx2")]
fn total(sums: __m256i) -> i32 {
    let four = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums));
    let two = _mm_add_epi32(four, _mm_shuffle_epi32::<0b01_00_11_10>(four));
    _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32::<0b10_11_00_01>(two)))
}

/// One sample at a time, sixteen taps together.
#[target_feature(enable = "avx2")]
fn dot_row8(from: &[u8], filter: &RowFilter, out: &mut [i16]) {
    for (index, out) in out.iter_mut().enumerate() {
        let samples = &from[filter.starts[index] as usize..][..filter.taps];
        let (blocks, rest) = samples.as_chunks::<16>();
        let (weights, rest_weights) = filter.weights_of(index).as_chunks::<16>();
        let mut sums = _mm256_setzero_si256();
        for (samples, weights) in blocks.iter().zip(weights) {
            let samples = _mm256_cvtepu8_epi16(load_half(samples));
            sums = _mm256_add_epi32(sums, _mm256_madd_epi16(samples, load_words(weights)));
        }
        let mut sum = total(sums);
        for (&sample, &weight) in rest.iter().zip(rest_weights) {
            sum += i32::from(sample) * i32::from(weight);
        }
        *out = super::settle(sum, super::FRACTION_8);
    }
}

/// # Safety
/// AVX2; `from` is at least as long as the filter's source.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn filter_row16(from: &[i16], filter: &RowFilter, out: &mut [i16]) {
    debug_assert!(from.len() >= filter.source_length);
    // SAFETY: by this function's contract.
    unsafe {
        match filter.windows_each {
            _ if filter.windows.is_empty() => return dot_row16(from, filter, out),
            1 => window_row16::<1>(from, filter.windows.as_chunks().0, out),
            _ => window_row16::<2>(from, filter.windows.as_chunks().0, out),
        }
    }
    super::filter_row16_from(out.len() / 8 * 8, from, filter, out);
}

/// Whole groups of eight samples of `EACH` windows.
///
/// # Safety
/// AVX2; every window lies within `from`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn window_row16<const EACH: usize>(from: &[i16], windows: &[[Window; EACH]], out: &mut [i16]) {
    let half = _mm_set1_epi32(1 << 9);
    for (samples, out) in windows.as_chunks::<8>().0.iter().zip(out.as_chunks_mut::<8>().0) {
        // Four sums of pairs of taps.
        let sums = |windows: &[Window; EACH]| {
            let mut sum = _mm_setzero_si128();
            for Window { weights, start } in windows {
                debug_assert!(*start as usize + 8 <= from.len());
                // SAFETY: by this function's contract; the weights are 16 readable bytes.
                let (words, weights) = unsafe {
                    let words = _mm_loadu_si128(from.as_ptr().add(*start as usize).cast());
                    (words, _mm_loadu_si128(weights.as_ptr().cast()))
                };
                sum = _mm_add_epi32(sum, _mm_madd_epi16(words, weights));
            }
            sum
        };
        let [a, b, c, d, e, f, g, h] = samples;
        let four = |a, b, c, d| {
            let sum = _mm_hadd_epi32(_mm_hadd_epi32(sums(a), sums(b)), _mm_hadd_epi32(sums(c), sums(d)));
            _mm_srai_epi32::<10>(_mm_add_epi32(sum, half))
        };
        let words = _mm_packs_epi32(four(a, b, c, d), four(e, f, g, h));
        // SAFETY: the array is 16 writable bytes; the store needs no alignment.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().cast(), words) };
    }
}

#[target_feature(enable = "avx2")]
fn dot_row16(from: &[i16], filter: &RowFilter, out: &mut [i16]) {
    for (index, out) in out.iter_mut().enumerate() {
        let samples = &from[filter.starts[index] as usize..][..filter.taps];
        let (blocks, rest) = samples.as_chunks::<16>();
        let (weights, rest_weights) = filter.weights_of(index).as_chunks::<16>();
        let mut sum = 0;
        if !blocks.is_empty() {
            let mut sums = _mm256_setzero_si256();
            for (samples, weights) in blocks.iter().zip(weights) {
                sums = _mm256_add_epi32(sums, _mm256_madd_epi16(load_words(samples), load_words(weights)));
            }
            sum = total(sums);
        }
        for (&sample, &weight) in rest.iter().zip(rest_weights) {
            sum += i32::from(sample) * i32::from(weight);
        }
        *out = super::settle(sum, super::FRACTION_10);
    }
}

#[target_feature(enable = "avx2")]
pub(super) fn lift8(from: &[u8], out: &mut [i16]) {
    let (blocks, rest) = from.as_chunks::<16>();
    let (blocks_out, rest_out) = out.as_chunks_mut::<16>();
    for (from, out) in blocks.iter().zip(blocks_out) {
        store_words(out, _mm256_slli_epi16::<6>(_mm256_cvtepu8_epi16(load_half(from))));
    }
    super::lift8(rest, rest_out);
}

/// Codes of 16 columns from `x` on, not yet limited; words have `FRACTION` bits.
///
/// # Safety
/// AVX2; every row has at least `x + 16` words.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn column16<const FRACTION: i32>(rows: &[&[i16]], weights: &[i16], x: usize) -> __m256i {
    // SAFETY: the caller says that rows reach this far.
    let words = |row: &[i16]| unsafe { _mm256_loadu_si256(row.as_ptr().add(x).cast()) };
    if rows.len() > super::ROUNDED_ROWS {
        let start = _mm256_set1_epi32(1 << (13 + FRACTION));
        let (mut low, mut high) = (start, start);
        let pairs = rows.chunks(2).zip(weights.chunks(2));
        for (rows, weights) in pairs {
            let (a, b, weight) = match (rows, weights) {
                ([a, b], &[v, w]) => (words(a), words(b), i32::from(v) & 0xffff | i32::from(w) << 16),
                ([a, ..], &[v, ..]) => (words(a), _mm256_setzero_si256(), i32::from(v) & 0xffff),
                _ => continue,
            };
            let weight = _mm256_set1_epi32(weight);
            low = _mm256_add_epi32(low, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), weight));
            high = _mm256_add_epi32(high, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), weight));
        }
        let shift = _mm_cvtsi32_si128(14 + FRACTION);
        return _mm256_packs_epi32(_mm256_sra_epi32(low, shift), _mm256_sra_epi32(high, shift));
    }
    let mut sum = _mm256_set1_epi16(1 << (FRACTION - 2));
    for (row, &weight) in rows.iter().zip(weights) {
        sum = _mm256_adds_epi16(sum, _mm256_mulhrs_epi16(words(row), _mm256_set1_epi16(weight)));
    }
    _mm256_sra_epi16(sum, _mm_cvtsi32_si128(FRACTION - 1))
}

/// Whole blocks of 64 columns of `ROWS` rows, with every weight in a register; the number of columns.
///
/// # Safety
/// AVX2; there are `ROWS` rows and weights, and every row has at least as many words as `out` has bytes.
#[inline(never)]
#[target_feature(enable = "avx2")]
unsafe fn blocks64<const ROWS: usize>(rows: &[&[i16]], weights: &[i16], out: &mut [u8]) -> usize {
    let (Some(rows), Some(weights)) = (rows.first_chunk::<ROWS>(), weights.first_chunk::<ROWS>()) else {
        return 0;
    };
    let rows = rows.map(|row| row.as_ptr());
    let weights: [__m256i; ROWS] = std::array::from_fn(|row| _mm256_set1_epi16(weights[row]));
    let half = _mm256_set1_epi16(16);
    let blocks = out.as_chunks_mut::<64>().0;
    for (index, out) in blocks.iter_mut().enumerate() {
        expect_writes(out);
        let mut sums = [half; 4];
        for (row, weight) in rows.iter().zip(weights) {
            for (part, sum) in sums.iter_mut().enumerate() {
                // SAFETY: rows are as long as `out`, which goes beyond these columns.
                let words = unsafe { _mm256_loadu_si256(row.add(index * 64 + part * 16).cast()) };
                *sum = _mm256_adds_epi16(*sum, _mm256_mulhrs_epi16(words, weight));
            }
        }
        let pack = |a: __m256i, b: __m256i| {
            let codes = _mm256_packus_epi16(_mm256_srai_epi16::<5>(a), _mm256_srai_epi16::<5>(b));
            _mm256_permute4x64_epi64::<0b11_01_10_00>(codes)
        };
        let [low, high] = out.as_chunks_mut::<32>().0 else { return 0 };
        store(low, pack(sums[0], sums[1]));
        store(high, pack(sums[2], sums[3]));
    }
    blocks.len() * 64
}

/// # Safety
/// AVX2; every row has at least as many words as `out` has bytes.
#[target_feature(enable = "avx2")]
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
        filter_columns8_from(done, rows, weights, out);
    }
}

/// The columns from number `done` on, whole blocks of 32 first.
///
/// # Safety
/// As [`filter_columns8`].
#[inline]
#[target_feature(enable = "avx2")]
pub(super) unsafe fn filter_columns8_from(mut done: usize, rows: &[&[i16]], weights: &[i16], out: &mut [u8]) {
    const { assert!(super::ROUNDED_ROWS == 8) };
    let out = &mut out[done..];
    let (blocks, rest) = out.as_chunks_mut::<32>();
    let first = done;
    done += blocks.len() * 32;
    for (index, out) in blocks.iter_mut().enumerate() {
        let x = first + index * 32;
        // SAFETY: rows are as long as `out`, which goes beyond `x + 32`.
        let (low, high) = unsafe { (column16::<6>(rows, weights, x), column16::<6>(rows, weights, x + 16)) };
        store(out, _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(low, high)));
    }
    for (x, out) in rest.iter_mut().enumerate() {
        *out = super::column(rows, weights, done + x, super::FRACTION_8).clamp(0, 255) as u8;
    }
}

/// # Safety
/// AVX2; every row has at least half as many words as `out` has bytes.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn filter_columns16(rows: &[&[i16]], weights: &[i16], out: &mut [u8]) {
    let (zero, limit) = (_mm256_setzero_si256(), _mm256_set1_epi16(1023));
    let (blocks, rest) = out.as_chunks_mut::<32>();
    let done = blocks.len() * 16;
    for (index, out) in blocks.iter_mut().enumerate() {
        // SAFETY: rows have half as many words as `out` bytes, which go beyond this block.
        let codes = unsafe { column16::<4>(rows, weights, index * 16) };
        store(out, _mm256_slli_epi16::<6>(_mm256_min_epi16(_mm256_max_epi16(codes, zero), limit)));
    }
    for (x, out) in rest.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        let code = super::column(rows, weights, done + x, super::FRACTION_10).clamp(0, 1023) as u16;
        *out = (code << 6).to_le_bytes();
    }
}
