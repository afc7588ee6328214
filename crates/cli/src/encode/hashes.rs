//! `--hashes`: the MD5 of each reconstructed frame, as `ffmpeg -f framemd5` lists those of a decoded stream.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use vitascope::container::AtomicFile;
use vitascope::core::{SampleBuffer, Time};
use vitascope::session::key;

use super::sink::failure;
use crate::failure::Failure;

/// Hashes in the making.
pub(super) struct Hashes {
    file: AtomicFile,
    frame_duration: Time,
    /// Coded width and height, from the first sample.
    size: Option<(u64, u64)>,
    /// Presentation time in frames, and the hash.
    rows: Vec<(i64, [u8; 16])>,
}

impl Hashes {
    pub(super) fn create(path: &Path, frame_duration: Time) -> Result<Self, Failure> {
        let file = AtomicFile::create(path).map_err(|error| failure(&error))?;
        Ok(Hashes { file, frame_duration, size: None, rows: Vec::new() })
    }

    /// Notes the hash of one coded frame.
    pub(super) fn take(&mut self, sample: &SampleBuffer) -> Result<(), Failure> {
        let hash = sample
            .attachment(key::VITASCOPE_RECONSTRUCTION_HASH)
            .and_then(|(hash, _)| hash.as_data()?.try_into().ok())
            .ok_or_else(|| Failure::Failed("the encoder gives no hash of its reconstruction".into()))?;
        if self.size.is_none() {
            self.size = sample.format().map(|format| {
                let dimensions = format.dimensions();
                (dimensions.width.unsigned_abs().into(), dimensions.height.unsigned_abs().into())
            });
        }
        let frame = sample.presentation_time().value / self.frame_duration.value;
        self.rows.push((frame, hash));
        Ok(())
    }

    /// Writes the rows in order of presentation and completes the file.
    pub(super) fn finish(mut self) -> Result<(), Failure> {
        let text = self.text();
        let path = self.file.path().display().to_string();
        self.file.write_all(text.as_bytes()).map_err(|error| Failure::failed(path, error))?;
        self.file.commit().map_err(|error| failure(&error))
    }

    fn text(&mut self) -> String {
        self.rows.sort_by_key(|(frame, _)| *frame);
        let (width, height) = self.size.unwrap_or_default();
        let bytes = width * height + 2 * width.div_ceil(2) * height.div_ceil(2);
        let mut text = String::from("#format: frame checksums\n#version: 2\n#hash: MD5\n");
        let Time { value, timescale, .. } = self.frame_duration;
        // Writing to a String cannot fail.
        let _ =
            write!(text, "#software: vitascope {}\n#tb 0: {value}/{timescale}\n", env!("CARGO_PKG_VERSION"));
        let _ =
            write!(text, "#media_type 0: video\n#codec_id 0: rawvideo\n#dimensions 0: {width}x{height}\n");
        text.push_str("#stream#, dts,        pts, duration,     size, hash\n");
        for (frame, hash) in &self.rows {
            let _ = write!(text, "0, {frame:>10}, {frame:>10}, {:>8}, {bytes:>8}, ", 1);
            for byte in hash {
                let _ = write!(text, "{byte:02x}");
            }
            text.push('\n');
        }
        text
    }
}
