//! Properties: one table per session, from which everything about them comes.
//!
//! A [`PropertyRow`] states key, type, range or choices, default, access, whether it is serialised, when it may change, and its
//! documentation. Reading, setting, the supported-property dictionary, the command line's `--set` and the reference page all
//! work from the rows. The session has rows of its own and the encoder in use adds those that it honours: what an encoder
//! cannot do is not in its table.

pub mod key;
mod kind;
mod session_rows;
pub(crate) mod shared;
mod table;
mod values;

pub use kind::{DictionaryField, Kind};
pub use session_rows::{MULTI_PASS_STORAGE_ROW, SESSION_ROWS};
pub use table::{PropertyTable, sub_key};
pub use values::PropertyValues;

use vitascope_core::Value;

/// One property.
#[derive(Clone, Copy, Debug)]
pub struct PropertyRow {
    /// The key's string value.
    pub key: &'static str,
    /// The type with its range or choices.
    pub kind: Kind,
    /// The value when nothing was set.
    pub default: DefaultValue,
    /// Whether it can be set.
    pub access: Access,
    /// Whether it belongs to the settings that make a like session.
    pub serialized: bool,
    /// When it may be set.
    pub change: Change,
    /// What it does, in a sentence or a few.
    pub documentation: &'static str,
}

impl PropertyRow {
    /// A property that can be set and belongs to the settings of a like session.
    pub(crate) const fn settable(
        key: &'static str,
        kind: Kind,
        default: DefaultValue,
        change: Change,
        documentation: &'static str,
    ) -> PropertyRow {
        PropertyRow { key, kind, default, access: Access::ReadWrite, serialized: true, change, documentation }
    }

    /// The value when nothing is set in `values`; null for "none".
    pub fn default_value(&self, values: &PropertyValues) -> Value {
        match self.default {
            DefaultValue::Null => Value::Null,
            DefaultValue::Boolean(value) => Value::from(value),
            DefaultValue::Integer(value) => Value::from(value),
            DefaultValue::Float(value) => Value::from(value),
            DefaultValue::Text(value) => Value::from(value),
            DefaultValue::Computed(compute) => compute(values),
        }
    }
}

/// The value of a property that nobody set.
#[derive(Clone, Copy, Debug)]
pub enum DefaultValue {
    /// None; reads as null.
    Null,
    /// This Boolean.
    Boolean(bool),
    /// This integer.
    Integer(i64),
    /// This number.
    Float(f64),
    /// This string.
    Text(&'static str),
    /// It follows from other properties, or, for a read-only property, from the session.
    Computed(fn(&PropertyValues) -> Value),
}

/// Whether a property can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only read.
    ReadOnly,
    /// Read and set.
    ReadWrite,
}

/// When a property may be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// At any time; frames that are given afterwards follow it.
    AnyTime,
    /// At any time to another value; set at all, or unset, until the first frame is given.
    ValueAnyTime,
    /// Until the first frame is given.
    BeforeFirstFrame,
    /// Never by the caller; it may change by itself.
    Never,
}
