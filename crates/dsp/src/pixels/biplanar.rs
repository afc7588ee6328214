//! 8-bit Y'CbCr with a plane of chroma pairs, subsampled horizontally, to four-byte RGB in one go.
//!
//! Chroma first becomes what it adds to each colour (`Factors::terms`); that is spread to the columns and joins luma, and
//! only their sum is multiplied by luma's gain, which is the last step. Results are within 0.6 codes of exact arithmetic,
//! rounding included; neutral chroma gives gray.

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
    /// Words of a luma code.
    scale: i16,
    /// Luma's gain over words, in 1/32768.
    gain: i16,
    /// Words of luma's zero.
    black: i16,
    /// Words of a code of chroma in 1/256, all even: first colour, last colour, green by each kind.
    first: i16,
    last: i16,
    green: [i16; 2],
    /// Whether the first colour follows from the second kind of chroma.
    swapped: bool,
    /// Whether alpha comes before the colours instead of after them.
    alpha_first: bool,
}

/// Added to terms so that they are positive.
const BIAS: i16 = 1 << 14;

impl Factors {
    /// Factors from a matrix: codes of luma's zero, luma's gain, the factors of the first kind for the colour of its
    /// own and for green, and likewise of the second kind. `first_is_second`: the first colour of a pixel is the second
    /// kind's. `None` when a number is out of reach: zero 0 to 16, gain 0.9 to 1.2, own factors 0 to 2.2, of green -1.1
    /// to 0.
    pub fn new(
        zero: f64,
        gain: f64,
        [first_own, first_green]: [f64; 2],
        [second_own, second_green]: [f64; 2],
        first_is_second: bool,
        alpha_first: bool,
    ) -> Option<Factors> {
        let reached = (0.0..=16.0).contains(&zero)
            && (0.9..=1.2).contains(&gain)
            && [first_own, second_own].iter().all(|own| (0.0..=2.2).contains(own))
            && [first_green, second_green].iter().all(|green| (-1.1..=0.0).contains(green));
        if !reached {
            return None;
        }
        // As fine as words of terms, the bias included, allow; of the finer half that with which the gain is best met.
        let farthest = first_own.max(second_own).max(-first_green - second_green) / gain * 128.0 + zero;
        let finest = (16000.0 / farthest).min(64.0) as i16;
        let gain_of = |scale: i16| (gain * 32768.0 / f64::from(scale)).round();
        let miss = |scale: i16| (f64::from(scale) * gain_of(scale) - gain * 32768.0).abs();
        let scale = (finest / 2..=finest).rev().min_by(|&a, &b| miss(a).total_cmp(&miss(b)))?;
        let factor = |value: f64| (value / gain * f64::from(scale) * 128.0).round() as i16 * 2;
        let [first, last] = [first_own, second_own].map(factor);
        let [first, last] = if first_is_second { [last, first] } else { [first, last] };
        Some(Factors {
            scale,
            gain: gain_of(scale) as i16,
            black: (zero * f64::from(scale)).round() as i16,
            first,
            last,
            green: [first_green, second_green].map(factor),
            swapped: first_is_second,
            alpha_first,
        })
    }

    /// What a pair's chroma, each kind in 1/128 and its middle 0, adds to first colour, green and last colour.
    fn terms(&self, [first, second]: [i16; 2]) -> [i16; 3] {
        let (a, b) = if self.swapped { (second, first) } else { (first, second) };
        let green = product(first, self.green[0]) + product(second, self.green[1]);
        [product(a, self.first), green, product(b, self.last)]
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

kernel! {
    /// Two rows of pixels that share a row of chroma pairs, each pair repeated in its columns: what [`BiplanarToRgb`] makes of
    /// each with [`Spread::Repeat`].
    pub fn BiplanarToRgbRepeated(luma: [&[u8]; 2], chroma: &[u8], factors: &Factors, out: [&mut [u8]; 2])
    where luma[0].len() == luma[1].len(), out.iter().all(|out| out.len() == 4 * luma[0].len()),
        chroma.len() == luma[0].len().div_ceil(2) * 2;
    test: biplanar_to_rgb_repeated_variants, cases: tests::biplanar_to_rgb_repeated,
    scalar: to_rgb_repeated,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::to_rgb_repeated },
}

/// (a * b) / 32768, rounded half up.
fn product(a: i16, b: i16) -> i16 {
    ((i32::from(a) * i32::from(b) + (1 << 14)) >> 15) as i16
}

/// The mean, halves upwards, of numbers that are not negative.
fn mean(a: i16, b: i16) -> i16 {
    ((i32::from(a) + i32::from(b) + 1) >> 1) as i16
}

/// Chroma of pair `index` in 1/128, its middle 0, of both kinds.
fn blended(near: &[u8], far: &[u8], weights: [u8; 2], index: usize) -> [i16; 2] {
    [0, 1].map(|kind| {
        let [near, far] = [near, far].map(|row| i16::from(row[2 * index + kind]));
        32 * (near * i16::from(weights[0]) + far * i16::from(weights[1]) - 512)
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
    let terms =
        |index: usize| factors.terms(blended(near, far, weights, index.min(last))).map(|term| term + BIAS);
    let pixels = luma.iter().zip(out.as_chunks_mut::<4>().0).enumerate().skip(start);
    for (column, (&luma, pixel)) in pixels {
        let index = column / 2;
        let own = terms(index);
        let other = if column % 2 == 1 { terms(index + 1) } else { terms(index.saturating_sub(1)) };
        let base = i16::from(luma) * factors.scale - factors.black - BIAS;
        let code = |colour: usize| {
            let term = match spread {
                Spread::Left if column % 2 == 1 => mean(own[colour], other[colour]),
                Spread::Repeat | Spread::Left => own[colour],
                Spread::Center => mean(own[colour], mean(own[colour], other[colour])),
            };
            product(base + term, factors.gain).clamp(0, 255) as u8
        };
        let [first, green, last] = [0, 1, 2].map(code);
        *pixel = if factors.alpha_first { [255, first, green, last] } else { [first, green, last, 255] };
    }
}

fn to_rgb_repeated(luma: [&[u8]; 2], chroma: &[u8], factors: &Factors, out: [&mut [u8]; 2]) {
    for (luma, out) in luma.into_iter().zip(out) {
        to_rgb(luma, chroma, chroma, [4, 0], Spread::Repeat, factors, out);
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

    pub(super) fn biplanar_to_rgb_repeated(
        kernel: BiplanarToRgbRepeated,
        random: &mut Random,
        outcome: &mut Outcome,
    ) {
        let n = random.within(0, 150) as usize;
        let luma = [random.bytes(n), random.bytes(n)];
        let mut out = [vec![7; 4 * n], vec![7; 4 * n]];
        let [upper, lower] = &mut out;
        let chroma = random.bytes(n.div_ceil(2) * 2);
        kernel.call([&luma[0], &luma[1]], &chroma, &factors(random), [upper, lower]);
        outcome.push(n as i64);
        out.iter().for_each(|out| outcome.extend(out));
    }

    /// Words neither overflow nor lose what they should hold, at all factors that are taken.
    #[test]
    fn codes_are_near_exact_arithmetic() {
        for seed in 0..if cfg!(miri) { 2 } else { 300 } {
            let mut random = Random::new(seed);
            let mut within = |low: i64, high: i64| random.within(low, high) as f64 / 1000.0;
            let (zero, gain) = (within(0, 16000), within(900, 1200));
            let kinds = [[within(0, 2200), within(-1100, 0)], [within(0, 2200), within(-1100, 0)]];
            let factors = Factors::new(zero, gain, kinds[0], kinds[1], false, false).unwrap();
            for _ in 0..200 {
                let luma = random.bytes(2);
                let (near, far) = (random.bytes(2), random.bytes(2));
                let mut out = [0; 8];
                to_rgb(&luma, &near, &far, [3, 1], Spread::Repeat, &factors, &mut out);
                let chroma =
                    [0, 1].map(|k| f64::from(3 * i32::from(near[k]) + i32::from(far[k])) / 4.0 - 128.0);
                let base = (f64::from(luma[0]) - zero) * gain;
                let exact = [
                    base + kinds[0][0] * chroma[0],
                    base + kinds[0][1] * chroma[0] + kinds[1][1] * chroma[1],
                    base + kinds[1][0] * chroma[1],
                ];
                for (code, exact) in out.iter().zip(exact) {
                    let error = f64::from(*code) - exact.clamp(0.0, 255.0);
                    assert!(error.abs() < 0.6, "{zero} {gain} {kinds:?}: {code}, exactly {exact}");
                }
            }
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
