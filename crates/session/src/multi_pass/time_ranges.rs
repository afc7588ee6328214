//! Lists of time ranges.

use vitascope_core::{Time, TimeRange};

/// Says what is wrong with a list of ranges that must be numeric, in order and apart, each with a length.
pub(crate) fn check(ranges: &[TimeRange]) -> Result<(), String> {
    if ranges.is_empty() {
        return Err("there is no range".into());
    }
    for (place, range) in ranges.iter().enumerate() {
        let shown = || format!("range {place}, {} + {},", range.start, range.duration);
        if !range.is_numeric() || !range.end().is_numeric() {
            return Err(format!("{} is not numeric", shown()));
        }
        if range.is_empty() {
            return Err(format!("{} is empty", shown()));
        }
        if place > 0 && range.start < ranges[place - 1].end() {
            return Err(format!("{} begins before the end of the one before", shown()));
        }
    }
    Ok(())
}

/// Whether one of the ranges, which are in order, holds the time.
pub(crate) fn contain(ranges: &[TimeRange], time: Time) -> bool {
    let after = ranges.partition_point(|range| range.start <= time);
    after > 0 && time < ranges[after - 1].end()
}
