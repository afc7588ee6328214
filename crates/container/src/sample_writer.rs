use std::path::Path;

use vitascope_core::{SampleBuffer, SampleTiming};

use crate::annex_b::AnnexBWriter;
use crate::mp4::{Brand, Mp4Writer};
use crate::y4m::Y4mFileWriter;
use crate::{Error, Result};

/// Takes sample buffers in decode order and makes a file of them.
///
/// The file appears under its name when [`SampleWriter::finish`] succeeds; a writer dropped before that leaves
/// nothing behind.
pub trait SampleWriter: Send {
    /// Writes the samples of one buffer.
    ///
    /// # Errors
    /// The sample does not fit the container or the file cannot be written. The writer cannot go on after that.
    fn write(&mut self, sample: &SampleBuffer) -> Result<()>;

    /// Completes the file.
    ///
    /// # Errors
    /// Nothing was written that would make a file, or the file cannot be written.
    fn finish(self: Box<Self>) -> Result<()>;
}

/// What is wrong with a sample of compressed data that does not say what it is.
pub(crate) const NO_FORMAT: &str = "it has no format description";

/// One sample of a buffer.
pub(crate) struct SamplePart<'a> {
    /// Index among all samples written.
    pub(crate) index: u64,
    pub(crate) bytes: &'a [u8],
    pub(crate) timing: SampleTiming,
    pub(crate) is_sync: bool,
    /// Decoding can start here, but for samples that come later and are shown earlier.
    pub(crate) is_partial_sync: bool,
}

/// Hands the samples of a buffer to `each`, one by one. `index` is that of the first.
///
/// # Errors
/// That of `each`, or the buffer has no data, or data and sizes disagree.
pub(crate) fn each_sample(
    sample: &SampleBuffer,
    index: u64,
    mut each: impl FnMut(SamplePart<'_>) -> Result<()>,
) -> Result<()> {
    let refuse = |index: u64, message: String| Error::Sample { index, message };
    let data = sample.data().ok_or_else(|| refuse(index, "it has no data".to_owned()))?;
    let data = data.contiguous();
    let mut position = 0;
    for (i, index) in (0..sample.sample_count()).zip(index..) {
        let size = sample.sample_size(i)?;
        let bytes = data.get(position..).and_then(|rest| rest.get(..size));
        let bytes = bytes.ok_or_else(|| refuse(index, format!("its {size} bytes reach beyond the data")))?;
        position += size;
        let attachments = sample.sample_attachments(i)?;
        let (is_sync, is_partial_sync) = (attachments.is_sync(), attachments.partial_sync == Some(true));
        each(SamplePart { index, bytes, timing: sample.sample_timing(i)?, is_sync, is_partial_sync })?;
    }
    Ok(())
}

/// The kinds of file that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutputKind {
    /// MP4: compressed samples, index first.
    Mp4,
    /// QuickTime movie: compressed samples, index first.
    QuickTime,
    /// H.264 byte stream: compressed samples with start codes.
    AnnexB,
    /// YUV4MPEG2: pictures.
    Y4m,
}

impl OutputKind {
    /// The kind that goes with the ending of a name, in any case: `.mp4 .m4v .mov .264 .h264 .y4m`.
    ///
    /// # Errors
    /// [`Error::UnknownEnding`].
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("").to_ascii_lowercase();
        match ending.as_str() {
            "mp4" | "m4v" => Ok(Self::Mp4),
            "mov" | "qt" => Ok(Self::QuickTime),
            "264" | "h264" | "avc" => Ok(Self::AnnexB),
            "y4m" => Ok(Self::Y4m),
            _ => Err(Error::UnknownEnding { path: path.to_owned() }),
        }
    }

    /// The name for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mp4 => "MP4",
            Self::QuickTime => "QuickTime",
            Self::AnnexB => "H.264 byte stream",
            Self::Y4m => "y4m",
        }
    }
}

/// A writer for `path`; `-` is standard output, which only byte streams and y4m can go to.
///
/// # Errors
/// The place cannot be written, or `kind` cannot go to standard output.
pub fn create_writer(path: impl AsRef<Path>, kind: OutputKind) -> Result<Box<dyn SampleWriter>> {
    let path = path.as_ref();
    let standard_output = path == Path::new("-");
    Ok(match kind {
        OutputKind::Mp4 | OutputKind::QuickTime if standard_output => {
            return Err(Error::NotStreamable { kind: kind.name() });
        }
        OutputKind::Mp4 => Box::new(Mp4Writer::create(path, Brand::Mp4)?),
        OutputKind::QuickTime => Box::new(Mp4Writer::create(path, Brand::QuickTime)?),
        OutputKind::AnnexB => Box::new(AnnexBWriter::create(path)?),
        OutputKind::Y4m => Box::new(Y4mFileWriter::create(path)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_names_the_kind() {
        for (name, kind) in [
            ("a.mp4", OutputKind::Mp4),
            ("a.b.MOV", OutputKind::QuickTime),
            ("dir.mp4/x.264", OutputKind::AnnexB),
            ("a.h264", OutputKind::AnnexB),
            (".hidden.y4m", OutputKind::Y4m),
        ] {
            assert_eq!(OutputKind::from_path(name).unwrap(), kind, "{name}");
        }
        for name in ["a", "a.mkv", ".mp4", "mp4", "a.mp4.", ""] {
            let error = OutputKind::from_path(name).unwrap_err().to_string();
            assert!(error.contains(".mp4 .m4v .mov"), "{error}");
        }
    }

    #[test]
    fn an_index_cannot_go_to_standard_output() {
        for kind in [OutputKind::Mp4, OutputKind::QuickTime] {
            assert!(matches!(create_writer("-", kind), Err(Error::NotStreamable { .. })));
        }
    }
}
