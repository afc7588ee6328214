//! Macroblocks of P slices, by estimate.

use super::super::{Analyser, INTRA_BITS, Surroundings, reset};
use crate::encode::analysis::inter::Part;
use crate::encode::entropy::EntropyCoder;
use crate::encode::macroblock::{Mode, Motion, Partition};
use crate::encode::reference::predict_part;
use crate::encode::residual::Source;
use crate::encode::slice::SliceState;

const WHOLE: Part = (0, 0, 4, 4);

impl Analyser<'_> {
    pub(in super::super) fn estimate_predicted<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
    ) {
        let k = self.kernels();
        let mut motion = [at.around.motion(0)];
        let skip = Motion::forward(0, motion[0].predict_skip());
        if at.limits.contains(skip.mv[0]) {
            predict_part(k, at.references, &mut self.best.rec, at.position, WHOLE, skip);
            if self.tables.residual.is_negligible(k, source, &self.best.rec, self.qp) {
                reset(&mut self.best, Mode::Skip, self.qp);
                self.best.set_motion(WHOLE, skip);
                self.skip();
                return;
            }
        }
        let choices = self.search(source, at, &mut motion[0]);
        let Some(&choice) = choices.best() else { return };
        if choice.cost > self.bits(INTRA_BITS)
            && let Some(cost) = self.estimate_intra(entropy, slice, source, at, choice.cost)
        {
            self.guard_size(entropy, slice, source, at, cost);
            return;
        }
        self.code_choice(entropy, slice, source, at, &choice, &mut motion);
        if choice.partition == Partition::Whole
            && choice.parts[0] == skip
            && self.best.coded_block_pattern() == 0
        {
            self.skip();
        }
        self.guard_size(entropy, slice, source, at, choice.cost);
    }
}
