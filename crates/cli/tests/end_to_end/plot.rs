//! What is told of each frame, in JSON and as a picture.

use std::process::Command;

use serde_json::Value;

use crate::support::{Scratch, bunny, encode, fail, succeed, text, vitascope};

/// PSNR of luma, frame by frame, as ffmpeg measures it.
fn measured_by_ffmpeg(stream: &std::path::Path, frames: usize) -> Vec<f64> {
    let graph = "[0:v]settb=1/25,setpts=N[a];[1:v]settb=1/25,setpts=N[b];\
                 [a][b]psnr=stats_file=-:shortest=1";
    let output = succeed(
        Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(stream).arg("-i").arg(bunny()).args([
            "-lavfi",
            graph,
            "-frames:v",
            &frames.to_string(),
            "-f",
            "null",
            "-",
        ]),
    );
    let value = |line: &str| line.split_once("psnr_y:")?.1.split_whitespace().next()?.parse().ok();
    text(&output.stdout).lines().filter_map(value).collect()
}

#[test]
fn quality_and_quantiser_are_told_for_each_frame() {
    let scratch = Scratch::new();
    let path = scratch.path("out.mp4");
    let output = succeed(vitascope().arg("encode").arg(bunny()).arg("-o").arg(&path).args([
        "--json",
        "--per-frame",
        "--frames",
        "12",
    ]));
    let summary: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut frames = summary["per_frame"].as_array().expect("an array").clone();
    frames.sort_by(|a, b| {
        let time = |frame: &Value| frame["presentation_time"].as_f64().expect("a number");
        time(a).total_cmp(&time(b))
    });
    let measured = measured_by_ffmpeg(&path, 12);
    assert_eq!(measured.len(), 12);
    for (frame, measured) in frames.iter().zip(measured) {
        let told = frame["psnr_y"].as_f64().expect("a number");
        assert!((told - measured).abs() < 0.01, "{told} told, {measured} measured");
        assert!((1.0..=51.0).contains(&frame["qp"].as_f64().expect("a number")), "{frame}");
    }
}

#[test]
fn a_plot_is_drawn_as_png_and_svg() {
    let scratch = Scratch::new();
    for name in ["plot.png", "plot.svg"] {
        let plot = scratch.path(name);
        succeed(
            encode(&bunny(), &scratch.path("out.mp4"), &[]).args(["--frames", "10", "--plot"]).arg(&plot),
        );
        if name.ends_with("svg") {
            let svg = std::fs::read_to_string(&plot).expect("the plot is there");
            assert!(svg.contains("out.mp4: 10 frames") && svg.contains("PSNR Y"));
            continue;
        }
        let size = succeed(
            Command::new("ffprobe")
                .args(["-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0"])
                .arg(&plot),
        );
        assert_eq!(text(&size.stdout).trim(), "1200,840");
    }
    assert_eq!(scratch.names(), ["out.mp4", "plot.png", "plot.svg"]);
}

#[test]
fn a_plot_elsewhere_is_refused_before_anything_is_coded() {
    let scratch = Scratch::new();
    let output = scratch.path("out.mp4");
    let said = fail(encode(&bunny(), &output, &[]).arg("--plot").arg(scratch.path("plot.jpg")), 2);
    assert!(said.contains(".png and .svg"), "{said}");
    let said = fail(encode(&bunny(), &output, &[]).args(["--plot", "/nowhere/plot.png"]), 1);
    assert!(said.contains("/nowhere"), "{said}");
    assert!(scratch.names().is_empty());
}
