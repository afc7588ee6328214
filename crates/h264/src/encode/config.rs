//! Settings of an encoder, what goes in and what comes out.

use vitascope_core::Time;
use vitascope_dsp::CpuLevel;
use vitascope_encode::FrameRecord;

use super::rate_config::{DecoderBuffer, RateControl, RateLimits};
pub use super::slice::SliceKind;
use super::temporal_layers::BaseLayer;
use crate::syntax::level::Level;
use crate::syntax::profile::Profile;
use crate::syntax::sei::SeiMessage;

/// Entropy coder, the parameter set's `entropy_coding_mode_flag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EntropyMode {
    /// Variable-length codes (9.2).
    Cavlc,
    /// Arithmetic coding (9.3); not in the Baseline profiles.
    Cabac,
}

/// How B slices derive motion that is not sent (8.4.1.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DirectPrediction {
    /// As the effort has it: from neighbours or, at the higher ones, whichever way has come nearer in pictures before.
    #[default]
    Automatic,
    /// From neighbouring blocks.
    Spatial,
    /// From the block at the same place of the picture after.
    Temporal,
}

/// Colour and shape for the stream's VUI (Annex E). Code points are those of ITU-T H.273; 2 means
/// unspecified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoSignal {
    /// `video_full_range_flag`.
    pub full_range: bool,
    /// `colour_primaries`.
    pub colour_primaries: u8,
    /// `transfer_characteristics`.
    pub transfer_characteristics: u8,
    /// `matrix_coefficients`.
    pub matrix_coefficients: u8,
    /// `chroma_sample_loc_type_top_field` and `..._bottom_field`, 0 to 5; `None` leaves it unsaid.
    pub chroma_sample_location: Option<u8>,
    /// Width and height of a sample; `None` leaves it unsaid.
    pub sample_aspect_ratio: Option<(u16, u16)>,
    /// The pictures hold two fields each, shown in this order; they are coded as whole frames and marked. `None` for
    /// progressive pictures.
    pub fields: Option<FieldOrder>,
}

/// Which field of a frame is shown first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldOrder {
    /// That of the first line.
    TopFirst,
    /// That of the second line.
    BottomFirst,
}

impl Default for VideoSignal {
    fn default() -> Self {
        Self {
            full_range: false,
            colour_primaries: 2,
            transfer_characteristics: 2,
            matrix_coefficients: 2,
            chroma_sample_location: None,
            sample_aspect_ratio: None,
            fields: None,
        }
    }
}

/// Settings of an [`Encoder`](super::Encoder).
#[derive(Clone, Debug, PartialEq)]
pub struct EncoderConfig {
    /// Luma samples in a row, 2 to 4096.
    pub width: u32,
    /// Luma rows, 2 to 4096; at most 36864 macroblocks in all, which holds 4096x2304.
    pub height: u32,
    /// Profile; see [`Profile`].
    pub profile: Profile,
    /// Level; `None` chooses the lowest that holds size, rate and buffer.
    pub level: Option<Level>,
    /// Entropy coder; `None` is CABAC where the profile has it.
    pub entropy: Option<EntropyMode>,
    /// What decides the size of pictures.
    pub rate_control: RateControl,
    /// What sizes and quantisers keep to, whatever decides them.
    pub rate_limits: RateLimits,
    /// The decoder's buffer that the stream keeps to and describes; `None` describes none.
    pub decoder_buffer: Option<DecoderBuffer>,
    /// Another stream will be put before this one: the limits' windows do not begin empty.
    pub more_frames_before_start: bool,
    /// Another stream will be put after this one: the end need not come out at the average rate.
    pub more_frames_after_end: bool,
    /// Expected frames per second, above 0 and at most 1000; `None` where unknown.
    pub frame_rate: Option<f64>,
    /// A sync frame at least every so many frames; 0 lets the encoder choose (250).
    pub max_key_frame_interval: u32,
    /// Longest presentation time from one sync frame to the next; `None` sets no limit.
    pub max_key_frame_interval_duration: Option<Time>,
    /// Where a sync frame is due and no scene begins, use an intra picture to which B pictures before it may refer, where
    /// there are any. A stream for a described [`decoder_buffer`](Self::decoder_buffer) has none.
    pub open_groups: bool,
    /// When false, every frame is a sync frame.
    pub allow_temporal_compression: bool,
    /// When false, frames leave in the order in which they are shown (no B slices).
    pub allow_frame_reordering: bool,
    /// Frames that may be held back; `None` sets no limit. 0 gives each frame out before the next.
    pub max_frame_delay: Option<u32>,
    /// No lookahead, so that frames leave as soon as they can.
    pub real_time: bool,
    /// Frames of the whole stream, 0 when unknown.
    pub source_frame_count: u64,
    /// Work to put into the stream, 0 (least) to 10 (most).
    pub effort: u8,
    /// Frames to look ahead, at most 250; `None` leaves it to the effort. Never more than
    /// [`max_frame_delay`](Self::max_frame_delay).
    pub lookahead_frames: Option<u32>,
    /// Spend bits where the eye misses them, which costs a measure by squared error: finer
    /// quantisers for flat areas, coarser ones for busy ones.
    pub adaptive_quantisation: bool,
    /// Code luma alone (`chroma_format_idc` 0), in High profile; the chroma of frames is left out. A decoded frame counts as
    /// one whose chroma samples are all 128.
    pub monochrome: bool,
    /// How B slices derive motion that is not sent.
    pub direct_prediction: DirectPrediction,
    /// How much it counts that a reconstruction has as much texture as the source, 0 (not at all) to 4: detail looks sharper
    /// and measures of the error worse. Efforts below 7 do not look at it.
    pub psychovisual: f32,
    /// Reference pictures, 1 to 16, or 0 to leave it to the effort; fewer where the level holds fewer.
    pub reference_frames: u32,
    /// Most frames per second that the level must permit, above 0 and at most 1000; `None` where it is
    /// [`frame_rate`](Self::frame_rate).
    pub max_frame_rate: Option<f64>,
    /// Each frame leaves before the next one comes, in order, without a look at later ones, and sizes are kept
    /// even; sync frames only where they are asked for.
    pub low_latency: bool,
    /// Temporal layers: frames outside the base layer are predicted from it and nothing is from them. No frame is
    /// reordered then.
    pub base_layer: Option<BaseLayer>,
    /// Part of the bits that the base layer gets with an average bit rate and temporal layers, 0 to 1; `None`
    /// leaves it to the encoder.
    pub base_layer_bit_rate_fraction: Option<f64>,
    /// Mark long-term reference pictures; see [`EncodedFrame::long_term_token`]. They are among
    /// [`reference_frames`](Self::reference_frames), which is at least 2 then. No lookahead and no reordering.
    pub long_term_references: bool,
    /// Most bytes of a slice's NAL unit, 0 for one slice a picture. A slice is larger only where a single
    /// macroblock at the coarsest quantiser is.
    pub max_slice_bytes: u32,
    /// Colour and shape.
    pub signal: VideoSignal,
    /// Threads that code pictures; 0 takes as many as the machine has, up to four.
    pub threads: usize,
    /// Best instruction set to use.
    pub cpu_level: CpuLevel,
    /// Give the MD5 of each frame's reconstruction with it.
    pub report_reconstruction: bool,
    /// A pass that only measures: it takes less effort, and its sizes foretell those of a pass that takes all of it.
    pub measuring: bool,
    /// Give the mean squared error of each frame with it.
    pub report_quality: bool,
    /// Messages for the SEI of every sync frame: what they say holds until the next one.
    pub stream_messages: Vec<SeiMessage>,
}

impl Default for EncoderConfig {
    fn default() -> Self {
        Self {
            width: 0,
            height: 0,
            profile: Profile::High,
            level: None,
            entropy: None,
            rate_control: RateControl::ConstantQuality(0.5),
            rate_limits: RateLimits::default(),
            decoder_buffer: None,
            more_frames_before_start: false,
            more_frames_after_end: false,
            frame_rate: None,
            max_key_frame_interval: 0,
            max_key_frame_interval_duration: None,
            open_groups: false,
            allow_temporal_compression: true,
            allow_frame_reordering: true,
            max_frame_delay: None,
            real_time: false,
            source_frame_count: 0,
            effort: 5,
            lookahead_frames: None,
            adaptive_quantisation: true,
            monochrome: false,
            direct_prediction: DirectPrediction::Automatic,
            psychovisual: 0.0,
            reference_frames: 0,
            max_frame_rate: None,
            low_latency: false,
            base_layer: None,
            base_layer_bit_rate_fraction: None,
            long_term_references: false,
            max_slice_bytes: 0,
            signal: VideoSignal::default(),
            threads: 0,
            cpu_level: CpuLevel::detected(),
            report_reconstruction: false,
            measuring: false,
            report_quality: false,
            stream_messages: Vec::new(),
        }
    }
}

/// What accompanies a frame into the encoder.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameInput {
    /// Comes back with the coded frame.
    pub token: u64,
    /// When the frame is shown; rises from frame to frame.
    pub presentation_time: Time,
    /// How long it is shown; may be invalid.
    pub duration: Time,
    /// Make the frame a sync frame.
    pub force_key_frame: bool,
    /// Predict the frame from nothing but the long-term reference that was acknowledged last, and later ones from
    /// nothing before it but that; a sync frame when none is acknowledged. See [`Encoder::acknowledge`].
    ///
    /// [`Encoder::acknowledge`]: super::Encoder::acknowledge
    pub force_long_term_refresh: bool,
    /// Messages for the frame's SEI, such as captions.
    pub messages: Vec<SeiMessage>,
    /// Quantiser of all macroblocks in place of the rate control's, 0 to 51; 0 counts as 1.
    pub base_qp: Option<u8>,
}

/// A coded frame.
#[derive(Clone, Debug, PartialEq)]
pub struct EncodedFrame {
    /// As handed in with the frame.
    pub token: u64,
    /// One access unit: NAL units, each after its length in four bytes, without parameter sets.
    pub data: Vec<u8>,
    /// Decoding can begin here (an IDR picture).
    pub is_sync: bool,
    /// Decoding can begin here, too (an intra picture with a recovery point), but frames shown before it and coded after it
    /// cannot be shown then. See [`EncoderConfig::open_groups`].
    pub opens_group: bool,
    /// Later frames may refer to this one.
    pub is_reference: bool,
    /// Type of its slice.
    pub slice_kind: SliceKind,
    /// Names the frame when it is a long-term reference: give it to [`Encoder::acknowledge`] when a receiver has
    /// the frame.
    ///
    /// [`Encoder::acknowledge`]: super::Encoder::acknowledge
    pub long_term_token: Option<i64>,
    /// Mean luma quantiser.
    pub qp: f32,
    /// MD5 of the decoded frame: its cropped planes Y, Cb, Cr without padding.
    pub reconstruction_md5: Option<[u8; 16]>,
    /// Mean squared error of Y, Cb and Cr against the source, in squared code values of the cropped planes.
    pub mean_squared_error: Option<[f64; 3]>,
    /// What later passes over the stream want to know of it.
    pub record: FrameRecord,
}

/// Settings that may change between frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Update {
    /// New rate control, for frames submitted from now on.
    RateControl(RateControl),
    /// New limits, for frames submitted from now on.
    RateLimits(RateLimits),
    /// New expected frame rate.
    FrameRate(f64),
    /// New limits of the distance between sync frames, for frames submitted from now on.
    KeyFrames {
        /// See [`EncoderConfig::max_key_frame_interval`].
        max_interval: u32,
        /// See [`EncoderConfig::max_key_frame_interval_duration`].
        max_duration: Option<Time>,
    },
    /// See [`EncoderConfig::allow_temporal_compression`], for frames submitted from now on.
    AllowTemporalCompression(bool),
    /// See [`EncoderConfig::max_slice_bytes`], for frames submitted from now on.
    MaxSliceBytes(u32),
    /// See [`EncoderConfig::base_layer_bit_rate_fraction`].
    BaseLayerBitRateFraction(Option<f64>),
}
