//! Kernels of video encoders, for 8-bit samples.
//!
//! A block is a slice that begins at the block's first sample and a stride, in samples, from row to row:
//! sample (x, y) is `slice[y * stride + x]`, and the slice must reach the last sample, no further. No
//! alignment is assumed. Blocks of coefficients are row-major: `block[v * width + u]`, u the horizontal
//! frequency.

mod block;
mod block_search;
mod block_size;
mod chroma_motion;
mod deblock;
mod interpolate;
mod intra_estimate;
mod intra_satd;
mod places;
mod prefetch;
mod quantise;
mod rows;
mod sad;
mod satd;
mod scan;
mod ssd;
mod transform;
mod variance;
mod weight;
#[cfg(target_arch = "x86_64")]
mod x86_64;

pub use block::{Average, BlockCopy};
pub use block_search::{BlockSearch, FoundBlock, SearchStart};
pub(crate) use block_size::BlockExtent;
pub use block_size::BlockSize;
pub use chroma_motion::{ChromaMotion2, ChromaMotion4, ChromaMotion8};
pub use deblock::{
    DeblockChromaHorizontalEdge, DeblockChromaIntraHorizontalEdge, DeblockChromaIntraVerticalEdge,
    DeblockChromaVerticalEdge, DeblockLumaHorizontalEdge, DeblockLumaIntraHorizontalEdge,
    DeblockLumaIntraVerticalEdge, DeblockLumaVerticalEdge,
};
pub use interpolate::InterpolateHalf;
pub use intra_estimate::IntraEstimate;
pub use intra_satd::IntraSatd16x16;
pub use places::{Place, Planes};
pub use prefetch::prefetch_rows;
pub use quantise::{Dequantise4x4, Dequantise8x8, Quantise4x4, Quantise4x4X4, Quantise8x8, QuantiseDc4x4};
pub use rows::{BlockMeans, Deinterleave, DownscaleHalf, Interleave, ShiftedHalves};
pub use sad::{Sad, SadQuartersX4, SadX4};
pub use satd::{Sa8d, Satd, Satd4x4X9, SatdMean, SatdMeanX4};
pub use scan::{NonzeroCount, NonzeroMask8x8, Scan4x4, Scan8x8, ZIGZAG_4X4, ZIGZAG_8X8};
pub use ssd::Ssd;
pub use transform::{
    Forward4x4, Forward4x4X4, Forward4x4X16, Forward8x8, ForwardHadamard4x4, Inverse4x4Add, Inverse4x4AddX4,
    Inverse4x4AddX16, Inverse8x8Add, InverseDc4x4Add, InverseDc4x4AddX4, InverseHadamard4x4,
};
pub use variance::{Variance8x8, Variance16x16};
pub use weight::Weight;

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
    /// Means of blocks side by side.
    pub block_means: BlockMeans,
    /// Sums of absolute differences to four places at once.
    pub sad_x4: [SadX4; 7],
    /// The same for 16x16, by quarters.
    pub sad_quarters_x4: SadQuartersX4,
    /// Sums of absolute transformed differences to three intra predictions of 16x16.
    pub intra_satd: IntraSatd16x16,
    /// Sum of absolute transformed differences, 4x4 Hadamard.
    pub satd: [Satd; 7],
    /// [`VideoKernels::satd`] to the mean of two references.
    pub satd_mean: [SatdMean; 7],
    /// [`VideoKernels::satd_mean`] for four pairs of places at once.
    pub satd_mean_x4: [SatdMeanX4; 7],
    /// [`VideoKernels::satd`] of a 4x4 block to nine others.
    pub satd_4x4_x9: Satd4x4X9,
    /// Sum of absolute transformed differences, 8x8 Hadamard; the sizes from 16x16 to 8x8.
    pub sa8d: [Sa8d; 4],
    /// Sum of squared differences.
    pub ssd: [Ssd; 7],
    /// Rounded mean of two blocks.
    pub average: [Average; 7],
    /// Copy of a block.
    pub copy: [BlockCopy; 7],
    /// Forward transform of a 4x4 residual.
    pub forward4x4: Forward4x4,
    /// Forward 4x4 transforms of an 8x8 residual.
    pub forward4x4_x4: Forward4x4X4,
    /// Forward 4x4 transforms of a 16x16 residual, in the order of luma4x4BlkIdx.
    pub forward4x4_x16: Forward4x4X16,
    /// Forward transform of an 8x8 residual.
    pub forward8x8: Forward8x8,
    /// Forward Hadamard transform of the Intra16x16 DC coefficients.
    pub forward_hadamard4x4: ForwardHadamard4x4,
    /// Inverse Hadamard transform of the Intra16x16 DC coefficients.
    pub inverse_hadamard4x4: InverseHadamard4x4,
    /// Inverse 4x4 transform, added to the prediction.
    pub inverse4x4_add: Inverse4x4Add,
    /// Inverse 4x4 transforms of an 8x8, added to the prediction.
    pub inverse4x4_add_x4: Inverse4x4AddX4,
    /// Inverse 4x4 transforms of a 16x16, added to the prediction.
    pub inverse4x4_add_x16: Inverse4x4AddX16,
    /// Inverse 8x8 transform, added to the prediction.
    pub inverse8x8_add: Inverse8x8Add,
    /// Inverse 4x4 transform of a DC alone, added to the prediction.
    pub inverse_dc4x4_add: InverseDc4x4Add,
    /// Inverse 4x4 transforms of four DCs alone, added to an 8x8 prediction.
    pub inverse_dc4x4_add_x4: InverseDc4x4AddX4,
    /// Quantisation of a 4x4 block.
    pub quantise4x4: Quantise4x4,
    /// Quantisation of four 4x4 blocks.
    pub quantise4x4_x4: Quantise4x4X4,
    /// Quantisation of an 8x8 block.
    pub quantise8x8: Quantise8x8,
    /// Quantisation of sixteen DC coefficients.
    pub quantise_dc4x4: QuantiseDc4x4,
    /// Scaling of the levels of a 4x4 block.
    pub dequantise4x4: Dequantise4x4,
    /// Scaling of the levels of an 8x8 block.
    pub dequantise8x8: Dequantise8x8,
    /// Zig-zag scan of a 4x4 block, and which coefficients are not zero.
    pub scan4x4: Scan4x4,
    /// Zig-zag scan of an 8x8 block.
    pub scan8x8: Scan8x8,
    /// Which coefficients of an 8x8 block are not zero.
    pub nonzero_mask8x8: NonzeroMask8x8,
    /// Luma half samples of whole rows.
    pub interpolate_half: InterpolateHalf,
    /// Chroma motion compensation, eight samples wide.
    pub chroma_mc8: ChromaMotion8,
    /// Chroma motion compensation, four samples wide.
    pub chroma_mc4: ChromaMotion4,
    /// Chroma motion compensation, two samples wide.
    pub chroma_mc2: ChromaMotion2,
    /// Deblocking of a horizontal luma edge.
    pub deblock_luma_horizontal_edge: DeblockLumaHorizontalEdge,
    /// Deblocking of a vertical luma edge.
    pub deblock_luma_vertical_edge: DeblockLumaVerticalEdge,
    /// Deblocking of a horizontal chroma edge.
    pub deblock_chroma_horizontal_edge: DeblockChromaHorizontalEdge,
    /// Deblocking of a vertical chroma edge.
    pub deblock_chroma_vertical_edge: DeblockChromaVerticalEdge,
    /// Deblocking of a horizontal luma edge of strength 4.
    pub deblock_luma_intra_horizontal_edge: DeblockLumaIntraHorizontalEdge,
    /// Deblocking of a vertical luma edge of strength 4.
    pub deblock_luma_intra_vertical_edge: DeblockLumaIntraVerticalEdge,
    /// Deblocking of a horizontal chroma edge of strength 4.
    pub deblock_chroma_intra_horizontal_edge: DeblockChromaIntraHorizontalEdge,
    /// Deblocking of a vertical chroma edge of strength 4.
    pub deblock_chroma_intra_vertical_edge: DeblockChromaIntraVerticalEdge,
    /// Explicit weighting of one reference.
    pub weight: [Weight; 7],
    /// Sum and sum of squares of 16x16 samples.
    pub variance16x16: Variance16x16,
    /// Sum and sum of squares of 8x8 samples.
    pub variance8x8: Variance8x8,
    /// Half-size plane.
    pub downscale_half: DownscaleHalf,
    /// Two rows joined into pairs.
    pub interleave: Interleave,
    /// A row of pairs parted.
    pub deinterleave: Deinterleave,
}

impl VideoKernels {
    /// The best kernels at or below `level` that this machine runs.
    pub fn new(level: CpuLevel) -> Self {
        VideoKernels {
            level: level.min(CpuLevel::machine()),
            sad: Sad::select(level),
            block_means: BlockMeans::select(level),
            sad_x4: SadX4::select(level),
            sad_quarters_x4: SadQuartersX4::select(level),
            intra_satd: IntraSatd16x16::select(level),
            satd: Satd::select(level),
            satd_mean: SatdMean::select(level),
            satd_mean_x4: SatdMeanX4::select(level),
            satd_4x4_x9: Satd4x4X9::select(level),
            sa8d: Sa8d::select(level),
            ssd: Ssd::select(level),
            average: Average::select(level),
            copy: BlockCopy::select(level),
            forward4x4: Forward4x4::select(level),
            forward4x4_x4: Forward4x4X4::select(level),
            forward4x4_x16: Forward4x4X16::select(level),
            forward8x8: Forward8x8::select(level),
            forward_hadamard4x4: ForwardHadamard4x4::select(level),
            inverse_hadamard4x4: InverseHadamard4x4::select(level),
            inverse4x4_add: Inverse4x4Add::select(level),
            inverse4x4_add_x4: Inverse4x4AddX4::select(level),
            inverse4x4_add_x16: Inverse4x4AddX16::select(level),
            inverse8x8_add: Inverse8x8Add::select(level),
            inverse_dc4x4_add: InverseDc4x4Add::select(level),
            inverse_dc4x4_add_x4: InverseDc4x4AddX4::select(level),
            quantise4x4: Quantise4x4::select(level),
            quantise4x4_x4: Quantise4x4X4::select(level),
            quantise8x8: Quantise8x8::select(level),
            quantise_dc4x4: QuantiseDc4x4::select(level),
            dequantise4x4: Dequantise4x4::select(level),
            dequantise8x8: Dequantise8x8::select(level),
            scan4x4: Scan4x4::select(level),
            scan8x8: Scan8x8::select(level),
            nonzero_mask8x8: NonzeroMask8x8::select(level),
            interpolate_half: InterpolateHalf::select(level),
            chroma_mc8: ChromaMotion8::select(level),
            chroma_mc4: ChromaMotion4::select(level),
            chroma_mc2: ChromaMotion2::select(level),
            deblock_luma_horizontal_edge: DeblockLumaHorizontalEdge::select(level),
            deblock_luma_vertical_edge: DeblockLumaVerticalEdge::select(level),
            deblock_chroma_horizontal_edge: DeblockChromaHorizontalEdge::select(level),
            deblock_chroma_vertical_edge: DeblockChromaVerticalEdge::select(level),
            deblock_luma_intra_horizontal_edge: DeblockLumaIntraHorizontalEdge::select(level),
            deblock_luma_intra_vertical_edge: DeblockLumaIntraVerticalEdge::select(level),
            deblock_chroma_intra_horizontal_edge: DeblockChromaIntraHorizontalEdge::select(level),
            deblock_chroma_intra_vertical_edge: DeblockChromaIntraVerticalEdge::select(level),
            weight: Weight::select(level),
            variance16x16: Variance16x16::select(level),
            variance8x8: Variance8x8::select(level),
            downscale_half: DownscaleHalf::select(level),
            interleave: Interleave::select(level),
            deinterleave: Deinterleave::select(level),
        }
    }
}

impl Default for VideoKernels {
    /// The kernels of [`CpuLevel::detected`].
    fn default() -> Self {
        VideoKernels::new(CpuLevel::detected())
    }
}
