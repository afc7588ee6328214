//! The values that were set, with the table that gives the rest.

use std::collections::BTreeMap;
use std::sync::Arc;

use vitascope_core::{Dictionary, Value};

use super::{DefaultValue, PropertyRow, PropertyTable};

/// A snapshot of a session's settable properties.
#[derive(Clone, Debug)]
pub struct PropertyValues {
    table: Arc<PropertyTable>,
    set: BTreeMap<&'static str, Value>,
}

impl PropertyValues {
    /// Nothing set: every property has its default.
    pub fn new(table: Arc<PropertyTable>) -> Self {
        PropertyValues { table, set: BTreeMap::new() }
    }

    /// The rows behind the values.
    pub fn table(&self) -> &Arc<PropertyTable> {
        &self.table
    }

    /// The value of a property, set or default; null when it has neither or does not exist.
    pub fn value(&self, key: &str) -> Value {
        match (self.set.get(key), self.table.find(key)) {
            (Some(value), _) => value.clone(),
            (None, Some(row)) => row.default_value(self),
            (None, None) => Value::Null,
        }
    }

    /// The value that was set, if one was.
    pub fn explicit(&self, key: &str) -> Option<&Value> {
        self.set.get(key)
    }

    /// A Boolean property; `None` when it is null.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        self.value(key).as_bool()
    }

    /// A whole-number property; `None` when it is null.
    pub fn integer(&self, key: &str) -> Option<i64> {
        self.value(key).as_i64()
    }

    /// A number property; `None` when it is null.
    pub fn float(&self, key: &str) -> Option<f64> {
        self.value(key).as_f64()
    }

    /// A string property; `None` when it is null.
    pub fn text(&self, key: &str) -> Option<String> {
        self.value(key).as_str().map(str::to_owned)
    }

    /// A dictionary property; `None` when it is null.
    pub fn dictionary(&self, key: &str) -> Option<Dictionary> {
        self.value(key).as_dictionary().cloned()
    }

    /// Puts a value that the row has accepted; null takes it back to the default.
    pub(crate) fn put(&mut self, row: &'static PropertyRow, value: Value) {
        match value {
            Value::Null => self.set.remove(row.key),
            value => self.set.insert(row.key, value),
        };
    }

    /// Takes back whatever was set for `key`, if it is no longer allowed beside the other values; see
    /// [`DefaultValue::Computed`].
    pub(crate) fn remove(&mut self, key: &str) {
        debug_assert!(matches!(
            self.table.find(key).map(|row| row.default),
            Some(DefaultValue::Computed(_)) | None
        ));
        self.set.remove(key);
    }
}
