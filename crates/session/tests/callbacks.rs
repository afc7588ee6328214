//! What callbacks may do: call back into the session, take long, panic.

mod support;

use std::panic;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

use support::{Behaviour, Event, PATIENCE, QUALITY, encode, in_time, session};
use vitascope_core::{Time, Value};
use vitascope_session::{CompressionSession, EncodeOutput, WeakCompressionSession, status};

/// A session whose handler gets the session.
fn with_session(
    behaviour: Behaviour,
    mut handler: impl FnMut(&CompressionSession, EncodeOutput) + Send + 'static,
) -> CompressionSession {
    let weak = Arc::new(Mutex::new(None::<WeakCompressionSession>));
    let handle = Arc::clone(&weak);
    let session = session(behaviour, move |output| {
        let session = handle.lock().unwrap().clone().unwrap().upgrade().unwrap();
        handler(&session, output);
    });
    *weak.lock().unwrap() = Some(session.downgrade());
    session
}

#[test]
fn properties_inside_a_callback() {
    let (sender, receiver) = channel();
    let session = with_session(Behaviour::default(), move |session, _| {
        session.set_property(QUALITY, 0.75).unwrap();
        let pending = session.property("NumberOfPendingFrames").unwrap();
        sender.send((pending, session.property(QUALITY).unwrap())).unwrap();
    });
    encode(&session, 0).unwrap();
    let (pending, quality) = receiver.recv_timeout(PATIENCE).unwrap();
    assert_eq!(pending, Value::from(0), "the frame that is being called back is not pending");
    assert_eq!(quality, Value::from(0.75));
}

#[test]
fn completing_inside_a_callback_is_refused() {
    let (sender, receiver) = channel();
    let session = with_session(Behaviour::default(), move |session, _| {
        sender.send(session.complete_frames(Time::INVALID).unwrap_err().status()).unwrap();
    });
    encode(&session, 0).unwrap();
    assert_eq!(receiver.recv_timeout(PATIENCE).unwrap(), status::PARAMETER);
    in_time(move || session.complete_frames(Time::INVALID).unwrap());
}

#[test]
fn completing_another_session_inside_a_callback() {
    let (sender, receiver) = channel();
    let other = session(Behaviour { delay: 5, ..Behaviour::default() }, move |output| {
        sender.send(output.reference.as_number()).unwrap()
    });
    let inner = other.clone();
    let first = with_session(Behaviour::default(), move |_, _| {
        encode(&inner, 7).unwrap();
        inner.complete_frames(Time::INVALID).unwrap();
    });
    encode(&first, 0).unwrap();
    in_time(move || first.complete_frames(Time::INVALID).unwrap());
    assert_eq!(receiver.try_recv().unwrap(), Some(7));
}

#[test]
fn invalidating_inside_a_callback() {
    let (sender, receiver) = channel();
    let session = with_session(Behaviour { delay: 2, ..Behaviour::default() }, move |session, output| {
        session.invalidate();
        sender.send(output.reference.as_number()).unwrap();
    });
    for number in 0..3 {
        encode(&session, number).unwrap();
    }
    assert_eq!(receiver.recv_timeout(PATIENCE).unwrap(), Some(0));
    let error = in_time(move || session.complete_frames(Time::INVALID)).unwrap_err();
    assert_eq!(error.status(), status::INVALID_SESSION);
    assert!(receiver.recv_timeout(PATIENCE).is_err(), "the handler is gone, without another call");
}

#[test]
fn dropping_the_last_handle_inside_a_callback() {
    let slot = Arc::new(Mutex::new(None::<CompressionSession>));
    let handle = Arc::clone(&slot);
    let (sender, receiver) = channel();
    let session = session(Behaviour::default(), move |_| {
        drop(handle.lock().unwrap().take());
        sender.send(()).unwrap();
    });
    *slot.lock().unwrap() = Some(session.clone());
    encode(&session, 0).unwrap();
    drop(session);
    receiver.recv_timeout(PATIENCE).unwrap();
    assert!(receiver.recv_timeout(PATIENCE).is_err(), "the handler is dropped with the session");
}

/// Runs `work` without the panic messages of threads that are meant to panic.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(|_| {}));
    let result = work();
    panic::set_hook(hook);
    result
}

#[test]
fn a_callback_that_panics() {
    let (sender, receiver) = channel();
    let session = session(Behaviour { delay: 4, ..Behaviour::default() }, move |output| {
        let number = output.reference.as_number().unwrap();
        sender.send(number).unwrap();
        if number == 1 {
            panic!("no room for frame {number}");
        }
    });
    for number in 0..4 {
        encode(&session, number).unwrap();
    }
    let error = quietly(|| session.complete_frames(Time::INVALID)).unwrap_err();
    assert_eq!(error.status(), status::SESSION_MALFUNCTION);
    assert!(error.to_string().contains("no room for frame 1"), "{error}");
    assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3], "the other callbacks came");
    assert_eq!(encode(&session, 4).unwrap_err().status(), status::SESSION_MALFUNCTION);
    assert_eq!(session.property("NumberOfPendingFrames").unwrap(), Value::from(0));
    in_time(move || session.invalidate());
}

#[test]
fn a_handler_of_one_frame_that_panics() {
    let (registry, log) = support::registry(Behaviour::default());
    let session = CompressionSession::builder(support::WIDTH, support::HEIGHT, support::MOCK)
        .registry(registry)
        .build()
        .unwrap();
    let options = vitascope_session::FrameOptions::new();
    let error = quietly(|| {
        session
            .encode_frame_with_handler(
                &support::frame(b"420v"),
                support::at(0),
                Time::INVALID,
                &options,
                |_| panic::panic_any(5),
            )
            .unwrap();
        session.complete_frames(Time::INVALID).unwrap_err()
    });
    assert_eq!(error.status(), status::SESSION_MALFUNCTION);
    drop(session);
    assert_eq!(log.lock().unwrap().last(), Some(&Event::Closed));
}
