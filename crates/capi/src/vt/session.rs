//! `VTSession`: properties of any session.

use crate::border::{OSStatus, Out, api};
use crate::cf::string;
use crate::object::{Handle, Owned};
use crate::value;
use crate::vt::compression::{session, status};

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

api! {
    /// Sets a property; NULL takes it back to its default.
    fn VTSessionSetProperty(object: Handle, property: Handle, new: Handle) -> OSStatus {
        const NAME: &str = "VTSessionSetProperty";
        let set = session(object, NAME).and_then(|session| Ok((session, key(property, NAME)?)));
        match set {
            Ok((session, key)) => status(session.session.set_property(&key, value::from_object(new))),
            Err(status) => status,
        }
    }

    /// Sets every property of a dictionary; the first failure is returned, the others are set all the same.
    fn VTSessionSetProperties(object: Handle, properties: Handle) -> OSStatus {
        let session = match session(object, "VTSessionSetProperties") {
            Ok(session) => session,
            Err(status) => return status,
        };
        match value::dictionary_from_object(properties) {
            Some(properties) => status(session.session.set_properties(&properties)),
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
            let session = session(object, NAME)?;
            let key = key(property, NAME)?;
            let found = session.session.copy_property(&key).map_err(|error| OSStatus(error.status()))?;
            Ok((!found.is_null()).then(|| value::to_object(&found)))
        };
        give(out, read())
    }

    /// Every property that can be kept and set again, with its value.
    fn VTSessionCopySerializableProperties(object: Handle, _allocator: Handle, out: Out<Handle>) -> OSStatus {
        let read = || {
            let session = session(object, "VTSessionCopySerializableProperties")?;
            let found = session.session.serializable_properties().map_err(|error| OSStatus(error.status()))?;
            Ok(Some(value::dictionary_to_object(&found, false)))
        };
        give(out, read())
    }

    /// Every property with its type, access, range or choices.
    fn VTSessionCopySupportedPropertyDictionary(object: Handle, out: Out<Handle>) -> OSStatus {
        let read = || {
            let session = session(object, "VTSessionCopySupportedPropertyDictionary")?;
            let found = session.session.supported_properties().map_err(|error| OSStatus(error.status()))?;
            Ok(Some(value::dictionary_to_object(&found, false)))
        };
        give(out, read())
    }
}
