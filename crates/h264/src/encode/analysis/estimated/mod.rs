//! Decisions by estimate alone: ways to code a macroblock are compared by transformed difference plus lambda
//! times bits, and only the one that seems best is coded.

mod bidirectional;
mod intra;
mod predicted;

use super::inter::{InterChoice, TransformCosts, set_choice};
use super::{Analyser, Surroundings, reset};
use crate::encode::entropy::EntropyCoder;
use crate::encode::macroblock::Mode;
use crate::encode::neighbours::MotionCache;
use crate::encode::residual::Source;
use crate::encode::slice::SliceState;

impl Analyser<'_> {
    /// Predicts the macroblock with a choice of motion and codes the difference.
    fn code_choice<E: EntropyCoder>(
        &mut self,
        entropy: &E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        choice: &InterChoice,
        motion: &mut [MotionCache],
    ) {
        let k = self.kernels();
        reset(&mut self.best, Mode::Inter(choice.partition), self.qp);
        set_choice(k, &mut self.best, at, choice, motion);
        self.code_difference(entropy, slice, source, at);
    }

    /// Codes the difference of the source from the prediction with the transform that suits it.
    fn code_difference<E: EntropyCoder>(
        &mut self,
        entropy: &E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
    ) {
        let k = self.kernels();
        let rates = self.rates(entropy, at);
        let rates = rates.as_ref();
        let residual = self.residual();
        let mb = &mut *self.best;
        residual.chroma(k, source, mb, rates);
        let large =
            slice.transform_8x8_mode && !mb.is_divided() && TransformCosts::of(k, source, mb).prefer_large();
        residual.inter(k, source, mb, rates, large);
        // Without coefficients there is no transform to speak of.
        mb.transform_8x8 = large && mb.cbp & 15 != 0;
    }

    /// Leaves the macroblock without a residual.
    fn skip(&mut self) {
        let mb = &mut *self.best;
        mb.mode = Mode::Skip;
        mb.cbp = 0;
        mb.total_coeff = [0; 24];
    }

    /// Counts the bits of a macroblock with such a difference that it may take more than its bare samples.
    pub(super) fn guard_size<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        difference: u32,
    ) {
        if difference > self.bits(LARGE_BITS) {
            self.best_cost = u64::MAX;
            self.best_bits = entropy.cost(&at.around, slice, &self.best);
            if self.best_bits > self.pcm_bits() {
                self.code_pcm(source);
            }
        }
    }
}

/// Differences worth fewer bits than this are coded in less than the samples themselves take: the levels are four
/// steps large on average.
const LARGE_BITS: u32 = 1024;
