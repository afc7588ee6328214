//! `CMTimeRange` and `CMTimeMapping`.

use vitascope::core::{TimeMapping, TimeRange};

use super::time::CMTime;
use crate::border::{OnPanic, api};
use crate::cf::string;
use crate::object::Handle;
use crate::value;

/// A time range as C lays it out.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CMTimeRange {
    start: CMTime,
    duration: CMTime,
}

/// A time mapping as C lays it out.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CMTimeMapping {
    source: CMTimeRange,
    target: CMTimeRange,
}

impl CMTimeRange {
    const fn of(range: TimeRange) -> CMTimeRange {
        CMTimeRange { start: CMTime::of(range.start), duration: CMTime::of(range.duration) }
    }

    pub(crate) fn range(self) -> TimeRange {
        TimeRange::new(self.start.time(), self.duration.time())
    }
}

impl From<TimeRange> for CMTimeRange {
    fn from(range: TimeRange) -> CMTimeRange {
        CMTimeRange::of(range)
    }
}

impl From<TimeMapping> for CMTimeMapping {
    fn from(mapping: TimeMapping) -> CMTimeMapping {
        CMTimeMapping { source: mapping.source.into(), target: mapping.target.into() }
    }
}

impl CMTimeMapping {
    fn mapping(self) -> TimeMapping {
        TimeMapping::new(self.source.range(), self.target.range())
    }
}

impl OnPanic for CMTimeRange {
    fn on_panic() -> Self {
        TimeRange::INVALID.into()
    }
}

impl OnPanic for CMTimeMapping {
    fn on_panic() -> Self {
        TimeMapping::INVALID.into()
    }
}

/// Nothing, at time zero.
#[unsafe(no_mangle)]
pub static kCMTimeRangeZero: CMTimeRange = CMTimeRange::of(TimeRange::ZERO);
/// Not a range.
#[unsafe(no_mangle)]
pub static kCMTimeRangeInvalid: CMTimeRange = CMTimeRange::of(TimeRange::INVALID);
/// Not a mapping.
#[unsafe(no_mangle)]
pub static kCMTimeMappingInvalid: CMTimeMapping = CMTimeMapping {
    source: CMTimeRange::of(TimeRange::INVALID),
    target: CMTimeRange::of(TimeRange::INVALID),
};

api! {
    /// The range of a start and a length.
    fn CMTimeRangeMake(start: CMTime, duration: CMTime) -> CMTimeRange {
        CMTimeRange { start, duration }
    }

    /// The range from a time up to another one.
    fn CMTimeRangeFromTimeToTime(start: CMTime, end: CMTime) -> CMTimeRange {
        TimeRange::from_time_to_time(start.time(), end.time()).into()
    }

    /// The first time after a range.
    fn CMTimeRangeGetEnd(range: CMTimeRange) -> CMTime {
        range.range().end().into()
    }

    /// The shortest range that holds both.
    fn CMTimeRangeGetUnion(one: CMTimeRange, other: CMTimeRange) -> CMTimeRange {
        one.range().union(&other.range()).into()
    }

    /// The times that lie in both.
    fn CMTimeRangeGetIntersection(one: CMTimeRange, other: CMTimeRange) -> CMTimeRange {
        one.range().intersection(&other.range()).into()
    }

    /// Whether two ranges have the same start and length.
    fn CMTimeRangeEqual(one: CMTimeRange, other: CMTimeRange) -> u8 {
        (one.range() == other.range()).into()
    }

    /// Whether a time lies in a range.
    fn CMTimeRangeContainsTime(range: CMTimeRange, time: CMTime) -> u8 {
        range.range().contains(time.time()).into()
    }

    /// Whether the second range lies in the first.
    fn CMTimeRangeContainsTimeRange(range: CMTimeRange, other: CMTimeRange) -> u8 {
        range.range().contains_range(&other.range()).into()
    }

    /// The time of a range nearest to a time.
    fn CMTimeClampToRange(time: CMTime, range: CMTimeRange) -> CMTime {
        range.range().clamp(time.time()).into()
    }

    /// A time moved by whole lengths of a range until it lies in it.
    fn CMTimeFoldIntoRange(time: CMTime, range: CMTimeRange) -> CMTime {
        range.range().fold(time.time()).into()
    }

    /// A duration stretched in the ratio of two ranges.
    fn CMTimeMapDurationFromRangeToRange(duration: CMTime, from: CMTimeRange, to: CMTimeRange) -> CMTime {
        from.range().map_duration(duration.time(), &to.range()).into()
    }

    /// The time of a range that lies where a time lies in another one.
    fn CMTimeMapTimeFromRangeToRange(time: CMTime, from: CMTimeRange, to: CMTimeRange) -> CMTime {
        from.range().map_time(time.time(), &to.range()).into()
    }

    /// A range as a dictionary.
    fn CMTimeRangeCopyAsDictionary(range: CMTimeRange, _allocator: Handle) -> Handle {
        value::dictionary_to_object(&range.range().to_dictionary(), false).into_handle()
    }

    /// The range of a dictionary; invalid when it holds none.
    fn CMTimeRangeMakeFromDictionary(dictionary: Handle) -> CMTimeRange {
        let range = value::dictionary_from_object(dictionary).and_then(|entries| TimeRange::from_dictionary(&entries));
        range.unwrap_or(TimeRange::INVALID).into()
    }

    /// A range as text for people.
    fn CMTimeRangeCopyDescription(_allocator: Handle, range: CMTimeRange) -> Handle {
        string::new(&format!("{{{}}}", range.range())).into_handle()
    }

    /// Prints a range to standard error.
    fn CMTimeRangeShow(range: CMTimeRange) {
        eprintln!("{{{}}}", range.range());
    }

    /// The mapping of a source to a target.
    fn CMTimeMappingMake(source: CMTimeRange, target: CMTimeRange) -> CMTimeMapping {
        CMTimeMapping { source, target }
    }

    /// The mapping that leaves a target empty.
    fn CMTimeMappingMakeEmpty(target: CMTimeRange) -> CMTimeMapping {
        TimeMapping::empty(target.range()).into()
    }

    /// A mapping as a dictionary.
    fn CMTimeMappingCopyAsDictionary(mapping: CMTimeMapping, _allocator: Handle) -> Handle {
        value::dictionary_to_object(&mapping.mapping().to_dictionary(), false).into_handle()
    }

    /// The mapping of a dictionary; invalid when it holds none.
    fn CMTimeMappingMakeFromDictionary(dictionary: Handle) -> CMTimeMapping {
        let entries = value::dictionary_from_object(dictionary);
        entries.and_then(|entries| TimeMapping::from_dictionary(&entries)).unwrap_or(TimeMapping::INVALID).into()
    }

    /// A mapping as text for people.
    fn CMTimeMappingCopyDescription(_allocator: Handle, mapping: CMTimeMapping) -> Handle {
        string::new(&describe(mapping)).into_handle()
    }

    /// Prints a mapping to standard error.
    fn CMTimeMappingShow(mapping: CMTimeMapping) {
        eprintln!("{}", describe(mapping));
    }
}

fn describe(mapping: CMTimeMapping) -> String {
    format!("{{{} -> {}}}", mapping.source.range(), mapping.target.range())
}
