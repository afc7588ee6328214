//! Low latency with an average bit rate: no frame bursts, whatever it shows.
//!
//! The mean that a frame is held against is its share: what the rate gives it for the time that it is shown, of the bits and
//! frames of its layer where there are two.

use vitascope_core::{PixelBuffer, Time, format};
use vitascope_h264::encode::{
    BaseLayer, EncodedFrame, Encoder, EncoderConfig, EntropyMode, FrameInput, RateControl,
};

const WIDTH: usize = 320;
const HEIGHT: usize = 192;
const FRAMES: usize = 110;
const FRAMES_PER_SECOND: usize = 30;

/// Most of an ordinary frame, in shares.
const MOST: f64 = 1.5;

fn hash(value: usize) -> usize {
    ((value as u32).wrapping_mul(0x9e37_79b1) >> 8) as usize
}

/// A scene that moves a little, and what is hard to foresee: noise, flashes, haste, cuts, and cuts of all these.
fn picture(frame: usize) -> PixelBuffer {
    let buffer = PixelBuffer::new(WIDTH, HEIGHT, format::YUV420_PLANAR).unwrap();
    let mut pixels = buffer.write().unwrap();
    let scene = match frame {
        0..70 => 0,
        70..90 => 1 + (frame - 70) / 4,
        _ => frame,
    };
    let noise = match frame {
        20..24 | 97 => 200,
        40 => 60,
        _ => 4,
    };
    let light = match frame {
        30 | 45 | 46 => 120,
        33 => -40,
        _ => 0,
    };
    let haste = if frame >= 52 { 23 * (frame - 52).min(8) } else { 0 };
    for plane in 0..3 {
        let half = usize::from(plane > 0);
        for y in 0..HEIGHT >> half {
            for (x, sample) in pixels.row_mut(plane, y)[..WIDTH >> half].iter_mut().enumerate() {
                let (at_x, at_y) = (((x << half) + frame / 2 + haste) / 3, ((y << half) + haste / 2) / 3);
                let texture =
                    hash(at_x / 4 + at_y / 5 * 331 + scene * 7919) % 90 + hash(at_x + at_y * 331) % 40;
                let grain = hash((frame * HEIGHT + y) * WIDTH + x + plane) % (noise + 1);
                *sample = (40 + texture as i32 + light + grain as i32 - noise as i32 / 2).clamp(0, 255) as u8;
            }
        }
    }
    drop(pixels);
    buffer
}

fn low_latency(bits_per_second: u32) -> EncoderConfig {
    EncoderConfig {
        width: WIDTH as u32,
        height: HEIGHT as u32,
        frame_rate: Some(FRAMES_PER_SECOND as f64),
        low_latency: true,
        effort: 2,
        threads: 2,
        rate_control: RateControl::AverageBitRate(bits_per_second),
        ..EncoderConfig::default()
    }
}

fn encode(config: EncoderConfig) -> Vec<EncodedFrame> {
    let mut encoder = Encoder::new(config).unwrap();
    let long_term = encoder.config().long_term_references;
    let mut all = Vec::new();
    for number in 0..FRAMES {
        let input = FrameInput {
            token: number as u64,
            presentation_time: Time::new(number as i64, FRAMES_PER_SECOND as i32),
            duration: Time::new(1, FRAMES_PER_SECOND as i32),
            messages: Vec::new(),
            force_key_frame: false,
            // From a reference that has little in common with the frame.
            force_long_term_refresh: long_term && (number == 60 || number == 92),
            base_qp: None,
        };
        encoder.submit(&picture(number), input).unwrap();
        let frame = encoder.receive().unwrap();
        // Some receivers are slow.
        frame
            .long_term_token
            .filter(|_| number < 50)
            .into_iter()
            .for_each(|token| encoder.acknowledge(token));
        all.push(frame);
    }
    all
}

/// Encodes the scenes and holds every frame but the key frames against its share; `shares` are those of references and of
/// others, in those of the whole rate.
/// Where slices have a limit, they keep to it.
fn check(config: EncoderConfig, shares: [f64; 2]) {
    let max_slice_bytes = match config.max_slice_bytes {
        0 => usize::MAX,
        bytes => bytes as usize,
    };
    let RateControl::AverageBitRate(rate) = config.rate_control else { unreachable!("low_latency sets one") };
    let what = format!("{config:?}");
    let frames = encode(config);
    let mean = f64::from(rate) / 8.0 / FRAMES_PER_SECOND as f64;
    let mut keys = 0;
    for frame in &frames {
        let mut rest = frame.data.as_slice();
        while let Some((length, tail)) = rest.split_first_chunk() {
            let length = u32::from_be_bytes(*length) as usize;
            assert!(length <= max_slice_bytes, "frame {} has a slice of {length}: {what}", frame.token);
            rest = &tail[length..];
        }
        if frame.is_sync {
            keys += 1;
            continue;
        }
        let parts = frame.data.len() as f64 / (mean * shares[usize::from(!frame.is_reference)]);
        assert!(parts <= MOST, "frame {} takes {parts:.2} of its share: {what}", frame.token);
    }
    assert_eq!(keys, 1, "{what}");
}

#[test]
fn no_frame_bursts_whatever_it_shows() {
    // From what hardly suffices for anything to what suffices for all of it but noise.
    for rate in [60_000, 250_000, 1_000_000, 3_000_000] {
        check(low_latency(rate), [1.0; 2]);
    }
}

#[test]
fn nor_does_one_with_other_tools() {
    let rate = 250_000;
    check(EncoderConfig { entropy: Some(EntropyMode::Cavlc), ..low_latency(rate) }, [1.0; 2]);
    check(EncoderConfig { max_slice_bytes: 700, ..low_latency(rate) }, [1.0; 2]);
    check(EncoderConfig { effort: 0, ..low_latency(rate) }, [1.0; 2]);
    check(EncoderConfig { effort: 7, ..low_latency(rate) }, [1.0; 2]);
    check(EncoderConfig { long_term_references: true, reference_frames: 4, ..low_latency(rate) }, [1.0; 2]);
}

#[test]
fn nor_does_one_of_a_layer() {
    // Every other frame is of the base layer, which gets 0.7 of the bits.
    let layers = EncoderConfig {
        base_layer: Some(BaseLayer::Fraction(0.5)),
        base_layer_bit_rate_fraction: Some(0.7),
        ..low_latency(400_000)
    };
    check(layers, [1.4, 0.6]);
}
