//! Making a session: sizes, codecs, encoder specifications, and the form of handlers.

mod support;

use std::process::Command;

use support::{Behaviour, Fixture, HEIGHT, MOCK, WIDTH, at, frame, registry};
use vitascope_core::{Dictionary, FourCc, Time, Value};
use vitascope_session::{CompressionSession, Error, FrameOptions, hardware_assumed, status};

fn check_size(width: i32, height: i32, expected: i32) {
    let (registry, _) = registry(Behaviour::default());
    let built = CompressionSession::builder(width, height, MOCK).registry(registry).build();
    let status = built.as_ref().map_or_else(Error::status, |_| 0);
    assert_eq!(status, expected, "{width}x{height}: {built:?}");
    if let Ok(session) = built {
        assert_eq!((session.width(), session.height(), session.codec()), (width, height, MOCK));
    }
}

#[test]
fn sizes() {
    for (width, height) in [(2, 2), (17, 33), (4096, 2304), (2304, 4096), (3072, 3072)] {
        check_size(width, height, 0);
    }
    for (width, height) in [
        (0, 16),
        (16, 0),
        (-1, 16),
        (i32::MIN, i32::MAX),
        (16385, 16),
        (16, 16385),
        (1, 16),
        (4097, 16),
        (2305, 4096),
        (4090, 2306),
    ] {
        check_size(width, height, status::PARAMETER);
    }
}

#[test]
fn size_errors_name_value_and_range() {
    let (registry, _) = registry(Behaviour::default());
    let session =
        |width, height| CompressionSession::builder(width, height, MOCK).registry(registry.clone()).build();
    assert_eq!(session(0, 16).unwrap_err().to_string(), "width cannot be 0: 1 to 16384 pixels are accepted");
    let message = session(5000, 16).unwrap_err().to_string();
    assert!(message.contains("5000x16") && message.contains("2x2 to 4096x2304"), "{message}");
}

#[test]
fn unknown_codec() {
    let (registry, _) = registry(Behaviour::default());
    let codec = FourCc::new(*b"nope");
    let error = CompressionSession::builder(WIDTH, HEIGHT, codec).registry(registry).build().unwrap_err();
    assert_eq!(error.status(), status::COULD_NOT_FIND_VIDEO_ENCODER);
    assert!(error.to_string().contains("'nope'") && error.to_string().contains("'mock'"), "{error}");
}

fn check_specification(key: &str, value: impl Into<Value>, expected: i32) -> String {
    let (registry, _) = registry(Behaviour::default());
    let specification = Dictionary::new().with(key, value);
    let built = CompressionSession::builder(WIDTH, HEIGHT, MOCK)
        .registry(registry)
        .encoder_specification(specification)
        .build();
    assert_eq!(built.as_ref().map_or_else(Error::status, |_| 0), expected, "{key}: {built:?}");
    built.err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn specification() {
    const NONE: i32 = status::COULD_NOT_FIND_VIDEO_ENCODER;
    check_specification("EncoderID", "org.example.mock", 0);
    check_specification("EncoderID", "org.example.other", NONE);
    check_specification("EncoderID", 5, status::PARAMETER);
    check_specification("EnableHardwareAcceleratedVideoEncoder", true, 0);
    check_specification("EnableHardwareAcceleratedVideoEncoder", false, 0);
    check_specification("EnableHardwareAcceleratedVideoEncoder", 1, status::PARAMETER);
    check_specification("RequireHardwareAcceleratedVideoEncoder", false, 0);
    let message = check_specification("RequireHardwareAcceleratedVideoEncoder", true, NONE);
    assert!(message.contains("VITASCOPE_HARDWARE=assume"), "{message}");
    check_specification("RequiredEncoderGPURegistryID", 7, NONE);
    check_specification("PreferredEncoderGPURegistryID", 7, 0);
    check_specification("EnableLowLatencyRateControl", false, 0);
    check_specification("EnableLowLatencyRateControl", true, NONE);
    check_specification("RequiredLowLatency", true, NONE);
    check_specification("RequiredLowLatency", 3, status::PARAMETER);
    check_specification("RequireHardwareAcceleratedVideoEncoder", Value::Null, 0);
    check_specification("Unknown", true, status::PARAMETER);
}

/// Environment variables belong to the process, so this test runs itself again in a process with the variable.
#[test]
fn hardware_can_be_assumed() {
    if !hardware_assumed() {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "hardware_can_be_assumed"])
            .env("VITASCOPE_HARDWARE", "assume")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
        return;
    }
    let session = |key: &str, value: bool| {
        let (registry, _) = registry(Behaviour::default());
        CompressionSession::builder(WIDTH, HEIGHT, MOCK)
            .registry(registry)
            .encoder_specification(Dictionary::new().with(key, value))
            .build()
            .unwrap()
    };
    let using =
        |session: &CompressionSession| session.property("UsingHardwareAcceleratedVideoEncoder").unwrap();
    assert_eq!(using(&session("RequireHardwareAcceleratedVideoEncoder", true)), Value::from(true));
    assert_eq!(using(&session("EnableHardwareAcceleratedVideoEncoder", false)), Value::from(false));
    let (registry, _) = registry(Behaviour::default());
    assert_eq!(registry.encoder_list()[0].get("IsHardwareAccelerated"), Some(&Value::from(true)));
}

#[test]
fn handler_forms_exclude_each_other() {
    let with_handler = Fixture::new(Behaviour::default());
    let options = FrameOptions::new();
    let error = with_handler
        .session
        .encode_frame_with_handler(&frame(b"420v"), at(0), Time::INVALID, &options, |_| {
            panic!("not accepted")
        })
        .unwrap_err();
    assert_eq!(error.status(), status::PARAMETER);

    let (registry, _) = registry(Behaviour::default());
    let without = CompressionSession::builder(WIDTH, HEIGHT, MOCK).registry(registry).build().unwrap();
    let error = without.encode_frame(&frame(b"420v"), at(0), Time::INVALID, &options, 0).unwrap_err();
    assert_eq!(error.status(), status::PARAMETER);
    let (sender, receiver) = std::sync::mpsc::channel();
    for number in 0..3 {
        let sender = sender.clone();
        let handler = move |output: vitascope_session::EncodeOutput| {
            sender.send((number, output.sample.unwrap().unwrap().presentation_time())).unwrap();
        };
        without
            .encode_frame_with_handler(&frame(b"420v"), at(number), Time::INVALID, &options, handler)
            .unwrap();
    }
    without.complete_frames(Time::INVALID).unwrap();
    let got: Vec<_> = receiver.try_iter().collect();
    assert_eq!(got, [(0, at(0)), (1, at(1)), (2, at(2))]);
}

#[test]
fn an_encoder_that_does_not_open() {
    let fixture = Fixture::new(Behaviour { refuse_to_open: true, ..Behaviour::default() });
    for error in [fixture.session.prepare_to_encode_frames().unwrap_err(), fixture.encode(0).unwrap_err()] {
        assert_eq!(error.status(), status::COULD_NOT_CREATE_INSTANCE);
    }
    assert_eq!(fixture.session.property("NumberOfPendingFrames").unwrap(), Value::from(0));
    fixture.session.complete_frames(Time::INVALID).unwrap();
    assert!(fixture.numbers().is_empty());
}

#[test]
fn preparing_opens_the_encoder_once() {
    let fixture = Fixture::new(Behaviour::default());
    fixture.session.prepare_to_encode_frames().unwrap();
    fixture.session.prepare_to_encode_frames().unwrap();
    assert_eq!(fixture.events().len(), 1);
    fixture.encode(0).unwrap();
    fixture.session.complete_frames(Time::INVALID).unwrap();
    let opened =
        fixture.events().iter().filter(|event| matches!(event, support::Event::Opened { .. })).count();
    assert_eq!(opened, 1);
    fixture.session.prepare_to_encode_frames().unwrap();
}

#[test]
fn settings_made_after_preparing_count() {
    let fixture = Fixture::new(Behaviour::default());
    fixture.session.prepare_to_encode_frames().unwrap();
    fixture.session.set_property(support::MODE, "Fancy").unwrap();
    fixture.encode(0).unwrap();
    fixture.session.complete_frames(Time::INVALID).unwrap();
    let modes: Vec<String> = fixture
        .events()
        .into_iter()
        .filter_map(|event| match event {
            support::Event::Opened { mode, .. } => Some(mode),
            _ => None,
        })
        .collect();
    assert_eq!(modes, ["Plain", "Fancy"]);
}
