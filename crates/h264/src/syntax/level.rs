//! Levels and their limits (ITU-T H.264 A.3, Table A-1).

use std::fmt;
use std::str::FromStr;

use super::profile::{CONSTRAINT_SET3, Profile};

/// A level, in the order of the standard's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Level {
    L1,
    L1B,
    L1_1,
    L1_2,
    L1_3,
    L2,
    L2_1,
    L2_2,
    L3,
    L3_1,
    L3_2,
    L4,
    L4_1,
    L4_2,
    L5,
    L5_1,
    L5_2,
    L6,
    L6_1,
    L6_2,
}

/// Limits of a level (Table A-1), named as there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelLimits {
    /// Level these limits belong to.
    pub level: Level,
    /// Macroblocks per second.
    pub max_mbps: u32,
    /// Macroblocks per frame.
    pub max_fs: u32,
    /// Macroblocks in the decoded picture buffer.
    pub max_dpb_mbs: u32,
    /// Bit rate in units of the profile's [`Profile::bit_rate_factor`] bits per second.
    pub max_br: u32,
    /// Coded picture buffer in units of the profile's [`Profile::bit_rate_factor`] bits.
    pub max_cpb: u32,
    /// Vertical motion vector range of frames: -`max_vmv_r` to `max_vmv_r` - 0.25 luma samples.
    pub max_vmv_r: u16,
    /// Least compression ratio.
    pub min_cr: u8,
    /// Motion vectors in two consecutive macroblocks; `None` without limit.
    pub max_mvs_per_2mb: Option<u8>,
}

/// What a stream asks of a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelDemand {
    /// Width of the frame in macroblocks.
    pub width_in_mbs: u32,
    /// Height of the frame in macroblocks.
    pub height_in_mbs: u32,
    /// Macroblocks per second, rounded up; 0 when unknown.
    pub mbs_per_second: u64,
    /// Bits per second of the NAL units; 0 when unknown.
    pub bit_rate: u64,
    /// Bits of the coded picture buffer; 0 when unknown.
    pub cpb_size: u64,
    /// Frames in the decoded picture buffer.
    pub dpb_frames: u32,
    /// Profile of the stream.
    pub profile: Profile,
}

impl Level {
    /// All levels, lowest first, with their limits.
    pub fn all() -> &'static [LevelLimits] {
        &LIMITS
    }

    /// Limits of this level.
    pub fn limits(self) -> &'static LevelLimits {
        &LIMITS[self as usize]
    }

    /// The lowest level whose limits all hold; `None` when even level 6.2 is too small.
    ///
    /// Level 1b is only chosen for what level 1 lacks and level 1.1 is not needed for: more bit rate.
    pub fn smallest_for(demand: &LevelDemand) -> Option<Self> {
        LIMITS.iter().map(|limits| limits.level).find(|level| level.permits(demand))
    }

    /// Whether a stream of these demands obeys the level (A.3.1).
    pub fn permits(self, demand: &LevelDemand) -> bool {
        let limits = self.limits();
        let (width, height) = (u64::from(demand.width_in_mbs), u64::from(demand.height_in_mbs));
        let max_fs = u64::from(limits.max_fs);
        let factor = demand.profile.bit_rate_factor();
        width * height <= max_fs
            && width * width <= 8 * max_fs
            && height * height <= 8 * max_fs
            && demand.mbs_per_second <= u64::from(limits.max_mbps)
            && demand.bit_rate <= u64::from(limits.max_br) * factor
            && demand.cpb_size <= u64::from(limits.max_cpb) * factor
            && demand.dpb_frames <= self.max_dpb_frames(demand.width_in_mbs, demand.height_in_mbs)
    }

    /// MaxDpbFrames (A.3.1): frames of this size that the decoded picture buffer holds, at most 16.
    pub fn max_dpb_frames(self, width_in_mbs: u32, height_in_mbs: u32) -> u32 {
        let size = (u64::from(width_in_mbs) * u64::from(height_in_mbs)).max(1);
        (u64::from(self.limits().max_dpb_mbs) / size).min(16) as u32
    }

    /// Largest bit rate in bits per second, NAL units counted.
    pub fn max_bit_rate(self, profile: Profile) -> u64 {
        u64::from(self.limits().max_br) * profile.bit_rate_factor()
    }

    /// Largest coded picture buffer in bits, NAL units counted.
    pub fn max_cpb_size(self, profile: Profile) -> u64 {
        u64::from(self.limits().max_cpb) * profile.bit_rate_factor()
    }

    /// `level_idc`, and the constraint flag that goes with it: level 1b is 11 with `constraint_set3_flag` in the
    /// Baseline, Main and Extended profiles and 9 in the others (7.4.2.1.1).
    pub fn codes(self, profile: Profile) -> (u8, u8) {
        match self {
            Level::L1B if profile.is_high() => (9, 0),
            Level::L1B => (11, CONSTRAINT_SET3),
            _ => (IDC[self as usize], 0),
        }
    }

    /// The level that a sequence parameter set states; `None` for an unknown `level_idc`.
    pub fn from_codes(profile_idc: u8, constraint_flags: u8, level_idc: u8) -> Option<Self> {
        if level_idc == 9
            || (level_idc == 11
                && matches!(profile_idc, 66 | 77 | 88)
                && constraint_flags & CONSTRAINT_SET3 != 0)
        {
            return Some(Level::L1B);
        }
        IDC.iter().rposition(|&idc| idc == level_idc).map(|i| LIMITS[i].level)
    }
}

/// `1`, `1b`, `1.1` ... `6.2`.
impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let idc = IDC[*self as usize];
        match self {
            Level::L1B => f.write_str("1b"),
            _ if idc.is_multiple_of(10) => write!(f, "{}", idc / 10),
            _ => write!(f, "{}.{}", idc / 10, idc % 10),
        }
    }
}

/// The inverse of display; `4.0` is accepted for `4`.
impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        let plain = text.strip_suffix(".0").unwrap_or(text);
        let found = LIMITS.iter().find(|limits| limits.level.to_string() == plain);
        found.map(|limits| limits.level).ok_or_else(|| UnknownLevel(text.to_owned()))
    }
}

/// A text that names no level.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "no H.264 level {0:?} (1, 1b, 1.1, 1.2, 1.3, 2, 2.1, 2.2, 3, 3.1, 3.2, 4, 4.1, 4.2, 5, 5.1, 5.2, 6, 6.1, 6.2)"
)]
pub struct UnknownLevel(pub String);

/// `level_idc` by level; that of level 1b is never looked up.
const IDC: [u8; 20] = [10, 9, 11, 12, 13, 20, 21, 22, 30, 31, 32, 40, 41, 42, 50, 51, 52, 60, 61, 62];

const fn limits(
    level: Level,
    [max_mbps, max_fs, max_dpb_mbs, max_br, max_cpb]: [u32; 5],
    max_vmv_r: u16,
    min_cr: u8,
    max_mvs: u8,
) -> LevelLimits {
    let max_mvs_per_2mb = if max_mvs == 0 { None } else { Some(max_mvs) };
    LevelLimits { level, max_mbps, max_fs, max_dpb_mbs, max_br, max_cpb, max_vmv_r, min_cr, max_mvs_per_2mb }
}

#[rustfmt::skip]
static LIMITS: [LevelLimits; 20] = [
    limits(Level::L1,   [    1_485,      99,     396,      64,     175],   64, 2,  0),
    limits(Level::L1B,  [    1_485,      99,     396,     128,     350],   64, 2,  0),
    limits(Level::L1_1, [    3_000,     396,     900,     192,     500],  128, 2,  0),
    limits(Level::L1_2, [    6_000,     396,   2_376,     384,   1_000],  128, 2,  0),
    limits(Level::L1_3, [   11_880,     396,   2_376,     768,   2_000],  128, 2,  0),
    limits(Level::L2,   [   11_880,     396,   2_376,   2_000,   2_000],  128, 2,  0),
    limits(Level::L2_1, [   19_800,     792,   4_752,   4_000,   4_000],  256, 2,  0),
    limits(Level::L2_2, [   20_250,   1_620,   8_100,   4_000,   4_000],  256, 2,  0),
    limits(Level::L3,   [   40_500,   1_620,   8_100,  10_000,  10_000],  256, 2, 32),
    limits(Level::L3_1, [  108_000,   3_600,  18_000,  14_000,  14_000],  512, 4, 16),
    limits(Level::L3_2, [  216_000,   5_120,  20_480,  20_000,  20_000],  512, 4, 16),
    limits(Level::L4,   [  245_760,   8_192,  32_768,  20_000,  25_000],  512, 4, 16),
    limits(Level::L4_1, [  245_760,   8_192,  32_768,  50_000,  62_500],  512, 2, 16),
    limits(Level::L4_2, [  522_240,   8_704,  34_816,  50_000,  62_500],  512, 2, 16),
    limits(Level::L5,   [  589_824,  22_080, 110_400, 135_000, 135_000],  512, 2, 16),
    limits(Level::L5_1, [  983_040,  36_864, 184_320, 240_000, 240_000],  512, 2, 16),
    limits(Level::L5_2, [2_073_600,  36_864, 184_320, 240_000, 240_000],  512, 2, 16),
    limits(Level::L6,   [4_177_920, 139_264, 696_320, 240_000, 240_000], 8192, 2, 16),
    limits(Level::L6_1, [8_355_840, 139_264, 696_320, 480_000, 480_000], 8192, 2, 16),
    limits(Level::L6_2, [16_711_680, 139_264, 696_320, 800_000, 800_000], 8192, 2, 16),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        size: (u32, u32),
        rate: u64,
        bit_rate: u64,
        dpb_frames: u32,
        profile: Profile,
        expected: Option<Level>,
    ) {
        let (width_in_mbs, height_in_mbs) = (size.0.div_ceil(16), size.1.div_ceil(16));
        let mbs_per_second = u64::from(width_in_mbs * height_in_mbs) * rate;
        let demand = LevelDemand {
            width_in_mbs,
            height_in_mbs,
            mbs_per_second,
            bit_rate,
            cpb_size: 0,
            dpb_frames,
            profile,
        };
        assert_eq!(Level::smallest_for(&demand), expected, "{demand:?}");
    }

    #[test]
    fn smallest_levels_of_usual_formats() {
        check((176, 144), 15, 64_000, 1, Profile::ConstrainedBaseline, Some(Level::L1));
        check((176, 144), 15, 150_000, 1, Profile::Main, Some(Level::L1B));
        check((352, 288), 30, 1_000_000, 3, Profile::Main, Some(Level::L2));
        check((720, 576), 25, 5_000_000, 4, Profile::Main, Some(Level::L3));
        check((1280, 720), 30, 10_000_000, 4, Profile::High, Some(Level::L3_1));
        check((1920, 1080), 30, 20_000_000, 4, Profile::High, Some(Level::L4));
        check((1920, 1080), 30, 20_000_000, 5, Profile::High, Some(Level::L5));
        check((1920, 1080), 30, 35_000_000, 4, Profile::High, Some(Level::L4_1));
        check((1920, 1080), 60, 20_000_000, 4, Profile::High, Some(Level::L4_2));
        check((4096, 2304), 26, 40_000_000, 5, Profile::High, Some(Level::L5_1));
        check((4096, 2304), 30, 40_000_000, 5, Profile::High, Some(Level::L5_2));
        check((3840, 2160), 120, 40_000_000, 2, Profile::High, Some(Level::L6));
        check((65536, 16), 1, 0, 1, Profile::High, None);
        check((16384, 16384), 1, 0, 1, Profile::High, None);
    }

    #[test]
    fn a_narrow_frame_needs_a_level_for_its_length() {
        // 1600x16 has 100 macroblocks, but its width asks for sqrt(8 * MaxFS) >= 100.
        check((1600, 16), 1, 0, 1, Profile::Main, Some(Level::L2_2));
    }

    #[test]
    fn codes_go_both_ways() {
        for limits in Level::all() {
            for profile in [Profile::Baseline, Profile::Main, Profile::High] {
                let (profile_idc, flags) = profile.codes();
                let (level_idc, flag) = limits.level.codes(profile);
                assert_eq!(Level::from_codes(profile_idc, flags | flag, level_idc), Some(limits.level));
            }
            assert_eq!(limits.level.to_string().parse(), Ok(limits.level));
            assert_eq!(Level::all()[limits.level as usize], *limits);
        }
        assert_eq!("4.0".parse(), Ok(Level::L4));
        assert!("7".parse::<Level>().is_err());
        assert_eq!(Level::from_codes(100, 0, 7), None);
    }
}
