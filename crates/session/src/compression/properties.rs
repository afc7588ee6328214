//! Reading and setting a session's properties.

use vitascope_core::{Dictionary, Value};

use super::shared::{Command, Shared, State};
use crate::error::{Error, Result};
use crate::property::{Access, Change, PropertyTable, key};

impl Shared {
    pub(super) fn property(&self, key: &str) -> Result<Value> {
        let state = self.lock();
        state.check_valid()?;
        let row = self.table.require(key)?;
        Ok(match row.access {
            Access::ReadOnly => self.read_only(&state, row.key),
            Access::ReadWrite => state.values.value(row.key),
        })
    }

    pub(super) fn serializable_properties(&self) -> Result<Dictionary> {
        let state = self.lock();
        state.check_valid()?;
        Ok(self.table.serializable_properties(&state.values))
    }

    pub(super) fn set_property(&self, key: &str, value: &Value) -> Result<()> {
        let mut state = self.lock();
        state.check_valid()?;
        let row = self.table.require(key)?;
        let value = PropertyTable::accept(row, value)?;
        let current = state.values.value(row.key);
        let mut values = state.values.clone();
        values.put(row, value.clone());
        let begun = state.stream.is_some() || state.passes.is_open();
        let may_change = match row.change {
            Change::AnyTime => true,
            Change::ValueAnyTime => !current.is_null() && !values.value(row.key).is_null(),
            Change::BeforeFirstFrame | Change::Never => false,
        };
        if begun && !may_change {
            // To ask for what is so already is no change.
            if values.value(row.key) == current {
                return Ok(());
            }
            return Err(Error::PropertyFixed {
                key: row.key.into(),
                current: current.to_string(),
                value: value.to_string(),
            });
        }
        (self.entry.settle)(&mut values, row.key);
        super::stream::check(&values, self.width, self.height)
            .and_then(|()| (self.entry.check)(&values, self.width, self.height, state.begun_with.as_ref()))
            .map_err(|accepted| Error::PropertyValue {
                key: row.key.into(),
                value: value.to_string(),
                accepted,
            })?;
        state.values = values;
        state.generation += 1;
        if state.stream.is_some() {
            let values = state.values.clone();
            // Of changes with no frame between them only the last counts.
            match state.commands.back_mut() {
                Some(Command::Apply(waiting)) => *waiting = values,
                _ => state.commands.push_back(Command::Apply(values)),
            }
            self.work.notify_one();
        }
        Ok(())
    }

    /// Sets a dictionary; see [`super::CompressionSession::set_properties`].
    pub(super) fn set_properties(&self, properties: &Dictionary) -> Result<()> {
        self.check_valid().map_err(Error::logged)?;
        let mut waiting: Vec<(&str, &Value)> = properties.iter().collect();
        // What is refused may go together with values that come later, so it is tried again as long as that helps.
        let mut failures = loop {
            let mut failures: Vec<(&str, &Value, Error)> = Vec::new();
            for (key, value) in &waiting {
                failures.extend(self.set_property(key, value).err().map(|error| (*key, *value, error)));
            }
            if failures.is_empty() || failures.len() == waiting.len() {
                break failures;
            }
            waiting = failures.iter().map(|(key, value, _)| (*key, *value)).collect();
        };
        let values = self.lock().values.clone();
        for (key, value) in properties.iter().filter(|(_, value)| !value.is_null()) {
            if values.explicit(key).is_none() && failures.iter().all(|failure| failure.0 != key) {
                let accepted = "another property of the dictionary does not allow it".into();
                let error = Error::PropertyValue { key: key.into(), value: value.to_string(), accepted };
                failures.push((key, value, error));
            }
        }
        let failed = failures.len();
        let mut errors = failures.into_iter().map(|(_, _, error)| error.logged());
        let first = errors.next();
        errors.for_each(drop);
        match first {
            None => Ok(()),
            Some(error) if failed == 1 => Err(error),
            Some(error) => {
                Err(Error::FirstOfSeveral { error: Box::new(error), failed, total: properties.len() })
            }
        }
    }

    fn read_only(&self, state: &State, key: &str) -> Value {
        match key {
            key::NUMBER_OF_PENDING_FRAMES => {
                Value::from((state.pending.len() - usize::from(state.calling.is_some())) as i64)
            }
            key::PIXEL_BUFFER_POOL_IS_SHARED => Value::from(self.pool.is_shared),
            key::VIDEO_ENCODER_PIXEL_BUFFER_ATTRIBUTES => {
                Value::from(self.entry.pixel_buffer_attributes(self.width, self.height))
            }
            key::ESTIMATED_AVERAGE_BYTES_PER_FRAME => match state.values.value(key) {
                Value::Null => state.mean_bytes().map_or(Value::Null, Value::from),
                planned => planned,
            },
            key::ENCODER_ID => Value::from(self.entry.encoder_id),
            key::USING_HARDWARE_ACCELERATED_VIDEO_ENCODER => Value::from(self.hardware),
            // Read-only properties of an encoder follow from the others.
            _ => state.values.value(key),
        }
    }
}
