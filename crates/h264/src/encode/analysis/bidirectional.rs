//! Macroblocks of B slices: derived motion first, then either list, then both.

use vitascope_dsp::video::{BlockSize, VideoKernels};

use super::inter::{Candidates, InterChoice, Part, reference_bits};
use super::predicted::start_vectors;
use super::{Analyser, INTRA_BITS, PARTITION_BITS, Surroundings, distortion, reset};
use crate::encode::direct_choice::DirectDifferences;
use crate::encode::entropy::EntropyCoder;
use crate::encode::implicit_weights::{EVEN, weighted_mean_of};
use crate::encode::macroblock::{
    LUMA_ORIGIN, LUMA_STRIDE, Macroblock, Mode, Motion, Mv, Partition, Reconstruction,
};
use crate::encode::motion_search::SearchDepth;
use crate::encode::neighbours::{MotionCache, spatial_direct};
use crate::encode::reference::{block_size, predict_part, second_weight};
use crate::encode::residual::{SOURCE_STRIDE, Source};
use crate::encode::slice::SliceState;

const WHOLE: Part = (0, 0, 4, 4);

/// Bits of the types of B macroblocks and parts, about.
const SINGLE_BITS: u32 = 3;
const BOTH_BITS: u32 = 5;
const HALVES_BITS: u32 = 6;
const QUARTERS_BITS: u32 = 7;
pub(super) const DIRECT_BITS: u32 = 1;

/// Where derived motion misses by more than so many bits, motion is sent and it does not matter by how much.
const MOST_BITS: u32 = 160;

/// Derived motion of each quarter, and the transformed difference from its prediction.
pub(super) struct Direct {
    pub(super) quarters: [Motion; 4],
    pub(super) differences: [u32; 4],
}

impl Analyser<'_> {
    pub(super) fn code_bidirectional<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
    ) {
        let mut motion = [at.around.motion(0), at.around.motion(1)];
        let mut direct = None;
        let derived = derived_motion(at, &motion, at.spatial_direct);
        self.compare_derived(source, at, &motion, derived.as_ref());
        if let Some(quarters) = derived {
            match self.try_direct(entropy, slice, source, at, quarters) {
                Some(differences) => direct = Some(Direct { quarters, differences }),
                None => return,
            }
        }
        let choices = self.search_both(source, at, &mut motion, direct.as_ref());
        self.try_choices(entropy, slice, source, at, &choices, &mut motion);
        let cost = choices.best().map_or(u32::MAX, |best| best.cost);
        if cost > self.bits(INTRA_BITS) {
            let intra = self.best_16x16(source, at);
            if intra.1 < cost {
                self.code_intra(entropy, slice, source, at, intra, Some(cost));
            }
        }
    }

    /// Predicts some macroblocks with motion derived in the other way, too, and notes which prediction is nearer.
    pub(super) fn compare_derived(
        &mut self,
        source: &Source,
        at: &Surroundings<'_>,
        motion: &[MotionCache; 2],
        derived: Option<&[Motion; 4]>,
    ) {
        if !at.compares_direct || at.temporal.is_none() {
            return;
        }
        let other = derived_motion(at, motion, !at.spatial_direct);
        if other.as_ref() == derived {
            return;
        }
        let k = self.kernels();
        let most = self.bits(MOST_BITS);
        let mut difference = |quarters: Option<&[Motion; 4]>| {
            let Some(quarters) = quarters else { return most.into() };
            self.spare.predict_direct(k, at, quarters, self.qp);
            let difference = k.satd[BlockSize::B16x16 as usize].call(
                &source.luma,
                SOURCE_STRIDE,
                &self.spare.rec.luma[LUMA_ORIGIN..],
                LUMA_STRIDE,
            );
            u64::from(difference.min(most))
        };
        let (own, other) = (difference(derived), difference(other.as_ref()));
        let (spatial, temporal) = if at.spatial_direct { (own, other) } else { (other, own) };
        self.direct_differences += DirectDifferences { spatial, temporal };
    }

    /// Tries `B_Direct_16x16` and `B_Skip`; the prediction's difference by quarters, or `None` when nothing would
    /// be coded with it and it is close, which settles the macroblock as skipped.
    fn try_direct<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        quarters: [Motion; 4],
    ) -> Option<[u32; 4]> {
        let k = self.kernels();
        self.trial.predict_direct(k, at, &quarters, self.qp);
        let trial = &*self.trial;
        let differences = quarter_differences(k, source, &trial.rec);
        let skip_distortion = distortion(k, source, trial);
        let prediction = trial.rec.clone();
        let coded = self.code_residual(entropy, slice, source, at);
        if coded {
            reset(&mut self.trial, Mode::Skip, self.qp);
            set_direct(&mut self.trial, &quarters);
            self.trial.rec = prediction;
        }
        let trial = &mut *self.trial;
        trial.mode = Mode::Skip;
        trial.cbp = 0;
        trial.total_coeff = [0; 24];
        let bits = entropy.cost(&at.around, slice, trial);
        self.keep_if_better(skip_distortion, bits);
        let settled = !coded && self.is_close(skip_distortion);
        (!settled).then_some(differences)
    }

    pub(super) fn search_both(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        motion: &mut [MotionCache; 2],
        direct: Option<&Direct>,
    ) -> Candidates {
        let starts = [0, 1].map(|list| start_vectors(&motion[list], [at.hints[list], Mv::ZERO]));
        let candidates = [&starts[0][..], &starts[1][..]];
        let (whole, cost, single) =
            self.search_lists(source, at, motion, WHOLE, candidates, self.tools.search);
        let choice =
            InterChoice { partition: Partition::Whole, parts: [whole; 4], direct: 0, division: None, cost };
        let mut choices = Candidates::new(self.tools.rd_modes);
        choices.offer(choice);
        if self.tools.partitions && !self.tools.few_partitions && cost > self.bits(PARTITION_BITS) {
            self.search_parts(source, at, motion, single, direct, &mut choices);
        }
        choices
    }

    /// Quarters from the whole block's vectors or the derived motion, then halves from the quarters'.
    fn search_parts(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        motion: &mut [MotionCache; 2],
        whole: Motion,
        direct: Option<&Direct>,
        choices: &mut Candidates,
    ) {
        let try_partition = |motion: &mut [MotionCache; 2],
                             partition: Partition,
                             starts: &[Motion],
                             mode_bits: u32,
                             stop: u32| {
            motion.iter_mut().for_each(MotionCache::clear);
            let mut found = InterChoice {
                partition,
                parts: [whole; 4],
                direct: 0,
                division: None,
                cost: self.bits(mode_bits),
            };
            let mut singles = [whole; 4];
            for (i, &part) in partition.parts().iter().enumerate() {
                let near = [0, 1].map(|list| [starts[i].mv[list], whole.mv[list]]);
                let (mut best, mut cost, single) =
                    self.search_lists(source, at, motion, part, [&near[0], &near[1]], self.tools.part_search);
                singles[i] = single;
                if partition == Partition::Quarters
                    && let Some(direct) = direct
                {
                    let derived = direct.differences[i] + self.bits(DIRECT_BITS);
                    if derived <= cost {
                        (best, cost) = (direct.quarters[i], derived);
                        found.direct |= 1 << i;
                    }
                }
                found.parts[i] = best;
                found.cost += cost;
                if found.cost > stop {
                    return None;
                }
                for (list, cache) in motion.iter_mut().enumerate() {
                    cache.set(part, best.ref_idx[list], best.mv[list]);
                }
            }
            Some((found, singles))
        };
        let single = choices.best().map_or(u32::MAX, |best| best.cost);
        let slack = single + single / if self.tools.all_partitions { 12 } else { 16 };
        let quarters = try_partition(motion, Partition::Quarters, &[whole; 4], QUARTERS_BITS, slack);
        motion.iter_mut().for_each(MotionCache::clear);
        let Some((quarters, singles)) = quarters else { return };
        // All four derived is the direct mode, which has been tried.
        if quarters.direct != 15 {
            choices.offer(quarters);
        }
        let alike = |a: usize, b: usize| quarters.parts[a].ref_idx == quarters.parts[b].ref_idx;
        let halves = [
            (Partition::Rows, [singles[0], singles[2]], alike(0, 1) || alike(2, 3)),
            (Partition::Columns, [singles[0], singles[1]], alike(0, 2) || alike(1, 3)),
        ];
        for (partition, starts, alike) in halves {
            if !self.tools.all_partitions && (!alike || quarters.cost > single) {
                continue;
            }
            let stop = choices.best().map_or(u32::MAX, |best| best.cost);
            let stop = if self.tools.rd_modes { stop + stop / 16 } else { stop };
            if let Some((found, _)) = try_partition(motion, partition, &starts, HALVES_BITS, stop) {
                choices.offer(found);
            }
        }
        motion.iter_mut().for_each(MotionCache::clear);
    }

    /// The best of list 0, list 1 and both for a part; its cost; and the best of each list together.
    fn search_lists(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        motion: &[MotionCache; 2],
        part: Part,
        candidates: [&[Mv]; 2],
        depth: SearchDepth,
    ) -> (Motion, u32, Motion) {
        let mut both = Motion { ref_idx: [0; 2], mv: [Mv::ZERO; 2] };
        let mut costs = [u32::MAX; 2];
        let mut ref_bits = [0; 2];
        for list in 0..2 {
            let count = at.references[list].len();
            for index in 0..count {
                // Pictures farther away show about the same.
                let depth = if part == WHOLE && index > 0 { self.tools.later_search } else { depth };
                let found = self.search_part(
                    source,
                    at,
                    &motion[list],
                    (list, index),
                    part,
                    candidates[list],
                    depth,
                    costs[list],
                );
                let bits = self.bits(reference_bits(count, index));
                if found.cost + bits < costs[list] {
                    costs[list] = found.cost + bits;
                    both.ref_idx[list] = index as i8;
                    both.mv[list] = found.mv;
                    ref_bits[list] = bits;
                }
            }
        }
        let list = usize::from(costs[1] < costs[0]);
        let single = Motion::single(list, both.ref_idx[list], both.mv[list]);
        let single_cost = costs[list] + self.bits(SINGLE_BITS);
        // A list far behind the other has nothing to add.
        if costs[1 - list] > 2 * costs[list] {
            return (single, single_cost, both);
        }
        let vectors: u32 = (0..2)
            .map(|list| {
                let predicted = motion[list].predict(part, both.ref_idx[list]);
                self.tables.motion_costs.at(self.qp).of(both.mv[list], predicted) + ref_bits[list]
            })
            .sum();
        let mean_cost = self.mean_difference(source, at, part, both) + vectors + self.bits(BOTH_BITS);
        if mean_cost < single_cost { (both, mean_cost, both) } else { (single, single_cost, both) }
    }

    /// Transformed difference of a part from the mean of its two predictions.
    pub(super) fn mean_difference(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        (x, y, w, h): Part,
        motion: Motion,
    ) -> u32 {
        let k = self.kernels();
        let size = block_size(w, h) as usize;
        let (px, py) = ((at.position.0 * 16 + x * 4) as i32, (at.position.1 * 16 + y * 4) as i32);
        let mut predictions = [[0u8; 256]; 2];
        for (list, out) in predictions.iter_mut().enumerate() {
            let reference = &at.references[list][motion.ref_idx[list] as usize];
            let stride = reference.luma_stride;
            let Mv { x, y } = motion.mv[list];
            match reference.luma_sources(reference.luma_index(px, py), x.into(), y.into()) {
                (samples, None) => k.copy[size].call(out, 16, samples, stride),
                (first, Some(second)) => k.average[size].call(out, 16, first, stride, second, stride),
            }
        }
        let from = &source.luma[y * 4 * SOURCE_STRIDE + x * 4..];
        let second_weight = second_weight(at.references, motion.ref_idx);
        if second_weight != EVEN {
            let mut mean = [0; 256];
            let [first, second] = &predictions;
            weighted_mean_of(w * 4, &mut mean, 16, [first, second], 16, h * 4, second_weight);
            return k.satd[size].call(from, SOURCE_STRIDE, &mean, 16);
        }
        k.satd_mean[size].call(from, SOURCE_STRIDE, &predictions[0], &predictions[1], 16)
    }
}

/// Motion of the quarters of `B_Skip` and `B_Direct_16x16`, in either way to derive it; `None` where it cannot be had or
/// reaches too far.
pub(super) fn derived_motion(
    at: &Surroundings<'_>,
    motion: &[MotionCache; 2],
    spatial: bool,
) -> Option<[Motion; 4]> {
    let quarters = match (spatial, at.temporal) {
        (true, _) => spatial_motion(motion, at.still),
        (false, Some((temporal, record))) => temporal.motion(record)?,
        (false, None) => return None,
    };
    let fits = quarters.iter().all(|m| m.mv.iter().all(|&mv| at.limits.contains(mv)));
    fits.then_some(quarters)
}

/// One motion for all quarters, but still where the picture after stands still and the nearest reference is meant.
fn spatial_motion(motion: &[MotionCache; 2], still: u8) -> [Motion; 4] {
    let derived = spatial_direct([&motion[0], &motion[1]]);
    std::array::from_fn(|quarter| {
        let mut own = derived;
        if still >> quarter & 1 != 0 {
            for list in 0..2 {
                if own.ref_idx[list] == 0 {
                    own.mv[list] = Mv::ZERO;
                }
            }
        }
        own
    })
}

impl Macroblock {
    /// Sets derived motion and predicts with it.
    pub(super) fn predict_direct(
        &mut self,
        k: &VideoKernels,
        at: &Surroundings<'_>,
        quarters: &[Motion; 4],
        qp: u8,
    ) {
        reset(self, Mode::Direct, qp);
        set_direct(self, quarters);
        if quarters.iter().all(|&m| m == quarters[0]) {
            predict_part(k, at.references, &mut self.rec, at.position, WHOLE, quarters[0]);
        } else {
            for (&part, &motion) in Partition::Quarters.parts().iter().zip(quarters) {
                predict_part(k, at.references, &mut self.rec, at.position, part, motion);
            }
        }
    }
}

/// Transformed difference of each quarter from its prediction.
pub(super) fn quarter_differences(k: &VideoKernels, source: &Source, rec: &Reconstruction) -> [u32; 4] {
    std::array::from_fn(|quarter| {
        let (x, y) = (quarter % 2 * 8, quarter / 2 * 8);
        k.satd[BlockSize::B8x8 as usize].call(
            &source.luma[y * SOURCE_STRIDE + x..],
            SOURCE_STRIDE,
            &rec.luma[LUMA_ORIGIN + y * LUMA_STRIDE + x..],
            LUMA_STRIDE,
        )
    })
}

fn set_direct(mb: &mut Macroblock, quarters: &[Motion; 4]) {
    mb.direct = 15;
    for list in 0..2 {
        mb.ref_idx[list] = quarters.map(|motion| motion.ref_idx[list]);
        let [a, b, c, d] = quarters.map(|motion| motion.mv[list]);
        mb.mv[list] = [a, a, b, b, a, a, b, b, c, c, d, d, c, c, d, d];
    }
}
