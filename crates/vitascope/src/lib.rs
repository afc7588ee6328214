//! A video toolbox for every platform.
//!
//! Sessions encode pixel buffers into sample buffers; containers hold those; conversion changes pixel formats, sizes and colours.
//! This crate only gathers the others under one name:
//!
//! - [`core`]: time, pixel buffers, format descriptions, sample buffers, property values
//! - [`session`]: compression sessions, their properties, the list of encoders
//! - [`convert`]: pixel conversion
//! - [`container`]: y4m, Annex B, MP4 and MOV
//! - [`h264`]: H.264 syntax and encoder
//!
//! The [`prelude`] has what most programs need.
#![forbid(unsafe_code)]

pub use vitascope_container as container;
pub use vitascope_convert as convert;
pub use vitascope_core as core;
pub use vitascope_h264 as h264;
pub use vitascope_session as session;

/// What most programs need; made for `use vitascope::prelude::*`.
pub mod prelude {
    pub use vitascope_core::{
        Dictionary, FormatDescription, FourCc, PixelBuffer, PixelBufferPool, SampleBuffer, Time, Value,
        format,
    };
    pub use vitascope_session::{
        CodecRegistry, CompressionSession, EncodeInfoFlags, EncodeOutput, FrameOptions, SourceReference,
        codec, key,
    };
}
