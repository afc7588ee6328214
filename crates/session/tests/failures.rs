//! Encoders that refuse, break, panic or lose frames: every accepted frame still gets its one callback.

mod support;

use std::panic;

use support::{Behaviour, Fixture, in_time};
use vitascope_core::Time;
use vitascope_session::status;

/// Gives six frames and completes; returns (number, status) of the callbacks and the status of completing.
fn run(behaviour: Behaviour) -> (Vec<(u64, i32)>, i32, Fixture) {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let fixture = Fixture::new(behaviour);
    let mut accepted = Vec::new();
    for number in 0..6 {
        if fixture.encode(number).is_ok() {
            accepted.push(number);
        }
    }
    let session = fixture.session.clone();
    let completed = in_time(move || session.complete_frames(Time::INVALID));
    panic::set_hook(hook);
    let outputs: Vec<(u64, i32)> = fixture
        .outputs
        .try_iter()
        .map(|output| (output.reference.as_number().unwrap(), output.status()))
        .collect();
    let mut numbers: Vec<u64> = outputs.iter().map(|output| output.0).collect();
    numbers.sort();
    assert_eq!(numbers, accepted, "one callback for each accepted frame");
    (outputs, completed.err().map_or(0, |error| error.status()), fixture)
}

#[test]
fn a_frame_that_the_encoder_refuses() {
    let (outputs, completed, fixture) = run(Behaviour { refuse: Some(2), ..Behaviour::default() });
    assert_eq!(completed, 0);
    for (number, got) in outputs {
        assert_eq!(got, if number == 2 { status::VIDEO_ENCODER_MALFUNCTION } else { 0 }, "frame {number}");
    }
    fixture.encode(6).unwrap();
}

#[test]
fn an_encoder_that_breaks() {
    for delay in [0, 3] {
        let (outputs, completed, fixture) =
            run(Behaviour { break_down: Some(2), delay, ..Behaviour::default() });
        assert_eq!(completed, status::VIDEO_ENCODER_MALFUNCTION);
        for (number, got) in outputs {
            assert_eq!(got, if number < 2 { 0 } else { status::VIDEO_ENCODER_MALFUNCTION }, "frame {number}");
        }
        assert_eq!(fixture.encode(6).unwrap_err().status(), status::VIDEO_ENCODER_MALFUNCTION);
        assert!(fixture.session.property("EncoderID").is_ok(), "properties still work");
    }
}

#[test]
fn an_encoder_that_panics() {
    for delay in [0, 3] {
        let (outputs, completed, fixture) = run(Behaviour { panic: Some(3), delay, ..Behaviour::default() });
        assert_eq!(completed, status::VIDEO_ENCODER_MALFUNCTION);
        assert!(outputs.iter().any(|output| output.1 == status::VIDEO_ENCODER_MALFUNCTION));
        let error = fixture.encode(6).unwrap_err();
        assert!(error.to_string().contains("mock panic"), "{error}");
    }
}

#[test]
fn a_frame_that_the_encoder_loses() {
    let (outputs, completed, fixture) = run(Behaviour { swallow: Some(1), delay: 2, ..Behaviour::default() });
    assert_eq!(completed, 0);
    for (number, got) in outputs {
        assert_eq!(got, if number == 1 { status::VIDEO_ENCODER_MALFUNCTION } else { 0 }, "frame {number}");
    }
    fixture.encode(6).unwrap();
}
