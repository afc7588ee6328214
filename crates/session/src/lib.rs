//! Compression sessions: frames go in on any thread, encoded sample buffers come out through a callback, in decode order.
//!
//! [`CompressionSession`] owns a bounded queue and its worker threads; a [`VideoEncoder`] behind it does the coding. Settings
//! live in one [property table](property) per session, to which the encoder adds its own rows, and encoders are found in a
//! [`CodecRegistry`]. Failures carry the platform's `OSStatus` numbers ([`Error::status`]) and each one logs a line that names
//! the value and what would have been accepted.
#![forbid(unsafe_code)]

pub mod codec;
mod compression;
mod encoder;
mod error;
mod frame;
mod h264;
mod multi_pass;
mod pixel_rotation;
mod pixel_transfer;
pub mod property;
mod registry;
mod specification;
pub mod status;

pub use compression::{AVERAGE_QP, CompressionSession, CompressionSessionBuilder, WeakCompressionSession};
pub use encoder::{EncodedPicture, EncoderRequest, PassRequest, SourceFrame, VideoEncoder};
pub use error::{Error, Result};
pub use frame::{EncodeInfoFlags, EncodeOutput, FrameOptions, SourceReference};
pub use h264::{CLOSED_CAPTIONS, USER_DATA};
pub use multi_pass::{FrameSilo, MultiPassStorage, MultiPassStorageOptions, PassSummary, SOURCE_DECODE_TIME};
pub use pixel_rotation::{PIXEL_ROTATION_ROWS, PixelRotationSession};
pub use pixel_transfer::{PIXEL_TRANSFER_ROWS, PixelTransferSession, transfer_options};
pub use property::key;
pub use registry::{CodecRegistry, EncoderEntry, OpenEncoder, SizeLimits, UnsupportedProperties};
pub use specification::{EncoderSpecification, hardware_assumed};
