//! Where samples wait until the last pass is done.

mod index;
mod record;
mod spool;

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use vitascope_core::{FormatDescription, SampleBuffer, Time, TimeRange};

use super::time_ranges;
use crate::error::{Error, Result};
use index::SampleIndex;
use spool::Spool;

/// Key of the attachment by which samples of a pass say their place on the source's time line: the presentation time of the frame
/// that was given as the n-th, on the n-th sample in decode order.
///
/// A session's decode times are earlier than that where frames are reordered, so that none is later than its presentation time.
/// The ranges of a pass count in the source's time line; a [`FrameSilo`] therefore goes by this attachment where a sample has
/// it, and by the decode time elsewhere.
pub const SOURCE_DECODE_TIME: &str = "VitascopeSourceDecodeTime";

/// Collects sample buffers in decode order, in a file, and replaces those in given time ranges.
///
/// Samples are written out and read back, so what comes out equals what went in but is another object; attachments whose value
/// is an [`Object`](vitascope_core::Object) are left out. Memory does not grow with the samples' size, and by 24 bytes for each.
///
/// Times are decode times, or see [`SOURCE_DECODE_TIME`]; the presentation time counts for samples without a decode time.
///
/// # Threads
/// All methods may be called from any thread, and visitors may call back into the silo.
#[doc(alias = "VTFrameSilo")]
#[derive(Debug)]
pub struct FrameSilo {
    time_range: TimeRange,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    spool: Spool,
    index: SampleIndex,
    /// Descriptions of the samples' formats, which are few.
    formats: Vec<FormatDescription>,
    /// The ranges of this pass; `None` in the first.
    ranges: Option<Vec<TimeRange>>,
    /// Time and end of the last sample of this pass.
    last: Option<(Time, Time)>,
}

impl FrameSilo {
    /// Makes a silo with a file at `path`, or a temporary one; either is deleted when the silo goes.
    ///
    /// `time_range` is the time that will be filled; an invalid range when unknown, and then the progress of the first pass
    /// cannot be told. An existing file is taken only if it is empty or was left by a silo.
    ///
    /// # Errors
    /// [`Error::FrameSiloFile`].
    #[doc(alias = "VTFrameSiloCreate")]
    pub fn new(path: Option<&Path>, time_range: TimeRange) -> Result<FrameSilo> {
        let spool = Spool::create(path).map_err(Error::logged)?;
        let state =
            State { spool, index: SampleIndex::default(), formats: Vec::new(), ranges: None, last: None };
        Ok(FrameSilo { time_range, state: Mutex::new(state) })
    }

    /// Adds a sample buffer with its data.
    ///
    /// # Errors
    /// [`Error::FrameSiloInvalidTimeStamp`] unless its time is numeric, greater than that of the sample before in this pass,
    /// and in one of the ranges of the pass. [`Error::Parameter`] for a buffer without data, or with attachments nested deeper
    /// than 32 levels. [`Error::FrameSiloFile`] when the file cannot be written. The sample is not in the silo then.
    #[doc(alias = "VTFrameSiloAddSampleBuffer")]
    pub fn add_sample_buffer(&self, sample: &SampleBuffer) -> Result<()> {
        self.lock().add(sample).map_err(Error::logged)
    }

    /// Begins a pass that fills these ranges anew: samples in them are dropped.
    ///
    /// # Errors
    /// [`Error::FrameSiloInvalidTimeRange`] when there are none, or they are not numeric, overlap or are not in order.
    #[doc(alias = "VTFrameSiloSetTimeRangesForNextPass")]
    pub fn set_time_ranges_for_next_pass(&self, ranges: &[TimeRange]) -> Result<()> {
        time_ranges::check(ranges).map_err(|reason| Error::FrameSiloInvalidTimeRange { reason }.logged())?;
        let mut state = self.lock();
        state.index.begin_pass(|time| !time_ranges::contain(ranges, time));
        state.ranges = Some(ranges.to_vec());
        state.last = None;
        Ok(())
    }

    /// How much of the ranges of this pass is filled, 0 to 1, judged by the last sample.
    ///
    /// # Errors
    /// [`Error::FrameSiloInvalidTimeRange`] in the first pass of a silo that was made with an invalid or empty range.
    #[doc(alias = "VTFrameSiloGetProgressOfCurrentPass")]
    pub fn progress_of_current_pass(&self) -> Result<f32> {
        let state = self.lock();
        let whole = [self.time_range];
        let ranges = state.ranges.as_deref().unwrap_or(&whole);
        time_ranges::check(ranges).map_err(|reason| Error::FrameSiloInvalidTimeRange { reason }.logged())?;
        let Some((_, end)) = state.last else { return Ok(0.0) };
        let seconds = |range: &TimeRange| range.duration.seconds();
        let filled = |range: &TimeRange| (end - range.start).seconds().clamp(0.0, seconds(range));
        let all: f64 = ranges.iter().map(seconds).sum();
        Ok((ranges.iter().map(filled).sum::<f64>() / all) as f32)
    }

    /// Visits the samples with a time in `range`, or all for an invalid one, in order, until the visitor fails.
    ///
    /// Samples that are added or dropped meanwhile may or may not be seen.
    ///
    /// # Errors
    /// The visitor's; [`Error::FrameSiloInvalidTimeRange`] for a range that is valid and not numeric;
    /// [`Error::FrameSiloFile`] when a sample cannot be read back as it was.
    #[doc(
        alias = "VTFrameSiloCallFunctionForEachSampleBuffer",
        alias = "VTFrameSiloCallBlockForEachSampleBuffer"
    )]
    pub fn for_each_sample_buffer<E: From<Error>>(
        &self,
        range: TimeRange,
        mut visit: impl FnMut(&SampleBuffer) -> Result<(), E>,
    ) -> Result<(), E> {
        if range.is_valid() && !range.is_numeric() {
            let reason = format!("{} + {} is not numeric", range.start, range.duration);
            return Err(Error::FrameSiloInvalidTimeRange { reason }.logged().into());
        }
        let mut after = None;
        loop {
            let next = self.lock().next(range, after).map_err(Error::logged)?;
            let Some((time, sample)) = next else { return Ok(()) };
            visit(&sample)?;
            after = Some(time);
        }
    }

    /// Samples in the silo.
    pub fn sample_count(&self) -> u64 {
        self.lock().index.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change below is complete in itself.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn add(&mut self, sample: &SampleBuffer) -> Result<()> {
        let time = sample_time(sample);
        let refuse = |accepted: String| Err(Error::FrameSiloInvalidTimeStamp { value: time, accepted });
        if !time.is_numeric() {
            return refuse("a numeric time is accepted".into());
        }
        if let Some((last, _)) = self.last
            && time <= last
        {
            return refuse(format!("in this pass a time greater than {last} is accepted"));
        }
        if let Some(ranges) = &self.ranges
            && !time_ranges::contain(ranges, time)
        {
            return refuse("a time in one of the ranges of the pass is accepted".into());
        }
        let record = record::write(sample, &mut self.formats)?;
        let place = self.spool.append(&record)?;
        self.index.add(time, place);
        let duration = sample.duration();
        self.last = Some((time, if duration.is_numeric() { time + duration } else { time }));
        Ok(())
    }

    /// The first sample in a range after a time.
    fn next(&mut self, range: TimeRange, after: Option<Time>) -> Result<Option<(Time, SampleBuffer)>> {
        let numeric = range.is_numeric();
        let from = numeric.then_some(range.start);
        let Some((time, place)) = self.index.next(from, after) else { return Ok(None) };
        if numeric && time >= range.end() {
            return Ok(None);
        }
        let bytes = self.spool.read(place)?;
        match record::read(&bytes, &self.formats) {
            Some(sample) => Ok(Some((time, sample?))),
            None => Err(self.spool.failure("a sample in it is damaged".into())),
        }
    }
}

/// The time by which a sample is filed.
fn sample_time(sample: &SampleBuffer) -> Time {
    let source = sample.attachment(SOURCE_DECODE_TIME).and_then(|(value, _)| value.as_time());
    source.unwrap_or_else(|| match sample.decode_time() {
        time if time.is_valid() => time,
        _ => sample.presentation_time(),
    })
}
