//! Pictures to half their size in either direction by Keys' cubic (a = -1/2), widened to twice its length.
//!
//! The filter's eight weights, (-3, -9, 29, 111, 111, 29, -9, -3) / 256, are those of (1, 3, 3, 1) / 8 followed by
//! (-3, 38, -3) / 32 over the results. So sums come first, which are exact in words of 6 fraction bits
//! and only these, a quarter of the samples, are sharpened: vertically, then horizontally. Results are within 0.55 codes of exact arithmetic, rounding included, and flat colour stays flat.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

/// The weights in 1/256.
pub const CUBIC: [i16; 8] = [-3, -9, 29, 111, 111, 29, -9, -3];

/// Words that are made together.
const GROUP: usize = 16;

/// Words of sums for each group: what the rows before add to the next sums, the sums before the latest, and the latest.
const SUMS: usize = 3 * GROUP;

/// The sharpening's weight of the difference from both neighbours' mean, in 1/65536.
const SHARPNESS: i16 = 3 << 10;

/// Words that [`HalveCubic`] keeps from one call to the next for rows of so many bytes.
pub const fn memory_of(bytes: usize) -> usize {
    (bytes.div_ceil(32) + 2) * 5 * 32
}

kernel! {
    /// Takes up the next four source rows and makes two rows, half as long, of pixels of `unit` bytes (1, 2 or 4).
    ///
    /// Past both ends of the rows their first and last pixel stand for what is missing. Rows are made of the eight source rows
    /// around them, so they come late: after source rows `4n - 1` to `4n + 2`, rows `2n - 2` and `2n - 1` are made. What the rows
    /// before them were is kept in `memory`, whose order is the variant's own.
    pub fn HalveCubic(rows: [&[u8]; 4], unit: usize, memory: &mut [i16], out: [&mut [u8]; 2])
    where matches!(unit, 1 | 2 | 4), !rows[0].is_empty(), rows[0].len().is_multiple_of(2 * unit),
        rows.iter().all(|row| row.len() == rows[0].len()), out.iter().all(|row| 2 * row.len() == rows[0].len()),
        memory.len() >= memory_of(out[0].len());
    test: halve_cubic_variants, cases: tests::halve_cubic,
    scalar: halve_cubic,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::halve_cubic, #[cfg(target_arch = "x86_64")] Avx512: avx512::halve_cubic },
}

/// Sums of all groups, and two rows of words.
type Parts<'a> = (&'a mut [[i16; SUMS]], [&'a mut [[i16; GROUP]]; 2]);

/// The parts of a memory for rows of so many bytes: a group before the first pixel, and at least a pixel after the last one.
fn parts(memory: &mut [i16], bytes: usize, unit: usize) -> Parts<'_> {
    let groups = 1 + (bytes + unit).div_ceil(GROUP);
    let (sums, words) = memory.split_at_mut(groups * SUMS);
    let (upper, lower) = words[..2 * groups * GROUP].split_at_mut(groups * GROUP);
    (sums.as_chunks_mut().0, [upper.as_chunks_mut().0, lower.as_chunks_mut().0])
}

/// Words of a row made by [`parts`], with a pixel more before and after those of the row.
fn around(words: &[[i16; GROUP]], bytes: usize, unit: usize) -> &[i16] {
    &words.as_flattened()[GROUP - unit..][..bytes + 2 * unit]
}

fn halve_cubic(rows: [&[u8]; 4], unit: usize, memory: &mut [i16], out: [&mut [u8]; 2]) {
    let bytes = out[0].len();
    let (sums, words) = parts(memory, bytes, unit);
    let [upper, lower] = words;
    halve_rows(rows, unit, sums, [upper, lower]);
    for (out, words) in out.into_iter().zip([upper, lower]) {
        sharpen_row_from(0, around(words, bytes, unit), unit, out);
    }
}

/// Two rows of words, half as long and to be sharpened horizontally.
fn halve_rows(
    rows: [&[u8]; 4],
    unit: usize,
    sums: &mut [[i16; SUMS]],
    [upper, lower]: [&mut [[i16; GROUP]]; 2],
) {
    let last = (rows[0].len() / unit) as isize - 1;
    let words = upper.as_flattened_mut().iter_mut().zip(lower.as_flattened_mut());
    for (place, (upper, lower)) in words.enumerate() {
        let column = 2 * ((place / unit) as isize - (GROUP / unit) as isize);
        let [a, b, c, d] = rows.map(|row| {
            let tap = |at: isize| i16::from(row[at.clamp(0, last) as usize * unit + place % unit]);
            tap(column - 1) + 3 * (tap(column) + tap(column + 1)) + tap(column + 2)
        });
        let sums = &mut sums[place / GROUP];
        let at = |number: usize| number * GROUP + place % GROUP;
        let [pending, before, latest] = [0, 1, 2].map(|number| sums[at(number)]);
        // Another picture's numbers do not matter, but may be any.
        let [next, second] = [pending.wrapping_add(3 * a + b), a + 3 * b + 3 * c + d];
        *upper = sharpened(before, latest, next);
        *lower = sharpened(latest, next, second);
        for (number, word) in [c + 3 * d, next, second].into_iter().enumerate() {
            sums[at(number)] = word;
        }
    }
}

/// (-3, 38, -3) / 32 of three neighbours.
fn sharpened(before: i16, own: i16, after: i16) -> i16 {
    // Where the difference does not fit, the result is far from all codes whatever it is.
    let difference = own.wrapping_sub(before).saturating_sub(after.wrapping_sub(own));
    own.wrapping_add(((i32::from(difference) * i32::from(SHARPNESS) + (1 << 14)) >> 15) as i16)
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

    /// Rows of a picture to a picture half as large.
    fn halved(kernel: HalveCubic, rows: &[Vec<u8>], unit: usize) -> Vec<Vec<u8>> {
        let bytes = rows[0].len() / 2;
        let mut memory = vec![0; memory_of(bytes)];
        let mut out = Vec::new();
        for top in (-4..(rows.len() / 2) as isize).step_by(2) {
            let four = [3, 4, 5, 6]
                .map(|next| &rows[(2 * top + next).clamp(0, rows.len() as isize - 1) as usize][..]);
            let mut made = [vec![0; bytes], vec![0; bytes]];
            let [upper, lower] = &mut made;
            kernel.call(four, unit, &mut memory, [upper, lower]);
            let kept = if top >= 0 { rows.len() / 2 - top as usize } else { 0 };
            out.extend(made.into_iter().take(kept));
        }
        out
    }

    pub(super) fn halve_cubic(kernel: HalveCubic, random: &mut Random, outcome: &mut Outcome) {
        for unit in [1, 2, 4] {
            let n = 2 * random.within(1, 150) as usize * unit;
            let rows: Vec<Vec<u8>> = (0..random.within(1, 4) * 2).map(|_| random.bytes(n)).collect();
            outcome.push(n as i64);
            halved(kernel, &rows, unit).iter().for_each(|row| outcome.extend(row));
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
        let kernel = HalveCubic::select(CpuLevel::detected());
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
                for (y, row) in halved(kernel, &rows, unit).iter().enumerate() {
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
        let kernel = HalveCubic::select(CpuLevel::detected());
        for code in (0..=255).step_by(if cfg!(miri) { 85 } else { 1 }) {
            let rows = vec![vec![code; 64]; 4];
            assert_eq!(halved(kernel, &rows, 4), [[code; 32], [code; 32]]);
        }
    }
}
