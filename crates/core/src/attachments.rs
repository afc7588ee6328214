//! Named values that travel with a buffer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Dictionary, Value};

/// Whether an attachment goes along when a buffer is processed into another one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[doc(alias = "CVAttachmentMode", alias = "CMAttachmentMode")]
pub enum AttachmentMode {
    /// It describes this buffer only.
    ShouldNotPropagate = 0,
    /// It describes the picture and holds for what is made from it.
    ShouldPropagate = 1,
}

/// A thread-safe set of attachments.
#[derive(Default)]
pub(crate) struct Attachments(Mutex<Vec<Entry>>);

#[derive(Clone)]
struct Entry {
    key: Arc<str>,
    value: Value,
    mode: AttachmentMode,
}

impl Attachments {
    pub(crate) fn set(&self, key: &str, value: Value, mode: AttachmentMode) {
        let mut entries = self.entries();
        let added = Entry { key: key.into(), value, mode };
        let replaced = match entries.iter_mut().find(|entry| &*entry.key == key) {
            Some(entry) => Some(std::mem::replace(entry, added)),
            None => {
                entries.push(added);
                None
            }
        };
        // A value may own anything, even something that uses these attachments when dropped: first the lock goes.
        drop(entries);
        drop(replaced);
    }

    pub(crate) fn get(&self, key: &str) -> Option<(Value, AttachmentMode)> {
        self.entries().iter().find(|entry| &*entry.key == key).map(|entry| (entry.value.clone(), entry.mode))
    }

    pub(crate) fn remove(&self, key: &str) -> Option<Value> {
        let mut entries = self.entries();
        let index = entries.iter().position(|entry| &*entry.key == key)?;
        Some(entries.remove(index).value)
    }

    pub(crate) fn clear(&self) {
        let removed = std::mem::take(&mut *self.entries());
        drop(removed);
    }

    pub(crate) fn clear_mode(&self, mode: AttachmentMode) {
        let removed = {
            let mut entries = self.entries();
            let (removed, kept) =
                std::mem::take(&mut *entries).into_iter().partition(|entry| entry.mode == mode);
            *entries = kept;
            removed
        };
        drop::<Vec<Entry>>(removed);
    }

    pub(crate) fn dictionary(&self, mode: AttachmentMode) -> Dictionary {
        let entries = self.entries();
        let matching = entries.iter().filter(|entry| entry.mode == mode);
        matching.map(|entry| (entry.key.clone(), entry.value.clone())).collect()
    }

    /// Copies what should propagate; it keeps propagating.
    pub(crate) fn propagate_to(&self, other: &Attachments) {
        // Copied first, so that the two locks are never held together.
        for (key, value) in self.dictionary(AttachmentMode::ShouldPropagate) {
            other.set(&key, value, AttachmentMode::ShouldPropagate);
        }
    }

    pub(crate) fn copy_all_to(&self, other: &Attachments) {
        let copied = self.entries().clone();
        for entry in copied {
            other.set(&entry.key, entry.value, entry.mode);
        }
    }

    fn entries(&self) -> MutexGuard<'_, Vec<Entry>> {
        // Every change above is complete in itself, so a panic elsewhere leaves nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The methods that every bearer of attachments has, for a type with a field path to [`Attachments`].
macro_rules! attachment_methods {
    ($($path:tt)+) => {
        /// Attaches a value under a key, in place of the one that was there.
        #[doc(alias = "CVBufferSetAttachment", alias = "CMSetAttachment")]
        pub fn set_attachment(
            &self,
            key: &str,
            value: impl Into<$crate::Value>,
            mode: $crate::AttachmentMode,
        ) {
            self.$($path)+.set(key, value.into(), mode);
        }

        /// Attaches all values of a dictionary.
        #[doc(alias = "CVBufferSetAttachments", alias = "CMSetAttachments")]
        pub fn set_attachments(&self, values: &$crate::Dictionary, mode: $crate::AttachmentMode) {
            for (key, value) in values.iter() {
                self.$($path)+.set(key, value.clone(), mode);
            }
        }

        /// The value attached under a key, and whether it propagates.
        #[doc(alias = "CVBufferCopyAttachment", alias = "CMGetAttachment")]
        pub fn attachment(&self, key: &str) -> Option<($crate::Value, $crate::AttachmentMode)> {
            self.$($path)+.get(key)
        }

        /// Removes the attachment of a key and returns its value.
        #[doc(alias = "CVBufferRemoveAttachment", alias = "CMRemoveAttachment")]
        pub fn remove_attachment(&self, key: &str) -> Option<$crate::Value> {
            self.$($path)+.remove(key)
        }

        /// Removes all attachments.
        #[doc(alias = "CVBufferRemoveAllAttachments", alias = "CMRemoveAllAttachments")]
        pub fn remove_all_attachments(&self) {
            self.$($path)+.clear();
        }

        /// All attachments of one mode.
        #[doc(alias = "CVBufferCopyAttachments", alias = "CMCopyDictionaryOfAttachments")]
        pub fn attachments(&self, mode: $crate::AttachmentMode) -> $crate::Dictionary {
            self.$($path)+.dictionary(mode)
        }
    };
}

pub(crate) use attachment_methods;
