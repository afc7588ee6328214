//! Moving pictures whose difficulty changes: calm, busy, noise, and cuts between them.
#![allow(dead_code, unreachable_pub)] // each test file uses another part

use vitascope_core::{PixelBuffer, Time, format};
use vitascope_h264::encode::{EncodedFrame, Encoder, EncoderConfig, FrameInput};

pub const WIDTH: usize = 160;
pub const HEIGHT: usize = 96;

/// Pictures of one kind last so long.
const SCENE: u64 = 14;

pub fn picture(number: u64) -> PixelBuffer {
    picture_of(number, SCENE)
}

/// A picture where scenes last so long.
pub fn picture_of(number: u64, length: u64) -> PixelBuffer {
    let buffer = PixelBuffer::new(WIDTH, HEIGHT, format::YUV420_PLANAR).unwrap();
    let scene = number / length;
    let (noise, speed) = [(2, 1), (20, 3), (6, 0), (48, 2), (0, 5)][scene as usize % 5];
    let mut random = number * 7919 + 1;
    let mut guard = buffer.write().unwrap();
    for plane in 0..3 {
        let (width, height) = if plane == 0 { (WIDTH, HEIGHT) } else { (WIDTH / 2, HEIGHT / 2) };
        for y in 0..height {
            for (x, sample) in guard.row_mut(plane, y)[..width].iter_mut().enumerate() {
                random =
                    random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let (u, v) = (x as u64 + speed * number + 31 * scene, y as u64 + scene * 17);
                let texture = (u * u / 5 + 3 * v * v / 7 + u * v / 11) % 90;
                *sample = (50 + texture + (random >> 40) * noise / (1 << 24)).min(255) as u8;
            }
        }
    }
    drop(guard);
    buffer
}

/// When a frame is shown: evenly at 25 frames a second, or now and then with a gap.
pub fn time(number: u64, uneven: bool) -> Time {
    let gaps = if uneven { number / 9 * 3 + number / 4 } else { 0 };
    Time::new((number + gaps) as i64, 25)
}

/// Codes so many pictures.
pub fn encode(config: EncoderConfig, frames: u64, uneven: bool) -> (Encoder, Vec<EncodedFrame>) {
    encode_with(config, frames, uneven, |_, _| {})
}

/// Codes so many pictures; before each something may be changed.
pub fn encode_with(
    config: EncoderConfig,
    frames: u64,
    uneven: bool,
    change: impl FnMut(&mut Encoder, u64),
) -> (Encoder, Vec<EncodedFrame>) {
    encode_scenes(config, frames, SCENE, uneven, change)
}

/// The same where scenes last so long.
pub fn encode_scenes(
    config: EncoderConfig,
    frames: u64,
    length: u64,
    uneven: bool,
    mut change: impl FnMut(&mut Encoder, u64),
) -> (Encoder, Vec<EncodedFrame>) {
    let config = EncoderConfig { width: WIDTH as u32, height: HEIGHT as u32, ..config };
    let mut encoder = Encoder::new(config).unwrap();
    let mut coded = Vec::new();
    for number in 0..frames {
        change(&mut encoder, number);
        let input = FrameInput {
            token: number,
            presentation_time: time(number, uneven),
            duration: Time::INVALID,
            force_key_frame: number == 33,
            force_long_term_refresh: false,
            messages: Vec::new(),
            base_qp: None,
        };
        encoder.submit(&picture_of(number, length), input).unwrap();
        coded.extend(std::iter::from_fn(|| encoder.receive()));
    }
    encoder.flush().unwrap();
    coded.extend(std::iter::from_fn(|| encoder.receive()));
    (encoder, coded)
}
