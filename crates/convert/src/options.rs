//! What can be asked of a conversion.

use std::sync::Arc;

use vitascope_core::{
    CleanAperture, ColorInfo, ColorPrimaries, PixelAspectRatio, TransferFunction, YCbCrMatrix,
};
use vitascope_dsp::CpuLevel;

use crate::color::tone_map::ToneMapping;
use crate::downsampling::DownsamplingMode;
use crate::geometry::ScalingMode;

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
    /// Colours of a source that does not state them itself, by attachments or an ICC profile.
    pub source_color: ColorInfo,
    /// Primaries to convert to; `None` leaves them.
    pub destination_color_primaries: Option<ColorPrimaries>,
    /// Transfer function to convert to; `None` leaves it.
    pub destination_transfer_function: Option<TransferFunction>,
    /// ICC profile of an RGB device to convert to, in place of primaries and transfer function; where those are asked for
    /// too they must agree with it. [`check_icc_profile`](crate::check_icc_profile) tells whether a profile can be used.
    pub destination_icc_profile: Option<Arc<[u8]>>,
    /// The exponent where that is [`TransferFunction::UseGamma`], 0.1 to 10; 2.2 where it lacks.
    pub destination_gamma_level: Option<f64>,
    /// Matrix of a Y'CbCr destination; `None` takes the source's, or one by the picture's size.
    pub destination_ycbcr_matrix: Option<YCbCrMatrix>,
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
            source_color: ColorInfo::default(),
            destination_color_primaries: None,
            destination_transfer_function: None,
            destination_icc_profile: None,
            destination_gamma_level: None,
            destination_ycbcr_matrix: None,
            tone_mapping: ToneMapping::Bt2390,
            threads: 0,
            cpu_level: CpuLevel::detected(),
        }
    }
}
