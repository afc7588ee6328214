//! `CFDictionary`: values by key.

use std::ffi::c_void;
use std::sync::{PoisonError, RwLock};

use crate::border::{In, Out, api};
use crate::cf::callbacks::{Item, KeyCallBacks, PairApplier, ValueCallBacks};
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned, Payload};

/// Entries, and how their keys and values are kept.
pub struct CfDictionary {
    entries: RwLock<Vec<Entry>>,
    keys: KeyCallBacks,
    values: ValueCallBacks,
    mutable: bool,
}

#[derive(Clone, Copy)]
struct Entry {
    hash: usize,
    key: Item,
    value: Item,
}

/// What becomes of a key that is there already, or is not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Add,
    Replace,
    Set,
}

impl CfDictionary {
    fn new(keys: KeyCallBacks, values: ValueCallBacks, mutable: bool) -> CfDictionary {
        CfDictionary { entries: RwLock::new(Vec::new()), keys, values, mutable }
    }

    /// A dictionary that keeps objects by object.
    pub(crate) fn of_objects(mutable: bool) -> CfDictionary {
        CfDictionary::new(KeyCallBacks::OBJECTS, ValueCallBacks::OBJECTS, mutable)
    }

    fn entries(&self) -> Vec<Entry> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn len(&self) -> usize {
        self.entries.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn find(&self, entries: &[Entry], key: Item) -> Option<usize> {
        let hash = self.keys.hash(key.0);
        let functions = self.keys.functions();
        entries.iter().position(|entry| entry.hash == hash && functions.equal(entry.key.0, key.0))
    }

    pub(crate) fn value(&self, key: Item) -> Option<Item> {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        self.find(&entries, key).map(|place| entries[place].value)
    }

    fn put(&self, key: Item, value: Item, rule: Rule) {
        // Some programs leave slots of their arrays empty; an entry without a key is no entry.
        if key.0.is_null() && self.keys.functions().keeps() {
            return;
        }
        let released = {
            let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
            match self.find(&entries, key) {
                Some(_) if rule == Rule::Add => None,
                Some(place) => {
                    let value = Item(self.values.retain(value.0));
                    Some(std::mem::replace(&mut entries[place].value, value))
                }
                None if rule == Rule::Replace => None,
                None => {
                    let hash = self.keys.hash(key.0);
                    let key = Item(self.keys.functions().retain(key.0));
                    entries.push(Entry { hash, key, value: Item(self.values.retain(value.0)) });
                    None
                }
            }
        };
        // What leaves may run any destructor, so no lock is held.
        if let Some(value) = released {
            self.values.release(value.0);
        }
    }

    pub(crate) fn set(&self, key: Handle, value: Handle) {
        self.put(Item(key.0.cast()), Item(value.0.cast()), Rule::Set);
    }

    fn remove(&self, key: Item) {
        let removed = {
            let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
            self.find(&entries, key).map(|place| entries.remove(place))
        };
        removed.into_iter().for_each(|entry| self.release(entry));
    }

    fn clear(&self) {
        let entries = std::mem::take(&mut *self.entries.write().unwrap_or_else(PoisonError::into_inner));
        entries.into_iter().for_each(|entry| self.release(entry));
    }

    fn release(&self, entry: Entry) {
        self.values.release(entry.value.0);
        self.keys.functions().release(entry.key.0);
    }

    fn copy(&self, mutable: bool) -> Handle {
        let copy = CfDictionary::new(self.keys, self.values, mutable);
        for entry in self.entries() {
            copy.put(entry.key, entry.value, Rule::Set);
        }
        Owned::new(copy).into_handle()
    }
}

impl Drop for CfDictionary {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Payload for CfDictionary {
    const NAME: &'static str = "CFDictionary";

    fn equal(one: Handle, other: Handle) -> bool {
        let (Some(one), Some(other)) = (one.get::<CfDictionary>(), other.get::<CfDictionary>()) else {
            return false;
        };
        let entries = one.entries();
        entries.len() == other.len()
            && entries.iter().all(|entry| {
                other.value(entry.key).is_some_and(|value| one.values.equal(entry.value.0, value.0))
            })
    }

    fn hash(object: Handle) -> usize {
        object.get::<CfDictionary>().map_or(0, CfDictionary::len)
    }

    fn describe(object: Handle) -> String {
        let Some(dictionary) = object.get::<CfDictionary>() else { return String::new() };
        let describe = |entry: &Entry| {
            let key = dictionary.keys.functions().describe(entry.key.0);
            format!("{key} = {}", dictionary.values.describe(entry.value.0))
        };
        let entries: Vec<String> = dictionary.entries().iter().map(describe).collect();
        format!("{{{}}}", entries.join("; "))
    }
}

/// Keys and values of a dictionary in order, all objects or NULL; `None` when it is no dictionary. Keys of a dictionary
/// without callbacks count as objects too: programs put string constants there.
pub(crate) fn objects(dictionary: Handle) -> Option<Vec<(Handle, Handle)>> {
    let dictionary = dictionary.get::<CfDictionary>()?;
    Some(dictionary.entries().into_iter().map(|entry| (entry.key.handle(), entry.value.handle())).collect())
}

fn change(dictionary: Handle, function: &str, change: impl FnOnce(&CfDictionary)) {
    match dictionary.get::<CfDictionary>().filter(|dictionary| dictionary.mutable) {
        Some(dictionary) => change(dictionary),
        None => log::error!("{function}: not a dictionary that can change"),
    }
}

api! {
    /// The type number of dictionaries.
    fn CFDictionaryGetTypeID() -> usize {
        CLASSES[CfDictionary::INDEX].type_id()
    }

    /// A dictionary of keys and values. Without callbacks nothing is retained and keys are compared by address.
    fn CFDictionaryCreate(
        _allocator: Handle, keys: In<Item>, values: In<Item>, count: isize, key_callbacks: In<KeyCallBacks>,
        value_callbacks: In<ValueCallBacks>,
    ) -> Handle {
        let (Some(keys), Some(values)) = (keys.to_vec(count), values.to_vec(count)) else { return Handle::NULL };
        let key_callbacks = key_callbacks.read().unwrap_or(KeyCallBacks::NONE);
        let value_callbacks = value_callbacks.read().unwrap_or(ValueCallBacks::NONE);
        let dictionary = CfDictionary::new(key_callbacks, value_callbacks, false);
        for (key, value) in keys.into_iter().zip(values) {
            dictionary.put(key, value, Rule::Set);
        }
        Owned::new(dictionary).into_handle()
    }

    /// A dictionary that can change. The capacity is a hint only.
    fn CFDictionaryCreateMutable(
        _allocator: Handle, _capacity: isize, keys: In<KeyCallBacks>, values: In<ValueCallBacks>,
    ) -> Handle {
        let keys = keys.read().unwrap_or(KeyCallBacks::NONE);
        let values = values.read().unwrap_or(ValueCallBacks::NONE);
        Owned::new(CfDictionary::new(keys, values, true)).into_handle()
    }

    /// A copy that does not change.
    fn CFDictionaryCreateCopy(_allocator: Handle, dictionary: Handle) -> Handle {
        match dictionary.get::<CfDictionary>() {
            Some(source) if !source.mutable => {
                dictionary.retain();
                dictionary
            }
            Some(source) => source.copy(false),
            None => Handle::NULL,
        }
    }

    /// A copy that can change. The capacity is a hint only.
    fn CFDictionaryCreateMutableCopy(_allocator: Handle, _capacity: isize, dictionary: Handle) -> Handle {
        dictionary.get::<CfDictionary>().map_or(Handle::NULL, |source| source.copy(true))
    }

    /// The number of entries; 0 for NULL.
    fn CFDictionaryGetCount(dictionary: Handle) -> isize {
        dictionary.get::<CfDictionary>().map_or(0, |dictionary| dictionary.len() as isize)
    }

    /// 1 if the key is there, else 0.
    fn CFDictionaryGetCountOfKey(dictionary: Handle, key: Item) -> isize {
        CFDictionaryContainsKey(dictionary, key).into()
    }

    /// How many keys have a value.
    fn CFDictionaryGetCountOfValue(dictionary: Handle, value: Item) -> isize {
        let Some(dictionary) = dictionary.get::<CfDictionary>() else { return 0 };
        let entries = dictionary.entries();
        entries.iter().filter(|entry| dictionary.values.equal(entry.value.0, value.0)).count() as isize
    }

    /// Whether a key is there.
    fn CFDictionaryContainsKey(dictionary: Handle, key: Item) -> u8 {
        dictionary.get::<CfDictionary>().is_some_and(|dictionary| dictionary.value(key).is_some()).into()
    }

    /// Whether any key has a value.
    fn CFDictionaryContainsValue(dictionary: Handle, value: Item) -> u8 {
        (CFDictionaryGetCountOfValue(dictionary, value) > 0).into()
    }

    /// The value of a key, not retained; NULL when there is none.
    fn CFDictionaryGetValue(dictionary: Handle, key: Item) -> *const c_void {
        let value = dictionary.get::<CfDictionary>().and_then(|dictionary| dictionary.value(key));
        value.map_or(std::ptr::null(), |value| value.0)
    }

    /// Whether a key is there, with its value, not retained.
    fn CFDictionaryGetValueIfPresent(dictionary: Handle, key: Item, value: Out<Item>) -> u8 {
        match dictionary.get::<CfDictionary>().and_then(|dictionary| dictionary.value(key)) {
            Some(found) => {
                value.set(found);
                1
            }
            None => 0,
        }
    }

    /// Copies all keys and values, not retained. Either array may be NULL.
    fn CFDictionaryGetKeysAndValues(dictionary: Handle, keys: Out<Item>, values: Out<Item>) {
        let Some(dictionary) = dictionary.get::<CfDictionary>() else { return };
        for (index, entry) in dictionary.entries().into_iter().enumerate() {
            keys.set_at(index, entry.key);
            values.set_at(index, entry.value);
        }
    }

    /// Calls a function for each key and its value.
    fn CFDictionaryApplyFunction(dictionary: Handle, applier: Option<PairApplier>, context: *mut c_void) {
        let (Some(dictionary), Some(applier)) = (dictionary.get::<CfDictionary>(), applier) else { return };
        dictionary.entries().into_iter().for_each(|entry| applier(entry.key, entry.value, context));
    }

    /// Adds an entry unless the key is there.
    fn CFDictionaryAddValue(dictionary: Handle, key: Item, value: Item) {
        change(dictionary, "CFDictionaryAddValue", |dictionary| dictionary.put(key, value, Rule::Add));
    }

    /// Adds an entry or replaces its value.
    fn CFDictionarySetValue(dictionary: Handle, key: Item, value: Item) {
        change(dictionary, "CFDictionarySetValue", |dictionary| dictionary.put(key, value, Rule::Set));
    }

    /// Replaces the value of a key that is there.
    fn CFDictionaryReplaceValue(dictionary: Handle, key: Item, value: Item) {
        change(dictionary, "CFDictionaryReplaceValue", |dictionary| dictionary.put(key, value, Rule::Replace));
    }

    /// Takes out the entry of a key.
    fn CFDictionaryRemoveValue(dictionary: Handle, key: Item) {
        change(dictionary, "CFDictionaryRemoveValue", |dictionary| dictionary.remove(key));
    }

    /// Takes out all entries.
    fn CFDictionaryRemoveAllValues(dictionary: Handle) {
        change(dictionary, "CFDictionaryRemoveAllValues", CfDictionary::clear);
    }
}
