//! NAL units behind big-endian length fields (ISO/IEC 14496-15 5.3.3.1 and 4.3.3).

use crate::annex_b;
use crate::error::{Error, Result};

/// The NAL units of a sample; `length_size` is the size of the length field, 1, 2 or 4 bytes (3 is read as well).
///
/// # Errors
/// [`Error::LengthSize`]. Each item is an error when its length field is cut or points past the end; iteration
/// ends there.
pub fn split(sample: &[u8], length_size: usize) -> Result<NalUnits<'_>> {
    if !(1..=4).contains(&length_size) {
        return Err(Error::LengthSize(length_size));
    }
    Ok(NalUnits { sample, position: 0, length_size })
}

/// Appends one NAL unit with its length field.
///
/// # Errors
/// [`Error::LengthSize`], [`Error::LengthFieldTooSmall`]; `out` is unchanged then.
pub fn append(nal_unit: &[u8], length_size: usize, out: &mut Vec<u8>) -> Result<()> {
    if !matches!(length_size, 1 | 2 | 4) {
        return Err(Error::LengthSize(length_size));
    }
    let length = nal_unit.len();
    let field = u32::try_from(length).ok().filter(|&l| length_size == 4 || l >> (8 * length_size) == 0);
    let field = field.ok_or(Error::LengthFieldTooSmall { length, length_size })?;
    out.extend_from_slice(&field.to_be_bytes()[4 - length_size..]);
    out.extend_from_slice(nal_unit);
    Ok(())
}

/// A length-prefixed sample as a byte stream with start codes.
///
/// # Errors
/// As [`split`].
pub fn to_annex_b(sample: &[u8], length_size: usize) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(sample.len() + 16);
    for unit in split(sample, length_size)? {
        annex_b::append(unit?, &mut out);
    }
    Ok(out)
}

/// A byte stream with start codes as a length-prefixed sample.
///
/// # Errors
/// As [`append`].
pub fn from_annex_b(stream: &[u8], length_size: usize) -> Result<Vec<u8>> {
    let mut out = Vec::with_capacity(stream.len() + 16);
    for unit in annex_b::split(stream) {
        append(unit, length_size, &mut out)?;
    }
    Ok(out)
}

/// Iterator made by [`split`].
#[derive(Debug, Clone)]
pub struct NalUnits<'a> {
    sample: &'a [u8],
    position: usize,
    length_size: usize,
}

impl<'a> Iterator for NalUnits<'a> {
    type Item = Result<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = &self.sample[self.position..];
        if rest.is_empty() {
            return None;
        }
        let position = self.position;
        // Whatever is wrong ends the iteration.
        self.position = self.sample.len();
        let Some((field, payload)) = rest.split_at_checked(self.length_size) else {
            return Some(Err(Error::UnexpectedEnd {
                position: position * 8,
                wanted: self.length_size * 8,
                available: self.sample.len() * 8,
            }));
        };
        let length = field.iter().fold(0, |value, &byte| value << 8 | usize::from(byte));
        let Some(unit) = payload.get(..length) else {
            let position = position + self.length_size;
            return Some(Err(Error::NalUnitTooLong { position, length, available: payload.len() }));
        };
        self.position = position + self.length_size + length;
        Some(Ok(unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_goes_both_ways() {
        let stream = [0, 0, 0, 1, 0x65, 1, 2, 0, 0, 0, 1, 0x41];
        for length_size in [1, 2, 4] {
            let sample = from_annex_b(&stream, length_size).unwrap();
            assert_eq!(sample.len(), 4 + 2 * length_size);
            assert_eq!(to_annex_b(&sample, length_size).unwrap(), stream);
        }
    }

    #[test]
    fn wrong_lengths_are_errors() {
        assert_eq!(split(&[], 0).unwrap_err(), Error::LengthSize(0));
        assert_eq!(append(&[], 3, &mut Vec::new()), Err(Error::LengthSize(3)));
        let long = Error::LengthFieldTooSmall { length: 256, length_size: 1 };
        assert_eq!(append(&[1; 256], 1, &mut Vec::new()), Err(long));
        let mut units = split(&[0, 0, 0, 5, 1, 2], 4).unwrap();
        assert_eq!(units.next(), Some(Err(Error::NalUnitTooLong { position: 4, length: 5, available: 2 })));
        assert_eq!(units.next(), None);
        assert!(matches!(split(&[0, 0, 0], 4).unwrap().next(), Some(Err(Error::UnexpectedEnd { .. }))));
        assert_eq!(split(&[0xff; 8], 4).unwrap().count(), 1);
    }
}
