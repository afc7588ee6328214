//! Quarters divided into 8x4, 4x8 and 4x4 blocks.

use super::inter::{Candidates, InterChoice};
use super::{Analyser, Surroundings};
use crate::encode::entropy::EntropyCoder;
use crate::encode::macroblock::{Mode, Partition};
use crate::encode::neighbours::{MotionCache, REF_UNAVAILABLE};
use crate::encode::residual::Source;
use crate::encode::slice::SliceState;
use crate::encode::sub_partition::{Division, SubPartition};

/// Bits of a quarter's `sub_mb_type` beyond those of an undivided one, about.
const ROWS_BITS: u32 = 1;
const COLUMNS_BITS: u32 = 2;
const BLOCKS_BITS: u32 = 2;
/// Quarters that cost less than so many bits stay whole.
const LEAST_BITS: u32 = 12;

impl Analyser<'_> {
    /// Where quarters are the best way to code a macroblock of a P slice so far, tries them divided.
    ///
    /// Small blocks fit noise, and transformed differences believe them: they are not among the choices that rule each
    /// other out before they are coded.
    pub(super) fn try_divided<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        choices: &Candidates,
        motion: &mut [MotionCache; 1],
    ) {
        if !self.tools.sub_partitions || self.best.mode != Mode::Inter(Partition::Quarters) {
            return;
        }
        let Some(quarters) = choices.quarters() else { return };
        if let Some(divided) = self.divide_quarters(source, at, &mut motion[0], quarters) {
            self.try_inter(entropy, slice, source, at, &divided, motion);
        }
    }

    /// The quarters of a choice of a P slice divided where that costs less; `None` where it does nowhere.
    ///
    /// The division keeps to the level's number of vectors (A.3.1, MaxMvsPer2Mb), half of which each macroblock may
    /// have.
    fn divide_quarters(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        motion: &mut MotionCache,
        choice: &InterChoice,
    ) -> Option<InterChoice> {
        let mut divided = *choice;
        let mut division = Division::default();
        let mut vectors = 4;
        motion.clear();
        for (i, &quarter) in Partition::Quarters.parts().iter().enumerate() {
            let (ref_idx, whole) = (choice.parts[i].ref_idx[0], choice.parts[i].mv[0]);
            let reference = (0, ref_idx as usize);
            let undivided = self.vector_cost(source, at, motion, reference, quarter, whole);
            let mut best = (SubPartition::Whole, [whole; 4], undivided);
            if undivided > self.bits(LEAST_BITS) {
                let ways = [
                    (SubPartition::Rows, ROWS_BITS),
                    (SubPartition::Columns, COLUMNS_BITS),
                    (SubPartition::Blocks, BLOCKS_BITS),
                ];
                for (way, bits) in ways {
                    if vectors + way.count() - 1 > self.tables.max_vectors {
                        continue;
                    }
                    // What neither halves have gained, quarters will not.
                    if way == SubPartition::Blocks && best.0 == SubPartition::Whole {
                        continue;
                    }
                    let (mut cost, mut mv) = (self.bits(bits), [whole; 4]);
                    motion.set(quarter, REF_UNAVAILABLE, whole);
                    for (j, part) in way.parts((quarter.0, quarter.1)).enumerate() {
                        let near = if j > 0 { mv[j - 1] } else { best.1[0] };
                        let depth = self.tools.part_search;
                        let found = self.search_part(
                            source,
                            at,
                            motion,
                            reference,
                            part,
                            &[whole, near],
                            depth,
                            u32::MAX,
                        );
                        cost += found.cost;
                        mv[j] = found.mv;
                        motion.set(part, ref_idx, found.mv);
                        if cost >= best.2 {
                            break;
                        }
                    }
                    if cost < best.2 {
                        best = (way, mv, cost);
                    }
                }
            }
            (division.quarters[i], division.mv[i]) = (best.0, best.1);
            vectors += best.0.count() - 1;
            divided.cost -= undivided - best.2;
            for (part, &mv) in best.0.parts((quarter.0, quarter.1)).zip(&best.1) {
                motion.set(part, ref_idx, mv);
            }
        }
        motion.clear();
        divided.division = Some(division);
        (vectors > 4).then_some(divided)
    }
}
