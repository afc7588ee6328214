//! Property values in both forms: the engine's [`Value`] and C's objects.

use std::sync::Arc;

use vitascope::core::{Dictionary, Error, Object, Value};
use vitascope::session::MultiPassStorage;

use crate::cf::{array, boolean, data, dictionary, null, number, string};
use crate::object::{Handle, Owned};
use crate::vt::multi_pass_storage::VtMultiPassStorage;

/// Containers nested deeper than this are not followed; they can only be made on purpose.
const DEPTH_LIMIT: usize = 64;

/// An object that has no form in the engine; it travels as it is.
struct Foreign(Owned);

/// The engine's form of an object; NULL becomes [`Value::Null`].
pub(crate) fn from_object(object: Handle) -> Value {
    from_object_within(object, DEPTH_LIMIT)
}

fn from_object_within(object: Handle, depth: usize) -> Value {
    if object.class().is_none() || object == null::object() {
        return Value::Null;
    }
    if let Some(value) = boolean::to_rust(object) {
        return Value::Boolean(value);
    }
    if let Some(value) = number::to_rust(object) {
        return Value::Number(value);
    }
    if let Some(text) = string::to_rust(object) {
        return Value::from(text);
    }
    if let Some(bytes) = data::to_vec(object) {
        return Value::data(bytes);
    }
    if let Some(depth) = depth.checked_sub(1) {
        if let Some(objects) = array::objects(object) {
            return Value::Array(
                objects.into_iter().map(|object| from_object_within(object, depth)).collect(),
            );
        }
        if let Some(entries) = dictionary::objects(object) {
            return Value::Dictionary(from_entries(entries, depth));
        }
    }
    if let Some(storage) = object.get::<VtMultiPassStorage>() {
        return storage.storage.to_value();
    }
    match Owned::retained(object) {
        Some(object) => Value::Object(Object::new("CFType", Arc::new(Foreign(object)))),
        None => Value::Null,
    }
}

/// The engine's form of a dictionary, of the entries that have a string for a key; `None` when the object is no dictionary.
pub(crate) fn dictionary_from_object(object: Handle) -> Option<Dictionary> {
    dictionary::objects(object).map(|entries| from_entries(entries, DEPTH_LIMIT))
}

/// The engine's form of a dictionary that may be NULL, which is `None`.
///
/// # Errors
/// The object is neither: [`Error::InvalidArgument`], with `name` for the argument.
pub(crate) fn optional_dictionary(object: Handle, name: &'static str) -> Result<Option<Dictionary>, Error> {
    if object.is_null() {
        return Ok(None);
    }
    dictionary_from_object(object).map(Some).ok_or_else(|| Error::InvalidArgument {
        name,
        value: object.class().map_or("no object", |class| class.name).to_string(),
        accepted: "a dictionary or NULL".into(),
    })
}

fn from_entries(entries: Vec<(Handle, Handle)>, depth: usize) -> Dictionary {
    let entries = entries.into_iter().filter_map(|(key, value)| {
        let key = string::to_rust(key)?;
        Some((key, from_object_within(value, depth)))
    });
    entries.collect()
}

/// The object of a value.
pub(crate) fn to_object(value: &Value) -> Owned {
    match value {
        Value::Boolean(value) => constant(boolean::object(*value)),
        Value::Number(value) => number::new(*value),
        Value::String(text) => string::new(text),
        Value::Data(bytes) => data::new(bytes),
        Value::Array(values) => array::new(&values.iter().map(to_object).collect::<Vec<_>>()),
        Value::Dictionary(entries) => dictionary_to_object(entries, false),
        Value::Time(time) => dictionary_to_object(&time.to_dictionary(), false),
        Value::Object(object) => match object.downcast::<Foreign>() {
            Some(foreign) => foreign.0.clone(),
            None => match object.downcast::<MultiPassStorage>() {
                Some(storage) => VtMultiPassStorage::object(storage),
                None => string::new(object.type_name()),
            },
        },
        Value::Null => constant(null::object()),
    }
}

/// The object of a dictionary.
pub(crate) fn dictionary_to_object(entries: &Dictionary, mutable: bool) -> Owned {
    let object = dictionary::CfDictionary::of_objects(mutable);
    for (key, value) in entries.iter() {
        object.set(*string::new(key), *to_object(value));
    }
    Owned::new(object)
}

/// A reference to a constant, which needs no counting.
fn constant(object: Handle) -> Owned {
    Owned::adopted(object).expect("constants are not NULL")
}
