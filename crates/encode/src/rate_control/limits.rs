//! Limits that sizes must keep, whatever the aim: bits in a window of time, and a decoder's buffer.

use std::collections::VecDeque;

use crate::error::Error;
use crate::frame::FrameKind;

/// Most bits of the frames decoded within any stretch of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowLimit {
    /// Bits in the window, 1 to 1e15.
    pub bits: f64,
    /// Length of the window, 0.001 to 3600 seconds; it holds its beginning and not its end.
    pub seconds: f64,
}

/// A buffer that fills at a constant rate until it is full, and from which each frame is taken at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BufferLimit {
    /// Bits per second that come in, 1 to 1e12.
    pub rate: f64,
    /// Bits it holds, 1 to 1e15.
    pub size: f64,
    /// Bits in it when the first frame is taken out, at most `size`.
    pub initial: f64,
    /// A frame that is predicted to fit several times over need not be held to it.
    pub is_lenient: bool,
}

/// What sizes must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SizeLimits {
    /// Up to two windows.
    pub windows: [Option<WindowLimit>; 2],
    /// The decoder's buffer, which no frame may empty.
    pub buffer: Option<BufferLimit>,
    /// Before the first frame the windows count as used at their even rate rather than as empty: another stream
    /// comes before this one.
    pub continues: bool,
}

/// Bits below which no frame can be kept, with everything around it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LeastBits {
    /// Of an intra frame.
    pub intra: f64,
    /// Of any other frame.
    pub predicted: f64,
}

impl LeastBits {
    pub(super) fn of(&self, kind: FrameKind) -> f64 {
        if kind.is_intra() { self.intra } else { self.predicted }
    }
}

impl SizeLimits {
    /// Whether there is nothing to keep to.
    pub fn is_empty(&self) -> bool {
        self.windows == [None; 2] && self.buffer.is_none()
    }

    /// Whether a frame that fits several times over need not be held to them.
    pub(super) fn are_lenient(&self) -> bool {
        self.windows == [None; 2] && self.buffer.is_some_and(|buffer| buffer.is_lenient)
    }

    /// Most bits that all limits let pass at once.
    pub(super) fn smallest(&self) -> f64 {
        let windows = self.windows.iter().flatten().map(|window| window.bits);
        windows.chain(self.buffer.map(|buffer| buffer.size)).fold(f64::INFINITY, f64::min)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        for window in self.windows.iter().flatten() {
            Error::check("bits of a window", window.bits, 1.0, 1e15)?;
            Error::check("seconds of a window", window.seconds, 1e-3, 3600.0)?;
        }
        if let Some(buffer) = self.buffer {
            Error::check("buffer rate", buffer.rate, 1.0, 1e12)?;
            Error::check("buffer size", buffer.size, 1.0, 1e15)?;
            Error::check("initial buffer fullness", buffer.initial, 0.0, buffer.size)?;
        }
        Ok(())
    }
}

/// A frame as the limits see it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    /// Seconds of decode time.
    pub(super) time: f64,
    pub(super) bits: f64,
}

/// Times closer than this are the same: they come from ticks and pass through floating point.
const SAME_TIME: f64 = 1e-6;
/// Bits that rounding in the buffer's own units may cost, over and above those of a tick of 90 kHz.
const ROUNDING: f64 = 16.0;

/// Keeps account of what the limits leave.
#[derive(Debug)]
pub(super) struct Guard {
    limits: SizeLimits,
    /// Frames whose size is known, as far back as a window reaches.
    past: VecDeque<Slot>,
    /// Bits in the buffer after the last known frame was taken out, and when that was.
    level: Option<(f64, f64)>,
}

impl Guard {
    pub(super) fn new(limits: SizeLimits) -> Self {
        Self { limits, past: VecDeque::new(), level: None }
    }

    pub(super) fn limits(&self) -> &SizeLimits {
        &self.limits
    }

    /// Changes the windows; the buffer, which the stream announces, stays. What was spent before counts on, but
    /// as no more than the new windows allow.
    pub(super) fn set_windows(&mut self, windows: [Option<WindowLimit>; 2]) {
        if windows == self.limits.windows {
            return;
        }
        self.limits.windows = windows;
        let Some(now) = self.past.back().map(|slot| slot.time) else { return };
        for window in windows.iter().flatten() {
            let inside = |slot: &&mut Slot| slot.time > now - window.seconds + SAME_TIME;
            let sum: f64 = self.past.iter_mut().filter(inside).map(|slot| slot.bits).sum();
            let scale = (window.bits / sum.max(1.0)).min(1.0);
            self.past.iter_mut().for_each(|slot| slot.bits *= scale);
        }
    }

    /// Takes in a frame whose size is known; they come in decode order.
    pub(super) fn known(&mut self, slot: Slot) {
        if self.past.is_empty() && self.limits.continues && self.level.is_none() {
            self.fill_past(slot.time);
        }
        if let Some(buffer) = self.limits.buffer {
            let level = self.arrived(buffer, self.level, slot.time);
            self.level = Some((level - slot.bits, slot.time));
        }
        self.past.push_back(slot);
        let longest = self.limits.windows.iter().flatten().map(|window| window.seconds);
        let longest = longest.fold(KEPT_SECONDS, f64::max);
        while self.past.front().is_some_and(|first| first.time < slot.time - longest - 1.0) {
            self.past.pop_front();
        }
    }

    /// Most bits that a frame at `time` may take, if those after the known ones and before it take what
    /// `in_flight` says, and so that each of `later` finds room for its own bits.
    pub(super) fn allowance(&self, time: f64, in_flight: &[Slot], later: &[Slot]) -> f64 {
        let mut allowed = f64::INFINITY;
        for window in self.limits.windows.iter().flatten() {
            allowed = allowed.min(self.window_allowance(*window, time, in_flight, later));
        }
        if let Some(buffer) = self.limits.buffer {
            let mut state = self.level;
            for slot in in_flight {
                state = Some((self.arrived(buffer, state, slot.time) - slot.bits, slot.time));
            }
            let level = self.arrived(buffer, state, time) - ROUNDING - 2.0 * buffer.rate / 90_000.0;
            allowed = allowed.min(level);
            let mut reserved = 0.0;
            for slot in later {
                reserved += slot.bits;
                allowed = allowed.min(level + buffer.rate * (slot.time - time) - reserved);
            }
        }
        allowed
    }

    fn window_allowance(&self, window: WindowLimit, time: f64, in_flight: &[Slot], later: &[Slot]) -> f64 {
        let assumed = self.assumed_before(window, time, in_flight);
        let before: Vec<Slot> = self
            .past
            .iter()
            .chain(in_flight)
            .copied()
            .filter(|slot| slot.time > time - window.seconds + SAME_TIME)
            .collect();
        let mut spent: f64 = before.iter().map(|slot| slot.bits).sum();
        let mut allowed = window.bits - spent - assumed;
        let mut first = 0;
        for slot in later.iter().take_while(|slot| slot.time < time + window.seconds - SAME_TIME) {
            spent += slot.bits;
            while first < before.len() && before[first].time <= slot.time - window.seconds + SAME_TIME {
                spent -= before[first].bits;
                first += 1;
            }
            allowed = allowed.min(window.bits - spent);
        }
        allowed
    }

    /// Bits that the stream before this one is taken to have put into a window that ends at `time`, where no
    /// frame is known yet.
    fn assumed_before(&self, window: WindowLimit, time: f64, in_flight: &[Slot]) -> f64 {
        let none_known = self.limits.continues && self.past.is_empty();
        let first = in_flight.first().map_or(time, |slot| slot.time);
        if none_known { even_part(window) * (1.0 - (time - first) / window.seconds).max(0.0) } else { 0.0 }
    }

    /// Fills the windows before the first frame.
    fn fill_past(&mut self, first: f64) {
        let Some(window) =
            self.limits.windows.iter().flatten().max_by(|a, b| a.seconds.total_cmp(&b.seconds))
        else {
            return;
        };
        let step = window.seconds / PAST_SLOTS as f64;
        let bits = self.limits.windows.iter().flatten().map(|w| even_part(*w) / w.seconds);
        let bits = bits.fold(f64::INFINITY, f64::min) * step;
        let slots = (1..=PAST_SLOTS).rev().map(|i| Slot { time: first - i as f64 * step, bits });
        self.past.extend(slots);
    }

    /// Bits in the buffer at `time`, before a frame is taken out.
    fn arrived(&self, buffer: BufferLimit, state: Option<(f64, f64)>, time: f64) -> f64 {
        match state {
            None => buffer.initial,
            Some((level, at)) => (level + buffer.rate * (time - at).max(0.0)).min(buffer.size),
        }
    }
}

/// Seconds of known sizes that are kept where no window asks for more, for one that may be set later.
const KEPT_SECONDS: f64 = 10.0;
/// Steps in which the time before a stream that continues another one is taken to be used.
const PAST_SLOTS: usize = 100;

/// Bits that another stream's end is taken to have used of a window that lies before this stream.
fn even_part(window: WindowLimit) -> f64 {
    0.9 * window.bits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(bits: &[f64]) -> Vec<Slot> {
        bits.iter().enumerate().map(|(i, &bits)| Slot { time: i as f64 * 0.04, bits }).collect()
    }

    fn windows(bits: f64, seconds: f64) -> SizeLimits {
        SizeLimits { windows: [Some(WindowLimit { bits, seconds }), None], ..SizeLimits::default() }
    }

    #[test]
    fn a_window_holds_its_beginning_and_not_its_end() {
        let mut guard = Guard::new(windows(1000.0, 0.12));
        slots(&[500.0, 100.0, 100.0]).into_iter().for_each(|slot| guard.known(slot));
        // The frame at 0 is a whole window before that at 0.12.
        assert_eq!(guard.allowance(0.12, &[], &[]), 800.0);
        assert_eq!(guard.allowance(0.11, &[], &[]), 300.0);
        // Frames in flight count, and room is kept for later ones.
        let flying = [Slot { time: 0.12, bits: 50.0 }];
        let later = [Slot { time: 0.2, bits: 600.0 }];
        assert_eq!(guard.allowance(0.16, &flying, &[]), 850.0);
        assert_eq!(guard.allowance(0.16, &flying, &later), 350.0);
        assert_eq!(guard.allowance(0.16, &flying, &[Slot { time: 0.28, bits: 600.0 }]), 850.0);
    }

    #[test]
    fn a_buffer_fills_up_and_no_further() {
        let buffer = BufferLimit { rate: 10_000.0, size: 1000.0, initial: 900.0, is_lenient: false };
        let mut guard = Guard::new(SizeLimits { buffer: Some(buffer), ..SizeLimits::default() });
        let near = |a: f64, b: f64| assert!((a - b).abs() < 20.0, "{a} is not about {b}");
        near(guard.allowance(0.0, &[], &[]), 900.0);
        guard.known(Slot { time: 0.0, bits: 800.0 });
        near(guard.allowance(0.04, &[], &[]), 500.0);
        near(guard.allowance(0.2, &[], &[]), 1000.0);
        near(guard.allowance(0.04, &[], &[Slot { time: 0.08, bits: 700.0 }]), 200.0);
        near(guard.allowance(0.08, &[Slot { time: 0.04, bits: 100.0 }], &[]), 800.0);
    }

    #[test]
    fn a_stream_that_continues_another_begins_with_used_windows() {
        let limits = SizeLimits { continues: true, ..windows(1000.0, 1.0) };
        let mut guard = Guard::new(limits);
        assert!((guard.allowance(0.0, &[], &[]) - 100.0).abs() < 1.0);
        guard.known(Slot { time: 0.0, bits: 50.0 });
        let half = guard.allowance(0.5, &[], &[]);
        assert!((half - 500.0).abs() < 20.0, "{half}");
        assert!(guard.allowance(1.5, &[], &[]) > 999.0);
    }

    #[test]
    fn new_windows_do_not_punish_what_was_allowed_before() {
        let mut guard = Guard::new(SizeLimits::default());
        slots(&[400.0; 25]).into_iter().for_each(|slot| guard.known(slot));
        guard.set_windows(windows(2500.0, 1.0).windows);
        // The past counts as if it had kept to the limit, so a frame leaves room as it goes.
        assert!((guard.allowance(1.0, &[], &[]) - 100.0).abs() < 1e-6);
        assert!((guard.allowance(1.2, &[], &[]) - 600.0).abs() < 1e-6);
    }
}
