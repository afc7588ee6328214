//! A live stream: a decoder's buffer that fills at a constant rate, a key frame every two seconds, captions, colours and light
//! levels of HDR, and a rate that falls on the way.
//!
//! ```text
//! cargo run --release --package vitascope --example live -- INPUT.y4m OUTPUT.264
//! ```

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::sync::mpsc;
use std::thread;

use vitascope::container::y4m::Reader;
use vitascope::container::{OutputKind, create_writer};
use vitascope::core::AttachmentMode;
use vitascope::prelude::*;
use vitascope::session::CLOSED_CAPTIONS;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, input, output] = &arguments[..] else { return Err("usage: INPUT.y4m OUTPUT.264".into()) };
    run(input.as_ref(), output.as_ref())
}

/// Streams `input` into the byte stream `output`.
pub(crate) fn run(input: &Path, output: &Path) -> Result<(), Box<dyn Error>> {
    let mut frames = Reader::new(File::open(input)?)?;
    let (width, height) = (frames.header().width as i32, frames.header().height as i32);

    // Writing has a thread of its own: a slow network holds back the session's callbacks otherwise.
    let (outputs, encoded) = mpsc::channel::<EncodeOutput>();
    let mut writer = create_writer(output, OutputKind::AnnexB)?;
    let network = thread::spawn(move || -> Result<u64, String> {
        let mut bytes = 0;
        for output in encoded {
            let Some(sample) = output.sample.map_err(|error| error.to_string())? else { continue };
            bytes += sample.total_sample_size() as u64;
            writer.write(&sample).map_err(|error| error.to_string())?;
        }
        writer.finish().map_err(|error| error.to_string())?;
        Ok(bytes)
    });

    let session = CompressionSession::builder(width, height, codec::H264)
        .output_handler(move |output| drop(outputs.send(output)))
        .build()?;
    let settings = Dictionary::new()
        .with(key::PROFILE_LEVEL, "H264_High_AutoLevel")
        .with(key::EXPECTED_FRAME_RATE, frames.frame_rate().frames_per_second())
        // As ConstantBitRate, but without filler data, and the rate may change on the way.
        .with(key::VARIABLE_BIT_RATE, 2_000_000)
        .with(key::VBV_MAX_BIT_RATE, 2_000_000)
        .with(key::VBV_BUFFER_DURATION, 1.0)
        .with(key::MAX_KEY_FRAME_INTERVAL_DURATION, 2.0)
        .with(key::COLOR_PRIMARIES, "ITU_R_2020")
        .with(key::TRANSFER_FUNCTION, "SMPTE_ST_2084_PQ")
        .with(key::YCBCR_MATRIX, "ITU_R_2020")
        .with(
            key::CONTENT_LIGHT_LEVEL_INFO,
            Value::data([1000u16.to_be_bytes(), 400u16.to_be_bytes()].concat()),
        );
    session.set_properties(&settings)?;

    for number in 0.. {
        let Some(picture) = frames.next_frame()? else { break };
        // Two characters of the first field: "He", with odd parity (CTA-608).
        let captions = [0xfc, 0xc8, 0xe5];
        picture.set_attachment(CLOSED_CAPTIONS, Value::data(captions), AttachmentMode::ShouldPropagate);
        if number == 60 {
            session.set_property(key::VARIABLE_BIT_RATE, 1_000_000)?;
        }
        let time = frames.frame_time(number);
        session.encode_frame(
            &picture,
            time,
            frames.frame_duration(),
            &FrameOptions::new(),
            SourceReference::None,
        )?;
    }
    session.complete_frames(Time::INDEFINITE)?;
    // The handler goes with the session, and with it the sending end of the channel.
    drop(session);
    let bytes = network.join().map_err(|_| "the writing thread panicked")??;
    println!("{} frames, {bytes} bytes", frames.frames_read());
    Ok(())
}
