//! OpenH264 as its authors set it for conversations.

use std::time::Instant;

use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, IntraFramePeriod, RateControlMode, UsageType,
};
use openh264::formats::YUVSlices;

use super::{Coded, Options, Tuning};
use crate::clip::Clip;
use crate::processor::processor_seconds;

/// More than most pictures have, so that there are few more slices than threads.
const SLICE_BYTES: u32 = 50_000;

/// At the complexity that its binding for Rust has when nothing is said.
pub(super) fn encode(clip: &Clip, frames: usize, rate: u32, options: &Options) -> Result<Coded, String> {
    encode_at(Complexity::Medium, clip, frames, rate, options)
}

/// At the complexity that the library itself has when nothing is said, its lowest.
pub(super) fn encode_quickly(
    clip: &Clip,
    frames: usize,
    rate: u32,
    options: &Options,
) -> Result<Coded, String> {
    encode_at(Complexity::Low, clip, frames, rate, options)
}

fn encode_at(
    complexity: Complexity,
    clip: &Clip,
    frames: usize,
    rate: u32,
    options: &Options,
) -> Result<Coded, String> {
    let fail = |error: openh264::Error| error.to_string();
    let config = EncoderConfig::new()
        .bitrate(BitRate::from_bps(rate))
        .max_frame_rate(FrameRate::from_hz(clip.frames_per_second() as f32))
        .rate_control_mode(RateControlMode::Bitrate)
        .usage_type(UsageType::CameraVideoRealTime)
        .complexity(complexity)
        .skip_frames(false)
        .scene_change_detect(false)
        .adaptive_quantization(options.tune != Tuning::Psnr)
        .intra_frame_period(IntraFramePeriod::from_num_frames(100_000))
        .num_threads(options.threads.max(1));
    // Its threads share the slices of a picture; one slice would be coded by one thread.
    let config = if options.threads > 1 { config.max_slice_len(SLICE_BYTES) } else { config };
    let mut encoder = Encoder::with_api_config(OpenH264API::from_source(), config).map_err(fail)?;
    let mut coded = Coded { stream: Vec::new(), sizes: Vec::new(), latencies: Vec::new(), seconds: 0.0 };
    let (width, height) = (clip.width, clip.height);
    let chroma = (width.div_ceil(2), height.div_ceil(2));
    let mut samples = Vec::new();
    for index in 0..frames {
        samples.clear();
        clip.samples(index, &mut samples)?;
        let (y, rest) = samples.split_at(width * height);
        let (u, v) = rest.split_at(chroma.0 * chroma.1);
        let source = YUVSlices::new((y, u, v), (width, height), (width, chroma.0, chroma.0));
        let (before, given) = (processor_seconds(), Instant::now());
        let bytes = encoder.encode(&source).map_err(fail)?.to_vec();
        coded.latencies.push(1000.0 * given.elapsed().as_secs_f64());
        if index > 0 {
            coded.seconds += processor_seconds() - before;
        }
        coded.sizes.push(bytes.len());
        coded.stream.extend(bytes);
    }
    Ok(coded)
}
