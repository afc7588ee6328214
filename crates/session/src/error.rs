//! What can go wrong in a session, and the `OSStatus` of each.

use vitascope_core::{FourCc, Time};

use crate::status;

/// The result of a session call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A session's failure: what is wrong, with the value that was given and what would have been accepted.
#[non_exhaustive]
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// Neither the session nor its encoder has a property of this name.
    #[error("property {key} is not supported by this session{}", suggestion(.nearest))]
    PropertyNotSupported {
        /// The key as given.
        key: String,
        /// The supported key that looks most like it, if any does.
        nearest: Option<&'static str>,
    },
    /// The property can only be read.
    #[error("property {key} is read-only and cannot be set to {value}")]
    PropertyReadOnly {
        /// The key as given.
        key: String,
        /// The refused value.
        value: String,
    },
    /// The property is fixed from the first frame on.
    #[error("property {key} cannot change after the first frame: it is {current}, {value} was asked for")]
    PropertyFixed {
        /// The key as given.
        key: String,
        /// The value in force.
        current: String,
        /// The refused value.
        value: String,
    },
    /// The value has the wrong type, is out of range or is not among the choices.
    #[error("property {key} cannot be {value}: {accepted}")]
    PropertyValue {
        /// The key as given.
        key: String,
        /// The refused value.
        value: String,
        /// What the property accepts.
        accepted: String,
    },
    /// Several entries of a dictionary of properties were looked at and this is the first that failed.
    #[error("{error} (the first of {failed} failures among {total} properties)")]
    FirstOfSeveral {
        /// The failure of the first entry that failed.
        error: Box<Error>,
        /// How many entries failed.
        failed: usize,
        /// How many entries there were.
        total: usize,
    },
    /// An argument of a call is out of range.
    #[error("{name} cannot be {value}: {accepted}")]
    Parameter {
        /// The argument's name.
        name: &'static str,
        /// Its value.
        value: String,
        /// What is accepted.
        accepted: String,
    },
    /// A presentation time that does not follow the previous one.
    #[error("presentation time {value} must be greater than the previous frame's, {previous}")]
    PresentationTimeOrder {
        /// The refused time.
        value: Time,
        /// The time of the last frame that was accepted.
        previous: Time,
    },
    /// The per-frame handler form was used on a session that has an output handler, or the plain form on one that has none.
    #[error("{0}")]
    HandlerForm(&'static str),
    /// `complete_frames` was called from inside an output callback of the same session.
    #[error(
        "complete_frames cannot be called from inside an output callback of the same session: it would wait for itself"
    )]
    CompleteInsideCallback,
    /// The session was invalidated.
    #[error("the session was invalidated")]
    InvalidSession,
    /// Memory or a thread could not be had.
    #[error("{what}: {reason}")]
    AllocationFailed {
        /// What was wanted.
        what: &'static str,
        /// The system's reason.
        reason: String,
    },
    /// The encoder does not take this pixel format and no conversion to one it takes exists.
    #[error(
        "a {width}x{height} buffer of pixel format {format} cannot be converted to the encoder's format {wanted}: {reason}"
    )]
    PixelTransferNotSupported {
        /// The buffer's pixel format.
        format: FourCc,
        /// The buffer's width in pixels.
        width: usize,
        /// The buffer's height in pixels.
        height: usize,
        /// The pixel format that the encoder takes.
        wanted: FourCc,
        /// Why not.
        reason: String,
    },
    /// Colours have to be converted, and the buffer does not say what its own are.
    #[error("a buffer of pixel format {format} cannot be brought to the stream's colours: {reason}")]
    InsufficientSourceColorData {
        /// The buffer's pixel format.
        format: FourCc,
        /// What is missing.
        reason: String,
    },
    /// No encoder fits the codec type and the encoder specification.
    #[error("no encoder for codec {codec}: {reason}")]
    CouldNotFindVideoEncoder {
        /// The codec asked for.
        codec: FourCc,
        /// What ruled the encoders out.
        reason: String,
    },
    /// The encoder refused its configuration.
    #[error("encoder {encoder} could not be opened: {reason}")]
    CouldNotCreateInstance {
        /// The encoder's identifier.
        encoder: String,
        /// The encoder's reason.
        reason: String,
    },
    /// The encoder failed on a frame or broke altogether.
    #[error("the encoder failed: {reason}")]
    EncoderMalfunction {
        /// The encoder's reason.
        reason: String,
    },
    /// An output handler panicked. Frames accepted before still get their callbacks; new ones are refused.
    #[error("an output handler panicked: {reason}")]
    SessionMalfunction {
        /// The panic's message.
        reason: String,
    },
    /// A call of the passes' protocol came at the wrong time.
    #[error("{0}")]
    PassOrder(&'static str),
    /// The multi-pass storage holds passes of another stream.
    #[error("the multi-pass storage is for {stored:?}, and the session is {session:?}")]
    MultiPassStorageIdentifierMismatch {
        /// What the storage belongs to.
        stored: String,
        /// What the session would write.
        session: String,
    },
    /// The multi-pass storage is closed, damaged, or its file cannot be used.
    #[error("multi-pass storage {path}: {reason}")]
    MultiPassStorageInvalid {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A sample that cannot go into a frame silo because of its decode time.
    #[error("the decode time {value} does not fit the frame silo: {accepted}")]
    FrameSiloInvalidTimeStamp {
        /// The decode time.
        value: Time,
        /// What is accepted.
        accepted: String,
    },
    /// Time ranges that a frame silo does not take.
    #[error(
        "time ranges of a frame silo: {reason}; numeric ranges in order that do not overlap are accepted"
    )]
    FrameSiloInvalidTimeRange {
        /// What is wrong with them.
        reason: String,
    },
    /// The file of a frame silo cannot be used.
    #[error("frame silo {path}: {reason}")]
    FrameSiloFile {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A pixel transfer or rotation was refused.
    #[error(transparent)]
    Conversion(#[from] vitascope_convert::Error),
    /// A failure of a pool, pixel buffer, format description or sample buffer.
    #[error(transparent)]
    Core(#[from] vitascope_core::Error),
}

impl Error {
    /// The platform's `OSStatus` for this failure.
    pub fn status(&self) -> i32 {
        match self {
            Error::PropertyNotSupported { .. } => status::PROPERTY_NOT_SUPPORTED,
            Error::PropertyReadOnly { .. } | Error::PropertyFixed { .. } => status::PROPERTY_READ_ONLY,
            Error::PropertyValue { .. }
            | Error::Parameter { .. }
            | Error::PresentationTimeOrder { .. }
            | Error::HandlerForm(_)
            | Error::PassOrder(_)
            | Error::CompleteInsideCallback => status::PARAMETER,
            Error::FirstOfSeveral { error, .. } => error.status(),
            Error::InvalidSession => status::INVALID_SESSION,
            Error::MultiPassStorageIdentifierMismatch { .. } => {
                status::MULTI_PASS_STORAGE_IDENTIFIER_MISMATCH
            }
            Error::MultiPassStorageInvalid { .. } => status::MULTI_PASS_STORAGE_INVALID,
            Error::FrameSiloInvalidTimeStamp { .. } => status::FRAME_SILO_INVALID_TIME_STAMP,
            Error::FrameSiloInvalidTimeRange { .. } => status::FRAME_SILO_INVALID_TIME_RANGE,
            Error::AllocationFailed { .. } | Error::FrameSiloFile { .. } => status::ALLOCATION_FAILED,
            Error::PixelTransferNotSupported { .. } => status::PIXEL_TRANSFER_NOT_SUPPORTED,
            Error::InsufficientSourceColorData { .. } => status::INSUFFICIENT_SOURCE_COLOR_DATA,
            Error::CouldNotFindVideoEncoder { .. } => status::COULD_NOT_FIND_VIDEO_ENCODER,
            Error::CouldNotCreateInstance { .. } => status::COULD_NOT_CREATE_INSTANCE,
            Error::EncoderMalfunction { .. } => status::VIDEO_ENCODER_MALFUNCTION,
            Error::SessionMalfunction { .. } => status::SESSION_MALFUNCTION,
            Error::Conversion(error) => error.status(),
            Error::Core(error) => error.status(),
        }
    }

    /// Logs the failure's one line and hands it on; every public call of a session fails through here.
    pub(crate) fn logged(self) -> Self {
        log::warn!("{self} (status {})", self.status());
        self
    }
}

fn suggestion(nearest: &Option<&'static str>) -> String {
    nearest.map(|key| format!("; did you mean {key}?")).unwrap_or_default()
}
