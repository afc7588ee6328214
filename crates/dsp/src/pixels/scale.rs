//! Separable resampling in 16-bit integers.
//!
//! A row of samples is filtered horizontally into words with fraction bits ([`FilterRow8`], [`FilterRow16`]),
//! then words of several rows are filtered vertically into samples ([`FilterColumns8`], [`FilterColumns16`]).
//! Weights are in 1/16384. Flat rows stay flat.

use std::collections::HashMap;
use std::ops::Range;

use fine::Fine;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod fine;

/// Fraction bits of words made from 8-bit samples.
pub const FRACTION_8: u32 = 6;
/// Fraction bits of words made from 10-bit samples.
pub const FRACTION_10: u32 = 4;

/// A horizontal filter: for each sample of the result where its taps begin, and their weights.
#[derive(Clone, Debug)]
pub struct RowFilter {
    source_length: usize,
    taps: usize,
    starts: Vec<u32>,
    /// `taps` weights for each sample.
    weights: Vec<i16>,
    /// The same, arranged for shuffles of 16 source bytes; empty where these do not reach far enough.
    groups: Vec<Group>,
    /// Pairs of taps in each group.
    pairs: usize,
    /// Sets of `pairs` shuffles.
    shuffles: Vec<Shuffle>,
    /// The longest run of groups, of even length, that share a set and whose windows follow each other evenly.
    run: Range<usize>,
    /// Where narrow windows suffice.
    fine: Option<Fine>,
    /// Windows of eight words for each sample, with a weight for each of them; empty where they do not fit the source.
    windows: Vec<Window>,
    /// Windows of a sample.
    windows_each: usize,
}

/// Eight neighbouring words and their weights, those that no tap needs being zero.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
struct Window {
    weights: [i16; 8],
    start: u32,
}

/// Most windows of a sample: beyond, whole registers of taps are quicker.
const WINDOWS: usize = 2;

/// Eight neighbouring samples of the result: where the windows of the first and the last four begin, and which
/// set of shuffles makes them. Ratios of small numbers repeat a few sets, which then stay in the nearest cache.
#[derive(Clone, Copy, Debug)]
struct Group {
    windows: [u32; 2],
    set: u32,
}

/// Bytes that two taps of eight samples take from the windows, and their weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C, align(32))]
struct Shuffle {
    bytes: [u8; 32],
    weights: [i16; 16],
}

impl RowFilter {
    /// A filter of `taps` taps a sample, applied to rows of `source_length` samples.
    ///
    /// # Panics
    /// When taps reach outside the source, or the numbers of starts and weights do not agree.
    pub fn new(source_length: usize, taps: usize, starts: &[u32], weights: &[i16]) -> RowFilter {
        assert!(taps > 0 && weights.len() == starts.len() * taps, "one weight for each tap of each sample");
        assert!(starts.iter().all(|&start| start as usize + taps <= source_length), "taps inside the source");
        let mut filter = RowFilter {
            source_length,
            taps,
            starts: starts.to_vec(),
            weights: weights.to_vec(),
            groups: Vec::new(),
            pairs: taps.div_ceil(2),
            shuffles: Vec::new(),
            run: 0..0,
            fine: None,
            windows: Vec::new(),
            windows_each: taps.div_ceil(8),
        };
        filter.fine = Fine::of(&filter);
        if filter.fine.is_none() {
            filter.arrange();
        }
        filter.lay_windows();
        filter
    }

    /// Samples of the result.
    pub fn length(&self) -> usize {
        self.starts.len()
    }

    /// Samples of the source.
    pub fn source_length(&self) -> usize {
        self.source_length
    }

    fn weights_of(&self, index: usize) -> &[i16] {
        &self.weights[index * self.taps..(index + 1) * self.taps]
    }

    /// Lays windows over the taps of each sample, moved back where they would reach past the end of the source.
    fn lay_windows(&mut self) {
        let span = self.windows_each * 8;
        if self.windows_each > WINDOWS || self.source_length < span {
            return;
        }
        for (index, &start) in self.starts.iter().enumerate() {
            let first = (start as usize).min(self.source_length - span);
            let mut weights = [0; WINDOWS * 8];
            weights[start as usize - first..][..self.taps].copy_from_slice(self.weights_of(index));
            for (number, weights) in weights[..span].as_chunks().0.iter().enumerate() {
                self.windows.push(Window { weights: *weights, start: (first + number * 8) as u32 });
            }
        }
    }

    /// Arranges whole groups for shuffles, if every four samples lie within 16 source bytes.
    fn arrange(&mut self) {
        if self.source_length < 16 || self.taps > 16 {
            return;
        }
        let (mut groups, mut shuffles) = (Vec::new(), Vec::new());
        let mut known: HashMap<Vec<Shuffle>, u32> = HashMap::new();
        for first in (0..self.starts.len() / 8 * 8).step_by(8) {
            let mut windows = [0; 2];
            for (half, window) in windows.iter_mut().enumerate() {
                let starts = &self.starts[first + half * 4..][..4];
                let low = starts.iter().min().copied().unwrap_or(0) as usize;
                let high = starts.iter().max().copied().unwrap_or(0) as usize + self.taps;
                if high - low > 16 {
                    return;
                }
                *window = low.min(self.source_length - 16) as u32;
            }
            let mut set = Vec::with_capacity(self.pairs);
            for pair in 0..self.pairs {
                let mut shuffle = Shuffle { bytes: [0x80; 32], weights: [0; 16] };
                for sample in 0..8 {
                    for tap in (2 * pair)..(2 * pair + 2).min(self.taps) {
                        let offset = self.starts[first + sample] + tap as u32 - windows[sample / 4];
                        let word = sample * 2 + tap % 2;
                        shuffle.bytes[word * 2] = offset as u8;
                        shuffle.weights[word] = self.weights_of(first + sample)[tap];
                    }
                }
                set.push(shuffle);
            }
            let next = known.len() as u32;
            let set = *known.entry(set).or_insert_with_key(|set| {
                shuffles.extend_from_slice(set);
                next
            });
            groups.push(Group { windows, set });
        }
        (self.groups, self.shuffles) = (groups, shuffles);
        self.run = longest_run(&self.groups);
    }
}

/// See [`RowFilter`].
fn longest_run(groups: &[Group]) -> Range<usize> {
    let mut best = 0..0;
    let mut start = 0;
    while start < groups.len() {
        let step = |index: usize| {
            let [a, b] = [&groups[index], &groups[index + 1]];
            let ways = [0, 1].map(|half| i64::from(b.windows[half]) - i64::from(a.windows[half]));
            (a.set == b.set && ways[0] == ways[1]).then_some(ways[0])
        };
        let mut last = start;
        if start + 1 < groups.len()
            && let Some(first) = step(start)
        {
            while last + 1 < groups.len() && step(last) == Some(first) {
                last += 1;
            }
        }
        let length = (last + 1 - start) / 2 * 2;
        if length > best.len() {
            best = start..start + length;
        }
        start = last.max(start + 1);
    }
    best
}

kernel! {
    /// Filters a row of 8-bit samples into words with 6 fraction bits. Weights of few taps that stay close together are rounded
    /// to 1/4096.
    pub fn FilterRow8(from: &[u8], filter: &RowFilter, out: &mut [i16])
    where from.len() >= filter.source_length(), out.len() == filter.length();
    test: filter_row8_variants, cases: tests::filter_row8,
    scalar: filter_row8,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::filter_row8, #[cfg(target_arch = "x86_64")] Avx512: avx512::filter_row8 },
}

kernel! {
    /// Filters a row of words (10-bit samples) into words with 4 fraction bits.
    pub fn FilterRow16(from: &[i16], filter: &RowFilter, out: &mut [i16])
    where from.len() >= filter.source_length(), out.len() == filter.length();
    test: filter_row16_variants, cases: tests::filter_row16,
    scalar: filter_row16,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::filter_row16 },
}

kernel! {
    /// 8-bit samples as words with 6 fraction bits.
    pub fn Lift8(from: &[u8], out: &mut [i16])
    where from.len() == out.len();
    test: lift8_variants, cases: tests::lift8,
    scalar: lift8,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::lift8 },
}

kernel! {
    /// The weighted sum of rows of words with 6 fraction bits, as 8-bit samples. One weight a row, in 1/16384.
    /// Up to 8 rows products are rounded to 5 fraction bits each; of more, only their sum is rounded.
    pub fn FilterColumns8(rows: &[&[i16]], weights: &[i16], out: &mut [u8])
    where rows.len() == weights.len(), rows.iter().all(|row| row.len() >= out.len());
    test: filter_columns8_variants, cases: tests::filter_columns8,
    scalar: filter_columns8,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::filter_columns8, #[cfg(target_arch = "x86_64")] Avx512: avx512::filter_columns8 },
}

kernel! {
    /// As [`FilterColumns8`], from words with 4 fraction bits to 10-bit samples in the high bits of 16.
    pub fn FilterColumns16(rows: &[&[i16]], weights: &[i16], out: &mut [u8])
    where rows.len() == weights.len(), out.len().is_multiple_of(2), rows.iter().all(|row| row.len() >= out.len() / 2);
    test: filter_columns16_variants, cases: tests::filter_columns16,
    scalar: filter_columns16,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::filter_columns16 },
}

/// Rounds a sum in 1/16384 to words with `fraction` bits.
fn settle(sum: i32, fraction: u32) -> i16 {
    let shift = 14 - fraction;
    ((sum + (1 << (shift - 1))) >> shift).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

fn filter_row8(from: &[u8], filter: &RowFilter, out: &mut [i16]) {
    filter_row8_from(0, from, filter, out);
}

fn filter_row8_from(first: usize, from: &[u8], filter: &RowFilter, out: &mut [i16]) {
    if let Some(Fine { weights, .. }) = &filter.fine {
        let weights = weights.chunks_exact(filter.taps);
        for ((&start, weights), out) in filter.starts.iter().zip(weights).zip(out).skip(first) {
            let sum = |part: usize| {
                let taps = from[start as usize..].iter().zip(weights);
                taps.map(|(&sample, weight)| i32::from(sample) * i32::from(weight[part])).sum::<i32>()
            };
            *out = (sum(0) + ((sum(1) + 32) >> 6)) as i16;
        }
        return;
    }
    for (index, out) in out.iter_mut().enumerate().skip(first) {
        let taps = from[filter.starts[index] as usize..].iter().zip(filter.weights_of(index));
        *out = settle(taps.map(|(&sample, &weight)| i32::from(sample) * i32::from(weight)).sum(), FRACTION_8);
    }
}

fn filter_row16(from: &[i16], filter: &RowFilter, out: &mut [i16]) {
    filter_row16_from(0, from, filter, out);
}

fn filter_row16_from(first: usize, from: &[i16], filter: &RowFilter, out: &mut [i16]) {
    for (index, out) in out.iter_mut().enumerate().skip(first) {
        let taps = from[filter.starts[index] as usize..].iter().zip(filter.weights_of(index));
        *out =
            settle(taps.map(|(&sample, &weight)| i32::from(sample) * i32::from(weight)).sum(), FRACTION_10);
    }
}

fn lift8(from: &[u8], out: &mut [i16]) {
    for (&sample, out) in from.iter().zip(out) {
        *out = i16::from(sample) << FRACTION_8;
    }
}

/// Most rows whose products may be rounded one by one.
const ROUNDED_ROWS: usize = 8;

/// Sum over rows, rounded to a code; words have `fraction` bits.
fn column(rows: &[&[i16]], weights: &[i16], x: usize, fraction: u32) -> i32 {
    let taps = rows.iter().zip(weights).map(|(row, &weight)| i32::from(row[x]) * i32::from(weight));
    if rows.len() > ROUNDED_ROWS {
        return (taps.sum::<i32>() + (1 << (13 + fraction))) >> (14 + fraction);
    }
    let half = 1i16 << (fraction - 2);
    let sum = taps.fold(half, |sum, product| sum.saturating_add(((product + (1 << 14)) >> 15) as i16));
    i32::from(sum >> (fraction - 1))
}

fn filter_columns8(rows: &[&[i16]], weights: &[i16], out: &mut [u8]) {
    for (x, out) in out.iter_mut().enumerate() {
        *out = column(rows, weights, x, FRACTION_8).clamp(0, 255) as u8;
    }
}

fn filter_columns16(rows: &[&[i16]], weights: &[i16], out: &mut [u8]) {
    for (x, out) in out.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        *out = ((column(rows, weights, x, FRACTION_10).clamp(0, 1023) as u16) << 6).to_le_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{Outcome, Random};

    /// A filter with any weights whose results fit a word.
    fn filter(random: &mut Random) -> RowFilter {
        let source = random.within(1, 300) as usize;
        let taps = random.within(1, source.min(40) as i64) as usize;
        let length = random.within(1, 200) as usize;
        let spread = random.within(0, 1) == 0;
        let starts: Vec<u32> = (0..length)
            .map(|index| {
                // In order, as scaling has it, or anywhere.
                let last = (source - taps) as i64;
                (if spread { index as i64 * last / length as i64 } else { random.within(0, last) }) as u32
            })
            .collect();
        let limit = 16384 / taps as i64;
        let weights: Vec<i16> =
            random.numbers(length * taps, -limit, limit).iter().map(|&w| w as i16).collect();
        RowFilter::new(source, taps, &starts, &weights)
    }

    /// A filter whose weights repeat themselves, as simple ratios have it.
    fn repeating(random: &mut Random) -> RowFilter {
        let (source_step, step) = (random.within(0, 9) as usize, random.within(1, 4) as usize);
        let taps = random.within(1, 9) as usize;
        let length = random.within(1, 150) as usize;
        let starts: Vec<u32> = (0..length).map(|index| (index * source_step / step) as u32).collect();
        let source = starts[length - 1] as usize + taps + random.within(0, 20) as usize;
        let limit = 16384 / taps as i64;
        let weights = random.numbers(step * taps, -limit, limit);
        let weights: Vec<i16> = weights.iter().cycle().take(length * taps).map(|&w| w as i16).collect();
        RowFilter::new(source, taps, &starts, &weights)
    }

    pub(super) fn filter_row8(kernel: FilterRow8, random: &mut Random, outcome: &mut Outcome) {
        for filter in [filter(random), repeating(random)] {
            let mut out = vec![0; filter.length()];
            kernel.call(&random.bytes(filter.source_length()), &filter, &mut out);
            outcome.extend(&out);
        }
    }

    pub(super) fn filter_row16(kernel: FilterRow16, random: &mut Random, outcome: &mut Outcome) {
        let filter = filter(random);
        let mut out = vec![0; filter.length()];
        let from: Vec<i16> =
            random.numbers(filter.source_length(), 0, 1023).iter().map(|&w| w as i16).collect();
        kernel.call(&from, &filter, &mut out);
        outcome.extend(&out);
    }

    pub(super) fn lift8(kernel: Lift8, random: &mut Random, outcome: &mut Outcome) {
        let n = random.within(1, 100) as usize;
        let mut out = vec![0; n];
        kernel.call(&random.bytes(n), &mut out);
        outcome.extend(&out);
    }

    fn columns(random: &mut Random) -> (Vec<Vec<i16>>, Vec<i16>) {
        let taps = random.within(1, 20) as usize;
        let n = random.within(1, 150) as usize;
        let rows = (0..taps)
            .map(|_| random.numbers(n, -8000, 24000).iter().map(|&word| word as i16).collect())
            .collect();
        // Many rows are added exactly, so their weights must leave room.
        let limit = if taps > ROUNDED_ROWS { 60000 / taps as i64 } else { 16384 };
        (rows, random.numbers(taps, -limit.min(3000), limit).iter().map(|&w| w as i16).collect())
    }

    pub(super) fn filter_columns8(kernel: FilterColumns8, random: &mut Random, outcome: &mut Outcome) {
        let (rows, weights) = columns(random);
        let rows: Vec<&[i16]> = rows.iter().map(|row| &row[..]).collect();
        let mut out = vec![0; rows[0].len()];
        kernel.call(&rows, &weights, &mut out);
        outcome.extend(&out);
    }

    pub(super) fn filter_columns16(kernel: FilterColumns16, random: &mut Random, outcome: &mut Outcome) {
        let (rows, weights) = columns(random);
        let rows: Vec<&[i16]> = rows.iter().map(|row| &row[..]).collect();
        let mut out = vec![0; rows[0].len() * 2];
        kernel.call(&rows, &weights, &mut out);
        outcome.extend(&out);
    }

    #[test]
    fn scaling_filters_are_arranged() {
        let starts: Vec<u32> = (0..64u32).map(|index| index * 7 / 4).collect();
        let filter = RowFilter::new(118, 8, &starts, &[1; 512]);
        assert_eq!((filter.fine.is_none(), filter.groups.len()), (true, 8));
        // The last window is moved to stay inside the source.
        assert_eq!(filter.run, 0..6);
        // Seven to four repeats itself, but for the end of the row.
        assert!(filter.shuffles.len() <= 2 * 4, "{}", filter.shuffles.len());
        // Four samples of an eightfold reduction reach further than a register.
        let starts: Vec<u32> = (0..64u32).map(|index| index * 8).collect();
        assert!(RowFilter::new(536, 32, &starts, &[1; 2048]).groups.is_empty());
    }

    #[test]
    #[should_panic(expected = "taps inside the source")]
    fn taps_outside_are_refused() {
        RowFilter::new(8, 4, &[0, 5], &[0; 8]);
    }
}
