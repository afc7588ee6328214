//! The arithmetic encoder of CABAC (ITU-T H.264 9.3.4) and its context variables.

use super::cabac_init::{INTER, INTRA, Initial};
use super::cabac_tables::{NEXT, RANGE_LPS, STEPS};

pub use super::cabac_tables::BIN_COST;

/// A context variable: `pStateIdx << 1 | valMPS`, 0..=127.
pub type State = u8;

/// Cost of coding `bin` in `state`, in 1/256 bit.
#[inline(always)]
pub fn cost(state: State, bin: bool) -> u32 {
    u32::from(BIN_COST[usize::from((state ^ u8::from(bin)) & 127)])
}

/// State after `bin` was coded in `state`.
#[inline(always)]
pub fn next(state: State, bin: bool) -> State {
    NEXT[usize::from(state & 127)][usize::from(bin)]
}

/// Cost of coding `bin` in `state`, in 1/256 bit, and the state after it.
#[inline(always)]
pub fn step(state: State, bin: bool) -> (u32, State) {
    let step = STEPS[usize::from(state & 127)][usize::from(bin)];
    (step >> 8, step as State)
}

/// All 1024 context variables of a slice, by `ctxIdx`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextSet(pub [State; 1024]);

impl ContextSet {
    /// Start of an I slice (9.3.1.1). `slice_qp` is SliceQPY; the initialisation clips it to 0..=51.
    pub fn intra(slice_qp: i32) -> Self {
        Self::from_table(&INTRA, slice_qp)
    }

    /// Start of a P or B slice (9.3.1.1).
    ///
    /// # Panics
    /// When `cabac_init_idc` is not in 0..=2.
    pub fn inter(slice_qp: i32, cabac_init_idc: u8) -> Self {
        Self::from_table(&INTER[usize::from(cabac_init_idc)], slice_qp)
    }

    fn from_table(table: &[Initial; 1024], slice_qp: i32) -> Self {
        let qp = slice_qp.clamp(0, 51);
        Self(table.map(|(m, n)| {
            let pre_state = (((i32::from(m) * qp) >> 4) + i32::from(n)).clamp(1, 126);
            let state = if pre_state <= 63 { (63 - pre_state) << 1 } else { (pre_state - 64) << 1 | 1 };
            state as State
        }))
    }
}

/// Codes bins into bytes; owns the contexts of a slice.
///
/// The low end of the interval is kept as one wide number, so that whole words leave it at a time; a carry out of
/// it goes back into the bytes already written, in place of the standard's outstanding bits (9.3.4.2).
#[derive(Clone, Debug)]
pub struct CabacEncoder {
    out: Vec<u8>,
    states: [State; 1024],
    /// Low end of the interval: the standard's ten bits, above them `pending` bits yet to be written and a carry.
    low: u64,
    /// Width of the interval, 256..=510 between bins.
    range: u32,
    /// Finished bits in `low`; starts at -1 because the first bit is always zero and not written.
    pending: i32,
}

/// Finished bits that leave the register at once.
const WORD: i32 = 32;

impl CabacEncoder {
    /// Starts slice data after the whole bytes `header` (the slice header with its `cabac_alignment_one_bit`s).
    pub fn new(header: Vec<u8>, contexts: ContextSet) -> Self {
        Self { out: header, states: contexts.0, low: 0, range: 510, pending: -1 }
    }

    /// The present context variables, by `ctxIdx`.
    #[inline]
    pub fn states(&self) -> &[State; 1024] {
        &self.states
    }

    /// Adapts a context as if a bin had been coded with it.
    #[inline(always)]
    pub fn adapt(&mut self, context: usize, bin: bool) {
        debug_assert!(context < 1024);
        let state = &mut self.states[context & 1023];
        *state = next(*state, bin);
    }

    /// Codes one bin with context `context` (`ctxIdx`, 0..=1023) and adapts it (9.3.4.2).
    #[inline(always)]
    pub fn encode(&mut self, context: usize, bin: bool) {
        debug_assert!(context < 1024);
        let state = &mut self.states[context & 1023];
        let packed = usize::from(*state & 127);
        let range_lps = u32::from(RANGE_LPS[packed >> 1][(self.range >> 6 & 3) as usize]);
        let range_mps = self.range - range_lps;
        *state = NEXT[packed][usize::from(bin)];
        // All ones for the least probable symbol: it takes the upper part of the interval.
        let lps = 0u32.wrapping_sub((packed as u32 ^ u32::from(bin)) & 1);
        self.low += u64::from(range_mps & lps);
        self.range = range_mps ^ ((range_mps ^ range_lps) & lps);
        self.renormalise();
    }

    /// Codes one equiprobable bin (9.3.4.4).
    #[inline(always)]
    pub fn encode_bypass(&mut self, bin: bool) {
        self.encode_bypass_bits(u32::from(bin), 1);
    }

    /// Codes the low `count` bits (0..=16) of `bits` as equiprobable bins, most significant first.
    #[inline(always)]
    pub fn encode_bypass_bits(&mut self, bits: u32, count: u32) {
        debug_assert!(count <= 16 && bits >> count == 0);
        self.low = (self.low << count) + u64::from(self.range) * u64::from(bits);
        self.pending += count as i32;
        if self.pending >= WORD {
            self.write_word();
        }
    }

    /// Codes the suffix of an UEGk binarisation (9.3.2.3): `value` as Exp-Golomb code of order `k` with the
    /// prefix in ones, all bins equiprobable. `value` is at most 65535.
    pub fn encode_exp_golomb(&mut self, value: u32, k: u32) {
        debug_assert!(value <= 0xffff && k < 8);
        let code = value + (1 << k);
        let length = code.ilog2();
        let ones = length - k;
        // The value's limit keeps both groups within 16 bins.
        self.encode_bypass_bits((1 << ones) - 1, ones);
        self.encode_bypass_bits(0, 1);
        self.encode_bypass_bits(code - (1 << length), length);
    }

    /// Codes a bin of `ctxIdx` 276: `end_of_slice_flag`, or the bin of `mb_type` that says I_PCM (9.3.4.5).
    ///
    /// After `true` only [`finish`](Self::finish) or [`pcm_samples`](Self::pcm_samples) may follow.
    #[inline]
    pub fn encode_terminate(&mut self, bin: bool) {
        self.range -= 2;
        if bin {
            self.low += u64::from(self.range);
            self.range = 2;
        }
        self.renormalise();
    }

    /// Writes the samples of an I_PCM macroblock after its terminating bin and starts the coder anew (9.3.1.2).
    /// `samples` holds the bytes of all `pcm_sample_luma` and `pcm_sample_chroma` elements of 8-bit video.
    pub fn pcm_samples(&mut self, samples: &[u8]) {
        self.flush();
        self.out.extend_from_slice(samples);
        (self.low, self.range, self.pending) = (0, 510, -1);
    }

    /// Ends the slice after `encode_terminate(true)`: the bytes of header and slice data as an RBSP.
    /// The last one bit is `rbsp_stop_one_bit`, zeros fill the last byte.
    pub fn finish(mut self) -> Vec<u8> {
        self.flush();
        self.out
    }

    /// Bits so far, header included; what is still undecided counts as well.
    pub fn bit_count(&self) -> usize {
        (self.out.len() * 8).saturating_add_signed(self.pending as isize)
    }

    /// Scales the interval back to 256 or more (9.3.4.3).
    #[inline(always)]
    fn renormalise(&mut self) {
        let shift = self.range.leading_zeros() - 23;
        self.range <<= shift;
        self.low <<= shift;
        self.pending += shift as i32;
        if self.pending >= WORD {
            self.write_word();
        }
    }

    fn write_word(&mut self) {
        self.pending -= WORD;
        let below = self.pending + 10;
        let word = self.low >> below;
        self.low &= (1 << below) - 1;
        if word >> WORD != 0 {
            self.carry();
        }
        self.out.extend_from_slice(&(word as u32).to_be_bytes());
    }

    /// Adds one to the bytes written. It never reaches the header: the coded number stays below one.
    #[cold]
    fn carry(&mut self) {
        for byte in self.out.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
    }

    /// `EncodeFlush` (9.3.4.5) after its renormalisation: three more bits, the last one set, then zeros to a byte
    /// boundary.
    fn flush(&mut self) {
        let count = self.pending + 3;
        let bits = self.low >> 7 | 1;
        if bits >> count != 0 {
            self.carry();
        }
        let bytes = (bits << (64 - count)).to_be_bytes();
        self.out.extend_from_slice(&bytes[..(count as usize).div_ceil(8)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::cabac_decoder::CabacDecoder;
    use crate::syntax::test_random::Random;

    /// The coder as the standard draws it, Figures 9-7 to 9-12, one bit at a time.
    struct Plain {
        bits: Vec<bool>,
        states: [State; 1024],
        low: u32,
        range: u32,
        outstanding: u32,
        first: bool,
    }

    impl Plain {
        fn new(contexts: ContextSet) -> Self {
            Self { bits: vec![], states: contexts.0, low: 0, range: 510, outstanding: 0, first: true }
        }

        fn put_bit(&mut self, bit: bool) {
            if self.first {
                self.first = false;
            } else {
                self.bits.push(bit);
            }
            for _ in 0..std::mem::take(&mut self.outstanding) {
                self.bits.push(!bit);
            }
        }

        fn renormalise(&mut self) {
            while self.range < 256 {
                self.shift_out(256, 512);
                self.range <<= 1;
                self.low <<= 1;
            }
        }

        fn shift_out(&mut self, lower: u32, upper: u32) {
            if self.low < lower {
                self.put_bit(false);
            } else if self.low >= upper {
                self.low -= upper;
                self.put_bit(true);
            } else {
                self.low -= lower;
                self.outstanding += 1;
            }
        }

        fn encode(&mut self, context: usize, bin: bool) {
            let state = self.states[context];
            let range_lps = u32::from(RANGE_LPS[usize::from(state >> 1)][(self.range >> 6 & 3) as usize]);
            self.range -= range_lps;
            if bin != (state & 1 == 1) {
                self.low += self.range;
                self.range = range_lps;
            }
            self.states[context] = next(state, bin);
            self.renormalise();
        }

        fn bypass(&mut self, bin: bool) {
            self.low <<= 1;
            if bin {
                self.low += self.range;
            }
            self.shift_out(512, 1024);
        }

        fn terminate(&mut self, bin: bool) {
            self.range -= 2;
            if bin {
                self.low += self.range;
                self.range = 2;
                self.renormalise();
                self.put_bit(self.low >> 9 & 1 == 1);
                self.bits.push(self.low >> 8 & 1 == 1);
                self.bits.push(true);
            } else {
                self.renormalise();
            }
        }

        fn bytes(&self) -> Vec<u8> {
            let byte = |c: &[bool]| c.iter().enumerate().fold(0, |b, (i, &bit)| b | u8::from(bit) << (7 - i));
            self.bits.chunks(8).map(byte).collect()
        }
    }

    /// A bin to code and how.
    #[derive(Clone, Copy)]
    enum Bin {
        Context(usize, bool),
        Bypass(bool),
        Terminate,
    }

    fn script(random: &mut Random, length: usize) -> Vec<Bin> {
        // Skews of several kinds, runs of least probable symbols and of bypass bins, to provoke long carries.
        let skew = random.below(9);
        let bin = move |random: &mut Random| random.below(8) < skew;
        (0..length)
            .map(|_| match random.below(40) {
                0 => Bin::Terminate,
                1..=9 => Bin::Bypass(bin(random)),
                _ => Bin::Context(random.below(1024), bin(random)),
            })
            .collect()
    }

    #[test]
    fn bytes_equal_those_of_the_standards_procedure_and_decode_to_the_bins() {
        for seed in 1..600 {
            let mut random = Random::new(seed);
            let qp = random.below(60) as i32 - 4;
            let idc = random.below(4) as u8;
            let contexts = if idc == 3 { ContextSet::intra(qp) } else { ContextSet::inter(qp, idc) };
            let length = random.below(3000);
            let bins = script(&mut random, length);
            let mut plain = Plain::new(contexts.clone());
            let mut coder = CabacEncoder::new(vec![0xff; 3], contexts.clone());
            for &bin in &bins {
                match bin {
                    Bin::Context(context, bin) => {
                        plain.encode(context, bin);
                        coder.encode(context, bin);
                    }
                    Bin::Bypass(bin) => {
                        plain.bypass(bin);
                        coder.encode_bypass(bin);
                    }
                    Bin::Terminate => {
                        plain.terminate(false);
                        coder.encode_terminate(false);
                    }
                }
            }
            assert_eq!(coder.states(), &plain.states);
            plain.terminate(true);
            coder.encode_terminate(true);
            let bytes = coder.finish();
            assert_eq!(&bytes[..3], [0xff; 3], "a carry reached the header");
            assert_eq!(bytes[3..], plain.bytes(), "seed {seed}");
            let mut decoder = CabacDecoder::new(&bytes[3..], contexts);
            for bin in bins {
                match bin {
                    Bin::Context(context, bin) => assert_eq!(decoder.decode(context), bin),
                    Bin::Bypass(bin) => assert_eq!(decoder.decode_bypass(), bin),
                    Bin::Terminate => assert!(!decoder.decode_terminate()),
                }
            }
            assert!(decoder.decode_terminate());
            assert!(!decoder.is_exhausted());
        }
    }

    #[test]
    fn bypass_groups_equal_single_bins() {
        let mut random = Random::new(7);
        let contexts = ContextSet::intra(30);
        let mut single = CabacEncoder::new(Vec::new(), contexts.clone());
        let mut grouped = single.clone();
        let mut decoder_script = Vec::new();
        for _ in 0..5000 {
            let count = random.below(17) as u32;
            let bits = random.next() as u32 & ((1 << count) - 1);
            grouped.encode_bypass_bits(bits, count);
            for i in (0..count).rev() {
                single.encode_bypass(bits >> i & 1 == 1);
            }
            let (context, bin) = (random.below(1024), random.below(2) == 1);
            grouped.encode(context, bin);
            single.encode(context, bin);
            decoder_script.push((bits, count, context, bin));
        }
        grouped.encode_terminate(true);
        single.encode_terminate(true);
        let bytes = grouped.finish();
        assert_eq!(bytes, single.finish());
        let mut decoder = CabacDecoder::new(&bytes, contexts);
        for (bits, count, context, bin) in decoder_script {
            assert_eq!(decoder.decode_bypass_bits(count), bits);
            assert_eq!(decoder.decode(context), bin);
        }
    }

    #[test]
    fn exp_golomb_suffixes_are_read_back() {
        for k in [0, 3] {
            let values: Vec<u32> = (0..600).chain([1023, 4096, 32767, 65534, 65535]).collect();
            let mut coder = CabacEncoder::new(Vec::new(), ContextSet::intra(26));
            values.iter().for_each(|&v| coder.encode_exp_golomb(v, k));
            coder.encode_terminate(true);
            let bytes = coder.finish();
            let mut decoder = CabacDecoder::new(&bytes, ContextSet::intra(26));
            values.iter().for_each(|&v| assert_eq!(decoder.decode_exp_golomb(k), Some(v)));
        }
    }

    #[test]
    fn pcm_samples_are_aligned_and_the_coder_goes_on() {
        for lead in 0..40 {
            let contexts = ContextSet::inter(20, 1);
            let mut coder = CabacEncoder::new(vec![1, 2], contexts.clone());
            (0..lead).for_each(|i| coder.encode(60 + i, i % 3 == 0));
            coder.encode_terminate(true);
            coder.pcm_samples(&[10, 20, 30, 0]);
            (0..lead).for_each(|i| coder.encode(60 + i, i % 2 == 0));
            coder.encode_terminate(true);
            let bytes = coder.finish();
            let mut decoder = CabacDecoder::new(&bytes[2..], contexts);
            (0..lead).for_each(|i| assert_eq!(decoder.decode(60 + i), i % 3 == 0));
            assert!(decoder.decode_terminate());
            assert_eq!(decoder.pcm_samples(4), Some(&[10, 20, 30, 0][..]));
            (0..lead).for_each(|i| assert_eq!(decoder.decode(60 + i), i % 2 == 0));
            assert!(decoder.decode_terminate());
        }
    }

    #[test]
    fn contexts_start_as_the_tables_say() {
        // ctxIdx 0 of an I slice has (m, n) = (20, -15): 20 * 26 >> 4 = 32, 32 - 15 = 17, so state 46, MPS 0.
        assert_eq!(ContextSet::intra(26).0[0], 46 << 1);
        // ctxIdx 11, cabac_init_idc 0: (23, 33): (23 * 40 >> 4) + 33 = 90, so state 26, MPS 1.
        assert_eq!(ContextSet::inter(40, 0).0[11], 26 << 1 | 1);
        assert_eq!(ContextSet::intra(-6), ContextSet::intra(0));
        assert_eq!(ContextSet::inter(60, 2), ContextSet::inter(51, 2));
    }

    #[test]
    fn costs_are_the_states_probabilities() {
        for state in 0..126u8 {
            let lps = 0.5 * (0.0375f64).powf(f64::from(state >> 1) / 63.0);
            let mps = state & 1 == 1;
            let near = |value: u32, p: f64| (f64::from(value) + 256.0 * p.log2()).abs() < 0.51;
            assert!(near(cost(state, !mps), lps) && near(cost(state, mps), 1.0 - lps), "state {state}");
        }
    }
}
