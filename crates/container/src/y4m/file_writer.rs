use std::path::Path;

use vitascope_core::SampleBuffer;

use super::{FrameRate, Header, Writer};
use crate::output::Output;
use crate::{Error, Result, SampleWriter};

/// Writes the pictures of sample buffers as a y4m file, or to standard output.
///
/// The header is made from the first picture and its duration; a picture without a duration leaves the frame rate
/// out.
#[derive(Debug)]
pub struct Y4mFileWriter {
    stage: Stage,
    pictures: u64,
}

#[derive(Debug)]
enum Stage {
    /// Until the first picture there is no header.
    Empty(Output),
    Open(Writer<Output>),
    /// A write has failed, so that the stream may end inside a picture.
    Failed,
}

impl Y4mFileWriter {
    /// Opens the output; `-` is standard output.
    ///
    /// # Errors
    /// The directory does not exist or cannot be written.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self { stage: Stage::Empty(Output::open(path.as_ref())?), pictures: 0 })
    }
}

impl SampleWriter for Y4mFileWriter {
    fn write(&mut self, sample: &SampleBuffer) -> Result<()> {
        let index = self.pictures;
        let refuse = |message: &str| Error::Sample { index, message: message.to_owned() };
        let picture = sample.image().ok_or_else(|| refuse("it has no picture, which y4m needs"))?;
        let mut writer = match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Open(writer) => writer,
            Stage::Empty(output) => {
                let duration = sample.sample_timing(0).map(|timing| timing.duration).ok();
                let header = Header::of_picture(&picture, duration.and_then(FrameRate::of_duration))?;
                Writer::new(output, header)?
            }
            Stage::Failed => return Err(Error::Abandoned),
        };
        writer.write_frame(&picture).map_err(|error| match error {
            Error::Write(source) => writer.get_ref().error(source),
            error => error,
        })?;
        self.stage = Stage::Open(writer);
        self.pictures += 1;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        match self.stage {
            Stage::Open(writer) => writer.into_inner().finish(),
            Stage::Empty(_) => Err(Error::Empty { kind: "y4m" }),
            Stage::Failed => Err(Error::Abandoned),
        }
    }
}
