//! The list of encoders.

mod support;

use support::Behaviour;
use vitascope_core::Value;
use vitascope_session::{CodecRegistry, EncoderSpecification, codec};

#[test]
fn the_standard_list() {
    let registry = CodecRegistry::standard();
    let list = registry.encoder_list();
    assert_eq!(list.len(), registry.entries().len());
    let h264 =
        list.iter().find(|encoder| encoder.get("CodecType") == Some(&Value::from(codec::H264))).unwrap();
    for key in ["EncoderID", "CodecName", "EncoderName", "DisplayName"] {
        assert!(h264.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty()), "{key}");
    }
    assert_eq!(h264.get("DisplayName"), h264.get("CodecName"));
    assert_eq!(h264.get("IsHardwareAccelerated"), Some(&Value::from(false)));
    let found = registry.find(codec::H264, &EncoderSpecification::default()).unwrap();
    assert_eq!(Some(found.encoder_id), h264.get("EncoderID").and_then(Value::as_str));
}

#[test]
fn ratings_and_names() {
    let (registry, _) = support::registry(Behaviour::default());
    let entry = registry.entries()[0].as_ref().clone();
    assert_eq!(registry.encoder_list()[0].get("DisplayName"), Some(&Value::from("Mock")));
    assert_eq!(registry.encoder_list()[0].get("QualityRating"), Some(&Value::from(1)));
    assert_eq!(registry.encoder_list()[0].get("PerformanceRating"), None);
    let mut second = entry.clone();
    (second.encoder_id, second.encoder_name) = ("org.example.second", "Second");
    let registry = CodecRegistry::with_entries([entry, second]);
    let names: Vec<_> =
        registry.encoder_list().iter().map(|encoder| encoder.get("DisplayName").cloned().unwrap()).collect();
    assert_eq!(names, [Value::from("Mock Encoder"), Value::from("Second")]);
    // The first of a codec is preferred; the identifier chooses another.
    let mut specification = EncoderSpecification::default();
    assert_eq!(registry.find(support::MOCK, &specification).unwrap().encoder_id, "org.example.mock");
    specification.encoder_id = Some("org.example.second".into());
    assert_eq!(registry.find(support::MOCK, &specification).unwrap().encoder_id, "org.example.second");
}
