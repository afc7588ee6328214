//! The two entropy coders behind one interface: what a macroblock would cost, and its writing.

use vitascope_bits::BitWriter;

use super::bins::{Adaptation, BinCounter};
use super::macroblock::{Macroblock, Mode};
use super::neighbours::Neighbours;
use super::slice::{SliceKind, SliceState};
use super::write_cavlc::{BitCounter, skip_run};
use super::{write_cabac, write_cavlc};
use crate::syntax::cabac::{CabacEncoder, ContextSet, State};

/// Codes the macroblocks of one slice. A clone is a place to come back to.
pub(crate) trait EntropyCoder: Clone + Send + Sync + 'static {
    /// Takes over from a slice header.
    fn start(header: BitWriter, kind: SliceKind, qp: u8) -> Self;

    /// One with nothing written that would code as this one does now: for decisions that must not wait for what is
    /// written meanwhile.
    fn snapshot(&self) -> Self;

    /// Goes on past a macroblock as if it had been written.
    fn follow(&mut self, around: &Neighbours<'_>, slice: &mut SliceState, mb: &Macroblock);

    /// Bits that a macroblock would take now, in 1/256.
    fn cost(&mut self, around: &Neighbours<'_>, slice: &SliceState, mb: &Macroblock) -> u32;

    /// CABAC's present contexts; `None` with variable-length codes.
    fn states(&self) -> Option<&[State; 1024]>;

    /// Writes a macroblock.
    fn write(&mut self, around: &Neighbours<'_>, slice: &mut SliceState, mb: &Macroblock);

    /// Bytes of header and data so far, or a few more.
    fn byte_count(&self) -> usize;

    /// Ends the slice in the state after its last macroblock: header and data as one RBSP.
    fn finish(self, slice: &SliceState) -> Vec<u8>;
}

/// CABAC coding of a slice.
#[derive(Clone)]
pub(crate) struct Cabac {
    coder: CabacEncoder,
    counter: BinCounter,
    /// The slice has a macroblock, whose `end_of_slice_flag` is still to come.
    begun: bool,
}

impl EntropyCoder for Cabac {
    /// Fills the header's last byte with `cabac_alignment_one_bit`.
    fn start(header: BitWriter, kind: SliceKind, qp: u8) -> Self {
        let mut header = header;
        while !header.bit_count().is_multiple_of(8) {
            header.put(1, 1);
        }
        let initial = match kind {
            SliceKind::I => ContextSet::intra(i32::from(qp)),
            SliceKind::P | SliceKind::B => ContextSet::inter(i32::from(qp), 0),
        };
        Self {
            coder: CabacEncoder::new(header.into_bytes(), initial),
            counter: BinCounter::new(),
            begun: false,
        }
    }

    fn snapshot(&self) -> Self {
        let coder = CabacEncoder::new(Vec::new(), ContextSet(*self.coder.states()));
        Self { coder, counter: BinCounter::new(), begun: false }
    }

    fn follow(&mut self, around: &Neighbours<'_>, slice: &mut SliceState, mb: &Macroblock) {
        write_cabac::macroblock(&mut Adaptation(&mut self.coder), around, slice, mb);
    }

    fn cost(&mut self, around: &Neighbours<'_>, slice: &SliceState, mb: &Macroblock) -> u32 {
        self.counter.start(self.coder.states());
        write_cabac::macroblock(&mut self.counter, around, slice, mb);
        self.counter.cost
    }

    fn states(&self) -> Option<&[State; 1024]> {
        Some(self.coder.states())
    }

    fn write(&mut self, around: &Neighbours<'_>, slice: &mut SliceState, mb: &Macroblock) {
        if self.begun {
            self.coder.encode_terminate(false);
        }
        self.begun = true;
        write_cabac::macroblock(&mut self.coder, around, slice, mb);
        if mb.mode == Mode::IntraPcm {
            self.coder.pcm_samples(&mb.samples(slice.monochrome));
        }
    }

    fn byte_count(&self) -> usize {
        self.coder.bit_count() / 8 + 4
    }

    fn finish(mut self, _: &SliceState) -> Vec<u8> {
        self.coder.encode_terminate(true);
        self.coder.finish()
    }
}

/// CAVLC coding of a slice.
#[derive(Clone)]
pub(crate) struct Cavlc {
    writer: BitWriter,
}

impl EntropyCoder for Cavlc {
    fn start(header: BitWriter, _: SliceKind, _: u8) -> Self {
        Self { writer: header }
    }

    fn snapshot(&self) -> Self {
        Self { writer: BitWriter::new() }
    }

    fn follow(&mut self, _: &Neighbours<'_>, slice: &mut SliceState, mb: &Macroblock) {
        slice.skip_run = if mb.mode == Mode::Skip { slice.skip_run + 1 } else { 0 };
    }

    fn cost(&mut self, around: &Neighbours<'_>, slice: &SliceState, mb: &Macroblock) -> u32 {
        let mut counter = BitCounter::default();
        let mut run = slice.skip_run;
        write_cavlc::macroblock(&mut counter, around, slice, &mut run, mb);
        counter.bits * 256
    }

    fn states(&self) -> Option<&[State; 1024]> {
        None
    }

    fn write(&mut self, around: &Neighbours<'_>, slice: &mut SliceState, mb: &Macroblock) {
        let mut run = slice.skip_run;
        write_cavlc::macroblock(&mut self.writer, around, slice, &mut run, mb);
        if mb.mode == Mode::IntraPcm {
            self.writer.align(false);
            self.writer.put_bytes(&mb.samples(slice.monochrome));
        }
        slice.skip_run = run;
    }

    fn byte_count(&self) -> usize {
        self.writer.bit_count() / 8 + 5
    }

    fn finish(mut self, slice: &SliceState) -> Vec<u8> {
        skip_run(&mut self.writer, &mut slice.skip_run.clone());
        self.writer.trailing_bits();
        self.writer.into_bytes()
    }
}
