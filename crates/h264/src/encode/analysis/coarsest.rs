//! Macroblocks as small as the syntax allows, however they look: for pictures that must not take more bytes.

use super::bidirectional::derived_motion;
use super::{Analyser, Surroundings, reset};
use crate::encode::intra_prediction as intra;
use crate::encode::macroblock::{Mode, Motion};
use crate::encode::reference::predict_part;
use crate::encode::residual::Source;
use crate::encode::slice::{SliceKind, SliceState};
use crate::encode::tables::lambda_sad;

const WHOLE: super::inter::Part = (0, 0, 4, 4);

impl Analyser<'_> {
    /// Codes a macroblock of any slice without a residual: skipped, or predicted from what is above and to the left.
    /// False where the derived motion leaves the picture too far to be used.
    pub(crate) fn code_coarsest(
        &mut self,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        qp: u8,
    ) -> bool {
        self.qp = qp;
        self.lambda = lambda_sad(qp, self.tools.trials);
        self.slice_kind = slice.kind;
        self.best_cost = u64::MAX;
        let possible = match slice.kind {
            SliceKind::I => self.predict_intra(slice, source, at),
            SliceKind::P => self.predict_skipped(at),
            SliceKind::B => self.predict_derived(at),
        };
        if possible {
            self.trial.cbp = 0;
            self.trial.total_coeff = [0; 24];
            self.keep_if_better(0, 0);
        }
        possible
    }

    /// `P_Skip`.
    fn predict_skipped(&mut self, at: &Surroundings<'_>) -> bool {
        let skip = at.around.motion(0).predict_skip();
        if at.references[0].is_empty() || !at.limits.contains(skip) {
            return false;
        }
        let trial = &mut *self.trial;
        reset(trial, Mode::Skip, self.qp);
        let motion = Motion::forward(0, skip);
        trial.set_motion(WHOLE, motion);
        predict_part(&self.tables.kernels, at.references, &mut trial.rec, at.position, WHOLE, motion);
        true
    }

    /// `B_Skip`.
    fn predict_derived(&mut self, at: &Surroundings<'_>) -> bool {
        let motion = [at.around.motion(0), at.around.motion(1)];
        let Some(quarters) = derived_motion(at, &motion, at.spatial_direct) else { return false };
        let k = self.kernels();
        self.trial.predict_direct(k, at, &quarters, self.qp);
        self.trial.mode = Mode::Skip;
        true
    }

    /// Intra16x16 with the best of its modes and no levels.
    fn predict_intra(&mut self, slice: &SliceState, source: &Source, at: &Surroundings<'_>) -> bool {
        let k = self.kernels();
        let available = at.around.available();
        let (mode, _) = self.best_16x16(source, at);
        let chroma_mode = self.best_chroma(k, source, available);
        let trial = &mut *self.trial;
        // A change of the quantiser would take bits.
        reset(trial, Mode::Intra16x16, slice.last_qp);
        trial.intra_16x16_mode = mode;
        trial.intra_chroma_mode = chroma_mode;
        intra::predict_16x16(&mut trial.rec.luma, mode, available);
        for plane in &mut trial.rec.chroma {
            intra::predict_chroma(plane, chroma_mode, available);
        }
        trial.levels.luma_dc = [0; 16];
        true
    }
}
