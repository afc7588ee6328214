//! Copy and mean of blocks.

#[cfg(target_arch = "x86_64")]
mod avx2;

kernel! {
    /// Copies a block.
    pub fn BlockCopy(dst: &mut [u8], dst_stride: usize, src: &[u8], src_stride: usize)
    where block.fits(dst, dst_stride), block.fits(src, src_stride);
    blocks: block in [B16x16, B16x8, B8x16, B8x8, B8x4, B4x8, B4x4],
    test: copy_variants, cases: tests::copy_cases,
    scalar: copy,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::copy },
}

kernel! {
    /// Mean of two blocks, halves rounded up: (a + b + 1) >> 1. The default weighted prediction of two
    /// references (ITU-T H.264 8.4.2.3.1) and the quarter-sample mean (8.4.2.2.1).
    pub fn Average(
        dst: &mut [u8], dst_stride: usize, a: &[u8], a_stride: usize, b: &[u8], b_stride: usize
    )
    where block.fits(dst, dst_stride), block.fits(a, a_stride), block.fits(b, b_stride);
    blocks: block in [B16x16, B16x8, B8x16, B8x8, B8x4, B4x8, B4x4],
    test: average_variants, cases: tests::average_cases,
    scalar: average,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::average },
}

fn copy<const W: usize, const H: usize>(dst: &mut [u8], dst_stride: usize, src: &[u8], src_stride: usize) {
    for y in 0..H {
        dst[y * dst_stride..][..W].copy_from_slice(&src[y * src_stride..][..W]);
    }
}

fn average<const W: usize, const H: usize>(
    dst: &mut [u8],
    dst_stride: usize,
    a: &[u8],
    a_stride: usize,
    b: &[u8],
    b_stride: usize,
) {
    for y in 0..H {
        let (a, b) = (&a[y * a_stride..][..W], &b[y * b_stride..][..W]);
        for (dst, (&a, &b)) in dst[y * dst_stride..][..W].iter_mut().zip(a.iter().zip(b)) {
            *dst = (u16::from(a) + u16::from(b)).div_ceil(2) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{Outcome, Random};

    pub(super) fn copy_cases(kernel: BlockCopy, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (kernel.size().width(), kernel.size().height());
        let (mut dst, dst_stride) = random.block(width, height);
        let (src, src_stride) = random.block(width, height);
        kernel.call(&mut dst, dst_stride, &src, src_stride);
        outcome.extend(&dst);
    }

    pub(super) fn average_cases(kernel: Average, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (kernel.size().width(), kernel.size().height());
        let (mut dst, dst_stride) = random.block(width, height);
        let (a, a_stride) = random.block(width, height);
        let (b, b_stride) = random.block(width, height);
        kernel.call(&mut dst, dst_stride, &a, a_stride, &b, b_stride);
        outcome.extend(&dst);
    }

    #[test]
    fn halves_round_up() {
        for level in crate::CpuLevel::ALL {
            let mut dst = [0; 16];
            Average::select(level)[6].call(&mut dst, 4, &[4; 16], 4, &[255; 16], 4);
            assert_eq!(dst, [130; 16]);
        }
    }
}
