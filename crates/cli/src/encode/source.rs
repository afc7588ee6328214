//! Pictures to encode, read ahead on a thread of their own.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use vitascope::container::y4m::{ChromaSampling, ColorSpace, FrameRate, Header, Interlacing, Reader};
use vitascope::core::{PixelBuffer, Time, Value};
use vitascope::session::key;

use crate::failure::Failure;
use crate::input::Input;
use crate::interrupt::Interrupt;

/// Pictures that wait between the reader and the session.
const READ_AHEAD: usize = 2;

/// How often a wait for input looks for a signal.
const SIGNAL_POLL: Duration = Duration::from_millis(50);

/// A clip that is being read.
pub(super) struct Source {
    name: String,
    header: Header,
    frame_rate: FrameRate,
    length: Option<u64>,
    pictures: Receiver<Result<PixelBuffer, Failure>>,
}

impl Source {
    /// Reads the header and begins to read ahead.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let input = Input::open(path)?;
        let (name, length) = (input.name().to_string(), input.length());
        let mut reader = Reader::new(input).map_err(|error| match error {
            vitascope::container::Error::Y4mSignature { .. } => Failure::Failed(format!(
                "{name}: {error}; encode reads y4m: `vitascope convert` makes it of PNG and raw pictures, and another program \
                 of coded video, for example: ffmpeg -i FILE -f yuv4mpegpipe -"
            )),
            error => Failure::failed(&name, error),
        })?;
        let (header, frame_rate) = (reader.header().clone(), reader.frame_rate());
        let (sender, pictures) = sync_channel(READ_AHEAD);
        let stream = name.clone();
        std::thread::Builder::new()
            .name("reader".into())
            .spawn(move || {
                loop {
                    let picture = match reader.next_frame() {
                        Ok(Some(picture)) => Ok(picture),
                        Ok(None) => break,
                        Err(error) => Err(Failure::failed(&stream, error)),
                    };
                    // Nobody listens any more once enough frames were read or encoding failed.
                    if sender.send(picture).is_err() {
                        break;
                    }
                }
            })
            .map_err(|error| Failure::failed("thread for reading", error))?;
        Ok(Source { name, header, frame_rate, length, pictures })
    }

    /// What to call it in messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// The property that says what fields the frames have. Where that changes from frame to frame, the first one's must not count
    /// for all.
    pub(super) fn fields(&self) -> Option<(&'static str, Value)> {
        match self.header.interlacing? {
            Interlacing::TopFieldFirst => Some((key::FIELD_DETAIL, "TemporalTopFirst".into())),
            Interlacing::BottomFieldFirst => Some((key::FIELD_DETAIL, "TemporalBottomFirst".into())),
            Interlacing::Mixed => {
                log::warn!(
                    "{}: frames of mixed interlacing are coded as if they were progressive",
                    self.name
                );
                Some((key::FIELD_COUNT, Value::from(1)))
            }
            Interlacing::Progressive => None,
        }
    }

    /// Says it when pictures have more than the encoder takes: more than 8 bits, or more chroma than 4:2:0.
    pub(super) fn warn_of_what_is_lost(&self) {
        let ColorSpace { sampling, bits, .. } = self.header.color_space;
        let finer = matches!(sampling, ChromaSampling::Yuv422 | ChromaSampling::Yuv444);
        let coded = if finer { ChromaSampling::Yuv420 } else { sampling };
        if finer || bits > 8 {
            log::warn!(
                "{}: pictures of {sampling} with {bits} bits are coded as {coded} with 8 bits",
                self.name
            );
        }
    }

    /// Frames a second.
    pub(super) fn frames_per_second(&self) -> f64 {
        self.frame_rate.frames_per_second()
    }

    /// When a frame is shown.
    pub(super) fn frame_time(&self, index: u64) -> Time {
        let index = i64::try_from(index).unwrap_or(i64::MAX);
        Time::new(index.saturating_mul(i64::from(self.frame_rate.denominator)), self.frame_rate.numerator)
    }

    /// How long a frame is shown.
    pub(super) fn frame_duration(&self) -> Time {
        Time::new(i64::from(self.frame_rate.denominator), self.frame_rate.numerator)
    }

    /// How many frames will come, judged by the file's length; for display only.
    pub(super) fn expected_frames(&self, limit: Option<u64>) -> Option<u64> {
        const FRAME_LINE: u64 = "FRAME\n".len() as u64;
        let in_file = self.length.map(|length| length / (self.header.frame_bytes() + FRAME_LINE));
        match (in_file, limit) {
            (Some(frames), Some(limit)) => Some(frames.min(limit)),
            (frames, limit) => frames.or(limit),
        }
    }

    /// The next picture, `None` at the end; stops waiting when a signal arrives.
    pub(super) fn next_frame(&mut self, interrupt: &Interrupt) -> Result<Option<PixelBuffer>, Failure> {
        loop {
            interrupt.check()?;
            match self.pictures.recv_timeout(SIGNAL_POLL) {
                Ok(picture) => return picture.map(Some),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}
