//! The in-loop deblocking filter across one edge, ITU-T H.264 8.7.2.
//!
//! A horizontal edge lies between two rows, a vertical one between two columns. Slices begin at the sample
//! furthest before the edge: for luma four rows (or samples) before it, for chroma two. `alpha` and `beta` are
//! the thresholds of table 8-16; `tc0` holds t'C0 of table 8-17 for each quarter of the edge, at most 127, or
//! a negative number where the edge is not filtered (boundary strength 0).

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::kernel::fits;

kernel! {
    /// A horizontal luma edge of 16 samples with strengths below 4 (8.7.2.3). The slice begins four rows above
    /// the edge; the fourth row below it is not looked at.
    pub fn DeblockLumaHorizontalEdge(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8, tc0: &[i8; 4])
    where fits(pixels, stride, 16, 7);
    test: luma_horizontal_edge, cases: tests::luma_horizontal,
    scalar: luma_horizontal,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::luma_horizontal },
}

kernel! {
    /// A vertical luma edge of 16 rows with strengths below 4 (8.7.2.3). The slice begins four samples left of
    /// the edge.
    pub fn DeblockLumaVerticalEdge(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8, tc0: &[i8; 4])
    where fits(pixels, stride, 8, 16);
    test: luma_vertical_edge, cases: tests::luma_vertical,
    scalar: luma_vertical,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::luma_vertical },
}

kernel! {
    /// A horizontal chroma edge of 8 samples (4:2:0) with strengths below 4 (8.7.2.3). The slice begins two rows
    /// above the edge.
    pub fn DeblockChromaHorizontalEdge(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8, tc0: &[i8; 4])
    where fits(pixels, stride, 8, 4);
    test: chroma_horizontal_edge, cases: tests::chroma_horizontal,
    scalar: chroma_horizontal,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::chroma_horizontal },
}

kernel! {
    /// A vertical chroma edge of 8 rows (4:2:0) with strengths below 4 (8.7.2.3). The slice begins two samples
    /// left of the edge.
    pub fn DeblockChromaVerticalEdge(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8, tc0: &[i8; 4])
    where fits(pixels, stride, 4, 8);
    test: chroma_vertical_edge, cases: tests::chroma_vertical,
    scalar: chroma_vertical,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::chroma_vertical },
}

kernel! {
    /// A horizontal luma edge of 16 samples with strength 4 (8.7.2.4). The slice begins four rows above
    /// the edge.
    pub fn DeblockLumaIntraHorizontalEdge(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8)
    where fits(pixels, stride, 16, 8);
    test: luma_intra_horizontal_edge, cases: tests::luma_intra_horizontal,
    scalar: luma_intra_horizontal,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::luma_intra_horizontal },
}

kernel! {
    /// A vertical luma edge of 16 rows with strength 4 (8.7.2.4). The slice begins four samples left of
    /// the edge.
    pub fn DeblockLumaIntraVerticalEdge(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8)
    where fits(pixels, stride, 8, 16);
    test: luma_intra_vertical_edge, cases: tests::luma_intra_vertical,
    scalar: luma_intra_vertical,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::luma_intra_vertical },
}

kernel! {
    /// A horizontal chroma edge of 8 samples (4:2:0) with strength 4 (8.7.2.4). The slice begins two rows
    /// above the edge.
    pub fn DeblockChromaIntraHorizontalEdge(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8)
    where fits(pixels, stride, 8, 4);
    test: chroma_intra_horizontal_edge, cases: tests::chroma_intra_horizontal,
    scalar: chroma_intra_horizontal,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::chroma_intra_horizontal },
}

kernel! {
    /// A vertical chroma edge of 8 rows (4:2:0) with strength 4 (8.7.2.4). The slice begins two samples
    /// left of the edge.
    pub fn DeblockChromaIntraVerticalEdge(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8)
    where fits(pixels, stride, 4, 8);
    test: chroma_intra_vertical_edge, cases: tests::chroma_intra_vertical,
    scalar: chroma_intra_vertical,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::chroma_intra_vertical },
}

fn luma_horizontal(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8, tc0: &[i8; 4]) {
    for i in 0..16 {
        filter(pixels, 4 * stride + i, stride, alpha, beta, tc0[i / 4], true);
    }
}

fn luma_vertical(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8, tc0: &[i8; 4]) {
    for i in 0..16 {
        filter(pixels, i * stride + 4, 1, alpha, beta, tc0[i / 4], true);
    }
}

fn chroma_horizontal(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8, tc0: &[i8; 4]) {
    for i in 0..8 {
        filter(pixels, 2 * stride + i, stride, alpha, beta, tc0[i / 2], false);
    }
}

fn chroma_vertical(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8, tc0: &[i8; 4]) {
    for i in 0..8 {
        filter(pixels, i * stride + 2, 1, alpha, beta, tc0[i / 2], false);
    }
}

fn luma_intra_horizontal(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8) {
    for i in 0..16 {
        filter_intra(pixels, 4 * stride + i, stride, alpha, beta, true);
    }
}

fn luma_intra_vertical(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8) {
    for i in 0..16 {
        filter_intra(pixels, i * stride + 4, 1, alpha, beta, true);
    }
}

fn chroma_intra_horizontal(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8) {
    for i in 0..8 {
        filter_intra(pixels, 2 * stride + i, stride, alpha, beta, false);
    }
}

fn chroma_intra_vertical(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8) {
    for i in 0..8 {
        filter_intra(pixels, i * stride + 2, 1, alpha, beta, false);
    }
}

/// Whether the samples either side of the edge are close enough to be filtered (8.7.2.2, filterSamplesFlag).
fn is_filtered(p: &[i32], q: &[i32], alpha: u8, beta: u8) -> bool {
    let (alpha, beta) = (i32::from(alpha), i32::from(beta));
    (p[0] - q[0]).abs() < alpha && (p[1] - p[0]).abs() < beta && (q[1] - q[0]).abs() < beta
}

/// The samples of one line on both sides of the edge, nearest first: two of chroma, `depth` of luma.
fn sides(pixels: &[u8], q0: usize, step: usize, depth: usize) -> ([i32; 4], [i32; 4]) {
    let (mut p, mut q) = ([0; 4], [0; 4]);
    for i in 0..depth {
        p[i] = i32::from(pixels[q0 - (i + 1) * step]);
        q[i] = i32::from(pixels[q0 + i * step]);
    }
    (p, q)
}

/// One line with strength 1 to 3 (8.7.2.3), `q0` the index of the first sample after the edge.
fn filter(pixels: &mut [u8], q0: usize, step: usize, alpha: u8, beta: u8, tc0: i8, luma: bool) {
    let (p, q) = sides(pixels, q0, step, if luma { 3 } else { 2 });
    if tc0 < 0 || !is_filtered(&p, &q, alpha, beta) {
        return;
    }
    let (tc0, beta) = (i32::from(tc0), i32::from(beta));
    let (p_flat, q_flat) = ((p[2] - p[0]).abs() < beta, (q[2] - q[0]).abs() < beta);
    let tc = if luma { tc0 + i32::from(p_flat) + i32::from(q_flat) } else { tc0 + 1 };
    let delta = ((((q[0] - p[0]) << 2) + (p[1] - q[1]) + 4) >> 3).clamp(-tc, tc);
    pixels[q0 - step] = (p[0] + delta).clamp(0, 255) as u8;
    pixels[q0] = (q[0] - delta).clamp(0, 255) as u8;
    let second = |side: &[i32; 4]| {
        side[1] + ((side[2] + ((p[0] + q[0] + 1) >> 1) - (side[1] << 1)) >> 1).clamp(-tc0, tc0)
    };
    if luma && p_flat {
        pixels[q0 - 2 * step] = second(&p) as u8;
    }
    if luma && q_flat {
        pixels[q0 + step] = second(&q) as u8;
    }
}

/// One line with strength 4 (8.7.2.4), `q0` the index of the first sample after the edge.
fn filter_intra(pixels: &mut [u8], q0: usize, step: usize, alpha: u8, beta: u8, luma: bool) {
    let (p, q) = sides(pixels, q0, step, if luma { 4 } else { 2 });
    if !is_filtered(&p, &q, alpha, beta) {
        return;
    }
    let small_step = (p[0] - q[0]).abs() < (i32::from(alpha) >> 2) + 2;
    // The new samples of the side `a`, nearest first, beyond which lies `b`.
    let strong = |a: &[i32; 4], b: &[i32; 4]| {
        if luma && small_step && (a[2] - a[0]).abs() < i32::from(beta) {
            [
                (a[2] + 2 * a[1] + 2 * a[0] + 2 * b[0] + b[1] + 4) >> 3,
                (a[2] + a[1] + a[0] + b[0] + 2) >> 2,
                (2 * a[3] + 3 * a[2] + a[1] + a[0] + b[0] + 4) >> 3,
            ]
        } else {
            [(2 * a[1] + a[0] + b[1] + 2) >> 2, a[1], a[2]]
        }
    };
    let depth = if luma { 3 } else { 1 };
    for (i, (new_p, new_q)) in strong(&p, &q).into_iter().zip(strong(&q, &p)).enumerate().take(depth) {
        pixels[q0 - (i + 1) * step] = new_p as u8;
        pixels[q0 + i * step] = new_q as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    /// Samples near one value on each side of the edges, so that all of the filter's branches are taken.
    fn pixels(random: &mut Random, width: usize, height: usize) -> (Vec<u8>, usize) {
        let (mut pixels, stride) = random.block(width, height);
        let mode = random.within(0, 3);
        if mode > 0 {
            let (base, step) = (random.within(0, 255), random.within(-40, 40));
            let noise = [0, 2, 6, 20][mode as usize];
            for (i, pixel) in pixels.iter_mut().enumerate() {
                let (x, y) = (i % stride, i / stride);
                let beyond = if width > height { y >= height / 2 } else { x >= width / 2 };
                let value = base + if beyond { step } else { 0 } + random.within(-noise, noise);
                *pixel = value.clamp(0, 255) as u8;
            }
        }
        (pixels, stride)
    }

    fn thresholds(random: &mut Random) -> (u8, u8, [i8; 4]) {
        let alpha = [255, random.within(0, 255), random.within(4, 60)][random.within(0, 2) as usize];
        let beta = [18, random.within(0, 255), random.within(2, 18)][random.within(0, 2) as usize];
        let limit = [127, 25, 4][random.within(0, 2) as usize];
        (alpha as u8, beta as u8, std::array::from_fn(|_| random.within(-1, limit) as i8))
    }

    macro_rules! cases {
        ($name:ident, $Kernel:ident, $width:literal, $height:literal) => {
            pub(super) fn $name(kernel: $Kernel, random: &mut Random, outcome: &mut Outcome) {
                for _ in 0..10 {
                    let (mut pixels, stride) = pixels(random, $width, $height);
                    let (alpha, beta, tc0) = thresholds(random);
                    kernel.call(&mut pixels, stride, alpha, beta, &tc0);
                    outcome.extend(&pixels);
                }
            }
        };
        ($name:ident, $Kernel:ident, $width:literal, $height:literal, intra) => {
            pub(super) fn $name(kernel: $Kernel, random: &mut Random, outcome: &mut Outcome) {
                for _ in 0..10 {
                    let (mut pixels, stride) = pixels(random, $width, $height);
                    let (alpha, beta, _) = thresholds(random);
                    kernel.call(&mut pixels, stride, alpha, beta);
                    outcome.extend(&pixels);
                }
            }
        };
    }

    cases!(luma_horizontal, DeblockLumaHorizontalEdge, 16, 7);
    cases!(luma_vertical, DeblockLumaVerticalEdge, 8, 16);
    cases!(chroma_horizontal, DeblockChromaHorizontalEdge, 8, 4);
    cases!(chroma_vertical, DeblockChromaVerticalEdge, 4, 8);
    cases!(luma_intra_horizontal, DeblockLumaIntraHorizontalEdge, 16, 8, intra);
    cases!(luma_intra_vertical, DeblockLumaIntraVerticalEdge, 8, 16, intra);
    cases!(chroma_intra_horizontal, DeblockChromaIntraHorizontalEdge, 8, 4, intra);
    cases!(chroma_intra_vertical, DeblockChromaIntraVerticalEdge, 4, 8, intra);

    /// Lines computed by hand from 8.7.2.3 and 8.7.2.4.
    #[test]
    fn worked_lines() {
        let line = [100, 100, 100, 100, 110, 110, 110, 110];
        for level in CpuLevel::ALL {
            let mut pixels = line.repeat(16);
            DeblockLumaVerticalEdge::select(level).call(&mut pixels, 8, 40, 8, &[2, -1, 0, 127]);
            // Both sides flat: tc = 2 + 2; delta = (40 - 10 + 4) >> 3 = 4; p1 moves by (105 - 100) >> 1 = 2.
            assert_eq!(pixels[..8], [100, 100, 102, 104, 106, 108, 110, 110], "{level:?}");
            assert_eq!(pixels[32..40], line);
            // tc = 0 + 2, and the second samples stay.
            assert_eq!(pixels[64..72], [100, 100, 100, 102, 108, 110, 110, 110]);
            assert_eq!(pixels[96..104], [100, 100, 102, 104, 106, 107, 110, 110]);
            let mut pixels = line.repeat(16);
            DeblockLumaIntraVerticalEdge::select(level).call(&mut pixels, 8, 40, 8);
            let filtered = [100, 101, 103, 104, 106, 108, 109, 110];
            assert_eq!(pixels[..8], filtered);
            // A step of 10 is not below (28 >> 2) + 2.
            let mut pixels = line.repeat(16);
            DeblockLumaIntraVerticalEdge::select(level).call(&mut pixels, 8, 28, 8);
            assert_eq!(pixels[120..], [100, 100, 100, 103, 108, 110, 110, 110]);
            // Beyond alpha nothing happens.
            let mut pixels = line.repeat(16);
            DeblockLumaVerticalEdge::select(level).call(&mut pixels, 8, 10, 8, &[9; 4]);
            DeblockLumaIntraVerticalEdge::select(level).call(&mut pixels, 8, 10, 8);
            assert_eq!(pixels, line.repeat(16));

            let line = [100, 100, 110, 110];
            let mut pixels = line.repeat(8);
            DeblockChromaVerticalEdge::select(level).call(&mut pixels, 4, 40, 8, &[1, -1, 0, 9]);
            assert_eq!(pixels[..8], [100, 102, 108, 110, 100, 102, 108, 110]);
            assert_eq!(pixels[8..12], line);
            assert_eq!(pixels[16..20], [100, 101, 109, 110]);
            assert_eq!(pixels[28..], [100, 104, 106, 110]);
            let mut pixels = line.repeat(8);
            DeblockChromaIntraVerticalEdge::select(level).call(&mut pixels, 4, 40, 8);
            assert_eq!(pixels[28..], [100, 103, 108, 110]);
        }
    }

    /// A horizontal edge is a vertical one of the transposed block.
    #[test]
    fn directions_agree() {
        for level in CpuLevel::ALL {
            for seed in 0..30 {
                let mut random = Random::new(seed);
                let (alpha, beta, tc0) = thresholds(&mut random);
                let mut rows: Vec<u8> = pixels(&mut random, 16, 8).0[..128].to_vec();
                let mut columns: Vec<u8> = (0..128).map(|i| rows[i % 8 * 16 + i / 8]).collect();
                DeblockLumaHorizontalEdge::select(level).call(&mut rows, 16, alpha, beta, &tc0);
                DeblockLumaVerticalEdge::select(level).call(&mut columns, 8, alpha, beta, &tc0);
                DeblockLumaIntraHorizontalEdge::select(level).call(&mut rows, 16, alpha, beta);
                DeblockLumaIntraVerticalEdge::select(level).call(&mut columns, 8, alpha, beta);
                assert!((0..128).all(|i| columns[i] == rows[i % 8 * 16 + i / 8]), "{level:?} seed {seed}");
            }
        }
    }
}
