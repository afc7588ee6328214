//! Low latency with an average bit rate: what the even sizes of frames and layers need to know of a stream.

use vitascope_encode::{FrameKind, LowLatencyFrame, LowLatencyPlan, LowLatencyRate, PlannedFrame};

use super::config::EncoderConfig;
use super::rate_config::RateControl;
use super::row_history::RowHistory;
use super::temporal_layers::BaseLayer;

/// Even sizes, while an average bit rate is set.
#[derive(Debug)]
pub(crate) struct LowLatency {
    rate: LowLatencyRate,
    is_on: bool,
    /// Part of the frames that the base layer has.
    base_frames: f64,
    /// Part of the bits that it gets, where the caller says it.
    base_bits: Option<f64>,
    rows: RowHistory,
    /// QP of the frame that is being coded.
    qp: f64,
    is_intra: bool,
}

/// Bits of a frame of the base layer, in those of another frame, where nothing else is said: others depend on it.
const BASE_WEIGHT: f64 = 1.5;

impl LowLatency {
    /// For a stream of pictures of so many macroblocks; `None` unless it wants low latency.
    pub(crate) fn new(
        config: &EncoderConfig,
        macroblocks: u32,
        frame_rate: f64,
        qps: (f64, f64),
    ) -> Option<Self> {
        if !config.low_latency {
            return None;
        }
        let base_frames = match config.base_layer {
            None => 1.0,
            Some(BaseLayer::Fraction(fraction)) => fraction,
            Some(BaseLayer::FrameRate(rate)) => (rate / frame_rate).min(1.0),
        };
        // The rate follows; one bit a second is within its range.
        let mut rate = LowLatencyRate::new(1.0, macroblocks).ok()?;
        rate.set_qp_bounds(qps.0, qps.1);
        if let Some(expected) = config.frame_rate {
            rate.expect_frame_rate(expected);
        }
        let mut all = Self {
            rate,
            is_on: false,
            base_frames,
            base_bits: config.base_layer_bit_rate_fraction,
            rows: RowHistory::default(),
            qp: 0.0,
            is_intra: false,
        };
        all.set_control(config.rate_control);
        Some(all)
    }

    pub(crate) fn set_control(&mut self, control: RateControl) {
        self.is_on = match control {
            // Checked when it was set.
            RateControl::AverageBitRate(bits) => self.rate.set_bits_per_second(bits.into()).is_ok(),
            _ => false,
        };
    }

    pub(crate) fn set_qp_bounds(&mut self, min_qp: f64, max_qp: f64) {
        self.rate.set_qp_bounds(min_qp, max_qp);
    }

    pub(crate) fn set_base_bits(&mut self, part: Option<f64>) {
        self.base_bits = part;
    }

    /// The plan of the next frame, while an average bit rate is set.
    pub(crate) fn start<T>(&mut self, planned: &PlannedFrame<T>, kind: FrameKind) -> Option<LowLatencyPlan> {
        if !self.is_on {
            return None;
        }
        let is_enhancement = matches!(kind, FrameKind::B | FrameKind::ReferenceB);
        let base = self.base_frames;
        let base_bits =
            self.base_bits.unwrap_or(BASE_WEIGHT * base / (BASE_WEIGHT * base + 1.0 - base)).clamp(0.02, 1.0);
        let (layer_bits, layer_frames) = match (base < 1.0, is_enhancement) {
            (false, _) => (1.0, 1.0),
            (true, false) => (base_bits, base),
            (true, true) => ((1.0 - base_bits).max(0.02), 1.0 - base),
        };
        let plan = self.rate.start(&LowLatencyFrame {
            is_intra: kind.is_intra(),
            weighted_cost: planned.cost.weighted,
            duration_seconds: planned.duration_seconds,
            is_enhancement,
            layer_bits,
            layer_frames,
        });
        (self.qp, self.is_intra) = (plan.qp, kind.is_intra());
        Some(plan)
    }

    /// Where the bytes of the frame that is being coded are to be expected, as far as those before say it.
    pub(crate) fn row_history(&self) -> Option<&RowHistory> {
        (!self.is_intra).then_some(&self.rows)
    }

    /// The frame has this size, its quantisers raised by so much to keep it small, and its rows would have taken these
    /// bytes without that.
    pub(crate) fn finish(&mut self, bits: u64, raised: f32, row_efforts: &[f64]) {
        if self.is_on {
            self.rate.finish(bits as f64, self.qp, raised.into());
            if !self.is_intra {
                self.rows.learn(row_efforts, self.qp);
            }
        }
    }
}
