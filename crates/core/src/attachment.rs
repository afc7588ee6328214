//! The keys of attachments and extensions, and values that are dictionaries or fixed sets of strings.
//!
//! Image buffers and format descriptions share the keys that describe a picture.

use crate::{Dictionary, Value};

/// Clean aperture: a dictionary, see [`CleanAperture`].
#[doc(alias = "kCVImageBufferCleanApertureKey", alias = "kCMFormatDescriptionExtension_CleanAperture")]
pub const CLEAN_APERTURE: &str = "CVCleanAperture";
/// Clean aperture that a client may use instead: a dictionary, see [`CleanAperture`].
#[doc(alias = "kCVImageBufferPreferredCleanApertureKey")]
pub const PREFERRED_CLEAN_APERTURE: &str = "CVPreferredCleanAperture";
/// Number of fields in a frame: 1 or 2.
#[doc(alias = "kCVImageBufferFieldCountKey")]
pub const FIELD_COUNT: &str = "CVFieldCount";
/// Order of the fields: a string, see [`FieldDetail`].
#[doc(alias = "kCVImageBufferFieldDetailKey")]
pub const FIELD_DETAIL: &str = "CVFieldDetail";
/// Pixel aspect ratio: a dictionary, see [`PixelAspectRatio`].
#[doc(alias = "kCVImageBufferPixelAspectRatioKey")]
pub const PIXEL_ASPECT_RATIO: &str = "CVPixelAspectRatio";
/// Size for display in square pixels: a dictionary of `Width` and `Height`.
#[doc(alias = "kCVImageBufferDisplayDimensionsKey")]
pub const DISPLAY_DIMENSIONS: &str = "CVDisplayDimensions";
/// The part of the picture that statistics count: a dictionary.
#[doc(alias = "kCVImageBufferRegionOfInterestKey")]
pub const REGION_OF_INTEREST: &str = "kCVImageBufferRegionOfInterestKey";
/// The part of the picture that is to be shown: a dictionary.
#[doc(alias = "kCVImageBufferDisplayMaskRectangleKey")]
pub const DISPLAY_MASK_RECTANGLE: &str = "kCVImageBufferDisplayMaskRectangleKey";
/// The part of the left eye's picture that is to be shown: a dictionary.
#[doc(alias = "kCVImageBufferDisplayMaskRectangleStereoLeftKey")]
pub const DISPLAY_MASK_RECTANGLE_STEREO_LEFT: &str = "kCVImageBufferDisplayMaskRectangleStereoLeftKey";
/// The part of the right eye's picture that is to be shown: a dictionary.
#[doc(alias = "kCVImageBufferDisplayMaskRectangleStereoRightKey")]
pub const DISPLAY_MASK_RECTANGLE_STEREO_RIGHT: &str = "kCVImageBufferDisplayMaskRectangleStereoRightKey";
/// Colour primaries: a string, see [`crate::ColorPrimaries`].
#[doc(alias = "kCVImageBufferColorPrimariesKey")]
pub const COLOR_PRIMARIES: &str = "CVImageBufferColorPrimaries";
/// Transfer function: a string, see [`crate::TransferFunction`].
#[doc(alias = "kCVImageBufferTransferFunctionKey")]
pub const TRANSFER_FUNCTION: &str = "CVImageBufferTransferFunction";
/// Matrix between RGB and luma with colour differences: a string, see [`crate::YCbCrMatrix`].
#[doc(alias = "kCVImageBufferYCbCrMatrixKey")]
pub const YCBCR_MATRIX: &str = "CVImageBufferYCbCrMatrix";
/// Exponent of a transfer function that is a power: a number.
#[doc(alias = "kCVImageBufferGammaLevelKey")]
pub const GAMMA_LEVEL: &str = "CVImageBufferGammaLevel";
/// Site of chroma samples in frames and top fields: a string, see [`crate::ChromaLocation`].
#[doc(alias = "kCVImageBufferChromaLocationTopFieldKey")]
pub const CHROMA_LOCATION_TOP_FIELD: &str = "CVImageBufferChromaLocationTopField";
/// Site of chroma samples in bottom fields: a string, see [`crate::ChromaLocation`].
#[doc(alias = "kCVImageBufferChromaLocationBottomFieldKey")]
pub const CHROMA_LOCATION_BOTTOM_FIELD: &str = "CVImageBufferChromaLocationBottomField";
/// Chroma subsampling: `4:2:0`, `4:2:2` or `4:1:1`.
#[doc(alias = "kCVImageBufferChromaSubsamplingKey")]
pub const CHROMA_SUBSAMPLING: &str = "CVImageBufferChromaSubsampling";
/// ICC profile: data.
#[doc(alias = "kCVImageBufferICCProfileKey")]
pub const ICC_PROFILE: &str = "CVImageBufferICCProfile";
/// Colour space: an object.
#[doc(alias = "kCVImageBufferCGColorSpaceKey")]
pub const CG_COLOR_SPACE: &str = "CGColorSpace";
/// Mastering display colour volume: 24 bytes as in the SEI message of H.264 and HEVC.
#[doc(alias = "kCVImageBufferMasteringDisplayColorVolumeKey")]
pub const MASTERING_DISPLAY_COLOR_VOLUME: &str = "MasteringDisplayColorVolume";
/// Content light level: 4 bytes as in the SEI message of H.264 and HEVC.
#[doc(alias = "kCVImageBufferContentLightLevelInfoKey")]
pub const CONTENT_LIGHT_LEVEL_INFO: &str = "ContentLightLevelInfo";
/// Ambient viewing environment: 8 bytes as in the SEI message of H.264 and HEVC.
#[doc(alias = "kCVImageBufferAmbientViewingEnvironmentKey")]
pub const AMBIENT_VIEWING_ENVIRONMENT: &str = "AmbientViewingEnvironment";
/// Whether alpha is opaque everywhere: a boolean.
#[doc(alias = "kCVImageBufferAlphaChannelIsOpaque")]
pub const ALPHA_CHANNEL_IS_OPAQUE: &str = "AlphaChannelIsOpaque";
/// Straight or premultiplied alpha: [`STRAIGHT_ALPHA`] or [`PREMULTIPLIED_ALPHA`].
#[doc(alias = "kCVImageBufferAlphaChannelModeKey")]
pub const ALPHA_CHANNEL_MODE: &str = "AlphaChannelMode";
/// Colour is not multiplied by alpha.
pub const STRAIGHT_ALPHA: &str = "StraightAlpha";
/// Colour is multiplied by alpha.
pub const PREMULTIPLIED_ALPHA: &str = "PremultipliedAlpha";

/// The part of a picture that is meant to be seen.
///
/// The aperture is centred on the picture, then moved by the offsets: positive ones move it right and down.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct CleanAperture {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// How far its centre lies to the right of the picture's centre, in pixels.
    pub horizontal_offset: f64,
    /// How far its centre lies below the picture's centre, in pixels.
    pub vertical_offset: f64,
}

/// Width of a pixel to its height.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub struct PixelAspectRatio {
    /// Relative width, above 0.
    pub horizontal_spacing: u32,
    /// Relative height, above 0.
    pub vertical_spacing: u32,
}

/// An area of a picture, in pixels.
#[derive(Clone, Copy, PartialEq, Debug)]
#[doc(alias = "CGRect")]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Edge that is nearer to the origin: the top one or the bottom one, as the function says.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// Which field comes first, and whether the fields lie apart in time or only in space.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum FieldDetail {
    /// Fields apart in time, top field first.
    TemporalTopFirst,
    /// Fields apart in time, bottom field first.
    TemporalBottomFirst,
    /// Lines interleaved, first line stored first.
    SpatialFirstLineEarly,
    /// Lines interleaved, first line stored second.
    SpatialFirstLineLate,
}

impl CleanAperture {
    /// Reads the attachment's dictionary: plain numbers, or the exact fractions of a format description. `None`
    /// when a number lacks or is not finite, or a size is not above 0.
    pub fn from_dictionary(dictionary: &Dictionary) -> Option<CleanAperture> {
        let number = |key: &str, rational: &str| {
            let exact = dictionary.get(rational).and_then(Value::as_array).and_then(|parts| match parts {
                [numerator, denominator] => Some(numerator.as_f64()? / denominator.as_f64()?),
                _ => None,
            });
            exact.or_else(|| dictionary.get(key)?.as_f64()).filter(|number| number.is_finite())
        };
        let aperture = CleanAperture {
            width: number("Width", "CleanApertureWidthRational")?,
            height: number("Height", "CleanApertureHeightRational")?,
            horizontal_offset: number("HorizontalOffset", "CleanApertureHorizontalOffsetRational")
                .unwrap_or(0.0),
            vertical_offset: number("VerticalOffset", "CleanApertureVerticalOffsetRational").unwrap_or(0.0),
        };
        (aperture.width > 0.0 && aperture.height > 0.0).then_some(aperture)
    }

    /// The attachment's dictionary.
    pub fn to_dictionary(&self) -> Dictionary {
        let number =
            |value: f64| crate::Number::Float(value).as_i64().map_or(Value::from(value), Value::from);
        Dictionary::new()
            .with("Width", number(self.width))
            .with("Height", number(self.height))
            .with("HorizontalOffset", number(self.horizontal_offset))
            .with("VerticalOffset", number(self.vertical_offset))
    }

    /// The area that it covers in a picture of this size, y counted down from the top.
    pub fn rect_from_top(&self, width: f64, height: f64) -> Rect {
        Rect {
            x: (width - self.width) / 2.0 + self.horizontal_offset,
            y: (height - self.height) / 2.0 + self.vertical_offset,
            width: self.width,
            height: self.height,
        }
    }

    /// The area that it covers in a picture of this size, y counted up from the bottom.
    pub fn rect_from_bottom(&self, width: f64, height: f64) -> Rect {
        let mirrored = CleanAperture { vertical_offset: -self.vertical_offset, ..*self };
        mirrored.rect_from_top(width, height)
    }
}

impl PixelAspectRatio {
    /// Square pixels.
    pub const SQUARE: PixelAspectRatio = PixelAspectRatio { horizontal_spacing: 1, vertical_spacing: 1 };

    /// Reads the attachment's dictionary. `None` when a number lacks, is not whole or is not in 1 to 2^32 - 1.
    pub fn from_dictionary(dictionary: &Dictionary) -> Option<PixelAspectRatio> {
        let number = |key| dictionary.get(key)?.as_i64().and_then(|value| u32::try_from(value).ok());
        let ratio = PixelAspectRatio {
            horizontal_spacing: number("HorizontalSpacing")?,
            vertical_spacing: number("VerticalSpacing")?,
        };
        (ratio.horizontal_spacing > 0 && ratio.vertical_spacing > 0).then_some(ratio)
    }

    /// The attachment's dictionary.
    pub fn to_dictionary(&self) -> Dictionary {
        Dictionary::new()
            .with("HorizontalSpacing", self.horizontal_spacing)
            .with("VerticalSpacing", self.vertical_spacing)
    }

    /// Width over height.
    pub fn ratio(&self) -> f64 {
        f64::from(self.horizontal_spacing) / f64::from(self.vertical_spacing)
    }
}

impl FieldDetail {
    /// All of them.
    pub const ALL: [FieldDetail; 4] = [
        FieldDetail::TemporalTopFirst,
        FieldDetail::TemporalBottomFirst,
        FieldDetail::SpatialFirstLineEarly,
        FieldDetail::SpatialFirstLineLate,
    ];

    /// The platform's string.
    pub const fn string(self) -> &'static str {
        match self {
            FieldDetail::TemporalTopFirst => "TemporalTopFirst",
            FieldDetail::TemporalBottomFirst => "TemporalBottomFirst",
            FieldDetail::SpatialFirstLineEarly => "SpatialFirstLineEarly",
            FieldDetail::SpatialFirstLineLate => "SpatialFirstLineLate",
        }
    }

    /// The order of the fields after the rows were mirrored, where there is an even number of them: the upper field has become
    /// the lower one.
    pub const fn mirrored(self) -> Self {
        match self {
            FieldDetail::TemporalTopFirst => FieldDetail::TemporalBottomFirst,
            FieldDetail::TemporalBottomFirst => FieldDetail::TemporalTopFirst,
            FieldDetail::SpatialFirstLineEarly => FieldDetail::SpatialFirstLineLate,
            FieldDetail::SpatialFirstLineLate => FieldDetail::SpatialFirstLineEarly,
        }
    }

    /// The one with this string.
    pub fn from_string(string: &str) -> Option<Self> {
        FieldDetail::ALL.into_iter().find(|detail| detail.string() == string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_apertures_survive_the_dictionary() {
        let aperture =
            CleanAperture { width: 704.0, height: 480.5, horizontal_offset: -4.0, vertical_offset: 2.0 };
        let dictionary = aperture.to_dictionary();
        assert_eq!(CleanAperture::from_dictionary(&dictionary), Some(aperture));
        assert_eq!(dictionary.get("Width"), Some(&Value::from(704)));
    }

    #[test]
    fn exact_fractions_win_over_numbers() {
        let fraction = |a: i32, b: i32| Value::from(vec![Value::from(a), Value::from(b)]);
        let dictionary = Dictionary::new()
            .with("Width", 1)
            .with("CleanApertureWidthRational", fraction(1405, 2))
            .with("CleanApertureHeightRational", fraction(480, 1));
        let aperture = CleanAperture::from_dictionary(&dictionary).unwrap();
        assert_eq!((aperture.width, aperture.height, aperture.vertical_offset), (702.5, 480.0, 0.0));
        let broken = Dictionary::new().with("CleanApertureWidthRational", fraction(1, 0)).with("Height", 1);
        assert_eq!(CleanAperture::from_dictionary(&broken), None);
    }

    #[test]
    fn useless_dictionaries_are_refused() {
        assert_eq!(CleanAperture::from_dictionary(&Dictionary::new().with("Width", 5)), None);
        assert_eq!(
            CleanAperture::from_dictionary(&Dictionary::new().with("Width", 0).with("Height", 2)),
            None
        );
        let ratio = |h: f64, v: f64| {
            PixelAspectRatio::from_dictionary(
                &Dictionary::new().with("HorizontalSpacing", h).with("VerticalSpacing", v),
            )
        };
        assert_eq!(ratio(4.0, 3.0), Some(PixelAspectRatio { horizontal_spacing: 4, vertical_spacing: 3 }));
        for (h, v) in [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0), (1.5, 1.0), (4294967296.0, 1.0), (f64::NAN, 1.0)]
        {
            assert_eq!(ratio(h, v), None, "{h}:{v}");
        }
    }

    #[test]
    fn the_vertical_offset_points_down() {
        let aperture =
            CleanAperture { width: 10.0, height: 4.0, horizontal_offset: 1.0, vertical_offset: 2.0 };
        let top = aperture.rect_from_top(20.0, 10.0);
        assert_eq!(top, Rect { x: 6.0, y: 5.0, width: 10.0, height: 4.0 });
        assert_eq!(aperture.rect_from_bottom(20.0, 10.0), Rect { y: 1.0, ..top });
    }

    #[test]
    fn field_details_have_distinct_strings() {
        for detail in FieldDetail::ALL {
            assert_eq!(FieldDetail::from_string(detail.string()), Some(detail));
        }
        assert_eq!(FieldDetail::from_string("TopFirst"), None);
    }
}
