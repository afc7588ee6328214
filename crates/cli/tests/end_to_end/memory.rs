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

#[test]
fn a_1080p_session_stays_under_250_megabytes() {
    let scratch = Scratch::new();
    let clip = Clip::new(1920, 1080, 4, Content::Motion);
    let frames: Vec<Vec<u8>> = (0..clip.frames).map(|index| clip.frame(index)).collect();
    let mut child = vitascope()
        .args(["encode", "--quiet", "-", "--threads", "4", "-o"])
        .arg(scratch.path("out.mp4"))
        .stdin(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut stdin = child.stdin.take().expect("a pipe was asked for");
    stdin.write_all(clip.header().as_bytes()).expect("the command reads");
    let (mut early, mut late) = (0, 0);
    for index in 0..60 {
        stdin.write_all(&frames[index % frames.len()]).expect("the command reads");
        late = peak_resident(child.id());
        if index == 45 {
            early = late;
        }
    }
    drop(stdin);
    assert!(child.wait().expect("the command ends").success());
    assert!(late < 250_000_000, "{late} bytes");
    assert!(
        late < early + 20_000_000,
        "{early} bytes after 45 frames, {late} after 60: it grows with the clip"
    );
}
