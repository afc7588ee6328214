//! What a converter has to know about a picture before it sees one.

use std::sync::Arc;

use vitascope_core::{
    ChromaLocation, CleanAperture, ColorInfo, FourCc, PixelAspectRatio, PixelBuffer, Value, attachment,
};

/// A picture's format, size, geometry and colour.
///
/// Pictures of one description are converted by the same plan.
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
    /// Primaries, transfer function and matrix, as far as they are known.
    pub color: ColorInfo,
    /// ICC profile, which says what primaries and transfer function are where `color` says neither.
    pub icc_profile: Option<Arc<[u8]>>,
    /// Where chroma lies between luma samples; absent means left.
    pub chroma_location: Option<ChromaLocation>,
    /// Whether colour is multiplied by alpha; absent means it is.
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
            color: ColorInfo::default(),
            icc_profile: None,
            chroma_location: None,
            premultiplied: None,
            peak_luminance: None,
        }
    }

    /// What a buffer and its attachments say.
    pub fn of(buffer: &PixelBuffer) -> PictureDescription {
        let text = |key: &str| {
            let value = buffer.attachment(key)?.0;
            value.as_str().map(str::to_owned)
        };
        PictureDescription {
            clean_aperture: buffer.clean_aperture(),
            pixel_aspect_ratio: buffer.pixel_aspect_ratio(),
            color: ColorInfo::from_attachments(buffer),
            icc_profile: match buffer.attachment(attachment::ICC_PROFILE) {
                Some((Value::Data(profile), _)) => Some(profile),
                _ => None,
            },
            chroma_location: text(attachment::CHROMA_LOCATION_TOP_FIELD)
                .and_then(|name| ChromaLocation::from_string(&name)),
            premultiplied: text(attachment::ALPHA_CHANNEL_MODE).and_then(|mode| match mode.as_str() {
                attachment::STRAIGHT_ALPHA => Some(false),
                attachment::PREMULTIPLIED_ALPHA => Some(true),
                _ => None,
            }),
            peak_luminance: peak_luminance(buffer),
            ..PictureDescription::new(buffer.format(), buffer.width(), buffer.height())
        }
    }
}

impl std::fmt::Display for PictureDescription {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}x{} {}", self.width, self.height, self.format)
    }
}

/// Maximum content light level (CTA-861.3: two big-endian 16-bit numbers), else the mastering display's
/// maximum luminance (SMPTE ST 2086 as in HEVC D.2.28: after eight 16-bit chromaticities, 32 bits in units
/// of 0.0001 cd/m2).
fn peak_luminance(buffer: &PixelBuffer) -> Option<f64> {
    let data = |key: &str| Some(buffer.attachment(key)?.0).filter(|value: &Value| value.as_data().is_some());
    let level = data(attachment::CONTENT_LIGHT_LEVEL_INFO).and_then(|value| {
        let bytes = value.as_data()?.first_chunk::<2>().copied()?;
        Some(f64::from(u16::from_be_bytes(bytes)))
    });
    let mastering = || {
        let value = data(attachment::MASTERING_DISPLAY_COLOR_VOLUME)?;
        let bytes = value.as_data()?.get(16..20)?.first_chunk::<4>().copied()?;
        Some(f64::from(u32::from_be_bytes(bytes)) / 10000.0)
    };
    level.filter(|&level| level > 0.0).or_else(mastering).filter(|&peak| (1.0..=10000.0).contains(&peak))
}
