//! Levels in CABAC: coded block flags, significance maps and magnitudes, ITU-T H.264 7.3.5.3.3 and 9.3.3.1.3.

use super::bins::BinSink;
use super::macroblock::{CBP_DC_CHROMA, CBP_DC_LUMA, Macroblock, MacroblockInfo, Mode};
use super::neighbours::Neighbours;
use super::tables::BLOCK_RASTER;
use super::write_cabac::exp_golomb;

pub(super) const CODED_BLOCK: usize = 85;
pub(super) const SIGNIFICANT: usize = 105;
pub(super) const LAST: usize = 166;
pub(super) const LEVEL: usize = 227;
pub(super) const SIGNIFICANT_8X8: usize = 402;
pub(super) const LAST_8X8: usize = 417;
pub(super) const LEVEL_8X8: usize = 426;

/// Kinds of residual block (ctxBlockCat, Table 9-42).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    LumaDc16x16 = 0,
    LumaAc16x16 = 1,
    Luma4x4 = 2,
    ChromaDc = 3,
    ChromaAc = 4,
}

/// Offsets of each category in the contexts of significance and of level (Table 9-40).
pub(super) const SIGNIFICANT_OFFSET: [usize; 5] = [0, 15, 29, 44, 47];
pub(super) const LEVEL_OFFSET: [usize; 5] = [0, 10, 20, 30, 39];

/// Table 9-43, frame macroblocks: context increments of an 8x8 block's significance and last flags.
pub(super) const SIGNIFICANT_8X8_INC: [u8; 63] = [
    0, 1, 2, 3, 4, 5, 5, 4, 4, 3, 3, 4, 4, 4, 5, 5, 4, 4, 4, 4, 3, 3, 6, 7, 7, 7, 8, 9, 10, 9, 8, 7, 7, 6,
    11, 12, 13, 11, 6, 7, 8, 9, 14, 10, 9, 8, 6, 11, 12, 13, 11, 6, 9, 14, 10, 9, 11, 12, 13, 11, 14, 10, 12,
];
pub(super) const LAST_8X8_INC: [u8; 63] = [
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3,
    3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8,
];

/// Writes all blocks of levels of a macroblock that has any.
pub(crate) fn residual<S: BinSink>(sink: &mut S, around: &Neighbours<'_>, mb: &Macroblock) {
    let cbp = mb.coded_block_pattern();
    // Outside the slice counts as coded for intra macroblocks only (9.3.3.1.1.9).
    let absent = u16::from(mb.mode.is_intra());
    let dc_context = |bit: u16| {
        let flag = |m: Option<&MacroblockInfo>| m.map_or(absent, |m| u16::from(m.cbp & bit != 0));
        usize::from(flag(around.left) + 2 * flag(around.top))
    };
    let block_context = |component: usize, x: usize, y: usize| {
        let (left, top) = around.total_coeffs(&mb.total_coeff, component, x, y);
        let flag = |n: Option<u8>| n.map_or(absent, |n| u16::from(n != 0));
        usize::from(flag(left) + 2 * flag(top))
    };
    if mb.mode == Mode::Intra16x16 {
        block(sink, Category::LumaDc16x16, dc_context(CBP_DC_LUMA), &mb.levels.luma_dc);
    }
    for quarter in 0..4 {
        if cbp >> quarter & 1 == 0 {
            continue;
        }
        if mb.transform_8x8 {
            block_8x8(sink, &mb.levels.luma_8x8[quarter]);
            continue;
        }
        let blocks = 4 * quarter..4 * quarter + 4;
        for (&raster, levels) in BLOCK_RASTER[blocks.clone()].iter().zip(&mb.levels.luma_4x4[blocks]) {
            let context = block_context(0, raster % 4, raster / 4);
            if mb.mode == Mode::Intra16x16 {
                block(sink, Category::LumaAc16x16, context, &levels[1..]);
            } else {
                block(sink, Category::Luma4x4, context, levels);
            }
        }
    }
    if cbp >> 4 != 0 {
        for (levels, bit) in mb.levels.chroma_dc.iter().zip(CBP_DC_CHROMA) {
            block(sink, Category::ChromaDc, dc_context(bit), levels);
        }
    }
    if cbp >> 4 == 2 {
        for (component, blocks) in mb.levels.chroma_ac.iter().enumerate() {
            for (i, levels) in blocks.iter().enumerate() {
                let context = block_context(component + 1, i % 2, i / 2);
                block(sink, Category::ChromaAc, context, &levels[1..]);
            }
        }
    }
}

/// `residual_block_cabac` with `coded_block_flag`.
#[inline]
pub(super) fn block<S: BinSink>(sink: &mut S, category: Category, flag_context: usize, levels: &[i16]) {
    let c = category as usize;
    let mask = nonzero(levels);
    sink.bin(CODED_BLOCK + 4 * c + flag_context, mask != 0);
    if mask == 0 {
        return;
    }
    let last = 63 - mask.leading_zeros() as usize;
    let end = levels.len() - 1;
    let (significant, last_base) = (SIGNIFICANT + SIGNIFICANT_OFFSET[c], LAST + SIGNIFICANT_OFFSET[c]);
    for i in 0..last.min(end) {
        let set = mask >> i & 1 != 0;
        sink.bin(significant + i, set);
        if set {
            sink.bin(last_base + i, false);
        }
    }
    if last < end {
        sink.bin(significant + last, true);
        sink.bin(last_base + last, true);
    }
    let limit = if category == Category::ChromaDc { 3 } else { 4 };
    level_values(sink, LEVEL + LEVEL_OFFSET[c], limit, levels, mask);
}

pub(super) fn block_8x8<S: BinSink>(sink: &mut S, levels: &[i16; 64]) {
    let mask = nonzero(levels);
    let last = 63 - mask.leading_zeros() as usize;
    for i in 0..last {
        let set = mask >> i & 1 != 0;
        sink.bin(SIGNIFICANT_8X8 + usize::from(SIGNIFICANT_8X8_INC[i]), set);
        if set {
            sink.bin(LAST_8X8 + usize::from(LAST_8X8_INC[i]), false);
        }
    }
    if last < 63 {
        sink.bin(SIGNIFICANT_8X8 + usize::from(SIGNIFICANT_8X8_INC[last]), true);
        sink.bin(LAST_8X8 + usize::from(LAST_8X8_INC[last]), true);
    }
    level_values(sink, LEVEL_8X8, 4, levels, mask);
}

/// Bit i is set where level i, of at most 64, is not zero.
#[inline(always)]
fn nonzero(levels: &[i16]) -> u64 {
    const SIGNS: u64 = 0x8000_8000_8000_8000;
    // Bits 0, 16, 32 and 48 come to 48 and the three above it.
    const GATHER: u64 = 1 << 48 | 1 << 33 | 1 << 18 | 1 << 3;
    let (fours, rest) = levels.as_chunks::<4>();
    let mut mask = 0;
    for (i, four) in fours.iter().enumerate() {
        let words = (0..4).fold(0, |words, i| words | u64::from(four[i] as u16) << (16 * i));
        let set = (((words & !SIGNS) + !SIGNS) | words) & SIGNS;
        mask |= ((set >> 15).wrapping_mul(GATHER) >> 48 & 15) << (4 * i);
    }
    let before = 4 * fours.len();
    rest.iter().enumerate().fold(mask, |mask, (i, &level)| mask | u64::from(level != 0) << (before + i))
}

/// Magnitudes and signs, highest frequency first.
#[inline]
fn level_values<S: BinSink>(sink: &mut S, base: usize, limit: usize, levels: &[i16], mut mask: u64) {
    let (mut ones, mut larger) = (0usize, 0usize);
    while mask != 0 {
        let i = 63 - mask.leading_zeros() as usize;
        mask ^= 1 << i;
        let value = levels[i];
        let magnitude = u32::from(value.unsigned_abs());
        let first = if larger != 0 { 0 } else { (1 + ones).min(4) };
        sink.bin(base + first, magnitude > 1);
        if magnitude > 1 {
            let rest = base + 5 + larger.min(limit);
            let prefix = (magnitude - 1).min(14);
            for _ in 1..prefix {
                sink.bin(rest, true);
            }
            if prefix < 14 {
                sink.bin(rest, false);
            } else {
                exp_golomb(sink, magnitude - 15, 0);
            }
            larger += 1;
        } else {
            ones += 1;
        }
        sink.bypass(value < 0);
    }
}

#[cfg(test)]
mod tests {
    use super::nonzero;

    #[test]
    fn levels_that_are_not_zero_are_found() {
        let mut levels = [0i16; 64];
        for (i, value) in [(0, 1), (3, -1), (4, i16::MIN), (14, i16::MAX), (15, 256), (62, -256), (63, 2)] {
            levels[i] = value;
            for length in [4, 15, 16, 64] {
                let expected = (0..length).filter(|&i| levels[i] != 0).fold(0, |mask, i| mask | 1 << i);
                assert_eq!(nonzero(&levels[..length]), expected, "{length} levels");
            }
        }
    }
}
