//! What rate control decides for each picture, and what it is told afterwards.

use vitascope_core::Time;
use vitascope_encode::{
    BufferLimit, CodedSize, FrameKind, FrameRecord, LeastBits, PlannedFrame, RateConfig, RateFrame, RateMode,
    SizeLimits, WindowLimit,
};

use super::config::{EncoderConfig, EntropyMode};
use super::decode_clock::{DecodeClock, PictureTimes};
use super::error::Error;
use super::frame_coder::CodedFrame;
use super::hrd::{BufferModel, most_message_bytes};
use super::low_latency::LowLatency;
use super::rate_config::{RateControl, RateLimits, check_limits, check_rate_control, quantiser_of_quality};
use super::row_budget::RowBudget;
use super::saving::least_picture_bytes;
use super::slice::SliceKind;
use super::stream::StreamParameters;

/// Frames whose sizes the rate control does not know when it starts another, where frames may overlap: the same
/// at every thread count, so that the stream is.
pub(crate) const RATE_DELAY: usize = 3;
/// Least quantiser in use: below it, levels of flat blocks leave the range of the transforms.
const MIN_QP: f32 = 1.0;
/// Highest quantiser.
const MAX_QP: f32 = 51.0;
/// Most bytes of a NAL unit: its length has 32 bits.
const LARGEST_UNIT: u64 = 1 << 31;

/// Rate control of a stream.
#[derive(Debug)]
pub(crate) struct Rate {
    control: vitascope_encode::RateControl,
    low_latency: Option<LowLatency>,
    settings: RateSettings,
    /// Changes so far, and the last one that a started frame brought along.
    changes: u64,
    applied: u64,
    clock: DecodeClock,
    buffer: Option<BufferModel>,
    /// Bytes of the parameter sets with their prefixes.
    parameter_bytes: usize,
    /// Sizes matter to the byte.
    exact: bool,
    level: LevelGuard,
}

/// The settings that may change between frames.
#[derive(Clone, Copy, Debug, PartialEq)]
struct RateSettings {
    control: RateControl,
    limits: RateLimits,
}

/// What a frame in the lookahead carries along: the settings when it was submitted, and which change they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RateTicket {
    change: u64,
    settings: RateSettings,
    forced_qp: Option<u8>,
}

/// How a picture is to be coded.
pub(crate) struct CodingPlan {
    pub(crate) base_qp: f64,
    pub(crate) slice_qp: u8,
    /// Quantiser of each macroblock, raster order.
    pub(crate) qps: Vec<u8>,
    /// Most bytes of the picture's NAL unit with its length.
    pub(crate) max_bytes: Option<usize>,
    pub(crate) budget: Option<RowBudget>,
    pub(crate) times: PictureTimes,
}

impl Rate {
    pub(crate) fn new(
        config: &EncoderConfig,
        stream: &StreamParameters,
        rate: RateConfig,
    ) -> Result<Self, Error> {
        let settings = RateSettings { control: config.rate_control, limits: config.rate_limits };
        let buffer = stream.buffer();
        let timing = stream.decode_timing();
        let (sps, pps) = stream.parameter_sets();
        let parameter_bytes = sps.len() + pps.len() + 8;
        let exact = buffer.is_some();
        let level = LevelGuard::new(stream);
        let besides = [bytes_besides(true, exact, parameter_bytes), bytes_besides(false, exact, 0)];
        let (min_qp, max_qp) = qp_bounds(&settings.limits);
        let control = vitascope_encode::RateControl::new(RateConfig {
            mode: rate_mode(settings.control),
            min_qp,
            max_qp,
            limits: SizeLimits {
                windows: windows(&settings.limits),
                buffer: buffer
                    .map(|buffer| BufferLimit {
                        rate: buffer.bit_rate as f64,
                        size: if buffer.constant { buffer.size as f64 } else { buffer.usable_bits() },
                        initial: buffer.initial_bits(),
                        is_lenient: false,
                    })
                    .or(Some(level.buffer())),
                continues: config.more_frames_before_start,
            },
            least_bits: least_bits(stream, rate.macroblocks, besides),
            more_follows: config.more_frames_after_end,
            ..rate
        })?;
        let tick = f64::from(timing.num_units_in_tick) / f64::from(timing.time_scale);
        // Without a buffer nothing is stated in ticks, so they may be fine.
        let tick = if buffer.is_some() { tick } else { FINE_TICK };
        Ok(Self {
            control,
            low_latency: LowLatency::new(config, rate.macroblocks, rate.frame_rate, (min_qp, max_qp)),
            settings,
            changes: 0,
            applied: 0,
            clock: DecodeClock::new(tick, rate.frame_rate, stream.reorder_depth()),
            buffer: buffer.map(|buffer| BufferModel::new(buffer, timing, config.signal.fields)),
            parameter_bytes,
            exact,
            level,
        })
    }

    pub(crate) fn set_control(&mut self, control: RateControl) -> Result<(), Error> {
        check_rate_control(control)?;
        self.settings.control = self.level.held_down(control);
        self.changes += 1;
        Ok(())
    }

    pub(crate) fn set_limits(&mut self, limits: RateLimits) -> Result<(), Error> {
        check_limits(&limits)?;
        self.settings.limits = limits;
        self.changes += 1;
        Ok(())
    }

    /// See [`vitascope_encode::RateControl::set_plan`].
    pub(crate) fn set_plan(&mut self, records: &[FrameRecord], bits: f64) {
        self.control.set_plan(records, bits);
    }

    pub(crate) fn set_base_layer_bits(&mut self, part: Option<f64>) {
        if let Some(low_latency) = &mut self.low_latency {
            low_latency.set_base_bits(part);
        }
    }

    pub(crate) fn set_max_key_interval(&mut self, frames: u32) {
        self.control.set_max_key_interval(frames);
    }

    /// A frame comes in, perhaps with a quantiser of its own.
    pub(crate) fn submitted(&mut self, time: Time, forced_qp: Option<u8>) -> RateTicket {
        self.clock.submitted(time);
        RateTicket { change: self.changes, settings: self.settings, forced_qp }
    }

    /// Plans the next picture in coding order, which counts as of a kind, and whose access unit has so many bytes
    /// of messages.
    pub(crate) fn start<T>(
        &mut self,
        planned: &PlannedFrame<T>,
        kind: FrameKind,
        ticket: RateTicket,
        message_bytes: usize,
    ) -> CodingPlan {
        self.apply(ticket);
        let times = self.clock.start(planned.display_index, planned.duration_seconds);
        let even = match (&mut self.low_latency, ticket.forced_qp) {
            (Some(low_latency), None) => low_latency.start(planned, kind),
            _ => None,
        };
        let frame = RateFrame {
            kind,
            decode_seconds: Some(self.clock.seconds(times.decode)),
            forced_qp: match even {
                Some(plan) => Some(plan.qp),
                None => ticket.forced_qp.map(|qp| f64::from(qp).max(f64::from(MIN_QP))),
            },
            ..RateFrame::new(planned)
        };
        self.control.announce(planned.info.presentation_time);
        let plan = self.control.start(&frame);
        // The least quality that the caller accepts comes before even sizes.
        let may_raise = f32::from(ticket.settings.limits.max_qp) >= MAX_QP;
        let even_bits = even.filter(|_| may_raise).map(|plan| plan.max_bits as u64);
        let max_bits = plan.max_bits.into_iter().chain(even_bits).min();
        let is_sync = planned.kind == FrameKind::Idr;
        let max_bytes = max_bits.map(|bits| {
            let besides = message_bytes + bytes_besides(is_sync, self.exact, self.parameter_bytes);
            ((bits / 8).min(LARGEST_UNIT) as usize).saturating_sub(besides)
        });
        let base = plan.qp as f32;
        let limits = ticket.settings.limits;
        let lowest = MIN_QP.max(limits.min_qp.into());
        // Where sizes demand it, quantisers go beyond the greatest.
        let highest = if plan.limited { MAX_QP } else { lowest.max(limits.max_qp.into()) };
        let (slice_qp, qps) = match ticket.forced_qp {
            Some(_) => {
                let qp = base.round().clamp(MIN_QP, MAX_QP) as u8;
                (qp, vec![qp; planned.qp_offsets.len()])
            }
            None => {
                let qp = |offset: f32| (base + offset).round().clamp(lowest, highest) as u8;
                (qp(0.0), planned.qp_offsets.iter().map(|&offset| qp(offset)).collect())
            }
        };
        let budget = even.filter(|_| may_raise).zip(max_bytes).map(|(plan, most)| {
            let most = (plan.row_bits / 8.0).min(most as f64);
            let history = self.low_latency.as_ref().and_then(LowLatency::row_history);
            RowBudget::new(plan.target_bits / 8.0, most, &planned.row_costs, history)
        });
        CodingPlan { base_qp: plan.qp, slice_qp, qps, max_bytes, budget, times }
    }

    /// A picture is coded: completes its access unit and takes note of its size. In decode order.
    pub(crate) fn finish(
        &mut self,
        coding_index: u64,
        coded: &mut CodedFrame,
        times: PictureTimes,
        is_sync: bool,
    ) {
        let parameter_bytes = if is_sync { self.parameter_bytes } else { 0 };
        let filler = match &mut self.buffer {
            Some(buffer) => buffer.complete(&mut coded.data, times, is_sync, parameter_bytes),
            None => 0,
        };
        let size = CodedSize {
            bits: 8 * (coded.data.len() - filler + parameter_bytes) as u64,
            filler: 8 * filler as u64,
            raised_qp: coded.raised.into(),
        };
        if let Some(low_latency) = &mut self.low_latency {
            low_latency.finish(size.bits, coded.raised, &coded.efforts);
        }
        self.control.finish(coding_index, size);
    }

    /// Settings that a frame brings along. In coding order an earlier frame may follow a later one; what has
    /// changed stays so.
    fn apply(&mut self, ticket: RateTicket) {
        if ticket.change <= self.applied {
            return;
        }
        self.applied = ticket.change;
        let RateSettings { control, limits } = ticket.settings;
        let (min_qp, max_qp) = qp_bounds(&limits);
        // Checked when they were set.
        let _ = self.control.set_mode(rate_mode(control));
        let _ = self.control.set_qp_bounds(min_qp, max_qp);
        if let Some(low_latency) = &mut self.low_latency {
            low_latency.set_control(control);
            low_latency.set_qp_bounds(min_qp, max_qp);
        }
        let _ = self.control.set_windows(windows(&limits));
    }
}

/// Sees to it that a stream keeps to its level.
#[derive(Debug)]
struct LevelGuard {
    /// Bits per second and of the buffer that the level permits.
    bit_rate: u64,
    size: u64,
}

impl LevelGuard {
    fn new(stream: &StreamParameters) -> Self {
        let (bit_rate, size) = stream.level_limits();
        Self { bit_rate, size }
    }

    /// No average beyond what the level permits.
    fn held_down(&self, control: RateControl) -> RateControl {
        match control {
            RateControl::AverageBitRate(bits) if u64::from(bits) > self.bit_rate => {
                log::warn!(
                    "an average of {bits} bits per second is held to the {} of the stream's level",
                    self.bit_rate
                );
                RateControl::AverageBitRate(self.bit_rate as u32)
            }
            control => control,
        }
    }

    /// The level's own buffer (A.3.1).
    fn buffer(&self) -> BufferLimit {
        let (rate, size) = (self.bit_rate as f64, self.size as f64);
        BufferLimit { rate, size, initial: size, is_lenient: true }
    }
}

/// Seconds of a tick where none is stated in the stream.
const FINE_TICK: f64 = 1e-7;

/// Bytes of an access unit that are not its slice, with messages of timing where those are exact.
fn bytes_besides(is_sync: bool, exact: bool, parameter_bytes: usize) -> usize {
    let messages = if exact { most_message_bytes(is_sync) } else { 0 };
    messages + if is_sync { parameter_bytes } else { 0 }
}

/// Bits of the smallest pictures that there are, with so many bytes besides the slices of sync pictures and others.
fn least_bits(stream: &StreamParameters, macroblocks: u32, besides: [usize; 2]) -> LeastBits {
    let cabac = stream.entropy() == EntropyMode::Cabac;
    let [intra, predicted] =
        [SliceKind::I, SliceKind::P].map(|kind| 8.0 * least_picture_bytes(kind, cabac, macroblocks as usize));
    LeastBits { intra: intra + 8.0 * besides[0] as f64, predicted: predicted + 8.0 * besides[1] as f64 }
}

/// The least and the greatest QP; 0, which is lossless in no profile here, counts as 1.
fn qp_bounds(limits: &RateLimits) -> (f64, f64) {
    let bound = |qp: u8| f64::from(MIN_QP.max(qp.into()));
    (bound(limits.min_qp), bound(limits.max_qp))
}

fn windows(limits: &RateLimits) -> [Option<WindowLimit>; 2] {
    limits.data_rate.map(|limit| {
        limit.map(|limit| WindowLimit { bits: 8.0 * limit.bytes as f64, seconds: limit.seconds })
    })
}

fn rate_mode(control: RateControl) -> RateMode {
    match control {
        RateControl::ConstantQuality(quality) => {
            RateMode::ConstantQuality { rate_factor: quantiser_of_quality(quality) }
        }
        RateControl::AverageBitRate(bits) => RateMode::AverageBitRate { bits_per_second: f64::from(bits) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_quality_never_means_a_coarser_quantiser() {
        let factors: Vec<f64> = (0..=1000).map(|i| quantiser_of_quality(f64::from(i) / 1000.0)).collect();
        assert!(factors.windows(2).all(|w| w[1] < w[0]));
        assert_eq!((factors[0], factors[500], factors[1000]), (45.0, 26.0, 1.0));
    }
}
