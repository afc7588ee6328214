//! `cargo xtask conformance FOLDER`: our streams, decoded by ffmpeg, are our reconstruction.
//!
//! Every clip that ffmpeg reads in the folder is encoded at a list of settings. The encoder reports the MD5 of each
//! reconstructed frame, ffmpeg that of each decoded one; all must agree, and no frame may be missing.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::run::{capture, cargo, check, root};
use crate::{Failure, tools};

/// Settings tried on every clip.
const USUAL: &[&[&str]] = &[
    &[],
    &["Quality=0"],
    &["Quality=0.25", "ProfileLevel=H264_Baseline_AutoLevel"],
    &["Quality=0.75", "ProfileLevel=H264_Main_AutoLevel", "H264EntropyMode=CAVLC"],
    &["Quality=1", "ProfileLevel=H264_High_AutoLevel", "H264EntropyMode=CABAC"],
    &["AverageBitRate=1000000", "MaxKeyFrameInterval=20"],
];

const PROFILES: &[(&str, &[&str])] = &[
    ("H264_Baseline_AutoLevel", &["CAVLC"]),
    ("H264_ConstrainedBaseline_AutoLevel", &["CAVLC"]),
    ("H264_Main_AutoLevel", &["CAVLC", "CABAC"]),
    ("H264_High_AutoLevel", &["CAVLC", "CABAC"]),
];

const QUALITIES: &[&str] = &["0", "0.25", "0.5", "0.75", "1"];

pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let options = Options::parse(arguments)?;
    tools::ffmpeg()?;
    check(&mut cargo(&["build", "--release", "--package", "vitascope-cli"]))?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let vitascope = target.join("release/vitascope");
    let scratch = Scratch::new()?;
    let (mut runs, mut failures) = (0, Vec::new());
    for clip in clips(&options.folder)? {
        let name = clip.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let source = scratch.0.join("source.y4m");
        if let Err(failure) = decode_to_y4m(&clip, &source, options.frames) {
            eprintln!("{name}: skipped, ffmpeg cannot decode it ({})", failure.lines().last().unwrap_or(""));
            continue;
        }
        for settings in options.settings() {
            let started = Instant::now();
            runs += 1;
            match conform(&vitascope, &source, &settings, &scratch.0) {
                Ok(frames) => {
                    let seconds = started.elapsed().as_secs_f64();
                    println!("ok    {name} {} ({frames} frames, {seconds:.1} s)", settings.join(" "));
                }
                Err(failure) => {
                    println!("FAIL  {name} {}: {failure}", settings.join(" "));
                    failures.push(format!("{name} {}", settings.join(" ")));
                }
            }
        }
    }
    println!("{runs} runs, {} failures", failures.len());
    if runs == 0 {
        return Err(format!("{}: no clip that ffmpeg can decode", options.folder.display()));
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

struct Options {
    folder: PathBuf,
    frames: Option<u32>,
    full: bool,
}

impl Options {
    fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let (mut folder, mut frames, mut full) = (None, None, false);
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--full" => full = true,
                "--frames" => {
                    let value = rest.next().ok_or("--frames wants a number")?;
                    frames = Some(value.parse().map_err(|_| format!("--frames: '{value}' is not a number"))?);
                }
                path if folder.is_none() && !path.starts_with("--") => folder = Some(PathBuf::from(path)),
                other => return Err(format!("conformance: unexpected '{other}'")),
            }
        }
        Ok(Options { folder: folder.ok_or("conformance wants a folder of clips")?, frames, full })
    }

    fn settings(&self) -> Vec<Vec<String>> {
        let mut list: Vec<Vec<String>> =
            USUAL.iter().map(|set| set.iter().map(|setting| (*setting).to_string()).collect()).collect();
        if self.full {
            for (profile, modes) in PROFILES {
                for mode in *modes {
                    for quality in QUALITIES {
                        list.push(vec![
                            format!("ProfileLevel={profile}"),
                            format!("H264EntropyMode={mode}"),
                            format!("Quality={quality}"),
                        ]);
                    }
                }
            }
        }
        list
    }
}

/// Encodes with the settings and compares every frame's hash; gives the number of frames.
fn conform(vitascope: &Path, source: &Path, settings: &[String], scratch: &Path) -> Result<usize, Failure> {
    let (stream, hashes) = (scratch.join("stream.mp4"), scratch.join("hashes.txt"));
    let mut encode = Command::new(vitascope);
    encode.args(["encode", "--quiet", "--hashes"]).arg(&hashes).arg(source).arg("-o").arg(&stream);
    for setting in settings {
        encode.args(["--set", setting]);
    }
    capture(&mut encode)?;
    let ours = std::fs::read_to_string(&hashes).map_err(|error| format!("{}: {error}", hashes.display()))?;
    let decoded = capture(
        Command::new("ffmpeg")
            .args(["-hide_banner", "-loglevel", "error", "-noautorotate", "-i"])
            .arg(&stream)
            .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"]),
    )?;
    let (ours, theirs) = (frame_hashes(&ours), frame_hashes(&String::from_utf8_lossy(&decoded)));
    if ours.len() != theirs.len() {
        return Err(format!("{} frames encoded, {} decoded", ours.len(), theirs.len()));
    }
    match ours.iter().zip(&theirs).position(|(ours, theirs)| ours != theirs) {
        Some(frame) => Err(format!("frame {frame} of {} decodes to other samples", ours.len())),
        None => Ok(ours.len()),
    }
}

/// The last column of each row of ffmpeg's framemd5 format.
fn frame_hashes(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.rsplit(',').next())
        .map(|hash| hash.trim().to_string())
        .collect()
}

fn decode_to_y4m(clip: &Path, output: &Path, frames: Option<u32>) -> Result<(), Failure> {
    let probe = capture(
        Command::new("ffprobe")
            .args([
                "-v",
                "error",
                "-select_streams",
                "v:0",
                "-show_entries",
                "stream=pix_fmt",
                "-of",
                "csv=p=0",
            ])
            .arg(clip),
    )?;
    // y4m carries more depths than the pixel formats of the platform: what lies between goes down to 10 bits.
    let format = match String::from_utf8_lossy(&probe).trim().trim_end_matches(',') {
        "yuv420p12le" => "yuv420p10le",
        "yuv422p12le" => "yuv422p10le",
        "yuv444p12le" => "yuv444p10le",
        format @ ("yuv420p" | "yuv422p" | "yuv444p" | "yuv420p10le" | "yuv422p10le" | "yuv444p10le") => {
            format
        }
        "yuvj420p" => "yuvj420p",
        _ => "yuv420p",
    }
    .to_string();
    let mut command = Command::new("ffmpeg");
    command.args(["-hide_banner", "-loglevel", "error", "-y", "-noautorotate", "-i"]).arg(clip);
    command.args(["-map", "0:v:0", "-fps_mode", "passthrough", "-pix_fmt", &format]);
    if let Some(frames) = frames {
        command.args(["-frames:v", &frames.to_string()]);
    }
    capture(command.args(["-strict", "-1", "-f", "yuv4mpegpipe"]).arg(output)).map(|_| ())
}

fn clips(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut clips: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok())
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    clips.sort();
    Ok(clips)
}

/// A folder of our own that goes away with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("vitascope-conformance-{}", std::process::id()));
        std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Left-overs in the temporary folder harm nobody; there is no one to tell.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
