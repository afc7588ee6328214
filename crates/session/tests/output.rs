//! Callbacks: one for each frame, in decode order, with what belongs to it.

mod support;

use std::sync::Arc;

use support::{Behaviour, Fixture, MOCK, at, encode, frame, session};
use vitascope_core::{Time, Value};
use vitascope_session::{EncodeInfoFlags, FrameOptions, SourceReference, status};

#[test]
fn one_callback_for_each_frame_in_order() {
    for delay in [0, 1, 7, 100] {
        let fixture = Fixture::new(Behaviour { delay, ..Behaviour::default() });
        for number in 0..30 {
            assert_eq!(fixture.encode(number).unwrap(), EncodeInfoFlags::ASYNCHRONOUS);
        }
        fixture.session.complete_frames(Time::INVALID).unwrap();
        assert_eq!(fixture.numbers(), (0..30).collect::<Vec<_>>(), "delay {delay}");
    }
}

#[test]
fn samples() {
    let fixture = Fixture::new(Behaviour::default());
    let times = [Time::new(7, 90000), Time::new(3010, 90000), Time::new(1, 3)];
    for (number, time) in times.iter().enumerate() {
        let duration = if number == 1 { Time::INVALID } else { Time::new(3003, 90000) };
        let options = FrameOptions::new();
        fixture.session.encode_frame(&frame(b"420v"), *time, duration, &options, number as u64).unwrap();
    }
    fixture.session.complete_frames(Time::INVALID).unwrap();
    let outputs: Vec<_> = fixture.outputs.try_iter().collect();
    assert_eq!(outputs.len(), 3);
    let mut format = None;
    for (number, output) in outputs.into_iter().enumerate() {
        assert_eq!(output.status(), 0);
        assert_eq!(output.flags, EncodeInfoFlags::ASYNCHRONOUS);
        assert_eq!(output.presentation_time, times[number]);
        let sample = output.sample.unwrap().unwrap();
        let timing = sample.sample_timing(0).unwrap();
        // The caller's own numbers come back, not only equal times.
        assert_eq!(
            (timing.presentation_time.value, timing.presentation_time.timescale),
            (times[number].value, times[number].timescale)
        );
        assert_eq!(
            (timing.decode_time.value, timing.decode_time.timescale),
            (times[number].value, times[number].timescale)
        );
        assert_eq!(timing.duration.is_valid(), number != 1);
        let data = sample.data().unwrap();
        assert_eq!(data.as_slice().unwrap(), [&[0, 0, 0, 8][..], &(number as u64).to_be_bytes()].concat());
        assert_eq!((sample.sample_count(), sample.sample_size(0).unwrap()), (1, 12));
        assert!(sample.data_is_ready());
        let attachments = sample.sample_attachments(0).unwrap();
        let sync = number == 0;
        // Absent, not false: clients look at presence alone.
        assert_eq!(attachments.not_sync, (!sync).then_some(true));
        assert_eq!(attachments.depends_on_others, Some(!sync));
        assert_eq!(attachments.is_depended_on_by_others, Some(true));
        let description = sample.format().unwrap().clone();
        assert_eq!(description.media_sub_type(), MOCK);
        let same = format.get_or_insert_with(|| description.clone());
        assert!(
            vitascope_core::FormatDescription::ptr_eq(same, &description),
            "one description for all samples"
        );
    }
}

#[test]
fn references_come_back() {
    let fixture = Fixture::new(Behaviour::default());
    let object: Arc<String> = Arc::new("mine".to_string());
    let references = [
        SourceReference::None,
        SourceReference::Number(u64::MAX),
        SourceReference::Object(Arc::clone(&object) as Arc<dyn std::any::Any + Send + Sync>),
    ];
    for (number, reference) in references.into_iter().enumerate() {
        fixture
            .session
            .encode_frame(&frame(b"420v"), at(number as u64), Time::INVALID, &FrameOptions::new(), reference)
            .unwrap();
    }
    assert!(matches!(fixture.next().reference, SourceReference::None));
    assert_eq!(fixture.next().reference.as_number(), Some(u64::MAX));
    let output = fixture.next();
    assert!(std::ptr::eq(output.reference.as_object::<String>().unwrap(), &*object));
    drop(output);
    fixture.session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(Arc::strong_count(&object), 1, "the session keeps nothing");
}

#[test]
fn source_buffers_are_let_go() {
    let fixture = Fixture::new(Behaviour { delay: 5, ..Behaviour::default() });
    let dropped = Arc::new(());
    for number in 0..3 {
        let token = Arc::clone(&dropped);
        let bytes = vec![0u8; (support::WIDTH * support::HEIGHT * 3 / 2) as usize];
        let (width, height) = (support::WIDTH as usize, support::HEIGHT as usize);
        let buffer = vitascope_core::PixelBuffer::wrap_vec(
            width,
            height,
            vitascope_core::FourCc::new(*b"y420"),
            bytes,
        )
        .unwrap();
        let holder = vitascope_core::Object::new("Holder", token);
        buffer.set_attachment("holder", holder, vitascope_core::AttachmentMode::ShouldNotPropagate);
        fixture
            .session
            .encode_frame(&buffer, at(number), Time::INVALID, &FrameOptions::new(), number)
            .unwrap();
    }
    fixture.session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(Arc::strong_count(&dropped), 1);
}

#[test]
fn a_frame_that_the_encoder_drops() {
    let fixture = Fixture::new(Behaviour { drop: Some(1), ..Behaviour::default() });
    for number in 0..3 {
        fixture.encode(number).unwrap();
    }
    fixture.session.complete_frames(Time::INVALID).unwrap();
    let outputs: Vec<_> = fixture.outputs.try_iter().collect();
    let seen: Vec<_> = outputs
        .iter()
        .map(|output| {
            let dropped = output.flags.contains(EncodeInfoFlags::FRAME_DROPPED);
            (
                output.reference.as_number().unwrap(),
                output.sample.as_ref().unwrap().is_some(),
                dropped,
                output.status(),
            )
        })
        .collect();
    assert_eq!(seen, [(0, true, false, 0), (1, false, true, 0), (2, true, false, 0)]);
}

#[test]
fn decode_order_and_times_of_reordered_frames() {
    let fixture = Fixture::new(Behaviour { reorders: true, drop: Some(6), ..Behaviour::default() });
    for number in 0..9 {
        fixture.encode(number).unwrap();
    }
    fixture.session.complete_frames(Time::INVALID).unwrap();
    let outputs: Vec<_> = fixture.outputs.try_iter().collect();
    let order: Vec<_> = outputs.iter().map(|output| output.reference.as_number().unwrap()).collect();
    assert_eq!(order, [0, 2, 1, 4, 3, 6, 5, 8, 7]);
    let samples: Vec<_> = outputs.into_iter().filter_map(|output| output.sample.unwrap()).collect();
    let times: Vec<_> = samples.iter().map(|sample| sample.sample_timing(0).unwrap()).collect();
    assert!(times.iter().all(|timing| timing.decode_time <= timing.presentation_time));
    assert!(times.windows(2).all(|pair| pair[0].decode_time < pair[1].decode_time));
    assert!(times.iter().all(|timing| timing.decode_time.timescale == 600));
    // Shifted by one frame: the first decode time lies a frame before the first presentation time.
    assert_eq!(times[0].decode_time.value, -20);
    // The dropped frame leaves no gap that later decode times would lag behind by.
    assert_eq!(times.last().map(|timing| timing.decode_time.value), Some(140));
    let droppable: Vec<_> =
        samples.iter().map(|sample| sample.sample_attachments(0).unwrap().is_depended_on_by_others).collect();
    assert_eq!(droppable[..3], [Some(true), Some(true), Some(false)]);
    assert!(
        samples
            .iter()
            .any(|sample| sample.sample_attachments(0).unwrap().earlier_display_times_allowed == Some(true))
    );
}

#[test]
fn forced_key_frames_reach_the_encoder() {
    let fixture = Fixture::new(Behaviour::default());
    for number in 0..4 {
        let options = FrameOptions::new().with_force_key_frame(number == 2);
        fixture.session.encode_frame(&frame(b"420v"), at(number), Time::INVALID, &options, number).unwrap();
    }
    fixture.session.complete_frames(Time::INVALID).unwrap();
    let sync: Vec<bool> = fixture
        .outputs
        .try_iter()
        .map(|output| output.sample.unwrap().unwrap().sample_attachments(0).unwrap().not_sync.is_none())
        .collect();
    assert_eq!(sync, [true, false, true, false]);
}

#[test]
fn frame_properties_as_a_dictionary() {
    use vitascope_core::Dictionary;
    let read = |key: &str, value: Value| FrameOptions::try_from(&Dictionary::new().with(key, value));
    assert!(read("ForceKeyFrame", Value::from(true)).unwrap().force_key_frame);
    assert!(!read("ForceKeyFrame", Value::Null).unwrap().force_key_frame);
    assert_eq!(read("ForceKeyFrame", Value::from(1)).unwrap_err().status(), status::PARAMETER);
    assert!(read("ForceLTRRefresh", Value::from(true)).unwrap().force_ltr_refresh);
    assert_eq!(read("ForceLTRRefresh", Value::from("x")).unwrap_err().status(), status::PARAMETER);
    let tokens = Value::from(vec![Value::from(3), Value::from(1i64 << 40)]);
    assert_eq!(read("AcknowledgedLTRTokens", tokens).unwrap().acknowledged_ltr_tokens, [3, 1 << 40]);
    assert_eq!(read("AcknowledgedLTRTokens", Value::from(3)).unwrap_err().status(), status::PARAMETER);
    let mixed = Value::from(vec![Value::from(3), Value::from("x")]);
    assert_eq!(read("AcknowledgedLTRTokens", mixed).unwrap_err().status(), status::PARAMETER);
    assert_eq!(read("BaseFrameQP", Value::from(20)).unwrap().base_frame_qp, Some(20));
    assert_eq!(read("NoSuchOption", Value::from(20)).unwrap_err().status(), status::PROPERTY_NOT_SUPPORTED);
}

#[test]
fn two_sessions_at_once() {
    let fixtures =
        [Fixture::new(Behaviour { delay: 2, ..Behaviour::default() }), Fixture::new(Behaviour::default())];
    for number in 0..50 {
        for fixture in &fixtures {
            fixture.encode(number).unwrap();
        }
    }
    for fixture in &fixtures {
        fixture.session.complete_frames(Time::INVALID).unwrap();
        assert_eq!(fixture.numbers(), (0..50).collect::<Vec<_>>());
    }
}

#[test]
fn a_session_used_from_several_threads() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let session = session(Behaviour { delay: 3, ..Behaviour::default() }, move |output| {
        sender.send(output.reference.as_number().unwrap()).unwrap();
    });
    // Each thread has its own times, so most frames come too late and are refused; those accepted all come out, in order.
    let accepted: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4u64)
            .map(|thread| {
                let session = session.clone();
                scope.spawn(move || {
                    let mine = (0..50).map(|index| index * 4 + thread);
                    mine.filter(|number| encode(&session, *number).is_ok()).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    session.complete_frames(Time::INVALID).unwrap();
    let got: Vec<u64> = receiver.try_iter().collect();
    assert!(got.is_sorted());
    assert_eq!(got.len(), accepted.len());
    assert!(accepted.iter().all(|number| got.contains(number)));
}
