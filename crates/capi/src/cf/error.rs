//! `CFError`: a domain, a code and what else is known.

use crate::border::{In, api};
use crate::cf::base::{equal, owned_or_null};
use crate::cf::{dictionary, string};
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned, Payload};

/// An error as a value.
pub struct CfError {
    domain: Owned,
    code: isize,
    user_info: Owned,
}

impl CfError {
    fn info(&self, key: &str) -> Option<Owned> {
        let info = dictionary::objects(*self.user_info)?;
        let found = info.into_iter().find(|(name, _)| string::to_rust(*name).as_deref() == Some(key));
        found.and_then(|(_, value)| Owned::retained(value))
    }
}

impl Payload for CfError {
    const NAME: &'static str = "CFError";

    fn equal(one: Handle, other: Handle) -> bool {
        let (Some(one), Some(other)) = (one.get::<CfError>(), other.get::<CfError>()) else { return false };
        one.code == other.code && equal(*one.domain, *other.domain) && equal(*one.user_info, *other.user_info)
    }

    fn hash(object: Handle) -> usize {
        object.get::<CfError>().map_or(0, |error| error.code as usize)
    }

    fn describe(object: Handle) -> String {
        let Some(error) = object.get::<CfError>() else { return String::new() };
        let domain = string::to_rust(*error.domain).unwrap_or_default();
        let text = error.info("NSLocalizedDescription").and_then(|text| string::to_rust(*text));
        text.unwrap_or_else(|| {
            format!("The operation could not be completed. ({domain} error {}.)", error.code)
        })
    }
}

fn create(domain: Handle, code: isize, user_info: Handle) -> Handle {
    let Some(domain) = Owned::retained(domain) else {
        log::error!("CFErrorCreate: the domain is NULL; a string is accepted");
        return Handle::NULL;
    };
    let user_info = Owned::adopted(dictionary::CFDictionaryCreateCopy(Handle::NULL, user_info))
        .unwrap_or_else(|| Owned::new(dictionary::CfDictionary::of_objects(false)));
    Owned::new(CfError { domain, code, user_info }).into_handle()
}

/// A new error with a description.
pub(crate) fn with_description(domain: &str, code: isize, description: &str) -> Handle {
    let info = dictionary::CfDictionary::of_objects(false);
    info.set(*string::new("NSLocalizedDescription"), *string::new(description));
    let info = Owned::new(info);
    create(*string::new(domain), code, *info)
}

fn copy(error: Handle, key: &str) -> Handle {
    owned_or_null(error.get::<CfError>().and_then(|error| error.info(key)))
}

api! {
    /// The type number of errors.
    fn CFErrorGetTypeID() -> usize {
        CLASSES[CfError::INDEX].type_id()
    }

    /// An error; the user information may be NULL.
    fn CFErrorCreate(_allocator: Handle, domain: Handle, code: isize, user_info: Handle) -> Handle {
        create(domain, code, user_info)
    }

    /// An error with user information from two arrays.
    fn CFErrorCreateWithUserInfoKeysAndValues(
        _allocator: Handle, domain: Handle, code: isize, keys: In<Handle>, values: In<Handle>, count: isize,
    ) -> Handle {
        let (Some(keys), Some(values)) = (keys.to_vec(count), values.to_vec(count)) else { return Handle::NULL };
        let info = dictionary::CfDictionary::of_objects(false);
        for (key, value) in keys.into_iter().zip(values) {
            info.set(key, value);
        }
        let info = Owned::new(info);
        create(domain, code, *info)
    }

    /// The domain, not retained.
    fn CFErrorGetDomain(error: Handle) -> Handle {
        error.get::<CfError>().map_or(Handle::NULL, |error| *error.domain)
    }

    /// The code; 0 for NULL.
    fn CFErrorGetCode(error: Handle) -> isize {
        error.get::<CfError>().map_or(0, |error| error.code)
    }

    /// What else is known: a dictionary, empty when nothing is.
    fn CFErrorCopyUserInfo(error: Handle) -> Handle {
        error.get::<CfError>().map_or(Handle::NULL, |error| error.user_info.clone().into_handle())
    }

    /// A description for people; never NULL for an error.
    fn CFErrorCopyDescription(error: Handle) -> Handle {
        if error.get::<CfError>().is_none() {
            return Handle::NULL;
        }
        string::new(&CfError::describe(error)).into_handle()
    }

    /// Why it failed, if the user information says so.
    fn CFErrorCopyFailureReason(error: Handle) -> Handle {
        copy(error, "NSLocalizedFailureReason")
    }

    /// What to do about it, if the user information says so.
    fn CFErrorCopyRecoverySuggestion(error: Handle) -> Handle {
        copy(error, "NSLocalizedRecoverySuggestion")
    }
}
