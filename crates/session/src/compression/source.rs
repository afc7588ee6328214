//! Bringing source buffers into the encoder's size and format.

use std::sync::{Arc, Mutex, PoisonError};

use vitascope_convert::{Converter, Options, PictureDescription};
use vitascope_core::{
    ColorInfo, Dictionary, FourCc, PixelBuffer, PixelBufferPool, TransferFunction, Value, attribute,
};

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

/// Plans conversions for one session, and keeps the plans.
pub(super) struct SourcePlanner {
    entry: Arc<EncoderEntry>,
    plans: Mutex<Vec<Plan>>,
}

/// Plans that are kept; sources rarely come in more than one or two kinds.
const KEPT_PLANS: usize = 4;

/// What buffers of one description need for one stream.
struct Plan {
    source: PictureDescription,
    stream: Arc<Stream>,
    conversion: Option<Conversion>,
}

/// A planned conversion, for as many frames as there are.
#[derive(Clone)]
pub(super) struct Conversion {
    converter: Arc<Converter>,
    destinations: PixelBufferPool,
}

impl SourcePlanner {
    pub(super) fn new(entry: Arc<EncoderEntry>) -> Self {
        SourcePlanner { entry, plans: Mutex::default() }
    }

    /// What must be done with a buffer before the encoder can have it; `None` for nothing.
    pub(super) fn plan(&self, buffer: &PixelBuffer, stream: &Arc<Stream>) -> Result<Option<Conversion>> {
        let source = PictureDescription::of(buffer);
        // A plan is put in whole, so a panic elsewhere leaves none half made.
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(plan) = plans.iter().find(|plan| plan.source == source && plan.stream == *stream) {
            return Ok(plan.conversion.clone());
        }
        let conversion = self.make(buffer, &source, stream)?;
        plans.truncate(KEPT_PLANS - 1);
        plans.insert(0, Plan { source, stream: Arc::clone(stream), conversion: conversion.clone() });
        Ok(conversion)
    }

    fn make(
        &self,
        buffer: &PixelBuffer,
        source: &PictureDescription,
        stream: &Stream,
    ) -> Result<Option<Conversion>> {
        let Some(converter) = converter(&self.entry, buffer, source, stream) else { return Ok(None) };
        let converter = converter.map_err(|error| refusal(source, stream, error))?;
        let attributes = Dictionary::new()
            .with(attribute::PIXEL_FORMAT_TYPE, stream.pixel_format)
            .with(attribute::WIDTH, stream.width)
            .with(attribute::HEIGHT, stream.height);
        let destinations = PixelBufferPool::new(&Dictionary::new(), &attributes)?;
        Ok(Some(Conversion { converter: Arc::new(converter), destinations }))
    }
}

/// What brings a buffer into a stream's size, format and colours; `None` where it has them already.
pub(super) fn converter(
    entry: &EncoderEntry,
    buffer: &PixelBuffer,
    source: &PictureDescription,
    stream: &Stream,
) -> Option<Result<Converter, vitascope_convert::Error>> {
    let (width, height) = (stream.width as usize, stream.height as usize);
    let colors = color_options(buffer, stream);
    let unchanged = entry.pixel_formats.contains(&source.format)
        && (source.width, source.height) == (width, height)
        && buffer.description().is_full_range() == stream.full_range
        && colors == Options::default();
    if unchanged {
        return None;
    }
    let target = PictureDescription::new(stream.pixel_format, width, height);
    let options = Options {
        destination_ycbcr_matrix: colors.destination_ycbcr_matrix,
        destination_color_primaries: colors.destination_color_primaries,
        destination_transfer_function: colors.destination_transfer_function,
        destination_gamma_level: colors.destination_gamma_level,
        source_color: colors.source_color,
        ..stream.transfer.clone()
    };
    Some(Converter::new(source, &target, &options))
}

/// Asks for the stream's colours where the buffer says that it has others. What it does not say is taken to be the stream's;
/// only a matrix for RGB has to be chosen in any case.
fn color_options(buffer: &PixelBuffer, stream: &Stream) -> Options {
    let own = ColorInfo::from_attachments(buffer);
    let color = stream.color;
    let wants_matrix = if buffer.description().is_ycbcr() {
        own.matrix.is_some_and(|own| Some(own) != color.matrix)
    } else {
        true
    };
    let wants_primaries = own.primaries.is_some_and(|own| Some(own) != color.primaries);
    let other_gamma = own.transfer == Some(TransferFunction::UseGamma) && own.gamma != color.gamma;
    let wants_transfer = own.transfer.is_some_and(|own| Some(own) != color.transfer) || other_gamma;
    Options {
        destination_ycbcr_matrix: color.matrix.filter(|_| wants_matrix),
        destination_color_primaries: color.primaries.filter(|_| wants_primaries),
        destination_transfer_function: color.transfer.filter(|_| wants_transfer),
        destination_gamma_level: color.gamma.filter(|_| wants_transfer),
        source_color: if wants_primaries || wants_transfer { color } else { ColorInfo::default() },
        ..Options::default()
    }
}

fn refusal(source: &PictureDescription, stream: &Stream, error: vitascope_convert::Error) -> Error {
    match error {
        vitascope_convert::Error::InsufficientSourceColor(_) => {
            Error::InsufficientSourceColorData { format: source.format, reason: error.to_string() }
        }
        error => Error::PixelTransferNotSupported {
            format: source.format,
            width: source.width,
            height: source.height,
            wanted: stream.pixel_format,
            reason: error.to_string(),
        },
    }
}

impl Conversion {
    /// The buffer that the encoder gets.
    pub(super) fn convert(&self, source: &PixelBuffer) -> Result<PixelBuffer> {
        let destination = self.destinations.create_pixel_buffer()?;
        self.converter.run(source, &destination).map_err(|error| match error {
            vitascope_convert::Error::Buffer(error) => Error::Core(error),
            error => Error::PixelTransferNotSupported {
                format: source.format(),
                width: source.width(),
                height: source.height(),
                wanted: destination.format(),
                reason: error.to_string(),
            },
        })?;
        Ok(destination)
    }
}
