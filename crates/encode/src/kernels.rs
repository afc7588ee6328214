//! The few sample kernels the lookahead needs.

use std::fmt;

pub(crate) use vitascope_dsp::CpuLevel;
use vitascope_dsp::video::{Average, BlockSize, Sad, SadX4, Satd, Variance16x16};

/// Kernels on the 8x8 blocks of half-size pictures, chosen for one level.
pub(crate) struct Kernels {
    sad: Sad,
    sad_x4: SadX4,
    satd: Satd,
    average: Average,
    variance16x16: Variance16x16,
}

impl Kernels {
    pub(crate) fn new(level: CpuLevel) -> Self {
        const SIZE: usize = BlockSize::B8x8 as usize;
        Self {
            sad: Sad::select(level)[SIZE],
            sad_x4: SadX4::select(level)[SIZE],
            satd: Satd::select(level)[SIZE],
            average: Average::select(level)[SIZE],
            variance16x16: Variance16x16::select(level),
        }
    }

    /// Sum of absolute differences.
    #[inline(always)]
    pub(crate) fn sad(&self, a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
        self.sad.call(a, a_stride, b, b_stride)
    }

    /// Sums of absolute differences to four blocks.
    #[inline(always)]
    pub(crate) fn sad_x4(&self, a: &[u8], a_stride: usize, b: [&[u8]; 4], b_stride: usize) -> [u32; 4] {
        self.sad_x4.call(a, a_stride, b, b_stride)
    }

    /// Sum of the absolute 4x4 Hadamard-transformed differences, halved.
    #[inline(always)]
    pub(crate) fn satd(&self, a: &[u8], a_stride: usize, b: &[u8], b_stride: usize) -> u32 {
        self.satd.call(a, a_stride, b, b_stride)
    }

    /// [`satd`](Self::satd) to the rounded mean of two blocks of one stride.
    #[inline(always)]
    pub(crate) fn satd_to_mean(&self, a: &[u8], stride: usize, b: [&[u8]; 2]) -> u32 {
        let mut mean = [0; 64];
        self.average.call(&mut mean, 8, b[0], stride, b[1], stride);
        self.satd.call(a, stride, &mean, 8)
    }

    /// Sum of squared deviations from the mean over 16x16 samples.
    #[inline(always)]
    pub(crate) fn deviation16x16(&self, samples: &[u8], stride: usize) -> u32 {
        let (sum, squares) = self.variance16x16.call(samples, stride);
        squares - ((u64::from(sum) * u64::from(sum)) >> 8) as u32
    }
}

impl fmt::Debug for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernels").finish_non_exhaustive()
    }
}
