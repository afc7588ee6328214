//! Format descriptions.

use vitascope_core::AttachmentMode::{ShouldNotPropagate, ShouldPropagate};
use vitascope_core::{
    CleanAperture, ColorInfo, Dictionary, FormatDescription, FourCc, MEDIA_TYPE_VIDEO, PixelAspectRatio,
    PixelBuffer, Rect, Value, VideoDimensions, attachment, extension, format,
};

const AVC1: FourCc = FourCc::new(*b"avc1");

fn video(extensions: Dictionary) -> FormatDescription {
    FormatDescription::video(AVC1, 720, 480, extensions).unwrap()
}

#[test]
fn members_are_kept() {
    let description = video(Dictionary::new().with(extension::DEPTH, 24));
    assert_eq!((description.media_type(), description.media_sub_type()), (MEDIA_TYPE_VIDEO, AVC1));
    assert_eq!(description.dimensions(), VideoDimensions { width: 720, height: 480 });
    assert_eq!(description.extension(extension::DEPTH), Some(&Value::from(24)));
    assert_eq!(description.extension("nothing"), None);
    assert_eq!(description.extensions().len(), 1);
    let sound =
        FormatDescription::new(FourCc::new(*b"soun"), FourCc::new(*b"aac "), Dictionary::new()).unwrap();
    assert_eq!(sound.dimensions(), VideoDimensions::default());
    assert_eq!(
        FormatDescription::new(MEDIA_TYPE_VIDEO, AVC1, Dictionary::new()).unwrap_err().status(),
        -12710
    );
}

#[test]
fn sizes_must_be_positive() {
    for (width, height) in [(0, 1), (1, 0), (-1, 1), (1, i32::MIN)] {
        let error = FormatDescription::video(AVC1, width, height, Dictionary::new()).unwrap_err();
        assert_eq!(error.status(), -12710);
        assert!(error.to_string().contains(&format!("{width} x {height}")), "{error}");
    }
}

#[test]
fn equality_looks_at_contents_and_identity_at_the_object() {
    let one = video(Dictionary::new().with("a", 1).with("b", 2));
    let same = video(Dictionary::new().with("b", 2).with("a", 1));
    let other = video(Dictionary::new().with("a", 1).with("b", 3));
    assert_eq!(one, same);
    assert!(!FormatDescription::ptr_eq(&one, &same));
    assert!(FormatDescription::ptr_eq(&one, &one.clone()));
    assert_ne!(one, other);
    assert!(one.equal_ignoring(&other, &["b"]));
    assert!(one.equal_ignoring(&video(Dictionary::new().with("a", 1)), &["b"]));
    assert!(!one.equal_ignoring(&other, &["a"]));
    let taller = FormatDescription::video(AVC1, 720, 481, one.extensions().clone()).unwrap();
    assert_ne!(one, taller);
    assert!(!one.equal_ignoring(&taller, &["a", "b"]));
}

#[test]
fn atoms_are_found_alone_or_in_arrays() {
    let atoms = Dictionary::new()
        .with("avcC", Value::data([1u8, 100]))
        .with("colr", vec![Value::data([1u8]), Value::data([2u8])])
        .with("odd", 5);
    let description = video(Dictionary::new().with(extension::SAMPLE_DESCRIPTION_EXTENSION_ATOMS, atoms));
    assert_eq!(description.extension_atom("avcC"), Some(&[1, 100][..]));
    assert_eq!(description.extension_atom("colr"), Some(&[1][..]));
    assert_eq!(description.extension_atom("odd"), None);
    assert_eq!(description.extension_atom("hvcC"), None);
    assert_eq!(video(Dictionary::new()).extension_atom("avcC"), None);
}

#[test]
fn pictures_have_formats_that_match_them() {
    let buffer = PixelBuffer::new(720, 480, format::YUV420_PLANAR_FULL).unwrap();
    ColorInfo::ITU_601.write_to(&buffer);
    buffer.set_pixel_aspect_ratio(&PixelAspectRatio { horizontal_spacing: 10, vertical_spacing: 11 });
    buffer.set_attachment("private", 1, ShouldPropagate);
    buffer.set_attachment(attachment::FIELD_COUNT, 1, ShouldNotPropagate);
    let description = FormatDescription::video_for_pixel_buffer(&buffer).unwrap();
    assert_eq!(description.media_sub_type(), format::YUV420_PLANAR_FULL);
    assert_eq!(description.dimensions(), VideoDimensions { width: 720, height: 480 });
    assert_eq!(ColorInfo::from_dictionary(description.extensions()), ColorInfo::ITU_601);
    assert_eq!(description.extension(attachment::FIELD_COUNT), Some(&Value::from(1)));
    assert_eq!(description.extension("private"), None);
    assert!(description.is_full_range());
    assert!(description.matches_pixel_buffer(&buffer));
    buffer.set_attachment("private", 2, ShouldPropagate);
    assert!(description.matches_pixel_buffer(&buffer));
    ColorInfo::ITU_709.write_to(&buffer);
    assert!(!description.matches_pixel_buffer(&buffer));
    ColorInfo::ITU_601.write_to(&buffer);
    buffer.set_attachment(attachment::ICC_PROFILE, Value::data([1u8]), ShouldPropagate);
    assert!(!description.matches_pixel_buffer(&buffer), "an attachment more");
    for (width, height, code) in [
        (721, 480, format::YUV420_PLANAR_FULL),
        (720, 479, format::YUV420_PLANAR_FULL),
        (720, 480, format::YUV420_PLANAR),
    ] {
        let other = PixelBuffer::new(width, height, code).unwrap();
        buffer.propagate_attachments_to(&other);
        assert!(!description.matches_pixel_buffer(&other));
    }
}

#[test]
fn packed_pictures_tell_their_row_bytes() {
    let buffer = PixelBuffer::new(10, 2, format::BGRA32).unwrap();
    let description = FormatDescription::video_for_pixel_buffer(&buffer).unwrap();
    assert_eq!(description.extension(extension::BYTES_PER_ROW), Some(&Value::from(64)));
    assert_eq!(description.extension(extension::FULL_RANGE_VIDEO), None);
}

#[test]
fn range_comes_from_the_extension_or_the_pixel_format() {
    assert!(!video(Dictionary::new()).is_full_range());
    assert!(video(Dictionary::new().with(extension::FULL_RANGE_VIDEO, true)).is_full_range());
    let raw = |code, extensions| FormatDescription::video(code, 2, 2, extensions).unwrap();
    assert!(raw(format::YUV420_BIPLANAR_FULL, Dictionary::new()).is_full_range());
    assert!(!raw(format::YUV420_BIPLANAR_VIDEO, Dictionary::new()).is_full_range());
    let declared = Dictionary::new().with(extension::FULL_RANGE_VIDEO, false);
    assert!(!raw(format::YUV420_BIPLANAR_FULL, declared).is_full_range());
}

#[test]
fn presentation_counts_aspect_and_aperture_on_demand() {
    let aperture =
        CleanAperture { width: 704.0, height: 470.0, horizontal_offset: 2.0, vertical_offset: 1.0 };
    let ratio = PixelAspectRatio { horizontal_spacing: 10, vertical_spacing: 11 };
    let description = video(
        Dictionary::new()
            .with(attachment::CLEAN_APERTURE, aperture.to_dictionary())
            .with(attachment::PIXEL_ASPECT_RATIO, ratio.to_dictionary()),
    );
    assert_eq!(description.presentation_dimensions(false, false), (720.0, 480.0));
    assert_eq!(description.presentation_dimensions(false, true), (704.0, 470.0));
    assert_eq!(description.presentation_dimensions(true, true), (640.0, 470.0));
    assert!((description.presentation_dimensions(true, false).0 - 654.545454).abs() < 1e-4);
    let from_top = Rect { x: 10.0, y: 6.0, width: 704.0, height: 470.0 };
    assert_eq!(description.clean_aperture(true), from_top);
    assert_eq!(description.clean_aperture(false), Rect { y: 4.0, ..from_top });
    let plain = video(Dictionary::new());
    assert_eq!(plain.presentation_dimensions(true, true), (720.0, 480.0));
    assert_eq!(plain.clean_aperture(true), Rect { x: 0.0, y: 0.0, width: 720.0, height: 480.0 });
}

#[test]
fn extension_keys_have_the_strings_of_the_platform() {
    let keys = [
        (extension::SAMPLE_DESCRIPTION_EXTENSION_ATOMS, "SampleDescriptionExtensionAtoms"),
        (extension::FULL_RANGE_VIDEO, "FullRangeVideo"),
        (extension::FORMAT_NAME, "FormatName"),
        (extension::DEPTH, "Depth"),
        (extension::BYTES_PER_ROW, "CVBytesPerRow"),
        (extension::BITS_PER_COMPONENT, "BitsPerComponent"),
        (extension::VERBATIM_SAMPLE_DESCRIPTION, "VerbatimSampleDescription"),
    ];
    for (key, string) in keys {
        assert_eq!(key, string);
    }
}
