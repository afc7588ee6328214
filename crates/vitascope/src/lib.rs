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
//! The [`prelude`] has what most programs need:
//!
//! ```
//! use std::sync::mpsc;
//! use vitascope::container::{OutputKind, create_writer};
//! use vitascope::prelude::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (samples, encoded) = mpsc::channel();
//! let session = CompressionSession::builder(320, 180, codec::H264)
//!     .output_handler(move |output| drop(samples.send(output.sample)))
//!     .build()?;
//! session.set_property(key::AVERAGE_BIT_RATE, 500_000)?;
//! session.set_property(key::EXPECTED_FRAME_RATE, 30.0)?;
//!
//! let pool = session.pixel_buffer_pool()?;
//! for number in 0..30 {
//!     let buffer = pool.create_pixel_buffer()?;
//!     buffer.write()?.row_mut(0, 90).fill(8 * number as u8); // draw the picture here
//!     let (time, duration) = (Time::new(number, 30), Time::new(1, 30));
//!     session.encode_frame(&buffer, time, duration, &FrameOptions::new(), SourceReference::None)?;
//! }
//! session.complete_frames(Time::INDEFINITE)?;
//!
//! let folder = std::env::temp_dir().join(format!("vitascope-example-{}", std::process::id()));
//! std::fs::create_dir_all(&folder)?;
//! let mut writer = create_writer(folder.join("clip.mp4"), OutputKind::Mp4)?;
//! for sample in encoded.try_iter() {
//!     writer.write(&sample?.expect("no frame was dropped"))?;
//! }
//! writer.finish()?;
//! assert!(folder.join("clip.mp4").metadata()?.len() > 1000);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok(())
//! # }
//! ```
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

/// The example in the README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
