//! What a comparison found, as text and as JSON.

use serde_json::{Map, Value, json};

use super::psnr::psnr;
use crate::output::table;

/// How one plane of one frame fared.
#[derive(Clone, Copy)]
pub(super) struct PlaneScore {
    /// Y, U or V.
    pub(super) name: &'static str,
    pub(super) samples: u64,
    pub(super) squared_error: u64,
    pub(super) ssim: f64,
}

/// Scores gathered over the frames.
pub(super) struct Report {
    width: usize,
    height: usize,
    peak: u32,
    frames: u64,
    /// One row for each plane: errors and samples summed, SSIM summed.
    totals: Vec<PlaneScore>,
    per_frame: Vec<Value>,
}

impl Report {
    pub(super) fn new(width: usize, height: usize, peak: u32) -> Self {
        Report { width, height, peak, frames: 0, totals: Vec::new(), per_frame: Vec::new() }
    }

    pub(super) fn frames(&self) -> u64 {
        self.frames
    }

    /// Counts one frame; `keep` remembers its own scores for the JSON form.
    pub(super) fn add(&mut self, scores: Vec<PlaneScore>, keep: bool) {
        if keep {
            let mut entry = self.scores_json(&scores, 1);
            entry.insert("frame".into(), self.frames.into());
            self.per_frame.push(entry.into());
        }
        if self.totals.is_empty() {
            self.totals = scores;
        } else {
            for (total, score) in self.totals.iter_mut().zip(&scores) {
                total.samples += score.samples;
                total.squared_error += score.squared_error;
                total.ssim += score.ssim;
            }
        }
        self.frames += 1;
    }

    /// One line of text for the frame that comes next.
    pub(super) fn frame_line(&self, scores: &[PlaneScore]) -> String {
        let mut line = format!("frame {}", self.frames);
        for score in scores.iter().chain([&all(scores)]) {
            let decibels = psnr(score.squared_error, score.samples, self.peak);
            line.push_str(&format!("  {} {} {:.6}", score.name, decibels_text(decibels), score.ssim));
        }
        line.push('\n');
        line
    }

    /// The averages as a table.
    pub(super) fn text(&self) -> String {
        let mut rows = vec![vec!["plane".to_string(), "PSNR dB".into(), "SSIM".into()]];
        for score in self.totals.iter().chain([&all(&self.totals)]) {
            rows.push(vec![
                score.name.into(),
                decibels_text(psnr(score.squared_error, score.samples, self.peak)),
                format!("{:.6}", score.ssim / self.frames as f64),
            ]);
        }
        format!("{}x{}, {} frames\n{}", self.width, self.height, self.frames, table(&rows))
    }

    /// Everything; a PSNR of identical samples, which is infinite, is null.
    pub(super) fn json(&self, reference: &str, test: &str) -> Value {
        let mut object = self.scores_json(&self.totals, self.frames);
        object.insert("reference".into(), reference.into());
        object.insert("test".into(), test.into());
        object.insert("width".into(), self.width.into());
        object.insert("height".into(), self.height.into());
        object.insert("frames".into(), self.frames.into());
        object.insert("identical".into(), (all(&self.totals).squared_error == 0).into());
        object.insert("per_frame".into(), self.per_frame.clone().into());
        object.into()
    }

    fn scores_json(&self, scores: &[PlaneScore], frames: u64) -> Map<String, Value> {
        let (mut psnrs, mut ssims) = (Map::new(), Map::new());
        for score in scores.iter().chain([&all(scores)]) {
            psnrs.insert(score.name.into(), json!(psnr(score.squared_error, score.samples, self.peak)));
            ssims.insert(score.name.into(), json!(score.ssim / frames as f64));
        }
        Map::from_iter([("psnr".to_string(), psnrs.into()), ("ssim".into(), ssims.into())])
    }
}

/// All planes together, each weighing as much as it has samples.
fn all(scores: &[PlaneScore]) -> PlaneScore {
    let samples: u64 = scores.iter().map(|score| score.samples).sum();
    PlaneScore {
        name: "all",
        samples,
        squared_error: scores.iter().map(|score| score.squared_error).sum(),
        ssim: scores.iter().map(|score| score.ssim * score.samples as f64).sum::<f64>() / samples as f64,
    }
}

fn decibels_text(decibels: f64) -> String {
    if decibels.is_finite() { format!("{decibels:.4}") } else { "inf".into() }
}
