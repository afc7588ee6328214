//! What was done, in one line or as JSON.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use vitascope::core::{SampleBuffer, Time};
use vitascope::session::AVERAGE_QP;

use crate::failure::Failure;
use crate::input::is_standard_stream;
use crate::output::print_json;
use crate::plot::PlotFrame;

/// One coded frame.
pub(super) struct FrameEntry {
    presentation_time: f64,
    decode_time: f64,
    bytes: u64,
    key: bool,
    kind: &'static str,
    /// Mean quantiser.
    qp: Option<f64>,
    /// PSNR of luma in decibels, infinite for an exact frame.
    psnr: Option<f64>,
}

impl FrameEntry {
    /// `latest` is the greatest presentation time before this frame in decode order.
    pub(super) fn of(sample: &SampleBuffer, latest: Time) -> Self {
        let attachments = sample.sample_attachments(0).unwrap_or_default();
        let kind = if attachments.depends_on_others == Some(false) {
            "I"
        } else if latest.is_numeric() && sample.presentation_time() < latest {
            "B"
        } else {
            "P"
        };
        FrameEntry {
            presentation_time: sample.presentation_time().seconds(),
            decode_time: sample.decode_time().seconds(),
            bytes: sample.total_sample_size() as u64,
            key: attachments.is_sync(),
            kind,
            qp: sample.attachment(AVERAGE_QP).and_then(|(qp, _)| qp.as_f64()),
            psnr: attachments.mean_squared_errors().map(|[error, ..]| 10.0 * (255.0 * 255.0 / error).log10()),
        }
    }

    fn json(&self) -> Value {
        json!({
            "presentation_time": self.presentation_time,
            "decode_time": self.decode_time,
            "bytes": self.bytes,
            "type": self.kind,
            "key": self.key,
            "qp": self.qp,
            // JSON knows no infinity.
            "psnr_y": self.psnr.filter(|psnr| psnr.is_finite()),
        })
    }

    fn plot_frame(&self) -> PlotFrame {
        PlotFrame {
            time: self.presentation_time,
            bytes: self.bytes,
            kind: self.kind.chars().next().unwrap_or('P'),
            key: self.key,
            qp: self.qp,
            psnr: self.psnr,
        }
    }
}

/// Counts over the frames.
pub(super) struct Statistics {
    pub(super) frames: u64,
    pub(super) key_frames: u64,
    pub(super) dropped: u64,
    pub(super) bytes: u64,
    latest: Time,
    per_frame: Option<Vec<Value>>,
    plot: Option<Vec<PlotFrame>>,
}

impl Statistics {
    /// `per_frame` keeps an entry for each frame, `plot` what a plot shows of it.
    pub(super) fn new(per_frame: bool, plot: bool) -> Self {
        Statistics {
            frames: 0,
            key_frames: 0,
            dropped: 0,
            bytes: 0,
            latest: Time::INVALID,
            per_frame: per_frame.then(Vec::new),
            plot: plot.then(Vec::new),
        }
    }

    /// The frames for a plot, if they were kept.
    pub(super) fn plot_frames(&self) -> Vec<PlotFrame> {
        self.plot.clone().unwrap_or_default()
    }

    /// Counts a frame, in decode order.
    pub(super) fn count(&mut self, sample: &SampleBuffer) {
        let entry = FrameEntry::of(sample, self.latest);
        let time = sample.presentation_time();
        if !self.latest.is_numeric() || self.latest < time {
            self.latest = time;
        }
        self.add(entry);
    }

    fn add(&mut self, entry: FrameEntry) {
        self.frames += 1;
        self.key_frames += u64::from(entry.key);
        self.bytes += entry.bytes;
        if let Some(entries) = &mut self.per_frame {
            entries.push(entry.json());
        }
        if let Some(frames) = &mut self.plot {
            frames.push(entry.plot_frame());
        }
    }
}

/// Statistics and what follows from them.
pub(super) struct Summary {
    statistics: Statistics,
    output: PathBuf,
    /// Playing time.
    seconds: f64,
    /// Time that encoding took.
    elapsed: Duration,
}

impl Summary {
    pub(super) fn new(statistics: Statistics, frame: Time, output: &Path, elapsed: Duration) -> Self {
        let shown = statistics.frames + statistics.dropped;
        let seconds = shown as f64 * frame.value as f64 / f64::from(frame.timescale);
        Summary { statistics, output: output.to_path_buf(), seconds, elapsed }
    }

    /// One line for people.
    pub(super) fn line(&self) -> String {
        let Statistics { frames, key_frames, dropped, bytes, .. } = self.statistics;
        let dropped = if dropped > 0 { format!(", {dropped} dropped") } else { String::new() };
        format!(
            "{frames} {} ({key_frames} key{dropped}), {} s, {bytes} bytes, {:.1} kbit/s, {:.1} fps",
            if frames == 1 { "frame" } else { "frames" },
            seconds_text(self.seconds),
            self.bits_per_second() / 1000.0,
            self.frames_per_second(),
        )
    }

    /// Prints the JSON form, to standard error when standard output carries the stream.
    pub(super) fn print_json(&self, stream_on_stdout: bool) -> Result<(), Failure> {
        let json = self.json();
        if stream_on_stdout {
            eprintln!("{json:#}");
            Ok(())
        } else {
            print_json(&json)
        }
    }

    fn json(&self) -> Value {
        let mut summary = json!({
            "output": self.output.display().to_string(),
            "frames": self.statistics.frames,
            "key_frames": self.statistics.key_frames,
            "dropped_frames": self.statistics.dropped,
            "seconds": self.seconds,
            "bytes": self.statistics.bytes,
            "file_bytes": file_bytes(&self.output),
            "bits_per_second": self.bits_per_second(),
            "elapsed_seconds": self.elapsed.as_secs_f64(),
            "frames_per_second": self.frames_per_second(),
        });
        if let Some(entries) = &self.statistics.per_frame {
            summary["per_frame"] = entries.clone().into();
        }
        summary
    }

    fn bits_per_second(&self) -> f64 {
        self.statistics.bytes as f64 * 8.0 / self.seconds
    }

    fn frames_per_second(&self) -> f64 {
        self.statistics.frames as f64 / self.elapsed.as_secs_f64()
    }
}

/// The size of the output; standard output has none, even where there is a file of the name `-`.
fn file_bytes(output: &Path) -> Option<u64> {
    let file = Some(output).filter(|output| !is_standard_stream(output))?;
    std::fs::metadata(file).ok().map(|metadata| metadata.len())
}

/// Seconds with as many decimals as they need, at most three.
fn seconds_text(seconds: f64) -> String {
    let text = format!("{seconds:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_was_done() {
        let mut statistics = Statistics::new(false, false);
        for key in [true, false] {
            statistics.add(FrameEntry {
                presentation_time: 0.0,
                decode_time: 0.0,
                bytes: 1000,
                key,
                kind: if key { "I" } else { "P" },
                qp: None,
                psnr: None,
            });
        }
        let summary = Summary::new(statistics, Time::new(1, 25), Path::new("x"), Duration::from_millis(500));
        assert_eq!(summary.line(), "2 frames (1 key), 0.08 s, 2000 bytes, 200.0 kbit/s, 4.0 fps");
    }
}
