//! Quality of a stream, as ffmpeg decodes it.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use super::Coded;
use super::curve::Point;
use crate::clip::Clip;

/// Decodes the stream and compares it with the clip.
pub(super) fn judge(clip: &Clip, coded: &Coded, frames: usize) -> Result<Point, String> {
    let fail = |error: std::io::Error| format!("ffmpeg: {error}");
    let mut decoder = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-f", "h264", "-i", "-"])
        .args(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(fail)?;
    let (Some(mut input), Some(mut output)) = (decoder.stdin.take(), decoder.stdout.take()) else {
        return Err("ffmpeg: no pipes".into());
    };
    let stream = coded.stream.clone();
    let writer = std::thread::spawn(move || input.write_all(&stream));
    let luma = clip.width * clip.height;
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    let (mut squares, mut similarity) = (0u64, 0.0);
    for index in 0..frames {
        expected.clear();
        clip.samples(index, &mut expected)?;
        found.resize(expected.len(), 0);
        output.read_exact(&mut found).map_err(|error| format!("frame {index} is not decoded: {error}"))?;
        let square = |(a, b): (&u8, &u8)| u64::from(a.abs_diff(*b)).pow(2);
        squares += expected[..luma].iter().zip(&found[..luma]).map(square).sum::<u64>();
        similarity += structural_similarity(&expected[..luma], &found[..luma], clip.width);
    }
    let written = writer.join().map_err(|_| "the writer of the stream panicked")?;
    written.map_err(fail)?;
    decoder.wait().map_err(fail)?;
    let mean = squares as f64 / (luma * frames) as f64;
    let bits: usize = coded.sizes.iter().sum::<usize>() * 8;
    Ok(Point {
        bits_per_second: bits as f64 * clip.frames_per_second() / frames as f64,
        psnr: 10.0 * (255.0 * 255.0 / mean.max(1e-4)).log10(),
        ssim: -10.0 * (1.0 - similarity / frames as f64).max(1e-6).log10(),
        seconds: coded.seconds,
        elapsed: median(&coded.latencies[1..]),
    })
}

/// The frames that are held up by other programs on the machine do not count.
fn median(latencies: &[f64]) -> f64 {
    let mut sorted = latencies.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Mean SSIM over windows of 8x8 samples, 4 apart.
fn structural_similarity(a: &[u8], b: &[u8], width: usize) -> f64 {
    // (0.01 * 255)^2 and (0.03 * 255)^2.
    const C1: f64 = 6.5025;
    const C2: f64 = 58.5225;
    let height = a.len() / width;
    let (columns, rows) = (width / 4, height / 4);
    // Sums of 4x4 blocks, of which each window has four.
    let mut sums = vec![[0u32; 4]; columns * rows];
    for y in 0..rows * 4 {
        let row = |samples: &[u8]| samples[y * width..][..columns * 4].to_vec();
        let (a, b) = (row(a), row(b));
        let blocks = &mut sums[y / 4 * columns..][..columns];
        for ((block, a), b) in blocks.iter_mut().zip(a.chunks_exact(4)).zip(b.chunks_exact(4)) {
            for (&a, &b) in a.iter().zip(b) {
                let (a, b) = (u32::from(a), u32::from(b));
                block[0] += a;
                block[1] += b;
                block[2] += a * a + b * b;
                block[3] += a * b;
            }
        }
    }
    let mut total = 0.0;
    for y in 0..rows - 1 {
        for x in 0..columns - 1 {
            let place = y * columns + x;
            let four = [place, place + 1, place + columns, place + columns + 1];
            let sum = |part: usize| four.iter().map(|&place| f64::from(sums[place][part])).sum::<f64>();
            let (mean_a, mean_b) = (sum(0) / 64.0, sum(1) / 64.0);
            let squares = sum(2) / 64.0 - mean_a * mean_a - mean_b * mean_b;
            let product = sum(3) / 64.0 - mean_a * mean_b;
            total += (2.0 * mean_a * mean_b + C1) * (2.0 * product + C2)
                / ((mean_a * mean_a + mean_b * mean_b + C1) * (squares + C2));
        }
    }
    total / ((rows - 1) * (columns - 1)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_pictures_are_alike_and_others_less() {
        let a: Vec<u8> = (0..64 * 32).map(|i| (i * i / 7 % 200) as u8).collect();
        let b: Vec<u8> = a.iter().map(|&sample| sample ^ 8).collect();
        assert!((structural_similarity(&a, &a, 64) - 1.0).abs() < 1e-9);
        let other = structural_similarity(&a, &b, 64);
        assert!((0.5..0.9999).contains(&other), "{other}");
    }
}
