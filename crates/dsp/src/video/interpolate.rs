//! Luma samples at half positions.

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::kernel::fits;

kernel! {
    /// The three half samples beside each of `rows` x `width` whole samples (ITU-T H.264 8.4.2.2.1): `h` half
    /// a sample to the right (b), `v` half a sample down (h), `c` both (j).
    ///
    /// `src` begins two rows above and two samples left of the first whole sample; it reaches two samples
    /// further on the right and one row further below than it begins early. `width` is a multiple of 16.
    /// Nothing beyond `width` is written.
    pub fn InterpolateHalf(
        src: &[u8], stride: usize, width: usize, rows: usize,
        h: &mut [u8], v: &mut [u8], c: &mut [u8], out_stride: usize
    )
    where
        width != 0, rows != 0, width.is_multiple_of(16), width < 1 << 24, rows < 1 << 24,
        fits(src, stride, width + 5, rows + 5),
        fits(h, out_stride, width, rows), fits(v, out_stride, width, rows), fits(c, out_stride, width, rows);
    test: interpolate_half_variants, cases: tests::cases,
    scalar: interpolate_half,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::interpolate_half },
}

fn interpolate_half(
    src: &[u8],
    stride: usize,
    width: usize,
    rows: usize,
    h: &mut [u8],
    v: &mut [u8],
    c: &mut [u8],
    out_stride: usize,
) {
    let sample = |x: usize, y: usize| i32::from(src[y * stride + x]);
    for y in 0..rows {
        // Whole sample (x, y) is at (x + 2, y + 2) of `src`.
        let horizontal = |x: usize| six_tap(std::array::from_fn(|i| sample(x + i, y + 2)));
        let vertical = |x: usize| six_tap(std::array::from_fn(|i| sample(x, y + i)));
        for x in 0..width {
            let out = y * out_stride + x;
            h[out] = ((horizontal(x) + 16) >> 5).clamp(0, 255) as u8;
            v[out] = ((vertical(x + 2) + 16) >> 5).clamp(0, 255) as u8;
            let centre = six_tap(std::array::from_fn(|i| vertical(x + i)));
            c[out] = ((centre + 512) >> 10).clamp(0, 255) as u8;
        }
    }
}

/// The filter (1, -5, 20, 20, -5, 1).
fn six_tap(t: [i32; 6]) -> i32 {
    t[0] - 5 * t[1] + 20 * t[2] + 20 * t[3] - 5 * t[4] + t[5]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    pub(super) fn cases(kernel: InterpolateHalf, random: &mut Random, outcome: &mut Outcome) {
        // Some wider than what a variant filters together.
        let wide = random.within(0, 19) == 0;
        let width = 16 * if wide { random.within(63, 68) } else { random.within(1, 9) } as usize;
        let rows = random.within(1, 9) as usize;
        let (src, stride) = random.block(width + 5, rows + 5);
        let out_stride = random.stride(width);
        let mut planes: [_; 3] = std::array::from_fn(|_| random.bytes((rows - 1) * out_stride + width));
        let [h, v, c] = &mut planes;
        kernel.call(&src, stride, width, rows, h, v, c, out_stride);
        planes.iter().for_each(|plane| outcome.extend(plane));
    }

    /// Rows that drive the centre filter to both ends of its range.
    #[test]
    fn extremes_of_the_centre_filter() {
        for level in CpuLevel::ALL {
            for phase in 0..6 {
                let pick = |n: usize| [255, 0, 255, 255, 0, 255][(n + phase) % 6];
                for flip in [false, true] {
                    let src: Vec<u8> = (0..37 * 9)
                        .map(|i| if (pick(i % 37) == pick(i / 37)) ^ flip { 255 } else { 0 })
                        .collect();
                    let mut a = [[0; 128]; 3];
                    let mut b = [[0; 128]; 3];
                    for (level, planes) in [(CpuLevel::Scalar, &mut a), (level, &mut b)] {
                        let [h, v, c] = planes;
                        InterpolateHalf::select(level).call(&src, 37, 32, 4, h, v, c, 32);
                    }
                    assert_eq!(a, b, "{level:?} phase {phase} flip {flip}");
                }
            }
        }
    }

    #[test]
    fn a_step_edge() {
        // Columns 0..=7 dark, the rest bright: the edge rings as the taps say.
        let src: Vec<u8> = (0..21 * 6).map(|i| if i % 21 < 10 { 100 } else { 164 }).collect();
        for level in CpuLevel::ALL {
            let (mut h, mut v, mut c) = ([0; 16], [0; 16], [0; 16]);
            InterpolateHalf::select(level).call(&src, 21, 16, 1, &mut h, &mut v, &mut c, 16);
            assert_eq!(h[..12], [100, 100, 100, 100, 100, 102, 92, 132, 172, 162, 164, 164]);
            assert_eq!(v[..12], [100, 100, 100, 100, 100, 100, 100, 100, 164, 164, 164, 164]);
            assert_eq!(c, h);
        }
    }
}
