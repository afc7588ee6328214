//! Where converted pictures go. Nothing appears under the output's name before all of it is there.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use vitascope::container::AtomicFile;
use vitascope::container::y4m::{FrameRate, Header, Writer};
use vitascope::core::{FourCc, PixelBuffer};

use super::format::OutputKind;
use super::pattern::Pattern;
use super::{png, raw};
use crate::failure::Failure;
use crate::input::is_standard_stream;

/// An output that is being written.
pub(super) struct Sink {
    name: String,
    stage: Stage,
    rate: Option<FrameRate>,
    bytes: u64,
}

enum Stage {
    /// The header of y4m is made from the first picture; one PNG file takes one picture.
    Empty {
        kind: OutputKind,
        output: Output,
    },
    Y4m(Box<Writer<Output>>),
    /// With width, height and format of all pictures.
    Raw(Output, (usize, usize, FourCc)),
    /// One picture is in its file.
    Png(Output),
    Sequence(Sequence),
    /// A write has failed.
    Failed,
}

impl Sink {
    /// Opens the output.
    pub(super) fn create(path: &Path, kind: OutputKind, rate: Option<FrameRate>) -> Result<Sink, Failure> {
        let name =
            if is_standard_stream(path) { "standard output".into() } else { path.display().to_string() };
        let stage = match (kind, Pattern::parse(path)) {
            (OutputKind::Png, Some(pattern)) => Stage::Sequence(
                Sequence::create(path, pattern).map_err(|error| Failure::failed(&name, error))?,
            ),
            _ => Stage::Empty { kind, output: Output::create(path)? },
        };
        Ok(Sink { name, stage, rate, bytes: 0 })
    }

    /// Takes the next picture.
    pub(super) fn write(&mut self, picture: &PixelBuffer) -> Result<(), Failure> {
        let name = self.name.clone();
        let io_failure = |error: io::Error| write_failure(&name, &error);
        self.stage = match std::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Empty { kind: OutputKind::Y4m, output } => {
                let header =
                    Header::of_picture(picture, self.rate).map_err(|error| y4m_failure(&name, &error))?;
                let writer = Writer::new(output, header).map_err(|error| y4m_failure(&name, &error))?;
                self.y4m(writer, picture)?
            }
            Stage::Y4m(writer) => self.y4m(*writer, picture)?,
            Stage::Empty { kind: OutputKind::Raw, output } => {
                let shape = (picture.width(), picture.height(), picture.format());
                self.raw(output, shape, picture)?
            }
            Stage::Raw(output, shape) => self.raw(output, shape, picture)?,
            Stage::Empty { kind: OutputKind::Png, mut output } => {
                let mut file = Vec::new();
                png::write(&mut file, picture).map_err(|error| Failure::failed(&name, error))?;
                output.write_all(&file).map_err(io_failure)?;
                self.bytes += file.len() as u64;
                Stage::Png(output)
            }
            Stage::Png(_) => {
                return Err(Failure::failed(
                    &name,
                    "holds one picture and there are more; number the files, as in frame%04d.png, or use --frames 1",
                ));
            }
            Stage::Sequence(mut sequence) => {
                self.bytes += sequence.write(picture)?;
                Stage::Sequence(sequence)
            }
            Stage::Failed => return Err(Failure::failed(&name, "an earlier write failed")),
        };
        Ok(())
    }

    fn y4m(&mut self, mut writer: Writer<Output>, picture: &PixelBuffer) -> Result<Stage, Failure> {
        writer.write_frame(picture).map_err(|error| y4m_failure(&self.name, &error))?;
        self.bytes = writer.get_ref().written();
        Ok(Stage::Y4m(Box::new(writer)))
    }

    fn raw(
        &mut self,
        mut output: Output,
        shape: (usize, usize, FourCc),
        picture: &PixelBuffer,
    ) -> Result<Stage, Failure> {
        let (width, height, format) = shape;
        if (picture.width(), picture.height(), picture.format()) != shape {
            return Err(Failure::failed(
                &self.name,
                format!(
                    "holds {width}x{height} {format}, the next picture is {}x{} {}; --size and --format make them alike",
                    picture.width(),
                    picture.height(),
                    picture.format()
                ),
            ));
        }
        let bytes = raw::write(&mut output, picture).map_err(|error| write_failure(&self.name, &error))?;
        self.bytes += bytes;
        Ok(Stage::Raw(output, shape))
    }

    /// Gives the output its name; the bytes written.
    pub(super) fn finish(self) -> Result<u64, Failure> {
        let failed = |error: io::Error| write_failure(&self.name, &error);
        match self.stage {
            Stage::Y4m(writer) => writer.into_inner().finish(&self.name)?,
            Stage::Raw(output, _) | Stage::Png(output) => output.finish(&self.name)?,
            Stage::Sequence(sequence) => sequence.finish().map_err(failed)?,
            Stage::Empty { .. } | Stage::Failed => {
                return Err(Failure::failed(&self.name, "nothing was written"));
            }
        }
        Ok(self.bytes)
    }
}

/// One file, or standard output.
struct Output {
    to: To,
    written: u64,
}

enum To {
    File(AtomicFile),
    Standard(io::BufWriter<io::Stdout>),
}

impl Output {
    fn create(path: &Path) -> Result<Output, Failure> {
        let to = if is_standard_stream(path) {
            To::Standard(io::BufWriter::with_capacity(1 << 18, io::stdout()))
        } else {
            To::File(AtomicFile::create(path).map_err(|error| Failure::Failed(error.to_string()))?)
        };
        Ok(Output { to, written: 0 })
    }

    fn written(&self) -> u64 {
        self.written
    }

    fn finish(self, name: &str) -> Result<(), Failure> {
        match self.to {
            To::File(file) => file.commit().map_err(|error| Failure::Failed(error.to_string())),
            To::Standard(mut output) => output.flush().map_err(|error| write_failure(name, &error)),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = match &mut self.to {
            To::File(file) => file.write(bytes),
            To::Standard(output) => output.write(bytes),
        }?;
        self.written += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::File(file) => file.flush(),
            To::Standard(output) => output.flush(),
        }
    }
}

/// Numbered files, kept in a folder beside their place until all are complete.
struct Sequence {
    pattern: Pattern,
    folder: PathBuf,
    count: u64,
}

impl Sequence {
    fn create(path: &Path, pattern: Pattern) -> io::Result<Sequence> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = parent.join(format!(".vitascope-{}", std::process::id()));
        fs::create_dir(&folder)?;
        Ok(Sequence { pattern, folder, count: 0 })
    }

    fn write(&mut self, picture: &PixelBuffer) -> Result<u64, Failure> {
        let path = self.folder.join(self.count.to_string());
        let mut file = Vec::new();
        png::write(&mut file, picture).map_err(|error| Failure::failed(path.display(), error))?;
        fs::write(&path, &file).map_err(|error| Failure::failed(path.display(), error))?;
        self.count += 1;
        Ok(file.len() as u64)
    }

    /// Moves the files to their places, numbered from 1.
    fn finish(self) -> io::Result<()> {
        (0..self.count).try_for_each(|number| {
            fs::rename(self.folder.join(number.to_string()), self.pattern.path(number + 1))
        })
    }
}

impl Drop for Sequence {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            log::warn!("cannot remove the unfinished files in {}: {error}", self.folder.display());
        }
    }
}

fn write_failure(name: &str, error: &io::Error) -> Failure {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
        _ => Failure::failed(name, error),
    }
}

fn y4m_failure(name: &str, error: &vitascope::container::Error) -> Failure {
    match error {
        vitascope::container::Error::Write(error) => write_failure(name, error),
        error => Failure::failed(name, error),
    }
}
