//! The encoder: frames in, coded frames out.

use std::collections::VecDeque;
use std::sync::Arc;

use vitascope_core::{FourCc, PixelBuffer, Time};
use vitascope_encode::{
    FrameInfo, FrameRecord, KeyFrameLimits, Lookahead, LookaheadConfig, LumaView, PictureAnalysis,
    PlannedFrame, RateConfig,
};

use super::arrivals::Arrivals;
use super::config::{EncodedFrame, EncoderConfig, FrameInput, Update};
use super::effort::Tools;
use super::error::Error;
use super::frame_coder::CodedFrame;
use super::picture::{Geometry, PictureWriter, SourcePicture};
use super::prepared::Prepared;
use super::rate::RATE_DELAY;
use super::sequencer::{Flight, Sequencer, Waiting};
use super::source;
use super::stream::{StreamParameters, UNKNOWN_FRAME_RATE};
use super::worker::{Pending, Workers};

/// Most pictures in flight: those whose sizes the rate control does not know yet, and the one that it plans.
const MAX_IN_FLIGHT: usize = RATE_DELAY + 1;
/// Pictures in flight beyond the threads, so that these have something to do while a picture waits for rows of
/// another. With more, pictures drive each other out of the cache.
const OVERLAP: usize = 1;
/// Pictures whose memory is made ready before the first frame, at most.
const MOST_PREPARED: usize = 3;
/// Sync frame distance where the caller leaves it open.
const DEFAULT_KEY_INTERVAL: u32 = 250;

/// An H.264 encoder.
///
/// Frames go in by [`submit`](Self::submit) and come out of [`receive`](Self::receive) in decode
/// order. The same frames and settings give the same bytes at any thread count and CPU level.
pub struct Encoder {
    config: EncoderConfig,
    geometry: Geometry,
    arrivals: Arrivals,
    lookahead: Lookahead<Waiting>,
    sequencer: Sequencer,
    workers: Workers<CodedFrame>,
    most_in_flight: usize,
    /// Most frames held inside after a submission.
    max_held: usize,
    allow_temporal: bool,
    in_flight: VecDeque<(Flight, Pending<CodedFrame>)>,
    finished: VecDeque<EncodedFrame>,
    spare_sources: Vec<SourcePicture>,
    /// Pictures that readers may still hold.
    spare_pictures: Vec<PictureWriter>,
    /// For the time when as many frames as may be are inside.
    prepared_sources: Prepared<SourcePicture>,
    prepared_pictures: Prepared<PictureWriter>,
    failed: bool,
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
        let threads = if config.threads == 0 { machine() } else { config.threads }.clamp(1, MAX_IN_FLIGHT);
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
            // Removal times would count on from the last IDR picture without end.
            open_groups: config.open_groups && config.decoder_buffer.is_none(),
            importance_propagation: depth > 0,
            adaptive_quantisation: if config.adaptive_quantisation { ADAPTIVE_QUANTISATION } else { 0.0 },
            weighted_prediction: stream.weighted(),
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
        // Where each frame is waited for, no thread has anything else to do meanwhile.
        let workers = if delay == 0 { Workers::watchful(threads) } else { Workers::new(threads) };
        let lookahead = match workers.crew() {
            Some(crew) => lookahead.helped_by(crew),
            None => lookahead,
        };
        let (mut spare_sources, mut spare_pictures) = (Vec::new(), Vec::new());
        if config.low_latency {
            // The first frame shall not wait for memory: one to code, those that it may be predicted from, and its source.
            let count = (stream.references().capacity + 1).min(MOST_PREPARED);
            spare_pictures.extend((0..count).map(|_| PictureWriter::new(geometry)));
            spare_pictures.iter_mut().for_each(PictureWriter::touch);
            spare_sources.push(SourcePicture::new(geometry));
            spare_sources.iter_mut().for_each(SourcePicture::touch);
        }
        // Where the delay matters, each frame goes on at once.
        let may_wait = depth > 0 && config.max_frame_delay.is_none() && !workers.is_alone();
        let most_in_flight = if threads > 1 { (threads + OVERLAP).min(MAX_IN_FLIGHT) } else { 1 };
        Ok(Self {
            allow_temporal: config.allow_temporal_compression,
            geometry,
            arrivals: Arrivals::new(if may_wait { threads } else { 0 }),
            lookahead,
            sequencer: Sequencer::new(&config, stream, tools, geometry, rate)?,
            workers,
            most_in_flight,
            max_held: delay,
            in_flight: VecDeque::new(),
            finished: VecDeque::new(),
            spare_sources,
            spare_pictures,
            prepared_sources: Prepared::new(if may_wait { depth } else { 0 }),
            prepared_pictures: Prepared::new(if may_wait { most_in_flight } else { 0 }),
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
        self.sequencer.stream().parameter_sets()
    }

    /// Pixel formats that [`submit`](Self::submit) takes, best first.
    pub fn pixel_formats() -> &'static [FourCc] {
        source::PIXEL_FORMATS
    }

    /// Takes a frame, copying its pixels. While as many frames are being coded as may be, or as
    /// [`EncoderConfig::max_frame_delay`] demands, the caller's thread is one of those that code them.
    ///
    /// # Errors
    /// The buffer has another size or a pixel format that is not taken; the frame was not accepted.
    /// Or coding broke down, and the encoder is of no more use.
    pub fn submit(&mut self, buffer: &PixelBuffer, input: FrameInput) -> Result<(), Error> {
        self.check_health()?;
        // Where the frame is waited for, help is needed again and again until it is coded.
        let _alert = self.workers.alert();
        let mut picture = self.spare_source();
        let (width, height) = (self.config.width as usize, self.config.height as usize);
        source::copy(buffer, width, height, self.config.monochrome, &mut picture, &self.workers)?;
        let picture = Arc::new(picture);
        if self.arrivals.is_open() {
            let size = (self.config.width as usize, self.config.height as usize);
            self.arrivals.push(&self.workers, self.lookahead.next_turn(), &picture, size, input);
            while self.arrivals.is_over_full() {
                self.take_arrival()?;
            }
            return Ok(());
        }
        self.take_in(picture, input, None)
    }

    /// Hands the frame that has waited longest to the lookahead; false when none waits.
    fn take_arrival(&mut self) -> Result<bool, Error> {
        let arrival = self.arrivals.pop(&self.workers).inspect_err(|_| self.failed = true)?;
        let Some((picture, input, analysis)) = arrival else { return Ok(false) };
        self.take_in(picture, input, Some(analysis)).map(|()| true)
    }

    /// Hands all frames that wait to the lookahead, so that what follows takes effect after them.
    fn settle(&mut self) -> Result<(), Error> {
        while self.take_arrival()? {}
        Ok(())
    }

    /// Hands a frame to the lookahead, and starts what can be started.
    fn take_in(
        &mut self,
        picture: Arc<SourcePicture>,
        input: FrameInput,
        analysis: Option<PictureAnalysis>,
    ) -> Result<(), Error> {
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
                || self.sequencer.sync_times.binary_search(&input.presentation_time).is_ok()
                || (input.force_long_term_refresh && !self.sequencer.references.has_acknowledged()),
            intra_only: !self.allow_temporal,
        };
        let waiting = Waiting {
            token: input.token,
            source: Arc::clone(&picture),
            messages: input.messages,
            max_slice_bytes: self.config.max_slice_bytes as usize,
            refresh: input.force_long_term_refresh,
            rate: self.sequencer.rate.submitted(input.presentation_time, input.base_qp),
        };
        match analysis {
            Some(analysis) => self.lookahead.push_analysed(analysis, info, waiting)?,
            None => self.lookahead.push(luma, info, waiting)?,
        }
        // Its memory serves the next frame, once this one is coded.
        drop(picture);
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
        if self.finished.is_empty() {
            self.settle()?;
            if self.finished.is_empty() && !self.in_flight.is_empty() {
                self.collect()?;
            }
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
        self.settle()?;
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
        self.sequencer.references.acknowledge(token);
    }

    /// Changes a setting between frames.
    ///
    /// # Errors
    /// The value is outside its range; nothing changed. Or coding broke down.
    pub fn update(&mut self, update: Update) -> Result<(), Error> {
        self.settle()?;
        match update {
            Update::RateControl(control) => {
                self.sequencer.rate.set_control(control)?;
                self.config.rate_control = control;
            }
            Update::RateLimits(limits) => {
                self.sequencer.rate.set_limits(limits)?;
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
                self.sequencer.rate.set_max_key_interval(max_interval);
            }
            Update::AllowTemporalCompression(allow) => self.allow_temporal = allow,
            Update::BaseLayerBitRateFraction(fraction) => {
                super::stream::check_layer_bits(fraction)?;
                self.config.base_layer_bit_rate_fraction = fraction;
                self.sequencer.rate.set_base_layer_bits(fraction);
            }
            Update::MaxSliceBytes(bytes) => self.config.max_slice_bytes = bytes,
        }
        Ok(())
    }

    /// Frames by which decode order may run ahead of the order in which frames are shown: 0 to 2.
    pub fn reorder_depth(&self) -> usize {
        self.sequencer.stream().reorder_depth()
    }

    /// Tells what a pass before has found, before the first frame: the records of the frames that will be submitted, in coding
    /// order, and how many bits they may take together; and the presentation times of all sync frames of the stream, in
    /// order, which shall be sync frames again.
    ///
    /// The bits count with [`RateControl::AverageBitRate`](super::RateControl::AverageBitRate) only, until it is changed.
    pub fn follow(&mut self, records: &[FrameRecord], bits: f64, sync_times: Vec<Time>) {
        self.sequencer.rate.set_plan(records, bits);
        self.sequencer.sync_times = sync_times;
    }

    /// Frames submitted and not received yet.
    pub fn pending(&self) -> usize {
        self.arrivals.len() + self.lookahead.pending() + self.in_flight.len() + self.finished.len()
    }

    /// Frames that wait for the lookahead.
    #[cfg(test)]
    pub(super) fn arriving(&self) -> usize {
        self.arrivals.len()
    }

    fn check_health(&self) -> Result<(), Error> {
        if self.failed { Err(Error::Broken) } else { Ok(()) }
    }

    /// Starts every frame that the lookahead gives out.
    fn advance(&mut self) -> Result<(), Error> {
        while let Some(planned) = self.lookahead.pop() {
            while self.in_flight.len() >= self.most_in_flight {
                self.collect()?;
            }
            self.start(planned);
        }
        Ok(())
    }

    fn start(&mut self, planned: PlannedFrame<Waiting>) {
        let picture = self.spare_picture();
        let (job, flight) = self.sequencer.next(planned, &picture, &self.workers);
        let task = job.into_task(picture, self.workers.company());
        self.in_flight.push_back((flight, self.workers.start(task)));
    }

    /// A picture for a frame to be copied to. While there are none left over, idle threads are asked for those that will be
    /// needed soon.
    fn spare_source(&mut self) -> SourcePicture {
        self.spare_sources.extend(self.prepared_sources.take());
        let (spare, geometry) = (self.spare_sources.pop(), self.geometry);
        if self.spare_sources.is_empty() {
            self.prepared_sources.ask_for_one(&self.workers, move || {
                let mut picture = SourcePicture::new(geometry);
                picture.touch();
                picture
            });
        }
        self.prepared_pictures.ask_for_one(&self.workers, move || {
            let mut picture = PictureWriter::new(geometry);
            picture.touch();
            picture
        });
        spare.unwrap_or_else(|| SourcePicture::new(geometry))
    }

    /// A picture that nothing refers to any more, or a new one.
    fn spare_picture(&mut self) -> PictureWriter {
        self.spare_pictures.extend(self.prepared_pictures.take());
        let free = self.spare_pictures.iter_mut().position(PictureWriter::restart);
        free.map_or_else(|| PictureWriter::new(self.geometry), |i| self.spare_pictures.swap_remove(i))
    }

    /// Works until the oldest frame in flight is done.
    fn collect(&mut self) -> Result<(), Error> {
        let Some((flight, pending)) = self.in_flight.pop_front() else { return Ok(()) };
        let Some(coded) = self.workers.wait(pending) else {
            self.failed = true;
            self.arrivals = Arrivals::new(0);
            self.in_flight.clear();
            return Err(Error::Broken);
        };
        self.complete(&flight, coded);
        Ok(())
    }

    fn complete(&mut self, flight: &Flight, mut coded: CodedFrame) {
        coded.data.splice(0..0, flight.messages.iter().copied());
        self.sequencer.rate.finish(flight.coding_index, &mut coded, flight.times, flight.is_sync);
        self.sequencer.direct_choice.finish(
            flight.coding_index,
            flight.direct_class,
            coded.direct_differences,
        );
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
            opens_group: flight.opens_group,
            is_reference: flight.is_reference,
            slice_kind: flight.slice_kind,
            long_term_token: flight.long_term_token,
            qp: coded.mean_qp,
            reconstruction_md5: coded.report.md5,
            mean_squared_error: coded.report.squared_error,
            record,
        });
    }
}

/// Strength of the quantiser's adaptation to detail, the best for structural similarity over clips of six kinds: 0.7
/// takes 3.7 % more bits for the same, 1.6 no fewer, and squared error grows with it all the way.
const ADAPTIVE_QUANTISATION: f32 = 1.15;

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
