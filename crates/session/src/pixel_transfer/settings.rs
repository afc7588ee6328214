//! What the two pixel sessions share: a table of properties, their values, and whether the session still lives.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vitascope_core::{Dictionary, Value};

use crate::error::{Error, Result};
use crate::property::{PropertyRow, PropertyTable, PropertyValues};

/// Properties of a session that has no queue: all can change between pictures.
pub(crate) struct Settings {
    table: Arc<PropertyTable>,
    /// `None` once the session is invalidated.
    values: Mutex<Option<PropertyValues>>,
}

impl Settings {
    pub(crate) fn new(rows: &'static [PropertyRow]) -> Settings {
        let table = Arc::new(PropertyTable::new(rows));
        let values = Mutex::new(Some(PropertyValues::new(table.clone())));
        Settings { table, values }
    }

    /// The values in force.
    pub(crate) fn values(&self) -> Result<PropertyValues> {
        self.lock().clone().ok_or(Error::InvalidSession)
    }

    pub(crate) fn property(&self, key: &str) -> Result<Value> {
        let values = self.values()?;
        Ok(values.value(self.table.require(key)?.key))
    }

    pub(crate) fn set_property(&self, key: &str, value: &Value) -> Result<()> {
        let mut values = self.lock();
        let values = values.as_mut().ok_or(Error::InvalidSession)?;
        let row = self.table.require(key)?;
        values.put(row, PropertyTable::accept(row, value)?);
        Ok(())
    }

    /// Sets every entry that can be set; the error is the first failure.
    pub(crate) fn set_properties(&self, properties: &Dictionary) -> Result<()> {
        let results = properties.iter().map(|(key, value)| self.set_property(key, value));
        let mut failures = results.filter_map(Result::err);
        match (failures.next(), failures.count()) {
            (None, _) => Ok(()),
            (Some(error), 0) if properties.len() == 1 => Err(error),
            (Some(error), others) => Err(Error::FirstOfSeveral {
                error: Box::new(error),
                failed: others + 1,
                total: properties.len(),
            }),
        }
    }

    pub(crate) fn supported_properties(&self) -> Result<Dictionary> {
        self.values().map(|_| self.table.supported_properties(|_, _| true))
    }

    pub(crate) fn serializable_properties(&self) -> Result<Dictionary> {
        self.values().map(|values| self.table.serializable_properties(&values))
    }

    pub(crate) fn invalidate(&self) {
        *self.lock() = None;
    }

    /// A thread that panicked cannot have left values half set.
    fn lock(&self) -> MutexGuard<'_, Option<PropertyValues>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The methods every session has around its `settings`.
macro_rules! property_methods {
    () => {
        /// The value of a property; null for "none".
        ///
        /// # Errors
        /// [`Error::PropertyNotSupported`](crate::Error::PropertyNotSupported),
        /// [`Error::InvalidSession`](crate::Error::InvalidSession).
        #[doc(alias = "VTSessionCopyProperty")]
        pub fn property(&self, key: &str) -> $crate::Result<vitascope_core::Value> {
            self.settings.property(key).map_err($crate::Error::logged)
        }

        /// Sets a property; null takes it back to its default. Pictures given afterwards follow it.
        ///
        /// # Errors
        /// [`Error::PropertyNotSupported`](crate::Error::PropertyNotSupported),
        /// [`Error::PropertyValue`](crate::Error::PropertyValue),
        /// [`Error::InvalidSession`](crate::Error::InvalidSession).
        #[doc(alias = "VTSessionSetProperty")]
        pub fn set_property(&self, key: &str, value: impl Into<vitascope_core::Value>) -> $crate::Result<()> {
            self.settings.set_property(key, &value.into()).map_err($crate::Error::logged)
        }

        /// Sets several properties: all that can be set are.
        ///
        /// # Errors
        /// The first failure.
        #[doc(alias = "VTSessionSetProperties")]
        pub fn set_properties(&self, properties: &vitascope_core::Dictionary) -> $crate::Result<()> {
            self.settings.set_properties(properties).map_err($crate::Error::logged)
        }

        /// Key to description of every property.
        ///
        /// # Errors
        /// [`Error::InvalidSession`](crate::Error::InvalidSession).
        #[doc(alias = "VTSessionCopySupportedPropertyDictionary")]
        pub fn supported_properties(&self) -> $crate::Result<vitascope_core::Dictionary> {
            self.settings.supported_properties().map_err($crate::Error::logged)
        }

        /// The properties that make a like session, with their values.
        ///
        /// # Errors
        /// [`Error::InvalidSession`](crate::Error::InvalidSession).
        #[doc(alias = "VTSessionCopySerializableProperties")]
        pub fn serializable_properties(&self) -> $crate::Result<vitascope_core::Dictionary> {
            self.settings.serializable_properties().map_err($crate::Error::logged)
        }

        /// Ends the session: every later call fails with [`Error::InvalidSession`](crate::Error::InvalidSession).
        /// A second call does nothing.
        pub fn invalidate(&self) {
            self.settings.invalidate();
        }
    };
}
pub(crate) use property_methods;
