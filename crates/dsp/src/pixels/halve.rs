//! Four-byte pixels to half their number in either direction by Keys' cubic (a = -1/2), widened to twice its length.
//!
//! The filter's eight weights are whole numbers over 256. Words in between have 6 fraction bits; results are within
//! 0.6 codes of exact arithmetic, rounding included, and flat colour stays flat.

#[cfg(target_arch = "x86_64")]
mod avx2;

/// The weights in 1/256.
pub const CUBIC: [i16; 8] = [-3, -9, 29, 111, 111, 29, -9, -3];

/// Words before the first and after the last pixel of rows that [`HalveRow`] reads: two pixels.
pub const PADDING: usize = 8;

kernel! {
    /// Filters eight rows into one, as words; its pixels are dealt out to two rows in turn.
    pub fn HalveColumns(rows: [&[u8]; 8], even: &mut [i16], odd: &mut [i16])
    where even.len().is_multiple_of(4), odd.len() == even.len(), rows.iter().all(|row| row.len() == 2 * even.len());
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

fn halve_columns(rows: [&[u8]; 8], even: &mut [i16], odd: &mut [i16]) {
    let pixels = even.as_chunks_mut::<4>().0.iter_mut().zip(odd.as_chunks_mut::<4>().0);
    for (index, (even, odd)) in pixels.enumerate() {
        for (channel, word) in even.iter_mut().chain(odd).enumerate() {
            let sum: i32 = rows
                .iter()
                .zip(CUBIC)
                .map(|(row, w)| i32::from(row[index * 8 + channel]) * i32::from(w))
                .sum();
            *word = ((sum + 2) >> 2) as i16;
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
        *out = ((sum + 32) >> 6).clamp(0, 255) as u8;
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
        let rows: [Vec<u8>; 8] = std::array::from_fn(|_| random.bytes(2 * n));
        let (mut even, mut odd) = (vec![0; n], vec![0; n]);
        kernel.call(rows.each_ref().map(|row| &row[..]), &mut even, &mut odd);
        outcome.push(n as i64);
        outcome.extend(&even);
        outcome.extend(&odd);
    }

    pub(super) fn halve_row(kernel: HalveRow, random: &mut Random, outcome: &mut Outcome) {
        let n = random.within(0, 60) as usize * 4;
        let mut words = || -> Vec<i16> {
            random.numbers(n + 2 * PADDING, -1530, 17850).iter().map(|&word| word as i16).collect()
        };
        let (even, odd) = (words(), words());
        let mut out = vec![0; n];
        kernel.call(&even, &odd, &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }
}
