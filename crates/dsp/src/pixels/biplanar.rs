//! 8-bit Y'CbCr with a plane of chroma pairs, subsampled horizontally, to four-byte RGB in one go.
//!
//! Words have 5 fraction bits. Chroma first becomes what it adds to each colour (`Factors::terms`); that is spread
//! to the columns and joins luma. Results are within 0.62 codes of exact arithmetic, rounding included; neutral
//! chroma gives gray.

#[cfg(target_arch = "x86_64")]
mod avx2;

/// How the chroma of a pair of columns is spread to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spread {
    /// Both take it.
    Repeat,
    /// It lies on the even column; odd ones take the mean with the next pair's.
    Left,
    /// It lies between both; each takes a quarter of its neighbour's.
    Center,
}

/// Factors of [`BiplanarToRgb`]. The first colour of a pixel follows from luma and the first or the second kind of
/// chroma, the last from the other kind, green from all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factors {
    /// Luma's factor in 1/16384.
    luma: i16,
    /// Chroma's factors in 1/8192: first colour, last colour, and what green loses by each kind.
    first: i16,
    last: i16,
    green: [i16; 2],
    /// What is added to the terms of first colour, green and last colour.
    offsets: [i16; 3],
    /// Whether the first colour follows from the second kind of chroma.
    swapped: bool,
    /// Whether alpha comes before the colours instead of after them.
    alpha_first: bool,
}

/// Added to terms so that they are positive.
const BIAS: i16 = 10240;

impl Factors {
    /// Factors from a matrix: codes of luma's zero, luma's gain, the factors of the first kind for the colour of its
    /// own and for green, and likewise of the second kind. `first_is_second`: the first colour of a pixel is the second
    /// kind's. `None` when a number is out of reach: zero 0 to 16, gain 0 to 1.2, own factors 0 to 2.2, of green -1.1
    /// to 0.
    pub fn new(
        zero: f64,
        gain: f64,
        [first_own, first_green]: [f64; 2],
        [second_own, second_green]: [f64; 2],
        first_is_second: bool,
        alpha_first: bool,
    ) -> Option<Factors> {
        let reach = |value: f64, low: f64, high: f64| {
            (low..=high).contains(&value).then(|| (value.abs() * 8192.0).round() as i16)
        };
        let own = [reach(first_own, 0.0, 2.2)?, reach(second_own, 0.0, 2.2)?];
        let green = [reach(first_green, -1.1, 0.0)?, reach(second_green, -1.1, 0.0)?];
        let [first, last] = if first_is_second { [own[1], own[0]] } else { own };
        reach(gain, 0.0, 1.2)?;
        let luma = (gain * 16384.0).round() as i16;
        reach(zero, 0.0, 16.0)?;
        // With half a code for rounding.
        let black = (-zero * gain * 32.0 + 16.0).round() as i16;
        let neutral = |factor: i16| product(1 << 14, factor);
        let offsets = [
            BIAS + black - neutral(first),
            BIAS + black + neutral(green[0]) + neutral(green[1]),
            BIAS + black - neutral(last),
        ];
        Some(Factors { luma, first, last, green, offsets, swapped: first_is_second, alpha_first })
    }

    /// What a pair's chroma, each kind in 1/128, adds to first colour, green and last colour.
    fn terms(&self, [first, second]: [i16; 2]) -> [i16; 3] {
        let loss = product(first, self.green[0]) + product(second, self.green[1]);
        let (a, b) = if self.swapped { (second, first) } else { (first, second) };
        let [x, green, z] = self.offsets;
        [x + product(a, self.first), green - loss, z + product(b, self.last)]
    }
}

kernel! {
    /// A row of pixels from luma and two rows of chroma pairs, blended `weights[0] : weights[1]` (which sum to 4).
    /// Alpha becomes 255. An odd last column has a pair of its own.
    pub fn BiplanarToRgb(
        luma: &[u8], near: &[u8], far: &[u8], weights: [u8; 2], spread: Spread, factors: &Factors, out: &mut [u8]
    )
    where out.len() / 4 == luma.len(), out.len().is_multiple_of(4), near.len() == luma.len().div_ceil(2) * 2,
        far.len() == near.len(), weights[0] <= 4, weights[0] + weights[1] == 4;
    test: biplanar_to_rgb_variants, cases: tests::biplanar_to_rgb,
    scalar: to_rgb,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::to_rgb },
}

/// (a * b) / 32768, rounded half up.
fn product(a: i16, b: i16) -> i16 {
    ((i32::from(a) * i32::from(b) + (1 << 14)) >> 15) as i16
}

/// The mean, halves upwards, of numbers that are not negative.
fn mean(a: i16, b: i16) -> i16 {
    ((i32::from(a) + i32::from(b) + 1) >> 1) as i16
}

/// Chroma of pair `index` in 1/128, of both kinds.
fn blended(near: &[u8], far: &[u8], weights: [u8; 2], index: usize) -> [i16; 2] {
    [0, 1].map(|kind| {
        let [near, far] = [near, far].map(|row| i16::from(row[2 * index + kind]));
        32 * (near * i16::from(weights[0]) + far * i16::from(weights[1]))
    })
}

fn to_rgb(
    luma: &[u8],
    near: &[u8],
    far: &[u8],
    weights: [u8; 2],
    spread: Spread,
    factors: &Factors,
    out: &mut [u8],
) {
    to_rgb_from(0, luma, near, far, weights, spread, factors, out);
}

/// Pixels from the even column `start` on.
fn to_rgb_from(
    start: usize,
    luma: &[u8],
    near: &[u8],
    far: &[u8],
    weights: [u8; 2],
    spread: Spread,
    factors: &Factors,
    out: &mut [u8],
) {
    let last = (near.len() / 2).saturating_sub(1);
    let terms = |index: usize| factors.terms(blended(near, far, weights, index.min(last)));
    let pixels = luma.iter().zip(out.as_chunks_mut::<4>().0).enumerate().skip(start);
    for (column, (&luma, pixel)) in pixels {
        let index = column / 2;
        let own = terms(index);
        let other = if column % 2 == 1 { terms(index + 1) } else { terms(index.saturating_sub(1)) };
        let base = product(i16::from(luma) * 64, factors.luma) - BIAS;
        let code = |colour: usize| {
            let term = match spread {
                Spread::Left if column % 2 == 1 => mean(own[colour], other[colour]),
                Spread::Repeat | Spread::Left => own[colour],
                Spread::Center => mean(own[colour], mean(own[colour], other[colour])),
            };
            ((base + term) >> 5).clamp(0, 255) as u8
        };
        let [first, green, last] = [0, 1, 2].map(code);
        *pixel = if factors.alpha_first { [255, first, green, last] } else { [first, green, last, 255] };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    fn factors(random: &mut Random) -> Factors {
        let mut within = |low: i64, high: i64| random.within(low, high) as f64 / 1000.0;
        let gain = within(900, 1200);
        let zero = within(0, 16000);
        let [first, second] = [[within(0, 2200), within(-1100, 0)], [within(0, 2200), within(-1100, 0)]];
        let swapped = random.within(0, 1) == 1;
        Factors::new(zero, gain, first, second, swapped, random.within(0, 1) == 1).unwrap()
    }

    pub(super) fn biplanar_to_rgb(kernel: BiplanarToRgb, random: &mut Random, outcome: &mut Outcome) {
        let limit = if random.within(0, 4) == 0 { 400 } else { 150 };
        let n = random.within(0, limit) as usize;
        let pairs = n.div_ceil(2);
        for spread in [Spread::Repeat, Spread::Left, Spread::Center] {
            let near_weight = random.within(0, 4) as u8;
            let mut out = vec![7; 4 * n];
            let (luma, near, far) = (random.bytes(n), random.bytes(2 * pairs), random.bytes(2 * pairs));
            let weights = [near_weight, 4 - near_weight];
            kernel.call(&luma, &near, &far, weights, spread, &factors(random), &mut out);
            outcome.push(n as i64);
            outcome.extend(&out);
        }
    }

    #[test]
    fn neutral_chroma_is_gray() {
        let factors = Factors::new(16.0, 255.0 / 219.0, [2.1125, -0.2132], [1.7927, -0.5329], false, false);
        let luma: Vec<u8> = (0..=255).collect();
        let chroma = [128; 256];
        let mut out = [0; 1024];
        BiplanarToRgb::select(CpuLevel::detected()).call(
            &luma,
            &chroma,
            &chroma,
            [3, 1],
            Spread::Left,
            &factors.unwrap(),
            &mut out,
        );
        for (pixel, luma) in out.as_chunks::<4>().0.iter().zip(luma) {
            let exact = ((f64::from(luma) - 16.0) * 255.0 / 219.0).clamp(0.0, 255.0);
            assert_eq!(*pixel, [pixel[0], pixel[0], pixel[0], 255], "{luma}");
            assert!((f64::from(pixel[0]) - exact).abs() < 0.55, "{luma}: {pixel:?}");
        }
    }

    #[test]
    fn factors_out_of_reach_are_none() {
        let check = |gain, own, green| Factors::new(16.0, gain, [own, green], [1.0, -0.3], false, false);
        assert!(check(1.0, 2.2, -1.1).is_some());
        assert!(check(1.3, 2.0, -0.2).is_none());
        assert!(check(1.0, 2.3, -0.2).is_none());
        assert!(check(1.0, 2.0, 0.1).is_none());
        assert!(check(f64::NAN, 2.0, -0.2).is_none());
    }
}
