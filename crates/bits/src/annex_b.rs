//! Byte stream format: NAL units between start codes (ITU-T H.264 Annex B).

/// The NAL units of a byte stream, start codes and zero padding removed; empty ones are left out.
///
/// Bytes before the first start code are not part of any NAL unit and are skipped.
pub fn split(stream: &[u8]) -> NalUnits<'_> {
    let rest = start_code(stream).map_or(&[][..], |at| &stream[at + 3..]);
    NalUnits { rest }
}

/// Appends one NAL unit with a four-byte start code.
pub fn append(nal_unit: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&[0, 0, 0, 1]);
    out.extend_from_slice(nal_unit);
}

/// Iterator made by [`split`].
#[derive(Debug, Clone)]
pub struct NalUnits<'a> {
    /// What follows the last start code seen.
    rest: &'a [u8],
}

impl<'a> Iterator for NalUnits<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while !self.rest.is_empty() {
            let (unit, rest) = match start_code(self.rest) {
                Some(at) => (&self.rest[..at], &self.rest[at + 3..]),
                None => (self.rest, &[][..]),
            };
            self.rest = rest;
            // A NAL unit never ends in a zero byte: zeros here are padding or the fourth byte of a start code.
            let length = unit.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1);
            if length > 0 {
                return Some(&unit[..length]);
            }
        }
        None
    }
}

/// Position of the first 0, 0, 1.
fn start_code(data: &[u8]) -> Option<usize> {
    let mut i = 2;
    while let Some(&third) = data.get(i) {
        match third {
            0 => i += 1,
            1 if data[i - 1] == 0 && data[i - 2] == 0 => return Some(i - 2),
            _ => i += 3,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stream: &[u8], expected: &[&[u8]]) {
        assert_eq!(split(stream).collect::<Vec<_>>(), expected, "{stream:?}");
    }

    #[test]
    fn units_lie_between_start_codes() {
        check(&[], &[]);
        check(&[1, 2, 3], &[]);
        check(&[0, 0, 1], &[]);
        check(&[0, 0, 0, 1, 9, 8, 0, 0, 1, 7], &[&[9, 8], &[7]]);
        check(&[5, 0, 0, 1, 9, 0, 0, 0, 0, 1, 0, 0, 1, 7, 0, 0], &[&[9], &[7]]);
        check(&[0, 0, 1, 1, 0, 1, 0, 0, 3, 1, 0, 0, 1, 2], &[&[1, 0, 1, 0, 0, 3, 1], &[2]]);
    }

    #[test]
    fn appended_units_are_found_again() {
        let mut stream = Vec::new();
        append(&[0x67, 1], &mut stream);
        append(&[0x68, 0, 0, 3, 1], &mut stream);
        check(&stream, &[&[0x67, 1], &[0x68, 0, 0, 3, 1]]);
    }
}
