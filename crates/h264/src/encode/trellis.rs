//! Quantisation by rate and distortion: of all ways to round the coefficients of a block, the one with the
//! least squared error plus lambda times bits under CABAC's present contexts.
//!
//! The bits of a level depend on the levels after it in the scan only through how many of those are one
//! and how many are larger (9.3.3.1.3), so the best rounding is a shortest path through eight states from
//! the last coefficient to the first.

use vitascope_dsp::video::{VideoKernels, ZIGZAG_4X4, ZIGZAG_8X8};

use super::macroblock::{CBP_DC_CHROMA, CBP_DC_LUMA, Macroblock, MacroblockInfo};
use super::neighbours::Neighbours;
use super::residual::quantise;
use super::slice::SliceKind;
use super::tables::{BLOCK_RASTER, Quantiser, lambda_ssd, squared_step};
use super::write_cabac_residual::{
    CODED_BLOCK, Category, LAST, LAST_8X8, LAST_8X8_INC, LEVEL, LEVEL_8X8, LEVEL_OFFSET, SIGNIFICANT,
    SIGNIFICANT_8X8, SIGNIFICANT_8X8_INC, SIGNIFICANT_OFFSET,
};
use crate::syntax::cabac::{State, cost};

/// What choosing levels needs to know of the macroblock: CABAC's contexts and the blocks around.
pub(crate) struct Rates<'a> {
    pub(crate) states: &'a [State; 1024],
    pub(crate) around: Neighbours<'a>,
    /// Lambda over the squared quantiser step, for bits in 1/256 and errors in 1/65536 of a squared step.
    pub(crate) luma: i64,
    pub(crate) chroma: i64,
}

/// Bits count for so many 1/256 of what they count for in the choice of modes.
const LAMBDA_SCALE: u64 = 200;
/// For less where all later pictures depend on the outcome.
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
        states: &'a [State; 1024],
        around: Neighbours<'a>,
        qp: u8,
        chroma_qp: u8,
        kind: SliceKind,
    ) -> Self {
        let scale = if kind == SliceKind::I { INTRA_LAMBDA_SCALE } else { LAMBDA_SCALE };
        let over = |step_qp: u8| (lambda_ssd(qp) * scale / squared_step(step_qp)) as i64;
        Self { states, around, luma: over(qp), chroma: over(chroma_qp) }
    }

    /// Levels of a luma 4x4 block that holds its own DC, in coding order `block`; whether there are any.
    pub(crate) fn luma_4x4(
        &self,
        k: &VideoKernels,
        q: &Quantiser,
        mb: &Macroblock,
        block: usize,
        coeffs: &mut [i16; 16],
    ) -> bool {
        self.luma_block(k, q, mb, block, (Category::Luma4x4, 0), coeffs)
    }

    /// Levels of an Intra16x16 block without its DC.
    pub(crate) fn luma_ac(
        &self,
        k: &VideoKernels,
        q: &Quantiser,
        mb: &Macroblock,
        block: usize,
        coeffs: &mut [i16; 16],
    ) -> bool {
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
    ) -> bool {
        let mut nearest = *coeffs;
        if !k.quantise4x4.call(&mut nearest, &q.scale_4x4, &q.bias_4x4) {
            *coeffs = nearest;
            return false;
        }
        let raster = BLOCK_RASTER[block];
        let flag = self.block_flag(mb, 0, raster % 4, raster / 4);
        self.block(category, flag, self.luma).run(coeffs, &nearest, &q.scale_4x4, &ZIGZAG_4X4, first)
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
        let block = self.block(Category::LumaDc16x16, self.dc_flag(mb, CBP_DC_LUMA), self.luma);
        block.run(dc, &nearest, &[q.scale_dc; 16], &ZIGZAG_4X4, 0)
    }

    /// Levels of a luma 8x8 block.
    pub(crate) fn luma_8x8(&self, k: &VideoKernels, q: &Quantiser, coeffs: &mut [i16; 64]) -> bool {
        let mut nearest = *coeffs;
        if !k.quantise8x8.call(&mut nearest, &q.scale_8x8, &q.bias_8x8) {
            *coeffs = nearest;
            return false;
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
        let flag = self.dc_flag(mb, CBP_DC_CHROMA[component]);
        let block = self.block(Category::ChromaDc, flag, self.chroma);
        block.run(dc, &nearest, &[q.scale_dc; 4], &[0, 1, 2, 3], 0)
    }

    /// Levels of block `block` of a chroma plane without its DC.
    pub(crate) fn chroma_ac(
        &self,
        k: &VideoKernels,
        q: &Quantiser,
        mb: &Macroblock,
        (component, block): (usize, usize),
        coeffs: &mut [i16; 16],
    ) -> bool {
        let mut nearest = *coeffs;
        if !k.quantise4x4.call(&mut nearest, &q.scale_4x4, &q.bias_4x4) {
            *coeffs = nearest;
            return false;
        }
        let flag = self.block_flag(mb, component + 1, block % 2, block / 2);
        let block = self.block(Category::ChromaAc, flag, self.chroma);
        block.run(coeffs, &nearest, &q.scale_4x4, &ZIGZAG_4X4, 1)
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
        i64::from(cost(self.states[context & 1023], bin))
    }
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
        let any = state != 0;
        for step in steps[..count].iter().rev() {
            let from = step.from[state];
            let place = usize::from(scan[usize::from(step.position)]);
            let lowered = i16::from(from >> 3);
            let level = step.level - lowered;
            coeffs[place] = if signs[place] < 0 { -level } else { level };
            state = usize::from(from & 7);
        }
        any
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::bins::BinSink;
    use crate::encode::write_cabac_residual::{block, block_8x8};
    use crate::syntax::cabac::ContextSet;
    use vitascope_dsp::CpuLevel;

    /// Counts bins without adapting the contexts, as the trellis does.
    struct Fixed<'a>(&'a [State; 1024], i64);

    impl BinSink for Fixed<'_> {
        fn bin(&mut self, context: usize, bin: bool) {
            self.1 += i64::from(cost(self.0[context], bin));
        }

        fn bypass(&mut self, _bin: bool) {
            self.1 += 256;
        }

        fn terminate(&mut self, _bin: bool) {}
    }

    fn random(state: &mut u32) -> u32 {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *state >> 8
    }

    /// Squared error in 1/65536 of a squared step.
    fn error(exact: &[i64], levels: &[i16]) -> i64 {
        exact.iter().zip(levels).map(|(e, &l)| (e - 256 * i64::from(l.abs())).pow(2)).sum()
    }

    /// Every way to lower levels by one, against the path through the states.
    fn check<const N: usize>(
        scale: &[u16; N],
        scan: &[u8; N],
        seed: u32,
        run: impl Fn(&mut [i16; N]) -> bool,
        bits: impl Fn(&[i16]) -> i64,
        lambda: i64,
    ) {
        let mut state = seed;
        for _ in 0..60 {
            let mut coeffs = [0i16; N];
            for _ in 0..7 {
                let place = random(&mut state) as usize % N;
                let size = [2, 3, 5, 40][random(&mut state) as usize % 4];
                let magnitude = random(&mut state) % (size * 65536 / u32::from(scale[place]));
                coeffs[place] =
                    if random(&mut state) & 1 == 0 { magnitude as i16 } else { -(magnitude as i16) };
            }
            let scanned: [usize; N] = std::array::from_fn(|i| scan[i].into());
            let exact: Vec<i64> = scanned
                .iter()
                .map(|&p| (i64::from(coeffs[p].unsigned_abs()) * i64::from(scale[p])) >> 8)
                .collect();
            let nearest: Vec<i64> = exact.iter().map(|e| (e + 128) >> 8).collect();
            let free: Vec<usize> = (0..N).filter(|&i| nearest[i] > 0).collect();
            let mut least = i64::MAX;
            for lowered in 0..1u32 << free.len() {
                let mut levels = [0i16; N];
                for (bit, &i) in free.iter().enumerate() {
                    levels[i] = nearest[i] as i16 - (lowered >> bit & 1) as i16;
                }
                least = least.min(error(&exact, &levels) + lambda * bits(&levels));
            }
            // An empty block is always among the choices.
            least = least.min(error(&exact, &[0; N]) + lambda * bits(&[0; N]));
            let mut chosen = coeffs;
            let any = run(&mut chosen);
            assert_eq!(any, chosen.iter().any(|&l| l != 0));
            assert!(chosen.iter().zip(&coeffs).all(|(&l, &c)| l == 0 || l.signum() == c.signum()));
            let levels = scanned.map(|p| chosen[p]);
            let found = error(&exact, &levels) + lambda * bits(&levels);
            assert!(found <= least, "{found} {least} {levels:?}");
        }
    }

    #[test]
    fn the_path_is_the_best_of_all_roundings() {
        let k = VideoKernels::new(CpuLevel::Scalar);
        let around = Neighbours { left: None, top: None, top_left: None, top_right: None };
        for qp in [12, 26, 40] {
            let contexts = ContextSet::inter(i32::from(qp), 0);
            let rates = Rates::new(&contexts.0, around, qp, qp, SliceKind::P);
            let q = Quantiser::new(qp, 32);
            let mut mb = Macroblock::new();
            mb.mode = crate::encode::macroblock::Mode::Inter(crate::encode::macroblock::Partition::Whole);
            check(
                &q.scale_4x4,
                &ZIGZAG_4X4,
                u32::from(qp),
                |c| rates.luma_4x4(&k, &q, &mb, 0, c),
                |levels| {
                    let mut sink = Fixed(&contexts.0, 0);
                    block(&mut sink, Category::Luma4x4, 0, levels);
                    sink.1
                },
                rates.luma,
            );
            check(
                &q.scale_8x8,
                &ZIGZAG_8X8,
                100 + u32::from(qp),
                |c| rates.luma_8x8(&k, &q, c),
                |levels| {
                    let mut sink = Fixed(&contexts.0, 0);
                    if levels.iter().any(|&l| l != 0) {
                        block_8x8(&mut sink, levels.try_into().unwrap());
                    }
                    sink.1
                },
                rates.luma,
            );
        }
    }
}
