//! The two entropy coders behind one interface: what a macroblock would cost, and its writing.

use vitascope_bits::BitWriter;

use super::bins::BinCounter;
use super::macroblock::{Macroblock, Mode};
use super::neighbours::Neighbours;
use super::slice::{SliceKind, SliceState};
use super::write_cavlc::{BitCounter, skip_run};
use super::{write_cabac, write_cavlc};
use crate::syntax::cabac::CabacEncoder;

/// Codes the macroblocks of one slice.
pub(crate) trait EntropyCoder {
    /// Bits that a macroblock would take now, in 1/256.
    fn cost(&mut self, around: &Neighbours<'_>, slice: &SliceState, mb: &Macroblock) -> u32;

    /// Writes a macroblock; `last` ends the slice.
    fn write(&mut self, around: &Neighbours<'_>, slice: &mut SliceState, mb: &Macroblock, last: bool);

    /// Slice header and data as one RBSP.
    fn finish(self) -> Vec<u8>;
}

/// CABAC coding of a slice.
pub(crate) struct Cabac {
    coder: CabacEncoder,
    counter: BinCounter,
}

impl Cabac {
    /// Takes over from a slice header, whose last byte it fills with `cabac_alignment_one_bit`.
    pub(crate) fn new(header: BitWriter, kind: SliceKind, qp: u8) -> Self {
        let mut header = header;
        while !header.bit_count().is_multiple_of(8) {
            header.put(1, 1);
        }
        let initial = match kind {
            SliceKind::I => crate::syntax::cabac::ContextSet::intra(i32::from(qp)),
            SliceKind::P | SliceKind::B => crate::syntax::cabac::ContextSet::inter(i32::from(qp), 0),
        };
        Self { coder: CabacEncoder::new(header.into_bytes(), initial), counter: BinCounter::new() }
    }
}

impl EntropyCoder for Cabac {
    fn cost(&mut self, around: &Neighbours<'_>, slice: &SliceState, mb: &Macroblock) -> u32 {
        self.counter.start(self.coder.states());
        write_cabac::macroblock(&mut self.counter, around, slice, mb);
        self.counter.cost
    }

    fn write(&mut self, around: &Neighbours<'_>, slice: &mut SliceState, mb: &Macroblock, last: bool) {
        write_cabac::macroblock(&mut self.coder, around, slice, mb);
        if mb.mode == Mode::IntraPcm {
            self.coder.pcm_samples(&mb.samples());
        }
        self.coder.encode_terminate(last);
    }

    fn finish(self) -> Vec<u8> {
        self.coder.finish()
    }
}

/// CAVLC coding of a slice.
pub(crate) struct Cavlc {
    writer: BitWriter,
}

impl Cavlc {
    pub(crate) fn new(header: BitWriter) -> Self {
        Self { writer: header }
    }
}

impl EntropyCoder for Cavlc {
    fn cost(&mut self, around: &Neighbours<'_>, slice: &SliceState, mb: &Macroblock) -> u32 {
        let mut counter = BitCounter::default();
        let mut run = slice.skip_run;
        write_cavlc::macroblock(&mut counter, around, slice, &mut run, mb);
        counter.bits * 256
    }

    fn write(&mut self, around: &Neighbours<'_>, slice: &mut SliceState, mb: &Macroblock, last: bool) {
        let mut run = slice.skip_run;
        write_cavlc::macroblock(&mut self.writer, around, slice, &mut run, mb);
        if mb.mode == Mode::IntraPcm {
            self.writer.align(false);
            self.writer.put_bytes(&mb.samples());
        }
        if last {
            skip_run(&mut self.writer, &mut run);
        }
        slice.skip_run = run;
    }

    fn finish(mut self) -> Vec<u8> {
        self.writer.trailing_bits();
        self.writer.into_bytes()
    }
}
