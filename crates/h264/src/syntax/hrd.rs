//! Hypothetical reference decoder parameters (ITU-T H.264 E.1.2).

use vitascope_bits::{BitReader, BitWriter};

use super::error::{Result, within};

/// `hrd_parameters()`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hrd {
    /// Exponent offset of the bit rates, 0..=15.
    pub bit_rate_scale: u8,
    /// Exponent offset of the buffer sizes, 0..=15.
    pub cpb_size_scale: u8,
    /// The schedules, 1..=32 (`cpb_cnt_minus1` + 1).
    pub schedules: Vec<HrdSchedule>,
    /// Length of `initial_cpb_removal_delay` in bits minus one, 0..=31.
    pub initial_cpb_removal_delay_length_minus1: u8,
    /// Length of `cpb_removal_delay` in bits minus one, 0..=31.
    pub cpb_removal_delay_length_minus1: u8,
    /// Length of `dpb_output_delay` in bits minus one, 0..=31.
    pub dpb_output_delay_length_minus1: u8,
    /// Length of `time_offset` in bits, 0..=31.
    pub time_offset_length: u8,
}

/// One delivery schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HrdSchedule {
    /// Bit rate in units of 2^(6 + `bit_rate_scale`) bits per second, minus one.
    pub bit_rate_value_minus1: u32,
    /// Buffer size in units of 2^(4 + `cpb_size_scale`) bits, minus one.
    pub cpb_size_value_minus1: u32,
    /// Whether the rate is constant.
    pub cbr_flag: bool,
}

impl Hrd {
    /// BitRate of a schedule in bits per second (E.2.2).
    pub fn bit_rate(&self, schedule: usize) -> Option<u64> {
        let value = u64::from(self.schedules.get(schedule)?.bit_rate_value_minus1) + 1;
        Some(value << (6 + self.bit_rate_scale))
    }

    /// CpbSize of a schedule in bits (E.2.2).
    pub fn cpb_size(&self, schedule: usize) -> Option<u64> {
        let value = u64::from(self.schedules.get(schedule)?.cpb_size_value_minus1) + 1;
        Some(value << (4 + self.cpb_size_scale))
    }

    /// Appends the structure.
    pub fn write(&self, w: &mut BitWriter) {
        debug_assert!((1..=32).contains(&self.schedules.len()));
        w.ue(self.schedules.len() as u32 - 1);
        w.put(u32::from(self.bit_rate_scale), 4);
        w.put(u32::from(self.cpb_size_scale), 4);
        for schedule in &self.schedules {
            w.ue(schedule.bit_rate_value_minus1);
            w.ue(schedule.cpb_size_value_minus1);
            w.flag(schedule.cbr_flag);
        }
        w.put(u32::from(self.initial_cpb_removal_delay_length_minus1), 5);
        w.put(u32::from(self.cpb_removal_delay_length_minus1), 5);
        w.put(u32::from(self.dpb_output_delay_length_minus1), 5);
        w.put(u32::from(self.time_offset_length), 5);
    }

    /// Reads the structure.
    ///
    /// # Errors
    /// When the data ends or there are more than 32 schedules.
    pub fn parse(r: &mut BitReader<'_>) -> Result<Self> {
        let count = within("cpb_cnt_minus1", r.ue()?, 0..=31)? + 1;
        let (bit_rate_scale, cpb_size_scale) = (r.bits(4)? as u8, r.bits(4)? as u8);
        let mut schedules = Vec::with_capacity(count as usize);
        for _ in 0..count {
            schedules.push(HrdSchedule {
                bit_rate_value_minus1: r.ue()?,
                cpb_size_value_minus1: r.ue()?,
                cbr_flag: r.flag()?,
            });
        }
        Ok(Self {
            bit_rate_scale,
            cpb_size_scale,
            schedules,
            initial_cpb_removal_delay_length_minus1: r.bits(5)? as u8,
            cpb_removal_delay_length_minus1: r.bits(5)? as u8,
            dpb_output_delay_length_minus1: r.bits(5)? as u8,
            time_offset_length: r.bits(5)? as u8,
        })
    }
}
