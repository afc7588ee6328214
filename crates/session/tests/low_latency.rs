//! Sessions with EnableLowLatencyRateControl: each frame comes out before the next goes in.

mod clip;

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use clip::{HEIGHT, WIDTH, at, picture, with};
use vitascope_core::{Dictionary, Time};
use vitascope_session::{CompressionSession, EncodeOutput, FrameOptions, codec, key};

/// A low-latency session with settings.
fn session(settings: &Dictionary) -> (CompressionSession, Receiver<EncodeOutput>) {
    let (sender, outputs) = channel();
    let session = CompressionSession::builder(WIDTH as i32, HEIGHT as i32, codec::H264)
        .encoder_specification(with("EnableLowLatencyRateControl", true))
        .output_handler(move |output| drop(sender.send(output)))
        .build()
        .unwrap();
    session.set_properties(settings).unwrap();
    (session, outputs)
}

#[test]
fn every_frame_comes_out_by_itself_and_in_order() {
    for settings in
        [Dictionary::new(), with(key::AVERAGE_BIT_RATE, 200_000), with(key::VITASCOPE_THREAD_COUNT, 4)]
    {
        let (session, outputs) = session(&settings);
        for number in 0..20 {
            session
                .encode_frame(
                    &picture(number),
                    at(number),
                    Time::new(1, 30),
                    &FrameOptions::new(),
                    number as u64,
                )
                .unwrap();
            // No later frame, and no completion, is needed.
            let output =
                outputs.recv_timeout(Duration::from_secs(20)).expect("the frame does not wait for another");
            let sample = output.sample.unwrap().unwrap();
            assert_eq!((output.presentation_time, sample.decode_time()), (at(number), at(number)));
        }
    }
}

#[test]
fn sync_frames_stand_only_where_they_are_asked_for() {
    let (session, outputs) = session(&Dictionary::new());
    let mut sync = Vec::new();
    for number in 0..300 {
        // Another scene at frame 100.
        let picture = picture(if number < 100 { number } else { 7 * number + 1000 });
        let options = FrameOptions::new().with_force_key_frame(number == 40);
        session.encode_frame(&picture, at(number), Time::new(1, 30), &options, 0).unwrap();
        if outputs.recv().unwrap().sample.unwrap().unwrap().is_sync() {
            sync.push(number);
        }
    }
    assert_eq!(sync, [0, 40]);
}
