//! Macroblock syntax in CAVLC and Exp-Golomb codes, ITU-T H.264 7.3.5, 9.1 and 9.2.

use vitascope_bits::BitWriter;

use super::macroblock::{Macroblock, Mode, Partition};
use super::neighbours::Neighbours;
use super::slice::{SliceKind, SliceState};
use super::tables::{BLOCK_RASTER, BLOCK_X, BLOCK_Y};
use super::write_cabac::wrap_delta;
use crate::syntax::cavlc;

/// Takes the bits of syntax elements: the stream itself, or a count of them.
pub(crate) trait BitSink {
    fn put(&mut self, value: u32, bits: u32);
    fn ue(&mut self, value: u32);
    fn se(&mut self, value: i32);
    /// One block of levels in scan order; `nc` as in 9.2.1.
    fn residual(&mut self, levels: &[i16], nc: i32);
}

impl BitSink for BitWriter {
    fn put(&mut self, value: u32, bits: u32) {
        BitWriter::put(self, value, bits);
    }

    fn ue(&mut self, value: u32) {
        BitWriter::ue(self, value);
    }

    fn se(&mut self, value: i32) {
        BitWriter::se(self, value);
    }

    fn residual(&mut self, levels: &[i16], nc: i32) {
        cavlc::write_residual_block(self, levels, nc, levels.len());
    }
}

/// Counts bits.
#[derive(Default)]
pub(crate) struct BitCounter {
    pub(crate) bits: u32,
}

impl BitSink for BitCounter {
    fn put(&mut self, _value: u32, bits: u32) {
        self.bits += bits;
    }

    fn ue(&mut self, value: u32) {
        self.bits += 2 * (value + 1).ilog2() + 1;
    }

    fn se(&mut self, value: i32) {
        self.ue(if value > 0 { 2 * value as u32 - 1 } else { 2 * value.unsigned_abs() });
    }

    fn residual(&mut self, levels: &[i16], nc: i32) {
        self.bits += cavlc::residual_block_bits(levels, nc, levels.len());
    }
}

/// Writes `mb_skip_run` when macroblocks have been skipped, and starts a new run.
pub(crate) fn skip_run<S: BitSink>(sink: &mut S, run: &mut u32) {
    if *run > 0 {
        sink.ue(*run);
        *run = 0;
    }
}

/// Writes a macroblock; a skipped one only lengthens the run.
pub(crate) fn macroblock<S: BitSink>(
    sink: &mut S,
    around: &Neighbours<'_>,
    slice: &SliceState,
    run: &mut u32,
    mb: &Macroblock,
) {
    let inter_types = match slice.kind {
        SliceKind::I => 0,
        kind => {
            if mb.mode == Mode::Skip {
                *run += 1;
                return;
            }
            sink.ue(*run);
            *run = 0;
            if kind == SliceKind::P { 5 } else { 23 }
        }
    };
    let cbp = mb.coded_block_pattern();
    match mb.mode {
        Mode::Skip => return,
        Mode::IntraPcm => {
            sink.ue(inter_types + 25);
            return;
        }
        Mode::Intra4x4 | Mode::Intra8x8 => {
            sink.ue(inter_types);
            if slice.transform_8x8_mode {
                sink.put(u32::from(mb.transform_8x8), 1);
            }
            intra_modes(sink, around, mb);
            if slice.monochrome {
                sink.ue(u32::from(cavlc::INTRA_CBP_LUMA_CODE[cbp as usize & 15]));
            } else {
                sink.ue(u32::from(mb.intra_chroma_mode));
                sink.ue(u32::from(cavlc::INTRA_CBP_CODE[cbp as usize]));
            }
        }
        Mode::Intra16x16 => {
            let luma = if cbp & 15 != 0 { 12 } else { 0 };
            sink.ue(inter_types + 1 + u32::from(mb.intra_16x16_mode) + 4 * (cbp >> 4) + luma);
            if !slice.monochrome {
                sink.ue(u32::from(mb.intra_chroma_mode));
            }
        }
        Mode::Inter(_) | Mode::Direct => {
            motion(sink, slice, mb);
            sink.ue(u32::from(match slice.monochrome {
                true => cavlc::INTER_CBP_LUMA_CODE[cbp as usize & 15],
                false => cavlc::INTER_CBP_CODE[cbp as usize],
            }));
            if slice.transform_8x8_mode && !mb.is_divided() && cbp & 15 != 0 {
                sink.put(u32::from(mb.transform_8x8), 1);
            }
        }
    }
    if mb.sends_qp() {
        sink.se(wrap_delta(i32::from(mb.qp) - i32::from(slice.last_qp)));
        residual(sink, around, mb);
    }
}

fn intra_modes<S: BitSink>(sink: &mut S, around: &Neighbours<'_>, mb: &Macroblock) {
    let step = if mb.mode == Mode::Intra8x8 { 4 } else { 1 };
    for block in (0..16).step_by(step) {
        let (x, y) = (BLOCK_X[block] / 4, BLOCK_Y[block] / 4);
        let predicted = around.predicted_intra_mode(&mb.intra_modes, x, y);
        let mode = mb.intra_modes[y * 4 + x];
        if mode == predicted {
            sink.put(1, 1);
        } else {
            sink.put(u32::from(mode - u8::from(mode > predicted)), 4);
        }
    }
}

fn motion<S: BitSink>(sink: &mut S, slice: &SliceState, mb: &Macroblock) {
    let Mode::Inter(partition) = mb.mode else {
        // B_Direct_16x16, the only mode without motion that comes here.
        sink.ue(0);
        return;
    };
    let parts = partition.parts();
    let mut room = [(0, 0, 0, 0); 16];
    // P_8x8ref0 says that no reference indices follow.
    let mut indices = true;
    if slice.kind == SliceKind::B {
        sink.ue(mb.b_type().unwrap_or(0));
        if partition == Partition::Quarters {
            (0..4).for_each(|quarter| sink.ue(mb.b_sub_type(quarter)));
        }
    } else {
        match partition {
            Partition::Whole => sink.ue(0),
            Partition::Rows => sink.ue(1),
            Partition::Columns => sink.ue(2),
            Partition::Quarters => {
                indices = slice.ref_counts[0] > 1 && mb.ref_idx[0].iter().any(|&r| r > 0);
                sink.ue(if indices || slice.ref_counts[0] == 1 { 3 } else { 4 });
                mb.sub.iter().for_each(|sub| sink.ue(sub.number()));
            }
        }
    }
    for list in 0..2 {
        for &(x, y, ..) in parts {
            if !mb.sends_motion(list, x, y) || !indices {
                continue;
            }
            let index = mb.ref_idx[list][y / 2 * 2 + x / 2] as u32;
            match slice.ref_counts[list] {
                0 | 1 => {}
                2 => sink.put(1 - index, 1),
                _ => sink.ue(index),
            }
        }
    }
    for list in 0..2 {
        for &(x, y, ..) in mb.motion_parts(partition, &mut room) {
            let mvd = mb.mvd[list][y * 4 + x];
            if mb.sends_motion(list, x, y) {
                sink.se(i32::from(mvd.x));
                sink.se(i32::from(mvd.y));
            }
        }
    }
}

fn residual<S: BitSink>(sink: &mut S, around: &Neighbours<'_>, mb: &Macroblock) {
    let cbp = mb.coded_block_pattern();
    let nc =
        |component: usize, x: usize, y: usize| match around.total_coeffs(&mb.total_coeff, component, x, y) {
            (Some(a), Some(b)) => (i32::from(a) + i32::from(b) + 1) >> 1,
            (Some(n), None) | (None, Some(n)) => i32::from(n),
            (None, None) => 0,
        };
    if mb.mode == Mode::Intra16x16 {
        sink.residual(&mb.levels.luma_dc, nc(0, 0, 0));
    }
    for block in 0..16 {
        if cbp >> (block / 4) & 1 == 0 {
            continue;
        }
        let raster = BLOCK_RASTER[block];
        let nc = nc(0, raster % 4, raster / 4);
        if mb.transform_8x8 {
            let whole = &mb.levels.luma_8x8[block / 4];
            let interleaved: [i16; 16] = std::array::from_fn(|i| whole[4 * i + block % 4]);
            sink.residual(&interleaved, nc);
        } else if mb.mode == Mode::Intra16x16 {
            sink.residual(&mb.levels.luma_4x4[block][1..], nc);
        } else {
            sink.residual(&mb.levels.luma_4x4[block], nc);
        }
    }
    if cbp >> 4 != 0 {
        mb.levels.chroma_dc.iter().for_each(|levels| sink.residual(levels, -1));
    }
    if cbp >> 4 == 2 {
        for (component, blocks) in mb.levels.chroma_ac.iter().enumerate() {
            for (i, levels) in blocks.iter().enumerate() {
                sink.residual(&levels[1..], nc(component + 1, i % 2, i / 2));
            }
        }
    }
}
