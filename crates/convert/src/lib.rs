//! Pixel conversion: formats, colour, scaling and rotation.
//!
//! A [`Converter`] is planned for a pair of [`PictureDescription`]s and [`Options`], and then run for every picture
//! of that kind; [`convert`] does both. A [`Rotator`] turns and mirrors.
//!
//! ```
//! use vitascope_convert::{Options, convert};
//! use vitascope_core::{FourCc, PixelBuffer};
//!
//! let source = PixelBuffer::new(640, 360, FourCc::new(*b"BGRA"))?;
//! let destination = PixelBuffer::new(320, 180, FourCc::new(*b"420v"))?;
//! convert(&source, &destination, &Options::default())?;
//! # Ok::<(), vitascope_convert::Error>(())
//! ```
//!
//! # How a conversion runs
//! The plan looks for the shortest way. Samples that only move, change depth or pass a matrix have paths of their own
//! (`fused/`), as has scaling in 8 and 10 bits; scaling followed by such a path is a chain of the two. Everything
//! else goes through the general pipeline (`pipeline.rs`) in 32-bit floating point: unpack, filter, colour, chroma
//! reduction, pack, a few rows at a time. Large pictures are cut into
//! bands of rows that threads share, which a converter keeps from one picture to the next. The result depends
//! neither on the number of threads nor on the instruction set.
//!
//! # Accuracy
//! Moves within a format and between depths are exact. Against exact arithmetic the general pipeline is within half a
//! code, matrices in integers within 0.65 codes of 8 bits, scaling in integers within 1 code of 8 bits and 2 of 10.
//! Flat colour stays flat under every scaling.
//!
//! # Formats
//! All Y'CbCr, RGB and gray formats of Core Video convert into each other; two-component formats, disparity and depth
//! only into their own kind. Indexed formats (`kCVPixelFormatType_2Indexed` and the like), Bayer (`grb4`, `rgg4`, `bgg4`,
//! `gbr4`, `bp16`, `btp2`), camera raw (`bp64`) and the vendor's lossless and lossy compressed formats (`&BGA`, `-8v0`, ...)
//! are refused with -12905.
//!
//! # Scaling and chroma
//! Scaling is Keys' bicubic (a = -1/2), widened on reduction so that nothing aliases; with `high_speed` it is bilinear,
//! widened beyond one half. Chroma is placed by its location: enlarged linearly where the size stays (repeated with
//! `high_speed`), and reduced by [`DownsamplingMode`]. The destination's chroma location says what was done.
//! Straight colour is weighed by alpha while it is filtered, unless its chroma is subsampled.
//!
//! # Colour
//! Without destination colour only matrix, range and format change. With it, light is the link: the light of the
//! display (BT.1886's power 2.4 for BT.709, BT.601 and BT.2020 as in ITU-R BT.2087; ITU-R BT.2100's formulas for PQ
//! and for HLG on a display of 1000 cd/m2), but the light of the scene between BT.709 and SMPTE 240M, whose standards
//! define cameras. White of an SDR picture is 203 cd/m2 in an HDR picture (ITU-R BT.2408). Primaries with another
//! white are adapted by Bradford's matrix.
//!
//! From HDR to SDR [`ToneMapping`] decides: Report ITU-R BT.2390's curve from the content's peak (content light level,
//! else mastering display, else 1000 cd/m2) to SDR white, applied to the largest channel so that hue stays; or none,
//! which clips. To SDR of ten bits or fewer curves come from tables of 4096 entries.
//!
//! ICC profiles of RGB devices, with curves and a matrix or with tables, stand for primaries and transfer function: as
//! destination when [`Options::destination_icc_profile`] asks for one, as source when a picture states nothing else. Tables
//! are joined with what is on the other side into a grid of 65 points a side. An attached profile is dropped when colours are
//! converted to something else.
#![forbid(unsafe_code)]

mod alpha;
mod attachments;
mod bands;
mod color;
#[cfg(test)]
mod conformance;
mod converter;
mod description;
mod downsampling;
mod error;
mod format;
mod fused;
mod geometry;
mod options;
mod pipeline;
mod plan;
mod planes;
mod profiles;
mod rotate;
mod row;
mod scale;
mod siting;

pub use color::icc::check_icc_profile;
pub use color::tone_map::ToneMapping;
pub use converter::{Converter, convert};
pub use description::PictureDescription;
pub use downsampling::DownsamplingMode;
pub use error::{Error, Result};
pub use geometry::ScalingMode;
pub use options::Options;
pub use plan::default_matrix;
pub use rotate::{Rotation, Rotator};
pub use vitascope_dsp::workers::Workers;
