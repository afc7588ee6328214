//! Where the binarised syntax elements of a macroblock go: into the stream, or into a count.

use crate::syntax::cabac;

/// Takes bins as CABAC codes them (9.3.4).
pub(crate) trait BinSink {
    fn bin(&mut self, context: usize, bin: bool);
    fn bypass(&mut self, bin: bool);
    fn terminate(&mut self, bin: bool);
}

impl BinSink for cabac::CabacEncoder {
    #[inline(always)]
    fn bin(&mut self, context: usize, bin: bool) {
        self.encode(context, bin);
    }

    #[inline(always)]
    fn bypass(&mut self, bin: bool) {
        self.encode_bypass(bin);
    }

    #[inline(always)]
    fn terminate(&mut self, bin: bool) {
        self.encode_terminate(bin);
    }
}

/// Only adapts a coder's contexts.
pub(crate) struct Adaptation<'a>(pub(crate) &'a mut cabac::CabacEncoder);

impl BinSink for Adaptation<'_> {
    #[inline(always)]
    fn bin(&mut self, context: usize, bin: bool) {
        self.0.adapt(context, bin);
    }

    #[inline(always)]
    fn bypass(&mut self, _: bool) {}

    #[inline(always)]
    fn terminate(&mut self, _: bool) {}
}

/// Contexts that frame macroblocks of 4:2:0 video use; a count need not copy the others.
pub(crate) const CONTEXTS: usize = 460;

/// Counts what bins would cost, adapting its own copy of the contexts as the coder would.
#[derive(Clone)]
pub(crate) struct BinCounter {
    states: [u8; CONTEXTS],
    /// Cost so far in 1/256 bit.
    pub(crate) cost: u32,
}

impl BinCounter {
    pub(crate) fn new() -> Self {
        Self { states: [0; CONTEXTS], cost: 0 }
    }

    /// Starts from a coder's present contexts.
    #[inline]
    pub(crate) fn start(&mut self, states: &[u8; 1024]) {
        self.states.copy_from_slice(&states[..CONTEXTS]);
        self.cost = 0;
    }
}

impl BinSink for BinCounter {
    #[inline(always)]
    fn bin(&mut self, context: usize, bin: bool) {
        let state = &mut self.states[context];
        let (cost, next) = cabac::step(*state, bin);
        (self.cost, *state) = (self.cost + cost, next);
    }

    #[inline(always)]
    fn bypass(&mut self, _bin: bool) {
        self.cost += 256;
    }

    #[inline(always)]
    fn terminate(&mut self, bin: bool) {
        self.cost += if bin { 7 * 256 } else { 6 };
    }
}
