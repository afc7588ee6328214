//! ffmpeg decodes every stream to exactly the encoder's reconstruction.

use crate::clip::{Clip, Content};
use crate::support::conforms;

const SIZES: &[(usize, usize)] = &[(2, 2), (16, 16), (17, 33), (175, 143), (352, 288)];

const PROFILES: &[(&str, &[&str])] = &[
    ("H264_Baseline_AutoLevel", &["CAVLC"]),
    ("H264_ConstrainedBaseline_AutoLevel", &["CAVLC"]),
    ("H264_Main_AutoLevel", &["CAVLC", "CABAC"]),
    ("H264_High_AutoLevel", &["CAVLC", "CABAC"]),
];

const QUALITIES: &[&str] = &["0", "0.25", "0.5", "0.75", "1"];

/// Every profile, entropy coder and quality on one content and size.
#[track_caller]
fn every_setting(clip: &Clip) {
    for (profile, modes) in PROFILES {
        for mode in *modes {
            for quality in QUALITIES {
                let settings = [
                    format!("ProfileLevel={profile}"),
                    format!("H264EntropyMode={mode}"),
                    format!("Quality={quality}"),
                ];
                conforms(clip, "264", &settings.each_ref().map(String::as_str));
            }
        }
    }
}

#[test]
fn every_size_at_the_usual_settings() {
    for &(width, height) in SIZES {
        conforms(&Clip::new(width, height, 5, Content::Motion), "mp4", &[]);
    }
}

#[test]
fn every_setting_at_2x2() {
    every_setting(&Clip::new(2, 2, 3, Content::Noise));
}

#[test]
fn every_setting_at_16x16() {
    every_setting(&Clip::new(16, 16, 4, Content::Motion));
}

#[test]
fn every_setting_at_17x33() {
    every_setting(&Clip::new(17, 33, 4, Content::Noise));
}

#[test]
fn every_setting_at_175x143() {
    every_setting(&Clip::new(175, 143, 6, Content::Motion));
}

#[test]
fn every_setting_at_352x288() {
    every_setting(&Clip::new(352, 288, 4, Content::Motion));
}

#[test]
fn noise_fades_stills_and_extremes() {
    for content in [Content::Noise, Content::Fade, Content::Still, Content::Extremes] {
        for quality in ["Quality=0", "Quality=0.5", "Quality=1"] {
            for mode in ["H264EntropyMode=CAVLC", "H264EntropyMode=CABAC"] {
                conforms(&Clip::new(112, 80, 8, content), "264", &[quality, mode]);
            }
        }
    }
}

#[test]
fn monochrome() {
    for content in [Content::Motion, Content::Noise, Content::Fade, Content::Extremes] {
        for mode in ["H264EntropyMode=CAVLC", "H264EntropyMode=CABAC"] {
            for (quality, effort) in [("0.3", "8"), ("0.6", "4"), ("1", "7")] {
                let (quality, effort) = (format!("Quality={quality}"), format!("VitascopeEffort={effort}"));
                let settings = ["VitascopeMonochrome=true", mode, &quality, &effort];
                conforms(&Clip::new(114, 78, 8, content), "mp4", &settings);
            }
        }
    }
}

#[test]
fn one_frame_and_two_frames() {
    for frames in [1, 2] {
        for ending in ["mp4", "mov", "264"] {
            conforms(&Clip::new(64, 48, frames, Content::Motion), ending, &[]);
        }
    }
}

#[test]
fn three_hundred_frames_with_scene_cuts() {
    conforms(&Clip::new(96, 64, 300, Content::Cuts(37)), "mp4", &[]);
    conforms(
        &Clip::new(96, 64, 300, Content::Cuts(11)),
        "264",
        &["AverageBitRate=100000", "MaxKeyFrameInterval=50"],
    );
}

#[test]
fn all_intra() {
    conforms(&Clip::new(80, 64, 6, Content::Motion), "mp4", &["AllowTemporalCompression=false"]);
}

#[test]
fn large_pictures() {
    conforms(&Clip::new(1280, 720, 3, Content::Motion), "mp4", &[]);
    conforms(&Clip::new(1920, 1080, 3, Content::Motion), "mp4", &["Quality=0.8"]);
    conforms(&Clip::new(4096, 2304, 2, Content::Motion), "mp4", &["Quality=0.3"]);
}
