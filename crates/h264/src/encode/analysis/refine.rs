//! What only the highest efforts do: references for each part, vectors refined by what they really cost.

use super::inter::{InterChoice, Part, reference_bits};
use super::{Analyser, Surroundings};
use crate::encode::entropy::EntropyCoder;
use crate::encode::macroblock::Mv;
use crate::encode::motion_search::Found;
use crate::encode::neighbours::MotionCache;
use crate::encode::residual::Source;
use crate::encode::slice::SliceState;

/// Rounds of quarter-sample steps around the best vectors.
const ROUNDS: usize = 2;
const STEPS: [(i16, i16); 4] = [(0, -1), (0, 1), (-1, 0), (1, 0)];

impl Analyser<'_> {
    /// Searches a part of a P macroblock in the reference of the whole or, where the effort asks for it, in all; the index
    /// and what was found, whose cost has the bits of the index in it.
    pub(super) fn search_references(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        motion: &MotionCache,
        whole: usize,
        part: Part,
        candidates: &[Mv],
    ) -> (i8, Found) {
        let count = at.references[0].len();
        let in_reference = |index: usize| {
            let depth = self.tools.part_search;
            let found = self.search_part(source, at, motion, (0, index), part, candidates, depth);
            Found { cost: found.cost + self.bits(reference_bits(count, index)), ..found }
        };
        let mut best = (whole as i8, in_reference(whole));
        if self.tools.part_references {
            for index in (0..count).filter(|&index| index != whole) {
                let found = in_reference(index);
                if found.cost < best.1.cost {
                    best = (index as i8, found);
                }
            }
        }
        best
    }

    /// Moves the vectors of the best way to code a macroblock so far, which is `choice`, by quarter samples, coding it
    /// each time, while that makes it better.
    pub(super) fn refine_vectors<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        mut choice: InterChoice,
        motion: &mut [MotionCache],
    ) {
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
                    for (x, y) in STEPS {
                        let mut moved = choice;
                        let mv = &mut moved.parts[part].mv[list];
                        *mv = Mv::new(mv.x + x, mv.y + y);
                        if !at.limits.contains(*mv) {
                            continue;
                        }
                        let least = self.best_cost;
                        self.try_inter(entropy, slice, source, at, &moved, motion);
                        if self.best_cost < least {
                            choice = moved;
                        }
                    }
                }
            }
            if self.best_cost == before {
                return;
            }
        }
    }
}
