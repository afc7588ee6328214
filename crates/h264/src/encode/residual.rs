//! From prediction to reconstruction: transform, quantise, collect levels, rescale, add.
//!
//! Every function takes the source block and a [`Macroblock`] whose reconstruction buffer holds the
//! prediction; it leaves levels and counts in the macroblock and the decoded samples in the buffer.

mod negligible;
mod quarters;

use vitascope_dsp::video::VideoKernels;

use super::macroblock::{
    CBP_DC_CHROMA, CBP_DC_LUMA, CHROMA_ORIGIN, CHROMA_STRIDE, LUMA_ORIGIN, LUMA_STRIDE, Macroblock, Mode,
};
use super::tables::{
    BLOCK_RASTER, BLOCK_X, BLOCK_Y, CHROMA_QP, LEVEL_SCALE_4X4, LEVEL_SCALE_8X8, QP_MAX, Quantiser,
};
use super::trellis::Rates;
use quarters::ALL_QUARTERS;

/// Row stride of the source macroblock.
pub(crate) const SOURCE_STRIDE: usize = 16;

/// The macroblock to be coded.
pub(crate) struct Source {
    pub(crate) luma: [u8; 256],
    /// Cb and Cr, rows [`SOURCE_STRIDE`] samples apart as in luma.
    pub(crate) chroma: [[u8; 128]; 2],
}

/// Largest magnitude of a level that CAVLC can write below the High profiles (`level_prefix` 15).
const CAVLC_LEVEL_MAX: i16 = 2063;

/// Quantisers of every step, for intra and inter blocks.
pub(crate) struct ResidualCoder {
    intra: Vec<Quantiser>,
    inter: Vec<Quantiser>,
    /// Rounds to the nearest level, from which the choice by rate and distortion starts.
    nearest: Vec<Quantiser>,
    chroma_qp_offset: i8,
    cavlc: bool,
    /// There is no chroma: all its samples count as 128 and nothing is coded of them.
    monochrome: bool,
    /// Set where the entropy coder cannot write larger levels.
    limit_levels: bool,
}

/// Rounding of quantisation in 1/64 of a step: that of intra blocks, and that of inter blocks in P pictures, which others are
/// predicted from, and in B pictures. Measured.
const ROUNDING_INTRA: u32 = 24;
pub(crate) const ROUNDING_P: u32 = 22;
pub(crate) const ROUNDING_B: u32 = 11;
const ROUNDING_NEAREST: u32 = 32;

impl ResidualCoder {
    /// `limit_levels`: the profile's CAVLC has no escape for levels above 2063.
    /// `rounding`: of inter blocks, in 1/64 of a step.
    pub(crate) fn new(
        chroma_qp_offset: i8,
        cavlc: bool,
        limit_levels: bool,
        monochrome: bool,
        rounding: u32,
    ) -> Self {
        let all = |rounding| (0..=QP_MAX).map(|qp| Quantiser::new(qp, rounding)).collect();
        Self {
            intra: all(ROUNDING_INTRA),
            inter: all(rounding),
            nearest: all(ROUNDING_NEAREST),
            chroma_qp_offset,
            cavlc,
            monochrome,
            limit_levels,
        }
    }

    pub(crate) fn is_monochrome(&self) -> bool {
        self.monochrome
    }

    /// Chroma quantiser of a macroblock (8.5.8).
    pub(crate) fn chroma_qp(&self, qp: u8) -> u8 {
        CHROMA_QP[(i32::from(qp) + i32::from(self.chroma_qp_offset)).clamp(0, 51) as usize]
    }

    fn quantiser(&self, mode: Mode, qp: u8) -> &Quantiser {
        if mode.is_intra() { &self.intra[usize::from(qp)] } else { &self.inter[usize::from(qp)] }
    }

    fn limit(&self, levels: &mut [i16]) {
        if self.limit_levels {
            levels.iter_mut().for_each(|l| *l = (*l).clamp(-CAVLC_LEVEL_MAX, CAVLC_LEVEL_MAX));
        }
    }

    /// Codes one Intra4x4 block, `block` in coding order.
    pub(crate) fn intra_4x4(
        &self,
        k: &VideoKernels,
        source: &Source,
        mb: &mut Macroblock,
        rates: Option<&Rates<'_>>,
        block: usize,
    ) {
        let q = &self.intra[usize::from(mb.qp)];
        let at = LUMA_ORIGIN + BLOCK_Y[block] * LUMA_STRIDE + BLOCK_X[block];
        let from = &source.luma[BLOCK_Y[block] * SOURCE_STRIDE + BLOCK_X[block]..];
        let mut coeffs = [0; 16];
        k.forward4x4.call(from, SOURCE_STRIDE, &mb.rec.luma[at..], LUMA_STRIDE, &mut coeffs);
        let raster = BLOCK_RASTER[block];
        let coded = match rates {
            Some(rates) => rates.luma_4x4(k, &self.nearest[usize::from(mb.qp)], mb, block, &mut coeffs) > 0,
            None => k.quantise4x4.call(&mut coeffs, &q.scale_4x4, &q.bias_4x4),
        };
        if !coded {
            mb.total_coeff[raster] = 0;
            mb.levels.luma_4x4[block] = [0; 16];
            return;
        }
        self.limit(&mut coeffs);
        let levels = &mut mb.levels.luma_4x4[block];
        mb.total_coeff[raster] = count(k.scan4x4.call(&coeffs, levels));
        mb.cbp |= 1 << (block / 4);
        k.dequantise4x4.call(&mut coeffs, &LEVEL_SCALE_4X4[usize::from(mb.qp % 6)], u32::from(mb.qp / 6));
        k.inverse4x4_add.call(&mut mb.rec.luma[at..], LUMA_STRIDE, &coeffs);
    }

    /// Codes one Intra8x8 block.
    pub(crate) fn intra_8x8(
        &self,
        k: &VideoKernels,
        source: &Source,
        mb: &mut Macroblock,
        rates: Option<&Rates<'_>>,
        quarter: usize,
    ) {
        self.luma_8x8_block(k, source, mb, rates, quarter);
    }

    fn luma_8x8_block(
        &self,
        k: &VideoKernels,
        source: &Source,
        mb: &mut Macroblock,
        rates: Option<&Rates<'_>>,
        quarter: usize,
    ) {
        let q = self.quantiser(mb.mode, mb.qp);
        let (x, y) = (quarter % 2 * 8, quarter / 2 * 8);
        let at = LUMA_ORIGIN + y * LUMA_STRIDE + x;
        let mut coeffs = [0; 64];
        k.forward8x8.call(
            &source.luma[y * SOURCE_STRIDE + x..],
            SOURCE_STRIDE,
            &mb.rec.luma[at..],
            LUMA_STRIDE,
            &mut coeffs,
        );
        let coded = match rates {
            Some(rates) => rates.luma_8x8(k, &self.nearest[usize::from(mb.qp)], mb, quarter, &mut coeffs),
            None => k.quantise8x8.call(&mut coeffs, &q.scale_8x8, &q.bias_8x8),
        };
        let levels = &mut mb.levels.luma_8x8[quarter];
        let mut kept = coded;
        if coded {
            k.scan8x8.call(&coeffs, levels);
            // Levels that were chosen by their bits have been weighed.
            kept = mb.mode.is_intra()
                || rates.is_some()
                || !negligible_8x8(levels, k.nonzero_mask8x8.call(levels));
        }
        let raster = quarter / 2 * 8 + quarter % 2 * 2;
        for (i, cell) in [raster, raster + 1, raster + 4, raster + 5].into_iter().enumerate() {
            mb.total_coeff[cell] = match (kept, self.cavlc) {
                (false, _) => 0,
                // CAVLC writes the block as four interleaved ones (7.3.5.3.2).
                (true, true) => levels.iter().skip(i).step_by(4).filter(|&&l| l != 0).count() as u8,
                (true, false) => 1,
            };
        }
        if kept {
            mb.cbp |= 1 << quarter;
            k.dequantise8x8.call(&mut coeffs, &LEVEL_SCALE_8X8[usize::from(mb.qp % 6)], u32::from(mb.qp / 6));
            k.inverse8x8_add.call(&mut mb.rec.luma[at..], LUMA_STRIDE, &coeffs);
        }
    }

    /// Codes the luma of an Intra16x16 macroblock.
    pub(crate) fn intra_16x16(
        &self,
        k: &VideoKernels,
        source: &Source,
        mb: &mut Macroblock,
        rates: Option<&Rates<'_>>,
    ) {
        let nearest = &self.nearest[usize::from(mb.qp)];
        let q = &self.intra[usize::from(mb.qp)];
        let scale = &LEVEL_SCALE_4X4[usize::from(mb.qp % 6)];
        let per = u32::from(mb.qp / 6);
        let mut coeffs = [[0i16; 16]; 16];
        k.forward4x4_x16.call(
            &source.luma,
            SOURCE_STRIDE,
            &mb.rec.luma[LUMA_ORIGIN..],
            LUMA_STRIDE,
            &mut coeffs,
        );
        let mut dc = [0i16; 16];
        for (block, c) in coeffs.iter_mut().enumerate() {
            dc[BLOCK_RASTER[block]] = c[0];
            c[0] = 0;
        }
        let mut any = 0;
        for (quarter, blocks) in coeffs.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let coded = match rates {
                Some(rates) => (0..4).fold(0, |any, i| {
                    let count = rates.luma_ac(k, nearest, mb, 4 * quarter + i, &mut blocks[i]);
                    mb.total_coeff[BLOCK_RASTER[4 * quarter + i]] = count;
                    any | u32::from(count > 0) << i
                }),
                None => k.quantise4x4_x4.call(blocks, &q.scale_4x4, &q.bias_4x4),
            };
            any |= coded << (4 * quarter);
        }
        for (block, c) in coeffs.iter_mut().enumerate() {
            let levels = &mut mb.levels.luma_4x4[block];
            if any >> block & 1 == 0 {
                *levels = [0; 16];
                mb.total_coeff[BLOCK_RASTER[block]] = 0;
                continue;
            }
            self.limit(c);
            mb.total_coeff[BLOCK_RASTER[block]] = count(k.scan4x4.call(c, levels));
            k.dequantise4x4.call(c, scale, per);
        }
        mb.cbp |= if any != 0 { 15 } else { 0 };
        k.forward_hadamard4x4.call(&mut dc);
        let has_dc = match rates {
            Some(rates) => rates.luma_dc(k, nearest, mb, &mut dc),
            None => k.quantise_dc4x4.call(&mut dc, q.scale_dc, q.bias_dc),
        };
        if has_dc {
            self.limit(&mut dc);
            mb.cbp |= CBP_DC_LUMA;
            k.scan4x4.call(&dc, &mut mb.levels.luma_dc);
            k.inverse_hadamard4x4.call(&mut dc);
            for (block, c) in coeffs.iter_mut().enumerate() {
                c[0] = rescale_luma_dc(dc[BLOCK_RASTER[block]], scale[0], mb.qp);
            }
        } else {
            mb.levels.luma_dc = [0; 16];
            if any == 0 {
                return;
            }
        }
        k.inverse4x4_add_x16.call(&mut mb.rec.luma[LUMA_ORIGIN..], LUMA_STRIDE, &coeffs);
    }

    /// Codes the luma of an inter macroblock with 8x8 (`large`) or 4x4 transforms.
    pub(crate) fn inter(
        &self,
        k: &VideoKernels,
        source: &Source,
        mb: &mut Macroblock,
        rates: Option<&Rates<'_>>,
        large: bool,
    ) {
        match rates {
            Some(rates) => self.inter_quarters(k, source, mb, rates, ALL_QUARTERS, large),
            None if large => (0..4).for_each(|quarter| self.luma_8x8_block(k, source, mb, None, quarter)),
            None => self.inter_4x4(k, source, mb),
        }
    }

    /// Codes the luma of an inter macroblock with 4x4 transforms and drops what is not worth its bits.
    pub(crate) fn inter_4x4(&self, k: &VideoKernels, source: &Source, mb: &mut Macroblock) {
        let q = &self.inter[usize::from(mb.qp)];
        let scale = &LEVEL_SCALE_4X4[usize::from(mb.qp % 6)];
        let per = u32::from(mb.qp / 6);
        let mut coeffs = [[0i16; 16]; 16];
        k.forward4x4_x16.call(
            &source.luma,
            SOURCE_STRIDE,
            &mb.rec.luma[LUMA_ORIGIN..],
            LUMA_STRIDE,
            &mut coeffs,
        );
        let (mut kept, mut total_score) = (0u32, 0);
        for (quarter, blocks) in coeffs.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let any = k.quantise4x4_x4.call(blocks, &q.scale_4x4, &q.bias_4x4);
            if any == 0 {
                continue;
            }
            let mut score = 0;
            for (i, c) in blocks.iter_mut().enumerate() {
                if any >> i & 1 != 0 {
                    self.limit(c);
                    let block = 4 * quarter + i;
                    let scanned = k.scan4x4.call(c, &mut mb.levels.luma_4x4[block]);
                    mb.total_coeff[BLOCK_RASTER[block]] = count(scanned);
                    score += score_4x4(scanned);
                }
            }
            total_score += score;
            if score >= NEGLIGIBLE_QUARTER {
                kept |= any << (4 * quarter);
            }
        }
        if total_score < NEGLIGIBLE_MACROBLOCK {
            kept = 0;
        }
        for block in 0..16 {
            let coded = kept >> block & 1 != 0;
            if !coded {
                mb.levels.luma_4x4[block] = [0; 16];
                mb.total_coeff[BLOCK_RASTER[block]] = 0;
            } else {
                mb.cbp |= 1 << (block / 4);
                let at = LUMA_ORIGIN + BLOCK_Y[block] * LUMA_STRIDE + BLOCK_X[block];
                k.dequantise4x4.call(&mut coeffs[block], scale, per);
                k.inverse4x4_add.call(&mut mb.rec.luma[at..], LUMA_STRIDE, &coeffs[block]);
            }
        }
    }

    /// Codes both chroma blocks.
    pub(crate) fn chroma(
        &self,
        k: &VideoKernels,
        source: &Source,
        mb: &mut Macroblock,
        rates: Option<&Rates<'_>>,
    ) {
        if self.monochrome {
            mb.cbp &= 15 | CBP_DC_LUMA;
            mb.total_coeff[16..].fill(0);
            return;
        }
        let qp = self.chroma_qp(mb.qp);
        let nearest = &self.nearest[usize::from(qp)];
        let q = self.quantiser(mb.mode, qp);
        let scale = &LEVEL_SCALE_4X4[usize::from(qp % 6)];
        let per = u32::from(qp / 6);
        let (mut any_dc, mut any_ac) = (false, false);
        for (component, dc_bit) in CBP_DC_CHROMA.into_iter().enumerate() {
            let mut coeffs = [[0i16; 16]; 4];
            k.forward4x4_x4.call(
                &source.chroma[component],
                SOURCE_STRIDE,
                &mb.rec.chroma[component][CHROMA_ORIGIN..],
                CHROMA_STRIDE,
                &mut coeffs,
            );
            let mut dc = coeffs.map(|c| c[0]);
            coeffs.iter_mut().for_each(|c| c[0] = 0);
            let spread = hadamard_2x2(dc.map(i32::from));
            let mut any;
            match rates {
                Some(rates) => {
                    dc = spread.map(|v| v.clamp(i16::MIN.into(), i16::MAX.into()) as i16);
                    rates.chroma_dc(nearest, mb, component, &mut dc);
                    any = 0;
                    for (i, c) in coeffs.iter_mut().enumerate() {
                        let count = rates.chroma_ac(k, nearest, mb, (component, i), c);
                        mb.total_coeff[16 + 4 * component + i] = count;
                        any |= u32::from(count > 0) << i;
                    }
                }
                None => {
                    dc = spread.map(|v| quantise(v, q.scale_dc, q.bias_dc));
                    any = k.quantise4x4_x4.call(&mut coeffs, &q.scale_4x4, &q.bias_4x4);
                }
            }
            self.limit(&mut dc);
            let has_dc = dc != [0; 4];
            let blocks = &mut mb.levels.chroma_ac[component];
            let mut counts = [0; 4];
            if any != 0 {
                let mut score = 0;
                for (i, c) in coeffs.iter_mut().enumerate() {
                    self.limit(c);
                    let scanned = k.scan4x4.call(c, &mut blocks[i]);
                    counts[i] = count(scanned);
                    score += score_4x4(scanned);
                }
                if !mb.mode.is_intra() && rates.is_none() && score < NEGLIGIBLE_CHROMA {
                    any = 0;
                }
            }
            for (i, levels) in blocks.iter_mut().enumerate() {
                let coded = any >> i & 1 != 0;
                if !coded {
                    *levels = [0; 16];
                    coeffs[i] = [0; 16];
                }
                mb.total_coeff[16 + 4 * component + i] = if coded { counts[i] } else { 0 };
            }
            mb.levels.chroma_dc[component] = dc;
            mb.cbp &= !dc_bit;
            if has_dc {
                mb.cbp |= dc_bit;
            }
            any_dc |= has_dc;
            any_ac |= any != 0;
            if any != 0 {
                coeffs.iter_mut().for_each(|c| k.dequantise4x4.call(c, scale, per));
            }
            if any != 0 || has_dc {
                let spread = hadamard_2x2(dc.map(i32::from));
                for (i, c) in coeffs.iter_mut().enumerate() {
                    c[0] = (((spread[i] * scale[0]) << per) >> 5) as i16;
                    let at = CHROMA_ORIGIN + i / 2 * 4 * CHROMA_STRIDE + i % 2 * 4;
                    k.inverse4x4_add.call(&mut mb.rec.chroma[component][at..], CHROMA_STRIDE, c);
                }
            }
        }
        mb.cbp &= !0x30;
        if any_ac {
            mb.cbp |= 2 << 4;
        } else if any_dc {
            mb.cbp |= 1 << 4;
        }
    }
}

/// Levels of a block that are not zero, by what its scan gave back.
fn count(scanned: u32) -> u8 {
    (scanned as u16).count_ones() as u8
}

pub(crate) fn quantise(c: i32, scale: u16, bias: u16) -> i16 {
    let level = ((c.unsigned_abs() + u32::from(bias)) * u32::from(scale)) >> 16;
    if c < 0 { -(level as i16) } else { level as i16 }
}

fn hadamard_2x2([a, b, c, d]: [i32; 4]) -> [i32; 4] {
    [a + b + c + d, a - b + c - d, a + b - c - d, a - b - c + d]
}

/// Intra16x16 DC after its inverse transform (8.5.10).
fn rescale_luma_dc(f: i16, scale: i32, qp: u8) -> i16 {
    let per = i32::from(qp / 6);
    let v = i32::from(f) * scale;
    if per >= 6 { (v << (per - 6)) as i16 } else { ((v + (1 << (5 - per))) >> (6 - per)) as i16 }
}

/// Inter blocks whose few small levels cost more than they bring are dropped below these scores, where levels are not
/// chosen by their bits.
const NEGLIGIBLE_QUARTER: u32 = 2;
const NEGLIGIBLE_MACROBLOCK: u32 = 3;
const NEGLIGIBLE_CHROMA: u32 = 7;

/// Worth of a block of levels, by what its scan gave back: isolated ones late in the scan are worth nothing, early ones
/// little, anything larger always enough.
fn score_4x4(scanned: u32) -> u32 {
    const BY_RUN: [u32; 16] = [3, 2, 2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    if scanned >> 16 != 0 { LARGE_SCORE } else { score(scanned.into(), &BY_RUN) }
}

fn negligible_8x8(levels: &[i16; 64], nonzero: u64) -> bool {
    const BY_RUN: [u32; 64] = {
        let mut t = [0; 64];
        let mut i = 0;
        while i < 24 {
            t[i] = if i < 4 {
                3
            } else if i < 12 {
                2
            } else {
                1
            };
            i += 1;
        }
        t
    };
    score(nonzero, &BY_RUN) < NEGLIGIBLE_QUARTER && levels.iter().all(|level| level.unsigned_abs() < 2)
}

/// Worth of levels of 1 at these places of the scan.
fn score<const N: usize>(mut places: u64, by_run: &[u32; N]) -> u32 {
    let (mut total, mut next) = (0, 0);
    while places != 0 {
        let place = places.trailing_zeros() as usize;
        total += by_run[(place - next) % N];
        next = place + 1;
        places &= places - 1;
    }
    total
}

/// Worth of a block with a larger level.
const LARGE_SCORE: u32 = 9;
