//! The seam between a session and a codec's encoder.

use std::sync::Arc;

use vitascope_core::attachment::FieldDetail;
use vitascope_core::{
    ChromaLocation, ColorInfo, Dictionary, FormatDescription, FourCc, PixelAspectRatio, PixelBuffer, Time,
    TimeRange,
};

use crate::error::Result;
use crate::multi_pass::MultiPassStorage;
use crate::property::PropertyValues;

/// An encoder as a session sees it: frames in, in presentation order; pictures out, in decode order.
///
/// One thread of the session makes all calls. An encoder may run threads of its own. A panic in any of these calls is caught by
/// the session, which then gives every frame that the encoder holds its callback with an error and refuses new ones.
pub trait VideoEncoder: Send {
    /// Takes a frame. The pixels are read before this returns; the session lets go of the buffer then.
    ///
    /// # Errors
    /// The frame was not taken; earlier and later ones are not touched by that.
    fn submit(&mut self, frame: SourceFrame<'_>) -> Result<()>;

    /// The next finished picture in decode order.
    ///
    /// With `wait`, a picture that is under way is waited for, and `None` means that more frames, or a [`flush`](Self::flush),
    /// are needed first. Without, `None` means that no picture is done yet.
    ///
    /// # Errors
    /// The encoder broke and cannot go on.
    fn receive(&mut self, wait: bool) -> Result<Option<EncodedPicture>>;

    /// Everything taken so far comes out of [`receive`](Self::receive) without more input. The encoder can go on afterwards.
    ///
    /// # Errors
    /// The encoder broke and cannot go on.
    fn flush(&mut self) -> Result<()>;

    /// Properties changed; those that may change in mid-stream count from the next frame on.
    ///
    /// # Errors
    /// The encoder broke and cannot go on: values were checked when they were set.
    fn apply(&mut self, properties: &PropertyValues) -> Result<()>;

    /// The codec's description of the stream: codec type, coded dimensions and the parameter sets in
    /// `SampleDescriptionExtensionAtoms`. The session adds colour, aspect and clean aperture.
    ///
    /// # Errors
    /// The description cannot be made.
    fn format_description(&self) -> Result<FormatDescription>;

    /// The greatest number of frames that precede a frame in decode order and follow it in presentation order; 0 when nothing is
    /// reordered. It stays the same for the life of the encoder.
    fn reorder_depth(&self) -> usize;

    /// Ends the pass for which the encoder was opened ([`EncoderRequest::pass`]), after everything has come out. It is the last
    /// call.
    ///
    /// With `analyse`, the encoder says which time ranges it wants to code again; without, nobody asks. This may take long; it
    /// should look at `cancelled` from time to time, and its result does not count once that is true.
    ///
    /// # Errors
    /// What was learned in the pass could not be kept, or not be read.
    fn end_pass(&mut self, analyse: bool, cancelled: &dyn Fn() -> bool) -> Result<Vec<TimeRange>> {
        let _ = (analyse, cancelled);
        Ok(Vec::new())
    }
}

/// One pass of several.
#[derive(Clone, Debug)]
pub struct PassRequest {
    /// Has the passes before, and takes the records of this one.
    pub storage: Arc<MultiPassStorage>,
    /// Counted from 1, over all sessions that used the storage.
    pub number: u32,
    /// No pass will follow.
    pub is_final: bool,
    /// The presentation times that will be given; empty for all of the stream.
    pub time_ranges: Arc<[TimeRange]>,
}

/// A frame on its way into an encoder.
#[derive(Debug)]
pub struct SourceFrame<'a> {
    /// Names the frame in its [`EncodedPicture`].
    pub token: u64,
    /// The pixels, of the session's size and of a format that the encoder asked for.
    pub pixels: &'a PixelBuffer,
    /// The caller's buffer, whose attachments say more about the frame; the same as `pixels` unless it was converted.
    pub source: &'a PixelBuffer,
    /// When it is shown; greater than that of the frame before.
    pub presentation_time: Time,
    /// How long it is shown; not numeric when unknown.
    pub duration: Time,
    /// The frame must become a sync frame.
    pub force_key_frame: bool,
    /// See [`FrameOptions::force_ltr_refresh`](crate::FrameOptions::force_ltr_refresh).
    pub force_ltr_refresh: bool,
    /// See [`FrameOptions::acknowledged_ltr_tokens`](crate::FrameOptions::acknowledged_ltr_tokens).
    pub acknowledged_ltr_tokens: &'a [i64],
    /// The QP that the whole frame must have, in place of rate control's; encoders that cannot do that ignore it and do not list
    /// `SupportsBaseFrameQP`.
    pub base_qp: Option<u8>,
}

/// A coded frame.
#[derive(Clone, Debug, Default)]
pub struct EncodedPicture {
    /// The token of the frame it was made from.
    pub token: u64,
    /// One access unit in the form that samples of the codec have (H.264: NAL units behind 4-byte lengths); `None` when the
    /// encoder dropped the frame.
    pub data: Option<Vec<u8>>,
    /// Decoding can start here.
    pub is_sync: bool,
    /// Decoding can start here, but for pictures that are coded after this one and shown before it.
    pub is_partial_sync: bool,
    /// It refers to other pictures.
    pub depends_on_others: bool,
    /// Other pictures may refer to it; when false it can be left out of the stream without harm.
    pub is_depended_on_by_others: bool,
    /// The token of a long-term reference.
    pub ltr_token: Option<i64>,
    /// The MD5 of the reconstruction, when it was asked for.
    pub reconstruction_hash: Option<[u8; 16]>,
    /// Mean squared error of Y, Cb and Cr in squared code values, when it was asked for.
    pub mean_squared_error: Option<[f64; 3]>,
    /// Mean quantiser over the picture, in the codec's scale.
    pub average_qp: Option<f32>,
}

/// What an encoder is opened with.
#[derive(Clone, Debug)]
pub struct EncoderRequest {
    /// Picture width in pixels.
    pub width: u32,
    /// Picture height in pixels.
    pub height: u32,
    /// The encoder specification asks for low latency: each frame comes out before the next goes in.
    pub low_latency: bool,
    /// Every property of the session that is not derived.
    pub properties: PropertyValues,
    /// The colours that the stream is marked with, from properties, from the first frame or by default.
    pub color: ColorInfo,
    /// Samples use the full range of code values.
    pub full_range: bool,
    /// Width to height of a pixel in lowest terms, each at most 65535; `None` when nobody said.
    pub pixel_aspect_ratio: Option<PixelAspectRatio>,
    /// The order of the fields of interlaced frames; `None` for progressive ones.
    pub fields: Option<FieldDetail>,
    /// Where chroma lies, when the first frame says it.
    pub chroma_location: Option<ChromaLocation>,
    /// Mastering display, light level and viewing environment, under the keys of the buffer attachments.
    pub display_metadata: Dictionary,
    /// The format in which frames will come, one that the encoder's entry lists.
    pub pixel_format: FourCc,
    /// The pass, when there are several.
    pub pass: Option<PassRequest>,
}
