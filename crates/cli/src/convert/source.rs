//! Pictures to convert, read ahead on a thread of their own.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use vitascope::container::y4m::{FrameRate, Reader};
use vitascope::core::{ColorInfo, PixelBuffer};

use super::format::ending;
use super::pattern::Pattern;
use super::raw::RawReader;
use super::{png, settings};
use crate::arguments::Convert;
use crate::failure::Failure;
use crate::input::{Input, is_standard_stream};
use crate::interrupt::Interrupt;

/// Pictures that wait between the reader and the sessions.
const READ_AHEAD: usize = 2;

/// How often a wait for input looks for a signal.
const SIGNAL_POLL: Duration = Duration::from_millis(50);

/// Input that is being read.
pub(super) struct Source {
    name: String,
    frame_rate: Option<FrameRate>,
    pictures: Receiver<Result<PixelBuffer, Failure>>,
}

type Next = Box<dyn FnMut() -> Result<Option<PixelBuffer>, Failure> + Send>;

impl Source {
    /// Opens what the arguments name and begins to read ahead.
    pub(super) fn open(arguments: &Convert) -> Result<Source, Failure> {
        let path = &arguments.input;
        let color = settings::input_color(arguments)?;
        let raw = arguments.input_size.is_some() || arguments.input_format.is_some();
        let (name, frame_rate, mut next) = match ending(path).as_deref() {
            Some("png") if !is_standard_stream(path) => open_png(path)?,
            Some("raw" | "yuv") => open_raw(arguments)?,
            _ if raw => open_raw(arguments)?,
            _ => open_y4m(path)?,
        };
        let (sender, pictures) = sync_channel(READ_AHEAD);
        let read = move || {
            loop {
                let picture = match next() {
                    Ok(Some(picture)) => {
                        said(color, &picture);
                        Ok(picture)
                    }
                    Ok(None) => break,
                    Err(failure) => Err(failure),
                };
                let last = picture.is_err();
                // Nobody listens any more once enough pictures were read or converting failed.
                if sender.send(picture).is_err() || last {
                    break;
                }
            }
        };
        std::thread::Builder::new()
            .name("reader".into())
            .spawn(read)
            .map_err(|error| Failure::failed("thread for reading", error))?;
        Ok(Source { name, frame_rate, pictures })
    }

    /// What to call it in messages.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Pictures a second, if the input says.
    pub(super) fn frame_rate(&self) -> Option<FrameRate> {
        self.frame_rate
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

/// The user's word on the colours counts more than the file's.
fn said(color: ColorInfo, picture: &PixelBuffer) {
    if !color.is_empty() {
        color.or(ColorInfo::from_attachments(picture)).write_to(picture);
    }
}

fn open_y4m(path: &Path) -> Result<(String, Option<FrameRate>, Next), Failure> {
    let input = Input::open(path)?;
    let name = input.name().to_string();
    let mut reader = Reader::new(input).map_err(|error| Failure::failed(&name, error))?;
    let rate = Some(reader.frame_rate());
    let stream = name.clone();
    Ok((name, rate, Box::new(move || reader.next_frame().map_err(|error| Failure::failed(&stream, error)))))
}

fn open_raw(arguments: &Convert) -> Result<(String, Option<FrameRate>, Next), Failure> {
    let (Some(size), Some(format)) = (arguments.input_size, arguments.input_format) else {
        return Err(Failure::Usage(format!(
            "{}: raw input needs --input-size WxH and --input-format FOURCC",
            arguments.input.display()
        )));
    };
    let input = Input::open(&arguments.input)?;
    let name = input.name().to_string();
    let input = BufReader::with_capacity(1 << 18, input);
    let mut reader = RawReader { input, name: name.clone(), size: size.0, format, frames: 0 };
    Ok((name, None, Box::new(move || reader.next_frame())))
}

/// One PNG file, or those of a pattern from number 0 or 1 up to the first that is missing.
fn open_png(path: &Path) -> Result<(String, Option<FrameRate>, Next), Failure> {
    let name = path.display().to_string();
    let Some(pattern) = Pattern::parse(path).filter(|_| !path.exists()) else {
        let mut first = Some(path.to_path_buf());
        return Ok((name, None, Box::new(move || first.take().map(|path| read_png(&path)).transpose())));
    };
    let start = (0..=1).find(|number| pattern.path(*number).exists());
    let Some(mut number) = start else {
        let (zero, one) = (pattern.path(0), pattern.path(1));
        let why = format!("there is neither {} nor {}", zero.display(), one.display());
        return Err(Failure::failed(&name, why));
    };
    let next = move || {
        let path = pattern.path(number);
        number += 1;
        if path.exists() { read_png(&path).map(Some) } else { Ok(None) }
    };
    Ok((name, None, Box::new(next)))
}

fn read_png(path: &Path) -> Result<PixelBuffer, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::failed(path.display(), why);
    let file = File::open(path).map_err(|error| failed(&error))?;
    png::read(BufReader::new(file)).map_err(|error| failed(&error))
}
