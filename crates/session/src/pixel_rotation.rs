//! Pixel rotation: turning and mirroring pixel buffers.

use vitascope_convert::{Rotation, Rotator, Workers};
use vitascope_core::{FourCc, PixelBuffer};

use crate::error::{Error, Result};
use crate::pixel_transfer::settings::{Settings, property_methods};
use crate::property::{Change, DefaultValue, Kind, PropertyRow, PropertyValues};

const ROTATION: &str = "Rotation";
const FLIP_HORIZONTAL_ORIENTATION: &str = "FlipHorizontalOrientation";
const FLIP_VERTICAL_ORIENTATION: &str = "FlipVerticalOrientation";
const THREAD_COUNT: &str = "VitascopeThreadCount";

/// The rows of a pixel rotation session.
pub static PIXEL_ROTATION_ROWS: &[PropertyRow] = &[
    row(
        ROTATION,
        Kind::Enumeration(&["Rotation0", "RotationCW90", "Rotation180", "RotationCCW90"]),
        DefaultValue::Text("Rotation0"),
        "The turn. A quarter turn needs a destination whose width and height are exchanged.",
    ),
    row(
        FLIP_HORIZONTAL_ORIENTATION,
        Kind::Boolean,
        DefaultValue::Boolean(false),
        "Mirror left and right, after the turn.",
    ),
    row(
        FLIP_VERTICAL_ORIENTATION,
        Kind::Boolean,
        DefaultValue::Boolean(false),
        "Mirror top and bottom, after the turn.",
    ),
    row(
        THREAD_COUNT,
        Kind::Integer { minimum: 0, maximum: 64 },
        DefaultValue::Integer(0),
        "Threads to use at most; 0 is one a processor. Small pictures use fewer.",
    ),
];

const fn row(
    key: &'static str,
    kind: Kind,
    default: DefaultValue,
    documentation: &'static str,
) -> PropertyRow {
    PropertyRow::settable(key, kind, default, Change::AnyTime, documentation)
}

/// Turns and mirrors pictures from buffer to buffer of one pixel format. Samples move and never change.
///
/// Calls are synchronous and may come from several threads.
#[doc(alias = "VTPixelRotationSession")]
pub struct PixelRotationSession {
    settings: Settings,
    workers: Workers,
}

impl Default for PixelRotationSession {
    fn default() -> Self {
        PixelRotationSession::new()
    }
}

impl PixelRotationSession {
    /// A session with every property at its default.
    #[doc(alias = "VTPixelRotationSessionCreate")]
    pub fn new() -> Self {
        PixelRotationSession { settings: Settings::new(PIXEL_ROTATION_ROWS), workers: Workers::default() }
    }

    property_methods!();

    /// Fills `destination` with `source`'s picture, turned. Attachments follow the rules of
    /// [`PixelTransferSession::transfer_image`](crate::PixelTransferSession::transfer_image).
    ///
    /// # Errors
    /// [`Error::Conversion`] with -12914 when sizes or formats do not suit the turn; [`Error::InvalidSession`]. The
    /// destination is unchanged then.
    #[doc(alias = "VTPixelRotationSessionRotateImage")]
    pub fn rotate_image(&self, source: &PixelBuffer, destination: &PixelBuffer) -> Result<()> {
        let rotate = || -> Result<()> {
            let rotator = rotator(&self.settings.values()?, &self.workers);
            Ok(rotator.run(source, destination)?)
        };
        rotate().map_err(Error::logged)
    }

    /// Whether pictures of a pixel format can be turned as the properties say now.
    ///
    /// # Errors
    /// [`Error::InvalidSession`]
    pub fn accepts_format(&self, format: FourCc) -> Result<bool> {
        Ok(rotator(&self.settings.values()?, &self.workers).accepts(format))
    }
}

fn rotator(values: &PropertyValues, workers: &Workers) -> Rotator {
    Rotator {
        rotation: match values.text(ROTATION).as_deref() {
            Some("RotationCW90") => Rotation::Clockwise90,
            Some("Rotation180") => Rotation::Half,
            Some("RotationCCW90") => Rotation::CounterClockwise90,
            _ => Rotation::None,
        },
        flip_horizontal: values.boolean(FLIP_HORIZONTAL_ORIENTATION).unwrap_or(false),
        flip_vertical: values.boolean(FLIP_VERTICAL_ORIENTATION).unwrap_or(false),
        threads: values.integer(THREAD_COUNT).and_then(|count| usize::try_from(count).ok()).unwrap_or(0),
        workers: workers.clone(),
        ..Rotator::default()
    }
}
