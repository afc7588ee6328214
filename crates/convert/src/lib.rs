//! Pixel conversion: formats, colour, scaling and rotation.
#![forbid(unsafe_code)]

mod attachments;
mod bands;
mod color;
#[cfg(test)]
mod conformance;
mod converter;
mod description;
mod error;
mod format;
mod fused;
mod geometry;
mod options;
mod pipeline;
mod plan;
mod rotate;
mod scale;

pub use color::tone_map::ToneMapping;
pub use converter::{Converter, convert};
pub use description::PictureDescription;
pub use error::{Error, Result};
pub use geometry::ScalingMode;
pub use options::Options;
pub use pipeline::DownsamplingMode;
pub use plan::default_matrix;
pub use rotate::{Rotation, Rotator};
