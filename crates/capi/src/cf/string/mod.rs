//! `CFString`: text as ASCII bytes or UTF-16 units.

mod access;
mod arguments;
mod bounds;
mod compare;
mod create;
mod edit;
pub(crate) mod encoding;
mod encoding_names;
mod format;
mod formatted;
mod latin;
mod number_text;
mod split;

pub use access::*;
pub use bounds::*;
pub use compare::*;
pub use create::*;
pub use edit::*;
pub use encoding_names::*;
pub use formatted::*;
pub use split::*;

use std::ffi::c_void;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::object::{Handle, Owned, Payload};

/// A string in memory that was not laid out by a compiler.
pub struct CfString {
    data: RwLock<StringData>,
    mutable: bool,
}

/// The characters of a string; ASCII whenever they are.
pub(crate) enum StringData {
    /// With a zero byte at the end that does not count.
    Ascii(Vec<u8>),
    Utf16(Vec<u16>),
}

/// The characters of any string.
#[derive(Clone, Copy)]
pub(crate) enum Text<'a> {
    Ascii(&'a [u8]),
    Utf16(&'a [u16]),
}

/// A constant string as clang lays it out for `CFSTR("...")` and this library for its constants. Immortal.
#[repr(C)]
pub struct ConstantString {
    class: *const c_void,
    flags: usize,
    bytes: *const u8,
    length: isize,
}

// SAFETY: never written.
unsafe impl Sync for ConstantString {}
// SAFETY: as above.
unsafe impl Send for ConstantString {}

/// The mark by which constant strings are known; only its address counts.
#[unsafe(no_mangle)]
pub static __CFConstantStringClassReference: [usize; 12] = [0; 12];

/// Flags of a constant string of zero-terminated ASCII.
const CONSTANT_ASCII: usize = 0x7C8;
/// Flags of a constant string of UTF-16.
const CONSTANT_UTF16: usize = 0x7D0;

impl ConstantString {
    /// A constant string for a static; `text` is ASCII with a zero byte at the end.
    pub const fn new(text: &'static str) -> ConstantString {
        ConstantString {
            class: (&raw const __CFConstantStringClassReference).cast(),
            flags: CONSTANT_ASCII,
            bytes: text.as_ptr(),
            length: text.len() as isize - 1,
        }
    }

    fn of(text: StringData) -> ConstantString {
        let class = (&raw const __CFConstantStringClassReference).cast();
        match text {
            StringData::Ascii(bytes) => {
                let length = bytes.len() as isize - 1;
                ConstantString { class, flags: CONSTANT_ASCII, bytes: bytes.leak().as_ptr(), length }
            }
            StringData::Utf16(units) => {
                let length = units.len() as isize;
                ConstantString { class, flags: CONSTANT_UTF16, bytes: units.leak().as_ptr().cast(), length }
            }
        }
    }
}

/// Whether the memory is a constant string. The address must be aligned and not NULL.
pub(crate) fn is_constant(object: Handle) -> bool {
    // SAFETY: by the promise of the border an object, whose first word can be read.
    let mark = unsafe { *object.0.cast::<*const c_void>() };
    std::ptr::eq(mark, (&raw const __CFConstantStringClassReference).cast())
}

/// Calls `use_text` with the characters of a string; `None` when the object is none.
pub(crate) fn with_text<R>(object: Handle, use_text: impl FnOnce(Text<'_>) -> R) -> Option<R> {
    if let Some(string) = object.get::<CfString>() {
        return Some(use_text(string.read().text()));
    }
    object.class()?;
    if !is_constant(object) {
        return None;
    }
    // SAFETY: a constant string by its mark; its memory is constant.
    let constant = unsafe { &*object.0.cast::<ConstantString>() };
    let length = usize::try_from(constant.length).ok()?;
    // SAFETY: the record says what the pointer points to and how many there are.
    Some(use_text(unsafe {
        if constant.flags & 0xFFFF == CONSTANT_UTF16 {
            Text::Utf16(std::slice::from_raw_parts(constant.bytes.cast(), length))
        } else {
            Text::Ascii(std::slice::from_raw_parts(constant.bytes, length))
        }
    }))
}

/// The text in Rust's form; `None` when the object is no string. Lone surrogates become U+FFFD.
pub(crate) fn to_rust(object: Handle) -> Option<String> {
    with_text(object, |text| text.to_rust())
}

/// A string object.
pub(crate) fn new(text: &str) -> Owned {
    Owned::new(CfString::from_data(StringData::from_str(text), false))
}

impl CfString {
    pub(crate) fn from_data(data: StringData, mutable: bool) -> CfString {
        CfString { data: RwLock::new(data), mutable }
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, StringData> {
        self.data.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The characters, to change; `None` for a string that was not made to be changed.
    pub(crate) fn write(&self) -> Option<RwLockWriteGuard<'_, StringData>> {
        self.mutable.then(|| self.data.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Payload for CfString {
    const NAME: &'static str = "CFString";

    fn equal(one: Handle, other: Handle) -> bool {
        with_text(one, |one| with_text(other, |other| one.equals(other))).flatten().unwrap_or(false)
    }

    fn hash(object: Handle) -> usize {
        with_text(object, |text| text.hash()).unwrap_or(0)
    }

    fn describe(object: Handle) -> String {
        to_rust(object).unwrap_or_default()
    }
}

impl StringData {
    pub(crate) fn from_str(text: &str) -> StringData {
        if text.is_ascii() {
            let mut bytes = Vec::with_capacity(text.len() + 1);
            bytes.extend_from_slice(text.as_bytes());
            bytes.push(0);
            StringData::Ascii(bytes)
        } else {
            StringData::Utf16(text.encode_utf16().collect())
        }
    }

    pub(crate) fn from_units(units: Vec<u16>) -> StringData {
        if units.iter().all(|unit| *unit < 0x80) {
            StringData::Ascii(units.iter().map(|unit| *unit as u8).chain([0]).collect())
        } else {
            StringData::Utf16(units)
        }
    }

    pub(crate) fn text(&self) -> Text<'_> {
        match self {
            StringData::Ascii(bytes) => Text::Ascii(&bytes[..bytes.len() - 1]),
            StringData::Utf16(units) => Text::Utf16(units),
        }
    }
}

impl<'a> Text<'a> {
    /// Length in UTF-16 units.
    pub(crate) fn len(self) -> usize {
        match self {
            Text::Ascii(bytes) => bytes.len(),
            Text::Utf16(units) => units.len(),
        }
    }

    pub(crate) fn unit(self, index: usize) -> u16 {
        match self {
            Text::Ascii(bytes) => bytes[index].into(),
            Text::Utf16(units) => units[index],
        }
    }

    pub(crate) fn units(self) -> impl DoubleEndedIterator<Item = u16> + ExactSizeIterator + 'a {
        (0..self.len()).map(move |index| self.unit(index))
    }

    /// The part from `start` up to `end`, in units; `None` when that lies outside.
    pub(crate) fn slice(self, start: usize, end: usize) -> Option<Text<'a>> {
        Some(match self {
            Text::Ascii(bytes) => Text::Ascii(bytes.get(start..end)?),
            Text::Utf16(units) => Text::Utf16(units.get(start..end)?),
        })
    }

    pub(crate) fn to_rust(self) -> String {
        match self {
            Text::Ascii(bytes) => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Text::Utf16(units) => String::from_utf16_lossy(units),
        }
    }

    pub(crate) fn equals(self, other: Text<'_>) -> bool {
        match (self, other) {
            (Text::Ascii(one), Text::Ascii(other)) => one == other,
            _ => self.len() == other.len() && self.units().eq(other.units()),
        }
    }

    /// FNV-1a over the units, so that both forms of one text agree.
    pub(crate) fn hash(self) -> usize {
        self.units().fold(0xcbf2_9ce4_8422_2325_u64, |hash, unit| {
            (hash ^ u64::from(unit)).wrapping_mul(0x0100_0000_01b3)
        }) as usize
    }
}

/// Declares exported string constants: a constant string each, and a pointer variable that holds its address.
macro_rules! string_constants {
    ($($name:ident = $text:literal;)*) => {$(
        #[doc = concat!("The string `", $text, "`.")]
        #[unsafe(no_mangle)]
        pub static $name: $crate::object::Handle = {
            static STRING: $crate::cf::string::ConstantString =
                $crate::cf::string::ConstantString::new(concat!($text, "\0"));
            $crate::object::Handle((&raw const STRING).cast())
        };
    )*};
}

pub(crate) use string_constants;
