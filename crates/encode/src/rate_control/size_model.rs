//! What a frame will cost in bits.

use crate::frame::FrameKind;

/// Predicts sizes: bits are about proportional to weighted cost over quantiser step, by a factor learned
/// for each class of frames, plus a few that every frame costs.
#[derive(Debug)]
pub(super) struct SizeModel {
    overhead: f64,
    intra: Factor,
    predicted: Factor,
    bidirectional: Factor,
}

impl SizeModel {
    pub(super) fn new(macroblocks: u32) -> Self {
        let typical = f64::from(macroblocks) * 50.0;
        Self {
            overhead: 80.0 + f64::from(macroblocks) * 0.03,
            intra: Factor::new(2.0, typical * 4.0),
            predicted: Factor::new(2.0, typical),
            bidirectional: Factor::new(1.5, typical),
        }
    }

    /// Bits of a frame beyond those that every frame costs, times its step.
    pub(super) fn effort(&self, kind: FrameKind, weighted_cost: f64) -> f64 {
        self.factor(kind).value() * weighted_cost
    }

    /// Bits that a frame costs at any step.
    pub(super) fn overhead(&self) -> f64 {
        self.overhead
    }

    pub(super) fn predict(&self, kind: FrameKind, weighted_cost: f64, step: f64) -> f64 {
        self.effort(kind, weighted_cost) / step + self.overhead
    }

    pub(super) fn learn(&mut self, kind: FrameKind, weighted_cost: f64, step: f64, bits: f64) {
        let effort = (bits - self.overhead).max(0.0) * step;
        let factor = match kind {
            FrameKind::Idr | FrameKind::I => &mut self.intra,
            FrameKind::P => &mut self.predicted,
            FrameKind::ReferenceB | FrameKind::B => &mut self.bidirectional,
        };
        factor.learn(weighted_cost, effort);
    }

    fn factor(&self, kind: FrameKind) -> &Factor {
        match kind {
            FrameKind::Idr | FrameKind::I => &self.intra,
            FrameKind::P => &self.predicted,
            FrameKind::ReferenceB | FrameKind::B => &self.bidirectional,
        }
    }
}

/// A ratio of sums, so that frames in which hardly anything happens hardly count.
#[derive(Debug)]
struct Factor {
    cost: f64,
    effort: f64,
}

impl Factor {
    fn new(guess: f64, weight: f64) -> Self {
        Self { cost: weight, effort: guess * weight }
    }

    fn value(&self) -> f64 {
        (self.effort / self.cost).clamp(0.02, 50.0)
    }

    fn learn(&mut self, cost: f64, effort: f64) {
        self.cost = self.cost * 0.8 + cost;
        self.effort = self.effort * 0.8 + effort;
    }
}
