//! Between 8-bit Y'CbCr and four-byte RGB.
//!
//! To RGB: chroma rows become 16-bit words around zero (256 to a code, [`BlendChroma`]), are spread to the
//! even and the odd columns ([`Between`]) and join luma in [`ToRgb`]. From RGB: [`ToLuma`], [`ToChroma`].
//! Results are within 0.6 codes of exact arithmetic, rounding included.

#[cfg(target_arch = "x86_64")]
mod avx2;

/// Factors of [`ToRgb`]. The first colour of a pixel follows from luma and chroma row `a`, the last
/// from luma and row `b`, green from all three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RgbFactors {
    /// Luma's factor in units of 1/16384, 0 or more.
    pub luma: i16,
    /// Added to 64 times the luma product: black's offset.
    pub offset: i16,
    /// First colour's factor for `a`, in units of 1/8192.
    pub first: i16,
    /// Green's factors for `a` and `b`, in units of 1/8192.
    pub green: [i16; 2],
    /// Last colour's factor for `b`, in units of 1/8192.
    pub last: i16,
    /// Whether alpha comes before the colours instead of after them.
    pub alpha_first: bool,
}

kernel! {
    /// Two rows of interleaved chroma blended: `(weights[0] * near + weights[1] * far) / 4 - 128` in units
    /// of 1/256. Weights are 0 or more and sum to 4.
    pub fn BlendChroma(near: &[u8], far: &[u8], weights: [u8; 2], a: &mut [i16], b: &mut [i16])
    where near.len() / 2 == a.len(), near.len().is_multiple_of(2), far.len() == near.len(), b.len() == a.len(),
        weights[0] <= 4, weights[0] + weights[1] == 4;
    test: blend_chroma_variants, cases: tests::blend_chroma,
    scalar: blend_chroma,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::blend_chroma },
}

kernel! {
    /// As [`BlendChroma`], for one plane of chroma.
    pub fn BlendPlane(near: &[u8], far: &[u8], weights: [u8; 2], out: &mut [i16])
    where near.len() == out.len(), far.len() == near.len(), weights[0] <= 4, weights[0] + weights[1] == 4;
    test: blend_plane_variants, cases: tests::blend_plane,
    scalar: blend_plane,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::blend_plane },
}

kernel! {
    /// Words between `a` and `b`: half-way, or when `quarter` a quarter of the way from `b` to `a`.
    pub fn Between(a: &[i16], b: &[i16], quarter: bool, out: &mut [i16])
    where a.len() == out.len(), b.len() == out.len();
    test: between_variants, cases: tests::between,
    scalar: between,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::between },
}

kernel! {
    /// A row of four-byte pixels from luma and chroma rows `a` and `b`, each given for even and for odd
    /// columns. Alpha becomes 255.
    pub fn ToRgb(luma: &[u8], a: [&[i16]; 2], b: [&[i16]; 2], factors: &RgbFactors, out: &mut [u8])
    where out.len() / 4 == luma.len(), out.len().is_multiple_of(4),
        a.iter().chain(&b).all(|row| row.len() >= luma.len().div_ceil(2));
    test: to_rgb_variants, cases: tests::to_rgb,
    scalar: to_rgb,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::to_rgb },
}

kernel! {
    /// Luma of four-byte pixels: the sum of bytes by factors in 1/32768, plus `offset`, over 32768.
    /// The caller's factors and offset keep the result in 0 to 255.
    pub fn ToLuma(from: &[u8], factors: [i16; 4], offset: i32, out: &mut [u8])
    where from.len() / 4 == out.len(), from.len().is_multiple_of(4);
    test: to_luma_variants, cases: tests::to_luma,
    scalar: to_luma,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::to_luma },
}

kernel! {
    /// Interleaved chroma of four-byte pixels, one pair for two columns: of the even column of `upper`
    /// (`average` false), or of the mean of two columns and two rows. Factors in 1/32768, `offset` in the
    /// same (a code is 32768). An odd last column stands for two.
    pub fn ToChroma(
        upper: &[u8], lower: &[u8], average: bool, factors: [[i16; 4]; 2], offset: i32, out: &mut [u8]
    )
    where upper.len().is_multiple_of(4), lower.len() == upper.len(), out.len() == upper.len().div_ceil(8) * 2;
    test: to_chroma_variants, cases: tests::to_chroma,
    scalar: to_chroma,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::to_chroma },
}

fn blend_chroma(near: &[u8], far: &[u8], weights: [u8; 2], a: &mut [i16], b: &mut [i16]) {
    let pairs = near.as_chunks::<2>().0.iter().zip(far.as_chunks::<2>().0);
    for ((near, far), (a, b)) in pairs.zip(a.iter_mut().zip(b)) {
        *a = blended(near[0], far[0], weights);
        *b = blended(near[1], far[1], weights);
    }
}

fn blend_plane(near: &[u8], far: &[u8], weights: [u8; 2], out: &mut [i16]) {
    for (out, (&near, &far)) in out.iter_mut().zip(near.iter().zip(far)) {
        *out = blended(near, far, weights);
    }
}

fn blended(near: u8, far: u8, weights: [u8; 2]) -> i16 {
    let sum = i32::from(near) * i32::from(weights[0]) + i32::from(far) * i32::from(weights[1]);
    ((sum - 512) * 64) as i16
}

fn between(a: &[i16], b: &[i16], quarter: bool, out: &mut [i16]) {
    for (out, (&a, &b)) in out.iter_mut().zip(a.iter().zip(b)) {
        *out = if quarter { (a >> 2) + (b >> 1) + (b >> 2) } else { (a >> 1) + (b >> 1) };
    }
}

/// (a * b) / 32768, rounded half up.
fn product(a: i16, b: i16) -> i16 {
    ((i32::from(a) * i32::from(b) + (1 << 14)) >> 15) as i16
}

fn to_rgb(luma: &[u8], a: [&[i16]; 2], b: [&[i16]; 2], factors: &RgbFactors, out: &mut [u8]) {
    for (index, (&luma, pixel)) in luma.iter().zip(out.as_chunks_mut::<4>().0).enumerate() {
        let (a, b) = (a[index % 2][index / 2], b[index % 2][index / 2]);
        let base = product(i16::from(luma) << 7, factors.luma).saturating_add(factors.offset);
        let code = |sum: i16| ((i32::from(sum) + 32) >> 6).clamp(0, 255) as u8;
        let green = product(a, factors.green[0]).saturating_add(product(b, factors.green[1]));
        let first = code(base.saturating_add(product(a, factors.first)));
        let green = code(base.saturating_add(green));
        let last = code(base.saturating_add(product(b, factors.last)));
        *pixel = if factors.alpha_first { [255, first, green, last] } else { [first, green, last, 255] };
    }
}

/// Sum of a pixel's bytes by factors.
fn weighted(pixel: [i32; 4], factors: [i16; 4]) -> i32 {
    (0..4).map(|index| pixel[index] * i32::from(factors[index])).sum()
}

fn to_luma(from: &[u8], factors: [i16; 4], offset: i32, out: &mut [u8]) {
    for (pixel, out) in from.as_chunks::<4>().0.iter().zip(out) {
        *out = ((weighted(pixel.map(i32::from), factors) + offset) >> 15).clamp(0, 255) as u8;
    }
}

fn to_chroma(upper: &[u8], lower: &[u8], average: bool, factors: [[i16; 4]; 2], offset: i32, out: &mut [u8]) {
    let pairs = upper.chunks(8).zip(lower.chunks(8));
    for ((upper, lower), out) in pairs.zip(out.as_chunks_mut::<2>().0) {
        let pixel = |row: &[u8], column: usize| -> [i32; 4] {
            let start = if row.len() == 8 { column * 4 } else { 0 };
            std::array::from_fn(|index| i32::from(row[start + index]))
        };
        for (out, factors) in out.iter_mut().zip(factors) {
            let code = if average {
                let sum: [i32; 4] = std::array::from_fn(|index| {
                    pixel(upper, 0)[index]
                        + pixel(upper, 1)[index]
                        + pixel(lower, 0)[index]
                        + pixel(lower, 1)[index]
                });
                (weighted(sum, factors) + 4 * offset) >> 17
            } else {
                (weighted(pixel(upper, 0), factors) + offset) >> 15
            };
            *out = code.clamp(0, 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{Outcome, Random};

    fn length(random: &mut Random) -> usize {
        random.within(0, 150) as usize
    }

    fn weights(random: &mut Random) -> [u8; 2] {
        let near = random.within(0, 4) as u8;
        [near, 4 - near]
    }

    pub(super) fn blend_chroma(kernel: BlendChroma, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let (mut a, mut b) = (vec![0; n], vec![0; n]);
        kernel.call(&random.bytes(2 * n), &random.bytes(2 * n), weights(random), &mut a, &mut b);
        outcome.push(n as i64);
        outcome.extend(&a);
        outcome.extend(&b);
    }

    pub(super) fn blend_plane(kernel: BlendPlane, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![0; n];
        kernel.call(&random.bytes(n), &random.bytes(n), weights(random), &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    fn words(random: &mut Random, count: usize) -> Vec<i16> {
        random.numbers(count, -32768, 32512).into_iter().map(|word| word as i16).collect()
    }

    pub(super) fn between(kernel: Between, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![0; n];
        for quarter in [false, true] {
            kernel.call(&words(random, n), &words(random, n), quarter, &mut out);
            outcome.push(n as i64);
            outcome.extend(&out);
        }
    }

    pub(super) fn to_rgb(kernel: ToRgb, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let factors = RgbFactors {
            luma: random.within(16384, 20000) as i16,
            offset: random.within(-1500, 0) as i16,
            first: random.within(8192, 18000) as i16,
            green: [random.within(-8000, 0) as i16, random.within(-8000, 0) as i16],
            last: random.within(8192, 18000) as i16,
            alpha_first: random.within(0, 1) == 1,
        };
        let half = n.div_ceil(2);
        let rows: Vec<Vec<i16>> = (0..4).map(|_| words(random, half)).collect();
        let mut out = vec![7; 4 * n];
        kernel.call(&random.bytes(n), [&rows[0], &rows[1]], [&rows[2], &rows[3]], &factors, &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    pub(super) fn to_luma(kernel: ToLuma, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![0; n];
        kernel.call(&random.bytes(4 * n), random.words(-3000, 20126), (16 << 15) + (1 << 14), &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    pub(super) fn to_chroma(kernel: ToChroma, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![0; n.div_ceil(2) * 2];
        for average in [false, true] {
            let factors = [random.words(-14392, 14392), random.words(-14392, 14392)];
            let (upper, lower) = (random.bytes(4 * n), random.bytes(4 * n));
            kernel.call(&upper, &lower, average, factors, (128 << 15) + (1 << 14), &mut out);
            outcome.push(n as i64);
            outcome.extend(&out);
        }
    }

    #[test]
    fn neutral_chroma_is_gray() {
        let factors = RgbFactors {
            luma: 16384,
            offset: 0,
            first: 15000,
            green: [-1500, -3800],
            last: 13000,
            alpha_first: false,
        };
        let luma: Vec<u8> = (0..=255).collect();
        let zero = [0; 128];
        let mut out = [0; 1024];
        ToRgb::select(crate::CpuLevel::detected()).call(
            &luma,
            [&zero, &zero],
            [&zero, &zero],
            &factors,
            &mut out,
        );
        for (pixel, luma) in out.as_chunks::<4>().0.iter().zip(luma) {
            assert_eq!(*pixel, [luma, luma, luma, 255]);
        }
    }
}
