//! Pictures to half their size in either direction by Keys' cubic (a = -1/2), widened to twice its length.
//!
//! The filter's eight weights, (-3, -9, 29, 111, 111, 29, -9, -3) / 256, are those of (1, 3, 3, 1) / 8 followed by
//! (-3, 38, -3) / 32 over the results. So sums come first, which are exact in words of 6 fraction bits
//! ([`HalveRows`]), and only these, a quarter of the samples, are sharpened: vertically there and horizontally by
//! [`SharpenRow`]. Results are within 0.55 codes of exact arithmetic, rounding included, and flat colour stays flat.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

/// The weights in 1/256.
pub const CUBIC: [i16; 8] = [-3, -9, 29, 111, 111, 29, -9, -3];

/// Words that are made together: rows of words are whole numbers of these.
pub const GROUP: usize = 16;

/// Words of sums for each group: what the rows before add to the next sums, the sums before the latest, and the latest.
pub const SUMS: usize = 3 * GROUP;

/// The sharpening's weight of the difference from both neighbours' mean, in 1/65536.
const SHARPNESS: i16 = 3 << 10;

kernel! {
    /// Takes up the next four source rows and makes the next two rows of words, half as long.
    ///
    /// Pixels have `unit` bytes (1, 2 or 4); all is about pixels of the result from number `first` on. Past both ends of
    /// the rows their first and last pixel stand for what is missing. What is made of a row needs sums of its neighbours, so
    /// it comes late: the first is about the latest `sums`.
    pub fn HalveRows(rows: [&[u8]; 4], unit: usize, first: isize, sums: &mut [i16], out: [&mut [i16]; 2])
    where matches!(unit, 1 | 2 | 4), !rows[0].is_empty(), rows[0].len().is_multiple_of(unit),
        rows.iter().all(|row| row.len() == rows[0].len()), first.unsigned_abs() < isize::MAX as usize / 16,
        sums.len().is_multiple_of(SUMS), out.iter().all(|row| row.len() == sums.len() / SUMS * GROUP);
    test: halve_rows_variants, cases: tests::halve_rows,
    scalar: halve_rows,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::halve_rows },
}

kernel! {
    /// Sharpens a row of words horizontally and makes them samples. There is a pixel more of words before and after
    /// those of `out`.
    pub fn SharpenRow(words: &[i16], unit: usize, out: &mut [u8])
    where matches!(unit, 1 | 2 | 4), words.len() == out.len() + 2 * unit;
    test: sharpen_row_variants, cases: tests::sharpen_row,
    scalar: sharpen_row,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::sharpen_row, #[cfg(target_arch = "x86_64")] Avx512: avx512::sharpen_row },
}

fn halve_rows(
    rows: [&[u8]; 4],
    unit: usize,
    first: isize,
    sums: &mut [i16],
    [upper, lower]: [&mut [i16]; 2],
) {
    let last = (rows[0].len() / unit) as isize - 1;
    for (place, (upper, lower)) in upper.iter_mut().zip(lower).enumerate() {
        let column = 2 * (first + (place / unit) as isize);
        let [a, b, c, d] = rows.map(|row| {
            let tap = |at: isize| i16::from(row[at.clamp(0, last) as usize * unit + place % unit]);
            tap(column - 1) + 3 * (tap(column) + tap(column + 1)) + tap(column + 2)
        });
        let sum = |number: usize| place / GROUP * SUMS + number * GROUP + place % GROUP;
        let [pending, before, latest] = [0, 1, 2].map(|number| sums[sum(number)]);
        let [next, second] = [pending + 3 * a + b, a + 3 * b + 3 * c + d];
        *upper = sharpened(before, latest, next);
        *lower = sharpened(latest, next, second);
        for (number, word) in [c + 3 * d, next, second].into_iter().enumerate() {
            sums[sum(number)] = word;
        }
    }
}

/// (-3, 38, -3) / 32 of three neighbours.
fn sharpened(before: i16, own: i16, after: i16) -> i16 {
    // Where the difference does not fit, the result is far from all codes whatever it is.
    let difference = own.wrapping_sub(before).saturating_add(own.wrapping_sub(after));
    own.wrapping_add(((i32::from(difference) * i32::from(SHARPNESS) + (1 << 14)) >> 15) as i16)
}

fn sharpen_row(words: &[i16], unit: usize, out: &mut [u8]) {
    sharpen_row_from(0, words, unit, out);
}

/// Samples from `start` on.
fn sharpen_row_from(start: usize, words: &[i16], unit: usize, out: &mut [u8]) {
    for (place, out) in out.iter_mut().enumerate().skip(start) {
        let word = sharpened(words[place], words[place + unit], words[place + 2 * unit]);
        *out = ((i32::from(word) + 32) >> 6).clamp(0, 255) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    /// Rows of a picture `width` pixels wide to a picture half as large, in one stretch.
    fn halved(level: CpuLevel, rows: &[Vec<u8>], unit: usize) -> Vec<Vec<u8>> {
        let (halve, sharpen) = (HalveRows::select(level), SharpenRow::select(level));
        let bytes = rows[0].len() / 2;
        // A group more before the first pixel.
        let first = -((GROUP / unit) as isize);
        let count = (bytes + unit).next_multiple_of(GROUP) + GROUP;
        let (mut sums, mut made) = (vec![0; count * 3], [vec![0; count], vec![0; count]]);
        let mut out = Vec::new();
        for top in (-4..(rows.len() / 2) as isize).step_by(2) {
            let four = [3, 4, 5, 6]
                .map(|next| &rows[(2 * top + next).clamp(0, rows.len() as isize - 1) as usize][..]);
            let [upper, lower] = &mut made;
            halve.call(four, unit, first, &mut sums, [upper, lower]);
            for made in made.iter().take(if top >= 0 { rows.len() / 2 - top as usize } else { 0 }) {
                let mut row = vec![0; bytes];
                sharpen.call(&made[GROUP - unit..][..bytes + 2 * unit], unit, &mut row);
                out.push(row);
            }
        }
        out
    }

    pub(super) fn halve_rows(kernel: HalveRows, random: &mut Random, outcome: &mut Outcome) {
        for unit in [1, 2, 4] {
            let n = random.within(1, 90) as usize * unit;
            let rows = [(); 4].map(|()| random.bytes(n));
            let count = random.within(0, 6) as usize;
            let limits = [8160, 16320, 16320].into_iter().cycle().take(3 * count);
            let sums: Vec<i64> = limits.flat_map(|most| random.numbers(GROUP, 0, most)).collect();
            let mut sums: Vec<i16> = sums.into_iter().map(|word| word as i16).collect();
            let mut out = [vec![0; count * GROUP], vec![0; count * GROUP]];
            let first = random.within(-70, 70) as isize;
            let rows = rows.each_ref().map(|row| &row[..]);
            let [upper, lower] = &mut out;
            kernel.call(rows, unit, first, &mut sums, [upper, lower]);
            outcome.push(n as i64);
            [sums].iter().chain(&out).for_each(|words| outcome.extend(words));
        }
    }

    pub(super) fn sharpen_row(kernel: SharpenRow, random: &mut Random, outcome: &mut Outcome) {
        for unit in [1, 2, 4] {
            let n = random.within(0, 150) as usize;
            let words = random.numbers(n + 2 * unit, -3060, 19380);
            let words: Vec<i16> = words.iter().map(|&word| word as i16).collect();
            let mut out = vec![0; n];
            kernel.call(&words, unit, &mut out);
            outcome.push(n as i64);
            outcome.extend(&out);
        }
    }

    #[test]
    fn weights_are_those_of_the_cubic() {
        let mut product = [0; 8];
        for (place, weight) in [1, 3, 3, 1].into_iter().enumerate() {
            for (step, outer) in [-3, 38, -3].into_iter().enumerate() {
                product[place + 2 * step] += weight * outer;
            }
        }
        assert_eq!(product, CUBIC);
    }

    #[test]
    fn halved_pixels_are_those_of_exact_arithmetic() {
        let level = CpuLevel::detected();
        let mut random = Random::new(5);
        for unit in [1, 2, 4] {
            let (width, height) = if cfg!(miri) { (12, 4) } else { (150, 42) };
            // Noise, and stripes that reach beyond both ends of the codes.
            for striped in [false, true] {
                let rows: Vec<Vec<u8>> = (0..height)
                    .map(|y| {
                        let noise = random.bytes(width * unit);
                        let stripe =
                            |x: usize| if (x / unit / 4 + y / 4).is_multiple_of(2) { 255 } else { 0 };
                        if striped { (0..width * unit).map(stripe).collect() } else { noise }
                    })
                    .collect();
                for (y, row) in halved(level, &rows, unit).iter().enumerate() {
                    for (place, &found) in row.iter().enumerate() {
                        let (x, channel) = (place / unit, place % unit);
                        let mut sum = 0;
                        for (v, down) in CUBIC.iter().enumerate() {
                            for (h, across) in CUBIC.iter().enumerate() {
                                let y = (2 * y + v).saturating_sub(3).min(height - 1);
                                let x = (2 * x + h).saturating_sub(3).min(width - 1);
                                sum += i32::from(rows[y][x * unit + channel])
                                    * i32::from(*down)
                                    * i32::from(*across);
                            }
                        }
                        let exact = (f64::from(sum) / 65536.0).clamp(0.0, 255.0);
                        assert!(
                            (f64::from(found) - exact).abs() <= 0.55,
                            "{unit} {y} {place} {found} {exact}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn flat_pixels_stay_flat() {
        for code in (0..=255).step_by(if cfg!(miri) { 85 } else { 1 }) {
            let rows = vec![vec![code; 64]; 4];
            assert_eq!(halved(CpuLevel::detected(), &rows, 4), [[code; 32], [code; 32]]);
        }
    }
}
