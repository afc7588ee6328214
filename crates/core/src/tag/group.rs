//! Several buffers of one moment, told apart by tags.

use std::fmt;
use std::sync::Arc;

use super::{Tag, TagCollection};
use crate::{Dictionary, Error, FormatDescription, FourCc, PixelBuffer, Result, SampleBuffer, Value};

/// Pixel buffers or sample buffers, each with a set of tags. Cloning gives another handle to the same group.
#[derive(Clone)]
#[doc(alias = "CMTaggedBufferGroup")]
pub struct TaggedBufferGroup(Arc<[(TagCollection, TaggedBuffer)]>);

/// A buffer of a group.
#[derive(Clone)]
pub enum TaggedBuffer {
    /// A picture.
    Pixel(PixelBuffer),
    /// Samples.
    Sample(SampleBuffer),
}

/// Media type and sub type of the format of groups.
const FORMAT: FourCc = FourCc::new(*b"tbgr");
/// The format's extension that holds the sets of tags.
const TAG_COLLECTIONS: &str = "TagCollections";

impl TaggedBufferGroup {
    /// A group of buffers with their tags.
    #[doc(alias = "CMTaggedBufferGroupCreate")]
    pub fn new(entries: impl IntoIterator<Item = (TagCollection, TaggedBuffer)>) -> TaggedBufferGroup {
        TaggedBufferGroup(entries.into_iter().collect())
    }

    /// The buffers with their tags in order.
    pub fn entries(&self) -> &[(TagCollection, TaggedBuffer)] {
        &self.0
    }

    /// The number of buffers whose tags include all of `tags`.
    #[doc(alias = "CMTaggedBufferGroupGetNumberOfMatchesForTagCollection")]
    pub fn matches(&self, tags: &TagCollection) -> usize {
        self.0.iter().filter(|(own, _)| own.contains_all(tags)).count()
    }

    /// The place of the only buffer whose tags include all of `tags`; `None` when there is none or more than one.
    #[doc(alias = "CMTaggedBufferGroupGetCVPixelBufferForTagCollection")]
    pub fn find(&self, tags: &TagCollection) -> Option<usize> {
        only(self.0.iter().map(|(own, _)| own.contains_all(tags)))
    }

    /// The place of the only buffer with a tag; `None` when there is none or more than one.
    #[doc(alias = "CMTaggedBufferGroupGetCVPixelBufferForTag")]
    pub fn find_tag(&self, tag: &Tag) -> Option<usize> {
        only(self.0.iter().map(|(own, _)| own.contains(tag)))
    }

    /// The format of groups with the same sets of tags in the same order, with further extensions.
    ///
    /// # Errors
    /// [`Error::InvalidFormatDescription`] when the extensions have a `TagCollections` of their own.
    #[doc(alias = "CMTaggedBufferGroupFormatDescriptionCreateForTaggedBufferGroupWithExtensions")]
    pub fn format_description(&self, mut extensions: Dictionary) -> Result<FormatDescription> {
        if extensions.get(TAG_COLLECTIONS).is_some() {
            return Err(Error::InvalidFormatDescription {
                name: "extension TagCollections",
                value: "given".into(),
                accepted: "only what follows from the group",
            });
        }
        extensions.insert(TAG_COLLECTIONS, self.stored_tags());
        FormatDescription::new(FORMAT, FORMAT, extensions)
    }

    /// Whether a format is that of this group.
    #[doc(alias = "CMTaggedBufferGroupFormatDescriptionMatchesTaggedBufferGroup")]
    pub fn matches_format(&self, format: &FormatDescription) -> bool {
        format.media_type() == FORMAT && format.extension(TAG_COLLECTIONS) == Some(&self.stored_tags())
    }

    fn stored_tags(&self) -> Value {
        Value::Array(self.0.iter().map(|(tags, _)| Value::data(tags.to_data())).collect())
    }
}

/// The place of the only truth.
fn only(mut truths: impl Iterator<Item = bool>) -> Option<usize> {
    let place = truths.position(|truth| truth)?;
    (!truths.any(|truth| truth)).then_some(place)
}

impl fmt::Debug for TaggedBufferGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(tags, _)| tags)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag_category::{STEREO_VIEW, VIDEO_LAYER_ID};

    fn group(layers: &[i64]) -> TaggedBufferGroup {
        let entry = |layer: &i64| {
            let eye = Tag::flags(STEREO_VIEW, if *layer == 0 { 1 } else { 2 });
            let tags = TagCollection::new([Tag::integer(VIDEO_LAYER_ID, *layer), eye]).expect("valid tags");
            let buffer = PixelBuffer::new(16, 16, FourCc::new(*b"BGRA")).expect("a small buffer");
            (tags, TaggedBuffer::Pixel(buffer))
        };
        TaggedBufferGroup::new(layers.iter().map(entry))
    }

    #[test]
    fn only_unambiguous_buffers_are_found() {
        let group = group(&[0, 1, 2]);
        assert_eq!(group.find_tag(&Tag::integer(VIDEO_LAYER_ID, 1)), Some(1));
        assert_eq!(group.find_tag(&Tag::integer(VIDEO_LAYER_ID, 7)), None);
        let right = TagCollection::new([Tag::flags(STEREO_VIEW, 2)]).expect("a valid tag");
        assert_eq!((group.find(&right), group.matches(&right)), (None, 2));
        assert_eq!(group.matches(&TagCollection::default()), 3);
    }

    #[test]
    fn a_format_belongs_to_its_tags() {
        let one = group(&[0, 1]);
        let format = one.format_description(Dictionary::default()).expect("no extensions");
        assert_eq!(format.media_type(), FORMAT);
        assert!(one.matches_format(&format) && group(&[0, 1]).matches_format(&format));
        assert!(!group(&[1, 0]).matches_format(&format));
        assert!(one.format_description(format.extensions().clone()).is_err());
    }
}
