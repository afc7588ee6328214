//! Frames that arrive by the wall clock while the encoder is behind.

use std::time::{Duration, Instant};

use vitascope_core::Time;

use crate::frame::FrameOptions;

/// Tells callers that the wall clock paces from callers that give frames as fast as they can, and keeps what a
/// dropped frame asked for.
#[derive(Debug, Default)]
pub(super) struct RealTime {
    /// When the last call ended, and the presentation time of its frame.
    last: Option<(Instant, Time)>,
    /// Wishes of dropped frames for the next frame that is coded.
    wishes: FrameOptions,
}

impl RealTime {
    /// Whether a frame comes by the clock: the caller let at least half the time to this frame go by since the last
    /// call ended. One that was held back there, and gives frames as soon as it may, can be held back again.
    pub(super) fn is_paced(&self, now: Instant, presentation_time: Time) -> bool {
        self.last.is_some_and(|(end, previous)| {
            let spacing = (presentation_time - previous).seconds();
            let spacing = Duration::try_from_secs_f64(spacing).unwrap_or(Duration::MAX);
            now.duration_since(end) >= spacing / 2
        })
    }

    /// A call for a frame ends.
    pub(super) fn returns(&mut self, now: Instant, presentation_time: Time) {
        self.last = Some((now, presentation_time));
    }

    /// A frame is dropped: what it asked for is left to the next one.
    pub(super) fn keep(&mut self, wishes: &FrameOptions) {
        let kept = &mut self.wishes;
        kept.force_key_frame |= wishes.force_key_frame;
        kept.force_ltr_refresh |= wishes.force_ltr_refresh;
        kept.acknowledged_ltr_tokens.extend(&wishes.acknowledged_ltr_tokens);
    }

    /// A frame's own wishes and those of dropped frames before it.
    pub(super) fn wishes(&mut self, own: &FrameOptions) -> FrameOptions {
        let kept = std::mem::take(&mut self.wishes);
        let mut wishes = own.clone();
        wishes.force_key_frame |= kept.force_key_frame;
        wishes.force_ltr_refresh |= kept.force_ltr_refresh;
        wishes.acknowledged_ltr_tokens.splice(0..0, kept.acknowledged_ltr_tokens);
        wishes
    }
}
