//! Macroblocks of P slices, by estimate.

use vitascope_dsp::video::BlockSize;

use super::super::{Analyser, Surroundings, reset};
use crate::encode::analysis::inter::Part;
use crate::encode::entropy::EntropyCoder;
use crate::encode::macroblock::{LUMA_ORIGIN, LUMA_STRIDE, Mode, Motion, Partition};
use crate::encode::reference::predict_part;
use crate::encode::residual::{SOURCE_STRIDE, Source};
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
        // Transformed difference of a prediction without levels, which need not be the best one.
        let mut skipped = None;
        if at.limits.contains(skip.mv[0]) {
            predict_part(k, at.references, &mut self.best.rec, at.position, WHOLE, skip);
            if self.residual().is_negligible(k, source, &self.best.rec, self.qp) {
                skipped = self.tools.doubts_skip().then(|| self.difference_of_best(source));
                if skipped.is_none_or(|difference| difference < self.bits(SKIP_BITS)) {
                    return self.skip_with(skip);
                }
            }
        }
        let choices = self.search(source, at, &mut motion[0]);
        let Some(&choice) = choices.best() else { return };
        if skipped.is_some_and(|difference| difference <= choice.cost + self.bits(WHOLE_BITS)) {
            // The prediction is in place still.
            return self.skip_with(skip);
        }
        if self.intra_promises(at, choice.cost)
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

    /// Makes the macroblock, which is predicted already, a skipped one with this motion.
    fn skip_with(&mut self, motion: Motion) {
        reset(&mut self.best, Mode::Skip, self.qp);
        self.best.set_motion(WHOLE, motion);
        self.skip();
    }

    /// Transformed difference of the source's luma from the prediction.
    fn difference_of_best(&self, source: &Source) -> u32 {
        let prediction = &self.best.rec.luma[LUMA_ORIGIN..];
        let satd = &self.kernels().satd[BlockSize::B16x16 as usize];
        satd.call(&source.luma, SOURCE_STRIDE, prediction, LUMA_STRIDE)
    }
}

/// A skipped macroblock whose difference is worth fewer bits than this is taken without looking further.
const SKIP_BITS: u32 = 60;

/// Bits of a macroblock with nothing but a vector, more than those of a skipped one.
const WHOLE_BITS: u32 = 4;
