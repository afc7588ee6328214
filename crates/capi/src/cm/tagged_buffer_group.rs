//! `CMTaggedBufferGroup`: several buffers of one moment, told apart by tags.

use vitascope::core::{Dictionary, SampleBuffer, SampleTiming, TaggedBuffer, TaggedBufferGroup, Time};

use super::format_description::{engine as format_of, extensions_of, give as give_format};
use super::sample_buffer::{CmSampleBuffer, REQUIRED_PARAMETER_MISSING};
use super::tag::CMTag;
use super::tag_collection::{CmTagCollection, tags};
use super::time::CMTime;
use crate::border::{OSStatus, Out, api};
use crate::cf::array;
use crate::class::{CLASSES, ClassIndex};
use crate::cv::pixel_buffer::CvPixelBuffer;
use crate::object::{Handle, Owned, Payload};

/// A group of the engine, with the objects that C gave.
pub struct CmTaggedBufferGroup {
    group: TaggedBufferGroup,
    collections: Vec<Owned>,
    buffers: Vec<Owned>,
}

/// `kCMTaggedBufferGroupError_ParamErr`
const PARAMETER: OSStatus = OSStatus(-15780);

impl CmTaggedBufferGroup {
    /// A group; `None` when an object is none that a group can hold, or one is missing.
    fn of(collections: Vec<Handle>, buffers: Vec<Handle>) -> Option<CmTaggedBufferGroup> {
        if collections.len() != buffers.len() {
            return None;
        }
        let entry =
            |(collection, buffer): (&Handle, &Handle)| Some((tags(*collection)?, engine_buffer(*buffer)?));
        let entries: Option<Vec<_>> = collections.iter().zip(&buffers).map(entry).collect();
        let group = TaggedBufferGroup::new(entries?);
        // Collections that can change are kept as they are now.
        let frozen =
            group.entries().iter().map(|(tags, _)| CmTagCollection::object(tags.clone(), false)).collect();
        let buffers = buffers.into_iter().filter_map(Owned::retained).collect();
        Some(CmTaggedBufferGroup { group, collections: frozen, buffers })
    }

    fn buffer<T: Payload>(&self, index: Option<usize>) -> Handle {
        let buffer = index.and_then(|index| self.buffers.get(index)).map(|buffer| **buffer);
        buffer.filter(|buffer| buffer.get::<T>().is_some()).unwrap_or(Handle::NULL)
    }
}

impl Payload for CmTaggedBufferGroup {
    const NAME: &'static str = "CMTaggedBufferGroup";

    fn describe(object: Handle) -> String {
        object.get::<Self>().map(|group| format!("{:?}", group.group)).unwrap_or_default()
    }
}

fn engine_buffer(object: Handle) -> Option<TaggedBuffer> {
    if let Some(buffer) = object.get::<CvPixelBuffer>() {
        return Some(TaggedBuffer::Pixel(buffer.buffer.clone()));
    }
    Some(TaggedBuffer::Sample(object.get::<CmSampleBuffer>()?.sample.clone()))
}

/// The buffer at a place, if it is of a type; the place is written too.
fn found<T: Payload>(
    group: Handle,
    index: Out<isize>,
    find: impl FnOnce(&TaggedBufferGroup) -> Option<usize>,
) -> Handle {
    index.set(-1);
    let Some(group) = group.get::<CmTaggedBufferGroup>() else { return Handle::NULL };
    let place = find(&group.group);
    let buffer = group.buffer::<T>(place);
    if let (Some(place), false) = (place, buffer.is_null()) {
        index.set(place as isize);
    }
    buffer
}

fn at<T: Payload>(group: Handle, index: isize) -> Handle {
    group
        .get::<CmTaggedBufferGroup>()
        .map_or(Handle::NULL, |group| group.buffer::<T>(usize::try_from(index).ok()))
}

/// Writes a new group, or clears the output.
fn give(function: &str, out: Out<Handle>, group: Option<CmTaggedBufferGroup>) -> OSStatus {
    out.clear();
    match group {
        Some(group) if !out.is_null() => {
            out.set(Owned::new(group).into_handle());
            OSStatus::OK
        }
        _ => {
            log::error!(
                "{function}: accepted are arrays of one length, of tag collections and of pixel or sample buffers"
            );
            PARAMETER
        }
    }
}

fn format(
    function: &str,
    group: Handle,
    extensions: impl FnOnce() -> vitascope::core::Result<Dictionary>,
    out: Out<Handle>,
) -> OSStatus {
    let Some(group) = group.get::<CmTaggedBufferGroup>() else {
        out.clear();
        log::error!("{function}: not a tagged buffer group");
        return PARAMETER;
    };
    give_format(function, out, vitascope::core::Error::status, || {
        group.group.format_description(extensions()?)
    })
}

api! {
    /// The type number of tagged buffer groups.
    fn CMTaggedBufferGroupGetTypeID() -> usize {
        CLASSES[CmTaggedBufferGroup::INDEX].type_id()
    }

    /// A group of buffers, each with a tag collection, from two arrays of one length.
    fn CMTaggedBufferGroupCreate(
        _allocator: Handle, collections: Handle, buffers: Handle, out: Out<Handle>,
    ) -> OSStatus {
        let group = array::objects(collections)
            .zip(array::objects(buffers))
            .and_then(|(collections, buffers)| CmTaggedBufferGroup::of(collections, buffers));
        give("CMTaggedBufferGroupCreate", out, group)
    }

    /// One group of all buffers of an array of groups.
    fn CMTaggedBufferGroupCreateCombined(_allocator: Handle, groups: Handle, out: Out<Handle>) -> OSStatus {
        let (mut collections, mut buffers) = (Vec::new(), Vec::new());
        let combined = array::objects(groups).and_then(|groups| {
            for group in groups {
                let group = group.get::<CmTaggedBufferGroup>()?;
                collections.extend(group.collections.iter().map(|object| **object));
                buffers.extend(group.buffers.iter().map(|object| **object));
            }
            CmTaggedBufferGroup::of(collections, buffers)
        });
        give("CMTaggedBufferGroupCreateCombined", out, combined)
    }

    /// The number of buffers; 0 for NULL.
    fn CMTaggedBufferGroupGetCount(group: Handle) -> isize {
        group.get::<CmTaggedBufferGroup>().map_or(0, |group| group.buffers.len() as isize)
    }

    /// The tag collection at a place, not retained; NULL outside.
    fn CMTaggedBufferGroupGetTagCollectionAtIndex(group: Handle, index: isize) -> Handle {
        let group = group.get::<CmTaggedBufferGroup>();
        let found = group.and_then(|group| group.collections.get(usize::try_from(index).ok()?));
        found.map_or(Handle::NULL, |collection| **collection)
    }

    /// The pixel buffer at a place, not retained; NULL outside or when there is a sample buffer.
    fn CMTaggedBufferGroupGetCVPixelBufferAtIndex(group: Handle, index: isize) -> Handle {
        at::<CvPixelBuffer>(group, index)
    }

    /// The sample buffer at a place, not retained; NULL outside or when there is a pixel buffer.
    fn CMTaggedBufferGroupGetCMSampleBufferAtIndex(group: Handle, index: isize) -> Handle {
        at::<CmSampleBuffer>(group, index)
    }

    /// The only buffer with a tag, if it is a pixel buffer, not retained, and its place; NULL for none or several.
    fn CMTaggedBufferGroupGetCVPixelBufferForTag(group: Handle, tag: CMTag, index: Out<isize>) -> Handle {
        found::<CvPixelBuffer>(group, index, |group| group.find_tag(&tag.tag()))
    }

    /// The only buffer with a tag, if it is a sample buffer, not retained, and its place; NULL for none or several.
    fn CMTaggedBufferGroupGetCMSampleBufferForTag(group: Handle, tag: CMTag, index: Out<isize>) -> Handle {
        found::<CmSampleBuffer>(group, index, |group| group.find_tag(&tag.tag()))
    }

    /// The only buffer with all tags, if it is a pixel buffer, not retained, and its place; NULL for none or several.
    fn CMTaggedBufferGroupGetCVPixelBufferForTagCollection(
        group: Handle, collection: Handle, index: Out<isize>,
    ) -> Handle {
        found::<CvPixelBuffer>(group, index, |group| group.find(&tags(collection)?))
    }

    /// The only buffer with all tags, if it is a sample buffer, not retained, and its place; NULL for none or several.
    fn CMTaggedBufferGroupGetCMSampleBufferForTagCollection(
        group: Handle, collection: Handle, index: Out<isize>,
    ) -> Handle {
        found::<CmSampleBuffer>(group, index, |group| group.find(&tags(collection)?))
    }

    /// How many buffers have all tags of a collection.
    fn CMTaggedBufferGroupGetNumberOfMatchesForTagCollection(group: Handle, collection: Handle) -> isize {
        let both = group.get::<CmTaggedBufferGroup>().zip(tags(collection));
        both.map_or(0, |(group, tags)| group.group.matches(&tags) as isize)
    }

    /// The format of groups with the tags of this one.
    fn CMTaggedBufferGroupFormatDescriptionCreateForTaggedBufferGroup(
        _allocator: Handle, group: Handle, out: Out<Handle>,
    ) -> OSStatus {
        format("CMTaggedBufferGroupFormatDescriptionCreateForTaggedBufferGroup", group, || Ok(Dictionary::default()), out)
    }

    /// The format of groups with the tags of this one, with further extensions (NULL for none).
    fn CMTaggedBufferGroupFormatDescriptionCreateForTaggedBufferGroupWithExtensions(
        _allocator: Handle, group: Handle, extensions: Handle, out: Out<Handle>,
    ) -> OSStatus {
        const NAME: &str = "CMTaggedBufferGroupFormatDescriptionCreateForTaggedBufferGroupWithExtensions";
        format(NAME, group, || extensions_of(extensions), out)
    }

    /// Whether this is the format of such a group.
    fn CMTaggedBufferGroupFormatDescriptionMatchesTaggedBufferGroup(description: Handle, group: Handle) -> u8 {
        let both = group.get::<CmTaggedBufferGroup>().zip(format_of(description));
        both.is_some_and(|(group, format)| group.group.matches_format(format)).into()
    }

    /// A sample buffer that holds a group. The format must be that of the group.
    fn CMSampleBufferCreateForTaggedBufferGroup(
        _allocator: Handle, group: Handle, presentation_time: CMTime, duration: CMTime, description: Handle,
        out: Out<Handle>,
    ) -> OSStatus {
        const NAME: &str = "CMSampleBufferCreateForTaggedBufferGroup";
        out.clear();
        let (Some(inner), Some(format), false) = (group.get::<CmTaggedBufferGroup>(), format_of(description), out.is_null())
        else {
            log::error!("{NAME}: group, format description and the address for the result are wanted");
            return REQUIRED_PARAMETER_MISSING;
        };
        if !inner.group.matches_format(format) {
            log::error!("{NAME}: the format description is that of another group");
            return OSStatus(-12743);
        }
        let timing = SampleTiming {
            duration: duration.time(),
            presentation_time: presentation_time.time(),
            decode_time: Time::INVALID,
        };
        match SampleBuffer::new(None, Some(format.clone()), 1, vec![timing], Vec::new()) {
            Ok(sample) => {
                out.set(CmSampleBuffer::of_group(sample, Owned::retained(group)).into_handle());
                OSStatus::OK
            }
            Err(error) => {
                log::warn!("{NAME}: {error} (status {})", error.status());
                OSStatus(error.status())
            }
        }
    }

    /// The group that a sample buffer holds, not retained; NULL when it holds none.
    fn CMSampleBufferGetTaggedBufferGroup(sample: Handle) -> Handle {
        sample.get::<CmSampleBuffer>().and_then(CmSampleBuffer::group).unwrap_or(Handle::NULL)
    }
}
