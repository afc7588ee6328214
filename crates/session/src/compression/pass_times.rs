//! The times of samples in a session with passes.

use std::collections::VecDeque;

use vitascope_core::{Time, TimeRange};

use crate::encoder::PassRequest;
use crate::error::Result;

/// Times of the pictures of one pass, in decode order.
///
/// The n-th picture of a stretch has the n-th frame's presentation time as its place in the source's time line. A pass over a
/// part of the stream gives its pictures the decode times that they would have in a pass over all of it, so that they fit
/// between those that are kept: the presentation time of the frame as many places before as pictures are reordered.
#[derive(Debug)]
pub(super) struct PassTimes {
    depth: usize,
    ranges: Vec<Stretch>,
    /// Which stretch the last frame belongs to.
    current: Option<usize>,
    source: VecDeque<Time>,
    decode: VecDeque<Time>,
}

/// A range, with the presentation times that come before it in the stream.
#[derive(Debug)]
struct Stretch {
    range: TimeRange,
    before: VecDeque<Time>,
}

/// What is known of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct PictureTimes {
    /// Its place in the source's time line.
    pub(super) source_time: Time,
    /// Its decode time, unless the pass is over the whole stream.
    pub(super) decode_time: Option<Time>,
}

impl PassTimes {
    /// Looks up what surrounds the ranges of the pass.
    pub(super) fn new(pass: &PassRequest, depth: usize) -> Result<Self> {
        let mut times = Vec::new();
        if depth > 0 && !pass.time_ranges.is_empty() {
            let complete = pass.storage.passes()?;
            // The first pass saw every frame.
            if let Some(first) = complete.first() {
                pass.storage.for_each_record(first.number, |time, _| {
                    times.push(time);
                    true
                })?;
            }
            times.sort_unstable();
        }
        Ok(Self::with_times(&pass.time_ranges, depth, &times))
    }

    /// `times` are the presentation times of the whole stream in order.
    fn with_times(ranges: &[TimeRange], depth: usize, times: &[Time]) -> Self {
        let stretch = |range: &TimeRange| {
            let begin = times.partition_point(|time| *time < range.start);
            let mut before: VecDeque<Time> =
                times[begin.saturating_sub(depth)..begin].iter().copied().collect();
            if let [first, second, ..] = times {
                let step = *second - *first;
                // As many frames before the first one as there are too few.
                while before.len() < depth {
                    let earliest = *before.front().unwrap_or(first);
                    before.push_front(earliest - step);
                }
            }
            Stretch { range: *range, before }
        };
        let ranges = ranges.iter().map(stretch).collect();
        PassTimes { depth, ranges, current: None, source: VecDeque::new(), decode: VecDeque::new() }
    }

    /// The encoder took a frame.
    pub(super) fn taken(&mut self, time: Time) {
        self.source.push_back(time);
        if self.depth == 0 || self.ranges.is_empty() {
            return;
        }
        let place = self.ranges.partition_point(|stretch| stretch.range.start <= time).saturating_sub(1);
        if self.current != Some(place) {
            if self.current.is_some() {
                // The last times of a stretch are for pictures that this pass does not code.
                self.decode.truncate(self.decode.len().saturating_sub(self.depth));
            }
            self.current = Some(place);
            self.decode.extend(&self.ranges[place].before);
        }
        self.decode.push_back(time);
    }

    /// A frame that was taken has no picture.
    pub(super) fn lost(&mut self, time: Time) {
        for times in [&mut self.source, &mut self.decode] {
            if let Some(place) = times.iter().position(|other| *other == time) {
                times.remove(place);
            }
        }
    }

    /// The times of the next picture.
    pub(super) fn next(&mut self, presentation_time: Time) -> PictureTimes {
        let source_time = self.source.pop_front().unwrap_or(presentation_time);
        PictureTimes { source_time, decode_time: self.decode.pop_front() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(value: i64) -> Time {
        Time::new(value, 600)
    }

    fn range(start: i64, end: i64) -> TimeRange {
        TimeRange::from_time_to_time(time(start), time(end))
    }

    #[test]
    fn a_partial_pass_repeats_the_times_of_the_whole() {
        let all = [0, 10, 19, 20, 30, 31, 50, 60, 61].map(time);
        for depth in 0..3 {
            let mut whole = super::super::decode_times::DecodeTimes::new(depth, None);
            all.iter().for_each(|time| whole.taken(*time));
            let expected: Vec<Time> = all.iter().map(|time| whole.next(*time, Time::INVALID)).collect();
            let ranges = [range(0, 19), range(20, 31), range(50, 61)];
            let mut times = PassTimes::with_times(&ranges, depth, &all);
            let given: Vec<usize> = (0..9).filter(|i| ![2, 5, 8].contains(i)).collect();
            given.iter().for_each(|i| times.taken(all[*i]));
            for i in given {
                let PictureTimes { source_time, decode_time } = times.next(all[i]);
                assert_eq!(source_time, all[i]);
                assert_eq!(decode_time.unwrap_or(all[i]), expected[i], "depth {depth}, picture {i}");
            }
        }
    }

    #[test]
    fn a_whole_pass_leaves_decode_times_alone() {
        let mut times = PassTimes::with_times(&[], 1, &[]);
        times.taken(time(0));
        times.taken(time(20));
        assert_eq!(times.next(time(20)), PictureTimes { source_time: time(0), decode_time: None });
    }
}
