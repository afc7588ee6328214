//! Memory does not grow with the length of the clip.
#![cfg(target_os = "linux")]

use std::io::Write;
use std::process::Stdio;

use crate::clip::{Clip, Content};
use crate::support::{Scratch, vitascope};

/// Largest resident size of a process so far, in bytes.
fn peak_resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("Linux counts it");
    let kibibytes: u64 = line.trim().trim_end_matches("kB").trim().parse().expect("a number");
    kibibytes * 1024
}

/// Encodes a clip of this size that goes on for so many frames; the largest resident size after each.
fn peaks(width: usize, height: usize, frames: usize) -> Vec<u64> {
    let scratch = Scratch::new();
    let clip = Clip::new(width, height, 4, Content::Motion);
    let content: Vec<Vec<u8>> = (0..clip.frames).map(|index| clip.frame(index)).collect();
    let mut child = vitascope()
        .args(["encode", "--quiet", "-", "--threads", "4", "-o"])
        .arg(scratch.path("out.mp4"))
        .stdin(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut stdin = child.stdin.take().expect("a pipe was asked for");
    stdin.write_all(clip.header().as_bytes()).expect("the command reads");
    let peak_after = |index: usize| {
        stdin.write_all(&content[index % content.len()]).expect("the command reads");
        peak_resident(child.id())
    };
    let peaks = (0..frames).map(peak_after).collect();
    drop(stdin);
    assert!(child.wait().expect("the command ends").success());
    peaks
}

#[test]
fn a_1080p_session_stays_under_250_megabytes() {
    let most = *peaks(1920, 1080, 60).last().expect("there are frames");
    assert!(most < 250_000_000, "{most} bytes");
}

/// Everything that can be in flight is long before the first look, however the machine is loaded.
#[test]
fn memory_does_not_grow_with_the_clip() {
    let peaks = peaks(320, 192, 900);
    let (early, late) = (peaks[300], peaks[899]);
    assert!(
        late < early + 6_000_000,
        "{early} bytes after 300 frames, {late} after 900: it grows with the clip"
    );
}
