//! What can go wrong with the objects of this crate, and the platform's status number for it.

use crate::FourCc;

/// The result of an operation on the objects of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// A refusal, with the value that caused it and what would have been accepted.
///
/// [`Error::status`] gives the number that the platform uses for the same condition.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The picture size is zero, too large, or does not fit the memory that came with it.
    #[error("picture size {width} x {height} is not usable: {reason}")]
    InvalidSize {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// The accepted range.
        reason: &'static str,
    },
    /// The pixel format is not in the table.
    #[error("pixel format {0} is not known; see PixelFormat::all() for those that are")]
    UnknownPixelFormat(FourCc),
    /// The pixel format is one of the vendor's compressed ones, whose bytes are not public.
    #[error("pixel format {0} ({1}) has no public byte layout, so no buffer of it can be made")]
    NoPublicLayout(FourCc, &'static str),
    /// An entry of a pixel buffer attribute dictionary is missing or out of range.
    #[error("pixel buffer attribute {key} is {value}; accepted: {accepted}")]
    InvalidPixelBufferAttribute {
        /// The key.
        key: &'static str,
        /// What was found.
        value: String,
        /// The accepted range.
        accepted: &'static str,
    },
    /// An entry of a pool attribute dictionary is out of range.
    #[error("pixel buffer pool attribute {key} is {value}; accepted: {accepted}")]
    InvalidPoolAttribute {
        /// The key.
        key: &'static str,
        /// What was found.
        value: String,
        /// The accepted range.
        accepted: &'static str,
    },
    /// An argument is out of range.
    #[error("{name} is {value}; accepted: {accepted}")]
    InvalidArgument {
        /// Which argument.
        name: &'static str,
        /// What was found.
        value: String,
        /// The accepted range.
        accepted: String,
    },
    /// The pixels are being written, so they cannot be read now.
    #[error("the pixel buffer is locked for writing; it can be read once that lock is released")]
    LockedForWriting,
    /// The pixels are being read, so they cannot be written now.
    #[error(
        "the pixel buffer is locked {readers} time(s) for reading; it can be written once those are released"
    )]
    LockedForReading {
        /// How many locks are held.
        readers: usize,
    },
    /// The pixels lie in memory that may only be read.
    #[error("the pixel buffer wraps memory that may only be read")]
    ReadOnlyMemory,
    /// Memory could not be had.
    #[error("{bytes} bytes of memory could not be allocated")]
    AllocationFailed {
        /// How many bytes were asked for.
        bytes: usize,
    },
    /// The pool has as many buffers out as the caller allows.
    #[error("{in_use} buffers of the pool are in use, and the allocation threshold is {threshold}")]
    WouldExceedAllocationThreshold {
        /// Buffers that are alive.
        in_use: usize,
        /// The most that the caller allows.
        threshold: usize,
    },
    /// A byte offset lies outside a block buffer.
    #[error("offset {offset} lies outside a block buffer of {length} bytes")]
    BlockBufferOffset {
        /// The offset.
        offset: usize,
        /// Length of the block buffer in bytes.
        length: usize,
    },
    /// A byte range reaches past the end of a block buffer.
    #[error("{count} bytes at offset {offset} reach past the end of a block buffer of {length} bytes")]
    BlockBufferLength {
        /// The offset.
        offset: usize,
        /// How many bytes were asked for.
        count: usize,
        /// Length of the block buffer in bytes.
        length: usize,
    },
    /// The block buffer has no bytes.
    #[error("the block buffer is empty")]
    BlockBufferEmpty,
    /// A format description cannot be made from these values.
    #[error("format description: {name} is {value}; accepted: {accepted}")]
    InvalidFormatDescription {
        /// Which value.
        name: &'static str,
        /// What was found.
        value: String,
        /// The accepted range.
        accepted: &'static str,
    },
    /// The format description holds no such value.
    #[error("the format description holds no {0}")]
    FormatValueNotAvailable(&'static str),
    /// A sample index is not below the number of samples.
    #[error("sample index {index} is out of range; the buffer holds {count} sample(s)")]
    SampleIndexOutOfRange {
        /// The index.
        index: usize,
        /// The number of samples.
        count: usize,
    },
    /// The number of timing or size entries fits no rule.
    #[error("{entries} {what} entries were given for {samples} sample(s); accepted: 0, 1 or one per sample")]
    InvalidEntryCount {
        /// `timing` or `size`.
        what: &'static str,
        /// The number of entries.
        entries: usize,
        /// The number of samples.
        samples: usize,
    },
    /// The sample buffer has no sample sizes.
    #[error("the sample buffer has no sample sizes")]
    NoSampleSizes,
    /// The sample buffer has no timing.
    #[error("the sample buffer has no sample timing")]
    NoSampleTiming,
    /// A timing entry cannot be used.
    #[error("sample timing is not usable: {0}")]
    SampleTimingInvalid(String),
    /// The data of the sample buffer is not there yet.
    #[error("the data of the sample buffer is not ready, and there is no callback that could supply it")]
    BufferNotReady,
    /// The sample buffer already has its data.
    #[error("the sample buffer already has its data")]
    AlreadyHasData,
    /// The data of the sample buffer will never come.
    #[error("the data of the sample buffer failed to arrive (status {status})")]
    DataFailed {
        /// Why, as the supplier reported it.
        status: i32,
    },
    /// The sample buffer was invalidated.
    #[error("the sample buffer was invalidated")]
    SampleBufferInvalidated,
    /// The samples cannot be taken apart.
    #[error("the samples cannot be taken apart: {0}")]
    CannotSubdivide(&'static str),
    /// The image and the format description of a sample buffer disagree.
    #[error("the format description ({format}) does not match the image ({image})")]
    FormatMismatch {
        /// The format description.
        format: String,
        /// The image.
        image: String,
    },
    /// A tag without a value cannot be in a set.
    #[error("tag {0} has no value; only valid tags are accepted")]
    InvalidTag(String),
    /// The bytes of a set of tags cannot be read.
    #[error("the data is no set of tags: {0}")]
    InvalidTagCollectionData(&'static str),
    /// The bytes of a set of tags are of a version that is not known.
    #[error("the set of tags has version {version}; 1 is accepted")]
    TagCollectionDataVersion {
        /// The version.
        version: u8,
    },
    /// The dictionary is not that of a set of tags.
    #[error("the dictionary is no set of tags: {0}")]
    InvalidTagCollectionDictionary(&'static str),
}

impl Error {
    /// The platform's `OSStatus` (or `CVReturn`) for this condition.
    pub fn status(&self) -> i32 {
        match self {
            Error::InvalidSize { .. } => -6681,
            Error::UnknownPixelFormat(_) | Error::NoPublicLayout(..) => -6680,
            Error::InvalidPixelBufferAttribute { .. } => -6682,
            Error::InvalidPoolAttribute { .. } => -6691,
            Error::InvalidArgument { .. }
            | Error::LockedForWriting
            | Error::LockedForReading { .. }
            | Error::ReadOnlyMemory => -6661,
            Error::AllocationFailed { .. } => -6662,
            Error::WouldExceedAllocationThreshold { .. } => -6689,
            Error::BlockBufferOffset { .. } => -12703,
            Error::BlockBufferLength { .. } => -12704,
            Error::BlockBufferEmpty => -12706,
            Error::InvalidFormatDescription { .. } => -12710,
            Error::FormatValueNotAvailable(_) => -12718,
            Error::SampleIndexOutOfRange { .. } => -12734,
            Error::InvalidEntryCount { .. } => -12738,
            Error::NoSampleSizes => -12735,
            Error::NoSampleTiming => -12736,
            Error::SampleTimingInvalid(_) => -12740,
            Error::BufferNotReady => -12733,
            Error::AlreadyHasData => -12732,
            Error::DataFailed { .. } => -16750,
            Error::SampleBufferInvalidated => -12744,
            Error::CannotSubdivide(_) => -12739,
            Error::FormatMismatch { .. } => -12743,
            Error::InvalidTag(_) => -15743,
            Error::InvalidTagCollectionData(_) => -15745,
            Error::TagCollectionDataVersion { .. } => -15747,
            Error::InvalidTagCollectionDictionary(_) => -15744,
        }
    }
}
