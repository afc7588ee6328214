use vitascope_core::Time;

/// Largest timescale a track gets; many players keep it in 31 bits.
const MAX_TIMESCALE: i64 = i32::MAX as i64;

/// Taken for a lone picture without a duration: 1/25 second.
const LONE_PICTURES_PER_SECOND: u32 = 25;

/// The times of a track's samples in decode order, as run lengths in units of the track's timescale.
///
/// The timescale is that of the samples. When samples of different timescales come, it grows to the smallest that
/// holds all times exactly; where that would exceed 31 bits, later times are rounded to the nearest unit.
#[derive(Debug, Default)]
pub(super) struct Timeline {
    /// 0 until the first sample.
    timescale: u32,
    /// Decode time of the first sample.
    first_decode: i64,
    last_decode: i64,
    /// Between each sample and the next: one entry less than there are samples.
    deltas: Runs<u32>,
    /// Presentation time minus decode time.
    offsets: Runs<i64>,
    least_offset: i64,
    first_presentation: i64,
    last_presentation: i64,
    /// Duration of the sample that is presented last, and of the one decoded last; 0 when not known.
    last_presented_duration: i64,
    last_decoded_duration: i64,
    count: u64,
}

/// What the boxes of a track say about time, all but `timescale` in units of the timescale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TrackTimes {
    /// Units per second.
    pub(super) timescale: u32,
    /// (count, duration) for `stts`.
    pub(super) decode_deltas: Vec<(u32, u32)>,
    /// (count, offset) for `ctts`, never negative; empty when all are zero.
    pub(super) composition_offsets: Vec<(u32, u32)>,
    /// Sum of the decode deltas.
    pub(super) media_duration: u64,
    /// Composition time of the picture presented first.
    pub(super) media_start: u64,
    /// Presentation time of the picture presented first, in the caller's time. May be negative.
    pub(super) presentation_start: i64,
    /// From the beginning of the first picture to the end of the last.
    pub(super) presentation_duration: u64,
}

impl Timeline {
    /// Adds a sample. Returns its decode time in units of the timescale as it is now.
    ///
    /// # Errors
    /// A message when a time is not a number, is too far from the others, or decode times do not increase.
    pub(super) fn push(&mut self, decode: Time, presentation: Time, duration: Time) -> Result<i64, String> {
        for (name, time) in [("decode", decode), ("presentation", presentation)] {
            if !time.is_numeric() || time.timescale <= 0 {
                return Err(format!("the {name} time {time:?} is not a number"));
            }
        }
        if self.timescale == 0 {
            self.timescale = presentation.timescale.unsigned_abs();
        }
        self.refine_for(presentation);
        self.refine_for(decode);
        let far = || "its time is too far from the others (2^62 units of the timescale)".to_owned();
        let presentation = self.units(presentation).ok_or_else(far)?;
        let mut decode = self.units(decode).ok_or_else(far)?;
        let duration = match duration.is_numeric() && duration.timescale > 0 && duration.value > 0 {
            true => self.units(duration).unwrap_or(0),
            false => 0,
        };
        // Two times one unit apart may fall together where they are rounded.
        if self.count > 0 && decode == self.last_decode && self.rounding() {
            decode += 1;
        }
        let delta = if self.count > 0 { decode - self.last_decode } else { 1 };
        if delta <= 0 {
            let last = self.last_decode;
            return Err(format!(
                "decode times must increase, {decode} follows {last} (1/{} s)",
                self.timescale
            ));
        }
        let delta = u32::try_from(delta)
            .map_err(|_| format!("it lies {delta} units after the last (at most {})", u32::MAX))?;
        let offset = presentation - decode;
        if offset.abs() > i64::from(i32::MAX) {
            return Err(format!(
                "its presentation lies {offset} units from its decoding (at most {})",
                i32::MAX
            ));
        }
        if self.count == 0 {
            self.first_decode = decode;
            self.first_presentation = presentation;
            self.least_offset = offset;
        } else {
            self.deltas.push(delta);
        }
        self.least_offset = self.least_offset.min(offset);
        self.offsets.push(offset);
        if self.count == 0 || presentation >= self.last_presentation {
            self.last_presentation = presentation;
            self.last_presented_duration = duration;
        }
        self.first_presentation = self.first_presentation.min(presentation);
        self.last_decode = decode;
        self.last_decoded_duration = duration;
        self.count += 1;
        Ok(decode)
    }

    /// Units per second, 0 before the first sample.
    pub(super) fn timescale(&self) -> u32 {
        self.timescale
    }

    /// The times as the boxes of the track need them. `None` before the first sample.
    pub(super) fn finish(mut self) -> Option<TrackTimes> {
        if self.count == 0 {
            return None;
        }
        let previous = self.deltas.0.last().map_or(0, |run| run.1);
        let assumed = (self.timescale / LONE_PICTURES_PER_SECOND).max(1);
        let known = |duration: i64| u32::try_from(duration).ok().filter(|&duration| duration > 0);
        let usual =
            known(self.last_decoded_duration).unwrap_or(if previous > 0 { previous } else { assumed });
        let last_duration = known(self.last_presented_duration).unwrap_or(usual);
        let presentation_duration =
            (self.last_presentation - self.first_presentation) as u64 + u64::from(last_duration);
        // Decode durations mean nothing but where the next sample's begins. The last one makes the media as long as its
        // pictures are shown; it would not where the picture decoded last is another than the one shown last.
        let before = (self.last_decode - self.first_decode) as u64;
        let rest = presentation_duration.checked_sub(before).and_then(|rest| u32::try_from(rest).ok());
        self.deltas.push(rest.filter(|&rest| rest > 0).unwrap_or(usual));
        let shifted = |offset: i64| (offset - self.least_offset) as u32;
        let mut composition_offsets: Vec<_> =
            self.offsets.0.iter().map(|&(n, offset)| (n, shifted(offset))).collect();
        if composition_offsets.iter().all(|run| run.1 == 0) {
            composition_offsets.clear();
        }
        // Shifting the offsets so that the least is zero moves the composition times by as much; the edit list
        // moves them back.
        let composition_zero = self.first_decode + self.least_offset;
        Some(TrackTimes {
            timescale: self.timescale,
            composition_offsets,
            media_duration: self.deltas.0.iter().map(|&(n, delta)| u64::from(n) * u64::from(delta)).sum(),
            decode_deltas: self.deltas.0,
            media_start: (self.first_presentation - composition_zero) as u64,
            presentation_start: self.first_presentation,
            presentation_duration,
        })
    }

    /// `time` in units of the timescale, to the nearest. Kept below 2^62, so that differences cannot overflow.
    fn units(&self, time: Time) -> Option<i64> {
        let scaled = i128::from(time.value) * i128::from(self.timescale);
        let scale = i128::from(time.timescale);
        let rounded = (scaled + scale / 2).div_euclid(scale);
        i64::try_from(rounded).ok().filter(|units| units.unsigned_abs() < 1 << 61)
    }

    /// Whether the timescale cannot be made finer in general.
    fn rounding(&self) -> bool {
        i64::from(self.timescale) > MAX_TIMESCALE / 2
    }

    /// Makes the timescale finer if `time` needs it and it is possible.
    fn refine_for(&mut self, time: Time) {
        let scaled = i128::from(time.value) * i128::from(self.timescale);
        if scaled % i128::from(time.timescale) == 0 {
            return;
        }
        let (old, other) = (i64::from(self.timescale), i64::from(time.timescale));
        let factor = other / greatest_common_divisor(old, other);
        if old * factor > MAX_TIMESCALE {
            return;
        }
        let fits = |value: i64| value.checked_mul(factor).is_some_and(|v| v.unsigned_abs() < 1 << 61);
        let deltas_fit = self.deltas.0.iter().all(|run| i64::from(run.1) * factor <= i64::from(u32::MAX));
        let offsets_fit = self.offsets.0.iter().all(|run| (run.1 * factor).abs() <= i64::from(i32::MAX));
        let times = [self.first_decode, self.last_decode, self.first_presentation, self.last_presentation];
        if !deltas_fit || !offsets_fit || !times.into_iter().all(fits) {
            return;
        }
        self.timescale = (old * factor) as u32;
        self.deltas.0.iter_mut().for_each(|run| run.1 *= factor as u32);
        self.offsets.0.iter_mut().for_each(|run| run.1 *= factor);
        for value in [
            &mut self.first_decode,
            &mut self.last_decode,
            &mut self.least_offset,
            &mut self.first_presentation,
            &mut self.last_presentation,
        ] {
            *value *= factor;
        }
        for duration in [&mut self.last_presented_duration, &mut self.last_decoded_duration] {
            *duration = duration.saturating_mul(factor);
        }
    }
}

/// Equal values in a row, as (count, value).
#[derive(Debug)]
struct Runs<T>(Vec<(u32, T)>);

impl<T> Default for Runs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Runs<T> {
    fn push(&mut self, value: T) {
        match self.0.last_mut() {
            Some(run) if run.1 == value && run.0 < u32::MAX => run.0 += 1,
            _ => self.0.push((1, value)),
        }
    }
}

fn greatest_common_divisor(mut a: i64, mut b: i64) -> i64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timeline(samples: &[(Time, Time, Time)]) -> TrackTimes {
        let mut timeline = Timeline::default();
        for &(decode, presentation, duration) in samples {
            timeline.push(decode, presentation, duration).unwrap();
        }
        timeline.finish().unwrap()
    }

    fn at(value: i64) -> Time {
        Time::new(value, 30000)
    }

    #[test]
    fn reordered_pictures_are_shifted_back_by_the_edit() {
        let times = timeline(&[
            (at(-2002), at(0), at(1001)),
            (at(-1001), at(3003), at(1001)),
            (at(0), at(1001), at(1001)),
            (at(1001), at(2002), at(1001)),
        ]);
        assert_eq!(times.timescale, 30000);
        assert_eq!(times.decode_deltas, [(4, 1001)]);
        assert_eq!(times.composition_offsets, [(1, 1001), (1, 3003), (2, 0)]);
        assert_eq!((times.media_start, times.media_duration), (1001, 4004));
        assert_eq!((times.presentation_start, times.presentation_duration), (0, 4004));
    }

    #[test]
    fn the_media_are_as_long_as_their_pictures_are_shown() {
        // The last in decode order lasts 2 units, the last shown 30.
        let times = timeline(&[(at(-5), at(0), at(5)), (at(0), at(7), at(30)), (at(5), at(5), at(2))]);
        assert_eq!(times.decode_deltas, [(2, 5), (1, 27)]);
        assert_eq!((times.media_duration, times.presentation_duration), (37, 37));
    }

    #[test]
    fn presentation_before_decoding_gives_no_negative_offset() {
        let times = timeline(&[(at(0), at(0), at(10)), (at(10), at(20), at(10)), (at(20), at(10), at(10))]);
        assert_eq!(times.composition_offsets, [(1, 10), (1, 20), (1, 0)]);
        assert_eq!(times.media_start, 10);
        assert_eq!(times.presentation_duration, 30);
    }

    #[test]
    fn without_reordering_there_are_no_offsets() {
        let times = timeline(&[(at(100), at(300), at(7)), (at(110), at(310), at(5))]);
        assert!(times.composition_offsets.is_empty());
        assert_eq!(times.decode_deltas, [(1, 10), (1, 5)]);
        assert_eq!((times.media_start, times.presentation_start, times.presentation_duration), (0, 300, 15));
    }

    #[test]
    fn the_timescale_grows_to_hold_all_times() {
        let times = timeline(&[
            (Time::new(0, 25), Time::new(0, 25), Time::INVALID),
            (Time::new(1, 24), Time::new(1, 24), Time::INVALID),
            (Time::new(2, 25), Time::new(2, 25), Time::INVALID),
        ]);
        assert_eq!(times.timescale, 600);
        assert_eq!(times.decode_deltas, [(1, 25), (2, 23)]);
    }

    #[test]
    fn a_timescale_that_divides_is_left_alone() {
        let times = timeline(&[(at(0), at(0), at(1000)), (at(1000), Time::new(1, 30), Time::new(1, 30))]);
        assert_eq!((times.timescale, times.media_duration), (30000, 2000));
    }

    #[test]
    fn times_without_common_timescale_are_rounded_and_still_increase() {
        let nano = |value| Time::new(value, 1_000_000_007);
        let prime = |value| Time::new(value, 999_999_937);
        let times = timeline(&[
            (nano(0), nano(0), nano(5)),
            (prime(1), prime(1), nano(5)),
            (prime(2), prime(2), nano(5)),
        ]);
        assert_eq!(times.timescale, 1_000_000_007);
        assert_eq!(times.decode_deltas, [(2, 1), (1, 5)]);
    }

    #[test]
    fn a_lone_picture_gets_a_duration() {
        assert_eq!(timeline(&[(at(0), at(0), Time::INVALID)]).presentation_duration, 1200);
        assert_eq!(timeline(&[(at(0), at(0), at(31))]).presentation_duration, 31);
        assert_eq!(timeline(&[(Time::new(0, 1), Time::new(0, 1), Time::INVALID)]).presentation_duration, 1);
    }

    #[test]
    fn wrong_times_are_refused() {
        for (decode, presentation, part) in [
            (Time::INVALID, at(0), "decode time"),
            (at(0), Time::POSITIVE_INFINITY, "presentation time"),
            (at(5), at(0), "must increase"),
            (at(4), at(0), "must increase"),
            (at(i64::MAX), at(0), "too far"),
            (at(1 << 40), at(1 << 40), "after the last"),
            (at(6), at(1 << 33), "from its decoding"),
        ] {
            let mut timeline = Timeline::default();
            timeline.push(at(5), at(5), at(1)).unwrap();
            let message = timeline.push(decode, presentation, at(1)).unwrap_err();
            assert!(message.contains(part), "{message}");
        }
        assert!(Timeline::default().finish().is_none());
    }
}
