//! Sessions that go on and on.

mod lot;
mod pictures;
mod streams;

use std::time::Instant;

use lot::Lot;
use pictures::pictures;
use streams::{Kind, Stream};

/// Reports of a run.
const REPORTS: u64 = 20;
/// One frame in so many also goes to a conference, and one to a stream with a decoder's buffer.
const OTHERS: u64 = 4;
/// Growth of memory after the first tenth that counts as a leak, in bytes.
const ALLOWED_GROWTH: u64 = 8 << 20;
/// Distance of the rate from what was asked for that counts as drift.
const ALLOWED_DRIFT: f64 = 0.05;

/// Encodes `frames` frames and prints memory and rate as it goes.
pub(crate) fn run(frames: u64, seed: u64) -> Result<(), String> {
    let pictures = pictures().map_err(|error| error.to_string())?;
    let mut lot = Lot::new(seed);
    let mut streams =
        [Stream::open(Kind::Ordinary)?, Stream::open(Kind::Conference)?, Stream::open(Kind::Buffered)?];
    let started = Instant::now();
    let mut early_memory = 0;
    println!("{:>8} {:>9} {:>27} {:>8}", "frames", "memory", "rate/asked of each session", "fps");
    for index in 0..frames {
        let [ordinary, conference, buffered] = &mut streams;
        ordinary.encode(&pictures, &mut lot)?;
        match index % OTHERS {
            1 => conference.encode(&pictures, &mut lot)?,
            3 => buffered.encode(&pictures, &mut lot)?,
            _ => {}
        }
        if (index + 1) % (frames / REPORTS) == 0 {
            let memory = resident_bytes();
            let ratios: String = streams.iter().map(|stream| format!(" {:>8.3}", stream.ratio())).collect();
            let speed = (index + 1) as f64 / started.elapsed().as_secs_f64();
            println!("{:>8} {:>7.1}MB {ratios} {speed:>8.0}", index + 1, memory as f64 / f64::from(1 << 20));
            if index < frames / 10 {
                early_memory = memory;
            } else if memory > early_memory + ALLOWED_GROWTH {
                return Err(format!("memory grew from {early_memory} to {memory} bytes"));
            }
        }
    }
    for stream in streams {
        let kind = stream.kind;
        let drift = stream.complete()? - 1.0;
        if drift.abs() > ALLOWED_DRIFT {
            return Err(format!(
                "{kind:?}: the rate is {:+.1} % away from what was asked for",
                100.0 * drift
            ));
        }
        println!("{kind:?}: the rate is {:+.2} % away from what was asked for", 100.0 * drift);
    }
    println!("memory is flat");
    Ok(())
}

/// Memory of this process; 0 where the system does not tell.
fn resident_bytes() -> u64 {
    const PAGE: u64 = 4096;
    let statistics = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statistics.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * PAGE
}
