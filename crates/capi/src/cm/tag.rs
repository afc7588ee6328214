//! `CMTag`: passed by value.

use vitascope::core::{FourCc, Tag, TagDataType, tag_category};

use crate::border::{OnPanic, api};
use crate::cf::string;
use crate::object::Handle;
use crate::value;

/// A tag as C lays it out: 16 bytes.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CMTag {
    category: u32,
    data_type: u32,
    value: u64,
}

impl CMTag {
    const fn of(tag: Tag) -> CMTag {
        CMTag { category: tag.category.0, data_type: tag.data_type.0, value: tag.value }
    }

    pub(crate) fn tag(self) -> Tag {
        Tag { category: FourCc(self.category), data_type: TagDataType(self.data_type), value: self.value }
    }
}

impl From<Tag> for CMTag {
    fn from(tag: Tag) -> CMTag {
        CMTag::of(tag)
    }
}

impl OnPanic for CMTag {
    fn on_panic() -> Self {
        CMTag::of(Tag::INVALID)
    }
}

const fn code(category: FourCc, value: [u8; 4]) -> CMTag {
    CMTag::of(Tag::code(category, FourCc::new(value)))
}

const fn flags(category: FourCc, value: u64) -> CMTag {
    CMTag::of(Tag::flags(category, value))
}

/// Not a tag.
#[unsafe(no_mangle)]
pub static kCMTagInvalid: CMTag = CMTag::of(Tag::INVALID);
/// Video.
#[unsafe(no_mangle)]
pub static kCMTagMediaTypeVideo: CMTag = code(tag_category::MEDIA_TYPE, *b"vide");
/// Audio.
#[unsafe(no_mangle)]
pub static kCMTagMediaTypeAudio: CMTag = code(tag_category::MEDIA_TYPE, *b"soun");
/// Metadata.
#[unsafe(no_mangle)]
pub static kCMTagMediaTypeMetadata: CMTag = code(tag_category::MEDIA_TYPE, *b"meta");
/// Boxed metadata.
#[unsafe(no_mangle)]
pub static kCMTagMediaSubTypeMebx: CMTag = code(tag_category::MEDIA_SUB_TYPE, *b"mebx");
/// For neither eye in particular.
#[unsafe(no_mangle)]
pub static kCMTagStereoNone: CMTag = flags(tag_category::STEREO_VIEW, 0);
/// For the left eye.
#[unsafe(no_mangle)]
pub static kCMTagStereoLeftEye: CMTag = flags(tag_category::STEREO_VIEW, 1);
/// For the right eye.
#[unsafe(no_mangle)]
pub static kCMTagStereoRightEye: CMTag = flags(tag_category::STEREO_VIEW, 2);
/// For both eyes.
#[unsafe(no_mangle)]
pub static kCMTagStereoLeftAndRightEye: CMTag = flags(tag_category::STEREO_VIEW, 3);
/// The eyes are exchanged.
#[unsafe(no_mangle)]
pub static kCMTagStereoInterpretationOrderReversed: CMTag =
    flags(tag_category::STEREO_VIEW_INTERPRETATION, 1);
/// A plain picture.
#[unsafe(no_mangle)]
pub static kCMTagProjectionTypeRectangular: CMTag = code(tag_category::PROJECTION_TYPE, *b"rect");
/// A sphere, unrolled.
#[unsafe(no_mangle)]
pub static kCMTagProjectionTypeEquirectangular: CMTag = code(tag_category::PROJECTION_TYPE, *b"equi");
/// Half a sphere, unrolled.
#[unsafe(no_mangle)]
pub static kCMTagProjectionTypeHalfEquirectangular: CMTag = code(tag_category::PROJECTION_TYPE, *b"hequ");
/// Through a fisheye lens.
#[unsafe(no_mangle)]
pub static kCMTagProjectionTypeFisheye: CMTag = code(tag_category::PROJECTION_TYPE, *b"fish");
/// By a lens whose parameters are given.
#[unsafe(no_mangle)]
pub static kCMTagProjectionTypeParametricImmersive: CMTag = code(tag_category::PROJECTION_TYPE, *b"prim");
/// One view in a picture.
#[unsafe(no_mangle)]
pub static kCMTagPackingTypeNone: CMTag = code(tag_category::PACKING_TYPE, *b"none");
/// Two views beside each other.
#[unsafe(no_mangle)]
pub static kCMTagPackingTypeSideBySide: CMTag = code(tag_category::PACKING_TYPE, *b"side");
/// Two views above each other.
#[unsafe(no_mangle)]
pub static kCMTagPackingTypeOverUnder: CMTag = code(tag_category::PACKING_TYPE, *b"over");

api! {
    /// A tag with a whole number.
    fn CMTagMakeWithSInt64Value(category: u32, value: i64) -> CMTag {
        Tag::integer(FourCc(category), value).into()
    }

    /// A tag with a floating-point number.
    fn CMTagMakeWithFloat64Value(category: u32, value: f64) -> CMTag {
        Tag::float(FourCc(category), value).into()
    }

    /// A tag with a code of four characters.
    fn CMTagMakeWithOSTypeValue(category: u32, value: u32) -> CMTag {
        Tag::code(FourCc(category), FourCc(value)).into()
    }

    /// A tag with flags.
    fn CMTagMakeWithFlagsValue(category: u32, flags: u64) -> CMTag {
        Tag::flags(FourCc(category), flags).into()
    }

    /// Whether the tag has a value.
    fn CMTagIsValid(tag: CMTag) -> u8 {
        tag.tag().is_valid().into()
    }

    /// What the tag is about.
    fn CMTagGetCategory(tag: CMTag) -> u32 {
        tag.category
    }

    /// What the value is.
    fn CMTagGetValueDataType(tag: CMTag) -> u32 {
        tag.data_type
    }

    /// The bits of the value.
    fn CMTagGetValue(tag: CMTag) -> u64 {
        tag.value
    }

    /// Whether the tag is of a category.
    fn CMTagHasCategory(tag: CMTag, category: u32) -> u8 {
        (tag.category == category).into()
    }

    /// Whether the value is a whole number.
    fn CMTagHasSInt64Value(tag: CMTag) -> u8 {
        tag.tag().as_integer().is_some().into()
    }

    /// The whole number; 0 when the value is none.
    fn CMTagGetSInt64Value(tag: CMTag) -> i64 {
        tag.tag().as_integer().unwrap_or(0)
    }

    /// Whether the value is a floating-point number.
    fn CMTagHasFloat64Value(tag: CMTag) -> u8 {
        tag.tag().as_float().is_some().into()
    }

    /// The floating-point number; 0 when the value is none.
    fn CMTagGetFloat64Value(tag: CMTag) -> f64 {
        tag.tag().as_float().unwrap_or(0.0)
    }

    /// Whether the value is a code.
    fn CMTagHasOSTypeValue(tag: CMTag) -> u8 {
        tag.tag().as_code().is_some().into()
    }

    /// The code; 0 when the value is none.
    fn CMTagGetOSTypeValue(tag: CMTag) -> u32 {
        tag.tag().as_code().map_or(0, |code| code.0)
    }

    /// Whether the value is flags.
    fn CMTagHasFlagsValue(tag: CMTag) -> u8 {
        tag.tag().as_flags().is_some().into()
    }

    /// The flags; 0 when the value is none.
    fn CMTagGetFlagsValue(tag: CMTag) -> u64 {
        tag.tag().as_flags().unwrap_or(0)
    }

    /// Whether two tags are equal.
    fn CMTagEqualToTag(one: CMTag, other: CMTag) -> u8 {
        (one.tag() == other.tag()).into()
    }

    /// Compares two tags by category, then type, then value: -1, 0 or 1.
    fn CMTagCompare(one: CMTag, other: CMTag) -> isize {
        one.tag().cmp(&other.tag()) as isize
    }

    /// Whether two tags are of one category.
    fn CMTagCategoryEqualToTagCategory(one: CMTag, other: CMTag) -> u8 {
        (one.category == other.category).into()
    }

    /// Whether two tags have the same type and value.
    fn CMTagCategoryValueEqualToValue(one: CMTag, other: CMTag) -> u8 {
        let alike = |tag: CMTag| Tag { category: tag_category::UNDEFINED, ..tag.tag() };
        (alike(one) == alike(other)).into()
    }

    /// A number that equal tags share.
    fn CMTagHash(tag: CMTag) -> usize {
        let mixed = u64::from(tag.category) << 32 ^ u64::from(tag.data_type) ^ tag.value.rotate_left(17);
        mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) as usize
    }

    /// A tag as text for people.
    fn CMTagCopyDescription(_allocator: Handle, tag: CMTag) -> Handle {
        string::new(&format!("{:?}", tag.tag())).into_handle()
    }

    /// A tag as a dictionary.
    fn CMTagCopyAsDictionary(tag: CMTag, _allocator: Handle) -> Handle {
        value::dictionary_to_object(&tag.tag().to_dictionary(), false).into_handle()
    }

    /// The tag of a dictionary; invalid when it holds none.
    fn CMTagMakeFromDictionary(dictionary: Handle) -> CMTag {
        let tag = value::dictionary_from_object(dictionary).and_then(|entries| Tag::from_dictionary(&entries));
        tag.unwrap_or(Tag::INVALID).into()
    }
}
