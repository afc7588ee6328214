//! `--passes`: the input is read several times, and samples wait in a silo until the last pass is done.

use std::sync::{Arc, Mutex};

use vitascope::core::TimeRange;
use vitascope::session::{
    CompressionSession, EncodeOutput, FrameSilo, MultiPassStorage, MultiPassStorageOptions, key,
};

use super::progress::Progress;
use super::sink::Sink;
use super::source::Source;
use super::{feed, lock};
use crate::arguments::Encode;
use crate::failure::Failure;
use crate::input::is_standard_stream;
use crate::interrupt::Interrupt;
use crate::logger;

/// Samples between passes.
pub(super) struct Passes {
    silo: FrameSilo,
    storage: Arc<MultiPassStorage>,
}

impl Passes {
    /// What several passes need; `None` for one.
    pub(super) fn new(arguments: &Encode) -> Result<Option<Arc<Self>>, Failure> {
        if arguments.passes < 2 {
            return Ok(None);
        }
        let file = std::fs::metadata(&arguments.input);
        if is_standard_stream(&arguments.input) || file.is_ok_and(|file| !file.is_file()) {
            return Err(Failure::Usage(format!(
                "--passes {}: the input is read several times, so it must be a file, not {}",
                arguments.passes,
                if is_standard_stream(&arguments.input) { "standard input" } else { "a pipe or device" }
            )));
        }
        logger::without_echo(|| {
            let silo = FrameSilo::new(None, TimeRange::INVALID)?;
            let options = MultiPassStorageOptions::default();
            let storage = MultiPassStorage::new(None, TimeRange::INVALID, options)?;
            Ok(Some(Arc::new(Passes { silo, storage })))
        })
        .map_err(|error: vitascope::session::Error| Failure::Failed(error.to_string()))
    }

    /// Takes an output of the session.
    pub(super) fn take(&self, output: EncodeOutput, sink: &Mutex<Sink>) {
        let time = output.presentation_time.seconds();
        let outcome = match output.sample {
            Ok(Some(sample)) => {
                lock(sink).count(&sample);
                logger::without_echo(|| self.silo.add_sample_buffer(&sample))
            }
            // No frame is dropped without a clock.
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            lock(sink).fail(Failure::failed(format!("frame at {time} s"), error));
        }
    }

    /// Runs the passes, each with a progress bar of its own, and writes the samples.
    pub(super) fn run(
        &self,
        session: &CompressionSession,
        mut source: Source,
        arguments: &Encode,
        sink: &Mutex<Sink>,
        interrupt: &Interrupt,
    ) -> Result<(), Failure> {
        let fail = |error: vitascope::session::Error| {
            let explained = interrupt.check().err().or_else(|| lock(sink).failure());
            explained.unwrap_or_else(|| Failure::Failed(error.to_string()))
        };
        logger::without_echo(|| session.set_property(key::MULTI_PASS_STORAGE, self.storage.to_value()))
            .map_err(fail)?;
        let mut ranges: Arc<[TimeRange]> = Arc::default();
        for number in 1..=arguments.passes {
            if number > 1 {
                source = Source::open(&arguments.input)?;
            }
            let frames =
                source.expected_frames(arguments.frames).filter(|_| ranges.is_empty() || number == 2);
            let label = format!("pass {number} of {}", arguments.passes);
            let progress = Progress::new(arguments.quiet, frames, source.frame_duration()).labelled(&label);
            lock(sink).begin_pass(progress.clone());
            let is_final = number == arguments.passes;
            let pass = logger::without_echo(|| session.begin_pass(is_final)).map_err(fail).and_then(|()| {
                feed(session, &mut source, arguments, sink, interrupt, &ranges)?;
                logger::without_echo(|| session.end_pass(true)).map_err(fail)
            });
            progress.finish();
            if !pass? {
                break;
            }
            ranges = session.time_ranges_for_next_pass().map_err(fail)?;
            self.silo.set_time_ranges_for_next_pass(&ranges).map_err(fail)?;
        }
        lock(sink).begin_pass(Progress::hidden());
        self.silo.for_each_sample_buffer(TimeRange::INVALID, |sample| {
            interrupt.check()?;
            lock(sink).write(sample)
        })
    }
}
