//! The types of objects.

use crate::object::{Handle, Object, Payload, Registry};
use crate::{cf, cm, cv, vt};

/// What the library must know of a type of objects.
pub struct Class {
    /// The name that descriptions show.
    pub name: &'static str,
    /// Whether C objects of this class can be found again by their engine object.
    pub(crate) registered: bool,
    pub(crate) drop: unsafe fn(*const crate::object::Header),
    pub(crate) forget: fn(Handle, &mut Registry),
    pub(crate) equal: fn(Handle, Handle) -> bool,
    pub(crate) hash: fn(Handle) -> usize,
    pub(crate) describe: fn(Handle) -> String,
}

impl Class {
    const fn of<T: Payload>() -> Class {
        Class {
            name: T::NAME,
            registered: T::REGISTERED,
            drop: drop_object::<T>,
            forget: forget::<T>,
            equal: T::equal,
            hash: T::hash,
            describe: T::describe,
        }
    }

    /// The number by which C knows the type: its place, counted from 1.
    pub fn type_id(&self) -> usize {
        (std::ptr::from_ref(self) as usize - CLASSES.as_ptr() as usize) / size_of::<Class>() + 1
    }
}

/// The class with a type number.
pub fn with_type_id(type_id: usize) -> Option<&'static Class> {
    CLASSES.get(type_id.checked_sub(1)?)
}

macro_rules! classes {
    ($($type:ty),* $(,)?) => {
        /// All types; the place of a type is its [`ClassIndex::INDEX`].
        pub static CLASSES: [Class; classes!(@count $($type),*)] = [$(Class::of::<$type>()),*];
        classes!(@number 0usize; $($type),*);
    };
    (@count $($type:ty),*) => { <[()]>::len(&[$(classes!(@unit $type)),*]) };
    (@unit $type:ty) => { () };
    (@number $index:expr; $first:ty $(, $rest:ty)*) => {
        impl ClassIndex for $first {
            const INDEX: usize = $index;
        }
        classes!(@number $index + 1usize; $($rest),*);
    };
    (@number $index:expr;) => {};
}

/// The place of a type among [`CLASSES`].
pub trait ClassIndex {
    /// Counted from 0.
    const INDEX: usize;
}

classes! {
    cf::string::CfString,
    cf::number::CfNumber,
    cf::boolean::CfBoolean,
    cf::null::CfNull,
    cf::data::CfData,
    cf::array::CfArray,
    cf::dictionary::CfDictionary,
    cf::set::CfSet,
    cf::allocator::CfAllocator,
    cf::error::CfError,
    cf::url::CfUrl,
    cm::block_buffer::CmBlockBuffer,
    cm::format_description::CmFormatDescription,
    cm::sample_buffer::CmSampleBuffer,
    cm::simple_queue::CmSimpleQueue,
    cm::tag_collection::CmTagCollection,
    cm::tagged_buffer_group::CmTaggedBufferGroup,
    cm::memory_pool::CmMemoryPool,
    cv::pixel_buffer::CvPixelBuffer,
    cv::pixel_buffer_pool::CvPixelBufferPool,
    vt::compression::VtCompressionSession,
    vt::decompression::VtDecompressionSession,
    vt::multi_pass_storage::VtMultiPassStorage,
    vt::frame_silo::VtFrameSilo,
    vt::pixel_transfer::VtPixelTransferSession,
    vt::pixel_rotation::VtPixelRotationSession,
}

/// Frees an object.
///
/// # Safety
/// The last reference to an `Object<T>` is gone.
unsafe fn drop_object<T: Payload>(object: *const crate::object::Header) {
    // SAFETY: every object of this class was made by `Box` (immortal ones never come here), and nobody refers to it.
    drop(unsafe { Box::from_raw(object.cast_mut().cast::<Object<T>>()) });
}

fn forget<T: Payload>(object: Handle, registry: &mut Registry) {
    let Some(payload) = object.get::<T>() else { return };
    let key = (T::INDEX, payload.identity());
    if let Some(list) = registry.get_mut(&key) {
        list.retain(|entry| *entry != object);
        if list.is_empty() {
            registry.remove(&key);
        }
    }
}
