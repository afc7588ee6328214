//! The few sample kernels the lookahead needs.

use std::fmt;

pub(crate) use vitascope_dsp::CpuLevel;
use vitascope_dsp::video::{BlockSize, Sad, SadX4, Satd};

/// Kernels on the 8x8 blocks of half-size pictures, chosen for one level.
pub(crate) struct Kernels {
    sad: Sad,
    sad_x4: SadX4,
    satd: Satd,
}

impl Kernels {
    pub(crate) fn new(level: CpuLevel) -> Self {
        const SIZE: usize = BlockSize::B8x8 as usize;
        Self {
            sad: Sad::select(level)[SIZE],
            sad_x4: SadX4::select(level)[SIZE],
            satd: Satd::select(level)[SIZE],
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

    /// Sum of squared deviations from the mean over 16x16 samples.
    pub(crate) fn deviation16x16(&self, samples: &[u8], stride: usize) -> u32 {
        // Sums of columns first, which become vector code.
        let (mut sums, mut squares) = ([0u16; 16], [0u32; 16]);
        for y in 0..16 {
            let Some(row) = samples[y * stride..].first_chunk::<16>() else { continue };
            for i in 0..16 {
                let sample = u16::from(row[i]);
                sums[i] += sample;
                squares[i] += u32::from(sample * sample);
            }
        }
        let sum = sums.iter().map(|&sum| u64::from(sum)).sum::<u64>();
        squares.iter().sum::<u32>() - ((sum * sum) >> 8) as u32
    }
}

impl fmt::Debug for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernels").finish_non_exhaustive()
    }
}
