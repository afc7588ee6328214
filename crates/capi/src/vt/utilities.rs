//! Calls that concern no session.

use crate::border::{OSStatus, Out, api};
use crate::object::Handle;

/// `kVTCouldNotFindExtensionErr`
const COULD_NOT_FIND_EXTENSION: OSStatus = OSStatus(-19510);

api! {
    /// Whether a codec is decoded in hardware: never.
    fn VTIsHardwareDecodeSupported(_codec: u32) -> u8 {
        0
    }

    /// Whether stereo pictures can be decoded from MV-HEVC: not yet.
    fn VTIsStereoMVHEVCDecodeSupported() -> u8 {
        0
    }

    /// Makes a supplemental decoder available; there are none, so nothing happens.
    fn VTRegisterSupplementalVideoDecoderIfAvailable(_codec: u32) {}

    /// Makes encoders of professional workflows available; all there are always are.
    fn VTRegisterProfessionalVideoWorkflowVideoEncoders() {}

    /// Makes decoders of professional workflows available; all there are always are.
    fn VTRegisterProfessionalVideoWorkflowVideoDecoders() {}

    /// Facts about the extension that decodes a format: there are no extensions, so kVTCouldNotFindExtensionErr.
    fn VTCopyVideoDecoderExtensionProperties(_format: Handle, out: Out<Handle>) -> OSStatus {
        out.clear();
        COULD_NOT_FIND_EXTENSION
    }

    /// Facts about the extension that processes raw pictures: there are no extensions, so kVTCouldNotFindExtensionErr.
    fn VTCopyRAWProcessorExtensionProperties(_format: Handle, out: Out<Handle>) -> OSStatus {
        out.clear();
        COULD_NOT_FIND_EXTENSION
    }
}
