//! How long giving a frame takes: back-pressure and MaxFrameDelayCount.

mod support;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use support::{Behaviour, Event, Fixture, Gate, PATIENCE, at, encode, frame, in_time, session};
use vitascope_core::{Time, Value};
use vitascope_session::{CompressionSession, EncodeInfoFlags, FrameOptions, key};

/// Frames that may wait; giving the next one blocks.
const CAPACITY: u64 = 3;

/// Gives frames on a thread of its own until one blocks, and says how many were given.
fn given_before_blocking(session: &CompressionSession) -> (Arc<AtomicU64>, thread::JoinHandle<()>) {
    let given = Arc::new(AtomicU64::new(0));
    let (session, counter) = (session.clone(), Arc::clone(&given));
    let giver = thread::spawn(move || {
        for number in 0..20 {
            if encode(&session, number).is_err() {
                break;
            }
            counter.fetch_add(1, Ordering::SeqCst);
        }
    });
    let mut last = u64::MAX;
    // Until the count rests.
    while last != given.load(Ordering::SeqCst) {
        last = given.load(Ordering::SeqCst);
        thread::sleep(Duration::from_millis(150));
    }
    (given, giver)
}

#[test]
fn a_slow_encoder_holds_the_caller_back() {
    let gate = Gate::default();
    let fixture = Fixture::new(Behaviour { gate: Some(gate.clone()), ..Behaviour::default() });
    let (given, giver) = given_before_blocking(&fixture.session);
    assert_eq!(given.load(Ordering::SeqCst), CAPACITY);
    gate.open(20);
    giver.join().unwrap();
    fixture.session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(fixture.numbers(), (0..20).collect::<Vec<_>>());
}

#[test]
fn a_slow_callback_holds_the_caller_back() {
    let gate = Gate::default();
    let inside = gate.clone();
    let session = session(Behaviour::default(), move |_| inside.pass());
    let (given, giver) = given_before_blocking(&session);
    assert_eq!(given.load(Ordering::SeqCst), CAPACITY);
    gate.open(20);
    giver.join().unwrap();
    session.complete_frames(Time::INVALID).unwrap();
}

#[test]
fn frames_that_the_encoder_looks_ahead_at_do_not_count() {
    let fixture = Fixture::new(Behaviour { delay: 100, ..Behaviour::default() });
    let session = fixture.session.clone();
    in_time(move || {
        for number in 0..20 {
            encode(&session, number).unwrap();
        }
    });
    assert_eq!(fixture.session.property("NumberOfPendingFrames").unwrap(), Value::from(20));
    fixture.session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(fixture.session.property("NumberOfPendingFrames").unwrap(), Value::from(0));
}

#[test]
fn invalidating_frees_a_blocked_caller() {
    let gate = Gate::default();
    let fixture = Fixture::new(Behaviour { gate: Some(gate.clone()), ..Behaviour::default() });
    let (_, giver) = given_before_blocking(&fixture.session);
    let session = fixture.session.clone();
    let stopper = thread::spawn(move || session.invalidate());
    in_time(move || giver.join().unwrap());
    gate.open(1);
    in_time(move || stopper.join().unwrap());
    assert!(fixture.numbers().is_empty());
}

/// With a limit of M frames, what has come out when the call for frame N returns.
fn check_delay(behaviour: Behaviour, limit: u64, flushes: bool) {
    let done = Arc::new(Mutex::new(Vec::new()));
    let emitted = Arc::clone(&done);
    let (registry, log) = support::registry(behaviour);
    let session = CompressionSession::builder(support::WIDTH, support::HEIGHT, support::MOCK)
        .registry(registry)
        .output_handler(move |output| {
            thread::sleep(Duration::from_millis(3));
            emitted.lock().unwrap().push(output.reference.as_number().unwrap());
        })
        .build()
        .unwrap();
    session.set_property("MaxFrameDelayCount", limit as i64).unwrap();
    for number in 0..12 {
        encode(&session, number).unwrap();
        if let Some(due) = number.checked_sub(limit) {
            assert!(
                done.lock().unwrap().contains(&due),
                "frame {due} was due when the call for {number} returned"
            );
        }
    }
    session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(done.lock().unwrap().len(), 12);
    // The last flush is that of complete_frames.
    let count = log.lock().unwrap().iter().filter(|event| **event == Event::Flushed).count();
    assert_eq!(count > 1, flushes);
}

#[test]
fn delay_is_limited() {
    for limit in [0, 1, 2, 5] {
        in_time(move || check_delay(Behaviour { delay: 10, ..Behaviour::default() }, limit, false));
    }
}

#[test]
fn delay_is_limited_for_an_encoder_that_looks_too_far_ahead() {
    let behaviour = Behaviour { delay: 10, ignores_delay_limit: true, ..Behaviour::default() };
    in_time(move || check_delay(behaviour, 2, true));
}

#[test]
fn no_limit_by_default() {
    let fixture = Fixture::new(Behaviour { delay: 10, ..Behaviour::default() });
    assert_eq!(fixture.session.property("MaxFrameDelayCount").unwrap(), Value::from(-1));
    for number in 0..8 {
        fixture.encode(number).unwrap();
    }
    assert!(fixture.outputs.recv_timeout(Duration::from_millis(200)).is_err(), "nothing has to come out yet");
}

#[test]
fn a_call_from_a_callback_does_not_wait() {
    // The callback gives more frames than may wait, with a limit of no delay at all: waiting for room or for the frame itself
    // would be waiting for the callback to return.
    let weak = Arc::new(Mutex::new(None::<vitascope_session::WeakCompressionSession>));
    let handle = Arc::clone(&weak);
    let (sender, receiver) = std::sync::mpsc::channel();
    let session = session(Behaviour::default(), move |output| {
        let number = output.reference.as_number().unwrap();
        if number == 0 {
            let session = handle.lock().unwrap().clone().unwrap().upgrade().unwrap();
            for number in 1..=10 {
                encode(&session, number).unwrap();
            }
        }
        sender.send(number).unwrap();
    });
    session.set_property("MaxFrameDelayCount", 0).unwrap();
    *weak.lock().unwrap() = Some(session.downgrade());
    let giver = session.clone();
    in_time(move || encode(&giver, 0).unwrap());
    for expected in 0..=10 {
        assert_eq!(receiver.recv_timeout(PATIENCE).unwrap(), expected);
    }
    session.encode_frame(&frame(b"420v"), at(11), Time::INVALID, &FrameOptions::new(), 11).unwrap();
}

/// Gives a frame with the time that goes by between frames, and says whether it was dropped.
fn give_by_the_clock(session: &CompressionSession, number: u64, options: &FrameOptions) -> bool {
    thread::sleep(Duration::from_millis(40));
    let flags = session.encode_frame(&frame(b"420v"), at(number), Time::INVALID, options, number).unwrap();
    flags.contains(EncodeInfoFlags::FRAME_DROPPED)
}

#[test]
fn frames_by_the_clock_are_dropped_when_the_encoder_is_behind() {
    let gate = Gate::default();
    let fixture = Fixture::new(Behaviour { gate: Some(gate.clone()), ..Behaviour::default() });
    fixture.session.set_property(key::REAL_TIME, true).unwrap();
    let plain = FrameOptions::new();
    let mut dropped: Vec<u64> = (0..5).filter(|&n| give_by_the_clock(&fixture.session, n, &plain)).collect();
    assert_eq!(dropped, [3, 4], "no call waits");
    let wish = FrameOptions::new().with_force_key_frame(true);
    assert!(give_by_the_clock(&fixture.session, 5, &wish));
    dropped.push(5);
    gate.open(20);
    fixture.session.complete_frames(Time::INVALID).unwrap();
    assert!(!give_by_the_clock(&fixture.session, 6, &plain));
    fixture.session.complete_frames(Time::INVALID).unwrap();
    for number in 0..7 {
        let output = fixture.next();
        assert_eq!(output.reference.as_number(), Some(number), "in the order in which they came");
        assert_eq!(output.flags.contains(EncodeInfoFlags::FRAME_DROPPED), dropped.contains(&number));
        assert_eq!(output.sample.unwrap().is_none(), dropped.contains(&number));
    }
    // The sync frame that a dropped frame asked for comes with the next one.
    let forced: Vec<bool> = fixture
        .events()
        .iter()
        .filter_map(|event| match event {
            Event::Submitted { force_key_frame, .. } => Some(*force_key_frame),
            _ => None,
        })
        .collect();
    assert_eq!(forced, [false, false, false, true]);
}

#[test]
fn a_caller_that_does_not_wait_for_the_clock_is_held_back() {
    let fixture = Fixture::new(Behaviour { work: Duration::from_millis(5), ..Behaviour::default() });
    fixture.session.set_property(key::REAL_TIME, true).unwrap();
    for number in 0..30 {
        // Ten seconds apart.
        let time = Time::new(10 * number, 1);
        let flags = fixture
            .session
            .encode_frame(&frame(b"420v"), time, Time::INVALID, &FrameOptions::new(), 0)
            .unwrap();
        assert!(!flags.contains(EncodeInfoFlags::FRAME_DROPPED));
    }
    fixture.session.complete_frames(Time::INVALID).unwrap();
    assert!(fixture.outputs.try_iter().all(|output| output.sample.unwrap().is_some()));
}
