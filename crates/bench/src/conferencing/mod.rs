//! One frame in, one frame out: our session against encoders that people use for conversations.

mod curve;
mod judge;
#[cfg(feature = "openh264")]
mod open_h264;
mod ours;
mod x264;

use std::path::PathBuf;

use crate::clip::Clip;
use curve::{Point, saving, speed};

/// A stream, with what became known while it was coded.
pub(super) struct Coded {
    /// Annex B.
    pub(super) stream: Vec<u8>,
    /// Bytes of each frame.
    pub(super) sizes: Vec<usize>,
    /// Milliseconds from giving each frame to having it coded.
    pub(super) latencies: Vec<f64>,
    /// Processor time of all frames after the first.
    pub(super) seconds: f64,
}

/// An encoder with its name.
type Peer = (&'static str, fn(&Clip, usize, u32, &Options) -> Result<Coded, String>);

/// What the command line says.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// y4m files, played back and forth
    #[arg(required = true)]
    clips: Vec<PathBuf>,
    /// Frames to encode
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(10..))]
    frames: u16,
    /// Our effort; what is usual for low latency if left out
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..=10))]
    effort: Option<u8>,
    /// Threads of every encoder
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=64))]
    threads: u16,
    /// What every encoder is tuned for
    #[arg(long, value_enum, default_value_t = Tuning::Usual)]
    tune: Tuning,
}

impl Options {
    fn frames(&self) -> usize {
        self.frames.into()
    }
}

/// What encoders are tuned for. One that spends bits as the eye would have it is worse by squared error, and better by likeness of
/// structure, than one that does not: so each measure is to be read from the run in which everyone was tuned for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Tuning {
    /// As each encoder does when nothing is said
    Usual,
    /// Squared error: no adaptive quantisation
    Psnr,
    /// Likeness of structure
    Ssim,
}

/// Bits per pixel of the four rates.
const RATES: [f64; 4] = [0.02, 0.045, 0.1, 0.2];

const PEERS: &[Peer] = &[
    ("x264-veryfast-zerolatency", x264::encode),
    ("ours", ours::encode),
    #[cfg(feature = "openh264")]
    ("openh264", open_h264::encode),
    #[cfg(feature = "openh264")]
    ("openh264-low", open_h264::encode_quickly),
];

/// Place of ours among them. It is compared with each of the others.
const OURS: usize = 1;

/// Prints a line for each clip, rate and encoder, and for each clip and peer how ours compares with it.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    println!(
        "clip\tencoder\tkbit/s asked\tkbit/s\tPSNR-Y\tSSIM-Y\tlargest/mean\tlargest/share\tp50 ms\tp99 ms\t\
         processor ms"
    );
    let mut totals = vec![[0.0; 4]; PEERS.len()];
    for path in &options.clips {
        let clip = Clip::load(path, options.frames())?;
        let pixels_per_second = (clip.width * clip.height) as f64 * clip.frames_per_second();
        let mut points: Vec<Vec<Point>> = vec![Vec::new(); PEERS.len()];
        for rate in RATES {
            let bits_per_second = (rate * pixels_per_second) as u32;
            for ((name, encode), points) in PEERS.iter().zip(&mut points) {
                let coded = encode(&clip, options.frames(), bits_per_second, options)
                    .map_err(|error| format!("{name}: {error}"))?;
                let point = judge::judge(&clip, &coded, options.frames())?;
                line(&clip, name, bits_per_second, &coded, &point);
                points.push(point);
            }
        }
        let own = &points[OURS];
        for (((peer, _), points), total) in
            PEERS.iter().zip(&points).zip(&mut totals).filter(|(((name, _), _), _)| *name != PEERS[OURS].0)
        {
            let bits = |quality: fn(&Point) -> f64| 100.0 * saving(points, own, quality);
            let speed = |time: fn(&Point) -> f64| speed(points, own, time);
            let (psnr, ssim) = (bits(|point| point.psnr), bits(|point| point.ssim));
            let (processor, elapsed) = (speed(|point| point.seconds), speed(|point| point.elapsed));
            summary(&clip.name, peer, psnr, ssim, processor, elapsed);
            let own = [psnr, ssim, processor.ln(), elapsed.ln()];
            *total = std::array::from_fn(|i| total[i] + own[i]);
        }
    }
    let clips = options.clips.len() as f64;
    for ((peer, _), [psnr, ssim, processor, elapsed]) in
        PEERS.iter().zip(totals).filter(|((name, _), _)| *name != PEERS[OURS].0)
    {
        let (processor, elapsed) = ((processor / clips).exp(), (elapsed / clips).exp());
        summary("mean", peer, psnr / clips, ssim / clips, processor, elapsed);
    }
    Ok(())
}

/// How ours compares with a peer; speeds above 1 are faster.
fn summary(clip: &str, peer: &str, psnr: f64, ssim: f64, processor: f64, elapsed: f64) {
    println!(
        "{clip}\t{} against {peer}: bits at equal PSNR {psnr:+.1} %, SSIM {ssim:+.1} %; speed at equal bits \
         by processor time {processor:.2}, by the clock {elapsed:.2}",
        PEERS[OURS].0
    );
}

fn line(clip: &Clip, name: &str, asked: u32, coded: &Coded, point: &Point) {
    let rest = &coded.sizes[1..];
    let mean = rest.iter().sum::<usize>() as f64 / rest.len() as f64;
    // What the rate that was asked for gives each frame. The first frame takes several shares, so that over a short clip the mean
    // of the others is lower.
    let share = f64::from(asked) / 8.0 / clip.frames_per_second();
    let largest = *rest.iter().max().unwrap_or(&0) as f64;
    let mut latencies = coded.latencies.clone();
    latencies.sort_by(f64::total_cmp);
    let percentile = |part: f64| latencies[((latencies.len() - 1) as f64 * part).round() as usize];
    println!(
        "{}\t{name}\t{:.0}\t{:.0}\t{:.2}\t{:.4}\t{:.2}\t{:.2}\t{:.1}\t{:.1}\t{:.1}",
        clip.name,
        f64::from(asked) / 1000.0,
        point.bits_per_second / 1000.0,
        point.psnr,
        1.0 - 10f64.powf(-point.ssim / 10.0),
        largest / mean,
        largest / share,
        percentile(0.5),
        percentile(0.99),
        1000.0 * coded.seconds / coded.sizes.len() as f64,
    );
}
