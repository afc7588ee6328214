//! All rows of a session, and what follows from them alone.

use vitascope_core::{Dictionary, Value};

use super::{Access, DefaultValue, Kind, PropertyRow, PropertyValues};
use crate::error::{Error, Result};

/// The rows of one session: its own and its encoder's.
#[derive(Clone, Debug)]
pub struct PropertyTable {
    rows: Vec<&'static PropertyRow>,
    low_latency: bool,
}

impl PropertyTable {
    /// A table of these rows, in this order.
    ///
    /// # Panics
    /// When two rows have one key: a mistake in an encoder's table.
    pub fn new(rows: impl IntoIterator<Item = &'static PropertyRow>) -> Self {
        let rows: Vec<&'static PropertyRow> = rows.into_iter().collect();
        for (index, row) in rows.iter().enumerate() {
            assert!(
                rows[..index].iter().all(|other| other.key != row.key),
                "property {} has two rows",
                row.key
            );
        }
        PropertyTable { rows, low_latency: false }
    }

    /// The table of a session made with EnableLowLatencyRateControl, which does not have the properties with these keys.
    pub(crate) fn for_low_latency(mut self, without: impl Fn(&str) -> bool) -> Self {
        self.rows.retain(|row| !without(row.key));
        self.low_latency = true;
        self
    }

    /// Whether the session was made with EnableLowLatencyRateControl, on which defaults may depend.
    pub fn is_low_latency(&self) -> bool {
        self.low_latency
    }

    /// The rows.
    pub fn rows(&self) -> &[&'static PropertyRow] {
        &self.rows
    }

    /// The row of a key.
    pub fn find(&self, key: &str) -> Option<&'static PropertyRow> {
        self.rows.iter().copied().find(|row| row.key == key)
    }

    /// The row of a key that must exist.
    ///
    /// # Errors
    /// [`Error::PropertyNotSupported`], naming the most similar key.
    pub fn require(&self, key: &str) -> Result<&'static PropertyRow> {
        self.find(key).ok_or_else(|| Error::PropertyNotSupported {
            key: key.chars().take(80).collect(),
            nearest: self.nearest(key),
        })
    }

    /// The value as the row keeps it, when the row can be set at all and accepts it. Null is always accepted.
    ///
    /// # Errors
    /// [`Error::PropertyReadOnly`], [`Error::PropertyValue`].
    pub(crate) fn accept(row: &PropertyRow, value: &Value) -> Result<Value> {
        if row.access == Access::ReadOnly {
            return Err(Error::PropertyReadOnly { key: row.key.into(), value: value.to_string() });
        }
        if matches!(value, Value::Null) {
            return Ok(Value::Null);
        }
        row.kind.accept(value).map_err(|accepted| Error::PropertyValue {
            key: row.key.into(),
            value: value.to_string(),
            accepted,
        })
    }

    /// Key to description, in the platform's form: `PropertyType`, `ReadWriteStatus`, `ShouldBeSerialized`, range or list, and
    /// documentation. Of the choices of a row those are listed that `allows` lets pass.
    pub(crate) fn supported_properties(
        &self,
        allows: impl Fn(&'static PropertyRow, &'static str) -> bool,
    ) -> Dictionary {
        let description = |row: &'static PropertyRow| describe(row, |choice| allows(row, choice));
        self.rows.iter().map(|row| (row.key.to_string(), Value::from(description(row)))).collect()
    }

    /// Every serialisable property with its value in `values`; those without a value are left out.
    pub fn serializable_properties(&self, values: &PropertyValues) -> Dictionary {
        self.rows
            .iter()
            .filter(|row| row.serialized)
            .map(|row| (row.key.to_string(), values.value(row.key)))
            .filter(|(_, value)| !matches!(value, Value::Null))
            .collect()
    }

    fn nearest(&self, key: &str) -> Option<&'static str> {
        let wanted = key.strip_prefix("kVTCompressionPropertyKey_").unwrap_or(key).to_ascii_lowercase();
        if wanted.len() > 80 {
            return None;
        }
        self.rows
            .iter()
            .map(|row| (distance(&wanted, &row.key.to_ascii_lowercase()), row.key))
            .min_by_key(|(distance, _)| *distance)
            .filter(|(distance, _)| *distance <= 3)
            .map(|(_, key)| key)
    }
}

/// The keys inside a property's description.
pub mod sub_key {
    /// `Boolean`, `Number` or `Enumeration`; absent for properties of other types.
    #[doc(alias = "kVTPropertyTypeKey")]
    pub const PROPERTY_TYPE: &str = "PropertyType";
    /// `ReadOnly` or `ReadWrite`.
    #[doc(alias = "kVTPropertyReadWriteStatusKey")]
    pub const READ_WRITE_STATUS: &str = "ReadWriteStatus";
    /// A Boolean.
    #[doc(alias = "kVTPropertyShouldBeSerializedKey")]
    pub const SHOULD_BE_SERIALIZED: &str = "ShouldBeSerialized";
    /// The least value of a number.
    #[doc(alias = "kVTPropertySupportedValueMinimumKey")]
    pub const SUPPORTED_VALUE_MINIMUM: &str = "SupportedValueMinimum";
    /// The greatest value of a number.
    #[doc(alias = "kVTPropertySupportedValueMaximumKey")]
    pub const SUPPORTED_VALUE_MAXIMUM: &str = "SupportedValueMaximum";
    /// The choices of an enumeration.
    #[doc(alias = "kVTPropertySupportedValueListKey")]
    pub const SUPPORTED_VALUE_LIST: &str = "SupportedValueList";
    /// What the property does.
    #[doc(alias = "kVTPropertyDocumentationKey")]
    pub const PROPERTY_DOCUMENTATION: &str = "PropertyDocumentation";
}

fn describe(row: &PropertyRow, allows: impl Fn(&'static str) -> bool) -> Dictionary {
    let mut description = Dictionary::new();
    let property_type = match row.kind {
        Kind::Boolean => Some("Boolean"),
        Kind::Integer { .. } | Kind::Float { .. } => Some("Number"),
        Kind::Enumeration(_) => Some("Enumeration"),
        Kind::Text
        | Kind::Data { .. }
        | Kind::DataRates
        | Kind::Dictionary(_)
        | Kind::Attributes
        | Kind::Properties(_)
        | Kind::IccProfile
        | Kind::Presets
        | Kind::Object(_) => None,
    };
    if let Some(property_type) = property_type {
        description.insert(sub_key::PROPERTY_TYPE, Value::from(property_type));
    }
    let status = match row.access {
        Access::ReadOnly => "ReadOnly",
        Access::ReadWrite => "ReadWrite",
    };
    description.insert(sub_key::READ_WRITE_STATUS, Value::from(status));
    description.insert(sub_key::SHOULD_BE_SERIALIZED, Value::from(row.serialized));
    match row.kind {
        Kind::Integer { minimum, maximum } => {
            description.insert(sub_key::SUPPORTED_VALUE_MINIMUM, Value::from(minimum));
            description.insert(sub_key::SUPPORTED_VALUE_MAXIMUM, Value::from(maximum));
        }
        Kind::Float { minimum, maximum } => {
            description.insert(sub_key::SUPPORTED_VALUE_MINIMUM, Value::from(minimum));
            description.insert(sub_key::SUPPORTED_VALUE_MAXIMUM, Value::from(maximum));
        }
        Kind::Enumeration(choices) => {
            let choices: Vec<Value> =
                choices.iter().filter(|choice| allows(choice)).map(|choice| Value::from(*choice)).collect();
            description.insert(sub_key::SUPPORTED_VALUE_LIST, Value::from(choices));
        }
        Kind::Boolean
        | Kind::Text
        | Kind::Data { .. }
        | Kind::DataRates
        | Kind::Dictionary(_)
        | Kind::Attributes
        | Kind::Properties(_)
        | Kind::IccProfile
        | Kind::Presets
        | Kind::Object(_) => {}
    }
    description.insert(sub_key::PROPERTY_DOCUMENTATION, Value::from(row.documentation));
    description
}

/// Insertions, deletions and replacements that turn one string into the other.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

impl DefaultValue {
    /// Whether the default is worked out from other properties or from the session.
    pub fn is_computed(&self) -> bool {
        matches!(self, DefaultValue::Computed(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        for (a, b, expected) in
            [("", "", 0), ("abc", "abc", 0), ("abc", "abd", 1), ("abc", "bc", 1), ("", "abc", 3)]
        {
            assert_eq!(distance(a, b), expected, "{a:?} to {b:?}");
        }
    }
}
