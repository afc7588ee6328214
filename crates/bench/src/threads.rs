//! What more threads are worth: the same session on one thread and on several.

use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::Instant;

use vitascope_core::{Dictionary, Time, Value};
use vitascope_session::{CompressionSession, EncoderSpecification, codec, key};

use crate::clip::Clip;
use crate::processor::processor_seconds;

/// What to measure, and on what.
#[derive(Debug, clap::Args)]
#[command(after_long_help = EXPLANATION)]
pub(crate) struct Options {
    /// y4m files; their pictures are in memory before anything is measured
    #[arg(required = true)]
    clips: Vec<PathBuf>,
    /// Threads to compare with one
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(2..=64))]
    threads: u16,
    /// Presets
    #[arg(long, value_delimiter = ',', default_value = "HighSpeed,Balanced,HighQuality")]
    presets: Vec<String>,
    /// Sessions with low-latency rate control, at a twentieth of a bit for each sample of luma; a preset is chosen all the same
    #[arg(long)]
    low_latency: bool,
    /// At most so many frames of each clip
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..))]
    frames: Option<u32>,
    /// Rounds, in each of which one thread and several take turns
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=100))]
    rounds: u16,
}

const EXPLANATION: &str = "\
Columns: clip, preset, frames; seconds by the clock on one thread and on several, and how often the latter goes into the former; \
processor seconds of both, and by which factor they grow; processors that were busy on average with one thread and with several. \
Times are from opening a session until its last callback, the least of all rounds; a session of one thread has further ones \
for its callbacks. \
On a machine that does other things at the same time the clock says little: then the factor by which processor time \
grows is what counts. It is an error when the bytes are not the same at both.";

/// One encoding.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    elapsed: f64,
    processor: f64,
    /// Of all bytes.
    checksum: u64,
}

/// Prints one line for each clip and preset; fails where bytes differ.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    println!(
        "clip\tpreset\tframes\tclock 1\tclock {n}\tratio\tprocessor 1\tprocessor {n}\tgrowth\tbusy 1\tbusy {n}",
        n = options.threads
    );
    for path in &options.clips {
        let limit = options.frames.map_or(usize::MAX, |frames| frames as usize);
        let clip = Clip::load(path, limit)?;
        let frames = clip.len().min(limit);
        for preset in &options.presets {
            let mut runs: [Vec<Run>; 2] = Default::default();
            for _ in 0..options.rounds {
                for (runs, threads) in runs.iter_mut().zip([1, options.threads]) {
                    runs.push(encode(&clip, frames, preset, threads, options.low_latency)?);
                }
            }
            let checksum = runs[0][0].checksum;
            if runs.iter().flatten().any(|run| run.checksum != checksum) {
                return Err(format!("{}, {preset}: the bytes depend on the number of threads", clip.name));
            }
            println!("{}\t{preset}\t{frames}\t{}", clip.name, columns(&runs));
        }
    }
    Ok(())
}

fn columns(runs: &[Vec<Run>; 2]) -> String {
    let least =
        |of: fn(&Run) -> f64| runs.each_ref().map(|runs| runs.iter().map(of).fold(f64::MAX, f64::min));
    let (clock, processor) = (least(|run| run.elapsed), least(|run| run.processor));
    let busy = [0, 1].map(|i| processor[i] / clock[i]);
    format!(
        "{:.3}\t{:.3}\t{:.2}\t{:.2}\t{:.2}\t{:.2}\t{:.2}\t{:.2}",
        clock[0],
        clock[1],
        clock[0] / clock[1],
        processor[0],
        processor[1],
        processor[1] / processor[0],
        busy[0],
        busy[1],
    )
}

fn encode(clip: &Clip, frames: usize, preset: &str, threads: u16, low_latency: bool) -> Result<Run, String> {
    let fail = |error: vitascope_session::Error| error.to_string();
    let (before, start) = (processor_seconds(), Instant::now());
    let (sender, outputs) = channel();
    let session = CompressionSession::builder(clip.width as i32, clip.height as i32, codec::H264)
        .encoder_specification(
            Dictionary::new().with(EncoderSpecification::ENABLE_LOW_LATENCY_RATE_CONTROL, low_latency),
        )
        .output_handler(move |output| {
            let _ = sender.send(output.sample);
        })
        .build()
        .map_err(fail)?;
    session.set_properties(&settings(&session, preset)?).map_err(fail)?;
    session.set_property(key::VITASCOPE_THREAD_COUNT, i64::from(threads)).map_err(fail)?;
    session.set_property(key::EXPECTED_FRAME_RATE, clip.frames_per_second()).map_err(fail)?;
    if low_latency {
        let samples = (clip.width * clip.height) as f64;
        let rate = BITS_PER_SAMPLE * samples * clip.frames_per_second();
        session.set_property(key::AVERAGE_BIT_RATE, rate as i64).map_err(fail)?;
    }
    for index in 0..frames {
        clip.feed(&session, index)?;
    }
    session.complete_frames(Time::INVALID).map_err(fail)?;
    let (elapsed, processor) = (start.elapsed().as_secs_f64(), processor_seconds() - before);
    let mut checksum = 0;
    for sample in outputs.try_iter() {
        let sample = sample.map_err(fail)?.ok_or("a frame was dropped")?;
        let data = sample.data().ok_or("a sample without data")?.to_vec();
        checksum = data.iter().fold(checksum, |sum, &byte| fnv(sum, byte));
    }
    Ok(Run { elapsed, processor, checksum })
}

/// Rate of low latency, for each sample of luma.
const BITS_PER_SAMPLE: f64 = 0.05;

/// What a preset stands for. Frames do not come by the clock here.
fn settings(session: &CompressionSession, preset: &str) -> Result<Dictionary, String> {
    let presets = session.property(key::SUPPORTED_PRESET_DICTIONARIES).map_err(|error| error.to_string())?;
    let presets = presets.as_dictionary().cloned().unwrap_or_default();
    match presets.get(preset).and_then(Value::as_dictionary) {
        Some(settings) => Ok(settings.clone().with(key::REAL_TIME, false)),
        None => {
            let names: Vec<&str> = presets.iter().map(|(name, _)| name).collect();
            Err(format!("preset {preset}: one of {} is accepted", names.join(", ")))
        }
    }
}

/// A step of the hash of Fowler, Noll and Vo.
fn fnv(sum: u64, byte: u8) -> u64 {
    (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_of_all_rounds_counts() {
        let run = |elapsed, processor| Run { elapsed, processor, checksum: 0 };
        let runs = [vec![run(2.0, 2.0), run(1.8, 2.2)], vec![run(1.0, 2.1), run(1.4, 2.6)]];
        assert_eq!(columns(&runs), "1.800\t1.000\t1.80\t2.00\t2.10\t1.05\t1.11\t2.10");
    }

    #[test]
    fn bytes_and_their_order_count() {
        let sum = |bytes: &[u8]| bytes.iter().fold(0, |sum, &byte| fnv(sum, byte));
        assert!(sum(&[1, 2]) != sum(&[2, 1]) && sum(&[1, 2]) != sum(&[1, 3]));
    }
}
