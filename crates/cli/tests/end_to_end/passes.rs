//! `--passes`: bits go where they are needed, and what is coded again fits what is kept.

use std::process::Command;

use crate::clip::{Clip, Content};
use crate::support::{
    Scratch, bunny, decoded_hashes, encode, fail, frame_hashes, key_frames, packets, succeed, vitascope,
};

const CLIP: Clip = Clip::new(192, 160, 150, Content::Cuts(50));

#[test]
fn two_passes_decode_exactly() {
    let scratch = Scratch::new();
    let source = scratch.clip(&CLIP);
    let (one, two) = (scratch.path("one.mp4"), scratch.path("two.mp4"));
    let hashes = scratch.path("hashes");
    succeed(&mut encode(&source, &one, &["AverageBitRate=300000"]));
    let mut command = encode(&source, &two, &["AverageBitRate=300000"]);
    succeed(command.args(["--passes", "2", "--hashes"]).arg(&hashes));
    let found = packets(&two);
    assert_eq!(found.len(), 150);
    let rate = found.iter().map(|packet| packet.size).sum::<u64>() as f64 * 8.0 / 6.0;
    assert!((rate / 300_000.0 - 1.0).abs() < 0.01, "{rate}");
    assert!(found.windows(2).all(|pair| pair[0].dts < pair[1].dts));
    assert!(found.iter().all(|packet| packet.dts <= packet.pts));
    assert_eq!(key_frames(&two), key_frames(&one));
    let told = frame_hashes(&std::fs::read_to_string(&hashes).expect("the hashes were written"));
    assert_eq!(decoded_hashes(&two), told);
    assert_eq!(scratch.names().len(), 4, "{:?}", scratch.names());
}

/// Two seconds whose last frames hardly cost anything: what is left over must not go into them.
#[test]
fn a_short_clip_keeps_to_its_rate() {
    let scratch = Scratch::new();
    let output = scratch.path("out.mp4");
    for rate in [60_000.0, 250_000.0] {
        let setting = format!("AverageBitRate={rate}");
        succeed(encode(&bunny(), &output, &[&setting]).args(["--passes", "2"]));
        let found = packets(&output).iter().map(|packet| packet.size).sum::<u64>() as f64 * 8.0 / 1.92;
        assert!((found / rate - 1.0).abs() < 0.05, "{found} of {rate}");
    }
}

/// Frames that quantisers cannot make small enough are recorded as well.
#[test]
fn passes_go_with_tight_limits() {
    let scratch = Scratch::new();
    let output = scratch.path("out.mp4");
    let settings = ["AverageBitRate=100000", "DataRateLimits=[2500,0.1]"];
    succeed(encode(&bunny(), &output, &settings).args(["--passes", "2"]));
    let found = packets(&output);
    assert_eq!(found.len(), 48);
    for packet in &found {
        let window = found.iter().filter(|other| (0.0..0.0999).contains(&(other.dts - packet.dts)));
        let bytes: u64 = window.map(|packet| packet.size).sum();
        assert!(bytes <= 2500, "{bytes} from {}", packet.dts);
    }
}

#[test]
fn passes_that_are_not_needed_are_not_run() {
    let scratch = Scratch::new();
    let source = scratch.clip(&Clip::new(64, 64, 10, Content::Cuts(50)));
    let (one, nine) = (scratch.path("one.264"), scratch.path("nine.264"));
    succeed(&mut encode(&source, &one, &["Quality=0.5"]));
    succeed(encode(&source, &nine, &["Quality=0.5"]).args(["--passes", "9"]));
    assert!(std::fs::read(&one).expect("written") == std::fs::read(&nine).expect("written"));
}

#[test]
fn the_input_must_be_a_file() {
    let scratch = Scratch::new();
    let output = scratch.path("out.mp4");
    let mut command = vitascope();
    let said = fail(command.args(["encode", "-", "--passes", "2", "-o"]).arg(&output), 2);
    assert!(said.contains("must be a file") && said.contains("standard input"), "{said}");
    let pipe = scratch.path("pipe");
    if Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        let said = fail(encode(&pipe, &output, &[]).args(["--passes", "2"]), 2);
        assert!(said.contains("pipe"), "{said}");
    }
    assert!(!output.exists());
    let missing = fail(encode(&scratch.path("none.y4m"), &output, &[]).args(["--passes", "2"]), 1);
    assert!(missing.contains("none.y4m"), "{missing}");
}
