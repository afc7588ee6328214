//! A conference over a network that loses frames: low latency, two temporal layers, long-term references.
//!
//! ```text
//! cargo run --release --package vitascope --example conferencing -- INPUT.y4m RECEIVED.264
//! ```
//!
//! Every seventh frame is lost. When one that others depend on is, the sender hears of it a round trip later and sends a refresh,
//! which refers to nothing but the picture that the receiver acknowledged last. The receiver leaves out what refers to a lost
//! frame; RECEIVED.264 gets what it shows.

use std::error::Error;
use std::fs::File;
use std::path::Path;
use std::sync::mpsc;

use vitascope::container::y4m::Reader;
use vitascope::container::{OutputKind, create_writer};
use vitascope::prelude::*;
use vitascope::session::EncoderSpecification;

/// Frames until the sender hears of what has arrived, and what has not.
const ROUND_TRIP: u64 = 2;
const LOST_EVERY: u64 = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, input, received] = &arguments[..] else { return Err("usage: INPUT.y4m RECEIVED.264".into()) };
    run(input.as_ref(), received.as_ref())
}

/// Sends `input` over the network; the byte stream `received` gets what the receiver shows.
pub(crate) fn run(input: &Path, received: &Path) -> Result<(), Box<dyn Error>> {
    let mut frames = Reader::new(File::open(input)?)?;
    let (width, height) = (frames.header().width as i32, frames.header().height as i32);

    let (outputs, encoded) = mpsc::channel();
    let session = CompressionSession::builder(width, height, codec::H264)
        .encoder_specification(
            Dictionary::new().with(EncoderSpecification::ENABLE_LOW_LATENCY_RATE_CONTROL, true),
        )
        .output_handler(move |output| drop(outputs.send(output.sample)))
        .build()?;
    session.set_property(key::REAL_TIME, true)?;
    session.set_property(key::ENABLE_LTR, true)?;
    session.set_property(key::BASE_LAYER_FRAME_RATE_FRACTION, 0.5)?;
    session.set_property(key::AVERAGE_BIT_RATE, 300_000)?;

    let mut receiver = create_writer(received, OutputKind::AnnexB)?;
    let (mut shown, mut refreshes) = (0, 0);
    // What the sender will hear, and when: the last token that arrived, and whether a frame is missing.
    let (mut acknowledgement, mut refresh_due) = (None, None);
    let mut broken = false;
    for number in 0.. {
        let Some(picture) = frames.next_frame()? else { break };
        let refresh = refresh_due == Some(number);
        let tokens = acknowledgement.take_if(|(heard, _)| *heard <= number).map(|(_, token)| token);
        let options =
            FrameOptions::new().with_force_ltr_refresh(refresh).with_acknowledged_ltr_tokens(tokens);
        let time = frames.frame_time(number);
        session.encode_frame(&picture, time, frames.frame_duration(), &options, SourceReference::None)?;
        session.complete_frames(time)?;
        let Some(sample) = encoded.recv()?? else { continue };

        // The other end of the network.
        let marks = sample.sample_attachments(0)?;
        let is_base = marks.is_depended_on_by_others == Some(true);
        if refresh {
            (broken, refreshes) = (false, refreshes + 1);
        }
        if number % LOST_EVERY == LOST_EVERY - 1 && !refresh {
            if is_base && !broken {
                (broken, refresh_due) = (true, Some(number + ROUND_TRIP));
            }
        } else if !broken {
            receiver.write(&sample)?;
            shown += 1;
            if let Some(token) = marks.ltr_acknowledgement_token() {
                acknowledgement = Some((number + ROUND_TRIP, token));
            }
        }
    }
    receiver.finish()?;
    println!("{shown} of {} frames shown, {refreshes} refreshes", frames.frames_read());
    Ok(())
}
