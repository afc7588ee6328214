//! Whatever comes in, a clear message goes out: no panic, no partial file.

use std::path::Path;
use std::process::Stdio;

use crate::clip::{Clip, Content};
use crate::support::{Scratch, bunny, encode, fail, packets, succeed, vitascope};

/// Encoding these bytes fails with code 1, names the file and says all of `expected`; nothing is left behind.
#[track_caller]
fn refused(bytes: &[u8], expected: &[&str]) {
    let scratch = Scratch::new();
    let source = scratch.path("bad.y4m");
    std::fs::write(&source, bytes).expect("the scratch folder has room");
    let said = fail(&mut encode(&source, &scratch.path("out.mp4"), &[]), 1);
    assert!(said.contains("bad.y4m"), "{said}");
    for part in expected {
        assert!(said.contains(part), "'{part}' in: {said}");
    }
    assert_eq!(scratch.names(), ["bad.y4m"]);
}

/// A setting is refused with code 2 and a message that has all of `expected`.
#[track_caller]
fn setting_refused(setting: &str, expected: &[&str]) {
    let scratch = Scratch::new();
    let said = fail(&mut encode(&bunny(), &scratch.path("out.mp4"), &[setting]), 2);
    for part in expected {
        assert!(said.contains(part), "'{part}' in: {said}");
    }
    assert!(scratch.names().is_empty(), "left behind: {:?}", scratch.names());
}

#[test]
fn hostile_headers() {
    refused(b"", &["y4m"]);
    refused(b"not a video at all\n", &["not a y4m stream"]);
    refused(b"YUV4MPEG2 W32 H3", &["cut off"]);
    refused(b"YUV4MPEG2 H32\n", &["W"]);
    refused(b"YUV4MPEG2 W0 H32 F25:1\n", &["W", "\"0\"", "16384"]);
    refused(b"YUV4MPEG2 W-4 H32 F25:1\n", &["\"-4\""]);
    refused(b"YUV4MPEG2 W99999999999999999999 H32 F25:1\n", &["99999999999999999999", "16384"]);
    refused(b"YUV4MPEG2 W16385 H2 F25:1\n", &["16385", "16384"]);
    refused(b"YUV4MPEG2 W32 H32 F25:0\n", &["25:0"]);
    refused(b"YUV4MPEG2 W32 H32 F25:1 C999\n", &["999", "420jpeg"]);
    refused(&[b"YUV4MPEG2 W32 H32 ".as_slice(), &[b'X'; 100_000]].concat(), &["4096"]);
    refused(b"YUV4MPEG2 W32 H32 F25:1\nFRAGMENT\n", &["FRA"]);
    refused(b"YUV4MPEG2 W32 H32 F25:1\n", &["no frames"]);
    for length in [4096, 100_000] {
        refused(&vec![0xff; length], &["not a y4m stream", "vitascope convert"]);
    }
}

#[test]
fn sizes_beyond_the_encoder() {
    refused(b"YUV4MPEG2 W8192 H64 F25:1\nFRAME\n", &["8192x64", "4096"]);
    refused(&Clip::new(1, 1, 1, Content::Noise).bytes(), &["1x1", "2"]);
}

#[test]
fn a_cut_off_clip_is_an_error_and_leaves_no_file() {
    let whole = Clip::new(32, 32, 4, Content::Motion).bytes();
    refused(&whole[..whole.len() - 100], &["frame"]);
    refused(&whole[..whole.len() - 1], &["frame"]);
}

#[test]
fn files_named_twice_are_refused_and_untouched() {
    let scratch = Scratch::new();
    let source = scratch.path("clip.y4m");
    let bytes = Clip::new(32, 32, 2, Content::Motion).bytes();
    std::fs::write(&source, &bytes).expect("the scratch folder has room");
    let hashes = format!("--hashes={}", source.display());
    let mut command = encode(&source, &scratch.path("out.mp4"), &[]);
    let said = fail(command.arg(&hashes), 2);
    assert!(said.contains("named twice"), "{said}");
    assert_eq!(std::fs::read(&source).expect("the source is still there"), bytes);
    assert_eq!(scratch.names(), ["clip.y4m"]);
}

#[test]
fn the_order_of_settings_does_not_matter() {
    let scratch = Scratch::new();
    let pair = ["H264EntropyMode=CABAC", "ProfileLevel=H264_Baseline_AutoLevel"];
    for settings in [pair, [pair[1], pair[0]]] {
        let said = fail(&mut encode(&bunny(), &scratch.path("out.mp4"), &settings), 2);
        assert!(said.contains("H264EntropyMode"), "{said}");
    }
}

#[test]
fn sources_that_cannot_be_opened() {
    let scratch = Scratch::new();
    let said = fail(&mut encode(Path::new("/nowhere/at/all.y4m"), &scratch.path("out.mp4"), &[]), 1);
    assert!(said.contains("/nowhere/at/all.y4m"), "{said}");
    let said = fail(&mut encode(&std::env::temp_dir(), &scratch.path("out.mp4"), &[]), 1);
    assert!(said.contains("folder"), "{said}");
    assert!(scratch.names().is_empty());
}

#[test]
fn coded_video_is_not_yet_a_source() {
    let scratch = Scratch::new();
    let source = scratch.path("in.mp4");
    std::fs::write(&source, b"\0\0\0\x18ftypisom\0\0\0\0isomavc1").expect("writable");
    let said = fail(&mut encode(&source, &scratch.path("out.mp4"), &[]), 1);
    assert!(said.contains("in.mp4") && said.contains("y4m"), "{said}");
}

#[test]
fn outputs_that_cannot_be_written() {
    let said = fail(&mut encode(&bunny(), Path::new("/nowhere/at/all.mp4"), &[]), 1);
    assert!(said.contains("/nowhere/at/all.mp4"), "{said}");
    let scratch = Scratch::new();
    let said = fail(&mut encode(&bunny(), &scratch.path("out.avi"), &[]), 2);
    assert!(said.contains("out.avi") && said.contains(".mp4") && said.contains(".264"), "{said}");
    let said = fail(&mut encode(&bunny(), &scratch.path("out.y4m"), &[]), 2);
    assert!(said.contains("out.y4m") && said.contains(".mp4"), "{said}");
    std::fs::create_dir(scratch.path("folder.mp4")).expect("writable");
    let said = fail(&mut encode(&bunny(), &scratch.path("folder.mp4"), &[]), 1);
    assert!(said.contains("folder.mp4"), "{said}");
    assert_eq!(scratch.names(), ["folder.mp4"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_reported() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has it");
    let said = fail(vitascope().args(["encode", "-o", "-"]).arg(bunny()).stdout(Stdio::from(full)), 1);
    assert!(said.contains("standard output") && said.contains("No space left"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_grow_is_reported_and_removed() {
    let scratch = Scratch::new();
    // A limit on the size of files stands for a full disk: the write fails half-way through the clip.
    let script = "trap '' XFSZ; ulimit -f 20; exec \"$0\" encode \"$1\" -o \"$2\" --set Quality=1";
    let output = scratch.path("out.mp4");
    let mut command = std::process::Command::new("bash");
    command.args(["-c", script, env!("CARGO_BIN_EXE_vitascope")]).arg(bunny()).arg(&output);
    let said = fail(&mut command, 1);
    assert!(said.contains("out.mp4") && said.contains("too large"), "{said}");
    assert!(scratch.names().is_empty(), "left behind: {:?}", scratch.names());
}

#[test]
fn frame_rates_beyond_the_encoder_are_no_obstacle() {
    for tags in [" F57600:1", " F1:2147483647", " F2147483647:1", " F1:1", ""] {
        let scratch = Scratch::new();
        let source = scratch.clip(&Clip::new(16, 16, 3, Content::Motion).tags(tags));
        let output = scratch.path("out.mp4");
        succeed(&mut encode(&source, &output, &[]));
        assert_eq!(packets(&output).len(), 3, "{tags}");
    }
}

#[test]
fn settings_that_do_not_exist_or_do_not_fit() {
    setting_refused("NoSuchThing=1", &["NoSuchThing", "vitascope properties"]);
    setting_refused("AverageBitRatte=1", &["AverageBitRatte", "AverageBitRate"]);
    setting_refused("kVTCompressionPropertyKey_HeroEye=Left", &["HeroEye", "MV-HEVC"]);
    setting_refused("PreserveAlphaChannel=true", &["PreserveAlphaChannel", "no alpha"]);
    setting_refused("AverageBitRate", &["KEY=VALUE"]);
    setting_refused("AverageBitRate=fast", &["AverageBitRate", "fast"]);
    setting_refused("AverageBitRate=-5", &["AverageBitRate", "-5"]);
    setting_refused("Quality=1.5", &["Quality", "1.5", "0", "1"]);
    setting_refused("Quality=nan", &["Quality", "nan"]);
    setting_refused("RealTime=maybe", &["RealTime", "maybe", "true", "false"]);
    setting_refused(
        "ProfileLevel=H264_Extreme_9_9",
        &["ProfileLevel", "H264_Extreme_9_9", "H264_High_AutoLevel"],
    );
    setting_refused("NumberOfPendingFrames=3", &["NumberOfPendingFrames", "read"]);
    setting_refused("MaxKeyFrameInterval=99999999999999999999", &["MaxKeyFrameInterval"]);
}

#[test]
fn a_codec_that_does_not_exist() {
    let scratch = Scratch::new();
    let output = scratch.path("out.mp4");
    let said = fail(encode(&bunny(), &output, &[]).args(["--codec", "theora"]), 2);
    assert!(said.contains("theora") && said.contains("avc1"), "{said}");
    let said = fail(vitascope().args(["properties", "--codec", "xyzw"]), 2);
    assert!(said.contains("xyzw"), "{said}");
}

#[test]
fn info_on_rubbish() {
    let scratch = Scratch::new();
    let samples: &[&[u8]] = &[
        b"",
        b"hello",
        b"\0\0\0\x18ftypisom",
        b"\0\0\0\x01moov",
        b"\xff\xff\xff\xffmoov\0\0\0\0",
        b"YUV4MPEG2 W0 H0\n",
    ];
    for (index, bytes) in samples.iter().enumerate() {
        let path = scratch.path(&format!("rubbish{index}.mp4"));
        std::fs::write(&path, bytes).expect("writable");
        let said = fail(vitascope().arg("info").arg(&path), 1);
        assert!(said.contains(&format!("rubbish{index}.mp4")), "{said}");
    }
    fail(vitascope().args(["info", "/nowhere/at/all.mp4"]), 1);
}
