//! The types that properties have, and the check of a value against one.

use vitascope_core::{Dictionary, Value};

use super::{Access, PropertyRow};

/// A property's type with its range or choices.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// True or false.
    Boolean,
    /// A whole number within a range, both ends included. A number given as floating point is taken if it is whole.
    Integer {
        /// The least value.
        minimum: i64,
        /// The greatest value.
        maximum: i64,
    },
    /// A number within a range, both ends included.
    Float {
        /// The least value.
        minimum: f64,
        /// The greatest value.
        maximum: f64,
    },
    /// One of a list of strings.
    Enumeration(&'static [&'static str]),
    /// Any string.
    Text,
    /// So many bytes.
    Data {
        /// How many.
        length: usize,
    },
    /// Up to two pairs of bytes and seconds in one array.
    DataRates,
    /// A dictionary of numbers.
    Dictionary(&'static [DictionaryField]),
    /// A dictionary of pixel buffer attributes.
    Attributes,
    /// An ICC profile of an RGB device that can be converted to, as data.
    IccProfile,
    /// A dictionary of properties of another session, each as its row accepts it.
    Properties(&'static [PropertyRow]),
    /// An object of a type with this name.
    Object(&'static str),
    /// Names of presets, each with its dictionary of properties.
    Presets,
}

/// An entry of a property that is a dictionary.
#[derive(Clone, Copy, Debug)]
pub struct DictionaryField {
    /// Its key.
    pub key: &'static str,
    /// The least value.
    pub minimum: f64,
    /// The greatest value.
    pub maximum: f64,
    /// Only whole numbers.
    pub whole: bool,
    /// The entry may be missing; it counts as 0 then.
    pub optional: bool,
}

impl Kind {
    /// The value in the form in which it is kept, if it is of this kind and in range.
    ///
    /// # Errors
    /// What would be accepted, in words.
    pub fn accept(&self, value: &Value) -> Result<Value, String> {
        let accepted = match (self, value) {
            (Kind::Boolean, Value::Boolean(_)) | (Kind::Text, Value::String(_)) => Some(value.clone()),
            (Kind::Integer { minimum, maximum }, Value::Number(number)) => {
                number.as_i64().filter(|number| (minimum..=maximum).contains(&number)).map(Value::from)
            }
            (Kind::Float { minimum, maximum }, Value::Number(number)) => {
                Some(number.as_f64()).filter(|number| (minimum..=maximum).contains(&number)).map(Value::from)
            }
            (Kind::Enumeration(choices), Value::String(text)) => {
                choices.iter().find(|choice| **choice == &**text).map(|choice| Value::from(*choice))
            }
            (Kind::Dictionary(fields), Value::Dictionary(given)) => {
                return accept_fields(fields, given).map(Value::Dictionary);
            }
            (Kind::Data { length }, Value::Data(bytes)) => (bytes.len() == *length).then(|| value.clone()),
            (Kind::DataRates, Value::Array(numbers)) => data_rates(numbers),
            (Kind::Attributes | Kind::Presets, Value::Dictionary(_)) => Some(value.clone()),
            (Kind::IccProfile, Value::Data(bytes)) => {
                let accepted = vitascope_convert::check_icc_profile(bytes).map(|()| value.clone());
                return accepted.map_err(|why| format!("{}; {why}", self.accepted()));
            }
            (Kind::Properties(rows), Value::Dictionary(given)) => {
                return accept_properties(rows, given).map(Value::Dictionary);
            }
            (Kind::Object(name), Value::Object(object)) => {
                (object.type_name() == *name).then(|| value.clone())
            }
            _ => None,
        };
        accepted.ok_or_else(|| self.accepted())
    }

    /// What is accepted, in words.
    pub fn accepted(&self) -> String {
        match self {
            Kind::Boolean => "a Boolean is accepted".into(),
            Kind::Integer { minimum, maximum } if minimum == maximum => format!("{minimum} is accepted"),
            Kind::Integer { minimum, maximum } => {
                format!("a whole number from {minimum} to {maximum} is accepted")
            }
            Kind::Float { minimum, maximum } => format!("a number from {minimum} to {maximum} is accepted"),
            Kind::Enumeration(choices) => format!("one of {} is accepted", choices.join(", ")),
            Kind::Text => "a string is accepted".into(),
            Kind::DataRates => {
                "an array of up to two pairs of bytes (whole, 1 to 1e14) and seconds (0.001 to 3600) is accepted".into()
            }
            Kind::Dictionary(fields) => accepted_fields(fields),
            Kind::Data { length } => format!("{length} bytes of data are accepted"),
            Kind::Object(name) => format!("a {name} object is accepted"),
            Kind::Attributes => "a dictionary of pixel buffer attributes is accepted".into(),
            Kind::IccProfile => "an ICC profile of an RGB device is accepted".into(),
            Kind::Properties(rows) => accepted_properties(rows),
            Kind::Presets => "a dictionary of presets is accepted".into(),
        }
    }
}

impl DictionaryField {
    fn accepted(&self) -> String {
        let Self { key, minimum, maximum, whole, optional } = self;
        let (whole, optional) =
            (if *whole { "whole, " } else { "" }, if *optional { ", optional" } else { "" });
        format!("{key} ({whole}{minimum} to {maximum}{optional})")
    }

    fn accept(&self, value: &Value) -> Option<Value> {
        let Value::Number(number) = value else { return None };
        let in_range = (self.minimum..=self.maximum).contains(&number.as_f64());
        match (in_range, self.whole) {
            (false, _) => None,
            (true, true) => number.as_i64().map(Value::from),
            (true, false) => Some(Value::Number(*number)),
        }
    }
}

/// Bytes and seconds, once or twice or not at all.
fn data_rates(numbers: &[Value]) -> Option<Value> {
    let pairs = numbers.chunks(2).map(|pair| match pair {
        [Value::Number(bytes), Value::Number(seconds)] => {
            let bytes = bytes.as_i64().filter(|bytes| (1..=100_000_000_000_000).contains(bytes))?;
            let seconds = Some(seconds.as_f64()).filter(|seconds| (0.001..=3600.0).contains(seconds))?;
            Some([Value::from(bytes), Value::from(seconds)])
        }
        _ => None,
    });
    let pairs: Vec<[Value; 2]> = pairs.collect::<Option<_>>()?;
    (pairs.len() <= 2).then(|| Value::from(pairs.into_iter().flatten().collect::<Vec<Value>>()))
}

fn accept_fields(fields: &[DictionaryField], given: &Dictionary) -> Result<Dictionary, String> {
    let all = || accepted_fields(fields);
    if let Some((unknown, _)) = given.iter().find(|(key, _)| fields.iter().all(|field| field.key != *key)) {
        return Err(format!("entry {unknown} is unknown; {}", all()));
    }
    let mut accepted = Dictionary::new();
    for field in fields {
        let value = match given.get(field.key) {
            // Readers take it for 0; the dictionary reads back as it was set.
            None if field.optional => continue,
            None => return Err(format!("entry {} is missing; {}", field.key, all())),
            Some(value) => field
                .accept(value)
                .ok_or_else(|| format!("entry {} cannot be {}; {}", field.key, value, all()))?,
        };
        accepted.insert(field.key, value);
    }
    Ok(accepted)
}

/// Null entries stand for the default, so they are left out.
fn accept_properties(rows: &[PropertyRow], given: &Dictionary) -> Result<Dictionary, String> {
    let mut accepted = Dictionary::new();
    for (key, value) in given.iter() {
        let row = rows.iter().find(|row| row.key == key && row.access == Access::ReadWrite);
        let row = row.ok_or_else(|| format!("entry {key} is unknown; {}", accepted_properties(rows)))?;
        if !value.is_null() {
            let value =
                row.kind.accept(value).map_err(|why| format!("entry {key} cannot be {value}; {why}"))?;
            accepted.insert(row.key, value);
        }
    }
    Ok(accepted)
}

fn accepted_properties(rows: &[PropertyRow]) -> String {
    let keys: Vec<&str> = rows.iter().map(|row| row.key).collect();
    format!("a dictionary with any of {} is accepted", keys.join(", "))
}

fn accepted_fields(fields: &[DictionaryField]) -> String {
    let fields: Vec<String> = fields.iter().map(DictionaryField::accepted).collect();
    format!("a dictionary with {} is accepted", fields.join(", "))
}
