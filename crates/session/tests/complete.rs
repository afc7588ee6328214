//! Completing frames: all, or those up to a time.

mod support;

use std::thread;
use std::time::Duration;

use support::{Behaviour, Event, Fixture, at, in_time};
use vitascope_core::Time;

#[test]
fn everything() {
    for until in [Time::INVALID, Time::INDEFINITE, Time::POSITIVE_INFINITY, Time::NEGATIVE_INFINITY] {
        let fixture = Fixture::new(Behaviour { delay: 4, ..Behaviour::default() });
        for number in 0..6 {
            fixture.encode(number).unwrap();
        }
        fixture.session.complete_frames(until).unwrap();
        assert_eq!(fixture.numbers(), [0, 1, 2, 3, 4, 5], "{until}");
    }
}

#[test]
fn up_to_a_time() {
    let fixture = Fixture::new(Behaviour { delay: 100, ..Behaviour::default() });
    for number in 0..6 {
        fixture.encode(number).unwrap();
    }
    // Between the times of frames 2 and 3, in another timescale.
    fixture.session.complete_frames(Time::new(9, 100)).unwrap();
    let numbers = fixture.numbers();
    assert!(numbers.starts_with(&[0, 1, 2]), "{numbers:?}");
    fixture.session.complete_frames(at(5)).unwrap();
    assert_eq!([numbers, fixture.numbers()].concat(), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn nothing_to_do() {
    let fixture = Fixture::new(Behaviour { delay: 100, ..Behaviour::default() });
    fixture.session.complete_frames(Time::INVALID).unwrap();
    fixture.encode(10).unwrap();
    fixture.session.complete_frames(at(9)).unwrap();
    assert!(fixture.numbers().is_empty());
    assert!(!fixture.events().contains(&Event::Flushed), "frames after the time stay in the encoder");
}

#[test]
fn frame_by_frame_as_a_synchronous_encoder() {
    let fixture = Fixture::new(Behaviour { delay: 3, reorders: true, ..Behaviour::default() });
    for number in 0..5 {
        fixture.encode(number).unwrap();
        fixture.session.complete_frames(at(number)).unwrap();
        assert_eq!(fixture.numbers(), [number]);
    }
}

#[test]
fn encoding_goes_on_afterwards() {
    let fixture = Fixture::new(Behaviour { delay: 2, ..Behaviour::default() });
    for round in 0..3 {
        for number in 0..4 {
            fixture.encode(round * 4 + number).unwrap();
        }
        fixture.session.complete_frames(Time::INDEFINITE).unwrap();
        assert_eq!(fixture.numbers(), (round * 4..round * 4 + 4).collect::<Vec<_>>());
    }
    let opened = fixture.events().iter().filter(|event| matches!(event, Event::Opened { .. })).count();
    assert_eq!(opened, 1);
}

#[test]
fn callbacks_have_returned() {
    let done = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = std::sync::Arc::clone(&done);
    let session = support::session(Behaviour::default(), move |_| {
        thread::sleep(Duration::from_millis(100));
        counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
    });
    support::encode(&session, 0).unwrap();
    session.complete_frames(at(0)).unwrap();
    assert_eq!(done.load(std::sync::atomic::Ordering::SeqCst), 1);
}

#[test]
fn from_several_threads() {
    let fixture =
        Fixture::new(Behaviour { delay: 5, work: Duration::from_millis(2), ..Behaviour::default() });
    for number in 0..10 {
        fixture.encode(number).unwrap();
    }
    let session = fixture.session.clone();
    in_time(move || {
        thread::scope(|scope| {
            for number in 0..10 {
                let session = &session;
                scope.spawn(move || session.complete_frames(at(number)).unwrap());
            }
        });
    });
    assert_eq!(fixture.numbers(), (0..10).collect::<Vec<_>>());
}
