//! Rows of one picture on several threads: the stream is the same whoever does them.

use vitascope_core::{PixelBuffer, Time, format};
use vitascope_h264::encode::{
    BaseLayer, EncodedFrame, Encoder, EncoderConfig, EntropyMode, FrameInput, RateControl,
};

const WIDTH: usize = 176;
const HEIGHT: usize = 320;

/// Texture that moves, with a part that moves otherwise and noise that comes and goes.
fn picture(frame: usize) -> PixelBuffer {
    let buffer = PixelBuffer::new(WIDTH, HEIGHT, format::YUV420_PLANAR).unwrap();
    let mut pixels = buffer.write().unwrap();
    for plane in 0..3 {
        let (width, height) = if plane == 0 { (WIDTH, HEIGHT) } else { (WIDTH / 2, HEIGHT / 2) };
        for y in 0..height {
            for (x, sample) in pixels.row_mut(plane, y)[..width].iter_mut().enumerate() {
                let shift = if x / 50 % 2 == 0 { 2 * frame } else { 90 + frame / 2 };
                let (x, y) = (x + shift, y + frame);
                let noise = ((x * 7919 + y * 104_729) as u32).wrapping_mul(2_654_435_761) >> 25;
                let noise = if frame % 6 == 4 { noise } else { noise / 6 };
                *sample = (40 + (x / 9 * 31 + y / 7 * 57) % 11 * 9 + noise as usize) as u8;
            }
        }
    }
    drop(pixels);
    buffer
}

fn encode(config: EncoderConfig, threads: usize) -> Vec<EncodedFrame> {
    let config = EncoderConfig {
        width: WIDTH as u32,
        height: HEIGHT as u32,
        frame_rate: Some(25.0),
        threads,
        report_reconstruction: true,
        ..config
    };
    let mut encoder = Encoder::new(config).unwrap();
    let mut out: Vec<EncodedFrame> = Vec::new();
    for frame in 0..14 {
        let input = FrameInput {
            token: frame as u64,
            presentation_time: Time::new(frame as i64, 25),
            duration: Time::new(1, 25),
            messages: Vec::new(),
            force_key_frame: frame == 8,
            force_long_term_refresh: frame == 11,
            base_qp: None,
        };
        encoder.submit(&picture(frame), input).unwrap();
        while let Some(frame) = encoder.receive() {
            frame.long_term_token.into_iter().for_each(|token| encoder.acknowledge(token));
            out.push(frame);
        }
    }
    encoder.flush().unwrap();
    out.extend(std::iter::from_fn(|| encoder.receive()));
    assert_eq!(out.len(), 14);
    out
}

/// Gives the coded bytes with one thread.
fn check(config: &EncoderConfig) -> usize {
    let alone = encode(config.clone(), 1);
    for threads in 2..=4 {
        let shared = encode(config.clone(), threads);
        let difference = alone.iter().zip(&shared).find(|(a, b)| a != b).map(|(a, _)| a.token);
        assert_eq!(difference, None, "{threads} threads, {config:?}");
    }
    alone.iter().map(|frame| frame.data.len()).sum()
}

fn low_latency() -> EncoderConfig {
    let rate_control = RateControl::AverageBitRate(600_000);
    EncoderConfig { low_latency: true, effort: 2, rate_control, ..EncoderConfig::default() }
}

#[test]
fn low_latency_pictures_do_not_depend_on_threads() {
    check(&low_latency());
    check(&EncoderConfig { entropy: Some(EntropyMode::Cavlc), ..low_latency() });
    check(&EncoderConfig { max_slice_bytes: 300, ..low_latency() });
    check(&EncoderConfig { long_term_references: true, reference_frames: 3, ..low_latency() });
    check(&EncoderConfig { base_layer: Some(BaseLayer::Fraction(0.5)), ..low_latency() });
    check(&EncoderConfig { effort: 7, ..low_latency() });
}

#[test]
fn pictures_that_are_coded_again_do_not_depend_on_threads() {
    // At rates that no quantiser reaches: attempts are repeated, and macroblocks left out in the end.
    for bits in [15_000, 60_000] {
        let rate_control = RateControl::AverageBitRate(bits);
        check(&EncoderConfig { rate_control, ..low_latency() });
        check(&EncoderConfig { rate_control, entropy: Some(EntropyMode::Cavlc), ..low_latency() });
    }
}

#[test]
fn overlapping_pictures_do_not_depend_on_threads() {
    for effort in [0, 2, 5, 6, 8] {
        let rate_control = RateControl::ConstantQuality(0.5);
        check(&EncoderConfig { effort, rate_control, ..EncoderConfig::default() });
    }
    // Macroblocks of bare samples.
    let rate_control = RateControl::ConstantQuality(1.0);
    check(&EncoderConfig { effort: 3, rate_control, ..EncoderConfig::default() });
}
