//! The property table: rules of reading and setting, and tests over all rows.

mod support;

use std::collections::HashSet;

use support::{Behaviour, Event, Fixture, HEIGHT, MODE, QUALITY, WIDTH, at};
use vitascope_core::{Dictionary, Time, TimeRange, Value};
use vitascope_session::property::{
    Access, Change, Kind, PropertyRow, PropertyTable, PropertyValues, SESSION_ROWS,
};
use vitascope_session::{CodecRegistry, Error, MultiPassStorage, key, status};

/// Every row of the session and of every encoder.
fn all_rows() -> Vec<&'static PropertyRow> {
    let registry = CodecRegistry::standard();
    let encoder_rows = registry.entries().iter().flat_map(|entry| entry.rows);
    SESSION_ROWS.iter().chain(encoder_rows).collect()
}

fn fixture() -> Fixture {
    Fixture::new(Behaviour::default())
}

fn set(fixture: &Fixture, key: &str, value: impl Into<Value>) -> Result<(), Error> {
    fixture.session.set_property(key, value)
}

fn get(fixture: &Fixture, key: &str) -> Value {
    fixture.session.property(key).unwrap()
}

#[test]
fn keys_are_unique_and_documented() {
    for entry in CodecRegistry::standard().entries() {
        for low_latency in [false, true] {
            let table = entry.properties(low_latency);
            let keys: HashSet<&str> = table.rows().iter().map(|row| row.key).collect();
            assert_eq!(keys.len(), table.rows().len(), "{}", entry.encoder_id);
        }
    }
    for row in all_rows() {
        assert!(row.documentation.len() > 30 && row.documentation.ends_with('.'), "{}", row.key);
        assert!(!row.documentation.contains("  "), "{}", row.key);
    }
}

#[test]
fn defaults_are_valid() {
    for row in all_rows().into_iter().filter(|row| row.access == Access::ReadWrite) {
        let table = PropertyTable::new(all_rows());
        let default = row.default_value(&PropertyValues::new(table.into()));
        if !default.is_null() {
            assert_eq!(row.kind.accept(&default), Ok(default), "{}", row.key);
        }
    }
}

#[test]
fn access_change_and_serialisation_go_together() {
    for row in all_rows() {
        assert_eq!(row.access == Access::ReadOnly, row.change == Change::Never, "{}", row.key);
        assert!(!(row.access == Access::ReadOnly && row.serialized), "{}", row.key);
        match row.kind {
            Kind::Integer { minimum, maximum } => assert!(minimum <= maximum, "{}", row.key),
            Kind::Float { minimum, maximum } => {
                assert!(minimum < maximum && maximum.is_finite(), "{}", row.key)
            }
            Kind::Enumeration(choices) => assert!(!choices.is_empty(), "{}", row.key),
            Kind::Dictionary(fields) => assert!(!fields.is_empty(), "{}", row.key),
            Kind::Data { length } => assert!(length > 0, "{}", row.key),
            Kind::Properties(rows) => assert!(!rows.is_empty(), "{}", row.key),
            Kind::Boolean
            | Kind::Text
            | Kind::DataRates
            | Kind::Attributes
            | Kind::IccProfile
            | Kind::Presets
            | Kind::Object(_) => {}
        }
    }
}

/// The string values of the platform's header constants, and what it says about their access.
#[test]
fn keys_are_the_platforms() {
    const PLATFORM: &[(&str, &str, Access)] = &[
        ("MultiPassStorage", key::MULTI_PASS_STORAGE, Access::ReadWrite),
        ("NumberOfPendingFrames", key::NUMBER_OF_PENDING_FRAMES, Access::ReadOnly),
        ("PixelBufferPoolIsShared", key::PIXEL_BUFFER_POOL_IS_SHARED, Access::ReadOnly),
        ("VideoEncoderPixelBufferAttributes", key::VIDEO_ENCODER_PIXEL_BUFFER_ATTRIBUTES, Access::ReadOnly),
        ("MaxKeyFrameInterval", key::MAX_KEY_FRAME_INTERVAL, Access::ReadWrite),
        ("MaxKeyFrameIntervalDuration", key::MAX_KEY_FRAME_INTERVAL_DURATION, Access::ReadWrite),
        ("AllowTemporalCompression", key::ALLOW_TEMPORAL_COMPRESSION, Access::ReadWrite),
        ("AllowFrameReordering", key::ALLOW_FRAME_REORDERING, Access::ReadWrite),
        ("AverageBitRate", key::AVERAGE_BIT_RATE, Access::ReadWrite),
        ("Quality", key::QUALITY, Access::ReadWrite),
        ("DataRateLimits", key::DATA_RATE_LIMITS, Access::ReadWrite),
        ("ConstantBitRate", key::CONSTANT_BIT_RATE, Access::ReadWrite),
        ("VariableBitRate", key::VARIABLE_BIT_RATE, Access::ReadWrite),
        ("VBVMaxBitRate", key::VBV_MAX_BIT_RATE, Access::ReadWrite),
        ("VBVBufferDuration", key::VBV_BUFFER_DURATION, Access::ReadWrite),
        ("VBVInitialDelayPercentage", key::VBV_INITIAL_DELAY_PERCENTAGE, Access::ReadWrite),
        ("MinAllowedFrameQP", key::MIN_ALLOWED_FRAME_QP, Access::ReadWrite),
        ("MaxAllowedFrameQP", key::MAX_ALLOWED_FRAME_QP, Access::ReadWrite),
        ("SupportsBaseFrameQP", key::SUPPORTS_BASE_FRAME_QP, Access::ReadOnly),
        ("MoreFramesBeforeStart", key::MORE_FRAMES_BEFORE_START, Access::ReadWrite),
        ("MoreFramesAfterEnd", key::MORE_FRAMES_AFTER_END, Access::ReadWrite),
        (
            "kVTProCodecPropertyKey_AverageBytesPerFrame",
            key::ESTIMATED_AVERAGE_BYTES_PER_FRAME,
            Access::ReadOnly,
        ),
        ("ProfileLevel", key::PROFILE_LEVEL, Access::ReadWrite),
        ("H264EntropyMode", key::H264_ENTROPY_MODE, Access::ReadWrite),
        ("MaxFrameDelayCount", key::MAX_FRAME_DELAY_COUNT, Access::ReadWrite),
        ("RealTime", key::REAL_TIME, Access::ReadWrite),
        ("SourceFrameCount", key::SOURCE_FRAME_COUNT, Access::ReadWrite),
        ("ExpectedFrameRate", key::EXPECTED_FRAME_RATE, Access::ReadWrite),
        ("ExpectedDuration", key::EXPECTED_DURATION, Access::ReadWrite),
        ("MaxH264SliceBytes", key::MAX_H264_SLICE_BYTES, Access::ReadWrite),
        ("BaseLayerFrameRateFraction", key::BASE_LAYER_FRAME_RATE_FRACTION, Access::ReadWrite),
        ("BaseLayerFrameRate", key::BASE_LAYER_FRAME_RATE, Access::ReadWrite),
        ("BaseLayerBitRateFraction", key::BASE_LAYER_BIT_RATE_FRACTION, Access::ReadWrite),
        ("MaximumRealTimeFrameRate", key::MAXIMUM_REAL_TIME_FRAME_RATE, Access::ReadWrite),
        ("EnableLTR", key::ENABLE_LTR, Access::ReadWrite),
        ("ReferenceBufferCount", key::REFERENCE_BUFFER_COUNT, Access::ReadWrite),
        (
            "UsingHardwareAcceleratedVideoEncoder",
            key::USING_HARDWARE_ACCELERATED_VIDEO_ENCODER,
            Access::ReadOnly,
        ),
        ("CleanAperture", key::CLEAN_APERTURE, Access::ReadWrite),
        ("PixelAspectRatio", key::PIXEL_ASPECT_RATIO, Access::ReadWrite),
        ("ColorPrimaries", key::COLOR_PRIMARIES, Access::ReadWrite),
        ("TransferFunction", key::TRANSFER_FUNCTION, Access::ReadWrite),
        ("YCbCrMatrix", key::YCBCR_MATRIX, Access::ReadWrite),
        ("CalculateMeanSquaredError", key::CALCULATE_MEAN_SQUARED_ERROR, Access::ReadWrite),
        ("MasteringDisplayColorVolume", key::MASTERING_DISPLAY_COLOR_VOLUME, Access::ReadWrite),
        ("ContentLightLevelInfo", key::CONTENT_LIGHT_LEVEL_INFO, Access::ReadWrite),
        ("OutputBitDepth", key::OUTPUT_BIT_DEPTH, Access::ReadWrite),
        (
            "PrioritizeEncodingSpeedOverQuality",
            key::PRIORITIZE_ENCODING_SPEED_OVER_QUALITY,
            Access::ReadWrite,
        ),
        ("MaximizePowerEfficiency", key::MAXIMIZE_POWER_EFFICIENCY, Access::ReadWrite),
        ("SuggestedLookAheadFrameCount", key::SUGGESTED_LOOK_AHEAD_FRAME_COUNT, Access::ReadWrite),
        ("AllowOpenGOP", key::ALLOW_OPEN_GOP, Access::ReadWrite),
        ("SpatialAdaptiveQPLevel", key::SPATIAL_ADAPTIVE_QP_LEVEL, Access::ReadWrite),
        ("SupportedPresetDictionaries", key::SUPPORTED_PRESET_DICTIONARIES, Access::ReadOnly),
        ("MaxH264SliceBytes", key::MAX_H264_SLICE_BYTES, Access::ReadWrite),
        ("GammaLevel", key::GAMMA_LEVEL, Access::ReadWrite),
        ("FieldCount", key::FIELD_COUNT, Access::ReadWrite),
        ("FieldDetail", key::FIELD_DETAIL, Access::ReadWrite),
        ("UsingMetalRegistryID", key::USING_GPU_REGISTRY_ID, Access::ReadOnly),
        ("PixelTransferProperties", key::PIXEL_TRANSFER_PROPERTIES, Access::ReadWrite),
        ("EncoderID", key::ENCODER_ID, Access::ReadOnly),
    ];
    for (value, constant, access) in PLATFORM {
        assert_eq!(value, constant);
        for row in all_rows().iter().filter(|row| row.key == *value) {
            assert_eq!(row.access, *access, "{value}");
        }
    }
    for row in all_rows() {
        let known = PLATFORM.iter().any(|(value, ..)| *value == row.key);
        assert!(
            known || row.key.starts_with("Vitascope"),
            "{} is neither the platform's nor marked as ours",
            row.key
        );
    }
}

/// A value that differs from the default, for each kind.
fn other_value(row: &PropertyRow, current: &Value) -> Value {
    match row.kind {
        Kind::Boolean => Value::from(!current.as_bool().unwrap_or(false)),
        Kind::Integer { minimum, maximum } => {
            let other = (minimum + 1).min(maximum);
            Value::from(if current.as_i64() == Some(other) { maximum } else { other })
        }
        Kind::Float { minimum, maximum } => Value::from(minimum + (maximum - minimum) * 0.375),
        Kind::Enumeration(choices) => {
            let choices = choices.iter().map(|choice| Value::from(*choice));
            choices.into_iter().find(|choice| choice != current).unwrap()
        }
        Kind::Dictionary(fields) => Value::from(
            fields.iter().map(|field| (field.key, field.minimum.max(2.0))).collect::<Dictionary>(),
        ),
        Kind::Data { length } => Value::data(vec![7; length]),
        Kind::Properties(rows) => {
            Value::from(Dictionary::new().with(rows[0].key, other_value(&rows[0], &Value::Null)))
        }
        Kind::DataRates => Value::from(vec![Value::from(1000), Value::from(0.5)]),
        Kind::Object("MultiPassStorage") => {
            MultiPassStorage::new(None, TimeRange::INVALID, Default::default()).unwrap().to_value()
        }
        Kind::IccProfile | Kind::Presets | Kind::Object(_) | Kind::Text | Kind::Attributes => {
            panic!("{} can be set and has no test value", row.key)
        }
    }
}

fn check_round_trip(fixture: &Fixture, row: &PropertyRow) {
    let default = get(fixture, row.key);
    if row.access == Access::ReadOnly {
        let error = set(fixture, row.key, 1).unwrap_err();
        assert_eq!(error.status(), status::PROPERTY_READ_ONLY, "{}", row.key);
        return;
    }
    let value = match row.key {
        // Offsets of a clean aperture must keep it inside the picture.
        key::CLEAN_APERTURE => Value::from(
            Dictionary::new()
                .with("Width", 10)
                .with("Height", 8)
                .with("HorizontalOffset", 3.5)
                .with("VerticalOffset", -2),
        ),
        _ => other_value(row, &default),
    };
    set(fixture, row.key, value.clone()).unwrap();
    assert_eq!(get(fixture, row.key), value, "{}", row.key);
    let serialized = fixture.session.serializable_properties().unwrap();
    assert_eq!(serialized.get(row.key), row.serialized.then_some(&value), "{}", row.key);
    set(fixture, row.key, Value::Null).unwrap();
    assert_eq!(get(fixture, row.key), default, "{}: null takes it back to the default", row.key);
    let wrong = match row.kind {
        Kind::Boolean | Kind::Dictionary(_) => Value::from(1),
        _ => Value::from(true),
    };
    let error = set(fixture, row.key, wrong).unwrap_err();
    assert_eq!(error.status(), status::PARAMETER, "{}", row.key);
    assert!(error.to_string().contains(row.key), "{error}");
    assert_eq!(get(fixture, row.key), default, "{}: a refused value changes nothing", row.key);
}

#[test]
fn every_row_round_trips() {
    let fixture = fixture();
    for row in fixture.session.property_table().rows() {
        check_round_trip(&fixture, row);
    }
    for entry in CodecRegistry::standard().entries() {
        let session =
            vitascope_session::CompressionSession::builder(64, 64, entry.codec_type).build().unwrap();
        let fixture = Fixture { session, outputs: std::sync::mpsc::channel().1, log: Default::default() };
        for row in fixture.session.property_table().rows() {
            check_round_trip(&fixture, row);
        }
    }
}

fn check_refused(key: &str, value: impl Into<Value>, accepted: &str) {
    let value = value.into();
    let error = set(&fixture(), key, value.clone()).unwrap_err();
    assert_eq!(error.status(), status::PARAMETER, "{key} = {value}");
    let message = error.to_string();
    assert!(message.contains(key) && message.contains(accepted), "{message}");
}

#[test]
fn values_out_of_range() {
    for value in [-0.001, 1.001, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        check_refused(QUALITY, value, "a number from 0 to 1 is accepted");
    }
    check_refused(key::MAX_FRAME_DELAY_COUNT, -2, "-1 to 2147483647");
    check_refused(key::MAX_FRAME_DELAY_COUNT, 1.5, "a whole number");
    check_refused(key::MAX_FRAME_DELAY_COUNT, i64::MAX, "-1 to 2147483647");
    check_refused(MODE, "plain", "one of Plain, Fancy");
    check_refused(key::COLOR_PRIMARIES, "nonsense", "ITU_R_709_2");
    let ratio = |horizontal: i64, vertical: i64| {
        Dictionary::new().with("HorizontalSpacing", horizontal).with("VerticalSpacing", vertical)
    };
    check_refused(key::PIXEL_ASPECT_RATIO, ratio(0, 1), "1 to 65535");
    check_refused(key::PIXEL_ASPECT_RATIO, ratio(1, 65536), "1 to 65535");
    check_refused(
        key::PIXEL_ASPECT_RATIO,
        Dictionary::new().with("HorizontalSpacing", 1),
        "VerticalSpacing is missing",
    );
    check_refused(key::PIXEL_ASPECT_RATIO, ratio(1, 1).with("Depth", 1), "Depth is unknown");
    let aperture = |width: f64, offset: f64| {
        Dictionary::new().with("Width", width).with("Height", 8).with("HorizontalOffset", offset)
    };
    check_refused(key::CLEAN_APERTURE, aperture(f64::from(WIDTH) + 1.0, 0.0), "48x32");
    check_refused(key::CLEAN_APERTURE, aperture(40.0, 4.5), "48x32");
    check_refused(key::CLEAN_APERTURE, aperture(0.0, 0.0), "Width");
    set(&fixture(), key::CLEAN_APERTURE, aperture(40.0, 4.0)).unwrap();
}

#[test]
fn numbers_of_either_form_are_accepted() {
    let fixture = fixture();
    set(&fixture, key::MAX_FRAME_DELAY_COUNT, 4.0).unwrap();
    assert_eq!(get(&fixture, key::MAX_FRAME_DELAY_COUNT).as_i64(), Some(4));
    set(&fixture, QUALITY, 1).unwrap();
    assert_eq!(get(&fixture, QUALITY).as_f64(), Some(1.0));
}

#[test]
fn unknown_keys() {
    let fixture = fixture();
    for key in ["Nonsense", "", "quality", "kVTCompressionPropertyKey_Quality"] {
        let errors = [set(&fixture, key, 1).unwrap_err(), fixture.session.property(key).unwrap_err()];
        assert!(errors.iter().all(|error| error.status() == status::PROPERTY_NOT_SUPPORTED), "{key}");
    }
    for near in ["quality", "Qualty", "kVTCompressionPropertyKey_Quality"] {
        let message = set(&fixture, near, 1).unwrap_err().to_string();
        assert!(message.contains("did you mean Quality?"), "{message}");
    }
}

#[test]
fn values_must_go_together() {
    let fixture = fixture();
    set(&fixture, QUALITY, 0.2).unwrap();
    let error = set(&fixture, MODE, "Fancy").unwrap_err();
    assert_eq!(error.status(), status::PARAMETER);
    assert!(error.to_string().contains("at least 0.25"), "{error}");
    assert_eq!(get(&fixture, MODE), Value::from("Plain"));
    set(&fixture, QUALITY, 0.3).unwrap();
    set(&fixture, MODE, "Fancy").unwrap();
}

#[test]
fn many_at_once() {
    let fixture = fixture();
    let properties = Dictionary::new()
        .with("Bad", 1)
        .with(QUALITY, 0.75)
        .with(MODE, "Worse")
        .with(key::MAX_FRAME_DELAY_COUNT, 2);
    let error = fixture.session.set_properties(&properties).unwrap_err();
    // The first failure counts; the rest of the dictionary is set.
    assert_eq!(error.status(), status::PROPERTY_NOT_SUPPORTED);
    assert!(
        error.to_string().contains("property Bad")
            && error.to_string().contains("first of 2 failures among 4"),
        "{error}"
    );
    assert_eq!(
        (get(&fixture, QUALITY), get(&fixture, key::MAX_FRAME_DELAY_COUNT)),
        (Value::from(0.75), Value::from(2))
    );
    fixture.session.set_properties(&Dictionary::new().with(QUALITY, Value::Null)).unwrap();
    assert_eq!(get(&fixture, QUALITY), Value::from(0.5));
    let error = fixture.session.set_properties(&Dictionary::new().with(QUALITY, 2)).unwrap_err();
    assert!(matches!(error, Error::PropertyValue { .. }), "{error}");
}

#[test]
fn many_at_once_in_any_order() {
    // Fancy only goes together with the quality that comes after it.
    let fixture = fixture();
    set(&fixture, QUALITY, 0.0).unwrap();
    fixture.session.set_properties(&Dictionary::new().with(MODE, "Fancy").with(QUALITY, 0.5)).unwrap();
    assert_eq!((get(&fixture, MODE), get(&fixture, QUALITY)), (Value::from("Fancy"), Value::from(0.5)));
}

#[test]
fn serialized_properties_make_a_like_session() {
    let one = fixture();
    set(&one, QUALITY, 0.625).unwrap();
    set(&one, key::COLOR_PRIMARIES, "ITU_R_2020").unwrap();
    let saved = one.session.serializable_properties().unwrap();
    let two = fixture();
    two.session.set_properties(&saved).unwrap();
    assert_eq!(two.session.serializable_properties().unwrap(), saved);
    assert!(!saved.contains_key(key::ENCODER_ID) && !saved.contains_key(key::CLEAN_APERTURE));
}

#[test]
fn supported_properties_in_the_platforms_form() {
    let supported = fixture().session.supported_properties().unwrap();
    let entry =
        |key: &str, sub_key: &str| supported.get(key).unwrap().as_dictionary().unwrap().get(sub_key).cloned();
    assert_eq!(entry(QUALITY, "PropertyType"), Some(Value::from("Number")));
    assert_eq!(entry(QUALITY, "ReadWriteStatus"), Some(Value::from("ReadWrite")));
    assert_eq!(entry(QUALITY, "ShouldBeSerialized"), Some(Value::from(true)));
    assert_eq!(entry(QUALITY, "SupportedValueMinimum"), Some(Value::from(0.0)));
    assert_eq!(entry(QUALITY, "SupportedValueMaximum"), Some(Value::from(1.0)));
    assert_eq!(entry(QUALITY, "PropertyDocumentation"), Some(Value::from("Quality.")));
    assert_eq!(entry(MODE, "PropertyType"), Some(Value::from("Enumeration")));
    assert_eq!(
        entry(MODE, "SupportedValueList"),
        Some(Value::from(vec![Value::from("Plain"), Value::from("Fancy")]))
    );
    assert_eq!(entry(key::ENCODER_ID, "ReadWriteStatus"), Some(Value::from("ReadOnly")));
    assert_eq!(entry(key::ENCODER_ID, "ShouldBeSerialized"), Some(Value::from(false)));
    assert_eq!(entry(key::ENCODER_ID, "PropertyType"), None);
    assert_eq!(entry(key::PIXEL_BUFFER_POOL_IS_SHARED, "PropertyType"), Some(Value::from("Boolean")));
    assert_eq!(supported.len(), fixture().session.property_table().rows().len());
}

#[test]
fn changes_in_mid_stream() {
    let fixture = fixture();
    set(&fixture, MODE, "Fancy").unwrap();
    fixture.encode(0).unwrap();
    set(&fixture, QUALITY, 0.75).unwrap();
    set(&fixture, QUALITY, 1.0).unwrap();
    for late in [Value::from("Plain"), Value::Null] {
        let error = set(&fixture, MODE, late).unwrap_err();
        assert_eq!(error.status(), status::PROPERTY_READ_ONLY);
        assert!(error.to_string().contains("after the first frame"), "{error}");
    }
    set(&fixture, MODE, "Fancy").expect("what is so already can be asked for");
    fixture.encode(1).unwrap();
    fixture.session.complete_frames(Time::INVALID).unwrap();
    let kinds: Vec<_> =
        fixture.events().into_iter().filter(|event| !matches!(event, Event::Flushed)).collect();
    assert!(matches!(&kinds[0], Event::Opened { mode, .. } if mode == "Fancy"));
    assert!(matches!(kinds[1], Event::Submitted { token: 0, .. }));
    assert!(matches!(kinds.last(), Some(Event::Submitted { token: 1, .. })));
    // The value of the last change before a frame is the one that counts for it.
    let applied: Vec<_> = kinds.iter().filter(|event| matches!(event, Event::Applied { .. })).collect();
    assert_eq!(applied.last(), Some(&&Event::Applied { quality: 1.0 }));
}

#[test]
fn read_only_properties() {
    let fixture = fixture();
    assert_eq!(get(&fixture, key::ENCODER_ID), Value::from("org.example.mock"));
    assert_eq!(get(&fixture, key::USING_HARDWARE_ACCELERATED_VIDEO_ENCODER), Value::from(false));
    assert_eq!(get(&fixture, key::PIXEL_BUFFER_POOL_IS_SHARED), Value::from(true));
    let attributes = get(&fixture, key::VIDEO_ENCODER_PIXEL_BUFFER_ATTRIBUTES);
    let attributes = attributes.as_dictionary().unwrap();
    assert_eq!(attributes.get("Width"), Some(&Value::from(WIDTH)));
    assert_eq!(attributes.get("Height"), Some(&Value::from(HEIGHT)));
    assert_eq!(attributes.get("PixelFormatType").unwrap().as_array().unwrap().len(), support::FORMATS.len());
}

#[test]
fn pending_frames() {
    let fixture = Fixture::new(Behaviour { delay: 100, ..Behaviour::default() });
    for number in 0..5 {
        fixture.encode(number).unwrap();
    }
    assert_eq!(get(&fixture, key::NUMBER_OF_PENDING_FRAMES), Value::from(5));
    fixture.session.complete_frames(at(10)).unwrap();
    assert_eq!(get(&fixture, key::NUMBER_OF_PENDING_FRAMES), Value::from(0));
}
