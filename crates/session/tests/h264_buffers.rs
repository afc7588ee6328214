//! Sessions with a decoder's buffer over a real clip, judged by the hypothetical reference decoder.

mod clip;

use clip::{Stream, collect, session_of, with};
use vitascope_core::{Dictionary, PixelBuffer, Time, format};
use vitascope_h264::format::parameter_set;
use vitascope_h264::reference_decoder;
use vitascope_session::{FrameOptions, key};

const WIDTH: usize = 320;
const HEIGHT: usize = 180;

/// The pictures of the clip in the repository.
fn pictures() -> Vec<PixelBuffer> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/bunny_320x180.y4m");
    let file = std::fs::read(path).unwrap();
    let header = file.iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let picture = |frame: &[u8]| {
        let buffer = PixelBuffer::new(WIDTH, HEIGHT, format::YUV420_PLANAR).unwrap();
        let mut guard = buffer.write().unwrap();
        let mut rest = &frame[b"FRAME\n".len()..];
        for plane in 0..3 {
            let half = usize::from(plane > 0);
            for y in 0..HEIGHT >> half {
                let row;
                (row, rest) = rest.split_at(WIDTH >> half);
                guard.row_mut(plane, y)[..row.len()].copy_from_slice(row);
            }
        }
        drop(guard);
        buffer
    };
    file[header..].chunks(6 + WIDTH * HEIGHT * 3 / 2).map(picture).collect()
}

fn encode(pictures: &[PixelBuffer], settings: &Dictionary) -> Stream {
    let (session, outputs) = session_of(WIDTH, HEIGHT, settings);
    for (number, picture) in pictures.iter().enumerate() {
        let time = Time::new(number as i64, 25);
        session.encode_frame(picture, time, Time::new(1, 25), &FrameOptions::new(), 0).unwrap();
    }
    session.complete_frames(Time::INVALID).unwrap();
    collect(&outputs)
}

#[test]
fn real_pictures_keep_to_the_buffer() {
    let pictures = pictures();
    for (effort, key_interval) in [(2, 0), (5, 12)] {
        for (seconds, rate) in [(0.3, 60_000), (0.3, 400_000), (1.0, 150_000), (2.0, 150_000)] {
            let buffer = with(key::VBV_BUFFER_DURATION, seconds)
                .with(key::EXPECTED_FRAME_RATE, 25)
                .with(key::MAX_KEY_FRAME_INTERVAL, key_interval)
                .with(key::VITASCOPE_EFFORT, effort);
            let constant = buffer.clone().with(key::CONSTANT_BIT_RATE, rate);
            let variable =
                buffer.with(key::VARIABLE_BIT_RATE, rate).with(key::VBV_MAX_BIT_RATE, rate * 3 / 2);
            for settings in [constant, variable] {
                let stream = encode(&pictures, &settings);
                let format = stream.format();
                let set = |index| parameter_set(&format, index).unwrap().to_vec();
                let units: Vec<_> =
                    stream.samples.iter().map(|sample| sample.data().unwrap().to_vec()).collect();
                reference_decoder::check(&set(0), &set(1), units.iter().map(|unit| &unit[..]))
                    .unwrap_or_else(|violation| panic!("{settings:?}: {violation}"));
            }
        }
    }
}
