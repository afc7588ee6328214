//! `vitascope compare` measures what ffmpeg measures.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::clip::{Clip, Content};
use crate::support::{Scratch, fail, succeed, text, vitascope};

fn compared(reference: &Path, test: &Path) -> Value {
    let output = succeed(vitascope().args(["compare", "--json"]).arg(reference).arg(test));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// The number behind a label in what ffmpeg's psnr and ssim filters say.
fn labelled(said: &str, label: &str) -> f64 {
    let rest = said.split(label).nth(1).unwrap_or_else(|| panic!("no {label} in {said}"));
    rest.split([' ', '\n']).next().and_then(|number| number.parse().ok()).expect("a number")
}

fn ffmpeg_says(filter: &str, reference: &Path, test: &Path) -> String {
    let output = succeed(
        Command::new("ffmpeg")
            .args(["-hide_banner", "-nostats", "-i"])
            .arg(test)
            .arg("-i")
            .arg(reference)
            .args(["-lavfi", filter, "-f", "null", "-"]),
    );
    text(&output.stderr)
}

fn agrees_with_ffmpeg(format: &str, size: &str) {
    let scratch = Scratch::new();
    let (reference, test) = (scratch.path("reference.y4m"), scratch.path("test.y4m"));
    for (path, filter) in [(&reference, "null"), (&test, "noise=alls=9:allf=t:all_seed=5")] {
        succeed(
            Command::new("ffmpeg")
                .args(["-hide_banner", "-loglevel", "error", "-f", "lavfi", "-i"])
                .arg(format!("testsrc2=s={size}:r=25"))
                .arg("-vf")
                .arg(format!("{filter},format={format}"))
                .args(["-frames:v", "5", "-strict", "-1", "-f", "yuv4mpegpipe"])
                .arg(path),
        );
    }
    let ours = compared(&reference, &test);
    assert_eq!(ours["frames"], 5);
    assert_eq!(ours["per_frame"].as_array().map(Vec::len), Some(5));
    let said = ffmpeg_says("psnr", &reference, &test);
    let mut planes = vec![("Y", "y:")];
    if !format.starts_with("gray") {
        planes.extend([("U", " u:"), ("V", " v:"), ("all", "average:")]);
    }
    for (plane, label) in &planes {
        let (mine, theirs) = (ours["psnr"][plane].as_f64().expect("finite"), labelled(&said, label));
        assert!((mine - theirs).abs() < 1e-4, "{format} PSNR {plane}: {mine}, ffmpeg {theirs}");
    }
    let said = ffmpeg_says("ssim", &reference, &test);
    for (plane, label) in [("Y", "Y:"), ("U", "U:"), ("V", "V:"), ("all", "All:")].iter().take(planes.len()) {
        let (mine, theirs) = (ours["ssim"][plane].as_f64().expect("finite"), labelled(&said, label));
        assert!((mine - theirs).abs() < 1e-5, "{format} SSIM {plane}: {mine}, ffmpeg {theirs}");
    }
}

#[test]
fn every_layout_of_8_bits_agrees_with_ffmpeg() {
    for format in ["yuv420p", "yuv422p", "yuv444p", "gray"] {
        // ffmpeg's fast path for 8 bits measures something else where a row does not divide into its vectors.
        agrees_with_ffmpeg(format, "192x110");
    }
}

#[test]
fn every_layout_of_10_bits_agrees_with_ffmpeg() {
    for format in ["yuv420p10le", "yuv422p10le", "yuv444p10le"] {
        agrees_with_ffmpeg(format, "178x110");
    }
}

#[test]
fn identical_clips_are_told_so() {
    let scratch = Scratch::new();
    let source = scratch.clip(&Clip::new(33, 17, 3, Content::Noise));
    let found = compared(&source, &source);
    assert_eq!(found["identical"], true);
    assert!(found["psnr"]["all"].is_null());
    assert_eq!(found["ssim"]["all"], 1.0);
    let output = succeed(vitascope().arg("compare").args([&source, &source]));
    assert!(text(&output.stdout).contains("inf"), "{}", text(&output.stdout));
    let output = succeed(vitascope().args(["compare", "--per-frame"]).args([&source, &source]));
    assert!(text(&output.stdout).contains("frame 2  Y inf 1.000000"), "{}", text(&output.stdout));
}

#[test]
fn clips_that_cannot_be_compared_are_refused_with_the_reason() {
    let scratch = Scratch::new();
    let (one, other, shorter) = (scratch.path("a.y4m"), scratch.path("b.y4m"), scratch.path("c.y4m"));
    Clip::new(32, 16, 3, Content::Motion).save(&one);
    Clip::new(32, 18, 3, Content::Motion).save(&other);
    Clip::new(32, 16, 2, Content::Motion).save(&shorter);
    let said = fail(vitascope().arg("compare").args([&one, &other]), 1);
    assert!(said.contains("32x16") && said.contains("32x18"), "{said}");
    let said = fail(vitascope().arg("compare").args([&one, &shorter]), 1);
    assert!(said.contains("ends after 2 frames"), "{said}");
    let wide = scratch.path("w.y4m");
    succeed(vitascope().args(["convert", "--quiet", "--format", "x444", "-o"]).args([&wide, &one]));
    let said = fail(vitascope().arg("compare").args([&one, &wide]), 1);
    assert!(said.contains("4:2:0 of 8 bits") && said.contains("4:4:4 of 10 bits"), "{said}");
    let coded = scratch.path("d.mp4");
    std::fs::write(&coded, b"\0\0\0\x18ftypisom").expect("writable");
    let said = fail(vitascope().arg("compare").args([&one, &coded]), 1);
    assert!(said.contains("cannot be decoded yet"), "{said}");
    let said = fail(vitascope().args(["compare", "-", "-"]), 2);
    assert!(said.contains("standard input"), "{said}");
}
