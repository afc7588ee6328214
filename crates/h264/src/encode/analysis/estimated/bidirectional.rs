//! Macroblocks of B slices, by estimate.

use super::super::bidirectional::{DIRECT_BITS, Direct, derived_motion, quarter_differences};
use super::super::{Analyser, Surroundings};
use crate::encode::entropy::EntropyCoder;
use crate::encode::residual::Source;
use crate::encode::slice::SliceState;

impl Analyser<'_> {
    pub(in super::super) fn estimate_bidirectional<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
    ) {
        let k = self.kernels();
        let mut motion = [at.around.motion(0), at.around.motion(1)];
        let mut direct = None;
        let mut direct_cost = u32::MAX;
        let derived = derived_motion(at, &motion, at.spatial_direct);
        self.compare_derived(source, at, &motion, derived.as_ref());
        if let Some(quarters) = derived {
            self.best.predict_direct(k, at, &quarters, self.qp);
            if self.residual().is_negligible(k, source, &self.best.rec, self.qp) {
                self.skip();
                return;
            }
            let differences = quarter_differences(k, source, &self.best.rec);
            direct_cost = differences.iter().sum::<u32>() + self.bits(DIRECT_BITS);
            direct = Some(Direct { quarters, differences });
        }
        let choices = self.search_both(source, at, &mut motion, direct.as_ref());
        let Some(&choice) = choices.best() else { return };
        let cost = choice.cost.min(direct_cost);
        if self.intra_promises(at, cost)
            && let Some(cost) = self.estimate_intra(entropy, slice, source, at, cost)
        {
            self.guard_size(entropy, slice, source, at, cost);
            return;
        }
        if direct_cost <= choice.cost {
            // The prediction is in place still.
            self.code_difference(entropy, slice, source, at);
            if self.best.coded_block_pattern() == 0 {
                self.skip();
            }
        } else {
            self.code_choice(entropy, slice, source, at, &choice, &mut motion);
        }
        self.guard_size(entropy, slice, source, at, cost);
    }
}
