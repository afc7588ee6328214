//! Codes of HDR to light, and light to codes of SDR: three rows at a time, with the matrices before and after the curves.
//!
//! As in [`float`](super::float), every operation is done in a fixed order, so that all variants agree bit for bit.
//! Products are added without being rounded first, which every level above the reference has an instruction for.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod cubics;

pub use cubics::{Cubic, Curve, Gain, Octaves, PIECES, cubic};

kernel! {
    /// Multiplies columns of three rows by a matrix, then replaces every value by that of a curve. What is below 0 or not
    /// a number counts as 0, what is above 1 as 1.
    pub fn Linearise(matrix: &[[f32; 3]; 3], curve: &Curve, a: &mut [f32], b: &mut [f32], c: &mut [f32])
    where b.len() == a.len(), c.len() == a.len();
    test: linearise_variants, cases: tests::linearise,
    scalar: linearise,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::linearise, #[cfg(target_arch = "x86_64")] Avx512: avx512::linearise },
}

kernel! {
    /// Light of three rows to codes: columns are multiplied by `gamut`, then by `gain` for the largest of the three,
    /// replaced by values of `codes`, and multiplied by `encode`.
    pub fn Compress(
        gamut: &[[f32; 3]; 3], gain: &Gain, codes: &Octaves, encode: &[[f32; 3]; 3],
        a: &mut [f32], b: &mut [f32], c: &mut [f32]
    )
    where b.len() == a.len(), c.len() == a.len();
    test: compress_variants, cases: tests::compress,
    scalar: compress,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::compress, #[cfg(target_arch = "x86_64")] Avx512: avx512::compress },
}

#[inline(always)]
fn scaled(matrix: &[[f32; 3]; 3], factor: f32) -> [[f32; 3]; 3] {
    matrix.map(|row| row.map(|value| value * factor))
}

#[inline(always)]
fn multiplied(matrix: &[[f32; 3]; 3], [x, y, z]: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| row[2].mul_add(z, row[1].mul_add(y, row[0] * x)))
}

/// Whether the first number of a column counts alike in all sums, the second not in the first sum and the third not in the last,
/// as luma and chroma do where they become RGB: four products in place of nine.
#[inline(always)]
fn is_of_luma(matrix: &[[f32; 3]; 3]) -> bool {
    matrix.iter().all(|row| row[0] == matrix[0][0]) && (matrix[0][1], matrix[2][2]) == (0.0, 0.0)
}

/// [`multiplied`] where [`is_of_luma`].
#[inline(always)]
fn multiplied_luma([a, b, c]: &[[f32; 3]; 3], [x, y, z]: [f32; 3]) -> [f32; 3] {
    let luma = a[0] * x;
    [a[2].mul_add(z, luma), b[2].mul_add(z, b[1].mul_add(y, luma)), c[1].mul_add(y, luma)]
}

/// Applies `function` to every column of three rows.
#[inline(always)]
fn for_columns(a: &mut [f32], b: &mut [f32], c: &mut [f32], function: impl Fn([f32; 3]) -> [f32; 3]) {
    for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
        [*a, *b, *c] = function([*a, *b, *c]);
    }
}

#[inline(always)]
fn linearise(matrix: &[[f32; 3]; 3], curve: &Curve, a: &mut [f32], b: &mut [f32], c: &mut [f32]) {
    let matrix = scaled(matrix, PIECES as f32);
    if is_of_luma(&matrix) {
        for_columns(a, b, c, |column| multiplied_luma(&matrix, column).map(|place| curve.value(place)));
    } else {
        for_columns(a, b, c, |column| multiplied(&matrix, column).map(|place| curve.value(place)));
    }
}

#[inline(always)]
fn compress(
    gamut: &[[f32; 3]; 3],
    gain: &Gain,
    codes: &Octaves,
    encode: &[[f32; 3]; 3],
    a: &mut [f32],
    b: &mut [f32],
    c: &mut [f32],
) {
    for_columns(a, b, c, |column| {
        let light = multiplied(gamut, column);
        let two = if light[0] > light[1] { light[0] } else { light[1] };
        let gain = gain.value(if two > light[2] { two } else { light[2] });
        multiplied(encode, light.map(|light| codes.value(light * gain)))
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

    /// Luma and chroma to RGB, and one that has no number in common with that.
    const MATRICES: [[[f32; 3]; 3]; 2] = [MATRIX, [[0.6, 0.3, 0.1], [0.1, 0.8, 0.1], [0.0, 0.2, 0.8]]];

    pub(super) fn linearise(kernel: Linearise, random: &mut Random, outcome: &mut Outcome) {
        let curve = Curve::new(|place| place * (2.0 - place));
        let matrix = &MATRICES[random.within(0, 1) as usize];
        let mut rows = rows(random);
        let [a, b, c] = &mut rows;
        kernel.call(matrix, &curve, a, b, c);
        record(&rows, outcome);
    }

    #[test]
    fn luma_counts_alike() {
        assert_eq!(MATRICES.map(|matrix| is_of_luma(&matrix)), [true, false]);
        let column = [0.3, -0.2, 0.7];
        assert_eq!(multiplied_luma(&MATRIX, column), multiplied(&MATRIX, column));
    }

    pub(super) fn compress(kernel: Compress, random: &mut Random, outcome: &mut Outcome) {
        let gain = Gain::new([0.2, 0.7], 1.5, |light| 0.2 / light);
        let codes = Octaves::new(-32, 1, |light| light / (light + 1.0));
        let mut rows = rows(random);
        let [a, b, c] = &mut rows;
        kernel.call(&MATRIX, &gain, &codes, &MATRIX, a, b, c);
        record(&rows, outcome);
    }
}
