//! What finer steps cost where nothing moves: a picture that only repeats the one before takes hardly any bits at its step, but
//! at a finer one it takes what the finer picture would have taken more from the start.

use super::RateFrame;
use super::size_model::{SizeModel, intra_divisor, intra_step};
use crate::frame::FrameKind;

/// Inter cost relative to intra cost below which a frame counts as still.
const STILL: f64 = 0.02;

/// How far a still picture becomes finer than the intra frame that it began with, as a ratio of steps: 8 QP. What is saved beyond
/// that is for what comes next.
const LARGEST_FALL: f64 = 0.4;

/// The still content that is shown: how it was coded so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Refinement {
    /// Weighted intra cost of the intra frame that it began with; 0 where there was none.
    cost: f64,
    /// The finest step so far, and the finest that there will be.
    step: f64,
    least: f64,
}

impl Refinement {
    /// Takes a frame into account that is coded with this step.
    pub(super) fn coded(&mut self, frame: &RateFrame<'_>, step: f64) {
        if frame.kind.is_intra() {
            *self = Self { cost: frame.cost.weighted, step, least: step * LARGEST_FALL };
        } else if !is_still(frame) {
            self.cost = 0.0;
        } else if frame.kind == FrameKind::P {
            self.step = self.step.min(step);
        }
    }

    /// Bits that a frame takes for being finer than what was shown before.
    pub(super) fn bits(&self, frame: &RateFrame<'_>, step: f64, model: &SizeModel) -> f64 {
        if !self.holds(frame) || step >= self.step {
            return 0.0;
        }
        let effort = model.effort(FrameKind::Idr, self.cost);
        effort / intra_divisor(step) - effort / intra_divisor(self.step)
    }

    /// The step of a frame that would have another one by the rate: as fine as so many bits make it, where it is still.
    pub(super) fn step(&self, frame: &RateFrame<'_>, other: f64, bits: f64, model: &SizeModel) -> f64 {
        if !self.holds(frame) {
            return other;
        }
        if bits <= 0.0 {
            return other.max(self.step);
        }
        let effort = model.effort(FrameKind::Idr, self.cost);
        let before = effort / intra_divisor(self.step);
        let finest = self.step * intra_step(before / (before + bits));
        finest.max(self.least.min(self.step))
    }

    fn holds(&self, frame: &RateFrame<'_>) -> bool {
        self.cost > 0.0 && !frame.kind.is_intra() && is_still(frame)
    }
}

fn is_still(frame: &RateFrame<'_>) -> bool {
    (frame.cost.inter as f64) < STILL * frame.cost.intra as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FrameCost;

    fn frame(kind: FrameKind, inter: u64) -> RateFrame<'static> {
        let weighted = if kind.is_intra() { 200_000.0 } else { inter as f64 };
        RateFrame {
            index: 0,
            kind,
            cost: FrameCost { intra: 200_000, inter, weighted, ..FrameCost::default() },
            duration_seconds: 0.04,
            decode_seconds: None,
            next_decode_seconds: None,
            forced_qp: None,
            ahead: &[],
            ahead_is_all: false,
        }
    }

    #[test]
    fn still_content_costs_what_the_finer_picture_would_have_cost_more() {
        let model = SizeModel::new(400);
        let mut refinement = Refinement::default();
        let still = frame(FrameKind::P, 100);
        assert_eq!(refinement.bits(&still, 1.0, &model), 0.0);
        refinement.coded(&frame(FrameKind::Idr, 0), 8.0);
        let intra = |step| model.predict(FrameKind::Idr, 200_000.0, step);
        let more = intra(5.0) - intra(8.0);
        assert!((refinement.bits(&still, 5.0, &model) - more).abs() < 1.0);
        for other in [1.0, 20.0] {
            assert!((refinement.step(&still, other, more, &model) - 5.0).abs() < 1e-3);
            assert_eq!(refinement.step(&still, other, -5.0, &model), f64::max(other, 8.0));
        }
        assert!(refinement.step(&still, 3.0, 1e9, &model) > 3.0, "fine enough");
        assert_eq!(refinement.bits(&still, 8.0, &model), 0.0);
        // Once it is finer, it stays so; what moves is another thing.
        refinement.coded(&still, 4.0);
        assert_eq!(refinement.bits(&still, 4.0, &model), 0.0);
        let moving = frame(FrameKind::P, 50_000);
        assert_eq!(
            (refinement.bits(&moving, 2.0, &model), refinement.step(&moving, 3.0, 9.0, &model)),
            (0.0, 3.0)
        );
        refinement.coded(&moving, 2.0);
        assert_eq!(refinement.bits(&still, 1.0, &model), 0.0);
    }
}
