//! Rate control without a look ahead: every frame close to its share of the rate, sync frames a few times that.

use super::{qp_of_step, step_of_qp};
use crate::error::Error;
use crate::math::log2;

/// Rate control that keeps frames of even size, for senders that cannot hold data back.
///
/// Each frame's QP comes from its own complexity, which is measured before it is coded, and from how sizes
/// followed complexity so far. The sizes of all frames before must be reported.
#[derive(Debug)]
pub struct LowLatencyRate {
    bits_per_second: f64,
    macroblocks: f64,
    min_qp: f64,
    max_qp: f64,
    /// Bits used beyond the rate, by layer; savings count below 0.
    debts: [f64; 2],
    /// What ordinary frames of each layer took of their shares.
    means: [Mean; 2],
    /// Size over cost and step, by class.
    factors: [Factor; 3],
    /// What the first frame aims at.
    first_share: f64,
    /// QP of the last ordinary frame of each layer.
    last_qp: [Option<f64>; 2],
    /// Most by which it may fall in the next.
    fall: [f64; 2],
    started: Option<Started>,
}

/// A frame about to be coded with [`LowLatencyRate`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LowLatencyFrame {
    /// It is an intra frame.
    pub is_intra: bool,
    /// Its cost, weighted by the QP offsets of its macroblocks; see [`FrameCost::weighted`](crate::FrameCost::weighted).
    pub weighted_cost: f64,
    /// How long it is shown, in seconds.
    pub duration_seconds: f64,
    /// It is outside the temporal base layer.
    pub is_enhancement: bool,
    /// Part of the bits that its layer gets, and part of the frames that its layer has, 0 to 1 each.
    pub layer_bits: f64,
    /// See `layer_bits`.
    pub layer_frames: f64,
}

/// How a frame is to be coded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LowLatencyPlan {
    /// Base QP, to which the offset of each macroblock is added.
    pub qp: f64,
    /// Bits that the frame is expected to take.
    pub target_bits: f64,
    /// Bits that its rows are to keep to while it is coded.
    pub row_bits: f64,
    /// Bits that the frame must not exceed: coded larger, it is to be coded again.
    pub max_bits: f64,
}

#[derive(Debug, Clone, Copy)]
struct Started {
    class: usize,
    layer: usize,
    cost: f64,
    wanted: f64,
    target: f64,
}

/// Mean of the last frames.
#[derive(Debug, Clone, Copy)]
struct Mean {
    ratio: f64,
    frames: f64,
}

/// Bits of a frame at a step of 1, over its cost.
#[derive(Debug, Clone, Copy)]
struct Factor {
    bits: f64,
    cost: f64,
    /// Before anything was learned.
    usual: f64,
}

/// What the rows of an ordinary frame keep to while it is coded, as a multiple of its share of the rate: what its layer gets for
/// as long as it is shown.
const ROWS: f64 = 1.22;
/// Most of it, as a multiple of the share and of the mean of the frames before. Frames are held to half more than their mean;
/// in the first seconds after an intra frame, which the others pay for, the mean is lower than the share.
const LARGEST: f64 = 1.36;
const LARGEST_OF_MEAN: f64 = 1.38;
/// The mean before any is known, while the others pay for an intra frame.
const FIRST_MEAN: f64 = 0.9;
/// Frames over which the mean is taken.
const MEAN_FRAMES: f64 = 300.0;
/// What an intra frame aims at.
const INTRA_SHARE: f64 = 6.0;
/// What the first frame aims at where that is known to be no more than so many seconds of the rate. Nobody sees anything before
/// it, and all others gain by it: with 6, four clips take one part in a hundred more bits on average for the same.
const FIRST_SHARE: f64 = 10.0;
const FIRST_SECONDS: f64 = 0.4;
/// By how much an intra frame may be larger.
const INTRA_ROOM: f64 = 2.0;
/// What an ordinary frame may aim at.
const LEAST_SHARE: f64 = 0.7;
const GREATEST_SHARE: f64 = 1.12;
/// Seconds in which debts are paid, and of savings that are kept.
const PAYMENT: f64 = 1.0;
const SAVINGS: f64 = 0.3;
/// Most by which the QP falls from frame to frame, so that still pictures become sharp without a burst. With less, film whose
/// frames move by turns leaves a fifth of the rate unused and its moving frames are far above the mean; with more, what
/// stands still takes more bits for the same.
const LARGEST_FALL: f64 = 4.0;
/// The same from an intra frame to the next.
const FALL_AFTER_INTRA: f64 = 6.0;
/// Most by which it falls where a frame that changed everywhere took less than was meant for it, and the part of what would make
/// up for that.
const LARGEST_RECOVERY: f64 = 5.0;
const RECOVERY: f64 = 0.7;
/// How telling such a frame is at least.
const RECOVERY_CERTAIN: f64 = 0.5;
/// How far such a frame is believed when it is smaller, while more than usual is expected.
const RETURN: f64 = 0.08;
/// Most that a raise counts as the QP of the frame.
const MOST_RAISED: f64 = 4.0;
/// Cost that every macroblock has at least: what is left of the quantisation of frames before.
const LEAST_COST: f64 = 6.0;
/// How far a frame that hardly changes is believed when it is larger than expected.
const LEAST_CERTAIN: f64 = 0.3;
/// By how much more than expected a frame that changes everywhere may take, as far as it is believed.
const SURPRISE: f64 = 4.0;
/// Part of what was learned that a new frame replaces at most.
const LEARNING: f64 = 0.5;

impl LowLatencyRate {
    /// For pictures of so many macroblocks, with QPs up to 51.
    ///
    /// # Errors
    /// A rate outside 1 to 1e12 bits per second.
    pub fn new(bits_per_second: f64, macroblocks: u32) -> Result<Self, Error> {
        let mut rate = Self {
            bits_per_second: 1.0,
            macroblocks: f64::from(macroblocks),
            min_qp: 0.0,
            max_qp: 51.0,
            debts: [0.0; 2],
            means: [Mean { ratio: FIRST_MEAN, frames: 0.0 }; 2],
            factors: [
                Factor::new(0.55, macroblocks),
                Factor::new(0.6, macroblocks),
                Factor::new(0.5, macroblocks),
            ],
            first_share: INTRA_SHARE,
            last_qp: [None; 2],
            fall: [LARGEST_FALL; 2],
            started: None,
        };
        rate.set_bits_per_second(bits_per_second)?;
        Ok(rate)
    }

    /// Changes the rate from the next frame on.
    ///
    /// # Errors
    /// A rate outside 1 to 1e12 bits per second.
    pub fn set_bits_per_second(&mut self, bits_per_second: f64) -> Result<(), Error> {
        Error::check("average bit rate", bits_per_second, 1.0, 1e12)?;
        if bits_per_second != self.bits_per_second {
            self.bits_per_second = bits_per_second;
            self.debts = [0.0; 2];
        }
        Ok(())
    }

    /// Frames are going to come so many times a second, before the first one does.
    pub fn expect_frame_rate(&mut self, frame_rate: f64) {
        self.first_share = (FIRST_SECONDS * frame_rate).clamp(INTRA_SHARE, FIRST_SHARE);
    }

    /// QPs stay within these bounds from the next frame on, the greatest of which counts where they cross.
    pub fn set_qp_bounds(&mut self, min_qp: f64, max_qp: f64) {
        (self.min_qp, self.max_qp) = (min_qp.min(max_qp), max_qp);
    }

    /// The plan of the next frame.
    pub fn start(&mut self, frame: &LowLatencyFrame) -> LowLatencyPlan {
        let layer = usize::from(frame.is_enhancement);
        let class = if frame.is_intra { 0 } else { 1 + layer };
        // What the layer's frames get each.
        let layer_rate = self.bits_per_second * frame.layer_bits;
        let share = layer_rate * frame.duration_seconds.clamp(1e-4, 1.0) / frame.layer_frames.max(1e-3);
        let payment = self.debts[layer] * share / (PAYMENT * layer_rate).max(1.0);
        let (target, rows, most) = if frame.is_intra {
            let is_first = self.last_qp == [None; 2];
            let target = if is_first { self.first_share } else { INTRA_SHARE };
            (target, target + INTRA_ROOM, target + INTRA_ROOM)
        } else {
            let target = (1.0 - payment / share).clamp(LEAST_SHARE, GREATEST_SHARE);
            (target, ROWS, (LARGEST_OF_MEAN * self.means[layer].ratio).clamp(ROWS, LARGEST))
        };
        let [target, row_bits, max_bits] = [target, rows, most].map(|part| part * share);
        let overhead = self.overhead();
        let cost = frame.weighted_cost + LEAST_COST * self.macroblocks;
        let factor = self.factors[class];
        let effort = cost * factor.bits / factor.cost;
        let bits = (target - overhead).max(0.1 * target).max(1.0);
        let step = if frame.is_intra { intra_step(effort / bits) } else { effort / bits };
        let mut qp = qp_of_step(step.max(1e-3));
        if let (Some(last), false) = (self.last_qp[layer], frame.is_intra) {
            qp = qp.max(last - self.fall[layer]);
        }
        let qp = qp.clamp(self.min_qp, self.max_qp);
        self.started = Some(Started { class, layer, cost, wanted: share, target });
        LowLatencyPlan { qp, target_bits: target, row_bits, max_bits }
    }

    /// Reports the size of the frame that was started, the base QP that it was coded with, and by how much QPs were
    /// raised on average to keep it small.
    pub fn finish(&mut self, bits: f64, base_qp: f64, raised: f64) {
        let Some(Started { class, layer, cost, wanted, target }) = self.started.take() else { return };
        let step = step_of_qp(base_qp + raised);
        let divisor = if class == 0 { step.sqrt() * step.sqrt().sqrt() } else { step };
        let effort = (bits - self.overhead()).max(0.0) * divisor;
        // Frames that hardly change say little about those that do, unless they are larger than expected.
        let measured = cost - LEAST_COST * self.macroblocks;
        let certain = measured / (measured + 20.0 * self.macroblocks);
        let factor = &mut self.factors[class];
        let least = if effort * factor.cost > factor.bits * cost {
            LEAST_CERTAIN
        } else if factor.bits > factor.usual * factor.cost {
            RETURN
        } else {
            0.0
        };
        // What a repeated frame takes refines those before and has nothing to do with motion.
        let effort = effort.min((1.0 + SURPRISE * certain) * factor.bits * cost / factor.cost);
        factor.learn(effort, cost, LEARNING * certain.max(least));
        if class > 0 {
            self.means[layer].learn(bits / wanted);
        }
        let rate = self.bits_per_second;
        self.debts[layer] = (self.debts[layer] + bits - wanted).max(-SAVINGS * rate);
        let short = 6.0 * log2(target / bits.max(1.0));
        let recovers = class > 0 && certain > RECOVERY_CERTAIN && raised == 0.0;
        self.fall[layer] =
            if recovers { (RECOVERY * short).clamp(LARGEST_FALL, LARGEST_RECOVERY) } else { LARGEST_FALL };
        if class > 0 {
            // Where a part was raised far, the rest may go on becoming finer.
            self.last_qp[layer] = Some(base_qp + raised.min(MOST_RAISED));
        } else {
            // What the intra frame left coarse, the next one cannot make good at once.
            self.last_qp = [Some(base_qp + raised); 2];
            self.fall = [FALL_AFTER_INTRA; 2];
        }
    }

    /// Bits that every frame takes.
    fn overhead(&self) -> f64 {
        80.0 + 0.03 * self.macroblocks
    }
}

/// Sizes of intra frames fall with the step's power of three quarters.
fn intra_step(ratio: f64) -> f64 {
    crate::math::pow(ratio.max(1e-6), 4.0 / 3.0)
}

impl Mean {
    fn learn(&mut self, ratio: f64) {
        self.frames = (self.frames + 1.0).min(MEAN_FRAMES);
        self.ratio += (ratio - self.ratio) / self.frames;
    }
}

impl Factor {
    fn new(bits_over_cost: f64, macroblocks: u32) -> Self {
        let cost = 60.0 * f64::from(macroblocks);
        Self { bits: bits_over_cost * cost, cost, usual: bits_over_cost }
    }

    fn learn(&mut self, bits: f64, cost: f64, part: f64) {
        // In proportion, so that large frames count no more than others.
        let scale = self.cost / cost;
        self.bits += part * (bits * scale - self.bits);
        self.bits = self.bits.max(1e-3 * self.cost);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACROBLOCKS: u32 = 396;

    fn frame(cost: f64) -> LowLatencyFrame {
        LowLatencyFrame {
            is_intra: false,
            weighted_cost: cost,
            duration_seconds: 1.0 / 30.0,
            is_enhancement: false,
            layer_bits: 1.0,
            layer_frames: 1.0,
        }
    }

    /// Codes frames of changing cost as a picture would turn out, with errors of the estimate, and never more
    /// than allowed.
    fn sizes(rate: f64, frames: usize, layered: bool) -> Vec<f64> {
        let mut control = LowLatencyRate::new(rate, MACROBLOCKS).unwrap();
        let coded = |n: usize| {
            let moving = if (n / 60).is_multiple_of(2) { 60_000.0 } else { 20_000.0 };
            let error = 1.0 + 0.2 * ((n * 7919 % 13) as f64 / 6.0 - 1.0);
            let is_enhancement = layered && n % 2 == 1;
            let frame = LowLatencyFrame {
                is_intra: n == 0,
                is_enhancement,
                layer_bits: if !layered {
                    1.0
                } else if is_enhancement {
                    0.3
                } else {
                    0.7
                },
                layer_frames: if layered { 0.5 } else { 1.0 },
                ..frame(if n == 0 { 300_000.0 } else { moving })
            };
            let plan = control.start(&frame);
            let factor = if n == 0 { 0.4 } else { 0.9 };
            let bits = |qp: f64| 100.0 + factor * error * frame.weighted_cost / step_of_qp(qp);
            let mut qp = plan.qp;
            while bits(qp) > plan.max_bits && qp < 51.0 {
                qp += 1.0;
            }
            control.finish(bits(qp), plan.qp, qp - plan.qp);
            bits(qp)
        };
        (0..frames).map(coded).collect()
    }

    #[test]
    fn sizes_are_even_and_the_rate_is_kept() {
        let sizes = sizes(400_000.0, 600, false);
        let mean = sizes.iter().sum::<f64>() / 600.0;
        assert!((mean * 30.0 / 400_000.0 - 1.0).abs() < 0.02, "{}", mean * 30.0);
        let most = sizes[1..].iter().copied().fold(0.0, f64::max);
        assert!(most < 1.5 * mean, "{most} against {mean}");
        assert!(sizes[0] < 12.5 * mean);
    }

    #[test]
    fn frames_that_move_by_turns_use_the_rate() {
        let mut control = LowLatencyRate::new(400_000.0, MACROBLOCKS).unwrap();
        let code = |n: usize| {
            let moved = frame(if n.is_multiple_of(2) { 60_000.0 } else { 20_000.0 });
            let plan = control.start(&moved);
            let bits = (100.0 + 0.9 * moved.weighted_cost / step_of_qp(plan.qp)).min(plan.max_bits);
            control.finish(bits, plan.qp, 0.0);
            bits
        };
        let sizes: Vec<f64> = (0..660).map(code).skip(60).collect();
        let (mean, most) = (sizes.iter().sum::<f64>() / 600.0, sizes.iter().copied().fold(0.0, f64::max));
        assert!(mean * 30.0 > 0.87 * 400_000.0, "{}", mean * 30.0);
        assert!(most < 1.5 * mean, "{most} against {mean}");
    }

    #[test]
    fn a_frame_may_be_larger_than_its_rows_aim_at_as_far_as_the_mean_permits() {
        let limits = |part: f64| {
            let mut control = LowLatencyRate::new(400_000.0, MACROBLOCKS).unwrap();
            let share = 400_000.0 / 30.0;
            for _ in 0..100 {
                let plan = control.start(&frame(60_000.0));
                control.finish(part * share, plan.qp, 0.0);
            }
            let plan = control.start(&frame(60_000.0));
            (plan.row_bits / share, plan.max_bits / share)
        };
        let (rows, most) = limits(1.0);
        assert!(rows == ROWS && (most - LARGEST).abs() < 1e-9, "{rows}, {most}");
        // Frames that leave much of the rate are no smaller than the rest by a factor.
        let (rows, most) = limits(0.9);
        assert!(rows == ROWS && (most / 0.9 - LARGEST_OF_MEAN).abs() < 1e-9, "{rows}, {most}");
        assert_eq!(limits(0.5), (ROWS, ROWS));
    }

    #[test]
    fn layers_get_their_parts() {
        let sizes = sizes(400_000.0, 600, true);
        let base: f64 = sizes.iter().step_by(2).sum();
        let all: f64 = sizes.iter().sum();
        assert!((base / all - 0.7).abs() < 0.03, "{}", base / all);
    }

    #[test]
    fn still_pictures_become_sharp_step_by_step() {
        let mut control = LowLatencyRate::new(400_000.0, MACROBLOCKS).unwrap();
        let mut last = 51.0;
        for _ in 0..60 {
            let plan = control.start(&frame(0.0));
            assert!(plan.qp <= last && (last == 51.0 || plan.qp >= last - LARGEST_FALL - 1e-9));
            last = plan.qp;
            control.finish(200.0, plan.qp, 0.0);
        }
        assert!(last < 15.0, "{last}");
        // And motion does not burst.
        assert!(control.start(&frame(60_000.0)).qp > 20.0);
    }

    #[test]
    fn a_repeated_frame_does_not_make_later_ones_coarser() {
        let mut control = LowLatencyRate::new(400_000.0, MACROBLOCKS).unwrap();
        let mut qp = 0.0;
        for _ in 0..40 {
            let plan = control.start(&frame(60_000.0));
            control.finish(100.0 + 60_000.0 / step_of_qp(plan.qp), plan.qp, 0.0);
            qp = plan.qp;
        }
        // It takes as much as the others, all of it for a little more sharpness.
        let plan = control.start(&frame(1_000.0));
        control.finish(13_000.0, plan.qp, 0.0);
        let after = control.start(&frame(60_000.0)).qp;
        assert!((after - qp).abs() < 2.5, "QP {qp} before, {after} after");
    }

    #[test]
    fn the_frames_after_one_that_was_far_too_small_make_up_for_it() {
        // Moving frames of which one after a while takes a quarter of what was to be expected; or it is a still one.
        let frames_to_return = |cost: f64| {
            let mut control = LowLatencyRate::new(400_000.0, MACROBLOCKS).unwrap();
            let mut code = |cost: f64, factor: f64| {
                let plan = control.start(&frame(cost));
                control.finish(100.0 + factor * cost / step_of_qp(plan.qp), plan.qp, 0.0);
                plan.qp
            };
            let usual = (0..40).map(|_| code(60_000.0, 1.0)).last().unwrap();
            let coarse = code(4.0 * cost, 0.25);
            (coarse - usual, (0..30).take_while(|_| code(cost, 1.0) > usual + 1.5).count())
        };
        let (rise, frames) = frames_to_return(60_000.0);
        assert!(rise > 9.0 && frames <= 3, "{rise} up, {frames} frames down");
    }

    #[test]
    fn the_first_frame_may_be_larger_than_later_intra_frames() {
        let shares_at = |frame_rate: f64, is_expected| {
            let mut control = LowLatencyRate::new(400_000.0, MACROBLOCKS).unwrap();
            if is_expected {
                control.expect_frame_rate(frame_rate);
            }
            [true, false, true].map(|is_intra| {
                let duration_seconds = 1.0 / frame_rate;
                let plan = control.start(&LowLatencyFrame { is_intra, duration_seconds, ..frame(300_000.0) });
                control.finish(plan.target_bits, plan.qp, 0.0);
                [plan.target_bits, plan.max_bits].map(|bits| (bits * frame_rate / 400.0).round())
            })
        };
        // In thousandths. The frame after it pays for it and does not burst.
        let burst = (1000.0 * LARGEST_OF_MEAN * FIRST_MEAN).round();
        assert_eq!(
            shares_at(30.0, true),
            [[10_000.0, 12_000.0], [1000.0 * LEAST_SHARE, burst], [6_000.0, 8_000.0]]
        );
        // Half a second is too long, and what is not known may be.
        for first in [shares_at(12.0, true)[0], shares_at(30.0, false)[0]] {
            assert_eq!(first, [6_000.0, 8_000.0]);
        }
    }

    #[test]
    fn the_frame_after_an_intra_frame_is_hardly_finer() {
        let mut control = LowLatencyRate::new(400_000.0, MACROBLOCKS).unwrap();
        let intra = control.start(&LowLatencyFrame { is_intra: true, ..frame(300_000.0) }).qp;
        control.finish(80_000.0, intra, 2.0);
        // Nothing moves, but all that the intra frame left out would have to be sent.
        let next = control.start(&frame(500.0)).qp;
        assert!(next >= intra + 2.0 - FALL_AFTER_INTRA - 0.01, "QP {intra} and {next}");
    }

    #[test]
    fn rates_out_of_range_are_refused() {
        assert!(LowLatencyRate::new(0.0, 1).is_err());
        assert!(LowLatencyRate::new(f64::NAN, 1).is_err());
    }
}
