//! What can be asked of a conversion.

use vitascope_dsp::CpuLevel;

use crate::color::curve::Curve;
use crate::color::primaries::Chromaticities;
use crate::color::tone_map::ToneMapping;
use crate::color::ycbcr::LumaWeights;
use crate::geometry::{CleanAperture, PixelAspectRatio, ScalingMode};
use crate::pipeline::DownsamplingMode;

/// Settings of a [`Converter`](crate::Converter). The default copies the platform's defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How the source's geometry maps onto the destination.
    pub scaling_mode: ScalingMode,
    /// How chroma is reduced.
    pub downsampling_mode: DownsamplingMode,
    /// Prefer speed: bilinear scaling, and chroma enlarged by repetition.
    pub high_speed: bool,
    /// The part of the destination to fill; ignored in [`ScalingMode::Normal`].
    pub destination_clean_aperture: Option<CleanAperture>,
    /// The destination's pixel aspect; ignored in [`ScalingMode::Normal`].
    pub destination_pixel_aspect_ratio: Option<PixelAspectRatio>,
    /// Primaries to convert to; `None` leaves them.
    pub destination_primaries: Option<Chromaticities>,
    /// Transfer function to convert to; `None` leaves it.
    pub destination_transfer: Option<Curve>,
    /// Matrix of a Y'CbCr destination; `None` takes the source's, or one by the picture's size.
    pub destination_matrix: Option<LumaWeights>,
    /// What happens to light an SDR destination cannot show.
    pub tone_mapping: ToneMapping,
    /// Threads to use at most, 0 for one a processor. Small pictures use fewer.
    pub threads: usize,
    /// Highest instruction set to use.
    pub cpu_level: CpuLevel,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            scaling_mode: ScalingMode::Normal,
            downsampling_mode: DownsamplingMode::Decimate,
            high_speed: false,
            destination_clean_aperture: None,
            destination_pixel_aspect_ratio: None,
            destination_primaries: None,
            destination_transfer: None,
            destination_matrix: None,
            tone_mapping: ToneMapping::Bt2390,
            threads: 0,
            cpu_level: CpuLevel::detected(),
        }
    }
}
