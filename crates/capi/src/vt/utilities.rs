//! Calls that concern no session.

use crate::border::api;

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
}
