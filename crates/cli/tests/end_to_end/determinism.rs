//! The same input and settings give the same bytes, whatever the machine does meanwhile.

use crate::clip::{Clip, Content};
use crate::support::{Scratch, encode, succeed};

const SETTINGS: &[&[&str]] =
    &[&[], &["AverageBitRate=300000"], &["Quality=0.9", "H264EntropyMode=CAVLC"], &["Quality=0.1"]];

fn bytes(clip: &Clip, settings: &[&str], arguments: &[&str], cpu: Option<&str>) -> Vec<u8> {
    let scratch = Scratch::new();
    let (source, output) = (scratch.clip(clip), scratch.path("out.mp4"));
    let mut command = encode(&source, &output, settings);
    if let Some(level) = cpu {
        command.env("VITASCOPE_CPU", level);
    }
    succeed(command.args(arguments));
    std::fs::read(output).expect("the output is there")
}

#[test]
fn threads_do_not_change_the_bytes() {
    let clip = Clip::new(352, 208, 24, Content::Cuts(10));
    for settings in SETTINGS {
        let one = bytes(&clip, settings, &["--threads", "1"], None);
        for threads in ["2", "3", "4"] {
            assert!(
                one == bytes(&clip, settings, &["--threads", threads], None),
                "{threads} threads, {settings:?}"
            );
        }
    }
}

#[test]
fn the_instruction_set_does_not_change_the_bytes() {
    let clip = Clip::new(175, 143, 10, Content::Cuts(6));
    for settings in SETTINGS {
        let usual = bytes(&clip, settings, &[], None);
        for level in ["scalar", "avx2"] {
            assert!(usual == bytes(&clip, settings, &[], Some(level)), "{level}, {settings:?}");
        }
    }
}

#[test]
fn a_second_run_gives_the_same_bytes() {
    let clip = Clip::new(96, 96, 12, Content::Motion);
    assert!(bytes(&clip, &[], &[], None) == bytes(&clip, &[], &[], None));
}
