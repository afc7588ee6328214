//! `CMTagCollection`: sets of tags.

use std::ffi::c_void;
use std::sync::{PoisonError, RwLock};

use vitascope::core::{Error, FourCc, Tag, TagCollection};

use super::tag::CMTag;
use crate::border::{In, OSStatus, Out, api};
use crate::cf::{data, string};
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned, Payload};
use crate::value;

/// A set of tags, which may change if it was made so.
pub struct CmTagCollection {
    tags: RwLock<TagCollection>,
    mutable: bool,
}

/// `kCMTagCollectionError_ParamErr`
const PARAMETER: OSStatus = OSStatus(-15740);
/// `kCMTagCollectionError_TagNotFound`
const TAG_NOT_FOUND: OSStatus = OSStatus(-15746);
/// `kCMTagCollectionError_ExhaustedBufferSize`
const EXHAUSTED_BUFFER_SIZE: OSStatus = OSStatus(-15748);

/// Is called for a tag: tag, context.
type Applier = extern "C" fn(CMTag, *mut c_void);
/// Chooses tags: tag, context.
type Filter = extern "C" fn(CMTag, *mut c_void) -> u8;

impl CmTagCollection {
    pub(crate) fn object(tags: TagCollection, mutable: bool) -> Owned {
        Owned::new(CmTagCollection { tags: RwLock::new(tags), mutable })
    }
}

impl Payload for CmTagCollection {
    const NAME: &'static str = "CMTagCollection";

    fn equal(one: Handle, other: Handle) -> bool {
        tags(one) == tags(other)
    }

    fn hash(object: Handle) -> usize {
        tags(object).map_or(0, |tags| tags.len())
    }

    fn describe(object: Handle) -> String {
        tags(object).map(|tags| format!("{tags:?}")).unwrap_or_default()
    }
}

/// A copy of the tags, so that no lock is held while a program's functions run.
pub(crate) fn tags(object: Handle) -> Option<TagCollection> {
    let collection = object.get::<CmTagCollection>()?;
    Some(collection.tags.read().unwrap_or_else(PoisonError::into_inner).clone())
}

/// Changes the tags.
fn change(object: Handle, function: &str, change: impl FnOnce(&mut TagCollection) -> OSStatus) -> OSStatus {
    match object.get::<CmTagCollection>().filter(|collection| collection.mutable) {
        Some(collection) => change(&mut collection.tags.write().unwrap_or_else(PoisonError::into_inner)),
        None => {
            log::error!("{function}: not a tag collection that can change");
            PARAMETER
        }
    }
}

/// Writes a new collection, or clears the output and says why not.
fn give(
    function: &str,
    out: Out<Handle>,
    mutable: bool,
    made: Option<Result<TagCollection, Error>>,
) -> OSStatus {
    out.clear();
    match made {
        Some(Ok(tags)) if !out.is_null() => {
            out.set(CmTagCollection::object(tags, mutable).into_handle());
            OSStatus::OK
        }
        Some(Err(error)) => {
            log::warn!("{function}: {error} (status {})", error.status());
            OSStatus(error.status())
        }
        _ => {
            log::error!("{function}: an argument is NULL or another object");
            PARAMETER
        }
    }
}

/// Two collections into one.
fn combine(
    function: &str,
    one: Handle,
    other: Handle,
    out: Out<Handle>,
    combined: fn(&TagCollection, &TagCollection) -> TagCollection,
) -> OSStatus {
    let both = tags(one).zip(tags(other));
    give(function, out, false, both.map(|(one, other)| Ok(combined(&one, &other))))
}

/// Writes as many tags as there is room for.
fn fill(found: impl Iterator<Item = Tag>, buffer: Out<CMTag>, room: isize, copied: Out<isize>) -> OSStatus {
    copied.set(0);
    let (Ok(room), false) = (usize::try_from(room), buffer.is_null()) else { return PARAMETER };
    let mut count = 0;
    for tag in found {
        if count == room {
            return EXHAUSTED_BUFFER_SIZE;
        }
        buffer.set_at(count, tag.into());
        count += 1;
        copied.set(count as isize);
    }
    OSStatus::OK
}

fn read(tags: In<CMTag>, count: isize) -> Option<Vec<Tag>> {
    Some(tags.to_vec(count)?.into_iter().map(CMTag::tag).collect())
}

/// How many of the tags fulfil a condition; 0 for no collection.
fn count(object: Handle, condition: impl Fn(&Tag) -> bool) -> isize {
    tags(object).map_or(0, |tags| tags.iter().filter(condition).count() as isize)
}

api! {
    /// The type number of tag collections.
    fn CMTagCollectionGetTypeID() -> usize {
        CLASSES[CmTagCollection::INDEX].type_id()
    }

    /// A set of tags; kCMTagCollectionError_InvalidTag when one has no value.
    fn CMTagCollectionCreate(_allocator: Handle, tags: In<CMTag>, count: isize, out: Out<Handle>) -> OSStatus {
        give("CMTagCollectionCreate", out, false, read(tags, count).map(TagCollection::new))
    }

    /// A set of tags that can change. The capacity is a hint only.
    fn CMTagCollectionCreateMutable(_allocator: Handle, _capacity: isize, out: Out<Handle>) -> OSStatus {
        give("CMTagCollectionCreateMutable", out, true, Some(Ok(TagCollection::default())))
    }

    /// A copy that does not change.
    fn CMTagCollectionCreateCopy(collection: Handle, _allocator: Handle, out: Out<Handle>) -> OSStatus {
        give("CMTagCollectionCreateCopy", out, false, tags(collection).map(Ok))
    }

    /// A copy that can change.
    fn CMTagCollectionCreateMutableCopy(collection: Handle, _allocator: Handle, out: Out<Handle>) -> OSStatus {
        give("CMTagCollectionCreateMutableCopy", out, true, tags(collection).map(Ok))
    }

    /// A collection as text for people.
    fn CMTagCollectionCopyDescription(_allocator: Handle, collection: Handle) -> Handle {
        tags(collection).map_or(Handle::NULL, |tags| string::new(&format!("{tags:?}")).into_handle())
    }

    /// The number of tags; 0 for NULL.
    fn CMTagCollectionGetCount(collection: Handle) -> isize {
        count(collection, |_| true)
    }

    /// Whether there are no tags; true for NULL.
    fn CMTagCollectionIsEmpty(collection: Handle) -> u8 {
        (count(collection, |_| true) == 0).into()
    }

    /// Whether a tag is there.
    fn CMTagCollectionContainsTag(collection: Handle, tag: CMTag) -> u8 {
        tags(collection).is_some_and(|tags| tags.contains(&tag.tag())).into()
    }

    /// Whether all tags of another collection are there.
    fn CMTagCollectionContainsTagsOfCollection(collection: Handle, contained: Handle) -> u8 {
        tags(collection).zip(tags(contained)).is_some_and(|(tags, contained)| tags.contains_all(&contained)).into()
    }

    /// Whether all tags of an array are there.
    fn CMTagCollectionContainsSpecifiedTags(collection: Handle, contained: In<CMTag>, number: isize) -> u8 {
        let both = tags(collection).zip(read(contained, number));
        both.is_some_and(|(tags, contained)| contained.iter().all(|tag| tags.contains(tag))).into()
    }

    /// Whether a tag of a category is there.
    fn CMTagCollectionContainsCategory(collection: Handle, category: u32) -> u8 {
        (count(collection, |tag| tag.category.0 == category) > 0).into()
    }

    /// The number of tags of a category.
    fn CMTagCollectionGetCountOfCategory(collection: Handle, category: u32) -> isize {
        count(collection, |tag| tag.category.0 == category)
    }

    /// Copies tags in order; kCMTagCollectionError_ExhaustedBufferSize when there is no room for all.
    fn CMTagCollectionGetTags(collection: Handle, buffer: Out<CMTag>, room: isize, copied: Out<isize>) -> OSStatus {
        tags(collection).map_or(PARAMETER, |tags| fill(tags.iter(), buffer, room, copied))
    }

    /// Copies the tags of a category, as CMTagCollectionGetTags copies all.
    fn CMTagCollectionGetTagsWithCategory(
        collection: Handle, category: u32, buffer: Out<CMTag>, room: isize, copied: Out<isize>,
    ) -> OSStatus {
        tags(collection).map_or(PARAMETER, |tags| fill(tags.of_category(FourCc(category)), buffer, room, copied))
    }

    /// Copies the tags that a function chooses, as CMTagCollectionGetTags copies all.
    fn CMTagCollectionGetTagsWithFilterFunction(
        collection: Handle, buffer: Out<CMTag>, room: isize, copied: Out<isize>, filter: Option<Filter>,
        context: *mut c_void,
    ) -> OSStatus {
        let (Some(tags), Some(filter)) = (tags(collection), filter) else { return PARAMETER };
        fill(tags.iter().filter(|tag| filter((*tag).into(), context) != 0), buffer, room, copied)
    }

    /// How many tags a function chooses.
    fn CMTagCollectionCountTagsWithFilterFunction(
        collection: Handle, filter: Option<Filter>, context: *mut c_void,
    ) -> isize {
        filter.map_or(0, |filter| count(collection, |tag| filter((*tag).into(), context) != 0))
    }

    /// Calls a function for each tag in order.
    fn CMTagCollectionApply(collection: Handle, applier: Option<Applier>, context: *mut c_void) {
        if let (Some(tags), Some(applier)) = (tags(collection), applier) {
            tags.iter().for_each(|tag| applier(tag.into(), context));
        }
    }

    /// The first tag that a function chooses; kCMTagInvalid when it chooses none.
    fn CMTagCollectionApplyUntil(collection: Handle, applier: Option<Filter>, context: *mut c_void) -> CMTag {
        let (Some(tags), Some(applier)) = (tags(collection), applier) else { return Tag::INVALID.into() };
        tags.iter().find(|tag| applier((*tag).into(), context) != 0).unwrap_or(Tag::INVALID).into()
    }

    /// The tags of some categories as a collection.
    fn CMTagCollectionCopyTagsOfCategories(
        _allocator: Handle, collection: Handle, categories: In<u32>, number: isize, out: Out<Handle>,
    ) -> OSStatus {
        let chosen = tags(collection).zip(categories.to_vec(number)).map(|(mut tags, categories)| {
            tags.retain(|tag| categories.contains(&tag.category.0));
            Ok(tags)
        });
        give("CMTagCollectionCopyTagsOfCategories", out, false, chosen)
    }

    /// The tags that are in either collection.
    fn CMTagCollectionCreateUnion(one: Handle, other: Handle, out: Out<Handle>) -> OSStatus {
        combine("CMTagCollectionCreateUnion", one, other, out, TagCollection::union)
    }

    /// The tags that are in both collections.
    fn CMTagCollectionCreateIntersection(one: Handle, other: Handle, out: Out<Handle>) -> OSStatus {
        combine("CMTagCollectionCreateIntersection", one, other, out, TagCollection::intersection)
    }

    /// The tags that are in the first collection only.
    fn CMTagCollectionCreateDifference(one: Handle, other: Handle, out: Out<Handle>) -> OSStatus {
        combine("CMTagCollectionCreateDifference", one, other, out, TagCollection::difference)
    }

    /// The tags that are in one of the collections only.
    fn CMTagCollectionCreateExclusiveOr(one: Handle, other: Handle, out: Out<Handle>) -> OSStatus {
        combine("CMTagCollectionCreateExclusiveOr", one, other, out, TagCollection::exclusive_or)
    }

    /// Adds a tag; one that is there already is no error.
    fn CMTagCollectionAddTag(collection: Handle, tag: CMTag) -> OSStatus {
        change(collection, "CMTagCollectionAddTag", |tags| status(tags.insert(tag.tag())))
    }

    /// Adds the tags of an array.
    fn CMTagCollectionAddTagsFromArray(collection: Handle, added: In<CMTag>, number: isize) -> OSStatus {
        let Some(added) = read(added, number) else { return PARAMETER };
        change(collection, "CMTagCollectionAddTagsFromArray", |tags| {
            status(added.into_iter().try_for_each(|tag| tags.insert(tag)))
        })
    }

    /// Adds the tags of another collection.
    fn CMTagCollectionAddTagsFromCollection(collection: Handle, added: Handle) -> OSStatus {
        let Some(added) = tags(added) else { return PARAMETER };
        change(collection, "CMTagCollectionAddTagsFromCollection", |tags| {
            *tags = tags.union(&added);
            OSStatus::OK
        })
    }

    /// Takes a tag out; kCMTagCollectionError_TagNotFound when it is not there.
    fn CMTagCollectionRemoveTag(collection: Handle, tag: CMTag) -> OSStatus {
        change(collection, "CMTagCollectionRemoveTag", |tags| {
            if tags.remove(&tag.tag()) { OSStatus::OK } else { TAG_NOT_FOUND }
        })
    }

    /// Takes all tags out.
    fn CMTagCollectionRemoveAllTags(collection: Handle) -> OSStatus {
        change(collection, "CMTagCollectionRemoveAllTags", |tags| {
            *tags = TagCollection::default();
            OSStatus::OK
        })
    }

    /// Takes the tags of a category out.
    fn CMTagCollectionRemoveAllTagsOfCategory(collection: Handle, category: u32) -> OSStatus {
        change(collection, "CMTagCollectionRemoveAllTagsOfCategory", |tags| {
            tags.retain(|tag| tag.category.0 != category);
            OSStatus::OK
        })
    }

    /// A collection as a dictionary; NULL for NULL.
    fn CMTagCollectionCopyAsDictionary(collection: Handle, _allocator: Handle) -> Handle {
        tags(collection).map_or(Handle::NULL, |tags| {
            value::dictionary_to_object(&tags.to_dictionary(), false).into_handle()
        })
    }

    /// The collection of a dictionary.
    fn CMTagCollectionCreateFromDictionary(dictionary: Handle, _allocator: Handle, out: Out<Handle>) -> OSStatus {
        let made = value::dictionary_from_object(dictionary).map(|entries| TagCollection::from_dictionary(&entries));
        give("CMTagCollectionCreateFromDictionary", out, false, made)
    }

    /// A collection in bytes; NULL for NULL.
    fn CMTagCollectionCopyAsData(collection: Handle, _allocator: Handle) -> Handle {
        tags(collection).map_or(Handle::NULL, |tags| data::new(&tags.to_data()).into_handle())
    }

    /// The collection of bytes that CMTagCollectionCopyAsData gave.
    fn CMTagCollectionCreateFromData(bytes: Handle, _allocator: Handle, out: Out<Handle>) -> OSStatus {
        let made = data::to_vec(bytes).map(|bytes| TagCollection::from_data(&bytes));
        give("CMTagCollectionCreateFromData", out, false, made)
    }
}

fn status(result: Result<(), Error>) -> OSStatus {
    match result {
        Ok(()) => OSStatus::OK,
        Err(error) => {
            log::warn!("tag collection: {error} (status {})", error.status());
            OSStatus(error.status())
        }
    }
}
