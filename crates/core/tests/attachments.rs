//! Attachments of buffers.

use vitascope_core::AttachmentMode::{ShouldNotPropagate, ShouldPropagate};
use vitascope_core::{
    BlockBuffer, Dictionary, Object, PixelBuffer, SampleBuffer, SampleTiming, Value, attachment, format,
};

fn buffer() -> PixelBuffer {
    PixelBuffer::new(2, 2, format::BGRA32).unwrap()
}

#[test]
fn values_are_set_replaced_and_removed() {
    let buffer = buffer();
    assert_eq!(buffer.attachment("a"), None);
    buffer.set_attachment("a", 1, ShouldPropagate);
    buffer.set_attachment("b", "text", ShouldNotPropagate);
    assert_eq!(buffer.attachment("a"), Some((Value::from(1), ShouldPropagate)));
    buffer.set_attachment("a", 2, ShouldNotPropagate);
    assert_eq!(buffer.attachment("a"), Some((Value::from(2), ShouldNotPropagate)));
    assert_eq!(buffer.attachments(ShouldPropagate), Dictionary::new());
    assert_eq!(buffer.attachments(ShouldNotPropagate), Dictionary::new().with("a", 2).with("b", "text"));
    assert_eq!(buffer.remove_attachment("a"), Some(Value::from(2)));
    assert_eq!(buffer.remove_attachment("a"), None);
    buffer.set_attachments(&Dictionary::new().with("c", true).with("d", 1.5), ShouldPropagate);
    assert_eq!(buffer.attachments(ShouldPropagate).len(), 2);
    buffer.remove_all_attachments();
    assert!(
        buffer.attachments(ShouldPropagate).is_empty() && buffer.attachments(ShouldNotPropagate).is_empty()
    );
}

#[test]
fn only_what_propagates_goes_along() {
    let (source, target) = (buffer(), buffer());
    source.set_attachment("goes", 1, ShouldPropagate);
    source.set_attachment("stays", 2, ShouldNotPropagate);
    target.set_attachment("goes", 0, ShouldNotPropagate);
    target.set_attachment("own", 3, ShouldNotPropagate);
    source.propagate_attachments_to(&target);
    assert_eq!(target.attachments(ShouldPropagate), Dictionary::new().with("goes", 1));
    assert_eq!(target.attachments(ShouldNotPropagate), Dictionary::new().with("own", 3));
    source.propagate_attachments_to(&source);
    assert_eq!(source.attachments(ShouldPropagate).len(), 1);
}

#[test]
fn sample_buffers_bear_them_too() {
    let sample = || SampleBuffer::from_data(BlockBuffer::new(), None, SampleTiming::INVALID).unwrap();
    let (source, target) = (sample(), sample());
    source.set_attachment("key", 5, ShouldPropagate);
    source.propagate_attachments_to(&target);
    assert_eq!(target.attachment("key"), Some((Value::from(5), ShouldPropagate)));
}

#[test]
fn values_may_use_the_buffer_when_dropped() {
    struct Nosy(PixelBuffer);
    impl Drop for Nosy {
        fn drop(&mut self) {
            self.0.set_attachment("seen", true, ShouldPropagate);
        }
    }
    let buffer = buffer();
    let nosy = || Object::new("Nosy", std::sync::Arc::new(Nosy(buffer.clone())));
    for remove in [
        |buffer: &PixelBuffer| buffer.set_attachment("nosy", 1, ShouldNotPropagate),
        |buffer: &PixelBuffer| drop(buffer.remove_attachment("nosy")),
        |buffer: &PixelBuffer| buffer.remove_all_attachments(),
    ] {
        buffer.remove_attachment("seen");
        buffer.set_attachment("nosy", nosy(), ShouldNotPropagate);
        remove(&buffer);
        assert_eq!(buffer.attachment("seen"), Some((Value::from(true), ShouldPropagate)));
    }
}

/// The strings that the platform's constants stand for.
#[test]
fn keys_have_the_strings_of_the_platform() {
    #[rustfmt::skip]
    let keys = [
        (attachment::CLEAN_APERTURE, "CVCleanAperture"),
        (attachment::PREFERRED_CLEAN_APERTURE, "CVPreferredCleanAperture"),
        (attachment::PIXEL_ASPECT_RATIO, "CVPixelAspectRatio"),
        (attachment::DISPLAY_DIMENSIONS, "CVDisplayDimensions"),
        (attachment::FIELD_COUNT, "CVFieldCount"),
        (attachment::FIELD_DETAIL, "CVFieldDetail"),
        (attachment::COLOR_PRIMARIES, "CVImageBufferColorPrimaries"),
        (attachment::TRANSFER_FUNCTION, "CVImageBufferTransferFunction"),
        (attachment::YCBCR_MATRIX, "CVImageBufferYCbCrMatrix"),
        (attachment::GAMMA_LEVEL, "CVImageBufferGammaLevel"),
        (attachment::CHROMA_LOCATION_TOP_FIELD, "CVImageBufferChromaLocationTopField"),
        (attachment::CHROMA_LOCATION_BOTTOM_FIELD, "CVImageBufferChromaLocationBottomField"),
        (attachment::CHROMA_SUBSAMPLING, "CVImageBufferChromaSubsampling"),
        (attachment::ICC_PROFILE, "CVImageBufferICCProfile"),
        (attachment::MASTERING_DISPLAY_COLOR_VOLUME, "MasteringDisplayColorVolume"),
        (attachment::CONTENT_LIGHT_LEVEL_INFO, "ContentLightLevelInfo"),
        (attachment::AMBIENT_VIEWING_ENVIRONMENT, "AmbientViewingEnvironment"),
        (attachment::ALPHA_CHANNEL_MODE, "AlphaChannelMode"),
        (attachment::ALPHA_CHANNEL_IS_OPAQUE, "AlphaChannelIsOpaque"),
    ];
    for (key, string) in keys {
        assert_eq!(key, string);
    }
}
