//! `VTDecompressionSession`: there is no decoder yet, and every answer says so.

use std::ffi::c_void;

use crate::border::{In, OSStatus, Out, api};
use crate::class::{CLASSES, ClassIndex};
use crate::cm::format_description::engine as format_of;
use crate::object::{Handle, Payload};

/// A type without objects: none can be made.
pub enum VtDecompressionSession {}

impl Payload for VtDecompressionSession {
    const NAME: &'static str = "VTDecompressionSession";
}

/// `kVTCouldNotFindVideoDecoderErr`
const COULD_NOT_FIND_VIDEO_DECODER: OSStatus = OSStatus(-12906);

/// No session exists, so whatever was given is none.
fn no_session(function: &str) -> OSStatus {
    log::error!("{function}: no decompression session was given; none can be made yet");
    OSStatus::PARAMETER
}

api! {
    /// The type number of decompression sessions.
    fn VTDecompressionSessionGetTypeID() -> usize {
        CLASSES[VtDecompressionSession::INDEX].type_id()
    }

    /// A session that decodes: fails with kVTCouldNotFindVideoDecoderErr, as there is no decoder yet.
    fn VTDecompressionSessionCreate(
        _allocator: Handle, format: Handle, _specification: Handle, _attributes: Handle, _callback: In<c_void>,
        out: Out<Handle>,
    ) -> OSStatus {
        out.clear();
        let (Some(format), false) = (format_of(format), out.is_null()) else { return OSStatus::PARAMETER };
        log::warn!("VTDecompressionSessionCreate: no decoder for codec {} (status -12906)", format.media_sub_type());
        COULD_NOT_FIND_VIDEO_DECODER
    }

    /// Stops a session. NULL is left alone.
    fn VTDecompressionSessionInvalidate(_session: Handle) {}

    /// Gives a frame to decode.
    fn VTDecompressionSessionDecodeFrame(
        _session: Handle, _sample: Handle, _flags: u32, _frame_context: *mut c_void, info: Out<u32>,
    ) -> OSStatus {
        info.set(0);
        no_session("VTDecompressionSessionDecodeFrame")
    }

    /// Gives a frame to decode, with options.
    fn VTDecompressionSessionDecodeFrameWithOptions(
        _session: Handle, _sample: Handle, _flags: u32, _options: Handle, _frame_context: *mut c_void, info: Out<u32>,
    ) -> OSStatus {
        info.set(0);
        no_session("VTDecompressionSessionDecodeFrameWithOptions")
    }

    /// Gives a frame to decode, with a block for its output.
    fn VTDecompressionSessionDecodeFrameWithOutputHandler(
        _session: Handle, _sample: Handle, _flags: u32, info: Out<u32>, _handler: *const c_void,
    ) -> OSStatus {
        info.set(0);
        no_session("VTDecompressionSessionDecodeFrameWithOutputHandler")
    }

    /// Makes the session give out the frames that it holds back.
    fn VTDecompressionSessionFinishDelayedFrames(_session: Handle) -> OSStatus {
        no_session("VTDecompressionSessionFinishDelayedFrames")
    }

    /// Waits for all frames.
    fn VTDecompressionSessionWaitForAsynchronousFrames(_session: Handle) -> OSStatus {
        no_session("VTDecompressionSessionWaitForAsynchronousFrames")
    }

    /// Whether the session can go on with another format.
    fn VTDecompressionSessionCanAcceptFormatDescription(_session: Handle, _format: Handle) -> u8 {
        0
    }

    /// Gives a frame to decode, with options and a block for its output.
    fn VTDecompressionSessionDecodeFrameWithOptionsAndOutputHandler(
        _session: Handle, _sample: Handle, _flags: u32, _options: Handle, info: Out<u32>, _handler: *const c_void,
    ) -> OSStatus {
        info.set(0);
        no_session("VTDecompressionSessionDecodeFrameWithOptionsAndOutputHandler")
    }

    /// Gives a frame to decode, with a block for its output that also takes several images.
    fn VTDecompressionSessionDecodeFrameWithMultiImageCapableOutputHandler(
        _session: Handle, _sample: Handle, _flags: u32, info: Out<u32>, _handler: *const c_void,
    ) -> OSStatus {
        info.set(0);
        no_session("VTDecompressionSessionDecodeFrameWithMultiImageCapableOutputHandler")
    }

    /// Sets the callback that takes several images.
    fn VTDecompressionSessionSetMultiImageCallback(
        _session: Handle, _callback: In<c_void>, _context: *mut c_void,
    ) -> OSStatus {
        no_session("VTDecompressionSessionSetMultiImageCallback")
    }

    /// A black picture as the session would decode it.
    fn VTDecompressionSessionCopyBlackPixelBuffer(_session: Handle, out: Out<Handle>) -> OSStatus {
        out.clear();
        no_session("VTDecompressionSessionCopyBlackPixelBuffer")
    }
}
