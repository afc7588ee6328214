//! Sums of squared differences.

#[cfg(target_arch = "x86_64")]
mod avx2;

kernel! {
    /// Sum of (a - b)^2 over a block.
    pub fn Ssd(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32
    where block.fits(a, a_stride), block.fits(b, b_stride);
    blocks: block in [B16x16, B16x8, B8x16, B8x8, B8x4, B4x8, B4x4],
    test: ssd_variants, cases: tests::cases,
    scalar: ssd,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::ssd },
}

fn ssd<const W: usize, const H: usize>(a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
    let mut sum = 0;
    for y in 0..H {
        let (a, b) = (&a[y * a_stride..][..W], &b[y * b_stride..][..W]);
        sum += a.iter().zip(b).map(|(&a, &b)| u32::from(a.abs_diff(b)).pow(2)).sum::<u32>();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{Outcome, Random};

    pub(super) fn cases(kernel: Ssd, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (kernel.size().width(), kernel.size().height());
        let (a, a_stride) = random.block(width, height);
        let (b, b_stride) = random.block(width, height);
        outcome.push(kernel.call(&a, a_stride, &b, b_stride));
    }

    #[test]
    fn largest_sum() {
        for level in crate::CpuLevel::ALL {
            let kernel = Ssd::select(level)[0];
            assert_eq!(kernel.call(&[0; 256], 16, &[255; 256], 16), 256 * 255 * 255);
        }
    }
}
