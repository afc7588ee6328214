//! Tags: small typed facts by which one of several buffers is told from the others, such as the eye that it is for.

mod collection;
mod group;

use std::cmp::Ordering;
use std::fmt;

use crate::{Dictionary, FourCc, Number, Value};

pub use collection::TagCollection;
pub use group::{TaggedBuffer, TaggedBufferGroup};

/// A category and a value in it.
///
/// Tags are ordered by category, then by type, then by value.
///
/// ```
/// use vitascope_core::{Tag, tag_category};
/// let layer = Tag::integer(tag_category::VIDEO_LAYER_ID, 1);
/// assert_eq!((layer.as_integer(), layer.as_flags()), (Some(1), None));
/// ```
#[derive(Clone, Copy)]
#[doc(alias = "CMTag")]
pub struct Tag {
    /// What the value is about; one of [`tag_category`], or any other.
    pub category: FourCc,
    /// How to read `value`.
    pub data_type: TagDataType,
    /// The bits of the value.
    pub value: u64,
}

/// How the value of a tag is to be read. The platform's numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[doc(alias = "CMTagDataType")]
pub struct TagDataType(pub u32);

impl TagDataType {
    /// No value: the tag is not valid.
    pub const INVALID: TagDataType = TagDataType(0);
    /// A whole number with a sign.
    pub const SINT64: TagDataType = TagDataType(2);
    /// A floating point number.
    pub const FLOAT64: TagDataType = TagDataType(3);
    /// A code of four characters.
    pub const OS_TYPE: TagDataType = TagDataType(5);
    /// Flags.
    pub const FLAGS: TagDataType = TagDataType(7);
}

/// Categories that the platform names.
pub mod tag_category {
    use crate::FourCc;

    /// No category.
    pub const UNDEFINED: FourCc = FourCc(0);
    /// Code: `vide`, `soun`, `meta`.
    pub const MEDIA_TYPE: FourCc = FourCc::new(*b"mdia");
    /// Code: the codec, or the like.
    pub const MEDIA_SUB_TYPE: FourCc = FourCc::new(*b"msub");
    /// Number: the track.
    pub const TRACK_ID: FourCc = FourCc::new(*b"trak");
    /// Number: the channel.
    pub const CHANNEL_ID: FourCc = FourCc::new(*b"vchn");
    /// Number: the layer of a layered stream.
    pub const VIDEO_LAYER_ID: FourCc = FourCc::new(*b"vlay");
    /// Code: the pixel format.
    pub const PIXEL_FORMAT: FourCc = FourCc::new(*b"pixf");
    /// Code: how several views share a picture.
    pub const PACKING_TYPE: FourCc = FourCc::new(*b"pack");
    /// Code: how the picture was projected.
    pub const PROJECTION_TYPE: FourCc = FourCc::new(*b"proj");
    /// Flags: 1 left eye, 2 right eye.
    pub const STEREO_VIEW: FourCc = FourCc::new(*b"eyes");
    /// Flags: 1 eyes exchanged, 2 more views than two.
    pub const STEREO_VIEW_INTERPRETATION: FourCc = FourCc::new(*b"eyip");
}

/// Keys of the dictionary form.
const CATEGORY_KEY: &str = "kCMTagCategoryKey";
const DATA_TYPE_KEY: &str = "kCMTagDataTypeKey";
const VALUE_KEY: &str = "kCMTagValueKey";

impl Tag {
    /// The tag that says nothing.
    #[doc(alias = "kCMTagInvalid")]
    pub const INVALID: Tag =
        Tag { category: tag_category::UNDEFINED, data_type: TagDataType::INVALID, value: 0 };

    /// A tag with a whole number.
    #[doc(alias = "CMTagMakeWithSInt64Value")]
    pub const fn integer(category: FourCc, value: i64) -> Tag {
        Tag { category, data_type: TagDataType::SINT64, value: value as u64 }
    }

    /// A tag with a floating point number.
    #[doc(alias = "CMTagMakeWithFloat64Value")]
    pub const fn float(category: FourCc, value: f64) -> Tag {
        Tag { category, data_type: TagDataType::FLOAT64, value: value.to_bits() }
    }

    /// A tag with a code.
    #[doc(alias = "CMTagMakeWithOSTypeValue")]
    pub const fn code(category: FourCc, value: FourCc) -> Tag {
        Tag { category, data_type: TagDataType::OS_TYPE, value: value.0 as u64 }
    }

    /// A tag with flags.
    #[doc(alias = "CMTagMakeWithFlagsValue")]
    pub const fn flags(category: FourCc, value: u64) -> Tag {
        Tag { category, data_type: TagDataType::FLAGS, value }
    }

    /// Whether the tag has a value.
    #[doc(alias = "CMTagIsValid")]
    pub fn is_valid(&self) -> bool {
        self.data_type != TagDataType::INVALID
    }

    /// The whole number, if it is one.
    #[doc(alias = "CMTagGetSInt64Value")]
    pub fn as_integer(&self) -> Option<i64> {
        (self.data_type == TagDataType::SINT64).then_some(self.value as i64)
    }

    /// The floating point number, if it is one.
    #[doc(alias = "CMTagGetFloat64Value")]
    pub fn as_float(&self) -> Option<f64> {
        (self.data_type == TagDataType::FLOAT64).then(|| f64::from_bits(self.value))
    }

    /// The code, if it is one.
    #[doc(alias = "CMTagGetOSTypeValue")]
    pub fn as_code(&self) -> Option<FourCc> {
        (self.data_type == TagDataType::OS_TYPE).then_some(FourCc(self.value as u32))
    }

    /// The flags, if these are some.
    #[doc(alias = "CMTagGetFlagsValue")]
    pub fn as_flags(&self) -> Option<u64> {
        (self.data_type == TagDataType::FLAGS).then_some(self.value)
    }

    /// The tag as a dictionary.
    #[doc(alias = "CMTagCopyAsDictionary")]
    pub fn to_dictionary(&self) -> Dictionary {
        let value = match self.as_float() {
            Some(value) => Value::Number(Number::Float(value)),
            None => Value::from(self.value as i64),
        };
        let entries = [
            (CATEGORY_KEY, Value::from(i64::from(self.category.0))),
            (DATA_TYPE_KEY, Value::from(i64::from(self.data_type.0))),
            (VALUE_KEY, value),
        ];
        entries.into_iter().collect()
    }

    /// The tag of a dictionary; `None` when it holds none.
    #[doc(alias = "CMTagMakeFromDictionary")]
    pub fn from_dictionary(dictionary: &Dictionary) -> Option<Tag> {
        let number = |key| u32::try_from(dictionary.get(key)?.as_i64()?).ok();
        let (category, data_type) = (FourCc(number(CATEGORY_KEY)?), TagDataType(number(DATA_TYPE_KEY)?));
        let value = dictionary.get(VALUE_KEY)?;
        let value = match data_type {
            TagDataType::FLOAT64 => value.as_f64()?.to_bits(),
            _ => value.as_i64()? as u64,
        };
        Some(Tag { category, data_type, value })
    }

    /// The tag in sixteen bytes, the greatest byte of each number first.
    pub(crate) fn to_bytes(self) -> [u8; 16] {
        let head = u64::from(self.category.0) << 32 | u64::from(self.data_type.0);
        (u128::from(head) << 64 | u128::from(self.value)).to_be_bytes()
    }

    /// The tag of sixteen bytes.
    pub(crate) fn from_bytes(bytes: [u8; 16]) -> Tag {
        let all = u128::from_be_bytes(bytes);
        let (category, data_type) = (FourCc((all >> 96) as u32), TagDataType((all >> 64) as u32));
        Tag { category, data_type, value: all as u64 }
    }
}

impl PartialEq for Tag {
    fn eq(&self, other: &Tag) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Tag {}

impl PartialOrd for Tag {
    fn partial_cmp(&self, other: &Tag) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Tag {
    fn cmp(&self, other: &Tag) -> Ordering {
        let values = match (self.as_integer(), other.as_integer(), self.as_float(), other.as_float()) {
            (Some(one), Some(other), ..) => one.cmp(&other),
            (.., Some(one), Some(other)) => one.total_cmp(&other),
            _ => self.value.cmp(&other.value),
        };
        self.category.0.cmp(&other.category.0).then(self.data_type.cmp(&other.data_type)).then(values)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}: ", self.category)?;
        match self.data_type {
            TagDataType::SINT64 => write!(f, "{}", self.value as i64)?,
            TagDataType::FLOAT64 => write!(f, "{}", f64::from_bits(self.value))?,
            TagDataType::OS_TYPE => write!(f, "{}", FourCc(self.value as u32))?,
            TagDataType::INVALID => f.write_str("invalid")?,
            _ => write!(f, "{:#x}", self.value)?,
        }
        f.write_str("}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples() -> Vec<Tag> {
        vec![
            Tag::INVALID,
            Tag::integer(tag_category::VIDEO_LAYER_ID, -1),
            Tag::integer(tag_category::VIDEO_LAYER_ID, i64::MAX),
            Tag::float(FourCc::new(*b"test"), -0.5),
            Tag::float(FourCc::new(*b"test"), 3.0),
            Tag::code(tag_category::PIXEL_FORMAT, FourCc::new(*b"420v")),
            Tag::flags(tag_category::STEREO_VIEW, u64::MAX),
        ]
    }

    #[test]
    fn dictionaries_and_bytes_hold_all_of_a_tag() {
        for tag in samples() {
            assert_eq!(Tag::from_dictionary(&tag.to_dictionary()), Some(tag), "{tag:?}");
            assert_eq!(Tag::from_bytes(tag.to_bytes()), tag);
        }
        assert_eq!(Tag::from_dictionary(&Dictionary::default()), None);
    }

    #[test]
    fn values_are_read_as_what_they_are() {
        let tag = Tag::flags(tag_category::STEREO_VIEW, 1);
        assert_eq!(
            (tag.as_flags(), tag.as_integer(), tag.as_float(), tag.as_code()),
            (Some(1), None, None, None)
        );
        assert!(tag.is_valid() && !Tag::INVALID.is_valid());
        let layer = |number| Tag::integer(tag_category::VIDEO_LAYER_ID, number);
        assert!(layer(-1) < layer(0) && layer(0) < layer(i64::MAX));
        assert_eq!(format!("{:?}", layer(2)), "{'vlay': 2}");
    }
}
