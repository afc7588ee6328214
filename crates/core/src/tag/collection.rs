//! Sets of tags.

use std::collections::BTreeSet;
use std::fmt;

use super::Tag;
use crate::{Dictionary, Error, FourCc, Result, Value};

/// Tags, each at most once, in their order.
#[derive(Clone, Default, PartialEq, Eq)]
#[doc(alias = "CMTagCollection")]
pub struct TagCollection(BTreeSet<Tag>);

/// Key of the dictionary form: an array of tags.
const TAGS_ARRAY_KEY: &str = "kCMTagCollectionTagsArrayKey";
/// How the byte form begins: a mark and its version.
const MARK: [u8; 4] = *b"vtag";
const VERSION: u8 = 1;
const TAG_SIZE: usize = 16;

impl TagCollection {
    /// A set of tags.
    ///
    /// # Errors
    /// [`Error::InvalidTag`] when one has no value.
    #[doc(alias = "CMTagCollectionCreate")]
    pub fn new(tags: impl IntoIterator<Item = Tag>) -> Result<TagCollection> {
        let mut collection = TagCollection::default();
        tags.into_iter().try_for_each(|tag| collection.insert(tag))?;
        Ok(collection)
    }

    /// Adds a tag.
    ///
    /// # Errors
    /// [`Error::InvalidTag`] when it has no value.
    #[doc(alias = "CMTagCollectionAddTag")]
    pub fn insert(&mut self, tag: Tag) -> Result<()> {
        if !tag.is_valid() {
            return Err(Error::InvalidTag(format!("{tag:?}")));
        }
        self.0.insert(tag);
        Ok(())
    }

    /// Takes a tag out; whether it was there.
    #[doc(alias = "CMTagCollectionRemoveTag")]
    pub fn remove(&mut self, tag: &Tag) -> bool {
        self.0.remove(tag)
    }

    /// Keeps the tags that fulfil a condition.
    pub fn retain(&mut self, condition: impl FnMut(&Tag) -> bool) {
        self.0.retain(condition);
    }

    /// The tags in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Tag> + '_ {
        self.0.iter().copied()
    }

    /// The tags of a category in order.
    pub fn of_category(&self, category: FourCc) -> impl Iterator<Item = Tag> + '_ {
        self.iter().filter(move |tag| tag.category == category)
    }

    /// The number of tags.
    #[doc(alias = "CMTagCollectionGetCount")]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no tags.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a tag is there.
    pub fn contains(&self, tag: &Tag) -> bool {
        self.0.contains(tag)
    }

    /// Whether all tags of another set are there.
    pub fn contains_all(&self, other: &TagCollection) -> bool {
        self.0.is_superset(&other.0)
    }

    /// The tags that are in either set.
    pub fn union(&self, other: &TagCollection) -> TagCollection {
        TagCollection(&self.0 | &other.0)
    }

    /// The tags that are in both sets.
    pub fn intersection(&self, other: &TagCollection) -> TagCollection {
        TagCollection(&self.0 & &other.0)
    }

    /// The tags that are in this set only.
    pub fn difference(&self, other: &TagCollection) -> TagCollection {
        TagCollection(&self.0 - &other.0)
    }

    /// The tags that are in one of the sets only.
    pub fn exclusive_or(&self, other: &TagCollection) -> TagCollection {
        TagCollection(&self.0 ^ &other.0)
    }

    /// The set as a dictionary.
    #[doc(alias = "CMTagCollectionCopyAsDictionary")]
    pub fn to_dictionary(&self) -> Dictionary {
        let tags = self.iter().map(|tag| Value::Dictionary(tag.to_dictionary())).collect();
        [(TAGS_ARRAY_KEY, Value::Array(tags))].into_iter().collect()
    }

    /// The set of a dictionary.
    ///
    /// # Errors
    /// [`Error::InvalidTagCollectionDictionary`], [`Error::InvalidTag`].
    #[doc(alias = "CMTagCollectionCreateFromDictionary")]
    pub fn from_dictionary(dictionary: &Dictionary) -> Result<TagCollection> {
        let tags = dictionary.get(TAGS_ARRAY_KEY).and_then(Value::as_array);
        let tags = tags.ok_or(Error::InvalidTagCollectionDictionary("it has no array of tags"))?;
        let tag = |value: &Value| value.as_dictionary().and_then(Tag::from_dictionary);
        let tags: Option<Vec<Tag>> = tags.iter().map(tag).collect();
        TagCollection::new(tags.ok_or(Error::InvalidTagCollectionDictionary("an entry is no tag"))?)
    }

    /// The set in bytes, which [`TagCollection::from_data`] reads.
    #[doc(alias = "CMTagCollectionCopyAsData")]
    pub fn to_data(&self) -> Vec<u8> {
        let mut data = MARK.to_vec();
        data.push(VERSION);
        self.iter().for_each(|tag| data.extend_from_slice(&tag.to_bytes()));
        data
    }

    /// The set of bytes that [`TagCollection::to_data`] wrote.
    ///
    /// # Errors
    /// [`Error::InvalidTagCollectionData`], [`Error::TagCollectionDataVersion`], [`Error::InvalidTag`].
    #[doc(alias = "CMTagCollectionCreateFromData")]
    pub fn from_data(data: &[u8]) -> Result<TagCollection> {
        let rest = data.strip_prefix(&MARK).and_then(<[u8]>::split_first);
        let (version, tags) =
            rest.ok_or(Error::InvalidTagCollectionData("the mark at the start is not there"))?;
        if *version != VERSION {
            return Err(Error::TagCollectionDataVersion { version: *version });
        }
        let (tags, rest) = tags.as_chunks::<TAG_SIZE>();
        if !rest.is_empty() {
            return Err(Error::InvalidTagCollectionData("the last tag is cut off"));
        }
        TagCollection::new(tags.iter().map(|bytes| Tag::from_bytes(*bytes)))
    }
}

impl fmt::Debug for TagCollection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tag_category::{STEREO_VIEW, VIDEO_LAYER_ID};

    fn collection(tags: &[Tag]) -> TagCollection {
        TagCollection::new(tags.iter().copied()).expect("the tags are valid")
    }

    #[test]
    fn sets_are_sets() {
        let (left, right) = (Tag::flags(STEREO_VIEW, 1), Tag::flags(STEREO_VIEW, 2));
        let layer = Tag::integer(VIDEO_LAYER_ID, 0);
        let one = collection(&[layer, left, left]);
        let other = collection(&[layer, right]);
        assert_eq!(one.len(), 2);
        assert_eq!(one.union(&other).len(), 3);
        assert_eq!(one.intersection(&other), collection(&[layer]));
        assert_eq!(one.difference(&other), collection(&[left]));
        assert_eq!(one.exclusive_or(&other), collection(&[left, right]));
        assert!(one.contains_all(&collection(&[left])) && !one.contains_all(&other));
        assert_eq!(one.of_category(STEREO_VIEW).collect::<Vec<_>>(), [left]);
        assert!(TagCollection::new([Tag::INVALID]).is_err());
    }

    #[test]
    fn stored_forms_are_read_back_and_broken_ones_refused() {
        let set = collection(&[Tag::integer(VIDEO_LAYER_ID, 3), Tag::float(FourCc::new(*b"half"), 0.5)]);
        assert_eq!(TagCollection::from_dictionary(&set.to_dictionary()).as_ref(), Ok(&set));
        let data = set.to_data();
        assert_eq!(TagCollection::from_data(&data).as_ref(), Ok(&set));
        for length in 0..data.len() {
            let whole = length >= 5 && (length - 5).is_multiple_of(TAG_SIZE);
            assert_eq!(TagCollection::from_data(&data[..length]).is_ok(), whole, "{length}");
        }
        let mut newer = data.clone();
        newer[4] = 9;
        assert_eq!(TagCollection::from_data(&newer).map_err(|error| error.status()), Err(-15747));
        assert_eq!(
            TagCollection::from_dictionary(&Dictionary::default()).map_err(|error| error.status()),
            Err(-15744)
        );
    }
}
