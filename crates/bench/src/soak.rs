//! A session that goes on and on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use vitascope_core::{PixelBuffer, Time, Value, format};
use vitascope_session::{CompressionSession, FrameOptions, codec, key};

const WIDTH: usize = 96;
const HEIGHT: usize = 64;
const FRAME_RATE: i32 = 30;
/// Pictures that are given again and again.
const PICTURES: usize = 240;
/// Reports of a run.
const REPORTS: u64 = 20;
/// Bit rates between which the session changes.
const RATES: [i64; 4] = [40_000, 80_000, 120_000, 200_000];
/// Growth of memory after the first tenth that counts as a leak, in bytes.
const ALLOWED_GROWTH: u64 = 8 << 20;
/// Distance of the rate from what was asked for that counts as drift.
const ALLOWED_DRIFT: f64 = 0.05;

/// Encodes `frames` frames and prints memory and rate as it goes.
pub(crate) fn run(frames: u64, seed: u64) -> Result<(), String> {
    let bytes = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&bytes);
    let session = CompressionSession::builder(WIDTH as i32, HEIGHT as i32, codec::H264)
        .output_handler(move |output| {
            let size = output.sample.ok().flatten().map_or(0, |sample| sample.total_sample_size());
            counted.fetch_add(size as u64, Ordering::Relaxed);
        })
        .build()
        .map_err(|error| error.to_string())?;
    let set = |key: &str, value: Value| session.set_property(key, value).map_err(|error| error.to_string());
    set(key::EXPECTED_FRAME_RATE, Value::from(i64::from(FRAME_RATE)))?;
    set(key::AVERAGE_BIT_RATE, Value::from(RATES[0]))?;
    let pictures = pictures().map_err(|error| error.to_string())?;

    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut below = move |limit: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) % limit
    };
    let started = Instant::now();
    let (mut rate, mut wanted, mut early_memory) = (RATES[0], 0.0, 0);
    println!("{:>8} {:>9} {:>10} {:>8}", "frames", "memory", "rate/asked", "fps");
    for index in 0..frames {
        // About every eight seconds of video something changes.
        match below(240 * 4) {
            0 => {
                rate = RATES[below(RATES.len() as u64) as usize];
                // Limits of another rate would not do.
                set(key::DATA_RATE_LIMITS, Value::from(Vec::<Value>::new()))?;
                set(key::AVERAGE_BIT_RATE, Value::from(rate))?;
            }
            1 => set(key::MAX_KEY_FRAME_INTERVAL, Value::from(below(300) as i64))?,
            2 => set(key::MAX_KEY_FRAME_INTERVAL_DURATION, Value::from(below(10) as f64))?,
            3 => set(key::ALLOW_TEMPORAL_COMPRESSION, Value::from(true))?,
            4 => {
                let limits = [
                    vec![],
                    vec![Value::from(rate / 4), Value::from(1.0)],
                    vec![Value::from(rate / 12), Value::from(0.2), Value::from(rate), Value::from(5.0)],
                ];
                set(key::DATA_RATE_LIMITS, Value::from(limits[below(3) as usize].clone()))?;
            }
            5 => set(key::MIN_ALLOWED_FRAME_QP, Value::from(below(4) as i64))?,
            6 => set(key::MAX_H264_SLICE_BYTES, Value::from([0, 300, 1200][below(3) as usize]))?,
            7 => set(key::EXPECTED_FRAME_RATE, Value::from(i64::from(FRAME_RATE)))?,
            _ => {}
        }
        let options = FrameOptions::new().with_force_key_frame(below(500) == 0);
        let (time, duration) = (Time::new(index as i64, FRAME_RATE), Time::new(1, FRAME_RATE));
        let picture = &pictures[index as usize % PICTURES];
        session
            .encode_frame(picture, time, duration, &options, index)
            .map_err(|error| format!("frame {index}: {error}"))?;
        wanted += rate as f64 / f64::from(FRAME_RATE);
        if (index + 1) % (frames / REPORTS) == 0 {
            let memory = resident_bytes();
            let spent = bytes.load(Ordering::Relaxed) as f64 * 8.0;
            println!(
                "{:>8} {:>7.1}MB {:>10.3} {:>8.0}",
                index + 1,
                memory as f64 / f64::from(1 << 20),
                spent / wanted,
                (index + 1) as f64 / started.elapsed().as_secs_f64()
            );
            if index < frames / 10 {
                early_memory = memory;
            } else if memory > early_memory + ALLOWED_GROWTH {
                return Err(format!("memory grew from {early_memory} to {memory} bytes"));
            }
        }
    }
    session.complete_frames(Time::INVALID).map_err(|error| error.to_string())?;
    let drift = bytes.load(Ordering::Relaxed) as f64 * 8.0 / wanted - 1.0;
    if drift.abs() > ALLOWED_DRIFT {
        return Err(format!("the rate is {:+.1} % away from what was asked for", 100.0 * drift));
    }
    println!("memory is flat, the rate is {:+.2} % away from what was asked for", 100.0 * drift);
    Ok(())
}

/// A texture that drifts, with a scene of its own every eighty pictures.
fn pictures() -> vitascope_core::Result<Vec<PixelBuffer>> {
    let picture = |number: usize| {
        let buffer = PixelBuffer::new(WIDTH, HEIGHT, format::YUV420_PLANAR)?;
        let mut guard = buffer.write()?;
        for plane in 0..3 {
            let (width, height) = if plane == 0 { (WIDTH, HEIGHT) } else { (WIDTH / 2, HEIGHT / 2) };
            for y in 0..height {
                for (x, sample) in guard.row_mut(plane, y).iter_mut().take(width).enumerate() {
                    let (u, v) = (x + 2 * number, y + number + 31 * (number / 80));
                    *sample = (90 + (u * u / 9 + 3 * v * v / 7 + u * v / 5) % 72) as u8;
                }
            }
        }
        drop(guard);
        Ok(buffer)
    };
    (0..PICTURES).map(picture).collect()
}

/// Memory of this process; 0 where the system does not tell.
fn resident_bytes() -> u64 {
    const PAGE: u64 = 4096;
    let statistics = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    statistics.split_whitespace().nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * PAGE
}
