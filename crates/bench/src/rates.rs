//! Bit rates and their limits over real pictures.

use std::path::PathBuf;
use std::sync::mpsc::channel;

use clap::ValueEnum;
use vitascope_core::{Dictionary, Time, Value};
use vitascope_session::{CompressionSession, codec, key};

use crate::clip::Clip;

/// Which measurements to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// AverageBitRate
    Averages,
    /// DataRateLimits
    Limits,
}

/// Bits per pixel of the rates.
const RATES: [f64; 3] = [0.04, 0.1, 0.25];
/// Distance from an average that is too far.
const ALLOWED_ERROR: f64 = 0.02;

/// Limits: each allows a multiple of the mean rate in some seconds.
const LIMITS: [&[(f64, f64)]; 5] =
    [&[(1.0, 1.0)], &[(1.5, 0.2)], &[(1.0, 2.5)], &[(1.3, 0.5), (1.0, 2.0)], &[(2.0, 0.1), (1.1, 1.0)]];
/// The mean rate of the limits, in bits per pixel, and the quality that they hold down.
const LIMITED_RATE: f64 = 0.08;
const LIMITED_QUALITY: f64 = 0.75;

/// A coded frame: when it is decoded, and its bytes with parameter sets.
struct Frame {
    time: f64,
    bytes: usize,
}

/// Prints one line for each measurement; fails where a rate or a limit is not kept.
pub(crate) fn run(
    paths: &[PathBuf],
    seconds: f64,
    effort: Option<u8>,
    only: Option<Part>,
) -> Result<(), String> {
    let mut broken = 0;
    for path in paths {
        let clip = Clip::load(path, usize::MAX)?;
        let frames = ((clip.frames_per_second() * seconds).round() as usize).max(2);
        let pixels_per_second = (clip.width * clip.height) as f64 * clip.frames_per_second();
        let encode = |settings: Dictionary| encode(&clip, frames, settings, effort);
        for rate in RATES.iter().filter(|_| only != Some(Part::Limits)) {
            let asked = (rate * pixels_per_second) as i64;
            let coded = encode(Dictionary::new().with(key::AVERAGE_BIT_RATE, asked))?;
            let bits = 8.0 * coded.iter().map(|frame| frame.bytes).sum::<usize>() as f64;
            let error = bits * clip.frames_per_second() / frames as f64 / asked as f64 - 1.0;
            let missed = error.abs() > ALLOWED_ERROR;
            println!("{}\tAverageBitRate {asked}\t{:+.2} %{}", clip.name, 100.0 * error, mark(missed));
            broken += usize::from(missed);
        }
        for limits in LIMITS.iter().filter(|_| only != Some(Part::Averages)) {
            let bytes_per_second = LIMITED_RATE * pixels_per_second / 8.0;
            let limits: Vec<(i64, f64)> = limits
                .iter()
                .map(|(part, seconds)| ((part * seconds * bytes_per_second) as i64, *seconds))
                .collect();
            let values: Vec<Value> = limits
                .iter()
                .flat_map(|(bytes, seconds)| [Value::from(*bytes), Value::from(*seconds)])
                .collect();
            let settings = Dictionary::new()
                .with(key::DATA_RATE_LIMITS, Value::from(values))
                .with(key::QUALITY, LIMITED_QUALITY);
            let coded = encode(settings)?;
            for (bytes, seconds) in limits {
                let (fullest, over) = windows(&coded, bytes as usize, seconds);
                println!(
                    "{}\t{bytes} bytes in {seconds} s\tfullest window {:.3}, {over} too full{}",
                    clip.name,
                    fullest as f64 / bytes as f64,
                    mark(over > 0)
                );
                broken += usize::from(over > 0);
            }
        }
    }
    if broken > 0 { Err(format!("{broken} rates or limits were not kept")) } else { Ok(()) }
}

fn mark(missed: bool) -> &'static str {
    if missed { "\tMISSED" } else { "" }
}

/// The bytes of the fullest window of so many seconds that begins at a frame, and how many have more than allowed.
fn windows(frames: &[Frame], allowed: usize, seconds: f64) -> (usize, usize) {
    let sums = (0..frames.len()).map(|first| {
        let end = frames[first].time + seconds - 1e-9;
        frames[first..].iter().take_while(|frame| frame.time < end).map(|frame| frame.bytes).sum::<usize>()
    });
    sums.fold((0, 0), |(fullest, over), sum| (fullest.max(sum), over + usize::from(sum > allowed)))
}

fn encode(
    clip: &Clip,
    frames: usize,
    settings: Dictionary,
    effort: Option<u8>,
) -> Result<Vec<Frame>, String> {
    let fail = |error: vitascope_session::Error| error.to_string();
    let (sender, outputs) = channel();
    let session = CompressionSession::builder(clip.width as i32, clip.height as i32, codec::H264)
        .output_handler(move |output| {
            let _ = sender.send(output.sample);
        })
        .build()
        .map_err(fail)?;
    session.set_property(key::EXPECTED_FRAME_RATE, clip.frames_per_second()).map_err(fail)?;
    if let Some(effort) = effort {
        session.set_property(key::VITASCOPE_EFFORT, i64::from(effort)).map_err(fail)?;
    }
    session.set_properties(&settings).map_err(fail)?;
    for index in 0..frames {
        clip.feed(&session, index)?;
    }
    session.complete_frames(Time::INVALID).map_err(fail)?;
    let mut coded = Vec::with_capacity(frames);
    for sample in outputs.try_iter() {
        let sample = sample.map_err(fail)?.ok_or("a frame was dropped")?;
        let sets = sample.format().filter(|_| sample.is_sync()).map_or(0, |format| {
            let set = |set| vitascope_h264::format::parameter_set(format, set).map_or(0, |set| set.len() + 4);
            set(0) + set(1)
        });
        let time = sample.decode_time().seconds();
        coded.push(Frame { time, bytes: sample.total_sample_size() + sets });
    }
    Ok(coded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_their_beginning_and_not_their_end() {
        let frames: Vec<Frame> =
            [5, 9, 1, 2].iter().enumerate().map(|(i, &bytes)| Frame { time: i as f64, bytes }).collect();
        assert_eq!(windows(&frames, 13, 2.0), (14, 1));
        assert_eq!(windows(&frames, 14, 2.0), (14, 0));
        assert_eq!(windows(&frames, 14, 2.5), (15, 1));
    }
}
