//! From a coded picture to a sample buffer.

use vitascope_core::{
    AttachmentMode, BlockBuffer, CleanAperture, Dictionary, FormatDescription, SampleAttachments,
    SampleBuffer, SampleTiming, Time, Value, attachment, extension, sample_attachment,
};

use super::decode_times::DecodeTimes;
use super::pass_times::{PassTimes, PictureTimes};
use super::stream::Stream;
use crate::encoder::{EncodedPicture, PassRequest, VideoEncoder};
use crate::error::Result;
use crate::multi_pass::SOURCE_DECODE_TIME;
use crate::property::key;

/// An attachment of a sample buffer: the mean quantiser over the picture, a number in the codec's scale; an extension of this
/// project.
pub const AVERAGE_QP: &str = "VitascopeAverageQP";

/// Makes the sample buffers of one stream.
pub(super) struct SampleMaker {
    format: FormatDescription,
    times: DecodeTimes,
    /// The source's times in a session with passes.
    pass: Option<PassTimes>,
}

impl SampleMaker {
    /// For the stream of an encoder that was just opened.
    pub(super) fn new(
        encoder: &dyn VideoEncoder,
        codec_name: &str,
        stream: &Stream,
        frame_rate: Option<f64>,
        pass: Option<&PassRequest>,
    ) -> Result<Self> {
        let format = describe(&encoder.format_description()?, codec_name, stream)?;
        let depth = encoder.reorder_depth();
        let pass = pass.map(|pass| PassTimes::new(pass, depth)).transpose()?;
        Ok(SampleMaker { format, times: DecodeTimes::new(depth, frame_rate), pass })
    }

    /// The encoder took a frame.
    pub(super) fn taken(&mut self, presentation_time: Time) {
        self.times.taken(presentation_time);
        if let Some(pass) = &mut self.pass {
            pass.taken(presentation_time);
        }
    }

    /// A frame that the encoder took has no picture.
    pub(super) fn lost(&mut self, presentation_time: Time) {
        self.times.lost(presentation_time);
        if let Some(pass) = &mut self.pass {
            pass.lost(presentation_time);
        }
    }

    /// The sample buffer of the next picture in decode order. `has_earlier_followers` says that later pictures are shown
    /// earlier.
    pub(super) fn make(
        &mut self,
        picture: EncodedPicture,
        presentation_time: Time,
        duration: Time,
        has_earlier_followers: bool,
    ) -> Result<SampleBuffer> {
        let mut decode_time = self.times.next(presentation_time, duration);
        let pass_times = self.pass.as_mut().map(|pass| pass.next(presentation_time));
        if let Some(PictureTimes { decode_time: Some(time), .. }) = pass_times {
            decode_time = time;
        }
        let data = BlockBuffer::from_vec(picture.data.unwrap_or_default());
        let timing = SampleTiming { duration, presentation_time, decode_time };
        let sample = SampleBuffer::from_data(data, Some(self.format.clone()), timing)?;
        let mut attachments = SampleAttachments::for_frame(
            picture.is_sync,
            !picture.depends_on_others,
            picture.is_depended_on_by_others,
            has_earlier_followers,
        );
        attachments.partial_sync = picture.is_partial_sync.then_some(true);
        if let Some(token) = picture.ltr_token {
            attachments.other.insert(sample_attachment::REQUIRE_LTR_ACKNOWLEDGEMENT_TOKEN, token);
        }
        if let Some(errors) = picture.mean_squared_error {
            let errors = sample_attachment::QUALITY_METRIC_KEYS.into_iter().zip(errors.map(Value::from));
            attachments.other.insert(sample_attachment::QUALITY_METRICS, errors.collect::<Dictionary>());
        }
        sample.set_sample_attachments(0, attachments)?;
        if let Some(hash) = picture.reconstruction_hash {
            let hash = Value::data(hash.as_slice());
            sample.set_attachment(
                key::VITASCOPE_RECONSTRUCTION_HASH,
                hash,
                AttachmentMode::ShouldNotPropagate,
            );
        }
        if let Some(qp) = picture.average_qp {
            sample.set_attachment(AVERAGE_QP, f64::from(qp), AttachmentMode::ShouldNotPropagate);
        }
        if let Some(PictureTimes { source_time, .. }) = pass_times {
            sample.set_attachment(SOURCE_DECODE_TIME, source_time, AttachmentMode::ShouldNotPropagate);
        }
        Ok(sample)
    }
}

/// The codec's description with name, colour, range, aspect and clean aperture of the stream.
fn describe(codec: &FormatDescription, codec_name: &str, stream: &Stream) -> Result<FormatDescription> {
    let mut extensions = codec.extensions().clone();
    extensions.extend(stream.signalled_color().to_dictionary());
    extensions.extend(stream.display_metadata.clone());
    if !extensions.contains_key(extension::FORMAT_NAME) {
        extensions.insert(extension::FORMAT_NAME, codec_name);
    }
    extensions.insert(extension::FULL_RANGE_VIDEO, stream.full_range);
    if let Some(location) = stream.chroma_location {
        extensions.insert(attachment::CHROMA_LOCATION_TOP_FIELD, location.string());
        extensions.insert(attachment::CHROMA_LOCATION_BOTTOM_FIELD, location.string());
    }
    if let Some(detail) = stream.fields {
        extensions.insert(attachment::FIELD_COUNT, 2);
        extensions.insert(attachment::FIELD_DETAIL, detail.string());
    }
    if let Some(ratio) = &stream.pixel_aspect_ratio {
        extensions.insert(attachment::PIXEL_ASPECT_RATIO, ratio.to_dictionary());
    }
    let (width, height) = stream.coded_size();
    if let Some(aperture) = clean_aperture(stream, width, height) {
        extensions.insert(attachment::CLEAN_APERTURE, aperture.to_dictionary());
    }
    Ok(FormatDescription::video(codec.media_sub_type(), width as i32, height as i32, extensions)?)
}

/// The clean aperture in the coded picture, which has the session's picture in its upper left corner.
fn clean_aperture(stream: &Stream, coded_width: u32, coded_height: u32) -> Option<CleanAperture> {
    let (width, height) = (f64::from(stream.width), f64::from(stream.height));
    let padding = (f64::from(coded_width) - width, f64::from(coded_height) - height);
    let whole = CleanAperture { width, height, horizontal_offset: 0.0, vertical_offset: 0.0 };
    let aperture = match stream.clean_aperture {
        Some(aperture) => aperture,
        None if padding == (0.0, 0.0) => return None,
        None => whole,
    };
    // Offsets count from the centre, and the coded picture's centre lies further right and down.
    Some(CleanAperture {
        horizontal_offset: aperture.horizontal_offset - padding.0 / 2.0,
        vertical_offset: aperture.vertical_offset - padding.1 / 2.0,
        ..aperture
    })
}
