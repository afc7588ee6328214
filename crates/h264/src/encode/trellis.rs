//! Quantisation by rate and distortion: of all ways to round the coefficients of a block, the one with the
//! least squared error plus lambda times bits under CABAC's present contexts.

mod path;
#[cfg(test)]
mod tests;

use vitascope_dsp::video::{VideoKernels, ZIGZAG_4X4, ZIGZAG_8X8};

use super::macroblock::{CBP_DC_CHROMA, CBP_DC_LUMA, Macroblock, MacroblockInfo};
use super::neighbours::Neighbours;
use super::residual::quantise;
use super::slice::SliceKind;
use super::tables::{BLOCK_RASTER, Quantiser, inter_lambda_scale, lambda_ssd, squared_step};
use super::trellis_cavlc::{CodedBlock, expected_levels};
use super::write_cabac_residual::Category;
use crate::syntax::cabac::State;
use path::{Block, Nearest};

/// What choosing levels needs to know of the macroblock: the entropy coder and the blocks around.
pub(crate) struct Rates<'a> {
    /// CABAC's contexts; `None` with variable-length codes.
    pub(crate) states: Option<&'a [State; 1024]>,
    pub(crate) around: Neighbours<'a>,
    /// Lambda over the squared quantiser step, for bits in 1/256 and errors in 1/65536 of a squared step.
    pub(crate) luma: i64,
    pub(crate) chroma: i64,
}

/// In I pictures bits count for so many 1/256 of what [`lambda_ssd`] says: all later pictures depend on the outcome.
const INTRA_LAMBDA_SCALE: u64 = 112;

impl<'a> Rates<'a> {
    /// For a macroblock of luma quantiser `qp` and chroma quantiser `chroma_qp`.
    pub(crate) fn new(
        states: Option<&'a [State; 1024]>,
        around: Neighbours<'a>,
        qp: u8,
        chroma_qp: u8,
        kind: SliceKind,
    ) -> Self {
        let scale = if kind == SliceKind::I { INTRA_LAMBDA_SCALE } else { inter_lambda_scale(kind) };
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
        let Some(states) = self.states else {
            let nc = expected_levels(&self.around, &mb.total_coeff, 0, place);
            return self.codes(self.luma, nc).run(coeffs, &nearest, &q.scale_4x4, scanned(first));
        };
        let flag = self.block_flag(mb, 0, place.0, place.1);
        let block = Block::new(states, category, flag, self.luma);
        block.run(coeffs, &Nearest::of_4x4(k, &nearest), &q.scale_4x4, &ZIGZAG_4X4, first).into()
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
        let Some(states) = self.states else {
            let nc = expected_levels(&self.around, &mb.total_coeff, 0, (0, 0));
            return self.codes(self.luma, nc).run(dc, &nearest, &[q.scale_dc; 16], scanned(0)) > 0;
        };
        let block = Block::new(states, Category::LumaDc16x16, self.dc_flag(mb, CBP_DC_LUMA), self.luma);
        block.run(dc, &Nearest::of_4x4(k, &nearest), &[q.scale_dc; 16], &ZIGZAG_4X4, 0)
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
        let Some(states) = self.states else {
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
        };
        Block::of_8x8(states, self.luma).run(
            coeffs,
            &Nearest::of_8x8(k, &nearest),
            &q.scale_8x8,
            &ZIGZAG_8X8,
            0,
        )
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
        let Some(states) = self.states else {
            return self.codes(self.chroma, -1).run(dc, &nearest, &[q.scale_dc; 4], 0..4) > 0;
        };
        let flag = self.dc_flag(mb, CBP_DC_CHROMA[component]);
        let block = Block::new(states, Category::ChromaDc, flag, self.chroma);
        block.run(dc, &Nearest::of_dc(nearest), &[q.scale_dc; 4], &[0, 1, 2, 3], 0)
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
        let Some(states) = self.states else {
            let nc = expected_levels(&self.around, &mb.total_coeff, component + 1, (block % 2, block / 2));
            return self.codes(self.chroma, nc).run(coeffs, &nearest, &q.scale_4x4, scanned(1));
        };
        let flag = self.block_flag(mb, component + 1, block % 2, block / 2);
        let block = Block::new(states, Category::ChromaAc, flag, self.chroma);
        block.run(coeffs, &Nearest::of_4x4(k, &nearest), &q.scale_4x4, &ZIGZAG_4X4, 1).into()
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
}

/// Places of a 4x4 block's coefficients in scan order, from one of them on.
fn scanned(first: usize) -> impl Iterator<Item = usize> + Clone {
    ZIGZAG_4X4[first..].iter().map(|&place| usize::from(place))
}
