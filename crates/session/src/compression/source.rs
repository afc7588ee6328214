//! Bringing source buffers into the encoder's size and format.

use std::sync::Arc;

use vitascope_core::{Dictionary, FourCc, PixelBuffer, PixelBufferPool, Value, attribute};

use super::stream::Stream;
use crate::error::{Error, Result};
use crate::registry::EncoderEntry;

/// The pool of a session, and what its buffers are like.
pub(super) struct SourcePool {
    pub(super) pool: PixelBufferPool,
    pub(super) format: FourCc,
    /// Its buffers go to the encoder as they are.
    pub(super) is_shared: bool,
}

impl SourcePool {
    /// A pool after the caller's wishes; where those leave it open, after the encoder's.
    ///
    /// Of several pixel formats the first that the encoder takes is used, else the first.
    pub(super) fn new(
        entry: &EncoderEntry,
        width: u32,
        height: u32,
        wishes: Option<&Dictionary>,
    ) -> Result<Self> {
        let mut attributes = wishes.cloned().unwrap_or_default();
        let formats = wanted_formats(&attributes)?;
        let taken = |format: &&FourCc| entry.pixel_formats.contains(format);
        let format = *formats.iter().find(taken).or(formats.first()).unwrap_or(&entry.pixel_formats[0]);
        attributes.insert(attribute::PIXEL_FORMAT_TYPE, format);
        for (key, size) in [(attribute::WIDTH, width), (attribute::HEIGHT, height)] {
            if attributes.get(key).is_none_or(Value::is_null) {
                attributes.insert(key, size);
            }
        }
        let size_matches = attributes.get(attribute::WIDTH) == Some(&Value::from(width))
            && attributes.get(attribute::HEIGHT) == Some(&Value::from(height));
        Ok(SourcePool {
            pool: PixelBufferPool::new(&Dictionary::new(), &attributes)?,
            format,
            is_shared: size_matches && entry.pixel_formats.contains(&format),
        })
    }
}

/// The pixel formats of source attributes: a number, an array of numbers, or none.
fn wanted_formats(attributes: &Dictionary) -> Result<Vec<FourCc>> {
    let wrong = |value: &Value| Error::Parameter {
        name: "source image buffer attribute PixelFormatType",
        value: value.to_string(),
        accepted: "the number of a pixel format or an array of such numbers is accepted".into(),
    };
    let format = |value: &Value| {
        let number = value.as_i64().and_then(|number| u32::try_from(number).ok());
        number.map(FourCc::from).ok_or_else(|| wrong(value))
    };
    match attributes.get(attribute::PIXEL_FORMAT_TYPE) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(values)) => values.iter().map(format).collect(),
        Some(value) => Ok(vec![format(value)?]),
    }
}

/// Plans conversions for one session.
pub(super) struct SourcePlanner {
    entry: Arc<EncoderEntry>,
    width: u32,
    height: u32,
}

/// A planned conversion of one frame.
pub(super) struct Conversion {}

impl SourcePlanner {
    pub(super) fn new(entry: Arc<EncoderEntry>, width: u32, height: u32) -> Self {
        SourcePlanner { entry, width, height }
    }

    /// What must be done with a buffer before the encoder can have it; `None` for nothing.
    pub(super) fn plan(&self, buffer: &PixelBuffer, stream: &Stream) -> Result<Option<Conversion>> {
        let same_size = (buffer.width(), buffer.height()) == (self.width as usize, self.height as usize);
        let same_range = buffer.description().is_full_range() == stream.full_range;
        if self.entry.pixel_formats.contains(&buffer.format()) && same_size && same_range {
            return Ok(None);
        }
        Err(Error::PixelTransferNotSupported {
            format: buffer.format(),
            width: buffer.width(),
            height: buffer.height(),
            wanted: stream.pixel_format,
            reason: "no conversion is available".into(),
        })
    }
}

impl Conversion {
    /// The buffer that the encoder gets.
    pub(super) fn convert(self, source: &PixelBuffer) -> Result<PixelBuffer> {
        Ok(source.clone())
    }
}
