//! What a converter has to know about a picture before it sees one.

use vitascope_core::FourCc;

use crate::color::curve::Curve;
use crate::color::primaries::Chromaticities;
use crate::color::ycbcr::LumaWeights;
use crate::geometry::{CleanAperture, PixelAspectRatio};
use crate::pipeline::Siting;

/// A picture's format, size, geometry and colour.
///
/// Two pictures of one description are converted by the same plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PictureDescription {
    /// Pixel format.
    pub format: FourCc,
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// The visible part; absent means all.
    pub clean_aperture: Option<CleanAperture>,
    /// Width to height of a pixel; absent means square.
    pub pixel_aspect_ratio: Option<PixelAspectRatio>,
    /// How Y'CbCr follows from R'G'B'.
    pub matrix: Option<LumaWeights>,
    /// Primaries and white.
    pub primaries: Option<Chromaticities>,
    /// Transfer function.
    pub transfer: Option<Curve>,
    /// Where chroma lies between luma samples.
    pub chroma_location: Option<ChromaSiting>,
    /// Whether colour is multiplied by alpha.
    pub premultiplied: Option<bool>,
    /// Peak of the content in cd/m2 (content light level, else mastering display).
    pub peak_luminance: Option<f64>,
}

impl PictureDescription {
    /// A picture of which nothing but format and size is known.
    pub fn new(format: FourCc, width: usize, height: usize) -> PictureDescription {
        PictureDescription {
            format,
            width,
            height,
            clean_aperture: None,
            pixel_aspect_ratio: None,
            matrix: None,
            primaries: None,
            transfer: None,
            chroma_location: None,
            premultiplied: None,
            peak_luminance: None,
        }
    }
}

impl std::fmt::Display for PictureDescription {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}x{} {}", self.width, self.height, self.format)
    }
}

/// Where a chroma sample lies, in luma samples right of and below the first luma sample it serves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChromaSiting {
    /// To the right: 0 (on the left luma sample), 0.5 (between) or 1.
    pub x: f64,
    /// Downwards: 0 (on the upper luma sample), 0.5 or 1.
    pub y: f64,
}

impl ChromaSiting {
    /// MPEG-2's and H.264's usual siting: on the left column, between rows.
    pub const LEFT: ChromaSiting = ChromaSiting { x: 0.0, y: 0.5 };
    /// JPEG's and MPEG-1's: between columns and rows.
    pub const CENTER: ChromaSiting = ChromaSiting { x: 0.5, y: 0.5 };
    /// On the upper left luma sample.
    pub const TOP_LEFT: ChromaSiting = ChromaSiting { x: 0.0, y: 0.0 };
    /// On the upper row, between columns.
    pub const TOP: ChromaSiting = ChromaSiting { x: 0.5, y: 0.0 };
    /// On the lower left luma sample.
    pub const BOTTOM_LEFT: ChromaSiting = ChromaSiting { x: 0.0, y: 1.0 };
    /// On the lower row, between columns.
    pub const BOTTOM: ChromaSiting = ChromaSiting { x: 0.5, y: 1.0 };
}

impl From<ChromaSiting> for Siting {
    fn from(siting: ChromaSiting) -> Siting {
        Siting { x: siting.x, y: siting.y }
    }
}
