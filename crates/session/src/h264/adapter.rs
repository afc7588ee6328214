//! The H.264 encoder behind the session's trait.

use vitascope_core::attachment::FieldDetail;
use vitascope_core::{ChromaLocation, FormatDescription, Time, TimeRange};
use vitascope_h264::encode::{
    BaseLayer, DirectPrediction, EncodedFrame, Encoder, EncoderConfig, EntropyMode, FieldOrder, FrameInput,
    MAX_LOOKAHEAD, RateControl, RateLimits, SliceKind, Update, VideoSignal,
};
use vitascope_h264::format::format_description_from_parameter_sets;

use super::passes::Pass;
use super::profile_level::ProfileLevel;
use super::rate;
use super::{ENCODER_ID, effort, messages};
use crate::encoder::{EncodedPicture, EncoderRequest, SourceFrame, VideoEncoder};
use crate::error::{Error, Result};
use crate::property::{PropertyValues, key};

/// Reference pictures with EnableLTR, if their number is left open: three long-term ones among them.
const LONG_TERM_BUFFER: u32 = 5;
/// Bytes of the length before each NAL unit.
const NAL_LENGTH_SIZE: usize = 4;
/// What the encoder assumes of the frame rate when it is not told; it guides only what times do not say.
const UNKNOWN_FRAME_RATE: f64 = 30.0;
/// The unit of MaxKeyFrameIntervalDuration: microseconds hold the usual frame rates' multiples exactly.
const DURATION_TIMESCALE: i32 = 1_000_000;

/// An open encoder.
pub(super) struct H264Encoder {
    encoder: Encoder,
    live: LiveSettings,
    pass: Option<Pass>,
    /// A failure after which nothing comes out any more.
    broken: bool,
}

/// The settings that may change between frames.
#[derive(Clone, Copy, PartialEq)]
struct LiveSettings {
    rate_control: RateControl,
    rate_limits: RateLimits,
    frame_rate: Option<f64>,
    max_interval: u32,
    max_duration: Option<Time>,
    allow_temporal_compression: bool,
    max_slice_bytes: u32,
    base_layer_bit_rate_fraction: Option<f64>,
}

impl LiveSettings {
    fn of(values: &PropertyValues) -> Self {
        let positive = |key: &str| values.float(key).filter(|value| *value > 0.0);
        LiveSettings {
            rate_control: rate::rate_control(values),
            rate_limits: rate::limits(values),
            frame_rate: positive(key::EXPECTED_FRAME_RATE),
            max_interval: count(values, key::MAX_KEY_FRAME_INTERVAL),
            max_duration: positive(key::MAX_KEY_FRAME_INTERVAL_DURATION).map(|seconds| {
                Time::from_seconds(seconds, DURATION_TIMESCALE).max(Time::new(1, DURATION_TIMESCALE))
            }),
            allow_temporal_compression: values.boolean(key::ALLOW_TEMPORAL_COMPRESSION).unwrap_or(true),
            max_slice_bytes: count(values, key::MAX_H264_SLICE_BYTES),
            base_layer_bit_rate_fraction: values.float(key::BASE_LAYER_BIT_RATE_FRACTION),
        }
    }
}

impl H264Encoder {
    pub(super) fn open(request: &EncoderRequest) -> Result<Box<dyn VideoEncoder>> {
        let live = LiveSettings::of(&request.properties);
        let mut encoder = Encoder::new(configuration(request, &live)).map_err(|error| {
            Error::CouldNotCreateInstance { encoder: ENCODER_ID.into(), reason: error.to_string() }
        })?;
        let pass = request.pass.as_ref().map(|pass| Pass::begin(pass, &mut encoder));
        Ok(Box::new(H264Encoder { encoder, live, pass: pass.transpose()?, broken: false }))
    }

    fn broke(&mut self, error: impl ToString) -> Error {
        self.broken = true;
        Error::EncoderMalfunction { reason: error.to_string() }
    }
}

impl VideoEncoder for H264Encoder {
    fn submit(&mut self, frame: SourceFrame<'_>) -> Result<()> {
        use vitascope_h264::encode::Error as Refusal;
        let SourceFrame { token, pixels, source, presentation_time, duration, force_key_frame, .. } = frame;
        frame.acknowledged_ltr_tokens.iter().for_each(|token| self.encoder.acknowledge(*token));
        let messages = messages::of_frame(source);
        let force_long_term_refresh = frame.force_ltr_refresh;
        let input = FrameInput {
            token,
            presentation_time,
            duration,
            force_key_frame,
            force_long_term_refresh,
            messages,
            base_qp: frame.base_qp,
        };
        self.encoder.submit(pixels, input).map_err(|error| match error {
            Refusal::Buffer(error) => Error::Core(error),
            Refusal::PixelFormat(_) | Refusal::BufferSize { .. } => {
                Error::EncoderMalfunction { reason: error.to_string() }
            }
            error => self.broke(error),
        })
    }

    fn receive(&mut self, wait: bool) -> Result<Option<EncodedPicture>> {
        let frame = match wait {
            true => self.encoder.receive_waiting().map_err(|error| self.broke(error))?,
            false => self.encoder.receive(),
        };
        match frame {
            None if self.broken => {
                Err(Error::EncoderMalfunction { reason: "the encoder failed on an earlier frame".into() })
            }
            frame => {
                if let (Some(pass), Some(frame)) = (&mut self.pass, &frame) {
                    pass.record(&frame.record);
                }
                Ok(frame.map(picture))
            }
        }
    }

    fn flush(&mut self) -> Result<()> {
        self.encoder.flush().map_err(|error| self.broke(error))
    }

    fn apply(&mut self, properties: &PropertyValues) -> Result<()> {
        let (old, new) = (self.live, LiveSettings::of(properties));
        let mut updates = Vec::new();
        if new.rate_control != old.rate_control {
            updates.push(Update::RateControl(new.rate_control));
        }
        if new.rate_limits != old.rate_limits {
            updates.push(Update::RateLimits(new.rate_limits));
        }
        if new.frame_rate != old.frame_rate {
            updates.push(Update::FrameRate(new.frame_rate.unwrap_or(UNKNOWN_FRAME_RATE)));
        }
        if (new.max_interval, new.max_duration) != (old.max_interval, old.max_duration) {
            updates
                .push(Update::KeyFrames { max_interval: new.max_interval, max_duration: new.max_duration });
        }
        if new.allow_temporal_compression != old.allow_temporal_compression {
            updates.push(Update::AllowTemporalCompression(new.allow_temporal_compression));
        }
        if new.base_layer_bit_rate_fraction != old.base_layer_bit_rate_fraction {
            updates.push(Update::BaseLayerBitRateFraction(new.base_layer_bit_rate_fraction));
        }
        if new.max_slice_bytes != old.max_slice_bytes {
            updates.push(Update::MaxSliceBytes(new.max_slice_bytes));
        }
        for update in updates {
            self.encoder.update(update).map_err(|error| self.broke(error))?;
        }
        self.live = new;
        Ok(())
    }

    fn format_description(&self) -> Result<FormatDescription> {
        let (sps, pps) = self.encoder.parameter_sets();
        format_description_from_parameter_sets(&[sps, pps], NAL_LENGTH_SIZE)
            .map_err(|error| Error::EncoderMalfunction { reason: error.to_string() })
    }

    fn reorder_depth(&self) -> usize {
        self.encoder.reorder_depth()
    }

    fn end_pass(&mut self, analyse: bool, cancelled: &dyn Fn() -> bool) -> Result<Vec<TimeRange>> {
        self.pass.as_mut().map_or(Ok(Vec::new()), |pass| pass.end(analyse, cancelled))
    }
}

fn picture(frame: EncodedFrame) -> EncodedPicture {
    EncodedPicture {
        token: frame.token,
        data: Some(frame.data),
        is_sync: frame.is_sync,
        is_partial_sync: frame.opens_group,
        depends_on_others: frame.slice_kind != SliceKind::I,
        is_depended_on_by_others: frame.is_reference,
        ltr_token: frame.long_term_token,
        reconstruction_hash: frame.reconstruction_md5,
        mean_squared_error: frame.mean_squared_error,
        average_qp: Some(frame.qp),
    }
}

fn configuration(request: &EncoderRequest, live: &LiveSettings) -> EncoderConfig {
    let values = &request.properties;
    let ProfileLevel { profile, level } = ProfileLevel::of(values);
    let long_term_references = values.boolean(key::ENABLE_LTR).unwrap_or(false);
    let defaults = EncoderConfig::default();
    EncoderConfig {
        width: request.width,
        height: request.height,
        profile,
        level,
        entropy: match values.text(key::H264_ENTROPY_MODE).as_deref() {
            Some("CAVLC") => Some(EntropyMode::Cavlc),
            Some("CABAC") => Some(EntropyMode::Cabac),
            _ => None,
        },
        rate_control: live.rate_control,
        rate_limits: live.rate_limits,
        decoder_buffer: rate::decoder_buffer(values),
        more_frames_before_start: values.boolean(key::MORE_FRAMES_BEFORE_START).unwrap_or(false),
        more_frames_after_end: values.boolean(key::MORE_FRAMES_AFTER_END).unwrap_or(false),
        frame_rate: live.frame_rate,
        max_key_frame_interval: live.max_interval,
        max_key_frame_interval_duration: live.max_duration,
        allow_temporal_compression: live.allow_temporal_compression,
        low_latency: request.low_latency,
        max_frame_rate: values
            .float(key::MAXIMUM_REAL_TIME_FRAME_RATE)
            .filter(|rate| *rate > 0.0 && values.boolean(key::REAL_TIME) == Some(true)),
        base_layer: base_layer(values),
        base_layer_bit_rate_fraction: live.base_layer_bit_rate_fraction,
        long_term_references,
        max_slice_bytes: live.max_slice_bytes,
        open_groups: values.boolean(key::ALLOW_OPEN_GOP).unwrap_or(false),
        allow_frame_reordering: values.boolean(key::ALLOW_FRAME_REORDERING).unwrap_or(true),
        max_frame_delay: values
            .integer(key::MAX_FRAME_DELAY_COUNT)
            .and_then(|count| u32::try_from(count).ok()),
        real_time: values.boolean(key::REAL_TIME).unwrap_or(false),
        source_frame_count: source_frame_count(values),
        effort: effort::effort(values),
        lookahead_frames: values
            .integer(key::SUGGESTED_LOOK_AHEAD_FRAME_COUNT)
            .and_then(|count| u32::try_from(count).ok())
            .map(|count| count.min(MAX_LOOKAHEAD)),
        adaptive_quantisation: values.integer(key::SPATIAL_ADAPTIVE_QP_LEVEL) != Some(0),
        monochrome: values.boolean(key::VITASCOPE_MONOCHROME).unwrap_or(false),
        direct_prediction: match values.text(key::VITASCOPE_DIRECT_PREDICTION).as_deref() {
            Some("Spatial") => DirectPrediction::Spatial,
            Some("Temporal") => DirectPrediction::Temporal,
            _ => DirectPrediction::Automatic,
        },
        psychovisual: values
            .float(key::VITASCOPE_PSYCHOVISUAL_STRENGTH)
            .map_or(0.0, |strength| strength as f32),
        reference_frames: values
            .integer(key::REFERENCE_BUFFER_COUNT)
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(if long_term_references { LONG_TERM_BUFFER } else { defaults.reference_frames }),
        signal: signal(request),
        threads: count(values, key::VITASCOPE_THREAD_COUNT) as usize,
        report_quality: values.boolean(key::CALCULATE_MEAN_SQUARED_ERROR).unwrap_or(false),
        stream_messages: messages::of_stream(request),
        report_reconstruction: values.boolean(key::VITASCOPE_RECONSTRUCTION_HASH).unwrap_or(false),
        measuring: request.pass.as_ref().is_some_and(|pass| Pass::measures(pass, live.rate_control)),
        ..defaults
    }
}

/// What makes the base layer; a rate comes before a fraction.
fn base_layer(values: &PropertyValues) -> Option<BaseLayer> {
    let rate = values.float(key::BASE_LAYER_FRAME_RATE).map(BaseLayer::FrameRate);
    let fraction = values.float(key::BASE_LAYER_FRAME_RATE_FRACTION).filter(|fraction| *fraction < 1.0);
    rate.or(fraction.map(BaseLayer::Fraction))
}

/// SourceFrameCount, or what ExpectedDuration and ExpectedFrameRate make of it; 0 when unknown.
fn source_frame_count(values: &PropertyValues) -> u64 {
    let number = |key: &str| values.float(key).unwrap_or(0.0);
    match count(values, key::SOURCE_FRAME_COUNT) {
        0 => (number(key::EXPECTED_DURATION) * number(key::EXPECTED_FRAME_RATE)).round() as u64,
        count => count.into(),
    }
}

fn signal(request: &EncoderRequest) -> VideoSignal {
    let (colour_primaries, transfer_characteristics, matrix_coefficients) = request.color.code_points();
    // Sessions keep the terms within 16 bits.
    let term = |spacing: u32| u16::try_from(spacing).unwrap_or(u16::MAX);
    VideoSignal {
        full_range: request.full_range,
        colour_primaries,
        transfer_characteristics,
        matrix_coefficients,
        chroma_sample_location: request.chroma_location.and_then(|location| match location {
            // On alternate lines, of which the first counts, as where pictures are converted.
            ChromaLocation::Dv420 => ChromaLocation::TopLeft.sample_location_type(),
            location => location.sample_location_type(),
        }),
        sample_aspect_ratio: request
            .pixel_aspect_ratio
            .map(|ratio| (term(ratio.horizontal_spacing), term(ratio.vertical_spacing))),
        fields: request.fields.map(|detail| match detail {
            FieldDetail::TemporalTopFirst | FieldDetail::SpatialFirstLineEarly => FieldOrder::TopFirst,
            FieldDetail::TemporalBottomFirst | FieldDetail::SpatialFirstLineLate => FieldOrder::BottomFirst,
        }),
    }
}

/// A property that is a number from 0 to 2^31 - 1.
fn count(values: &PropertyValues, key: &str) -> u32 {
    values.integer(key).and_then(|count| u32::try_from(count).ok()).unwrap_or(0)
}
