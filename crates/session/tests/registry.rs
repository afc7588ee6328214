//! The list of encoders.

mod support;

use support::Behaviour;
use vitascope_core::{Dictionary, Value};
use vitascope_session::{CodecRegistry, CompressionSession, EncoderSpecification, codec, key, status};

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

#[test]
fn supported_properties_follow_from_the_picture_size() {
    let entry = CodecRegistry::standard().find(codec::H264, &EncoderSpecification::default()).unwrap();
    let levels = |supported: &Dictionary| {
        let row = supported.get(key::PROFILE_LEVEL).and_then(Value::as_dictionary).unwrap();
        row.get("SupportedValueList").and_then(Value::as_array).unwrap().to_vec()
    };
    let at = |width, height| levels(&entry.supported_properties(width, height, false).unwrap());
    assert!(at(320, 240).contains(&Value::from("H264_Baseline_1_3")));
    assert!(!at(1920, 1080).contains(&Value::from("H264_Baseline_3_1")));
    assert!(at(1920, 1080).contains(&Value::from("H264_Main_4_0")));
    // What is listed can be set, and what is not cannot; the session lists the same.
    let session = CompressionSession::builder(1280, 720, codec::H264).build().unwrap();
    assert_eq!(levels(&session.supported_properties().unwrap()), at(1280, 720));
    for level in at(320, 240) {
        let set = session.set_property(key::PROFILE_LEVEL, level.clone());
        assert_eq!(set.is_ok(), at(1280, 720).contains(&level), "{level}: {set:?}");
    }
    for (width, height) in [(0, 720), (-1, 720), (1, 2), (4098, 16), (4096, 4096)] {
        let error = entry.supported_properties(width, height, false).unwrap_err();
        assert_eq!(error.status(), status::PARAMETER, "{width}x{height}");
    }
}
