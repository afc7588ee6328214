//! What the coding of one slice carries from macroblock to macroblock.

use super::macroblock::{Macroblock, Mode};
use super::write_cabac::wrap_delta;

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
    /// There is no chroma (`ChromaArrayType` 0).
    pub(crate) monochrome: bool,
    /// Active references of each list; 0 where the slice has no such list.
    pub(crate) ref_counts: [usize; 2],
    /// `QPY,PRED` of the next macroblock.
    pub(crate) last_qp: u8,
    /// `mb_qp_delta` of the previous macroblock, 0 where it had none.
    pub(crate) last_delta_qp: i32,
    /// `mb_skip_run` so far (CAVLC).
    pub(crate) skip_run: u32,
}

impl SliceState {
    /// Moves the quantiser on past a macroblock; gives its `QPY` as the deblocking filter counts it (8.7.2.2).
    pub(crate) fn follow(&mut self, mb: &Macroblock) -> u8 {
        if mb.mode == Mode::IntraPcm {
            self.last_delta_qp = 0;
            return 0;
        }
        let qp = if mb.sends_qp() { mb.qp } else { self.last_qp };
        self.last_delta_qp = wrap_delta(i32::from(qp) - i32::from(self.last_qp));
        self.last_qp = qp;
        qp
    }
}
