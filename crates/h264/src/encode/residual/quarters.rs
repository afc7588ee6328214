//! Luma of inter macroblocks whose levels are chosen by what they cost, quarter by quarter.

use vitascope_dsp::video::VideoKernels;

use super::{ResidualCoder, SOURCE_STRIDE, Source, count};
use crate::encode::macroblock::{LUMA_ORIGIN, LUMA_STRIDE, Macroblock};
use crate::encode::tables::{BLOCK_RASTER, BLOCK_X, BLOCK_Y, LEVEL_SCALE_4X4};
use crate::encode::trellis::Rates;

/// All quarters, one bit each.
pub(super) const ALL_QUARTERS: u16 = 15;

impl ResidualCoder {
    /// Codes the luma of some quarters, one bit each, with transforms of either size; the others stay as they are.
    pub(crate) fn inter_quarters(
        &self,
        k: &VideoKernels,
        source: &Source,
        mb: &mut Macroblock,
        rates: &Rates<'_>,
        quarters: u16,
        large: bool,
    ) {
        mb.cbp &= !quarters;
        for quarter in (0..4).filter(|quarter| quarters >> quarter & 1 != 0) {
            if large {
                self.luma_8x8_block(k, source, mb, Some(rates), quarter);
            } else {
                self.inter_4x4_quarter(k, source, mb, rates, quarter);
            }
        }
    }

    fn inter_4x4_quarter(
        &self,
        k: &VideoKernels,
        source: &Source,
        mb: &mut Macroblock,
        rates: &Rates<'_>,
        quarter: usize,
    ) {
        let nearest = &self.nearest[usize::from(mb.qp)];
        let scale = &LEVEL_SCALE_4X4[usize::from(mb.qp % 6)];
        let (x, y) = (quarter % 2 * 8, quarter / 2 * 8);
        let mut coeffs = [[0i16; 16]; 4];
        k.forward4x4_x4.call(
            &source.luma[y * SOURCE_STRIDE + x..],
            SOURCE_STRIDE,
            &mb.rec.luma[LUMA_ORIGIN + y * LUMA_STRIDE + x..],
            LUMA_STRIDE,
            &mut coeffs,
        );
        for (i, c) in coeffs.iter_mut().enumerate() {
            let block = 4 * quarter + i;
            let raster = BLOCK_RASTER[block];
            if rates.luma_4x4(k, nearest, mb, block, c) == 0 {
                mb.levels.luma_4x4[block] = [0; 16];
                mb.total_coeff[raster] = 0;
                continue;
            }
            self.limit(c);
            mb.total_coeff[raster] = count(k.scan4x4.call(c, &mut mb.levels.luma_4x4[block]));
            mb.cbp |= 1 << quarter;
            let at = LUMA_ORIGIN + BLOCK_Y[block] * LUMA_STRIDE + BLOCK_X[block];
            k.dequantise4x4.call(c, scale, u32::from(mb.qp / 6));
            k.inverse4x4_add.call(&mut mb.rec.luma[at..], LUMA_STRIDE, c);
        }
    }
}
