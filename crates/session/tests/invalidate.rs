//! Stopping a session: in mid-flight, twice, by dropping it.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use support::{Behaviour, Event, Fixture, Gate, PATIENCE, encode, in_time, session};
use vitascope_core::{Dictionary, Time, Value};
use vitascope_session::{Error, status};

#[test]
fn every_call_fails_afterwards() {
    let fixture = Fixture::new(Behaviour::default());
    fixture.encode(0).unwrap();
    fixture.session.invalidate();
    fixture.session.invalidate();
    let session = &fixture.session;
    let errors: Vec<(&str, Option<Error>)> = vec![
        ("encode", fixture.encode(1).err()),
        ("complete", session.complete_frames(Time::INVALID).err()),
        ("prepare", session.prepare_to_encode_frames().err()),
        ("copy", session.property("EncoderID").err()),
        ("set", session.set_property("Quality", 0.5).err()),
        ("set many", session.set_properties(&Dictionary::new().with("Quality", 0.5)).err()),
        ("pool", session.pixel_buffer_pool().err()),
        ("supported", session.supported_properties().err()),
        ("serializable", session.serializable_properties().err()),
    ];
    for (name, error) in errors {
        assert_eq!(error.map(|error| error.status()), Some(status::INVALID_SESSION), "{name}");
    }
}

#[test]
fn pending_frames_are_discarded() {
    let fixture = Fixture::new(Behaviour { delay: 50, ..Behaviour::default() });
    let token = Arc::new(());
    for number in 0..10 {
        let reference = vitascope_session::SourceReference::Object(Arc::clone(&token) as _);
        let options = vitascope_session::FrameOptions::new();
        fixture
            .session
            .encode_frame(&support::frame(b"420v"), support::at(number), Time::INVALID, &options, reference)
            .unwrap();
    }
    let session = fixture.session.clone();
    in_time(move || session.invalidate());
    assert!(fixture.outputs.recv_timeout(PATIENCE).is_err(), "the handler is dropped without a call");
    assert_eq!(fixture.events().last(), Some(&Event::Closed));
    assert_eq!(Arc::strong_count(&token), 1, "references are dropped");
}

#[test]
fn it_is_prompt_when_much_is_queued() {
    // Each frame takes a while; what is queued must not be coded first.
    let fixture = Fixture::new(Behaviour { work: Duration::from_millis(100), ..Behaviour::default() });
    for number in 0..4 {
        fixture.encode(number).unwrap();
    }
    let start = Instant::now();
    fixture.session.invalidate();
    assert!(start.elapsed() < Duration::from_millis(250), "{:?}", start.elapsed());
}

#[test]
fn a_running_callback_is_waited_for() {
    let running = Arc::new(AtomicBool::new(false));
    let (entered, enters) = channel();
    let flag = Arc::clone(&running);
    let session = session(Behaviour::default(), move |_| {
        flag.store(true, Ordering::SeqCst);
        entered.send(()).unwrap();
        thread::sleep(Duration::from_millis(150));
        flag.store(false, Ordering::SeqCst);
    });
    encode(&session, 0).unwrap();
    encode(&session, 1).unwrap();
    enters.recv_timeout(PATIENCE).unwrap();
    session.invalidate();
    assert!(!running.load(Ordering::SeqCst));
    assert!(enters.try_recv().is_err(), "no callback came after it");
}

#[test]
fn a_callback_that_invalidated_is_waited_for_by_others() {
    let slot = Arc::new(std::sync::Mutex::new(None::<vitascope_session::WeakCompressionSession>));
    let running = Arc::new(AtomicBool::new(true));
    let (entered, enters) = channel();
    let (handle, flag) = (Arc::clone(&slot), Arc::clone(&running));
    let session = session(Behaviour::default(), move |_| {
        handle.lock().unwrap().clone().unwrap().upgrade().unwrap().invalidate();
        entered.send(()).unwrap();
        thread::sleep(Duration::from_millis(150));
        flag.store(false, Ordering::SeqCst);
    });
    *slot.lock().unwrap() = Some(session.downgrade());
    encode(&session, 0).unwrap();
    enters.recv_timeout(PATIENCE).unwrap();
    session.invalidate();
    assert!(!running.load(Ordering::SeqCst), "the session was stopped already, and still its callback ran");
}

#[test]
fn a_waiting_complete_returns() {
    let gate = Gate::default();
    let fixture = Fixture::new(Behaviour { gate: Some(gate.clone()), ..Behaviour::default() });
    fixture.encode(0).unwrap();
    let session = fixture.session.clone();
    let waiting = thread::spawn(move || session.complete_frames(Time::INVALID));
    thread::sleep(Duration::from_millis(50));
    let session = fixture.session.clone();
    let stopper = thread::spawn(move || session.invalidate());
    let error = in_time(move || waiting.join().unwrap()).unwrap_err();
    assert_eq!(error.status(), status::INVALID_SESSION);
    gate.open(1);
    stopper.join().unwrap();
}

#[test]
fn dropping_the_last_handle_invalidates() {
    let fixture = Fixture::new(Behaviour { delay: 5, ..Behaviour::default() });
    fixture.encode(0).unwrap();
    let Fixture { session, outputs, log } = fixture;
    let weak = session.downgrade();
    let other = weak.upgrade().unwrap();
    assert!(other.ptr_eq(&session));
    drop(session);
    assert_eq!(other.property("NumberOfPendingFrames").unwrap(), Value::from(1));
    drop(other);
    assert!(weak.upgrade().is_none());
    assert!(outputs.recv_timeout(PATIENCE).is_err());
    assert_eq!(log.lock().unwrap().last(), Some(&Event::Closed));
}

#[test]
fn a_session_that_never_encoded() {
    let dropped = Arc::new(());
    let token = Arc::clone(&dropped);
    let session = session(Behaviour::default(), move |_| drop(Arc::clone(&token)));
    session.invalidate();
    assert_eq!(Arc::strong_count(&dropped), 1, "the handler is dropped");
}

#[test]
fn no_callback_after_it_whatever_the_moment() {
    for round in 0..60 {
        let after = Arc::new(AtomicBool::new(false));
        let late = Arc::new(AtomicUsize::new(0));
        let (flag, count) = (Arc::clone(&after), Arc::clone(&late));
        let session = session(Behaviour { delay: round % 3, ..Behaviour::default() }, move |_| {
            count.fetch_add(usize::from(flag.load(Ordering::SeqCst)), Ordering::SeqCst);
        });
        let giver = session.clone();
        let giving =
            thread::spawn(move || (0..1000).take_while(|number| encode(&giver, *number).is_ok()).count());
        thread::sleep(Duration::from_micros(100 * round as u64));
        session.invalidate();
        after.store(true, Ordering::SeqCst);
        in_time(move || giving.join().unwrap());
        assert_eq!(late.load(Ordering::SeqCst), 0, "round {round}");
    }
}
