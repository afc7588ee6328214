//! Sums of absolute differences.

#[cfg(target_arch = "x86_64")]
mod avx2;

kernel! {
    /// Sum of |source - reference| over a block.
    pub fn Sad(src: &[u8], src_stride: usize, reference: &[u8], reference_stride: usize) -> u32
    where block.fits(src, src_stride), block.fits(reference, reference_stride);
    blocks: block in [B16x16, B16x8, B8x16, B8x8, B8x4, B4x8, B4x4],
    test: sad_variants, cases: tests::sad_cases,
    scalar: sad,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::sad },
}

kernel! {
    /// [`Sad`] of one source block to four references of one stride.
    pub fn SadX4(src: &[u8], src_stride: usize, references: [&[u8]; 4], reference_stride: usize) -> [u32; 4]
    where
        block.fits(src, src_stride),
        block.fits(references[0], reference_stride),
        block.fits(references[1], reference_stride),
        block.fits(references[2], reference_stride),
        block.fits(references[3], reference_stride);
    blocks: block in [B16x16, B16x8, B8x16, B8x8, B8x4, B4x8, B4x4],
    test: sad_x4_variants, cases: tests::sad_x4_cases,
    scalar: sad_x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::sad_x4 },
}

fn sad<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    reference: &[u8],
    reference_stride: usize,
) -> u32 {
    let mut sum = 0;
    for y in 0..H {
        let a = &src[y * src_stride..][..W];
        let b = &reference[y * reference_stride..][..W];
        sum += a.iter().zip(b).map(|(&a, &b)| u32::from(a.abs_diff(b))).sum::<u32>();
    }
    sum
}

fn sad_x4<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    references: [&[u8]; 4],
    reference_stride: usize,
) -> [u32; 4] {
    references.map(|reference| sad::<W, H>(src, src_stride, reference, reference_stride))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};
    use crate::video::BlockSize;

    pub(super) fn sad_cases(kernel: Sad, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (kernel.size().width(), kernel.size().height());
        let (src, src_stride) = random.block(width, height);
        let (reference, reference_stride) = random.block(width, height);
        outcome.push(kernel.call(&src, src_stride, &reference, reference_stride));
    }

    pub(super) fn sad_x4_cases(kernel: SadX4, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (kernel.size().width(), kernel.size().height());
        let (src, src_stride) = random.block(width, height);
        let stride = random.stride(width);
        let references: [Vec<u8>; 4] = std::array::from_fn(|_| random.bytes((height - 1) * stride + width));
        let references = std::array::from_fn(|i| references[i].as_slice());
        outcome.extend(&kernel.call(&src, src_stride, references, stride));
    }

    #[test]
    fn known_sums() {
        for level in CpuLevel::ALL {
            let kernels = Sad::select(level);
            for (kernel, size) in kernels.into_iter().zip(BlockSize::ALL) {
                let area = (size.width() * size.height()) as u32;
                let (low, high) = ([3u8; 256], [255u8; 256]);
                assert_eq!(kernel.call(&low, 16, &high, 16), 252 * area);
                assert_eq!(kernel.call(&high, 16, &low, 16), 252 * area);
            }
        }
    }

    #[test]
    #[should_panic(expected = "block.fits(src, src_stride)")]
    fn a_short_slice_is_refused() {
        let kernel = Sad::select(CpuLevel::machine())[BlockSize::B8x8 as usize];
        kernel.call(&[0; 63], 8, &[0; 64], 8);
    }
}
