//! What P and B macroblocks share: searching a part, coding a choice of motion.

use vitascope_dsp::video::{BlockSize, VideoKernels};

use super::{Analyser, Surroundings, distortion, reset};
use crate::encode::effort::VectorTrials;
use crate::encode::entropy::EntropyCoder;
use crate::encode::macroblock::{
    LUMA_ORIGIN, LUMA_STRIDE, Macroblock, Mode, Motion, Mv, Partition, Reconstruction,
};
use crate::encode::motion_search::{Found, Search, SearchDepth};
use crate::encode::neighbours::MotionCache;
use crate::encode::reference::{block_size, predict_part, predict_quarter};
use crate::encode::residual::{SOURCE_STRIDE, Source};
use crate::encode::slice::{SliceKind, SliceState};
use crate::encode::sub_partition::Division;

pub(super) use crate::encode::sub_partition::Part;

/// The inter prediction that a search settled on.
#[derive(Clone, Copy)]
pub(super) struct InterChoice {
    pub(super) partition: Partition,
    pub(super) parts: [Motion; 4],
    /// Quarters that take the derived motion.
    pub(super) direct: u8,
    /// Quarters of P macroblocks divided further, with the vectors of their parts in place of those above.
    pub(super) division: Option<Division>,
    /// Transformed difference plus lambda times bits.
    pub(super) cost: u32,
}

/// Choices to be coded and compared, never empty after a search.
pub(super) struct Candidates {
    all: Vec<InterChoice>,
    /// Keep those that are not the best, too.
    several: bool,
}

impl Candidates {
    pub(super) fn new(several: bool) -> Self {
        Self { all: Vec::with_capacity(if several { 6 } else { 1 }), several }
    }

    pub(super) fn offer(&mut self, choice: InterChoice) {
        match self.all.first_mut() {
            Some(best) if choice.cost < best.cost => {
                let second = std::mem::replace(best, choice);
                if self.several {
                    self.all.push(second);
                }
            }
            Some(_) if self.several => self.all.push(choice),
            Some(_) => {}
            None => self.all.push(choice),
        }
    }

    /// The cheapest.
    pub(super) fn best(&self) -> Option<&InterChoice> {
        self.all.first()
    }

    /// The one in quarters, if any.
    pub(super) fn quarters(&self) -> Option<&InterChoice> {
        self.all.iter().find(|choice| choice.partition == Partition::Quarters)
    }

    /// The cheapest first, and those that may beat it when coded.
    pub(super) fn promising(&self) -> impl Iterator<Item = &InterChoice> {
        let limit = self.all.first().map_or(0, |best| best.cost + best.cost / NEAR);
        self.all.iter().filter(move |choice| choice.cost <= limit)
    }
}

/// Choices whose estimated cost exceeds the least by at most one in so many parts are coded.
const NEAR: u32 = 8;

impl Analyser<'_> {
    /// Searches one part in one reference. Where it stays far behind `beat`, what another costs, what is found is not exact.
    pub(super) fn search_part(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        motion: &MotionCache,
        (list, ref_idx): (usize, usize),
        part: Part,
        candidates: &[Mv],
        depth: SearchDepth,
        beat: u32,
    ) -> Found {
        Search { beat, ..self.search_of(source, at, motion, (list, ref_idx), part) }.run(candidates, depth)
    }

    /// The search of one part in one reference.
    fn search_of<'s>(
        &'s self,
        source: &'s Source,
        at: &Surroundings<'s>,
        motion: &MotionCache,
        (list, ref_idx): (usize, usize),
        part: Part,
    ) -> Search<'s> {
        let (x, y, w, h) = part;
        let (mb_x, mb_y) = at.position;
        let reference = &at.references[list][ref_idx];
        let unweighted = self.unweighted.get(ref_idx).and_then(Option::as_ref);
        let luma = unweighted.unwrap_or(&source.luma);
        Search {
            k: self.kernels(),
            reference,
            cost: self.tables.motion_costs.at(self.qp),
            limits: at.limits,
            size: block_size(w, h),
            source: &luma[y * 4 * SOURCE_STRIDE + x * 4..],
            origin: reference.luma_index((mb_x * 16 + x * 4) as i32, (mb_y * 16 + y * 4) as i32),
            predicted: motion.predict(part, ref_idx as i8),
            beat: u32::MAX,
            quarter_slack: if self.tools.few_partitions { 0 } else { QUARTER_SLACK },
            by_quarters: self.tools.partitions && self.slice_kind == SliceKind::P && (w, h) == (4, 4),
        }
    }

    /// What a vector costs for a part: transformed difference plus lambda times bits.
    pub(super) fn vector_cost(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        motion: &MotionCache,
        reference: (usize, usize),
        part: Part,
        mv: Mv,
    ) -> u32 {
        self.search_of(source, at, motion, reference, part).cost_at(mv)
    }

    /// Codes the macroblock with a choice of motion and keeps it if it is the best so far.
    pub(super) fn try_inter<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        choice: &InterChoice,
        motion: &mut [MotionCache],
    ) {
        let k = self.kernels();
        reset(&mut self.trial, Mode::Inter(choice.partition), self.qp);
        set_choice(k, &mut self.trial, at, choice, motion);
        self.code_residual(entropy, slice, source, at);
    }

    /// Codes the choices that may be the best, and what comes of the best of them by refinement.
    pub(super) fn try_choices<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        choices: &Candidates,
        motion: &mut [MotionCache],
    ) {
        let mut best = None;
        for choice in choices.promising() {
            let least = self.best_cost;
            self.try_inter(entropy, slice, source, at, choice, motion);
            if self.best_cost < least {
                best = Some(*choice);
            }
        }
        if self.tools.rd_vectors != VectorTrials::None
            && let Some(best) = best
        {
            self.refine_vectors(entropy, slice, source, at, best, motion);
        }
    }

    /// Whether an error is so small that no more than a few bits could be spent on lowering it.
    pub(super) fn is_close(&self, distortion: u32) -> bool {
        u64::from(distortion) << 8 < self.lambda_ssd * CLOSE_BITS
    }

    /// Codes the difference of the source from the trial's prediction with the transform that suits
    /// it, or with either, and keeps what is the best so far. Whether anything was coded.
    pub(super) fn code_residual<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
    ) -> bool {
        let k = self.kernels();
        let residual = self.residual();
        let rates = self.rates(&*entropy, at);
        residual.chroma(k, source, &mut self.trial, rates.as_ref());
        let may_choose = slice.transform_8x8_mode && !self.trial.is_divided();
        let costs = may_choose.then(|| TransformCosts::of(k, source, &self.trial));
        let large = costs.as_ref().is_some_and(TransformCosts::prefer_large);
        if !self.tools.rd_transform || costs.is_none_or(|costs| costs.settle()) {
            return self.code_luma(entropy, slice, source, at, large);
        }
        self.spare.clone_from(&self.trial);
        let coded = self.code_luma(entropy, slice, source, at, large);
        if !coded {
            return false;
        }
        std::mem::swap(&mut self.trial, &mut self.spare);
        self.code_luma(entropy, slice, source, at, !large)
    }

    /// Keeps the trial, which is coded, if it is the best so far.
    pub(super) fn compare_trial<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
    ) {
        let distortion = distortion(self.kernels(), source, &self.trial);
        // The error alone may be too much.
        if u64::from(distortion) << 8 < self.best_cost {
            let bits = entropy.cost(&at.around, slice, &self.trial);
            self.keep_if_better(distortion, bits);
        }
    }

    /// Codes the trial's luma with one transform and keeps it if it is the best so far; whether any of it,
    /// chroma included, was coded.
    fn code_luma<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        large: bool,
    ) -> bool {
        let k = self.kernels();
        let rates = self.rates(&*entropy, at);
        let residual = self.residual();
        let trial = &mut *self.trial;
        residual.inter(k, source, trial, rates.as_ref(), large);
        // Without coefficients there is no transform to speak of.
        trial.transform_8x8 = large && trial.cbp & 15 != 0;
        let coded = trial.coded_block_pattern() != 0;
        if coded || trial.mode != Mode::Direct {
            self.compare_trial(entropy, slice, source, at);
        }
        coded
    }
}

/// Sets a macroblock's motion and predicts it; the caches know nothing of the macroblock before or after.
pub(super) fn set_choice(
    k: &VideoKernels,
    mb: &mut Macroblock,
    at: &Surroundings<'_>,
    choice: &InterChoice,
    motion: &mut [MotionCache],
) {
    set_vectors(mb, choice, motion);
    predict_choice(k, &mut mb.rec, at, choice);
}

/// Predicts a macroblock with a choice of motion.
pub(super) fn predict_choice(
    k: &VideoKernels,
    rec: &mut Reconstruction,
    at: &Surroundings<'_>,
    choice: &InterChoice,
) {
    for (i, &part) in choice.partition.parts().iter().enumerate() {
        let chosen = choice.parts[i];
        if let Some(division) = &choice.division {
            let (sub, vectors) = (division.quarters[i], &division.mv[i]);
            predict_quarter(k, at.references, rec, at.position, part, sub, vectors, chosen.ref_idx[0]);
        } else {
            predict_part(k, at.references, rec, at.position, part, chosen);
        }
    }
}

/// Sets a macroblock's motion and its differences from what neighbours predict; the caches know nothing of the macroblock
/// before or after.
pub(super) fn set_vectors(mb: &mut Macroblock, choice: &InterChoice, motion: &mut [MotionCache]) {
    mb.direct = choice.direct;
    motion.iter_mut().for_each(MotionCache::clear);
    for (i, &part) in choice.partition.parts().iter().enumerate() {
        let chosen = choice.parts[i];
        mb.set_motion(part, chosen);
        if let Some(division) = &choice.division {
            mb.sub[i] = division.quarters[i];
            let (ref_idx, vectors) = (chosen.ref_idx[0], &division.mv[i]);
            for (part, &mv) in mb.sub[i].parts((part.0, part.1)).zip(vectors) {
                let predicted = motion[0].predict(part, ref_idx);
                mb.mvd[0][part.1 * 4 + part.0] = mv.difference(predicted);
                motion[0].set(part, ref_idx, mv);
                mb.set_vector(0, part, mv);
            }
            continue;
        }
        for (list, cache) in motion.iter_mut().enumerate() {
            let (ref_idx, mv) = (chosen.ref_idx[list], chosen.mv[list]);
            if ref_idx >= 0 && choice.direct >> i & 1 == 0 {
                let predicted = cache.predict(part, ref_idx);
                mb.mvd[list][part.1 * 4 + part.0] = mv.difference(predicted);
            }
            cache.set(part, ref_idx, mv);
        }
    }
    motion.iter_mut().for_each(MotionCache::clear);
}

/// What the difference of the source from the prediction comes to in each size of transform.
pub(super) struct TransformCosts {
    four: u32,
    eight: u32,
}

impl TransformCosts {
    pub(super) fn of(k: &VideoKernels, source: &Source, mb: &Macroblock) -> Self {
        let prediction = &mb.rec.luma[LUMA_ORIGIN..];
        let size = BlockSize::B16x16 as usize;
        Self {
            four: k.satd[size].call(&source.luma, SOURCE_STRIDE, prediction, LUMA_STRIDE),
            eight: k.sa8d[size].call(&source.luma, SOURCE_STRIDE, prediction, LUMA_STRIDE),
        }
    }

    /// Whether the 8x8 transform gathers the difference better.
    pub(super) fn prefer_large(&self) -> bool {
        self.eight < self.four
    }

    /// Whether one is so much better that the other need not be tried.
    fn settle(&self) -> bool {
        let (less, more) = (self.four.min(self.eight), self.four.max(self.eight));
        more - less > less / SETTLED
    }
}

/// By how much more than the whole the quarters of a block may cost before they are looked at more closely, which
/// gains more for parts than for the whole; in 1/256.
const QUARTER_SLACK: u32 = 32;

/// One transform is settled on where the other seems to cost more than one in so many more.
const SETTLED: u32 = 6;

/// Bits whose worth of squared error is not worth a search.
const CLOSE_BITS: u64 = 30;

/// Bits of a reference index, about.
pub(super) fn reference_bits(count: usize, index: usize) -> u32 {
    if count < 2 { 0 } else { 1 + 2 * index.min(4) as u32 }
}
