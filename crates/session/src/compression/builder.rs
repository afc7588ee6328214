//! Making a session.

use std::sync::Arc;

use vitascope_core::{Dictionary, FourCc};

use super::CompressionSession;
use super::shared::{OutputHandler, Shared};
use super::source::SourcePool;
use crate::error::{Error, Result};
use crate::frame::EncodeOutput;
use crate::registry::CodecRegistry;
use crate::specification::{EncoderSpecification, hardware_assumed};

/// What a [`CompressionSession`] is made with.
#[must_use = "a builder does nothing until build() is called"]
pub struct CompressionSessionBuilder {
    width: i32,
    height: i32,
    codec: FourCc,
    specification: Dictionary,
    source_attributes: Option<Dictionary>,
    handler: Option<OutputHandler>,
    registry: Option<CodecRegistry>,
}

impl CompressionSessionBuilder {
    pub(super) fn new(width: i32, height: i32, codec: FourCc) -> Self {
        CompressionSessionBuilder {
            width,
            height,
            codec,
            specification: Dictionary::new(),
            source_attributes: None,
            handler: None,
            registry: None,
        }
    }

    /// Conditions on the encoder, by the keys of [`EncoderSpecification`], such as
    /// [`EncoderSpecification::ENABLE_LOW_LATENCY_RATE_CONTROL`].
    pub fn encoder_specification(mut self, specification: Dictionary) -> Self {
        self.specification = specification;
        self
    }

    /// What the buffers of the session's pool shall be like: pixel buffer attributes, of which `PixelFormatType` may be a
    /// number or an array of numbers, and `Width` and `Height` may be missing.
    pub fn source_image_buffer_attributes(mut self, attributes: Dictionary) -> Self {
        self.source_attributes = Some(attributes);
        self
    }

    /// The handler that gets every output. Without one, each frame comes with its own:
    /// [`CompressionSession::encode_frame_with_handler`]. It runs on a thread of the session, one call at a time, and is dropped
    /// there when the session is invalidated.
    pub fn output_handler(mut self, handler: impl FnMut(EncodeOutput) + Send + 'static) -> Self {
        self.handler = Some(Box::new(handler));
        self
    }

    /// Chooses among other encoders than [`CodecRegistry::standard`].
    pub fn registry(mut self, registry: CodecRegistry) -> Self {
        self.registry = Some(registry);
        self
    }

    /// Makes the session. The encoder is chosen now and opened by
    /// [`prepare_to_encode_frames`](CompressionSession::prepare_to_encode_frames) or the first frame.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a size out of range (1 to 16384 each, and what the encoder takes) or a wrong encoder
    /// specification; [`Error::CouldNotFindVideoEncoder`]; [`Error::Core`] for source attributes of which no pool can be made.
    pub fn build(self) -> Result<CompressionSession> {
        self.try_build().map_err(Error::logged)
    }

    fn try_build(self) -> Result<CompressionSession> {
        let specification = EncoderSpecification::try_from(&self.specification)?;
        let entry = self.registry.unwrap_or_default().find(self.codec, &specification)?;
        let (width, height) = entry.picture_size(self.width, self.height)?;
        let pool = SourcePool::new(&entry, width, height, self.source_attributes.as_ref())?;
        // A specification that forbids hardware is honoured by calling the encoder what it is.
        let hardware = hardware_assumed() && specification.enable_hardware != Some(false);
        if hardware {
            log::info!(
                "encoder {} counts as hardware because VITASCOPE_HARDWARE is \"assume\"",
                entry.encoder_id
            );
        }
        let shared = Shared::new(
            entry,
            width,
            height,
            (hardware, specification.enable_low_latency_rate_control),
            pool,
            self.handler,
        );
        Ok(CompressionSession::new(Arc::new(shared)))
    }
}
