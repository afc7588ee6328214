//! The properties of rate control and what they do to an H.264 stream.

mod clip;

use clip::{
    HEIGHT, RATE_PROPERTIES, Stream, WIDTH, at, collect, encode, give, low_latency_session, picture, session,
    with,
};
use vitascope_core::{Dictionary, Time, Value};
use vitascope_h264::syntax::hrd::Hrd;
use vitascope_session::{CompressionSession, FrameOptions, key, status};

/// A test for each property, and one that none of the shared list is left out.
macro_rules! effects {
    ($($key:path => fn $name:ident() $body:block)*) => {
        $(#[test] fn $name() $body)*

        #[test]
        fn every_property_of_rate_control_has_a_test() {
            let tested = [$($key),*];
            assert!(RATE_PROPERTIES.iter().all(|key| tested.contains(key)));
        }
    };
}

fn sizes(stream: &Stream) -> Vec<usize> {
    stream.samples.iter().map(|sample| sample.total_sample_size()).collect()
}

/// The greatest number of bytes in so many frames in a row.
fn fullest(sizes: &[usize], frames: usize) -> usize {
    sizes.windows(frames).map(|window| window.iter().sum()).max().unwrap()
}

fn pairs(numbers: &[f64]) -> Value {
    Value::from(numbers.iter().map(|number| Value::from(*number)).collect::<Vec<Value>>())
}

/// Mean QP of each frame.
fn qps(stream: &Stream) -> Vec<f64> {
    let qp = |sample: &vitascope_core::SampleBuffer| {
        sample.attachment(vitascope_session::AVERAGE_QP).unwrap().0.as_f64().unwrap()
    };
    stream.samples.iter().map(qp).collect()
}

fn hrd(stream: &Stream) -> Option<Hrd> {
    stream.sps().vui.unwrap().nal_hrd
}

fn refused(session: &CompressionSession, key: &str, value: impl Into<Value>) {
    let error = session.set_property(key, value).unwrap_err();
    assert_eq!(error.status(), status::PARAMETER, "{error}");
}

fn buffered(key: &str, rate: i64) -> Dictionary {
    with(key, rate).with(key::EXPECTED_FRAME_RATE, 30)
}

effects! {
    key::DATA_RATE_LIMITS => fn data_rate_limits() {
        let best = with(key::QUALITY, 0.9);
        let free = sizes(&encode(&best, 45));
        let (second, tenth) = (fullest(&free, 30) / 3, fullest(&free, 3) / 4);
        let limits = pairs(&[second as f64, 1.0, tenth as f64, 0.1]);
        let limited = sizes(&encode(&best.clone().with(key::DATA_RATE_LIMITS, limits.clone()), 45));
        assert!(fullest(&limited, 30) <= second && fullest(&limited, 3) <= tenth);
        assert!(fullest(&limited, 30) * 2 > second, "the room is used");
        // Beside an average that asks for more.
        let average = with(key::AVERAGE_BIT_RATE, 2_000_000).with(key::DATA_RATE_LIMITS, limits);
        assert!(fullest(&sizes(&encode(&average, 45)), 30) <= second);
        // In mid-stream, without a key frame; and gone again.
        let (session, outputs) = session(&best.with(key::MAX_FRAME_DELAY_COUNT, 0));
        (0..20).for_each(|number| give(&session, number));
        session.set_property(key::DATA_RATE_LIMITS, pairs(&[tenth as f64, 0.1])).unwrap();
        (20..40).for_each(|number| give(&session, number));
        session.set_property(key::DATA_RATE_LIMITS, Value::from(Vec::<Value>::new())).unwrap();
        (40..50).for_each(|number| give(&session, number));
        session.complete_frames(Time::INVALID).unwrap();
        let stream = collect(&outputs);
        let sizes = sizes(&stream);
        assert!(fullest(&sizes[20..40], 3) <= tenth && fullest(&sizes[40..], 3) > tenth);
        assert_eq!(stream.sync_frames(), [0]);
        for wrong in [&[1000.0][..], &[0.0, 1.0], &[1000.0, 0.0], &[1.5, 1.0], &[9.0, 1.0, 9.0, 1.0, 9.0, 1.0]] {
            refused(&session, key::DATA_RATE_LIMITS, pairs(wrong));
        }
    }

    key::AVERAGE_BIT_RATE => fn rate_and_limits_are_raised_together() {
        // As calls do, which begin carefully: the level of the stream must not hold them down.
        let limit = |rate: i64| pairs(&[(rate * 3 / 2 / 8) as f64, 1.0]);
        let settings = with(key::AVERAGE_BIT_RATE, 60_000)
            .with(key::DATA_RATE_LIMITS, limit(60_000))
            .with(key::REAL_TIME, true)
            .with(key::EXPECTED_FRAME_RATE, 30);
        let (session, outputs) = low_latency_session(WIDTH, HEIGHT, &settings);
        (0..30).for_each(|number| give(&session, number));
        session.set_property(key::AVERAGE_BIT_RATE, 600_000).unwrap();
        session.set_property(key::DATA_RATE_LIMITS, limit(600_000)).unwrap();
        (30..90).for_each(|number| give(&session, number));
        session.complete_frames(Time::INVALID).unwrap();
        let sizes = sizes(&collect(&outputs));
        let late = 8.0 * sizes[60..].iter().sum::<usize>() as f64;
        assert!(late > 400_000.0, "{late}");
    }

    key::CONSTANT_BIT_RATE => fn constant_bit_rate() {
        let stream = encode(&buffered(key::CONSTANT_BIT_RATE, 640_000).with(key::VBV_BUFFER_DURATION, 0.4), 90);
        let hrd = hrd(&stream).expect("the buffer is described");
        assert!(hrd.schedules[0].cbr_flag && hrd.bit_rate(0) == Some(640_000));
        // Once the buffer is full every frame time has its bits, whatever the pictures need.
        let late: usize = sizes(&stream)[45..].iter().sum();
        let rate = late as f64 * 8.0 / 1.5;
        assert!((rate / 640_000.0 - 1.0).abs() < 0.02, "{rate}");
        let (session, _) = session(&with(key::CONSTANT_BIT_RATE, 640_000));
        refused(&session, key::AVERAGE_BIT_RATE, 1000);
        refused(&session, key::VARIABLE_BIT_RATE, 1000);
        refused(&session, key::DATA_RATE_LIMITS, pairs(&[1000.0, 1.0]));
        session.set_property(key::QUALITY, 0.9).unwrap();
        session.set_property(key::CONSTANT_BIT_RATE, Value::Null).unwrap();
        session.set_property(key::AVERAGE_BIT_RATE, 1000).unwrap();
        refused(&session, key::CONSTANT_BIT_RATE, 640_000);
    }

    key::VARIABLE_BIT_RATE => fn variable_bit_rate() {
        let stream = encode(&buffered(key::VARIABLE_BIT_RATE, 120_000), 90);
        let hrd = hrd(&stream).expect("the buffer is described");
        assert!(!hrd.schedules[0].cbr_flag && hrd.bit_rate(0) == Some(179_968), "{hrd:?}");
        let rate = stream.bytes() as f64 * 8.0 / 3.0;
        assert!((rate / 120_000.0 - 1.0).abs() < 0.1, "{rate}");
        let (session, outputs) = session(&buffered(key::VARIABLE_BIT_RATE, 120_000).with(key::MAX_FRAME_DELAY_COUNT, 0));
        refused(&session, key::AVERAGE_BIT_RATE, 1000);
        refused(&session, key::DATA_RATE_LIMITS, pairs(&[1000.0, 1.0]));
        let (low_latency, _) = low_latency_session(WIDTH, HEIGHT, &Dictionary::new());
        for key in [key::VARIABLE_BIT_RATE, key::VBV_MAX_BIT_RATE] {
            let error = low_latency.set_property(key, 120_000).unwrap_err();
            assert_eq!(error.status(), status::PROPERTY_NOT_SUPPORTED, "{error}");
        }
        // The target may change in mid-stream, but not be given up.
        (0..20).for_each(|number| give(&session, number));
        session.set_property(key::VARIABLE_BIT_RATE, 30_000).unwrap();
        (20..40).for_each(|number| give(&session, number));
        assert_eq!(session.set_property(key::VARIABLE_BIT_RATE, Value::Null).unwrap_err().status(), status::PROPERTY_READ_ONLY);
        // No further than bits can come in, which follows from the first target here.
        refused(&session, key::VARIABLE_BIT_RATE, 180_001);
        session.set_property(key::VARIABLE_BIT_RATE, 180_000).unwrap();
        session.complete_frames(Time::INVALID).unwrap();
        let stream = collect(&outputs);
        let sizes = sizes(&stream);
        assert!(sizes[25..].iter().sum::<usize>() * 2 < sizes[5..20].iter().sum());
        assert_eq!(stream.sync_frames(), [0]);
    }

    key::VBV_MAX_BIT_RATE => fn vbv_max_bit_rate() {
        let variable = buffered(key::VARIABLE_BIT_RATE, 120_000);
        let stream = encode(&variable.clone().with(key::VBV_MAX_BIT_RATE, 256_000), 3);
        assert_eq!(hrd(&stream).unwrap().bit_rate(0), Some(256_000));
        assert_eq!(hrd(&encode(&with(key::VBV_MAX_BIT_RATE, 256_000), 3)), None, "it needs VariableBitRate");
        let (session, _) = session(&variable);
        refused(&session, key::VBV_MAX_BIT_RATE, 100_000);
    }

    key::VBV_BUFFER_DURATION => fn vbv_buffer_duration() {
        let size = |rate: Dictionary| hrd(&encode(&rate, 3)).unwrap().cpb_size(0).unwrap();
        let constant = buffered(key::CONSTANT_BIT_RATE, 640_000);
        assert_eq!(size(constant.clone()), 1_600_000);
        assert_eq!(size(constant.with(key::VBV_BUFFER_DURATION, 0.5)), 320_000);
        let peak = buffered(key::VARIABLE_BIT_RATE, 64_000).with(key::VBV_MAX_BIT_RATE, 128_000);
        assert_eq!(size(peak.with(key::VBV_BUFFER_DURATION, 0.25)), 32_000);
    }

    key::VBV_INITIAL_DELAY_PERCENTAGE => fn vbv_initial_delay_percentage() {
        let delay = |percent: f64| {
            let rate = buffered(key::CONSTANT_BIT_RATE, 640_000).with(key::VBV_INITIAL_DELAY_PERCENTAGE, percent);
            let stream = encode(&rate, 3);
            // The buffering period message comes first: length, header, type, size, then ue(0) and 32 bits.
            let data = stream.samples[0].data().unwrap().to_vec();
            assert_eq!((data[4], data[5]), (6, 0));
            let bits = data[7..12].iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
            (bits << 1 >> 8) as u32
        };
        assert_eq!((delay(100.0), delay(50.0)), (225_000, 112_500));
        assert_eq!(delay(0.0), 6_000, "two frames at least");
    }

    key::MIN_ALLOWED_FRAME_QP => fn min_allowed_frame_qp() {
        let best = with(key::QUALITY, 0.95);
        let free = encode(&best, 10);
        assert!(qps(&free).iter().all(|qp| *qp < 30.0));
        let coarse = encode(&best.clone().with(key::MIN_ALLOWED_FRAME_QP, 30), 10);
        assert!(qps(&coarse).iter().all(|qp| *qp >= 30.0) && coarse.bytes() < free.bytes());
        // Both bounds at once leave nothing to choose.
        let fixed = best.with(key::MIN_ALLOWED_FRAME_QP, 33).with(key::MAX_ALLOWED_FRAME_QP, 33);
        assert_eq!(qps(&encode(&fixed, 6)), [33.0; 6]);
        let (session, _) = session(&with(key::MAX_ALLOWED_FRAME_QP, 20));
        refused(&session, key::MIN_ALLOWED_FRAME_QP, 21);
    }

    key::MAX_ALLOWED_FRAME_QP => fn max_allowed_frame_qp() {
        let poor = with(key::AVERAGE_BIT_RATE, 10_000);
        assert!(qps(&encode(&poor, 10)).iter().any(|qp| *qp > 35.0));
        let held = encode(&poor.with(key::MAX_ALLOWED_FRAME_QP, 30), 10);
        assert!(qps(&held).iter().all(|qp| *qp <= 30.0));
        // The level is chosen for it.
        let fine = encode(&with(key::QUALITY, 0.1).with(key::MAX_ALLOWED_FRAME_QP, 15), 30);
        assert!(qps(&fine).iter().all(|qp| *qp <= 15.0), "{:?}", qps(&fine));
        // A hard limit wins.
        let free = sizes(&encode(&with(key::MAX_ALLOWED_FRAME_QP, 20), 10));
        let half = fullest(&free, 3) / 2;
        let both = with(key::MAX_ALLOWED_FRAME_QP, 20).with(key::DATA_RATE_LIMITS, pairs(&[half as f64, 0.1]));
        let limited = encode(&both, 10);
        assert!(fullest(&sizes(&limited), 3) <= half && qps(&limited).iter().any(|qp| *qp > 20.0));
        // In mid-stream, for which the level must have room.
        let coarse = with(key::QUALITY, 0.1).with(key::MAX_FRAME_DELAY_COUNT, 0);
        let (session, outputs) = session(&coarse.with(key::PROFILE_LEVEL, "H264_High_4_0"));
        (0..4).for_each(|number| give(&session, number));
        session.set_property(key::MAX_ALLOWED_FRAME_QP, 15).unwrap();
        (4..8).for_each(|number| give(&session, number));
        session.complete_frames(Time::INVALID).unwrap();
        let qps = qps(&collect(&outputs));
        assert!(qps[..4].iter().all(|qp| *qp > 15.0) && qps[4..].iter().all(|qp| *qp <= 15.0), "{qps:?}");
    }

    key::SUPPORTS_BASE_FRAME_QP => fn base_frame_qp() {
        let (session, outputs) = session(&with(key::AVERAGE_BIT_RATE, 100_000).with(key::MIN_ALLOWED_FRAME_QP, 12));
        assert_eq!(session.property(key::SUPPORTS_BASE_FRAME_QP).unwrap(), Value::from(true));
        let wishes = [Some(20), None, Some(45), Some(8), Some(51), None, Some(20)];
        for (number, wish) in wishes.iter().enumerate() {
            let dictionary = wish.map_or_else(Dictionary::new, |qp: i64| Dictionary::new().with("BaseFrameQP", qp));
            let options = FrameOptions::try_from(&dictionary).unwrap();
            session.encode_frame(&picture(number), at(number), Time::new(1, 30), &options, 0).unwrap();
        }
        session.complete_frames(Time::INVALID).unwrap();
        let outputs: Vec<_> = outputs.try_iter().map(|output| output.sample.unwrap().unwrap()).collect();
        let stream = Stream { samples: outputs };
        for (sample, qp) in stream.samples.iter().zip(qps(&stream)) {
            let number = (sample.presentation_time().seconds() * 30.0).round() as usize;
            if let Some(wish) = wishes[number] {
                assert_eq!(qp, wish as f64, "frame {number}");
            }
        }
        for wrong in [Value::from(52), Value::from(-1), Value::from(1.5), Value::from("20")] {
            let error = FrameOptions::try_from(&Dictionary::new().with("BaseFrameQP", wrong)).unwrap_err();
            assert_eq!(error.status(), status::PARAMETER, "{error}");
        }
    }

    key::MORE_FRAMES_BEFORE_START => fn more_frames_before_start() {
        let limits = with(key::QUALITY, 0.8).with(key::DATA_RATE_LIMITS, pairs(&[12_000.0, 1.0]));
        let first = |settings: &Dictionary| sizes(&encode(settings, 45))[..10].iter().sum::<usize>();
        let alone = first(&limits);
        let joined = first(&limits.with(key::MORE_FRAMES_BEFORE_START, true));
        assert!(joined * 3 < alone * 2, "{joined} {alone}");
    }

    key::MORE_FRAMES_AFTER_END => fn more_frames_after_end() {
        let average = with(key::AVERAGE_BIT_RATE, 60_000).with(key::EXPECTED_FRAME_RATE, 30);
        let alone = encode(&average, 75);
        let joined = encode(&average.clone().with(key::MORE_FRAMES_AFTER_END, true), 75);
        // The beginnings, which do not see the end, are the same.
        assert_eq!(sizes(&alone)[..20], sizes(&joined)[..20]);
        assert_ne!(alone.fingerprint(), joined.fingerprint());
    }

    key::ESTIMATED_AVERAGE_BYTES_PER_FRAME => fn estimated_average_bytes_per_frame() {
        let (session, _outputs) = session(&Dictionary::new());
        let estimate = || session.property(key::ESTIMATED_AVERAGE_BYTES_PER_FRAME).unwrap();
        assert_eq!(estimate(), Value::Null);
        session.set_property(key::AVERAGE_BIT_RATE, 240_000).unwrap();
        assert_eq!(estimate(), Value::from(1000));
        session.set_property(key::EXPECTED_FRAME_RATE, 60).unwrap();
        assert_eq!(estimate(), Value::from(500));
        session.set_property(key::AVERAGE_BIT_RATE, 0).unwrap();
        (0..5).for_each(|number| give(&session, number));
        session.complete_frames(Time::INVALID).unwrap();
        let mean = encode(&with(key::EXPECTED_FRAME_RATE, 60), 5).bytes() / 5;
        assert_eq!(estimate(), Value::from(mean as i64));
    }
}
