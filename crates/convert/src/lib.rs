//! Pixel conversion: formats, colour, scaling and rotation.
#![forbid(unsafe_code)]

mod bands;
pub mod color;
#[cfg(test)]
mod conformance;
mod converter;
mod description;
mod error;
mod format;
mod geometry;
mod options;
mod pipeline;
mod plan;
mod scale;

pub use converter::Converter;
pub use description::{ChromaSiting, PictureDescription};
pub use error::{Error, Result};
pub use geometry::{CleanAperture, PixelAspectRatio, ScalingMode};
pub use options::Options;
pub use pipeline::DownsamplingMode;
pub use plan::default_matrix;
