//! The values of the ProfileLevel property.

use vitascope_h264::syntax::level::Level;
use vitascope_h264::syntax::profile::Profile;

use crate::property::{PropertyValues, key};

/// Every value, those of one profile together.
#[rustfmt::skip]
pub(super) const PROFILE_LEVELS: &[&str] = &[
    "H264_Baseline_AutoLevel", "H264_ConstrainedBaseline_AutoLevel", "H264_Main_AutoLevel", "H264_High_AutoLevel",
    "H264_Baseline_1_3", "H264_Baseline_3_0", "H264_Baseline_3_1", "H264_Baseline_3_2", "H264_Baseline_4_0",
    "H264_Baseline_4_1", "H264_Baseline_4_2", "H264_Baseline_5_0", "H264_Baseline_5_1", "H264_Baseline_5_2",
    "H264_Main_3_0", "H264_Main_3_1", "H264_Main_3_2", "H264_Main_4_0", "H264_Main_4_1", "H264_Main_4_2",
    "H264_Main_5_0", "H264_Main_5_1", "H264_Main_5_2",
    "H264_High_3_0", "H264_High_3_1", "H264_High_3_2", "H264_High_4_0", "H264_High_4_1", "H264_High_4_2",
    "H264_High_5_0", "H264_High_5_1", "H264_High_5_2",
];

/// A profile, and a level unless the encoder may choose it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ProfileLevel {
    pub(super) profile: Profile,
    pub(super) level: Option<Level>,
}

impl ProfileLevel {
    /// What a set of properties asks for.
    pub(super) fn of(values: &PropertyValues) -> Self {
        let name = values.text(key::PROFILE_LEVEL);
        // The property accepts nothing but the values above, and a test parses each of them.
        name.and_then(|name| Self::parse(&name))
            .unwrap_or(ProfileLevel { profile: Profile::High, level: None })
    }

    /// Reads a value such as `H264_Main_3_1` or `H264_High_AutoLevel`.
    fn parse(name: &str) -> Option<Self> {
        let (profile, level) = name.strip_prefix("H264_")?.split_once('_')?;
        let profile = match profile {
            "Baseline" => Profile::Baseline,
            "ConstrainedBaseline" => Profile::ConstrainedBaseline,
            "Main" => Profile::Main,
            "High" => Profile::High,
            _ => return None,
        };
        let level = match level {
            "AutoLevel" => None,
            number => Some(number.replace('_', ".").parse().ok()?),
        };
        Some(ProfileLevel { profile, level })
    }

    /// Whether the profile has the arithmetic entropy coder.
    pub(super) fn has_cabac(&self) -> bool {
        !matches!(self.profile, Profile::Baseline | Profile::ConstrainedBaseline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_read() {
        for name in PROFILE_LEVELS {
            let parsed = ProfileLevel::parse(name).unwrap();
            let level = parsed.level.map_or("AutoLevel".to_string(), |level| {
                let number = level.to_string();
                if number.contains('.') { number } else { number + ".0" }.replace('.', "_")
            });
            let profile = parsed.profile.to_string().replace(' ', "");
            assert_eq!(format!("H264_{profile}_{level}"), *name);
        }
        assert_eq!(ProfileLevel::parse("H264_High_9_9"), None);
    }
}
