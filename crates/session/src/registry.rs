//! The encoders there are. Adding a codec means adding a row.

use std::fmt;
use std::sync::Arc;

use vitascope_core::{Dictionary, FourCc, Value};

use crate::encoder::{EncoderRequest, VideoEncoder};
use crate::error::{Error, Result};
use crate::property::{PropertyRow, PropertyTable, PropertyValues, SESSION_ROWS};
use crate::specification::{EncoderSpecification, hardware_assumed};

/// A list of encoders, the preferred one of each codec first.
#[doc(alias = "VTCopyVideoEncoderList")]
#[derive(Clone, Debug)]
pub struct CodecRegistry {
    entries: Vec<Arc<EncoderEntry>>,
}

/// One encoder: what it is called, what it can do, and how to open it.
#[derive(Clone)]
pub struct EncoderEntry {
    /// The identifier by which an encoder specification asks for it.
    pub encoder_id: &'static str,
    /// The codec.
    pub codec_type: FourCc,
    /// The codec's name.
    pub codec_name: &'static str,
    /// The encoder's name.
    pub encoder_name: &'static str,
    /// Speed relative to other encoders of the codec, if rated.
    pub performance_rating: Option<i64>,
    /// Quality relative to other encoders of the codec, if rated.
    pub quality_rating: Option<i64>,
    /// It can code frames in another order than they are shown.
    pub supports_frame_reordering: bool,
    /// It can give out each frame before the next one comes.
    pub supports_low_latency: bool,
    /// It can code in several passes.
    pub supports_multi_pass: bool,
    /// Only so many instances can exist at a time.
    pub instance_limit: bool,
    /// The picture sizes it takes.
    pub sizes: SizeLimits,
    /// Coded width and height are multiples of this; the session rounds up and records the exact size as clean aperture.
    pub size_multiple: u32,
    /// The pixel formats it takes, the preferred one first.
    pub pixel_formats: &'static [FourCc],
    /// The properties it adds to the session's.
    pub rows: &'static [PropertyRow],
    /// Takes back values that the change of a property, given by its key, makes impossible.
    pub settle: fn(&mut PropertyValues, &str),
    /// Whether values that are each in range go together, at a picture width and height, and with those that the stream began
    /// with, once it has; if not, what would be accepted.
    pub check: fn(&PropertyValues, u32, u32, Option<&PropertyValues>) -> Result<(), String>,
    /// Opens an encoder.
    pub open: Arc<OpenEncoder>,
    /// Properties of the platform that sessions of the encoder do not have, and why.
    pub unsupported: &'static [UnsupportedProperties],
    /// Properties that sessions made with EnableLowLatencyRateControl do not have beyond those, and why.
    pub unsupported_with_low_latency: &'static [UnsupportedProperties],
}

/// Properties that are refused for one reason.
#[derive(Clone, Copy, Debug)]
pub struct UnsupportedProperties {
    /// Their keys, the strings behind the platform's constants.
    pub keys: &'static [&'static str],
    /// Why, in a sentence.
    pub reason: &'static str,
}

/// A function that opens an encoder.
pub type OpenEncoder = dyn Fn(&EncoderRequest) -> Result<Box<dyn VideoEncoder>> + Send + Sync;

/// A range of picture sizes, both ends included, in pixels. Pictures may stand upright.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeLimits {
    /// The least width and height.
    pub minimum: (u32, u32),
    /// The greatest picture: no side is longer than its longer one, and the area, in blocks of 16x16, is no larger than its.
    pub maximum: (u32, u32),
}

impl CodecRegistry {
    /// The encoders of this library.
    pub fn standard() -> Self {
        Self::with_entries([crate::h264::entry()])
    }

    /// A registry of other encoders.
    pub fn with_entries(entries: impl IntoIterator<Item = EncoderEntry>) -> Self {
        CodecRegistry { entries: entries.into_iter().map(Arc::new).collect() }
    }

    /// The encoders.
    pub fn entries(&self) -> &[Arc<EncoderEntry>] {
        &self.entries
    }

    /// The first encoder for a codec that an encoder specification allows.
    ///
    /// # Errors
    /// [`Error::CouldNotFindVideoEncoder`] with what ruled the encoders out.
    pub fn find(&self, codec: FourCc, specification: &EncoderSpecification) -> Result<Arc<EncoderEntry>> {
        let none = |reason: String| Error::CouldNotFindVideoEncoder { codec, reason };
        let candidates: Vec<_> = self.entries.iter().filter(|entry| entry.codec_type == codec).collect();
        if candidates.is_empty() {
            let known: Vec<String> = self.entries.iter().map(|entry| entry.codec_type.to_string()).collect();
            return Err(none(format!("the codecs are {}", known.join(", "))));
        }
        if let Some(reason) = specification.unavailable() {
            return Err(none(reason));
        }
        let low_latency = specification.enable_low_latency_rate_control;
        let candidates: Vec<_> =
            candidates.into_iter().filter(|entry| entry.supports_low_latency || !low_latency).collect();
        if candidates.is_empty() {
            return Err(none(
                "EnableLowLatencyRateControl is true and no encoder of the codec has it".into(),
            ));
        }
        let wanted = specification.encoder_id.as_deref();
        let found = candidates.iter().find(|entry| wanted.is_none_or(|id| id == entry.encoder_id));
        found.map(|entry| Arc::clone(entry)).ok_or_else(|| {
            let known: Vec<&str> = candidates.iter().map(|entry| entry.encoder_id).collect();
            none(format!(
                "the encoder specification asks for {:?}; there is {}",
                wanted.unwrap_or(""),
                known.join(", ")
            ))
        })
    }

    /// The list in the platform's form: a dictionary per encoder.
    pub fn encoder_list(&self) -> Vec<Dictionary> {
        self.entries.iter().map(|entry| self.describe(entry)).collect()
    }

    fn describe(&self, entry: &EncoderEntry) -> Dictionary {
        let alone = self.entries.iter().filter(|other| other.codec_type == entry.codec_type).count() == 1;
        let display_name = if alone { entry.codec_name } else { entry.encoder_name };
        let mut description = Dictionary::new()
            .with("CodecType", entry.codec_type)
            .with("EncoderID", entry.encoder_id)
            .with("CodecName", entry.codec_name)
            .with("EncoderName", entry.encoder_name)
            .with("DisplayName", display_name)
            .with("IsHardwareAccelerated", hardware_assumed())
            .with("SupportsFrameReordering", entry.supports_frame_reordering)
            .with("SupportsMultiPass", entry.supports_multi_pass)
            .with("InstanceLimit", entry.instance_limit);
        for (key, rating) in
            [("PerformanceRating", entry.performance_rating), ("QualityRating", entry.quality_rating)]
        {
            if let Some(rating) = rating {
                description.insert(key, rating);
            }
        }
        description
    }
}

impl Default for CodecRegistry {
    fn default() -> Self {
        Self::standard()
    }
}

impl EncoderEntry {
    /// The properties of a session with this encoder, made with EnableLowLatencyRateControl or without it.
    pub fn properties(&self, low_latency: bool) -> PropertyTable {
        let table = PropertyTable::new(SESSION_ROWS.iter().chain(self.rows));
        if !low_latency {
            return table;
        }
        let without = self.unsupported_with_low_latency;
        table.for_low_latency(|key| without.iter().any(|group| group.keys.contains(&key)))
    }

    /// The properties of a session for pictures of a size, in the platform's form: key to description. Choices that the size
    /// rules out, such as levels that are too low for it, are not listed.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a size that this encoder does not take.
    #[doc(alias = "VTCopySupportedPropertyDictionaryForEncoder")]
    pub fn supported_properties(&self, width: i32, height: i32, low_latency: bool) -> Result<Dictionary> {
        let (width, height) = self.picture_size(width, height)?;
        Ok(self.supported_at(&Arc::new(self.properties(low_latency)), width, height))
    }

    /// The same for the table of a session that exists.
    pub(crate) fn supported_at(&self, table: &Arc<PropertyTable>, width: u32, height: u32) -> Dictionary {
        table.supported_properties(|row, choice| {
            let mut values = PropertyValues::new(Arc::clone(table));
            values.put(row, Value::from(choice));
            (self.check)(&values, width, height, None).is_ok()
        })
    }

    /// A width and height as numbers that this encoder takes.
    ///
    /// # Errors
    /// [`Error::Parameter`].
    pub(crate) fn picture_size(&self, width: i32, height: i32) -> Result<(u32, u32)> {
        let (width, height) = (dimension("width", width)?, dimension("height", height)?);
        if self.sizes.contain(width, height) {
            return Ok((width, height));
        }
        Err(Error::Parameter {
            name: "picture size",
            value: format!("{width}x{height}"),
            accepted: format!("encoder {} takes {}", self.encoder_id, self.sizes),
        })
    }

    /// The pixel buffer attributes that this encoder wants at a picture size.
    pub fn pixel_buffer_attributes(&self, width: u32, height: u32) -> Dictionary {
        let formats: Vec<Value> = self.pixel_formats.iter().map(|format| Value::from(*format)).collect();
        Dictionary::new().with("PixelFormatType", formats).with("Width", width).with("Height", height)
    }
}

/// The longest side of a picture, whatever its encoder.
const SIDE_LIMIT: i32 = 16384;

fn dimension(name: &'static str, value: i32) -> Result<u32> {
    u32::try_from(value).ok().filter(|_| (1..=SIDE_LIMIT).contains(&value)).ok_or_else(|| Error::Parameter {
        name,
        value: value.to_string(),
        accepted: format!("1 to {SIDE_LIMIT} pixels are accepted"),
    })
}

impl SizeLimits {
    /// Whether a picture of this size can be coded.
    pub fn contain(&self, width: u32, height: u32) -> bool {
        let blocks = |(width, height): (u32, u32)| {
            u64::from(width.div_ceil(Self::BLOCK)) * u64::from(height.div_ceil(Self::BLOCK))
        };
        let within = |side: u32, minimum: u32| (minimum..=self.maximum.0.max(self.maximum.1)).contains(&side);
        within(width, self.minimum.0)
            && within(height, self.minimum.1)
            && blocks((width, height)) <= blocks(self.maximum)
    }

    /// Areas are counted in squares of so many pixels.
    const BLOCK: u32 = 16;
}

impl fmt::Display for SizeLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { minimum, maximum } = self;
        write!(f, "{}x{} to {}x{}, or upright", minimum.0, minimum.1, maximum.0, maximum.1)
    }
}

impl fmt::Debug for EncoderEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EncoderEntry")
            .field("encoder_id", &self.encoder_id)
            .field("codec_type", &self.codec_type)
            .finish_non_exhaustive()
    }
}
