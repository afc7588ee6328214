//! The few sample kernels the lookahead needs.

use std::fmt;

pub(crate) use vitascope_dsp::CpuLevel;
use vitascope_dsp::video::{BlockSearch, BlockSize, IntraEstimate, SatdMean, ShiftedHalves, Variance16x16};
pub(crate) use vitascope_dsp::video::{FoundBlock, Planes, SearchStart, prefetch_rows};

/// Kernels on the 8x8 blocks of half-size pictures, chosen for one level.
pub(crate) struct Kernels {
    search: BlockSearch,
    intra_estimate: IntraEstimate,
    satd_mean: SatdMean,
    shifted_halves: ShiftedHalves,
    variance16x16: Variance16x16,
}

impl Kernels {
    pub(crate) fn new(level: CpuLevel) -> Self {
        const SIZE: usize = BlockSize::B8x8 as usize;
        Self {
            search: BlockSearch::select(level),
            intra_estimate: IntraEstimate::select(level),
            satd_mean: SatdMean::select(level)[SIZE],
            shifted_halves: ShiftedHalves::select(level),
            variance16x16: Variance16x16::select(level),
        }
    }

    /// The displacement at which the reference is most like a block.
    #[inline(always)]
    pub(crate) fn search(
        &self,
        source: &[u8],
        planes: &Planes<'_>,
        stride: usize,
        start: &SearchStart,
    ) -> FoundBlock {
        self.search.call(source, planes, stride, start)
    }

    /// Sum of the absolute transformed differences to a simple prediction; the samples begin above and left of the block.
    #[inline(always)]
    pub(crate) fn intra_estimate(&self, around: &[u8], stride: usize) -> u32 {
        self.intra_estimate.call(around, stride)
    }

    /// Sum of the absolute 4x4 Hadamard-transformed differences to the rounded mean of two blocks of one stride, halved.
    #[inline(always)]
    pub(crate) fn satd_to_mean(&self, a: &[u8], stride: usize, b: [&[u8]; 2]) -> u32 {
        self.satd_mean.call(a, stride, b[0], b[1], stride)
    }

    /// One row of four half-size planes from three rows of samples, as [`ShiftedHalves`] has it.
    #[inline(always)]
    pub(crate) fn shifted_halves(&self, rows: [&mut [u8]; 4], source: &[u8], stride: usize, width: usize) {
        self.shifted_halves.call(rows, source, stride, width);
    }

    /// The mean over 16x16 samples, and the sum of squared deviations from it.
    #[inline(always)]
    pub(crate) fn mean_and_deviation16x16(&self, samples: &[u8], stride: usize) -> (u8, u32) {
        let (sum, squares) = self.variance16x16.call(samples, stride);
        (((sum + 128) >> 8) as u8, squares - ((u64::from(sum) * u64::from(sum)) >> 8) as u32)
    }
}

impl fmt::Debug for Kernels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kernels").finish_non_exhaustive()
    }
}
