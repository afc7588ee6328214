//! Properties that choose tools of the H.264 encoder.

mod clip;

use clip::{TOOL_PROPERTIES, collect, encode, give_picture, session, session_of, with};
use vitascope_bits::avcc::AvcDecoderConfiguration;
use vitascope_core::{Dictionary, PixelBuffer, Time, Value, format};
use vitascope_session::{CompressionSession, Error, key, status};

/// A test for each property, and one that none of the shared list is left out.
macro_rules! effects {
    ($($key:path => fn $name:ident() $body:block)*) => {
        $(#[test] fn $name() $body)*

        #[test]
        fn every_property_of_a_tool_has_a_test() {
            let tested = [$($key),*];
            assert!(TOOL_PROPERTIES.iter().all(|key| tested.contains(key)));
        }
    };
}

fn refused(session: &CompressionSession, key: &str, value: impl Into<Value>) -> Error {
    let error = session.set_property(key, value).unwrap_err();
    assert_eq!(error.status(), status::PARAMETER, "{error}");
    error
}

effects! {
    key::VITASCOPE_PSYCHOVISUAL_STRENGTH => fn psychovisual_strength() {
        let of = |effort: i64, strength: f64| {
            let settings = with(key::VITASCOPE_EFFORT, effort).with(key::VITASCOPE_PSYCHOVISUAL_STRENGTH, strength);
            encode(&settings.with(key::QUALITY, 0.3), 6).fingerprint()
        };
        let unset = encode(&with(key::VITASCOPE_EFFORT, 8).with(key::QUALITY, 0.3), 6).fingerprint();
        assert_eq!(of(8, 0.0), unset);
        assert_ne!(of(8, 2.0), unset);
        assert_eq!(of(5, 2.0), of(5, 0.0));
        let (session, _) = session(&Dictionary::new());
        assert!(refused(&session, key::VITASCOPE_PSYCHOVISUAL_STRENGTH, 4.5).to_string().contains("0 to 4"));
    }

    key::VITASCOPE_DIRECT_PREDICTION => fn direct_prediction() {
        let of = |effort: i64, direct: &str| {
            let settings = with(key::VITASCOPE_EFFORT, effort).with(key::VITASCOPE_DIRECT_PREDICTION, direct);
            encode(&settings, 24).fingerprint()
        };
        for effort in [2, 5] {
            assert_ne!(of(effort, "Spatial"), of(effort, "Temporal"));
        }
        assert_eq!(of(2, "Automatic"), of(2, "Spatial"));
        assert_eq!(of(2, "Automatic"), encode(&with(key::VITASCOPE_EFFORT, 2), 24).fingerprint());
        let (session, _) = session(&Dictionary::new());
        let refusal = refused(&session, key::VITASCOPE_DIRECT_PREDICTION, "Diagonal").to_string();
        assert!(refusal.contains("Automatic, Spatial, Temporal"), "{refusal}");
    }

    key::VITASCOPE_MONOCHROME => fn monochrome() {
        let gray = |settings: &Dictionary| {
            let (session, outputs) = session_of(50, 34, settings);
            for frame in 0..4 {
                let picture = PixelBuffer::new(50, 34, format::ONE_COMPONENT_8).unwrap();
                let mut pixels = picture.write().unwrap();
                for y in 0..34 {
                    for (x, sample) in pixels.row_mut(0, y).iter_mut().enumerate().take(50) {
                        *sample = ((x + 2 * frame) * (y + 3) % 256) as u8;
                    }
                }
                drop(pixels);
                give_picture(&session, &picture, frame);
            }
            session.complete_frames(Time::INVALID).unwrap();
            collect(&outputs)
        };
        for mode in ["CAVLC", "CABAC"] {
            let settings = with(key::H264_ENTROPY_MODE, mode);
            let colour = gray(&settings);
            let monochrome = gray(&settings.with(key::VITASCOPE_MONOCHROME, true));
            assert_eq!(colour.sps().chroma_format_idc, 1);
            let sps = monochrome.sps();
            assert_eq!((sps.chroma_format_idc, sps.display_size()), (0, (50, 34)));
            assert!(monochrome.bytes() < colour.bytes(), "{} and {}", monochrome.bytes(), colour.bytes());
            let description = monochrome.format();
            let record = AvcDecoderConfiguration::parse(description.extension_atom("avcC").unwrap()).unwrap();
            assert_eq!(record.high.unwrap().chroma_format, 0);
        }
        let (session, _) = session(&with(key::VITASCOPE_MONOCHROME, true));
        let refusal = refused(&session, key::PROFILE_LEVEL, "H264_Main_AutoLevel").to_string();
        assert!(refusal.contains("monochrome"), "{refusal}");
    }
}
