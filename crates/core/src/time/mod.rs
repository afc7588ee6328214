//! Rational time: a value over a timescale, with exact arithmetic.

mod arithmetic;
mod range;

use std::cmp::Ordering;
use std::fmt;

use crate::Dictionary;

pub use range::{TimeMapping, TimeRange};

/// A time or duration of `value / timescale` seconds.
///
/// Besides numeric times there are the two infinities, an indefinite time and invalid times. Times of different
/// nonzero [`epoch`](Time::epoch)s lie on different time lines; durations and ordinary times have epoch 0.
///
/// Comparison is the platform's total order: negative infinity, numeric times (by epoch, then by seconds),
/// indefinite, positive infinity, invalid. So 1/2 and 2/4 are equal, and [`Ord::max`] and [`Ord::min`] are those of
/// the platform.
///
/// ```
/// use vitascope_core::Time;
/// let frame = Time::new(1001, 30000);
/// assert_eq!(frame + frame, Time::new(2002, 30000));
/// assert_eq!((frame + Time::new(1, 25)).timescale, 30000);
/// ```
#[derive(Clone, Copy)]
#[doc(alias = "CMTime", alias = "CMTimeMaximum", alias = "CMTimeMinimum")]
pub struct Time {
    /// The numerator; not meaningful unless the time is numeric.
    pub value: i64,
    /// The denominator, in units per second: 1 to 2^31 - 1 for numeric times.
    pub timescale: i32,
    /// What kind of time this is, and whether it was rounded.
    pub flags: TimeFlags,
    /// The time line, 0 for durations.
    pub epoch: i64,
}

/// The flags of a [`Time`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[doc(alias = "CMTimeFlags")]
pub struct TimeFlags(pub u32);

/// What to do with a fraction when a time is expressed in another timescale.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[doc(alias = "CMTimeRoundingMethod")]
#[repr(u32)]
pub enum RoundingMethod {
    /// To the nearest value; halves away from zero. The platform's default.
    #[default]
    RoundHalfAwayFromZero = 1,
    /// To the value nearer to zero.
    RoundTowardZero = 2,
    /// To the value farther from zero.
    RoundAwayFromZero = 3,
    /// Toward zero when the new timescale is coarser, away from zero when it is finer; never a negative time to zero.
    QuickTime = 4,
    /// To the larger value.
    RoundTowardPositiveInfinity = 5,
    /// To the smaller value.
    RoundTowardNegativeInfinity = 6,
}

impl TimeFlags {
    /// The time is valid; without this flag nothing else counts.
    pub const VALID: TimeFlags = TimeFlags(1);
    /// A fraction was lost on the way to this time.
    pub const HAS_BEEN_ROUNDED: TimeFlags = TimeFlags(2);
    /// The time is positive infinity.
    pub const POSITIVE_INFINITY: TimeFlags = TimeFlags(4);
    /// The time is negative infinity.
    pub const NEGATIVE_INFINITY: TimeFlags = TimeFlags(8);
    /// The time is not known.
    pub const INDEFINITE: TimeFlags = TimeFlags(16);
    /// The flags that make a valid time other than numeric.
    pub const IMPLIED_VALUE_MASK: TimeFlags = TimeFlags(28);

    /// Whether any of these flags is set.
    pub const fn intersects(self, other: TimeFlags) -> bool {
        self.0 & other.0 != 0
    }

    /// The flags of both.
    #[must_use]
    pub const fn union(self, other: TimeFlags) -> TimeFlags {
        TimeFlags(self.0 | other.0)
    }
}

impl RoundingMethod {
    /// The method with the platform's number, 0 meaning the default; `None` above 6.
    pub fn from_number(number: u32) -> Option<Self> {
        Some(match number {
            0 | 1 => RoundingMethod::RoundHalfAwayFromZero,
            2 => RoundingMethod::RoundTowardZero,
            3 => RoundingMethod::RoundAwayFromZero,
            4 => RoundingMethod::QuickTime,
            5 => RoundingMethod::RoundTowardPositiveInfinity,
            6 => RoundingMethod::RoundTowardNegativeInfinity,
            _ => return None,
        })
    }
}

impl Time {
    /// The largest timescale.
    #[doc(alias = "kCMTimeMaxTimescale")]
    pub const MAX_TIMESCALE: i32 = i32::MAX;
    /// No time passed.
    #[doc(alias = "kCMTimeZero")]
    pub const ZERO: Time = Time { value: 0, timescale: 1, flags: TimeFlags::VALID, epoch: 0 };
    /// Not a time.
    #[doc(alias = "kCMTimeInvalid")]
    pub const INVALID: Time = Time { value: 0, timescale: 0, flags: TimeFlags(0), epoch: 0 };
    /// A time that is not known.
    #[doc(alias = "kCMTimeIndefinite")]
    pub const INDEFINITE: Time = Time::implied(TimeFlags::INDEFINITE);
    /// Later than every numeric time.
    #[doc(alias = "kCMTimePositiveInfinity")]
    pub const POSITIVE_INFINITY: Time = Time::implied(TimeFlags::POSITIVE_INFINITY);
    /// Earlier than every numeric time.
    #[doc(alias = "kCMTimeNegativeInfinity")]
    pub const NEGATIVE_INFINITY: Time = Time::implied(TimeFlags::NEGATIVE_INFINITY);

    /// `value / timescale` seconds; [`Time::INVALID`] when the timescale is below 1.
    #[doc(alias = "CMTimeMake")]
    pub const fn new(value: i64, timescale: i32) -> Time {
        Time::with_epoch(value, timescale, 0)
    }

    /// `value / timescale` seconds on a time line; [`Time::INVALID`] when the timescale is below 1.
    #[doc(alias = "CMTimeMakeWithEpoch")]
    pub const fn with_epoch(value: i64, timescale: i32, epoch: i64) -> Time {
        if timescale < 1 {
            return Time::INVALID;
        }
        Time { value, timescale, flags: TimeFlags::VALID, epoch }
    }

    const fn implied(flag: TimeFlags) -> Time {
        Time { value: 0, timescale: 0, flags: TimeFlags::VALID.union(flag), epoch: 0 }
    }

    /// Whether this is a time at all.
    #[doc(alias = "CMTIME_IS_VALID")]
    pub const fn is_valid(&self) -> bool {
        self.flags.intersects(TimeFlags::VALID)
    }

    /// Whether this is a time with a value: valid, finite and known. A time that claims so with a timescale
    /// below 1 counts as invalid.
    #[doc(alias = "CMTIME_IS_NUMERIC")]
    pub const fn is_numeric(&self) -> bool {
        self.is_valid() && !self.flags.intersects(TimeFlags::IMPLIED_VALUE_MASK) && self.timescale >= 1
    }

    /// Whether this is positive infinity.
    #[doc(alias = "CMTIME_IS_POSITIVE_INFINITY")]
    pub const fn is_positive_infinity(&self) -> bool {
        self.is_valid() && self.flags.intersects(TimeFlags::POSITIVE_INFINITY)
    }

    /// Whether this is negative infinity.
    #[doc(alias = "CMTIME_IS_NEGATIVE_INFINITY")]
    pub const fn is_negative_infinity(&self) -> bool {
        self.is_valid() && self.flags.intersects(TimeFlags::NEGATIVE_INFINITY)
    }

    /// Whether this is the indefinite time.
    #[doc(alias = "CMTIME_IS_INDEFINITE")]
    pub const fn is_indefinite(&self) -> bool {
        self.is_valid() && self.flags.intersects(TimeFlags::INDEFINITE)
    }

    /// Whether a fraction was lost on the way to this time.
    #[doc(alias = "CMTIME_HAS_BEEN_ROUNDED")]
    pub const fn has_been_rounded(&self) -> bool {
        self.is_numeric() && self.flags.intersects(TimeFlags::HAS_BEEN_ROUNDED)
    }

    /// Compares in the platform's total order.
    #[doc(alias = "CMTimeCompare")]
    pub fn compare(&self, other: &Time) -> Ordering {
        self.rank().cmp(&other.rank()).then_with(|| {
            if !self.is_numeric() {
                return Ordering::Equal;
            }
            let this = i128::from(self.value) * i128::from(other.timescale);
            let that = i128::from(other.value) * i128::from(self.timescale);
            self.epoch.cmp(&other.epoch).then(this.cmp(&that))
        })
    }

    fn rank(&self) -> u8 {
        if self.is_negative_infinity() {
            0
        } else if self.is_numeric() {
            1
        } else if self.is_indefinite() {
            2
        } else if self.is_positive_infinity() {
            3
        } else {
            4
        }
    }

    /// The dictionary form, with the keys `value`, `timescale`, `flags` and `epoch`.
    #[doc(alias = "CMTimeCopyAsDictionary")]
    pub fn to_dictionary(&self) -> Dictionary {
        Dictionary::new()
            .with("value", self.value)
            .with("timescale", self.timescale)
            .with("flags", self.flags.0)
            .with("epoch", self.epoch)
    }

    /// The time of a dictionary; `None` when a key lacks or a number does not fit.
    #[doc(alias = "CMTimeMakeFromDictionary")]
    pub fn from_dictionary(dictionary: &Dictionary) -> Option<Time> {
        let number = |key| dictionary.get(key)?.as_i64();
        Some(Time {
            value: number("value")?,
            timescale: number("timescale")?.try_into().ok()?,
            flags: TimeFlags(number("flags")?.try_into().ok()?),
            epoch: number("epoch")?,
        })
    }
}

impl Default for Time {
    fn default() -> Self {
        Time::INVALID
    }
}

impl PartialEq for Time {
    fn eq(&self, other: &Time) -> bool {
        self.compare(other).is_eq()
    }
}

impl Eq for Time {}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Time) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Time) -> Ordering {
        self.compare(other)
    }
}

impl fmt::Display for Time {
    #[doc(alias = "CMTimeCopyDescription")]
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rank() {
            0 => return out.write_str("{-INFINITY}"),
            2 => return out.write_str("{INDEFINITE}"),
            3 => return out.write_str("{+INFINITY}"),
            4 => return out.write_str("{INVALID}"),
            _ => {}
        }
        write!(out, "{{{}/{} = {:.3}", self.value, self.timescale, self.seconds())?;
        if self.epoch != 0 {
            write!(out, ", epoch = {}", self.epoch)?;
        }
        out.write_str(if self.has_been_rounded() { ", rounded}" } else { "}" })
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
