//! Most significant bit first bit writer.

/// Writes bits, most significant first, into a growing byte vector.
///
/// Bits gather in a 64-bit register and leave it in groups of 32, so that
/// [`put`](Self::put) costs a few instructions.
#[derive(Debug, Clone, Default)]
pub struct BitWriter {
    bytes: Vec<u8>,
    /// Pending bits, right aligned; bits above `pending` are stale.
    register: u64,
    /// Number of pending bits, 0..=31 between calls.
    pending: u32,
}

impl BitWriter {
    /// An empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty writer with room for `bytes` bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Self::from_bytes(Vec::with_capacity(bytes))
    }

    /// A writer that goes on after the whole bytes of `bytes`.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        Self { bytes, register: 0, pending: 0 }
    }

    /// Appends the low `bits` bits of `value`, most significant first. `bits` is 0..=32 and `value` must fit.
    #[inline(always)]
    pub fn put(&mut self, value: u32, bits: u32) {
        debug_assert!(bits <= 32 && (bits == 32 || value >> bits == 0), "{value} in {bits} bits");
        self.register = (self.register << bits) | u64::from(value);
        self.pending += bits;
        if self.pending >= 32 {
            self.pending -= 32;
            self.bytes.extend_from_slice(&((self.register >> self.pending) as u32).to_be_bytes());
        }
    }

    /// Appends the low `bits` bits of `value`, `bits` being 0..=64.
    pub fn put_long(&mut self, value: u64, bits: u32) {
        if bits > 32 {
            self.put((value >> 32) as u32, bits - 32);
            self.put(value as u32, 32);
        } else {
            self.put(value as u32, bits);
        }
    }

    /// Appends one bit.
    #[inline(always)]
    pub fn flag(&mut self, value: bool) {
        self.put(u32::from(value), 1);
    }

    /// Appends an unsigned Exp-Golomb code, `ue(v)` (ITU-T H.264 9.1). Every value but `u32::MAX` has one.
    #[inline]
    pub fn ue(&mut self, value: u32) {
        debug_assert!(value != u32::MAX);
        let code = value.wrapping_add(1);
        let prefix = 31 - code.leading_zeros();
        if prefix < 16 {
            self.put(code, 2 * prefix + 1);
        } else {
            self.put(0, prefix);
            self.put(code, prefix + 1);
        }
    }

    /// Appends a signed Exp-Golomb code, `se(v)` (ITU-T H.264 9.1.1). `i32::MIN` has none.
    #[inline]
    pub fn se(&mut self, value: i32) {
        debug_assert!(value != i32::MIN);
        self.ue(se_code_number(value));
    }

    /// Appends a truncated Exp-Golomb code, `te(v)` with range 0..=`max` (ITU-T H.264 9.1).
    #[inline]
    pub fn te(&mut self, value: u32, max: u32) {
        debug_assert!(max > 0 && value <= max);
        if max == 1 { self.flag(value == 0) } else { self.ue(value) }
    }

    /// Number of bits of [`ue`](Self::ue) for `value`.
    #[inline]
    pub fn ue_bits(value: u32) -> u32 {
        2 * (31 - value.wrapping_add(1).leading_zeros()) + 1
    }

    /// Number of bits of [`se`](Self::se) for `value`.
    #[inline]
    pub fn se_bits(value: i32) -> u32 {
        Self::ue_bits(se_code_number(value))
    }

    /// Appends `rbsp_trailing_bits()`: a one, then zeros to the next byte boundary.
    pub fn trailing_bits(&mut self) {
        self.flag(true);
        self.align(false);
    }

    /// Fills up with `bit` to the next byte boundary; nothing when there already.
    pub fn align(&mut self, bit: bool) {
        let missing = self.pending.wrapping_neg() & 7;
        self.put(if bit { (1 << missing) - 1 } else { 0 }, missing);
    }

    /// Whether the next bit starts a byte.
    pub fn is_aligned(&self) -> bool {
        self.pending.is_multiple_of(8)
    }

    /// Appends whole bytes at a byte boundary.
    ///
    /// # Panics
    /// When the writer is not at a byte boundary.
    pub fn put_bytes(&mut self, bytes: &[u8]) {
        assert!(self.is_aligned(), "bytes are written at byte boundaries only");
        self.drain();
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends what another writer holds, bit by bit position.
    pub fn append(&mut self, other: &BitWriter) {
        if self.is_aligned() {
            self.drain();
            self.bytes.extend_from_slice(&other.bytes);
        } else {
            let mut words = other.bytes.chunks_exact(4);
            for word in words.by_ref() {
                self.put(u32::from_be_bytes([word[0], word[1], word[2], word[3]]), 32);
            }
            for &byte in words.remainder() {
                self.put(u32::from(byte), 8);
            }
        }
        if other.pending > 0 {
            let mask = (1u64 << other.pending) - 1;
            self.put((other.register & mask) as u32, other.pending);
        }
    }

    /// Number of bits written so far, those given to [`from_bytes`](Self::from_bytes) included.
    #[inline]
    pub fn bit_count(&self) -> usize {
        self.bytes.len() * 8 + self.pending as usize
    }

    /// Forgets all bits and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.register = 0;
        self.pending = 0;
    }

    /// The bytes written, the last one filled up with zeros.
    #[doc(alias = "bytes")]
    pub fn into_bytes(mut self) -> Vec<u8> {
        self.align(false);
        self.drain();
        self.bytes
    }

    /// Fills up with zeros to a byte boundary and lends the bytes written.
    pub fn bytes(&mut self) -> &[u8] {
        self.align(false);
        self.drain();
        &self.bytes
    }

    /// Moves whole pending bytes to the vector.
    fn drain(&mut self) {
        while self.pending >= 8 {
            self.pending -= 8;
            self.bytes.push((self.register >> self.pending) as u8);
        }
    }
}

/// Code number of a signed value: 0, 1, -1, 2, -2, ... (ITU-T H.264 Table 9-3).
#[inline]
fn se_code_number(value: i32) -> u32 {
    (value.unsigned_abs() << 1).wrapping_sub(u32::from(value > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_most_significant_first() {
        let mut w = BitWriter::new();
        w.put(0b101, 3);
        w.flag(true);
        w.put(0xabcd, 16);
        assert_eq!(w.bit_count(), 20);
        w.trailing_bits();
        assert_eq!(w.into_bytes(), [0xba, 0xbc, 0xd8]);
    }

    #[test]
    fn exp_golomb_codes_of_table_9_2() {
        let codes = ["1", "010", "011", "00100", "00101", "00110", "00111", "0001000", "0001001"];
        for (value, code) in codes.iter().enumerate() {
            let mut w = BitWriter::new();
            w.ue(value as u32);
            assert_eq!(w.bit_count(), code.len());
            assert_eq!(w.bit_count() as u32, BitWriter::ue_bits(value as u32));
            w.align(false);
            assert_eq!(w.into_bytes()[0], u8::from_str_radix(code, 2).unwrap() << (8 - code.len()));
        }
        assert_eq!([0, 1, -1, 2, -2, 3].map(se_code_number), [0, 1, 2, 3, 4, 5]);
        assert_eq!(se_code_number(i32::MAX), 0xffff_fffd);
        assert_eq!(se_code_number(-i32::MAX), 0xffff_fffe);
    }

    #[test]
    fn truncated_code_of_one_is_an_inverted_bit() {
        let mut w = BitWriter::new();
        w.te(0, 1);
        w.te(1, 1);
        w.te(2, 2);
        assert_eq!(w.into_bytes(), [0b1001_1000]);
    }

    #[test]
    fn append_joins_at_any_bit_position() {
        for lead in 0..40u32 {
            for tail in 0..70u32 {
                let (mut joined, mut first, mut second) =
                    (BitWriter::new(), BitWriter::new(), BitWriter::new());
                for i in 0..lead {
                    joined.flag(i % 3 == 0);
                    first.flag(i % 3 == 0);
                }
                for i in 0..tail {
                    joined.flag(i % 5 < 2);
                    second.flag(i % 5 < 2);
                }
                first.append(&second);
                assert_eq!(first.bit_count(), joined.bit_count());
                assert_eq!(first.into_bytes(), joined.into_bytes());
            }
        }
    }

    #[test]
    fn bytes_follow_aligned_bits() {
        let mut w = BitWriter::from_bytes(vec![9]);
        w.put(0x7, 3);
        w.align(true);
        w.put_bytes(&[1, 2]);
        assert_eq!(w.bytes(), [9, 0xff, 1, 2]);
        w.clear();
        assert_eq!(w.bit_count(), 0);
    }
}
