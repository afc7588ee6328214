//! Temporal layers: frames of the base layer predict from the base layer only, and nothing predicts from the others.

use vitascope_core::Time;

/// Which frames make the base layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum BaseLayer {
    /// This part of the frames, 0 to 1, evenly spread.
    Fraction(f64),
    /// About so many frames per second, by their presentation times; above 0.
    FrameRate(f64),
}

/// Sorts frames into layers, in presentation order.
#[derive(Debug)]
pub(crate) struct LayerClock {
    base: Option<BaseLayer>,
    /// The last sync frame's time, and frames since.
    origin: Time,
    frames: u64,
    /// Frames since the last one of the base layer.
    others: u32,
    /// Steps of the base layer so far.
    steps: f64,
}

/// Most frames in a row outside the base layer: picture order counts must not wrap around meanwhile.
const MOST_OTHERS: u32 = 1000;
/// What rounding may take from a step.
const TOLERANCE: f64 = 1e-4;

impl LayerClock {
    pub(crate) fn new(base: Option<BaseLayer>) -> Self {
        Self { base, origin: Time::INVALID, frames: 0, others: 0, steps: 0.0 }
    }

    /// Whether the next frame belongs to the base layer; `required` says that it must.
    pub(crate) fn is_base(&mut self, is_sync: bool, required: bool, time: Time) -> bool {
        if is_sync {
            *self = Self { origin: time, ..Self::new(self.base) };
            return true;
        }
        self.frames += 1;
        let steps = match self.base {
            None => return true,
            Some(BaseLayer::Fraction(fraction)) => fraction * self.frames as f64,
            Some(BaseLayer::FrameRate(rate)) => rate * (time - self.origin).seconds(),
        };
        let steps = (steps + TOLERANCE).floor();
        let base = required || steps > self.steps || steps.is_nan() || self.others == MOST_OTHERS;
        self.others = if base { 0 } else { self.others + 1 };
        self.steps = steps.max(self.steps);
        base
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base_frames(base: BaseLayer, frame_rate: i32) -> Vec<i64> {
        let mut clock = LayerClock::new(Some(base));
        (0..13).filter(|&n| clock.is_base(n == 0, false, Time::new(n, frame_rate))).collect()
    }

    #[test]
    fn the_base_layer_is_spread_evenly() {
        assert_eq!(base_frames(BaseLayer::Fraction(0.5), 30), [0, 2, 4, 6, 8, 10, 12]);
        assert_eq!(base_frames(BaseLayer::Fraction(f64::from(1.0f32 / 3.0)), 30), [0, 3, 6, 9, 12]);
        assert_eq!(base_frames(BaseLayer::Fraction(0.75), 30), [0, 2, 3, 4, 6, 7, 8, 10, 11, 12]);
        assert_eq!(base_frames(BaseLayer::Fraction(1.0), 30).len(), 13);
        assert_eq!(base_frames(BaseLayer::Fraction(0.0), 30), [0]);
        assert_eq!(base_frames(BaseLayer::FrameRate(15.0), 30), [0, 2, 4, 6, 8, 10, 12]);
        assert_eq!(base_frames(BaseLayer::FrameRate(10.0), 30), [0, 3, 6, 9, 12]);
        assert_eq!(base_frames(BaseLayer::FrameRate(60.0), 30).len(), 13);
    }
}
