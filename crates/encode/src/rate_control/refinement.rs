//! What finer steps cost where nothing moves: a picture that only repeats the one before takes hardly any bits at its step, but
//! at a finer one it takes what the finer picture would have taken more from the start.

use super::RateFrame;
use super::size_model::{SizeModel, intra_divisor, intra_step};
use crate::frame::{FrameCost, FrameKind};
use crate::math::exp2;

/// Inter cost relative to intra cost below which a frame counts as still.
const STILL: f64 = 0.02;

/// How far a still picture becomes finer than the frame that it began with, as a ratio of steps: 8 QP. What is saved beyond
/// that is for what comes next.
const LARGEST_FALL: f64 = 0.4;

/// Seconds of bits that are kept so; of more, each makes a still picture finer by as many powers of two.
const KEPT: f64 = 0.1;
const FINER: f64 = 3.0;

/// Part of what is saved that a frame takes for making a still picture finer.
pub(super) const REFINED: f64 = 0.3;

/// How much finer than that it becomes at most, for those or once the end is in sight, where nothing comes next.
const MOST_BEYOND: f64 = 0.1;

/// Powers of two by which the step is raised above the finest so far for each second of bits owed, and at most.
const COARSER: f64 = 2.0;
const MOST_COARSER: f64 = 2.0;

/// Step of B frames in still pictures, relative to the finest.
const BESIDE: f64 = 1.5;

/// What becoming finer takes, relative to what the finer picture would have taken more; before anything was learned.
const USUAL: f64 = 1.5;

/// What a still frame may take for becoming finer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    /// Bits for it; none where this is not above 0.
    pub(super) bits: f64,
    /// Seconds of bits that are saved; below 0, they are owed beyond what an intra frame is allowed.
    pub(super) saved_seconds: f64,
    /// The end is in sight: nothing that is saved now is of use later.
    pub(super) is_last: bool,
    /// Frames whose sizes are unknown.
    pub(super) delay: usize,
}

impl Budget {
    /// Of bits that are left where nothing that comes has use for them.
    pub(super) fn left_at_end(left: f64, rate: f64, delay: usize) -> Self {
        Self { bits: REFINED * left, saved_seconds: left / rate, is_last: true, delay }
    }
}

/// The still content that is shown: how it was coded so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refinement {
    /// Intra cost of the frame that it began with; 0 where nothing stands still.
    cost: f64,
    /// The finest step so far, and that of the first frame.
    step: f64,
    first: f64,
    /// The frame that made it so fine, and its bits by the model, until they are known.
    last: u64,
    bits: Option<f64>,
    /// Bits of finer frames over those of the model, and sums of both.
    factor: f64,
    learned: [f64; 2],
}

impl Default for Refinement {
    fn default() -> Self {
        Self {
            cost: 0.0,
            step: 0.0,
            first: 0.0,
            last: 0,
            bits: None,
            factor: USUAL,
            learned: [USUAL * GUESS, GUESS],
        }
    }
}

impl Refinement {
    /// Takes a frame into account that is coded with this step.
    pub(super) fn coded(&mut self, frame: &RateFrame<'_>, step: f64, model: &SizeModel) {
        if frame.kind.is_intra() {
            let cost = frame.cost.weighted;
            *self = Self { cost, step, first: step, last: frame.index, bits: None, ..*self };
        } else if !is_still(&frame.cost) {
            self.cost = 0.0;
        } else if frame.kind == FrameKind::P && self.cost <= 0.0 {
            // Motion has come to rest.
            let cost = frame.cost.intra as f64;
            *self = Self { cost, step, first: step, last: frame.index, bits: None, ..*self };
        } else if frame.kind == FrameKind::P && step < SAME * self.step {
            let bits = self.bits(frame, step, model) / self.factor;
            *self = Self { step, last: frame.index, bits: Some(bits), ..*self };
        }
    }

    /// A frame took so many bits beyond those of every frame.
    pub(super) fn finished(&mut self, index: u64, bits: f64) {
        if let Some(predicted) = self.bits.take_if(|_| self.last == index) {
            for (sum, found) in self.learned.iter_mut().zip([bits, predicted]) {
                *sum = KEEP * *sum + found;
            }
            self.factor = (self.learned[0] / self.learned[1]).clamp(0.5, 10.0);
        }
    }

    /// Bits that a frame takes for being finer than what was shown before.
    pub(super) fn bits(&self, frame: &RateFrame<'_>, step: f64, model: &SizeModel) -> f64 {
        if !self.holds(frame) || frame.kind != FrameKind::P || step >= SAME * self.step {
            return 0.0;
        }
        let effort = model.effort(FrameKind::Idr, self.cost);
        self.factor * (effort / intra_divisor(step) - effort / intra_divisor(self.step))
    }

    /// The step of a frame that would have another one by the rate: as fine as its bits make it, where it is still.
    pub(super) fn step(&self, frame: &RateFrame<'_>, other: f64, budget: Budget, model: &SizeModel) -> f64 {
        if !self.holds(frame) {
            return other;
        }
        if budget.saved_seconds < 0.0 {
            // What stands still stays as it is shown, the more surely the coarser the step.
            let coarser = exp2((-COARSER * budget.saved_seconds).min(MOST_COARSER));
            return other.max(self.step * coarser);
        }
        // B frames keep to those around them, surely, as nothing is gained.
        if frame.kind != FrameKind::P {
            return other.max(self.step * BESIDE);
        }
        // One at a time.
        let waits = frame.index <= self.last.saturating_add(budget.delay as u64);
        if waits && budget.bits > 0.0 && self.step < self.first {
            return self.step;
        }
        if budget.bits <= 0.0 || waits {
            return other.max(self.step);
        }
        let effort = self.factor * model.effort(FrameKind::Idr, self.cost);
        let before = effort / intra_divisor(self.step);
        let finest = self.step * intra_step(before / (before + budget.bits));
        let beyond = if budget.is_last { 0.0 } else { exp2(-FINER * (budget.saved_seconds - KEPT).max(0.0)) };
        finest.max((LARGEST_FALL * beyond.max(MOST_BEYOND) * self.first).min(self.step))
    }

    /// Whether a frame only repeats what is shown.
    pub(super) fn holds(&self, frame: &RateFrame<'_>) -> bool {
        self.cost > 0.0 && !frame.kind.is_intra() && is_still(&frame.cost)
    }
}

/// Steps are the same from this ratio on.
pub(super) const SAME: f64 = 0.99;

/// Bits that the guess counts as, and what is kept of what was learned with each frame.
const GUESS: f64 = 1000.0;
const KEEP: f64 = 0.5;

/// Whether a frame of these costs repeats the one before.
pub(super) fn is_still(cost: &FrameCost) -> bool {
    (cost.inter as f64) < STILL * cost.intra as f64
}

#[cfg(test)]
mod tests {
    use super::super::tests::alone;
    use super::*;

    fn frame(kind: FrameKind, inter: u64) -> RateFrame<'static> {
        let weighted = if kind.is_intra() { 200_000.0 } else { inter as f64 };
        let cost = FrameCost { intra: 200_000, inter, weighted, ..FrameCost::default() };
        alone(u64::from(!kind.is_intra()), kind, cost)
    }

    #[test]
    fn still_content_costs_what_the_finer_picture_would_have_cost_more() {
        let model = SizeModel::new(400);
        let mut refinement = Refinement::default();
        let still = frame(FrameKind::P, 100);
        assert_eq!(refinement.bits(&still, 1.0, &model), 0.0);
        refinement.coded(&frame(FrameKind::Idr, 0), 8.0, &model);
        let intra = |step| model.predict(FrameKind::Idr, 200_000.0, step);
        let more = USUAL * (intra(5.0) - intra(8.0));
        assert!((refinement.bits(&still, 5.0, &model) - more).abs() < 1.0);
        let of = |bits: f64| Budget { bits, saved_seconds: 0.0, is_last: false, delay: 0 };
        for other in [1.0, 20.0] {
            assert!((refinement.step(&still, other, of(more), &model) - 5.0).abs() < 1e-3);
            assert_eq!(refinement.step(&still, other, of(-5.0), &model), f64::max(other, 8.0));
        }
        let owing = Budget { saved_seconds: -0.5, ..of(-5.0) };
        assert!((refinement.step(&still, 1.0, owing, &model) - 16.0).abs() < 1e-6, "it stays as it is shown");
        assert!(refinement.step(&still, 3.0, of(1e9), &model) > 3.0, "fine enough");
        assert!(
            refinement.step(&still, 3.0, Budget { is_last: true, ..of(1e9) }, &model) < 1.0,
            "no use for them later"
        );
        let waiting = Budget { delay: 3, ..of(more) };
        assert_eq!(
            refinement.step(&still, 3.0, waiting, &model),
            8.0,
            "what the intra frame took is not known"
        );
        let saved = Budget { saved_seconds: 2.0, ..of(1e9) };
        assert!(refinement.step(&still, 3.0, saved, &model) < 2.0, "so much need not be kept");
        assert_eq!(refinement.bits(&still, 8.0, &model), 0.0);
        // Once it is finer, it stays so; what moves is another thing.
        refinement.coded(&still, 4.0, &model);
        assert_eq!(refinement.bits(&still, 4.0, &model), 0.0);
        let moving = frame(FrameKind::P, 50_000);
        assert_eq!(
            (refinement.bits(&moving, 2.0, &model), refinement.step(&moving, 3.0, of(9.0), &model)),
            (0.0, 3.0)
        );
        refinement.coded(&moving, 2.0, &model);
        assert_eq!(refinement.bits(&still, 1.0, &model), 0.0);
    }

    #[test]
    fn what_finer_pictures_take_is_learned() {
        let model = SizeModel::new(400);
        let mut refinement = Refinement::default();
        let mut step = 40.0;
        refinement.coded(&frame(FrameKind::Idr, 0), step, &model);
        for index in 1..20 {
            let still = RateFrame { index, ..frame(FrameKind::P, 100) };
            step *= 0.9;
            let bits = 3.0 * refinement.bits(&still, step, &model) / refinement.factor;
            refinement.coded(&still, step, &model);
            refinement.finished(index, bits);
        }
        assert!((refinement.factor - 3.0).abs() < 0.1, "{}", refinement.factor);
    }
}
