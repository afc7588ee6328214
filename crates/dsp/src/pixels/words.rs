//! 8-bit Y'CbCr on its way from one size to another and to RGB: between both it stays words with 6 fraction bits, as colours
//! are up to twice as far from each other as the chroma they are made of.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use super::rgb::RgbFactors;

/// Most rows whose products are rounded one by one.
const ROUNDED_ROWS: usize = 8;

kernel! {
    /// The weighted sum of rows of words, as words of the same fraction bits. One weight a row, in 1/16384; their sum is one, and
    /// where all rows agree, the result agrees with them. Up to 8 rows, the differences from the row of the largest weight are
    /// multiplied and rounded one by one; of more, only the sum is rounded.
    pub fn BlendRows(rows: &[&[i16]], weights: &[i16], out: &mut [i16])
    where !rows.is_empty(), rows.len() == weights.len(), rows.iter().all(|row| row.len() >= out.len());
    test: blend_rows_variants, cases: tests::blend_rows,
    scalar: blend_rows,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::blend_rows, #[cfg(target_arch = "x86_64")] Avx512: avx512::blend_rows },
}

kernel! {
    /// A row of four-byte pixels from words of luma and chroma with 6 fraction bits, each kind of chroma 128 codes too large. What
    /// [`ToRgb`](super::rgb::ToRgb) makes of bytes, but for rounding; chroma may exceed them by half their range.
    pub fn WordsToRgb(luma: &[i16], a: &[i16], b: &[i16], factors: &RgbFactors, out: &mut [u8])
    where out.len() == 4 * luma.len(), a.len() == luma.len(), b.len() == luma.len();
    test: words_to_rgb_variants, cases: tests::words_to_rgb,
    scalar: to_rgb,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::to_rgb, #[cfg(target_arch = "x86_64")] Avx512: avx512::to_rgb },
}

/// Chroma's middle.
const MIDDLE: i16 = 128 << 6;

/// (a * b) / 32768, rounded half up.
fn product(a: i16, b: i16) -> i16 {
    ((i32::from(a) * i32::from(b) + (1 << 14)) >> 15) as i16
}

/// The number of the first row of the largest weight, and the weights of the differences from it, in 1/32768.
fn lead(weights: &[i16]) -> (usize, impl Fn(usize) -> i16) {
    let largest =
        (1..weights.len()).fold(0, |best, row| if weights[row] > weights[best] { row } else { best });
    (largest, |row| weights[row].saturating_mul(2))
}

fn blend_rows(rows: &[&[i16]], weights: &[i16], out: &mut [i16]) {
    blend_rows_from(0, rows, weights, out);
}

/// Words from number `start` on.
fn blend_rows_from(start: usize, rows: &[&[i16]], weights: &[i16], out: &mut [i16]) {
    let (largest, weight) = lead(weights);
    for (x, out) in out.iter_mut().enumerate().skip(start) {
        if rows.len() > ROUNDED_ROWS {
            let taps = rows.iter().zip(weights);
            let sum = taps.fold(1 << 13, |sum, (row, &weight)| sum + i32::from(row[x]) * i32::from(weight));
            *out = (sum >> 14).clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16;
            continue;
        }
        let own = rows[largest][x];
        let others = (0..rows.len()).filter(|&row| row != largest);
        *out = others
            .fold(own, |sum, row| sum.saturating_add(product(rows[row][x].saturating_sub(own), weight(row))));
    }
}

fn to_rgb(luma: &[i16], a: &[i16], b: &[i16], factors: &RgbFactors, out: &mut [u8]) {
    let chroma = |word: i16| word.wrapping_sub(MIDDLE).wrapping_mul(2);
    let pixels = luma.iter().zip(a.iter().zip(b)).zip(out.as_chunks_mut::<4>().0);
    for ((&luma, (&a, &b)), pixel) in pixels {
        // From here on there are five fraction bits.
        let base = product(luma, factors.luma).saturating_add(black(factors));
        let (a, b) = (chroma(a), chroma(b));
        let code = |term: i16| ((i32::from(base.saturating_add(term)) + 16) >> 5).clamp(0, 255) as u8;
        let green = product(a, factors.green[0]).saturating_add(product(b, factors.green[1]));
        let [first, green, last] = [product(a, factors.first), green, product(b, factors.last)].map(code);
        *pixel = if factors.alpha_first { [255, first, green, last] } else { [first, green, last, 255] };
    }
}

/// What is added to luma, with five fraction bits.
fn black(factors: &RgbFactors) -> i16 {
    (factors.offset + 1) >> 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    fn words(random: &mut Random, count: usize) -> Vec<i16> {
        random.numbers(count, -4000, 22000).into_iter().map(|word| word as i16).collect()
    }

    /// Weights whose sum is one.
    fn weights(random: &mut Random, count: usize) -> Vec<i16> {
        let limit = 16384 / count as i64;
        let mut weights: Vec<i64> = random.numbers(count, -limit / 4, limit);
        let own = random.within(0, count as i64 - 1) as usize;
        weights[own] += 16384 - weights.iter().sum::<i64>();
        weights.into_iter().map(|weight| weight as i16).collect()
    }

    pub(super) fn blend_rows(kernel: BlendRows, random: &mut Random, outcome: &mut Outcome) {
        let (count, n) = (random.within(1, 12) as usize, random.within(0, 150) as usize);
        let rows: Vec<Vec<i16>> = (0..count).map(|_| words(random, n)).collect();
        let rows: Vec<&[i16]> = rows.iter().map(|row| &row[..]).collect();
        let mut out = vec![7; n];
        kernel.call(&rows, &weights(random, count), &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    fn factors(random: &mut Random) -> RgbFactors {
        RgbFactors {
            luma: random.within(16384, 20000) as i16,
            offset: random.within(-1500, 0) as i16,
            first: random.within(8192, 18000) as i16,
            green: [random.within(-8000, 0) as i16, random.within(-8000, 0) as i16],
            last: random.within(8192, 18000) as i16,
            alpha_first: random.within(0, 1) == 1,
        }
    }

    pub(super) fn words_to_rgb(kernel: WordsToRgb, random: &mut Random, outcome: &mut Outcome) {
        let n = random.within(0, 200) as usize;
        let [luma, a, b] = [(); 3].map(|()| words(random, n));
        let mut out = vec![7; 4 * n];
        kernel.call(&luma, &a, &b, &factors(random), &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    #[test]
    fn rows_that_agree_stay_as_they_are() {
        for level in [CpuLevel::Scalar, CpuLevel::detected()] {
            for seed in 0..if cfg!(miri) { 2 } else { 200 } {
                let mut random = Random::new(seed);
                let count = random.within(1, 20) as usize;
                let (row, weights) = (words(&mut random, 100), weights(&mut random, count));
                let mut out = vec![0; 100];
                BlendRows::select(level).call(&vec![&row[..]; count], &weights, &mut out);
                assert_eq!(out, row, "{weights:?}");
            }
        }
    }

    #[test]
    fn colours_are_near_exact_arithmetic() {
        for seed in 0..if cfg!(miri) { 2 } else { 100 } {
            let mut random = Random::new(seed);
            let factors = factors(&mut random);
            let [luma, a, b] = [(); 3].map(|()| words(&mut random, 100));
            let mut out = vec![0; 400];
            WordsToRgb::select(CpuLevel::detected()).call(&luma, &a, &b, &factors, &mut out);
            for (place, pixel) in out.as_chunks::<4>().0.iter().enumerate() {
                let code = |word: i16, unit: f64| f64::from(word) / unit;
                let base = code(luma[place], 64.0) * code(factors.luma, 16384.0) + code(factors.offset, 64.0);
                let chroma = [&a, &b].map(|row| code(row[place], 64.0) - 128.0);
                let part = |kind: usize, factor: i16| chroma[kind] * code(factor, 8192.0);
                let exact = [
                    base + part(0, factors.first),
                    base + part(0, factors.green[0]) + part(1, factors.green[1]),
                    base + part(1, factors.last),
                ];
                let found = if factors.alpha_first { &pixel[1..] } else { &pixel[..3] };
                for (&found, exact) in found.iter().zip(exact) {
                    let error = f64::from(found) - exact.clamp(0.0, 255.0);
                    assert!(error.abs() < 0.57, "{found}, exactly {exact}");
                }
            }
        }
    }
}
