//! `CMTime`.

use vitascope::core::{RoundingMethod, Time, TimeFlags};

use crate::border::api;
use crate::cf::string;
use crate::object::Handle;
use crate::value;

/// A time as C lays it out: 24 bytes, aligned to 4.
#[repr(C, packed(4))]
#[derive(Clone, Copy)]
pub struct CMTime {
    value: i64,
    timescale: i32,
    flags: u32,
    epoch: i64,
}

impl CMTime {
    pub(crate) const fn of(time: Time) -> CMTime {
        CMTime { value: time.value, timescale: time.timescale, flags: time.flags.0, epoch: time.epoch }
    }

    pub(crate) fn time(self) -> Time {
        Time { value: self.value, timescale: self.timescale, flags: TimeFlags(self.flags), epoch: self.epoch }
    }
}

impl From<Time> for CMTime {
    fn from(time: Time) -> CMTime {
        CMTime::of(time)
    }
}

impl crate::border::OnPanic for CMTime {
    fn on_panic() -> Self {
        CMTime::of(Time::INVALID)
    }
}

/// Not a time.
#[unsafe(no_mangle)]
pub static kCMTimeInvalid: CMTime = CMTime::of(Time::INVALID);
/// A time that is not known.
#[unsafe(no_mangle)]
pub static kCMTimeIndefinite: CMTime = CMTime::of(Time::INDEFINITE);
/// Later than every numeric time.
#[unsafe(no_mangle)]
pub static kCMTimePositiveInfinity: CMTime = CMTime::of(Time::POSITIVE_INFINITY);
/// Earlier than every numeric time.
#[unsafe(no_mangle)]
pub static kCMTimeNegativeInfinity: CMTime = CMTime::of(Time::NEGATIVE_INFINITY);
/// No time passed.
#[unsafe(no_mangle)]
pub static kCMTimeZero: CMTime = CMTime::of(Time::ZERO);

api! {
    /// value / timescale seconds; invalid for a timescale below 1.
    fn CMTimeMake(value: i64, timescale: i32) -> CMTime {
        Time::new(value, timescale).into()
    }

    /// value / timescale seconds on a time line.
    fn CMTimeMakeWithEpoch(value: i64, timescale: i32, epoch: i64) -> CMTime {
        Time::with_epoch(value, timescale, epoch).into()
    }

    /// Some seconds in units of a timescale.
    fn CMTimeMakeWithSeconds(seconds: f64, preferred_timescale: i32) -> CMTime {
        Time::from_seconds(seconds, preferred_timescale).into()
    }

    /// The time in seconds; not-a-number for invalid and indefinite times.
    fn CMTimeGetSeconds(time: CMTime) -> f64 {
        time.time().seconds()
    }

    /// The same time in another timescale.
    fn CMTimeConvertScale(time: CMTime, timescale: i32, method: u32) -> CMTime {
        match RoundingMethod::from_number(method) {
            Some(method) => time.time().convert_scale(timescale, method).into(),
            None => {
                log::error!("CMTimeConvertScale: rounding method {method}; 0 to 6 are accepted");
                Time::INVALID.into()
            }
        }
    }

    /// The sum of two times.
    fn CMTimeAdd(one: CMTime, other: CMTime) -> CMTime {
        (one.time() + other.time()).into()
    }

    /// The first time less the second.
    fn CMTimeSubtract(one: CMTime, other: CMTime) -> CMTime {
        (one.time() - other.time()).into()
    }

    /// A time times a whole number.
    fn CMTimeMultiply(time: CMTime, multiplier: i32) -> CMTime {
        time.time().multiply(multiplier).into()
    }

    /// A time times a floating-point number.
    fn CMTimeMultiplyByFloat64(time: CMTime, multiplier: f64) -> CMTime {
        time.time().multiply_by_f64(multiplier).into()
    }

    /// A time times a ratio.
    fn CMTimeMultiplyByRatio(time: CMTime, multiplier: i32, divisor: i32) -> CMTime {
        time.time().multiply_by_ratio(multiplier, divisor).into()
    }

    /// Compares two times: -1, 0 or 1. Invalid is the greatest, negative infinity the least.
    fn CMTimeCompare(one: CMTime, other: CMTime) -> i32 {
        one.time().compare(&other.time()) as i32
    }

    /// The earlier of two times.
    fn CMTimeMinimum(one: CMTime, other: CMTime) -> CMTime {
        one.time().min(other.time()).into()
    }

    /// The later of two times.
    fn CMTimeMaximum(one: CMTime, other: CMTime) -> CMTime {
        one.time().max(other.time()).into()
    }

    /// A time without its sign.
    fn CMTimeAbsoluteValue(time: CMTime) -> CMTime {
        time.time().absolute().into()
    }

    /// A time as a dictionary.
    fn CMTimeCopyAsDictionary(time: CMTime, _allocator: Handle) -> Handle {
        value::dictionary_to_object(&time.time().to_dictionary(), false).into_handle()
    }

    /// The time of a dictionary; invalid when it holds none.
    fn CMTimeMakeFromDictionary(dictionary: Handle) -> CMTime {
        let time = value::dictionary_from_object(dictionary).and_then(|entries| Time::from_dictionary(&entries));
        time.unwrap_or(Time::INVALID).into()
    }

    /// A time as text for people.
    fn CMTimeCopyDescription(_allocator: Handle, time: CMTime) -> Handle {
        string::new(&format!("{{{}}}", time.time())).into_handle()
    }

    /// Prints a time to standard error.
    fn CMTimeShow(time: CMTime) {
        eprintln!("{{{}}}", time.time());
    }
}
