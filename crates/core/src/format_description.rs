//! What the samples of a medium are: codec, size, and everything a decoder must know.

use std::fmt;
use std::sync::Arc;

use crate::attachment::{self, CleanAperture, PixelAspectRatio, Rect};
use crate::{Dictionary, Error, FourCc, PixelBuffer, PixelFormat, Result, Value};

/// Keys of extensions that image buffers do not have; the others are in [`crate::attachment`].
pub mod extension {
    /// Boxes of the sample entry by four-character name, each as data or an array of data: `avcC`, `hvcC`.
    #[doc(alias = "kCMFormatDescriptionExtension_SampleDescriptionExtensionAtoms")]
    pub const SAMPLE_DESCRIPTION_EXTENSION_ATOMS: &str = "SampleDescriptionExtensionAtoms";
    /// Whether all codes of a sample are used: a boolean.
    #[doc(alias = "kCMFormatDescriptionExtension_FullRangeVideo")]
    pub const FULL_RANGE_VIDEO: &str = "FullRangeVideo";
    /// Name of the codec: a string.
    #[doc(alias = "kCMFormatDescriptionExtension_FormatName")]
    pub const FORMAT_NAME: &str = "FormatName";
    /// Bits per pixel: a number; 24 for colour without alpha.
    #[doc(alias = "kCMFormatDescriptionExtension_Depth")]
    pub const DEPTH: &str = "Depth";
    /// Bits of a component: a number.
    #[doc(alias = "kCMFormatDescriptionExtension_BitsPerComponent")]
    pub const BITS_PER_COMPONENT: &str = "BitsPerComponent";
    /// Bytes between two rows of pixels: a number.
    #[doc(alias = "kCMFormatDescriptionExtension_BytesPerRow")]
    pub const BYTES_PER_ROW: &str = "CVBytesPerRow";
    /// Whether there is an alpha channel: a boolean.
    #[doc(alias = "kCMFormatDescriptionExtension_ContainsAlphaChannel")]
    pub const CONTAINS_ALPHA_CHANNEL: &str = "ContainsAlphaChannel";
    /// Spatial quality of a QuickTime image description: a number.
    #[doc(alias = "kCMFormatDescriptionExtension_SpatialQuality")]
    pub const SPATIAL_QUALITY: &str = "SpatialQuality";
    /// Temporal quality of a QuickTime image description: a number.
    #[doc(alias = "kCMFormatDescriptionExtension_TemporalQuality")]
    pub const TEMPORAL_QUALITY: &str = "TemporalQuality";
    /// Version of a QuickTime image description: a number.
    #[doc(alias = "kCMFormatDescriptionExtension_Version")]
    pub const VERSION: &str = "Version";
    /// Revision of a QuickTime image description: a number.
    #[doc(alias = "kCMFormatDescriptionExtension_RevisionLevel")]
    pub const REVISION_LEVEL: &str = "RevisionLevel";
    /// Vendor of a QuickTime image description: a string.
    #[doc(alias = "kCMFormatDescriptionExtension_Vendor")]
    pub const VENDOR: &str = "Vendor";
    /// The sample entry byte for byte as a file had it: data.
    #[doc(alias = "kCMFormatDescriptionExtension_VerbatimSampleDescription")]
    pub const VERBATIM_SAMPLE_DESCRIPTION: &str = "VerbatimSampleDescription";
    /// The sample entry of an ISO file byte for byte: data.
    #[doc(alias = "kCMFormatDescriptionExtension_VerbatimISOSampleEntry")]
    pub const VERBATIM_ISO_SAMPLE_ENTRY: &str = "VerbatimISOSampleEntry";
}

/// The media type of video.
#[doc(alias = "kCMMediaType_Video")]
pub const MEDIA_TYPE_VIDEO: FourCc = FourCc::new(*b"vide");

/// What the samples of a medium are. Shared by reference and never changed.
///
/// Equality compares contents; [`FormatDescription::ptr_eq`] identity.
#[derive(Clone)]
#[doc(alias = "CMFormatDescription", alias = "CMVideoFormatDescription")]
pub struct FormatDescription(Arc<Inner>);

/// Size of a picture in pixels.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[doc(alias = "CMVideoDimensions")]
pub struct VideoDimensions {
    /// Width in pixels.
    pub width: i32,
    /// Height in pixels.
    pub height: i32,
}

#[derive(PartialEq)]
struct Inner {
    media_type: FourCc,
    media_sub_type: FourCc,
    dimensions: VideoDimensions,
    extensions: Dictionary,
}

impl FormatDescription {
    /// The extensions that describe the same thing as image buffer attachments of the same name.
    #[doc(alias = "CMVideoFormatDescriptionGetExtensionKeysCommonWithImageBuffers")]
    pub const KEYS_COMMON_WITH_IMAGE_BUFFERS: &'static [&'static str] = &[
        attachment::CLEAN_APERTURE,
        attachment::FIELD_COUNT,
        attachment::FIELD_DETAIL,
        attachment::PIXEL_ASPECT_RATIO,
        attachment::COLOR_PRIMARIES,
        attachment::TRANSFER_FUNCTION,
        attachment::YCBCR_MATRIX,
        attachment::GAMMA_LEVEL,
        attachment::CHROMA_LOCATION_TOP_FIELD,
        attachment::CHROMA_LOCATION_BOTTOM_FIELD,
        attachment::ICC_PROFILE,
        attachment::MASTERING_DISPLAY_COLOR_VOLUME,
        attachment::CONTENT_LIGHT_LEVEL_INFO,
        attachment::AMBIENT_VIEWING_ENVIRONMENT,
        attachment::ALPHA_CHANNEL_MODE,
    ];

    /// A video format: codec or pixel format, size in pixels, extensions.
    ///
    /// # Errors
    /// [`Error::InvalidFormatDescription`] unless both sides have at least 1 pixel.
    #[doc(alias = "CMVideoFormatDescriptionCreate")]
    pub fn video(
        codec: FourCc,
        width: i32,
        height: i32,
        extensions: Dictionary,
    ) -> Result<FormatDescription> {
        if width < 1 || height < 1 {
            return Err(Error::InvalidFormatDescription {
                name: "size",
                value: format!("{width} x {height}"),
                accepted: "1 to 2147483647 pixels on each side",
            });
        }
        let dimensions = VideoDimensions { width, height };
        Ok(FormatDescription(Arc::new(Inner {
            media_type: MEDIA_TYPE_VIDEO,
            media_sub_type: codec,
            dimensions,
            extensions,
        })))
    }

    /// A format of any media type, without a size.
    ///
    /// # Errors
    /// [`Error::InvalidFormatDescription`] for video, which needs a size.
    #[doc(alias = "CMFormatDescriptionCreate")]
    pub fn new(
        media_type: FourCc,
        media_sub_type: FourCc,
        extensions: Dictionary,
    ) -> Result<FormatDescription> {
        if media_type == MEDIA_TYPE_VIDEO {
            return Err(Error::InvalidFormatDescription {
                name: "media type",
                value: media_type.to_string(),
                accepted: "any other; video needs a size",
            });
        }
        let dimensions = VideoDimensions::default();
        Ok(FormatDescription(Arc::new(Inner { media_type, media_sub_type, dimensions, extensions })))
    }

    /// The format of uncompressed pictures like this one: its pixel format, size, and those attachments that have an
    /// extension of the same name.
    ///
    /// # Errors
    /// [`Error::InvalidFormatDescription`]; no buffer that can be made is too large.
    #[doc(alias = "CMVideoFormatDescriptionCreateForImageBuffer")]
    pub fn video_for_pixel_buffer(buffer: &PixelBuffer) -> Result<FormatDescription> {
        let mut extensions: Dictionary = FormatDescription::KEYS_COMMON_WITH_IMAGE_BUFFERS
            .iter()
            .filter_map(|key| Some((*key, buffer.attached(key)?)))
            .collect();
        extensions.insert(extension::VERSION, 2);
        if !buffer.is_planar() {
            extensions.insert(extension::BYTES_PER_ROW, buffer.bytes_per_row() as i64);
        }
        let description = buffer.description();
        if description.is_ycbcr() && description.is_full_range() {
            extensions.insert(extension::FULL_RANGE_VIDEO, true);
        }
        let side = |pixels: usize| i32::try_from(pixels).unwrap_or(0);
        FormatDescription::video(buffer.format(), side(buffer.width()), side(buffer.height()), extensions)
    }

    /// Whether this could be the format of such pictures: pixel format, size and the common extensions agree.
    #[doc(alias = "CMVideoFormatDescriptionMatchesImageBuffer")]
    pub fn matches_pixel_buffer(&self, buffer: &PixelBuffer) -> bool {
        let VideoDimensions { width, height } = self.dimensions();
        self.media_type() == MEDIA_TYPE_VIDEO
            && self.media_sub_type() == buffer.format()
            && usize::try_from(width) == Ok(buffer.width())
            && usize::try_from(height) == Ok(buffer.height())
            && FormatDescription::KEYS_COMMON_WITH_IMAGE_BUFFERS
                .iter()
                .all(|key| self.extension(key) == buffer.attached(key).as_ref())
    }

    /// Whether both are the same object.
    pub fn ptr_eq(a: &FormatDescription, b: &FormatDescription) -> bool {
        Arc::ptr_eq(&a.0, &b.0)
    }

    /// Whether the contents are equal but for these extensions.
    #[doc(alias = "CMFormatDescriptionEqualIgnoringExtensionKeys")]
    pub fn equal_ignoring(&self, other: &FormatDescription, keys: &[&str]) -> bool {
        let rest = |description: &FormatDescription| {
            let mut extensions = description.extensions().clone();
            keys.iter().for_each(|key| drop(extensions.remove(key)));
            extensions
        };
        (self.media_type(), self.media_sub_type(), self.dimensions())
            == (other.media_type(), other.media_sub_type(), other.dimensions())
            && rest(self) == rest(other)
    }

    /// The media type, `vide` for video.
    #[doc(alias = "CMFormatDescriptionGetMediaType")]
    pub fn media_type(&self) -> FourCc {
        self.0.media_type
    }

    /// The codec or pixel format.
    #[doc(alias = "CMFormatDescriptionGetMediaSubType", alias = "CMVideoFormatDescriptionGetCodecType")]
    pub fn media_sub_type(&self) -> FourCc {
        self.0.media_sub_type
    }

    /// The size of coded pictures in pixels.
    #[doc(alias = "CMVideoFormatDescriptionGetDimensions")]
    pub fn dimensions(&self) -> VideoDimensions {
        self.0.dimensions
    }

    /// All extensions.
    #[doc(alias = "CMFormatDescriptionGetExtensions")]
    pub fn extensions(&self) -> &Dictionary {
        &self.0.extensions
    }

    /// One extension.
    #[doc(alias = "CMFormatDescriptionGetExtension")]
    pub fn extension(&self, key: &str) -> Option<&Value> {
        self.0.extensions.get(key)
    }

    /// The contents of a box of the sample entry, such as `avcC`; the first one if there are several.
    pub fn extension_atom(&self, name: &str) -> Option<&[u8]> {
        let atoms = self.extension(extension::SAMPLE_DESCRIPTION_EXTENSION_ATOMS)?.as_dictionary()?;
        match atoms.get(name)? {
            Value::Array(several) => several.first()?.as_data(),
            one => one.as_data(),
        }
    }

    /// Whether all codes of a sample are used: the extension, or what the pixel format says.
    pub fn is_full_range(&self) -> bool {
        let declared = self.extension(extension::FULL_RANGE_VIDEO).and_then(Value::as_bool);
        declared.unwrap_or_else(|| {
            PixelFormat::find(self.media_sub_type()).is_some_and(PixelFormat::is_full_range)
        })
    }

    /// Width and height for display, without or with the pixel aspect ratio (which stretches the width) and the clean
    /// aperture.
    #[doc(alias = "CMVideoFormatDescriptionGetPresentationDimensions")]
    pub fn presentation_dimensions(
        &self,
        use_pixel_aspect_ratio: bool,
        use_clean_aperture: bool,
    ) -> (f64, f64) {
        let VideoDimensions { width, height } = self.dimensions();
        let mut size = (f64::from(width), f64::from(height));
        if use_clean_aperture && let Some(aperture) = self.clean_aperture_extension() {
            size = (aperture.width, aperture.height);
        }
        if use_pixel_aspect_ratio && let Some(ratio) = self.pixel_aspect_ratio() {
            size.0 *= ratio.ratio();
        }
        size
    }

    /// The part of the picture that is meant to be seen, in pixels: the clean aperture, or all of it. y counts down
    /// from the top or up from the bottom.
    #[doc(alias = "CMVideoFormatDescriptionGetCleanAperture")]
    pub fn clean_aperture(&self, origin_at_top_left: bool) -> Rect {
        let VideoDimensions { width, height } = self.dimensions();
        let (width, height) = (f64::from(width), f64::from(height));
        match self.clean_aperture_extension() {
            None => Rect { x: 0.0, y: 0.0, width, height },
            Some(aperture) if origin_at_top_left => aperture.rect_from_top(width, height),
            Some(aperture) => aperture.rect_from_bottom(width, height),
        }
    }

    /// The clean aperture extension, if it is usable.
    pub fn clean_aperture_extension(&self) -> Option<CleanAperture> {
        CleanAperture::from_dictionary(self.extension(attachment::CLEAN_APERTURE)?.as_dictionary()?)
    }

    /// The pixel aspect ratio extension, if it is usable.
    pub fn pixel_aspect_ratio(&self) -> Option<PixelAspectRatio> {
        PixelAspectRatio::from_dictionary(self.extension(attachment::PIXEL_ASPECT_RATIO)?.as_dictionary()?)
    }
}

impl PartialEq for FormatDescription {
    #[doc(alias = "CMFormatDescriptionEqual")]
    fn eq(&self, other: &Self) -> bool {
        FormatDescription::ptr_eq(self, other) || self.0 == other.0
    }
}

impl fmt::Debug for FormatDescription {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let VideoDimensions { width, height } = self.dimensions();
        write!(
            out,
            "FormatDescription({} {} {width} x {height} {})",
            self.media_type(),
            self.media_sub_type(),
            self.extensions()
        )
    }
}
