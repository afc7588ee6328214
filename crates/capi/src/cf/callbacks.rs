//! Functions by which collections keep, compare and let go of what is in them.

use std::ffi::c_void;

use crate::cf::{base, string};
use crate::object::{Handle, Owned};

type Retain = extern "C" fn(Handle, *const c_void) -> *const c_void;
type Release = extern "C" fn(Handle, *const c_void);
type Describe = extern "C" fn(*const c_void) -> Handle;
type Equal = extern "C" fn(*const c_void, *const c_void) -> u8;
type Hash = extern "C" fn(*const c_void) -> usize;

/// For elements of arrays and values of dictionaries.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ValueCallBacks {
    version: isize,
    retain: Option<Retain>,
    release: Option<Release>,
    describe: Option<Describe>,
    equal: Option<Equal>,
}

/// For keys of dictionaries and members of sets.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct KeyCallBacks {
    value: ValueCallBacks,
    hash: Option<Hash>,
}

extern "C" fn retain_object(_: Handle, object: *const c_void) -> *const c_void {
    Handle(object.cast()).retain();
    object
}

extern "C" fn retain_string_copy(allocator: Handle, object: *const c_void) -> *const c_void {
    string::CFStringCreateCopy(allocator, Handle(object.cast())).0.cast()
}

extern "C" fn release_object(_: Handle, object: *const c_void) {
    Handle(object.cast()).release();
}

extern "C" fn describe_object(object: *const c_void) -> Handle {
    base::CFCopyDescription(Handle(object.cast()))
}

extern "C" fn equal_objects(one: *const c_void, other: *const c_void) -> u8 {
    base::CFEqual(Handle(one.cast()), Handle(other.cast()))
}

extern "C" fn hash_object(object: *const c_void) -> usize {
    base::CFHash(Handle(object.cast()))
}

impl ValueCallBacks {
    pub(crate) const fn new(
        retain: Option<Retain>,
        release: Option<Release>,
        describe: Option<Describe>,
        equal: Option<Equal>,
    ) -> ValueCallBacks {
        ValueCallBacks { version: 0, retain, release, describe, equal }
    }

    /// Nothing is kept; values are compared by address.
    pub(crate) const NONE: ValueCallBacks =
        ValueCallBacks { version: 0, retain: None, release: None, describe: None, equal: None };
    /// Objects are retained and compared as objects. NULL is tolerated.
    pub(crate) const OBJECTS: ValueCallBacks = ValueCallBacks {
        version: 0,
        retain: Some(retain_object),
        release: Some(release_object),
        describe: Some(describe_object),
        equal: Some(equal_objects),
    };

    pub(crate) fn retain(&self, value: *const c_void) -> *const c_void {
        self.retain.map_or(value, |retain| retain(Handle::NULL, value))
    }

    pub(crate) fn release(&self, value: *const c_void) {
        if let Some(release) = self.release {
            release(Handle::NULL, value);
        }
    }

    pub(crate) fn equal(&self, one: *const c_void, other: *const c_void) -> bool {
        one == other || self.equal.is_some_and(|equal| equal(one, other) != 0)
    }

    /// Whether what is kept must be an object.
    pub(crate) fn keeps(&self) -> bool {
        self.retain.is_some()
    }

    pub(crate) fn describe(&self, value: *const c_void) -> String {
        let text = self.describe.and_then(|describe| Owned::adopted(describe(value)));
        text.and_then(|text| string::to_rust(*text)).unwrap_or_else(|| format!("{value:p}"))
    }
}

impl KeyCallBacks {
    /// Nothing is kept; keys are compared by address.
    pub(crate) const NONE: KeyCallBacks = KeyCallBacks { value: ValueCallBacks::NONE, hash: None };
    /// Objects are retained and compared as objects.
    pub(crate) const OBJECTS: KeyCallBacks =
        KeyCallBacks { value: ValueCallBacks::OBJECTS, hash: Some(hash_object) };
    /// Strings are copied.
    const COPIED_STRINGS: KeyCallBacks = KeyCallBacks {
        value: ValueCallBacks { retain: Some(retain_string_copy), ..ValueCallBacks::OBJECTS },
        hash: Some(hash_object),
    };

    pub(crate) fn functions(&self) -> &ValueCallBacks {
        &self.value
    }

    pub(crate) fn hash(&self, key: *const c_void) -> usize {
        match (self.hash, self.value.equal) {
            (Some(hash), _) => hash(key),
            (None, None) => key as usize,
            // Equal keys must share a hash, and nothing else is known of them.
            (None, Some(_)) => 0,
        }
    }
}

/// Arrays of objects.
#[unsafe(no_mangle)]
pub static kCFTypeArrayCallBacks: ValueCallBacks = ValueCallBacks::OBJECTS;
/// Dictionaries with objects for keys.
#[unsafe(no_mangle)]
pub static kCFTypeDictionaryKeyCallBacks: KeyCallBacks = KeyCallBacks::OBJECTS;
/// Dictionaries with strings for keys, which are copied.
#[unsafe(no_mangle)]
pub static kCFCopyStringDictionaryKeyCallBacks: KeyCallBacks = KeyCallBacks::COPIED_STRINGS;
/// Dictionaries with objects for values.
#[unsafe(no_mangle)]
pub static kCFTypeDictionaryValueCallBacks: ValueCallBacks = ValueCallBacks::OBJECTS;
/// Sets of objects.
#[unsafe(no_mangle)]
pub static kCFTypeSetCallBacks: KeyCallBacks = KeyCallBacks::OBJECTS;
/// Sets of strings, which are copied.
#[unsafe(no_mangle)]
pub static kCFCopyStringSetCallBacks: KeyCallBacks = KeyCallBacks::COPIED_STRINGS;

/// Something in a collection: an object, or with no callbacks any pointer.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item(pub *const c_void);

// SAFETY: only handed on; objects may be used from any thread, and other pointers are the program's own affair.
unsafe impl Send for Item {}
// SAFETY: as above.
unsafe impl Sync for Item {}

impl Item {
    /// The item as an object. Only of a collection that holds objects.
    pub(crate) fn handle(self) -> Handle {
        Handle(self.0.cast())
    }
}

/// Calls a program's function for an element: `CFArrayApplierFunction`, `CFSetApplierFunction`.
pub type Applier = extern "C" fn(Item, *mut c_void);
/// Calls a program's function for a key and its value: `CFDictionaryApplierFunction`.
pub type PairApplier = extern "C" fn(Item, Item, *mut c_void);
/// Compares two elements: `CFComparatorFunction`.
pub type Comparator = extern "C" fn(Item, Item, *mut c_void) -> isize;
