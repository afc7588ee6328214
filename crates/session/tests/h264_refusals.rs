//! What an H.264 session refuses: values it cannot code, and changes that come too late.

mod clip;

use clip::{give, session, with};
use vitascope_core::{Dictionary, Value};
use vitascope_session::{CompressionSession, Error, key, status};

fn refused(session: &CompressionSession, key: &str, value: impl Into<Value>) -> Error {
    let error = session.set_property(key, value).unwrap_err();
    assert_eq!(error.status(), status::PARAMETER, "{error}");
    error
}

/// Profiles beyond 8 bits and 4:2:0 are refused by name, and the refusal says what there is.
#[test]
fn profiles_of_more_bits_or_chroma_are_refused_by_name() {
    let (session, _outputs) = session(&Dictionary::new());
    for name in [
        "H264_High10_AutoLevel",
        "H264_High422_AutoLevel",
        "H264_High444Predictive_AutoLevel",
        "H264_Extended_5_0",
    ] {
        let error = refused(&session, key::PROFILE_LEVEL, name).to_string();
        assert!(error.contains(name) && error.contains("H264_High_AutoLevel"), "{error}");
    }
    assert!(refused(&session, key::OUTPUT_BIT_DEPTH, 10).to_string().contains("10"));
}

#[test]
fn what_is_fixed_after_the_first_frame() {
    use vitascope_session::property::Change;
    let (session, _outputs) = session(&Dictionary::new());
    give(&session, 0);
    for (key, value) in [
        (key::PROFILE_LEVEL, Value::from("H264_Main_AutoLevel")),
        (key::H264_ENTROPY_MODE, Value::from("CAVLC")),
        (key::ALLOW_FRAME_REORDERING, Value::from(false)),
        (key::ALLOW_OPEN_GOP, Value::from(true)),
        (key::EXPECTED_DURATION, Value::from(1.0)),
        (key::SOURCE_FRAME_COUNT, Value::from(5)),
        (key::REAL_TIME, Value::from(true)),
        (key::REFERENCE_BUFFER_COUNT, Value::from(3)),
        (key::MAX_FRAME_DELAY_COUNT, Value::from(3)),
        (key::COLOR_PRIMARIES, Value::from("ITU_R_2020")),
        (key::TRANSFER_FUNCTION, Value::from("Linear")),
        (key::YCBCR_MATRIX, Value::from("ITU_R_2020")),
        (
            key::PIXEL_ASPECT_RATIO,
            Value::from(Dictionary::new().with("HorizontalSpacing", 2).with("VerticalSpacing", 1)),
        ),
        (key::CLEAN_APERTURE, Value::from(Dictionary::new().with("Width", 2).with("Height", 2))),
        (key::PIXEL_TRANSFER_PROPERTIES, Value::from(with("ScalingMode", "Trim"))),
        (key::VITASCOPE_THREAD_COUNT, Value::from(1)),
        (key::VITASCOPE_EFFORT, Value::from(1)),
        (key::PRIORITIZE_ENCODING_SPEED_OVER_QUALITY, Value::from(true)),
        (key::MAXIMIZE_POWER_EFFICIENCY, Value::from(true)),
        (key::SUGGESTED_LOOK_AHEAD_FRAME_COUNT, Value::from(1)),
        (key::SPATIAL_ADAPTIVE_QP_LEVEL, Value::from(0)),
        (key::VITASCOPE_RECONSTRUCTION_HASH, Value::from(true)),
    ] {
        assert_eq!(session.property_table().find(key).unwrap().change, Change::BeforeFirstFrame, "{key}");
        let error = session.set_property(key, value).unwrap_err();
        assert_eq!(error.status(), status::PROPERTY_READ_ONLY, "{error}");
    }
    for row in session.property_table().rows().iter().filter(|row| row.change == Change::AnyTime) {
        session.set_property(row.key, Value::Null).unwrap();
    }
}
