//! The constant-quality curve: how the step follows the complexity of the content.

use super::{INTRA_FACTOR, RateConfig, RateFrame, kind_divisor, step_of_qp};
use crate::frame::FrameKind;
use crate::math::pow;

/// Costs of a macroblock of average content, the complexity at which the rate factor is the QP.
const TYPICAL_COST: f64 = 80.0;
/// Seconds a frame of average content is shown.
const TYPICAL_DURATION: f64 = 0.04;

/// Follows the complexity of the content: its costs per frame, blurred over the last few frames.
#[derive(Debug, Default)]
pub(super) struct QualityCurve {
    sum: f64,
    weight: f64,
    /// Step of the P frames so far.
    last_step: Option<f64>,
}

impl QualityCurve {
    /// Takes in the next frame. Intra frames say nothing about how much changes from frame to frame.
    pub(super) fn observe(&mut self, frame: &RateFrame<'_>) {
        if !frame.kind.is_intra() {
            self.sum = self.sum * 0.5 + complexity(frame.cost.inter as f64, frame.duration());
            self.weight = self.weight * 0.5 + 1.0;
        }
    }

    /// Step for a rate factor.
    pub(super) fn step(&mut self, frame: &RateFrame<'_>, rate_factor: f64, config: &RateConfig) -> f64 {
        let spread = 1.0 - config.curve_compression;
        if config.importance_propagation {
            let shown = TYPICAL_DURATION / frame.duration().clamp(0.01, 1.0);
            let base = step_of_qp(rate_factor + 13.5 * spread) * pow(shown, spread);
            return base / kind_divisor(frame.kind);
        }
        if frame.kind.is_intra()
            && let Some(last) = self.last_step
        {
            return last / INTRA_FACTOR;
        }
        let typical = f64::from(config.macroblocks) * TYPICAL_COST;
        let base = step_of_qp(rate_factor) * pow(self.complexity_at(frame) / typical, spread);
        if frame.kind == FrameKind::P {
            self.last_step = Some(base);
        }
        base / kind_divisor(frame.kind)
    }

    /// Blurred complexity at a frame; before the first P frame that of the frames ahead, or else a guess.
    pub(super) fn complexity_at(&self, frame: &RateFrame<'_>) -> f64 {
        if self.weight > 0.0 {
            return (self.sum / self.weight).max(1.0);
        }
        let ahead = frame.ahead.iter().filter(|ahead| !ahead.kind.is_intra()).take(8);
        let (sum, count) = ahead.fold((0.0, 0.0), |(sum, count), ahead| {
            (sum + complexity(ahead.weighted_cost, ahead.duration_seconds), count + 1.0)
        });
        if count > 0.0 { (sum / count).max(1.0) } else { (frame.cost.intra as f64 * 0.3).max(1.0) }
    }
}

/// Change for the time a frame is shown, relative to the usual time.
fn complexity(cost: f64, duration: f64) -> f64 {
    cost * TYPICAL_DURATION / duration.clamp(0.01, 1.0)
}
