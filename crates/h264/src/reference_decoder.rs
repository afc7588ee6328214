//! The hypothetical reference decoder (ITU-T H.264 Annex C): whether a stream keeps to the buffer that it describes.
//!
//! Written from the standard alone and from nothing of the encoder, so that it can judge it.

use std::fmt;

use vitascope_bits::{BitReader, length_prefixed};

use crate::syntax::hrd::Hrd;
use crate::syntax::level::{Level, LevelDemand};
use crate::syntax::nal::{NalHeader, nal_unit_type};
use crate::syntax::profile::Profile;
use crate::syntax::sei::{SeiMessage, parse_messages};
use crate::syntax::sps::Sps;

/// What was found out about a stream that conforms.
#[derive(Clone, Debug, PartialEq)]
pub struct BufferReport {
    /// Least and greatest part of the buffer that was filled just before an access unit left it, 0 to 1. The last ones, after
    /// which nothing arrives, do not count.
    pub fullness: (f64, f64),
    /// Bytes of filler data NAL units, with their prefixes.
    pub filler_bytes: usize,
    /// When each access unit is shown, in seconds from the moment when the first bit arrived.
    pub output_seconds: Vec<f64>,
}

/// Where and how a stream does not conform.
#[derive(Clone, Debug, PartialEq)]
pub struct Violation {
    /// The access unit, from 0 in decode order; `None` for the stream as a whole.
    pub access_unit: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.access_unit {
            Some(unit) => write!(f, "access unit {unit}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}

impl std::error::Error for Violation {}

/// Seconds by which times that pass through floating point may differ.
const SAME_TIME: f64 = 1e-9;
/// Ticks of the clock of initial delays in a second.
const CLOCK: f64 = 90_000.0;

/// Checks the first schedule of the NAL HRD (C.1, C.3) over access units in decode order, each of NAL units behind lengths
/// of four bytes. The parameter sets, which are NAL units without a length, precede each IDR picture in the stream and count
/// with it; a length counts like a start code.
///
/// # Errors
/// The first violation: a buffer that is not described, runs empty, overflows or is larger than the level permits, delays that do
/// not fit together, pictures that would be shown twice at a time; or damage.
pub fn check<'a>(
    sequence_set: &[u8],
    picture_set: &[u8],
    access_units: impl IntoIterator<Item = &'a [u8]>,
) -> Result<BufferReport, Violation> {
    let fail = |what: &str| Violation { access_unit: None, what: what.into() };
    let sps = Sps::from_nal_unit(sequence_set).map_err(|error| fail(&error.to_string()))?;
    let vui = sps.vui.as_ref().ok_or_else(|| fail("there is no usability information"))?;
    let hrd = vui.nal_hrd.as_ref().ok_or_else(|| fail("no buffer is described"))?;
    let timing = vui.timing_info.as_ref().ok_or_else(|| fail("the stream has no clock"))?;
    let schedule = hrd.schedules.first().ok_or_else(|| fail("there is no schedule"))?;
    let (rate, size) = (hrd.bit_rate(0).unwrap_or(0), hrd.cpb_size(0).unwrap_or(0));
    let profile = Profile::from_codes(sps.profile_idc, sps.constraint_flags)
        .ok_or_else(|| fail("an unknown profile"))?;
    let level = Level::from_codes(sps.profile_idc, sps.constraint_flags, sps.level_idc)
        .ok_or_else(|| fail("an unknown level"))?;
    let demand = LevelDemand {
        width_in_mbs: sps.pic_width_in_mbs_minus1 + 1,
        height_in_mbs: sps.pic_height_in_map_units_minus1 + 1,
        mbs_per_second: 0,
        bit_rate: rate,
        cpb_size: size,
        dpb_frames: sps.max_num_ref_frames.into(),
        profile,
    };
    if !level.permits(&demand) {
        return Err(fail(&format!("level {level} does not permit {rate} bits per second in {size} bits")));
    }
    let mut buffer = Buffer {
        rate: rate as f64,
        size: size as f64,
        constant: schedule.cbr_flag,
        tick: f64::from(timing.num_units_in_tick) / f64::from(timing.time_scale),
        initial: 0.0,
        offset: 0.0,
        period_start: 0.0,
        units: Vec::new(),
    };
    let sets = sequence_set.len() + picture_set.len() + 8;
    let (mut output_seconds, mut filler_bytes) = (Vec::new(), 0);
    for (number, data) in access_units.into_iter().enumerate() {
        let at = |what: String| Violation { access_unit: Some(number), what };
        let unit = take_apart(data, hrd).map_err(at)?;
        filler_bytes += unit.filler;
        let bits = 8.0 * (data.len() + if unit.is_idr { sets } else { 0 }) as f64;
        let removal = buffer.take(&unit, bits).map_err(at)?;
        output_seconds.push(removal + buffer.tick * f64::from(unit.dpb_output_delay));
    }
    let fullness = buffer.fullness()?;
    let mut shown = output_seconds.clone();
    shown.sort_by(f64::total_cmp);
    if shown.windows(2).any(|pair| pair[1] - pair[0] < SAME_TIME) {
        return Err(fail("two access units are shown at a time"));
    }
    Ok(BufferReport { fullness, filler_bytes, output_seconds })
}

/// What an access unit says of the buffer.
struct Unit {
    is_idr: bool,
    /// `initial_cpb_removal_delay` and its offset, where a buffering period begins.
    period: Option<(f64, f64)>,
    cpb_removal_delay: u32,
    dpb_output_delay: u32,
    /// Bytes of its filler data.
    filler: usize,
}

fn take_apart(data: &[u8], hrd: &Hrd) -> Result<Unit, String> {
    let mut unit = Unit { is_idr: false, period: None, cpb_removal_delay: 0, dpb_output_delay: 0, filler: 0 };
    let (mut is_timed, mut has_slices) = (false, false);
    for nal_unit in length_prefixed::split(data, 4).map_err(|error| error.to_string())? {
        let nal_unit = nal_unit.map_err(|error| error.to_string())?;
        let (header, rbsp) = NalHeader::split(nal_unit).map_err(|error| error.to_string())?;
        match header.nal_unit_type {
            nal_unit_type::SEI if !has_slices => {
                for message in parse_messages(&rbsp).map_err(|error| error.to_string())? {
                    is_timed |= read_delays(&message, hrd, &mut unit).map_err(|error| error.to_string())?;
                }
            }
            nal_unit_type::FILLER if has_slices => unit.filler += nal_unit.len() + 4,
            nal_unit_type::SEI | nal_unit_type::FILLER => {
                return Err("messages come before slices and filler data after them".into());
            }
            kind => {
                if unit.filler > 0 {
                    return Err("something follows filler data".into());
                }
                has_slices |= matches!(kind, nal_unit_type::SLICE | nal_unit_type::IDR_SLICE);
                unit.is_idr |= kind == nal_unit_type::IDR_SLICE;
            }
        }
    }
    if !is_timed {
        return Err("there is no picture timing".into());
    }
    if unit.is_idr != unit.period.is_some() {
        return Err("a buffering period begins at IDR pictures".into());
    }
    Ok(unit)
}

/// Reads the messages that have delays (D.1.2, D.1.3); true for picture timing.
fn read_delays(message: &SeiMessage, hrd: &Hrd, unit: &mut Unit) -> Result<bool, vitascope_bits::Error> {
    let SeiMessage::Other { payload_type, payload } = message else { return Ok(false) };
    let mut r = BitReader::new(payload);
    match payload_type {
        0 => {
            r.ue()?;
            let length = u32::from(hrd.initial_cpb_removal_delay_length_minus1) + 1;
            unit.period = Some((r.bits(length)?.into(), r.bits(length)?.into()));
            Ok(false)
        }
        1 => {
            unit.cpb_removal_delay = r.bits(u32::from(hrd.cpb_removal_delay_length_minus1) + 1)?;
            unit.dpb_output_delay = r.bits(u32::from(hrd.dpb_output_delay_length_minus1) + 1)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Arrival and removal of the access units so far.
struct Buffer {
    rate: f64,
    size: f64,
    constant: bool,
    /// Seconds of a clock tick.
    tick: f64,
    /// The delays of the buffering period, in ticks of 90 kHz, and its first removal.
    initial: f64,
    offset: f64,
    period_start: f64,
    units: Vec<Arrival>,
}

struct Arrival {
    begin: f64,
    end: f64,
    removal: f64,
    bits: f64,
}

impl Buffer {
    /// The next access unit arrives and is removed in time (C.1.1, C.1.2); when that is.
    fn take(&mut self, unit: &Unit, bits: f64) -> Result<f64, String> {
        let last = self.units.last();
        let last_arrival = last.map_or(0.0, |last| last.end);
        let removal = match (last, unit.period) {
            (None, Some((delay, _))) => delay / CLOCK,
            (None, None) => return Err("the stream begins with a buffering period".into()),
            _ => self.period_start + self.tick * f64::from(unit.cpb_removal_delay),
        };
        let mut earliest = removal - (self.initial + self.offset) / CLOCK;
        if let Some((delay, offset)) = unit.period {
            if last.is_some() {
                self.check_period(delay, offset, CLOCK * (removal - last_arrival))?;
            }
            if !(delay > 0.0 && delay <= CLOCK * self.size / self.rate) {
                return Err(format!("an initial delay of {delay} is longer than the buffer"));
            }
            (self.initial, self.offset, self.period_start) = (delay, offset, removal);
            earliest = removal - delay / CLOCK;
        }
        let begin = match last {
            None => 0.0,
            Some(_) if self.constant => last_arrival,
            Some(_) => last_arrival.max(earliest),
        };
        let end = begin + bits / self.rate;
        if end > removal + SAME_TIME {
            return Err(format!(
                "underflow: {bits} bits have arrived at {end:.6} s, removed at {removal:.6} s"
            ));
        }
        if last.is_some_and(|last| last.removal >= removal) {
            return Err("removal times do not rise".into());
        }
        self.units.push(Arrival { begin, end, removal, bits });
        Ok(removal)
    }

    /// C.3: what a later buffering period says must follow from what came before, `gap` being ticks from the last arrival to the
    /// removal.
    fn check_period(&self, delay: f64, offset: f64, gap: f64) -> Result<(), String> {
        if (delay + offset - self.initial - self.offset).abs() > SAME_TIME {
            return Err(format!("the sum of initial delay {delay} and offset {offset} is not constant"));
        }
        let late = delay > (gap - 1e-6).ceil();
        if late || (self.constant && delay < (gap - 1e-6).floor()) {
            return Err(format!("an initial delay of {delay} where {gap:.3} follow from what came before"));
        }
        Ok(())
    }

    /// Least and greatest fullness just before removals.
    fn fullness(&self) -> Result<(f64, f64), Violation> {
        let mut fullness = (1.0, 0.0f64);
        for (number, unit) in self.units.iter().enumerate() {
            let arrived = |other: &Arrival| ((unit.removal - other.begin) * self.rate).clamp(0.0, other.bits);
            let coming = self.units[number..].iter().take_while(|other| other.begin < unit.removal);
            let held: f64 = coming.map(arrived).sum();
            if held > self.size + 1e-3 {
                let what = format!("overflow: {held:.0} bits in a buffer of {}", self.size);
                return Err(Violation { access_unit: Some(number), what });
            }
            if self.units.last().is_some_and(|last| last.end >= unit.removal) {
                fullness = (f64::min(fullness.0, held / self.size), fullness.1.max(held / self.size));
            }
        }
        Ok(fullness)
    }
}
