//! What the coding of one slice carries from macroblock to macroblock.

/// Type of slice, Table 7-6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceKind {
    /// Intra macroblocks only.
    I,
    /// Prediction from one list of earlier pictures.
    P,
    /// Prediction from two lists, or from both at once.
    B,
}

/// State of a slice while its macroblocks are coded.
#[derive(Clone, Debug)]
pub(crate) struct SliceState {
    pub(crate) kind: SliceKind,
    /// `transform_8x8_mode_flag` of the picture parameter set.
    pub(crate) transform_8x8_mode: bool,
    /// Active references of each list; 0 where the slice has no such list.
    pub(crate) ref_counts: [usize; 2],
    /// `QPY,PRED` of the next macroblock.
    pub(crate) last_qp: u8,
    /// `mb_qp_delta` of the previous macroblock, 0 where it had none.
    pub(crate) last_delta_qp: i32,
    /// `mb_skip_run` so far (CAVLC).
    pub(crate) skip_run: u32,
}
