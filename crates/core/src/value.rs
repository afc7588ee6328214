//! Values of properties, attributes, attachments and extensions.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::{FourCc, Time};

/// A value in a [`Dictionary`]: what the platform passes around as a property list object.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// True or false.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A text.
    String(Arc<str>),
    /// Bytes.
    Data(Arc<[u8]>),
    /// Values in order.
    Array(Vec<Value>),
    /// Values by name.
    Dictionary(Dictionary),
    /// A time.
    Time(Time),
    /// Any shared object.
    Object(Object),
    /// No value; for a property, its default.
    Null,
}

/// A whole or a fractional number.
///
/// Two numbers are equal when they have the same value, whichever form they have.
#[derive(Debug, Clone, Copy)]
pub enum Number {
    /// A whole number.
    Integer(i64),
    /// A floating point number.
    Float(f64),
}

/// A shared object with the name of its type, compared by identity.
#[derive(Clone)]
pub struct Object {
    type_name: &'static str,
    object: Arc<dyn Any + Send + Sync>,
}

/// Values by name, in the order of insertion. Equality does not look at the order.
#[derive(Clone, Default)]
pub struct Dictionary {
    entries: Vec<(Arc<str>, Value)>,
}

impl Value {
    /// A value that holds these bytes.
    pub fn data(bytes: impl Into<Arc<[u8]>>) -> Self {
        Value::Data(bytes.into())
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Boolean(value) => Some(*value),
            _ => None,
        }
    }

    /// The number, if this is one.
    pub fn as_number(&self) -> Option<Number> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The whole number, if this is a number without a fraction that fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number()?.as_i64()
    }

    /// The number, if this is one.
    pub fn as_f64(&self) -> Option<f64> {
        Some(self.as_number()?.as_f64())
    }

    /// The text, if this is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes, if these are some.
    pub fn as_data(&self) -> Option<&[u8]> {
        match self {
            Value::Data(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The values, if this is an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(values) => Some(values),
            _ => None,
        }
    }

    /// The dictionary, if this is one.
    pub fn as_dictionary(&self) -> Option<&Dictionary> {
        match self {
            Value::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }

    /// The time, if this is one or the dictionary form of one.
    pub fn as_time(&self) -> Option<Time> {
        match self {
            Value::Time(time) => Some(*time),
            Value::Dictionary(dictionary) => Time::from_dictionary(dictionary),
            _ => None,
        }
    }

    /// The object, if this is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// Whether this is no value.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// What kind of value this is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Boolean(_) => "Boolean",
            Value::Number(_) => "Number",
            Value::String(_) => "String",
            Value::Data(_) => "Data",
            Value::Array(_) => "Array",
            Value::Dictionary(_) => "Dictionary",
            Value::Time(_) => "Time",
            Value::Object(object) => object.type_name,
            Value::Null => "Null",
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Boolean(value) => write!(out, "{value}"),
            Value::Number(number) => write!(out, "{number}"),
            Value::String(text) => write!(out, "{text:?}"),
            Value::Data(bytes) => write!(out, "<{} bytes>", bytes.len()),
            Value::Array(values) => {
                out.write_str("[")?;
                for (index, value) in values.iter().enumerate() {
                    write!(out, "{}{value}", if index == 0 { "" } else { ", " })?;
                }
                out.write_str("]")
            }
            Value::Dictionary(dictionary) => write!(out, "{dictionary}"),
            Value::Time(time) => write!(out, "{time}"),
            Value::Object(object) => write!(out, "<{}>", object.type_name),
            Value::Null => out.write_str("null"),
        }
    }
}

impl Number {
    /// The whole number: a float counts only when it has no fraction and fits.
    pub fn as_i64(self) -> Option<i64> {
        match self {
            Number::Integer(value) => Some(value),
            // 2^63 itself does not fit, and every float below it does.
            Number::Float(value)
                if value.fract() == 0.0 && (-(2f64.powi(63))..2f64.powi(63)).contains(&value) =>
            {
                Some(value as i64)
            }
            Number::Float(_) => None,
        }
    }

    /// The number as a float; whole numbers beyond 2^53 are rounded.
    pub fn as_f64(self) -> f64 {
        match self {
            Number::Integer(value) => value as f64,
            Number::Float(value) => value,
        }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (*self, *other) {
            (Number::Integer(a), Number::Integer(b)) => a == b,
            (Number::Float(a), Number::Float(b)) => a == b,
            (Number::Integer(a), b) | (b, Number::Integer(a)) => b.as_i64() == Some(a),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Integer(value) => write!(out, "{value}"),
            Number::Float(value) => write!(out, "{value:?}"),
        }
    }
}

impl Object {
    /// Wraps a shared object. `type_name` is shown in messages.
    pub fn new<T: Any + Send + Sync>(type_name: &'static str, object: Arc<T>) -> Self {
        Object { type_name, object }
    }

    /// The name that the object was wrapped with.
    pub fn type_name(&self) -> &'static str {
        self.type_name
    }

    /// The object, if it has this type.
    pub fn downcast<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(&self.object).downcast().ok()
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.object, &other.object)
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Object({})", self.type_name)
    }
}

impl Dictionary {
    /// A dictionary without entries.
    pub const fn new() -> Self {
        Dictionary { entries: Vec::new() }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|(name, _)| &**name == key).map(|(_, value)| value)
    }

    /// The value of a key, to be changed in place.
    pub fn value_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.entries.iter_mut().find(|(name, _)| &**name == key).map(|(_, value)| value)
    }

    /// Sets the value of a key and returns the one it had. A key that was there keeps its place.
    pub fn insert(&mut self, key: impl Into<Arc<str>>, value: impl Into<Value>) -> Option<Value> {
        let key = key.into();
        let value = value.into();
        if let Some(slot) = self.value_mut(&key) {
            return Some(std::mem::replace(slot, value));
        }
        self.entries.push((key, value));
        None
    }

    /// Inserts and returns the dictionary, for building one in an expression.
    #[must_use]
    pub fn with(mut self, key: impl Into<Arc<str>>, value: impl Into<Value>) -> Self {
        self.insert(key, value);
        self
    }

    /// Removes a key and returns its value.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let index = self.entries.iter().position(|(name, _)| &**name == key)?;
        Some(self.entries.remove(index).1)
    }

    /// Whether there is a value for a key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &Value)> + ExactSizeIterator {
        self.entries.iter().map(|(key, value)| (&**key, value))
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        self.entries.iter().map(|(key, _)| &**key)
    }
}

impl PartialEq for Dictionary {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_map().entries(self.iter()).finish()
    }
}

impl fmt::Display for Dictionary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("{")?;
        for (index, (key, value)) in self.iter().enumerate() {
            write!(out, "{}{key}: {value}", if index == 0 { "" } else { ", " })?;
        }
        out.write_str("}")
    }
}

impl<K: Into<Arc<str>>, V: Into<Value>> FromIterator<(K, V)> for Dictionary {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut dictionary = Dictionary::new();
        dictionary.extend(entries);
        dictionary
    }
}

impl<K: Into<Arc<str>>, V: Into<Value>> Extend<(K, V)> for Dictionary {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl IntoIterator for Dictionary {
    type Item = (Arc<str>, Value);
    type IntoIter = std::vec::IntoIter<(Arc<str>, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

macro_rules! value_from {
    ($($source:ty => |$name:ident| $value:expr;)*) => {
        $(impl From<$source> for Value {
            fn from($name: $source) -> Self {
                $value
            }
        })*
    };
}

value_from! {
    bool => |value| Value::Boolean(value);
    i32 => |value| Value::Number(Number::Integer(value.into()));
    u32 => |value| Value::Number(Number::Integer(value.into()));
    i64 => |value| Value::Number(Number::Integer(value));
    f32 => |value| Value::Number(Number::Float(value.into()));
    f64 => |value| Value::Number(Number::Float(value));
    Number => |value| Value::Number(value);
    FourCc => |value| Value::Number(Number::Integer(value.0.into()));
    &str => |value| Value::String(value.into());
    String => |value| Value::String(value.into());
    Arc<str> => |value| Value::String(value);
    Arc<[u8]> => |value| Value::Data(value);
    Vec<u8> => |value| Value::Data(value.into());
    Vec<Value> => |value| Value::Array(value);
    Dictionary => |value| Value::Dictionary(value);
    Time => |value| Value::Time(value);
    Object => |value| Value::Object(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_whole_only_without_a_fraction() {
        assert_eq!(Value::from(3.0).as_i64(), Some(3));
        assert_eq!(Value::from(3.5).as_i64(), None);
        assert_eq!(Value::from(f64::NAN).as_i64(), None);
        assert_eq!(Value::from(f64::INFINITY).as_i64(), None);
        assert_eq!(Value::from(2f64.powi(63)).as_i64(), None);
        assert_eq!(Value::from(-(2f64.powi(63))).as_i64(), Some(i64::MIN));
        assert_eq!(Value::from(7).as_f64(), Some(7.0));
        assert_eq!(Value::from(true).as_i64(), None);
    }

    #[test]
    fn numbers_compare_by_value() {
        assert_eq!(Value::from(3), Value::from(3.0));
        assert_ne!(Value::from(3), Value::from(3.25));
        // The nearest float of this integer is 2^53, which is another number.
        assert_ne!(Value::from((1i64 << 53) + 1), Value::from(2f64.powi(53)));
    }

    #[test]
    fn accessors_answer_only_for_their_kind() {
        let values = [
            Value::from(true),
            Value::from(1),
            Value::from("text"),
            Value::data([1u8, 2]),
            Value::from(vec![Value::from(1)]),
            Value::from(Dictionary::new()),
            Value::from(Time::ZERO),
            Value::from(Object::new("Thing", Arc::new(5u8))),
            Value::Null,
        ];
        for (index, value) in values.iter().enumerate() {
            let answers = [
                value.as_bool().is_some(),
                value.as_number().is_some(),
                value.as_str().is_some(),
                value.as_data().is_some(),
                value.as_array().is_some(),
                value.as_dictionary().is_some(),
                value.as_time().is_some(),
                value.as_object().is_some(),
                value.is_null(),
            ];
            for (other, answer) in answers.iter().enumerate() {
                assert_eq!(*answer, other == index, "{value} asked for kind {other}");
            }
        }
    }

    #[test]
    fn objects_compare_by_identity() {
        let shared = Arc::new(5u8);
        let object = Object::new("Thing", Arc::clone(&shared));
        assert_eq!(object, object.clone());
        assert_ne!(object, Object::new("Thing", Arc::new(5u8)));
        assert!(Arc::ptr_eq(&object.downcast::<u8>().unwrap(), &shared));
        assert!(object.downcast::<u16>().is_none());
        assert_eq!(object.type_name(), "Thing");
    }

    #[test]
    fn dictionaries_keep_order_and_replace_in_place() {
        let mut dictionary = Dictionary::new().with("b", 1).with("a", 2);
        assert_eq!(dictionary.insert("b", 3), Some(Value::from(1)));
        assert_eq!(dictionary.keys().collect::<Vec<_>>(), ["b", "a"]);
        assert_eq!(dictionary.to_string(), "{b: 3, a: 2}");
        assert_eq!(dictionary.remove("b"), Some(Value::from(3)));
        assert_eq!(dictionary.remove("b"), None);
        assert!(!dictionary.contains_key("b"));
        assert_eq!(dictionary.len(), 1);
    }

    #[test]
    fn dictionaries_are_equal_in_any_order() {
        let one = Dictionary::from_iter([("a", 1), ("b", 2)]);
        let two = Dictionary::from_iter([("b", 2), ("a", 1)]);
        assert_eq!(one, two);
        assert_ne!(one, Dictionary::from_iter([("a", 1), ("c", 2)]));
        assert_ne!(one, Dictionary::from_iter([("a", 1)]));
    }
}
