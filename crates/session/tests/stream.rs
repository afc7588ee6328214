//! What the stream is marked with: colour, range, aspect, clean aperture.

mod support;

use support::{Behaviour, Event, Fixture, HEIGHT, MOCK, WIDTH, at, frame};
use vitascope_core::{
    AttachmentMode, ChromaLocation, CleanAperture, ColorInfo, ColorPrimaries, Dictionary, FormatDescription,
    FourCc, PixelAspectRatio, PixelBuffer, Time, TransferFunction, Value, YCbCrMatrix, attachment,
};
use vitascope_session::{CompressionSession, FrameOptions, key};

/// The format description of a stream that begins with this buffer.
fn describe(fixture: &Fixture, first: &PixelBuffer) -> FormatDescription {
    fixture.session.encode_frame(first, at(0), Time::INVALID, &FrameOptions::new(), 0).unwrap();
    fixture.session.complete_frames(Time::INVALID).unwrap();
    fixture.next().sample.unwrap().unwrap().format().unwrap().clone()
}

fn color(description: &FormatDescription) -> ColorInfo {
    ColorInfo::from_dictionary(description.extensions())
}

const ITU_2020: ColorInfo = ColorInfo {
    primaries: Some(ColorPrimaries::Itu2020),
    transfer: Some(TransferFunction::Itu2100Hlg),
    matrix: Some(YCbCrMatrix::Itu2020),
    gamma: None,
};

#[test]
fn colour_of_the_first_frame() {
    let fixture = Fixture::new(Behaviour::default());
    let first = frame(b"420v");
    ITU_2020.write_to(&first);
    assert_eq!(color(&describe(&fixture, &first)), ITU_2020);
    let opened = fixture.events().remove(0);
    assert!(
        matches!(opened, Event::Opened { color, .. } if color == format!("{ITU_2020:?}")),
        "the encoder learns it too"
    );
}

#[test]
fn properties_come_before_the_first_frame() {
    let fixture = Fixture::new(Behaviour::default());
    fixture.session.set_property(key::COLOR_PRIMARIES, "P3_D65").unwrap();
    fixture.session.set_property(key::TRANSFER_FUNCTION, "IEC_sRGB").unwrap();
    fixture.session.set_property(key::YCBCR_MATRIX, "ITU_R_601_4").unwrap();
    let expected = ColorInfo {
        primaries: Some(ColorPrimaries::P3D65),
        transfer: Some(TransferFunction::Srgb),
        matrix: Some(YCbCrMatrix::Itu601),
        gamma: None,
    };
    assert_eq!(color(&describe(&fixture, &frame(b"420v"))), expected);
}

fn check_guess(width: i32, height: i32, matrix: Option<&str>, expected: ColorInfo) {
    let (registry, _) = support::registry(Behaviour::default());
    let (sender, outputs) = std::sync::mpsc::channel();
    let session = CompressionSession::builder(width, height, MOCK)
        .registry(registry)
        .output_handler(move |output| sender.send(output).unwrap())
        .build()
        .unwrap();
    if let Some(matrix) = matrix {
        session.set_property(key::YCBCR_MATRIX, matrix).unwrap();
    }
    let fixture = Fixture { session, outputs, log: Default::default() };
    let first = PixelBuffer::new(width as usize, height as usize, FourCc::new(*b"420v")).unwrap();
    assert_eq!(color(&describe(&fixture, &first)), expected, "{width}x{height} {matrix:?}");
}

#[test]
fn nothing_stays_untagged() {
    check_guess(720, 576, None, ColorInfo::ITU_601);
    check_guess(1280, 720, None, ColorInfo::ITU_709);
    check_guess(64, 64, Some("ITU_R_709_2"), ColorInfo::ITU_709);
    check_guess(1280, 720, Some("ITU_R_601_4"), ColorInfo::ITU_601);
    let itu_2020 = ColorInfo { transfer: Some(TransferFunction::Itu2020), ..ITU_2020 };
    check_guess(64, 64, Some("ITU_R_2020"), itu_2020);
}

#[test]
fn range() {
    for (format, full) in [(b"420v", false), (b"y420", false), (b"420f", true), (b"f420", true)] {
        let fixture = Fixture::new(Behaviour::default());
        let description = describe(&fixture, &frame(format));
        assert_eq!(description.extension("FullRangeVideo"), Some(&Value::from(full)));
        assert!(matches!(fixture.events()[0], Event::Opened { full_range, .. } if full_range == full));
    }
}

#[test]
fn chroma_location() {
    let first = frame(b"420v");
    let propagate = vitascope_core::AttachmentMode::ShouldPropagate;
    first.set_attachment(attachment::CHROMA_LOCATION_TOP_FIELD, ChromaLocation::TopLeft.string(), propagate);
    let description = describe(&Fixture::new(Behaviour::default()), &first);
    assert_eq!(description.extension(attachment::CHROMA_LOCATION_TOP_FIELD), Some(&Value::from("TopLeft")));
}

#[test]
fn chroma_location_that_a_conversion_makes() {
    let said = |format: &[u8; 4], mode: &str, color: Option<ColorInfo>| {
        let fixture = Fixture::new(Behaviour::default());
        let transfer = Dictionary::new().with("DownsamplingMode", mode);
        fixture.session.set_property(key::PIXEL_TRANSFER_PROPERTIES, transfer).unwrap();
        fixture.session.set_property(key::COLOR_PRIMARIES, "ITU_R_709_2").unwrap();
        let first = frame(format);
        if let Some(color) = color {
            color.write_to(&first);
        }
        let location = describe(&fixture, &first).extension(attachment::CHROMA_LOCATION_TOP_FIELD).cloned();
        location.and_then(|location| ChromaLocation::from_string(location.as_str()?))
    };
    assert_eq!(said(b"420v", "Decimate", None), None, "no conversion, and nobody knows");
    assert_eq!(said(b"BGRA", "Decimate", None), Some(ChromaLocation::TopLeft));
    assert_eq!(said(b"BGRA", "Average", None), Some(ChromaLocation::Center));
    // Rows of 4:2:2 have chroma at the left.
    assert_eq!(said(b"2vuy", "Average", None), Some(ChromaLocation::Left));
    // Other colours are made from whole pixels.
    assert_eq!(said(b"420v", "Average", Some(ITU_2020)), Some(ChromaLocation::Center));
}

fn ratio(horizontal_spacing: u32, vertical_spacing: u32) -> PixelAspectRatio {
    PixelAspectRatio { horizontal_spacing, vertical_spacing }
}

#[test]
fn pixel_aspect_ratio() {
    let first = frame(b"420v");
    assert_eq!(describe(&Fixture::new(Behaviour::default()), &first).pixel_aspect_ratio(), None);
    first.set_pixel_aspect_ratio(&ratio(80, 66));
    assert_eq!(
        describe(&Fixture::new(Behaviour::default()), &first).pixel_aspect_ratio(),
        Some(ratio(40, 33))
    );
    let fixture = Fixture::new(Behaviour::default());
    let value = Dictionary::new().with("HorizontalSpacing", 16).with("VerticalSpacing", 11);
    fixture.session.set_property(key::PIXEL_ASPECT_RATIO, value).unwrap();
    assert_eq!(describe(&fixture, &first).pixel_aspect_ratio(), Some(ratio(16, 11)));
}

#[test]
fn aspect_when_the_picture_is_scaled() {
    // Twice as wide and as high as the session; then only twice as wide: each pixel becomes twice as wide.
    for (width, height, expected) in [(WIDTH * 2, HEIGHT * 2, None), (WIDTH * 2, HEIGHT, Some(ratio(2, 1)))] {
        let first = PixelBuffer::new(width as usize, height as usize, FourCc::new(*b"420v")).unwrap();
        let description = describe(&Fixture::new(Behaviour::default()), &first);
        assert_eq!(description.pixel_aspect_ratio(), expected);
        assert_eq!(
            description.dimensions(),
            vitascope_core::VideoDimensions { width: WIDTH, height: HEIGHT }
        );
    }
}

#[test]
fn fields_of_the_first_frame_unless_its_rows_are_scaled() {
    // Also where a picture of another format is converted without being scaled.
    for (width, height, format, interlaced) in [
        (WIDTH, HEIGHT, b"420v", true),
        (WIDTH, HEIGHT, b"BGRA", true),
        (WIDTH * 2, HEIGHT, b"420v", true),
        (WIDTH, HEIGHT * 2, b"420v", false),
        (WIDTH / 2, HEIGHT / 2, b"BGRA", false),
    ] {
        let first = PixelBuffer::new(width as usize, height as usize, FourCc::new(*format)).unwrap();
        first.set_attachment(attachment::FIELD_COUNT, 2, AttachmentMode::ShouldPropagate);
        first.set_attachment(
            attachment::FIELD_DETAIL,
            "TemporalBottomFirst",
            AttachmentMode::ShouldPropagate,
        );
        let description = describe(&Fixture::new(Behaviour::default()), &first);
        let count = description.extensions().get(attachment::FIELD_COUNT).and_then(Value::as_i64);
        assert_eq!(count == Some(2), interlaced, "{width}x{height}");
        // What the property says counts in any case.
        let fixture = Fixture::new(Behaviour::default());
        fixture.session.set_property(key::FIELD_COUNT, 2).unwrap();
        let description = describe(&fixture, &first);
        assert_eq!(description.extensions().get(attachment::FIELD_COUNT).and_then(Value::as_i64), Some(2));
    }
}

fn aperture(width: f64, height: f64, horizontal_offset: f64, vertical_offset: f64) -> CleanAperture {
    CleanAperture { width, height, horizontal_offset, vertical_offset }
}

#[test]
fn clean_aperture() {
    let first = frame(b"420v");
    assert_eq!(describe(&Fixture::new(Behaviour::default()), &first).clean_aperture_extension(), None);
    first.set_clean_aperture(&aperture(40.0, 30.0, 2.0, -1.0));
    let description = describe(&Fixture::new(Behaviour::default()), &first);
    assert_eq!(description.clean_aperture_extension(), Some(aperture(40.0, 30.0, 2.0, -1.0)));
    let fixture = Fixture::new(Behaviour::default());
    let value = Dictionary::new().with("Width", 20).with("Height", 10);
    fixture.session.set_property(key::CLEAN_APERTURE, value.clone()).unwrap();
    assert_eq!(fixture.session.property(key::CLEAN_APERTURE).unwrap(), Value::from(value), "as it was set");
    assert_eq!(describe(&fixture, &first).clean_aperture_extension(), Some(aperture(20.0, 10.0, 0.0, 0.0)));
}

#[test]
fn odd_sizes_are_rounded_up_with_a_clean_aperture() {
    let (registry, _) = support::registry(Behaviour::default());
    let (sender, outputs) = std::sync::mpsc::channel();
    let session = CompressionSession::builder(17, 33, MOCK)
        .registry(registry)
        .output_handler(move |output| sender.send(output).unwrap())
        .build()
        .unwrap();
    let fixture = Fixture { session, outputs, log: Default::default() };
    let description = describe(&fixture, &PixelBuffer::new(17, 33, FourCc::new(*b"420v")).unwrap());
    assert_eq!(description.dimensions(), vitascope_core::VideoDimensions { width: 18, height: 34 });
    let clean = description.clean_aperture(true);
    assert_eq!((clean.x, clean.y, clean.width, clean.height), (0.0, 0.0, 17.0, 33.0));
}

#[test]
fn display_metadata() {
    let propagate = vitascope_core::AttachmentMode::ShouldPropagate;
    let first = || {
        let first = frame(b"420v");
        ITU_2020.write_to(&first);
        first.set_attachment(attachment::MASTERING_DISPLAY_COLOR_VOLUME, Value::data([7u8; 24]), propagate);
        first.set_attachment(
            attachment::CONTENT_LIGHT_LEVEL_INFO,
            Value::data([3u8, 232, 1, 144]),
            propagate,
        );
        first.set_attachment(attachment::AMBIENT_VIEWING_ENVIRONMENT, Value::data([1u8]), propagate);
        first
    };
    let description = describe(&Fixture::new(Behaviour::default()), &first());
    let has = |description: &FormatDescription, key: &str| description.extension(key).is_some();
    assert_eq!(
        description.extension(attachment::MASTERING_DISPLAY_COLOR_VOLUME),
        Some(&Value::data([7u8; 24]))
    );
    assert_eq!(
        description.extension(attachment::CONTENT_LIGHT_LEVEL_INFO),
        Some(&Value::data([3u8, 232, 1, 144]))
    );
    assert!(!has(&description, attachment::AMBIENT_VIEWING_ENVIRONMENT), "of the wrong length");
    // It says nothing about a stream in other colours.
    let fixture = Fixture::new(Behaviour::default());
    fixture.session.set_property(key::TRANSFER_FUNCTION, "ITU_R_709_2").unwrap();
    let description = describe(&fixture, &first());
    assert!(!has(&description, attachment::MASTERING_DISPLAY_COLOR_VOLUME));
}

#[test]
fn the_codecs_own_extensions_stay() {
    let description = describe(&Fixture::new(Behaviour::default()), &frame(b"420v"));
    assert_eq!(description.extension_atom("mckC"), Some(&[1u8, 2, 3][..]));
    assert_eq!(description.media_sub_type(), MOCK);
    assert_eq!(description.extension("FormatName"), Some(&Value::from("Mock")));
}
