//! Chroma samples at eighth positions.

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::kernel::fits;

macro_rules! chroma_motion {
    ($Name:ident, $width:literal, $words:literal, $test:ident) => {
        kernel! {
            #[doc = concat!("Chroma samples of a block ", $words, " wide at a fractional position")]
            /// (ITU-T H.264 8.4.2.2.2): ((8 - dx)(8 - dy) A + dx (8 - dy) B + (8 - dx) dy C + dx dy D + 32) >> 6.
            /// `dx` and `dy` are eighths of a sample, 0 to 7. Where `dx` is not 0 the source is one sample
            /// wider than the block, where `dy` is not 0 one row higher.
            pub fn $Name(
                dst: &mut [u8], dst_stride: usize, src: &[u8], src_stride: usize, dx: u32, dy: u32, height: usize
            )
            where
                dx < 8, dy < 8, height != 0, height < 1 << 24,
                fits(dst, dst_stride, $width, height),
                fits(src, src_stride, $width + usize::from(dx != 0), height + usize::from(dy != 0));
            test: $test, cases: tests::$test,
            scalar: chroma_motion::<$width>,
            variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::chroma_motion::<$width> },
        }
    };
}

chroma_motion!(ChromaMotion8, 8, "eight", chroma_motion8);
chroma_motion!(ChromaMotion4, 4, "four", chroma_motion4);
chroma_motion!(ChromaMotion2, 2, "two", chroma_motion2);

fn chroma_motion<const W: usize>(
    dst: &mut [u8],
    dst_stride: usize,
    src: &[u8],
    src_stride: usize,
    dx: u32,
    dy: u32,
    height: usize,
) {
    let (right, below) = (usize::from(dx != 0), usize::from(dy != 0));
    for y in 0..height {
        for x in 0..W {
            let sample = |x: usize, y: usize| u32::from(src[y * src_stride + x]);
            let sum = (8 - dx) * (8 - dy) * sample(x, y)
                + dx * (8 - dy) * sample(x + right, y)
                + (8 - dx) * dy * sample(x, y + below)
                + dx * dy * sample(x + right, y + below);
            dst[y * dst_stride + x] = ((sum + 32) >> 6) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    macro_rules! cases {
        ($name:ident, $Kernel:ident, $width:literal) => {
            pub(super) fn $name(kernel: $Kernel, random: &mut Random, outcome: &mut Outcome) {
                for (dx, dy) in (0..8).flat_map(|dx| (0..8).map(move |dy| (dx, dy))) {
                    let height = random.within(1, 9) as usize;
                    let (right, below) = (usize::from(dx != 0), usize::from(dy != 0));
                    let (src, src_stride) = random.block($width + right, height + below);
                    let (mut dst, dst_stride) = random.block($width, height);
                    kernel.call(&mut dst, dst_stride, &src, src_stride, dx, dy, height);
                    outcome.extend(&dst);
                }
            }
        };
    }

    cases!(chroma_motion8, ChromaMotion8, 8);
    cases!(chroma_motion4, ChromaMotion4, 4);
    cases!(chroma_motion2, ChromaMotion2, 2);

    #[test]
    fn a_worked_sample() {
        let src = [10, 20, 30, 40, 50, 60, 70, 80, 90];
        for level in CpuLevel::ALL {
            let mut dst = [0; 4];
            ChromaMotion2::select(level).call(&mut dst, 2, &src, 3, 3, 6, 2);
            // 5 * 2 * 10 + 3 * 2 * 20 + 5 * 6 * 40 + 3 * 6 * 50 = 2320
            assert_eq!(dst[0], ((2320 + 32) >> 6) as u8);
            assert_eq!(dst, [36, 46, 66, 76]);
        }
    }

    #[test]
    #[should_panic(expected = "dx < 8")]
    fn a_whole_sample_is_no_fraction() {
        ChromaMotion8::select(CpuLevel::machine()).call(&mut [0; 64], 8, &[0; 128], 9, 8, 0, 8);
    }
}
