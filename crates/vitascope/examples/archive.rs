//! An archive: the best quality there is, interlaced pictures marked as such, in a file that is there whole or not at all.
//!
//! ```text
//! cargo run --release --package vitascope --example archive -- INPUT.y4m OUTPUT.mp4
//! ```

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::sync::mpsc;

use vitascope::container::y4m::{Interlacing, Reader};
use vitascope::container::{OutputKind, SampleWriter, create_writer};
use vitascope::prelude::*;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, input, output] = &arguments[..] else { return Err("usage: INPUT.y4m OUTPUT.mp4".into()) };
    run(input.as_ref(), output.as_ref())
}

/// Encodes `input` into the MP4 file `output`.
pub(crate) fn run(input: &Path, output: &Path) -> Result<(), Box<dyn Error>> {
    let mut frames = Reader::new(File::open(input)?)?;
    let (width, height) = (frames.header().width as i32, frames.header().height as i32);
    let (outputs, encoded) = mpsc::channel();
    let session = CompressionSession::builder(width, height, codec::H264)
        .output_handler(move |output| drop(outputs.send(output.sample)))
        .build()?;
    session.set_property(key::QUALITY, 1.0)?;
    let order = match frames.header().interlacing {
        Some(Interlacing::TopFieldFirst) => Some("TemporalTopFirst"),
        Some(Interlacing::BottomFieldFirst) => Some("TemporalBottomFirst"),
        _ => None,
    };
    if let Some(order) = order {
        session.set_property(key::FIELD_COUNT, 2)?;
        session.set_property(key::FIELD_DETAIL, order)?;
    }

    // The file gets its name when the writer is told to finish. After an error or an interrupt there is none, and one that was
    // there before still is.
    let mut writer = create_writer(output, OutputKind::Mp4)?;
    for number in 0.. {
        let Some(picture) = frames.next_frame()? else { break };
        let time = frames.frame_time(number);
        session.encode_frame(&picture, time, frames.frame_duration(), &FrameOptions::new(), number)?;
        write_all(&encoded, writer.as_mut())?;
        if number % 100 == 99 {
            eprintln!("{} frames, {:.1} s", number + 1, time.seconds());
        }
    }
    session.complete_frames(Time::INDEFINITE)?;
    write_all(&encoded, writer.as_mut())?;
    writer.finish()?;
    Ok(())
}

/// Writes what has come out so far.
fn write_all(
    encoded: &mpsc::Receiver<Result<Option<SampleBuffer>, vitascope::session::Error>>,
    writer: &mut dyn SampleWriter,
) -> Result<(), Box<dyn Error>> {
    for sample in encoded.try_iter() {
        // No frame is dropped, as RealTime is not set.
        if let Some(sample) = sample? {
            writer.write(&sample)?;
        }
    }
    Ok(())
}
