//! `VTCompressionSession`.

use std::ffi::c_void;
use std::sync::{Mutex, OnceLock, PoisonError};

use vitascope::core::FourCc;
use vitascope::session::{CompressionSession, EncodeOutput, Error, FrameOptions, SourceReference};

use super::block::Block;
use super::session::{of_kind, optional_dictionary, status};
use crate::border::{Context, OSStatus, Out, api};
use crate::class::{CLASSES, ClassIndex};
use crate::cm::sample_buffer::CmSampleBuffer;
use crate::cm::tagged_buffer_group::CmTaggedBufferGroup;
use crate::cm::time::CMTime;
use crate::cm::time_range::CMTimeRange;
use crate::cv::pixel_buffer::engine as pixel_buffer;
use crate::cv::pixel_buffer_pool::CvPixelBufferPool;
use crate::object::{Handle, Owned, Payload};

/// A compression session of the engine.
pub struct VtCompressionSession {
    pub(crate) session: CompressionSession,
    /// The pool that C borrows.
    pool: OnceLock<Owned>,
    /// The ranges of the next pass that C borrows, until that pass has ended or the session is freed.
    ranges: Mutex<Option<Box<[CMTimeRange]>>>,
}

impl Payload for VtCompressionSession {
    const NAME: &'static str = "VTCompressionSession";

    fn describe(object: Handle) -> String {
        object.get::<Self>().map(|session| format!("{:?}", session.session)).unwrap_or_default()
    }
}

/// Gets every output: context of the session, context of the frame, status, flags, sample.
type OutputCallback = extern "C" fn(*mut c_void, *mut c_void, OSStatus, u32, Handle);

super::session::session_properties!(VtCompressionSession);

/// The session, or the status for what is none.
fn session<'a>(object: Handle, function: &str) -> Result<&'a VtCompressionSession, OSStatus> {
    of_kind(object, "a compression session", function)
}

/// Status, flags and sample of an output in C's form.
fn output(output: EncodeOutput) -> (OSStatus, u32, Option<Owned>) {
    let (status, flags) = (OSStatus(output.status()), output.flags.0);
    let sample = output.sample.ok().flatten().map(|sample| CmSampleBuffer::object(sample, None));
    (status, flags, sample)
}

fn handle(sample: Option<&Owned>) -> Handle {
    sample.map_or(Handle::NULL, |sample| **sample)
}

/// The options of a frame; NULL for none.
fn options(properties: Handle, function: &str) -> Result<FrameOptions, OSStatus> {
    match optional_dictionary(properties, "frame properties", function)? {
        Some(entries) => FrameOptions::try_from(&entries).map_err(refusal),
        None => Ok(FrameOptions::new()),
    }
}

/// The status of a failure that the engine has logged.
fn refusal(error: Error) -> OSStatus {
    OSStatus(error.status())
}

/// Why a group of pictures is not encoded.
fn no_layers(object: Handle, group: Handle, function: &str) -> OSStatus {
    /// `kVTVideoEncoderMVHEVCVideoLayerIDsMismatchErr`
    const LAYERS_MISMATCH: OSStatus = OSStatus(-17698);
    if let Err(status) = session(object, function) {
        return status;
    }
    if group.get::<CmTaggedBufferGroup>().is_none() {
        log::error!("{function}: not a tagged buffer group");
        return OSStatus::PARAMETER;
    }
    log::warn!(
        "{function}: the encoder has a single video layer; VTCompressionSessionEncodeFrame is accepted"
    );
    LAYERS_MISMATCH
}

api! {
    /// The type number of compression sessions.
    fn VTCompressionSessionGetTypeID() -> usize {
        CLASSES[VtCompressionSession::INDEX].type_id()
    }

    /// A session that encodes. The callback may be NULL when every frame comes with its own handler.
    fn VTCompressionSessionCreate(
        _allocator: Handle, width: i32, height: i32, codec: u32, specification: Handle, source_attributes: Handle,
        _data_allocator: Handle, callback: Option<OutputCallback>, context: Context, out: Out<Handle>,
    ) -> OSStatus {
        const NAME: &str = "VTCompressionSessionCreate";
        out.clear();
        if out.is_null() {
            log::error!("{NAME}: the address for the session is NULL");
            return OSStatus::PARAMETER;
        }
        let mut builder = CompressionSession::builder(width, height, FourCc(codec));
        let dictionaries = optional_dictionary(specification, "encoder specification", NAME).and_then(|specification| {
            Ok((specification, optional_dictionary(source_attributes, "source image buffer attributes", NAME)?))
        });
        let (specification, attributes) = match dictionaries {
            Ok(dictionaries) => dictionaries,
            Err(status) => return status,
        };
        if let Some(specification) = specification {
            builder = builder.encoder_specification(specification);
        }
        if let Some(attributes) = attributes {
            builder = builder.source_image_buffer_attributes(attributes);
        }
        if let Some(callback) = callback {
            builder = builder.output_handler(move |frame| {
                let frame_context = frame.reference.as_number().unwrap_or(0) as usize as *mut c_void;
                let (status, flags, sample) = output(frame);
                callback({ context }.0, frame_context, status, flags, handle(sample.as_ref()));
            });
        }
        match builder.build() {
            Ok(session) => {
                out.set(Owned::new(VtCompressionSession { session, pool: OnceLock::new(), ranges: Mutex::default() }).into_handle());
                OSStatus::OK
            }
            Err(error) => OSStatus(error.status()),
        }
    }

    /// Stops a session: no callback runs any more when this returns. NULL is left alone.
    fn VTCompressionSessionInvalidate(object: Handle) {
        if let Some(session) = object.get::<VtCompressionSession>() {
            session.session.invalidate();
        }
    }

    /// Opens the encoder now rather than with the first frame.
    fn VTCompressionSessionPrepareToEncodeFrames(object: Handle) -> OSStatus {
        match session(object, "VTCompressionSessionPrepareToEncodeFrames") {
            Ok(session) => status(session.session.prepare_to_encode_frames()),
            Err(status) => status,
        }
    }

    /// The pool of buffers to fill and give to the session, not retained; NULL after its invalidation.
    fn VTCompressionSessionGetPixelBufferPool(object: Handle) -> Handle {
        let Ok(session) = session(object, "VTCompressionSessionGetPixelBufferPool") else { return Handle::NULL };
        match session.session.pixel_buffer_pool() {
            Ok(pool) => **session.pool.get_or_init(|| CvPixelBufferPool::object(pool)),
            Err(_) => Handle::NULL,
        }
    }

    /// Gives a frame; its output comes through the session's callback with the frame's context.
    fn VTCompressionSessionEncodeFrame(
        object: Handle, image: Handle, presentation_time: CMTime, duration: CMTime, properties: Handle,
        frame_context: *mut c_void, flags: Out<u32>,
    ) -> OSStatus {
        flags.set(0);
        let session = match session(object, "VTCompressionSessionEncodeFrame") {
            Ok(session) => session,
            Err(status) => return status,
        };
        let Some(image) = pixel_buffer(image) else {
            log::error!("VTCompressionSessionEncodeFrame: the image is no pixel buffer");
            return OSStatus::PARAMETER;
        };
        let reference = SourceReference::Number(frame_context as usize as u64);
        let encoded = options(properties, "VTCompressionSessionEncodeFrame").and_then(|options| {
            let (time, duration) = (presentation_time.time(), duration.time());
            session.session.encode_frame(image, time, duration, &options, reference).map_err(refusal)
        });
        match encoded {
            Ok(found) => {
                flags.set(found.0);
                OSStatus::OK
            }
            Err(status) => status,
        }
    }

    /// Gives a frame with a block for its output, to a session that was made without callback.
    fn VTCompressionSessionEncodeFrameWithOutputHandler(
        object: Handle, image: Handle, presentation_time: CMTime, duration: CMTime, properties: Handle, flags: Out<u32>,
        handler: *const c_void,
    ) -> OSStatus {
        flags.set(0);
        let session = match session(object, "VTCompressionSessionEncodeFrameWithOutputHandler") {
            Ok(session) => session,
            Err(status) => return status,
        };
        let (Some(image), Some(block)) = (pixel_buffer(image), Block::copy(handler)) else {
            log::error!("VTCompressionSessionEncodeFrameWithOutputHandler: the image or the handler is NULL");
            return OSStatus::PARAMETER;
        };
        let encoded = options(properties, "VTCompressionSessionEncodeFrameWithOutputHandler").and_then(|options| {
            let (time, duration) = (presentation_time.time(), duration.time());
            let deliver = move |frame| {
                let (status, flags, sample) = output(frame);
                block.call_output(status, flags, handle(sample.as_ref()));
            };
            session.session.encode_frame_with_handler(image, time, duration, &options, deliver).map_err(refusal)
        });
        match encoded {
            Ok(found) => {
                flags.set(found.0);
                OSStatus::OK
            }
            Err(status) => status,
        }
    }

    /// Waits for the output of all frames up to a time; a time that is not numeric means all frames.
    fn VTCompressionSessionCompleteFrames(object: Handle, until: CMTime) -> OSStatus {
        match session(object, "VTCompressionSessionCompleteFrames") {
            Ok(session) => status(session.session.complete_frames(until.time())),
            Err(status) => status,
        }
    }

    /// Begins a pass; the session has a multi-pass storage. kVTCompressionSessionBeginFinalPass says that no pass will follow.
    fn VTCompressionSessionBeginPass(object: Handle, flags: u32, _reserved: Out<u32>) -> OSStatus {
        const NAME: &str = "VTCompressionSessionBeginPass";
        const FINAL_PASS: u32 = 1;
        if flags & !FINAL_PASS != 0 {
            log::error!("{NAME}: flags {flags:#x}; 0 and kVTCompressionSessionBeginFinalPass (1) are accepted");
            return OSStatus::PARAMETER;
        }
        match session(object, NAME) {
            Ok(session) => status(session.session.begin_pass(flags & FINAL_PASS != 0)),
            Err(status) => status,
        }
    }

    /// Ends a pass and says whether the encoder would like another one; without that address it need not look for one.
    fn VTCompressionSessionEndPass(object: Handle, further: Out<u8>, _reserved: Out<u32>) -> OSStatus {
        further.set(0);
        let session = match session(object, "VTCompressionSessionEndPass") {
            Ok(session) => session,
            Err(status) => return status,
        };
        match session.session.end_pass(!further.is_null()) {
            Ok(more) => {
                *session.ranges.lock().unwrap_or_else(PoisonError::into_inner) = None;
                further.set(more.into());
                OSStatus::OK
            }
            Err(error) => OSStatus(error.status()),
        }
    }

    /// The ranges of the frames to give in the next pass, which stay until that pass ends.
    fn VTCompressionSessionGetTimeRangesForNextPass(
        object: Handle, count: Out<isize>, ranges: Out<*const CMTimeRange>,
    ) -> OSStatus {
        const NAME: &str = "VTCompressionSessionGetTimeRangesForNextPass";
        count.set(0);
        ranges.set(std::ptr::null());
        let session = match session(object, NAME) {
            Ok(session) => session,
            Err(status) => return status,
        };
        if count.is_null() || ranges.is_null() {
            log::error!("{NAME}: the address for the number or for the ranges is NULL");
            return OSStatus::PARAMETER;
        }
        match session.session.time_ranges_for_next_pass() {
            Ok(found) => {
                let mut kept = session.ranges.lock().unwrap_or_else(PoisonError::into_inner);
                let kept = kept.get_or_insert_with(|| found.iter().map(|range| (*range).into()).collect());
                count.set(kept.len() as isize);
                ranges.set(kept.as_ptr());
                OSStatus::OK
            }
            Err(error) => OSStatus(error.status()),
        }
    }

    /// Whether stereo pictures can be encoded as MV-HEVC: not yet.
    fn VTIsStereoMVHEVCEncodeSupported() -> u8 {
        0
    }

    /// Gives the pictures of several layers: no encoder here has layers, so kVTVideoEncoderMVHEVCVideoLayerIDsMismatchErr.
    fn VTCompressionSessionEncodeMultiImageFrame(
        object: Handle, group: Handle, _presentation_time: CMTime, _duration: CMTime, _properties: Handle,
        _frame_context: *mut c_void, flags: Out<u32>,
    ) -> OSStatus {
        flags.set(0);
        no_layers(object, group, "VTCompressionSessionEncodeMultiImageFrame")
    }

    /// As VTCompressionSessionEncodeMultiImageFrame, with a block for the output.
    fn VTCompressionSessionEncodeMultiImageFrameWithOutputHandler(
        object: Handle, group: Handle, _presentation_time: CMTime, _duration: CMTime, _properties: Handle,
        flags: Out<u32>, _handler: *const c_void,
    ) -> OSStatus {
        flags.set(0);
        no_layers(object, group, "VTCompressionSessionEncodeMultiImageFrameWithOutputHandler")
    }
}
