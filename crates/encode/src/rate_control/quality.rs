//! The constant-quality curve: how the step follows the complexity of the content.

use super::{RateConfig, RateFrame, step_of_qp};
use crate::frame::{FrameAhead, FrameKind};
use crate::math::pow;

/// Cost of a macroblock of average content, the complexity at which the rate factor is the QP.
pub(super) const TYPICAL_COST: f64 = 130.0;
/// How far importance lowers the QP of average content, for each unit of curve spread; the base is raised by
/// as much, so that a rate factor means about the same with and without.
const IMPORTANCE_LEVEL: f64 = 16.0;
/// Still pictures count as this part of typical complexity: finer steps would only refine noise.
pub(super) const LEAST_COMPLEXITY: f64 = 0.1;
/// Seconds a frame of average content is shown.
const TYPICAL_DURATION: f64 = 0.04;

/// Follows the complexity of the content: its costs per frame, blurred over the last few frames.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct QualityCurve {
    sum: f64,
    weight: f64,
}

impl QualityCurve {
    /// Takes in the next frame. Intra frames say nothing about how much changes from frame to frame, and B
    /// frames keep to the P frames around them.
    pub(super) fn observe(&mut self, frame: &RateFrame<'_>) {
        if frame.kind == FrameKind::P {
            self.add(frame.cost.inter as f64, frame.duration());
        }
    }

    /// Step for a rate factor.
    pub(super) fn step(&self, frame: &RateFrame<'_>, rate_factor: f64, config: &RateConfig) -> f64 {
        let mut level = rate_factor;
        if config.importance_propagation {
            level += IMPORTANCE_LEVEL * (1.0 - config.curve_compression);
        }
        step_of_qp(level) * self.shape(frame, config) / config.divisor(frame.kind)
    }

    /// Height of the curve at a frame that was observed, relative to typical content.
    ///
    /// Frames shown longer get finer steps. Without importance, which lowers the steps of lasting content,
    /// complex content gets coarser ones.
    pub(super) fn shape(&self, frame: &RateFrame<'_>, config: &RateConfig) -> f64 {
        let spread = 1.0 - config.curve_compression;
        if config.importance_propagation {
            return shown_shape(frame.duration(), spread);
        }
        let typical = f64::from(config.macroblocks) * TYPICAL_COST;
        let past = (self.weight > 0.0).then(|| self.sum / self.weight);
        let coming = if frame.kind.is_intra() { complexity_ahead(frame.ahead) } else { None };
        let complexity = match (past, coming) {
            (Some(past), Some(coming)) => 0.5 * (past + coming),
            (Some(known), None) | (None, Some(known)) => known,
            (None, None) => complexity(frame.cost.intra as f64 * 0.2, frame.duration()),
        };
        pow((complexity / typical).max(LEAST_COMPLEXITY), spread)
    }

    /// The same for a frame ahead, whose cost is taken in; call it for one frame after the other.
    pub(super) fn shape_ahead(&mut self, ahead: &FrameAhead, config: &RateConfig) -> f64 {
        let spread = 1.0 - config.curve_compression;
        let duration = ahead.duration_seconds.clamp(1e-4, 60.0);
        if config.importance_propagation {
            return shown_shape(duration, spread);
        }
        if ahead.kind == FrameKind::P {
            self.add(ahead.weighted_cost, duration);
        }
        let typical = f64::from(config.macroblocks) * TYPICAL_COST;
        let blurred = if self.weight > 0.0 { self.sum / self.weight } else { typical };
        pow((blurred / typical).max(LEAST_COMPLEXITY), spread)
    }

    fn add(&mut self, cost: f64, duration: f64) {
        self.sum = self.sum * 0.5 + complexity(cost, duration);
        self.weight = self.weight * 0.5 + 1.0;
    }
}

/// Change for the time a frame is shown, relative to the usual time.
fn complexity(cost: f64, duration: f64) -> f64 {
    cost * TYPICAL_DURATION / duration.clamp(0.01, 1.0)
}

pub(super) fn shown_shape(duration: f64, spread: f64) -> f64 {
    pow(TYPICAL_DURATION / duration.clamp(0.01, 1.0), spread)
}

/// Mean complexity of the nearest few predicted frames ahead.
fn complexity_ahead(ahead: &[FrameAhead]) -> Option<f64> {
    let nearest = ahead.iter().filter(|ahead| ahead.kind == FrameKind::P).take(6);
    let (sum, count) = nearest.fold((0.0, 0.0), |(sum, count), ahead| {
        (sum + complexity(ahead.weighted_cost, ahead.duration_seconds), count + 1.0)
    });
    (count > 0.0).then(|| sum / count)
}
