//! Pixel transfer: copying, converting, scaling and colour-matching pixel buffers.

mod rows;
pub(crate) mod settings;

use std::sync::{Arc, Mutex, PoisonError};

use vitascope_convert::{Converter, Options, PictureDescription};
use vitascope_core::{Dictionary, PixelBuffer};

pub use rows::PIXEL_TRANSFER_ROWS;

use crate::error::{Error, Result};
use crate::property::{PropertyTable, PropertyValues};
use settings::{Settings, property_methods};

/// Copies pictures from buffer to buffer, with whatever conversion that takes.
///
/// Calls are synchronous and may come from several threads. The plan for a pair of pictures is kept, so that
/// a series of like pictures is planned once.
///
/// ```
/// use vitascope_core::{FourCc, PixelBuffer};
/// use vitascope_session::PixelTransferSession;
///
/// let source = PixelBuffer::new(1920, 1080, FourCc::new(*b"BGRA"))?;
/// let destination = PixelBuffer::new(1280, 720, FourCc::new(*b"420v"))?;
/// let session = PixelTransferSession::new();
/// session.set_property("ScalingMode", "Letterbox")?;
/// session.transfer_image(&source, &destination)?;
/// # Ok::<(), vitascope_session::Error>(())
/// ```
#[doc(alias = "VTPixelTransferSession")]
pub struct PixelTransferSession {
    settings: Settings,
    plan: Mutex<Option<Plan>>,
}

/// The converter made last, and what it was made for.
#[derive(Clone)]
struct Plan {
    source: PictureDescription,
    destination: PictureDescription,
    options: Options,
    converter: Arc<Converter>,
}

impl Default for PixelTransferSession {
    fn default() -> Self {
        PixelTransferSession::new()
    }
}

impl PixelTransferSession {
    /// A session with every property at its default.
    #[doc(alias = "VTPixelTransferSessionCreate")]
    pub fn new() -> Self {
        PixelTransferSession { settings: Settings::new(PIXEL_TRANSFER_ROWS), plan: Mutex::new(None) }
    }

    property_methods!();

    /// Fills `destination` with `source`'s picture. All attachments of the destination are removed; those that
    /// describe the picture are made afresh, and others that propagate come over from the source.
    ///
    /// # Errors
    /// [`Error::Conversion`] with -12905 when no conversion exists, -12917 when colour is to be converted that the
    /// source does not state; [`Error::InvalidSession`]. The destination is unchanged then.
    #[doc(alias = "VTPixelTransferSessionTransferImage")]
    pub fn transfer_image(&self, source: &PixelBuffer, destination: &PixelBuffer) -> Result<()> {
        self.transfer(source, destination).map_err(Error::logged)
    }

    fn transfer(&self, source: &PixelBuffer, destination: &PixelBuffer) -> Result<()> {
        let options = rows::options(&self.settings.values()?);
        let from = PictureDescription::of(source);
        let to = PictureDescription::new(destination.format(), destination.width(), destination.height());
        let kept = self.plan.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let kept =
            kept.filter(|plan| plan.source == from && plan.destination == to && plan.options == options);
        let converter = match kept {
            Some(plan) => plan.converter,
            None => {
                let converter = Arc::new(Converter::new(&from, &to, &options)?);
                let plan = Plan { source: from, destination: to, options, converter: converter.clone() };
                *self.plan.lock().unwrap_or_else(PoisonError::into_inner) = Some(plan);
                converter
            }
        };
        Ok(converter.run(source, destination)?)
    }
}

/// The options of a dictionary of transfer properties, as a compression session's `PixelTransferProperties` hold
/// them.
///
/// # Errors
/// [`Error::PropertyNotSupported`], [`Error::PropertyValue`].
pub fn transfer_options(properties: &Dictionary) -> Result<Options> {
    let table = Arc::new(PropertyTable::new(PIXEL_TRANSFER_ROWS));
    let mut values = PropertyValues::new(table.clone());
    for (key, value) in properties.iter() {
        let row = table.require(key)?;
        values.put(row, PropertyTable::accept(row, value)?);
    }
    Ok(rows::options(&values))
}
