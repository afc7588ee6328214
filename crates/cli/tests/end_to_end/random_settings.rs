//! Conformance at settings drawn by lot: combinations that nobody would write down.
//!
//! The seeds are fixed, so that a failure comes again. `VITASCOPE_RANDOM_CASES=5000 cargo test -p vitascope-cli random`
//! hunts for more; the message names the seed.

use crate::clip::{Clip, Content};
use crate::lot::Lot;
use crate::support::conforms_with;

/// Cases in an ordinary run.
const CASES: u64 = 40;

#[test]
fn random_settings_conform() {
    let cases =
        std::env::var("VITASCOPE_RANDOM_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES);
    for seed in 1..=cases {
        let case = Case::draw(seed);
        // Shown only when the test fails.
        println!("seed {seed}: {case:?}");
        let settings: Vec<&str> = case.settings.iter().map(String::as_str).collect();
        conforms_with(&case.clip, case.ending, &settings, |command| {
            if let Some(level) = case.cpu {
                command.env("VITASCOPE_CPU", level);
            }
            command.args(&case.arguments)
        });
    }
}

#[derive(Debug)]
struct Case {
    clip: Clip,
    ending: &'static str,
    settings: Vec<String>,
    arguments: Vec<String>,
    cpu: Option<&'static str>,
}

impl Case {
    fn draw(seed: u64) -> Self {
        let mut lot = Lot::new(seed);
        let contents = [
            Content::Motion,
            Content::Cuts(3 + lot.below(8)),
            Content::Fade,
            Content::Noise,
            Content::Still,
            Content::Extremes,
        ];
        let frames = 1 + lot.below(30);
        let clip = Clip::new(2 + lot.below(160), 2 + lot.below(120), frames, lot.one_of(&contents))
            .tags(lot.one_of(&[" F25:1 C420jpeg", " F30000:1001 C420mpeg2 XCOLORRANGE=FULL", " F12:1 A4:3"]));
        let profile = lot.one_of(&["Baseline", "ConstrainedBaseline", "Main", "High"]);
        let mut settings = vec![format!("ProfileLevel=H264_{profile}_AutoLevel")];
        if !profile.ends_with("Baseline") {
            settings.push(format!("H264EntropyMode={}", lot.one_of(&["CAVLC", "CABAC"])));
        }
        settings.push(if lot.chance(3) {
            format!("AverageBitRate={}", 10_000 << lot.below(8))
        } else {
            format!("Quality={}", lot.below(21) as f64 / 20.0)
        });
        let mut perhaps = |one_in: usize, setting: &dyn Fn(&mut Lot) -> String| {
            if lot.chance(one_in) {
                let drawn = setting(&mut lot);
                settings.push(drawn);
            }
        };
        perhaps(2, &|lot| format!("MaxKeyFrameInterval={}", 1 + lot.below(20)));
        perhaps(3, &|lot| format!("AllowFrameReordering={}", lot.chance(2)));
        perhaps(3, &|lot| format!("AllowOpenGOP={}", lot.chance(2)));
        perhaps(8, &|_| "AllowTemporalCompression=false".into());
        perhaps(3, &|lot| format!("ReferenceBufferCount={}", 1 + lot.below(8)));
        perhaps(4, &|lot| format!("MaxFrameDelayCount={}", lot.below(6)));
        perhaps(4, &|lot| format!("RealTime={}", lot.chance(2)));
        perhaps(3, &|lot| format!("VitascopeDirectPrediction={}", lot.one_of(&["Spatial", "Temporal"])));
        let mut arguments = vec!["--threads".to_string(), (1 + lot.below(4)).to_string()];
        if lot.chance(3) {
            arguments.extend([
                "--force-key-frames".into(),
                format!("{},{}", lot.below(frames), lot.below(frames)),
            ]);
        }
        let cpu = lot.chance(6).then(|| lot.one_of(&["scalar", "avx2"]));
        Case { clip, ending: lot.one_of(&["mp4", "mov", "264"]), settings, arguments, cpu }
    }
}
