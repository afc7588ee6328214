//! Moving pictures, and sessions of the real encoder over them.
#![allow(dead_code, unreachable_pub)] // each test file uses another part

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::mpsc::{Receiver, channel};

use vitascope_core::{Dictionary, FormatDescription, PixelBuffer, SampleBuffer, Time, Value, format};
use vitascope_h264::format::parameter_set;
use vitascope_h264::syntax::pps::Pps;
use vitascope_h264::syntax::sps::Sps;
use vitascope_session::{CompressionSession, EncodeOutput, FrameOptions, codec, key};

pub const WIDTH: usize = 96;
pub const HEIGHT: usize = 64;

/// A picture of a textured ground that moves, with a brighter square that moves against it.
pub fn picture(number: usize) -> PixelBuffer {
    picture_of(WIDTH, HEIGHT, number)
}

pub fn picture_of(width: usize, height: usize, number: usize) -> PixelBuffer {
    let buffer = PixelBuffer::new(width, height, format::YUV420_BIPLANAR_VIDEO).unwrap();
    let mut guard = buffer.write().unwrap();
    for y in 0..height {
        for (x, sample) in guard.row_mut(0, y).iter_mut().take(width).enumerate() {
            let (u, v) = (x + 2 * number, y + number);
            let texture = (u * u / 7 + 3 * v * v / 5 + u * v / 11) % 64;
            let inside = (x + 60 - number % 40) % 60 < 16 && y % 48 > 24;
            *sample = (60 + texture + if inside { 70 } else { 0 }) as u8;
        }
    }
    for y in 0..height.div_ceil(2) {
        for (x, sample) in guard.row_mut(1, y).iter_mut().enumerate() {
            *sample = (110 + (x / 8 + y / 4 + number) % 32) as u8;
        }
    }
    drop(guard);
    buffer
}

/// The properties whose effects `h264_metadata.rs` tests.
pub const METADATA_PROPERTIES: [&str; 8] = [
    key::OUTPUT_BIT_DEPTH,
    key::CALCULATE_MEAN_SQUARED_ERROR,
    key::GAMMA_LEVEL,
    key::MASTERING_DISPLAY_COLOR_VOLUME,
    key::CONTENT_LIGHT_LEVEL_INFO,
    key::FIELD_COUNT,
    key::FIELD_DETAIL,
    key::USING_GPU_REGISTRY_ID,
];

/// Properties whose effects are tested in `h264_tools.rs`.
pub const TOOL_PROPERTIES: [&str; 3] =
    [key::VITASCOPE_PSYCHOVISUAL_STRENGTH, key::VITASCOPE_DIRECT_PREDICTION, key::VITASCOPE_MONOCHROME];

/// Properties whose effects are tested in `h264_rate.rs`.
pub const RATE_PROPERTIES: [&str; 12] = [
    key::DATA_RATE_LIMITS,
    key::CONSTANT_BIT_RATE,
    key::VARIABLE_BIT_RATE,
    key::VBV_MAX_BIT_RATE,
    key::VBV_BUFFER_DURATION,
    key::VBV_INITIAL_DELAY_PERCENTAGE,
    key::MIN_ALLOWED_FRAME_QP,
    key::MAX_ALLOWED_FRAME_QP,
    key::SUPPORTS_BASE_FRAME_QP,
    key::MORE_FRAMES_BEFORE_START,
    key::MORE_FRAMES_AFTER_END,
    key::ESTIMATED_AVERAGE_BYTES_PER_FRAME,
];

/// A stream, taken apart.
pub struct Stream {
    pub samples: Vec<SampleBuffer>,
}

impl Stream {
    pub fn format(&self) -> FormatDescription {
        self.samples[0].format().unwrap().clone()
    }

    pub fn sps(&self) -> Sps {
        Sps::from_nal_unit(parameter_set(&self.format(), 0).unwrap()).unwrap()
    }

    pub fn pps(&self) -> Pps {
        Pps::from_nal_unit(parameter_set(&self.format(), 1).unwrap(), |_| Some(1)).unwrap()
    }

    pub fn bytes(&self) -> usize {
        self.samples.iter().map(|sample| sample.total_sample_size()).sum()
    }

    /// Length and hash of parameter sets and samples: equal for equal streams, and short when a test fails.
    pub fn fingerprint(&self) -> (usize, u64) {
        let mut all = parameter_set(&self.format(), 0).unwrap().to_vec();
        all.extend(parameter_set(&self.format(), 1).unwrap());
        all.extend(self.samples.iter().flat_map(|sample| sample.data().unwrap().to_vec()));
        let mut hasher = DefaultHasher::new();
        all.hash(&mut hasher);
        (all.len(), hasher.finish())
    }

    /// Numbers of the sync frames.
    pub fn sync_frames(&self) -> Vec<usize> {
        (0..self.samples.len()).filter(|number| self.samples[*number].is_sync()).collect()
    }
}

/// The time of a frame at 30 frames per second.
pub fn at(number: usize) -> Time {
    Time::new(number as i64, 30)
}

/// A session of the real encoder, with settings, whose outputs go into a channel.
pub fn session(settings: &Dictionary) -> (CompressionSession, Receiver<EncodeOutput>) {
    session_of(WIDTH, HEIGHT, settings)
}

pub fn session_of(
    width: usize,
    height: usize,
    settings: &Dictionary,
) -> (CompressionSession, Receiver<EncodeOutput>) {
    specified_session(width, height, Dictionary::new(), settings)
}

/// A session with EnableLowLatencyRateControl.
pub fn low_latency_session(
    width: usize,
    height: usize,
    settings: &Dictionary,
) -> (CompressionSession, Receiver<EncodeOutput>) {
    specified_session(width, height, with("EnableLowLatencyRateControl", true), settings)
}

fn specified_session(
    width: usize,
    height: usize,
    specification: Dictionary,
    settings: &Dictionary,
) -> (CompressionSession, Receiver<EncodeOutput>) {
    let (sender, outputs) = channel();
    let session = CompressionSession::builder(width as i32, height as i32, codec::H264)
        .encoder_specification(specification)
        .output_handler(move |output| {
            // The test may have seen enough.
            let _ = sender.send(output);
        })
        .build()
        .unwrap();
    session.set_properties(settings).unwrap();
    (session, outputs)
}

pub fn give(session: &CompressionSession, number: usize) {
    give_picture(session, &picture(number), number);
}

pub fn give_picture(session: &CompressionSession, picture: &PixelBuffer, number: usize) {
    session.encode_frame(picture, at(number), Time::new(1, 30), &FrameOptions::new(), number as u64).unwrap();
}

/// The stream of what a session has given out.
pub fn collect(outputs: &Receiver<EncodeOutput>) -> Stream {
    Stream {
        samples: outputs
            .try_iter()
            .map(|output| output.sample.unwrap().expect("no frame is dropped"))
            .collect(),
    }
}

/// Codes the first pictures with settings.
pub fn encode(settings: &Dictionary, frames: usize) -> Stream {
    let (session, outputs) = session(settings);
    for number in 0..frames {
        give(&session, number);
    }
    session.complete_frames(Time::INVALID).unwrap();
    collect(&outputs)
}

/// One setting.
pub fn with(key: &str, value: impl Into<Value>) -> Dictionary {
    Dictionary::new().with(key, value)
}
