//! Reading strings.

use std::ffi::c_char;

use super::{CfString, encoding, is_constant, with_text};
use crate::border::{Out, api};
use crate::cf::base::CFRange;
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned};

api! {
    /// The type number of strings.
    fn CFStringGetTypeID() -> usize {
        CLASSES[CfString::INDEX].type_id()
    }

    /// Length in UTF-16 units; 0 for NULL.
    fn CFStringGetLength(string: Handle) -> isize {
        with_text(string, |text| text.len() as isize).unwrap_or(0)
    }

    /// The UTF-16 unit at a place; 0 outside.
    fn CFStringGetCharacterAtIndex(string: Handle, index: isize) -> u16 {
        let unit = with_text(string, |text| {
            usize::try_from(index).ok().filter(|index| *index < text.len()).map(|index| text.unit(index))
        });
        unit.flatten().unwrap_or(0)
    }

    /// Copies the UTF-16 units of a range.
    fn CFStringGetCharacters(string: Handle, range: CFRange, buffer: Out<u16>) {
        with_text(string, |text| {
            let part = range.bounds(text.len()).and_then(|(start, end)| text.slice(start, end));
            for (index, unit) in part.into_iter().flat_map(|part| part.units().enumerate()) {
                buffer.set_at(index, unit);
            }
        });
    }

    /// Copies the text with a zero byte after it; false when it does not fit or the encoding cannot say it.
    fn CFStringGetCString(string: Handle, buffer: Out<u8>, size: isize, encoding: u32) -> u8 {
        let (Some(buffer), true) = (buffer.bytes(usize::try_from(size).unwrap_or(0)), encoding::is_known(encoding))
        else {
            return 0;
        };
        let Some(room) = buffer.len().checked_sub(1) else { return 0 };
        let copied = with_text(string, |text| {
            let (bytes, converted) = encoding::encode(text, encoding, 0, room);
            buffer[..bytes.len()].copy_from_slice(&bytes);
            buffer[bytes.len()] = 0;
            converted == text.len()
        });
        u8::from(copied == Some(true))
    }

    /// The text in place, if it is stored as zero-terminated bytes of that encoding; else NULL.
    fn CFStringGetCStringPtr(string: Handle, encoding: u32) -> *const c_char {
        // All of these agree on ASCII.
        if !matches!(encoding::bytes_per_unit(encoding), Some(1 | 3)) {
            return std::ptr::null();
        }
        let mutable = string.get::<CfString>().is_some_and(|string| string.mutable);
        let address = with_text(string, |text| match text {
            super::Text::Ascii(bytes) if !mutable => bytes.as_ptr().cast(),
            _ => std::ptr::null(),
        });
        address.unwrap_or(std::ptr::null())
    }

    /// Copies the text after a byte with its length; false when it does not fit or the encoding cannot say it.
    fn CFStringGetPascalString(string: Handle, buffer: Out<u8>, size: isize, encoding: u32) -> u8 {
        let Some(buffer) = buffer.bytes(usize::try_from(size).unwrap_or(0)) else { return 0 };
        let copied = with_text(string, |text| {
            let (bytes, converted) = encoding::encode(text, encoding, 0, usize::MAX);
            let length = u8::try_from(bytes.len()).ok().filter(|_| converted == text.len())?;
            buffer.get_mut(1..=bytes.len())?.copy_from_slice(&bytes);
            buffer[0] = length;
            Some(())
        });
        u8::from(copied.flatten().is_some())
    }

    /// The text in place, if it is stored with its length before it: it never is, so NULL.
    fn CFStringGetPascalStringPtr(_string: Handle, _encoding: u32) -> *const u8 {
        std::ptr::null()
    }

    /// The UTF-16 units in place, if it is stored so; else NULL.
    fn CFStringGetCharactersPtr(string: Handle) -> *const u16 {
        let mutable = string.get::<CfString>().is_some_and(|string| string.mutable);
        let address = with_text(string, |text| match text {
            super::Text::Utf16(units) if !mutable => units.as_ptr(),
            _ => std::ptr::null(),
        });
        address.unwrap_or(std::ptr::null())
    }

    /// Converts a range of UTF-16 units to bytes; returns how many units were converted. With a NULL buffer it only counts.
    fn CFStringGetBytes(
        string: Handle, range: CFRange, encoding: u32, loss_byte: u8, _external: u8, buffer: Out<u8>, size: isize,
        used: Out<isize>,
    ) -> isize {
        used.set(0);
        let room = if buffer.is_null() { usize::MAX } else { usize::try_from(size).unwrap_or(0) };
        let converted = with_text(string, |text| {
            let (start, end) = range.bounds(text.len())?;
            let (bytes, converted) = encoding::encode(text.slice(start, end)?, encoding, loss_byte, room);
            if let Some(buffer) = buffer.bytes(bytes.len()) {
                buffer.copy_from_slice(&bytes);
            }
            used.set(bytes.len() as isize);
            Some(converted as isize)
        });
        converted.flatten().unwrap_or(0)
    }

    /// The most bytes that so many UTF-16 units take; kCFNotFound for an unknown encoding.
    fn CFStringGetMaximumSizeForEncoding(length: isize, encoding: u32) -> isize {
        let bytes = encoding::bytes_per_unit(encoding).and_then(|bytes| length.checked_mul(bytes as isize));
        bytes.unwrap_or(-1)
    }

    /// Copies the text as a path with a zero byte after it; false when it does not fit.
    fn CFStringGetFileSystemRepresentation(string: Handle, buffer: Out<u8>, size: isize) -> u8 {
        CFStringGetCString(string, buffer, size, encoding::UTF8)
    }

    /// The most bytes that the text takes as a path, with its zero byte.
    fn CFStringGetMaximumSizeOfFileSystemRepresentation(string: Handle) -> isize {
        with_text(string, |text| text.len() as isize * 3 + 1).unwrap_or(0)
    }

    /// Whether this library knows the encoding.
    fn CFStringIsEncodingAvailable(encoding: u32) -> u8 {
        u8::from(encoding::is_known(encoding))
    }

    /// The encoding of C strings here: UTF-8.
    fn CFStringGetSystemEncoding() -> u32 {
        encoding::UTF8
    }

    /// The smallest encoding that holds the text.
    fn CFStringGetSmallestEncoding(string: Handle) -> u32 {
        let ascii = with_text(string, |text| text.units().all(|unit| unit < 0x80));
        if ascii == Some(true) { encoding::ASCII } else { encoding::UTF16 }
    }

    /// The encoding in which the text is read fastest.
    fn CFStringGetFastestEncoding(string: Handle) -> u32 {
        CFStringGetSmallestEncoding(string)
    }

    /// The whole number at the start of the text; 0 when there is none.
    fn CFStringGetIntValue(string: Handle) -> i32 {
        let text = super::to_rust(string).unwrap_or_default();
        let text = text.trim_start();
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        let number = &text[..text.len() - digits.len() + length];
        number.parse::<i128>().map_or(0, |number| number.clamp(i32::MIN.into(), i32::MAX.into()) as i32)
    }

    /// The number at the start of the text; 0 when there is none.
    fn CFStringGetDoubleValue(string: Handle) -> f64 {
        let text = super::to_rust(string).unwrap_or_default();
        let text = text.trim_start();
        let number = |length: &usize| text.get(..*length).and_then(|text| text.parse::<f64>().ok());
        let digits = text.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
        (1..=digits.count()).rev().find_map(|length| number(&length)).unwrap_or(0.0)
    }

    /// The bytes of the text in an encoding; NULL when it cannot say it and there is no loss byte.
    fn CFStringCreateExternalRepresentation(_allocator: Handle, string: Handle, encoding: u32, loss_byte: u8) -> Handle {
        let bytes = with_text(string, |text| {
            let (bytes, converted) = encoding::encode(text, encoding, loss_byte, usize::MAX);
            (converted == text.len()).then_some(bytes)
        });
        bytes.flatten().map_or(Handle::NULL, |bytes| crate::cf::data::new(&bytes).into_handle())
    }

    /// A string of the bytes of a data object; NULL when they are not valid in the encoding.
    fn CFStringCreateFromExternalRepresentation(_allocator: Handle, data: Handle, encoding: u32) -> Handle {
        let Some(bytes) = crate::cf::data::to_vec(data) else { return Handle::NULL };
        let decoded = encoding::decode(&bytes, encoding);
        decoded.map_or(Handle::NULL, |data| Owned::new(CfString::from_data(data, false)).into_handle())
    }

    /// Prints the description of an object to standard error.
    fn CFShow(object: Handle) {
        eprintln!("{}", crate::cf::base::describe(object));
    }

    /// Prints a string to standard error with its length.
    fn CFShowStr(string: Handle) {
        let constant = !string.is_null() && string.class().is_some() && is_constant(string);
        eprintln!("length {}, constant {constant}: {}", CFStringGetLength(string), crate::cf::base::describe(string));
    }
}
