//! The decoder's buffer that a stream describes and keeps to (Annex C): buffering period and picture timing
//! messages, filler data, and the exact account of what the buffer holds.

use vitascope_bits::{BitWriter, length_prefixed};

use super::config::FieldOrder;
use super::decode_clock::PictureTimes;
use super::picture_timing::picture_timing;
use super::rate_config::DecoderBuffer;
use crate::syntax::hrd::{Hrd, HrdSchedule};
use crate::syntax::nal::{NalHeader, nal_unit_type};
use crate::syntax::sei::{self, SeiMessage};
use crate::syntax::vui::TimingInfo;

/// Bits of the delays in the messages.
const DELAY_BITS: u32 = 32;
/// Bits of the time offset in picture timing messages.
const TIME_OFFSET_LENGTH: u8 = 0;
/// The clock of initial delays, in Hz.
const CLOCK: i128 = 90_000;
/// Bytes of the length field of a NAL unit, or of its start code.
const PREFIX: usize = 4;
/// Least bytes of a filler data NAL unit: prefix, header and stop bit.
const LEAST_FILLER: usize = PREFIX + 2;

/// Size and rate of the buffer, as the stream states them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BufferParameters {
    /// Bits per second.
    pub(crate) bit_rate: u64,
    /// Bits.
    pub(crate) size: u64,
    pub(crate) constant: bool,
    /// Clock ticks from the first bit of a full buffer to its removal.
    longest_delay: i128,
    /// Clock ticks that the first picture waits.
    initial_delay: i128,
}

impl BufferParameters {
    pub(crate) fn new(buffer: &DecoderBuffer, frame_rate: f64) -> Self {
        let bit_rate = u64::from(buffer.bit_rate) / 64 * 64;
        let size =
            ((bit_rate as f64 * buffer.seconds / 16.0).floor() as u64).clamp(1, u64::from(u32::MAX)) * 16;
        let longest_delay = CLOCK * i128::from(size) / i128::from(bit_rate);
        let least = (2.0 * CLOCK as f64 / frame_rate) as i128;
        let wished = (longest_delay as f64 * buffer.initial).round() as i128;
        let initial_delay = wished.max(least).clamp(1, longest_delay.max(1));
        Self { bit_rate, size, constant: buffer.constant, longest_delay, initial_delay }
    }

    /// Bits that are in the buffer when the first picture is taken out.
    pub(crate) fn initial_bits(&self) -> f64 {
        self.initial_delay as f64 * self.bit_rate as f64 / CLOCK as f64
    }

    /// Bits that fit without any being turned away for being too early.
    pub(crate) fn usable_bits(&self) -> f64 {
        self.longest_delay as f64 * self.bit_rate as f64 / CLOCK as f64
    }

    /// `hrd_parameters()` (E.1.2).
    pub(crate) fn syntax(&self) -> Hrd {
        Hrd {
            bit_rate_scale: 0,
            cpb_size_scale: 0,
            schedules: vec![HrdSchedule {
                bit_rate_value_minus1: (self.bit_rate / 64 - 1) as u32,
                cpb_size_value_minus1: (self.size / 16 - 1) as u32,
                cbr_flag: self.constant,
            }],
            initial_cpb_removal_delay_length_minus1: DELAY_BITS as u8 - 1,
            cpb_removal_delay_length_minus1: DELAY_BITS as u8 - 1,
            dpb_output_delay_length_minus1: DELAY_BITS as u8 - 1,
            time_offset_length: TIME_OFFSET_LENGTH,
        }
    }
}

/// Bytes that the messages of a picture may add to it.
pub(crate) fn most_message_bytes(is_sync: bool) -> usize {
    if is_sync { 56 } else { 36 }
}

/// Follows the buffer over a stream, picture by picture in decode order.
#[derive(Debug)]
pub(crate) struct BufferModel {
    parameters: BufferParameters,
    /// Order of the fields, where the stream tells it.
    fields: Option<FieldOrder>,
    /// Of a tick of decode times.
    num_units_in_tick: i128,
    time_scale: i128,
    /// What is in the buffer once the last picture is taken out, in units of bits over clock and time scale, and
    /// the tick at which that was.
    level: Option<(i128, i64)>,
    /// Tick of the picture with the last buffering period message.
    period: i64,
}

impl BufferModel {
    pub(crate) fn new(parameters: BufferParameters, timing: TimingInfo, fields: Option<FieldOrder>) -> Self {
        let TimingInfo { num_units_in_tick, time_scale, .. } = timing;
        Self {
            parameters,
            fields,
            num_units_in_tick: num_units_in_tick.into(),
            time_scale: time_scale.into(),
            level: None,
            period: 0,
        }
    }

    /// Puts messages before a picture's NAL units, and filler data after them where a constant rate would
    /// overflow the buffer; returns the bytes of the filler. `parameter_bytes` precede the picture in a stream.
    pub(crate) fn complete(
        &mut self,
        picture: &mut Vec<u8>,
        times: PictureTimes,
        is_sync: bool,
        parameter_bytes: usize,
    ) -> usize {
        let BufferParameters { bit_rate, size, constant, longest_delay, initial_delay } = self.parameters;
        let rate = i128::from(bit_rate);
        let unit = CLOCK * self.time_scale;
        let clock_tick = rate * self.time_scale;
        let arriving = |ticks: i64| rate * i128::from(ticks) * self.num_units_in_tick * CLOCK;
        let most = if constant { i128::from(size) * unit } else { longest_delay * clock_tick };
        let mut level = match self.level {
            None => initial_delay * clock_tick,
            Some((level, at)) => (level + arriving(times.decode - at)).min(most),
        };
        let mut messages = Vec::with_capacity(2);
        if is_sync {
            let delay = (level / clock_tick).clamp(1, longest_delay);
            if !constant {
                // Bits arrive no earlier than the message says.
                level = level.min(delay * clock_tick);
            }
            messages.push(buffering_period(delay as u32, (longest_delay - delay) as u32));
        }
        let since = if self.level.is_some() { times.decode - self.period } else { 0 };
        let delays = [since, times.shown - times.decode].map(|ticks| (ticks as u32, DELAY_BITS));
        messages.push(picture_timing(Some(delays), self.fields));
        if is_sync {
            self.period = times.decode;
        }
        let message_unit = sei::nal_unit(&messages);
        let mut unit_with_length = Vec::with_capacity(message_unit.len() + PREFIX);
        append(&message_unit, &mut unit_with_length);
        picture.splice(0..0, unit_with_length);
        level -= 8 * (picture.len() + parameter_bytes) as i128 * unit;
        let mut filler = 0;
        if constant {
            let excess = level + arriving(times.next_decode - times.decode) - most;
            if excess > 0 {
                let bytes = (excess + 8 * unit - 1) / (8 * unit);
                filler = usize::try_from(bytes).unwrap_or(0).max(LEAST_FILLER);
                append_filler(filler, picture);
                level -= 8 * filler as i128 * unit;
            }
        }
        self.level = Some((level, times.decode));
        filler
    }
}

fn append(unit: &[u8], out: &mut Vec<u8>) {
    // Four bytes hold any length.
    let _ = length_prefixed::append(unit, PREFIX, out);
}

/// A filler data NAL unit (7.3.2.7) of so many bytes with its prefix.
fn append_filler(bytes: usize, out: &mut Vec<u8>) {
    let mut rbsp = vec![0xff; bytes - PREFIX - 1];
    if let Some(last) = rbsp.last_mut() {
        *last = 0x80;
    }
    append(&NalHeader::new(0, nal_unit_type::FILLER).unit(&rbsp), out);
}

/// `buffering_period()` (D.1.2) of sequence parameter set 0 with one schedule.
fn buffering_period(delay: u32, offset: u32) -> SeiMessage {
    let mut w = BitWriter::new();
    w.ue(0);
    w.put(delay, DELAY_BITS);
    w.put(offset, DELAY_BITS);
    w.trailing_bits();
    SeiMessage::Other { payload_type: 0, payload: w.into_bytes() }
}
