//! Making strings.

use std::collections::BTreeMap;
use std::ffi::c_char;
use std::sync::{LazyLock, Mutex, PoisonError};

use super::{CfString, ConstantString, StringData, encoding, with_text};
use crate::border::{In, api};
use crate::cf::allocator;
use crate::cf::base::CFRange;
use crate::object::{Handle, Owned};

fn object(data: Option<StringData>) -> Handle {
    data.map_or(Handle::NULL, |data| Owned::new(CfString::from_data(data, false)).into_handle())
}

/// The one constant string of a text. It stays for ever, so only for texts of which there are few.
pub(crate) fn constant(text: &str) -> Handle {
    static STRINGS: LazyLock<Mutex<BTreeMap<String, &'static ConstantString>>> =
        LazyLock::new(Mutex::default);
    let mut strings = STRINGS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(string) = strings.get(text) {
        return Handle(std::ptr::from_ref(*string).cast());
    }
    let string: &'static ConstantString = Box::leak(Box::new(ConstantString::of(StringData::from_str(text))));
    strings.insert(text.to_owned(), string);
    Handle(std::ptr::from_ref(string).cast())
}

api! {
    /// The constant string of a literal; what CFSTR uses where the compiler has no constant strings of its own.
    fn __CFStringMakeConstantString(text: In<c_char>) -> Handle {
        text.text().map_or(Handle::NULL, |text| constant(&text.to_string_lossy()))
    }

    /// A string of zero-terminated text; NULL when the bytes are not valid in the encoding.
    fn CFStringCreateWithCString(_allocator: Handle, text: In<c_char>, encoding: u32) -> Handle {
        object(text.text().and_then(|text| encoding::decode(text.to_bytes(), encoding)))
    }

    /// A string of zero-terminated text that may be used in place (it is copied); the deallocator frees it when done.
    fn CFStringCreateWithCStringNoCopy(_allocator: Handle, text: In<c_char>, encoding: u32, deallocator: Handle) -> Handle {
        let created = object(text.text().and_then(|text| encoding::decode(text.to_bytes(), encoding)));
        if !created.is_null() {
            allocator::deallocate(deallocator, text.0.cast_mut().cast());
        }
        created
    }

    /// A string of bytes; NULL when they are not valid in the encoding.
    fn CFStringCreateWithBytes(_allocator: Handle, bytes: In<u8>, count: isize, encoding: u32, _external: u8) -> Handle {
        object(bytes.bytes(count).and_then(|bytes| encoding::decode(bytes, encoding)))
    }

    /// A string of bytes that may be used in place (they are copied); the deallocator frees them when done.
    fn CFStringCreateWithBytesNoCopy(
        _allocator: Handle, bytes: In<u8>, count: isize, encoding: u32, _external: u8, deallocator: Handle,
    ) -> Handle {
        let created = object(bytes.bytes(count).and_then(|bytes| encoding::decode(bytes, encoding)));
        if !created.is_null() {
            allocator::deallocate(deallocator, bytes.0.cast_mut().cast());
        }
        created
    }

    /// A string of UTF-16 units.
    fn CFStringCreateWithCharacters(_allocator: Handle, units: In<u16>, count: isize) -> Handle {
        object(units.to_vec(count).map(StringData::from_units))
    }

    /// A string of UTF-16 units that may be used in place (they are copied); the deallocator frees them when done.
    fn CFStringCreateWithCharactersNoCopy(_allocator: Handle, units: In<u16>, count: isize, deallocator: Handle) -> Handle {
        let created = object(units.to_vec(count).map(StringData::from_units));
        if !created.is_null() {
            allocator::deallocate(deallocator, units.0.cast_mut().cast());
        }
        created
    }

    /// A string of Pascal text that may be used in place (it is copied); the deallocator frees it when done.
    fn CFStringCreateWithPascalStringNoCopy(
        allocator: Handle, text: In<u8>, encoding: u32, deallocator: Handle,
    ) -> Handle {
        let created = CFStringCreateWithPascalString(allocator, text, encoding);
        if !created.is_null() {
            allocator::deallocate(deallocator, text.0.cast_mut().cast());
        }
        created
    }

    /// A string of Pascal text: a length byte, then as many bytes.
    fn CFStringCreateWithPascalString(_allocator: Handle, text: In<u8>, encoding: u32) -> Handle {
        let length = text.read().unwrap_or(0);
        let bytes = text.bytes(isize::from(length) + 1);
        object(bytes.and_then(|bytes| encoding::decode(&bytes[1..], encoding)))
    }

    /// A string of a file's path.
    fn CFStringCreateWithFileSystemRepresentation(_allocator: Handle, path: In<c_char>) -> Handle {
        object(path.text().and_then(|path| encoding::decode(path.to_bytes(), encoding::UTF8)))
    }

    /// A copy that does not change; a string that cannot change is its own copy.
    fn CFStringCreateCopy(_allocator: Handle, string: Handle) -> Handle {
        if string.get::<CfString>().is_none_or(|string| !string.mutable) {
            if with_text(string, |_| ()).is_none() {
                return Handle::NULL;
            }
            string.retain();
            return string;
        }
        object(with_text(string, |text| StringData::from_units(text.units().collect())))
    }

    /// The part of a string in a range of UTF-16 units; NULL when that lies outside.
    fn CFStringCreateWithSubstring(_allocator: Handle, string: Handle, range: CFRange) -> Handle {
        let part = with_text(string, |text| {
            let (start, end) = range.bounds(text.len())?;
            Some(StringData::from_units(text.slice(start, end)?.units().collect()))
        });
        object(part.flatten())
    }

    /// A string to append to. The greatest length is a hint only.
    fn CFStringCreateMutable(_allocator: Handle, _greatest_length: isize) -> Handle {
        Owned::new(CfString::from_data(StringData::from_str(""), true)).into_handle()
    }

    /// A copy to append to. The greatest length is a hint only.
    fn CFStringCreateMutableCopy(_allocator: Handle, _greatest_length: isize, string: Handle) -> Handle {
        let data = with_text(string, |text| StringData::from_units(text.units().collect()));
        data.map_or(Handle::NULL, |data| Owned::new(CfString::from_data(data, true)).into_handle())
    }

    /// Appends a string.
    fn CFStringAppend(string: Handle, appended: Handle) {
        if let Some(units) = with_text(appended, |text| text.units().collect::<Vec<_>>()) {
            append(string, &units);
        }
    }

    /// Appends zero-terminated text.
    fn CFStringAppendCString(string: Handle, text: In<c_char>, encoding: u32) {
        let decoded = text.text().and_then(|text| encoding::decode(text.to_bytes(), encoding));
        match decoded {
            Some(data) => append(string, &data.text().units().collect::<Vec<_>>()),
            None => log::error!("CFStringAppendCString: the text is not valid in encoding {encoding:#x}"),
        }
    }

    /// Appends Pascal text: a length byte, then as many bytes.
    fn CFStringAppendPascalString(string: Handle, text: In<u8>, encoding: u32) {
        if let Some(appended) = Owned::adopted(CFStringCreateWithPascalString(Handle::NULL, text, encoding)) {
            CFStringAppend(string, *appended);
        }
    }

    /// Appends UTF-16 units.
    fn CFStringAppendCharacters(string: Handle, units: In<u16>, count: isize) {
        if let Some(units) = units.to_vec(count) {
            append(string, &units);
        }
    }
}

fn append(string: Handle, units: &[u16]) {
    let Some(mut data) = string.get::<CfString>().and_then(CfString::write) else {
        log::error!("CFStringAppend: not a string that can change");
        return;
    };
    let all = data.text().units().chain(units.iter().copied()).collect();
    *data = StringData::from_units(all);
}
