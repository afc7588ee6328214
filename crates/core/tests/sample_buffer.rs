//! Sample buffers: timing, sizes, attachments, readiness, copies, output times.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use vitascope_core::AttachmentMode::{ShouldNotPropagate, ShouldPropagate};
use vitascope_core::{
    BlockBuffer, Dictionary, Error, FormatDescription, FourCc, PixelBuffer, SampleAttachments, SampleBuffer,
    SampleTiming, Time, Value, format, sample_attachment, sample_buffer_attachment,
};

fn timing(presentation: i64, decode: i64, duration: i64) -> SampleTiming {
    SampleTiming {
        duration: Time::new(duration, 30),
        presentation_time: Time::new(presentation, 30),
        decode_time: Time::new(decode, 30),
    }
}

fn avc1() -> FormatDescription {
    FormatDescription::video(FourCc::new(*b"avc1"), 64, 48, Dictionary::new()).unwrap()
}

fn samples(count: usize, timings: Vec<SampleTiming>, sizes: Vec<usize>) -> Result<SampleBuffer, Error> {
    let data = BlockBuffer::from_vec((0..20).collect());
    SampleBuffer::new(Some(data), Some(avc1()), count, timings, sizes)
}

#[test]
fn one_sample_of_data() {
    let sample =
        SampleBuffer::from_data(BlockBuffer::from_vec(vec![1, 2, 3]), Some(avc1()), timing(7, 5, 1)).unwrap();
    assert_eq!((sample.sample_count(), sample.total_sample_size(), sample.sample_size(0)), (1, 3, Ok(3)));
    assert_eq!(sample.format(), Some(&avc1()));
    assert_eq!(*sample.data().unwrap().contiguous(), [1, 2, 3]);
    assert!(sample.image().is_none() && sample.data_is_ready() && sample.is_valid());
    assert_eq!(sample.sample_timing(0), Ok(timing(7, 5, 1)));
    assert!(SampleBuffer::ptr_eq(&sample, &sample.clone()));
}

/// Timescales and raw values reach the output untouched, whatever they are.
#[test]
fn timescales_survive() {
    for timescale in [1, 25, 30000, 90000, 1_000_000_000, i32::MAX] {
        let time = |value| Time::new(value, timescale);
        let entry =
            SampleTiming { duration: time(3003), presentation_time: time(6006), decode_time: time(3003) };
        let sample = SampleBuffer::from_data(BlockBuffer::new(), None, entry).unwrap();
        let members = |time: Time| (time.value, time.timescale, time.flags.0, time.epoch);
        for (output, value) in [
            (sample.presentation_time(), 6006),
            (sample.decode_time(), 3003),
            (sample.duration(), 3003),
            (sample.output_presentation_time(), 6006),
            (sample.output_decode_time(), 3003),
            (sample.output_duration(), 3003),
            (sample.output_sample_timing(0).unwrap().decode_time, 3003),
        ] {
            assert_eq!(members(output), (value, timescale, 1, 0));
        }
    }
}

#[test]
fn an_entry_serves_all_samples() {
    let buffer = samples(4, vec![timing(10, 8, 2)], vec![5]).unwrap();
    for index in 0..4 {
        let offset = 2 * index as i64;
        assert_eq!(buffer.sample_timing(index), Ok(timing(10 + offset, 8 + offset, 2)));
        assert_eq!(buffer.sample_size(index), Ok(5));
    }
    assert_eq!(buffer.total_sample_size(), 20);
    assert_eq!(buffer.duration(), Time::new(8, 30));
    assert_eq!((buffer.presentation_time(), buffer.decode_time()), (Time::new(10, 30), Time::new(8, 30)));
    let without_decode = SampleTiming { decode_time: Time::INVALID, ..timing(10, 0, 2) };
    let buffer = samples(4, vec![without_decode], vec![5]).unwrap();
    assert!(!buffer.sample_timing(3).unwrap().decode_time.is_valid());
    assert_eq!(buffer.sample_timing(4), Err(Error::SampleIndexOutOfRange { index: 4, count: 4 }));
    assert_eq!(buffer.sample_size(4).unwrap_err().status(), -12734);
}

#[test]
fn entries_of_their_own() {
    let timings = vec![timing(4, 0, 1), timing(2, 1, 1), timing(3, 2, 1)];
    let buffer = samples(3, timings.clone(), vec![4, 5, 6]).unwrap();
    assert_eq!(buffer.timings(), timings);
    assert_eq!(buffer.sizes(), [4, 5, 6]);
    assert_eq!(buffer.sample_timing(1), Ok(timing(2, 1, 1)));
    assert_eq!((buffer.sample_size(2), buffer.total_sample_size()), (Ok(6), 15));
    // Out of order: from the first presentation to the last end.
    assert_eq!(buffer.presentation_time(), Time::new(2, 30));
    assert_eq!(buffer.decode_time(), Time::new(0, 30));
    assert_eq!(buffer.duration(), Time::new(3, 30));
    // In order: the sum of the durations, gaps do not count.
    let buffer = samples(2, vec![timing(0, 0, 1), timing(5, 5, 2)], vec![]).unwrap();
    assert_eq!(buffer.duration(), Time::new(3, 30));
}

#[test]
fn missing_entries_are_told() {
    let buffer = samples(2, vec![], vec![]).unwrap();
    assert_eq!(buffer.sample_timing(0), Err(Error::NoSampleTiming));
    assert_eq!(buffer.sample_size(0), Err(Error::NoSampleSizes));
    assert_eq!(buffer.total_sample_size(), 20, "then it is the data");
    assert!(!buffer.presentation_time().is_valid());
    assert!(!buffer.decode_time().is_valid());
    assert!(!buffer.duration().is_valid());
}

#[test]
fn counts_must_fit() {
    let entry = timing(0, 0, 1);
    assert_eq!(samples(3, vec![entry; 2], vec![]).unwrap_err().status(), -12738);
    assert_eq!(samples(3, vec![], vec![1; 4]).unwrap_err().status(), -12738);
    assert_eq!(samples(0, vec![entry], vec![]).unwrap_err().status(), -12738);
    assert_eq!(samples(usize::MAX, vec![], vec![]).unwrap_err().status(), -6661);
    assert_eq!(samples(1, vec![entry], vec![21]).unwrap_err().status(), -12739);
    assert_eq!(samples(3, vec![entry], vec![usize::MAX]).unwrap_err().status(), -12739);
    assert_eq!(samples(2, vec![entry], vec![usize::MAX, 2]).unwrap_err().status(), -12739);
    let backwards = samples(1, vec![timing(0, 0, -1)], vec![]).unwrap_err();
    assert_eq!(backwards.status(), -12740);
    let marker = SampleBuffer::new(None, None, 0, vec![], vec![]).unwrap();
    assert_eq!((marker.sample_count(), marker.is_sync()), (0, false));
    assert!(marker.sample_attachments(0).is_err());
}

#[test]
fn images_bring_their_format() {
    let image = PixelBuffer::new(64, 48, format::BGRA32).unwrap();
    let sample = SampleBuffer::from_image(image.clone(), None, timing(1, 1, 1)).unwrap();
    assert!(PixelBuffer::ptr_eq(&sample.image().unwrap(), &image));
    assert!(sample.data().is_none());
    let format = sample.format().unwrap().clone();
    assert!(format.matches_pixel_buffer(&image));
    let again = SampleBuffer::from_image(image.clone(), Some(format.clone()), timing(2, 2, 1)).unwrap();
    assert!(FormatDescription::ptr_eq(again.format().unwrap(), &format));
    let wrong = SampleBuffer::from_image(image, Some(avc1()), timing(2, 2, 1)).unwrap_err();
    assert_eq!(wrong.status(), -12743);
    assert_eq!(again.set_data(BlockBuffer::new()), Err(Error::AlreadyHasData));
}

/// All ways of clients to recognise a key frame agree on what an encoder attaches.
#[test]
fn frames_are_marked_for_every_reader() {
    // sync, intra, reference, followed by earlier ones
    for (sync, intra, reference, earlier) in [
        (true, true, true, false),
        (true, true, true, true),
        (false, false, true, true),
        (false, false, false, false),
        (false, true, true, false),
    ] {
        let attachments = SampleAttachments::for_frame(sync, intra, reference, earlier);
        assert_eq!(attachments.is_sync(), sync);
        let dictionary = attachments.to_dictionary();
        let get = |key| dictionary.get(key).and_then(Value::as_bool);
        assert_eq!(get(sample_attachment::NOT_SYNC), (!sync).then_some(true), "absent on sync frames");
        assert_eq!(get(sample_attachment::DEPENDS_ON_OTHERS), Some(!intra));
        assert_eq!(get(sample_attachment::IS_DEPENDED_ON_BY_OTHERS), Some(reference));
        assert_eq!(get(sample_attachment::EARLIER_DISPLAY_TIMES_ALLOWED), earlier.then_some(true));
        assert_eq!(get(sample_attachment::PARTIAL_SYNC), None);
        assert_eq!(SampleAttachments::from_dictionary(&dictionary), attachments);
    }
}

#[test]
fn every_sample_attachment_has_its_key() {
    let keys = [
        sample_attachment::NOT_SYNC,
        sample_attachment::PARTIAL_SYNC,
        sample_attachment::HAS_REDUNDANT_CODING,
        sample_attachment::IS_DEPENDED_ON_BY_OTHERS,
        sample_attachment::DEPENDS_ON_OTHERS,
        sample_attachment::EARLIER_DISPLAY_TIMES_ALLOWED,
        sample_attachment::DISPLAY_IMMEDIATELY,
        sample_attachment::DO_NOT_DISPLAY,
    ];
    let strings = [
        "NotSync",
        "PartialSync",
        "HasRedundantCoding",
        "IsDependedOnByOthers",
        "DependsOnOthers",
        "EarlierDisplayTimesAllowed",
        "DisplayImmediately",
        "DoNotDisplay",
    ];
    assert_eq!(keys, strings);
    for key in keys {
        let alone = SampleAttachments::from_dictionary(&Dictionary::new().with(key, true));
        assert!(alone.other.is_empty(), "{key} is a field");
        assert_eq!(alone.to_dictionary(), Dictionary::new().with(key, true));
        let odd = SampleAttachments::from_dictionary(&Dictionary::new().with(key, 1));
        assert_eq!(odd.other, Dictionary::new().with(key, 1), "only booleans are taken");
    }
    // A false NotSync would be taken for true by readers that look whether it is there.
    let loud = SampleAttachments::from_dictionary(&Dictionary::new().with("NotSync", false).with("own", 5));
    assert!(loud.is_sync());
    assert_eq!(loud.to_dictionary(), Dictionary::new().with("own", 5));
}

#[test]
fn encoders_attachments_are_read_by_name() {
    let mut attachments = SampleAttachments::default();
    assert_eq!((attachments.ltr_acknowledgement_token(), attachments.mean_squared_errors()), (None, None));
    attachments.other.insert(sample_attachment::REQUIRE_LTR_ACKNOWLEDGEMENT_TOKEN, 7);
    let errors = sample_attachment::QUALITY_METRIC_KEYS.into_iter().zip([1.5, 2.0, 3.0]);
    attachments.other.insert(sample_attachment::QUALITY_METRICS, errors.collect::<Dictionary>());
    let read = SampleAttachments::from_dictionary(&attachments.to_dictionary());
    assert_eq!(read.ltr_acknowledgement_token(), Some(7));
    assert_eq!(read.mean_squared_errors(), Some([1.5, 2.0, 3.0]));
}

#[test]
fn each_sample_has_attachments_of_its_own() {
    let buffer = samples(2, vec![timing(0, 0, 1)], vec![5, 5]).unwrap();
    assert_eq!(buffer.sample_attachments(1), Ok(SampleAttachments::default()));
    assert!(buffer.is_sync(), "nothing said is sync");
    buffer.set_sample_attachments(1, SampleAttachments::for_frame(false, false, false, false)).unwrap();
    assert!(buffer.is_sync());
    buffer.set_sample_attachments(0, SampleAttachments::for_frame(false, false, true, false)).unwrap();
    assert!(!buffer.is_sync());
    assert_eq!(buffer.sample_attachments(1).unwrap().is_depended_on_by_others, Some(false));
    assert!(buffer.set_sample_attachments(2, SampleAttachments::default()).is_err());
}

#[test]
fn data_can_come_later() {
    let calls = Arc::new(AtomicUsize::new(0));
    let callback = {
        let calls = Arc::clone(&calls);
        Box::new(move |buffer: &SampleBuffer| {
            calls.fetch_add(1, Ordering::Relaxed);
            assert!(!buffer.data_is_ready());
            assert_eq!(buffer.make_data_ready(), Err(Error::BufferNotReady), "not from inside");
            buffer.set_data(BlockBuffer::from_vec(vec![1, 2]))
        })
    };
    let buffer =
        SampleBuffer::with_make_data_ready(Some(callback), Some(avc1()), 1, vec![timing(0, 0, 1)], vec![2])
            .unwrap();
    assert!(!buffer.data_is_ready() && buffer.data().is_none());
    assert_eq!((buffer.sample_size(0), buffer.presentation_time()), (Ok(2), Time::ZERO));
    buffer.make_data_ready().unwrap();
    buffer.make_data_ready().unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    assert!(buffer.data_is_ready());
    assert_eq!(*buffer.data().unwrap().contiguous(), [1, 2]);
    assert_eq!(buffer.set_data(BlockBuffer::new()).unwrap_err().status(), -12739, "too short for the size");
    assert_eq!(buffer.set_data(BlockBuffer::from_vec(vec![3, 4])), Err(Error::AlreadyHasData));
}

#[test]
fn data_may_be_pushed_or_fail() {
    let waiting = || SampleBuffer::with_make_data_ready(None, None, 1, vec![], vec![]).unwrap();
    let buffer = waiting();
    assert_eq!(buffer.make_data_ready().unwrap_err().status(), -12733);
    buffer.set_data(BlockBuffer::from_vec(vec![1])).unwrap();
    assert!(!buffer.data_is_ready(), "until it is said");
    buffer.set_data_ready().unwrap();
    assert_eq!(buffer.make_data_ready(), Ok(()));
    let buffer = waiting();
    buffer.set_data_failed(-42).unwrap();
    assert_eq!((buffer.data_is_ready(), buffer.data_failure()), (false, Some(-42)));
    assert_eq!(buffer.make_data_ready(), Err(Error::DataFailed { status: -42 }));
    // A callback that fails is not asked again.
    let failing = Box::new(|_: &SampleBuffer| Err(Error::AllocationFailed { bytes: 9 }));
    let buffer = SampleBuffer::with_make_data_ready(Some(failing), None, 1, vec![], vec![]).unwrap();
    assert_eq!(buffer.make_data_ready(), Err(Error::AllocationFailed { bytes: 9 }));
    assert_eq!(buffer.make_data_ready(), Err(Error::DataFailed { status: -6662 }));
    // One that reports the failure itself does not become ready.
    let quiet = Box::new(|buffer: &SampleBuffer| buffer.set_data_failed(-7));
    let buffer = SampleBuffer::with_make_data_ready(Some(quiet), None, 1, vec![], vec![]).unwrap();
    assert_eq!(buffer.make_data_ready(), Err(Error::DataFailed { status: -7 }));
}

#[test]
fn invalidation_calls_once_and_lets_go() {
    let buffer = SampleBuffer::from_data(BlockBuffer::from_vec(vec![1]), None, timing(0, 0, 1)).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    buffer
        .set_invalidate_handler(Box::new({
            let seen = Arc::clone(&seen);
            move |buffer| seen.lock().unwrap().push((buffer.is_valid(), buffer.data().is_some()))
        }))
        .unwrap();
    buffer.invalidate();
    buffer.invalidate();
    assert_eq!(*seen.lock().unwrap(), [(false, true)]);
    assert!(!buffer.is_valid() && buffer.data().is_none());
    assert_eq!(buffer.make_data_ready().unwrap_err().status(), -12744);
    assert_eq!(buffer.set_data(BlockBuffer::from_vec(vec![1])).unwrap_err().status(), -12744);
    assert!(buffer.set_data_ready().is_err() && buffer.set_invalidate_handler(Box::new(|_| ())).is_err());
}

#[test]
fn copies_share_data_and_take_new_timing() {
    let original = samples(2, vec![timing(0, 0, 1)], vec![10]).unwrap();
    original.set_sample_attachments(1, SampleAttachments::for_frame(false, false, true, false)).unwrap();
    original.set_attachment("kept", 1, ShouldNotPropagate);
    let copy = original.copy_with_new_timing(vec![timing(100, 90, 3)]).unwrap();
    assert_eq!(copy.sample_timing(1), Ok(timing(103, 93, 3)));
    assert_eq!(original.sample_timing(1), Ok(timing(1, 1, 1)));
    let address = |buffer: &SampleBuffer| buffer.data().unwrap().as_slice().unwrap().as_ptr();
    assert_eq!(address(&copy), address(&original));
    assert_eq!(copy.sample_attachments(1), original.sample_attachments(1));
    assert_eq!(copy.attachment("kept"), Some((Value::from(1), ShouldNotPropagate)));
    copy.set_attachment("kept", 2, ShouldPropagate);
    assert_eq!(original.attachment("kept"), Some((Value::from(1), ShouldNotPropagate)));
    assert!(FormatDescription::ptr_eq(copy.format().unwrap(), original.format().unwrap()));
    assert_eq!(original.copy_with_new_timing(vec![timing(0, 0, 1); 3]).unwrap_err().status(), -12738);
    let waiting = SampleBuffer::with_make_data_ready(None, None, 1, vec![], vec![]).unwrap();
    assert!(waiting.copy_with_new_timing(vec![]).is_err());
}

#[test]
fn ranges_are_cut_out() {
    let buffer = samples(3, vec![timing(10, 10, 2)], vec![4, 5, 6]).unwrap();
    buffer.set_sample_attachments(2, SampleAttachments::for_frame(false, false, false, false)).unwrap();
    let part = buffer.copy_range(1, 2).unwrap();
    assert_eq!((part.sample_count(), part.sizes()), (2, &[5, 6][..]));
    assert_eq!(*part.data().unwrap().contiguous(), (4..15).collect::<Vec<u8>>());
    assert_eq!(part.sample_timing(0), Ok(timing(12, 12, 2)));
    assert_eq!(part.sample_attachments(1), buffer.sample_attachments(2));
    assert_eq!(buffer.copy_range(3, 0).unwrap().sample_count(), 0);
    for (first, count) in [(3, 1), (0, 4), (usize::MAX, 2)] {
        assert_eq!(buffer.copy_range(first, count).unwrap_err().status(), -12734);
    }
    let unsized_samples = samples(2, vec![timing(0, 0, 1)], vec![]).unwrap();
    assert_eq!(unsized_samples.copy_range(0, 1).unwrap_err().status(), -12739);
    let image = PixelBuffer::new(4, 4, format::BGRA32).unwrap();
    let image = SampleBuffer::from_image(image, None, timing(0, 0, 1)).unwrap();
    assert!(image.copy_range(0, 1).is_ok());
    assert_eq!(image.copy_range(0, 0).unwrap_err().status(), -12739);
}

#[test]
fn trims_move_the_output() {
    let buffer = samples(4, vec![timing(30, 27, 3)], vec![5]).unwrap();
    assert_eq!(buffer.output_duration(), Time::new(12, 30));
    let trim = |key, value: Value| buffer.set_attachment(key, value, ShouldPropagate);
    // A time or its dictionary form.
    trim(sample_buffer_attachment::TRIM_DURATION_AT_START, Time::new(2, 30).into());
    trim(sample_buffer_attachment::TRIM_DURATION_AT_END, Time::new(1, 30).to_dictionary().into());
    assert_eq!(buffer.output_presentation_time(), Time::new(32, 30));
    assert_eq!(buffer.output_duration(), Time::new(9, 30));
    assert_eq!(buffer.output_decode_time(), Time::new(29, 30));
    let second = buffer.output_sample_timing(1).unwrap();
    assert_eq!((second.presentation_time, second.duration), (Time::new(35, 30), Time::new(3, 30)));
    trim(sample_buffer_attachment::SPEED_MULTIPLIER, 2.into());
    assert_eq!(buffer.output_duration(), Time::new(9, 60));
    assert_eq!(buffer.output_decode_time(), Time::new(64 - 3, 60));
    assert_eq!(buffer.output_sample_timing(1).unwrap().presentation_time, Time::new(64 + 3, 60));
    trim(sample_buffer_attachment::SPEED_MULTIPLIER, 0.into());
    assert_eq!(buffer.output_duration(), Time::new(9, 30), "a useless speed is none");
    trim(sample_buffer_attachment::REVERSE, true.into());
    assert_eq!(buffer.output_presentation_time(), Time::new(30 + 12 - 1, 30));
    buffer.set_output_presentation_time(Time::new(5, 1));
    assert_eq!(buffer.output_presentation_time(), Time::new(5, 1));
    assert_eq!(buffer.output_decode_time(), Time::new(147, 30));
    buffer.set_output_presentation_time(Time::INVALID);
    assert_eq!(buffer.output_presentation_time(), Time::new(41, 30));
}
