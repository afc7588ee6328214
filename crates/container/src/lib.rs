#![forbid(unsafe_code)]
//! Containers: y4m, H.264 byte streams (Annex B) and MP4/QuickTime.
//!
//! * [`y4m`] reads and writes uncompressed pictures.
//! * [`mp4`] writes and reads MP4 and QuickTime files with their index in front.
//! * [`annex_b`] writes byte streams and counts what is in them.
//! * [`SampleWriter`] is what all writers of files have in common; [`create_writer`] makes one.
//! * [`probe`] tells what a file holds.
//!
//! Containers do not look into coded pictures: parameter sets pass through them as bytes.

pub mod annex_b;
mod error;
pub mod mp4;
mod output;
mod probe;
mod sample_writer;
pub mod y4m;

pub use error::{Error, Result};
pub use output::AtomicFile;
pub use probe::{ContainerKind, MediaInfo, TrackInfo, probe};
pub use sample_writer::{OutputKind, SampleWriter, create_writer};
