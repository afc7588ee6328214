//! Macroblock syntax in CABAC: binarisation and context selection, ITU-T H.264 7.3.5 and 9.3.

use super::bins::BinSink;
use super::macroblock::{Macroblock, MacroblockInfo, Mode, Partition};
use super::neighbours::Neighbours;
use super::slice::{SliceKind, SliceState};
use super::sub_partition::SubPartition;
use super::tables::{BLOCK_X, BLOCK_Y};
use super::write_cabac_residual::residual;

const MB_TYPE_I: usize = 3;
const MB_SKIP_P: usize = 11;
const MB_TYPE_P: usize = 14;
const MB_TYPE_INTRA_IN_P: usize = 17;
const SUB_MB_TYPE_P: usize = 21;
const MB_SKIP_B: usize = 24;
const MB_TYPE_B: usize = 27;
const MB_TYPE_INTRA_IN_B: usize = 32;
const SUB_MB_TYPE_B: usize = 36;
const MVD: [usize; 2] = [40, 47];
const REF_IDX: usize = 54;
const MB_QP_DELTA: usize = 60;
const INTRA_CHROMA: usize = 64;
const PREV_INTRA_MODE: usize = 68;
const REM_INTRA_MODE: usize = 69;
const CBP_LUMA: usize = 73;
const CBP_CHROMA: usize = 77;
const TRANSFORM_8X8: usize = 399;

/// Writes a macroblock, `end_of_slice_flag` excepted.
pub(crate) fn macroblock<S: BinSink>(
    sink: &mut S,
    around: &Neighbours<'_>,
    slice: &SliceState,
    mb: &Macroblock,
) {
    if slice.kind != SliceKind::I {
        let base = if slice.kind == SliceKind::P { MB_SKIP_P } else { MB_SKIP_B };
        let coded = |m: Option<&MacroblockInfo>| usize::from(m.is_some_and(|m| !m.is_skip()));
        let skip = mb.mode == Mode::Skip;
        sink.bin(base + coded(around.left) + coded(around.top), skip);
        if skip {
            return;
        }
    }
    mb_type(sink, around, slice.kind, mb);
    match mb.mode {
        Mode::IntraPcm => return,
        Mode::Intra4x4 | Mode::Intra8x8 => {
            if slice.transform_8x8_mode {
                transform_size(sink, around, mb);
            }
            intra_modes(sink, around, mb);
            if !slice.monochrome {
                intra_chroma_mode(sink, around, mb.intra_chroma_mode);
            }
        }
        Mode::Intra16x16 if slice.monochrome => {}
        Mode::Intra16x16 => intra_chroma_mode(sink, around, mb.intra_chroma_mode),
        Mode::Inter(partition) => motion(sink, around, slice, mb, partition),
        Mode::Direct => {}
        Mode::Skip => return,
    }
    if mb.mode != Mode::Intra16x16 {
        let cbp = mb.coded_block_pattern();
        luma_block_pattern(sink, around, cbp);
        if !slice.monochrome {
            chroma_block_pattern(sink, around, cbp);
        }
        let may_choose = slice.transform_8x8_mode && !mb.is_divided();
        if !mb.mode.is_intra() && may_choose && mb.coded_block_pattern() & 15 != 0 {
            transform_size(sink, around, mb);
        }
    }
    if mb.sends_qp() {
        qp_delta(sink, slice.last_delta_qp != 0, i32::from(mb.qp) - i32::from(slice.last_qp));
        residual(sink, around, mb);
    }
}

fn mb_type<S: BinSink>(sink: &mut S, around: &Neighbours<'_>, kind: SliceKind, mb: &Macroblock) {
    // The suffix in P and B slices has one context where the prefix in I slices chooses among three,
    // and shares contexts between later bins.
    let (first, base, shared) = match kind {
        SliceKind::I => {
            let large = |m: Option<&MacroblockInfo>| {
                usize::from(m.is_some_and(|m| !matches!(m.mode, Mode::Intra4x4 | Mode::Intra8x8)))
            };
            (MB_TYPE_I + large(around.left) + large(around.top), MB_TYPE_I + 3, false)
        }
        SliceKind::P => {
            sink.bin(MB_TYPE_P, mb.mode.is_intra());
            if let Mode::Inter(partition) = mb.mode {
                mb_type_p(sink, partition);
                return;
            }
            (MB_TYPE_INTRA_IN_P, MB_TYPE_INTRA_IN_P + 1, true)
        }
        SliceKind::B => {
            mb_type_b(sink, around, mb);
            if !mb.mode.is_intra() {
                return;
            }
            (MB_TYPE_INTRA_IN_B, MB_TYPE_INTRA_IN_B + 1, true)
        }
    };
    match mb.mode {
        Mode::Intra4x4 | Mode::Intra8x8 => sink.bin(first, false),
        Mode::IntraPcm => {
            sink.bin(first, true);
            sink.terminate(true);
        }
        _ => {
            let cbp = mb.coded_block_pattern();
            sink.bin(first, true);
            sink.terminate(false);
            sink.bin(base, cbp & 15 != 0);
            sink.bin(base + 1, cbp >> 4 != 0);
            if cbp >> 4 != 0 {
                sink.bin(if shared { base + 1 } else { base + 2 }, cbp >> 4 == 2);
            }
            let mode = mb.intra_16x16_mode;
            sink.bin(if shared { base + 2 } else { base + 3 }, mode & 2 != 0);
            sink.bin(if shared { base + 2 } else { base + 4 }, mode & 1 != 0);
        }
    }
}

fn mb_type_p<S: BinSink>(sink: &mut S, partition: Partition) {
    let (second, third) = match partition {
        Partition::Whole => (false, false),
        Partition::Quarters => (false, true),
        Partition::Columns => (true, false),
        Partition::Rows => (true, true),
    };
    sink.bin(MB_TYPE_P + 1, second);
    sink.bin(if second { MB_TYPE_P + 3 } else { MB_TYPE_P + 2 }, third);
}

/// Prefix of `mb_type` in B slices, Table 9-37.
fn mb_type_b<S: BinSink>(sink: &mut S, around: &Neighbours<'_>, mb: &Macroblock) {
    let sent = |m: Option<&MacroblockInfo>| {
        usize::from(m.is_some_and(|m| !matches!(m.mode, Mode::Skip | Mode::Direct)))
    };
    let first = MB_TYPE_B + sent(around.left) + sent(around.top);
    let number = mb.b_type();
    sink.bin(first, number != Some(0));
    let (bits, count) = match number {
        Some(0) => return,
        Some(n @ 1..=2) => {
            sink.bin(MB_TYPE_B + 3, false);
            sink.bin(MB_TYPE_B + 5, n == 2);
            return;
        }
        Some(n @ 3..=10) => (n - 3, 4),
        Some(11) => (14, 4),
        Some(22) => (15, 4),
        Some(n) => (n + 4, 5),
        None => (13, 4),
    };
    sink.bin(MB_TYPE_B + 3, true);
    sink.bin(MB_TYPE_B + 4, bits >> (count - 1) & 1 != 0);
    (0..count - 1).rev().for_each(|i| sink.bin(MB_TYPE_B + 5, bits >> i & 1 != 0));
}

/// `sub_mb_type` in P slices, Table 9-38.
fn sub_mb_type_p<S: BinSink>(sink: &mut S, sub: SubPartition) {
    sink.bin(SUB_MB_TYPE_P, sub == SubPartition::Whole);
    if sub != SubPartition::Whole {
        sink.bin(SUB_MB_TYPE_P + 1, sub != SubPartition::Rows);
        if sub != SubPartition::Rows {
            sink.bin(SUB_MB_TYPE_P + 2, sub == SubPartition::Columns);
        }
    }
}

/// `sub_mb_type` in B slices for the types in use, none smaller than 8x8.
fn sub_mb_type_b<S: BinSink>(sink: &mut S, number: u32) {
    sink.bin(SUB_MB_TYPE_B, number != 0);
    match number {
        0 => {}
        1 | 2 => {
            sink.bin(SUB_MB_TYPE_B + 1, false);
            sink.bin(SUB_MB_TYPE_B + 3, number == 2);
        }
        _ => {
            sink.bin(SUB_MB_TYPE_B + 1, true);
            sink.bin(SUB_MB_TYPE_B + 2, false);
            sink.bin(SUB_MB_TYPE_B + 3, false);
            sink.bin(SUB_MB_TYPE_B + 3, false);
        }
    }
}

fn transform_size<S: BinSink>(sink: &mut S, around: &Neighbours<'_>, mb: &Macroblock) {
    let set = |m: Option<&MacroblockInfo>| usize::from(m.is_some_and(|m| m.transform_8x8));
    sink.bin(TRANSFORM_8X8 + set(around.left) + set(around.top), mb.transform_8x8);
}

fn intra_modes<S: BinSink>(sink: &mut S, around: &Neighbours<'_>, mb: &Macroblock) {
    let step = if mb.mode == Mode::Intra8x8 { 4 } else { 1 };
    for block in (0..16).step_by(step) {
        let (x, y) = (BLOCK_X[block] / 4, BLOCK_Y[block] / 4);
        // Later blocks of the array do not influence the prediction of this one.
        let predicted = around.predicted_intra_mode(&mb.intra_modes, x, y);
        let mode = mb.intra_modes[y * 4 + x];
        sink.bin(PREV_INTRA_MODE, mode == predicted);
        if mode != predicted {
            let rem = mode - u8::from(mode > predicted);
            (0..3).for_each(|i| sink.bin(REM_INTRA_MODE, rem >> i & 1 != 0));
        }
    }
}

fn intra_chroma_mode<S: BinSink>(sink: &mut S, around: &Neighbours<'_>, mode: u8) {
    let directed = |m: Option<&MacroblockInfo>| usize::from(m.is_some_and(|m| m.intra_chroma_mode != 0));
    sink.bin(INTRA_CHROMA + directed(around.left) + directed(around.top), mode != 0);
    if mode != 0 {
        sink.bin(INTRA_CHROMA + 3, mode > 1);
        if mode > 1 {
            sink.bin(INTRA_CHROMA + 3, mode > 2);
        }
    }
}

fn motion<S: BinSink>(
    sink: &mut S,
    around: &Neighbours<'_>,
    slice: &SliceState,
    mb: &Macroblock,
    partition: Partition,
) {
    let mut room = [(0, 0, 0, 0); 16];
    let parts = mb.motion_parts(partition, &mut room);
    if partition == Partition::Quarters {
        for quarter in 0..4 {
            match slice.kind {
                SliceKind::B => sub_mb_type_b(sink, mb.b_sub_type(quarter)),
                _ => sub_mb_type_p(sink, mb.sub[quarter]),
            }
        }
    }
    for list in 0..2 {
        if slice.ref_counts[list] > 1 {
            reference_indices(sink, around, mb, partition, list);
        }
    }
    for list in 0..2 {
        let mut absolute = [[0u8; 2]; 16];
        for &(x, y, w, h) in parts {
            if !mb.sends_motion(list, x, y) {
                continue;
            }
            let sum = |component: usize| {
                let at = |m: Option<&MacroblockInfo>, block: usize| {
                    m.map_or(0, |m| u32::from(m.mvd[list][block][component]))
                };
                let left = if x > 0 {
                    u32::from(absolute[y * 4 + x - 1][component])
                } else {
                    at(around.left, y * 4 + 3)
                };
                let top = if y > 0 {
                    u32::from(absolute[y * 4 + x - 4][component])
                } else {
                    at(around.top, 12 + x)
                };
                left + top
            };
            let sums = [sum(0), sum(1)];
            let mvd = mb.mvd[list][y * 4 + x];
            vector_difference(sink, MVD[0], sums[0], mvd.x);
            vector_difference(sink, MVD[1], sums[1], mvd.y);
            fill_absolute(&mut absolute, (x, y, w, h), mvd);
        }
    }
}

fn reference_indices<S: BinSink>(
    sink: &mut S,
    around: &Neighbours<'_>,
    mb: &Macroblock,
    partition: Partition,
    list: usize,
) {
    // Derived motion counts as reference 0 (9.3.3.1.1.6).
    let later = |m: Option<&MacroblockInfo>, quarter: usize| {
        m.is_some_and(|m| m.ref_idx[list][quarter] > 0 && m.direct >> quarter & 1 == 0)
    };
    let own = |quarter: usize| mb.ref_idx[list][quarter] > 0 && mb.direct >> quarter & 1 == 0;
    for &(x, y, ..) in partition.parts() {
        if !mb.sends_motion(list, x, y) {
            continue;
        }
        let quarter = y / 2 * 2 + x / 2;
        let left = if x > 0 { own(quarter - 1) } else { later(around.left, quarter + 1) };
        let top = if y > 0 { own(quarter - 2) } else { later(around.top, quarter + 2) };
        reference_index(sink, usize::from(left) + 2 * usize::from(top), mb.ref_idx[list][quarter]);
    }
}

/// Notes a part's absolute vector difference for the contexts of later ones.
pub(crate) fn fill_absolute(
    absolute: &mut [[u8; 2]; 16],
    (x, y, w, h): (usize, usize, usize, usize),
    mvd: super::macroblock::Mv,
) {
    // Sums above 32 all choose the same context, so saturation at 64 loses nothing.
    let value = [mvd.x.unsigned_abs().min(64) as u8, mvd.y.unsigned_abs().min(64) as u8];
    for j in y..y + h {
        absolute[j * 4 + x..j * 4 + x + w].fill(value);
    }
}

fn reference_index<S: BinSink>(sink: &mut S, increment: usize, ref_idx: i8) {
    let mut context = increment;
    for _ in 0..ref_idx {
        sink.bin(REF_IDX + context, true);
        context = if context < 4 { 4 } else { 5 };
    }
    sink.bin(REF_IDX + context, false);
}

/// UEG3 with a prefix of at most nine ones (9.3.2.3).
fn vector_difference<S: BinSink>(sink: &mut S, base: usize, neighbour_sum: u32, value: i16) {
    let increment = match neighbour_sum {
        0..=2 => 0,
        3..=32 => 1,
        _ => 2,
    };
    let magnitude = u32::from(value.unsigned_abs());
    sink.bin(base + increment, magnitude != 0);
    if magnitude == 0 {
        return;
    }
    let prefix = magnitude.min(9);
    for i in 1..prefix {
        sink.bin(base + (2 + i as usize).min(6), true);
    }
    if prefix < 9 {
        sink.bin(base + (2 + prefix as usize).min(6), false);
    } else {
        exp_golomb(sink, magnitude - 9, 3);
    }
    sink.bypass(value < 0);
}

/// k-th order Exp-Golomb suffix in bypass bins (9.3.2.3).
pub(crate) fn exp_golomb<S: BinSink>(sink: &mut S, mut value: u32, mut k: u32) {
    while value >= 1 << k {
        sink.bypass(true);
        value -= 1 << k;
        k += 1;
    }
    sink.bypass(false);
    for i in (0..k).rev() {
        sink.bypass(value >> i & 1 != 0);
    }
}

/// The luma part of `coded_block_pattern`.
fn luma_block_pattern<S: BinSink>(sink: &mut S, around: &Neighbours<'_>, cbp: u32) {
    let pattern = |m: Option<&MacroblockInfo>, absent: u32| m.map_or(absent, |m| u32::from(m.cbp));
    // A luma block counts when it is coded without coefficients; one outside the slice does not.
    let (left, top) = (pattern(around.left, 15), pattern(around.top, 15));
    let empty = |p: u32, bit: u32| usize::from(p >> bit & 1 == 0);
    let contexts = [
        empty(left, 1) + 2 * empty(top, 2),
        empty(cbp, 0) + 2 * empty(top, 3),
        empty(left, 3) + 2 * empty(cbp, 0),
        empty(cbp, 2) + 2 * empty(cbp, 1),
    ];
    for (bit, increment) in contexts.into_iter().enumerate() {
        sink.bin(CBP_LUMA + increment, cbp >> bit & 1 != 0);
    }
}

/// The chroma part of `coded_block_pattern`.
fn chroma_block_pattern<S: BinSink>(sink: &mut S, around: &Neighbours<'_>, cbp: u32) {
    let chroma = |m: Option<&MacroblockInfo>| m.map_or(0, |m| m.cbp >> 4 & 3);
    let (left, top, own) = (chroma(around.left), chroma(around.top), cbp >> 4);
    sink.bin(CBP_CHROMA + usize::from(left != 0) + 2 * usize::from(top != 0), own != 0);
    if own != 0 {
        sink.bin(CBP_CHROMA + 4 + usize::from(left == 2) + 2 * usize::from(top == 2), own == 2);
    }
}

fn qp_delta<S: BinSink>(sink: &mut S, previous_changed: bool, delta: i32) {
    // The decoder works modulo 52, so the shorter way round is always at hand.
    let delta = wrap_delta(delta);
    let mapped = if delta > 0 { 2 * delta - 1 } else { -2 * delta };
    let mut context = usize::from(previous_changed);
    for _ in 0..mapped {
        sink.bin(MB_QP_DELTA + context, true);
        context = if context < 2 { 2 } else { 3 };
    }
    sink.bin(MB_QP_DELTA + context, false);
}

/// `mb_qp_delta` in its range -26..=25 (7.4.5).
pub(crate) fn wrap_delta(delta: i32) -> i32 {
    (delta + 26).rem_euclid(52) - 26
}
