//! Explicit weighted prediction from one reference.

#[cfg(target_arch = "x86_64")]
mod avx2;

kernel! {
    /// Weights a block (ITU-T H.264 8.4.2.3.2, one reference): clip(((s * weight + 2^(d - 1)) >> d) + offset)
    /// with d = `log2_denominator`, or clip(s * weight + offset) where that is 0. `weight` and `offset` are
    /// -128 to 127, `log2_denominator` 0 to 7.
    pub fn Weight(
        dst: &mut [u8], dst_stride: usize, src: &[u8], src_stride: usize,
        log2_denominator: u32, weight: i8, offset: i8
    )
    where log2_denominator <= 7, block.fits(dst, dst_stride), block.fits(src, src_stride);
    blocks: block in [B16x16, B16x8, B8x16, B8x8, B8x4, B4x8, B4x4],
    test: weight_variants, cases: tests::cases,
    scalar: weight,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::weight },
}

fn weight<const W: usize, const H: usize>(
    dst: &mut [u8],
    dst_stride: usize,
    src: &[u8],
    src_stride: usize,
    log2_denominator: u32,
    weight: i8,
    offset: i8,
) {
    let round = (1 << log2_denominator) >> 1;
    for y in 0..H {
        let src = &src[y * src_stride..][..W];
        for (dst, &src) in dst[y * dst_stride..][..W].iter_mut().zip(src) {
            let scaled = (i32::from(src) * i32::from(weight) + round) >> log2_denominator;
            *dst = (scaled + i32::from(offset)).clamp(0, 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{Outcome, Random};

    pub(super) fn cases(kernel: Weight, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (kernel.size().width(), kernel.size().height());
        for log2_denominator in 0..=7 {
            let (mut dst, dst_stride) = random.block(width, height);
            let (src, src_stride) = random.block(width, height);
            let [weight, offset] = random.words(-128, 127).map(|n| n as i8);
            kernel.call(&mut dst, dst_stride, &src, src_stride, log2_denominator, weight, offset);
            outcome.extend(&dst);
        }
    }

    #[test]
    fn worked_weights() {
        for level in crate::CpuLevel::ALL {
            let kernel = Weight::select(level)[6];
            let weigh = |sample: u8, log2: u32, weight: i8, offset: i8| {
                let mut dst = [0; 16];
                kernel.call(&mut dst, 4, &[sample; 16], 4, log2, weight, offset);
                dst[15]
            };
            assert_eq!(weigh(100, 5, 32, 0), 100);
            assert_eq!(weigh(100, 5, 33, -3), 100);
            assert_eq!(weigh(100, 0, 2, 60), 255);
            assert_eq!(weigh(100, 0, -1, 127), 27);
            assert_eq!(weigh(3, 1, 1, 0), 2);
        }
    }
}
