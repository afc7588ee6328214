//! `CFNull`: the object that stands for nothing.

use crate::border::api;
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Object, Payload};

/// There is one object of this type.
pub struct CfNull;

impl Payload for CfNull {
    const NAME: &'static str = "CFNull";

    fn describe(_: Handle) -> String {
        "<null>".to_owned()
    }
}

static NULL: Object<CfNull> = Object::immortal(CfNull);

/// The one object of this type.
#[unsafe(no_mangle)]
pub static kCFNull: Handle = Handle((&raw const NULL).cast());

/// The null object, whatever a program's own copy of the variable says.
pub(crate) fn object() -> Handle {
    Handle((&raw const NULL).cast())
}

api! {
    /// The type number of the null object.
    fn CFNullGetTypeID() -> usize {
        CLASSES[CfNull::INDEX].type_id()
    }
}
