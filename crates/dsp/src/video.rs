//! Kernels of video encoders, for 8-bit samples.
//!
//! A block is a slice that begins at the block's first sample and a stride, in samples, from row to row:
//! sample (x, y) is `slice[y * stride + x]`, and the slice must reach the last sample, no further. No
//! alignment is assumed. Blocks of coefficients are row-major: `block[v * width + u]`, u the horizontal
//! frequency.

mod block;
mod block_size;
mod sad;
mod satd;
mod ssd;
#[cfg(target_arch = "x86_64")]
mod x86_64;

pub use block::{Average, BlockCopy};
pub(crate) use block_size::BlockExtent;
pub use block_size::BlockSize;
pub use sad::{Sad, SadX4};
pub use satd::{Sa8d, Satd};
pub use ssd::Ssd;

use crate::CpuLevel;

/// Every kernel of a video encoder, chosen for one level.
///
/// Kernels of several block sizes are arrays indexed by `BlockSize as usize`.
#[derive(Clone)]
pub struct VideoKernels {
    /// The level the kernels were chosen for.
    pub level: CpuLevel,
    /// Sum of absolute differences.
    pub sad: [Sad; 7],
    /// Sums of absolute differences to four references at once.
    pub sad_x4: [SadX4; 7],
    /// Sum of absolute transformed differences, 4x4 Hadamard.
    pub satd: [Satd; 7],
    /// Sum of absolute transformed differences, 8x8 Hadamard; the sizes from 16x16 to 8x8.
    pub sa8d: [Sa8d; 4],
    /// Sum of squared differences.
    pub ssd: [Ssd; 7],
    /// Rounded mean of two blocks.
    pub average: [Average; 7],
    /// Copy of a block.
    pub copy: [BlockCopy; 7],
}

impl VideoKernels {
    /// The best kernels at or below `level` that this machine runs.
    pub fn new(level: CpuLevel) -> Self {
        VideoKernels {
            level: level.min(CpuLevel::machine()),
            sad: Sad::select(level),
            sad_x4: SadX4::select(level),
            satd: Satd::select(level),
            sa8d: Sa8d::select(level),
            ssd: Ssd::select(level),
            average: Average::select(level),
            copy: BlockCopy::select(level),
        }
    }
}

impl Default for VideoKernels {
    /// The kernels of [`CpuLevel::detected`].
    fn default() -> Self {
        VideoKernels::new(CpuLevel::detected())
    }
}
