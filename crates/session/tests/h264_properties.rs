//! Every property of an H.264 session and what it does to the stream or to the session.

mod clip;

use std::time::Duration;

use clip::{
    HEIGHT, Stream, WIDTH, at, collect, encode, give, give_picture, low_latency_session, picture, session,
    session_of, with,
};
use vitascope_core::{CleanAperture, ColorInfo, Dictionary, FourCc, PixelBuffer, Time, TimeRange, Value};
use vitascope_h264::syntax::vui::{SampleAspectRatio, Vui};
use vitascope_session::MultiPassStorage;
use vitascope_session::{CompressionSession, Error, FrameOptions, key, status};

/// A test for each property: its name is the test's, and a last test finds properties without one.
macro_rules! effects {
    ($($key:path => fn $name:ident() $body:block)*) => {
        $(#[test] fn $name() $body)*

        #[test]
        fn every_property_has_a_test() {
            let mut tested = vec![$($key),*];
            tested.extend(clip::RATE_PROPERTIES);
            tested.extend(clip::METADATA_PROPERTIES);
            tested.extend(clip::TOOL_PROPERTIES);
            let (session, _) = session(&Dictionary::new());
            for row in session.property_table().rows() {
                assert!(tested.contains(&row.key), "{} has no test of its effect", row.key);
            }
        }
    };
}

/// What the C headers name is a row, or its absence is explained.
#[test]
fn every_property_of_the_platform_is_accounted_for() {
    let constants = include_str!("../../capi/src/constants/videotoolbox.rs");
    let keys: Vec<&str> = constants
        .lines()
        .filter_map(|line| {
            let (_, value) = line.trim().strip_prefix("kVTCompressionPropertyKey_")?.split_once(" = ")?;
            Some(value.trim_matches(['"', ';']))
        })
        .collect();
    assert!(keys.len() > 80);
    let (session, _) = session(&Dictionary::new());
    let registry = vitascope_session::CodecRegistry::standard();
    let explained: Vec<&str> = registry
        .entries()
        .iter()
        .flat_map(|entry| entry.unsupported)
        .flat_map(|group| group.keys)
        .copied()
        .collect();
    for key in keys {
        let supported = session.property_table().find(key).is_some();
        assert!(
            supported != explained.contains(&key),
            "{key}: supported {supported}, explained {}",
            !supported
        );
        if !supported {
            let error = session.set_property(key, true).unwrap_err();
            assert_eq!(error.status(), status::PROPERTY_NOT_SUPPORTED);
        }
    }
}

fn vui(stream: &Stream) -> Vui {
    stream.sps().vui.expect("there is usability information")
}

/// Numbers of the frames that others may depend on.
fn depended_on(stream: &Stream) -> Vec<usize> {
    let depended = |sample: &vitascope_core::SampleBuffer| {
        sample.sample_attachments(0).unwrap().is_depended_on_by_others
    };
    (0..stream.samples.len()).filter(|number| depended(&stream.samples[*number]) == Some(true)).collect()
}

fn refused(session: &CompressionSession, key: &str, value: impl Into<Value>) -> Error {
    let error = session.set_property(key, value).unwrap_err();
    assert_eq!(error.status(), status::PARAMETER, "{error}");
    error
}

effects! {
    key::MULTI_PASS_STORAGE => fn multi_pass_storage() {
        let storage = MultiPassStorage::new(None, TimeRange::INVALID, Default::default()).unwrap();
        let (session, _) = session(&with(key::MULTI_PASS_STORAGE, storage.to_value()));
        session.begin_pass(false).unwrap();
        give(&session, 0);
        session.end_pass(false).unwrap();
        assert_eq!(storage.passes().unwrap()[0].records, 1);
        // More about it in h264_passes.rs.
    }

    key::PROFILE_LEVEL => fn profile_level() {
        for (value, profile, level) in [
            ("H264_Baseline_AutoLevel", 66, None),
            ("H264_Baseline_1_3", 66, Some(13)),
            ("H264_ConstrainedBaseline_AutoLevel", 66, None),
            ("H264_Main_AutoLevel", 77, None),
            ("H264_Main_4_0", 77, Some(40)),
            ("H264_High_AutoLevel", 100, None),
            ("H264_High_5_2", 100, Some(52)),
        ] {
            let stream = encode(&with(key::PROFILE_LEVEL, value), 2);
            let sps = stream.sps();
            assert_eq!(sps.profile_idc, profile, "{value}");
            assert!(level.is_none_or(|level| level == sps.level_idc), "{value}: {}", sps.level_idc);
            let record = stream.format().extension_atom("avcC").unwrap().to_vec();
            assert_eq!((record[1], record[3]), (sps.profile_idc, sps.level_idc), "{value}");
            assert_eq!(stream.pps().transform_8x8_mode_flag(), profile == 100, "{value}");
        }
        let constrained = encode(&with(key::PROFILE_LEVEL, "H264_ConstrainedBaseline_AutoLevel"), 1).sps();
        let plain = encode(&with(key::PROFILE_LEVEL, "H264_Baseline_AutoLevel"), 1).sps();
        assert_ne!(constrained.constraint_flags, plain.constraint_flags);
        // A level's pictures, rates and references.
        let (session, _) = session_of(1920, 1080, &Dictionary::new());
        let error = refused(&session, key::PROFILE_LEVEL, "H264_High_3_1");
        assert!(error.to_string().contains("3600 macroblocks a picture") && error.to_string().contains("120x68"), "{error}");
        session.set_property(key::PROFILE_LEVEL, "H264_High_4_0").unwrap();
        refused(&session, key::EXPECTED_FRAME_RATE, 60);
        refused(&session, key::CONSTANT_BIT_RATE, 30_000_000);
        refused(&session, key::DATA_RATE_LIMITS, vec![Value::from(5_000_000), Value::from(1.0)]);
        refused(&session, key::AVERAGE_BIT_RATE, 50_000_000);
        refused(&session, key::REFERENCE_BUFFER_COUNT, 5);
        session.set_property(key::PROFILE_LEVEL, "H264_High_5_2").unwrap();
        session.set_property(key::EXPECTED_FRAME_RATE, 60).unwrap();
    }

    key::H264_ENTROPY_MODE => fn entropy_mode() {
        let cavlc = encode(&with(key::H264_ENTROPY_MODE, "CAVLC"), 6);
        let cabac = encode(&with(key::H264_ENTROPY_MODE, "CABAC"), 6);
        assert!(!cavlc.pps().entropy_coding_mode_flag && cabac.pps().entropy_coding_mode_flag);
        assert!(cabac.bytes() < cavlc.bytes());
        // The profile decides when it is unset, and takes back what it does not have.
        let (session, _) = session(&Dictionary::new());
        let mode = || session.property(key::H264_ENTROPY_MODE).unwrap();
        assert_eq!(mode(), Value::from("CABAC"));
        session.set_property(key::H264_ENTROPY_MODE, "CABAC").unwrap();
        session.set_property(key::PROFILE_LEVEL, "H264_Baseline_AutoLevel").unwrap();
        assert_eq!(mode(), Value::from("CAVLC"));
        refused(&session, key::H264_ENTROPY_MODE, "CABAC");
        session.set_property(key::PROFILE_LEVEL, "H264_Main_AutoLevel").unwrap();
        assert_eq!(mode(), Value::from("CABAC"));
        // Both in one dictionary contradict each other, in either order.
        let (mode, profile) = (key::H264_ENTROPY_MODE, key::PROFILE_LEVEL);
        for (first, second) in [((mode, "CABAC"), (profile, "H264_Baseline_AutoLevel")), ((profile, "H264_Baseline_AutoLevel"), (mode, "CABAC"))] {
            let error = session.set_properties(&with(first.0, first.1).with(second.0, second.1)).unwrap_err();
            assert!(error.status() == status::PARAMETER && error.to_string().contains(mode), "{error}");
            session.set_property(profile, "H264_Main_AutoLevel").unwrap();
        }
    }

    key::QUALITY => fn quality() {
        let sizes: Vec<usize> =
            [0.0, 0.25, 0.5, 0.75, 1.0].iter().map(|quality| encode(&with(key::QUALITY, *quality), 4).bytes()).collect();
        assert!(sizes.windows(2).all(|pair| pair[0] < pair[1]), "{sizes:?}");
        // The best is visually lossless: 50 dB at least.
        let best = encode(&with(key::QUALITY, 1.0).with(key::CALCULATE_MEAN_SQUARED_ERROR, true), 8);
        for sample in &best.samples {
            let [error, ..] = sample.sample_attachments(0).unwrap().mean_squared_errors().unwrap();
            assert!(error < 255.0 * 255.0 / 100_000.0, "{error}");
        }
        // In mid-stream it counts for the frames that follow.
        let (session, outputs) = session(&with(key::MAX_FRAME_DELAY_COUNT, 0).with(key::QUALITY, 1.0));
        (0..4).for_each(|number| give(&session, number));
        session.set_property(key::QUALITY, 0.1).unwrap();
        (4..8).for_each(|number| give(&session, number));
        session.complete_frames(Time::INVALID).unwrap();
        let stream = collect(&outputs);
        let bytes = |numbers: std::ops::Range<usize>| -> usize { stream.samples[numbers].iter().map(|sample| sample.total_sample_size()).sum() };
        assert!(bytes(5..8) * 3 < bytes(1..4));
    }

    key::AVERAGE_BIT_RATE => fn average_bit_rate() {
        let rate = |bits: i64| {
            let stream = encode(&with(key::AVERAGE_BIT_RATE, bits).with(key::EXPECTED_FRAME_RATE, 30), 60);
            stream.bytes() as f64 * 8.0 / 2.0
        };
        let (low, high) = (rate(60_000), rate(240_000));
        assert!((0.7..1.3).contains(&(low / 60_000.0)), "{low}");
        assert!((0.7..1.3).contains(&(high / 240_000.0)), "{high}");
        // It wins over a quality, and 0 gives that back its say.
        let both = with(key::AVERAGE_BIT_RATE, 60_000).with(key::QUALITY, 1.0);
        assert_eq!(encode(&both, 10).fingerprint(), encode(&with(key::AVERAGE_BIT_RATE, 60_000), 10).fingerprint());
        let neither = both.with(key::AVERAGE_BIT_RATE, 0);
        assert_eq!(encode(&neither, 10).fingerprint(), encode(&with(key::QUALITY, 1.0), 10).fingerprint());
    }

    key::MAX_KEY_FRAME_INTERVAL => fn max_key_frame_interval() {
        assert_eq!(encode(&with(key::MAX_KEY_FRAME_INTERVAL, 1), 4).sync_frames(), [0, 1, 2, 3]);
        assert_eq!(encode(&with(key::MAX_KEY_FRAME_INTERVAL, 5), 12).sync_frames(), [0, 5, 10]);
        assert_eq!(encode(&with(key::MAX_KEY_FRAME_INTERVAL, 0), 12).sync_frames(), [0]);
        // In mid-stream.
        let (session, outputs) = session(&with(key::MAX_FRAME_DELAY_COUNT, 0));
        (0..6).for_each(|number| give(&session, number));
        session.set_property(key::MAX_KEY_FRAME_INTERVAL, 1).unwrap();
        (6..9).for_each(|number| give(&session, number));
        session.complete_frames(Time::INVALID).unwrap();
        assert_eq!(collect(&outputs).sync_frames(), [0, 6, 7, 8]);
    }

    key::MAX_KEY_FRAME_INTERVAL_DURATION => fn max_key_frame_interval_duration() {
        let stream = encode(&with(key::MAX_KEY_FRAME_INTERVAL_DURATION, 0.2), 14);
        assert_eq!(stream.sync_frames(), [0, 6, 12]);
        // Whichever limit comes first.
        let both = with(key::MAX_KEY_FRAME_INTERVAL_DURATION, 0.2).with(key::MAX_KEY_FRAME_INTERVAL, 4);
        assert_eq!(encode(&both, 10).sync_frames(), [0, 4, 8]);
    }

    key::ALLOW_TEMPORAL_COMPRESSION => fn allow_temporal_compression() {
        assert_eq!(encode(&with(key::ALLOW_TEMPORAL_COMPRESSION, false), 4).sync_frames(), [0, 1, 2, 3]);
        assert_eq!(encode(&with(key::ALLOW_TEMPORAL_COMPRESSION, true), 4).sync_frames(), [0]);
        let (session, outputs) = session(&with(key::MAX_FRAME_DELAY_COUNT, 0));
        (0..3).for_each(|number| give(&session, number));
        session.set_property(key::ALLOW_TEMPORAL_COMPRESSION, false).unwrap();
        (3..5).for_each(|number| give(&session, number));
        session.complete_frames(Time::INVALID).unwrap();
        assert_eq!(collect(&outputs).sync_frames(), [0, 3, 4]);
    }

    key::ALLOW_FRAME_REORDERING => fn allow_frame_reordering() {
        let reorders = |stream: &Stream| vui(stream).bitstream_restriction.map(|restriction| restriction.max_num_reorder_frames);
        let stream = encode(&with(key::ALLOW_FRAME_REORDERING, false), 8);
        for (number, sample) in stream.samples.iter().enumerate() {
            assert_eq!((sample.presentation_time(), sample.decode_time()), (at(number), at(number)));
        }
        assert_eq!(reorders(&stream), Some(0));
        // Where it is allowed, the stream has it if the list of encoders says so.
        let registry = vitascope_session::CodecRegistry::standard();
        let listed = registry.entries()[0].supports_frame_reordering;
        assert_eq!(reorders(&encode(&Dictionary::new(), 8)), Some(u8::from(listed)));
    }

    key::ALLOW_OPEN_GOP => fn allow_open_gop() {
        let settings = with(key::MAX_KEY_FRAME_INTERVAL, 6);
        let of = |settings: &Dictionary| {
            let stream = encode(settings, 20);
            let partial = |sample: &&vitascope_core::SampleBuffer| sample.sample_attachments(0).unwrap().partial_sync == Some(true);
            let times: Vec<Time> = stream.samples.iter().filter(partial).map(|sample| sample.presentation_time()).collect();
            (stream.sync_frames().len(), times)
        };
        assert_eq!(of(&settings), (4, vec![]));
        assert_eq!(of(&settings.clone().with(key::ALLOW_OPEN_GOP, false)), (4, vec![]));
        let open = settings.with(key::ALLOW_OPEN_GOP, true);
        let (sync, partial) = of(&open);
        assert!(sync + partial.len() == 4 && partial.contains(&at(12)), "{sync} and {partial:?}");
        // Without B frames there is nothing to gain, and with a described buffer no place.
        assert_eq!(of(&open.clone().with(key::ALLOW_FRAME_REORDERING, false)), (4, vec![]));
        assert_eq!(of(&open.with(key::CONSTANT_BIT_RATE, 1_000_000)), (4, vec![]));
    }

    key::EXPECTED_FRAME_RATE => fn expected_frame_rate() {
        let timing = |rate: f64| vui(&encode(&with(key::EXPECTED_FRAME_RATE, rate), 1)).timing_info;
        assert_eq!(timing(0.0), None);
        let timing = timing(50.0).expect("the rate is in the stream");
        assert_eq!(timing.time_scale, 100 * timing.num_units_in_tick);
        let (session, _) = session(&Dictionary::new());
        let error = refused(&session, key::EXPECTED_FRAME_RATE, 0.0005);
        assert!(error.to_string().contains("0.001"), "{error}");
        // A higher rate needs a higher level.
        let level = |rate: f64| encode(&with(key::EXPECTED_FRAME_RATE, rate), 1).sps().level_idc;
        assert!(level(5.0) < level(1000.0));
        // In mid-stream.
        let (session, _) = self::session(&with(key::AVERAGE_BIT_RATE, 480_000).with(key::EXPECTED_FRAME_RATE, 30));
        let mean = || session.property(key::ESTIMATED_AVERAGE_BYTES_PER_FRAME).unwrap().as_i64();
        give(&session, 0);
        assert_eq!(mean(), Some(2000));
        session.set_property(key::EXPECTED_FRAME_RATE, 60).unwrap();
        assert_eq!(mean(), Some(1000));
    }

    key::SOURCE_FRAME_COUNT => fn source_frame_count() {
        // Without a lookahead, so that the encoder does not see the end coming.
        let rate = with(key::AVERAGE_BIT_RATE, 100_000).with(key::REAL_TIME, true);
        let known = encode(&rate.clone().with(key::SOURCE_FRAME_COUNT, 12), 12);
        let unknown = encode(&rate, 12);
        assert_ne!(known.fingerprint(), unknown.fingerprint(), "rate control plans with the count");
    }

    key::EXPECTED_DURATION => fn expected_duration() {
        let rate = with(key::AVERAGE_BIT_RATE, 100_000).with(key::EXPECTED_FRAME_RATE, 30).with(key::REAL_TIME, true);
        let by_duration = encode(&rate.clone().with(key::EXPECTED_DURATION, 0.4), 12);
        let by_count = encode(&rate.clone().with(key::SOURCE_FRAME_COUNT, 12), 12);
        assert_eq!(by_duration.fingerprint(), by_count.fingerprint());
        assert_ne!(by_duration.fingerprint(), encode(&rate, 12).fingerprint());
    }

    key::REAL_TIME => fn real_time() {
        let come_out = |settings: &Dictionary| {
            let (session, outputs) = session(settings);
            (0..5).for_each(|number| give(&session, number));
            let mut count = 0;
            while count < 5 && outputs.recv_timeout(Duration::from_millis(700)).is_ok() {
                count += 1;
            }
            count
        };
        assert_eq!(come_out(&with(key::REAL_TIME, true)), 5, "no frame waits for later ones");
        assert_eq!(come_out(&with(key::REAL_TIME, false)), 0, "the encoder looks ahead");
        assert_eq!(come_out(&Dictionary::new()), 0);
    }

    key::MAX_FRAME_DELAY_COUNT => fn max_frame_delay_count() {
        for limit in [0usize, 1, 3] {
            let (session, outputs) = session(&with(key::MAX_FRAME_DELAY_COUNT, limit as i64));
            let mut out = 0;
            for number in 0..8 {
                give(&session, number);
                out += outputs.try_iter().count();
                assert!(out + limit > number, "limit {limit}: {out} of {} are out", number + 1);
            }
        }
        // Who may not wait for a later frame does not plan with one: no frame is put off.
        let stream = encode(&with(key::MAX_FRAME_DELAY_COUNT, 0), 8);
        assert!(stream.samples.iter().all(|sample| sample.decode_time() == sample.presentation_time()));
    }

    key::MAX_H264_SLICE_BYTES => fn max_h264_slice_bytes() {
        let slices = |sample: &vitascope_core::SampleBuffer| -> Vec<usize> {
            let data = sample.data().unwrap().to_vec();
            vitascope_bits::length_prefixed::split(&data, 4).unwrap().map(|unit| unit.unwrap().len()).collect()
        };
        for entropy in ["CABAC", "CAVLC"] {
            let settings = with(key::QUALITY, 0.8).with(key::H264_ENTROPY_MODE, entropy);
            let whole = encode(&settings, 4);
            assert!(whole.samples.iter().all(|sample| slices(sample).len() == 1));
            for limit in [60, 200, 1000] {
                let cut = encode(&settings.clone().with(key::MAX_H264_SLICE_BYTES, limit), 4);
                for sample in &cut.samples {
                    assert!(slices(sample).iter().all(|bytes| *bytes <= limit as usize), "{limit}: {:?}", slices(sample));
                }
                assert!(slices(&cut.samples[0]).len() > 1);
            }
        }
        // In mid-stream.
        let (session, outputs) = session(&with(key::MAX_FRAME_DELAY_COUNT, 0).with(key::QUALITY, 0.8));
        (0..2).for_each(|number| give(&session, number));
        session.set_property(key::MAX_H264_SLICE_BYTES, 100).unwrap();
        (2..4).for_each(|number| give(&session, number));
        session.complete_frames(Time::INVALID).unwrap();
        let counts: Vec<usize> = collect(&outputs).samples.iter().map(|sample| slices(sample).len()).collect();
        assert!(counts[..2] == [1, 1] && counts[2] > 1 && counts[3] > 1, "{counts:?}");
    }

    key::BASE_LAYER_FRAME_RATE_FRACTION => fn base_layer_frame_rate_fraction() {
        let base = |fraction: f64| -> Vec<usize> {
            depended_on(&encode(&with(key::BASE_LAYER_FRAME_RATE_FRACTION, fraction), 9))
        };
        assert_eq!(base(0.5), [0, 2, 4, 6, 8]);
        assert_eq!(base(0.25), [0, 4, 8]);
        assert_eq!(base(0.0), [0]);
        assert_eq!(base(1.0).len(), encode(&Dictionary::new(), 9).samples.iter().filter(|s| s.sample_attachments(0).unwrap().is_depended_on_by_others == Some(true)).count());
    }

    key::BASE_LAYER_FRAME_RATE => fn base_layer_frame_rate() {
        assert_eq!(depended_on(&encode(&with(key::BASE_LAYER_FRAME_RATE, 10), 10)), [0, 3, 6, 9]);
        let both = with(key::BASE_LAYER_FRAME_RATE, 10).with(key::BASE_LAYER_FRAME_RATE_FRACTION, 0.5);
        assert_eq!(depended_on(&encode(&both, 10)), [0, 3, 6, 9]);
    }

    key::BASE_LAYER_BIT_RATE_FRACTION => fn base_layer_bit_rate_fraction() {
        let base_part = |settings: Dictionary| {
            let rate = with(key::AVERAGE_BIT_RATE, 200_000).with(key::BASE_LAYER_FRAME_RATE_FRACTION, 0.5);
            let (session, outputs) = low_latency_session(WIDTH, HEIGHT, &rate);
            session.set_properties(&settings).unwrap();
            (0..60).for_each(|number| give(&session, number));
            session.complete_frames(Time::INVALID).unwrap();
            let stream = collect(&outputs);
            let bytes = |from: usize| -> usize { stream.samples.iter().skip(from).step_by(2).map(|sample| sample.total_sample_size()).sum() };
            bytes(20) as f64 / (bytes(20) + bytes(21)) as f64
        };
        let (most, even) = (base_part(with(key::BASE_LAYER_BIT_RATE_FRACTION, 0.8)), base_part(with(key::BASE_LAYER_BIT_RATE_FRACTION, 0.5)));
        assert!((most - 0.8).abs() < 0.07 && (even - 0.5).abs() < 0.07, "{most} {even}");
        // A change counts from the next frame on.
        let settings = with(key::AVERAGE_BIT_RATE, 200_000)
            .with(key::BASE_LAYER_FRAME_RATE_FRACTION, 0.5)
            .with(key::BASE_LAYER_BIT_RATE_FRACTION, 0.8);
        let (session, outputs) = low_latency_session(WIDTH, HEIGHT, &settings);
        (0..60).for_each(|number| give(&session, number));
        session.set_property(key::BASE_LAYER_BIT_RATE_FRACTION, 0.5).unwrap();
        (60..120).for_each(|number| give(&session, number));
        session.complete_frames(Time::INVALID).unwrap();
        let stream = collect(&outputs);
        let bytes = |from: usize| -> usize { stream.samples[from..].iter().step_by(2).map(|sample| sample.total_sample_size()).sum() };
        let changed = bytes(80) as f64 / (bytes(80) + bytes(81)) as f64;
        assert!((changed - 0.5).abs() < 0.07, "{changed}");
    }

    key::MAXIMUM_REAL_TIME_FRAME_RATE => fn maximum_real_time_frame_rate() {
        let level = |settings: Dictionary| encode(&settings, 1).sps().level_idc;
        let (real, most) = (with(key::REAL_TIME, true), with(key::MAXIMUM_REAL_TIME_FRAME_RATE, 1000.0));
        assert!(level(most.clone().with(key::REAL_TIME, true)) > level(real));
        assert_eq!(level(most), level(Dictionary::new()));
    }

    key::ENABLE_LTR => fn enable_ltr() {
        let token = |sample: &vitascope_core::SampleBuffer| {
            sample.sample_attachments(0).unwrap().ltr_acknowledgement_token()
        };
        let plain = encode(&Dictionary::new(), 3);
        assert!(plain.samples.iter().all(|sample| token(sample).is_none()));
        let (session, outputs) = session(&with(key::ENABLE_LTR, true).with(key::MAX_FRAME_DELAY_COUNT, 0));
        let give = |number: usize, options: FrameOptions| {
            session.encode_frame(&picture(number), at(number), Time::new(1, 30), &options, 0).unwrap();
            outputs.recv().unwrap().sample.unwrap().unwrap()
        };
        let refresh = || FrameOptions::new().with_force_ltr_refresh(true);
        let first = token(&give(0, FrameOptions::new())).expect("the first frame is a long-term reference");
        assert!(!give(1, FrameOptions::new()).is_sync());
        let second = give(2, refresh());
        assert!(second.is_sync() && token(&second) != Some(first));
        // The first frame is gone with the second sync frame.
        assert!(give(3, refresh().with_acknowledged_ltr_tokens([first])).is_sync());
        let now = token(&give(4, refresh())).unwrap();
        assert!(!give(5, refresh().with_acknowledged_ltr_tokens([now])).is_sync());
        let error = session_of(WIDTH, HEIGHT, &Dictionary::new()).0.set_properties(&with(key::REFERENCE_BUFFER_COUNT, 1).with(key::ENABLE_LTR, true)).unwrap_err();
        assert_eq!(error.status(), status::PARAMETER);
    }

    key::REFERENCE_BUFFER_COUNT => fn reference_buffer_count() {
        for count in [1, 2, 4] {
            let stream = encode(&with(key::REFERENCE_BUFFER_COUNT, count), 3);
            assert_eq!(i64::from(stream.sps().max_num_ref_frames), count);
        }
    }

    key::VITASCOPE_EFFORT => fn effort() {
        let streams: Vec<Stream> = (0..=10).map(|effort| encode(&with(key::VITASCOPE_EFFORT, effort), 8)).collect();
        for (low, high) in [(0, 5), (2, 8), (5, 10)] {
            assert_ne!(streams[low].fingerprint(), streams[high].fingerprint(), "efforts {low} and {high}");
        }
        assert!(streams[10].bytes() < streams[0].bytes(), "{} and {} bytes", streams[10].bytes(), streams[0].bytes());
        let (session, _) = session(&Dictionary::new());
        assert!(refused(&session, key::VITASCOPE_EFFORT, 11).to_string().contains("0 to 10"));
        let (low_latency, _) = low_latency_session(WIDTH, HEIGHT, &Dictionary::new());
        let usual = |session: &CompressionSession| session.property(key::VITASCOPE_EFFORT).unwrap().as_i64();
        assert_eq!((usual(&session), usual(&low_latency)), (Some(5), Some(2)));
    }

    key::PRIORITIZE_ENCODING_SPEED_OVER_QUALITY => fn prioritize_encoding_speed_over_quality() {
        let (speed, effort) = (key::PRIORITIZE_ENCODING_SPEED_OVER_QUALITY, key::VITASCOPE_EFFORT);
        let effort_of = |settings: &Dictionary| session(settings).0.property(effort).unwrap();
        assert_eq!(effort_of(&Dictionary::new()), Value::from(5));
        assert_eq!(effort_of(&with(speed, false)), Value::from(5));
        assert_eq!(effort_of(&with(speed, true)), Value::from(2));
        assert_eq!(effort_of(&with(speed, true).with(effort, 7)), Value::from(7));
        let hurried = encode(&with(speed, true), 8).fingerprint();
        assert_eq!(hurried, encode(&with(effort, 2), 8).fingerprint());
        assert_ne!(hurried, encode(&Dictionary::new(), 8).fingerprint());
    }

    key::MAXIMIZE_POWER_EFFICIENCY => fn maximize_power_efficiency() {
        let power = with(key::MAXIMIZE_POWER_EFFICIENCY, true);
        let value = |settings: &Dictionary, key: &str| session(settings).0.property(key).unwrap();
        let both = |settings: &Dictionary| (value(settings, key::VITASCOPE_EFFORT), value(settings, key::VITASCOPE_THREAD_COUNT));
        assert_eq!(both(&power), (Value::from(3), Value::from(1)));
        assert_eq!(both(&with(key::MAXIMIZE_POWER_EFFICIENCY, false)), (Value::from(5), Value::from(0)));
        assert_eq!(both(&power.clone().with(key::PRIORITIZE_ENCODING_SPEED_OVER_QUALITY, true)).0, Value::from(2));
        let set = power.clone().with(key::VITASCOPE_EFFORT, 6).with(key::VITASCOPE_THREAD_COUNT, 2);
        assert_eq!(both(&set), (Value::from(6), Value::from(2)));
        assert_eq!(encode(&power, 8).fingerprint(), encode(&with(key::VITASCOPE_EFFORT, 3), 8).fingerprint());
    }

    key::SUGGESTED_LOOK_AHEAD_FRAME_COUNT => fn suggested_look_ahead_frame_count() {
        for count in [0usize, 3, 9] {
            let settings = with(key::SUGGESTED_LOOK_AHEAD_FRAME_COUNT, count as i64).with(key::ALLOW_FRAME_REORDERING, false);
            let (session, outputs) = session(&settings);
            (0..16).for_each(|number| give(&session, number));
            let mut out = 0;
            while out < 16 - count && outputs.recv_timeout(Duration::from_secs(10)).is_ok() {
                out += 1;
            }
            assert_eq!(out, 16 - count, "what {count} frames follow comes out");
            assert!(outputs.recv_timeout(Duration::from_millis(200)).is_err(), "{count} frames are held back");
        }
        let none = encode(&with(key::SUGGESTED_LOOK_AHEAD_FRAME_COUNT, 0), 8);
        assert_eq!(vui(&none).bitstream_restriction.map(|restriction| restriction.max_num_reorder_frames), Some(0));
        assert_eq!(encode(&with(key::SUGGESTED_LOOK_AHEAD_FRAME_COUNT, i32::MAX), 2).samples.len(), 2);
    }

    key::SPATIAL_ADAPTIVE_QP_LEVEL => fn spatial_adaptive_qp_level() {
        let stream = |level: i64| encode(&with(key::SPATIAL_ADAPTIVE_QP_LEVEL, level), 8).fingerprint();
        assert_eq!(stream(-1), encode(&Dictionary::new(), 8).fingerprint());
        assert_ne!(stream(0), stream(-1));
        let (session, _) = session(&Dictionary::new());
        refused(&session, key::SPATIAL_ADAPTIVE_QP_LEVEL, 1);
    }

    key::SUPPORTED_PRESET_DICTIONARIES => fn supported_preset_dictionaries() {
        let (plain, _) = session(&Dictionary::new());
        let presets = plain.property(key::SUPPORTED_PRESET_DICTIONARIES).unwrap();
        let presets = presets.as_dictionary().unwrap();
        let names: Vec<&str> = presets.iter().map(|(name, _)| name).collect();
        for name in ["HighSpeed", "Balanced", "HighQuality", "ConsistentQuality", "VideoConferencing"] {
            assert!(names.contains(&name), "{names:?}");
        }
        let preset = |name: &str| presets.get(name).unwrap().as_dictionary().unwrap();
        // Each can be set, alone and after any other, and reads back as it was set.
        for first in &names {
            for second in &names {
                let (session, _) = session(preset(first));
                session.set_properties(preset(second)).unwrap();
                for (key, value) in preset(second).iter() {
                    assert_eq!(&session.property(key).unwrap(), value, "{key} of {second} after {first}");
                }
            }
        }
        let stream = |name: &str| encode(preset(name), 10);
        assert_eq!(stream("Balanced").fingerprint(), encode(&Dictionary::new(), 10).fingerprint(), "the usual preset");
        assert_ne!(stream("HighSpeed").fingerprint(), stream("Balanced").fingerprint());
        assert_ne!(stream("HighQuality").fingerprint(), stream("Balanced").fingerprint());
        let rate = |settings: Dictionary| session(&settings).0.property(key::AVERAGE_BIT_RATE).unwrap();
        assert_eq!(rate(preset("ConsistentQuality").clone()), Value::from(0));
        let conferencing = stream("VideoConferencing");
        assert_eq!(vui(&conferencing).bitstream_restriction.map(|restriction| restriction.max_num_reorder_frames), Some(0));
    }

    key::VITASCOPE_THREAD_COUNT => fn thread_count() {
        let stream = |threads: i64| encode(&with(key::VITASCOPE_THREAD_COUNT, threads), 8).fingerprint();
        assert!(stream(1) == stream(2) && stream(2) == stream(4), "the stream does not depend on the threads");
        // That there are as many threads is tested in h264_threads.rs, where no other test has any.
    }

    key::VITASCOPE_RECONSTRUCTION_HASH => fn reconstruction_hash() {
        let hashes = |settings: &Dictionary| -> Vec<Option<Vec<u8>>> {
            let attached = |sample: &vitascope_core::SampleBuffer| {
                let (value, _) = sample.attachment(key::VITASCOPE_RECONSTRUCTION_HASH)?;
                value.as_data().map(<[u8]>::to_vec)
            };
            encode(settings, 3).samples.iter().map(attached).collect()
        };
        let on = hashes(&with(key::VITASCOPE_RECONSTRUCTION_HASH, true));
        assert!(on.iter().all(|hash| hash.as_ref().is_some_and(|hash| hash.len() == 16)));
        assert!(on[0] != on[1] && on[1] != on[2]);
        assert_eq!(hashes(&Dictionary::new()), [None, None, None]);
    }

    key::COLOR_PRIMARIES => fn color_primaries() {
        check_color(key::COLOR_PRIMARIES, &[("ITU_R_709_2", 1), ("EBU_3213", 5), ("SMPTE_C", 6), ("ITU_R_2020", 9),
            ("DCI_P3", 11), ("P3_D65", 12), ("P22", 22)], |(primaries, _, _)| primaries);
    }

    key::TRANSFER_FUNCTION => fn transfer_function() {
        check_color(key::TRANSFER_FUNCTION, &[("ITU_R_709_2", 1), ("SMPTE_240M_1995", 7), ("Linear", 8), ("IEC_sRGB", 13),
            ("ITU_R_2020", 14), ("SMPTE_ST_2084_PQ", 16), ("SMPTE_ST_428_1", 17), ("ITU_R_2100_HLG", 18), ("UseGamma", 4)],
            |(_, transfer, _)| transfer);
    }

    key::YCBCR_MATRIX => fn ycbcr_matrix() {
        check_color(key::YCBCR_MATRIX, &[("ITU_R_709_2", 1), ("ITU_R_601_4", 6), ("SMPTE_240M_1995", 7), ("ITU_R_2020", 9)],
            |(_, _, matrix)| matrix);
        // Frames that say that they have another matrix are converted; those that say nothing are not.
        let coded = |tag: Option<ColorInfo>| {
            let (session, outputs) = session(&with(key::YCBCR_MATRIX, "ITU_R_709_2"));
            let first = picture(0);
            if let Some(tag) = tag {
                tag.write_to(&first);
            }
            give_picture(&session, &first, 0);
            session.complete_frames(Time::INVALID).unwrap();
            collect(&outputs).samples[0].data().unwrap().to_vec()
        };
        let matrix = |color: ColorInfo| Some(ColorInfo { primaries: None, transfer: None, ..color });
        assert_eq!(coded(None), coded(matrix(ColorInfo::ITU_709)));
        assert_ne!(coded(None), coded(matrix(ColorInfo::ITU_601)));
    }

    key::PIXEL_ASPECT_RATIO => fn pixel_aspect_ratio() {
        let ratio = |horizontal: i64, vertical: i64| Dictionary::new().with("HorizontalSpacing", horizontal).with("VerticalSpacing", vertical);
        let stream = encode(&with(key::PIXEL_ASPECT_RATIO, ratio(200, 100)), 1);
        let described = stream.format().pixel_aspect_ratio().unwrap();
        assert_eq!((described.horizontal_spacing, described.vertical_spacing), (2, 1));
        let coded = vui(&stream).sample_aspect_ratio.unwrap();
        assert_eq!(coded.ratio(), Some((2, 1)), "{coded:?}");
        assert!(vui(&encode(&Dictionary::new(), 1)).sample_aspect_ratio.is_none_or(|ratio: SampleAspectRatio| ratio.ratio().is_none()));
    }

    key::CLEAN_APERTURE => fn clean_aperture() {
        let value = Dictionary::new().with("Width", 80).with("Height", 60).with("HorizontalOffset", -4).with("VerticalOffset", 2);
        let stream = encode(&with(key::CLEAN_APERTURE, value), 1);
        let expected = CleanAperture { width: 80.0, height: 60.0, horizontal_offset: -4.0, vertical_offset: 2.0 };
        assert_eq!(stream.format().clean_aperture_extension(), Some(expected));
        assert_eq!(encode(&Dictionary::new(), 1).format().clean_aperture_extension(), None);
    }

    key::PIXEL_TRANSFER_PROPERTIES => fn pixel_transfer_properties() {
        // Twice as wide as the stream's pictures, and white.
        let wide = || {
            let picture = PixelBuffer::new(2 * WIDTH, HEIGHT, FourCc::new(*b"BGRA")).unwrap();
            (0..HEIGHT).for_each(|y| picture.write().unwrap().row_mut(0, y).fill(255));
            ColorInfo::ITU_709.write_to(&picture);
            picture
        };
        let coded = |transfer: &Dictionary, picture: &PixelBuffer| {
            let (session, outputs) = session(&with(key::PIXEL_TRANSFER_PROPERTIES, transfer.clone()));
            give_picture(&session, picture, 0);
            session.complete_frames(Time::INVALID).unwrap();
            collect(&outputs)
        };
        let aspect = |stream: &Stream| stream.format().pixel_aspect_ratio().map(|ratio| (ratio.horizontal_spacing, ratio.vertical_spacing));
        let stretched = coded(&Dictionary::new(), &wide());
        let boxed = coded(&with("ScalingMode", "Letterbox"), &wide());
        let trimmed = coded(&with("ScalingMode", "Trim"), &wide());
        // A stretched white picture is white, one with bars is not; pixels keep their shape or become wider.
        assert!(boxed.bytes() > stretched.bytes() && aspect(&boxed).is_none() && aspect(&stretched) == Some((2, 1)));
        assert_eq!(stretched.samples[0].data().unwrap(), coded(&with("ScalingMode", "Normal"), &wide()).samples[0].data().unwrap());
        assert!(aspect(&trimmed).is_none() && trimmed.bytes() < boxed.bytes());
        // The aperture of the destination is the stream's.
        let aperture = Dictionary::new().with("Width", WIDTH as i64 / 2).with("Height", HEIGHT as i64);
        let cropped = coded(&with("ScalingMode", "CropSourceToCleanAperture").with("DestinationCleanAperture", aperture), &wide());
        assert_eq!(cropped.format().clean_aperture_extension().unwrap().width, WIDTH as f64 / 2.0);
        // So are its colours.
        let colored = coded(&with("DestinationColorPrimaries", "P3_D65").with("DestinationTransferFunction", "IEC_sRGB"), &wide());
        let described = vui(&colored).video_signal_type.unwrap().colour_description.unwrap();
        assert_eq!((described.colour_primaries, described.transfer_characteristics), (12, 13));
        // Frames that the encoder takes are not transferred.
        let plain = picture(0);
        assert_eq!(coded(&with("ScalingMode", "Letterbox"), &plain).fingerprint(), coded(&Dictionary::new(), &plain).fingerprint());
        // The dictionary is checked when it is set.
        let (session, _) = session(&Dictionary::new());
        let error = refused(&session, key::PIXEL_TRANSFER_PROPERTIES, with("ScalingMode", "Stretch"));
        assert!(error.to_string().contains("Stretch") && error.to_string().contains("Letterbox"), "{error}");
        refused(&session, key::PIXEL_TRANSFER_PROPERTIES, with("ScalingMod", "Trim"));
        refused(&session, key::PIXEL_TRANSFER_PROPERTIES, 3);
    }

    key::NUMBER_OF_PENDING_FRAMES => fn number_of_pending_frames() {
        let (session, _outputs) = session(&Dictionary::new());
        let pending = || session.property(key::NUMBER_OF_PENDING_FRAMES).unwrap();
        assert_eq!(pending(), Value::from(0));
        (0..5).for_each(|number| give(&session, number));
        assert_eq!(pending(), Value::from(5));
        session.complete_frames(Time::INVALID).unwrap();
        assert_eq!(pending(), Value::from(0));
    }

    key::PIXEL_BUFFER_POOL_IS_SHARED => fn pixel_buffer_pool_is_shared() {
        let shared = |format: &[u8; 4]| {
            let attributes = with("PixelFormatType", vitascope_core::FourCc::new(*format));
            let session = CompressionSession::builder(WIDTH as i32, HEIGHT as i32, vitascope_session::codec::H264)
                .source_image_buffer_attributes(attributes)
                .build()
                .unwrap();
            session.property(key::PIXEL_BUFFER_POOL_IS_SHARED).unwrap()
        };
        assert_eq!((shared(b"y420"), shared(b"BGRA")), (Value::from(true), Value::from(false)));
    }

    key::VIDEO_ENCODER_PIXEL_BUFFER_ATTRIBUTES => fn video_encoder_pixel_buffer_attributes() {
        let (session, _) = session(&Dictionary::new());
        let attributes = session.property(key::VIDEO_ENCODER_PIXEL_BUFFER_ATTRIBUTES).unwrap();
        // A pool can be made of them whose buffers the session takes.
        let pool = vitascope_core::PixelBufferPool::new(&Dictionary::new(), attributes.as_dictionary().unwrap()).unwrap();
        give_picture(&session, &pool.create_pixel_buffer().unwrap(), 0);
    }

    key::ENCODER_ID => fn encoder_id() {
        let (session, _) = session(&Dictionary::new());
        let id = session.property(key::ENCODER_ID).unwrap();
        CompressionSession::builder(64, 64, vitascope_session::codec::H264)
            .encoder_specification(with("EncoderID", id))
            .build()
            .unwrap();
    }

    key::USING_HARDWARE_ACCELERATED_VIDEO_ENCODER => fn using_hardware() {
        let (session, _) = session(&Dictionary::new());
        assert_eq!(session.property(key::USING_HARDWARE_ACCELERATED_VIDEO_ENCODER).unwrap(), Value::from(false));
    }
}

/// Each value of a colour property with its code point in the stream and its string on the format description.
fn check_color(key: &str, values: &[(&str, u8)], part: impl Fn((u8, u8, u8)) -> u8) {
    let (session, _) = session(&Dictionary::new());
    let choices = match session.property_table().find(key).unwrap().kind {
        vitascope_session::property::Kind::Enumeration(choices) => choices,
        other => panic!("{other:?}"),
    };
    assert!(
        choices.iter().all(|choice| values.iter().any(|(value, _)| value == choice)),
        "{key}: {choices:?}"
    );
    for (value, code) in values {
        let stream = encode(&with(key, *value), 1);
        let colour = vui(&stream).video_signal_type.unwrap().colour_description.unwrap();
        let codes = (colour.colour_primaries, colour.transfer_characteristics, colour.matrix_coefficients);
        assert_eq!(part(codes), *code, "{key} = {value}");
        let described = ColorInfo::from_dictionary(stream.format().extensions());
        assert_eq!(part(described.code_points()), *code, "{key} = {value}");
    }
}
