//! Which frames are accepted: times, sizes and pixel formats.

mod support;

use support::{Behaviour, Event, Fixture, HEIGHT, WIDTH, at, frame};
use vitascope_core::{AttachmentMode, FourCc, PixelBuffer, Time, attachment};
use vitascope_session::{Error, FrameOptions, status};

fn give(fixture: &Fixture, time: Time) -> Result<(), Error> {
    fixture.session.encode_frame(&frame(b"420v"), time, Time::INVALID, &FrameOptions::new(), 0).map(drop)
}

#[test]
fn times_must_increase() {
    let fixture = Fixture::new(Behaviour::default());
    give(&fixture, Time::new(-5, 10)).unwrap();
    give(&fixture, Time::new(1, 2)).unwrap();
    for late in [Time::new(1, 2), Time::new(2, 4), Time::new(0, 1), Time::new(-1, 2), Time::new(499, 1000)] {
        let error = give(&fixture, late).unwrap_err();
        assert_eq!(error.status(), status::PARAMETER);
        assert!(
            matches!(error, Error::PresentationTimeOrder { value, previous } if value == late && previous == Time::new(1, 2))
        );
        assert!(error.to_string().contains(&late.to_string()), "{error}");
    }
    // A refused frame changes nothing.
    give(&fixture, Time::new(501, 1000)).unwrap();
    fixture.session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(fixture.numbers().len(), 3);
}

#[test]
fn times_must_be_numeric() {
    let fixture = Fixture::new(Behaviour::default());
    for time in
        [Time::INVALID, Time::INDEFINITE, Time::POSITIVE_INFINITY, Time::NEGATIVE_INFINITY, Time::new(1, 0)]
    {
        assert_eq!(give(&fixture, time).unwrap_err().status(), status::PARAMETER, "{time}");
    }
    give(&fixture, Time::ZERO).unwrap();
    fixture.session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(fixture.numbers().len(), 1);
}

/// Gives a buffer and returns what the encoder saw.
fn check(buffer: &PixelBuffer, format: &[u8; 4]) {
    let fixture = Fixture::new(Behaviour::default());
    fixture.session.encode_frame(buffer, at(0), Time::INVALID, &FrameOptions::new(), 0).unwrap();
    fixture.session.complete_frames(Time::INVALID).unwrap();
    let submitted = fixture.events().into_iter().find(|event| matches!(event, Event::Submitted { .. }));
    let expected = Event::Submitted {
        token: 0,
        format: FourCc::new(*format),
        width: WIDTH as usize,
        height: HEIGHT as usize,
        force_key_frame: false,
    };
    assert_eq!(submitted, Some(expected));
    assert!(fixture.next().sample.unwrap().is_some());
}

#[test]
fn formats_that_the_encoder_takes_go_straight_in() {
    for format in [b"420v", b"y420", b"420f", b"f420"] {
        check(&frame(format), format);
    }
}

#[test]
fn other_formats_are_converted() {
    // Full range stays full range, video range and RGB become video range.
    for (format, expected) in [
        (b"BGRA", b"420v"),
        (b"2vuy", b"420v"),
        (b"x420", b"420v"),
        (b"422v", b"420v"),
        (b"444f", b"420f"),
        (b"xf20", b"420f"),
    ] {
        check(&frame(format), expected);
    }
}

#[test]
fn other_sizes_are_scaled() {
    for (width, height) in
        [(WIDTH as usize * 2, HEIGHT as usize * 2), (17, 5), (WIDTH as usize, HEIGHT as usize + 2)]
    {
        check(&PixelBuffer::new(width, height, FourCc::new(*b"420v")).unwrap(), b"420v");
    }
}

#[test]
fn frames_of_changing_size_and_format() {
    let fixture = Fixture::new(Behaviour::default());
    let buffers = [
        frame(b"420v"),
        frame(b"BGRA"),
        PixelBuffer::new(96, 64, FourCc::new(*b"420v")).unwrap(),
        frame(b"420f"),
    ];
    for (number, buffer) in buffers.iter().cycle().take(12).enumerate() {
        let number = number as u64;
        fixture
            .session
            .encode_frame(buffer, at(number), Time::INVALID, &FrameOptions::new(), number)
            .unwrap();
    }
    fixture.session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(fixture.numbers(), (0..12).collect::<Vec<_>>());
    for event in fixture.events() {
        if let Event::Submitted { format, width, height, .. } = event {
            // The stream's range is that of the first frame.
            assert_eq!((format, width, height), (FourCc::new(*b"420v"), WIDTH as usize, HEIGHT as usize));
        }
    }
}

#[test]
fn conversion_keeps_the_picture() {
    // A grey picture stays grey at its level in video range: 16 + 219 * 128 / 255.
    let source = frame(b"BGRA");
    {
        let mut guard = source.write().unwrap();
        for row in guard.plane_mut(0).rows_mut() {
            row.fill(128);
        }
    }
    let levels = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&levels);
    let fixture = support::fixture_with_probe(move |pixels| {
        seen.lock().unwrap().push(pixels.read().unwrap().row(0, 3)[5]);
    });
    fixture.session.encode_frame(&source, at(0), Time::INVALID, &FrameOptions::new(), 0).unwrap();
    fixture.session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(*levels.lock().unwrap(), [126]);
}

#[test]
fn colours_that_a_frame_does_not_state_are_the_streams() {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let chroma = std::sync::Arc::clone(&seen);
    let fixture = support::fixture_with_probe(move |pixels| {
        chroma.lock().unwrap().push(pixels.read().unwrap().row(1, 3)[..2].to_vec());
    });
    let (primaries, transfer, matrix) =
        (attachment::COLOR_PRIMARIES, attachment::TRANSFER_FUNCTION, attachment::YCBCR_MATRIX);
    let (bt709, bt2020) = ("ITU_R_709_2", "ITU_R_2020");
    let frames = [
        vec![(primaries, bt709), (transfer, bt709), (matrix, bt709)],
        vec![(primaries, bt2020), (transfer, bt709), (matrix, bt709)],
        vec![(primaries, bt2020)],
    ];
    for (number, colours) in (0..).zip(frames) {
        let buffer = frame(b"420v");
        {
            let mut guard = buffer.write().unwrap();
            for (plane, level) in [(0, 120), (1, 90)] {
                for row in guard.plane_mut(plane).rows_mut() {
                    row.fill(level);
                }
            }
        }
        for (key, name) in colours {
            buffer.set_attachment(key, name, AttachmentMode::ShouldPropagate);
        }
        fixture
            .session
            .encode_frame(&buffer, at(number), Time::INVALID, &FrameOptions::new(), number)
            .unwrap();
    }
    fixture.session.complete_frames(Time::INVALID).unwrap();
    let seen = seen.lock().unwrap();
    assert_eq!((&seen[0][..], &seen[2]), (&[90, 90][..], &seen[1]));
    assert_ne!(seen[1], seen[0]);
}

#[test]
fn formats_that_cannot_be_converted_are_refused() {
    let fixture = Fixture::new(Behaviour::default());
    for format in [FourCc::new(*b"hdep"), FourCc::new(*b"bp16"), FourCc(8)] {
        let Ok(buffer) = PixelBuffer::new(WIDTH as usize, HEIGHT as usize, format) else {
            panic!("{format}")
        };
        let error =
            fixture.session.encode_frame(&buffer, at(0), Time::INVALID, &FrameOptions::new(), 0).unwrap_err();
        assert_eq!(error.status(), status::PIXEL_TRANSFER_NOT_SUPPORTED, "{format}: {error}");
        assert!(error.to_string().contains(&format.to_string()), "{error}");
    }
    // The refused frames took no time and get no callback.
    give(&fixture, at(0)).unwrap();
    fixture.session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(fixture.numbers().len(), 1);
}

#[test]
fn a_negative_duration_is_refused_before_anything_is_coded() {
    let session = vitascope_session::CompressionSession::builder(32, 32, vitascope_session::codec::H264)
        .output_handler(|_| {})
        .build()
        .unwrap();
    let buffer = vitascope_core::PixelBuffer::new(32, 32, vitascope_core::format::YUV420_PLANAR).unwrap();
    let options = vitascope_session::FrameOptions::new();
    let time = |value| vitascope_core::Time::new(value, 30);
    let error = session.encode_frame(&buffer, time(0), time(-1), &options, 0).unwrap_err();
    assert_eq!(error.status(), -12902);
    session.encode_frame(&buffer, time(0), time(1), &options, 0).unwrap();
}
