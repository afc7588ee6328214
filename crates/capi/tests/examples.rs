//! The examples for C: compiled as a program for the platform would be, run, and their output judged by ffmpeg.

mod support;

use std::path::Path;
use std::process::Command;

use support::{Workshop, compilers, root, success};

/// Decodes with ffmpeg; an error or warning of the decoder fails. Returns the number of frames.
fn frames_decoded(stream: &Path) -> usize {
    let output = success(
        Command::new("ffmpeg")
            .args(["-hide_banner", "-loglevel", "warning", "-xerror", "-i"])
            .arg(stream)
            .args(["-f", "framemd5", "-"]),
    );
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(complaints.is_empty(), "ffmpeg complains: {complaints}");
    String::from_utf8_lossy(&output.stdout).lines().filter(|line| !line.starts_with('#')).count()
}

#[test]
fn encode_makes_a_stream_that_ffmpeg_decodes() {
    let workshop = Workshop::new("encode");
    let clip = root().join("testdata/bunny_320x180.y4m");
    let expected = std::fs::read(&clip).expect("the clip is there");
    let expected = expected.windows(6).filter(|bytes| bytes == b"FRAME\n").count();
    for compiler in compilers() {
        let program = workshop.compile(compiler, &root().join("examples/c/encode.c"), &[]);
        let stream = workshop.path(&format!("{compiler}.264"));
        success(workshop.command(&program).arg(&clip).arg(&stream).arg("300000"));
        assert_eq!(frames_decoded(&stream), expected, "{compiler}");
    }
}
