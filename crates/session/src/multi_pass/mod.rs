//! Coding in several passes: what one pass leaves to the next, and where the samples wait meanwhile.
//!
//! A [`MultiPassStorage`] holds what the encoder learned; it is set as the session's property
//! [`MultiPassStorage`](crate::key::MULTI_PASS_STORAGE) and may outlive the process. A [`FrameSilo`] holds the coded samples, of
//! which a later pass may replace a part. The passes themselves are announced by
//! [`CompressionSession::begin_pass`](crate::CompressionSession::begin_pass) and
//! [`end_pass`](crate::CompressionSession::end_pass).

mod backing_file;
mod bytes;
mod silo;
mod storage;
mod time_ranges;

pub(crate) use storage::TYPE_NAME;
pub(crate) use time_ranges::contain as ranges_contain;

pub use silo::{FrameSilo, SOURCE_DECODE_TIME};
pub use storage::{MultiPassStorage, MultiPassStorageOptions, PassSummary};
