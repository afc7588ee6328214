//! Opening the encoder: ahead of time, or with the first frame.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};

use vitascope_core::PixelBuffer;

use super::output_thread::panic_message;
use super::shared::{Command, Shared, State};
use super::stream::Stream;
use crate::encoder::{EncoderRequest, PassRequest, VideoEncoder};
use crate::error::{Error, Result};
use crate::property::key;

/// An encoder with what it was opened for.
pub(super) struct Opened {
    pub(super) encoder: Box<dyn VideoEncoder>,
    pub(super) stream: Arc<Stream>,
    /// The properties' generation.
    pub(super) generation: u64,
    /// The frame rate to expect, if it is known.
    pub(super) frame_rate: Option<f64>,
    /// The pass, when there are several.
    pub(super) pass: Option<PassRequest>,
}

/// A stream that frames can be given for: one that has begun, or one with a fresh encoder.
pub(super) struct ReadyStream {
    pub(super) stream: Arc<Stream>,
    /// The properties' generation that the stream was decided with, when it has not begun.
    generation: Option<u64>,
}

impl ReadyStream {
    /// Whether nothing has changed since.
    pub(super) fn is_current(&self, state: &State) -> bool {
        match (&state.stream, self.generation) {
            (Some(stream), None) => Arc::ptr_eq(stream, &self.stream),
            (None, Some(generation)) => {
                state.generation == generation
                    && state.prepared.as_ref().is_some_and(|opened| Arc::ptr_eq(&opened.stream, &self.stream))
            }
            _ => false,
        }
    }
}

impl Shared {
    /// Opens the encoder ahead of the first frame; see [`super::CompressionSession::prepare_to_encode_frames`].
    pub(super) fn prepare(self: &Arc<Self>) -> Result<()> {
        self.lock().check_working()?;
        self.ready_stream(None)?;
        self.lock().check_working()
    }

    /// The stream that has begun, or else one that fits the properties and the first frame, with its encoder opened.
    pub(super) fn ready_stream(self: &Arc<Self>, first: Option<&PixelBuffer>) -> Result<ReadyStream> {
        if let Some(stream) = self.lock().stream.clone() {
            return Ok(ReadyStream { stream, generation: None });
        }
        // Encoders are opened one at a time. The state may change meanwhile; whoever uses the result looks at that.
        let opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        let (values, generation, pass) = {
            let state = self.lock();
            state.check_working()?;
            if let Some(stream) = state.stream.clone() {
                return Ok(ReadyStream { stream, generation: None });
            }
            if let (None, Some(opened)) = (first, &state.prepared)
                && opened.generation == state.generation
            {
                return Ok(ReadyStream {
                    stream: Arc::clone(&opened.stream),
                    generation: Some(opened.generation),
                });
            }
            (state.values.clone(), state.generation, state.passes.current.clone())
        };
        let stream = Stream::decide(&self.entry, self.width, self.height, &values, first, self.pool.format)?;
        if let Some(opened) = &self.lock().prepared
            && opened.generation == generation
            && *opened.stream == stream
        {
            return Ok(ReadyStream { stream: Arc::clone(&opened.stream), generation: Some(generation) });
        }
        let frame_rate = values.float(key::EXPECTED_FRAME_RATE).filter(|rate| *rate > 0.0);
        let request = EncoderRequest {
            width: self.width,
            height: self.height,
            low_latency: self.table.is_low_latency(),
            properties: values,
            color: stream.signalled_color(),
            full_range: stream.full_range,
            pixel_aspect_ratio: stream.pixel_aspect_ratio,
            fields: stream.fields,
            chroma_location: stream.chroma_location,
            display_metadata: stream.display_metadata.clone(),
            pixel_format: stream.pixel_format,
            pass: pass.clone(),
        };
        let encoder =
            catch_unwind(AssertUnwindSafe(|| (self.entry.open)(&request))).unwrap_or_else(|panic| {
                Err(Error::CouldNotCreateInstance {
                    encoder: self.entry.encoder_id.into(),
                    reason: panic_message(panic),
                })
            })?;
        self.start_threads()?;
        let stream = Arc::new(stream);
        let opened = Opened { encoder, stream: Arc::clone(&stream), generation, frame_rate, pass };
        let mut state = self.lock();
        let replaced = if state.invalidated { Some(opened) } else { state.prepared.replace(opened) };
        drop(state);
        drop(opening);
        drop(replaced);
        Ok(ReadyStream { stream, generation: Some(generation) })
    }
}

impl State {
    /// Begins the stream with the encoder that was prepared for it, unless it has begun.
    pub(super) fn start(&mut self, ready: ReadyStream) {
        if self.stream.is_none() {
            self.stream = Some(ready.stream);
            self.begun_with = Some(self.values.clone());
            self.commands.extend(self.prepared.take().map(Command::Open));
        }
    }
}
