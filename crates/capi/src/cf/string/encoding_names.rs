//! Names and numbers of encodings elsewhere.

use super::encoding::{
    ASCII, ISO_LATIN_1, MAC_ROMAN, UTF8, UTF16, UTF16_BE, UTF16_LE, UTF32, UTF32_BE, UTF32_LE,
    WINDOWS_LATIN_1,
};
use crate::border::api;
use crate::cf::string;
use crate::object::Handle;

/// An encoding with its name for people, its IANA name, its Foundation number and its Windows code page.
struct Names {
    encoding: u32,
    name: &'static str,
    iana: &'static str,
    foundation: u64,
    codepage: u32,
}

const fn row(encoding: u32, name: &'static str, iana: &'static str, foundation: u64, codepage: u32) -> Names {
    Names { encoding, name, iana, foundation, codepage }
}

/// The first row of a code page is the one that a code page stands for.
static NAMES: [Names; 11] = [
    row(UTF8, "Unicode (UTF-8)", "utf-8", 4, 65001),
    row(ASCII, "Western (ASCII)", "us-ascii", 1, 20127),
    row(ISO_LATIN_1, "Western (ISO Latin 1)", "iso-8859-1", 5, 28591),
    row(WINDOWS_LATIN_1, "Western (Windows Latin 1)", "windows-1252", 12, 1252),
    row(MAC_ROMAN, "Western (Mac OS Roman)", "macintosh", 30, 10000),
    row(UTF16, "Unicode (UTF-16)", "utf-16", 10, 1200),
    row(UTF16_LE, "Unicode (UTF-16LE)", "utf-16le", 0x9400_0100, 1200),
    row(UTF16_BE, "Unicode (UTF-16BE)", "utf-16be", 0x9000_0100, 1201),
    row(UTF32, "Unicode (UTF-32)", "utf-32", 0x8c00_0100, 12000),
    row(UTF32_LE, "Unicode (UTF-32LE)", "utf-32le", 0x9c00_0100, 12000),
    row(UTF32_BE, "Unicode (UTF-32BE)", "utf-32be", 0x9800_0100, 12001),
];

/// Every encoding, closed by `kCFStringEncodingInvalidId`.
static AVAILABLE: [u32; NAMES.len() + 1] = {
    let mut list = [INVALID; NAMES.len() + 1];
    let mut index = 0;
    while index < NAMES.len() {
        list[index] = NAMES[index].encoding;
        index += 1;
    }
    list
};

/// `kCFStringEncodingInvalidId`
const INVALID: u32 = u32::MAX;
/// What Foundation and Windows have for no encoding.
const UNKNOWN_NUMBER: u64 = u32::MAX as u64;

fn find(wanted: impl Fn(&Names) -> bool) -> Option<&'static Names> {
    NAMES.iter().find(|names| wanted(names))
}

fn of(encoding: u32) -> Option<&'static Names> {
    find(|names| names.encoding == encoding)
}

fn encoding(names: Option<&'static Names>) -> u32 {
    names.map_or(INVALID, |names| names.encoding)
}

api! {
    /// All encodings that this library knows, with kCFStringEncodingInvalidId after the last.
    fn CFStringGetListOfAvailableEncodings() -> *const u32 {
        AVAILABLE.as_ptr()
    }

    /// The name of an encoding for people, not retained; NULL for an unknown one.
    fn CFStringGetNameOfEncoding(code: u32) -> Handle {
        of(code).map_or(Handle::NULL, |names| string::constant(names.name))
    }

    /// The IANA name of an encoding, not retained; NULL for an unknown one.
    fn CFStringConvertEncodingToIANACharSetName(code: u32) -> Handle {
        of(code).map_or(Handle::NULL, |names| string::constant(names.iana))
    }

    /// The encoding of an IANA name, in either case; kCFStringEncodingInvalidId for an unknown one.
    fn CFStringConvertIANACharSetNameToEncoding(name: Handle) -> u32 {
        let Some(name) = string::to_rust(name) else { return INVALID };
        encoding(find(|names| names.iana.eq_ignore_ascii_case(&name)))
    }

    /// The number of an encoding in Foundation; all ones for an unknown one.
    fn CFStringConvertEncodingToNSStringEncoding(code: u32) -> u64 {
        of(code).map_or(UNKNOWN_NUMBER, |names| names.foundation)
    }

    /// The encoding of a number of Foundation; kCFStringEncodingInvalidId for an unknown one.
    fn CFStringConvertNSStringEncodingToEncoding(number: u64) -> u32 {
        encoding(find(|names| names.foundation == number))
    }

    /// The Windows code page of an encoding; kCFStringEncodingInvalidId for an unknown one.
    fn CFStringConvertEncodingToWindowsCodepage(code: u32) -> u32 {
        of(code).map_or(INVALID, |names| names.codepage)
    }

    /// The encoding of a Windows code page; kCFStringEncodingInvalidId for an unknown one.
    fn CFStringConvertWindowsCodepageToEncoding(codepage: u32) -> u32 {
        encoding(find(|names| names.codepage == codepage))
    }

    /// The Mac encoding nearest to an encoding: Mac Roman for all that are known.
    fn CFStringGetMostCompatibleMacStringEncoding(code: u32) -> u32 {
        if of(code).is_some() { MAC_ROMAN } else { INVALID }
    }
}
