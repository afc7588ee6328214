//! `VTSession`: properties of any session.

use vitascope::core::{Dictionary, Value};
use vitascope::session::Error;

use super::compression::VtCompressionSession;
use super::pixel_rotation::VtPixelRotationSession;
use super::pixel_transfer::VtPixelTransferSession;
use crate::border::{OSStatus, Out, api};
use crate::cf::string;
use crate::object::{Handle, Owned, Payload};
use crate::value;

/// The property functions that sessions of every kind have.
pub(crate) trait Session {
    fn property(&self, key: &str) -> Result<Value, Error>;
    fn set_property(&self, key: &str, value: Value) -> Result<(), Error>;
    fn set_properties(&self, properties: &Dictionary) -> Result<(), Error>;
    fn supported_properties(&self) -> Result<Dictionary, Error>;
    fn serializable_properties(&self) -> Result<Dictionary, Error>;
}

/// Writes the methods of [`Session`] for a type with the engine's session in a field.
macro_rules! session_properties {
    ($type:ty) => {
        impl $crate::vt::session::Session for $type {
            fn property(&self, key: &str) -> Result<vitascope::core::Value, vitascope::session::Error> {
                self.session.property(key)
            }
            fn set_property(
                &self,
                key: &str,
                value: vitascope::core::Value,
            ) -> Result<(), vitascope::session::Error> {
                self.session.set_property(key, value)
            }
            fn set_properties(
                &self,
                properties: &vitascope::core::Dictionary,
            ) -> Result<(), vitascope::session::Error> {
                self.session.set_properties(properties)
            }
            fn supported_properties(&self) -> Result<vitascope::core::Dictionary, vitascope::session::Error> {
                self.session.supported_properties()
            }
            fn serializable_properties(
                &self,
            ) -> Result<vitascope::core::Dictionary, vitascope::session::Error> {
                self.session.serializable_properties()
            }
        }
    };
}

pub(crate) use session_properties;

/// The status of a result of the engine.
pub(crate) fn status(result: Result<(), Error>) -> OSStatus {
    result.map_or_else(|error| OSStatus(error.status()), |()| OSStatus::OK)
}

/// A dictionary that may be NULL, or the status for what is neither.
pub(crate) fn optional_dictionary(
    object: Handle,
    name: &'static str,
    function: &str,
) -> Result<Option<Dictionary>, OSStatus> {
    value::optional_dictionary(object, name).map_err(|error| {
        log::error!("{function}: {error}");
        OSStatus::PARAMETER
    })
}

/// The session of one kind, or the status for what is none; `kind` is what would have been accepted.
pub(crate) fn of_kind<'a, T: Payload>(object: Handle, kind: &str, function: &str) -> Result<&'a T, OSStatus> {
    object.get::<T>().ok_or_else(|| wrong_kind(object, kind, function))
}

fn wrong_kind(object: Handle, kind: &str, function: &str) -> OSStatus {
    let found = if object.is_null() { "NULL" } else { "another object" };
    log::error!("{function}: {found} was given; {kind} is accepted");
    OSStatus::PARAMETER
}

/// The session of any kind that has properties.
fn any<'a>(object: Handle, function: &str) -> Result<&'a dyn Session, OSStatus> {
    if let Some(session) = object.get::<VtCompressionSession>() {
        return Ok(session);
    }
    if let Some(session) = object.get::<VtPixelTransferSession>() {
        return Ok(session);
    }
    if let Some(session) = object.get::<VtPixelRotationSession>() {
        return Ok(session);
    }
    Err(wrong_kind(object, "a session", function))
}

/// Writes a result, or clears the output.
fn give(out: Out<Handle>, result: Result<Option<Owned>, OSStatus>) -> OSStatus {
    out.clear();
    match result {
        Ok(object) => {
            out.set(object.map_or(Handle::NULL, Owned::into_handle));
            OSStatus::OK
        }
        Err(status) => status,
    }
}

fn key(object: Handle, function: &str) -> Result<String, OSStatus> {
    string::to_rust(object).ok_or_else(|| {
        log::error!("{function}: the property key is no string");
        OSStatus::PARAMETER
    })
}

/// A dictionary that a session was asked for.
fn dictionary(
    object: Handle,
    function: &str,
    read: impl FnOnce(&dyn Session) -> Result<Dictionary, Error>,
) -> Result<Option<Owned>, OSStatus> {
    let found = read(any(object, function)?).map_err(|error| OSStatus(error.status()))?;
    Ok(Some(value::dictionary_to_object(&found, false)))
}

api! {
    /// Sets a property; NULL takes it back to its default.
    fn VTSessionSetProperty(object: Handle, property: Handle, new: Handle) -> OSStatus {
        const NAME: &str = "VTSessionSetProperty";
        let set = any(object, NAME).and_then(|session| Ok((session, key(property, NAME)?)));
        match set {
            Ok((session, key)) => status(session.set_property(&key, value::from_object(new))),
            Err(status) => status,
        }
    }

    /// Sets every property of a dictionary; the first failure is returned, the others are set all the same.
    fn VTSessionSetProperties(object: Handle, properties: Handle) -> OSStatus {
        let session = match any(object, "VTSessionSetProperties") {
            Ok(session) => session,
            Err(status) => return status,
        };
        match value::dictionary_from_object(properties) {
            Some(properties) => status(session.set_properties(&properties)),
            None => {
                log::error!("VTSessionSetProperties: no dictionary was given");
                OSStatus::PARAMETER
            }
        }
    }

    /// The value of a property, retained; NULL when it has none.
    fn VTSessionCopyProperty(object: Handle, property: Handle, _allocator: Handle, out: Out<Handle>) -> OSStatus {
        const NAME: &str = "VTSessionCopyProperty";
        let read = || {
            let session = any(object, NAME)?;
            let key = key(property, NAME)?;
            let found = session.property(&key).map_err(|error| OSStatus(error.status()))?;
            Ok((!found.is_null()).then(|| value::to_object(&found)))
        };
        give(out, read())
    }

    /// Every property that can be kept and set again, with its value.
    fn VTSessionCopySerializableProperties(object: Handle, _allocator: Handle, out: Out<Handle>) -> OSStatus {
        give(out, dictionary(object, "VTSessionCopySerializableProperties", |session| session.serializable_properties()))
    }

    /// Every property with its type, access, range or choices.
    fn VTSessionCopySupportedPropertyDictionary(object: Handle, out: Out<Handle>) -> OSStatus {
        give(out, dictionary(object, "VTSessionCopySupportedPropertyDictionary", |session| session.supported_properties()))
    }
}
