//! Four-byte pixels to half their number in either direction by Keys' cubic (a = -1/2), widened to twice its length.
//!
//! The filter's eight weights are whole numbers over 256. Words in between have 7 fraction bits, and their zero is code
//! 128; results are within 0.6 codes of exact arithmetic, rounding included, and flat colour stays flat.

#[cfg(target_arch = "x86_64")]
mod avx2;

/// The weights in 1/256.
pub const CUBIC: [i16; 8] = [-3, -9, 29, 111, 111, 29, -9, -3];

/// Words before the first and after the last pixel of rows that [`HalveRow`] reads: two pixels.
pub const PADDING: usize = 8;

kernel! {
    /// Filters ten rows into two, the first from rows 0 to 7 and the second from rows 2 to 9, as words; pixels of each
    /// are dealt out to two rows in turn: even and odd ones of the first, even and odd ones of the second.
    pub fn HalveColumns(rows: [&[u8]; 10], words: [&mut [i16]; 4])
    where rows[0].len().is_multiple_of(8), rows.iter().all(|row| row.len() == rows[0].len()),
        words.iter().all(|words| 2 * words.len() == rows[0].len());
    test: halve_columns_variants, cases: tests::halve_columns,
    scalar: halve_columns,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::halve_columns },
}

kernel! {
    /// Filters eight neighbouring pixels into one: of a row's even and odd pixels, each with [`PADDING`] words more
    /// on both sides. The words come from [`HalveColumns`].
    pub fn HalveRow(even: &[i16], odd: &[i16], out: &mut [u8])
    where out.len().is_multiple_of(4), even.len() == out.len() + 2 * PADDING, odd.len() == even.len();
    test: halve_row_variants, cases: tests::halve_row,
    scalar: halve_row,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::halve_row },
}

fn halve_columns(rows: [&[u8]; 10], words: [&mut [i16]; 4]) {
    halve_columns_from(0, rows, words);
}

/// Bytes from `start` on, a multiple of eight.
fn halve_columns_from(start: usize, rows: [&[u8]; 10], words: [&mut [i16]; 4]) {
    for (number, out) in words.into_iter().enumerate() {
        let (first_row, parity) = (number / 2 * 2, number % 2);
        for (place, word) in out.iter_mut().enumerate().skip(start / 2) {
            let column = place / 4 * 8 + parity * 4 + place % 4;
            let taps = rows[first_row..first_row + 8].iter().zip(CUBIC);
            let mut products = [0; 8];
            for (product, (row, weight)) in products.iter_mut().zip(taps) {
                *product = (i16::from(row[column]) - 128) * weight;
            }
            // Each half of the filter is a word; their sum is not.
            let [upper, lower] = [&products[..4], &products[4..]].map(|half| half.iter().sum::<i16>());
            *word = (upper >> 1) + (lower >> 1);
        }
    }
}

fn halve_row(even: &[i16], odd: &[i16], out: &mut [u8]) {
    halve_row_from(0, even, odd, out);
}

/// Bytes from `start` on.
fn halve_row_from(start: usize, even: &[i16], odd: &[i16], out: &mut [u8]) {
    for (index, out) in out.iter_mut().enumerate().skip(start) {
        let taps = TAPS.map(|(is_odd, place)| if is_odd { odd[index + place] } else { even[index + place] });
        let products = taps.iter().zip(CUBIC);
        let sum: i32 =
            products.map(|(&tap, w)| (i32::from(tap) * i32::from(w * 128) + (1 << 14)) >> 15).sum();
        *out = (((sum + 64) >> 7) + 128).clamp(0, 255) as u8;
    }
}

/// Where the taps lie: whether among the odd pixels, and how many words after the result's place.
const TAPS: [(bool, usize); 8] =
    [(true, 0), (false, 4), (true, 4), (false, 8), (true, 8), (false, 12), (true, 12), (false, 16)];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{Outcome, Random};

    pub(super) fn halve_columns(kernel: HalveColumns, random: &mut Random, outcome: &mut Outcome) {
        let n = random.within(0, 60) as usize * 4;
        let rows: [Vec<u8>; 10] = std::array::from_fn(|_| random.bytes(2 * n));
        let mut words: [Vec<i16>; 4] = std::array::from_fn(|_| vec![0; n]);
        kernel.call(rows.each_ref().map(|row| &row[..]), words.each_mut().map(|words| &mut words[..]));
        outcome.push(n as i64);
        words.iter().for_each(|words| outcome.extend(words));
    }

    pub(super) fn halve_row(kernel: HalveRow, random: &mut Random, outcome: &mut Outcome) {
        let n = random.within(0, 60) as usize * 4;
        let mut words = || -> Vec<i16> {
            random.numbers(n + 2 * PADDING, -19456, 19456).iter().map(|&word| word as i16).collect()
        };
        let (even, odd) = (words(), words());
        let mut out = vec![0; n];
        kernel.call(&even, &odd, &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    #[test]
    fn flat_pixels_stay_flat() {
        let level = crate::CpuLevel::detected();
        let (columns, halve) = (HalveColumns::select(level), HalveRow::select(level));
        for code in (0..=255).step_by(if cfg!(miri) { 85 } else { 1 }) {
            let row = [code; 64];
            let mut words = [[0; 32]; 4];
            let [a, b, c, d] = &mut words;
            columns.call([&row; 10], [a, b, c, d]);
            let mut out = [0; 16];
            halve.call(&words[2], &words[3], &mut out);
            assert_eq!(out, [code; 16]);
        }
    }
}
