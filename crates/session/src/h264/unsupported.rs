//! Properties of the platform that H.264 sessions do not have.

use crate::property::key;
use crate::registry::UnsupportedProperties;

const ALPHA: &str = "There is no alpha in the H.264 profiles that are written here; HEVC has it.";
const STEREO: &str = "Stereo and spatial video is coded as MV-HEVC.";
const TAPE: &str = "It belongs to DV.";
const DYNAMIC: &str =
    "H.264 has 8 bits here, and no dynamic HDR metadata; static metadata is written whenever it is there.";
const SPLITTING: &str = "One session keeps every processor busy, so there is nothing to recommend.";

/// In groups that share a reason.
pub(super) static UNSUPPORTED: &[UnsupportedProperties] = &[
    UnsupportedProperties {
        keys: &["AlphaChannelMode", "TargetQualityForAlpha", "kVTCodecPropertyKey_PreserveAlphaChannel"],
        reason: ALPHA,
    },
    UnsupportedProperties {
        keys: &["HDRMetadataInsertionMode", "PreserveDynamicHDRMetadata"],
        reason: DYNAMIC,
    },
    UnsupportedProperties { keys: &["AspectRatio16x9", "ProgressiveScan"], reason: TAPE },
    UnsupportedProperties { keys: &["Depth"], reason: "It belongs to uncompressed and animation codecs." },
    UnsupportedProperties {
        keys: &["ICCProfile"],
        reason: "An H.264 stream names its colours by code points and holds no profile; frames with one are converted.",
    },
    UnsupportedProperties {
        keys: &[
            "RecommendedParallelizationLimit",
            "RecommendedParallelizedSubdivisionMinimumDuration",
            "RecommendedParallelizedSubdivisionMinimumFrameCount",
        ],
        reason: SPLITTING,
    },
    UnsupportedProperties {
        keys: &[
            "CameraCalibrationDataLensCollection",
            "HasLeftStereoEyeView",
            "HasRightStereoEyeView",
            "HeroEye",
            "HorizontalDisparityAdjustment",
            "HorizontalFieldOfView",
            "MVHEVCLeftAndRightViewIDs",
            "MVHEVCVideoLayerIDs",
            "MVHEVCViewIDs",
            "ProjectionKind",
            "StereoCameraBaseline",
            "ViewPackingKind",
        ],
        reason: STEREO,
    },
];

/// What low-latency sessions lack beyond that.
pub(super) static WITH_LOW_LATENCY: &[UnsupportedProperties] = &[UnsupportedProperties {
    keys: &[key::VARIABLE_BIT_RATE, key::VBV_MAX_BIT_RATE],
    reason: "A variable rate saves bits for later frames, and low latency keeps sizes even: AverageBitRate, DataRateLimits and \
             ConstantBitRate do that.",
}];
