//! Codes of HDR to light, and light to codes of SDR: three rows at a time, with the matrices before and after the curves.
//!
//! As in [`float`](super::float), every operation is done in a fixed order, so that all variants agree bit for bit.

#[cfg(target_arch = "x86_64")]
mod avx2;

/// Pieces of a curve for [`Linearise`].
pub const PIECES: usize = 4096;

/// A function of positive numbers, tabulated at evenly spaced places of each octave.
///
/// Where light is told apart by ratios, that is as good as a table over its root, and needs no root.
#[derive(Clone, Debug)]
pub struct Octaves {
    /// A power of two.
    first: f32,
    /// A power of two, not smaller.
    last: f32,
    /// In units of `unit`.
    entries: Vec<u16>,
    unit: f32,
}

/// Base-2 logarithm of the entries of an octave.
const OCTAVE_BITS: u32 = 9;
/// Bits of a number below those that choose an entry.
const BELOW: u32 = f32::MANTISSA_DIGITS - 1 - OCTAVE_BITS;

impl Octaves {
    /// Tabulates `function`, whose values lie between 0 and `maximum`, over powers of two: `exponents` 0 and 1. Numbers
    /// below the first power have the function's value at 0.
    ///
    /// # Panics
    /// When exponents are out of order or not within -100 to 100.
    pub fn new(exponents: [i32; 2], maximum: f64, function: impl Fn(f64) -> f64) -> Octaves {
        let [low, high] = exponents;
        assert!(-100 <= low && low <= high && high <= 100, "octaves {low} to {high}");
        let power = |exponent: i32| f32::from_bits(((exponent + 127) as u32) << (f32::MANTISSA_DIGITS - 1));
        let first = power(low);
        let entry = |index: u32| {
            let place = if index == 0 { 0.0 } else { f32::from_bits(first.to_bits() + (index << BELOW)) };
            (function(f64::from(place)) / maximum * 65535.0).round() as u16
        };
        let entries = (0..=((high - low) as u32) << OCTAVE_BITS).map(entry).collect();
        Octaves { first, last: power(high), entries, unit: (maximum / 65535.0) as f32 }
    }

    /// What is subtracted from the bits of a number to have its index above the lowest bits, rounded.
    fn base(&self) -> u32 {
        self.first.to_bits() - (1 << (BELOW - 1))
    }

    /// The entry nearest to `value`, in units; the first of what is not a number.
    fn entry(&self, value: f32) -> f32 {
        let value = if value > self.first { value } else { self.first };
        let value = if value < self.last { value } else { self.last };
        f32::from(self.entries[((value.to_bits() - self.base()) >> BELOW) as usize])
    }
}

kernel! {
    /// Multiplies columns of three rows by a matrix, then replaces every value by that of a curve, given at evenly
    /// spaced places from 0 to 1 with straight lines between them. What is below 0 or not a number counts as 0.
    pub fn Linearise(matrix: &[[f32; 3]; 3], curve: &[f32; PIECES + 1], a: &mut [f32], b: &mut [f32], c: &mut [f32])
    where b.len() == a.len(), c.len() == a.len();
    test: linearise_variants, cases: tests::linearise,
    scalar: linearise,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::linearise },
}

kernel! {
    /// Light of three rows to codes: columns are multiplied by `gamut`, then by the entry of `gain` for the largest of
    /// the three, limited to 0 to 1, replaced by entries of `codes`, and multiplied by `encode`.
    pub fn Compress(
        gamut: &[[f32; 3]; 3], gain: &Octaves, codes: &Octaves, encode: &[[f32; 3]; 3],
        a: &mut [f32], b: &mut [f32], c: &mut [f32]
    )
    where b.len() == a.len(), c.len() == a.len();
    test: compress_variants, cases: tests::compress,
    scalar: compress,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::compress },
}

#[inline(always)]
fn scaled(matrix: &[[f32; 3]; 3], factor: f32) -> [[f32; 3]; 3] {
    matrix.map(|row| row.map(|value| value * factor))
}

#[inline(always)]
fn multiplied(matrix: &[[f32; 3]; 3], [x, y, z]: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| row[0] * x + row[1] * y + row[2] * z)
}

/// Applies `function` to every column of three rows.
fn for_columns(a: &mut [f32], b: &mut [f32], c: &mut [f32], function: impl Fn([f32; 3]) -> [f32; 3]) {
    for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
        [*a, *b, *c] = function([*a, *b, *c]);
    }
}

fn linearise(matrix: &[[f32; 3]; 3], curve: &[f32; PIECES + 1], a: &mut [f32], b: &mut [f32], c: &mut [f32]) {
    let matrix = scaled(matrix, PIECES as f32);
    for_columns(a, b, c, |column| multiplied(&matrix, column).map(|place| between(curve, place)));
}

/// Value of a curve.
fn between(curve: &[f32; PIECES + 1], place: f32) -> f32 {
    // The comparison is false for what is not a number.
    let place = if place > 0.0 { place } else { 0.0 };
    let place = if place < LAST { place } else { LAST };
    let index = place as usize;
    let (base, next) = (curve[index], curve[index + 1]);
    base + (next - base) * (place - index as f32)
}

/// The last place of a curve: the number before `PIECES`, so that an entry follows it.
const LAST: f32 = (PIECES as f32).next_down();

fn compress(
    gamut: &[[f32; 3]; 3],
    gain: &Octaves,
    codes: &Octaves,
    encode: &[[f32; 3]; 3],
    a: &mut [f32],
    b: &mut [f32],
    c: &mut [f32],
) {
    let encode = scaled(encode, codes.unit);
    for_columns(a, b, c, |column| {
        let light = multiplied(gamut, column);
        let two = if light[0] > light[1] { light[0] } else { light[1] };
        let gain = gain.entry(if two > light[2] { two } else { light[2] }) * gain.unit;
        multiplied(&encode, light.map(|light| codes.entry(light * gain)))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{Outcome, Random};

    fn rows(random: &mut Random) -> [Vec<f32>; 3] {
        let n = random.within(0, 100) as usize;
        [(); 3].map(|()| {
            let numbers = random.numbers(n, -3000, 6000);
            let draw = |number: i64| match random.within(0, 60) {
                0 => f32::NAN,
                1 => 1e30,
                2 => f32::NEG_INFINITY,
                3 => -0.0,
                4 => number as f32 * 1e-9,
                _ => number as f32 / 4000.0,
            };
            numbers.into_iter().map(draw).collect()
        })
    }

    fn record(rows: &[Vec<f32>; 3], outcome: &mut Outcome) {
        // Which pattern stands for "not a number" is nobody's business.
        let bits = |value: &f32| if value.is_nan() { -1 } else { i64::from(value.to_bits()) };
        outcome.push(rows[0].len() as i64);
        rows.iter().flatten().for_each(|value| outcome.push(bits(value)));
    }

    const MATRIX: [[f32; 3]; 3] = [[1.0, 0.0, 1.5748], [1.0, -0.1873, -0.4681], [1.0, 1.8556, 0.0]];

    pub(super) fn linearise(kernel: Linearise, random: &mut Random, outcome: &mut Outcome) {
        let entry = |index: usize| index as f32 + (index % 7) as f32 / 2.5;
        let curve: Box<[f32; PIECES + 1]> = Box::new(std::array::from_fn(entry));
        let mut rows = rows(random);
        let [a, b, c] = &mut rows;
        kernel.call(&MATRIX, &curve, a, b, c);
        record(&rows, outcome);
    }

    pub(super) fn compress(kernel: Compress, random: &mut Random, outcome: &mut Outcome) {
        let gain = Octaves::new([-3, 1], 1.0, |light| 1.0 - light / 5.0);
        let codes = Octaves::new([-20, 0], 1.0, |light| light / (light + 1.0));
        let mut rows = rows(random);
        let [a, b, c] = &mut rows;
        kernel.call(&MATRIX, &gain, &codes, &MATRIX, a, b, c);
        record(&rows, outcome);
    }

    #[test]
    fn entries_are_the_nearest() {
        let table = Octaves::new([-10, 3], 8.0, |light| light);
        for value in [0.001, 0.3, 0.999_99, 1.0, 1.0002, 3.2345, 7.9999, 8.0] {
            let found = table.entry(value) * table.unit;
            assert!((found - value).abs() <= value / 1024.0 + 1e-4, "{value} {found}");
        }
        assert_eq!([-1.0, 0.0, f32::NAN, 0.0009].map(|value| table.entry(value)), [0.0; 4]);
        assert_eq!([8.5, f32::INFINITY].map(|value| table.entry(value)), [table.entry(8.0); 2]);
    }
}
