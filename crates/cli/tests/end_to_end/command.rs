//! Manners of the command: what it prints, where, and how it ends.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::clip::{Clip, Content};
use crate::support::{Scratch, bunny, encode, fail, frame_hashes, packets, succeed, text, vitascope};

fn json(command: &mut Command) -> Value {
    let output = succeed(command);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stdout)))
}

#[test]
fn encoding_ends_with_one_line() {
    let scratch = Scratch::new();
    let output = succeed(vitascope().arg("encode").arg(bunny()).arg("-o").arg(scratch.path("out.mp4")));
    assert!(output.stdout.is_empty());
    let said = text(&output.stderr);
    assert_eq!(said.lines().count(), 1, "{said}");
    for part in ["48 frames", "1.92 s", "kbit/s", "fps", "bytes"] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert_eq!(scratch.names(), ["out.mp4"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_gets_a_progress_bar() {
    let scratch = Scratch::new();
    // script(1) runs a command on a terminal of its own.
    let line = format!(
        "{} encode {} -o {}",
        env!("CARGO_BIN_EXE_vitascope"),
        bunny().display(),
        scratch.path("out.mp4").display()
    );
    let shown = text(&succeed(Command::new("script").args(["-qec", &line, "/dev/null"])).stdout);
    assert!(shown.contains("/48 ") && shown.contains(" fps, ") && shown.contains(" left"), "{shown}");
    assert!(shown.trim_end().ends_with("fps"), "the summary comes last: {shown}");
}

#[test]
fn quiet_is_silent() {
    let scratch = Scratch::new();
    let output = succeed(encode(&bunny(), &scratch.path("out.mp4"), &[]).args(["--frames", "2"]));
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{}", text(&output.stderr));
}

#[test]
fn the_json_summary_agrees_with_the_file() {
    let scratch = Scratch::new();
    let path = scratch.path("out.mp4");
    let arguments = ["--json", "--per-frame", "--frames", "10", "--force-key-frames", "4"];
    let summary = json(vitascope().arg("encode").arg(bunny()).arg("-o").arg(&path).args(arguments));
    let packets = packets(&path);
    assert_eq!(summary["frames"], 10);
    assert_eq!(summary["key_frames"], 2);
    assert_eq!(summary["seconds"], 0.4);
    let sizes: u64 = packets.iter().map(|packet| packet.size).sum();
    assert_eq!(summary["bytes"], sizes);
    let rate = summary["bits_per_second"].as_f64().expect("a number");
    assert!((rate - sizes as f64 * 8.0 / 0.4).abs() < 1.0);
    assert_eq!(summary["file_bytes"], std::fs::metadata(&path).expect("the output is there").len());
    let frames = summary["per_frame"].as_array().expect("an array");
    assert_eq!(frames.len(), 10);
    for (frame, packet) in frames.iter().zip(&packets) {
        assert_eq!(frame["bytes"], packet.size);
        assert_eq!(frame["key"], packet.key);
        assert_eq!(frame["type"] == "I", packet.key);
        assert!((frame["presentation_time"].as_f64().expect("a number") - packet.pts).abs() < 1e-6);
    }
}

#[test]
fn frames_stops_early_and_threads_are_accepted() {
    let scratch = Scratch::new();
    let path = scratch.path("out.mp4");
    succeed(encode(&bunny(), &path, &[]).args(["--frames", "7", "--threads", "2"]));
    assert_eq!(packets(&path).len(), 7);
    succeed(encode(&bunny(), &path, &[]).args(["--frames", "1000"]));
    assert_eq!(packets(&path).len(), 48);
}

#[test]
fn hashes_have_the_layout_of_framemd5() {
    let scratch = Scratch::new();
    let hashes = scratch.path("hashes.txt");
    succeed(encode(&bunny(), &scratch.path("out.mp4"), &[]).args(["--frames", "3", "--hashes"]).arg(&hashes));
    let said = std::fs::read_to_string(&hashes).expect("written");
    assert!(said.contains("#dimensions 0: 320x180\n"), "{said}");
    assert_eq!(frame_hashes(&said).len(), 3);
    let rows: Vec<&str> = said.lines().filter(|line| !line.starts_with('#')).collect();
    for (index, row) in rows.iter().enumerate() {
        let cells: Vec<&str> = row.split(',').map(str::trim).collect();
        assert_eq!(cells[..3], ["0", &index.to_string(), &index.to_string()], "{row}");
        assert_eq!(cells[4], (320 * 180 * 3 / 2).to_string());
        assert_eq!(cells[5].len(), 32);
    }
}

#[test]
fn settings_reach_the_session() {
    let scratch = Scratch::new();
    let path = scratch.path("out.mp4");
    succeed(
        encode(
            &bunny(),
            &path,
            &["ProfileLevel=H264_Baseline_3_1", "PixelAspectRatio={HorizontalSpacing=4,VerticalSpacing=3}"],
        )
        .args(["--frames", "2"]),
    );
    let probe = crate::support::Probe::stream(&path);
    assert!(probe.value("profile").contains("Baseline"));
    assert_eq!(probe.value("level"), "31");
    assert_eq!(probe.value("sample_aspect_ratio"), "4:3");
}

#[test]
fn the_tables_list_what_there_is() {
    let encoders = json(vitascope().args(["encoders", "--json"]));
    assert_eq!(encoders[0]["CodecType"], "avc1");
    assert!(text(&succeed(vitascope().arg("encoders")).stdout).contains("avc1"));
    let properties = json(vitascope().args(["properties", "--json"]));
    let rows = properties.as_array().expect("an array");
    for key in ["AverageBitRate", "Quality", "ProfileLevel", "MaxKeyFrameInterval", "VitascopeThreadCount"] {
        let row = rows.iter().find(|row| row["key"] == key).unwrap_or_else(|| panic!("no {key}"));
        assert!(!row["documentation"].as_str().expect("a text").is_empty());
    }
    let table = text(&succeed(vitascope().args(["properties", "--codec", "avc1"])).stdout);
    for row in rows {
        assert!(table.contains(row["key"].as_str().expect("a text")));
    }
    let low_latency = json(vitascope().args(["properties", "--low-latency", "--json"]));
    let row = |rows: &serde_json::Value, key: &str| {
        rows.as_array().unwrap().iter().find(|row| row["key"] == key).map(|row| row["default"].clone())
    };
    let efforts = [&properties, &low_latency].map(|rows| row(rows, "VitascopeEffort"));
    assert_eq!(efforts, [Some(5.into()), Some(2.into())]);
    assert!(row(&properties, "VariableBitRate").is_some() && row(&low_latency, "VariableBitRate").is_none());
}

#[test]
fn info_describes_each_kind_of_file() {
    let scratch = Scratch::new();
    let found = json(vitascope().args(["info", "--json"]).arg(bunny()));
    assert_eq!(found["container"], "y4m");
    let track = &found["tracks"][0];
    assert_eq!((&track["width"], &track["height"], &track["frames"]), (&320.into(), &180.into(), &48.into()));
    assert_eq!(track["duration"], 1.92);
    for ending in ["mp4", "mov", "264"] {
        let path = scratch.path(&format!("out.{ending}"));
        succeed(encode(&bunny(), &path, &[]).args(["--frames", "12", "--force-key-frames", "5"]));
        let found = json(vitascope().args(["info", "--json"]).arg(&path));
        let track = &found["tracks"][0];
        assert_eq!(track["codec"], "avc1", "{ending}: {found:#}");
        assert_eq!((&track["width"], &track["height"]), (&320.into(), &180.into()), "{ending}: {found:#}");
        assert_eq!((&track["frames"], &track["key_frames"]), (&12.into(), &2.into()), "{ending}: {found:#}");
        assert_eq!(track["profile"], "High", "{ending}: {found:#}");
        if ending != "264" {
            assert_eq!(track["duration"], 0.48, "{ending}: {found:#}");
        }
        let said = text(&succeed(vitascope().arg("info").arg(&path)).stdout);
        assert!(said.contains("320x180") && said.contains("High"), "{said}");
    }
}

#[test]
fn wrong_usage_is_code_2() {
    fail(&mut vitascope(), 2);
    fail(vitascope().arg("no-such-command"), 2);
    fail(vitascope().args(["encode", "in.y4m"]), 2);
    fail(vitascope().args(["encode", "in.y4m", "-o", "out.mp4", "--passes", "0"]), 2);
    fail(vitascope().args(["encode", "in.y4m", "-o", "out.mp4", "--frames", "0"]), 2);
}

#[test]
fn numbers_of_options_are_refused_with_what_is_accepted() {
    let options = [
        ("--frames", "abc", "1 to 18446744073709551615"),
        ("--force-key-frames", "3,x", "0 to 18446744073709551615"),
        ("--threads", "257", "0 to 256"),
        ("--passes", "10", "1 to 9"),
    ];
    for (option, value, accepted) in options {
        let said = fail(vitascope().args(["encode", "in.y4m", "-o", "out.mp4", option, value]), 2);
        let wrong = value.split(',').next_back().expect("a value");
        assert!(said.contains(&format!("'{wrong}'")) && said.contains(accepted), "{said}");
    }
    let said =
        fail(vitascope().arg("encode").arg(bunny()).args(["-o", "-", "--set", "OutputBitDepth=10"]), 2);
    assert!(said.ends_with("cannot be 10: 8 is accepted\n"), "{said}");
}

#[test]
fn a_dash_is_no_file_for_hashes_or_plots() {
    let scratch = Scratch::new();
    for option in ["--hashes", "--plot"] {
        let mut command = vitascope();
        command
            .current_dir(scratch.path("."))
            .arg("encode")
            .arg(bunny())
            .args(["-o", "out.mp4", option, "-"]);
        let said = fail(&mut command, 2);
        assert!(said.contains(&format!("{option} -: ")), "{said}");
        assert!(scratch.names().is_empty(), "{:?}", scratch.names());
    }
}

#[test]
fn the_summary_of_standard_output_tells_no_size_of_a_file() {
    let scratch = Scratch::new();
    std::fs::write(scratch.path("-"), "something else").expect("written");
    let mut command = vitascope();
    command.current_dir(scratch.path(".")).arg("encode").arg(bunny());
    let output = succeed(command.args(["-o", "-", "--frames", "2", "--json"]));
    let summary: Value = serde_json::from_slice(&output.stderr).expect("JSON on standard error");
    assert!(summary["file_bytes"].is_null(), "{summary}");
}

#[test]
fn help_and_version_are_code_0() {
    assert!(text(&succeed(vitascope().arg("--version")).stdout).starts_with("vitascope "));
    assert!(text(&succeed(vitascope().args(["encode", "--help"])).stdout).contains("--set"));
    assert!(text(&succeed(vitascope().args(["help", "encode"])).stdout).contains("--set"));
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(text(&succeed(vitascope().args(["completions", shell])).stdout).contains("encode"));
    }
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let mut child = vitascope()
        // More than a pipe holds, so that the command writes on after the reader is gone.
        .args(["encode", "--set", "Quality=1", "-o", "-"])
        .arg(bunny())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut stdout = child.stdout.take().expect("a pipe was asked for");
    stdout.read_exact(&mut [0; 4]).expect("some bytes arrive");
    drop(stdout);
    let output = child.wait_with_output().expect("the command ends");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_wait_for_a_pipe() {
    let scratch = Scratch::new();
    let pipe = scratch.path("pipe.y4m");
    succeed(Command::new("mkfifo").arg(&pipe));
    let mut command = encode(&pipe, &scratch.path("out.mp4"), &[]);
    let mut child = command.stderr(Stdio::piped()).spawn().expect("the command starts");
    // Signals are taken over at some moment that cannot be seen from here; before it they end the program by themselves.
    std::thread::sleep(std::time::Duration::from_millis(300));
    succeed(Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]));
    for _ in 0..400 {
        if child.try_wait().expect("the system knows").is_some() {
            assert_eq!(scratch.names(), ["pipe.y4m"]);
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    child.kill().expect("it still runs");
    panic!("the command goes on waiting for the pipe");
}

#[test]
fn what_has_no_effect_is_said() {
    let scratch = Scratch::new();
    let output =
        succeed(encode(&bunny(), &scratch.path("out.mp4"), &[]).env("VITASCOPE_CPU", "sse9").args([
            "--frames",
            "3",
            "--force-key-frames",
            "1,7",
        ]));
    let said = text(&output.stderr);
    assert!(said.contains("VITASCOPE_CPU='sse9'") && said.contains("scalar or avx2 or avx512"), "{said}");
    assert!(said.contains("--force-key-frames 7") && said.contains("3 frames"), "{said}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_removes_the_partial_output() {
    for signal in ["INT", "TERM"] {
        let scratch = Scratch::new();
        let clip = Clip::new(64, 48, 1, Content::Motion);
        let mut child = vitascope()
            .args(["encode", "-", "-o"])
            .arg(scratch.path("out.mp4"))
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut stdin = child.stdin.take().expect("a pipe was asked for");
        stdin.write_all(clip.header().as_bytes()).expect("the command reads");
        for index in 0..100 {
            stdin.write_all(&clip.frame(index)).expect("the command reads");
        }
        // The unfinished output shows that the command is up and has taken its signals; the pipe stays open, so that it waits
        // for more input.
        while scratch.names().is_empty() {
            assert!(child.try_wait().expect("the system knows").is_none(), "the command ended by itself");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        succeed(Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]));
        let output = child.wait_with_output().expect("the command ends");
        assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
        assert!(scratch.names().is_empty(), "left behind: {:?}", scratch.names());
        drop(stdin);
    }
}
