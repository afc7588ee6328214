//! Telling a new scene from a difficult frame.

use crate::frame::FrameCost;
use crate::key_frames::KeyFrameLimits;

/// How much cheaper than intra coding a frame must be, at the largest distance from the last sync frame, not
/// to count as a cut. Near the last sync frame, where another one is dear, far less is asked for.
const LARGEST_BIAS: f64 = 0.40;
const SMALLEST_BIAS: f64 = 0.10;

/// Distances that matter to the decision, in frames.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CutDistances {
    /// A cut nearer than this to the last sync frame becomes a plain intra picture.
    pub(crate) minimum: u64,
    maximum: u64,
}

impl CutDistances {
    pub(crate) fn new(limits: &KeyFrameLimits, frame_rate: f64) -> Self {
        let maximum = u64::from(limits.max_interval).min(250.max(frame_rate as u64 * 8));
        let rate = (frame_rate as u64).clamp(1, 250);
        Self { minimum: (maximum / 10).min(rate).max(1), maximum: maximum.max(2) }
    }

    /// Whether a frame with these costs, so many frames after the last sync frame, begins a new scene.
    pub(crate) fn is_cut(&self, cost: &FrameCost, distance: u64) -> bool {
        let bias = if distance <= self.minimum / 4 {
            SMALLEST_BIAS / 4.0
        } else if distance <= self.minimum {
            SMALLEST_BIAS * distance as f64 / self.minimum as f64
        } else {
            let span = (self.maximum - self.minimum).max(1) as f64;
            let part = ((distance - self.minimum) as f64 / span).min(1.0);
            SMALLEST_BIAS + (LARGEST_BIAS - SMALLEST_BIAS) * part
        };
        cost.inter as f64 >= (1.0 - bias) * cost.intra as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(inter: u64) -> FrameCost {
        FrameCost { intra: 1000, inter, ..FrameCost::default() }
    }

    #[test]
    fn willingness_grows_with_distance() {
        let distances = CutDistances::new(&KeyFrameLimits::default(), 30.0);
        assert_eq!(distances.minimum, 25);
        assert!(distances.is_cut(&cost(990), 1));
        assert!(!distances.is_cut(&cost(950), 1));
        assert!(distances.is_cut(&cost(950), 25));
        assert!(!distances.is_cut(&cost(700), 25));
        assert!(distances.is_cut(&cost(700), 249));
        assert!(!distances.is_cut(&cost(500), 249));
    }

    #[test]
    fn short_intervals_are_well_formed() {
        for max_interval in [0, 1, 2, 9, u32::MAX] {
            let distances = CutDistances::new(&KeyFrameLimits { max_interval, max_duration: None }, 0.5);
            assert!(distances.minimum >= 1);
            assert!(distances.is_cut(&cost(1000), 1) && !distances.is_cut(&cost(100), u64::MAX));
        }
    }
}
