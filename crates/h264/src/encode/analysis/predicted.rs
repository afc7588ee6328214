//! Macroblocks of P slices.

use super::inter::{Candidates, InterChoice, reference_bits};
use super::refine::{MAX_REFERENCES, Wholes};
use super::{Analyser, PARTITION_BITS, Surroundings, TRIED_INTRA_BITS, distortion, reset};
use crate::encode::entropy::EntropyCoder;
use crate::encode::macroblock::{Mode, Motion, Mv, Partition};
use crate::encode::motion_search::Pattern;
use crate::encode::neighbours::MotionCache;
use crate::encode::reference::predict_part;
use crate::encode::residual::Source;
use crate::encode::slice::SliceState;

const WHOLE: super::inter::Part = (0, 0, 4, 4);

impl Analyser<'_> {
    pub(super) fn code_predicted<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
    ) {
        let mut motion = [at.around.motion(0)];
        let skip = motion[0].predict_skip();
        if at.limits.contains(skip) && self.try_skip(entropy, slice, source, at, skip) {
            return;
        }
        let choices = self.search(source, at, &mut motion[0]);
        self.try_choices(entropy, slice, source, at, &choices, &mut motion);
        self.try_divided(entropy, slice, source, at, &choices, &mut motion);
        let cost = choices.best().map_or(u32::MAX, |best| best.cost);
        if cost > self.bits(TRIED_INTRA_BITS) {
            let intra = self.best_16x16(source, at);
            // Smaller blocks may do much better than the whole.
            if 2 * intra.1 < 5 * cost {
                self.code_intra(entropy, slice, source, at, intra, Some(cost));
            }
        }
    }

    /// Tries `P_Skip`; true when nothing would be coded with its motion and no other could do much better, which
    /// settles it.
    fn try_skip<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        mv: Mv,
    ) -> bool {
        let k = self.kernels();
        let residual = self.residual();
        reset(&mut self.trial, Mode::Inter(Partition::Whole), self.qp);
        let trial = &mut *self.trial;
        let motion = Motion::forward(0, mv);
        trial.set_motion(WHOLE, motion);
        predict_part(k, at.references, &mut trial.rec, at.position, WHOLE, motion);
        let distortion = distortion(k, source, trial);
        let prediction = trial.rec.clone();
        residual.inter_4x4(k, source, trial);
        let mut coded = trial.cbp != 0;
        if !coded {
            residual.chroma(k, source, trial, None);
            coded = trial.cbp & 0x3f != 0;
        }
        if coded {
            trial.rec = prediction;
        }
        trial.mode = Mode::Skip;
        trial.cbp = 0;
        trial.total_coeff = [0; 24];
        let bits = entropy.cost(&at.around, slice, trial);
        self.keep_if_better(distortion, bits);
        !coded && self.is_close(distortion)
    }

    pub(super) fn search(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        motion: &mut MotionCache,
    ) -> Candidates {
        let mut choice = InterChoice {
            partition: Partition::Whole,
            parts: [Motion::forward(0, Mv::ZERO); 4],
            direct: 0,
            division: None,
            cost: u32::MAX,
        };
        let count = at.references[0].len();
        let mut quarters = None;
        let mut wholes = [Mv::ZERO; MAX_REFERENCES];
        for index in 0..count {
            let extra =
                if index > 0 { [choice.parts[0].mv[0], at.hints[0]] } else { [at.hints[0], Mv::ZERO] };
            let candidates = start_vectors(motion, extra);
            // Earlier pictures show about the same: their vectors start where the first one's ended. In another light
            // they do not.
            let lit = |index: usize| at.references[0][index].weights.is_some();
            let depth =
                if lit(index) == lit(0) && index > 0 { self.tools.later_search } else { self.tools.search };
            let found =
                self.search_part(source, at, motion, (0, index), WHOLE, &candidates, depth, choice.cost);
            let cost = found.cost + self.bits(reference_bits(count, index));
            wholes[index % MAX_REFERENCES] = found.mv;
            if cost < choice.cost {
                choice = InterChoice { parts: [Motion::forward(index as i8, found.mv); 4], cost, ..choice };
                quarters = match depth.pattern {
                    Pattern::Diamond => found.quarters,
                    Pattern::Hexagon => Some([found.mv; 4]),
                };
            }
        }
        let mut choices = Candidates::new(self.tools.rd_modes);
        choices.offer(choice);
        if self.tools.partitions
            && choice.cost > self.bits(PARTITION_BITS)
            && let Some(starts) = quarters
        {
            self.search_partitions(source, at, motion, (choice, &wholes), starts, &mut choices);
        }
        choices
    }

    /// Quarters from where they seem to go, then halves from the quarters' where those did well.
    fn search_partitions(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        motion: &mut MotionCache,
        (choice, wholes): (InterChoice, &Wholes),
        starts: [Mv; 4],
        choices: &mut Candidates,
    ) {
        let whole = choice.parts[0].mv[0];
        let ref_idx = choice.parts[0].ref_idx[0];
        let try_partition =
            |motion: &mut MotionCache, partition: Partition, start: &[Mv], mode_bits: u32, stop: u32| {
                motion.clear();
                let mut parts = [Motion::forward(ref_idx, Mv::ZERO); 4];
                let mut cost = self.bits(mode_bits);
                for (i, &part) in partition.parts().iter().enumerate() {
                    let candidates = [start[i], whole];
                    let references = (ref_idx as usize, wholes);
                    let (index, found) =
                        self.search_references(source, at, motion, references, part, candidates);
                    parts[i] = Motion::forward(index, found.mv);
                    cost += found.cost;
                    if cost > stop {
                        return None;
                    }
                    motion.set(part, index, found.mv);
                }
                Some(InterChoice { partition, parts, direct: 0, division: None, cost })
            };
        let slack = choice.cost + choice.cost / if self.tools.all_partitions { 8 } else { 16 };
        let quarters = try_partition(motion, Partition::Quarters, &starts, 6, slack);
        motion.clear();
        let Some(quarters) = quarters else { return };
        let q = quarters.parts.map(|part| part.mv[0]);
        let single = choice.cost;
        let same = |a: Mv, b: Mv| (a.x - b.x).abs() < 2 && (a.y - b.y).abs() < 2;
        let halves = [
            (Partition::Rows, [q[0], q[2]], same(q[0], q[1]) || same(q[2], q[3])),
            (Partition::Columns, [q[0], q[1]], same(q[0], q[2]) || same(q[1], q[3])),
        ];
        choices.offer(quarters);
        for (partition, start, alike) in halves {
            if !self.tools.all_partitions && (!alike && quarters.cost > single) {
                continue;
            }
            let stop = choices.best().map_or(u32::MAX, |best| best.cost);
            let stop = if self.tools.rd_modes { stop + stop / 64 } else { stop };
            if let Some(found) = try_partition(motion, partition, &start, 3, stop) {
                choices.offer(found);
            }
        }
        motion.clear();
    }
}

/// Vectors around a macroblock from which its search starts, and two more.
pub(super) fn start_vectors(motion: &MotionCache, extra: [Mv; 2]) -> [Mv; 6] {
    let [a, b, c] = motion.candidates().map(|(ref_idx, mv)| if ref_idx >= 0 { mv } else { Mv::ZERO });
    [a, b, c, Mv::ZERO, extra[0], extra[1]]
}
