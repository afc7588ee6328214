//! Stretches of time: set operations, mapping, folding, forms.

use vitascope_core::{Dictionary, Time, TimeMapping, TimeRange};

fn seconds(start: i64, duration: i64) -> TimeRange {
    TimeRange::new(Time::new(start, 1), Time::new(duration, 1))
}

#[test]
fn validity_needs_a_duration_that_is_one() {
    assert!(TimeRange::ZERO.is_valid() && TimeRange::ZERO.is_empty());
    assert!(!TimeRange::INVALID.is_valid() && !TimeRange::INVALID.is_empty());
    assert!(!seconds(0, -1).is_valid());
    assert!(!TimeRange::new(Time::ZERO, Time::with_epoch(1, 1, 1)).is_valid());
    assert!(!TimeRange::new(Time::INVALID, Time::ZERO).is_valid());
    let endless = TimeRange::new(Time::ZERO, Time::POSITIVE_INFINITY);
    assert!(endless.is_valid() && !endless.is_numeric() && !endless.is_indefinite());
    assert!(TimeRange::new(Time::ZERO, Time::INDEFINITE).is_indefinite());
    assert_eq!(TimeRange::default(), TimeRange::INVALID);
}

#[test]
fn ends_are_excluded() {
    let range = seconds(2, 3);
    assert_eq!(range.end(), Time::new(5, 1));
    assert!(!range.contains(Time::new(1999, 1000)));
    assert!(range.contains(Time::new(2, 1)));
    assert!(range.contains(Time::new(4999, 1000)));
    assert!(!range.contains(Time::new(5, 1)));
    assert!(!range.contains(Time::INVALID));
    assert!(!TimeRange::ZERO.contains(Time::ZERO));
    assert!(TimeRange::new(Time::ZERO, Time::POSITIVE_INFINITY).contains(Time::new(i64::MAX, 1)));
    assert!(range.contains_range(&seconds(2, 3)));
    assert!(range.contains_range(&seconds(3, 1)));
    assert!(!range.contains_range(&seconds(3, 3)));
    assert!(!range.contains_range(&seconds(1, 2)));
    assert!(!range.contains_range(&TimeRange::INVALID));
    assert_eq!(TimeRange::from_time_to_time(Time::new(2, 1), Time::new(5, 1)), range);
}

#[test]
fn unions_and_intersections() {
    assert_eq!(seconds(0, 3).union(&seconds(2, 4)), seconds(0, 6));
    assert_eq!(seconds(0, 1).union(&seconds(5, 1)), seconds(0, 6));
    assert_eq!(seconds(9, 0).union(&seconds(5, 1)), seconds(5, 1));
    assert_eq!(seconds(5, 1).union(&seconds(9, 0)), seconds(5, 1));
    assert_eq!(seconds(0, 3).intersection(&seconds(2, 4)), seconds(2, 1));
    assert_eq!(seconds(0, 9).intersection(&seconds(2, 4)), seconds(2, 4));
    assert_eq!(seconds(0, 2).intersection(&seconds(2, 4)), TimeRange::ZERO);
    for range in [seconds(0, 1), TimeRange::INVALID] {
        assert_eq!(range.union(&TimeRange::INVALID), TimeRange::INVALID);
        assert_eq!(TimeRange::INVALID.intersection(&range), TimeRange::INVALID);
    }
}

#[test]
fn clamping_includes_the_end() {
    let range = seconds(2, 3);
    for (time, expected) in [(0, 2), (2, 2), (4, 4), (5, 5), (9, 5)] {
        assert_eq!(range.clamp(Time::new(time, 1)), Time::new(expected, 1));
    }
    assert_eq!(range.clamp(Time::POSITIVE_INFINITY), Time::new(5, 1));
    assert!(!range.clamp(Time::INVALID).is_valid());
    assert!(!TimeRange::ZERO.clamp(Time::ZERO).is_valid());
}

#[test]
fn folding_moves_by_whole_lengths() {
    let range = seconds(2, 3);
    for (time, expected) in [(2, 2), (4, 4), (5, 2), (13, 4), (1, 4), (0, 3), (-1, 2), (-2, 4)] {
        assert_eq!(range.fold(Time::new(time, 1)), Time::new(expected, 1), "{time}");
    }
    let fine = TimeRange::new(Time::new(1, 600), Time::new(1, 30));
    assert_eq!(fine.fold(Time::new(1 + 20 * 7 + 3, 600)), Time::new(4, 600));
    let huge = fine.fold(Time::new(i64::MAX, 600));
    assert!(fine.contains(huge), "{huge}");
    assert!(!range.fold(Time::INDEFINITE).is_valid());
    assert!(!TimeRange::ZERO.fold(Time::ZERO).is_valid());
}

#[test]
fn mapping_stretches() {
    let (from, to) = (seconds(10, 4), seconds(100, 2));
    for (time, expected) in
        [(10, Time::new(100, 1)), (12, Time::new(101, 1)), (11, Time::new(201, 2)), (18, Time::new(104, 1))]
    {
        assert_eq!(from.map_time(Time::new(time, 1), &to), expected);
    }
    assert_eq!(from.map_duration(Time::new(1, 1), &to), Time::new(1, 2));
    assert_eq!(to.map_duration(Time::new(1, 3), &from), Time::new(2, 3));
    assert_eq!(from.map_time(Time::POSITIVE_INFINITY, &to), Time::POSITIVE_INFINITY);
    assert!(!from.map_time(Time::INVALID, &to).is_valid());
    assert!(!seconds(0, 0).map_time(Time::ZERO, &to).is_valid());
    assert!(!from.map_time(Time::ZERO, &TimeRange::INVALID).is_valid());
    // Equal lengths only move, in the timescale of the time.
    let moved = seconds(0, 5).map_time(Time::new(7, 600), &seconds(1, 5));
    assert_eq!((moved.value, moved.timescale), (607, 600));
}

#[test]
fn mapping_is_exact_or_rounded_once() {
    let from = TimeRange::new(Time::ZERO, Time::new(1001, 30000));
    let to = TimeRange::new(Time::ZERO, Time::new(1, 25));
    let mapped = from.map_duration(Time::new(1001, 60000), &to);
    assert_eq!(mapped, Time::new(1, 50));
    assert!(!mapped.has_been_rounded());
    let odd = TimeRange::new(Time::ZERO, Time::new(1, 1_000_003));
    let rounded =
        odd.map_duration(Time::new(1, 999_983), &TimeRange::new(Time::ZERO, Time::new(1, 1_000_033)));
    assert!(rounded.has_been_rounded());
    let expected = 1_000_003.0 / 999_983.0 / 1_000_033.0;
    assert!((rounded.seconds() - expected).abs() <= 0.5 / f64::from(rounded.timescale));
    // Factors too large for wide integers still give the right size.
    let wide = TimeRange::new(Time::ZERO, Time::new(i64::MAX - 24, 2_147_483_629));
    let into = TimeRange::new(Time::ZERO, Time::new(i64::MAX - 164, 2_147_483_587));
    let mapped = wide.map_duration(Time::new(i64::MAX - 57, 2_147_483_647), &into);
    assert!((mapped.seconds() / 4294967298.0 - 1.0).abs() < 1e-6, "{mapped}");
}

#[test]
fn dictionaries_and_descriptions() {
    let range = TimeRange::new(Time::new(1, 2), Time::new(3, 4));
    assert_eq!(TimeRange::from_dictionary(&range.to_dictionary()), Some(range));
    assert_eq!(TimeRange::from_dictionary(&Dictionary::new().with("start", Time::ZERO)), None);
    assert_eq!(range.to_string(), "{{1/2 = 0.500}, {3/4 = 0.750}}");
    let mapping = TimeMapping::new(range, TimeRange::ZERO);
    assert_eq!(TimeMapping::from_dictionary(&mapping.to_dictionary()), Some(mapping));
    assert_eq!(TimeMapping::from_dictionary(&range.to_dictionary()), None);
    assert!(mapping.is_valid() && !mapping.is_empty());
    assert!(TimeMapping::empty(range).is_empty());
    assert!(!TimeMapping::INVALID.is_valid());
}
