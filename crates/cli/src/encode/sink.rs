//! Where coded frames go: the output file, the hashes, the statistics.

use std::error::Error as _;
use std::io;

use vitascope::container::{self, SampleWriter};
use vitascope::core::{SampleBuffer, Time};
use vitascope::session::EncodeOutput;

use super::hashes::Hashes;
use super::progress::Progress;
use super::summary::Statistics;
use crate::arguments::Encode;
use crate::failure::Failure;

/// Takes the session's output on the session's thread.
pub(super) struct Sink {
    /// `None` once it is closed or has failed.
    writer: Option<Box<dyn SampleWriter>>,
    hashes: Option<Hashes>,
    statistics: Statistics,
    failure: Option<Failure>,
    progress: Progress,
    /// Frames and bytes of the pass.
    passed: (u64, u64),
}

impl Sink {
    pub(super) fn new(
        writer: Box<dyn SampleWriter>,
        arguments: &Encode,
        frame_duration: Time,
        progress: Progress,
    ) -> Result<Self, Failure> {
        let hashes =
            arguments.hashes.as_deref().map(|path| Hashes::create(path, frame_duration)).transpose()?;
        let statistics = Statistics::new(arguments.per_frame, arguments.plot.is_some());
        Ok(Sink { writer: Some(writer), hashes, statistics, failure: None, progress, passed: (0, 0) })
    }

    /// A sink that takes nothing, to leave in place of one that is finished.
    pub(super) fn closed() -> Self {
        Sink {
            writer: None,
            hashes: None,
            statistics: Statistics::new(false, false),
            failure: None,
            progress: Progress::hidden(),
            passed: (0, 0),
        }
    }

    /// Takes the outcome of one frame.
    pub(super) fn take(&mut self, output: EncodeOutput) {
        if self.writer.is_none() {
            return;
        }
        let outcome = match output.sample {
            Ok(Some(sample)) => self.write(&sample),
            Ok(None) => {
                self.statistics.dropped += 1;
                Ok(())
            }
            Err(error) => {
                Err(Failure::failed(format!("frame at {} s", output.presentation_time.seconds()), error))
            }
        };
        if let Err(failure) = outcome {
            self.failure = Some(failure);
            self.writer = None;
        }
    }

    /// Counts a frame for the progress bar only: a later pass may code it again.
    pub(super) fn count(&mut self, sample: &SampleBuffer) {
        self.passed.0 += 1;
        self.passed.1 += sample.total_sample_size() as u64;
        self.progress.show(self.passed.0, self.passed.1);
    }

    /// Shows what comes with this bar.
    pub(super) fn begin_pass(&mut self, progress: Progress) {
        self.progress = progress;
        self.passed = (0, 0);
    }

    /// Takes a failure in place of frames.
    pub(super) fn fail(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
        self.writer = None;
    }

    /// Writes a frame.
    pub(super) fn write(&mut self, sample: &SampleBuffer) -> Result<(), Failure> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.write(sample).map_err(|error| failure(&error))?;
        if let Some(hashes) = &mut self.hashes {
            hashes.take(sample)?;
        }
        self.statistics.count(sample);
        self.progress.show(self.statistics.frames, self.statistics.bytes);
        Ok(())
    }

    /// Frames written so far.
    pub(super) fn frames(&self) -> u64 {
        self.statistics.frames
    }

    /// What went wrong, once.
    pub(super) fn failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// Completes the files.
    pub(super) fn finish(self) -> Result<Statistics, Failure> {
        if let Some(writer) = self.writer {
            writer.finish().map_err(|error| failure(&error))?;
        }
        if let Some(hashes) = self.hashes {
            hashes.finish()?;
        }
        Ok(self.statistics)
    }
}

/// The failure behind an error of a writer: nobody reads the pipe any more, or it went wrong.
pub(super) fn failure(error: &container::Error) -> Failure {
    let broken_pipe = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    let mut cause = error.source();
    while let Some(current) = cause {
        if current.downcast_ref::<io::Error>().is_some_and(broken_pipe) {
            return Failure::BrokenPipe;
        }
        cause = current.source();
    }
    Failure::Failed(error.to_string())
}
