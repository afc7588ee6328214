//! What a kind of session lists as supported takes a value there, and what it does not list is refused as not supported.

mod clip;

use clip::{HEIGHT, WIDTH, low_latency_session, session};
use vitascope_core::{Dictionary, TimeRange, Value};
use vitascope_session::property::{Access, Kind, PropertyRow};
use vitascope_session::{
    CodecRegistry, CompressionSession, EncoderSpecification, MultiPassStorage, codec, key, status,
};

/// Values of a row's type, of which a session that has the property must take one.
fn candidates(row: &PropertyRow) -> Vec<Value> {
    match row.kind {
        Kind::Boolean => vec![true.into(), false.into()],
        Kind::Integer { minimum, maximum } => {
            vec![minimum.into(), maximum.into(), maximum.min(100_000).max(minimum).into()]
        }
        Kind::Float { minimum, maximum } => vec![minimum.into(), maximum.into()],
        Kind::Enumeration(choices) => choices.iter().map(|choice| Value::from(*choice)).collect(),
        Kind::Text => vec!["text".into()],
        Kind::Data { length } => vec![Value::from(vec![1_u8; length])],
        Kind::DataRates => vec![vec![Value::from(9999), Value::from(1.0)].into()],
        Kind::Dictionary(fields) => {
            let fields =
                fields.iter().map(|field| (field.key.to_string(), Value::from(field.minimum.max(2.0))));
            vec![fields.collect::<Dictionary>().into()]
        }
        Kind::Properties(_) => vec![Dictionary::new().into()],
        Kind::Object(_) => {
            vec![storage()]
        }
        Kind::Attributes | Kind::IccProfile | Kind::Presets => Vec::new(),
    }
}

fn storage() -> Value {
    MultiPassStorage::new(None, TimeRange::INVALID, Default::default()).unwrap().to_value()
}

fn check(kind: &str, new_session: impl Fn() -> CompressionSession) {
    for row in new_session().property_table().rows() {
        if row.access == Access::ReadWrite {
            let takes = |value: Value| new_session().set_property(row.key, value).is_ok();
            assert!(candidates(row).into_iter().any(takes), "{kind}: {} takes no value", row.key);
        }
        assert!(new_session().property(row.key).is_ok(), "{kind}: {}", row.key);
    }
}

#[test]
fn what_is_listed_can_be_set() {
    check("ordinary", || session(&Dictionary::new()).0);
    check("low latency", || low_latency_session(WIDTH, HEIGHT, &Dictionary::new()).0);
    check("several passes", || session(&Dictionary::new().with(key::MULTI_PASS_STORAGE, storage())).0);
}

#[test]
fn low_latency_has_no_variable_rate() {
    let (session, _) = low_latency_session(WIDTH, HEIGHT, &Dictionary::new());
    let entry = CodecRegistry::standard().find(codec::H264, &EncoderSpecification::default()).unwrap();
    let listed = entry.supported_properties(WIDTH as i32, HEIGHT as i32, true).unwrap();
    assert_eq!(session.supported_properties().unwrap(), listed);
    for key in [key::VARIABLE_BIT_RATE, key::VBV_MAX_BIT_RATE] {
        assert!(!listed.contains_key(key));
        let set = session.set_property(key, 100_000).unwrap_err();
        let read = session.property(key).unwrap_err();
        assert_eq!([set.status(), read.status()], [status::PROPERTY_NOT_SUPPORTED; 2]);
    }
    assert!(
        entry
            .supported_properties(WIDTH as i32, HEIGHT as i32, false)
            .unwrap()
            .contains_key("VariableBitRate")
    );
}
