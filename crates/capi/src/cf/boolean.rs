//! `CFBoolean`: two objects.

use crate::border::api;
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Object, Payload};

/// True or false.
pub struct CfBoolean(bool);

impl Payload for CfBoolean {
    const NAME: &'static str = "CFBoolean";

    fn hash(object: Handle) -> usize {
        usize::from(to_rust(object) == Some(true))
    }

    fn describe(object: Handle) -> String {
        to_rust(object).unwrap_or_default().to_string()
    }
}

static TRUE: Object<CfBoolean> = Object::immortal(CfBoolean(true));
static FALSE: Object<CfBoolean> = Object::immortal(CfBoolean(false));

/// The object for true.
#[unsafe(no_mangle)]
pub static kCFBooleanTrue: Handle = Handle((&raw const TRUE).cast());
/// The object for false.
#[unsafe(no_mangle)]
pub static kCFBooleanFalse: Handle = Handle((&raw const FALSE).cast());

/// The object for a truth value.
pub(crate) fn object(value: bool) -> Handle {
    Handle(if value { (&raw const TRUE).cast() } else { (&raw const FALSE).cast() })
}

/// The truth value; `None` when the object is none.
pub(crate) fn to_rust(object: Handle) -> Option<bool> {
    object.get::<CfBoolean>().map(|boolean| boolean.0)
}

api! {
    /// The type number of booleans.
    fn CFBooleanGetTypeID() -> usize {
        CLASSES[CfBoolean::INDEX].type_id()
    }

    /// The truth value; false for NULL and other objects.
    fn CFBooleanGetValue(boolean: Handle) -> u8 {
        to_rust(boolean).unwrap_or(false).into()
    }
}
