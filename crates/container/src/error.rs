use std::io;
use std::path::PathBuf;

use vitascope_core::FourCc;

/// What can go wrong while reading or writing a container.
///
/// Damage in a stream, a feature that is not supported, a limit that is exceeded and a mistake of the caller are
/// distinct variants, and each carries the value that was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused to open, read, write or rename a file.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was attempted: "read", "write", "create" ...
        action: &'static str,
        /// The file it was attempted on; "standard input" and "standard output" stand for themselves.
        path: PathBuf,
        /// The reason the system gave.
        #[source]
        source: io::Error,
    },
    /// Reading from a stream that has no path failed.
    #[error("cannot read the stream: {0}")]
    Read(#[source] io::Error),
    /// Writing to a stream that has no path failed.
    #[error("cannot write the stream: {0}")]
    Write(#[source] io::Error),
    /// The file is of no known kind.
    #[error("{}: unknown kind of file (known: y4m, MP4/MOV, H.264 byte stream)", path.display())]
    UnknownKind {
        /// The file.
        path: PathBuf,
    },
    /// An output name has an ending no writer goes with.
    #[error("no writer for {}: the ending must be one of .mp4 .m4v .mov .264 .h264 .y4m", path.display())]
    UnknownEnding {
        /// The output name.
        path: PathBuf,
    },
    /// The container cannot be written to a pipe.
    #[error(
        "{kind} cannot be written to standard output: its index stands before its samples (accepted: 264, y4m)"
    )]
    NotStreamable {
        /// Name of the container.
        kind: &'static str,
    },
    /// A y4m stream does not begin with its signature.
    #[error("not a y4m stream: it begins with {found:?} instead of \"YUV4MPEG2 \"")]
    Y4mSignature {
        /// The first bytes, made printable.
        found: String,
    },
    /// A header line of a y4m stream does not end.
    #[error("y4m {line} is longer than {limit} bytes")]
    Y4mLineTooLong {
        /// Which line: "stream header" or "frame header".
        line: &'static str,
        /// The longest accepted line in bytes.
        limit: usize,
    },
    /// A y4m stream ends inside its stream header.
    #[error("y4m stream header is cut off after {length} bytes")]
    Y4mHeaderTruncated {
        /// Bytes that were there.
        length: usize,
    },
    /// A tag in a y4m header has a value that is not accepted.
    #[error("y4m tag {tag}: value {value:?} is not accepted ({accepted})")]
    Y4mTag {
        /// The tag's letter, or the name of an X tag.
        tag: &'static str,
        /// The value, made printable.
        value: String,
        /// What would be accepted.
        accepted: &'static str,
    },
    /// A y4m header lacks a tag that is needed.
    #[error("y4m stream header has no {tag} tag")]
    Y4mTagMissing {
        /// The tag's letter.
        tag: &'static str,
    },
    /// Frames of a y4m stream, or of a writer, would be larger than the limit.
    #[error("a y4m frame of {width}x{height} has {bytes} bytes; accepted are at most {limit}")]
    Y4mFrameTooLarge {
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// Bytes of one frame.
        bytes: u64,
        /// Largest accepted number of bytes.
        limit: u64,
    },
    /// A y4m frame does not begin with the word FRAME.
    #[error("y4m frame {frame} begins with {found:?} instead of \"FRAME\"")]
    Y4mFrameHeader {
        /// Index of the frame, from 0.
        frame: u64,
        /// The bytes found, made printable.
        found: String,
    },
    /// A y4m stream ends inside a frame.
    #[error("y4m frame {frame} is cut off: {found} of {expected} bytes")]
    Y4mFrameTruncated {
        /// Index of the frame, from 0.
        frame: u64,
        /// Bytes that were there.
        found: u64,
        /// Bytes a whole frame has.
        expected: u64,
    },
    /// A picture handed to a y4m writer does not fit its header.
    #[error("y4m writer: the stream holds {expected}, the picture is {found}")]
    Y4mPicture {
        /// Size and format of the stream.
        expected: String,
        /// Size and format of the picture.
        found: String,
    },
    /// A pixel format has no y4m colour space.
    #[error("pixel format {0} has no y4m colour space")]
    Y4mPixelFormat(FourCc),
    /// A box of an ISO base media file is damaged.
    #[error("damaged '{name}' box: {message}")]
    Damaged {
        /// Type of the box.
        name: String,
        /// What is wrong, with the value found.
        message: String,
    },
    /// An ISO base media file lacks a box that is needed.
    #[error("no '{name}' box in {parent}")]
    BoxMissing {
        /// Type of the box.
        name: &'static str,
        /// Where it was looked for.
        parent: &'static str,
    },
    /// The file ends before its boxes or samples do.
    #[error("the file is cut off; of {expected} samples in its index it holds {found}")]
    SamplesCutOff {
        /// Samples that lie in the file.
        found: u64,
        /// Samples that the index names.
        expected: u64,
    },
    /// A limit of the reader or writer is exceeded.
    #[error("{what} is {value}; accepted are at most {limit}")]
    Limit {
        /// What is too large.
        what: &'static str,
        /// Its value.
        value: u64,
        /// Largest accepted value.
        limit: u64,
    },
    /// The stream is sound but uses something that is not supported.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// A sample handed to a writer cannot be written.
    #[error("sample {index}: {message}")]
    Sample {
        /// Index of the sample, from 0.
        index: u64,
        /// What is wrong with it.
        message: String,
    },
    /// A writer was finished before any sample came, so that the file would have no format.
    #[error("nothing was written: a {kind} file needs at least one sample")]
    Empty {
        /// Name of the container.
        kind: &'static str,
    },
    /// A writer was finished although an earlier write failed.
    #[error("the file cannot be completed: writing to it failed before")]
    Abandoned,
    /// NAL units that are not framed as they should be.
    #[error(transparent)]
    Framing(#[from] vitascope_bits::Error),
    /// A failure in the core types.
    #[error(transparent)]
    Core(#[from] vitascope_core::Error),
}

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An [`Error::Io`].
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Error::Io { action, path: path.into(), source }
    }
}
