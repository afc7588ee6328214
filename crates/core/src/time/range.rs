//! Stretches of time, and mappings between them.

use std::fmt;

use super::Time;
use super::arithmetic::{gcd as greatest_common_divisor, time_of_fraction};
use crate::{Dictionary, Value};

/// The times from `start` up to, but not including, `start + duration`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[doc(alias = "CMTimeRange")]
pub struct TimeRange {
    /// The first time.
    pub start: Time,
    /// The length; not negative, epoch 0.
    pub duration: Time,
}

/// A stretch of time and where it goes; used to place and stretch media.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[doc(alias = "CMTimeMapping")]
pub struct TimeMapping {
    /// What is taken; invalid for an empty stretch of the target.
    pub source: TimeRange,
    /// Where it goes.
    pub target: TimeRange,
}

impl TimeRange {
    /// Nothing, at time zero.
    #[doc(alias = "kCMTimeRangeZero")]
    pub const ZERO: TimeRange = TimeRange { start: Time::ZERO, duration: Time::ZERO };
    /// Not a range.
    #[doc(alias = "kCMTimeRangeInvalid")]
    pub const INVALID: TimeRange = TimeRange { start: Time::INVALID, duration: Time::INVALID };

    /// The range of a start and a length.
    #[doc(alias = "CMTimeRangeMake")]
    pub const fn new(start: Time, duration: Time) -> TimeRange {
        TimeRange { start, duration }
    }

    /// The range from a time up to another one.
    #[doc(alias = "CMTimeRangeFromTimeToTime")]
    pub fn from_time_to_time(start: Time, end: Time) -> TimeRange {
        TimeRange { start, duration: end - start }
    }

    /// Whether both members are valid and the duration is neither negative nor bound to an epoch.
    #[doc(alias = "CMTIMERANGE_IS_VALID")]
    pub fn is_valid(&self) -> bool {
        self.start.is_valid()
            && self.duration.is_valid()
            && self.duration.epoch == 0
            && self.duration.compare(&Time::ZERO).is_ge()
    }

    /// Whether a valid range has a start or a length that is not known.
    #[doc(alias = "CMTIMERANGE_IS_INDEFINITE")]
    pub fn is_indefinite(&self) -> bool {
        self.is_valid() && (self.start.is_indefinite() || self.duration.is_indefinite())
    }

    /// Whether a valid range holds no time.
    #[doc(alias = "CMTIMERANGE_IS_EMPTY")]
    pub fn is_empty(&self) -> bool {
        self.is_valid() && self.duration == Time::ZERO
    }

    /// Whether start and length are numeric and the range is valid.
    pub fn is_numeric(&self) -> bool {
        self.is_valid() && self.start.is_numeric() && self.duration.is_numeric()
    }

    /// The first time after the range.
    #[doc(alias = "CMTimeRangeGetEnd")]
    pub fn end(&self) -> Time {
        self.start + self.duration
    }

    /// Whether a time lies in the range.
    #[doc(alias = "CMTimeRangeContainsTime")]
    pub fn contains(&self, time: Time) -> bool {
        self.is_valid() && time.is_valid() && self.start <= time && time < self.end()
    }

    /// Whether another range lies in this one entirely.
    #[doc(alias = "CMTimeRangeContainsTimeRange")]
    pub fn contains_range(&self, other: &TimeRange) -> bool {
        self.is_valid() && other.is_valid() && self.start <= other.start && other.end() <= self.end()
    }

    /// The shortest range that holds both; invalid when either is.
    #[doc(alias = "CMTimeRangeGetUnion")]
    #[must_use]
    pub fn union(&self, other: &TimeRange) -> TimeRange {
        if !self.is_valid() || !other.is_valid() {
            return TimeRange::INVALID;
        }
        if self.is_empty() {
            return *other;
        }
        if other.is_empty() {
            return *self;
        }
        TimeRange::from_time_to_time(self.start.min(other.start), self.end().max(other.end()))
    }

    /// The times that lie in both; [`TimeRange::ZERO`] when there are none, invalid when either is.
    #[doc(alias = "CMTimeRangeGetIntersection")]
    #[must_use]
    pub fn intersection(&self, other: &TimeRange) -> TimeRange {
        if !self.is_valid() || !other.is_valid() {
            return TimeRange::INVALID;
        }
        let start = self.start.max(other.start);
        let end = self.end().min(other.end());
        if start < end { TimeRange::from_time_to_time(start, end) } else { TimeRange::ZERO }
    }

    /// The time of the range nearest to a time; its end counts as part of it. Invalid when the range is empty or
    /// invalid.
    #[doc(alias = "CMTimeClampToRange")]
    pub fn clamp(&self, time: Time) -> Time {
        if !self.is_valid() || self.is_empty() || !time.is_valid() {
            return Time::INVALID;
        }
        time.max(self.start).min(self.end())
    }

    /// The time moved by whole lengths of the range until it lies in it. Invalid when that cannot be done.
    #[doc(alias = "CMTimeFoldIntoRange")]
    pub fn fold(&self, time: Time) -> Time {
        if !self.is_numeric() || self.is_empty() || !time.is_numeric() {
            return Time::INVALID;
        }
        let offset = time - self.start;
        if !offset.is_numeric() {
            return Time::INVALID;
        }
        // Both as numbers over one denominator; each product stays below 2^95.
        let length = i128::from(self.duration.value) * i128::from(offset.timescale);
        let distance = i128::from(offset.value) * i128::from(self.duration.timescale);
        let rest = distance.rem_euclid(length);
        if rest == distance {
            return time;
        }
        let denominator = i128::from(self.duration.timescale) * i128::from(offset.timescale);
        self.start + exact_duration(rest, denominator)
    }

    /// The time of `to` that lies where `time` lies in this range: both are moved and stretched onto each other.
    ///
    /// Times outside are mapped along the same line. Invalid when either range is not numeric or this one is empty.
    #[doc(alias = "CMTimeMapTimeFromRangeToRange")]
    pub fn map_time(&self, time: Time, to: &TimeRange) -> Time {
        if !self.is_numeric() || !to.is_numeric() || !time.is_valid() {
            return Time::INVALID;
        }
        if !time.is_numeric() {
            return time;
        }
        let offset = time - self.start;
        to.start + self.map_duration(offset, to)
    }

    /// A duration stretched in the ratio of the two ranges. Invalid as for [`TimeRange::map_time`].
    #[doc(alias = "CMTimeMapDurationFromRangeToRange")]
    pub fn map_duration(&self, duration: Time, to: &TimeRange) -> Time {
        if !self.is_numeric() || !to.is_numeric() || self.is_empty() || !duration.is_valid() {
            return Time::INVALID;
        }
        if !duration.is_numeric() || self.duration == to.duration {
            return duration;
        }
        let (from, into) = (self.duration, to.duration);
        // duration * into / from as one fraction. Reduced factor by factor it nearly always fits 127 bits; where it
        // does not, the ratio of the lengths as a float is exact enough to be rounded.
        let mut numerators = [i128::from(duration.value), into.value.into(), from.timescale.into()];
        let mut denominators = [i128::from(duration.timescale), into.timescale.into(), from.value.into()];
        for numerator in &mut numerators {
            for denominator in &mut denominators {
                let common = greatest_common_divisor(*numerator, *denominator);
                *numerator /= common;
                *denominator /= common;
            }
        }
        let product = |factors: [i128; 3]| {
            factors.into_iter().try_fold(1i128, |product, factor| product.checked_mul(factor))
        };
        match (product(numerators), product(denominators)) {
            (Some(numerator), Some(denominator)) if denominator < 1 << 95 => {
                exact_duration_near(numerator, denominator, duration.timescale)
            }
            _ => duration.multiply_by_f64(into.seconds() / from.seconds()),
        }
    }

    /// The dictionary form, with the keys `start` and `duration`.
    #[doc(alias = "CMTimeRangeCopyAsDictionary")]
    pub fn to_dictionary(&self) -> Dictionary {
        Dictionary::new()
            .with("start", self.start.to_dictionary())
            .with("duration", self.duration.to_dictionary())
    }

    /// The range of a dictionary; `None` when a key lacks or does not hold a time.
    #[doc(alias = "CMTimeRangeMakeFromDictionary")]
    pub fn from_dictionary(dictionary: &Dictionary) -> Option<TimeRange> {
        let time = |key| dictionary.get(key).and_then(Value::as_time);
        Some(TimeRange { start: time("start")?, duration: time("duration")? })
    }
}

impl Default for TimeRange {
    fn default() -> Self {
        TimeRange::INVALID
    }
}

impl fmt::Display for TimeRange {
    #[doc(alias = "CMTimeRangeCopyDescription")]
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{{{}, {}}}", self.start, self.duration)
    }
}

impl TimeMapping {
    /// Not a mapping.
    #[doc(alias = "kCMTimeMappingInvalid")]
    pub const INVALID: TimeMapping = TimeMapping { source: TimeRange::INVALID, target: TimeRange::INVALID };

    /// The mapping of a source to a target.
    #[doc(alias = "CMTimeMappingMake")]
    pub const fn new(source: TimeRange, target: TimeRange) -> TimeMapping {
        TimeMapping { source, target }
    }

    /// The mapping that leaves a target empty.
    #[doc(alias = "CMTimeMappingMakeEmpty")]
    pub const fn empty(target: TimeRange) -> TimeMapping {
        TimeMapping { source: TimeRange::INVALID, target }
    }

    /// Whether the target is a valid range.
    #[doc(alias = "CMTIMEMAPPING_IS_VALID")]
    pub fn is_valid(&self) -> bool {
        self.target.is_valid()
    }

    /// Whether the mapping leaves its target empty.
    #[doc(alias = "CMTIMEMAPPING_IS_EMPTY")]
    pub fn is_empty(&self) -> bool {
        !self.source.start.is_numeric() && self.is_valid()
    }

    /// The dictionary form, with the keys `source` and `target`.
    #[doc(alias = "CMTimeMappingCopyAsDictionary")]
    pub fn to_dictionary(&self) -> Dictionary {
        Dictionary::new()
            .with("source", self.source.to_dictionary())
            .with("target", self.target.to_dictionary())
    }

    /// The mapping of a dictionary; `None` when a key lacks or does not hold a range.
    #[doc(alias = "CMTimeMappingMakeFromDictionary")]
    pub fn from_dictionary(dictionary: &Dictionary) -> Option<TimeMapping> {
        let range = |key| TimeRange::from_dictionary(dictionary.get(key)?.as_dictionary()?);
        Some(TimeMapping { source: range("source")?, target: range("target")? })
    }
}

/// `numerator / denominator` seconds in the smallest timescale, rounded to the largest one if need be.
fn exact_duration(numerator: i128, denominator: i128) -> Time {
    let common = greatest_common_divisor(numerator, denominator);
    exact_duration_near(numerator / common, denominator / common, 1)
}

/// As [`exact_duration`], in a multiple of `preferred` where one is exact.
fn exact_duration_near(numerator: i128, denominator: i128, preferred: i32) -> Time {
    let common = greatest_common_divisor(numerator, denominator);
    let (numerator, denominator) = (numerator / common, denominator / common);
    let shared = greatest_common_divisor(denominator, preferred.into());
    let scale = i32::try_from(i128::from(preferred) / shared * denominator)
        .or_else(|_| i32::try_from(denominator))
        .unwrap_or(Time::MAX_TIMESCALE);
    time_of_fraction(numerator, denominator, scale)
}
