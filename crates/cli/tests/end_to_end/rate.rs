//! Rate control keeps its word.

use std::path::Path;

use crate::clip::{Clip, Content};
use crate::support::{Scratch, bunny, encode, packets, succeed};

/// Ten seconds of the clip in the repository: forwards and backwards until there are enough frames.
fn ten_seconds(path: &Path) {
    let source = std::fs::read(bunny()).expect("the clip is in the repository");
    let end = source.iter().position(|&byte| byte == b'\n').expect("a header line") + 1;
    let (header, rest) = source.split_at(end);
    let frames: Vec<&[u8]> = rest.chunks(6 + 320 * 180 * 3 / 2).collect();
    assert_eq!(frames.len(), 48);
    let there_and_back = (0..48).chain((1..47).rev()).cycle();
    let mut bytes = header.to_vec();
    for index in there_and_back.take(250) {
        bytes.extend_from_slice(frames[index]);
    }
    std::fs::write(path, bytes).expect("the scratch folder has room");
}

fn video_bits(path: &Path) -> f64 {
    8.0 * packets(path).iter().map(|packet| packet.size).sum::<u64>() as f64
}

#[test]
fn average_bit_rate_is_met_over_ten_seconds() {
    let scratch = Scratch::new();
    let source = scratch.path("ten.y4m");
    ten_seconds(&source);
    for rate in [150_000.0, 400_000.0, 1_200_000.0] {
        let output = scratch.path("out.mp4");
        succeed(&mut encode(&source, &output, &[&format!("AverageBitRate={rate}")]));
        let got = video_bits(&output) / 10.0;
        assert!((got / rate - 1.0).abs() <= 0.02, "asked {rate}, got {got}");
    }
}

#[test]
fn average_bit_rate_is_met_across_scene_cuts() {
    let scratch = Scratch::new();
    let source = scratch.clip(&Clip::new(192, 160, 250, Content::Cuts(50)));
    for rate in [200_000.0, 500_000.0] {
        let output = scratch.path("out.mp4");
        succeed(&mut encode(&source, &output, &[&format!("AverageBitRate={rate}")]));
        let got = video_bits(&output) / 10.0;
        assert!((got / rate - 1.0).abs() <= 0.02, "asked {rate}, got {got}");
    }
}

/// Ten seconds made of the clip's pictures: `picture` says which one is shown when, and whether upside down.
fn pictures_of_clip(path: &Path, picture: impl Fn(usize) -> (usize, bool)) {
    const LUMA: usize = 320 * 180;
    let source = std::fs::read(bunny()).expect("the clip is in the repository");
    let end = source.iter().position(|&byte| byte == b'\n').expect("a header line") + 1;
    let (header, rest) = source.split_at(end);
    let frames: Vec<&[u8]> = rest.chunks(6 + LUMA * 3 / 2).collect();
    let mut bytes = header.to_vec();
    for index in 0..250 {
        let (which, turned) = picture(index);
        let mut frame = frames[which].to_vec();
        if turned {
            frame[6..6 + LUMA].reverse();
        }
        bytes.extend_from_slice(&frame);
    }
    std::fs::write(path, bytes).expect("the scratch folder has room");
}

#[track_caller]
fn check_rates(source: &Path, rates: &[f64], settings: &[&str], tolerance: f64) {
    let scratch = Scratch::new();
    for rate in rates {
        let output = scratch.path("out.mp4");
        let average = format!("AverageBitRate={rate}");
        let settings: Vec<&str> = settings.iter().copied().chain([&*average]).collect();
        succeed(&mut encode(source, &output, &settings));
        let got = video_bits(&output) / 10.0;
        assert!((got / rate - 1.0).abs() <= tolerance, "asked {rate}, got {got}, {settings:?}");
    }
}

#[test]
fn still_pictures_become_finer_within_the_rate() {
    let scratch = Scratch::new();
    let source = scratch.path("slides.y4m");
    // Slides that stand still for two and a half seconds.
    pictures_of_clip(&source, |index| (index / 63 * 15, index / 63 % 2 == 1));
    check_rates(&source, &[15_000.0, 20_000.0, 40_000.0, 80_000.0, 154_000.0], &[], 0.02);
    check_rates(&source, &[20_000.0, 40_000.0], &["AllowFrameReordering=false"], 0.02);
}

#[test]
fn what_motion_saves_is_spent_where_it_comes_to_rest() {
    let scratch = Scratch::new();
    let source = scratch.path("rest.y4m");
    pictures_of_clip(&source, |index| (if index < 125 { (index + 48) % 48 } else { 0 }, false));
    // All but a little: half of the bits are for a second half in which nothing happens.
    check_rates(&source, &[50_000.0], &[], 0.05);
    check_rates(&source, &[50_000.0, 80_000.0], &["AllowFrameReordering=false"], 0.05);
}

/// Frames that were too large for a limit do not make those behind them too large as well, at which the rate would go unused.
#[test]
fn limits_leave_the_rate_to_be_used() {
    let scratch = Scratch::new();
    let output = scratch.path("out.mp4");
    succeed(&mut encode(&bunny(), &output, &["AverageBitRate=150000", "DataRateLimits=[12187,0.5]"]));
    let rate = video_bits(&output) / 1.92;
    assert!(rate > 110_000.0, "{rate}");
}

#[test]
fn more_quality_costs_more_bits() {
    let scratch = Scratch::new();
    let moving = scratch.clip(&Clip::new(192, 160, 12, Content::Cuts(7)));
    for (source, steps) in [(bunny(), 50), (moving, 20)] {
        let mut last = 0.0;
        for step in 0..=steps {
            let output = scratch.path("out.mp4");
            let quality = f64::from(step) / f64::from(steps);
            succeed(encode(&source, &output, &[&format!("Quality={quality}")]).args(["--frames", "12"]));
            let bits = video_bits(&output);
            assert!(bits > last, "quality {quality}: {bits} bits, the step before {last}");
            last = bits;
        }
    }
}
