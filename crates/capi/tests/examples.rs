//! The examples for C: compiled as a program for the platform would be, run, and their output judged by ffmpeg.

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{Workshop, compilers, root, success};

/// Decodes with ffmpeg; an error or warning of the decoder fails. Returns the number of frames.
fn frames_decoded(stream: &Path) -> usize {
    let output = decoded(stream, "warning");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(complaints.is_empty(), "ffmpeg complains: {complaints}");
    count(&output)
}

/// As [`frames_decoded`], of a stream that lacks frames.
fn frames_shown(stream: &Path) -> usize {
    count(&decoded(stream, "fatal"))
}

fn decoded(stream: &Path, level: &str) -> Output {
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-loglevel", level, "-i"]).arg(stream);
    success(command.args(["-fps_mode", "passthrough", "-f", "framemd5", "-"]))
}

fn count(output: &Output) -> usize {
    String::from_utf8_lossy(&output.stdout).lines().filter(|line| !line.starts_with('#')).count()
}

fn clip() -> PathBuf {
    root().join("testdata/bunny_320x180.y4m")
}

/// Of the clip.
const FRAME_RATE: u64 = 25;

fn frames_of_clip() -> usize {
    let clip = std::fs::read(clip()).expect("the clip is there");
    clip.windows(6).filter(|bytes| bytes == b"FRAME\n").count()
}

/// Compiles an example.
fn example(workshop: &Workshop, compiler: &str, name: &str) -> PathBuf {
    workshop.compile(compiler, &root().join(format!("examples/c/{name}.c")), &[])
}

/// The numbers of a line of output.
fn numbers(output: &Output) -> Vec<usize> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}

#[test]
fn encode_makes_a_stream_that_ffmpeg_decodes() {
    let workshop = Workshop::new("encode");
    for compiler in compilers() {
        let program = example(&workshop, compiler, "encode");
        let stream = workshop.path(&format!("{compiler}.264"));
        success(workshop.command(&program).arg(clip()).arg(&stream).arg("300000"));
        assert_eq!(frames_decoded(&stream), frames_of_clip(), "{compiler}");
    }
}

#[test]
fn conferencing_survives_losses_and_halves_its_rate() {
    let workshop = Workshop::new("conferencing");
    let program = example(&workshop, "gcc", "conferencing");
    let (received, base) = (workshop.path("received.264"), workshop.path("base.264"));
    let output = success(workshop.command(&program).arg(clip()).arg(&received).arg(&base));
    let [shown, in_base, refreshes] = numbers(&output)[..] else { panic!("{output:?}") };
    assert_eq!(in_base, frames_of_clip().div_ceil(2), "every other frame is in the base layer");
    assert!(refreshes > 0 && shown > frames_of_clip() / 2 && shown < frames_of_clip(), "{output:?}");
    assert_eq!(frames_decoded(&base), in_base);
    // Where a frame was lost there is a gap in the frame numbers, of which the decoder speaks; what it shows is whole.
    assert_eq!(frames_shown(&received), shown);
}

#[test]
fn letterbox_pictures_are_those_of_ffmpeg() {
    let workshop = Workshop::new("letterbox");
    let program = example(&workshop, "gcc", "letterbox");
    let boxed = workshop.path("boxed.y4m");
    success(workshop.command(&program).arg(clip()).arg(&boxed).args(["256", "256"]));
    // 320 x 180 fits as 256 x 144, with 56 black rows on either side.
    let filter = "[1:v]scale=256:144:flags=bicubic,pad=256:256:0:56[expected];[0:v][expected]psnr";
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-i"]).arg(&boxed).arg("-i").arg(clip());
    let output = success(command.args(["-lavfi", filter, "-f", "null", "-"]));
    let log = String::from_utf8_lossy(&output.stderr);
    let average = log.split("average:").nth(1).and_then(|rest| rest.split_whitespace().next());
    let average: f64 =
        average.and_then(|number| number.parse().ok()).expect("ffmpeg says how alike they are");
    assert!(average > 30.0, "{average} dB");
    let bar = "[0:v]crop=256:52:0:0,signalstats,metadata=print:key=lavfi.signalstats.YMAX:file=-";
    let output = success(
        Command::new("ffmpeg")
            .args(["-hide_banner", "-i"])
            .arg(&boxed)
            .args(["-lavfi", bar, "-f", "null", "-"]),
    );
    let text = String::from_utf8_lossy(&output.stdout);
    let brightest: Vec<&str> =
        text.lines().filter_map(|line| line.split_once("YMAX=")).map(|(_, value)| value).collect();
    assert!(brightest.len() == frames_of_clip() && brightest.iter().all(|value| *value == "16"), "{text}");
}

#[test]
fn two_passes_hold_the_rate_and_make_a_stream() {
    let workshop = Workshop::new("two-passes");
    let program = example(&workshop, "gcc", "two_passes");
    let stream = workshop.path("two_passes.264");
    let output = success(workshop.command(&program).arg(clip()).arg(&stream).arg("200000"));
    let [frames, passes] = numbers(&output)[..] else { panic!("{output:?}") };
    assert_eq!(frames, frames_of_clip());
    assert!(passes >= 2, "{output:?}");
    assert_eq!(frames_decoded(&stream), frames);
    let (bytes, wanted) = (
        std::fs::metadata(&stream).expect("the stream is there").len(),
        200_000 * frames as u64 / FRAME_RATE / 8,
    );
    assert!(bytes.abs_diff(wanted) * 20 < wanted, "{bytes} bytes for {wanted}");
}

#[test]
fn pool_bounds_memory_and_makes_a_stream() {
    let workshop = Workshop::new("pool");
    let program = example(&workshop, "gcc", "pool");
    let stream = workshop.path("pool.264");
    success(workshop.command(&program).arg(&stream).arg("100"));
    assert_eq!(frames_decoded(&stream), 100);
}
