use std::collections::VecDeque;
use std::path::Path;

use vitascope_core::{FormatDescription, SampleBuffer};

use super::Brand;
use super::chunks::Chunks;
use super::movie::{BitRate, MovieIndex, file_head};
use super::timeline::Timeline;
use super::visual::VisualEntry;
use crate::output::{Output, SpoolFile};
use crate::sample_writer::{NO_FORMAT, SamplePart, SampleWriter, each_sample};
use crate::{Error, Result};

/// Largest sample in bytes.
const MAX_SAMPLE_BYTES: u64 = i32::MAX as u64;

/// Makes an MP4 or QuickTime file with one video track.
///
/// The index stands in front of the samples. It can only be written when all samples are known, so they wait in a
/// temporary file beside the output; memory grows by some 12 bytes a sample and not with their size. On a disk the
/// output takes twice its size for a moment.
///
/// * The track counts time in the samples' timescale; where they differ, in the smallest that holds all of them.
/// * Composition offsets are never negative. An edit list takes away what was added, so that the first picture is
///   shown at its presentation time, not later.
/// * A sample without valid decode time is decoded when it is presented.
/// * The last picture lasts as its sample says, or as long as the one before.
///
/// The file holds no time of creation: equal samples give equal files.
#[derive(Debug)]
pub struct Mp4Writer {
    output: Output,
    spool: SpoolFile,
    brand: Brand,
    start_time: StartTime,
    timeline: Timeline,
    chunks: Chunks,
    /// Numbers of the sync samples, from 1.
    sync_samples: Vec<u32>,
    /// Numbers of the partial sync samples, from 1.
    partial_sync_samples: Vec<u32>,
    /// The formats met so far, the last one being current.
    formats: Vec<(FormatDescription, VisualEntry)>,
    current_format: usize,
    rate: RateMeter,
    /// A write has failed, so that the tables may not agree.
    failed: bool,
}

/// Where in the movie a track is placed whose first picture has another presentation time than zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum StartTime {
    /// At its presentation time: an empty edit stands before it, and players show nothing until then. A time below
    /// zero counts as zero.
    #[default]
    AtTimestamp,
    /// At the beginning of the movie.
    AtZero,
}

impl Mp4Writer {
    /// Opens the output. Nothing appears under `path` before [`SampleWriter::finish`].
    ///
    /// # Errors
    /// The directory does not exist or cannot be written.
    pub fn create(path: impl AsRef<Path>, brand: Brand) -> Result<Self> {
        let path = path.as_ref();
        Ok(Self {
            output: Output::open(path)?,
            spool: SpoolFile::create(path)?,
            brand,
            start_time: StartTime::default(),
            timeline: Timeline::default(),
            chunks: Chunks::default(),
            sync_samples: Vec::new(),
            partial_sync_samples: Vec::new(),
            formats: Vec::new(),
            current_format: 0,
            rate: RateMeter::default(),
            failed: false,
        })
    }

    /// Says where the track begins when its first picture's time is not zero. It can be said until the end.
    pub fn set_start_time(&mut self, start_time: StartTime) {
        self.start_time = start_time;
    }

    /// The index from 1 of the sample entry for `format`, a new one if need be.
    fn entry_for(&mut self, format: &FormatDescription) -> Result<u32> {
        let current = self.formats.get(self.current_format);
        if !current.is_some_and(|(known, _)| FormatDescription::ptr_eq(known, format)) {
            let entry = VisualEntry::of_format(format)?;
            self.current_format = match self.formats.iter().position(|(_, known)| *known == entry) {
                Some(position) => position,
                None => {
                    self.formats.push((format.clone(), entry));
                    self.formats.len() - 1
                }
            };
        }
        Ok(self.current_format as u32 + 1)
    }
}

impl SampleWriter for Mp4Writer {
    fn write(&mut self, sample: &SampleBuffer) -> Result<()> {
        self.failed = true;
        let first = self.chunks.count();
        let format = sample.format().ok_or(Error::Sample { index: first, message: NO_FORMAT.to_owned() })?;
        let entry = self.entry_for(format)?;
        each_sample(sample, first, |SamplePart { index, bytes, timing, is_sync, is_partial_sync }| {
            let value = bytes.len() as u64;
            if value > MAX_SAMPLE_BYTES {
                return Err(Error::Limit { what: "size of a sample", value, limit: MAX_SAMPLE_BYTES });
            }
            let (number, limit) = (index + 1, u32::MAX.into());
            if number > limit {
                return Err(Error::Limit { what: "number of samples", value: number, limit });
            }
            let decode =
                if timing.decode_time.is_numeric() { timing.decode_time } else { timing.presentation_time };
            let units = self.timeline.push(decode, timing.presentation_time, timing.duration);
            let units = units.map_err(|message| Error::Sample { index, message })?;
            let seconds = units as f64 / f64::from(self.timeline.timescale());
            self.spool.append(bytes)?;
            self.chunks.push(value as u32, seconds, entry);
            self.rate.push(value as u32, seconds);
            if is_sync {
                self.sync_samples.push(number as u32);
            } else if is_partial_sync {
                self.partial_sync_samples.push(number as u32);
            }
            Ok(())
        })?;
        self.failed = false;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        if self.failed {
            return Err(Error::Abandoned);
        }
        let Self {
            mut output,
            mut spool,
            brand,
            start_time,
            timeline,
            chunks,
            sync_samples,
            partial_sync_samples,
            formats,
            rate,
            ..
        } = *self;
        let (Some(times), Some((first_format, _))) = (timeline.finish(), formats.first()) else {
            return Err(Error::Empty { kind: if brand == Brand::Mp4 { "MP4" } else { "QuickTime" } });
        };
        let start = match start_time {
            StartTime::AtTimestamp => u64::try_from(times.presentation_start).unwrap_or(0),
            StartTime::AtZero => 0,
        };
        let seconds = times.presentation_duration as f64 / f64::from(times.timescale);
        let index = MovieIndex {
            brand,
            bit_rate: rate.finish(chunks.total(), seconds),
            sync_samples: (sync_samples.len() as u64 != chunks.count()).then_some(sync_samples),
            partial_sync_samples,
            display_size: first_format.presentation_dimensions(true, true),
            entries: formats.iter().map(|(_, entry)| entry.clone()).collect(),
            times,
            chunks,
            start,
        };
        output.put(&file_head(&index)?)?;
        debug_assert_eq!(spool.len(), index.chunks.total());
        spool.copy_to(&mut output)?;
        output.finish()
    }
}

/// Measures the bit rate over every second.
#[derive(Debug, Default)]
struct RateMeter {
    /// Decode time in seconds and bytes of the samples of the last second.
    window: VecDeque<(f64, u32)>,
    window_bytes: u64,
    largest_window: u64,
    largest_sample: u32,
}

impl RateMeter {
    fn push(&mut self, size: u32, seconds: f64) {
        while self.window.front().is_some_and(|first| seconds - first.0 >= 1.0) {
            let (_, bytes) = self.window.pop_front().unwrap_or_default();
            self.window_bytes -= u64::from(bytes);
        }
        self.window.push_back((seconds, size));
        self.window_bytes += u64::from(size);
        self.largest_window = self.largest_window.max(self.window_bytes);
        self.largest_sample = self.largest_sample.max(size);
    }

    /// `total` bytes took `seconds`.
    fn finish(&self, total: u64, seconds: f64) -> BitRate {
        // Casts saturate.
        let average = (total as f64 * 8.0 / seconds) as u32;
        let maximum = (self.largest_window as f64 * 8.0) as u32;
        BitRate { buffer_bytes: self.largest_sample, maximum: maximum.max(average), average }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_second_counts() {
        let mut meter = RateMeter::default();
        for (seconds, size) in [(0.0, 100), (0.5, 100), (1.0, 1000), (1.4, 200), (2.0, 300), (9.0, 1)] {
            meter.push(size, seconds);
        }
        let rate = meter.finish(1701, 10.0);
        assert_eq!(rate, BitRate { buffer_bytes: 1000, maximum: 1300 * 8, average: 1360 });
    }
}
