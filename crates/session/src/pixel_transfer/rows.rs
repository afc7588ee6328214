//! The properties of a pixel transfer session.

use vitascope_convert::{DownsamplingMode, Options, ScalingMode, ToneMapping};
use vitascope_core::{CleanAperture, ColorPrimaries, PixelAspectRatio, TransferFunction, Value, YCbCrMatrix};

use crate::property::{Change, DefaultValue, Kind, PropertyRow, PropertyValues, shared};

const SCALING_MODE: &str = "ScalingMode";
const DESTINATION_CLEAN_APERTURE: &str = "DestinationCleanAperture";
const DESTINATION_PIXEL_ASPECT_RATIO: &str = "DestinationPixelAspectRatio";
const DOWNSAMPLING_MODE: &str = "DownsamplingMode";
const DESTINATION_COLOR_PRIMARIES: &str = "DestinationColorPrimaries";
const DESTINATION_TRANSFER_FUNCTION: &str = "DestinationTransferFunction";
const DESTINATION_YCBCR_MATRIX: &str = "DestinationYCbCrMatrix";
const REAL_TIME: &str = "RealTime";
const ENABLE_HIGH_SPEED_TRANSFER: &str = "EnableHighSpeedTransfer";
const DESTINATION_ICC_PROFILE: &str = "DestinationICCProfile";
const DESTINATION_GAMMA_LEVEL: &str = "VitascopeDestinationGammaLevel";
const TONE_MAPPING: &str = "VitascopeToneMapping";
const THREAD_COUNT: &str = "VitascopeThreadCount";

/// The rows of a pixel transfer session.
pub static PIXEL_TRANSFER_ROWS: &[PropertyRow] = &[
    row(
        SCALING_MODE,
        Kind::Enumeration(&["Normal", "CropSourceToCleanAperture", "Letterbox", "Trim"]),
        DefaultValue::Text("Normal"),
        "How the source maps onto the destination: Normal fills the whole raster with the whole raster, \
         CropSourceToCleanAperture fills the destination's clean aperture with the source's, Letterbox fits the source's \
         clean aperture inside the destination's with its shape kept and black around it, Trim covers the destination's \
         with its shape kept and crops the overflow.",
    ),
    row(
        DESTINATION_CLEAN_APERTURE,
        Kind::Dictionary(const { &shared::clean_aperture(65536.0) }),
        DefaultValue::Null,
        "The part of the destination to fill, attached to it afterwards; not used by ScalingMode Normal. Unset, all of it.",
    ),
    row(
        DESTINATION_PIXEL_ASPECT_RATIO,
        shared::PIXEL_ASPECT_RATIO,
        DefaultValue::Null,
        "Width to height of the destination's pixels; not used by ScalingMode Normal. Unset, square for \
         CropSourceToCleanAperture and the source's for Letterbox and Trim.",
    ),
    row(
        DOWNSAMPLING_MODE,
        Kind::Enumeration(&["Decimate", "Average"]),
        DefaultValue::Text("Decimate"),
        "How chroma is reduced where the destination has less of it: Decimate drops every second sample, Average takes \
         the mean of neighbours, which sites chroma in the centre.",
    ),
    row(
        DESTINATION_COLOR_PRIMARIES,
        shared::COLOR_PRIMARIES,
        DefaultValue::Null,
        "Colour primaries to convert to. Unset, they stay as they are.",
    ),
    row(
        DESTINATION_TRANSFER_FUNCTION,
        shared::TRANSFER_FUNCTION,
        DefaultValue::Null,
        "Transfer function to convert to. SDR white is 203 cd/m2 in HDR; HDR becomes SDR as VitascopeToneMapping says. \
         UseGamma is the power that VitascopeDestinationGammaLevel says. Unset, it stays as it is.",
    ),
    row(
        DESTINATION_GAMMA_LEVEL,
        Kind::Float { minimum: 0.1, maximum: 10.0 },
        DefaultValue::Float(2.2),
        "The power that DestinationTransferFunction UseGamma stands for: light is the code to this power. It is attached to the \
         destination as its GammaLevel; other transfer functions have none.",
    ),
    row(
        DESTINATION_YCBCR_MATRIX,
        Kind::Enumeration(&[
            "ITU_R_709_2",
            "ITU_R_601_4",
            "SMPTE_240M_1995",
            "ITU_R_2020",
            "P3_D65",
            "DCI_P3",
        ]),
        DefaultValue::Null,
        "Matrix of a Y'CbCr destination. Unset, the source's; if it has none, ITU_R_601_4 up to 720x576 pixels and \
         ITU_R_709_2 above.",
    ),
    row(
        REAL_TIME,
        Kind::Boolean,
        DefaultValue::Null,
        "False leaves the processors to others: transfers use one thread. True or unset, several for large pictures.",
    ),
    row(
        ENABLE_HIGH_SPEED_TRANSFER,
        Kind::Boolean,
        DefaultValue::Boolean(false),
        "Prefer speed to quality: bilinear scaling instead of bicubic, and chroma enlarged by repetition.",
    ),
    row(
        TONE_MAPPING,
        Kind::Enumeration(&["BT2390", "Clip"]),
        DefaultValue::Text("BT2390"),
        "What happens to light that an SDR destination cannot show: the curve of Report ITU-R BT.2390 on the largest \
         channel, or none, so that it is clipped.",
    ),
    row(
        THREAD_COUNT,
        Kind::Integer { minimum: 0, maximum: 64 },
        DefaultValue::Integer(0),
        "Threads to use at most; 0 is one a processor. Small pictures use fewer. The result does not depend on it.",
    ),
    // The last row: streams cannot carry a profile, so compression sessions leave it out.
    row(
        DESTINATION_ICC_PROFILE,
        Kind::IccProfile,
        DefaultValue::Null,
        "ICC profile of an RGB device to convert to, attached to the destination afterwards. It stands for primaries and \
         transfer function; those may be set too if they agree with it. Unset, colours stay as they are.",
    ),
];

const fn row(
    key: &'static str,
    kind: Kind,
    default: DefaultValue,
    documentation: &'static str,
) -> PropertyRow {
    PropertyRow::settable(key, kind, default, Change::AnyTime, documentation)
}

/// The converter's options for these values, all of which their rows have accepted.
pub(super) fn options(values: &PropertyValues) -> Options {
    let text = |key: &str| values.text(key);
    Options {
        scaling_mode: match text(SCALING_MODE).as_deref() {
            Some("CropSourceToCleanAperture") => ScalingMode::CropSourceToCleanAperture,
            Some("Letterbox") => ScalingMode::Letterbox,
            Some("Trim") => ScalingMode::Trim,
            _ => ScalingMode::Normal,
        },
        downsampling_mode: match text(DOWNSAMPLING_MODE).as_deref() {
            Some("Average") => DownsamplingMode::Average,
            _ => DownsamplingMode::Decimate,
        },
        high_speed: values.boolean(ENABLE_HIGH_SPEED_TRANSFER).unwrap_or(false),
        destination_clean_aperture: values
            .dictionary(DESTINATION_CLEAN_APERTURE)
            .and_then(|aperture| CleanAperture::from_dictionary(&aperture)),
        destination_pixel_aspect_ratio: values
            .dictionary(DESTINATION_PIXEL_ASPECT_RATIO)
            .and_then(|ratio| PixelAspectRatio::from_dictionary(&ratio)),
        destination_color_primaries: text(DESTINATION_COLOR_PRIMARIES)
            .and_then(|name| ColorPrimaries::from_string(&name)),
        destination_transfer_function: text(DESTINATION_TRANSFER_FUNCTION)
            .and_then(|name| TransferFunction::from_string(&name)),
        destination_ycbcr_matrix: text(DESTINATION_YCBCR_MATRIX)
            .and_then(|name| YCbCrMatrix::from_string(&name)),
        destination_gamma_level: (text(DESTINATION_TRANSFER_FUNCTION).as_deref()
            == Some(TransferFunction::UseGamma.string()))
        .then(|| values.float(DESTINATION_GAMMA_LEVEL))
        .flatten(),
        destination_icc_profile: match values.value(DESTINATION_ICC_PROFILE) {
            Value::Data(profile) => Some(profile),
            _ => None,
        },
        tone_mapping: match text(TONE_MAPPING).as_deref() {
            Some("Clip") => ToneMapping::Clip,
            _ => ToneMapping::Bt2390,
        },
        threads: match values.boolean(REAL_TIME) {
            Some(false) => 1,
            _ => values.integer(THREAD_COUNT).and_then(|count| usize::try_from(count).ok()).unwrap_or(0),
        },
        ..Options::default()
    }
}
