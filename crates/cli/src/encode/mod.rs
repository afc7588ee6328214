//! `vitascope encode`: a clip through a compression session into a file.

mod hashes;
mod passes;
mod progress;
mod settings;
mod sink;
mod source;
mod summary;

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use vitascope::container::{self, AtomicFile, OutputKind};
use vitascope::core::{Dictionary, Time, TimeRange};
use vitascope::session::{CompressionSession, EncodeOutput, FrameOptions};

use crate::arguments::Encode;
use crate::codec;
use crate::failure::Failure;
use crate::input::is_standard_stream;
use crate::interrupt::Interrupt;
use crate::logger;
use crate::plot::{self, PlotFormat, PlotFrame};
use passes::Passes;
use progress::Progress;
use sink::Sink;
use source::Source;
use summary::Summary;

/// Runs the subcommand.
pub(crate) fn run(arguments: &Encode) -> Result<(), Failure> {
    let codec = codec::find(&arguments.codec)?;
    let kind = output_kind(&arguments.output)?;
    let settings = settings::parse(arguments, &codec)?;
    distinct_files(arguments)?;
    let passes = Passes::new(arguments)?;
    let plot = arguments.plot.as_deref().map(Plot::create).transpose()?;
    let interrupt = Interrupt::install()?;
    let mut source = interrupt.may_end(|| Source::open(&arguments.input))?;
    source.warn_of_what_is_lost();
    let started = Instant::now();
    let (name, frame_duration) = (source.name().to_string(), source.frame_duration());
    let progress = match &passes {
        None => Progress::new(arguments.quiet, source.expected_frames(arguments.frames), frame_duration),
        Some(_) => Progress::hidden(),
    };

    // The writer exists before the first frame is coded, so that a place that cannot be written fails at once.
    let create = || container::create_writer(&arguments.output, kind);
    let in_place = std::fs::metadata(&arguments.output).is_ok_and(|found| !found.is_file());
    let writer = if in_place { interrupt.may_end(create) } else { create() };
    let writer = writer.map_err(|error| sink::failure(&error))?;
    let sink = Sink::new(writer, arguments, source.frame_duration(), progress.clone())?;
    let sink = Arc::new(Mutex::new(sink));
    let session =
        open_session(&source, codec.codec_type, arguments.low_latency, Arc::clone(&sink), passes.clone())?;
    settings::apply(&session, &settings, &source)?;
    let handle = session.downgrade();
    interrupt.on_signal(move || {
        if let Some(session) = handle.upgrade() {
            session.invalidate();
        }
    });

    let outcome = match &passes {
        None => feed(&session, &mut source, arguments, &sink, &interrupt, &[]),
        Some(passes) => passes.run(&session, source, arguments, &sink, &interrupt),
    };
    session.invalidate();
    // The writer removes its unfinished file when it goes.
    let sink = std::mem::replace(&mut *lock(&sink), Sink::closed());
    progress.finish();
    interrupt.check()?;
    outcome?;
    if sink.frames() == 0 {
        return Err(Failure::failed(name, "holds no frames"));
    }
    let statistics = sink.finish()?;
    let frames = statistics.plot_frames();
    let summary = Summary::new(statistics, frame_duration, &arguments.output, started.elapsed());
    if let Some(plot) = plot {
        let name = arguments.output.file_name().unwrap_or_default().to_string_lossy();
        plot.finish(&format!("{name}: {}", summary.line()), &frames, frame_duration.seconds())?;
    }
    if arguments.json {
        summary.print_json(is_standard_stream(&arguments.output))
    } else {
        if !arguments.quiet {
            eprintln!("{}", summary.line());
        }
        Ok(())
    }
}

/// Refuses to write over the source, one output over the other, or into a file named `-` where a person means standard output.
fn distinct_files(arguments: &Encode) -> Result<(), Failure> {
    let resolved = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let (hashes, plot) = (arguments.hashes.as_deref(), arguments.plot.as_deref());
    for (option, path) in [("--hashes", hashes), ("--plot", plot)] {
        if path.is_some_and(is_standard_stream) {
            return Err(Failure::Usage(format!(
                "{option} -: the name of a file is accepted, not standard output"
            )));
        }
    }
    let files: Vec<_> = [Some(arguments.input.as_path()), Some(arguments.output.as_path()), hashes, plot]
        .into_iter()
        .flatten()
        .filter(|path| !is_standard_stream(path) && !path.starts_with("/dev"))
        .collect();
    for (i, path) in files.iter().enumerate() {
        if files[..i].iter().any(|other| resolved(other) == resolved(path)) {
            return Err(Failure::Usage(format!(
                "{} is named twice: input and outputs must differ",
                path.display()
            )));
        }
    }
    Ok(())
}

/// A plot that will be drawn at the end; its file is opened at the beginning, so that a place that cannot be written fails at once.
struct Plot {
    format: PlotFormat,
    file: AtomicFile,
}

impl Plot {
    fn create(path: &Path) -> Result<Self, Failure> {
        let format = PlotFormat::of(path)?;
        let file = AtomicFile::create(path).map_err(|error| sink::failure(&error))?;
        Ok(Plot { format, file })
    }

    fn finish(mut self, title: &str, frames: &[PlotFrame], frame_seconds: f64) -> Result<(), Failure> {
        let picture = plot::render(self.format, title, frames, frame_seconds)?;
        let path = self.file.path().display().to_string();
        self.file.write_all(&picture).map_err(|error| Failure::failed(path, error))?;
        self.file.commit().map_err(|error| sink::failure(&error))
    }
}

fn output_kind(path: &Path) -> Result<OutputKind, Failure> {
    if is_standard_stream(path) {
        return Ok(OutputKind::AnnexB);
    }
    match OutputKind::from_path(path) {
        Ok(kind) if kind != OutputKind::Y4m => Ok(kind),
        _ => Err(Failure::Usage(format!(
            "{}: encode writes .mp4 .m4v .mov .264 .h264 by ending, or - for standard output",
            path.display()
        ))),
    }
}

fn open_session(
    source: &Source,
    codec: vitascope::core::FourCc,
    low_latency: bool,
    sink: Arc<Mutex<Sink>>,
    passes: Option<Arc<Passes>>,
) -> Result<CompressionSession, Failure> {
    let header = source.header();
    let side = |side: usize| i32::try_from(side).unwrap_or(i32::MAX);
    let handler = move |output: EncodeOutput| match &passes {
        None => lock(&sink).take(output),
        Some(passes) => passes.take(output, &sink),
    };
    logger::without_echo(|| {
        CompressionSession::builder(side(header.width), side(header.height), codec)
            .encoder_specification(Dictionary::new().with("EnableLowLatencyRateControl", low_latency))
            .output_handler(handler)
            .build()
    })
    .map_err(|error| Failure::failed(source.name(), error))
}

fn feed(
    session: &CompressionSession,
    source: &mut Source,
    arguments: &Encode,
    sink: &Mutex<Sink>,
    interrupt: &Interrupt,
    ranges: &[TimeRange],
) -> Result<(), Failure> {
    // After a failed write or a signal the session is invalid; what made it so is the better message.
    let explain = |error: vitascope::session::Error, name: &str| {
        interrupt
            .check()
            .err()
            .or_else(|| lock(sink).failure())
            .unwrap_or_else(|| Failure::failed(name, error))
    };
    let (duration, mut index) = (source.frame_duration(), 0);
    while arguments.frames.is_none_or(|limit| index < limit) {
        let Some(picture) = source.next_frame(interrupt)? else { break };
        let time = source.frame_time(index);
        if !ranges.is_empty() && !ranges.iter().any(|range| range.contains(time)) {
            index += 1;
            continue;
        }
        let options = FrameOptions::new().with_force_key_frame(arguments.force_key_frames.contains(&index));
        logger::without_echo(|| session.encode_frame(&picture, time, duration, &options, index))
            .map_err(|error| explain(error, source.name()))?;
        if let Some(failure) = lock(sink).failure() {
            return Err(failure);
        }
        index += 1;
    }
    logger::without_echo(|| session.complete_frames(Time::INVALID))
        .map_err(|error| explain(error, source.name()))?;
    let beyond: Vec<_> =
        arguments.force_key_frames.iter().filter(|frame| **frame >= index).map(u64::to_string).collect();
    if !beyond.is_empty() && ranges.is_empty() {
        log::warn!("--force-key-frames {}: there are {index} frames only", beyond.join(","));
    }
    lock(sink).failure().map_or(Ok(()), Err)
}

/// A panic while the sink was held has been reported by the session; the sink's failure says the rest.
fn lock(sink: &Mutex<Sink>) -> MutexGuard<'_, Sink> {
    sink.lock().unwrap_or_else(PoisonError::into_inner)
}
