//! `vitascope convert`: pictures through a pixel transfer and a rotation session into a file.

mod format;
mod pattern;
mod png;
mod png_color;
mod raw;
mod settings;
mod sink;
mod source;
mod steps;

use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use vitascope::core::PixelFormat;
use vitascope::session::PixelTransferSession;

use crate::arguments::Convert;
use crate::failure::Failure;
use crate::input::is_standard_stream;
use crate::interrupt::Interrupt;
use crate::logger;
use format::OutputKind;
use pattern::Pattern;
use sink::Sink;
use source::Source;
use steps::{StepError, Steps};

/// Runs the subcommand.
pub(crate) fn run(arguments: &Convert) -> Result<(), Failure> {
    let kind = OutputKind::of(&arguments.output)?;
    let turn = settings::turn(arguments);
    let transfer = PixelTransferSession::new();
    settings::apply(&transfer, arguments)?;
    distinct(arguments)?;
    let interrupt = Interrupt::install()?;
    let mut source = Source::open(arguments)?;
    let started = Instant::now();
    let progress = progress(arguments);
    // The output exists before the first picture is made, so that a place that cannot be written fails at once.
    let frame_rate = arguments.input_frame_rate.map(|rate| rate.0).or(source.frame_rate());
    let mut sink = Sink::create(&arguments.output, kind, frame_rate)?;
    let steps = Steps::new(transfer, turn)?;

    let mut frames = 0;
    let mut shape = None;
    while arguments.frames.is_none_or(|limit| frames < limit) {
        let Some(picture) = source.next_frame(&interrupt)? else { break };
        let target = settings::target(arguments, kind, &picture)?;
        let result = steps.run(&picture, &target).map_err(|error| match error {
            StepError::Buffer(failure) => failure,
            StepError::Session(error) => {
                Failure::failed(format!("{}, picture {frames}", source.name()), error)
            }
        })?;
        sink.write(&result)?;
        shape = Some((result.width(), result.height(), result.format()));
        frames += 1;
        progress.set_position(frames);
    }
    progress.finish_and_clear();
    interrupt.check()?;
    let Some((width, height, format)) = shape else {
        return Err(Failure::failed(source.name(), "holds no pictures"));
    };
    let bytes = sink.finish()?;
    let seconds = started.elapsed().as_secs_f64();
    let to_stdout = is_standard_stream(&arguments.output);
    if arguments.json {
        let summary = json!({
            "output": arguments.output.display().to_string(),
            "frames": frames,
            "width": width,
            "height": height,
            "pixel_format": format.to_string().trim_matches('\''),
            "bytes": bytes,
            "elapsed_seconds": seconds,
        });
        // Standard output holds the pictures then.
        if to_stdout {
            eprintln!("{summary:#}");
            return Ok(());
        }
        return crate::output::print_json(&summary);
    }
    if !arguments.quiet {
        let speed = frames as f64 / seconds;
        let noun = if frames == 1 { "frame" } else { "frames" };
        let name = PixelFormat::find(format).map_or("", |row| row.name);
        eprintln!("{frames} {noun}, {width}x{height} {format} ({name}), {bytes} bytes, {speed:.1} fps");
    }
    Ok(())
}

/// Refuses to write over the source.
fn distinct(arguments: &Convert) -> Result<(), Failure> {
    let (input, output) = (&arguments.input, &arguments.output);
    if is_standard_stream(input) || is_standard_stream(output) || output.starts_with("/dev") {
        return Ok(());
    }
    let resolved =
        |path: &std::path::Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    if let Some(pattern) = Pattern::parse(output)
        && pattern.names(input)
    {
        return Err(Failure::Usage(format!(
            "{} is one of the files {} names: input and output must differ",
            input.display(),
            output.display()
        )));
    }
    if resolved(input) == resolved(output) {
        let name = output.display();
        return Err(Failure::Usage(format!("{name} is named twice: input and output must differ")));
    }
    Ok(())
}

/// Frames done and speed, on a terminal.
fn progress(arguments: &Convert) -> ProgressBar {
    // indicatif hides the bar by itself when standard error is not a terminal.
    let target = if arguments.quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(arguments.frames, target);
    if let Ok(style) = ProgressStyle::with_template("{spinner} frame {pos}, {per_sec}") {
        bar.set_style(style);
    }
    logger::share_terminal_with(&bar);
    bar
}
