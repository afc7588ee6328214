//! Properties that choose tools of the H.264 encoder.

mod clip;

use clip::{TOOL_PROPERTIES, encode, session, with};
use vitascope_core::{Dictionary, Value};
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
}
