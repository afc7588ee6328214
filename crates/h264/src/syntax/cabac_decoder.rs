//! The arithmetic decoder of CABAC (ITU-T H.264 9.3.3).

use super::cabac::{ContextSet, State};
use super::cabac_tables::{NEXT, RANGE_LPS};

/// Decodes bins from the slice data of one slice; owns its contexts.
///
/// Past the end of the data zeros are read, so that decoding never fails in the middle of a block; whoever decodes
/// asks [`is_exhausted`](Self::is_exhausted) once a macroblock.
#[derive(Clone, Debug)]
pub struct CabacDecoder<'a> {
    data: &'a [u8],
    /// Next byte to load.
    position: usize,
    states: [State; 1024],
    /// `codIOffset` with `extra` further bits below it.
    offset: u64,
    /// Bits loaded in advance, 0..=47.
    extra: u32,
    /// `codIRange`.
    range: u32,
}

impl<'a> CabacDecoder<'a> {
    /// Starts at the first byte of `data`: slice data after its `cabac_alignment_one_bit`s, emulation prevention
    /// removed (9.3.1.2).
    pub fn new(data: &'a [u8], contexts: ContextSet) -> Self {
        let mut decoder = Self { data, position: 0, states: contexts.0, offset: 0, extra: 0, range: 0 };
        decoder.start();
        decoder
    }

    fn start(&mut self) {
        self.range = 510;
        self.offset = 0;
        for _ in 0..6 {
            self.offset = self.offset << 8 | u64::from(self.load());
        }
        self.extra = 48 - 9;
    }

    /// Decodes a bin with context `context` (`ctxIdx`, 0..=1023) and adapts it (9.3.3.2.1).
    #[inline(always)]
    pub fn decode(&mut self, context: usize) -> bool {
        debug_assert!(context < 1024);
        let state = &mut self.states[context & 1023];
        let packed = usize::from(*state & 127);
        let range_lps = u32::from(RANGE_LPS[packed >> 1][(self.range >> 6 & 3) as usize]);
        self.range -= range_lps;
        let split = u64::from(self.range) << self.extra;
        let lps = self.offset >= split;
        if lps {
            self.offset -= split;
            self.range = range_lps;
        }
        let bin = (packed & 1 == 1) != lps;
        *state = NEXT[packed][usize::from(bin)];
        let shift = self.range.leading_zeros() - 23;
        self.range <<= shift;
        self.take(shift);
        bin
    }

    /// Decodes an equiprobable bin (9.3.3.2.3).
    #[inline(always)]
    pub fn decode_bypass(&mut self) -> bool {
        self.take(1);
        let split = u64::from(self.range) << self.extra;
        let bin = self.offset >= split;
        if bin {
            self.offset -= split;
        }
        bin
    }

    /// Decodes `count` (0..=32) equiprobable bins, the first being the most significant.
    pub fn decode_bypass_bits(&mut self, count: u32) -> u32 {
        (0..count).fold(0, |bits, _| bits << 1 | u32::from(self.decode_bypass()))
    }

    /// Decodes the suffix of an UEGk binarisation (9.3.2.3): an Exp-Golomb code of order `k` with its prefix in
    /// ones. `None` when the prefix is longer than any valid value's (above 16 ones).
    pub fn decode_exp_golomb(&mut self, k: u32) -> Option<u32> {
        let mut length = k;
        let mut value = 0;
        while self.decode_bypass() {
            value += 1 << length;
            length += 1;
            if length > k + 16 {
                return None;
            }
        }
        Some(value + self.decode_bypass_bits(length))
    }

    /// Decodes a bin of `ctxIdx` 276 (9.3.3.2.2.3 of earlier, 9.3.3.2.4 of later editions).
    #[inline]
    pub fn decode_terminate(&mut self) -> bool {
        self.range -= 2;
        if self.offset >= u64::from(self.range) << self.extra {
            return true;
        }
        let shift = self.range.leading_zeros() - 23;
        self.range <<= shift;
        self.take(shift);
        false
    }

    /// Reads `count` bytes of I_PCM samples after a terminating bin and starts the decoder anew; `None` when the
    /// data ends before them.
    pub fn pcm_samples(&mut self, count: usize) -> Option<&'a [u8]> {
        // What belongs to the coder are the bits loaded but for those in advance; samples start at the next byte.
        let start = self.consumed_bits().div_ceil(8);
        let samples = self.data.get(start..)?.get(..count)?;
        self.position = start + count;
        self.start();
        Some(samples)
    }

    /// Whether more bits than the data holds were needed: the slice is damaged.
    pub fn is_exhausted(&self) -> bool {
        self.consumed_bits() > self.data.len() * 8
    }

    /// Bits that the decoder has taken in, its nine bits of look-ahead included.
    pub fn consumed_bits(&self) -> usize {
        self.position * 8 - self.extra as usize
    }

    /// Makes `count` (0..=8) bits of those in advance part of the offset.
    #[inline(always)]
    fn take(&mut self, count: u32) {
        if self.extra < count {
            self.refill();
        }
        self.extra -= count;
    }

    #[inline(never)]
    fn refill(&mut self) {
        for _ in 0..5 {
            self.offset = self.offset << 8 | u64::from(self.load());
        }
        self.extra += 40;
    }

    fn load(&mut self) -> u8 {
        let byte = self.data.get(self.position).copied().unwrap_or(0);
        // Counts on past the end, so that reading too far shows.
        self.position += 1;
        byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::test_random::Random;

    #[test]
    fn noise_ends_in_exhaustion_without_panic() {
        for seed in 1..300 {
            let mut random = Random::new(seed);
            let data: Vec<u8> = (0..random.below(60)).map(|_| random.next() as u8).collect();
            let mut decoder = CabacDecoder::new(&data, ContextSet::intra(random.below(52) as i32));
            let mut steps = 0;
            while !decoder.is_exhausted() {
                match random.below(5) {
                    0 => _ = decoder.decode_bypass(),
                    1 => _ = decoder.decode_terminate(),
                    2 => _ = decoder.decode_exp_golomb(3),
                    3 if random.below(50) == 0 => _ = decoder.pcm_samples(7),
                    _ => _ = decoder.decode(random.below(1024)),
                }
                steps += 1;
                assert!(steps < 100_000);
            }
        }
    }
}
