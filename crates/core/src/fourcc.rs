//! Four-character codes: the names of codecs, pixel formats and media types.

use std::fmt;
use std::str::FromStr;

/// A four-character code, first character in the highest byte.
///
/// A few pixel formats have small numbers for codes (32 is `kCVPixelFormatType_32ARGB`); those print as decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[doc(alias = "FourCharCode", alias = "OSType")]
pub struct FourCc(pub u32);

impl FourCc {
    /// The code with these four characters.
    pub const fn new(characters: [u8; 4]) -> Self {
        FourCc(u32::from_be_bytes(characters))
    }

    /// The four characters.
    pub const fn bytes(self) -> [u8; 4] {
        self.0.to_be_bytes()
    }

    /// Whether all four characters are printable ASCII.
    pub fn is_printable(self) -> bool {
        self.bytes().iter().all(|byte| (0x20..0x7F).contains(byte))
    }
}

impl From<u32> for FourCc {
    fn from(code: u32) -> Self {
        FourCc(code)
    }
}

impl From<FourCc> for u32 {
    fn from(code: FourCc) -> Self {
        code.0
    }
}

impl From<[u8; 4]> for FourCc {
    fn from(characters: [u8; 4]) -> Self {
        FourCc::new(characters)
    }
}

impl fmt::Display for FourCc {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_printable() {
            let [a, b, c, d] = self.bytes().map(char::from);
            write!(out, "'{a}{b}{c}{d}'")
        } else {
            write!(out, "{}", self.0)
        }
    }
}

impl fmt::Debug for FourCc {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// The text is neither four ASCII characters nor a decimal number below 2^32.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a four-character code; accepted: four ASCII characters, or a decimal number")]
pub struct ParseFourCcError(String);

impl FromStr for FourCc {
    type Err = ParseFourCcError;

    /// Reads `avc1`, `'avc1'` or a decimal number such as `32`. Four digits are characters: `5551` is a pixel format.
    fn from_str(text: &str) -> Result<Self, ParseFourCcError> {
        let inner = match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            Some(inner) if inner.len() == 4 => inner,
            _ => text,
        };
        if let Ok(characters) = <[u8; 4]>::try_from(inner.as_bytes())
            && FourCc::new(characters).is_printable()
        {
            return Ok(FourCc::new(characters));
        }
        match text.parse::<u32>() {
            Ok(code) if text.bytes().all(|byte| byte.is_ascii_digit()) => Ok(FourCc(code)),
            _ => Err(ParseFourCcError(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_characters_or_a_number() {
        assert_eq!(FourCc::new(*b"avc1").to_string(), "'avc1'");
        assert_eq!(FourCc(32).to_string(), "32");
        assert_eq!(FourCc::new(*b"av\x7f1").to_string(), "1635155761");
        assert_eq!(FourCc::new(*b"avc1").0, 1_635_148_593);
    }

    #[test]
    fn reads_what_it_prints() {
        for code in [FourCc::new(*b"avc1"), FourCc::new(*b"dv  "), FourCc(32), FourCc(1), FourCc(u32::MAX)] {
            assert_eq!(code.to_string().parse(), Ok(code), "{code}");
        }
        assert_eq!("5551".parse(), Ok(FourCc::new(*b"5551")));
        assert_eq!("BGRA".parse(), Ok(FourCc::new(*b"BGRA")));
    }

    #[test]
    fn refuses_other_text() {
        for text in ["", "abc", "abcde", "4294967296", "-1", "+1", "häh", "\u{1F600}"] {
            let error = text.parse::<FourCc>().unwrap_err();
            assert!(error.to_string().contains("four ASCII characters"), "{text}");
        }
    }
}
