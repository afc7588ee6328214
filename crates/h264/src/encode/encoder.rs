//! The encoder: frames in, coded frames out.

use std::collections::VecDeque;
use std::sync::Arc;

use vitascope_bits::length_prefixed;
use vitascope_core::{FourCc, PixelBuffer, Time};
use vitascope_encode::{
    FrameInfo, FrameKind, FrameRecord, KeyFrameLimits, Lookahead, LookaheadConfig, LumaView, PlannedFrame,
    RateConfig,
};

use super::analysis::CodingTables;
use super::config::{EncodedFrame, EncoderConfig, EntropyMode, FrameInput, SliceKind, Update};
use super::deblock::DeblockParameters;
use super::decode_clock::PictureTimes;
use super::effort::Tools;
use super::error::Error;
use super::frame_coder::{CodedFrame, FrameJob, ReachLimits};
use super::macroblock::Mv;
use super::motion_cost::MotionCosts;
use super::picture::{Geometry, PictureWriter, Reference, SourcePicture};
use super::picture_timing::{DEFAULT_TIME_OFFSET_LENGTH, picture_timing};
use super::quality_metrics::mean_squared_errors;
use super::rate::{CodingPlan, RATE_DELAY, Rate, RateTicket};
use super::reconstruction;
use super::reference_buffer::{PictureKind, PicturePlan, ReferenceBuffer};
use super::residual::ResidualCoder;
use super::source;
use super::stream::{SliceParameters, StreamParameters, UNKNOWN_FRAME_RATE};
use super::temporal_layers::LayerClock;
use super::weights::{self, Brightness};
use super::worker::{Pending, Workers};
use crate::syntax::sei::{self, SeiMessage};

/// Most pictures coded at a time.
const MAX_THREADS: usize = RATE_DELAY + 1;
/// Sync frame distance where the caller leaves it open.
const DEFAULT_KEY_INTERVAL: u32 = 250;

/// An H.264 encoder.
///
/// Frames go in by [`submit`](Self::submit) and come out of [`receive`](Self::receive) in decode
/// order. The same frames and settings give the same bytes at any thread count and CPU level.
pub struct Encoder {
    config: EncoderConfig,
    stream: StreamParameters,
    geometry: Geometry,
    tables: Arc<CodingTables>,
    tools: Tools,
    reach: ReachLimits,
    lookahead: Lookahead<Waiting>,
    rate: Rate,
    workers: Workers,
    threads: usize,
    /// Most frames held inside after a submission.
    max_held: usize,
    allow_temporal: bool,
    references: ReferenceBuffer<Reference>,
    layers: LayerClock,
    /// Display index of the last sync frame.
    first_in_order: u64,
    idr_count: u32,
    /// Presentation times of the sync frames of the whole stream in order, where a pass before has set them.
    sync_times: Vec<Time>,
    in_flight: VecDeque<(Flight, Pending)>,
    finished: VecDeque<EncodedFrame>,
    spare_sources: Vec<SourcePicture>,
    /// Pictures that readers may still hold.
    spare_pictures: Vec<PictureWriter>,
    failed: bool,
}

/// A frame in the lookahead.
struct Waiting {
    token: u64,
    source: Arc<SourcePicture>,
    messages: Vec<SeiMessage>,
    max_slice_bytes: usize,
    refresh: bool,
    rate: RateTicket,
}

/// What is known of a frame while it is being coded.
struct Flight {
    token: u64,
    coding_index: u64,
    is_sync: bool,
    is_reference: bool,
    slice_kind: SliceKind,
    long_term_token: Option<i64>,
    /// Length-prefixed NAL units before the slice.
    messages: Vec<u8>,
    times: PictureTimes,
    /// What later passes learn of it, but for its size.
    record: FrameRecord,
}

impl Encoder {
    /// Opens an encoder.
    ///
    /// # Errors
    /// A setting outside its range, or a combination that the profile or level does not allow.
    pub fn new(config: EncoderConfig) -> Result<Self, Error> {
        let tools = Tools::at(config.effort);
        let tools = if config.measuring { tools.measuring() } else { tools };
        Self::with_tools(config, tools)
    }

    fn with_tools(config: EncoderConfig, tools: Tools) -> Result<Self, Error> {
        let delay = config.max_frame_delay.map_or(usize::MAX, |d| d as usize);
        let delay = if config.low_latency { 0 } else { delay };
        let waits = !config.real_time && !config.long_term_references;
        let wished = config.lookahead_frames.map_or(tools.lookahead, |frames| frames as usize);
        let depth = if waits { wished.min(delay) } else { 0 };
        let may_reorder =
            config.allow_frame_reordering && config.allow_temporal_compression && config.base_layer.is_none();
        let b_frames = if may_reorder && depth > 0 { tools.b_frames } else { 0 };
        let stream = StreamParameters::new(&config, b_frames > 0, &tools)?;
        let geometry = Geometry {
            mb_width: config.width.div_ceil(16) as usize,
            mb_height: config.height.div_ceil(16) as usize,
        };
        let machine = || std::thread::available_parallelism().map_or(1, usize::from);
        let threads = if config.threads == 0 { machine() } else { config.threads }.clamp(1, MAX_THREADS);
        let frame_rate = config.frame_rate.unwrap_or(UNKNOWN_FRAME_RATE);
        let lookahead = Lookahead::new(LookaheadConfig {
            width: config.width as usize,
            height: config.height as usize,
            depth,
            key_frames: key_frame_limits(
                key_interval(&config, config.max_key_frame_interval),
                config.max_key_frame_interval_duration,
            ),
            scene_cut: !config.low_latency,
            max_b_frames: if stream.reorder_depth() > 0 { b_frames } else { 0 },
            b_references: stream.reorder_depth() > 1,
            importance_propagation: depth > 0,
            adaptive_quantisation: if config.adaptive_quantisation { ADAPTIVE_QUANTISATION } else { 0.0 },
            frame_rate,
            cpu_level: config.cpu_level,
            ..LookaheadConfig::default()
        })?;
        let rate = RateConfig {
            macroblocks: geometry.macroblocks() as u32,
            frame_rate,
            importance_propagation: depth > 0,
            source_frame_count: config.source_frame_count,
            max_key_interval: key_interval(&config, config.max_key_frame_interval),
            delay: if config.low_latency { 0 } else { RATE_DELAY },
            ..RateConfig::default()
        };
        let rate = Rate::new(&config, &stream, rate)?;
        let cavlc = stream.entropy() == EntropyMode::Cavlc;
        let tables = Arc::new(CodingTables {
            kernels: vitascope_dsp::video::VideoKernels::new(config.cpu_level),
            residual: ResidualCoder::new(0, cavlc, cavlc && !stream.high_profile()),
            motion_costs: MotionCosts::new(),
        });
        // Where pictures do not overlap, references are complete.
        let down = if config.low_latency {
            geometry.mb_height * 16
        } else {
            (geometry.mb_height / 4).clamp(4, 16) * 16
        };
        let reach = ReachLimits { down, vertical: stream.vertical_reach() };
        Ok(Self {
            allow_temporal: config.allow_temporal_compression,
            geometry,
            tables,
            tools,
            reach,
            lookahead,
            rate,
            workers: Workers::new(threads),
            threads,
            max_held: delay,
            references: ReferenceBuffer::new(stream.references(), stream.max_frame_num()),
            layers: LayerClock::new(config.base_layer),
            stream,
            first_in_order: 0,
            idr_count: 0,
            sync_times: Vec::new(),
            in_flight: VecDeque::new(),
            finished: VecDeque::new(),
            spare_sources: Vec::new(),
            spare_pictures: Vec::new(),
            failed: false,
            config,
        })
    }

    /// Settings the encoder was opened with.
    pub fn config(&self) -> &EncoderConfig {
        &self.config
    }

    /// Sequence and picture parameter set, as NAL units.
    pub fn parameter_sets(&self) -> (&[u8], &[u8]) {
        self.stream.parameter_sets()
    }

    /// Pixel formats that [`submit`](Self::submit) takes, best first.
    pub fn pixel_formats() -> &'static [FourCc] {
        source::PIXEL_FORMATS
    }

    /// Takes a frame, copying its pixels. Blocks while as many frames are being coded as there are
    /// threads, or as [`EncoderConfig::max_frame_delay`] demands.
    ///
    /// # Errors
    /// The buffer has another size or a pixel format that is not taken; the frame was not accepted.
    /// Or coding broke down, and the encoder is of no more use.
    pub fn submit(&mut self, buffer: &PixelBuffer, input: FrameInput) -> Result<(), Error> {
        self.check_health()?;
        let mut picture = self.spare_sources.pop().unwrap_or_else(|| SourcePicture::new(self.geometry));
        source::copy(buffer, self.config.width as usize, self.config.height as usize, &mut picture)?;
        let picture = Arc::new(picture);
        let luma = LumaView {
            data: &picture.luma,
            stride: picture.luma_stride(),
            width: self.config.width as usize,
            height: self.config.height as usize,
        };
        let info = FrameInfo {
            presentation_time: input.presentation_time,
            duration: input.duration,
            force_key: input.force_key_frame
                || self.sync_times.binary_search(&input.presentation_time).is_ok()
                || (input.force_long_term_refresh && !self.references.has_acknowledged()),
            intra_only: !self.allow_temporal,
        };
        let waiting = Waiting {
            token: input.token,
            source: Arc::clone(&picture),
            messages: input.messages,
            max_slice_bytes: self.config.max_slice_bytes as usize,
            refresh: input.force_long_term_refresh,
            rate: self.rate.submitted(input.presentation_time, input.base_qp),
        };
        self.lookahead.push(luma, info, waiting)?;
        self.advance()?;
        while self.lookahead.pending() + self.in_flight.len() > self.max_held {
            if self.in_flight.is_empty() {
                break;
            }
            self.collect()?;
        }
        Ok(())
    }

    /// The next coded frame in decode order, if one is done.
    pub fn receive(&mut self) -> Option<EncodedFrame> {
        while self.finished.is_empty() {
            let coded = self.in_flight.front()?.1.try_take()?;
            let (flight, _) = self.in_flight.pop_front()?;
            self.complete(&flight, coded);
        }
        self.finished.pop_front()
    }

    /// The next coded frame in decode order, waiting for one that is being coded; `None` when more frames
    /// or a [`flush`](Self::flush) must come first.
    ///
    /// # Errors
    /// Coding broke down.
    pub fn receive_waiting(&mut self) -> Result<Option<EncodedFrame>, Error> {
        if self.finished.is_empty() && !self.in_flight.is_empty() {
            self.collect()?;
        }
        Ok(self.finished.pop_front())
    }

    /// Codes everything submitted, so that [`receive`](Self::receive) gives it out. More frames may
    /// follow.
    ///
    /// # Errors
    /// Coding broke down.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.check_health()?;
        self.lookahead.flush();
        self.advance()?;
        while !self.in_flight.is_empty() {
            self.collect()?;
        }
        Ok(())
    }

    /// Says that a receiver has the long-term reference of this token, so that frames submitted from now on can
    /// count on it. A token that is not in use, or no more, does nothing.
    pub fn acknowledge(&mut self, token: i64) {
        self.references.acknowledge(token);
    }

    /// Changes a setting between frames.
    ///
    /// # Errors
    /// The value is outside its range; nothing changed.
    pub fn update(&mut self, update: Update) -> Result<(), Error> {
        match update {
            Update::RateControl(control) => {
                self.rate.set_control(control)?;
                self.config.rate_control = control;
            }
            Update::RateLimits(limits) => {
                self.rate.set_limits(limits)?;
                self.config.rate_limits = limits;
            }
            Update::FrameRate(rate) => {
                super::stream::check_frame_rate(rate)?;
                self.lookahead.set_frame_rate(rate);
                self.config.frame_rate = Some(rate);
            }
            Update::KeyFrames { max_interval, max_duration } => {
                let max_interval = key_interval(&self.config, max_interval);
                self.lookahead.set_key_limits(key_frame_limits(max_interval, max_duration));
                self.rate.set_max_key_interval(max_interval);
            }
            Update::AllowTemporalCompression(allow) => self.allow_temporal = allow,
            Update::BaseLayerBitRateFraction(fraction) => {
                super::stream::check_layer_bits(fraction)?;
                self.config.base_layer_bit_rate_fraction = fraction;
                self.rate.set_base_layer_bits(fraction);
            }
            Update::MaxSliceBytes(bytes) => self.config.max_slice_bytes = bytes,
        }
        Ok(())
    }

    /// Frames by which decode order may run ahead of the order in which frames are shown: 0 to 2.
    pub fn reorder_depth(&self) -> usize {
        self.stream.reorder_depth()
    }

    /// Tells what a pass before has found, before the first frame: the records of the frames that will be submitted, in coding
    /// order, and how many bits they may take together; and the presentation times of all sync frames of the stream, in
    /// order, which shall be sync frames again.
    ///
    /// The bits count with [`RateControl::AverageBitRate`](super::RateControl::AverageBitRate) only, until it is changed.
    pub fn follow(&mut self, records: &[FrameRecord], bits: f64, sync_times: Vec<Time>) {
        self.rate.set_plan(records, bits);
        self.sync_times = sync_times;
    }

    /// Frames submitted and not received yet.
    pub fn pending(&self) -> usize {
        self.lookahead.pending() + self.in_flight.len() + self.finished.len()
    }

    fn check_health(&self) -> Result<(), Error> {
        if self.failed { Err(Error::Broken) } else { Ok(()) }
    }

    /// Starts every frame that the lookahead gives out.
    fn advance(&mut self) -> Result<(), Error> {
        while let Some(planned) = self.lookahead.pop() {
            while self.in_flight.len() >= self.threads {
                self.collect()?;
            }
            self.start(planned);
        }
        Ok(())
    }

    fn start(&mut self, mut planned: PlannedFrame<Waiting>) {
        let is_sync = planned.kind == FrameKind::Idr;
        let refresh = planned.payload.refresh && !is_sync;
        let in_base_layer = self.layers.is_base(is_sync, refresh, planned.info.presentation_time);
        let is_reference = planned.kind.is_reference() && in_base_layer;
        let messages = self.message_unit(std::mem::take(&mut planned.payload.messages), is_sync);
        // Nothing depends on a frame outside the base layer, as on a B picture.
        let rate_kind = if in_base_layer { planned.kind } else { FrameKind::B };
        let CodingPlan { base_qp, slice_qp, qps, max_bytes, budget, times } =
            self.rate.start(&planned, rate_kind, planned.payload.rate, messages.len());
        let record = FrameRecord { kind: rate_kind, ..FrameRecord::new(&planned, base_qp) };
        let Waiting { token, source, max_slice_bytes, .. } = planned.payload;
        let kind = match planned.kind {
            FrameKind::Idr | FrameKind::I => SliceKind::I,
            FrameKind::P => SliceKind::P,
            FrameKind::ReferenceB | FrameKind::B => SliceKind::B,
        };
        if is_sync {
            // Passes over parts of a stream number its sync frames as a pass over all of it.
            self.idr_count = match self.sync_times.binary_search(&planned.info.presentation_time) {
                Ok(place) => place as u32 + 1,
                Err(_) => self.idr_count + 1,
            };
            self.first_in_order = planned.display_index;
        }
        let order = planned.display_index - self.first_in_order;
        let picture = self.spare_picture();
        let brightness = self.stream.weighted().then(|| Arc::new(Brightness::of(&source)));
        let PicturePlan {
            frame_num,
            lists: references,
            nearest,
            modification,
            marking,
            token: long_term_token,
        } = self.references.next(PictureKind { slices: kind, is_sync, is_reference, refresh, order }, || {
            picture.reference(brightness.clone())
        });
        let weights: Vec<_> = match (kind, &brightness) {
            (SliceKind::P, Some(own)) => {
                let weights = |other: &Reference| own.weights(other.brightness.as_ref()?);
                references[0].iter().map(weights).collect()
            }
            _ => Vec::new(),
        };
        let headers = self.stream.slice_headers(&SliceParameters {
            kind,
            is_sync,
            is_reference,
            frame_num,
            idr_pic_id: self.idr_count & 1,
            order,
            modification,
            marking,
            slice_qp,
            weights: (kind == SliceKind::P && self.stream.weighted()).then(|| weights::table(&weights)),
            references: [references[0].len(), references[1].len()],
        });
        // The picture referred to may lie further back than the one that the lookahead looked at.
        let looked = planned.references[0].map_or(1, |r| planned.display_index.saturating_sub(r).max(1));
        let distance =
            nearest.map_or(1, |nearest| (order.saturating_sub(nearest) / looked).clamp(1, 4)) as i16;
        let job = FrameJob {
            tables: Arc::clone(&self.tables),
            tools: self.tools,
            kind,
            cabac: self.stream.entropy() == EntropyMode::Cabac,
            transform_8x8_mode: self.stream.high_profile(),
            deblocking: DeblockParameters { offset_a: 0, offset_b: 0, chroma_qp_offset: 0 },
            headers,
            slice_qp,
            max_slice_bytes,
            qps,
            hints: [(planned.motion, distance), (planned.backward_motion, 1)].map(|(motion, distance)| {
                let scaled = |m: &vitascope_encode::MotionVector| {
                    Mv::new(m.x.saturating_mul(distance), m.y.saturating_mul(distance))
                };
                motion.iter().map(scaled).collect()
            }),
            limits: self.reach,
            source,
            picture,
            references,
            weights,
            is_reference,
            keep_reconstruction: self.config.report_reconstruction || self.config.report_quality,
            max_bytes,
            budget,
        };
        let pending = self.workers.start(job);
        let flight = Flight {
            token,
            coding_index: planned.coding_index,
            is_sync,
            is_reference,
            slice_kind: kind,
            long_term_token,
            messages,
            times,
            record,
        };
        self.in_flight.push_back((flight, pending));
    }

    /// The SEI unit of a frame with its length: the stream's messages at sync frames, then its own.
    fn message_unit(&self, mut messages: Vec<SeiMessage>, is_sync: bool) -> Vec<u8> {
        if is_sync {
            messages.splice(0..0, self.config.stream_messages.iter().cloned());
        }
        // A decoder's buffer has its own message with the fields in it.
        let fields = self.config.signal.fields.filter(|_| self.stream.buffer().is_none());
        if let Some(order) = fields {
            messages.insert(0, picture_timing(None, Some(order), DEFAULT_TIME_OFFSET_LENGTH));
        }
        let mut unit = Vec::new();
        if !messages.is_empty() {
            // Four bytes hold any length.
            let _ = length_prefixed::append(&sei::nal_unit(&messages), 4, &mut unit);
        }
        unit
    }

    /// A picture that nothing refers to any more, or a new one.
    fn spare_picture(&mut self) -> PictureWriter {
        let free = self.spare_pictures.iter_mut().position(PictureWriter::restart);
        free.map_or_else(|| PictureWriter::new(self.geometry), |i| self.spare_pictures.swap_remove(i))
    }

    /// Waits for the oldest frame in flight.
    fn collect(&mut self) -> Result<(), Error> {
        let Some((flight, pending)) = self.in_flight.pop_front() else { return Ok(()) };
        let Some(coded) = pending.wait() else {
            self.failed = true;
            self.in_flight.clear();
            return Err(Error::Broken);
        };
        self.complete(&flight, coded);
        Ok(())
    }

    fn complete(&mut self, flight: &Flight, mut coded: CodedFrame) {
        coded.data.splice(0..0, flight.messages.iter().copied());
        self.rate.finish(flight.coding_index, &mut coded, flight.times, flight.is_sync);
        let (width, height) = self.stream.coded_size();
        let reconstruction_md5 =
            self.config.report_reconstruction.then(|| reconstruction::md5(&coded.picture, width, height));
        let mean_squared_error = self
            .config
            .report_quality
            .then(|| mean_squared_errors(&coded.source, &coded.picture, width, height));
        self.spare_sources.extend(Arc::into_inner(coded.source));
        self.spare_pictures.push(coded.picture);
        let record = FrameRecord {
            bits: 8 * coded.data.len() as u64,
            base_qp: flight.record.base_qp + f64::from(coded.raised),
            ..flight.record
        };
        self.finished.push_back(EncodedFrame {
            token: flight.token,
            data: coded.data,
            is_sync: flight.is_sync,
            is_reference: flight.is_reference,
            slice_kind: flight.slice_kind,
            long_term_token: flight.long_term_token,
            qp: coded.mean_qp,
            reconstruction_md5,
            mean_squared_error,
            record,
        });
    }
}

/// Strength of the quantiser's adaptation to detail: less than the usual 1 keeps squared error low
/// and still spares flat areas.
const ADAPTIVE_QUANTISATION: f32 = 0.7;

fn key_interval(config: &EncoderConfig, frames: u32) -> u32 {
    match frames {
        0 if config.low_latency => u32::MAX,
        0 => DEFAULT_KEY_INTERVAL,
        frames => frames,
    }
}

fn key_frame_limits(max_interval: u32, max_duration: Option<vitascope_core::Time>) -> KeyFrameLimits {
    KeyFrameLimits { max_interval, max_duration }
}

#[cfg(test)]
mod tests;
