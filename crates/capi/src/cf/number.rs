//! `CFNumber`: whole and floating-point numbers.

use std::ffi::c_void;

use vitascope::core::Number;

use crate::border::{In, Out, api};
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Object, Owned, Payload};

/// A number and the type it was made as.
pub struct CfNumber {
    kind: Kind,
    value: Number,
}

/// The types that numbers are kept as: `kCFNumberSInt8Type` to `kCFNumberFloat64Type`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(isize)]
enum Kind {
    SInt8 = 1,
    SInt16 = 2,
    SInt32 = 3,
    SInt64 = 4,
    Float32 = 5,
    Float64 = 6,
}

impl Kind {
    /// The kept type of any number type of C; long, CFIndex and the like have 64 bits here.
    fn of(number_type: isize) -> Option<Kind> {
        Some(match number_type {
            1 | 7 => Kind::SInt8,
            2 | 8 => Kind::SInt16,
            3 | 9 => Kind::SInt32,
            4 | 10 | 11 | 14 | 15 => Kind::SInt64,
            5 | 12 => Kind::Float32,
            6 | 13 | 16 => Kind::Float64,
            _ => return None,
        })
    }

    fn size(self) -> isize {
        match self {
            Kind::SInt8 => 1,
            Kind::SInt16 => 2,
            Kind::SInt32 | Kind::Float32 => 4,
            Kind::SInt64 | Kind::Float64 => 8,
        }
    }

    fn read(self, value: In<c_void>) -> Option<Number> {
        Some(match self {
            Kind::SInt8 => Number::Integer(In(value.0.cast::<i8>()).read()?.into()),
            Kind::SInt16 => Number::Integer(In(value.0.cast::<i16>()).read()?.into()),
            Kind::SInt32 => Number::Integer(In(value.0.cast::<i32>()).read()?.into()),
            Kind::SInt64 => Number::Integer(In(value.0.cast::<i64>()).read()?),
            Kind::Float32 => Number::Float(In(value.0.cast::<f32>()).read()?.into()),
            Kind::Float64 => Number::Float(In(value.0.cast::<f64>()).read()?),
        })
    }

    /// Writes the number as this type; false when something was lost.
    fn write(self, number: Number, out: Out<c_void>) -> bool {
        let whole = match number {
            Number::Integer(value) => value,
            Number::Float(value) => value as i64,
        };
        let float = number.as_f64();
        let kept = match self {
            Kind::SInt8 => {
                Out(out.0.cast()).set(whole as i8);
                Number::Integer((whole as i8).into())
            }
            Kind::SInt16 => {
                Out(out.0.cast()).set(whole as i16);
                Number::Integer((whole as i16).into())
            }
            Kind::SInt32 => {
                Out(out.0.cast()).set(whole as i32);
                Number::Integer((whole as i32).into())
            }
            Kind::SInt64 => {
                Out(out.0.cast()).set(whole);
                Number::Integer(whole)
            }
            Kind::Float32 => {
                Out(out.0.cast()).set(float as f32);
                Number::Float((float as f32).into())
            }
            Kind::Float64 => {
                Out(out.0.cast()).set(float);
                Number::Float(float)
            }
        };
        kept == number || (float.is_nan() && matches!(self, Kind::Float32 | Kind::Float64))
    }
}

impl Payload for CfNumber {
    const NAME: &'static str = "CFNumber";

    fn equal(one: Handle, other: Handle) -> bool {
        to_rust(one).is_some_and(|one| to_rust(other) == Some(one))
    }

    fn hash(object: Handle) -> usize {
        match to_rust(object) {
            Some(number) => {
                number.as_i64().map_or_else(|| number.as_f64().to_bits() as usize, |value| value as usize)
            }
            None => 0,
        }
    }

    fn describe(object: Handle) -> String {
        to_rust(object).map(|number| number.to_string()).unwrap_or_default()
    }
}

const fn special(value: f64) -> Object<CfNumber> {
    Object::immortal(CfNumber { kind: Kind::Float64, value: Number::Float(value) })
}

static POSITIVE_INFINITY: Object<CfNumber> = special(f64::INFINITY);
static NEGATIVE_INFINITY: Object<CfNumber> = special(f64::NEG_INFINITY);
static NOT_A_NUMBER: Object<CfNumber> = special(f64::NAN);

/// The number above all others.
#[unsafe(no_mangle)]
pub static kCFNumberPositiveInfinity: Handle = Handle((&raw const POSITIVE_INFINITY).cast());
/// The number below all others.
#[unsafe(no_mangle)]
pub static kCFNumberNegativeInfinity: Handle = Handle((&raw const NEGATIVE_INFINITY).cast());
/// The number that is none.
#[unsafe(no_mangle)]
pub static kCFNumberNaN: Handle = Handle((&raw const NOT_A_NUMBER).cast());

/// The number; `None` when the object is none.
pub(crate) fn to_rust(object: Handle) -> Option<Number> {
    object.get::<CfNumber>().map(|number| number.value)
}

/// A number object; whole numbers of 32 bits are kept as such.
pub(crate) fn new(value: Number) -> Owned {
    let kind = match value {
        Number::Integer(value) if i32::try_from(value).is_ok() => Kind::SInt32,
        Number::Integer(_) => Kind::SInt64,
        Number::Float(_) => Kind::Float64,
    };
    Owned::new(CfNumber { kind, value })
}

api! {
    /// The type number of numbers.
    fn CFNumberGetTypeID() -> usize {
        CLASSES[CfNumber::INDEX].type_id()
    }

    /// A number of a type, read from an address; NULL for an unknown type or no address.
    fn CFNumberCreate(_allocator: Handle, number_type: isize, value: In<c_void>) -> Handle {
        let number = Kind::of(number_type).and_then(|kind| Some(CfNumber { kind, value: kind.read(value)? }));
        number.map_or(Handle::NULL, |number| Owned::new(number).into_handle())
    }

    /// The type that the number is kept as.
    fn CFNumberGetType(number: Handle) -> isize {
        number.get::<CfNumber>().map_or(0, |number| number.kind as isize)
    }

    /// The size in bytes of the type that the number is kept as.
    fn CFNumberGetByteSize(number: Handle) -> isize {
        number.get::<CfNumber>().map_or(0, |number| number.kind.size())
    }

    /// Whether the number is kept as a floating-point type.
    fn CFNumberIsFloatType(number: Handle) -> u8 {
        number.get::<CfNumber>().is_some_and(|number| matches!(number.kind, Kind::Float32 | Kind::Float64)).into()
    }

    /// Writes the number as a type; false when something was lost (the nearest value is written all the same).
    fn CFNumberGetValue(number: Handle, number_type: isize, value: Out<c_void>) -> u8 {
        match (to_rust(number), Kind::of(number_type)) {
            (Some(number), Some(kind)) if !value.is_null() => kind.write(number, value).into(),
            _ => 0,
        }
    }

    /// Compares two numbers: -1, 0 or 1.
    fn CFNumberCompare(one: Handle, other: Handle, _context: *mut c_void) -> isize {
        let (Some(one), Some(other)) = (to_rust(one), to_rust(other)) else { return 0 };
        let order = match (one, other) {
            (Number::Integer(one), Number::Integer(other)) => one.cmp(&other),
            _ if one == other => std::cmp::Ordering::Equal,
            _ => one.as_f64().total_cmp(&other.as_f64()),
        };
        order as isize
    }
}
