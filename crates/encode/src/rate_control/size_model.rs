//! What a frame will cost in bits.

use crate::frame::FrameKind;
use crate::math::pow;

/// Predicts sizes: bits follow the weighted cost and fall with the quantiser step, by a factor learned for
/// each class of frames, plus a few that every frame costs.
///
/// Measured on natural, animated and screen content over QP 14 to 44: sizes of predicted frames fall with
/// the first power of the step, those of intra frames with about its 0.7th.
#[derive(Debug)]
pub(super) struct SizeModel {
    overhead: f64,
    intra: Factor,
    predicted: Factor,
    bidirectional: Factor,
}

const INTRA_POWER: f64 = 0.7;
/// Part of a telling cost below which a frame's size is what every frame takes, and how much more than expected that may be.
const QUIET: f64 = 0.02;
const MOST_OVERHEAD: f64 = 3.0;

impl SizeModel {
    pub(super) fn new(macroblocks: u32) -> Self {
        let typical = f64::from(macroblocks) * 60.0;
        Self {
            overhead: 80.0 + f64::from(macroblocks) * 0.03,
            intra: Factor::new(0.37, typical * 8.0),
            predicted: Factor::new(0.6, typical),
            bidirectional: Factor::new(0.45, typical),
        }
    }

    /// Bits of a frame beyond those that every frame costs, at a step of 1.
    pub(super) fn effort(&self, kind: FrameKind, weighted_cost: f64) -> f64 {
        self.factor(kind).value() * weighted_cost
    }

    /// Bits that a frame costs at any step.
    pub(super) fn overhead(&self) -> f64 {
        self.overhead
    }

    /// Bits of a frame coded with a step.
    pub(super) fn predict(&self, kind: FrameKind, weighted_cost: f64, step: f64) -> f64 {
        self.effort(kind, weighted_cost) / divisor(kind, step) + self.overhead
    }

    pub(super) fn learn(&mut self, kind: FrameKind, weighted_cost: f64, step: f64, bits: f64) {
        let quiet = weighted_cost < QUIET * self.predicted.telling && bits < MOST_OVERHEAD * self.overhead;
        if quiet && !kind.is_intra() {
            self.overhead += 0.1 * (bits - self.overhead);
        }
        let effort = (bits - self.overhead).max(0.0) * divisor(kind, step);
        match kind {
            FrameKind::Idr | FrameKind::I => self.intra.learn(weighted_cost, effort, 0.5),
            FrameKind::P => self.predicted.learn(weighted_cost, effort, 0.85),
            FrameKind::ReferenceB | FrameKind::B => self.bidirectional.learn(weighted_cost, effort, 0.85),
        }
    }

    fn factor(&self, kind: FrameKind) -> &Factor {
        match kind {
            FrameKind::Idr | FrameKind::I => &self.intra,
            FrameKind::P => &self.predicted,
            FrameKind::ReferenceB | FrameKind::B => &self.bidirectional,
        }
    }
}

/// By what a step divides the size of an intra frame.
pub(super) fn intra_divisor(step: f64) -> f64 {
    pow(step, INTRA_POWER)
}

/// The step that divides the size of an intra frame by this.
pub(super) fn intra_step(divisor: f64) -> f64 {
    pow(divisor, 1.0 / INTRA_POWER)
}

/// By what a step divides the size of a frame.
fn divisor(kind: FrameKind, step: f64) -> f64 {
    if kind.is_intra() { intra_divisor(step) } else { step }
}

/// A ratio of sums, so that frames in which hardly anything happens hardly count.
#[derive(Debug)]
struct Factor {
    cost: f64,
    effort: f64,
    /// Cost from which on a frame counts in full.
    telling: f64,
}

impl Factor {
    fn new(guess: f64, weight: f64) -> Self {
        Self { cost: weight, effort: guess * weight, telling: weight / 4.0 }
    }

    fn value(&self) -> f64 {
        (self.effort / self.cost).clamp(0.01, 20.0)
    }

    /// Takes in a frame; what was known before keeps this part of its weight. Quiet frames, whose few bits are
    /// an accident, count little on either side.
    fn learn(&mut self, cost: f64, effort: f64, keep: f64) {
        if cost > 0.0 && cost.is_finite() && effort.is_finite() {
            let weight = (cost / self.telling).min(1.0);
            let keep = 1.0 - (1.0 - keep) * weight;
            self.cost = self.cost * keep + cost * weight;
            self.effort = self.effort * keep + effort * weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn learns_each_class() {
        let mut model = SizeModel::new(1000);
        for (kind, factor) in [(FrameKind::Idr, 0.9), (FrameKind::P, 1.3), (FrameKind::B, 0.2)] {
            for round in 0..40 {
                let step = 1.0 + f64::from(round % 7);
                let cost = 50_000.0 + f64::from(round * 997 % 13) * 9000.0;
                model.learn(kind, cost, step, model.overhead() + factor * cost / divisor(kind, step));
            }
            let found = model.effort(kind, 1e6) / 1e6;
            assert!((found / factor - 1.0).abs() < 0.02, "{kind:?}: {found} for {factor}");
        }
    }

    #[test]
    fn frames_in_which_nothing_happens_tell_what_every_frame_takes() {
        let mut model = SizeModel::new(240);
        for bits in [150.0, 150.0, 9_000.0].into_iter().cycle().take(120) {
            model.learn(FrameKind::B, 3.0, 4.0, bits);
        }
        assert!((model.overhead() - 150.0).abs() < 1.0, "{}", model.overhead());
    }

    #[test]
    fn quiet_frames_do_not_spoil_the_factor() {
        let mut model = SizeModel::new(1000);
        for _ in 0..30 {
            model.learn(FrameKind::P, 100_000.0, 4.0, 20_000.0);
        }
        let before = model.predict(FrameKind::P, 100_000.0, 4.0);
        for bits in [100.0, 4000.0] {
            for _ in 0..300 {
                model.learn(FrameKind::P, 5.0, 4.0, bits);
            }
            let after = model.predict(FrameKind::P, 100_000.0, 4.0);
            assert!(
                (before - 20_000.0).abs() < 200.0 && (after / before - 1.0).abs() < 0.5,
                "{before} {after}"
            );
        }
    }
}
