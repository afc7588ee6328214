//! What an H.264 stream says about its pictures, and what samples say about their frames.

mod clip;

use clip::{METADATA_PROPERTIES, Stream, collect, encode, give_picture, picture, session, with};
use vitascope_bits::length_prefixed;
use vitascope_core::{
    AttachmentMode, ChromaLocation, ColorInfo, Dictionary, SampleBuffer, Time, TransferFunction, Value,
    attachment,
};
use vitascope_h264::syntax::nal::NalHeader;
use vitascope_h264::syntax::sei::{SeiMessage, parse_messages};
use vitascope_h264::syntax::vui::Vui;
use vitascope_session::{CLOSED_CAPTIONS, CompressionSession, Error, USER_DATA, key, status};

/// A test for each property, and one that none of the shared list is left out.
macro_rules! effects {
    ($($key:path => fn $name:ident() $body:block)*) => {
        $(#[test] fn $name() $body)*

        #[test]
        fn every_property_of_metadata_has_a_test() {
            let tested = [$($key),*];
            assert!(METADATA_PROPERTIES.iter().all(|key| tested.contains(key)));
        }
    };
}

/// The messages in a sample's SEI.
fn messages(sample: &SampleBuffer) -> Vec<SeiMessage> {
    let data = sample.data().unwrap().to_vec();
    let units = length_prefixed::split(&data, 4).unwrap().map(|unit| unit.unwrap());
    let messages = units.filter(|unit| unit[0] & 31 == 6);
    messages.flat_map(|unit| parse_messages(&NalHeader::split(unit).unwrap().1).unwrap()).collect()
}

/// `pic_struct` of a stream that describes no buffer.
fn picture_structure(sample: &SampleBuffer) -> Option<u8> {
    messages(sample).into_iter().find_map(|message| match message {
        SeiMessage::Other { payload_type: 1, payload } => Some(payload[0] >> 4),
        _ => None,
    })
}

#[test]
fn chroma_of_dv_lies_at_the_top_left() {
    let (session, outputs) = session(&Dictionary::new());
    let picture = picture(0);
    let key = attachment::CHROMA_LOCATION_TOP_FIELD;
    picture.set_attachment(key, ChromaLocation::Dv420.string(), AttachmentMode::ShouldPropagate);
    give_picture(&session, &picture, 0);
    session.complete_frames(Time::INVALID).unwrap();
    let location = collect(&outputs).sps().vui.unwrap().chroma_loc_info.unwrap();
    assert_eq!(
        (location.chroma_sample_loc_type_top_field, location.chroma_sample_loc_type_bottom_field),
        (2, 2)
    );
}

#[test]
fn captions_and_user_data_travel_with_their_frame() {
    let (session, outputs) = session(&with(key::ALLOW_FRAME_REORDERING, true));
    let triples = [0xfc, 0x94, 0x2c, 0xfc, 0x80, 0x80];
    for number in 0..12 {
        let picture = picture(number);
        let mode = AttachmentMode::ShouldPropagate;
        if number % 5 == 2 {
            picture.set_attachment(CLOSED_CAPTIONS, Value::data(triples.to_vec()), mode);
            picture.set_attachment(USER_DATA, Value::data([&[9; 16][..], &[number as u8]].concat()), mode);
        }
        if number == 3 {
            // Not whole triples, and no whole UUID: left out.
            picture.set_attachment(CLOSED_CAPTIONS, Value::data(vec![1; 4]), mode);
            picture.set_attachment(USER_DATA, Value::data(vec![1; 15]), mode);
        }
        give_picture(&session, &picture, number);
    }
    session.complete_frames(Time::INVALID).unwrap();
    for sample in collect(&outputs).samples {
        let number = sample.presentation_time().value;
        let messages = messages(&sample);
        if number % 5 != 2 {
            assert_eq!(messages, [], "frame {number}");
            continue;
        }
        let [SeiMessage::Other { payload_type: 4, payload }, SeiMessage::UserDataUnregistered { uuid, data }] =
            &messages[..]
        else {
            panic!("frame {number}: {messages:?}");
        };
        let caption =
            [0xb5, 0, 0x31, b'G', b'A', b'9', b'4', 3, 0xc2, 0xff, 0xfc, 0x94, 0x2c, 0xfc, 0x80, 0x80, 0xff];
        assert_eq!(payload[..], caption);
        assert_eq!((*uuid, &data[..]), ([9; 16], &[number as u8][..]));
    }
}

fn vui(stream: &Stream) -> Vui {
    stream.sps().vui.expect("there is usability information")
}

fn refused(session: &CompressionSession, key: &str, value: impl Into<Value>) -> Error {
    let error = session.set_property(key, value).unwrap_err();
    assert_eq!(error.status(), status::PARAMETER, "{error}");
    error
}

effects! {
    key::OUTPUT_BIT_DEPTH => fn output_bit_depth() {
        let stream = encode(&with(key::OUTPUT_BIT_DEPTH, 8), 1);
        assert_eq!(stream.sps().bit_depth_luma_minus8, 0);
        let (session, _) = session(&Dictionary::new());
        let error = refused(&session, key::OUTPUT_BIT_DEPTH, 10);
        assert!(error.to_string().ends_with("cannot be 10: 8 is accepted"), "{error}");
    }

    key::CALCULATE_MEAN_SQUARED_ERROR => fn calculate_mean_squared_error() {
        let metrics = |quality: f64| -> Vec<[f64; 3]> {
            let settings = with(key::CALCULATE_MEAN_SQUARED_ERROR, true).with(key::QUALITY, quality);
            let stream = encode(&settings, 4);
            let metrics = stream.samples.iter().map(|sample| {
                let attachments = sample.sample_attachments(0).unwrap();
                attachments.mean_squared_errors().expect("there are metrics")
            });
            metrics.collect()
        };
        let (good, poor) = (metrics(0.8), metrics(0.2));
        for (good, poor) in good.iter().zip(&poor) {
            for plane in 0..3 {
                assert!(good[plane] > 0.0 && 2.0 * good[plane] < poor[plane], "{good:?} {poor:?}");
            }
        }
        let plain = encode(&Dictionary::new(), 1);
        assert_eq!(plain.samples[0].sample_attachments(0).unwrap().mean_squared_errors(), None);

        // Each plane's error stands under its own name: here only Cr has anything to lose.
        let buffer = picture(0);
        {
            let mut guard = buffer.write().unwrap();
            for y in 0..buffer.height() / 2 {
                for (x, pair) in guard.row_mut(1, y).chunks_exact_mut(2).enumerate() {
                    pair.copy_from_slice(&[128, (x * x * 7 + y * y * 13) as u8]);
                }
            }
        }
        let (session, outputs) = session(&with(key::CALCULATE_MEAN_SQUARED_ERROR, true));
        give_picture(&session, &buffer, 0);
        session.complete_frames(Time::INVALID).unwrap();
        let stream = collect(&outputs);
        let attachments = stream.samples[0].sample_attachments(0).unwrap();
        let [_, blue, red] = attachments.mean_squared_errors().expect("there are metrics");
        assert!(blue < 1.0 && 10.0 < red, "{blue} {red}");
    }

    key::GAMMA_LEVEL => fn gamma_level() {
        let stream = encode(&with(key::GAMMA_LEVEL, 2.2), 1);
        let extensions = stream.format().extensions().clone();
        assert_eq!(extensions.get("CVImageBufferGammaLevel").and_then(Value::as_f64), Some(2.2));
        assert_eq!(vui(&stream).video_signal_type.unwrap().colour_description.unwrap().transfer_characteristics, 4);
        // The pixels are those of a stream without.
        let plain = encode(&Dictionary::new(), 1);
        assert_eq!(stream.samples[0].data().unwrap().to_vec(), plain.samples[0].data().unwrap().to_vec());
    }

    key::MASTERING_DISPLAY_COLOR_VOLUME => fn mastering_display_color_volume() {
        let volume: Vec<u8> = (1..=24).collect();
        let stream = encode(&with(key::MASTERING_DISPLAY_COLOR_VOLUME, Value::data(volume.clone())), 2);
        let extensions = stream.format().extensions().clone();
        let noted = extensions.get(attachment::MASTERING_DISPLAY_COLOR_VOLUME).and_then(Value::as_data);
        assert_eq!(noted, Some(&*volume));
        let expected = SeiMessage::MasteringDisplayColourVolume(volume.try_into().unwrap());
        assert_eq!(messages(&stream.samples[0]), [expected]);
        assert_eq!(messages(&stream.samples[1]), []);
        let (session, _) = session(&Dictionary::new());
        let error = refused(&session, key::MASTERING_DISPLAY_COLOR_VOLUME, Value::data(vec![0; 23]));
        assert!(error.to_string().contains("24 bytes"), "{error}");
    }

    key::CONTENT_LIGHT_LEVEL_INFO => fn content_light_level_info() {
        let settings = with(key::CONTENT_LIGHT_LEVEL_INFO, Value::data(vec![3, 232, 1, 144]))
            .with(key::MAX_KEY_FRAME_INTERVAL, 2);
        let stream = encode(&settings, 3);
        let extensions = stream.format().extensions().clone();
        let noted = extensions.get(attachment::CONTENT_LIGHT_LEVEL_INFO).and_then(Value::as_data);
        assert_eq!(noted, Some(&[3, 232, 1, 144][..]));
        for sample in &stream.samples {
            let expected = SeiMessage::ContentLightLevel([3, 232, 1, 144]);
            assert_eq!(messages(sample).contains(&expected), sample.is_sync());
        }
    }

    key::FIELD_COUNT => fn field_count() {
        for (count, pic_struct) in [(1, None), (2, Some(3))] {
            let stream = encode(&with(key::FIELD_COUNT, count), 3);
            let extensions = stream.format().extensions().clone();
            assert_eq!(extensions.get(attachment::FIELD_COUNT).and_then(Value::as_i64), Some(count));
            assert_eq!(vui(&stream).pic_struct_present_flag, count == 2);
            for sample in &stream.samples {
                assert_eq!(picture_structure(sample), pic_struct);
            }
        }
    }

    key::FIELD_DETAIL => fn field_detail() {
        let details = [
            ("TemporalTopFirst", 3),
            ("TemporalBottomFirst", 4),
            ("SpatialFirstLineEarly", 3),
            ("SpatialFirstLineLate", 4),
        ];
        for (detail, pic_struct) in details {
            let stream = encode(&with(key::FIELD_DETAIL, detail), 2);
            let extensions = stream.format().extensions().clone();
            assert_eq!(extensions.get(attachment::FIELD_DETAIL).and_then(Value::as_str), Some(detail));
            assert_eq!(picture_structure(&stream.samples[1]), Some(pic_struct));
            let progressive = encode(&with(key::FIELD_DETAIL, detail).with(key::FIELD_COUNT, 1), 1);
            assert_eq!(picture_structure(&progressive.samples[0]), None);
            // Frames that are marked as progressive do not stand against it.
            let (session, outputs) = session(&with(key::FIELD_DETAIL, detail));
            let marked = picture(0);
            marked.set_attachment(attachment::FIELD_COUNT, 1, AttachmentMode::ShouldPropagate);
            give_picture(&session, &marked, 0);
            session.complete_frames(Time::INVALID).unwrap();
            assert_eq!(picture_structure(&collect(&outputs).samples[0]), Some(pic_struct));
        }
    }

    key::USING_GPU_REGISTRY_ID => fn using_gpu_registry_id() {
        let (session, _) = session(&Dictionary::new());
        assert!(session.property(key::USING_GPU_REGISTRY_ID).unwrap().is_null());
    }
}

#[test]
fn a_power_is_that_of_gamma_level_or_of_the_first_frame() {
    // Frames with another function are converted to it.
    let coded = |level: Option<f64>, frame: ColorInfo| {
        let (session, outputs) = session(&with(key::TRANSFER_FUNCTION, "UseGamma"));
        if let Some(level) = level {
            session.set_property(key::GAMMA_LEVEL, level).unwrap();
        }
        let first = picture(0);
        frame.write_to(&first);
        give_picture(&session, &first, 0);
        session.complete_frames(Time::INVALID).unwrap();
        let stream = collect(&outputs);
        (
            ColorInfo::from_dictionary(stream.format().extensions()).gamma,
            stream.samples[0].data().unwrap().to_vec(),
        )
    };
    let power = |gamma| ColorInfo { transfer: Some(TransferFunction::UseGamma), gamma, ..ColorInfo::ITU_709 };
    let plain = coded(None, power(Some(2.2)));
    assert_eq!(plain.0, Some(2.2));
    assert_eq!(coded(Some(2.2), power(Some(2.2))), plain);
    assert_eq!(coded(None, power(None)), plain);
    assert_eq!(coded(None, power(Some(2.8))).0, Some(2.8));
    let lighter = coded(Some(2.8), power(Some(1.8)));
    assert!(lighter.0 == Some(2.8) && lighter.1 != coded(Some(2.8), power(Some(2.8))).1);
}
