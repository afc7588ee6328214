//! Every preset gives the same stream with any number of threads.

mod clip;

use clip::{Stream, at, collect, give_picture, low_latency_session, picture_of, session_of};
use vitascope_core::{Dictionary, PixelBuffer, Time};
use vitascope_session::{FrameOptions, key};

/// Of pictures large enough for threads to share their rows and what comes before them.
const SIZE: (usize, usize) = (256, 272);
const FRAMES: usize = 16;

/// Moving texture; noise comes over a part of it, and another scene begins.
fn picture(number: usize) -> PixelBuffer {
    let buffer = picture_of(SIZE.0, SIZE.1, if number < 9 { number } else { 5 * number + 700 });
    let mut pixels = buffer.write().unwrap();
    for y in 0..SIZE.1 {
        let row = &mut pixels.row_mut(0, y)[..SIZE.0 / 2];
        for (x, sample) in row.iter_mut().enumerate().filter(|_| number % 3 == 1) {
            let place = (number * SIZE.1 + y) * SIZE.0 + x;
            *sample += ((place as u32).wrapping_mul(0x9e37_79b1) >> 28) as u8;
        }
    }
    drop(pixels);
    buffer
}

/// The settings of a preset.
fn preset(name: &str) -> Dictionary {
    let (session, _) = session_of(SIZE.0, SIZE.1, &Dictionary::new());
    let presets = session.property(key::SUPPORTED_PRESET_DICTIONARIES).unwrap();
    let presets = presets.as_dictionary().unwrap();
    assert_eq!(presets.iter().count(), 5);
    presets.get(name).unwrap().as_dictionary().unwrap().clone()
}

fn stream(settings: &Dictionary, threads: i64) -> Stream {
    let settings = settings.clone().with(key::VITASCOPE_THREAD_COUNT, threads);
    let (session, outputs) = session_of(SIZE.0, SIZE.1, &settings);
    (0..FRAMES).for_each(|number| give_picture(&session, &picture(number), number));
    session.complete_frames(Time::INVALID).unwrap();
    collect(&outputs)
}

/// One frame at a time.
fn conversation(settings: &Dictionary, threads: i64) -> Stream {
    let settings = settings.clone().with(key::VITASCOPE_THREAD_COUNT, threads);
    let (session, outputs) = low_latency_session(SIZE.0, SIZE.1, &settings);
    let sample = |number| {
        let options = FrameOptions::new().with_force_key_frame(number == 6);
        session.encode_frame(&picture(number), at(number), Time::new(1, 30), &options, 0).unwrap();
        outputs.recv().unwrap().sample.unwrap().expect("no frame is dropped")
    };
    Stream { samples: (0..FRAMES).map(sample).collect() }
}

fn check(what: &str, code: impl Fn(i64) -> Stream) -> (usize, u64) {
    let alone = code(1);
    assert_eq!(alone.samples.len(), FRAMES);
    for threads in 2..=4 {
        assert_eq!(alone.fingerprint(), code(threads).fingerprint(), "{what} with {threads} threads");
    }
    alone.fingerprint()
}

#[test]
fn high_speed() {
    check("HighSpeed", |threads| stream(&preset("HighSpeed"), threads));
}

#[test]
fn balanced() {
    let settings = preset("Balanced");
    check("Balanced", |threads| stream(&settings, threads));
    let rate = settings.with(key::AVERAGE_BIT_RATE, 900_000);
    check("Balanced with a bit rate", |threads| stream(&rate, threads));
}

#[test]
fn high_quality() {
    check("HighQuality", |threads| stream(&preset("HighQuality"), threads));
}

#[test]
fn consistent_quality() {
    let settings = preset("ConsistentQuality");
    let usual = check("ConsistentQuality", |threads| stream(&settings, threads));
    let finer = settings.with(key::QUALITY, 0.8);
    assert_ne!(usual, check("ConsistentQuality, finer", |threads| stream(&finer, threads)));
}

#[test]
fn video_conferencing() {
    let settings = preset("VideoConferencing");
    check("VideoConferencing", |threads| stream(&settings, threads));
    let rate = settings.with(key::AVERAGE_BIT_RATE, 900_000).with(key::EXPECTED_FRAME_RATE, 30.0);
    check("a conversation", |threads| conversation(&rate, threads));
    // Rows of slices of limited size go one at a time; what comes before them is shared all the same.
    let packets = rate.clone().with(key::MAX_H264_SLICE_BYTES, 1100);
    check("a conversation in packets", |threads| conversation(&packets, threads));
    let layers = rate.with(key::BASE_LAYER_FRAME_RATE_FRACTION, 0.5);
    check("a conversation in layers", |threads| conversation(&layers, threads));
}
