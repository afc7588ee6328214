//! Where sync frames must stand.

use vitascope_core::Time;

/// Limits of the distance between sync frames.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyFrameLimits {
    /// A sync frame at least every so many frames; 0 and 1 make every frame one, `u32::MAX` sets no limit.
    pub max_interval: u32,
    /// From one sync frame to the next no more presentation time than this may pass, where the spacing of the
    /// frames allows that: a frame is a sync frame if the one after it would come too late.
    pub max_duration: Option<Time>,
}

impl Default for KeyFrameLimits {
    fn default() -> Self {
        Self { max_interval: 250, max_duration: None }
    }
}

/// Follows the stream's sync frames in presentation order.
#[derive(Debug)]
pub(crate) struct KeyFrameClock {
    /// Number and time of the last sync frame.
    last: Option<(u64, Time)>,
}

impl KeyFrameClock {
    pub(crate) fn new() -> Self {
        Self { last: None }
    }

    /// Whether this frame must be a sync frame; `next` is the time of the frame after it, as far as known.
    pub(crate) fn is_due(&self, index: u64, time: Time, next: Time, limits: &KeyFrameLimits) -> bool {
        let Some((last_index, last_time)) = self.last else { return true };
        let by_count =
            limits.max_interval != u32::MAX && index - last_index >= u64::from(limits.max_interval);
        by_count
            || limits
                .max_duration
                .is_some_and(|limit| [time, next].iter().any(|&to| exceeds(last_time, to, limit)))
    }

    /// Frames since the last sync frame.
    pub(crate) fn distance(&self, index: u64) -> u64 {
        self.last.map_or(u64::MAX, |(last, _)| index - last)
    }

    pub(crate) fn restart(&mut self, index: u64, time: Time) {
        self.last = Some((index, time));
    }
}

/// Whether `to - from > span`, exactly. Times that are not numbers never exceed a span.
fn exceeds(from: Time, to: Time, span: Time) -> bool {
    if ![from, to, span].iter().all(|time| time.is_numeric() && time.timescale > 0) {
        return false;
    }
    if from.epoch != to.epoch {
        return false;
    }
    let scale = |time: Time| i128::from(time.timescale);
    // (to/b - from/a) > span/c, multiplied by abc: 63 bits of value and 31 of each scale stay below 127.
    let left = i128::from(to.value) * scale(from) - i128::from(from.value) * scale(to);
    left * scale(span) > i128::from(span.value) * scale(from) * scale(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_exact() {
        let ntsc = |frame: i64| Time::new(frame * 1001, 30_000);
        let second = Time::new(1, 1);
        // 30 frames of 30000/1001 last a little longer than a second, 29 do not.
        assert!(!exceeds(ntsc(0), ntsc(29), second));
        assert!(exceeds(ntsc(0), ntsc(30), second));
        assert!(exceeds(ntsc(7), ntsc(37), Time::new(30_029, 30_000)));
        assert!(!exceeds(ntsc(7), ntsc(37), Time::new(30_030, 30_000)));
        assert!(!exceeds(Time::new(1, 3), Time::new(4, 3), Time::new(600, 600)));
        let far = Time::new(i64::MAX, i32::MAX);
        assert!(!exceeds(far, far, Time::new(1, i32::MAX)));
        assert!(exceeds(Time::new(i64::MIN + 1, i32::MAX - 1), far, Time::new(i64::MAX, i32::MAX)));
        assert!(!exceeds(Time::INVALID, ntsc(5), second));
        assert!(!exceeds(ntsc(0), ntsc(5), Time::POSITIVE_INFINITY));
    }

    #[test]
    fn count_restarts_at_each_sync_frame() {
        let limits = KeyFrameLimits { max_interval: 3, max_duration: None };
        let mut clock = KeyFrameClock::new();
        assert!(clock.is_due(0, Time::INVALID, Time::INVALID, &limits));
        clock.restart(0, Time::INVALID);
        assert!(
            !clock.is_due(2, Time::INVALID, Time::INVALID, &limits)
                && clock.is_due(3, Time::INVALID, Time::INVALID, &limits)
        );
        clock.restart(2, Time::INVALID);
        assert!(
            !clock.is_due(4, Time::INVALID, Time::INVALID, &limits)
                && clock.is_due(5, Time::INVALID, Time::INVALID, &limits)
        );
        let half = KeyFrameLimits { max_interval: u32::MAX, max_duration: Some(Time::new(1, 2)) };
        clock.restart(0, Time::new(0, 25));
        let due = |frame: u64| {
            let at = |frame: u64| Time::new(frame as i64, 25);
            clock.is_due(frame, at(frame), at(frame + 1), &half)
        };
        assert!(!due(11) && due(12) && due(13));
        let none = KeyFrameLimits { max_interval: u32::MAX, max_duration: None };
        assert!(!clock.is_due(u64::from(u32::MAX) + 10, Time::INVALID, Time::INVALID, &none));
    }
}
