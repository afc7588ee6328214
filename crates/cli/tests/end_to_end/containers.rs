//! What players read: ffprobe's view of each output.

use std::process::{Command, Stdio};

use crate::clip::{Clip, Content};
use crate::support::{
    Packet, Probe, Scratch, bunny, decoded_hashes, encode, packets, succeed, text, vitascope,
};

#[test]
fn an_mp4_file_says_what_it_holds() {
    let scratch = Scratch::new();
    let output = scratch.path("out.mp4");
    succeed(encode(&bunny(), &output, &[]).args(["--force-key-frames", "20"]));
    let probe = Probe::stream(&output);
    for (key, value) in [
        ("codec_name", "h264"),
        ("codec_tag_string", "avc1"),
        ("profile", "High"),
        ("width", "320"),
        ("height", "180"),
        ("pix_fmt", "yuv420p"),
        ("sample_aspect_ratio", "1:1"),
        ("r_frame_rate", "25/1"),
        ("avg_frame_rate", "25/1"),
        ("start_time", "0.000000"),
        ("duration", "1.920000"),
        ("nb_frames", "48"),
        ("nb_read_packets", "48"),
        ("is_avc", "true"),
        ("nal_length_size", "4"),
    ] {
        assert_eq!(probe.value(key), value, "{key}");
    }
    let packets = packets(&output);
    check_times(&packets, 0.04);
    let keys: Vec<usize> = (0..packets.len()).filter(|&index| packets[index].key).collect();
    assert_eq!(keys, [0, 20]);
}

/// Constant frame rate from 0, decode times that rise and stay below those of presentation.
#[track_caller]
fn check_times(packets: &[Packet], frame: f64) {
    let near = |a: f64, b: f64| (a - b).abs() < 2e-6;
    let mut presentation: Vec<f64> = packets.iter().map(|packet| packet.pts).collect();
    presentation.sort_by(f64::total_cmp);
    for (index, pts) in presentation.iter().enumerate() {
        assert!(near(*pts, index as f64 * frame), "frame {index} is shown at {pts}");
    }
    assert!(packets.windows(2).all(|pair| pair[0].dts < pair[1].dts), "decode times rise");
    assert!(packets.iter().all(|packet| packet.dts <= packet.pts + 1e-9), "decoded before it is shown");
    assert!(packets.iter().all(|packet| near(packet.duration, frame)), "durations");
}

#[test]
fn the_index_comes_before_the_samples() {
    let scratch = Scratch::new();
    for (ending, brand) in [("mp4", b"isom"), ("mov", b"qt  ")] {
        let output = scratch.path(&format!("out.{ending}"));
        succeed(encode(&bunny(), &output, &[]).args(["--frames", "3"]));
        let bytes = std::fs::read(&output).expect("the output is there");
        assert_eq!(&bytes[4..8], b"ftyp");
        assert_eq!(&bytes[8..12], brand);
        let find = |name: &[u8]| bytes.windows(4).position(|word| word == name).expect("the box is there");
        assert!(find(b"moov") < find(b"mdat"));
    }
}

#[test]
fn colour_aspect_and_frame_rate_travel_from_the_source() {
    let scratch = Scratch::new();
    let tags = " F30000:1001 Ip A4:3 C420jpeg XCOLORRANGE=FULL";
    let source = scratch.clip(&Clip::new(64, 48, 6, Content::Motion).tags(tags));
    for ending in ["mp4", "mov"] {
        let output = scratch.path(&format!("out.{ending}"));
        succeed(&mut encode(
            &source,
            &output,
            &["ColorPrimaries=ITU_R_709_2", "TransferFunction=ITU_R_709_2", "YCbCrMatrix=ITU_R_709_2"],
        ));
        let probe = Probe::stream(&output);
        assert_eq!(probe.value("r_frame_rate"), "30000/1001");
        assert_eq!(probe.value("sample_aspect_ratio"), "4:3");
        assert_eq!(probe.value("color_range"), "pc");
        assert_eq!(probe.value("color_primaries"), "bt709");
        assert_eq!(probe.value("color_transfer"), "bt709");
        assert_eq!(probe.value("color_space"), "bt709");
        assert_eq!(probe.value("nb_frames"), "6");
        check_times(&packets(&output), 1001.0 / 30000.0);
    }
}

#[test]
fn interlaced_frames_are_marked_as_such() {
    let scratch = Scratch::new();
    // Of mixed frames the first one says how it is, which must not count for the others.
    for (tag, expected) in [("It", "1,1"), ("Ib", "1,0"), ("Im", "0,0")] {
        for ending in ["mp4", "264"] {
            let clip = Clip::new(64, 48, 5, Content::Motion).tags(match tag {
                "It" => " F25:1 It A1:1 C420jpeg",
                "Ib" => " F25:1 Ib A1:1 C420jpeg",
                _ => " F25:1 Im A1:1 C420jpeg",
            });
            let source = scratch.clip(&clip);
            if tag == "Im" {
                let pictures = std::fs::read(&source).unwrap();
                let first = pictures.windows(6).position(|bytes| bytes == b"FRAME\n").unwrap() + 5;
                std::fs::write(&source, [&pictures[..first], b" Itii", &pictures[first..]].concat()).unwrap();
            }
            let path = scratch.path(&format!("out.{ending}"));
            succeed(&mut encode(&source, &path, &[]));
            let fields = ["-show_entries", "frame=interlaced_frame,top_field_first", "-of", "csv=p=0"];
            let shown = succeed(Command::new("ffprobe").args(["-v", "error"]).args(fields).arg(&path));
            let shown = text(&shown.stdout);
            let frames: Vec<&str> = shown.split_whitespace().map(|line| line.trim_end_matches(',')).collect();
            assert_eq!(frames, vec![expected; 5], "{tag} {ending}");
            // Nobody gave a time code, so none shows.
            let side = ["-show_entries", "frame_side_data", "-of", "compact"];
            let shown = succeed(Command::new("ffprobe").args(["-v", "error"]).args(side).arg(&path));
            assert!(!text(&shown.stdout).contains("timecode"), "{tag} {ending}: {}", text(&shown.stdout));
        }
    }
}

#[test]
fn nothing_is_untagged() {
    let scratch = Scratch::new();
    for (width, height, expected) in [(320, 180, "smpte170m"), (1280, 720, "bt709")] {
        let source = scratch.clip(&Clip::new(width, height, 1, Content::Motion));
        let output = scratch.path("out.mp4");
        succeed(&mut encode(&source, &output, &[]));
        let probe = Probe::stream(&output);
        assert_eq!(probe.value("color_space"), expected, "{width}x{height}");
        assert_eq!(probe.value("color_range"), "tv");
    }
}

#[test]
fn every_layout_of_y4m_is_encoded() {
    let scratch = Scratch::new();
    for format in
        ["yuv420p", "yuv422p", "yuv444p", "gray", "yuv420p10le", "yuv422p10le", "yuv444p10le", "gray10le"]
    {
        let (source, output) = (scratch.path("in.y4m"), scratch.path("out.mp4"));
        succeed(
            Command::new("ffmpeg")
                .args([
                    "-hide_banner",
                    "-loglevel",
                    "error",
                    "-y",
                    "-f",
                    "lavfi",
                    "-i",
                    "testsrc2=s=98x66:r=25",
                ])
                .args(["-frames:v", "3", "-pix_fmt", format, "-strict", "-1", "-f", "yuv4mpegpipe"])
                .arg(&source),
        );
        let said = text(&succeed(&mut encode(&source, &output, &["Quality=0.9"])).stderr);
        assert_eq!(Probe::stream(&output).value("nb_read_packets"), "3", "{format}");
        // What is lost is said.
        let reduced = !["yuv420p", "gray"].contains(&format);
        assert_eq!(said.contains(" are coded as "), reduced, "{format}: {said}");
        // The picture survived, not only its size: compare luma with the source.
        let said = succeed(
            Command::new("ffmpeg")
                .args(["-hide_banner", "-nostats", "-i"])
                .arg(&output)
                .arg("-i")
                .arg(&source)
                .args(["-lavfi", "[0:v]format=gray[a];[1:v]format=gray[b];[a][b]psnr", "-f", "null", "-"]),
        );
        let said = text(&said.stderr);
        let decibels: f64 = said
            .split("average:")
            .nth(1)
            .and_then(|rest| rest.split(' ').next())
            .and_then(|number| number.parse().ok())
            .unwrap_or_else(|| panic!("no PSNR in {said}"));
        assert!(decibels > 30.0, "{format}: {decibels} dB");
    }
}

#[test]
fn standard_input_and_output_carry_the_same_bytes_as_files() {
    let scratch = Scratch::new();
    let file = scratch.path("out.264");
    succeed(encode(&bunny(), &file, &[]).args(["--frames", "10"]));
    let piped = succeed(
        vitascope()
            .args(["encode", "-", "-o", "-", "--frames", "10"])
            .stdin(Stdio::from(std::fs::File::open(bunny()).expect("the clip is there"))),
    );
    assert!(piped.stdout == std::fs::read(&file).expect("the output is there"));
    assert!(
        piped.stdout.starts_with(&[0, 0, 0, 1, 0x67]),
        "an Annex B stream begins with its parameter sets"
    );
    assert!(
        text(&piped.stderr).starts_with("10 frames"),
        "the summary goes to standard error: {}",
        text(&piped.stderr)
    );
}

#[test]
fn all_containers_hold_the_same_stream() {
    let scratch = Scratch::new();
    let mut seen = None;
    for ending in ["mp4", "mov", "264", "h264"] {
        let output = scratch.path(&format!("out.{ending}"));
        succeed(encode(&bunny(), &output, &[]).args(["--frames", "8"]));
        let hashes = decoded_hashes(&output);
        assert_eq!(hashes.len(), 8);
        assert_eq!(*seen.get_or_insert_with(|| hashes.clone()), hashes, "{ending}");
    }
}

#[test]
fn an_odd_size_is_carried_by_the_container() {
    let scratch = Scratch::new();
    let source = scratch.clip(&Clip::new(175, 143, 2, Content::Motion));
    let output = scratch.path("out.mp4");
    succeed(&mut encode(&source, &output, &[]));
    let found = succeed(vitascope().args(["info", "--json"]).arg(&output));
    let found: serde_json::Value = serde_json::from_slice(&found.stdout).expect("JSON");
    let clean = &found["tracks"][0]["clean_aperture"];
    assert_eq!((&clean["width"], &clean["height"]), (&175.0.into(), &143.0.into()), "{found:#}");
}
