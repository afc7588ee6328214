//! Any number of threads gives the same bytes, whatever happens between the frames.

use std::collections::HashSet;
use std::thread;
use std::time::{Duration, Instant};

use vitascope_core::{PixelBuffer, Time, format};
use vitascope_h264::encode::{
    EncodedFrame, Encoder, EncoderConfig, FrameInput, RateControl, RateLimits, Update,
};

/// Large enough for threads to help in the lookahead.
const WIDTH: usize = 208;
const HEIGHT: usize = 144;

fn config(effort: u8, threads: usize) -> EncoderConfig {
    EncoderConfig {
        width: WIDTH as u32,
        height: HEIGHT as u32,
        frame_rate: Some(25.0),
        effort,
        threads,
        lookahead_frames: Some(8),
        ..EncoderConfig::default()
    }
}

/// Texture that moves at several speeds; another one from frame 23 on.
fn picture(frame: usize) -> PixelBuffer {
    let buffer = PixelBuffer::new(WIDTH, HEIGHT, format::YUV420_PLANAR).unwrap();
    let mut pixels = buffer.write().unwrap();
    for y in 0..HEIGHT {
        for (x, sample) in pixels.row_mut(0, y)[..WIDTH].iter_mut().enumerate() {
            let moved = x + frame * (1 + y / 48);
            let (a, b) = if frame < 23 { (7, 13) } else { (5, 3) };
            *sample = ((moved * a + y * b + (moved / 9) * (y / 7) * 11) % 200 + 20) as u8;
        }
    }
    drop(pixels);
    buffer
}

fn input(frame: u64) -> FrameInput {
    FrameInput {
        token: frame,
        presentation_time: Time::new(frame as i64, 25),
        duration: Time::new(1, 25),
        messages: Vec::new(),
        force_key_frame: frame == 17,
        force_long_term_refresh: false,
        base_qp: None,
    }
}

/// What is done before a frame is submitted.
fn before(encoder: &mut Encoder, frame: u64) {
    let updates = match frame {
        6 => vec![Update::RateControl(RateControl::AverageBitRate(300_000))],
        11 => vec![Update::FrameRate(50.0), Update::KeyFrames { max_interval: 12, max_duration: None }],
        19 => vec![Update::RateLimits(RateLimits { max_qp: 34, ..RateLimits::default() })],
        26 => vec![Update::RateControl(RateControl::ConstantQuality(0.4)), Update::FrameRate(25.0)],
        31 => vec![Update::AllowTemporalCompression(false)],
        33 => vec![Update::AllowTemporalCompression(true)],
        _ => Vec::new(),
    };
    updates.into_iter().for_each(|update| encoder.update(update).unwrap());
    if [3, 14, 15, 29].contains(&frame) {
        encoder.flush().unwrap();
    }
}

fn stream(
    effort: u8,
    threads: usize,
    frames: u64,
    take: impl Fn(&mut Encoder) -> Vec<EncodedFrame>,
) -> Vec<(u64, Vec<u8>)> {
    let mut encoder = Encoder::new(config(effort, threads)).unwrap();
    let mut coded = Vec::new();
    for frame in 0..frames {
        before(&mut encoder, frame);
        encoder.submit(&picture(frame as usize), input(frame)).unwrap();
        coded.extend(take(&mut encoder));
    }
    encoder.flush().unwrap();
    coded.extend(std::iter::from_fn(|| encoder.receive()));
    assert_eq!(encoder.pending(), 0);
    coded.into_iter().map(|frame| (frame.token, frame.data)).collect()
}

#[test]
fn updates_and_flushes_take_effect_at_the_same_frame() {
    // The efforts of the presets, and the least.
    for effort in [0, 2, 5, 8] {
        let frames = 38;
        let one = stream(effort, 1, frames, |encoder| std::iter::from_fn(|| encoder.receive()).collect());
        assert_eq!(one.iter().map(|(token, _)| *token).collect::<HashSet<_>>().len() as u64, frames);
        for threads in 2..=4 {
            let many = stream(effort, threads, frames, |encoder| encoder.receive().into_iter().collect());
            assert!(one == many, "effort {effort}, {threads} threads");
        }
        // Who takes pictures as early as they can be had, as a session does that has nothing else to do.
        let eager = stream(effort, 3, frames, |encoder| {
            std::iter::from_fn(|| encoder.receive_waiting().unwrap()).collect()
        });
        assert!(one == eager, "effort {effort}, waiting for pictures");
    }
}

#[test]
fn an_encoder_can_be_dropped_at_any_moment() {
    for frames in [1, 2, 5, 9, 12, 20] {
        let start = Instant::now();
        let mut encoder = Encoder::new(config(5, 3)).unwrap();
        for frame in 0..frames {
            encoder.submit(&picture(frame as usize), input(frame)).unwrap();
        }
        let waits = thread::spawn(move || drop(encoder));
        while !waits.is_finished() {
            assert!(start.elapsed() < Duration::from_secs(60), "{frames} frames: it hangs");
            thread::sleep(Duration::from_millis(1));
        }
        waits.join().unwrap();
    }
}
