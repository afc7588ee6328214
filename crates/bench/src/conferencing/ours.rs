//! A low-latency session.

use std::sync::mpsc::channel;
use std::time::Instant;

use vitascope_bits::length_prefixed;
use vitascope_core::{Dictionary, PixelBuffer};
use vitascope_h264::format::parameter_set;
use vitascope_session::{CompressionSession, codec, key};

use super::{Coded, Options, Tuning};
use crate::clip::Clip;
use crate::processor::processor_seconds;

pub(super) fn encode(clip: &Clip, frames: usize, rate: u32, options: &Options) -> Result<Coded, String> {
    let fail = |error: vitascope_session::Error| error.to_string();
    let (sender, outputs) = channel();
    let session = CompressionSession::builder(clip.width as i32, clip.height as i32, codec::H264)
        .encoder_specification(Dictionary::new().with("EnableLowLatencyRateControl", true))
        .output_handler(move |output| {
            let _ = sender.send((output.sample, Instant::now()));
        })
        .build()
        .map_err(fail)?;
    let mut settings = Dictionary::new()
        .with(key::AVERAGE_BIT_RATE, i64::from(rate))
        .with(key::EXPECTED_FRAME_RATE, clip.frames_per_second())
        .with(key::VITASCOPE_THREAD_COUNT, i64::from(options.threads));
    if let Some(effort) = options.effort {
        settings = settings.with(key::VITASCOPE_EFFORT, i64::from(effort));
    }
    if options.tune == Tuning::Psnr {
        settings = settings.with(key::SPATIAL_ADAPTIVE_QP_LEVEL, 0i64);
    }
    session.set_properties(&settings).map_err(fail)?;
    session.prepare_to_encode_frames().map_err(fail)?;
    let mut coded = Coded { stream: Vec::new(), sizes: Vec::new(), latencies: Vec::new(), seconds: 0.0 };
    let camera = PixelBuffer::new(clip.width, clip.height, clip.picture(0).format());
    let camera = camera.map_err(|error| error.to_string())?;
    for index in 0..frames {
        // The samples have just been written, as they have for the others.
        clip.copy(index, &camera)?;
        let (before, given) = (processor_seconds(), Instant::now());
        clip.feed_as(&session, index, &camera)?;
        let (sample, at) = outputs.recv().map_err(|error| error.to_string())?;
        if index > 0 {
            coded.seconds += processor_seconds() - before;
        }
        coded.latencies.push(1000.0 * at.duration_since(given).as_secs_f64());
        let sample = sample.map_err(fail)?.ok_or("a frame was dropped")?;
        let begin = coded.stream.len();
        if let (true, Some(format)) = (sample.is_sync(), sample.format()) {
            for set in (0..2).filter_map(|set| parameter_set(format, set).ok()) {
                coded.stream.extend([0, 0, 0, 1]);
                coded.stream.extend(set);
            }
        }
        let data = sample.data().map(|data| data.to_vec()).unwrap_or_default();
        coded.stream.extend(length_prefixed::to_annex_b(&data, 4).map_err(|error| error.to_string())?);
        coded.sizes.push(coded.stream.len() - begin);
    }
    Ok(coded)
}
