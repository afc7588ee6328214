//! Sums that give the mean and the variance of a block.

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::kernel::fits;

kernel! {
    /// Sum of the samples and sum of their squares over 16x16.
    pub fn Variance16x16(src: &[u8], stride: usize) -> (u32, u32)
    where fits(src, stride, 16, 16);
    test: variance16x16_variants, cases: tests::cases16,
    scalar: variance::<16>,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::variance::<16> },
}

kernel! {
    /// Sum of the samples and sum of their squares over 8x8.
    pub fn Variance8x8(src: &[u8], stride: usize) -> (u32, u32)
    where fits(src, stride, 8, 8);
    test: variance8x8_variants, cases: tests::cases8,
    scalar: variance::<8>,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::variance::<8> },
}

fn variance<const N: usize>(src: &[u8], stride: usize) -> (u32, u32) {
    let (mut sum, mut squares) = (0, 0);
    for y in 0..N {
        for &sample in &src[y * stride..][..N] {
            sum += u32::from(sample);
            squares += u32::from(sample) * u32::from(sample);
        }
    }
    (sum, squares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{Outcome, Random};

    pub(super) fn cases16(kernel: Variance16x16, random: &mut Random, outcome: &mut Outcome) {
        let (src, stride) = random.block(16, 16);
        let (sum, squares) = kernel.call(&src, stride);
        outcome.extend(&[sum, squares]);
    }

    pub(super) fn cases8(kernel: Variance8x8, random: &mut Random, outcome: &mut Outcome) {
        let (src, stride) = random.block(8, 8);
        let (sum, squares) = kernel.call(&src, stride);
        outcome.extend(&[sum, squares]);
    }

    #[test]
    fn known_sums() {
        for level in crate::CpuLevel::ALL {
            let mut src = [255; 256];
            assert_eq!(Variance16x16::select(level).call(&src, 16), (255 * 256, 255 * 255 * 256));
            src[..8].copy_from_slice(&[0, 1, 2, 3, 4, 5, 6, 7]);
            let expected = (28 + 56 * 255, 140 + 56 * 255 * 255);
            assert_eq!(Variance8x8::select(level).call(&src, 16), expected);
        }
    }
}
