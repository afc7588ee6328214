//! Most significant bit first bit reader.

use crate::error::{Error, Result};

/// Reads bits, most significant first, from a raw byte sequence payload (emulation prevention removed).
///
/// No call reads past the end of the data: it returns [`Error::UnexpectedEnd`] and leaves the position alone.
#[derive(Debug, Clone)]
pub struct BitReader<'a> {
    data: &'a [u8],
    /// Next bit, in bits from the start of `data`.
    position: usize,
}

impl<'a> BitReader<'a> {
    /// A reader at the first bit of `data`.
    pub fn new(data: &'a [u8]) -> Self {
        Self { data, position: 0 }
    }

    /// Next `count` bits (0..=32) as an unsigned number, `u(n)`.
    ///
    /// # Errors
    /// [`Error::UnexpectedEnd`] when fewer bits are left.
    #[inline]
    pub fn bits(&mut self, count: u32) -> Result<u32> {
        let value = self.look(count)?;
        self.position += count as usize;
        Ok(value)
    }

    /// Next bit as a flag, `u(1)`.
    ///
    /// # Errors
    /// [`Error::UnexpectedEnd`] at the end of the data.
    #[inline]
    pub fn flag(&mut self) -> Result<bool> {
        Ok(self.bits(1)? != 0)
    }

    /// Next `count` bits (0..=32) without moving on.
    ///
    /// # Errors
    /// [`Error::UnexpectedEnd`] when fewer bits are left.
    #[inline]
    pub fn look(&self, count: u32) -> Result<u32> {
        debug_assert!(count <= 32);
        if count as usize > self.bits_left() {
            return Err(self.end(count as usize));
        }
        Ok(((self.window() << 24 >> 24) >> (40 - count)) as u32)
    }

    /// Next `count` bits (0..=32), zeros standing in for what lies past the end.
    #[inline]
    pub fn look_padded(&self, count: u32) -> u32 {
        debug_assert!(count <= 32);
        ((self.window() << 24 >> 24) >> (40 - count)) as u32
    }

    /// Moves on by `count` bits.
    ///
    /// # Errors
    /// [`Error::UnexpectedEnd`] when fewer bits are left.
    pub fn skip(&mut self, count: usize) -> Result<()> {
        if count > self.bits_left() {
            return Err(self.end(count));
        }
        self.position += count;
        Ok(())
    }

    /// Unsigned Exp-Golomb code, `ue(v)` (ITU-T H.264 9.1), at most 4294967294.
    ///
    /// # Errors
    /// [`Error::UnexpectedEnd`], or [`Error::ExpGolombTooLong`] for codes beyond 32 bits.
    pub fn ue(&mut self) -> Result<u32> {
        let start = self.position;
        let zeros = self.look_padded(32).leading_zeros();
        if zeros == 32 {
            let left = self.bits_left();
            return Err(if left <= 32 {
                self.end(left + 1)
            } else {
                Error::ExpGolombTooLong { position: start }
            });
        }
        let wanted = 2 * zeros as usize + 1;
        if wanted > self.bits_left() {
            return Err(self.end(wanted));
        }
        self.position += zeros as usize;
        // The code proper is 1..=2^32 - 1, as its length is at most 32 bits.
        self.bits(zeros + 1).map(|code| code - 1)
    }

    /// Signed Exp-Golomb code, `se(v)` (ITU-T H.264 9.1.1).
    ///
    /// # Errors
    /// As [`ue`](Self::ue).
    pub fn se(&mut self) -> Result<i32> {
        let code = self.ue()?;
        let magnitude = (code / 2 + (code & 1)) as i32;
        Ok(if code & 1 == 1 { magnitude } else { -magnitude })
    }

    /// Truncated Exp-Golomb code, `te(v)` with range 0..=`max` (ITU-T H.264 9.1).
    ///
    /// # Errors
    /// As [`ue`](Self::ue). The value is not checked against `max`.
    pub fn te(&mut self, max: u32) -> Result<u32> {
        if max == 1 { Ok(u32::from(!self.flag()?)) } else { self.ue() }
    }

    /// Position of the next bit, in bits from the start.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Bits between the position and the end of the data.
    #[inline]
    pub fn bits_left(&self) -> usize {
        self.data.len() * 8 - self.position
    }

    /// Whether the next bit starts a byte.
    pub fn is_aligned(&self) -> bool {
        self.position.is_multiple_of(8)
    }

    /// Moves to the next byte boundary; nothing when there already.
    pub fn align(&mut self) {
        self.position = self.position.next_multiple_of(8);
    }

    /// The bytes from the next byte boundary to the end.
    pub fn remaining_bytes(&self) -> &'a [u8] {
        &self.data[self.position.div_ceil(8)..]
    }

    /// `more_rbsp_data()` (ITU-T H.264 7.2): whether anything precedes the trailing bits.
    pub fn more_rbsp_data(&self) -> bool {
        let Some(last) = self.data.iter().rposition(|&b| b != 0) else { return false };
        let stop_bit = last * 8 + 7 - self.data[last].trailing_zeros() as usize;
        self.position < stop_bit
    }

    /// Up to 40 bits from the position on, in the low 40 bits; bits before the position are above them.
    #[inline]
    fn window(&self) -> u64 {
        let byte = self.position / 8;
        let word = match self.data.get(byte..byte + 8) {
            Some(bytes) => u64::from_be_bytes(bytes.try_into().expect("a slice of 8 bytes")),
            None => {
                let mut padded = [0; 8];
                let rest = self.data.get(byte..).unwrap_or_default();
                padded[..rest.len()].copy_from_slice(rest);
                u64::from_be_bytes(padded)
            }
        };
        word >> (24 - self.position % 8)
    }

    #[cold]
    fn end(&self, wanted: usize) -> Error {
        Error::UnexpectedEnd { position: self.position, wanted, available: self.data.len() * 8 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BitWriter;

    /// Small deterministic generator (xorshift).
    struct Random(u64);

    impl Random {
        fn next(&mut self) -> u64 {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            self.0
        }
    }

    #[test]
    fn what_is_written_is_read_back() {
        for seed in 1..400 {
            let mut random = Random(seed * 0x9e37_79b9);
            let mut script = Vec::new();
            let mut w = BitWriter::new();
            for _ in 0..200 {
                let kind = random.next() % 5;
                let width = (random.next() % 33) as u32;
                let value = if width == 0 { 0 } else { random.next() as u32 >> (32 - width) };
                match kind {
                    0 => w.put(value, width),
                    1 => w.ue(value.min(u32::MAX - 1)),
                    2 => w.se((value as i32).max(-i32::MAX)),
                    3 => w.te(value & 1, 1),
                    _ => w.flag(value & 1 == 1),
                }
                script.push((kind, width, value));
            }
            w.trailing_bits();
            let bytes = w.into_bytes();
            let mut r = BitReader::new(&bytes);
            for (kind, width, value) in script {
                assert!(r.more_rbsp_data() || (kind, width) == (0, 0));
                match kind {
                    0 => assert_eq!(r.bits(width), Ok(value)),
                    1 => assert_eq!(r.ue(), Ok(value.min(u32::MAX - 1))),
                    2 => assert_eq!(r.se(), Ok((value as i32).max(-i32::MAX))),
                    3 => assert_eq!(r.te(1), Ok(value & 1)),
                    _ => assert_eq!(r.flag(), Ok(value & 1 == 1)),
                }
            }
            assert!(!r.more_rbsp_data());
        }
    }

    #[test]
    fn noise_never_panics_and_errors_keep_the_position() {
        for seed in 1..3000u64 {
            let mut random = Random(seed);
            let length = random.next() % 24;
            let data: Vec<u8> =
                (0..length).map(|_| (random.next() & random.next() & random.next()) as u8).collect();
            let mut r = BitReader::new(&data);
            loop {
                let before = r.position();
                let width = (random.next() % 33) as u32;
                let result = match random.next() % 4 {
                    0 => r.ue().map(|_| ()),
                    1 => r.se().map(|_| ()),
                    2 => r.skip(width as usize),
                    _ => r.bits(width).map(|_| ()),
                };
                assert!(r.position() <= data.len() * 8);
                if result.is_err() {
                    assert_eq!(r.position(), before);
                    break;
                }
                if r.bits_left() == 0 {
                    break;
                }
            }
        }
    }

    #[test]
    fn long_and_cut_exp_golomb_codes_are_errors() {
        assert_eq!(BitReader::new(&[0; 9]).ue(), Err(Error::ExpGolombTooLong { position: 0 }));
        assert!(matches!(BitReader::new(&[0; 3]).ue(), Err(Error::UnexpectedEnd { .. })));
        assert!(matches!(BitReader::new(&[0, 0x80]).ue(), Err(Error::UnexpectedEnd { .. })));
        let mut largest = BitWriter::new();
        largest.ue(u32::MAX - 1);
        assert_eq!(BitReader::new(largest.bytes()).ue(), Ok(u32::MAX - 1));
    }

    #[test]
    fn more_rbsp_data_stops_at_the_last_one_bit() {
        let mut r = BitReader::new(&[0b1010_0000, 0b1000_0000, 0]);
        r.skip(7).unwrap();
        assert!(r.more_rbsp_data());
        r.skip(1).unwrap();
        assert!(!r.more_rbsp_data());
        assert!(!BitReader::new(&[]).more_rbsp_data());
    }
}
