//! What all objects have in common.

use crate::border::{OnPanic, api};
use crate::cf::string;
use crate::class::with_type_id;
use crate::object::{Handle, Owned};

/// Some elements in a row: `length` of them from `location` on.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CFRange {
    /// The first one.
    pub location: isize,
    /// How many.
    pub length: isize,
}

impl OnPanic for CFRange {
    fn on_panic() -> Self {
        CFRange { location: -1, length: 0 }
    }
}

impl CFRange {
    /// Start and end; `None` when they do not lie within `count` elements.
    pub(crate) fn bounds(self, count: usize) -> Option<(usize, usize)> {
        let start = usize::try_from(self.location).ok()?;
        let end = start.checked_add(usize::try_from(self.length).ok()?)?;
        (end <= count).then_some((start, end))
    }
}

/// The description of any object, and of NULL.
pub(crate) fn describe(object: Handle) -> String {
    match object.class() {
        Some(class) => (class.describe)(object),
        None => "(null)".to_owned(),
    }
}

/// Whether two objects are equal; NULL equals NULL only.
pub(crate) fn equal(one: Handle, other: Handle) -> bool {
    one == other
        || match (one.class(), other.class()) {
            (Some(class), Some(of_other)) => std::ptr::eq(class, of_other) && (class.equal)(one, other),
            _ => false,
        }
}

pub(crate) fn hash(object: Handle) -> usize {
    object.class().map_or(0, |class| (class.hash)(object))
}

/// A version that no system ever had, above all that programs compare it with.
#[unsafe(no_mangle)]
pub static kCFCoreFoundationVersionNumber: f64 = 4000.0;

api! {
    /// Adds a reference to an object and returns it. NULL stays NULL.
    fn CFRetain(object: Handle) -> Handle {
        object.retain();
        object
    }

    /// Takes a reference away; the last one frees the object. NULL and constants are left alone.
    fn CFRelease(object: Handle) {
        object.release();
    }

    /// Adds a reference that a collector would own; here the same as CFRetain.
    fn CFAutorelease(object: Handle) -> Handle {
        // Without pools the reference that the caller gives up stays for ever, which is safe.
        object
    }

    /// Returns the object as it is: nothing is collected here.
    fn CFMakeCollectable(object: Handle) -> Handle {
        object
    }

    /// How many references there are to an object.
    fn CFGetRetainCount(object: Handle) -> isize {
        if object.class().is_none() { 0 } else { object.reference_count() }
    }

    /// The type number of an object; 0 for NULL.
    fn CFGetTypeID(object: Handle) -> usize {
        object.class().map_or(0, |class| class.type_id())
    }

    /// The name of a type; NULL for a number that is none.
    fn CFCopyTypeIDDescription(type_id: usize) -> Handle {
        with_type_id(type_id).map_or(Handle::NULL, |class| string::new(class.name).into_handle())
    }

    /// A description of an object for people; NULL for NULL.
    fn CFCopyDescription(object: Handle) -> Handle {
        if object.class().is_none() { Handle::NULL } else { string::new(&describe(object)).into_handle() }
    }

    /// Whether two objects are equal in the way of their type.
    fn CFEqual(one: Handle, other: Handle) -> u8 {
        equal(one, other).into()
    }

    /// A number that equal objects share.
    fn CFHash(object: Handle) -> usize {
        hash(object)
    }

    /// The allocator of an object: always the default one.
    fn CFGetAllocator(_object: Handle) -> Handle {
        crate::cf::allocator::system_default()
    }
}

pub(crate) fn owned_or_null(object: Option<Owned>) -> Handle {
    object.map_or(Handle::NULL, Owned::into_handle)
}
