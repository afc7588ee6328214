//! When samples come out after trimming, reversing and a change of speed, which buffer attachments ask for.

use super::{SampleBuffer, SampleTiming, sample_buffer_attachment};
use crate::{Result, Time, Value};

impl SampleBuffer {
    /// When the output of these samples begins: the time that was set, or the presentation time after the trimmed
    /// start (for reversed samples: before the trimmed end).
    #[doc(alias = "CMSampleBufferGetOutputPresentationTimeStamp")]
    pub fn output_presentation_time(&self) -> Time {
        if let Some(time) = self.0.state().output_presentation_time {
            return time;
        }
        let start = self.presentation_time();
        if self.flag(sample_buffer_attachment::REVERSE) {
            match self.trim(sample_buffer_attachment::TRIM_DURATION_AT_END) {
                // Without a trimmed end there is no need to know the duration when it is not known.
                None if !self.duration().is_numeric() => start,
                trim => start + self.duration() - trim.unwrap_or(Time::ZERO),
            }
        } else {
            match self.trim(sample_buffer_attachment::TRIM_DURATION_AT_START) {
                None => start,
                Some(trim) => start + trim,
            }
        }
    }

    /// Sets when the output begins; an invalid time makes it follow from the presentation time again.
    #[doc(alias = "CMSampleBufferSetOutputPresentationTimeStamp")]
    pub fn set_output_presentation_time(&self, time: Time) {
        self.0.state().output_presentation_time = time.is_valid().then_some(time);
    }

    /// The decode time moved and stretched as the output is.
    #[doc(alias = "CMSampleBufferGetOutputDecodeTimeStamp")]
    pub fn output_decode_time(&self) -> Time {
        let decode_time = self.decode_time();
        let output = self.output_presentation_time();
        if !decode_time.is_valid() || output.compare(&self.presentation_time()).is_eq() && self.speed() == 1.0
        {
            return decode_time;
        }
        output + self.at_speed(decode_time - self.presentation_time())
    }

    /// The duration without what is trimmed, at the speed of the output.
    #[doc(alias = "CMSampleBufferGetOutputDuration")]
    pub fn output_duration(&self) -> Time {
        let mut duration = self.duration();
        for key in
            [sample_buffer_attachment::TRIM_DURATION_AT_START, sample_buffer_attachment::TRIM_DURATION_AT_END]
        {
            if let Some(trim) = self.trim(key) {
                duration -= trim;
            }
        }
        self.at_speed(duration)
    }

    /// When a sample comes out, with its duration at the speed of the output.
    ///
    /// # Errors
    /// As [`SampleBuffer::sample_timing`].
    #[doc(alias = "CMSampleBufferGetOutputSampleTimingInfoArray")]
    pub fn output_sample_timing(&self, index: usize) -> Result<SampleTiming> {
        let timing = self.sample_timing(index)?;
        let (input, output) = (self.presentation_time(), self.output_presentation_time());
        let moved =
            |time: Time| if time.is_valid() { output + self.at_speed(time - input) } else { Time::INVALID };
        if output.compare(&input).is_eq() && self.speed() == 1.0 {
            return Ok(timing);
        }
        Ok(SampleTiming {
            duration: self.at_speed(timing.duration),
            presentation_time: moved(timing.presentation_time),
            decode_time: moved(timing.decode_time),
        })
    }

    fn flag(&self, key: &str) -> bool {
        self.attachment(key).and_then(|(value, _)| value.as_bool()).unwrap_or(false)
    }

    fn trim(&self, key: &str) -> Option<Time> {
        self.attachment(key).and_then(|(value, _)| value.as_time()).filter(Time::is_numeric)
    }

    /// The speed that is asked for; 1 without or with a useless one.
    fn speed(&self) -> f64 {
        let speed = self.attachment(sample_buffer_attachment::SPEED_MULTIPLIER);
        let speed = speed.as_ref().and_then(|(value, _)| Value::as_f64(value));
        speed.filter(|speed| speed.is_finite() && *speed > 0.0).unwrap_or(1.0)
    }

    fn at_speed(&self, duration: Time) -> Time {
        match self.speed() {
            1.0 => duration,
            speed => duration.multiply_by_f64(1.0 / speed),
        }
    }
}
