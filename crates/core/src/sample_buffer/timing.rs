//! When samples are decoded and shown, and how large they are.

use super::SampleBuffer;
use crate::{Error, Result, Time};

/// When a sample is decoded and shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[doc(alias = "CMSampleTimingInfo")]
pub struct SampleTiming {
    /// How long it is shown; may be invalid.
    pub duration: Time,
    /// When it is shown.
    pub presentation_time: Time,
    /// When it is decoded; invalid when that is the order of presentation.
    pub decode_time: Time,
}

impl SampleTiming {
    /// Nothing is known.
    #[doc(alias = "kCMTimingInfoInvalid")]
    pub const INVALID: SampleTiming = SampleTiming {
        duration: Time::INVALID,
        presentation_time: Time::INVALID,
        decode_time: Time::INVALID,
    };
}

impl Default for SampleTiming {
    fn default() -> Self {
        SampleTiming::INVALID
    }
}

impl SampleBuffer {
    /// The timing entries as they were given: none, one for all samples, or one each.
    #[doc(alias = "CMSampleBufferGetSampleTimingInfoArray")]
    pub fn timings(&self) -> &[SampleTiming] {
        &self.0.timings
    }

    /// The size entries as they were given: none, one for all samples, or one each.
    #[doc(alias = "CMSampleBufferGetSampleSizeArray")]
    pub fn sizes(&self) -> &[usize] {
        &self.0.sizes
    }

    /// When a sample is decoded and shown. A single entry stands for samples that follow each other at its duration.
    ///
    /// # Errors
    /// [`Error::SampleIndexOutOfRange`], [`Error::NoSampleTiming`]
    #[doc(alias = "CMSampleBufferGetSampleTimingInfo")]
    pub fn sample_timing(&self, index: usize) -> Result<SampleTiming> {
        self.check_index(index)?;
        match self.timings() {
            [] => Err(Error::NoSampleTiming),
            [only] if index == 0 => Ok(*only),
            [only] => {
                // The number of samples is limited to 2^24.
                let offset = only.duration.multiply(index as i32);
                let after = |time: Time| if time.is_valid() { time + offset } else { Time::INVALID };
                Ok(SampleTiming {
                    duration: only.duration,
                    presentation_time: after(only.presentation_time),
                    decode_time: after(only.decode_time),
                })
            }
            each => Ok(each[index]),
        }
    }

    /// Bytes of a sample.
    ///
    /// # Errors
    /// [`Error::SampleIndexOutOfRange`], [`Error::NoSampleSizes`]
    #[doc(alias = "CMSampleBufferGetSampleSize")]
    pub fn sample_size(&self, index: usize) -> Result<usize> {
        self.check_index(index)?;
        match self.sizes() {
            [] => Err(Error::NoSampleSizes),
            [only] => Ok(*only),
            each => Ok(each[index]),
        }
    }

    /// Bytes of all samples; without sizes, the length of the data.
    #[doc(alias = "CMSampleBufferGetTotalSampleSize")]
    pub fn total_sample_size(&self) -> usize {
        match self.sizes() {
            [] => self.data().map_or(0, |data| data.len()),
            [only] => only.saturating_mul(self.sample_count()),
            each => each.iter().fold(0, |sum, size| sum.saturating_add(*size)),
        }
    }

    /// The earliest presentation time of all samples; invalid without timing.
    #[doc(alias = "CMSampleBufferGetPresentationTimeStamp")]
    pub fn presentation_time(&self) -> Time {
        self.timings().iter().map(|timing| timing.presentation_time).min().unwrap_or(Time::INVALID)
    }

    /// The earliest decode time of all samples; invalid without one.
    #[doc(alias = "CMSampleBufferGetDecodeTimeStamp")]
    pub fn decode_time(&self) -> Time {
        self.timings().iter().map(|timing| timing.decode_time).min().unwrap_or(Time::INVALID)
    }

    /// The time from the first presentation to the end of the last; invalid without timing.
    #[doc(alias = "CMSampleBufferGetDuration")]
    pub fn duration(&self) -> Time {
        match self.timings() {
            [] => Time::INVALID,
            [only] if self.sample_count() == 1 => only.duration,
            [only] => only.duration.multiply(self.sample_count() as i32),
            each => {
                let in_order =
                    each.windows(2).all(|pair| pair[0].presentation_time <= pair[1].presentation_time);
                if in_order && each.iter().all(|timing| timing.duration.is_numeric()) {
                    return each.iter().fold(Time::ZERO, |sum, timing| sum + timing.duration);
                }
                let ends = each.iter().map(|timing| timing.presentation_time + timing.duration);
                ends.max().unwrap_or(Time::INVALID) - self.presentation_time()
            }
        }
    }
}

/// Accepts no entries, one entry for all samples, or one per sample.
pub(super) fn check_entries(what: &'static str, entries: usize, samples: usize) -> Result<()> {
    let accepted = entries == 0 || entries == samples || (entries == 1 && samples > 0);
    if accepted { Ok(()) } else { Err(Error::InvalidEntryCount { what, entries, samples }) }
}

/// Refuses durations below zero.
pub(super) fn check_timings(timings: &[SampleTiming]) -> Result<()> {
    for (index, timing) in timings.iter().enumerate() {
        if timing.duration.is_valid() && timing.duration < Time::ZERO {
            let text = format!(
                "duration {} of entry {index} is negative; accepted: 0 or more, or invalid",
                timing.duration
            );
            return Err(Error::SampleTimingInvalid(text));
        }
    }
    Ok(())
}
