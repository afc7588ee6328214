//! What only the highest efforts do: references for each part, vectors refined by what they really cost.

use super::inter::{InterChoice, Part, predict_choice, reference_bits, set_vectors};
use super::{Analyser, Surroundings};
use crate::encode::effort::{PartReferences, VectorTrials};
use crate::encode::entropy::EntropyCoder;
use crate::encode::macroblock::{Motion, Mv, Reconstruction};
use crate::encode::motion_search::Found;
use crate::encode::neighbours::MotionCache;
use crate::encode::reference::predict_part;
use crate::encode::residual::Source;
use crate::encode::slice::SliceState;

/// Most references of a list (`num_ref_idx_l0_active_minus1` of frames).
pub(super) const MAX_REFERENCES: usize = 16;
/// Where the whole macroblock was found in each reference.
pub(super) type Wholes = [Mv; MAX_REFERENCES];

/// A part is searched in another reference where it costs at most one in so many more there before the search.
const NEAR: u32 = 8;

/// A vector is coded where it seems to cost at most one in so many more than the best one.
const HOPEFUL: u32 = 16;

/// Rounds of quarter-sample steps around the best vectors.
const ROUNDS: usize = 2;

/// What has been coded: part, list and vector.
pub(super) type Tried = (usize, usize, Mv);
const STEPS: [(i16, i16); 4] = [(0, -1), (0, 1), (-1, 0), (1, 0)];

impl Analyser<'_> {
    /// Searches a part of a P macroblock in the reference of the whole and, where the effort asks for it, in others; the
    /// index and what was found, whose cost has the bits of the index in it.
    pub(super) fn search_references(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        motion: &MotionCache,
        (whole, wholes): (usize, &Wholes),
        part: Part,
        [start, other]: [Mv; 2],
    ) -> (i8, Found) {
        let count = at.references[0].len();
        let in_reference = |index: usize, candidates: &[Mv], beat: u32| {
            let depth = self.tools.part_search;
            let found = self.search_part(source, at, motion, (0, index), part, candidates, depth, beat);
            Found { cost: found.cost + self.bits(reference_bits(count, index)), ..found }
        };
        let mut best = (whole as i8, in_reference(whole, &[start, other], u32::MAX));
        for (index, &place) in wholes.iter().enumerate().take(count).filter(|&(index, _)| index != whole) {
            match self.tools.part_references {
                PartReferences::Whole => break,
                PartReferences::Near => {
                    let cost = self.vector_cost(source, at, motion, (0, index), part, place)
                        + self.bits(reference_bits(count, index));
                    if cost > best.1.cost + best.1.cost / NEAR {
                        continue;
                    }
                }
                PartReferences::All => {}
            }
            let found = in_reference(index, &[place, start, other], best.1.cost);
            if found.cost < best.1.cost {
                best = (index as i8, found);
            }
        }
        best
    }

    /// Transformed difference of a part with its motion, plus the bits of the vector of one list, about.
    fn motion_cost(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        cache: &MotionCache,
        list: usize,
        part: Part,
        motion: Motion,
    ) -> u32 {
        let (ref_idx, mv) = (motion.ref_idx[list], motion.mv[list]);
        if motion.ref_idx[1 - list] < 0 {
            return self.vector_cost(source, at, cache, (list, ref_idx as usize), part, mv);
        }
        let bits = self.tables.motion_costs.at(self.qp).of(mv, cache.predict(part, ref_idx));
        self.mean_difference(source, at, part, motion) + bits
    }

    /// Moves the vectors of the best way to code a macroblock so far, which is `choice`, by quarter samples, coding what
    /// moves each time, while that makes it better.
    pub(super) fn refine_vectors<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        mut choice: InterChoice,
        motion: &mut [MotionCache],
    ) {
        let all = self.tools.rd_vectors == VectorTrials::All;
        let mut tried = std::mem::take(&mut self.tried);
        tried.clear();
        let mut prediction = self.best.rec.clone();
        predict_choice(self.kernels(), &mut prediction, at, &choice);
        for _ in 0..ROUNDS {
            let before = self.best_cost;
            for part in 0..choice.partition.parts().len() {
                if choice.direct >> part & 1 != 0 {
                    continue;
                }
                for list in 0..motion.len() {
                    if choice.parts[part].ref_idx[list] < 0 {
                        continue;
                    }
                    let place = choice.partition.parts()[part];
                    let mut limit = u32::MAX;
                    if !all {
                        let cost =
                            self.motion_cost(source, at, &motion[list], list, place, choice.parts[part]);
                        limit = cost + cost / HOPEFUL;
                    }
                    tried.push((part, list, choice.parts[part].mv[list]));
                    for (x, y) in STEPS {
                        let mut moved = choice;
                        let mv = &mut moved.parts[part].mv[list];
                        *mv = Mv::new(mv.x + x, mv.y + y);
                        let trial = (part, list, *mv);
                        if !at.limits.contains(*mv) || tried.contains(&trial) {
                            continue;
                        }
                        if limit < u32::MAX
                            && self.motion_cost(source, at, &motion[list], list, place, moved.parts[part])
                                > limit
                        {
                            continue;
                        }
                        tried.push(trial);
                        if self.try_moved(entropy, slice, source, at, (&moved, part), motion, &prediction) {
                            choice = moved;
                            predict_choice(self.kernels(), &mut prediction, at, &choice);
                        }
                    }
                }
            }
            if self.best_cost == before {
                break;
            }
        }
        self.tried = tried;
    }

    /// Codes the best macroblock so far with a part moved and keeps that if it is better; whether it is. Where levels are chosen
    /// by their bits, the transform and the levels of the other parts stay. `prediction` is that before the move.
    fn try_moved<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        (moved, part): (&InterChoice, usize),
        motion: &mut [MotionCache],
        prediction: &Reconstruction,
    ) -> bool {
        let k = self.kernels();
        let least = self.best_cost;
        let Some(rates) = self.rates(&*entropy, at) else {
            // Whether levels are dropped depends on all of them.
            self.try_inter(entropy, slice, source, at, moved, motion);
            return self.best_cost < least;
        };
        let residual = self.residual();
        let trial = &mut *self.trial;
        trial.clone_from(&self.best);
        set_vectors(trial, moved, motion);
        trial.rec.chroma = prediction.chroma;
        let place = moved.partition.parts()[part];
        predict_part(k, at.references, &mut trial.rec, at.position, place, moved.parts[part]);
        residual.chroma(k, source, trial, Some(&rates));
        residual.inter_quarters(k, source, trial, &rates, quarters_of(place), trial.transform_8x8);
        trial.transform_8x8 &= trial.cbp & 15 != 0;
        self.compare_trial(entropy, slice, source, at);
        self.best_cost < least
    }
}

/// The quarters that a part covers, one bit each.
fn quarters_of((x, y, w, h): Part) -> u16 {
    let columns = if w == 4 { 0b11 } else { 1 << (x / 2) };
    if h == 4 { columns | columns << 2 } else { columns << y }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::macroblock::Partition;

    #[test]
    fn parts_cover_their_quarters() {
        let of = |partition: Partition| partition.parts().iter().map(|&part| quarters_of(part)).collect();
        let covered: [Vec<u16>; 4] =
            [Partition::Whole, Partition::Rows, Partition::Columns, Partition::Quarters].map(of);
        assert_eq!(covered, [vec![15], vec![3, 12], vec![5, 10], vec![1, 2, 4, 8]]);
    }
}
