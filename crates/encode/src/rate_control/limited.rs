//! Keeping to the limits of sizes: the QP at which the frames in sight fit, and the most bits of each frame.

use super::limits::Slot;
use super::{InFlight, RateControl, RateFrame, qp_of_step, step_of_qp};
use crate::frame::FrameKind;
use crate::math::log2;

/// How much more than predicted a frame may take where the limits leave room for it.
const SURPRISE: f64 = 1.5;
const INTRA_SURPRISE: f64 = 1.25;
/// How many times over a frame must be predicted to fit for lenient limits to let it be.
const LENIENT: f64 = 4.0;
/// Part of what the limits leave that a frame may take in any case; intra frames, whose sizes are harder to
/// foretell, may take more. The rest is for the frames that start before its size is known.
const PART: f64 = 0.2;
const INTRA_PART: f64 = 0.5;
/// Part of what windows leave. A frame behind coarse ones takes far more than was to be expected, once, and held to less it would
/// be as coarse as they are, and so on for all that follow.
const WINDOW_PART: f64 = 0.5;
/// Predicted part of its most bits up to which a frame is taken to fit without being coded twice.
const COMFORT: f64 = 0.85;
/// Part of the limits that plans use.
const PLANNED: f64 = 0.94;
/// By how much the QP falls with each frame after one that came out too large.
const FALL: f64 = 1.5;
/// Halvings by which the part is found that every frame gets of the least it needs.
const SHARE_ROUNDS: usize = 8;
/// Frames like the last one that plans put after those in sight.
const BEYOND: usize = 30;
/// Least and most frames for which room is kept beyond those in sight.
const KEPT: usize = 40;
const MOST_KEPT: usize = 500;

impl RateControl {
    /// QP and most bits of a frame that would have this QP if there were no limits.
    pub(super) fn limited(&self, frame: &RateFrame<'_>, time: f64, wished: f64) -> (f64, Option<f64>) {
        if self.guard.limits().is_empty() {
            return (wished, None);
        }
        let cost = frame.cost.weighted;
        let bits_at = |qp: f64| self.model.predict(frame.kind, cost, step_of_qp(qp));
        let expected: Vec<Slot> = self.in_flight.iter().map(|f| slot(f, f.predicted)).collect();
        let reserved: Vec<Slot> = self.in_flight.iter().map(|f| slot(f, self.reserved(f))).collect();
        let most = self.most(frame, time, &reserved);
        let mut qp = wished;
        if frame.forced_qp.is_none() {
            let fits = |qp: f64| {
                let later = self.later(frame, time, qp);
                bits_at(qp) <= PLANNED * self.guard.allowance(time, &expected, &later)
            };
            qp = least_qp(wished, fits);
            if let Some(raised) = self.raised.filter(|_| !frame.kind.is_intra()) {
                qp = qp.max(raised);
            }
            // What is left now, with the frames in flight at their largest.
            let excess = bits_at(qp) / (COMFORT * most).max(1.0);
            if excess > 1.0 {
                let power = if frame.kind.is_intra() { 1.0 / 0.7 } else { 1.0 };
                qp = (qp + 6.0 * log2(excess) * power).min(MAX_QP.max(wished));
            }
        }
        // What looks easy may not be, behind coarse frames.
        let largest = self.in_flight.iter().map(|f| f.predicted).fold(bits_at(qp), f64::max);
        if self.guard.limits().are_lenient() && LENIENT * largest < most {
            return (qp, None);
        }
        if self.config.delay == 0 {
            return (qp, Some(most));
        }
        let (part, surprise) = if frame.kind.is_intra() {
            (INTRA_PART, INTRA_SURPRISE)
        } else if self.guard.limits().windows != [None; 2] {
            (WINDOW_PART, SURPRISE)
        } else {
            (PART, SURPRISE)
        };
        (qp, Some(most.min((surprise * bits_at(qp)).max(part * most))))
    }

    /// Most bits that the limits leave to a frame. Those ahead keep what they take at the highest QP; where there is not enough
    /// even for that, all get the same part of it.
    fn most(&self, frame: &RateFrame<'_>, time: f64, reserved: &[Slot]) -> f64 {
        let floor = self.config.least_bits.of(frame.kind);
        let own = LEAST_MARGIN * self.model.predict(frame.kind, frame.cost.weighted, step_of_qp(MAX_QP));
        let mut later = self.least_later(frame, time);
        let whole = self.guard.allowance(time, reserved, &later);
        if whole >= own {
            return whole.max(floor);
        }
        let bits: Vec<f64> = later.iter().map(|slot| slot.bits).collect();
        let (mut low, mut high) = (0.0, 1.0);
        let mut most = whole;
        for _ in 0..SHARE_ROUNDS {
            let part = 0.5 * (low + high);
            let least = self.config.least_bits.predicted;
            later.iter_mut().zip(&bits).for_each(|(slot, bits)| slot.bits = (part * bits).max(least));
            let allowed = self.guard.allowance(time, reserved, &later);
            if allowed >= part * own {
                (low, most) = (part, allowed);
            } else {
                high = part;
            }
        }
        most.max(floor)
    }

    /// Behind a frame that had to be coded more coarsely, a fine one costs far more than its costs say and would be too large as
    /// well: QPs come down by steps.
    pub(super) fn note_raised(&mut self, frame: &InFlight, by: f64) {
        if frame.kind.is_intra() {
            self.raised = None;
        } else if by >= 1.0 {
            self.raised = Some((qp_of_step(frame.step) + by).min(MAX_QP) - FALL);
        } else {
            self.raised = self.raised.map(|qp| qp - FALL);
        }
    }

    /// Takes a frame of known size into account.
    pub(super) fn note_known(&mut self, frame: &InFlight, bits: f64) {
        let mut counted = bits;
        // One that was started under other limits counts as no more than its share of these.
        if frame.max_bits.is_none() {
            for window in self.guard.limits().windows.iter().flatten() {
                counted = counted.min(window.bits / window.seconds * frame.duration);
            }
        }
        self.guard.known(Slot { time: frame.decode_seconds, bits: counted });
    }

    /// Most bits that a frame in flight may turn out to have.
    fn reserved(&self, frame: &InFlight) -> f64 {
        // What is less than its least size it may not keep to.
        let least = LEAST_MARGIN * self.model.predict(frame.kind, frame.weighted_cost, step_of_qp(MAX_QP));
        let least = least.min(self.config.least_bits.of(frame.kind));
        // Lenient limits let frames be that may be so much larger.
        let unbounded = if self.guard.limits().are_lenient() { LENIENT } else { 1.0 };
        frame.max_bits.map_or(unbounded * frame.predicted, |most| most.max(least))
    }

    /// The frames after this one as they would be at the height of the curve that this QP stands for.
    fn later(&self, frame: &RateFrame<'_>, time: f64, qp: f64) -> Vec<Slot> {
        let height = step_of_qp(qp) * self.config.divisor(frame.kind);
        let (lowest, highest) = (step_of_qp(self.config.min_qp), step_of_qp(MAX_QP));
        let bits = |kind: FrameKind, cost: f64| {
            let step = (height / self.config.divisor(kind)).clamp(lowest, highest);
            self.model.predict(kind, cost, step)
        };
        self.slots(frame, time, BEYOND, bits)
    }

    /// The least that the frames after this one can take. Where nothing is in sight, the next one may have to be
    /// an intra frame; but the others do not go without for one that may never come.
    fn least_later(&self, frame: &RateFrame<'_>, time: f64) -> Vec<Slot> {
        let highest = step_of_qp(MAX_QP);
        let bits = |kind: FrameKind, cost: f64| {
            let margin = if kind.is_intra() { LEAST_INTRA_MARGIN } else { LEAST_MARGIN };
            (margin * self.model.predict(kind, cost, highest)).max(self.config.least_bits.of(kind))
        };
        // As many as the longest window may hold.
        let longest = self.guard.limits().windows.iter().flatten();
        let longest = longest.map(|window| window.seconds).fold(0.0, f64::max);
        let kept = ((longest / frame.duration()) as usize).clamp(KEPT, MOST_KEPT);
        let mut slots = self.slots(frame, time, kept, bits);
        let unforeseen = frame.ahead.is_empty() && !frame.ahead_is_all && !frame.kind.is_intra();
        if let Some(first) = slots.first_mut().filter(|_| unforeseen) {
            let most = (UNFORESEEN * self.guard.limits().smallest()).max(self.config.least_bits.intra);
            first.bits = bits(FrameKind::Idr, frame.cost.intra as f64).min(most).max(first.bits);
        }
        slots
    }

    /// Decode times of the frames ahead and of as many beyond, with these bits.
    fn slots(
        &self,
        frame: &RateFrame<'_>,
        time: f64,
        beyond: usize,
        bits: impl Fn(FrameKind, f64) -> f64,
    ) -> Vec<Slot> {
        // Reordered frames are decoded in the rhythm of those shown before them.
        let next = frame.next_decode_seconds.filter(|&next| next > time);
        let mut spacing = next.map(|_| frame.duration());
        let mut time = next.unwrap_or(time + frame.duration());
        let mut slots = Vec::with_capacity(frame.ahead.len() + beyond);
        let mut last = self.last_predicted;
        for ahead in frame.ahead {
            slots.push(Slot { time, bits: bits(ahead.kind, ahead.weighted_cost) });
            let seconds = ahead.duration_seconds.clamp(1e-4, 60.0);
            time += spacing.replace(seconds).filter(|_| next.is_some()).unwrap_or(seconds);
            if ahead.kind == FrameKind::P {
                last = Some((ahead.weighted_cost, seconds));
            }
        }
        if !frame.ahead_is_all {
            let (cost, seconds) = last.unwrap_or((frame.cost.weighted * FIRST_GUESS, frame.duration()));
            let bits = bits(FrameKind::P, cost);
            slots.extend((0..beyond).map(|i| Slot { time: time + i as f64 * seconds, bits }));
        }
        slots
    }
}

/// Highest QP.
const MAX_QP: f64 = 51.0;
/// How much more than predicted the smallest frames are taken to need; a new scene's first is hard to foretell.
const LEAST_MARGIN: f64 = 1.3;
const LEAST_INTRA_MARGIN: f64 = 4.0;
/// Part of the limits that is kept for an intra frame which may be asked for.
const UNFORESEEN: f64 = 0.25;
/// Cost of a P frame relative to an intra frame, before there was one.
const FIRST_GUESS: f64 = 0.15;

fn slot(frame: &InFlight, bits: f64) -> Slot {
    Slot { time: frame.decode_seconds, bits }
}

/// The least QP from `wished` on that fits, to an eighth; the highest where none does.
fn least_qp(wished: f64, fits: impl Fn(f64) -> bool) -> f64 {
    if wished >= MAX_QP || fits(wished) {
        return wished;
    }
    let (mut low, mut high) = (wished, MAX_QP);
    while high - low > 0.125 {
        let middle = 0.5 * (low + high);
        if fits(middle) { high = middle } else { low = middle }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::super::tests::{MACROBLOCKS, alone};
    use super::super::*;

    /// Costs of a frame in which so much changes for each macroblock.
    fn cost(macroblock: f64) -> FrameCost {
        let weighted = macroblock * f64::from(MACROBLOCKS);
        FrameCost { intra: weighted as u64, inter: weighted as u64, intra_blocks: 0, weighted }
    }

    /// The frames behind one that was coded more coarsely than planned begin where that one ended, and become finer by steps.
    #[test]
    fn frames_behind_one_that_was_too_large_come_down_by_steps() {
        let windows = [Some(WindowLimit { bits: 3e5, seconds: 1.0 }), None];
        let config = RateConfig {
            mode: RateMode::ConstantQuality { rate_factor: 30.0 },
            macroblocks: MACROBLOCKS,
            limits: SizeLimits { windows, ..SizeLimits::default() },
            ..RateConfig::default()
        };
        let mut control = RateControl::new(config).unwrap();
        let mut qps = Vec::new();
        for index in 0..20 {
            let kind = if index == 0 { FrameKind::Idr } else { FrameKind::P };
            let frame = alone(index, kind, cost(30.0));
            let (plan, weighted) = (control.start(&frame), frame.cost.weighted);
            let raised_qp = if index == 8 { 9.0 } else { 0.0 };
            let bits = 0.6 * weighted / step_of_qp(plan.qp + raised_qp);
            control.finish(index, CodedSize { bits: bits as u64, raised_qp, ..CodedSize::default() });
            qps.push(plan.qp);
        }
        assert!((qps[9] - (qps[8] + 7.5)).abs() < 1e-9, "{qps:.1?}");
        assert!(qps[9..14].windows(2).all(|pair| (pair[0] - pair[1] - 1.5).abs() < 1e-9), "{qps:.1?}");
        assert!((qps[19] - qps[8]).abs() < 1.0, "{qps:.1?}");
    }

    #[test]
    fn a_frame_may_be_far_larger_than_predicted_where_a_window_is_empty() {
        let windows = [Some(WindowLimit { bits: 3e5, seconds: 1.0 }), None];
        let limits = SizeLimits { windows, ..SizeLimits::default() };
        let mut control = RateControl::new(RateConfig {
            macroblocks: MACROBLOCKS,
            delay: 3,
            limits,
            ..RateConfig::default()
        })
        .unwrap();
        let most = [0, 1]
            .map(|index| control.start(&alone(index, FrameKind::P, cost(1.0))).max_bits.unwrap() as f64);
        // With room for an intra frame that may be asked for.
        assert!(most[0] > 0.35 * 3e5 && (0.3..0.6).contains(&(most[1] / most[0])), "{most:?}");
    }
}
