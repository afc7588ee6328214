//! The examples do what they say.

use std::path::{Path, PathBuf};

use vitascope::container::{ContainerKind, MediaInfo, probe};

#[allow(dead_code)]
#[path = "../examples/archive.rs"]
mod archive;
#[allow(dead_code)]
#[path = "../examples/conferencing.rs"]
mod conferencing;
#[allow(dead_code)]
#[path = "../examples/live.rs"]
mod live;

fn clip() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/bunny_320x180.y4m")
}

type Example = fn(&Path, &Path) -> Result<(), Box<dyn std::error::Error>>;

/// What an example makes of the clip.
fn check(name: &str, example: Example) -> MediaInfo {
    let folder = std::env::temp_dir().join(format!("vitascope-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let output = folder.join(name);
    example(&clip(), &output).unwrap();
    let made = probe(&output).unwrap();
    std::fs::remove_file(&output).unwrap();
    made
}

#[test]
fn archive_holds_all_frames() {
    let made = check("archive.mp4", archive::run);
    assert_eq!((made.container, made.tracks[0].frame_count), (ContainerKind::Mp4, 48));
}

#[test]
fn conference_shows_frames_after_each_loss() {
    let made = check("conferencing.264", conferencing::run);
    let track = &made.tracks[0];
    assert!((30..48).contains(&track.frame_count), "{track:?}");
    assert_eq!(track.key_frame_count, 1, "no key frame is needed after a loss");
}

#[test]
fn live_stream_begins_with_its_key_frame() {
    let made = check("live.264", live::run);
    assert_eq!((made.tracks[0].frame_count, made.tracks[0].key_frame_count), (48, 1));
}
