//! What goes into the lookahead and what comes out of it.

use vitascope_core::Time;

/// 8-bit luma samples of one picture: row `y` begins at `data[y * stride]`.
#[derive(Debug, Clone, Copy)]
pub struct LumaView<'a> {
    /// The samples, at least `(height - 1) * stride + width` of them.
    pub data: &'a [u8],
    /// Samples from one row to the next, at least `width`.
    pub stride: usize,
    /// Samples in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// What the caller says about a frame it hands to the lookahead.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameInfo {
    /// When the frame is shown.
    pub presentation_time: Time,
    /// How long it is shown; an invalid time when unknown.
    pub duration: Time,
    /// The frame must be an IDR picture.
    pub force_key: bool,
    /// This frame may not refer to others (temporal compression is off): it becomes an IDR picture.
    pub intra_only: bool,
}

/// How a frame is to be coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameKind {
    /// Intra picture at which decoding can begin; nothing after it refers to anything before it.
    Idr,
    /// Intra picture after which later pictures may still refer to earlier ones.
    I,
    /// Predicted from earlier pictures.
    P,
    /// Predicted from both sides, and itself a reference.
    ReferenceB,
    /// Predicted from both sides, referred to by nothing.
    B,
}

impl FrameKind {
    /// No prediction from other pictures.
    pub const fn is_intra(self) -> bool {
        matches!(self, Self::Idr | Self::I)
    }

    /// Predicted from both sides.
    pub const fn is_bidirectional(self) -> bool {
        matches!(self, Self::ReferenceB | Self::B)
    }

    /// Other pictures may refer to it.
    pub const fn is_reference(self) -> bool {
        !matches!(self, Self::B)
    }
}

/// Motion of one macroblock in quarter samples of the full-size picture (a multiple of four: the lookahead
/// finds whole samples). The prediction lies at the macroblock's position plus this vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct MotionVector {
    /// To the right.
    pub x: i16,
    /// Downwards.
    pub y: i16,
}

/// Estimated effort of coding a frame: sums of transformed differences (SATD) over the 8x8 blocks of the
/// half-size picture, one block for each macroblock.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FrameCost {
    /// Every block predicted from its neighbourhood.
    pub intra: u64,
    /// Every block by the better of intra prediction and prediction from the frame's references. Equals
    /// `intra` for intra pictures.
    pub inter: u64,
    /// Blocks for which intra prediction is the better one.
    pub intra_blocks: u32,
    /// The cost of the frame's own kind with each block's part scaled by the inverse of its quantiser
    /// step relative to the frame's base: bits are about proportional to this over the base step.
    pub weighted: f64,
}

/// What the lookahead knows about a frame still ahead of the one that leaves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameAhead {
    /// Its kind, final or as it looks now.
    pub kind: FrameKind,
    /// Its estimated [`FrameCost::weighted`].
    pub weighted_cost: f64,
    /// How long it is shown, in seconds.
    pub duration_seconds: f64,
}

/// A frame that leaves the lookahead, in coding order.
#[derive(Debug, Clone)]
pub struct PlannedFrame<T> {
    /// What the caller handed in with the frame.
    pub payload: T,
    /// As handed in.
    pub info: FrameInfo,
    /// How to code the frame.
    pub kind: FrameKind,
    /// Position in presentation order, from 0.
    pub display_index: u64,
    /// Position in coding order, from 0.
    pub coding_index: u64,
    /// Offset to the frame's base QP for each macroblock in raster order: adaptive quantisation (about
    /// zero on average) plus importance (never positive). Always one per macroblock.
    pub qp_offsets: Vec<f32>,
    /// Estimated costs.
    pub cost: FrameCost,
    /// How [`FrameCost::weighted`] spreads over the rows of macroblocks, from the top.
    pub row_costs: Vec<f64>,
    /// Numbers in presentation order of the frames it is taken to be predicted from, the earlier and (for B
    /// frames) the later one.
    pub references: [Option<u64>; 2],
    /// Motion of each macroblock in raster order against the earlier reference; for intra pictures against
    /// the frame shown before, all zero for the first frame.
    pub motion: Vec<MotionVector>,
    /// Motion against the later reference of a B frame; empty for other kinds.
    pub backward_motion: Vec<MotionVector>,
    /// For each macroblock in raster order, what inter prediction costs in 64ths of what intra prediction costs, at most 255.
    pub inter_parts: Vec<u8>,
    /// A scene begins with this frame.
    pub scene_cut: bool,
    /// An intra picture in place of a sync frame: B frames shown before it and coded after it may be predicted from what
    /// lies before, and nothing that is shown after it is.
    pub opens_group: bool,
    /// How long the frame is shown: to the next frame's time where that is known, else as the caller said,
    /// else about as long as the frames before, else by the expected frame rate.
    pub duration_seconds: f64,
    /// The frames ahead in coding order, nearest first.
    pub ahead: Vec<FrameAhead>,
    /// Nothing follows the frames in `ahead`: the lookahead was flushed.
    pub ahead_is_all: bool,
}
