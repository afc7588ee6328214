//! The properties that every compression session has, whatever its encoder.

use vitascope_core::Value;

use super::{Access, Change, DefaultValue, Kind, PropertyRow, PropertyValues, key, shared};
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
    PropertyRow::settable(
        key::MAX_FRAME_DELAY_COUNT,
        Kind::Integer { minimum: -1, maximum: i32::MAX as i64 },
        DefaultValue::Integer(-1),
        Change::BeforeFirstFrame,
        "With M set, the callback of frame N-M has returned before the call that gives frame N returns; 0 makes \
         every call wait for its own frame. The encoder looks ahead no further than M frames. -1 sets no limit. \
         A call from inside a callback never waits.",
    ),
    of_stream(
        key::COLOR_PRIMARIES,
        shared::COLOR_PRIMARIES,
        "Colour primaries of the stream; frames marked with others are converted. Unset, those of the first frame; if it has \
         none, a guess by the matrix or the picture's size.",
    ),
    of_stream(
        key::TRANSFER_FUNCTION,
        shared::TRANSFER_FUNCTION,
        "Transfer function of the stream; frames marked with another are converted. UseGamma is the power that GammaLevel says, \
         or that of the first frame, else 2.2. Unset, that of the first frame; if it has none, ITU_R_709_2, or ITU_R_2020 beside \
         its primaries or matrix.",
    ),
    of_stream(
        key::YCBCR_MATRIX,
        Kind::Enumeration(&["ITU_R_709_2", "ITU_R_601_4", "SMPTE_240M_1995", "ITU_R_2020"]),
        "Y'CbCr matrix of the stream; frames marked with another are converted. Unset, that of the first frame; if it has none, \
         a guess by the primaries or the picture's size.",
    ),
    of_stream(
        key::GAMMA_LEVEL,
        Kind::Float { minimum: 0.1, maximum: 10.0 },
        "Marks the stream and the format description with a transfer function that is this power, in place of \
         TransferFunction. No pixel is changed for it, unless TransferFunction is UseGamma. H.264 can say only \
         2.2 and 2.8 in the stream itself.",
    ),
    of_stream(
        key::FIELD_COUNT,
        Kind::Integer { minimum: 1, maximum: 2 },
        "1 for progressive frames, 2 for frames of two interlaced fields, recorded in the stream and on the \
         format description. Interlaced frames are coded whole and marked, not field by field. Unset, what \
         FieldDetail or the first frame says; rows that are scaled are no fields any more.",
    ),
    of_stream(
        key::FIELD_DETAIL,
        Kind::Enumeration(&[
            "TemporalTopFirst",
            "TemporalBottomFirst",
            "SpatialFirstLineEarly",
            "SpatialFirstLineLate",
        ]),
        "Which field of interlaced frames is shown first, recorded in the stream and on the format description. It has no \
         effect while FieldCount is 1. Unset, that of the first frame; if it has none, the top field.",
    ),
    of_stream(
        key::MASTERING_DISPLAY_COLOR_VOLUME,
        Kind::Data { length: 24 },
        "Colour volume of the display that the video was made on: the 24 bytes of the SEI payload, numbers with the high byte \
         first (H.265 D.2.28): x and y of the primaries green, blue, red and of white in units of 0.00002, greatest and least \
         luminance in units of 0.0001 cd/m2. Recorded on the format description and with each sync frame. Unset, that of the \
         first frame.",
    ),
    of_stream(
        key::CONTENT_LIGHT_LEVEL_INFO,
        Kind::Data { length: 4 },
        "The brightest pixel and the brightest frame average of the video in cd/m2: two numbers of 16 bits, high byte first. \
         Recorded on the format description and with each sync frame. Unset, that of the first frame.",
    ),
    of_stream(
        key::PIXEL_ASPECT_RATIO,
        shared::PIXEL_ASPECT_RATIO,
        "Width to height of a pixel, recorded in the stream and on the format description. Unset, that of the \
         first frame.",
    ),
    of_stream(
        key::CLEAN_APERTURE,
        Kind::Dictionary(const { &shared::clean_aperture(16384.0) }),
        "The part of the picture that is meant to be seen, recorded on the format description: size, and offset \
         of its centre from the picture's centre, in pixels. It must lie inside the picture. Unset, that of \
         the first frame.",
    ),
    of_stream(
        key::PIXEL_TRANSFER_PROPERTIES,
        Kind::Properties(PIXEL_TRANSFER_ROWS.split_last().unwrap().1),
        "Properties of a pixel transfer session for frames whose size or pixel format differs from the encoder's; \
         other frames are coded as they come. Where the session's own colour, clean aperture and pixel aspect \
         properties are unset, the destination's in this dictionary are the stream's if the first frame is \
         converted. Colours that a frame does not state are taken to be the stream's.",
    ),
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

/// A property of the stream that is null unless it was set, which must be before the first frame.
const fn of_stream(key: &'static str, kind: Kind, documentation: &'static str) -> PropertyRow {
    PropertyRow::settable(key, kind, DefaultValue::Null, Change::BeforeFirstFrame, documentation)
}

/// The session answers for its read-only properties itself; in a snapshot they have no value.
fn known_to_the_session(_: &PropertyValues) -> Value {
    Value::Null
}
