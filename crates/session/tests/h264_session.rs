//! The session's rules with the real encoder behind it.

mod clip;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clip::{
    HEIGHT, WIDTH, at, collect, encode, give, give_picture, picture, picture_of, session, session_of, with,
};
use vitascope_core::{ColorInfo, Dictionary, FourCc, PixelBuffer, Time, VideoDimensions};
use vitascope_session::{CompressionSession, FrameOptions, WeakCompressionSession, codec, key, status};

#[test]
fn samples_obey_the_contract_of_clients() {
    let stream = encode(&Dictionary::new(), 12);
    assert_eq!(stream.samples.len(), 12);
    let mut shown: Vec<i64> = Vec::new();
    for (number, sample) in stream.samples.iter().enumerate() {
        let timing = sample.sample_timing(0).unwrap();
        shown.push(timing.presentation_time.value);
        assert_eq!((timing.presentation_time.timescale, timing.decode_time.timescale), (30, 30));
        assert!(timing.decode_time <= timing.presentation_time);
        assert_eq!(timing.duration, Time::new(1, 30));
        let attachments = sample.sample_attachments(0).unwrap();
        assert_eq!(attachments.not_sync, (number > 0).then_some(true));
        assert_eq!(attachments.depends_on_others, Some(number > 0));
        assert!(attachments.is_depended_on_by_others.is_some());
        let data = sample.data().unwrap();
        assert!(data.is_range_contiguous(0, 0));
        let bytes = data.as_slice().unwrap();
        let units = vitascope_bits::length_prefixed::split(bytes, 4).unwrap().map(Result::unwrap);
        let types: Vec<u8> = units.map(|unit| unit[0] & 31).collect();
        let slices = types.iter().all(|kind| *kind == if number == 0 { 5 } else { 1 });
        assert!(slices, "no parameter sets inside: {types:?}");
    }
    assert!(stream.samples.windows(2).all(|pair| pair[0].decode_time() < pair[1].decode_time()));
    shown.sort();
    assert_eq!(shown, (0..12).collect::<Vec<_>>());
    let format = stream.format();
    assert_eq!(format.media_sub_type(), codec::H264);
    assert!(format.extension_atom("avcC").is_some());
    assert_eq!(vitascope_h264::format::parameter_set_count(&format).unwrap(), 2);
    assert_eq!(vitascope_h264::format::nal_length_size(&format).unwrap(), 4);
}

#[test]
fn sizes_of_all_kinds() {
    for (width, height) in [(2, 2), (16, 16), (17, 33), (175, 143), (2, 64)] {
        let (session, outputs) = session_of(width, height, &Dictionary::new());
        for number in 0..3 {
            give_picture(&session, &picture_of(width, height, number), number);
        }
        session.complete_frames(Time::INVALID).unwrap();
        let format = collect(&outputs).format();
        let even = |size: usize| size.next_multiple_of(2) as i32;
        assert_eq!(format.dimensions(), VideoDimensions { width: even(width), height: even(height) });
        let clean = format.clean_aperture(true);
        assert_eq!((clean.x, clean.y, clean.width, clean.height), (0.0, 0.0, width as f64, height as f64));
    }
}

#[test]
fn an_upright_picture_as_large_as_can_be() {
    let (session, outputs) = session_of(2304, 4096, &Dictionary::new());
    give_picture(&session, &PixelBuffer::new(2304, 4096, FourCc::new(*b"420v")).unwrap(), 0);
    session.complete_frames(Time::INVALID).unwrap();
    let format = collect(&outputs).format();
    assert_eq!(format.dimensions(), VideoDimensions { width: 2304, height: 4096 });
}

#[test]
fn sizes_that_the_encoder_refuses() {
    for (width, height) in [(1, 2), (4098, 16), (16, 4098), (2306, 4096), (16384, 16384)] {
        let error = CompressionSession::builder(width, height, codec::H264).build().unwrap_err();
        assert_eq!(error.status(), status::PARAMETER);
        assert!(error.to_string().contains("4096x2304"), "{error}");
    }
}

#[test]
fn forced_key_frames() {
    let (session, outputs) = session(&Dictionary::new());
    for number in 0..8 {
        let options = FrameOptions::new().with_force_key_frame(number == 3 || number == 6);
        session.encode_frame(&picture(number), at(number), Time::new(1, 30), &options, 0).unwrap();
    }
    session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(collect(&outputs).sync_frames(), [0, 3, 6]);
}

#[test]
fn streams_go_on_after_completing() {
    let (session, outputs) = session(&Dictionary::new());
    for round in 0..3 {
        for number in 0..4 {
            give(&session, round * 4 + number);
        }
        session.complete_frames(Time::INDEFINITE).unwrap();
    }
    let stream = collect(&outputs);
    assert_eq!((stream.samples.len(), stream.sync_frames()), (12, vec![0]));
}

#[test]
fn completing_up_to_a_time() {
    let (session, outputs) = session(&Dictionary::new());
    for number in 0..6 {
        give(&session, number);
        session.complete_frames(at(number)).unwrap();
        assert_eq!(outputs.try_iter().count(), 1, "frame by frame");
    }
}

#[test]
fn the_same_bytes_each_time_and_whatever_the_pace() {
    let settings = with(key::AVERAGE_BIT_RATE, 150_000);
    let first = encode(&settings, 30).fingerprint();
    assert_eq!(encode(&settings, 30).fingerprint(), first);
    let (session, outputs) = session(&settings);
    for number in 0..30 {
        give(&session, number);
        std::thread::sleep(Duration::from_millis(number as u64 % 4));
    }
    session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(collect(&outputs).fingerprint(), first);
}

#[test]
fn sources_in_other_formats_and_sizes() {
    let (session, outputs) = session(&Dictionary::new());
    for (number, (format, width, height)) in [
        (b"BGRA", WIDTH, HEIGHT),
        (b"420v", WIDTH * 2, HEIGHT * 2),
        (b"2vuy", 50, 50),
        (b"y420", WIDTH, HEIGHT),
    ]
    .into_iter()
    .enumerate()
    {
        let buffer = PixelBuffer::new(width, height, FourCc::new(*format)).unwrap();
        give_picture(&session, &buffer, number);
    }
    session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(collect(&outputs).samples.len(), 4);
}

#[test]
fn equal_pictures_in_the_encoders_formats_make_equal_streams() {
    let planar = |number: usize| {
        let source = picture(number);
        let target = PixelBuffer::new(WIDTH, HEIGHT, FourCc::new(*b"y420")).unwrap();
        vitascope_convert::convert(&source, &target, &Default::default()).unwrap();
        target.remove_all_attachments();
        target
    };
    let (session, outputs) = session(&Dictionary::new());
    for number in 0..4 {
        give_picture(&session, &planar(number), number);
    }
    session.complete_frames(Time::INVALID).unwrap();
    assert_eq!(collect(&outputs).fingerprint(), encode(&Dictionary::new(), 4).fingerprint());
}

#[test]
fn colours_of_the_first_frame_mark_the_stream() {
    let (session, outputs) = session(&Dictionary::new());
    let first = picture(0);
    let color = ColorInfo::from_code_points(9, 16, 9);
    color.write_to(&first);
    give_picture(&session, &first, 0);
    session.complete_frames(Time::INVALID).unwrap();
    let stream = collect(&outputs);
    assert_eq!(ColorInfo::from_dictionary(stream.format().extensions()), color);
    let coded = stream.sps().vui.unwrap().video_signal_type.unwrap().colour_description.unwrap();
    assert_eq!(
        (coded.colour_primaries, coded.transfer_characteristics, coded.matrix_coefficients),
        (9, 16, 9)
    );
}

#[test]
fn two_sessions_at_once_do_not_meet() {
    let alone = encode(&with(key::QUALITY, 0.3), 10).fingerprint();
    let (one, one_outputs) = session(&with(key::QUALITY, 0.3));
    let (two, two_outputs) = session(&with(key::QUALITY, 0.8));
    for number in 0..10 {
        give(&one, number);
        give(&two, 10 - number + 20 * number);
    }
    one.complete_frames(Time::INVALID).unwrap();
    two.complete_frames(Time::INVALID).unwrap();
    assert_eq!(collect(&one_outputs).fingerprint(), alone);
    assert_eq!(collect(&two_outputs).samples.len(), 10);
}

#[test]
fn invalidating_in_mid_flight() {
    let (session, outputs) = session_of(640, 360, &Dictionary::new());
    for number in 0..30 {
        give_picture(&session, &picture_of(640, 360, number), number);
    }
    let start = Instant::now();
    session.invalidate();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let came = outputs.try_iter().count();
    assert!(came < 30);
    assert!(outputs.recv_timeout(Duration::from_millis(100)).is_err());
    assert_eq!(session.complete_frames(Time::INVALID).unwrap_err().status(), status::INVALID_SESSION);
}

#[test]
fn encoding_from_inside_callbacks() {
    let weak = Arc::new(Mutex::new(None::<WeakCompressionSession>));
    let count = Arc::new(AtomicUsize::new(0));
    let (handle, counter) = (Arc::clone(&weak), Arc::clone(&count));
    let session = CompressionSession::builder(WIDTH as i32, HEIGHT as i32, codec::H264)
        .output_handler(move |output| {
            let number = output.reference.as_number().unwrap() as usize;
            counter.fetch_add(1, Ordering::SeqCst);
            if number < 9 {
                let session = handle.lock().unwrap().clone().unwrap().upgrade().unwrap();
                session.set_property(key::QUALITY, number as f64 / 10.0).unwrap();
                give(&session, number + 1);
            }
        })
        .build()
        .unwrap();
    *weak.lock().unwrap() = Some(session.downgrade());
    session.set_property(key::REAL_TIME, true).unwrap();
    give(&session, 0);
    let start = Instant::now();
    while count.load(Ordering::SeqCst) < 10 {
        assert!(start.elapsed() < Duration::from_secs(20), "{count:?} callbacks came");
        std::thread::sleep(Duration::from_millis(5));
    }
    session.complete_frames(Time::INVALID).unwrap();
}

#[test]
fn a_single_frame() {
    assert_eq!(encode(&Dictionary::new(), 1).sync_frames(), [0]);
    assert_eq!(encode(&Dictionary::new(), 2).samples.len(), 2);
}
