//! The progress bar.

use std::time::Instant;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use vitascope::core::Time;

use crate::logger;

/// Shows frame, speed, bit rate and time left on a terminal; does nothing elsewhere.
#[derive(Clone)]
pub(super) struct Progress {
    bar: ProgressBar,
    frame_seconds: f64,
    started: Instant,
}

impl Progress {
    pub(super) fn new(quiet: bool, frames: Option<u64>, frame_duration: Time) -> Self {
        // indicatif hides the bar by itself when standard error is not a terminal.
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(frames, target);
        let template = match frames {
            Some(_) => "{prefix}{wide_bar} {pos}/{len} {msg}, {eta} left",
            None => "{prefix}{spinner} frame {pos} {msg}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        logger::share_terminal_with(&bar);
        Progress { bar, frame_seconds: frame_duration.seconds(), started: Instant::now() }
    }

    /// The same with words before it.
    pub(super) fn labelled(self, label: &str) -> Self {
        self.bar.set_prefix(format!("{label} "));
        self
    }

    /// One that shows nothing.
    pub(super) fn hidden() -> Self {
        Progress { bar: ProgressBar::hidden(), frame_seconds: 0.0, started: Instant::now() }
    }

    /// So many frames with so many bytes are done.
    pub(super) fn show(&self, frames: u64, bytes: u64) {
        if self.bar.is_hidden() {
            return;
        }
        let speed = frames as f64 / self.started.elapsed().as_secs_f64();
        let rate = bytes as f64 * 8.0 / (frames as f64 * self.frame_seconds) / 1000.0;
        self.bar.set_message(format!("{speed:.1} fps, {rate:.0} kbit/s"));
        self.bar.set_position(frames);
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
