#![forbid(unsafe_code)]
//! H.264 (ITU-T H.264, ISO/IEC 14496-10).

pub mod encode;
pub mod format;
pub mod reference_decoder;
pub mod syntax;
