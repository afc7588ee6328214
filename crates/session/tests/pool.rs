//! The session's pixel buffer pool.

mod support;

use support::{Behaviour, Fixture, HEIGHT, MOCK, WIDTH, registry};
use vitascope_core::{Dictionary, FourCc, PixelBufferPool, Value};
use vitascope_session::{CompressionSession, key, status};

fn number(format: &[u8; 4]) -> Value {
    Value::from(FourCc::new(*format))
}

/// What the pool's buffers are like and whether it is shared.
fn check(attributes: Dictionary, width: i32, height: i32, format: &[u8; 4], shared: bool) {
    let shown = attributes.to_string();
    let fixture =
        Fixture::with(Behaviour::default(), |builder| builder.source_image_buffer_attributes(attributes));
    let pool = fixture.session.pixel_buffer_pool().unwrap();
    let buffer = pool.create_pixel_buffer().unwrap();
    assert_eq!((buffer.width(), buffer.height()), (width as usize, height as usize), "{shown}");
    assert_eq!(buffer.format(), FourCc::new(*format), "{shown}");
    assert_eq!(pool.pixel_buffer_attributes().get("PixelFormatType"), Some(&number(format)), "{shown}");
    let is_shared = fixture.session.property(key::PIXEL_BUFFER_POOL_IS_SHARED).unwrap();
    assert_eq!(is_shared, Value::from(shared), "{shown}");
}

#[test]
fn without_source_attributes() {
    let fixture = Fixture::new(Behaviour::default());
    let pool = fixture.session.pixel_buffer_pool().unwrap();
    let buffer = pool.create_pixel_buffer().unwrap();
    assert_eq!((buffer.width(), buffer.height()), (WIDTH as usize, HEIGHT as usize));
    assert_eq!(buffer.format(), support::FORMATS[0]);
    assert!(PixelBufferPool::ptr_eq(&pool, &fixture.session.pixel_buffer_pool().unwrap()));
}

#[test]
fn after_source_attributes() {
    let formats =
        |formats: &[&[u8; 4]]| Value::from(formats.iter().map(|format| number(format)).collect::<Vec<_>>());
    let attributes = |value: Value| Dictionary::new().with("PixelFormatType", value);
    check(Dictionary::new(), WIDTH, HEIGHT, b"420v", true);
    check(attributes(number(b"420f")), WIDTH, HEIGHT, b"420f", true);
    check(attributes(number(b"BGRA")), WIDTH, HEIGHT, b"BGRA", false);
    check(attributes(formats(&[b"BGRA", b"y420", b"420v"])), WIDTH, HEIGHT, b"y420", true);
    check(attributes(formats(&[b"BGRA", b"2vuy"])), WIDTH, HEIGHT, b"BGRA", false);
    check(attributes(formats(&[])), WIDTH, HEIGHT, b"420v", true);
    check(Dictionary::new().with("Width", 64), 64, HEIGHT, b"420v", false);
    check(Dictionary::new().with("Width", WIDTH).with("Height", HEIGHT), WIDTH, HEIGHT, b"420v", true);
    check(Dictionary::new().with("IOSurfaceProperties", Dictionary::new()), WIDTH, HEIGHT, b"420v", true);
}

fn check_refused(key: &str, value: Value, expected: i32) {
    let (registry, _) = registry(Behaviour::default());
    let attributes = Dictionary::new().with(key, value);
    let error = CompressionSession::builder(WIDTH, HEIGHT, MOCK)
        .registry(registry)
        .source_image_buffer_attributes(attributes)
        .build()
        .unwrap_err();
    assert_eq!(error.status(), expected, "{error}");
}

#[test]
fn impossible_source_attributes() {
    check_refused("PixelFormatType", Value::from("420v"), status::PARAMETER);
    check_refused("PixelFormatType", Value::from(vec![Value::from(true)]), status::PARAMETER);
    // The pool's own errors pass through.
    check_refused("PixelFormatType", number(b"nope"), -6680);
    check_refused("Width", Value::from(-5), -6682);
}
