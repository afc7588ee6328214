//! The passes' protocol, with an encoder that asks for what tests tell it to.

mod support;

use std::thread;
use std::time::Duration;

use support::passes::{at, give, give_all, pass_session, pass_session_and_log, pass_session_with, run_pass};
use support::{Behaviour, Gate};
use vitascope_core::{Time, TimeRange, Value};
use vitascope_session::{
    CompressionSession, Error, FrameSilo, MultiPassStorage, SOURCE_DECODE_TIME, key, status,
};

fn storage() -> std::sync::Arc<MultiPassStorage> {
    MultiPassStorage::new(None, TimeRange::INVALID, Default::default()).unwrap()
}

#[track_caller]
fn out_of_order<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    let error = outcome.unwrap_err();
    assert!(matches!(error, Error::PassOrder(_)), "{error}");
    assert_eq!(error.status(), status::PARAMETER);
}

fn range(start: i64, end: i64) -> TimeRange {
    TimeRange::from_time_to_time(at(start), at(end))
}

#[test]
fn passes_need_a_storage() {
    let (session, _) = pass_session(&storage());
    session.set_property(key::MULTI_PASS_STORAGE, Value::Null).unwrap();
    out_of_order(session.begin_pass(false));
    out_of_order(session.end_pass(true));
    out_of_order(session.time_ranges_for_next_pass());
    // Without it there is one pass, as ever.
    give_all(&session, 0..2);
    session.complete_frames(Time::INVALID).unwrap();
}

#[test]
fn the_storage_is_a_storage() {
    let (session, _) = pass_session(&storage());
    let error = session.set_property(key::MULTI_PASS_STORAGE, "a file").unwrap_err();
    assert_eq!(error.status(), status::PARAMETER);
    assert!(error.to_string().contains("a MultiPassStorage object"), "{error}");
    let storage = storage();
    session.set_property(key::MULTI_PASS_STORAGE, storage.to_value()).unwrap();
    assert_eq!(session.property(key::MULTI_PASS_STORAGE).unwrap(), storage.to_value());
    assert!(!session.serializable_properties().unwrap().contains_key(key::MULTI_PASS_STORAGE));
}

#[test]
fn calls_out_of_order_are_refused() {
    let (session, _) = pass_session(&storage());
    out_of_order(session.end_pass(true));
    out_of_order(session.time_ranges_for_next_pass());
    let frame = give(&session, 0);
    out_of_order(frame);
    session.begin_pass(false).unwrap();
    out_of_order(session.begin_pass(false));
    give_all(&session, 0..3);
    out_of_order(session.time_ranges_for_next_pass());
    let error = session.set_property(key::MULTI_PASS_STORAGE, Value::Null).unwrap_err();
    assert_eq!(error.status(), status::PROPERTY_READ_ONLY);
    assert!(session.end_pass(true).unwrap());
    out_of_order(session.end_pass(true));
    out_of_order(give(&session, 3));
    assert_eq!(*session.time_ranges_for_next_pass().unwrap(), [range(0, 3)]);
    session.begin_pass(false).unwrap();
    // They hold until the next end.
    assert_eq!(*session.time_ranges_for_next_pass().unwrap(), [range(0, 3)]);
}

#[test]
fn nobody_asks_after_a_final_pass_or_without_analysis() {
    for (is_final, analyse) in [(true, true), (false, false)] {
        let (session, _) = pass_session(&storage());
        session.begin_pass(is_final).unwrap();
        give_all(&session, 0..3);
        assert!(!session.end_pass(analyse).unwrap());
        out_of_order(session.time_ranges_for_next_pass());
        // One more is possible all the same.
        run_pass(&session, 0..3, false);
    }
}

#[test]
fn a_pass_without_frames_asks_for_nothing() {
    let storage = storage();
    let (session, _) = pass_session(&storage);
    session.begin_pass(false).unwrap();
    assert!(!session.end_pass(true).unwrap());
    assert_eq!(storage.passes().unwrap()[0].records, 0);
    session.begin_pass(false).unwrap();
    give_all(&session, 0..2);
    assert!(session.end_pass(true).unwrap());
}

#[test]
fn the_end_of_a_pass_brings_out_what_waits() {
    let behaviour = Behaviour { delay: 4, passes: vec![vec![]], ..Behaviour::default() };
    let (session, outputs) = pass_session_with(&storage(), behaviour);
    session.begin_pass(false).unwrap();
    give_all(&session, 0..6);
    assert!(!session.end_pass(true).unwrap());
    assert_eq!(outputs.try_iter().count(), 6);
}

#[test]
fn a_partial_pass_takes_frames_of_its_ranges_only() {
    let behaviour = Behaviour {
        reorders: true,
        passes: vec![vec![range(1, 4), range(6, 9)], vec![]],
        ..Behaviour::default()
    };
    let storage = storage();
    let (session, outputs) = pass_session_with(&storage, behaviour);
    let silo = FrameSilo::new(None, range(0, 10)).unwrap();
    session.begin_pass(false).unwrap();
    give_all(&session, 0..10);
    assert!(session.end_pass(true).unwrap());
    let first: Vec<_> = outputs.try_iter().map(|output| output.sample.unwrap().unwrap()).collect();
    first.iter().for_each(|sample| silo.add_sample_buffer(sample).unwrap());
    let ranges = session.time_ranges_for_next_pass().unwrap();
    assert_eq!(*ranges, [range(1, 4), range(6, 9)]);
    silo.set_time_ranges_for_next_pass(&ranges).unwrap();
    assert_eq!(silo.sample_count(), 4);
    session.begin_pass(false).unwrap();
    for time in [0, 4, 5, 9, 10] {
        assert_eq!(give(&session, time).unwrap_err().status(), status::PARAMETER);
    }
    give_all(&session, 1..4);
    give_all(&session, 6..9);
    assert!(!session.end_pass(true).unwrap());
    for output in outputs.try_iter() {
        let sample = output.sample.unwrap().unwrap();
        assert!(sample.decode_time() <= sample.presentation_time());
        silo.add_sample_buffer(&sample).unwrap();
    }
    let mut count = 0;
    silo.for_each_sample_buffer::<Error>(TimeRange::INVALID, |sample| {
        // As in the first pass, so that those of the second fit between those that stay.
        assert_eq!(sample.decode_time(), first[count].decode_time());
        assert_eq!(sample.attachment(SOURCE_DECODE_TIME).unwrap().0, Value::Time(at(count as i64)));
        count += 1;
        Ok(())
    })
    .unwrap();
    assert_eq!(count, 10);
    let passes = storage.passes().unwrap();
    assert_eq!((passes[1].records, passes[1].time_ranges.len(), passes[1].number), (6, 2, 2));
}

#[test]
fn each_pass_opens_an_encoder_of_its_own() {
    let storage = storage();
    let (session, _, log) = pass_session_and_log(&storage, Behaviour::default());
    session.prepare_to_encode_frames().unwrap();
    for _ in 0..2 {
        run_pass(&session, 0..3, false);
    }
    let log = log.lock().unwrap();
    let opened = log.iter().filter(|event| matches!(event, support::Event::Opened { .. })).count();
    assert_eq!(opened, 3);
}

#[test]
fn invalidation_cuts_the_end_of_a_pass_short() {
    let gate = Gate::default();
    let behaviour = Behaviour { slow_end: Some(gate.clone()), ..Behaviour::default() };
    let storage = storage();
    let (session, _) = pass_session_with(&storage, behaviour);
    session.begin_pass(false).unwrap();
    give_all(&session, 0..3);
    let ending: CompressionSession = session.clone();
    let end = thread::spawn(move || ending.end_pass(true));
    // The end has begun.
    gate.pass();
    thread::sleep(Duration::from_millis(20));
    session.invalidate();
    assert_eq!(end.join().unwrap().unwrap_err().status(), status::INVALID_SESSION);
    for outcome in [session.begin_pass(false), session.end_pass(true).map(drop)] {
        assert_eq!(outcome.unwrap_err().status(), status::INVALID_SESSION);
    }
    assert_eq!(session.time_ranges_for_next_pass().unwrap_err().status(), status::INVALID_SESSION);
    assert!(storage.passes().unwrap().is_empty(), "the pass does not count");
}

#[test]
fn the_end_of_a_pass_is_refused_in_a_callback() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let storage = storage();
    let weak = std::sync::Arc::new(std::sync::Mutex::new(None::<vitascope_session::WeakCompressionSession>));
    let inner = std::sync::Arc::clone(&weak);
    let session = support::session(Behaviour::default(), move |_| {
        let session = inner.lock().unwrap().as_ref().unwrap().upgrade().unwrap();
        sender.send(session.end_pass(true)).unwrap();
    });
    *weak.lock().unwrap() = Some(session.downgrade());
    session.set_property(key::MULTI_PASS_STORAGE, storage.to_value()).unwrap();
    session.begin_pass(false).unwrap();
    give_all(&session, 0..1);
    session.complete_frames(Time::INVALID).unwrap();
    assert!(matches!(receiver.recv().unwrap(), Err(Error::CompleteInsideCallback)));
    session.end_pass(true).unwrap();
}

#[test]
fn an_encoder_that_breaks_ends_the_pass() {
    let storage = storage();
    let (session, _) = pass_session_with(&storage, Behaviour { break_down: Some(1), ..Behaviour::default() });
    session.begin_pass(false).unwrap();
    for index in 0..3 {
        let _ = give(&session, index);
    }
    assert_eq!(session.end_pass(true).unwrap_err().status(), status::VIDEO_ENCODER_MALFUNCTION);
    assert!(storage.passes().unwrap().is_empty());
}
