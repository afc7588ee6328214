//! Every effort and every preset writes what ffmpeg decodes to the encoder's own reconstruction.

use crate::clip::{Clip, Content};
use crate::support::{Scratch, conforms, conforms_with, encode, fail, succeed, text, vitascope};

/// Content that makes each tool work: moving texture with scene cuts, a fade, changes of light in part of the picture (with and
/// without something to code beside the edge), levels that overflow short codes.
const CONTENTS: [Content; 6] =
    [Content::Cuts(13), Content::Fade, Content::Dimmed, Content::Shade, Content::Noise, Content::Extremes];

const PRESETS: [&str; 5] = ["HighSpeed", "Balanced", "HighQuality", "ConsistentQuality", "VideoConferencing"];

fn effort_conforms(efforts: std::ops::RangeInclusive<u8>) {
    for effort in efforts {
        let effort = format!("VitascopeEffort={effort}");
        for content in CONTENTS {
            conforms(&Clip::new(175, 98, 21, content), "mp4", &[&effort, "Quality=0.6"]);
        }
        let clip = Clip::new(176, 96, 16, Content::Motion);
        conforms(&clip, "264", &[&effort, "Quality=0.3", "H264EntropyMode=CAVLC"]);
        conforms_with(&clip, "264", &[&effort, "AverageBitRate=200000"], |command| {
            command.env("VITASCOPE_CPU", "scalar")
        });
    }
}

#[test]
fn efforts_from_0_to_4() {
    effort_conforms(0..=4);
}

#[test]
fn efforts_from_5_to_8() {
    effort_conforms(5..=8);
}

#[test]
fn efforts_9_and_10() {
    effort_conforms(9..=10);
}

#[test]
fn every_preset() {
    for preset in PRESETS {
        for content in CONTENTS {
            conforms_with(&Clip::new(175, 98, 30, content), "mp4", &[], |command| {
                command.args(["--preset", preset])
            });
        }
    }
}

/// A preset is a starting point: what `--set` says counts in its place.
#[test]
fn settings_win_over_the_preset() {
    let scratch = Scratch::new();
    let source = scratch.clip(&Clip::new(96, 64, 12, Content::Motion));
    let preset = scratch.path("preset.mp4");
    succeed(encode(&source, &preset, &["Quality=0.2"]).args(["--preset", "HighQuality"]));
    let changed = scratch.path("changed.mp4");
    succeed(
        encode(&source, &changed, &["Quality=0.2", "VitascopeEffort=0"]).args(["--preset", "HighQuality"]),
    );
    let plain = scratch.path("plain.mp4");
    succeed(&mut encode(&source, &plain, &["Quality=0.2", "VitascopeEffort=0"]));
    let read = |path: &std::path::Path| std::fs::read(path).expect("the command wrote the file");
    assert_ne!(read(&preset), read(&changed), "the preset decided on something");
    assert_eq!(read(&changed).len(), read(&plain).len(), "and its effort gave way");
}

#[test]
fn unknown_presets_are_refused_with_the_names_of_the_known() {
    let scratch = Scratch::new();
    let source = scratch.clip(&Clip::new(32, 32, 1, Content::Still));
    let said = fail(encode(&source, &scratch.path("out.mp4"), &[]).args(["--preset", "Fastest"]), 2);
    for name in PRESETS {
        assert!(said.contains(name), "{said}");
    }
    assert!(text(&succeed(vitascope().arg("properties")).stdout).contains("SupportedPresetDictionaries"));
}
