//! `vitascope convert`, held against ffmpeg where that knows the same conversion.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Scratch, bunny, fail, frame_hashes, succeed, text, vitascope};

fn convert(input: &Path, output: &Path, arguments: &[&str]) -> Command {
    let mut command = vitascope();
    command.args(["convert", "--quiet"]).arg(input).arg("-o").arg(output).args(arguments);
    command
}

/// MD5 of each frame of `input` through ffmpeg's filters.
fn hashes(input: &Path, filters: &str, pixel_format: &str) -> Vec<String> {
    let mut command = Command::new("ffmpeg");
    command.args(["-loglevel", "error", "-i"]).arg(input).args(["-vf", filters, "-pix_fmt", pixel_format]);
    frame_hashes(&text(&succeed(command.args(["-fps_mode", "passthrough", "-f", "framemd5", "-"])).stdout))
}

#[test]
fn pictures_without_a_change_stay_as_they_are() {
    let scratch = Scratch::new();
    let copy = scratch.path("copy.y4m");
    succeed(&mut convert(&bunny(), &copy, &[]));
    let theirs = hashes(&bunny(), "null", "yuv420p");
    assert_eq!(hashes(&copy, "null", "yuv420p"), theirs);
    assert_eq!(theirs.len(), 48);
    // Through ten bits and back, and through standard input and output.
    let deep = scratch.path("deep.y4m");
    succeed(&mut convert(&copy, &deep, &["--format", "x420", "--frames", "5"]));
    let back = scratch.path("back.y4m");
    let bytes = std::fs::read(&deep).expect("written");
    let mut child = vitascope()
        .args(["convert", "-", "-o", "-", "--format", "y420", "--quiet"])
        .stdin(Stdio::piped())
        .stdout(std::fs::File::create(&back).expect("writable"))
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("a pipe").write_all(&bytes).expect("the command reads");
    assert!(child.wait().expect("it ends").success());
    assert_eq!(hashes(&back, "null", "yuv420p"), theirs[..5]);
}

#[test]
fn raw_pictures_are_bytes_alone() {
    let scratch = Scratch::new();
    let raw = scratch.path("out.raw");
    succeed(&mut convert(&bunny(), &raw, &["--format", "420v", "--frames", "3"]));
    let theirs = scratch.path("theirs.raw");
    let arguments = ["-frames:v", "3", "-pix_fmt", "nv12", "-f", "rawvideo"];
    succeed(
        Command::new("ffmpeg").args(["-loglevel", "error", "-i"]).arg(bunny()).args(arguments).arg(&theirs),
    );
    assert!(std::fs::read(&raw).expect("written") == std::fs::read(&theirs).expect("written"));
    let back = scratch.path("back.y4m");
    let input = ["--input-size", "320x180", "--input-format", "420v", "--format", "y420"];
    succeed(&mut convert(&raw, &back, &input));
    assert_eq!(hashes(&back, "null", "yuv420p"), hashes(&bunny(), "null", "yuv420p")[..3]);
    // A part of a picture, and a size that is not said.
    fail(&mut convert(&raw, &back, &["--input-size", "320x170", "--input-format", "420v"]), 1);
    fail(&mut convert(&raw, &back, &[]), 2);
}

#[test]
fn turns_and_mirrors_are_those_of_ffmpeg() {
    let scratch = Scratch::new();
    for (arguments, filter) in [
        (&["--rotate", "90"][..], "transpose=clock"),
        (&["--rotate", "180"], "hflip,vflip"),
        (&["--rotate", "270"], "transpose=cclock"),
        (&["--flip", "h"], "hflip"),
        (&["--flip", "v"], "vflip"),
        (&["--rotate", "90", "--flip", "hv"], "transpose=clock,hflip,vflip"),
    ] {
        let turned = scratch.path("turned.y4m");
        succeed(&mut convert(&bunny(), &turned, &[arguments, &["--frames", "2"]].concat()));
        assert_eq!(hashes(&turned, "null", "yuv420p"), hashes(&bunny(), filter, "yuv420p")[..2], "{filter}");
    }
    // The size asked for is that of the output.
    let turned = scratch.path("turned.raw");
    let arguments = ["--rotate", "90", "--size", "90x160", "--format", "L008", "--frames", "1", "--json"];
    let summary = text(&succeed(&mut convert(&bunny(), &turned, &arguments)).stdout);
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
    assert_eq!((&summary["width"], &summary["height"]), (&90.into(), &160.into()));
    assert_eq!((&summary["bytes"], &summary["pixel_format"]), (&(90 * 160).into(), &"L008".into()));
}

/// Packed pixels do not stand alone and 4:2:2 has no quarter turn, so these are turned before they are converted, in the
/// input's format or one in between.
#[test]
fn formats_that_cannot_be_turned_are_turned_before() {
    let scratch = Scratch::new();
    let read = |path: &Path| std::fs::read(path).expect("written");
    let every_second =
        |bytes: &[u8], first: usize| bytes[first..].iter().copied().step_by(2).collect::<Vec<u8>>();
    let (turned, raw) = (scratch.path("turned.raw"), scratch.path("out.raw"));
    for turn in [&["--rotate", "90"][..], &["--rotate", "270", "--flip", "v"], &["--flip", "h"]] {
        let turn = [turn, &["--frames", "1"]].concat();
        succeed(&mut convert(&bunny(), &turned, &[&turn[..], &["--format", "420v"]].concat()));
        let luma = |format: &str| {
            succeed(&mut convert(&bunny(), &raw, &[&turn[..], &["--format", format]].concat()));
            let bytes = read(&raw);
            assert_eq!(bytes.len(), 2 * 320 * 180, "{format}");
            match format {
                "2vuy" => every_second(&bytes, 1),
                "yuvs" => every_second(&bytes, 0),
                _ => bytes[..320 * 180].to_vec(),
            }
        };
        for format in ["2vuy", "yuvs", "422v"] {
            assert!(luma(format) == read(&turned)[..320 * 180], "{format} {turn:?}");
        }
    }
    // Four turns from packed pixels to packed pixels.
    let (packed, other) = (scratch.path("packed.raw"), scratch.path("other.raw"));
    succeed(&mut convert(&bunny(), &packed, &["--format", "2vuy", "--frames", "1"]));
    let before = read(&packed);
    let (mut from, mut to) = (&packed, &other);
    for size in ["320x180", "180x320", "320x180", "180x320"] {
        let input = ["--input-size", size, "--input-format", "2vuy", "--format", "2vuy", "--rotate", "90"];
        succeed(&mut convert(from, to, &input));
        (from, to) = (to, from);
    }
    assert!(every_second(&before, 1) == every_second(&read(&packed), 1));
    // A size that is asked for is the output's.
    let arguments = ["--rotate", "90", "--size", "64x96", "--format", "2vuy", "--frames", "1"];
    succeed(&mut convert(&bunny(), &other, &arguments));
    assert_eq!(read(&other).len(), 64 * 96 * 2);
}

#[test]
fn png_pictures_hold_the_samples() {
    let scratch = Scratch::new();
    for (format, deep, pixel_format) in [
        ("24", false, "rgb24"),
        ("L008", false, "gray"),
        ("RGBA", false, "rgba"),
        ("b48r", true, "rgb48be"),
        ("L016", true, "gray16le"),
    ] {
        let (png, raw) = (scratch.path("one.png"), scratch.path("one.raw"));
        for output in [&png, &raw] {
            succeed(&mut convert(&bunny(), output, &["--format", format, "--frames", "1"]));
        }
        let decode = ["-pix_fmt", pixel_format, "-f", "rawvideo", "-"];
        let theirs =
            succeed(Command::new("ffmpeg").args(["-loglevel", "error", "-i"]).arg(&png).args(decode)).stdout;
        assert!(theirs == std::fs::read(&raw).expect("written"), "{format}");
        // And back in.
        let back = scratch.path("back.raw");
        succeed(&mut convert(&png, &back, &["--format", format]));
        assert!(theirs == std::fs::read(&back).expect("written"), "{format} read");
        assert_eq!(
            theirs.len(),
            320 * 180
                * if deep { 2 } else { 1 }
                * match format {
                    "24" | "b48r" => 3,
                    "RGBA" => 4,
                    _ => 1,
                }
        );
    }
}

#[test]
fn numbered_pictures_there_and_back() {
    let scratch = Scratch::new();
    let pattern = scratch.path("frame%03d.png");
    succeed(&mut convert(&bunny(), &pattern, &["--frames", "3", "--size", "64x36"]));
    assert_eq!(scratch.names(), ["frame001.png", "frame002.png", "frame003.png"]);
    let joined = scratch.path("joined.y4m");
    succeed(&mut convert(&pattern, &joined, &["--format", "444v", "--input-frame-rate", "24000/1001"]));
    let header = std::fs::read(&joined).expect("written");
    let header = text(header.split(|byte| *byte == b'\n').next().expect("a line"));
    assert!(header.contains(" F24000:1001"), "{header}");
    assert_eq!(hashes(&joined, "null", "yuv444p").len(), 3);
    // Raw pictures and y4m are all alike.
    succeed(&mut convert(&bunny(), &scratch.path("frame002.png"), &["--frames", "1"]));
    for name in ["mixed.raw", "mixed.y4m"] {
        let said = fail(&mut convert(&pattern, &scratch.path(name), &[]), 1);
        assert!(said.contains("64x36") && said.contains("320x180") && !scratch.path(name).exists(), "{said}");
        succeed(&mut convert(&pattern, &scratch.path(name), &["--size", "64x36"]));
    }
    // One file does not take several pictures, and nothing is left of the attempt.
    let single = Scratch::new();
    let said = fail(&mut convert(&bunny(), &single.path("one.png"), &[]), 1);
    assert!(said.contains("frame%04d.png") && single.names().is_empty(), "{said} {:?}", single.names());
}

#[test]
fn chroma_is_neither_left_out_nor_moved() {
    let scratch = Scratch::new();
    let (png, full, half) = (scratch.path("a.png"), scratch.path("full.y4m"), scratch.path("half.y4m"));
    succeed(&mut convert(&bunny(), &png, &["--frames", "1"]));
    succeed(&mut convert(&png, &full, &[]));
    succeed(&mut convert(&png, &half, &["--format", "y420"]));
    let header = |path| {
        let bytes = std::fs::read(path).expect("written");
        let line = bytes.split(|byte| *byte == b'\n').next().expect("a line").to_vec();
        String::from_utf8(line).expect("text")
    };
    assert!(header(&full).contains(" C444"), "{}", header(&full));
    // In the middle of four pixels, which is what the tag says.
    assert!(header(&half).contains(" C420jpeg"), "{}", header(&half));
    let mean = |plane: usize, (width, height): (usize, usize)| -> Vec<u8> {
        let bytes = std::fs::read(&full).expect("written");
        let start = bytes.len() - (3 - plane) * width * height;
        let at = |x: usize, y: usize| u32::from(bytes[start + y * width + x]);
        (0..height / 2)
            .flat_map(|y| (0..width / 2).map(move |x| (2 * x, 2 * y)))
            .map(|(x, y)| ((at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1) + 2) / 4) as u8)
            .collect()
    };
    let bytes = std::fs::read(&half).expect("written");
    let chroma = &bytes[bytes.len() - 2 * 160 * 90..];
    let expected = [mean(1, (320, 180)), mean(2, (320, 180))].concat();
    assert!(chroma.iter().zip(&expected).all(|(a, b)| a.abs_diff(*b) <= 1));
}

#[test]
fn settings_reach_the_transfer_session() {
    let scratch = Scratch::new();
    let out = scratch.path("out.raw");
    let boxed = ["--size", "320x320", "--format", "L008", "--frames", "1", "--set", "ScalingMode=Letterbox"];
    succeed(&mut convert(&bunny(), &out, &boxed));
    let bytes = std::fs::read(&out).expect("written");
    assert!(
        bytes[..320 * 60].iter().all(|luma| *luma == 0)
            && bytes[320 * 160..320 * 170].iter().any(|luma| *luma > 40)
    );
    // Colour is converted when the source says what it is, or the user does.
    let deep = ["--format", "b48r", "--frames", "1", "--set", "DestinationTransferFunction=Linear"];
    let said = fail(&mut convert(&bunny(), &out, &deep), 1);
    assert!(said.contains("transfer function"), "{said}");
    let input = ["--input-color", "ITU_R_709_2,ITU_R_709_2,ITU_R_709_2"];
    let linear = [&deep[..], &input].concat();
    succeed(&mut convert(&bunny(), &out, &linear));
    let linear = std::fs::read(&out).expect("written");
    succeed(&mut convert(&bunny(), &out, &[&deep[..4], &input].concat()));
    let sum = |bytes: &[u8]| bytes.chunks(2).map(|word| u64::from(word[0])).sum::<u64>();
    assert!(sum(&linear) * 3 < sum(&std::fs::read(&out).expect("written")) * 2);
}

#[test]
fn wrong_usage_is_named() {
    let scratch = Scratch::new();
    for (arguments, word) in [
        (&["--size", "0x4"][..], "16384"),
        (&["--rotate", "45"], "270"),
        (&["--format", "BGRA"], "y420"),
        (&["--format", "abcde"], "four"),
        (&["--set", "ScalingMod=Trim"], "ScalingMode"),
        (&["--set", "ScalingMode=Tri"], "Letterbox"),
        (&["--input-color", "709"], "ITU_R_2020"),
        (&["--input-frame-rate", "29.97"], "30000/1001"),
        (&["--input-frame-rate", "0"], "30000/1001"),
        (&["--input-size", "3x3"], "--input-format"),
    ] {
        let said = fail(&mut convert(&bunny(), &scratch.path("out.y4m"), arguments), 2);
        assert!(said.contains(word), "{arguments:?}: {said}");
    }
    fail(&mut convert(&bunny(), &scratch.path("out.gif"), &[]), 2);
    fail(&mut convert(&scratch.path("no.png"), &scratch.path("out.y4m"), &[]), 1);
    fail(&mut convert(&bunny(), &scratch.path("no/out.png"), &[]), 1);
    let broken = scratch.path("broken.png");
    std::fs::write(&broken, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\0\0\0")
        .expect("writable");
    fail(&mut convert(&broken, &scratch.path("out.y4m"), &[]), 1);
    assert_eq!(scratch.names(), ["broken.png"]);
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_nothing() {
    for name in ["out.y4m", "frame%d.png"] {
        let scratch = Scratch::new();
        let mut child = vitascope()
            .args(["convert", "-", "-o"])
            .arg(scratch.path(name))
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the command starts");
        let mut stdin = child.stdin.take().expect("a pipe was asked for");
        stdin.write_all(&std::fs::read(bunny()).expect("the clip")[..500_000]).expect("the command reads");
        while scratch.names().is_empty() {
            assert!(child.try_wait().expect("the system knows").is_none(), "the command ended by itself");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        succeed(Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]));
        let output = child.wait_with_output().expect("the command ends");
        assert_eq!(output.status.code(), Some(130), "{}", text(&output.stderr));
        assert!(scratch.names().is_empty(), "left behind: {:?}", scratch.names());
        drop(stdin);
    }
}

#[test]
fn a_pattern_does_not_write_over_the_source() {
    let scratch = Scratch::new();
    let (first, numbered) = (scratch.path("v21.png"), scratch.path("v2%d.png"));
    succeed(vitascope().arg("convert").arg(bunny()).arg("-o").arg(&first).args(["--frames", "1", "-q"]));
    let before = std::fs::read(&first).expect("written");
    let said =
        fail(vitascope().arg("convert").arg(&first).arg("-o").arg(&numbered).args(["--size", "64x64"]), 2);
    assert!(said.contains("must differ"), "{said}");
    assert!(std::fs::read(&first).expect("still there") == before);
    let other = scratch.path("w%d.png");
    succeed(vitascope().arg("convert").arg(&first).arg("-o").arg(&other).args(["--size", "64x64"]));
    assert_eq!(scratch.names(), ["v21.png", "w1.png"]);
}
