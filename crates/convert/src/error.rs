//! What can go wrong between two pixel buffers.

use vitascope_core::FourCc;

/// Why a conversion or rotation is refused.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// No conversion exists from or to this pixel format.
    #[error(
        "pixel format {0} cannot be converted (compressed, Bayer, indexed and camera raw formats never can)"
    )]
    UnsupportedFormat(FourCc),
    /// Both formats are known, but their components mean different things.
    #[error("no conversion from {from} to {to}: their components mean different things")]
    UnsupportedPair {
        /// Format of the source.
        from: FourCc,
        /// Format of the destination.
        to: FourCc,
    },
    /// A picture without pixels, or larger than rows can be addressed.
    #[error("picture of {width}x{height} pixels; both must be 1 to 65536")]
    Size {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
    },
    /// A buffer is not what the converter was planned for.
    #[error("{role} is {found}, but the converter was planned for {expected}")]
    Mismatch {
        /// "source" or "destination".
        role: &'static str,
        /// What was given.
        found: String,
        /// What was expected.
        expected: String,
    },
    /// A plane's memory is smaller than its geometry needs.
    #[error("plane {plane} holds {found} bytes; {expected} are needed")]
    ShortPlane {
        /// Index of the plane.
        plane: usize,
        /// Bytes present.
        found: usize,
        /// Bytes needed.
        expected: usize,
    },
    /// A clean aperture without any pixel of the raster, or with numbers that are not finite.
    #[error(
        "clean aperture {width}x{height} at offset {horizontal_offset},{vertical_offset} shows nothing of a raster of {raster_width}x{raster_height}"
    )]
    CleanAperture {
        /// Width in pixels.
        width: f64,
        /// Height in pixels.
        height: f64,
        /// Centre relative to the raster's centre, to the right.
        horizontal_offset: f64,
        /// Centre relative to the raster's centre, downwards.
        vertical_offset: f64,
        /// Raster width.
        raster_width: usize,
        /// Raster height.
        raster_height: usize,
    },
    /// A pixel aspect ratio with a term that is not positive.
    #[error("pixel aspect ratio {0}:{1}; both terms must be 1 or more")]
    PixelAspectRatio(u32, u32),
    /// Colour is to be converted, but the source does not say what its colour is.
    #[error("the source has no {0}, which the conversion of colour needs")]
    InsufficientSourceColor(&'static str),
    /// Colours that no conversion can be made for.
    #[error("no colour conversion: {0}")]
    ColorConversion(String),
    /// An option's value is not acceptable.
    #[error("{key} = {value}: {expected}")]
    Option {
        /// Name of the option.
        key: &'static str,
        /// The value given.
        value: String,
        /// What is accepted.
        expected: &'static str,
    },
    /// The two pictures' sizes or formats do not suit the rotation.
    #[error("rotation from {from} to {to}: {reason}")]
    Rotation {
        /// The source.
        from: String,
        /// The destination.
        to: String,
        /// What is wrong.
        reason: &'static str,
    },
    /// A buffer could not be read or written.
    #[error(transparent)]
    Buffer(#[from] vitascope_core::Error),
}

impl Error {
    /// The platform's `OSStatus` for this condition.
    pub fn status(&self) -> i32 {
        match self {
            Error::UnsupportedFormat(_) | Error::UnsupportedPair { .. } => -12905,
            Error::Size { .. }
            | Error::Mismatch { .. }
            | Error::ShortPlane { .. }
            | Error::CleanAperture { .. }
            | Error::PixelAspectRatio(..)
            | Error::Option { .. } => -12902,
            Error::InsufficientSourceColor(_) => -12917,
            Error::ColorConversion(_) => -12918,
            Error::Rotation { .. } => -12914,
            Error::Buffer(error) => error.status(),
        }
    }
}

/// Result with this crate's error.
pub type Result<T> = std::result::Result<T, Error>;
