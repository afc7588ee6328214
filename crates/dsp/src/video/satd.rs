//! Sums of absolute transformed differences: the cost of a residual after a Hadamard transform.

#[cfg(target_arch = "x86_64")]
pub(super) mod avx2;

use super::{Place, Planes};
use crate::kernel::fits;

kernel! {
    /// Sum over the 4x4 blocks of |Hadamard(source - reference)|, halved (the sum is always even).
    pub fn Satd(src: &[u8], src_stride: usize, reference: &[u8], reference_stride: usize) -> u32
    where block.fits(src, src_stride), block.fits(reference, reference_stride);
    blocks: block in [B16x16, B16x8, B8x16, B8x8, B8x4, B4x8, B4x4],
    test: satd_variants, cases: tests::satd_cases,
    scalar: satd,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::satd },
}

kernel! {
    /// [`Satd`] to the mean of two references of one stride, (a + b + 1) >> 1: the cost of a position between
    /// two samples without writing the block that lies there.
    pub fn SatdMean(src: &[u8], src_stride: usize, a: &[u8], b: &[u8], reference_stride: usize) -> u32
    where block.fits(src, src_stride), block.fits(a, reference_stride), block.fits(b, reference_stride);
    blocks: block in [B16x16, B16x8, B8x16, B8x8, B8x4, B4x8, B4x4],
    test: satd_mean_variants, cases: tests::satd_mean_cases,
    scalar: satd_mean,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::satd_mean },
}

kernel! {
    /// [`SatdMean`] of one source block for four pairs of places in planes of one stride; a pair of one place
    /// twice is that place.
    pub fn SatdMeanX4(
        src: &[u8], src_stride: usize, planes: &Planes<'_>, places: [[Place; 2]; 4], stride: usize
    ) -> [u32; 4]
    where block.fits(src, src_stride), planes.hold(block, stride, places.as_flattened());
    blocks: block in [B16x16, B16x8, B8x16, B8x8, B8x4, B4x8, B4x4],
    test: satd_mean_x4_variants, cases: tests::satd_mean_x4_cases,
    scalar: satd_mean_x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::satd_mean_x4 },
}

kernel! {
    /// [`Satd`] of one 4x4 block to nine others, row after row each: as many as there are ways to predict it from its
    /// neighbours.
    pub fn Satd4x4X9(src: &[u8], src_stride: usize, blocks: &[[u8; 16]; 9]) -> [u32; 9]
    where fits(src, src_stride, 4, 4);
    test: satd_4x4_x9_variants, cases: tests::satd_4x4_x9_cases,
    scalar: satd_4x4_x9,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::satd_4x4_x9 },
}

kernel! {
    /// Sum over the 8x8 blocks of |Hadamard(source - reference)|, as (sum + 2) >> 2 of the whole.
    pub fn Sa8d(src: &[u8], src_stride: usize, reference: &[u8], reference_stride: usize) -> u32
    where block.fits(src, src_stride), block.fits(reference, reference_stride);
    blocks: block in [B16x16, B16x8, B8x16, B8x8],
    test: sa8d_variants, cases: tests::sa8d_cases,
    scalar: sa8d,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::sa8d },
}

pub(super) fn satd<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    reference: &[u8],
    reference_stride: usize,
) -> u32 {
    sum_of_blocks::<4>(W, H, src, src_stride, reference, reference_stride) / 2
}

fn satd_mean<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    a: &[u8],
    b: &[u8],
    reference_stride: usize,
) -> u32 {
    let mut mean = [0; 256];
    for y in 0..H {
        for x in 0..W {
            let at = y * reference_stride + x;
            mean[y * W + x] = (u16::from(a[at]) + u16::from(b[at])).div_ceil(2) as u8;
        }
    }
    satd::<W, H>(src, src_stride, &mean, W)
}

fn satd_mean_x4<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    planes: &Planes<'_>,
    places: [[Place; 2]; 4],
    stride: usize,
) -> [u32; 4] {
    places.map(|[a, b]| satd_mean::<W, H>(src, src_stride, planes.from(a), planes.from(b), stride))
}

fn satd_4x4_x9(src: &[u8], src_stride: usize, blocks: &[[u8; 16]; 9]) -> [u32; 9] {
    blocks.each_ref().map(|block| satd::<4, 4>(src, src_stride, block, 4))
}

fn sa8d<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    reference: &[u8],
    reference_stride: usize,
) -> u32 {
    (sum_of_blocks::<8>(W, H, src, src_stride, reference, reference_stride) + 2) >> 2
}

/// Sum of the absolute values of the N x N Hadamard transforms that tile the block.
fn sum_of_blocks<const N: usize>(
    width: usize,
    height: usize,
    src: &[u8],
    src_stride: usize,
    reference: &[u8],
    reference_stride: usize,
) -> u32 {
    let mut sum = 0;
    for y in (0..height).step_by(N) {
        for x in (0..width).step_by(N) {
            let mut block = [[0i32; N]; N];
            for (j, row) in block.iter_mut().enumerate() {
                for (i, value) in row.iter_mut().enumerate() {
                    *value = i32::from(src[(y + j) * src_stride + x + i])
                        - i32::from(reference[(y + j) * reference_stride + x + i]);
                }
                hadamard(row);
            }
            for x in 0..N {
                let mut column = block.map(|row| row[x]);
                hadamard(&mut column);
                sum += column.iter().map(|value| value.unsigned_abs()).sum::<u32>();
            }
        }
    }
    sum
}

/// Hadamard transform of a power of two of values, in some order of frequencies.
fn hadamard(values: &mut [i32]) {
    let mut distance = values.len() / 2;
    while distance > 0 {
        for i in 0..values.len() {
            if i & distance == 0 {
                let (a, b) = (values[i], values[i + distance]);
                (values[i], values[i + distance]) = (a + b, a - b);
            }
        }
        distance /= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};
    use crate::video::BlockSize;

    pub(super) fn satd_cases(kernel: Satd, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (kernel.size().width(), kernel.size().height());
        let (src, src_stride) = random.block(width, height);
        let (reference, reference_stride) = random.block(width, height);
        outcome.push(kernel.call(&src, src_stride, &reference, reference_stride));
    }

    pub(super) fn satd_mean_cases(kernel: SatdMean, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (kernel.size().width(), kernel.size().height());
        let (src, src_stride) = random.block(width, height);
        let (a, stride) = random.block(width, height);
        let b = random.bytes(a.len());
        outcome.push(kernel.call(&src, src_stride, &a, &b, stride));
    }

    pub(super) fn satd_mean_x4_cases(kernel: SatdMeanX4, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (kernel.size().width(), kernel.size().height());
        let (src, src_stride) = random.block(width, height);
        let (planes, places, stride) = random.places::<8>(width, height);
        let planes = Planes::new(planes.each_ref().map(|plane| &plane[..]));
        let [a, b, c, d, e, f, g, _] = places;
        let pairs = [[a, b], [c, d], [e, f], [g, g]];
        outcome.extend(&kernel.call(&src, src_stride, &planes, pairs, stride));
    }

    pub(super) fn satd_4x4_x9_cases(kernel: Satd4x4X9, random: &mut Random, outcome: &mut Outcome) {
        let (src, src_stride) = random.block(4, 4);
        let bytes = random.bytes(9 * 16);
        let blocks = std::array::from_fn(|block| std::array::from_fn(|i| bytes[16 * block + i]));
        outcome.extend(&kernel.call(&src, src_stride, &blocks));
    }

    pub(super) fn sa8d_cases(kernel: Sa8d, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (kernel.size().width(), kernel.size().height());
        let (src, src_stride) = random.block(width, height);
        let (reference, reference_stride) = random.block(width, height);
        outcome.push(kernel.call(&src, src_stride, &reference, reference_stride));
    }

    #[test]
    fn mean_then_cost() {
        use crate::video::Average;
        for level in CpuLevel::ALL {
            let mut random = Random::new(8);
            let [src, a, b] = std::array::from_fn(|_| random.bytes(16 * 20));
            for index in 0..BlockSize::ALL.len() {
                let mut mean = [0; 256];
                Average::select(level)[index].call(&mut mean, 16, &a, 20, &b, 20);
                let expected = Satd::select(level)[index].call(&src, 20, &mean, 16);
                assert_eq!(SatdMean::select(level)[index].call(&src, 20, &a, &b, 20), expected);
            }
        }
    }

    #[test]
    fn known_costs() {
        // One differing sample touches every frequency once; a flat difference only the lowest.
        for level in CpuLevel::ALL {
            let (zero, flat) = ([0u8; 256], [255u8; 256]);
            let mut dot = [0u8; 256];
            dot[17] = 10;
            for (kernel, size) in Satd::select(level).into_iter().zip(BlockSize::ALL) {
                let area = (size.width() * size.height()) as u32;
                assert_eq!(kernel.call(&dot, 16, &zero, 16), 16 * 10 / 2);
                assert_eq!(kernel.call(&zero, 16, &flat, 16), area * 255 / 2);
            }
            for (kernel, size) in Sa8d::select(level).into_iter().zip(BlockSize::ALL) {
                let area = (size.width() * size.height()) as u32;
                assert_eq!(kernel.call(&dot, 16, &zero, 16), (64 * 10 + 2) / 4);
                assert_eq!(kernel.call(&zero, 16, &flat, 16), (area * 255 + 2) / 4);
            }
        }
    }
}
