//! When pictures are decoded: the times of frames in the order they came, later by the reorder depth.

use std::collections::VecDeque;

use vitascope_core::Time;

/// Decode times for pictures in coding order, in ticks.
///
/// The n-th picture is decoded when the frame that came in `depth` places before it is shown; the first pictures
/// continue backwards. So decode times rise with every picture and are never later than the time it is shown.
#[derive(Debug)]
pub(crate) struct DecodeClock {
    /// Seconds of a tick.
    tick: f64,
    depth: usize,
    /// Ticks of a frame where times do not say.
    spacing: i64,
    first: Time,
    /// Ticks at which frames are shown, from number `number` on.
    shown: VecDeque<i64>,
    number: u64,
    /// Ticks between the first two frames.
    step: Option<i64>,
    started: u64,
}

/// Times of one picture, in ticks from the first frame's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PictureTimes {
    pub(crate) decode: i64,
    pub(crate) shown: i64,
    /// When the next picture is decoded, as far as known.
    pub(crate) next_decode: i64,
}

impl DecodeClock {
    pub(crate) fn new(tick: f64, frame_rate: f64, depth: usize) -> Self {
        let spacing = (1.0 / (frame_rate * tick)).round().max(1.0) as i64;
        Self {
            tick,
            depth,
            spacing,
            first: Time::INVALID,
            shown: VecDeque::new(),
            number: 0,
            step: None,
            started: 0,
        }
    }

    pub(crate) fn seconds(&self, ticks: i64) -> f64 {
        ticks as f64 * self.tick
    }

    /// A frame came in.
    pub(crate) fn submitted(&mut self, time: Time) {
        if !self.first.is_numeric() {
            self.first = time;
        }
        let elapsed = time - self.first;
        let elapsed_ticks = (elapsed.seconds() / self.tick).round().clamp(-FARTHEST, FARTHEST);
        let at = if elapsed.is_numeric() { elapsed_ticks as i64 } else { 0 };
        let ticks = match self.shown.back() {
            // A time that does not rise is none.
            Some(&last) if !elapsed.is_numeric() => last.saturating_add(self.spacing),
            Some(&last) => at.max(last + 1),
            None if self.started == 0 && self.number == 0 => 0,
            None => at,
        };
        if self.step.is_none() && self.number == 0 && self.shown.len() == 1 {
            self.step = Some(ticks - self.shown[0]);
        }
        self.shown.push_back(ticks);
    }

    /// The next picture in coding order is started; it is frame `display_index`, which lasts so many seconds.
    pub(crate) fn start(&mut self, display_index: u64, duration_seconds: f64) -> PictureTimes {
        let n = self.started;
        self.started += 1;
        let shown = self.at(display_index as i64);
        let depth = self.depth as i64;
        let decode = self.at(n as i64 - depth);
        let following = n as i64 + 1 - depth;
        let next_decode = if following < (self.number + self.shown.len() as u64) as i64 {
            self.at(following)
        } else {
            decode + ((duration_seconds / self.tick).round() as i64).max(1)
        };
        while self.number as i64 + 1 < following.min(n as i64 - KEPT) {
            self.shown.pop_front();
            self.number += 1;
        }
        PictureTimes { decode, shown: shown.max(decode), next_decode: next_decode.max(decode + 1) }
    }

    /// When a frame is shown; frames before the first continue backwards.
    fn at(&self, index: i64) -> i64 {
        match usize::try_from(index - self.number as i64) {
            Ok(place) => self.shown.get(place).or(self.shown.back()).copied().unwrap_or(0),
            Err(_) => self.shown.front().copied().unwrap_or(0) + index * self.step.unwrap_or(self.spacing),
        }
    }
}

/// Ticks between the first frame and any other, decades of the finest ones, so that sums stay within 64 bits.
const FARTHEST: f64 = (1u64 << 60) as f64;
/// Frames kept behind the one that is coded, more than any reordering spans.
const KEPT: i64 = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decode_times_rise_and_come_before_the_picture_is_shown() {
        for (depth, order) in [(0, [0u64, 1, 2, 3, 4]), (1, [0, 2, 1, 4, 3])] {
            let mut clock = DecodeClock::new(0.02, 25.0, depth);
            (0..5).for_each(|n| clock.submitted(Time::new(1000 + n, 25)));
            let times: Vec<PictureTimes> = order.iter().map(|&i| clock.start(i, 0.04)).collect();
            let first = -2 * depth as i64;
            for (n, (time, &index)) in times.iter().zip(&order).enumerate() {
                assert_eq!(time.decode, first + 2 * n as i64);
                assert_eq!(time.shown, 2 * index as i64);
                assert_eq!(time.next_decode, time.decode + 2);
                assert!(time.shown >= time.decode);
            }
        }
    }

    #[test]
    fn odd_times_still_rise() {
        let mut clock = DecodeClock::new(0.02, 25.0, 0);
        for time in [Time::new(0, 25), Time::new(1, 1000), Time::INVALID, Time::new(9, 25), Time::new(3, 25)]
        {
            clock.submitted(time);
        }
        let decoded: Vec<i64> = (0..5).map(|i| clock.start(i, 0.04).decode).collect();
        assert_eq!(decoded, [0, 1, 3, 18, 19]);
        // The ends of time.
        let mut clock = DecodeClock::new(1e-7, 25.0, 0);
        for time in
            [Time::new(i64::MIN, 1), Time::new(0, 25), Time::new(i64::MAX - 1, 25), Time::new(i64::MAX, 1)]
        {
            clock.submitted(time);
        }
        let decoded: Vec<i64> = (0..4).map(|i| clock.start(i, 0.04).decode).collect();
        assert!(decoded.is_sorted_by(|a, b| a < b), "{decoded:?}");
    }

    #[test]
    fn many_frames_leave_no_trace() {
        let mut clock = DecodeClock::new(0.02, 25.0, 0);
        for i in 0..500 {
            clock.submitted(Time::new(i, 25));
            assert_eq!(clock.start(i as u64, 0.04).decode, 2 * i);
        }
        assert!(clock.shown.len() < 30);
    }
}
