//! What the parameter sets of an H.264 stream say.

use vitascope::container::TrackInfo;
use vitascope::core::{ColorInfo, FourCc, PixelAspectRatio};
use vitascope::h264::format::parameter_set;
use vitascope::h264::syntax::sps::Sps;

/// Facts about a stream that a container may not carry.
pub(super) struct StreamFacts {
    pub(super) size: (u32, u32),
    pub(super) pixel_aspect: Option<PixelAspectRatio>,
    pub(super) color: Option<ColorInfo>,
    pub(super) full_range: Option<bool>,
    pub(super) profile: String,
    pub(super) level: String,
}

/// Reads the first sequence parameter set of the track; nothing when it is of another codec or damaged.
pub(super) fn facts(track: &TrackInfo) -> Option<StreamFacts> {
    if ![FourCc::new(*b"avc1"), FourCc::new(*b"avc3")].contains(&track.codec) {
        return None;
    }
    let sps = match &track.format {
        Some(format) => Sps::from_nal_unit(parameter_set(format, 0).ok()?),
        None => Sps::from_nal_unit(track.parameter_sets.iter().find(|unit| is_sps(unit))?),
    };
    Some(StreamFacts::of(&sps.ok()?))
}

impl StreamFacts {
    fn of(sps: &Sps) -> Self {
        let vui = sps.vui.as_ref();
        let signal = vui.and_then(|vui| vui.video_signal_type);
        let color = signal.and_then(|signal| signal.colour_description).map(|color| {
            ColorInfo::from_code_points(
                color.colour_primaries,
                color.transfer_characteristics,
                color.matrix_coefficients,
            )
        });
        let aspect = vui.and_then(|vui| vui.sample_aspect_ratio).and_then(|aspect| aspect.ratio());
        StreamFacts {
            size: sps.display_size(),
            pixel_aspect: aspect.map(|(width, height)| PixelAspectRatio {
                horizontal_spacing: width.into(),
                vertical_spacing: height.into(),
            }),
            color,
            full_range: signal.map(|signal| signal.video_full_range_flag),
            profile: sps
                .profile()
                .map_or_else(|| format!("profile_idc {}", sps.profile_idc), |profile| profile.to_string()),
            level: sps
                .level()
                .map_or_else(|| format!("level_idc {}", sps.level_idc), |level| level.to_string()),
        }
    }
}

fn is_sps(unit: &[u8]) -> bool {
    const SEQUENCE_PARAMETER_SET: u8 = 7;
    unit.first().is_some_and(|header| header & 31 == SEQUENCE_PARAMETER_SET)
}
