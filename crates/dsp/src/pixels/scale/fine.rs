//! Few taps of narrow windows, as enlarging and slight reduction have them: bytes are multiplied as they are, and the products
//! are added exactly in words.
//!
//! For this, weights, in 1/4096, are taken apart into whole 1/64 and what is left. Samples times the former are words with
//! six fraction bits; only the sum of samples times the latter is rounded.

use std::collections::HashMap;
use std::ops::Range;

use super::{Group, RowFilter, longest_run};

/// Most taps.
const TAPS: usize = 8;

/// The largest sum of weights of one sign whose sum of products fits a word.
const LARGEST: i32 = i16::MAX as i32 / 255;

/// Room for the sum of both kinds of products.
const ROOM: i32 = 2;

/// See above; empty where a filter does not fit.
#[derive(Clone, Debug, Default)]
pub(super) struct Fine {
    /// Sixteen neighbouring samples of the result each: where the windows of the first and the last eight begin, and which
    /// set makes them.
    pub(super) groups: Vec<Group>,
    /// The longest run of groups that share a set and whose windows follow each other evenly.
    pub(super) run: Range<usize>,
    /// Sets of as many as there are pairs of taps.
    pub(super) pairs: Vec<TapPair>,
    /// Weights of each sample, taken apart.
    pub(super) weights: Vec<[i8; 2]>,
}

/// Bytes that two taps of sixteen samples take from the windows, and both kinds of their weights, as the bytes that they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C, align(32))]
pub(super) struct TapPair {
    pub(super) bytes: [u8; 32],
    pub(super) whole: [u8; 32],
    pub(super) rest: [u8; 32],
}

impl Fine {
    /// Whole groups, if every eight samples lie within 16 source bytes; else nothing.
    pub(super) fn of(filter: &RowFilter) -> Option<Fine> {
        let RowFilter { taps, source_length, ref starts, .. } = *filter;
        if taps > TAPS || source_length < 16 || starts.len() < 16 {
            return None;
        }
        let mut fine = Fine::default();
        for weights in filter.weights.chunks_exact(taps) {
            fine.weights.extend(taken_apart(weights)?);
        }
        let mut known: HashMap<Vec<TapPair>, u32> = HashMap::new();
        for (first, starts) in starts.as_chunks::<16>().0.iter().enumerate() {
            let mut windows = [0; 2];
            for (starts, window) in starts.as_chunks::<8>().0.iter().zip(&mut windows) {
                let low = starts.iter().min().copied().unwrap_or(0);
                let high = starts.iter().max().copied().unwrap_or(0);
                if (high - low) as usize + taps > 16 {
                    return None;
                }
                *window = low.min((source_length - 16) as u32);
            }
            let empty = TapPair { bytes: [0x80; 32], whole: [0; 32], rest: [0; 32] };
            let mut set = vec![empty; filter.pairs];
            for (sample, start) in starts.iter().enumerate() {
                for tap in 0..taps {
                    let (pair, place) = (&mut set[tap / 2], 2 * sample + tap % 2);
                    pair.bytes[place] = (start + tap as u32 - windows[sample / 8]) as u8;
                    let weight = fine.weights[(first * 16 + sample) * taps + tap];
                    [pair.whole[place], pair.rest[place]] = weight.map(|part| part as u8);
                }
            }
            let next = known.len() as u32;
            let set = *known.entry(set).or_insert_with_key(|set| {
                fine.pairs.extend_from_slice(set);
                next
            });
            fine.groups.push(Group { windows, set });
        }
        fine.run = longest_run(&fine.groups);
        Some(fine)
    }
}

/// Weights in 1/64 and what is left of each in 1/4096; `None` where a sum of products might not fit a word.
fn taken_apart(weights: &[i16]) -> Option<Vec<[i8; 2]>> {
    // Sums are rounded instead of weights, so that what rounding does to neighbours does not add up. Weights whose sum is one
    // leave nothing, and flat rows stay flat.
    let rounded = |sum: i32, bits: u32| (sum + (1 << (bits - 1))) >> bits;
    let mut sum = 0;
    let mut parts = Vec::with_capacity(weights.len());
    for &weight in weights {
        let before = sum;
        sum += i32::from(weight);
        let whole = rounded(sum, 8) - rounded(before, 8);
        let rest = rounded(sum, 2) - rounded(before, 2) - 64 * whole;
        parts.push([i8::try_from(whole).ok()?, i8::try_from(rest).ok()?]);
    }
    let fits = |kind: usize, room: i32| {
        let sum = |sign: i32| parts.iter().map(|part| (sign * i32::from(part[kind])).max(0)).sum::<i32>();
        sum(1).max(sum(-1)) <= LARGEST - room
    };
    (fits(0, ROOM) && fits(1, 0)).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From three samples to two, by Keys' cubic.
    const CUBIC: [[i16; 6]; 2] =
        [[-683, 1441, 10240, 6144, -632, -126], [-126, -632, 6144, 10240, 1441, -683]];

    #[test]
    fn parts_make_up_the_weights() {
        for weights in CUBIC {
            let parts = taken_apart(&weights).unwrap();
            for (part, weight) in parts.iter().zip(weights) {
                let [whole, rest] = part.map(i32::from);
                assert!((256 * whole + 4 * rest - i32::from(weight)).abs() <= 4, "{part:?} {weight}");
            }
            // Nothing is left of the sum.
            let sum = |kind: usize| parts.iter().map(|part| i32::from(part[kind])).sum::<i32>();
            assert_eq!([sum(0), sum(1)], [64, 0]);
        }
    }

    #[test]
    fn a_cubic_from_three_to_two_fits() {
        let weights = CUBIC.concat();
        let starts: Vec<u32> = (0..96).map(|index| index * 3 / 2).collect();
        let filter = RowFilter::new(160, 6, &starts, &weights.repeat(48));
        let fine = filter.fine.unwrap();
        assert_eq!((fine.groups.len(), fine.run, fine.pairs.len()), (6, 0..6, 3));
    }

    #[test]
    fn weights_that_might_overflow_are_refused() {
        assert!(taken_apart(&[16384, 15000]).is_some());
        assert!(taken_apart(&[16384, 16384]).is_none());
        assert!(taken_apart(&[-16384, -16384]).is_none());
        // The sum of what is left: 31/64 of 1/64 each.
        assert!(taken_apart(&[124; 2]).is_some());
        assert!(taken_apart(&[127, -254, 254, -254, 254, -254, 254, -254]).is_none());
    }
}
