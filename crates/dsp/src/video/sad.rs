//! Sums of absolute differences.

#[cfg(target_arch = "x86_64")]
mod avx2;

use super::{BlockSize, Place, Planes};
use crate::kernel::fits;

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
    /// [`Sad`] of one source block to four places in planes of one stride.
    pub fn SadX4(
        src: &[u8], src_stride: usize, planes: &Planes<'_>, places: [Place; 4], stride: usize
    ) -> [u32; 4]
    where block.fits(src, src_stride), planes.hold(block, stride, &places);
    blocks: block in [B16x16, B16x8, B8x16, B8x8, B8x4, B4x8, B4x4],
    test: sad_x4_variants, cases: tests::sad_x4_cases,
    scalar: sad_x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::sad_x4 },
}

kernel! {
    /// [`SadX4`] of 16x16 samples by quarters: for each place the sums of the four 8x8, in raster order. They
    /// cost no more than their total, and tell where the parts of a block would go on their own.
    pub fn SadQuartersX4(
        src: &[u8], src_stride: usize, planes: &Planes<'_>, places: [Place; 4], stride: usize
    ) -> [[u32; 4]; 4]
    where fits(src, src_stride, 16, 16), planes.hold(BlockSize::B16x16.extent(), stride, &places);
    test: sad_quarters_x4_variants, cases: tests::sad_quarters_x4_cases,
    scalar: sad_quarters_x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::sad_quarters_x4 },
}

pub(super) fn sad<const W: usize, const H: usize>(
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
    planes: &Planes<'_>,
    places: [Place; 4],
    stride: usize,
) -> [u32; 4] {
    places.map(|place| sad::<W, H>(src, src_stride, planes.from(place), stride))
}

fn sad_quarters_x4(
    src: &[u8],
    src_stride: usize,
    planes: &Planes<'_>,
    places: [Place; 4],
    stride: usize,
) -> [[u32; 4]; 4] {
    places.map(|place| {
        [(0, 0), (8, 0), (0, 8), (8, 8)].map(|(x, y)| {
            let place = place.further(y * stride + x);
            sad::<8, 8>(&src[y * src_stride + x..], src_stride, planes.from(place), stride)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    pub(super) fn sad_cases(kernel: Sad, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (kernel.size().width(), kernel.size().height());
        let (src, src_stride) = random.block(width, height);
        let (reference, reference_stride) = random.block(width, height);
        outcome.push(kernel.call(&src, src_stride, &reference, reference_stride));
    }

    pub(super) fn sad_x4_cases(kernel: SadX4, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (kernel.size().width(), kernel.size().height());
        let (src, src_stride) = random.block(width, height);
        let (planes, places, stride) = random.places::<4>(width, height);
        let planes = Planes::new(planes.each_ref().map(|plane| &plane[..]));
        outcome.extend(&kernel.call(&src, src_stride, &planes, places, stride));
    }

    pub(super) fn sad_quarters_x4_cases(kernel: SadQuartersX4, random: &mut Random, outcome: &mut Outcome) {
        let (src, src_stride) = random.block(16, 16);
        let (planes, places, stride) = random.places::<4>(16, 16);
        let planes = Planes::new(planes.each_ref().map(|plane| &plane[..]));
        let sums = kernel.call(&src, src_stride, &planes, places, stride);
        outcome.extend(sums.as_flattened());
    }

    #[test]
    fn quarters_add_up() {
        let mut random = Random::new(5);
        let (src, reference) = (random.bytes(256), random.bytes(256));
        for level in CpuLevel::ALL {
            let whole = Sad::select(level)[BlockSize::B16x16 as usize].call(&src, 16, &reference, 16);
            let planes = Planes::new([&reference; 4]);
            for quarters in SadQuartersX4::select(level).call(&src, 16, &planes, [Place::default(); 4], 16) {
                assert_eq!(quarters.iter().sum::<u32>(), whole, "{level:?}");
            }
        }
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
