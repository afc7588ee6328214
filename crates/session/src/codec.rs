//! Codec types: the four-character codes by which encoders are asked for.

use vitascope_core::FourCc;

/// H.264, `'avc1'`.
#[doc(alias = "kCMVideoCodecType_H264")]
pub const H264: FourCc = FourCc::new(*b"avc1");
