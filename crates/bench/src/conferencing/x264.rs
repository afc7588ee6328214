//! x264 through ffmpeg, frame by frame over pipes.

use std::io::{Read, Write};
use std::process::{ChildStdout, Command, Stdio};
use std::time::Instant;

use super::{Coded, Options, Tuning};
use crate::clip::Clip;
use crate::processor::processor_seconds_of;

/// Bytes of FLV's file header with the empty tag length behind it, and of a tag's header.
const FILE_HEADER: usize = 13;
const TAG_HEADER: usize = 11;
const VIDEO_TAG: u8 = 9;
const PARAMETER_SETS: u8 = 0;
const PICTURE: u8 = 1;

/// FLV is the container because it says how long a frame is before the frame comes, so that each can be waited for.
pub(super) fn encode(clip: &Clip, frames: usize, rate: u32, options: &Options) -> Result<Coded, String> {
    let fail = |error: std::io::Error| format!("ffmpeg: {error}");
    let (numerator, denominator) = clip.frame_rate;
    let tune = match options.tune {
        Tuning::Usual => "zerolatency",
        Tuning::Psnr => "zerolatency,psnr",
        Tuning::Ssim => "zerolatency,ssim",
    };
    let mut encoder = Command::new("ffmpeg")
        .args(["-hide_banner", "-loglevel", "error", "-probesize", "32"])
        .args(["-analyzeduration", "0", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-video_size"])
        .arg(format!("{}x{}", clip.width, clip.height))
        .args(["-framerate", &format!("{numerator}/{denominator}"), "-threads", "1", "-i", "-"])
        .args(["-c:v", "libx264", "-preset", "veryfast", "-tune", tune, "-g", "100000"])
        .args(["-threads", &options.threads.to_string(), "-b:v", &rate.to_string()])
        .args(["-maxrate", &rate.to_string(), "-bufsize", &rate.to_string()])
        .args(["-fps_mode", "passthrough", "-flush_packets", "1", "-f", "flv"])
        .args(["-flvflags", "no_duration_filesize", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(fail)?;
    let (Some(mut input), Some(mut output)) = (encoder.stdin.take(), encoder.stdout.take()) else {
        return Err("ffmpeg: no pipes".into());
    };
    let mut coded = Coded { stream: Vec::new(), sizes: Vec::new(), latencies: Vec::new(), seconds: 0.0 };
    let mut samples = Vec::new();
    let mut started = 0.0;
    for index in 0..frames {
        samples.clear();
        clip.samples(index, &mut samples)?;
        input.write_all(&samples).map_err(fail)?;
        // The way through the pipe is not held against it.
        let given = Instant::now();
        if index == 0 {
            read(&mut output, FILE_HEADER)?;
        }
        let begin = coded.stream.len();
        while !read_tag(&mut output, &mut coded.stream)? {}
        coded.latencies.push(1000.0 * given.elapsed().as_secs_f64());
        coded.sizes.push(coded.stream.len() - begin);
        if index == 0 {
            started = processor_seconds_of(encoder.id());
        }
    }
    coded.seconds = processor_seconds_of(encoder.id()) - started;
    drop(input);
    output.read_to_end(&mut samples).map_err(fail)?;
    encoder.wait().map_err(fail)?;
    Ok(coded)
}

/// Reads a tag and appends what it has as Annex B; true after a picture.
fn read_tag(output: &mut ChildStdout, stream: &mut Vec<u8>) -> Result<bool, String> {
    let header = read(output, TAG_HEADER)?;
    let size = u32::from_be_bytes([0, header[1], header[2], header[3]]) as usize;
    let body = read(output, size + 4)?;
    let (Some(&kind), Some(payload)) = (body.get(1), body[..size].get(5..)) else { return Ok(false) };
    if header[0] != VIDEO_TAG || ![PARAMETER_SETS, PICTURE].contains(&kind) {
        return Ok(false);
    }
    let mut append = |unit: &[u8]| {
        stream.extend([0, 0, 0, 1]);
        stream.extend(unit);
    };
    if kind == PICTURE {
        let mut rest = payload;
        while let Some((length, tail)) = rest.split_first_chunk::<4>() {
            let length = (u32::from_be_bytes(*length) as usize).min(tail.len());
            append(&tail[..length]);
            rest = &tail[length..];
        }
    } else {
        // avcC: its sets have lengths of two bytes, their numbers stand before them.
        let mut rest = payload.get(5..).unwrap_or_default();
        for mask in [0x1f, 0xff] {
            let Some((&count, mut tail)) = rest.split_first() else { break };
            for _ in 0..count & mask {
                let Some((length, unit)) = tail.split_first_chunk::<2>() else { break };
                let length = usize::from(u16::from_be_bytes(*length)).min(unit.len());
                append(&unit[..length]);
                tail = &unit[length..];
            }
            rest = tail;
        }
    }
    Ok(kind == PICTURE)
}

fn read(output: &mut ChildStdout, bytes: usize) -> Result<Vec<u8>, String> {
    let mut data = vec![0; bytes];
    output.read_exact(&mut data).map_err(|error| format!("ffmpeg ended early: {error}"))?;
    Ok(data)
}
