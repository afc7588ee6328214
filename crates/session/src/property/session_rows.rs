//! The properties that every compression session has, whatever its encoder.

use vitascope_core::Value;

use super::{Access, Change, DefaultValue, DictionaryField, Kind, PropertyRow, PropertyValues, key};
use crate::pixel_transfer::PIXEL_TRANSFER_ROWS;

/// The rows of the session itself.
pub static SESSION_ROWS: &[PropertyRow] = &[
    read_only(
        key::NUMBER_OF_PENDING_FRAMES,
        Kind::Integer { minimum: 0, maximum: i32::MAX as i64 },
        "Frames that were accepted and whose callback has not begun. It can fall at any moment, as callbacks come from another \
         thread.",
    ),
    read_only(
        key::PIXEL_BUFFER_POOL_IS_SHARED,
        Kind::Boolean,
        "Whether buffers of the session's pool reach the encoder without a conversion; false when the source attributes ask \
         for a size or pixel format that the encoder does not take.",
    ),
    read_only(
        key::VIDEO_ENCODER_PIXEL_BUFFER_ATTRIBUTES,
        Kind::Attributes,
        "The pixel buffer attributes that the encoder wants: its pixel formats, best first, and the size.",
    ),
    read_only(
        key::ENCODER_ID,
        Kind::Text,
        "The identifier of the encoder in use, as the list of encoders gives it.",
    ),
    read_only(
        key::USING_HARDWARE_ACCELERATED_VIDEO_ENCODER,
        Kind::Boolean,
        "Whether the encoder in use counts as hardware: only when the environment variable VITASCOPE_HARDWARE is \"assume\".",
    ),
    read_only(
        key::USING_GPU_REGISTRY_ID,
        Kind::Integer { minimum: 0, maximum: i64::MAX },
        "The graphics processor that encodes: always null, because no encoder here uses one.",
    ),
    PropertyRow {
        key: key::MAX_FRAME_DELAY_COUNT,
        kind: Kind::Integer { minimum: -1, maximum: i32::MAX as i64 },
        default: DefaultValue::Integer(-1),
        access: Access::ReadWrite,
        serialized: true,
        change: Change::BeforeFirstFrame,
        documentation: "With M set, the callback of frame N-M has returned before the call that gives frame N returns; 0 makes \
                        every call wait for its own frame. The encoder looks ahead no further than M frames. -1 sets no limit. \
                        A call from inside a callback never waits.",
    },
    enumeration_or_null(
        key::COLOR_PRIMARIES,
        &["ITU_R_709_2", "EBU_3213", "SMPTE_C", "DCI_P3", "P3_D65", "ITU_R_2020", "P22"],
        "Colour primaries of the stream; frames marked with others are converted. Unset, those of the first frame; if it has \
         none, a guess by the matrix or the picture's size.",
    ),
    enumeration_or_null(
        key::TRANSFER_FUNCTION,
        &[
            "ITU_R_709_2",
            "SMPTE_240M_1995",
            "IEC_sRGB",
            "ITU_R_2020",
            "SMPTE_ST_428_1",
            "SMPTE_ST_2084_PQ",
            "ITU_R_2100_HLG",
            "Linear",
            "UseGamma",
        ],
        "Transfer function of the stream; frames marked with another are converted. UseGamma is the power that GammaLevel says, \
         or that of the first frame, else 2.2. Unset, that of the first frame; if it has none, ITU_R_709_2, or ITU_R_2020 beside \
         its primaries or matrix.",
    ),
    enumeration_or_null(
        key::YCBCR_MATRIX,
        &["ITU_R_709_2", "ITU_R_601_4", "SMPTE_240M_1995", "ITU_R_2020"],
        "Y'CbCr matrix of the stream; frames marked with another are converted. Unset, that of the first frame; if it has none, \
         a guess by the primaries or the picture's size.",
    ),
    PropertyRow {
        key: key::GAMMA_LEVEL,
        kind: Kind::Float { minimum: 0.1, maximum: 10.0 },
        default: DefaultValue::Null,
        access: Access::ReadWrite,
        serialized: true,
        change: Change::BeforeFirstFrame,
        documentation: "Marks the stream and the format description with a transfer function that is this power, in place of \
                        TransferFunction. No pixel is changed for it, unless TransferFunction is UseGamma. H.264 can say only \
                        2.2 and 2.8 in the stream itself.",
    },
    PropertyRow {
        key: key::FIELD_COUNT,
        kind: Kind::Integer { minimum: 1, maximum: 2 },
        default: DefaultValue::Null,
        access: Access::ReadWrite,
        serialized: true,
        change: Change::BeforeFirstFrame,
        documentation: "1 for progressive frames, 2 for frames of two interlaced fields, recorded in the stream and on the \
                        format description. Interlaced frames are coded whole and marked, not field by field. Unset, what \
                        FieldDetail or the first frame says; rows that are scaled are no fields any more.",
    },
    enumeration_or_null(
        key::FIELD_DETAIL,
        &["TemporalTopFirst", "TemporalBottomFirst", "SpatialFirstLineEarly", "SpatialFirstLineLate"],
        "Which field of interlaced frames is shown first, recorded in the stream and on the format description. It has no \
         effect while FieldCount is 1. Unset, that of the first frame; if it has none, the top field.",
    ),
    data_or_null(
        key::MASTERING_DISPLAY_COLOR_VOLUME,
        24,
        "Colour volume of the display that the video was made on: the 24 bytes of the SEI payload, numbers with the high byte \
         first (H.265 D.2.28): x and y of the primaries green, blue, red and of white in units of 0.00002, greatest and least \
         luminance in units of 0.0001 cd/m2. Recorded on the format description and with each sync frame. Unset, that of the \
         first frame.",
    ),
    data_or_null(
        key::CONTENT_LIGHT_LEVEL_INFO,
        4,
        "The brightest pixel and the brightest frame average of the video in cd/m2: two numbers of 16 bits, high byte first. \
         Recorded on the format description and with each sync frame. Unset, that of the first frame.",
    ),
    PropertyRow {
        key: key::PIXEL_ASPECT_RATIO,
        kind: Kind::Dictionary(&[
            DictionaryField {
                key: "HorizontalSpacing",
                minimum: 1.0,
                maximum: 65535.0,
                whole: true,
                optional: false,
            },
            DictionaryField {
                key: "VerticalSpacing",
                minimum: 1.0,
                maximum: 65535.0,
                whole: true,
                optional: false,
            },
        ]),
        default: DefaultValue::Null,
        access: Access::ReadWrite,
        serialized: true,
        change: Change::BeforeFirstFrame,
        documentation: "Width to height of a pixel, recorded in the stream and on the format description. Unset, that of the \
                        first frame.",
    },
    PropertyRow {
        key: key::CLEAN_APERTURE,
        kind: Kind::Dictionary(&[
            DictionaryField { key: "Width", minimum: 1.0, maximum: 16384.0, whole: false, optional: false },
            DictionaryField { key: "Height", minimum: 1.0, maximum: 16384.0, whole: false, optional: false },
            DictionaryField {
                key: "HorizontalOffset",
                minimum: -16384.0,
                maximum: 16384.0,
                whole: false,
                optional: true,
            },
            DictionaryField {
                key: "VerticalOffset",
                minimum: -16384.0,
                maximum: 16384.0,
                whole: false,
                optional: true,
            },
        ]),
        default: DefaultValue::Null,
        access: Access::ReadWrite,
        serialized: true,
        change: Change::BeforeFirstFrame,
        documentation: "The part of the picture that is meant to be seen, recorded on the format description: size, and offset \
                        of its centre from the picture's centre, in pixels. It must lie inside the picture. Unset, that of \
                        the first frame.",
    },
    PropertyRow {
        key: key::PIXEL_TRANSFER_PROPERTIES,
        kind: Kind::Properties(PIXEL_TRANSFER_ROWS.split_last().unwrap().1),
        default: DefaultValue::Null,
        access: Access::ReadWrite,
        serialized: true,
        change: Change::BeforeFirstFrame,
        documentation: "Properties of a pixel transfer session for frames whose size or pixel format differs from the encoder's; \
                        other frames are coded as they come. Where the session's own colour, clean aperture and pixel aspect \
                        properties are unset, the destination's in this dictionary are the stream's if the first frame is \
                        converted. Colours that a frame does not state are taken to be the stream's.",
    },
];

/// The row with which an encoder says that it codes in several passes; see
/// [`VideoEncoder::end_pass`](crate::VideoEncoder::end_pass).
pub const MULTI_PASS_STORAGE_ROW: PropertyRow = PropertyRow {
    key: key::MULTI_PASS_STORAGE,
    kind: Kind::Object(crate::multi_pass::TYPE_NAME),
    default: DefaultValue::Null,
    access: Access::ReadWrite,
    serialized: false,
    change: Change::BeforeFirstFrame,
    documentation: "What one pass leaves to the next: with a storage, frames are given between the calls that begin and end a \
                    pass, and the pass after codes them with what was learned. It may be set between passes; null goes back \
                    to a single pass.",
};

const fn read_only(key: &'static str, kind: Kind, documentation: &'static str) -> PropertyRow {
    PropertyRow {
        key,
        kind,
        default: DefaultValue::Computed(known_to_the_session),
        access: Access::ReadOnly,
        serialized: false,
        change: Change::Never,
        documentation,
    }
}

const fn data_or_null(key: &'static str, length: usize, documentation: &'static str) -> PropertyRow {
    PropertyRow {
        key,
        kind: Kind::Data { length },
        default: DefaultValue::Null,
        access: Access::ReadWrite,
        serialized: true,
        change: Change::BeforeFirstFrame,
        documentation,
    }
}

const fn enumeration_or_null(
    key: &'static str,
    choices: &'static [&'static str],
    documentation: &'static str,
) -> PropertyRow {
    PropertyRow {
        key,
        kind: Kind::Enumeration(choices),
        default: DefaultValue::Null,
        access: Access::ReadWrite,
        serialized: true,
        change: Change::BeforeFirstFrame,
        documentation,
    }
}

/// The session answers for its read-only properties itself; in a snapshot they have no value.
fn known_to_the_session(_: &PropertyValues) -> Value {
    Value::Null
}
