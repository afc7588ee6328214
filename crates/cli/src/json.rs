//! The engine's values as JSON.

use serde_json::Value as Json;
use vitascope::core::{Dictionary, Number, Value};

/// The value; data becomes its length in words, a time its seconds, an object null.
pub(crate) fn value(value: &Value) -> Json {
    match value {
        Value::Boolean(value) => (*value).into(),
        Value::Number(Number::Integer(number)) => (*number).into(),
        Value::Number(Number::Float(number)) => (*number).into(),
        Value::String(text) => text.to_string().into(),
        Value::Data(bytes) => format!("{} bytes", bytes.len()).into(),
        Value::Array(values) => values.iter().map(self::value).collect(),
        Value::Dictionary(entries) => dictionary(entries),
        Value::Time(time) => time.seconds().into(),
        _ => match value.as_i64() {
            Some(number) => number.into(),
            None => Json::Null,
        },
    }
}

/// The entries as an object.
pub(crate) fn dictionary(dictionary: &Dictionary) -> Json {
    Json::Object(dictionary.iter().map(|(key, entry)| (key.to_string(), value(entry))).collect())
}
