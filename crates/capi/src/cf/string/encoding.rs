//! Bytes of text in the encodings that this library reads and writes.

use super::latin::Latin;
use super::{StringData, Text};

pub(crate) const WINDOWS_LATIN_1: u32 = 0x0500;
pub(crate) const MAC_ROMAN: u32 = 0;
pub(crate) const ISO_LATIN_1: u32 = 0x0201;
pub(crate) const ASCII: u32 = 0x0600;
pub(crate) const UTF16: u32 = 0x0100;
pub(crate) const UTF8: u32 = 0x0800_0100;
pub(crate) const UTF16_BE: u32 = 0x1000_0100;
pub(crate) const UTF16_LE: u32 = 0x1400_0100;
pub(crate) const UTF32: u32 = 0x0c00_0100;
pub(crate) const UTF32_BE: u32 = 0x1800_0100;
pub(crate) const UTF32_LE: u32 = 0x1c00_0100;

/// Whether the encoding is known.
pub(crate) fn is_known(encoding: u32) -> bool {
    bytes_per_unit(encoding).is_some()
}

/// The most bytes that one UTF-16 unit becomes.
pub(crate) fn bytes_per_unit(encoding: u32) -> Option<usize> {
    Some(match encoding {
        MAC_ROMAN | WINDOWS_LATIN_1 | ISO_LATIN_1 | ASCII => 1,
        UTF8 => 3,
        UTF16 | UTF16_BE | UTF16_LE => 2,
        UTF32 | UTF32_BE | UTF32_LE => 4,
        _ => return None,
    })
}

/// Reads text; `None` for bytes that are not valid in the encoding, or an encoding that is not known.
pub(crate) fn decode(bytes: &[u8], encoding: u32) -> Option<StringData> {
    match encoding {
        MAC_ROMAN | WINDOWS_LATIN_1 => {
            let latin = if encoding == MAC_ROMAN { Latin::MacRoman } else { Latin::Windows1252 };
            let units: Option<Vec<u16>> = bytes.iter().map(|byte| latin.unit(*byte)).collect();
            units.map(StringData::from_units)
        }
        ASCII if !bytes.is_ascii() => None,
        ASCII | UTF8 => {
            let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
            Some(StringData::from_str(std::str::from_utf8(bytes).ok()?))
        }
        ISO_LATIN_1 => Some(StringData::from_units(bytes.iter().map(|byte| u16::from(*byte)).collect())),
        UTF16 | UTF16_BE | UTF16_LE => {
            let (pairs, rest) = bytes.as_chunks::<2>();
            if !rest.is_empty() {
                return None;
            }
            let big = encoding == UTF16_BE || (encoding == UTF16 && pairs.first() == Some(&[0xFE, 0xFF]));
            let read =
                |pair: &[u8; 2]| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
            let mut units: Vec<u16> = pairs.iter().map(read).collect();
            if encoding == UTF16 && units.first() == Some(&0xFEFF) {
                units.remove(0);
            }
            Some(StringData::from_units(units))
        }
        UTF32 | UTF32_BE | UTF32_LE => {
            let (quads, rest) = bytes.as_chunks::<4>();
            if !rest.is_empty() {
                return None;
            }
            let big = encoding == UTF32_BE;
            let read =
                |quad: &[u8; 4]| if big { u32::from_be_bytes(*quad) } else { u32::from_le_bytes(*quad) };
            let text: Option<String> = quads.iter().map(|quad| char::from_u32(read(quad))).collect();
            Some(StringData::from_str(&text?))
        }
        _ => None,
    }
}

/// Writes one character, of one or two units; `false` when the encoding cannot say it.
fn encode_character(character: char, encoding: u32, out: &mut Vec<u8>) -> bool {
    let code = character as u32;
    match encoding {
        ASCII if code < 0x80 => out.push(code as u8),
        MAC_ROMAN => return Latin::MacRoman.byte(character).map(|byte| out.push(byte)).is_some(),
        WINDOWS_LATIN_1 => return Latin::Windows1252.byte(character).map(|byte| out.push(byte)).is_some(),
        ISO_LATIN_1 if code < 0x100 => out.push(code as u8),
        UTF8 => out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        UTF16 | UTF16_LE => character
            .encode_utf16(&mut [0; 2])
            .iter()
            .for_each(|unit| out.extend_from_slice(&unit.to_le_bytes())),
        UTF16_BE => character
            .encode_utf16(&mut [0; 2])
            .iter()
            .for_each(|unit| out.extend_from_slice(&unit.to_be_bytes())),
        UTF32 | UTF32_LE => out.extend_from_slice(&code.to_le_bytes()),
        UTF32_BE => out.extend_from_slice(&code.to_be_bytes()),
        _ => return false,
    }
    true
}

/// Writes as much text as `room` bytes hold; characters that the encoding lacks become `loss_byte`, or end it when that is 0.
/// Returns the bytes and the number of UTF-16 units that they stand for.
pub(crate) fn encode(text: Text<'_>, encoding: u32, loss_byte: u8, room: usize) -> (Vec<u8>, usize) {
    let mut out = Vec::with_capacity(text.len().min(room));
    let mut converted = 0;
    for character in char::decode_utf16(text.units()) {
        let before = out.len();
        let units = character.as_ref().map_or(1, |character| character.len_utf16());
        let written = character.is_ok_and(|character| encode_character(character, encoding, &mut out));
        if !written {
            if loss_byte == 0 {
                break;
            }
            out.push(loss_byte);
        }
        if out.len() > room {
            out.truncate(before);
            break;
        }
        converted += units;
    }
    (out, converted)
}
