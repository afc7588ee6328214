//! Attachments as C sees them: values are borrowed from the bearer, so each has an object that stays the same until it is replaced.

use std::sync::{Mutex, PoisonError};

use vitascope::core::{AttachmentMode, Dictionary, Value};

use crate::object::{Handle, Owned};
use crate::value;

/// Something that has attachments.
pub(crate) trait Bearer {
    fn attachment(&self, key: &str) -> Option<(Value, AttachmentMode)>;
    fn set_attachment(&self, key: &str, value: Value, mode: AttachmentMode);
    fn remove_attachment(&self, key: &str);
    fn remove_all_attachments(&self);
    fn attachments(&self, mode: AttachmentMode) -> Dictionary;
    /// The objects given out.
    fn objects(&self) -> &AttachmentObjects;
}

/// Objects of attachments that were set or asked for from C.
#[derive(Default)]
pub(crate) struct AttachmentObjects(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// Those in use, with the value that each is the object of.
    current: Vec<(String, Value, Owned)>,
    /// Those replaced by the engine: C may still hold them, as a borrowed object has no other keeper.
    replaced: Vec<Owned>,
    /// Dictionaries of all attachments given out as borrowed objects.
    dictionaries: [Option<Owned>; 2],
}

impl AttachmentObjects {
    fn with<R>(&self, use_kept: impl FnOnce(&mut Kept) -> R) -> R {
        use_kept(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The mode of a number: 1 propagates, anything else does not.
pub(crate) fn mode(number: u32) -> AttachmentMode {
    if number == 1 { AttachmentMode::ShouldPropagate } else { AttachmentMode::ShouldNotPropagate }
}

/// Attaches an object. NULL removes, as setting nothing can mean nothing else.
pub(crate) fn set(bearer: &impl Bearer, key: &str, object: Handle, number: u32) {
    let Some(owned) = Owned::retained(object) else { return remove(bearer, key) };
    let value = value::from_object(object);
    bearer.set_attachment(key, value.clone(), mode(number));
    let before = bearer.objects().with(|kept| {
        let place = kept.current.iter().position(|(name, ..)| name == key);
        let before = place.map(|place| kept.current.swap_remove(place));
        kept.current.push((key.to_owned(), value, owned));
        before
    });
    drop(before);
}

/// The object attached under a key, not retained.
pub(crate) fn get(bearer: &impl Bearer, key: &str) -> Option<(Handle, AttachmentMode)> {
    let (value, mode) = bearer.attachment(key)?;
    let known = bearer.objects().with(|kept| {
        let entry = kept.current.iter().find(|(name, known, _)| name == key && *known == value);
        entry.map(|(_, _, object)| **object)
    });
    let object = known.unwrap_or_else(|| {
        let object = value::to_object(&value);
        let handle = *object;
        bearer.objects().with(|kept| {
            if let Some(place) = kept.current.iter().position(|(name, ..)| name == key) {
                let (_, _, old) = kept.current.swap_remove(place);
                kept.replaced.push(old);
            }
            kept.current.push((key.to_owned(), value, object));
        });
        handle
    });
    Some((object, mode))
}

/// Removes the attachment of a key.
pub(crate) fn remove(bearer: &impl Bearer, key: &str) {
    bearer.remove_attachment(key);
    let before = bearer.objects().with(|kept| {
        let place = kept.current.iter().position(|(name, ..)| name == key);
        place.map(|place| kept.current.swap_remove(place))
    });
    drop(before);
}

/// Removes all attachments.
pub(crate) fn remove_all(bearer: &impl Bearer) {
    bearer.remove_all_attachments();
    let before = bearer.objects().with(|kept| std::mem::take(&mut kept.current));
    drop(before);
}

/// All attachments of one mode as a dictionary of the objects that [`get`] gives.
pub(crate) fn copy_all(bearer: &impl Bearer, mode: AttachmentMode) -> Option<Owned> {
    let values = bearer.attachments(mode);
    if values.is_empty() {
        return None;
    }
    let dictionary = crate::cf::dictionary::CfDictionary::of_objects(false);
    for (key, _) in values.iter() {
        if let Some((object, _)) = get(bearer, key) {
            dictionary.set(*crate::cf::string::new(key), object);
        }
    }
    Some(Owned::new(dictionary))
}

/// As [`copy_all`], kept by the bearer.
pub(crate) fn get_all(bearer: &impl Bearer, mode: AttachmentMode) -> Handle {
    let Some(dictionary) = copy_all(bearer, mode) else { return Handle::NULL };
    let handle = *dictionary;
    bearer.objects().with(|kept| {
        let before = kept.dictionaries[mode as usize].replace(dictionary);
        kept.replaced.extend(before);
    });
    handle
}

/// Attaches every entry of a dictionary.
pub(crate) fn set_all(bearer: &impl Bearer, dictionary: Handle, number: u32) {
    for (key, object) in crate::cf::dictionary::objects(dictionary).unwrap_or_default() {
        if let Some(key) = crate::cf::string::to_rust(key) {
            set(bearer, &key, object, number);
        }
    }
}

/// Writes the methods of [`Bearer`] for an engine object in a field.
macro_rules! bearer {
    ($type:ty, $field:ident, $objects:ident) => {
        impl $crate::attachments::Bearer for $type {
            fn attachment(
                &self,
                key: &str,
            ) -> Option<(vitascope::core::Value, vitascope::core::AttachmentMode)> {
                self.$field.attachment(key)
            }
            fn set_attachment(
                &self,
                key: &str,
                value: vitascope::core::Value,
                mode: vitascope::core::AttachmentMode,
            ) {
                self.$field.set_attachment(key, value, mode);
            }
            fn remove_attachment(&self, key: &str) {
                drop(self.$field.remove_attachment(key));
            }
            fn remove_all_attachments(&self) {
                self.$field.remove_all_attachments();
            }
            fn attachments(&self, mode: vitascope::core::AttachmentMode) -> vitascope::core::Dictionary {
                self.$field.attachments(mode)
            }
            fn objects(&self) -> &$crate::attachments::AttachmentObjects {
                &self.$objects
            }
        }
    };
}

pub(crate) use bearer;
