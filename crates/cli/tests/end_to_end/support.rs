//! Running the command and the programs that judge it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::clip::Clip;

/// The command under test.
pub(crate) fn vitascope() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vitascope"));
    command
        .stdin(Stdio::null())
        .env_remove("VITASCOPE_LOG")
        .env_remove("VITASCOPE_CPU")
        .env_remove("VITASCOPE_HARDWARE");
    command
}

/// The clip in the repository.
pub(crate) fn bunny() -> PathBuf {
    root().join("testdata/bunny_320x180.y4m")
}

/// The workspace's folder.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("crates/cli lies in the workspace")
        .to_path_buf()
}

/// A folder that goes away at the end of the test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("vitascope-test-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the temporary folder is writable");
        Scratch(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The clip as a file in this folder.
    pub(crate) fn clip(&self, clip: &Clip) -> PathBuf {
        let path = self.path("source.y4m");
        clip.save(&path);
        path
    }

    /// Names of what lies in the folder, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Runs to the end; fails the test with the program's own words unless it succeeds.
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = run(command);
    assert!(output.status.success(), "{command:?}\n{}\n{}", output.status, text(&output.stderr));
    output
}

/// Runs to the end and expects this exit code; gives what was said on standard error.
pub(crate) fn fail(command: &mut Command, code: i32) -> String {
    let output = run(command);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{command:?}\n{said}");
    assert!(!said.contains("panicked"), "{command:?}\n{said}");
    said
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| {
        panic!(
            "{:?} does not start ({error}); `cargo xtask test` installs what the tests need",
            command.get_program()
        )
    })
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// `vitascope encode --quiet INPUT -o OUTPUT` with settings.
pub(crate) fn encode(input: &Path, output: &Path, settings: &[&str]) -> Command {
    let mut command = vitascope();
    command.args(["encode", "--quiet"]).arg(input).arg("-o").arg(output);
    for setting in settings {
        command.args(["--set", setting]);
    }
    command
}

/// MD5 of each frame as ffmpeg decodes it, in order of presentation.
pub(crate) fn decoded_hashes(stream: &Path) -> Vec<String> {
    let output = succeed(
        Command::new("ffmpeg")
            .args(["-hide_banner", "-loglevel", "error", "-noautorotate", "-i"])
            .arg(stream)
            .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"]),
    );
    assert!(
        output.stderr.is_empty(),
        "ffmpeg complains about {}: {}",
        stream.display(),
        text(&output.stderr)
    );
    frame_hashes(&text(&output.stdout))
}

/// The hashes in a file of ffmpeg's framemd5 layout.
pub(crate) fn frame_hashes(text: &str) -> Vec<String> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit(',').next().unwrap_or_default().trim().to_string())
        .collect()
}

/// Encodes with the settings and holds every decoded frame against the encoder's reconstruction.
#[track_caller]
pub(crate) fn conforms(clip: &Clip, ending: &str, settings: &[&str]) {
    conforms_with(clip, ending, settings, |command| command);
}

/// The same, with a change to the command.
#[track_caller]
pub(crate) fn conforms_with(
    clip: &Clip,
    ending: &str,
    settings: &[&str],
    change: impl FnOnce(&mut Command) -> &mut Command,
) {
    let scratch = Scratch::new();
    let source = scratch.clip(clip);
    let (stream, hashes) = (scratch.path(&format!("out.{ending}")), scratch.path("hashes.txt"));
    succeed(change(encode(&source, &stream, settings).arg("--hashes").arg(&hashes)));
    let ours = frame_hashes(&std::fs::read_to_string(&hashes).expect("the command wrote the hashes"));
    let theirs = decoded_hashes(&stream);
    assert_eq!(ours.len(), clip.frames, "hashes, {clip:?} {settings:?}");
    assert_eq!(theirs.len(), clip.frames, "decoded frames, {clip:?} {settings:?}");
    if let Some(frame) = ours.iter().zip(&theirs).position(|(ours, theirs)| ours != theirs) {
        panic!("frame {frame} decodes to other samples: {clip:?} {settings:?}");
    }
}

/// What ffprobe says about the first video stream, as `key=value` lines turned into a lookup.
pub(crate) struct Probe(String);

impl Probe {
    pub(crate) fn stream(path: &Path) -> Self {
        let output = succeed(
            Command::new("ffprobe")
                .args(["-v", "error", "-count_packets", "-select_streams", "v:0", "-show_streams"])
                .arg(path),
        );
        Probe(text(&output.stdout))
    }

    #[track_caller]
    pub(crate) fn value(&self, key: &str) -> &str {
        let found = self.0.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("ffprobe says nothing about {key}:\n{}", self.0))
    }
}

/// One coded frame, as ffprobe sees it, in decode order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Packet {
    pub(crate) pts: f64,
    pub(crate) dts: f64,
    pub(crate) duration: f64,
    pub(crate) size: u64,
    pub(crate) key: bool,
}

/// All coded frames of the first video stream.
pub(crate) fn packets(path: &Path) -> Vec<Packet> {
    let output = succeed(
        Command::new("ffprobe")
            .args(["-v", "error", "-select_streams", "v:0", "-show_entries"])
            .args([
                "packet=pts_time,dts_time,duration_time,size,flags",
                "-of",
                "default=nokey=0:noprint_wrappers=0",
            ])
            .arg(path),
    );
    let said = text(&output.stdout);
    let mut packets = Vec::new();
    for block in said.split("[PACKET]").skip(1) {
        let value = |key: &str| {
            block.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap_or("")
        };
        let number = |key: &str| value(key).parse().unwrap_or(f64::NAN);
        packets.push(Packet {
            pts: number("pts_time"),
            dts: number("dts_time"),
            duration: number("duration_time"),
            size: value("size").parse().expect("a packet has a size"),
            key: value("flags").contains('K'),
        });
    }
    packets
}

/// Indices of key frames.
pub(crate) fn key_frames(path: &Path) -> Vec<usize> {
    packets(path).iter().enumerate().filter(|(_, packet)| packet.key).map(|(index, _)| index).collect()
}
