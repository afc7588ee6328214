#![forbid(unsafe_code)]
//! Bit readers and writers, Exp-Golomb codes and NAL unit framing.
//!
//! Nothing here knows what a syntax element means: codecs build on it.

pub mod annex_b;
pub mod avcc;
mod bit_reader;
mod bit_writer;
mod error;
pub mod length_prefixed;
pub mod nal;

pub use bit_reader::BitReader;
pub use bit_writer::BitWriter;
pub use error::{Error, Result};
