//! Key frames stand where the settings put them.

use std::path::PathBuf;

use crate::clip::{Clip, Content};
use crate::support::{Scratch, encode, key_frames, succeed};

fn encoded(scratch: &Scratch, clip: &Clip, settings: &[&str], arguments: &[&str]) -> PathBuf {
    let (source, output) = (scratch.clip(clip), scratch.path("out.mp4"));
    succeed(encode(&source, &output, settings).args(arguments));
    output
}

fn positions(clip: &Clip, settings: &[&str], arguments: &[&str]) -> Vec<usize> {
    let scratch = Scratch::new();
    key_frames(&encoded(&scratch, clip, settings, arguments))
}

#[test]
fn the_interval_is_exact() {
    let clip = Clip::new(64, 48, 40, Content::Motion);
    for interval in [1, 2, 7, 12, 39] {
        let expected: Vec<usize> = (0..clip.frames).step_by(interval).collect();
        assert_eq!(positions(&clip, &[&format!("MaxKeyFrameInterval={interval}")], &[]), expected);
    }
}

#[test]
fn the_interval_in_seconds_is_exact() {
    let clip = Clip::new(64, 48, 60, Content::Motion);
    for (seconds, frames) in [("1", 25), ("0.5", 12), ("0.4", 10), ("0.04", 1)] {
        let expected: Vec<usize> = (0..clip.frames).step_by(frames).collect();
        assert_eq!(
            positions(&clip, &[&format!("MaxKeyFrameIntervalDuration={seconds}")], &[]),
            expected,
            "{seconds} s"
        );
    }
}

#[test]
fn the_shorter_of_both_intervals_holds() {
    let clip = Clip::new(64, 48, 30, Content::Motion);
    let settings = ["MaxKeyFrameIntervalDuration=0.4", "MaxKeyFrameInterval=6"];
    assert_eq!(positions(&clip, &settings, &[]), [0, 6, 12, 18, 24]);
}

#[test]
fn forced_key_frames_come_where_they_were_asked_for() {
    let clip = Clip::new(64, 48, 20, Content::Motion);
    assert_eq!(positions(&clip, &[], &["--force-key-frames", "3,4,17"]), [0, 3, 4, 17]);
    assert_eq!(positions(&clip, &[], &[]), [0]);
}

#[test]
fn an_interval_counts_from_a_forced_key_frame() {
    let clip = Clip::new(64, 48, 24, Content::Motion);
    assert_eq!(positions(&clip, &["MaxKeyFrameInterval=10"], &["--force-key-frames", "3"]), [0, 3, 13, 23]);
}

#[test]
fn every_frame_is_a_key_frame_without_temporal_compression() {
    let clip = Clip::new(64, 48, 5, Content::Motion);
    assert_eq!(positions(&clip, &["AllowTemporalCompression=false"], &[]), [0, 1, 2, 3, 4]);
}

#[test]
fn a_far_away_scene_cut_becomes_a_key_frame() {
    let clip = Clip::new(128, 96, 120, Content::Cuts(60));
    assert_eq!(positions(&clip, &[], &[]), [0, 60]);
}
