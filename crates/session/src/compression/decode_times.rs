//! Decode times that increase strictly and are never later than the presentation time.

use std::collections::VecDeque;

use vitascope_core::{RoundingMethod, Time};

/// Makes decode times for pictures in decode order.
///
/// With nothing reordered a picture's decode time is its presentation time. With a reorder depth of d, the n-th picture out gets
/// the presentation time of the frame that came in d places earlier: at most d pictures precede a picture that they follow on
/// the screen, so that time is not later than the picture's own. The first d pictures have no such frame; theirs continue
/// backwards from the first presentation time in steps of the spacing of the first frames.
#[derive(Debug)]
pub(crate) struct DecodeTimes {
    depth: usize,
    frame_rate: Option<f64>,
    first: Option<Time>,
    second: Option<Time>,
    step: Option<Time>,
    emitted: usize,
    /// Presentation times of frames taken, in order, that no picture has had for a decode time yet.
    waiting: VecDeque<Time>,
}

impl DecodeTimes {
    /// For an encoder with this reorder depth and the frame rate to expect, if that is known.
    pub(crate) fn new(depth: usize, frame_rate: Option<f64>) -> Self {
        DecodeTimes {
            depth,
            frame_rate,
            first: None,
            second: None,
            step: None,
            emitted: 0,
            waiting: VecDeque::new(),
        }
    }

    /// A frame was taken. Times come in increasing order.
    pub(crate) fn taken(&mut self, presentation_time: Time) {
        match (self.first, self.second) {
            (None, _) => self.first = Some(presentation_time),
            (Some(_), None) => self.second = Some(presentation_time),
            _ => {}
        }
        if self.depth > 0 {
            self.waiting.push_back(presentation_time);
        }
    }

    /// A frame that was taken will have no picture.
    pub(crate) fn lost(&mut self, presentation_time: Time) {
        if let Some(place) = self.waiting.iter().position(|time| *time == presentation_time) {
            self.waiting.remove(place);
        }
    }

    /// The decode time of the next picture out.
    pub(crate) fn next(&mut self, presentation_time: Time, duration: Time) -> Time {
        if self.depth == 0 {
            return presentation_time;
        }
        let ahead = self.depth.saturating_sub(self.emitted);
        self.emitted += 1;
        if ahead == 0 {
            return self.waiting.pop_front().unwrap_or(presentation_time);
        }
        let first = self.first.unwrap_or(presentation_time);
        let (second, frame_rate) = (self.second, self.frame_rate);
        let step = *self.step.get_or_insert_with(|| spacing(first, second, duration, frame_rate));
        first - step.multiply(ahead as i32)
    }
}

/// The time between the first frames in the first one's timescale, at least one unit of it.
fn spacing(first: Time, second: Option<Time>, duration: Time, frame_rate: Option<f64>) -> Time {
    let unit = Time::new(1, first.timescale);
    let between = match (second, frame_rate) {
        (Some(second), _) => second - first,
        (None, _) if duration.is_numeric() && duration > Time::ZERO => duration,
        (None, Some(rate)) if rate > 0.0 => Time::from_seconds(1.0 / rate, first.timescale),
        (None, _) => unit,
    };
    let mut step = between.convert_scale(first.timescale, RoundingMethod::RoundHalfAwayFromZero);
    if !step.is_numeric() || step < unit {
        step = unit;
    }
    // Whether the spacing was rounded is no news about the decode time, which is ours to choose; nor has a duration an epoch.
    Time::new(step.value, step.timescale)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds all frames, then takes pictures out in `order` (indices into `times`).
    fn check(depth: usize, times: &[i64], order: &[usize], expected: &[i64]) {
        let mut decode = DecodeTimes::new(depth, None);
        for time in times {
            decode.taken(Time::new(*time, 600));
        }
        let got: Vec<Time> =
            order.iter().map(|index| decode.next(Time::new(times[*index], 600), Time::INVALID)).collect();
        assert_eq!(got.iter().map(|time| time.value).collect::<Vec<_>>(), expected, "depth {depth}");
        assert!(got.iter().all(|time| time.timescale == 600));
        assert!(got.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(got.iter().zip(order).all(|(decode, index)| decode.value <= times[*index]));
    }

    #[test]
    fn nothing_reordered() {
        check(0, &[0, 20, 45], &[0, 1, 2], &[0, 20, 45]);
    }

    #[test]
    fn one_frame_reordered() {
        check(1, &[0, 20, 40, 60], &[0, 2, 1, 3], &[-20, 0, 20, 40]);
    }

    #[test]
    fn pyramid_with_uneven_spacing() {
        check(2, &[100, 110, 150, 151, 190], &[0, 4, 2, 1, 3], &[80, 90, 100, 110, 150]);
    }

    #[test]
    fn lost_frames_leave_no_gap() {
        let mut decode = DecodeTimes::new(1, None);
        for value in [0, 1, 2, 3] {
            decode.taken(Time::new(value, 30));
        }
        decode.lost(Time::new(1, 30));
        let times: Vec<i64> =
            [0, 3, 2].iter().map(|value| decode.next(Time::new(*value, 30), Time::INVALID).value).collect();
        assert_eq!(times, [-1, 0, 2]);
    }

    #[test]
    fn a_single_frame_uses_duration_then_rate_then_one_unit() {
        for (duration, rate, expected) in
            [(Time::new(20, 600), None, -20), (Time::INVALID, Some(30.0), -20), (Time::INVALID, None, -1)]
        {
            let mut decode = DecodeTimes::new(1, rate);
            decode.taken(Time::new(0, 600));
            assert_eq!(decode.next(Time::new(0, 600), duration).value, expected);
        }
    }
}
