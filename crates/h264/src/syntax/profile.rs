//! Profiles: `profile_idc` with its constraint flags (ITU-T H.264 A.2).

use std::fmt;

/// `constraint_set0_flag` in [`Profile::codes`] and the sequence parameter set's byte of flags.
pub const CONSTRAINT_SET0: u8 = 0x80;
/// `constraint_set1_flag`.
pub const CONSTRAINT_SET1: u8 = 0x40;
/// `constraint_set2_flag`.
pub const CONSTRAINT_SET2: u8 = 0x20;
/// `constraint_set3_flag`: level 1b in the older profiles, intra only in the newer ones.
pub const CONSTRAINT_SET3: u8 = 0x10;
/// `constraint_set4_flag`: frames only, in the High profiles.
pub const CONSTRAINT_SET4: u8 = 0x08;
/// `constraint_set5_flag`: no B slices, in the High profiles.
pub const CONSTRAINT_SET5: u8 = 0x04;

/// A profile of single-layer H.264.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Profile {
    /// Baseline without its error resilience tools: what also Main and High decoders can decode.
    ConstrainedBaseline,
    /// I and P slices, CAVLC, slice groups.
    Baseline,
    /// B slices, CABAC, interlace, weighted prediction.
    Main,
    /// Switching slices and data partitions.
    Extended,
    /// 8x8 transform, scaling matrices.
    High,
    /// High for frames only.
    ProgressiveHigh,
    /// Progressive High without B slices.
    ConstrainedHigh,
    /// Up to 10 bits.
    High10,
    /// High 10, intra pictures only.
    High10Intra,
    /// Up to 4:2:2 and 10 bits.
    High422,
    /// High 4:2:2, intra pictures only.
    High422Intra,
    /// Up to 4:4:4 and 14 bits, lossless.
    High444Predictive,
    /// High 4:4:4, intra pictures only.
    High444Intra,
    /// 4:4:4 intra pictures in CAVLC.
    Cavlc444Intra,
}

impl Profile {
    /// Every profile with its `profile_idc` and the constraint flags that set it apart, narrower ones first where
    /// flags of a wider one are a subset.
    const ALL: [(Profile, u8, u8); 14] = [
        (Profile::ConstrainedBaseline, 66, CONSTRAINT_SET1),
        (Profile::Baseline, 66, 0),
        (Profile::Main, 77, 0),
        (Profile::Extended, 88, 0),
        (Profile::ConstrainedHigh, 100, CONSTRAINT_SET4 | CONSTRAINT_SET5),
        (Profile::ProgressiveHigh, 100, CONSTRAINT_SET4),
        (Profile::High, 100, 0),
        (Profile::High10Intra, 110, CONSTRAINT_SET3),
        (Profile::High10, 110, 0),
        (Profile::High422Intra, 122, CONSTRAINT_SET3),
        (Profile::High422, 122, 0),
        (Profile::High444Intra, 244, CONSTRAINT_SET3),
        (Profile::High444Predictive, 244, 0),
        (Profile::Cavlc444Intra, 44, CONSTRAINT_SET3),
    ];

    /// `profile_idc` and the byte of constraint flags that a stream of this profile carries.
    ///
    /// A stream that obeys another profile as well may set further flags: Constrained Baseline carries set 0 and
    /// set 1, Main set 1.
    pub fn codes(self) -> (u8, u8) {
        match self {
            Profile::ConstrainedBaseline => (66, CONSTRAINT_SET0 | CONSTRAINT_SET1),
            Profile::Baseline => (66, CONSTRAINT_SET0),
            Profile::Main => (77, CONSTRAINT_SET1),
            Profile::Extended => (88, CONSTRAINT_SET2),
            _ => Self::ALL.iter().find(|row| row.0 == self).map_or((100, 0), |&(_, idc, flags)| (idc, flags)),
        }
    }

    /// The profile that `profile_idc` and the byte of constraint flags say; `None` for those not listed here.
    pub fn from_codes(profile_idc: u8, constraint_flags: u8) -> Option<Self> {
        let fits =
            |&&(_, idc, flags): &&(Profile, u8, u8)| idc == profile_idc && constraint_flags & flags == flags;
        Self::ALL.iter().find(fits).map(|row| row.0)
    }

    /// `cpbBrNalFactor`: bits per unit of MaxBR and MaxCPB for NAL units (A.3.1, Table A-2).
    pub fn bit_rate_factor(self) -> u64 {
        match self {
            Profile::ConstrainedBaseline | Profile::Baseline | Profile::Main | Profile::Extended => 1200,
            Profile::High | Profile::ProgressiveHigh | Profile::ConstrainedHigh => 1500,
            Profile::High10 | Profile::High10Intra => 3600,
            _ => 4800,
        }
    }

    /// Whether sequence parameter sets carry chroma format, bit depths and scaling matrices (7.3.2.1.1).
    pub fn is_high(self) -> bool {
        has_chroma_format(self.codes().0)
    }

    /// Whether CAVLC levels may use `level_prefix` above 15, reaching beyond [`super::cavlc::LEVEL_LIMIT`].
    pub fn allows_long_levels(self) -> bool {
        self.is_high()
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Profile::ConstrainedBaseline => "Constrained Baseline",
            Profile::Baseline => "Baseline",
            Profile::Main => "Main",
            Profile::Extended => "Extended",
            Profile::High => "High",
            Profile::ProgressiveHigh => "Progressive High",
            Profile::ConstrainedHigh => "Constrained High",
            Profile::High10 => "High 10",
            Profile::High10Intra => "High 10 Intra",
            Profile::High422 => "High 4:2:2",
            Profile::High422Intra => "High 4:2:2 Intra",
            Profile::High444Predictive => "High 4:4:4 Predictive",
            Profile::High444Intra => "High 4:4:4 Intra",
            Profile::Cavlc444Intra => "CAVLC 4:4:4 Intra",
        })
    }
}

/// Whether the sequence parameter set of this `profile_idc` has the fields from `chroma_format_idc` on (7.3.2.1.1).
pub(crate) fn has_chroma_format(profile_idc: u8) -> bool {
    matches!(profile_idc, 100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_is_found_by_its_codes() {
        for (profile, ..) in Profile::ALL {
            let (idc, flags) = profile.codes();
            assert_eq!(Profile::from_codes(idc, flags), Some(profile));
        }
        assert_eq!(Profile::from_codes(100, CONSTRAINT_SET0), Some(Profile::High));
        assert_eq!(Profile::from_codes(66, 0xe0), Some(Profile::ConstrainedBaseline));
        assert_eq!(Profile::from_codes(99, 0), None);
    }
}
