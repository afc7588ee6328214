//! Pixel transfer and rotation sessions: properties act, wrong ones are refused, an invalidated session is dead.

use vitascope_core::{AttachmentMode, Dictionary, FourCc, PixelBuffer, TransferFunction, Value, attachment};
use vitascope_session::property::{DictionaryField, Kind, PropertyRow};
use vitascope_session::{
    Error, PIXEL_ROTATION_ROWS, PIXEL_TRANSFER_ROWS, PixelRotationSession, PixelTransferSession,
    transfer_options,
};

fn buffer(width: usize, height: usize, format: &[u8; 4]) -> PixelBuffer {
    PixelBuffer::new(width, height, FourCc::new(*format)).unwrap()
}

/// A BGRA picture, the left half of one gray and the right half of another.
fn halves(width: usize, height: usize, left: u8, right: u8) -> PixelBuffer {
    let picture = buffer(width, height, b"BGRA");
    let mut pixels = picture.write().unwrap();
    for y in 0..height {
        for (x, pixel) in pixels.row_mut(0, y).chunks_mut(4).enumerate() {
            let gray = if x < width / 2 { left } else { right };
            pixel.copy_from_slice(&[gray, gray, gray, 255]);
        }
    }
    drop(pixels);
    picture
}

fn luma(picture: &PixelBuffer, x: usize, y: usize) -> u8 {
    picture.read().unwrap().row(0, y)[x]
}

#[test]
fn scaling_modes_act() {
    let source = halves(64, 32, 255, 255);
    let session = PixelTransferSession::new();
    let destination = buffer(64, 64, b"420v");
    session.transfer_image(&source, &destination).unwrap();
    assert_eq!((luma(&destination, 32, 2), luma(&destination, 32, 32)), (235, 235));
    session.set_property("ScalingMode", "Letterbox").unwrap();
    session.transfer_image(&source, &destination).unwrap();
    assert_eq!((luma(&destination, 32, 2), luma(&destination, 32, 32)), (16, 235));
    session.set_property("ScalingMode", Value::Null).unwrap();
    assert_eq!(session.property("ScalingMode").unwrap().as_str(), Some("Normal"));
    let aperture = Dictionary::new().with("Width", 32i64).with("Height", 64i64);
    session.set_property("ScalingMode", "CropSourceToCleanAperture").unwrap();
    session.set_property("DestinationCleanAperture", aperture).unwrap();
    session.transfer_image(&source, &destination).unwrap();
    assert_eq!((luma(&destination, 8, 32), luma(&destination, 32, 32)), (16, 235));
    assert_eq!(destination.clean_aperture().unwrap().width, 32.0);
}

#[test]
fn downsampling_and_matrix_act() {
    let source = buffer(32, 16, b"BGRA");
    let mut pixels = source.write().unwrap();
    for y in 0..16 {
        // Columns of blue and red in turn.
        for (x, pixel) in pixels.row_mut(0, y).chunks_mut(4).enumerate() {
            pixel.copy_from_slice(if x % 2 == 0 { &[255, 0, 0, 255] } else { &[0, 0, 255, 255] });
        }
    }
    drop(pixels);
    let session = PixelTransferSession::new();
    let destination = buffer(32, 16, b"420v");
    let chroma = || destination.read().unwrap().row(1, 3)[..2].to_vec();
    session.set_property("DestinationYCbCrMatrix", "ITU_R_709_2").unwrap();
    session.transfer_image(&source, &destination).unwrap();
    assert_eq!(chroma(), [240, 118]);
    session.set_property("DownsamplingMode", "Average").unwrap();
    session.transfer_image(&source, &destination).unwrap();
    assert_eq!(chroma(), [171, 179]);
    let location = destination.attachment(attachment::CHROMA_LOCATION_TOP_FIELD).unwrap().0;
    assert_eq!(location.as_str(), Some("Center"));
    session.set_property("DestinationYCbCrMatrix", "ITU_R_601_4").unwrap();
    session.transfer_image(&source, &destination).unwrap();
    assert_eq!(chroma(), [165, 175]);
}

#[test]
fn colour_needs_a_tagged_source() {
    let session = PixelTransferSession::new();
    session.set_property("DestinationColorPrimaries", "P3_D65").unwrap();
    let error = session.transfer_image(&halves(8, 8, 0, 9), &buffer(8, 8, b"BGRA")).unwrap_err();
    assert!(matches!(error, Error::Conversion(_)));
    assert_eq!(error.status(), -12917);
}

#[test]
fn a_power_as_transfer_function() {
    let source = halves(64, 32, 128, 255);
    vitascope_core::ColorInfo { transfer: Some(TransferFunction::Linear), ..Default::default() }
        .write_to(&source);
    let session = PixelTransferSession::new();
    session.set_property("DestinationTransferFunction", "UseGamma").unwrap();
    let destination = buffer(64, 32, b"BGRA");
    for (level, power) in [(None, 2.2), (Some(1.8), 1.8), (Some(2.8), 2.8)] {
        if let Some(level) = level {
            session.set_property("VitascopeDestinationGammaLevel", level).unwrap();
        }
        session.transfer_image(&source, &destination).unwrap();
        let expected = (255.0 * (128.0_f64 / 255.0).powf(1.0 / power)).round() as u8;
        assert_eq!((luma(&destination, 4, 3), luma(&destination, 252, 3)), (expected, 255), "{power}");
        let attached = |key: &str| destination.attachment(key).map(|(value, _)| value);
        assert_eq!(attached(attachment::TRANSFER_FUNCTION), Some(Value::from("UseGamma")));
        assert_eq!(attached(attachment::GAMMA_LEVEL), Some(Value::from(power)));
    }
    // A source that says only its power is read by it; other functions have none.
    source.remove_attachment(attachment::TRANSFER_FUNCTION);
    source.set_attachment(attachment::GAMMA_LEVEL, 1.8, AttachmentMode::ShouldPropagate);
    session.set_property("DestinationTransferFunction", "Linear").unwrap();
    session.transfer_image(&source, &destination).unwrap();
    let expected = (255.0 * (128.0_f64 / 255.0).powf(1.8)).round() as u8;
    assert_eq!(luma(&destination, 4, 3), expected);
    assert_eq!(destination.attachment(attachment::GAMMA_LEVEL), None);
}

#[test]
fn a_level_that_is_no_power_hinders_only_conversions_of_colour() {
    let (source, destination) = (halves(64, 32, 128, 255), buffer(64, 32, b"BGRA"));
    let session = PixelTransferSession::new();
    for level in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        source.set_attachment(attachment::GAMMA_LEVEL, level, AttachmentMode::ShouldPropagate);
        for transfer in [None, Some("UseGamma")] {
            if let Some(name) = transfer {
                source.set_attachment(attachment::TRANSFER_FUNCTION, name, AttachmentMode::ShouldPropagate);
            }
            session.transfer_image(&source, &destination).unwrap();
            assert_eq!(luma(&destination, 4, 3), 128);
        }
        // What cannot be a number counts as unstated, and the usual power is taken.
        session.set_property("DestinationTransferFunction", "Linear").unwrap();
        let status = session.transfer_image(&source, &destination).err().map(|error| error.status());
        assert_eq!(status, if level.is_nan() { None } else { Some(-12918) }, "{level}");
        session.set_property("DestinationTransferFunction", Value::Null).unwrap();
        source.remove_attachment(attachment::TRANSFER_FUNCTION);
    }
}

#[test]
fn formats_without_a_conversion_are_refused() {
    let session = PixelTransferSession::new();
    let error = session.transfer_image(&buffer(8, 8, b"rgg4"), &buffer(8, 8, b"BGRA")).unwrap_err();
    assert_eq!(error.status(), -12905);
}

#[test]
fn wrong_properties_are_refused() {
    let session = PixelTransferSession::new();
    let status = |key: &str, value: Value| session.set_property(key, value).unwrap_err().status();
    assert_eq!(status("ScalingMod", Value::from("Normal")), -12900);
    assert_eq!(status("ScalingMode", Value::from("Stretch")), -12902);
    assert_eq!(status("ScalingMode", Value::from(1i64)), -12902);
    assert_eq!(status("DestinationPixelAspectRatio", Value::from(Dictionary::new())), -12902);
    let several = Dictionary::new().with("ScalingMode", "Trim").with("RealTime", 3i64);
    assert_eq!(session.set_properties(&several).unwrap_err().status(), -12902);
    assert_eq!(session.property("ScalingMode").unwrap().as_str(), Some("Trim"));
    assert!(session.supported_properties().unwrap().contains_key("DownsamplingMode"));
    let kept = session.serializable_properties().unwrap();
    assert_eq!(kept.get("ScalingMode").and_then(Value::as_str), Some("Trim"));
    assert!(transfer_options(&kept).is_ok());
    assert!(transfer_options(&several).is_err());
}

/// Values that a row takes, and one of its type that it does not.
fn values_of(row: &PropertyRow) -> (Vec<Value>, Value) {
    match row.kind {
        Kind::Boolean => (vec![true.into(), false.into()], 1i64.into()),
        Kind::Integer { minimum, maximum } => (vec![minimum.into(), maximum.into()], (maximum + 1).into()),
        Kind::Float { minimum, maximum } => (vec![minimum.into(), maximum.into()], (maximum + 0.1).into()),
        Kind::Enumeration(choices) => {
            (choices.iter().map(|choice| Value::from(*choice)).collect(), "no".into())
        }
        Kind::Dictionary(fields) => {
            let all = |value: fn(&DictionaryField) -> f64| -> Value {
                fields.iter().map(|field| (field.key, value(field))).collect::<Dictionary>().into()
            };
            (vec![all(|field| field.minimum), all(|field| field.maximum)], all(|field| field.maximum + 1.0))
        }
        Kind::IccProfile => {
            let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
            (vec![Value::data(profile)], Value::data(vec![0; 128]))
        }
        ref other => panic!("{} is of another kind: {other:?}", row.key),
    }
}

/// Every row of a session reads as its default, takes what it says it takes, and nothing else, and goes back to its default.
fn check_rows(
    rows: &[PropertyRow],
    supported: &Dictionary,
    get: impl Fn(&str) -> Value,
    set: impl Fn(&str, Value) -> Result<(), Error>,
) {
    assert_eq!(supported.len(), rows.len());
    for row in rows {
        let described = supported.get(row.key).and_then(Value::as_dictionary).unwrap();
        assert_eq!(
            described.get("ReadWriteStatus").and_then(Value::as_str),
            Some("ReadWrite"),
            "{}",
            row.key
        );
        let (accepted, refused) = values_of(row);
        if let Some(list) = described.get("SupportedValueList").and_then(Value::as_array) {
            assert_eq!(list, accepted, "{}", row.key);
        }
        let default = get(row.key);
        for value in accepted {
            set(row.key, value.clone()).unwrap();
            assert_eq!(get(row.key), value, "{}", row.key);
        }
        let last = get(row.key);
        for wrong in [refused, Value::from(vec![Value::from(1)])] {
            assert_eq!(set(row.key, wrong).unwrap_err().status(), -12902, "{}", row.key);
        }
        assert_eq!(get(row.key), last, "{}: a refused value changes nothing", row.key);
        set(row.key, Value::Null).unwrap();
        assert_eq!(get(row.key), default, "{}: null takes it back", row.key);
    }
}

#[test]
fn every_row_of_both_sessions_round_trips() {
    let transfer = PixelTransferSession::new();
    check_rows(
        PIXEL_TRANSFER_ROWS,
        &transfer.supported_properties().unwrap(),
        |key| transfer.property(key).unwrap(),
        |key, value| transfer.set_property(key, value),
    );
    let rotation = PixelRotationSession::new();
    check_rows(
        PIXEL_ROTATION_ROWS,
        &rotation.supported_properties().unwrap(),
        |key| rotation.property(key).unwrap(),
        |key, value| rotation.set_property(key, value),
    );
    for (key, default) in [("Rotation", Value::from("Rotation0")), ("FlipVerticalOrientation", false.into())]
    {
        assert_eq!(rotation.property(key).unwrap(), default);
    }
    for (key, default) in [
        ("ScalingMode", Value::from("Normal")),
        ("DownsamplingMode", "Decimate".into()),
        ("DestinationColorPrimaries", Value::Null),
        ("DestinationCleanAperture", Value::Null),
        ("RealTime", Value::Null),
    ] {
        assert_eq!(transfer.property(key).unwrap(), default, "{key}");
    }
}

#[test]
fn several_threads_may_use_one_session() {
    let source = halves(64, 32, 10, 200);
    let session = PixelTransferSession::new();
    let bytes = |session: &PixelTransferSession, (width, height, format): (usize, usize, &[u8; 4])| {
        let destination = buffer(width, height, format);
        session.transfer_image(&source, &destination).unwrap();
        let pixels = destination.read().unwrap();
        (0..height).map(|y| pixels.row(0, y).to_vec()).collect::<Vec<_>>()
    };
    let targets = [(64, 32, b"420v"), (50, 20, b"BGRA"), (33, 17, b"420v"), (64, 32, b"2vuy")];
    std::thread::scope(|scope| {
        for target in targets {
            let (session, bytes) = (&session, &bytes);
            scope.spawn(move || {
                let alone = bytes(&PixelTransferSession::new(), target);
                for _ in 0..50 {
                    assert_eq!(bytes(session, target), alone);
                }
            });
        }
    });
}

#[test]
fn rotation_acts() {
    let source = halves(64, 32, 10, 200);
    let session = PixelRotationSession::new();
    session.set_property("Rotation", "RotationCW90").unwrap();
    let error = session.rotate_image(&source, &buffer(64, 32, b"BGRA")).unwrap_err();
    assert_eq!(error.status(), -12914);
    let turned = buffer(32, 64, b"BGRA");
    session.rotate_image(&source, &turned).unwrap();
    // What was left is now at the top.
    assert_eq!((luma(&turned, 0, 3), luma(&turned, 0, 60)), (10, 200));
    session.set_property("FlipVerticalOrientation", true).unwrap();
    session.rotate_image(&source, &turned).unwrap();
    assert_eq!((luma(&turned, 0, 3), luma(&turned, 0, 60)), (200, 10));
    session.set_property("Rotation", "Rotation0").unwrap();
    session.set_property("FlipHorizontalOrientation", true).unwrap();
    let mirrored = buffer(64, 32, b"BGRA");
    session.rotate_image(&source, &mirrored).unwrap();
    assert_eq!((luma(&mirrored, 0, 3), luma(&mirrored, 4 * 60, 3)), (200, 10));
}

#[test]
fn invalidated_sessions_are_dead() {
    let transfer = PixelTransferSession::new();
    transfer.invalidate();
    transfer.invalidate();
    let (source, destination) = (buffer(8, 8, b"BGRA"), buffer(8, 8, b"BGRA"));
    assert_eq!(transfer.transfer_image(&source, &destination).unwrap_err().status(), -12903);
    assert_eq!(transfer.set_property("ScalingMode", "Trim").unwrap_err().status(), -12903);
    assert_eq!(transfer.property("ScalingMode").unwrap_err().status(), -12903);
    let rotation = PixelRotationSession::new();
    rotation.invalidate();
    assert_eq!(rotation.rotate_image(&source, &destination).unwrap_err().status(), -12903);
    assert!(rotation.supported_properties().is_err());
}

#[test]
fn a_profile_is_converted_to_and_attached() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let source = halves(16, 8, 40, 200);
    vitascope_core::ColorInfo::ITU_709.write_to(&source);
    let session = PixelTransferSession::new();
    session.set_property("DestinationICCProfile", Value::data(profile.clone())).unwrap();
    let destination = buffer(16, 8, b"BGRA");
    session.transfer_image(&source, &destination).unwrap();
    let attached = destination.attachment(attachment::ICC_PROFILE).unwrap().0;
    assert_eq!(attached.as_data(), Some(&profile[..]));
    // The display's light of code 40 under power 2.4 is another code of the profile's curve.
    assert!((luma(&destination, 0, 3)).abs_diff(40) >= 2, "{}", luma(&destination, 0, 3));
    for wrong in [Value::data(vec![0; 200]), Value::data(profile[..90].to_vec()), Value::from("profile")] {
        let error = session.set_property("DestinationICCProfile", wrong).unwrap_err();
        assert!(
            error.status() == -12902 && error.to_string().contains("ICC profile of an RGB device"),
            "{error}"
        );
    }
    session.set_property("DestinationICCProfile", Value::Null).unwrap();
    session.transfer_image(&source, &destination).unwrap();
    assert_eq!(luma(&destination, 0, 3), 40);
    // A stream cannot carry one.
    let inside = Dictionary::new().with("DestinationICCProfile", Value::data(profile));
    let compression = vitascope_session::CompressionSession::builder(16, 16, vitascope_session::codec::H264)
        .build()
        .unwrap();
    assert!(compression.set_property("PixelTransferProperties", inside).is_err());
}
