//! The compression session.

mod builder;
mod decode_times;
mod encode_thread;
mod opening;
mod output_thread;
mod pass_times;
mod passes;
mod properties;
mod real_time;
mod sample;
mod shared;
mod source;
mod stream;

use std::fmt;
use std::sync::{Arc, Weak};

use vitascope_core::{Dictionary, FourCc, PixelBuffer, PixelBufferPool, Time, TimeRange, Value};

pub use builder::CompressionSessionBuilder;
pub use sample::AVERAGE_QP;

use crate::error::{Error, Result};
use crate::frame::{EncodeInfoFlags, EncodeOutput, FrameOptions, SourceReference};
use crate::property::PropertyTable;
use shared::{FrameHandler, Shared};

/// Encodes frames: pixel buffers in, encoded sample buffers out.
///
/// Clones are handles to one session. All calls may be made from any thread, and several at a time. When the last handle goes,
/// the session is invalidated.
///
/// # Output
/// Every frame that [`encode_frame`](Self::encode_frame) accepts gets exactly one callback, in decode order, from one thread of
/// the session, with no lock held. A callback may call back into the session: set and read properties, give frames, invalidate;
/// only [`complete_frames`](Self::complete_frames) is refused there, as it would wait for itself. A handler usually needs a
/// [`WeakCompressionSession`] for that: a strong handle inside the handler keeps the session alive for ever.
///
/// # Back-pressure
/// A few frames may wait in the session, to be coded or for their callback; [`encode_frame`](Self::encode_frame) returns once no
/// more than that wait. Frames are never dropped for being late. A call from inside a callback never waits, so the queue grows
/// by the frames that callbacks give.
///
/// # Failures
/// A handler that panics does not take the process down: the panic is logged, later callbacks still come, and from then on
/// [`encode_frame`](Self::encode_frame) and [`complete_frames`](Self::complete_frames) return [`Error::SessionMalfunction`], as
/// the handler's own state cannot be trusted any more. An encoder that breaks gives every frame it held a callback with an
/// error, and the same calls return [`Error::EncoderMalfunction`]. Every failure logs one line.
///
/// # Picture size
/// Sizes that the codec cannot code (H.264: odd ones) are rounded up in the format description's dimensions, and its clean
/// aperture holds the exact size.
#[doc(alias = "VTCompressionSession")]
#[derive(Clone)]
pub struct CompressionSession {
    handle: Arc<Handle>,
}

/// A handle that does not keep its session alive.
#[derive(Clone)]
pub struct WeakCompressionSession {
    handle: Weak<Handle>,
}

/// The part that handles share; threads of the session share [`Shared`] only, so that this is dropped with the last handle.
struct Handle {
    shared: Arc<Shared>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.invalidate();
    }
}

impl CompressionSession {
    /// Starts to describe a session for pictures of a size, in pixels, and a codec; see [`crate::codec`].
    #[doc(alias = "VTCompressionSessionCreate")]
    pub fn builder(width: i32, height: i32, codec: FourCc) -> CompressionSessionBuilder {
        CompressionSessionBuilder::new(width, height, codec)
    }

    fn new(shared: Arc<Shared>) -> Self {
        CompressionSession { handle: Arc::new(Handle { shared }) }
    }

    /// A handle that does not keep the session alive, for use in its own handler.
    pub fn downgrade(&self) -> WeakCompressionSession {
        WeakCompressionSession { handle: Arc::downgrade(&self.handle) }
    }

    /// Whether two handles are of one session.
    pub fn ptr_eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.handle, &other.handle)
    }

    /// Picture width in pixels.
    pub fn width(&self) -> i32 {
        self.shared().width as i32
    }

    /// Picture height in pixels.
    pub fn height(&self) -> i32 {
        self.shared().height as i32
    }

    /// The codec.
    pub fn codec(&self) -> FourCc {
        self.shared().entry.codec_type
    }

    /// Opens the encoder and starts the threads now rather than with the first frame; does nothing when that has happened.
    ///
    /// # Errors
    /// [`Error::InvalidSession`]; [`Error::CouldNotCreateInstance`] when the encoder refuses its settings;
    /// [`Error::AllocationFailed`] when a thread cannot be had.
    #[doc(alias = "VTCompressionSessionPrepareToEncodeFrames")]
    pub fn prepare_to_encode_frames(&self) -> Result<()> {
        self.shared().prepare().map_err(Error::logged)
    }

    /// The pool of buffers to fill and give to this session.
    ///
    /// It follows the source attributes that the session was made with; where they say nothing, the encoder's wishes. The pool
    /// is the same for the life of the session.
    ///
    /// # Errors
    /// [`Error::InvalidSession`].
    #[doc(alias = "VTCompressionSessionGetPixelBufferPool")]
    pub fn pixel_buffer_pool(&self) -> Result<PixelBufferPool> {
        self.shared().check_valid().map_err(Error::logged)?;
        Ok(self.shared().pool.pool.clone())
    }

    /// Gives a frame.
    ///
    /// The session holds the buffer until the encoder has read it; the pixels must not change before the frame's callback. A
    /// buffer of another size or pixel format than the session's is converted. `presentation_time` must be numeric and greater
    /// than the frame's before; `duration` may be anything and is copied to the sample. `reference` comes back in the callback.
    ///
    /// The call returns when the frame is queued and not too many wait before it, or with `MaxFrameDelayCount` M set, when the
    /// callback of the frame M before has returned. With `RealTime` it does not wait for the queue: a frame that comes by the
    /// clock while the queue is full is dropped, which the returned flags and its callback say.
    ///
    /// # Errors
    /// The frame was not accepted and gets no callback: [`Error::PresentationTimeOrder`], [`Error::Parameter`] for a time that
    /// is not numeric, [`Error::PixelTransferNotSupported`], [`Error::HandlerForm`] on a session without an output handler,
    /// [`Error::InvalidSession`], [`Error::SessionMalfunction`], [`Error::EncoderMalfunction`], and for the first frame all of
    /// [`prepare_to_encode_frames`](Self::prepare_to_encode_frames).
    #[doc(alias = "VTCompressionSessionEncodeFrame")]
    pub fn encode_frame(
        &self,
        buffer: &PixelBuffer,
        presentation_time: Time,
        duration: Time,
        options: &FrameOptions,
        reference: impl Into<SourceReference>,
    ) -> Result<EncodeInfoFlags> {
        let reference = reference.into();
        self.shared()
            .encode(buffer, presentation_time, duration, options, reference, None)
            .map_err(Error::logged)
    }

    /// Gives a frame whose callback is `handler`; only for sessions that were made without an output handler.
    ///
    /// # Errors
    /// As [`encode_frame`](Self::encode_frame); [`Error::HandlerForm`] on a session that has an output handler.
    #[doc(alias = "VTCompressionSessionEncodeFrameWithOutputHandler")]
    pub fn encode_frame_with_handler(
        &self,
        buffer: &PixelBuffer,
        presentation_time: Time,
        duration: Time,
        options: &FrameOptions,
        handler: impl FnOnce(EncodeOutput) + Send + 'static,
    ) -> Result<EncodeInfoFlags> {
        let handler: FrameHandler = Box::new(handler);
        self.shared()
            .encode(buffer, presentation_time, duration, options, SourceReference::None, Some(handler))
            .map_err(Error::logged)
    }

    /// Waits until every frame with a presentation time up to `until` has had its callback; a time that is not numeric
    /// (invalid, indefinite, infinite) means all frames. The session can go on afterwards.
    ///
    /// # Errors
    /// [`Error::CompleteInsideCallback`]; [`Error::InvalidSession`], also when the session is invalidated meanwhile;
    /// [`Error::SessionMalfunction`] or [`Error::EncoderMalfunction`] when either has happened by the time that all callbacks
    /// have come.
    #[doc(alias = "VTCompressionSessionCompleteFrames")]
    pub fn complete_frames(&self, until: Time) -> Result<()> {
        self.shared().complete(until).map_err(Error::logged)
    }

    /// Begins a pass over the frames. With `is_final`, no pass will follow, so that this one counts as the last.
    ///
    /// The property [`MultiPassStorage`](crate::key::MULTI_PASS_STORAGE) must be set. All frames of the pass are given next, then
    /// [`end_pass`](Self::end_pass) is called. Frames, options and times must be the same in every pass; after a pass that
    /// asked for another one, only frames in [`time_ranges_for_next_pass`](Self::time_ranges_for_next_pass) are given. Each pass
    /// starts its stream anew, and samples of a later pass replace those of the earlier ones in the ranges; see
    /// [`FrameSilo`](crate::FrameSilo). A storage that holds passes already, of this process or another, goes on after the last
    /// one that is complete.
    ///
    /// # Errors
    /// [`Error::PassOrder`] without the property or in the middle of a pass; [`Error::MultiPassStorageIdentifierMismatch`] when
    /// the storage was used with another size or other settings; [`Error::MultiPassStorageInvalid`] when it is closed or cannot
    /// be written; [`Error::InvalidSession`], [`Error::SessionMalfunction`], [`Error::EncoderMalfunction`].
    #[doc(alias = "VTCompressionSessionBeginPass")]
    pub fn begin_pass(&self, is_final: bool) -> Result<()> {
        self.shared().begin_pass(is_final).map_err(Error::logged)
    }

    /// Ends a pass, and says whether the encoder would like another one. Frames that are pending come out first.
    ///
    /// With `analyse` false the answer is false, and the encoder does not have to look for one. Another thread can cut the call
    /// short by [`invalidate`](Self::invalidate). The caller may stop after any pass.
    ///
    /// # Errors
    /// [`Error::PassOrder`] unless a pass has begun; [`Error::MultiPassStorageInvalid`] when what was learned in the pass could
    /// not be kept: its samples are good all the same; [`Error::CompleteInsideCallback`]; [`Error::InvalidSession`], also when
    /// the session is invalidated meanwhile; [`Error::SessionMalfunction`], [`Error::EncoderMalfunction`]. The pass has ended in
    /// any of these cases.
    #[doc(alias = "VTCompressionSessionEndPass")]
    pub fn end_pass(&self, analyse: bool) -> Result<bool> {
        self.shared().end_pass(analyse).map_err(Error::logged)
    }

    /// The presentation times of the frames to give in the next pass: ranges in order, each half open.
    ///
    /// # Errors
    /// [`Error::PassOrder`] unless the last [`end_pass`](Self::end_pass) returned true; [`Error::InvalidSession`].
    #[doc(alias = "VTCompressionSessionGetTimeRangesForNextPass")]
    pub fn time_ranges_for_next_pass(&self) -> Result<Arc<[TimeRange]>> {
        self.shared().time_ranges_for_next_pass().map_err(Error::logged)
    }

    /// Stops the session. Frames that wait are discarded without a callback. No callback runs any more when this returns: a
    /// running one is waited for, unless this is called from it (so callbacks of two sessions must not stop each other's
    /// session). From then on every call returns [`Error::InvalidSession`]; a
    /// second invalidation does nothing.
    #[doc(alias = "VTCompressionSessionInvalidate")]
    pub fn invalidate(&self) {
        self.shared().invalidate();
    }

    /// The value of a property; null when it has none.
    ///
    /// # Errors
    /// [`Error::PropertyNotSupported`], [`Error::InvalidSession`].
    #[doc(alias = "VTSessionCopyProperty")]
    pub fn property(&self, key: &str) -> Result<Value> {
        self.shared().property(key).map_err(Error::logged)
    }

    /// Sets a property; null takes it back to its default. Frames that are given afterwards follow it.
    ///
    /// # Errors
    /// [`Error::PropertyNotSupported`], [`Error::PropertyReadOnly`], [`Error::PropertyValue`], [`Error::PropertyFixed`] when it
    /// is too late for this property, [`Error::InvalidSession`]. The property keeps its value.
    #[doc(alias = "VTSessionSetProperty")]
    pub fn set_property(&self, key: &str, value: impl Into<Value>) -> Result<()> {
        self.shared().set_property(key, &value.into()).map_err(Error::logged)
    }

    /// Sets every property of a dictionary, whatever their order: a value that only goes together with another one of the
    /// dictionary is set after that. One that fails does not keep the others from being set.
    ///
    /// # Errors
    /// The first failure in the dictionary's order, as of [`set_property`](Self::set_property); each failure is logged. A
    /// value that another one of the dictionary takes back counts as failed.
    #[doc(alias = "VTSessionSetProperties")]
    pub fn set_properties(&self, properties: &Dictionary) -> Result<()> {
        self.shared().set_properties(properties)
    }

    /// The rows of this session's properties.
    pub fn property_table(&self) -> &PropertyTable {
        &self.shared().table
    }

    /// Every property of the session in the platform's form: key to a dictionary with type, access, range or choices (those that
    /// go with the picture size), and documentation; see [`crate::property::sub_key`].
    ///
    /// # Errors
    /// [`Error::InvalidSession`].
    #[doc(alias = "VTSessionCopySupportedPropertyDictionary")]
    pub fn supported_properties(&self) -> Result<Dictionary> {
        self.shared().check_valid().map_err(Error::logged)?;
        let shared = self.shared();
        Ok(shared.entry.supported_at(&shared.table, shared.width, shared.height))
    }

    /// The settings that make a like session: every serialisable property that has a value.
    ///
    /// # Errors
    /// [`Error::InvalidSession`].
    #[doc(alias = "VTSessionCopySerializableProperties")]
    pub fn serializable_properties(&self) -> Result<Dictionary> {
        self.shared().serializable_properties().map_err(Error::logged)
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.handle.shared
    }
}

impl WeakCompressionSession {
    /// A handle of the session, unless its last one is gone.
    pub fn upgrade(&self) -> Option<CompressionSession> {
        self.handle.upgrade().map(|handle| CompressionSession { handle })
    }
}

impl fmt::Debug for CompressionSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shared = self.shared();
        f.debug_struct("CompressionSession")
            .field("width", &shared.width)
            .field("height", &shared.height)
            .field("encoder", &shared.entry.encoder_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WeakCompressionSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WeakCompressionSession")
    }
}
