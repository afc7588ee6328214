//! Intra macroblocks: which modes, which block size.

use vitascope_dsp::video::{BlockSize, VideoKernels};

use super::{Analyser, Surroundings, distortion, reset};
use crate::encode::entropy::EntropyCoder;
use crate::encode::intra_prediction::{self as intra, Available, Edge};
use crate::encode::macroblock::{CHROMA_ORIGIN, CHROMA_STRIDE, INTRA_DC, LUMA_ORIGIN, LUMA_STRIDE, Mode};
use crate::encode::residual::{SOURCE_STRIDE, Source};
use crate::encode::slice::{SliceKind, SliceState};
use crate::encode::tables::{BLOCK_RASTER, BLOCK_X, BLOCK_Y};

impl Analyser<'_> {
    /// Tries the intra modes, given the best of Intra16x16 and its cost. `inter` is the cost of the best inter prediction, which small blocks
    /// must come near to be worth coding.
    pub(super) fn code_intra<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        (mode, cost): (u8, u32),
        inter: Option<u32>,
    ) {
        // What is kept as the best is the next trial.
        (at.edges)(&mut self.best);
        let k = self.kernels();
        let available = at.around.available();
        let chroma_mode = self.best_chroma(k, source, available);
        let limit = inter.map_or(u32::MAX, |c| c + c / 8);
        if inter.is_none_or(|c| cost < c + c / 8) {
            let qp = self.qp;
            let rates = self.rates(&*entropy, at);
            let residual = self.residual();
            let trial = &mut *self.trial;
            reset(trial, Mode::Intra16x16, qp);
            trial.intra_16x16_mode = mode;
            intra::predict_16x16(&mut trial.rec.luma, mode, available);
            residual.intra_16x16(k, source, trial, rates.as_ref());
            self.finish_intra(entropy, slice, source, at, chroma_mode);
        }
        let limit = limit.min(cost + cost / 4);
        if slice.transform_8x8_mode && self.code_8x8(&*entropy, source, at, limit).is_some() {
            self.finish_intra(entropy, slice, source, at, chroma_mode);
        }
        if self.code_4x4(&*entropy, source, at, limit).is_some() {
            self.finish_intra(entropy, slice, source, at, chroma_mode);
        }
    }

    fn finish_intra<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        chroma_mode: u8,
    ) {
        let k = self.kernels();
        let rates = self.rates(&*entropy, at);
        let residual = self.residual();
        let trial = &mut *self.trial;
        trial.intra_chroma_mode = chroma_mode;
        for plane in &mut trial.rec.chroma {
            intra::predict_chroma(plane, chroma_mode, at.around.available());
        }
        residual.chroma(k, source, trial, rates.as_ref());
        let bits = entropy.cost(&at.around, slice, trial);
        let distortion = distortion(k, source, trial);
        self.keep_if_better(distortion, bits);
    }

    /// The best mode of Intra16x16 by transformed difference, and its cost. Puts the samples around the macroblock where
    /// intra prediction of the trial reads them.
    pub(super) fn best_16x16(&mut self, source: &Source, at: &Surroundings<'_>) -> (u8, u32) {
        (at.edges)(&mut self.trial);
        let k = self.kernels();
        let available = at.around.available();
        let rec = &mut self.trial.rec.luma;
        let ([above, left], mean) = (intra::edges_16x16(rec), intra::mean_16x16(rec, available));
        let simple = k.intra_satd.call(&source.luma, SOURCE_STRIDE, &above, &left, mean);
        let mut best = (INTRA_DC, u32::MAX);
        // A slope is the rarest where motion could be chosen as well.
        let modes = if self.tools.trials || self.slice_kind == SliceKind::I { 4 } else { 3 };
        for mode in 0..modes {
            if !intra::large_mode_allowed(mode, available) {
                continue;
            }
            let satd = simple.get(usize::from(mode)).copied().unwrap_or_else(|| {
                let rec = &mut self.trial.rec.luma;
                intra::predict_16x16(rec, mode, available);
                let satd = &k.satd[BlockSize::B16x16 as usize];
                satd.call(&source.luma, SOURCE_STRIDE, &rec[LUMA_ORIGIN..], LUMA_STRIDE)
            });
            let cost = satd + self.bits(if mode == INTRA_DC { 3 } else { 4 });
            if cost < best.1 {
                best = (mode, cost);
            }
        }
        best
    }

    /// The best chroma mode by transformed difference.
    pub(super) fn best_chroma(&mut self, k: &VideoKernels, source: &Source, available: Available) -> u8 {
        let mut best = (intra::CHROMA_DC, u32::MAX);
        if self.residual().is_monochrome() {
            return best.0;
        }
        for mode in 0..4 {
            let as_luma = match mode {
                intra::CHROMA_DC => intra::DC,
                intra::CHROMA_HORIZONTAL => intra::HORIZONTAL,
                intra::CHROMA_VERTICAL => intra::VERTICAL,
                _ => intra::PLANE,
            };
            if !intra::large_mode_allowed(as_luma, available) {
                continue;
            }
            let mut cost = self.bits([1, 3, 3, 3][usize::from(mode)]);
            for (rec, source) in self.trial.rec.chroma.iter_mut().zip(&source.chroma) {
                intra::predict_chroma(rec, mode, available);
                cost += k.satd[BlockSize::B8x8 as usize].call(
                    source,
                    SOURCE_STRIDE,
                    &rec[CHROMA_ORIGIN..],
                    CHROMA_STRIDE,
                );
            }
            if cost < best.1 {
                best = (mode, cost);
            }
        }
        best.0
    }

    /// Whether blocks of 8x8 compare all modes, not only the likely ones.
    fn tries_all_modes(&self) -> bool {
        self.tools.trials || (self.slice_kind == SliceKind::I && self.tools.partitions)
    }

    /// Codes the macroblock's luma as Intra4x4 into the trial; its cost, `None` when that exceeds `limit`.
    pub(super) fn code_4x4<E: EntropyCoder>(
        &mut self,
        entropy: &E,
        source: &Source,
        at: &Surroundings<'_>,
        limit: u32,
    ) -> Option<u32> {
        let k = self.kernels();
        let rates = self.rates(entropy, at);
        let around = at.around.available();
        let (predicted_cost, other_cost) = (self.bits(1), self.bits(4));
        reset(&mut self.trial, Mode::Intra4x4, self.qp);
        let residual = self.residual();
        let trial = &mut *self.trial;
        let mut total = 0;
        for block in 0..16 {
            let (x, y) = (BLOCK_X[block], BLOCK_Y[block]);
            let available = Available {
                left: x > 0 || around.left,
                top: y > 0 || around.top,
                top_left: match (x, y) {
                    (0, 0) => around.top_left,
                    (0, _) => around.left,
                    (_, 0) => around.top,
                    _ => true,
                },
                top_right: match block {
                    3 | 7 | 11 | 13 | 15 => false,
                    5 => around.top_right,
                    _ => y > 0 || around.top,
                },
            };
            let rec_at = LUMA_ORIGIN + y * LUMA_STRIDE + x;
            let edge = Edge::<4>::new(&trial.rec.luma, rec_at, available);
            let predicted = at.around.predicted_intra_mode(&trial.intra_modes, x / 4, y / 4);
            let predictions = edge.predict_all::<16>();
            let block_source = &source.luma[y * SOURCE_STRIDE + x..];
            let differences = k.satd_4x4_x9.call(block_source, SOURCE_STRIDE, &predictions);
            let best = best_of_all(&edge, predicted, (predicted_cost, other_cost), differences);
            total += best.1;
            if total > limit {
                return None;
            }
            trial.intra_modes[BLOCK_RASTER[block]] = best.0;
            let rows = predictions[usize::from(best.0)].as_chunks::<4>().0;
            for (to, row) in trial.rec.luma[rec_at..].chunks_mut(LUMA_STRIDE).zip(rows) {
                to[..4].copy_from_slice(row);
            }
            residual.intra_4x4(k, source, trial, rates.as_ref(), block);
        }
        Some(total)
    }

    /// Codes the macroblock's luma as Intra8x8 into the trial; its cost, `None` when that exceeds `limit`.
    pub(super) fn code_8x8<E: EntropyCoder>(
        &mut self,
        entropy: &E,
        source: &Source,
        at: &Surroundings<'_>,
        limit: u32,
    ) -> Option<u32> {
        let k = self.kernels();
        let rates = self.rates(entropy, at);
        let around = at.around.available();
        let (predicted_cost, other_cost) = (self.bits(1), self.bits(4));
        let all = self.tries_all_modes();
        reset(&mut self.trial, Mode::Intra8x8, self.qp);
        let residual = self.residual();
        let trial = &mut *self.trial;
        trial.transform_8x8 = true;
        let mut total = 0;
        for quarter in 0..4 {
            let (x, y) = (quarter % 2 * 8, quarter / 2 * 8);
            let available = Available {
                left: x > 0 || around.left,
                top: y > 0 || around.top,
                top_left: match quarter {
                    0 => around.top_left,
                    1 => around.top,
                    2 => around.left,
                    _ => true,
                },
                top_right: match quarter {
                    0 => around.top,
                    1 => around.top_right,
                    _ => quarter == 2,
                },
            };
            let rec_at = LUMA_ORIGIN + y * LUMA_STRIDE + x;
            let edge = Edge::<8>::new_filtered(&trial.rec.luma, rec_at, available);
            let predicted = at.around.predicted_intra_mode(&trial.intra_modes, x / 4, y / 4);
            let block_source = &source.luma[y * SOURCE_STRIDE + x..];
            let difference = |prediction: &[u8; 64]| {
                k.sa8d[BlockSize::B8x8 as usize].call(block_source, SOURCE_STRIDE, prediction, 8)
            };
            let costs = (predicted_cost, other_cost);
            let best = if all {
                let predictions = edge.predict_all::<64>();
                best_of_all(&edge, predicted, costs, predictions.each_ref().map(difference))
            } else {
                best_of_likely(&edge, predicted, costs, |mode| {
                    let mut prediction = [0; 64];
                    edge.predict(mode, &mut prediction, 8);
                    difference(&prediction)
                })
            };
            total += best.1;
            if total > limit {
                return None;
            }
            let cell = quarter / 2 * 8 + quarter % 2 * 2;
            for i in [cell, cell + 1, cell + 4, cell + 5] {
                trial.intra_modes[i] = best.0;
            }
            edge.predict(best.0, &mut trial.rec.luma[rec_at..], LUMA_STRIDE);
            residual.intra_8x8(k, source, trial, rates.as_ref(), quarter);
        }
        Some(total)
    }
}

/// The mode of a 4x4 or 8x8 block with the least of these differences plus mode bits, which cost less for the predicted mode
/// than for others, and that cost.
fn best_of_all<const N: usize>(
    edge: &Edge<N>,
    predicted: u8,
    (predicted_cost, other_cost): (u32, u32),
    differences: [u32; 9],
) -> (u8, u32) {
    let mut costs = differences.map(|difference| difference + other_cost);
    costs[usize::from(predicted)] -= other_cost - predicted_cost;
    let mut best = (INTRA_DC, u32::MAX);
    for (mode, cost) in (0..).zip(costs) {
        if cost < best.1 && edge.allows(mode) {
            best = (mode, cost);
        }
    }
    best
}

/// The same of the likely modes.
#[inline(always)]
fn best_of_likely<const N: usize>(
    edge: &Edge<N>,
    predicted: u8,
    (predicted_cost, other_cost): (u32, u32),
    difference: impl Fn(u8) -> u32,
) -> (u8, u32) {
    let mut best = (INTRA_DC, u32::MAX);
    let mut offer = |mode: u8| {
        if edge.allows(mode) {
            let cost = difference(mode) + if mode == predicted { predicted_cost } else { other_cost };
            if cost < best.1 {
                best = (mode, cost);
            }
        }
        best.0
    };
    offer(intra::VERTICAL);
    offer(intra::HORIZONTAL);
    let near = NEAR[usize::from(offer(intra::DC))];
    near.into_iter()
        .filter(|&mode| mode != predicted)
        .chain([predicted])
        .filter(|&mode| mode > intra::DC)
        .for_each(|mode| {
            offer(mode);
        });
    best
}

/// Modes of directions near vertical, near horizontal, and those that DC prediction may stand for.
const NEAR: [[u8; 3]; 3] = [[5, 7, 3], [6, 8, 4], [3, 4, 8]];
