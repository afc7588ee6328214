//! Bit rates and their limits over real pictures.

mod buffers;

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
    /// ConstantBitRate and VariableBitRate, judged by the hypothetical reference decoder
    Buffers,
}

/// What to measure, and on what.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// y4m files, played back and forth
    #[arg(required = true)]
    clips: Vec<PathBuf>,
    /// Seconds of each
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// At most so many frames of each
    #[arg(long, value_parser = clap::value_parser!(u32).range(2..))]
    frames: Option<u32>,
    /// Our efforts; the usual one if left out
    #[arg(long, value_delimiter = ',', value_parser = clap::value_parser!(u8).range(0..=10))]
    effort: Vec<u8>,
    /// Only these: averages, limits, buffers
    #[arg(long)]
    only: Option<Part>,
    /// Bits per pixel; several if left out
    #[arg(long)]
    bits_per_pixel: Option<f64>,
}

/// Bits per pixel of the rates.
const RATES: [f64; 3] = [0.04, 0.1, 0.25];
/// Distance from an average that is too far.
const ALLOWED_ERROR: f64 = 0.02;

/// Limits, each a multiple of the mean rate in some seconds; and an average beside them, as a multiple of that rate.
type Limits = (&'static [(f64, f64)], Option<f64>);
const LIMITS: [Limits; 5] = [
    (&[(1.0, 1.0)], None),
    (&[(1.0, 0.5)], None),
    (&[(1.3, 1.0), (1.0, 5.0)], None),
    (&[(1.5, 0.2)], None),
    (&[(1.0, 1.0)], Some(1.5)),
];
/// The mean rate of the limits, in bits per pixel, and the quality that they hold down.
const LIMITED_RATE: f64 = 0.08;
const LIMITED_QUALITY: f64 = 0.75;

/// A coded frame: when it is decoded, and its bytes with parameter sets.
struct Frame {
    time: f64,
    bytes: usize,
    data: Vec<u8>,
}

/// A coded clip.
struct Coded {
    frames: Vec<Frame>,
    /// Sequence and picture parameter set.
    sets: [Vec<u8>; 2],
}

/// One clip at one effort.
struct Measurement<'a> {
    clip: &'a Clip,
    effort: Option<u8>,
    frames: usize,
    /// Of the clip.
    pixels_per_second: f64,
}

/// Prints one line for each measurement; fails where a rate or a limit is not kept.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let mut broken = 0;
    let efforts = options.effort.iter().copied().map(Some).collect::<Vec<_>>();
    let efforts = if efforts.is_empty() { vec![None] } else { efforts };
    for path in &options.clips {
        let clip = Clip::load(path, options.frames.map_or(usize::MAX, |frames| frames as usize))?;
        let frames = (clip.frames_per_second() * options.seconds).round() as usize;
        let frames = frames.min(options.frames.map_or(usize::MAX, |frames| frames as usize)).max(2);
        let pixels_per_second = (clip.width * clip.height) as f64 * clip.frames_per_second();
        for effort in efforts.iter().copied() {
            let measurement = Measurement { clip: &clip, effort, frames, pixels_per_second };
            let wanted = |part| options.only.is_none_or(|only| only == part);
            if wanted(Part::Averages) {
                broken += measurement.averages(options.bits_per_pixel)?;
            }
            if wanted(Part::Limits) {
                broken += measurement.limits(options.bits_per_pixel.unwrap_or(LIMITED_RATE))?;
            }
            if wanted(Part::Buffers) {
                broken += measurement.buffers(options.bits_per_pixel.unwrap_or(LIMITED_RATE))?;
            }
        }
    }
    if broken > 0 { Err(format!("{broken} rates or limits were not kept")) } else { Ok(()) }
}

impl Measurement<'_> {
    fn name(&self) -> String {
        let effort = self.effort.map_or("usual".into(), |effort| effort.to_string());
        format!("{}\teffort {effort}", self.clip.name)
    }

    fn averages(&self, bits_per_pixel: Option<f64>) -> Result<usize, String> {
        let mut broken = 0;
        let rates = bits_per_pixel.map_or(RATES.to_vec(), |rate| vec![rate]);
        for rate in rates {
            let asked = (rate * self.pixels_per_second) as i64;
            let coded = self.encode(Dictionary::new().with(key::AVERAGE_BIT_RATE, asked))?.frames;
            let bits = 8.0 * coded.iter().map(|frame| frame.bytes).sum::<usize>() as f64;
            let error = bits * self.clip.frames_per_second() / self.frames as f64 / asked as f64 - 1.0;
            let missed = error.abs() > ALLOWED_ERROR;
            println!("{}\tAverageBitRate {asked}\t{:+.2} %{}", self.name(), 100.0 * error, mark(missed));
            broken += usize::from(missed);
        }
        Ok(broken)
    }

    fn limits(&self, bits_per_pixel: f64) -> Result<usize, String> {
        let mut broken = 0;
        let rate = bits_per_pixel * self.pixels_per_second;
        for (limits, average) in LIMITS {
            let limits: Vec<(i64, f64)> = limits
                .iter()
                .map(|(part, seconds)| ((part * seconds * rate / 8.0) as i64, *seconds))
                .collect();
            let values: Vec<Value> = limits
                .iter()
                .flat_map(|(bytes, seconds)| [Value::from(*bytes), Value::from(*seconds)])
                .collect();
            let settings = Dictionary::new().with(key::DATA_RATE_LIMITS, Value::from(values));
            let settings = match average {
                Some(part) => settings.with(key::AVERAGE_BIT_RATE, (part * rate) as i64),
                None => settings.with(key::QUALITY, LIMITED_QUALITY),
            };
            let coded = self.encode(settings)?.frames;
            for (bytes, seconds) in limits {
                let (fullest, over) = windows(&coded, bytes as usize, seconds);
                println!(
                    "{}\t{bytes} bytes in {seconds} s\tfullest window {:.3}, {over} too full{}",
                    self.name(),
                    fullest as f64 / bytes as f64,
                    mark(over > 0)
                );
                broken += usize::from(over > 0);
            }
        }
        Ok(broken)
    }
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

impl Measurement<'_> {
    fn encode(&self, settings: Dictionary) -> Result<Coded, String> {
        let fail = |error: vitascope_session::Error| error.to_string();
        let (sender, outputs) = channel();
        let session =
            CompressionSession::builder(self.clip.width as i32, self.clip.height as i32, codec::H264)
                .output_handler(move |output| {
                    let _ = sender.send(output.sample);
                })
                .build()
                .map_err(fail)?;
        session.set_property(key::EXPECTED_FRAME_RATE, self.clip.frames_per_second()).map_err(fail)?;
        if let Some(effort) = self.effort {
            session.set_property(key::VITASCOPE_EFFORT, i64::from(effort)).map_err(fail)?;
        }
        session.set_properties(&settings).map_err(fail)?;
        for index in 0..self.frames {
            self.clip.feed(&session, index)?;
        }
        session.complete_frames(Time::INVALID).map_err(fail)?;
        let mut coded = Coded { frames: Vec::with_capacity(self.frames), sets: [Vec::new(), Vec::new()] };
        for sample in outputs.try_iter() {
            let sample = sample.map_err(fail)?.ok_or("a frame was dropped")?;
            if let Some(format) = sample.format().filter(|_| sample.is_sync()) {
                for (index, set) in coded.sets.iter_mut().enumerate() {
                    *set = vitascope_h264::format::parameter_set(format, index)
                        .map_err(|error| error.to_string())?
                        .to_vec();
                }
            }
            let sets = if sample.is_sync() { coded.sets.iter().map(|set| set.len() + 4).sum() } else { 0 };
            let time = sample.decode_time().seconds();
            let data = sample.data().ok_or("a sample without data")?.to_vec();
            coded.frames.push(Frame { time, bytes: data.len() + sets, data });
        }
        Ok(coded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_hold_their_beginning_and_not_their_end() {
        let frames: Vec<Frame> = [5, 9, 1, 2]
            .iter()
            .enumerate()
            .map(|(i, &bytes)| Frame { time: i as f64, bytes, data: Vec::new() })
            .collect();
        assert_eq!(windows(&frames, 13, 2.0), (14, 1));
        assert_eq!(windows(&frames, 14, 2.0), (14, 0));
        assert_eq!(windows(&frames, 14, 2.5), (15, 1));
    }
}
