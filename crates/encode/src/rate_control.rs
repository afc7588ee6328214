//! Rate control: the base QP of each frame.

mod average;
mod demand;
mod limited;
mod limits;
mod low_latency;
mod plan;
mod quality;
mod recorded_bits;
mod refinement;
mod size_model;

use std::collections::VecDeque;

use crate::error::Error;
use crate::frame::{FrameAhead, FrameCost, FrameKind, PlannedFrame};
use crate::frame_record::FrameRecord;
use crate::math::{exp2, log2};
use average::AverageRate;
use limits::Guard;
pub use limits::{BufferLimit, LeastBits, SizeLimits, WindowLimit};
pub use low_latency::{LowLatencyFrame, LowLatencyPlan, LowLatencyRate};
use plan::PassPlan;
use quality::QualityCurve;
use refinement::Budget;
use size_model::SizeModel;
use vitascope_core::Time;

/// What the rate control aims at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RateMode {
    /// Equal perceived quality throughout.
    ConstantQuality {
        /// 0 (best) to 51: about the QP of a P frame of average content.
        rate_factor: f64,
    },
    /// A number of bits per second, on average.
    AverageBitRate {
        /// 1 to 1e12.
        bits_per_second: f64,
    },
    /// The same QP for every P frame, from 0 to 51; intra frames lie lower and B frames higher by the usual
    /// factors.
    ConstantQp {
        /// QP of P frames.
        qp: f64,
    },
}

/// Settings of a [`RateControl`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateConfig {
    /// The aim.
    pub mode: RateMode,
    /// 16x16 macroblocks of a frame, at least 1.
    pub macroblocks: u32,
    /// Expected frames per second, above 0, at most 1000.
    pub frame_rate: f64,
    /// The lookahead offsets QPs by importance (with a depth above 0): that takes the place of the curve
    /// that makes complex content coarser.
    pub importance_propagation: bool,
    /// See [`LookaheadConfig::curve_compression`](crate::LookaheadConfig::curve_compression).
    pub curve_compression: f64,
    /// Frames of the whole stream, 0 when unknown.
    pub source_frame_count: u64,
    /// Largest distance of sync frames in frames: what a sync frame costs is spread over so many.
    pub max_key_interval: u32,
    /// Least QP, 0 to 51.
    pub min_qp: f64,
    /// Greatest QP of a frame on average, `min_qp` to 51; see [`RateControl::start`].
    pub max_qp: f64,
    /// Frames whose sizes are unknown when a frame starts, 0 to 64: at the start of frame `n` those of the
    /// `delay` frames before it are not used, whether they are reported by then or not.
    pub delay: usize,
    /// What sizes must keep to, whatever the aim.
    pub limits: SizeLimits,
    /// Bits that an intra frame and any other one can always be kept to, by leaving out what is in it.
    pub least_bits: LeastBits,
    /// Another stream comes after this one, so that the last frames are nothing special.
    pub more_follows: bool,
}

impl Default for RateConfig {
    fn default() -> Self {
        Self {
            mode: RateMode::ConstantQuality { rate_factor: 23.0 },
            macroblocks: 1,
            frame_rate: 30.0,
            importance_propagation: true,
            curve_compression: 0.6,
            source_frame_count: 0,
            max_key_interval: 250,
            min_qp: 0.0,
            max_qp: 51.0,
            delay: 0,
            limits: SizeLimits::default(),
            least_bits: LeastBits::default(),
            more_follows: false,
        }
    }
}

impl RateConfig {
    /// By what the step of P frames is divided for this kind.
    fn divisor(&self, kind: FrameKind) -> f64 {
        match kind {
            FrameKind::Idr | FrameKind::I => INTRA_FACTOR,
            // Nothing depends on a B frame: with importance that already sets it apart.
            _ if self.importance_propagation => 1.0,
            FrameKind::P => 1.0,
            FrameKind::ReferenceB => 1.0 / REFERENCE_B_FACTOR,
            FrameKind::B => 1.0 / BIDIRECTIONAL_FACTOR,
        }
    }
}

/// A frame about to be coded.
#[derive(Debug, Clone, Copy)]
pub struct RateFrame<'a> {
    /// Position in coding order, rising.
    pub index: u64,
    /// How it is coded.
    pub kind: FrameKind,
    /// Its costs.
    pub cost: FrameCost,
    /// How long it is shown.
    pub duration_seconds: f64,
    /// When it is decoded, in seconds from any one moment; `None` is when the frame before it in coding order
    /// ends.
    pub decode_seconds: Option<f64>,
    /// When the frame after it is decoded, where that is known.
    pub next_decode_seconds: Option<f64>,
    /// The QP that somebody asked for, in place of the rate control's.
    pub forced_qp: Option<f64>,
    /// The frames after it in coding order, as far as known.
    pub ahead: &'a [FrameAhead],
    /// No frames follow those.
    pub ahead_is_all: bool,
}

impl<'a> RateFrame<'a> {
    /// What the rate control needs of a planned frame.
    pub fn new<T>(planned: &'a PlannedFrame<T>) -> Self {
        Self {
            index: planned.coding_index,
            kind: planned.kind,
            cost: planned.cost,
            duration_seconds: planned.duration_seconds,
            decode_seconds: None,
            next_decode_seconds: None,
            forced_qp: None,
            ahead: &planned.ahead,
            ahead_is_all: planned.ahead_is_all,
        }
    }

    fn duration(&self) -> f64 {
        self.duration_seconds.clamp(1e-4, 60.0)
    }

    /// Greatest base QP: where importance lowers the QPs of the macroblocks, the base may lie higher by as
    /// much as they are lowered on average, each by its part of the cost.
    fn max_qp(&self, config: &RateConfig) -> f64 {
        let plain = if self.kind.is_intra() { self.cost.intra } else { self.cost.inter };
        let lowered = if plain > 0 { 6.0 * log2(self.cost.weighted / plain as f64) } else { 0.0 };
        config.max_qp + lowered.clamp(0.0, LARGEST_HEADROOM)
    }
}

/// How much finer intra frames are than P frames, and how much coarser B frames.
const INTRA_FACTOR: f64 = 1.4;
const BIDIRECTIONAL_FACTOR: f64 = 1.3;
/// Half way, for B frames others depend on.
const REFERENCE_B_FACTOR: f64 = 1.14;

/// How far the base QP may exceed the greatest QP where the QPs of the macroblocks are lowered.
const LARGEST_HEADROOM: f64 = 12.0;

/// Chooses the base QP of each frame from its costs and the sizes of the frames before.
///
/// Call [`start`](Self::start) for every frame in coding order and [`finish`](Self::finish) once its size is
/// known, in the same order.
#[derive(Debug)]
pub struct RateControl {
    config: RateConfig,
    quality: QualityCurve,
    average: AverageRate,
    model: SizeModel,
    in_flight: VecDeque<InFlight>,
    guard: Guard,
    /// When the next frame is decoded, if nobody says otherwise.
    next_decode: f64,
    /// Cost and seconds of the last P frame.
    last_predicted: Option<(f64, f64)>,
    /// What a pass before knows of the frames.
    plan: Option<PassPlan>,
    /// The QP that a frame came to that was too large at its own, and less with each frame after it that was not.
    raised: Option<f64>,
}

/// How a frame is to be coded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatePlan {
    /// The base QP. Not a whole number: the caller adds the offset of each macroblock before it rounds, and
    /// clamps the sum to 0 to 51.
    ///
    /// At least the least QP of the configuration, and at most the greatest, or as much above it (up to 12) as
    /// the offsets lower the frame's QPs on average; higher where the limits of sizes demand it.
    pub qp: f64,
    /// Most bits that the frame may take for all limits to hold, and for an average rate to be met where the end is near: one that
    /// comes out larger must be coded again, more coarsely. `None` where any size will do.
    pub max_bits: Option<u64>,
    /// The limits demand a coarser QP than the aim; the greatest QP may be exceeded.
    pub limited: bool,
}

/// What became of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CodedSize {
    /// Bits of the frame.
    pub bits: u64,
    /// Bits that only fill the time, beyond those.
    pub filler: u64,
    /// By how much its QPs were raised to keep to the most bits of its plan.
    pub raised_qp: f64,
}

impl From<u64> for CodedSize {
    fn from(bits: u64) -> Self {
        Self { bits, ..Self::default() }
    }
}

/// A frame that was started.
#[derive(Debug)]
struct InFlight {
    index: u64,
    kind: FrameKind,
    weighted_cost: f64,
    step: f64,
    predicted: f64,
    actual: Option<CodedSize>,
    /// Started since the mode was set.
    counted: bool,
    decode_seconds: f64,
    duration: f64,
    /// Most bits it may take, where it was limited.
    max_bits: Option<f64>,
}

impl RateControl {
    /// Makes a rate control at the start of a stream.
    ///
    /// # Errors
    /// A setting outside its range.
    pub fn new(config: RateConfig) -> Result<Self, Error> {
        check_mode(config.mode)?;
        Error::check("macroblocks", f64::from(config.macroblocks), 1.0, f64::from(1 << 24))?;
        Error::check("frame rate", config.frame_rate, 1e-3, 1000.0)?;
        Error::check("curve compression", config.curve_compression, 0.0, 1.0)?;
        Error::check("minimum QP", config.min_qp, 0.0, 51.0)?;
        Error::check("maximum QP", config.max_qp, config.min_qp, 51.0)?;
        Error::check("delay", config.delay as f64, 0.0, 64.0)?;
        config.limits.check()?;
        Ok(Self {
            config,
            quality: QualityCurve::default(),
            average: AverageRate::default(),
            model: SizeModel::new(config.macroblocks),
            in_flight: VecDeque::new(),
            guard: Guard::new(config.limits),
            next_decode: 0.0,
            last_predicted: None,
            plan: None,
            raised: None,
        })
    }

    /// Distributes `bits` over frames that a pass before has coded, given in coding order, in place of the average bit rate.
    /// Only for that mode, and before the first frame; [`announce`](Self::announce) then says which of them comes.
    pub fn set_plan(&mut self, records: &[FrameRecord], bits: f64) {
        if matches!(self.config.mode, RateMode::AverageBitRate { .. }) && !records.is_empty() {
            self.plan = Some(PassPlan::new(records, bits, self.model.overhead(), &self.config));
        }
    }

    /// Says which frame of the plan is started next, by its presentation time; without a plan it means nothing.
    pub fn announce(&mut self, presentation_time: Time) {
        if let Some(plan) = &mut self.plan {
            plan.announce(presentation_time);
        }
    }

    /// Changes the aim from the next frame on. Debts and savings of the old one are forgotten, what was
    /// learned about the content is kept.
    ///
    /// # Errors
    /// A value outside its range; the mode stays as it was.
    pub fn set_mode(&mut self, mode: RateMode) -> Result<(), Error> {
        check_mode(mode)?;
        if mode != self.config.mode {
            self.config.mode = mode;
            self.plan = None;
            self.average.restart();
            for frame in &mut self.in_flight {
                frame.counted = false;
            }
        }
        Ok(())
    }

    /// Changes the largest distance of sync frames.
    pub fn set_max_key_interval(&mut self, frames: u32) {
        self.config.max_key_interval = frames;
    }

    /// Changes the least and the greatest QP from the next frame on.
    ///
    /// # Errors
    /// A value outside its range; nothing changed.
    pub fn set_qp_bounds(&mut self, min_qp: f64, max_qp: f64) -> Result<(), Error> {
        Error::check("minimum QP", min_qp, 0.0, 51.0)?;
        Error::check("maximum QP", max_qp, min_qp, 51.0)?;
        (self.config.min_qp, self.config.max_qp) = (min_qp, max_qp);
        Ok(())
    }

    /// Changes the windows of time that limit sizes, from the next frame on. Frames before it count as no more
    /// than the new windows allow.
    ///
    /// # Errors
    /// A value outside its range; nothing changed.
    pub fn set_windows(&mut self, windows: [Option<WindowLimit>; 2]) -> Result<(), Error> {
        SizeLimits { windows, ..SizeLimits::default() }.check()?;
        if windows != self.guard.limits().windows {
            self.guard.set_windows(windows);
            self.in_flight.iter_mut().for_each(|frame| frame.max_bits = None);
        }
        Ok(())
    }

    /// Plans the next frame in coding order.
    pub fn start(&mut self, frame: &RateFrame<'_>) -> RatePlan {
        self.absorb(frame.index);
        self.quality.observe(frame);
        let decode_seconds = frame.decode_seconds.unwrap_or(self.next_decode);
        self.next_decode = decode_seconds + frame.duration();
        let step = match self.config.mode {
            RateMode::ConstantQp { qp } => step_of_qp(qp) / self.config.divisor(frame.kind),
            RateMode::ConstantQuality { rate_factor } => self.quality.step(frame, rate_factor, &self.config),
            RateMode::AverageBitRate { bits_per_second } => {
                let planned = self.plan.as_mut().map(|plan| plan.step(frame.index, frame.kind, &self.config));
                let average =
                    self.average.step(frame, bits_per_second, &self.config, &self.model, &self.quality);
                match planned {
                    Some(planned) => {
                        let budget = Budget::left_at_end(planned.left, bits_per_second, self.config.delay);
                        self.average.refined(frame, planned.step, budget, &self.model)
                    }
                    None => average,
                }
            }
        };
        let max_qp = frame.max_qp(&self.config);
        let wished = qp_of_step(step).clamp(self.config.min_qp, max_qp);
        let (qp, max_bits) = self.limited(frame, decode_seconds, frame.forced_qp.unwrap_or(wished));
        let step = step_of_qp(qp);
        let mut predicted = self.model.predict(frame.kind, frame.cost.weighted, step);
        let mut end_bits = None;
        if let RateMode::AverageBitRate { bits_per_second } = self.config.mode {
            let at_limit = wished <= self.config.min_qp || wished >= max_qp || qp > wished;
            let refinement = self.average.refinement_bits(frame, step, &self.model);
            predicted += refinement;
            if let Some(plan) = &mut self.plan {
                plan.refines(refinement);
            }
            if self.plan.is_none() && frame.forced_qp.is_none() {
                let (overhead, plan) = (self.model.overhead(), (qp, predicted));
                end_bits = self.average.most_bits(frame, bits_per_second, &self.config, plan, overhead);
            }
            self.average.started(frame, bits_per_second, (step, predicted), at_limit, &self.model);
        }
        if frame.kind == FrameKind::P {
            self.last_predicted = Some((frame.cost.weighted, frame.duration()));
        }
        self.in_flight.push_back(InFlight {
            index: frame.index,
            kind: frame.kind,
            weighted_cost: frame.cost.weighted,
            step,
            predicted,
            actual: None,
            counted: true,
            decode_seconds,
            duration: frame.duration(),
            max_bits,
        });
        let max_bits = max_bits.into_iter().chain(end_bits).reduce(f64::min);
        RatePlan { qp, max_bits: max_bits.map(|bits| bits as u64), limited: qp > wished }
    }

    /// Reports the size of a coded frame.
    pub fn finish(&mut self, index: u64, size: impl Into<CodedSize>) {
        if let Some(frame) = self.in_flight.iter_mut().find(|frame| frame.index == index) {
            frame.actual = Some(size.into());
        }
    }

    /// Learns from the frames that may be known when frame `next` starts.
    fn absorb(&mut self, next: u64) {
        while let Some(frame) = self.in_flight.front() {
            if frame.index.saturating_add(self.config.delay as u64) >= next {
                break;
            }
            let Some(frame) = self.in_flight.pop_front() else { break };
            let Some(size) = frame.actual else { continue };
            let step = frame.step * exp2(size.raised_qp / 6.0);
            self.model.learn(frame.kind, frame.weighted_cost, step, size.bits as f64);
            self.note_raised(&frame, size.raised_qp);
            let actual = (size.bits + size.filler) as f64;
            if let Some(plan) = &mut self.plan {
                plan.finished(frame.index, actual);
            }
            if frame.counted && matches!(self.config.mode, RateMode::AverageBitRate { .. }) {
                let bits = (actual - self.model.overhead()).max(0.0);
                self.average.finished(frame.index, actual - frame.predicted, bits);
            }
            self.note_known(&frame, actual);
        }
    }
}

fn check_mode(mode: RateMode) -> Result<(), Error> {
    match mode {
        RateMode::ConstantQuality { rate_factor } => Error::check("rate factor", rate_factor, 0.0, 51.0),
        RateMode::AverageBitRate { bits_per_second } => {
            Error::check("average bit rate", bits_per_second, 1.0, 1e12)
        }
        RateMode::ConstantQp { qp } => Error::check("QP", qp, 0.0, 51.0),
    }
}

/// Quantiser step of a QP: it doubles every 6.
pub fn step_of_qp(qp: f64) -> f64 {
    0.85 * exp2((qp - 12.0) / 6.0)
}

/// QP of a quantiser step.
pub fn qp_of_step(step: f64) -> f64 {
    12.0 + 6.0 * log2(step / 0.85)
}

#[cfg(test)]
mod tests;
