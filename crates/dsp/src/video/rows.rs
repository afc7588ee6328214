//! Whole rows: half-size pictures, joining and parting of chroma.

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::kernel::fits;

kernel! {
    /// Halves a plane in both directions: each sample is the mean of 2x2, (a + b + c + d + 2) >> 2. `width` and
    /// `height` are those of `dst`; `src` has twice as many of both.
    pub fn DownscaleHalf(
        dst: &mut [u8], dst_stride: usize, src: &[u8], src_stride: usize, width: usize, height: usize
    )
    where
        width != 0, height != 0, width < 1 << 24, height < 1 << 24,
        fits(dst, dst_stride, width, height), fits(src, src_stride, 2 * width, 2 * height);
    test: downscale_half_variants, cases: tests::downscale_cases,
    scalar: downscale_half,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::downscale_half },
}

kernel! {
    /// Joins two rows into pairs: `dst` is `a[0], b[0], a[1], b[1] ...` (planar chroma to interleaved).
    pub fn Interleave(dst: &mut [u8], a: &[u8], b: &[u8])
    where a.len() == b.len(), dst.len().is_multiple_of(2), dst.len() / 2 == a.len();
    test: interleave_variants, cases: tests::interleave_cases,
    scalar: interleave,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::interleave },
}

kernel! {
    /// Parts a row of pairs: the first of each goes to `a`, the second to `b` (interleaved chroma to planar).
    pub fn Deinterleave(a: &mut [u8], b: &mut [u8], src: &[u8])
    where a.len() == b.len(), src.len().is_multiple_of(2), src.len() / 2 == a.len();
    test: deinterleave_variants, cases: tests::deinterleave_cases,
    scalar: deinterleave,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::deinterleave },
}

kernel! {
    /// One row of four half-size planes: plane `h + 2 * v` takes the means of 2x2 samples that begin at (2x + h, v) of
    /// the three rows of `src`, as means of two vertical means, each rounded up. `src` has `2 * width + 1` columns.
    pub fn ShiftedHalves(dst: [&mut [u8]; 4], src: &[u8], src_stride: usize, width: usize)
    where
        width != 0, width < 1 << 24, dst.iter().all(|row| row.len() >= width),
        fits(src, src_stride, 2 * width + 1, 3);
    test: shifted_halves_variants, cases: tests::shifted_halves_cases,
    scalar: shifted_halves,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::shifted_halves },
}

kernel! {
    /// Means of blocks of 8x8 samples side by side, of which every other row counts from the first on, rounded to the
    /// nearest. There are as many as `means` has room for.
    pub fn BlockMeans(means: &mut [u8], src: &[u8], stride: usize)
    where !means.is_empty(), means.len() < 1 << 24, fits(src, stride, 8 * means.len(), 7);
    test: block_means_variants, cases: tests::block_means_cases,
    scalar: block_means,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::block_means },
}

fn downscale_half(
    dst: &mut [u8],
    dst_stride: usize,
    src: &[u8],
    src_stride: usize,
    width: usize,
    height: usize,
) {
    for y in 0..height {
        for x in 0..width {
            let sample = |dx: usize, dy: usize| u32::from(src[(2 * y + dy) * src_stride + 2 * x + dx]);
            let sum = sample(0, 0) + sample(1, 0) + sample(0, 1) + sample(1, 1);
            dst[y * dst_stride + x] = ((sum + 2) >> 2) as u8;
        }
    }
}

fn shifted_halves(dst: [&mut [u8]; 4], src: &[u8], src_stride: usize, width: usize) {
    let mean = |a: u8, b: u8| (u16::from(a) + u16::from(b)).div_ceil(2) as u8;
    for (plane, dst) in dst.into_iter().enumerate() {
        let upper = &src[plane / 2 * src_stride..];
        let column = |x: usize| mean(upper[x], upper[src_stride + x]);
        for (x, to) in dst[..width].iter_mut().enumerate() {
            let left = 2 * x + plane % 2;
            *to = mean(column(left), column(left + 1));
        }
    }
}

fn block_means(means: &mut [u8], src: &[u8], stride: usize) {
    for (x, mean) in means.iter_mut().enumerate() {
        let row = |y: usize| src[2 * y * stride + 8 * x..][..8].iter().map(|&s| u16::from(s)).sum::<u16>();
        *mean = ((row(0) + row(1) + row(2) + row(3) + 16) / 32) as u8;
    }
}

fn interleave(dst: &mut [u8], a: &[u8], b: &[u8]) {
    for (pair, (&a, &b)) in dst.as_chunks_mut().0.iter_mut().zip(a.iter().zip(b)) {
        *pair = [a, b];
    }
}

fn deinterleave(a: &mut [u8], b: &mut [u8], src: &[u8]) {
    for (&[first, second], (a, b)) in src.as_chunks().0.iter().zip(a.iter_mut().zip(b)) {
        (*a, *b) = (first, second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    pub(super) fn downscale_cases(kernel: DownscaleHalf, random: &mut Random, outcome: &mut Outcome) {
        let (width, height) = (random.within(1, 150) as usize, random.within(1, 5) as usize);
        let (src, src_stride) = random.block(2 * width, 2 * height);
        let (mut dst, dst_stride) = random.block(width, height);
        kernel.call(&mut dst, dst_stride, &src, src_stride, width, height);
        outcome.extend(&dst);
    }

    pub(super) fn shifted_halves_cases(kernel: ShiftedHalves, random: &mut Random, outcome: &mut Outcome) {
        let width = random.within(1, 150) as usize;
        let (src, src_stride) = random.block(2 * width + 1, 3);
        let mut planes = [(); 4].map(|()| random.bytes(width));
        let [a, b, c, d] = &mut planes;
        kernel.call([a, b, c, d], &src, src_stride, width);
        planes.iter().for_each(|plane| outcome.extend(plane));
    }

    pub(super) fn interleave_cases(kernel: Interleave, random: &mut Random, outcome: &mut Outcome) {
        let length = random.within(0, 150) as usize;
        let (a, b) = (random.bytes(length), random.bytes(length));
        let mut dst = vec![9; 2 * length];
        kernel.call(&mut dst, &a, &b);
        outcome.push(length as i64);
        outcome.extend(&dst);
    }

    pub(super) fn block_means_cases(kernel: BlockMeans, random: &mut Random, outcome: &mut Outcome) {
        let count = random.within(1, 40) as usize;
        let (src, stride) = random.block(8 * count, 7);
        let mut means = vec![9; count];
        kernel.call(&mut means, &src, stride);
        outcome.push(count as i64);
        outcome.extend(&means);
    }

    pub(super) fn deinterleave_cases(kernel: Deinterleave, random: &mut Random, outcome: &mut Outcome) {
        let length = random.within(0, 150) as usize;
        let src = random.bytes(2 * length);
        let (mut a, mut b) = (vec![9; length], vec![9; length]);
        kernel.call(&mut a, &mut b, &src);
        outcome.push(length as i64);
        outcome.extend(&a);
        outcome.extend(&b);
    }

    #[test]
    fn means_round_to_nearest() {
        for level in CpuLevel::ALL {
            let src = [0, 1, 255, 255, 0, 1, 255, 254];
            let mut dst = [0; 2];
            DownscaleHalf::select(level).call(&mut dst, 2, &src, 4, 2, 1);
            assert_eq!(dst, [1, 255]);
        }
    }

    #[test]
    fn parting_undoes_joining() {
        for level in CpuLevel::ALL {
            let (a, b): (Vec<u8>, Vec<u8>) = ((0..77).collect(), (100..177).collect());
            let mut pairs = vec![0; 154];
            Interleave::select(level).call(&mut pairs, &a, &b);
            assert_eq!(pairs[..4], [0, 100, 1, 101]);
            let (mut c, mut d) = (vec![0; 77], vec![0; 77]);
            Deinterleave::select(level).call(&mut c, &mut d, &pairs);
            assert_eq!((a, b), (c, d));
        }
    }

    #[test]
    #[should_panic(expected = "dst.len() / 2 == a.len()")]
    fn lengths_must_agree() {
        Interleave::select(CpuLevel::machine()).call(&mut [0; 8], &[0; 3], &[0; 3]);
    }
}
