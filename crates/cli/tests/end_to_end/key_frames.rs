//! Key frames stand where the settings put them.

use std::path::PathBuf;

use crate::clip::{Clip, Content};
use crate::support::{Scratch, decoded_hashes, encode, key_frames, succeed};

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
    // Where a long interval is nearly over, a frame that moves may be taken for a new scene; one that stands still may not.
    for (content, intervals) in [(Content::Still, &[1, 2, 7, 12, 39][..]), (Content::Motion, &[1, 2, 7, 12])]
    {
        let clip = Clip::new(64, 48, 40, content);
        for &interval in intervals {
            let expected: Vec<usize> = (0..clip.frames).step_by(interval).collect();
            assert_eq!(positions(&clip, &[&format!("MaxKeyFrameInterval={interval}")], &[]), expected);
        }
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

/// The intra pictures of open groups are places to seek to, and what is shown from there on needs nothing before them.
#[test]
fn decoding_can_begin_at_an_open_group() {
    let clip = Clip::new(64, 48, 40, Content::Motion);
    let scratch = Scratch::new();
    let source = scratch.clip(&clip);
    let settings = ["MaxKeyFrameInterval=12", "AllowOpenGOP=true"];
    let mut places = Vec::new();
    for name in ["out.mp4", "out.mov"] {
        let output = scratch.path(name);
        succeed(&mut encode(&source, &output, &settings));
        places.push(key_frames(&output));
    }
    // In coding order, before the frames that are shown before them.
    assert!(places[0].len() == 4 && places[0] == places[1], "{places:?}");
    let stream = scratch.path("out.264");
    succeed(&mut encode(&source, &stream, &settings));
    let whole = decoded_hashes(&stream);
    assert_eq!(whole.len(), 40);
    let bytes = std::fs::read(&stream).unwrap();
    let sets: Vec<usize> =
        (0..bytes.len() - 5).filter(|&at| bytes[at..at + 5] == [0, 0, 0, 1, 0x67]).collect();
    assert_eq!(sets.len(), 4);
    for (place, &start) in sets.iter().enumerate() {
        let part = scratch.path("part.264");
        std::fs::write(&part, &bytes[start..]).unwrap();
        let shown = decoded_hashes(&part);
        let expected = &whole[12 * place..];
        assert!(shown.ends_with(expected), "from the picture at {}", 12 * place);
    }
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
