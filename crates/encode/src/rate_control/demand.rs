//! What frames ask for, as a function of the height of the curve.

use super::size_model::{SizeModel, intra_divisor};
use crate::frame::FrameKind;

/// Costs of a stretch of frames, brought to one height of the curve.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Demand {
    /// Weighted costs of intra, P and B frames, each over its own part of the step.
    intra: f64,
    predicted: f64,
    bidirectional: f64,
    frames: f64,
    pub(super) seconds: f64,
}

impl Demand {
    /// Adds a frame whose step is the height of the curve times `part`.
    pub(super) fn add(&mut self, kind: FrameKind, cost: f64, part: f64, seconds: f64) {
        match kind {
            FrameKind::Idr | FrameKind::I => self.intra += cost / intra_divisor(part),
            FrameKind::P => self.predicted += cost / part,
            FrameKind::ReferenceB | FrameKind::B => self.bidirectional += cost / part,
        }
        self.frames += 1.0;
        self.seconds += seconds;
    }

    /// Adds `weight` times another stretch.
    pub(super) fn add_scaled(&mut self, other: &Self, weight: f64) {
        self.intra += other.intra * weight;
        self.predicted += other.predicted * weight;
        self.bidirectional += other.bidirectional * weight;
        self.frames += other.frames * weight;
        self.seconds += other.seconds * weight;
    }

    pub(super) fn scale(&mut self, factor: f64) {
        let whole = *self;
        *self = Self::default();
        self.add_scaled(&whole, factor);
    }

    /// Bits at a height of the curve.
    pub(super) fn bits(&self, height: f64, model: &SizeModel) -> f64 {
        let mut bits = self.frames * model.overhead();
        bits += model.effort(FrameKind::P, self.predicted) / height;
        bits += model.effort(FrameKind::B, self.bidirectional) / height;
        if self.intra > 0.0 {
            bits += model.effort(FrameKind::Idr, self.intra) / intra_divisor(height);
        }
        bits
    }

    /// The height at which this many bits are used, within the given heights.
    pub(super) fn height(&self, bits: f64, model: &SizeModel, (mut low, mut high): (f64, f64)) -> f64 {
        let fixed = self.frames * model.overhead();
        if self.intra <= 0.0 {
            let effort =
                model.effort(FrameKind::P, self.predicted) + model.effort(FrameKind::B, self.bidirectional);
            return (effort / (bits - fixed).max(1e-3)).clamp(low, high);
        }
        // Both parts fall with the height: halve the interval on a scale of ratios.
        for _ in 0..24 {
            let middle = (low * high).sqrt();
            if self.bits(middle, model) > bits {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }
}
