//! Quantisation by rate and distortion: of all ways to round the coefficients of a block, the one with the
//! least squared error plus lambda times bits under CABAC's present contexts.
//!
//! The bits of a level depend on the levels after it in the scan only through how many of those are one
//! and how many are larger (9.3.3.1.3), so the best rounding is a shortest path through eight states from
//! the last coefficient to the first.

#[cfg(test)]
mod tests;

use vitascope_dsp::video::{VideoKernels, ZIGZAG_4X4, ZIGZAG_8X8};

use super::macroblock::{CBP_DC_CHROMA, CBP_DC_LUMA, Macroblock, MacroblockInfo};
use super::neighbours::Neighbours;
use super::residual::quantise;
use super::slice::SliceKind;
use super::tables::{BLOCK_RASTER, INTER_LAMBDA_SCALE, Quantiser, lambda_ssd, squared_step};
use super::trellis_cavlc::{CodedBlock, expected_levels};
use super::write_cabac_residual::{
    CODED_BLOCK, Category, LAST, LAST_8X8, LAST_8X8_INC, LEVEL, LEVEL_8X8, LEVEL_OFFSET, SIGNIFICANT,
    SIGNIFICANT_8X8, SIGNIFICANT_8X8_INC, SIGNIFICANT_OFFSET,
};
use crate::syntax::cabac::{State, cost};

/// What choosing levels needs to know of the macroblock: the entropy coder and the blocks around.
pub(crate) struct Rates<'a> {
    /// CABAC's contexts; `None` with variable-length codes.
    pub(crate) states: Option<&'a [State; 1024]>,
    pub(crate) around: Neighbours<'a>,
    /// Lambda over the squared quantiser step, for bits in 1/256 and errors in 1/65536 of a squared step.
    pub(crate) luma: i64,
    pub(crate) chroma: i64,
}

/// Bits count for so many 1/256 of what [`lambda_ssd`] says; for less where all later pictures depend on the outcome.
const LAMBDA_SCALE: u64 = INTER_LAMBDA_SCALE;
const INTRA_LAMBDA_SCALE: u64 = 112;

/// Scan, contexts and costs of one kind of block.
struct Block<'a> {
    rates: &'a Rates<'a>,
    lambda: i64,
    /// First context of significance, last and level flags.
    significant: usize,
    last: usize,
    level: usize,
    /// Context increments by position in the scan; `None` where they are the position itself.
    increments: Option<(&'static [u8; 63], &'static [u8; 63])>,
    /// Most larger levels that choose a context of their own.
    limit: usize,
    /// `coded_block_flag` of an empty block and of another.
    coded: [i64; 2],
}

impl<'a> Rates<'a> {
    /// For a macroblock of luma quantiser `qp` and chroma quantiser `chroma_qp`.
    pub(crate) fn new(
        states: Option<&'a [State; 1024]>,
        around: Neighbours<'a>,
        qp: u8,
        chroma_qp: u8,
        kind: SliceKind,
    ) -> Self {
        let scale = if kind == SliceKind::I { INTRA_LAMBDA_SCALE } else { LAMBDA_SCALE };
        let over = |step_qp: u8| (lambda_ssd(qp) * scale / squared_step(step_qp)) as i64;
        Self { states, around, luma: over(qp), chroma: over(chroma_qp) }
    }

    /// Levels of a luma 4x4 block that holds its own DC, in coding order `block`; how many there are, or just 1 for any with
    /// CABAC.
    pub(crate) fn luma_4x4(
        &self,
        k: &VideoKernels,
        q: &Quantiser,
        mb: &Macroblock,
        block: usize,
        coeffs: &mut [i16; 16],
    ) -> u8 {
        self.luma_block(k, q, mb, block, (Category::Luma4x4, 0), coeffs)
    }

    /// Levels of an Intra16x16 block without its DC, and how many as of [`luma_4x4`](Self::luma_4x4).
    pub(crate) fn luma_ac(
        &self,
        k: &VideoKernels,
        q: &Quantiser,
        mb: &Macroblock,
        block: usize,
        coeffs: &mut [i16; 16],
    ) -> u8 {
        self.luma_block(k, q, mb, block, (Category::LumaAc16x16, 1), coeffs)
    }

    /// Levels of a luma block of a category, from its first coefficient on.
    fn luma_block(
        &self,
        k: &VideoKernels,
        q: &Quantiser,
        mb: &Macroblock,
        block: usize,
        (category, first): (Category, usize),
        coeffs: &mut [i16; 16],
    ) -> u8 {
        let mut nearest = *coeffs;
        if !k.quantise4x4.call(&mut nearest, &q.scale_4x4, &q.bias_4x4) {
            *coeffs = nearest;
            return 0;
        }
        let raster = BLOCK_RASTER[block];
        let place = (raster % 4, raster / 4);
        if self.states.is_none() {
            let nc = expected_levels(&self.around, &mb.total_coeff, 0, place);
            return self.codes(self.luma, nc).run(coeffs, &nearest, &q.scale_4x4, scanned(first));
        }
        let flag = self.block_flag(mb, 0, place.0, place.1);
        self.block(category, flag, self.luma).run(coeffs, &nearest, &q.scale_4x4, &ZIGZAG_4X4, first).into()
    }

    /// Levels of the DCs of Intra16x16 luma after their own transform.
    pub(crate) fn luma_dc(
        &self,
        k: &VideoKernels,
        q: &Quantiser,
        mb: &Macroblock,
        dc: &mut [i16; 16],
    ) -> bool {
        let mut nearest = *dc;
        if !k.quantise_dc4x4.call(&mut nearest, q.scale_dc, q.bias_dc) {
            *dc = nearest;
            return false;
        }
        if self.states.is_none() {
            let nc = expected_levels(&self.around, &mb.total_coeff, 0, (0, 0));
            return self.codes(self.luma, nc).run(dc, &nearest, &[q.scale_dc; 16], scanned(0)) > 0;
        }
        let block = self.block(Category::LumaDc16x16, self.dc_flag(mb, CBP_DC_LUMA), self.luma);
        block.run(dc, &nearest, &[q.scale_dc; 16], &ZIGZAG_4X4, 0)
    }

    /// Levels of the luma 8x8 block of a quarter; whether there are any.
    pub(crate) fn luma_8x8(
        &self,
        k: &VideoKernels,
        q: &Quantiser,
        mb: &Macroblock,
        quarter: usize,
        coeffs: &mut [i16; 64],
    ) -> bool {
        let mut nearest = *coeffs;
        if !k.quantise8x8.call(&mut nearest, &q.scale_8x8, &q.bias_8x8) {
            *coeffs = nearest;
            return false;
        }
        if self.states.is_none() {
            // Four interleaved blocks, each of which sees those before it.
            let mut counts = mb.total_coeff;
            let (x, y) = (quarter % 2 * 2, quarter / 2 * 2);
            let mut any = false;
            for (i, place) in [(x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)].into_iter().enumerate() {
                let nc = expected_levels(&self.around, &counts, 0, place);
                let places = (0..16).map(|n| usize::from(ZIGZAG_8X8[4 * n + i]));
                let count = self.codes(self.luma, nc).run(coeffs, &nearest, &q.scale_8x8, places);
                counts[place.1 * 4 + place.0] = count;
                any |= count > 0;
            }
            return any;
        }
        let block = Block {
            rates: self,
            lambda: self.luma,
            significant: SIGNIFICANT_8X8,
            last: LAST_8X8,
            level: LEVEL_8X8,
            increments: Some((&SIGNIFICANT_8X8_INC, &LAST_8X8_INC)),
            limit: 4,
            // The coded block pattern has the flag instead.
            coded: [0; 2],
        };
        block.run(coeffs, &nearest, &q.scale_8x8, &ZIGZAG_8X8, 0)
    }

    /// Levels of the DCs of chroma plane `component` after their own transform.
    pub(crate) fn chroma_dc(
        &self,
        q: &Quantiser,
        mb: &Macroblock,
        component: usize,
        dc: &mut [i16; 4],
    ) -> bool {
        let nearest = dc.map(|v| quantise(v.into(), q.scale_dc, q.bias_dc));
        if nearest == [0; 4] {
            *dc = nearest;
            return false;
        }
        if self.states.is_none() {
            return self.codes(self.chroma, -1).run(dc, &nearest, &[q.scale_dc; 4], 0..4) > 0;
        }
        let flag = self.dc_flag(mb, CBP_DC_CHROMA[component]);
        let block = self.block(Category::ChromaDc, flag, self.chroma);
        block.run(dc, &nearest, &[q.scale_dc; 4], &[0, 1, 2, 3], 0)
    }

    /// Levels of block `block` of a chroma plane without its DC, and how many as of [`luma_4x4`](Self::luma_4x4).
    pub(crate) fn chroma_ac(
        &self,
        k: &VideoKernels,
        q: &Quantiser,
        mb: &Macroblock,
        (component, block): (usize, usize),
        coeffs: &mut [i16; 16],
    ) -> u8 {
        let mut nearest = *coeffs;
        if !k.quantise4x4.call(&mut nearest, &q.scale_4x4, &q.bias_4x4) {
            *coeffs = nearest;
            return 0;
        }
        if self.states.is_none() {
            let nc = expected_levels(&self.around, &mb.total_coeff, component + 1, (block % 2, block / 2));
            return self.codes(self.chroma, nc).run(coeffs, &nearest, &q.scale_4x4, scanned(1));
        }
        let flag = self.block_flag(mb, component + 1, block % 2, block / 2);
        let block = self.block(Category::ChromaAc, flag, self.chroma);
        block.run(coeffs, &nearest, &q.scale_4x4, &ZIGZAG_4X4, 1).into()
    }

    /// A block in variable-length codes.
    fn codes(&self, lambda: i64, nc: i32) -> CodedBlock {
        CodedBlock { lambda: 256 * lambda, nc }
    }

    /// Context increment of `coded_block_flag` of a 4x4 block (9.3.3.1.1.9).
    fn block_flag(&self, mb: &Macroblock, component: usize, x: usize, y: usize) -> usize {
        let (left, top) = self.around.total_coeffs(&mb.total_coeff, component, x, y);
        let flag = |n: Option<u8>| usize::from(n.map_or(mb.mode.is_intra(), |n| n != 0));
        flag(left) + 2 * flag(top)
    }

    fn dc_flag(&self, mb: &Macroblock, bit: u16) -> usize {
        let absent = mb.mode.is_intra();
        let flag = |m: Option<&MacroblockInfo>| usize::from(m.map_or(absent, |m| m.cbp & bit != 0));
        flag(self.around.left) + 2 * flag(self.around.top)
    }

    fn block(&self, category: Category, flag: usize, lambda: i64) -> Block<'_> {
        let c = category as usize;
        let coded = CODED_BLOCK + 4 * c + flag;
        Block {
            rates: self,
            lambda,
            significant: SIGNIFICANT + SIGNIFICANT_OFFSET[c],
            last: LAST + SIGNIFICANT_OFFSET[c],
            level: LEVEL + LEVEL_OFFSET[c],
            increments: None,
            limit: if category == Category::ChromaDc { 3 } else { 4 },
            coded: [false, true].map(|bin| self.bits(coded, bin)),
        }
    }

    #[inline(always)]
    fn bits(&self, context: usize, bin: bool) -> i64 {
        // Asked for only where there are contexts.
        self.states.map_or(0, |states| i64::from(cost(states[context & 1023], bin)))
    }
}

/// Places of a 4x4 block's coefficients in scan order, from one of them on.
fn scanned(first: usize) -> impl Iterator<Item = usize> + Clone {
    ZIGZAG_4X4[first..].iter().map(|&place| usize::from(place))
}

/// States of the path: no level yet; one, two, three or more ones; one, two, three, four or more larger.
const STATES: usize = 8;
/// Context increment of the first bin of a level, by state.
const FIRST: [usize; STATES] = [1, 2, 3, 4, 0, 0, 0, 0];
/// Larger levels so far, by state.
const LARGER: [usize; STATES] = [0, 0, 0, 0, 1, 2, 3, 4];
/// State after a level of one, and after a larger one.
const AFTER_ONE: [usize; STATES] = [1, 2, 3, 3, 4, 5, 6, 7];
const AFTER_LARGER: [usize; STATES] = [4, 4, 4, 4, 5, 6, 7, 7];
const FAR: i64 = i64::MAX / 4;

/// A coefficient that may have a level, and how each state is best reached past it.
#[derive(Clone, Copy, Default)]
struct Step {
    position: u8,
    level: i16,
    /// State before, and by how much the level is lowered, times 8.
    from: [u8; STATES],
}

impl Block<'_> {
    /// Replaces coefficients from scan index `first` on by levels; whether any is not zero.
    fn run<const N: usize>(
        &self,
        coeffs: &mut [i16; N],
        nearest: &[i16; N],
        scale: &[u16; N],
        scan: &[u8; N],
        first: usize,
    ) -> bool {
        let mut steps = [Step::default(); N];
        let mut count = 0;
        let mut costs = [FAR; STATES];
        costs[0] = 0;
        for i in (first..N).rev() {
            let place = usize::from(scan[i]);
            let nearest = nearest[place];
            let (index, end) = (i - first, i + 1 == N);
            if nearest == 0 {
                if count > 0 {
                    let none = self.lambda * self.significant_bits(index, false);
                    costs[1..].iter_mut().for_each(|cost| *cost += none);
                }
                continue;
            }
            let step = &mut steps[count];
            count += 1;
            step.position = i as u8;
            step.level = nearest.saturating_abs();
            // In 1/256 of a step.
            let exact = (u64::from(coeffs[place].unsigned_abs()) * u64::from(scale[place])) >> 8;
            self.advance(&mut costs, step, exact as i64, index, end);
        }
        let mut state = 0;
        let mut least = self.lambda * self.coded[0];
        for (s, &cost) in costs.iter().enumerate().skip(1) {
            if cost < FAR && cost + self.lambda * self.coded[1] < least {
                (least, state) = (cost + self.lambda * self.coded[1], s);
            }
        }
        let signs = *coeffs;
        coeffs[usize::from(first > 0)..].fill(0);
        // No path but that of levels of one leads here: larger ones were not lowered to nothing on the way.
        if state == 0 {
            return false;
        }
        for step in steps[..count].iter().rev() {
            let from = step.from[state];
            let place = usize::from(scan[usize::from(step.position)]);
            let lowered = i16::from(from >> 3);
            let level = step.level - lowered;
            coeffs[place] = if signs[place] < 0 { -level } else { level };
            state = usize::from(from & 7);
        }
        true
    }

    /// Moves all states past a coefficient of `exact` steps (in 1/256).
    #[inline(always)]
    fn advance(&self, costs: &mut [i64; STATES], step: &mut Step, exact: i64, index: usize, end: bool) {
        let before = *costs;
        let nearest = i64::from(step.level);
        // Against a level of zero.
        let error = |level: i64| (256 * level) * (256 * level - 2 * exact);
        *costs = [FAR; STATES];
        if nearest == 1 {
            let none = if end { 0 } else { self.lambda * self.significant_bits(index, false) };
            for (state, &cost) in before.iter().enumerate() {
                costs[state] = if state == 0 || cost >= FAR { cost } else { cost + none };
                step.from[state] = state as u8 | 1 << 3;
            }
        }
        let present = if end {
            [0; 2]
        } else {
            let set = self.significant_bits(index, true);
            [true, false].map(|last| set + self.last_bits(index, last))
        };
        let lowest = if nearest > 1 { nearest - 1 } else { 1 };
        for level in lowest..=nearest {
            let error = error(level);
            let lowered = ((nearest - level) as u8) << 3;
            for state in 0..STATES {
                if before[state] >= FAR {
                    continue;
                }
                let bits = present[usize::from(state != 0)] + self.level_bits(state, level);
                let cost = before[state] + error + self.lambda * bits;
                let to = if level == 1 { AFTER_ONE[state] } else { AFTER_LARGER[state] };
                if cost < costs[to] {
                    costs[to] = cost;
                    step.from[to] = state as u8 | lowered;
                }
            }
        }
    }

    /// Magnitude and sign of a level.
    #[inline(always)]
    fn level_bits(&self, state: usize, level: i64) -> i64 {
        let first = self.level + FIRST[state];
        if level == 1 {
            return 256 + self.rates.bits(first, false);
        }
        let rest = self.level + 5 + LARGER[state].min(self.limit);
        let ones = (level - 1).min(14);
        let mut bits = 256 + self.rates.bits(first, true) + (ones - 1) * self.rates.bits(rest, true);
        if ones < 14 {
            bits += self.rates.bits(rest, false);
        } else {
            bits += 256 * (2 * i64::from((level - 14).ilog2()) + 1);
        }
        bits
    }

    #[inline(always)]
    fn significant_bits(&self, index: usize, set: bool) -> i64 {
        let increment = self.increments.map_or(index, |(table, _)| usize::from(table[index.min(62)]));
        self.rates.bits(self.significant + increment, set)
    }

    #[inline(always)]
    fn last_bits(&self, index: usize, last: bool) -> i64 {
        let increment = self.increments.map_or(index, |(_, table)| usize::from(table[index.min(62)]));
        self.rates.bits(self.last + increment, last)
    }
}
