//! Choosing how to code a macroblock.
//!
//! Searches compare transformed differences plus lambda times bits; what survives them is coded for
//! real, and the least of squared error plus lambda times bits wins.

use vitascope_dsp::video::{BlockSize, VideoKernels};

use super::effort::Tools;
use super::entropy::EntropyCoder;
use super::intra_prediction::{self as intra, Available, Edge};
use super::macroblock::{
    CHROMA_ORIGIN, CHROMA_STRIDE, INTRA_DC, LUMA_ORIGIN, LUMA_STRIDE, Macroblock, Mode, Mv, Partition,
};
use super::motion_cost::MotionCosts;
use super::motion_search::{Found, MotionLimits, Search};
use super::neighbours::{MotionCache, Neighbours};
use super::reference::{ReferenceView, block_size, predict_partition};
use super::residual::{ResidualCoder, SOURCE_STRIDE, Source};
use super::slice::{SliceKind, SliceState};
use super::tables::{BLOCK_RASTER, BLOCK_X, BLOCK_Y, lambda_sad, lambda_ssd};

/// Tables that every macroblock of a stream shares.
pub(crate) struct CodingTables {
    pub(crate) kernels: VideoKernels,
    pub(crate) residual: ResidualCoder,
    pub(crate) motion_costs: MotionCosts,
}

/// One macroblock's surroundings.
pub(crate) struct Surroundings<'a> {
    pub(crate) position: (usize, usize),
    pub(crate) around: Neighbours<'a>,
    pub(crate) references: &'a [ReferenceView<'a>],
    pub(crate) limits: MotionLimits,
    /// Where the lookahead found the macroblock in the previous picture.
    pub(crate) hint: Mv,
}

/// Codes macroblocks one after the other; keeps the buffers that trials need.
pub(crate) struct Analyser<'a> {
    tables: &'a CodingTables,
    tools: Tools,
    best: Box<Macroblock>,
    trial: Box<Macroblock>,
    best_cost: u64,
    /// Bits of the best so far, in 1/256.
    best_bits: u32,
    qp: u8,
    lambda: u32,
    lambda_ssd: u64,
}

/// The inter prediction that a search settled on.
#[derive(Clone, Copy)]
struct InterChoice {
    partition: Partition,
    ref_idx: [i8; 4],
    /// One vector per part.
    mvs: [Mv; 4],
    cost: u32,
}

impl<'a> Analyser<'a> {
    pub(crate) fn new(tables: &'a CodingTables, tools: Tools) -> Self {
        Self {
            tables,
            tools,
            best: Macroblock::new(),
            trial: Macroblock::new(),
            best_cost: u64::MAX,
            best_bits: 0,
            qp: 0,
            lambda: 0,
            lambda_ssd: 0,
        }
    }

    /// Decides on and codes one macroblock. `edges` copies the neighbouring samples into a
    /// reconstruction buffer.
    pub(crate) fn code<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        qp: u8,
        edges: impl Fn(&mut Macroblock),
    ) -> &Macroblock {
        self.qp = qp;
        self.lambda = lambda_sad(qp);
        self.lambda_ssd = lambda_ssd(qp);
        self.best_cost = u64::MAX;
        edges(&mut self.best);
        edges(&mut self.trial);
        match slice.kind {
            SliceKind::I => self.code_intra(entropy, slice, source, at, None),
            SliceKind::P => self.code_predicted(entropy, slice, source, at),
        }
        if self.best_bits > PCM_BITS {
            self.code_pcm(source);
        }
        &self.best
    }

    fn kernels(&self) -> &'a VideoKernels {
        &self.tables.kernels
    }

    /// Lambda times a number of bits, in sample differences.
    fn bits(&self, bits: u32) -> u32 {
        (self.lambda * bits + 128) >> 8
    }

    // ---- inter -------------------------------------------------------------------------------

    fn code_predicted<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
    ) {
        let mut motion = at.around.motion(0);
        let skip = motion.predict_skip();
        if at.limits.contains(skip) && self.try_skip(entropy, slice, source, at, skip) {
            return;
        }
        let choice = self.search(source, at, &mut motion);
        self.try_inter(entropy, slice, source, at, &choice, &mut motion);
        let k = self.kernels();
        let intra = self.best_16x16(k, source, at.around.available());
        if intra.1 < choice.cost + choice.cost / 4 {
            self.code_intra(entropy, slice, source, at, Some(choice.cost));
        }
    }

    /// Tries `P_Skip`; true when nothing would be coded with its motion anyway, which settles it.
    fn try_skip<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        mv: Mv,
    ) -> bool {
        let k = self.kernels();
        let qp = self.qp;
        let trial = &mut *self.trial;
        reset(trial, Mode::Inter(Partition::Whole), qp);
        trial.ref_idx = [[0; 4], [-1; 4]];
        trial.mv[0] = [mv; 16];
        at.references[0].predict(k, &mut trial.rec, at.position, (0, 0, 4, 4), mv);
        let distortion = distortion(k, source, trial);
        let prediction = trial.rec.clone();
        let residual = &self.tables.residual;
        residual.inter_4x4(k, source, trial);
        let mut coded = trial.cbp != 0;
        if !coded {
            residual.chroma(k, source, trial);
            coded = trial.cbp & 0x3f != 0;
        }
        if coded {
            trial.rec = prediction;
        }
        trial.mode = Mode::Skip;
        trial.cbp = 0;
        trial.total_coeff = [0; 24];
        let bits = entropy.cost(&at.around, slice, trial);
        self.keep_if_better(distortion, bits);
        !coded
    }

    fn search(&self, source: &Source, at: &Surroundings<'_>, motion: &mut MotionCache) -> InterChoice {
        let k = self.kernels();
        let (mb_x, mb_y) = at.position;
        let costs = self.tables.motion_costs.at(self.qp);
        let whole = (0, 0, 4, 4);
        let mut choice =
            InterChoice { partition: Partition::Whole, ref_idx: [0; 4], mvs: [Mv::ZERO; 4], cost: u32::MAX };
        let neighbours = motion.candidates();
        for (index, reference) in at.references.iter().enumerate() {
            let mut candidates = [Mv::ZERO; 6];
            let mut count = 0;
            let mut add = |mv: Mv| {
                candidates[count] = mv;
                count += 1;
            };
            if index > 0 {
                add(choice.mvs[0]);
            }
            for (ref_idx, mv) in neighbours {
                if ref_idx >= 0 {
                    add(mv);
                }
            }
            add(Mv::ZERO);
            add(at.hint);
            let search = Search {
                k,
                reference,
                cost: costs,
                limits: at.limits,
                size: BlockSize::B16x16,
                source: &source.luma,
                origin: reference.luma_index((mb_x * 16) as i32, (mb_y * 16) as i32),
                predicted: motion.predict(whole, index as i8),
            };
            let found = search.run(&candidates[..count], self.tools.search);
            let cost = found.cost + self.bits(reference_bits(at.references.len(), index));
            if cost < choice.cost {
                choice = InterChoice { ref_idx: [index as i8; 4], mvs: [found.mv; 4], cost, ..choice };
            }
        }
        if self.tools.partitions && choice.cost > self.bits(24) {
            self.search_partitions(source, at, motion, &mut choice);
        }
        choice
    }

    /// Quarters from the whole block's vector, then halves from the quarters' where those did well.
    fn search_partitions(
        &self,
        source: &Source,
        at: &Surroundings<'_>,
        motion: &mut MotionCache,
        choice: &mut InterChoice,
    ) {
        let ref_idx = choice.ref_idx[0];
        let reference = &at.references[ref_idx as usize];
        let ref_bits = reference_bits(at.references.len(), ref_idx as usize);
        let whole = choice.mvs[0];
        let (mb_x, mb_y) = at.position;
        let part_search =
            |motion: &MotionCache, (x, y, w, h): (usize, usize, usize, usize), candidates: &[Mv]| -> Found {
                let search = Search {
                    k: self.kernels(),
                    reference,
                    cost: self.tables.motion_costs.at(self.qp),
                    limits: at.limits,
                    size: block_size(w, h),
                    source: &source.luma[y * 4 * SOURCE_STRIDE + x * 4..],
                    origin: reference.luma_index((mb_x * 16 + x * 4) as i32, (mb_y * 16 + y * 4) as i32),
                    predicted: motion.predict((x, y, w, h), ref_idx),
                };
                search.run(candidates, self.tools.part_search)
            };
        let try_partition =
            |motion: &mut MotionCache, partition: Partition, start: &[Mv; 4], mode_bits: u32, stop: u32| {
                motion.clear();
                let mut mvs = [Mv::ZERO; 4];
                let mut cost = self.bits(mode_bits + ref_bits * partition.parts().len() as u32);
                for (i, &part) in partition.parts().iter().enumerate() {
                    let found = part_search(motion, part, &[start[i], whole]);
                    mvs[i] = found.mv;
                    cost += found.cost;
                    if cost > stop {
                        return None;
                    }
                    motion.set(part, ref_idx, found.mv);
                }
                Some(InterChoice { partition, ref_idx: [ref_idx; 4], mvs, cost })
            };
        let slack = choice.cost + choice.cost / 16;
        let quarters = try_partition(motion, Partition::Quarters, &[whole; 4], 6, slack);
        motion.clear();
        let Some(quarters) = quarters else { return };
        let q = quarters.mvs;
        let single = choice.cost;
        let same = |a: Mv, b: Mv| (a.x - b.x).abs() < 2 && (a.y - b.y).abs() < 2;
        let halves = [
            (Partition::Rows, [q[0], q[2]], same(q[0], q[1]) || same(q[2], q[3])),
            (Partition::Columns, [q[0], q[1]], same(q[0], q[2]) || same(q[1], q[3])),
        ];
        if quarters.cost < choice.cost {
            *choice = quarters;
        }
        for (partition, start, alike) in halves {
            if !alike && quarters.cost > single {
                continue;
            }
            let start = [start[0], start[1], Mv::ZERO, Mv::ZERO];
            if let Some(found) = try_partition(motion, partition, &start, 3, choice.cost)
                && found.cost < choice.cost
            {
                *choice = found;
            }
        }
        motion.clear();
    }

    fn try_inter<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        choice: &InterChoice,
        motion: &mut MotionCache,
    ) {
        let k = self.kernels();
        let qp = self.qp;
        let trial = &mut *self.trial;
        reset(trial, Mode::Inter(choice.partition), qp);
        motion.clear();
        trial.ref_idx = [choice.ref_idx, [-1; 4]];
        for (i, &part) in choice.partition.parts().iter().enumerate() {
            let (x, y, w, h) = part;
            let mv = choice.mvs[i];
            let ref_idx = choice.ref_idx[y / 2 * 2 + x / 2];
            let predicted = motion.predict(part, ref_idx);
            trial.mvd[0][i] = Mv::new(mv.x - predicted.x, mv.y - predicted.y);
            motion.set(part, ref_idx, mv);
            for j in y..y + h {
                trial.mv[0][j * 4 + x..j * 4 + x + w].fill(mv);
            }
        }
        motion.clear();
        predict_partition(
            k,
            at.references,
            &mut trial.rec,
            at.position,
            choice.partition,
            &choice.ref_idx,
            &trial.mv[0],
        );
        let residual = &self.tables.residual;
        let large = slice.transform_8x8_mode && {
            let prediction = &trial.rec.luma[LUMA_ORIGIN..];
            let size = BlockSize::B16x16 as usize;
            let four = k.satd[size].call(&source.luma, SOURCE_STRIDE, prediction, LUMA_STRIDE);
            k.sa8d[BlockSize::B16x16 as usize].call(&source.luma, SOURCE_STRIDE, prediction, LUMA_STRIDE)
                < four
        };
        if large {
            trial.transform_8x8 = true;
            residual.inter_8x8(k, source, trial);
        } else {
            residual.inter_4x4(k, source, trial);
        }
        residual.chroma(k, source, trial);
        // Without coefficients there is no transform to speak of.
        trial.transform_8x8 &= trial.cbp & 15 != 0;
        let bits = entropy.cost(&at.around, slice, trial);
        let distortion = distortion(k, source, trial);
        self.keep_if_better(distortion, bits);
    }

    // ---- intra -------------------------------------------------------------------------------

    /// Tries the intra modes. `inter` is the cost of the best inter prediction, which small blocks
    /// must come near to be worth coding.
    fn code_intra<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        inter: Option<u32>,
    ) {
        let k = self.kernels();
        let available = at.around.available();
        let chroma_mode = self.best_chroma(k, source, available);
        let (mode, cost) = self.best_16x16(k, source, available);
        let limit = inter.map_or(u32::MAX, |c| c + c / 8);
        if inter.is_none_or(|c| cost < c + c / 8) {
            let qp = self.qp;
            let trial = &mut *self.trial;
            reset(trial, Mode::Intra16x16, qp);
            trial.intra_16x16_mode = mode;
            intra::predict_16x16(&mut trial.rec.luma, mode, available);
            self.tables.residual.intra_16x16(k, source, trial);
            self.finish_intra(entropy, slice, source, at, chroma_mode);
        }
        let limit = limit.min(cost + cost / 4);
        if slice.transform_8x8_mode && self.code_8x8(k, source, at, limit) {
            self.finish_intra(entropy, slice, source, at, chroma_mode);
        }
        if self.code_4x4(k, source, at, limit) {
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
        let trial = &mut *self.trial;
        trial.intra_chroma_mode = chroma_mode;
        for plane in &mut trial.rec.chroma {
            intra::predict_chroma(plane, chroma_mode, at.around.available());
        }
        self.tables.residual.chroma(k, source, trial);
        let bits = entropy.cost(&at.around, slice, trial);
        let distortion = distortion(k, source, trial);
        self.keep_if_better(distortion, bits);
    }

    fn best_16x16(&mut self, k: &VideoKernels, source: &Source, available: Available) -> (u8, u32) {
        let mut best = (INTRA_DC, u32::MAX);
        for mode in 0..4 {
            if !intra::large_mode_allowed(mode, available) {
                continue;
            }
            let rec = &mut self.trial.rec.luma;
            intra::predict_16x16(rec, mode, available);
            let satd = k.satd[BlockSize::B16x16 as usize].call(
                &source.luma,
                SOURCE_STRIDE,
                &rec[LUMA_ORIGIN..],
                LUMA_STRIDE,
            );
            let cost = satd + self.bits(if mode == INTRA_DC { 3 } else { 4 });
            if cost < best.1 {
                best = (mode, cost);
            }
        }
        best
    }

    fn best_chroma(&mut self, k: &VideoKernels, source: &Source, available: Available) -> u8 {
        let mut best = (intra::CHROMA_DC, u32::MAX);
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

    /// Codes the macroblock's luma as Intra4x4 into the trial; false when it exceeds `limit`.
    fn code_4x4(&mut self, k: &VideoKernels, source: &Source, at: &Surroundings<'_>, limit: u32) -> bool {
        let around = at.around.available();
        let (predicted_cost, other_cost) = (self.bits(1), self.bits(4));
        reset(&mut self.trial, Mode::Intra4x4, self.qp);
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
            let block_source = &source.luma[y * SOURCE_STRIDE + x..];
            let mut best = (INTRA_DC, u32::MAX);
            for mode in 0..9 {
                if !edge.allows(mode) {
                    continue;
                }
                let mut prediction = [0; 16];
                edge.predict(mode, &mut prediction, 4);
                let cost = k.satd[BlockSize::B4x4 as usize].call(block_source, SOURCE_STRIDE, &prediction, 4)
                    + if mode == predicted { predicted_cost } else { other_cost };
                if cost < best.1 {
                    best = (mode, cost);
                }
            }
            total += best.1;
            if total > limit {
                return false;
            }
            trial.intra_modes[BLOCK_RASTER[block]] = best.0;
            edge.predict(best.0, &mut trial.rec.luma[rec_at..], LUMA_STRIDE);
            self.tables.residual.intra_4x4(k, source, trial, block);
        }
        true
    }

    /// Codes the macroblock's luma as Intra8x8 into the trial; false when it exceeds `limit`.
    fn code_8x8(&mut self, k: &VideoKernels, source: &Source, at: &Surroundings<'_>, limit: u32) -> bool {
        let around = at.around.available();
        let (predicted_cost, other_cost) = (self.bits(1), self.bits(4));
        reset(&mut self.trial, Mode::Intra8x8, self.qp);
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
            let mut best = (INTRA_DC, u32::MAX);
            for mode in 0..9 {
                if !edge.allows(mode) {
                    continue;
                }
                let mut prediction = [0; 64];
                edge.predict(mode, &mut prediction, 8);
                let cost = k.sa8d[BlockSize::B8x8 as usize].call(block_source, SOURCE_STRIDE, &prediction, 8)
                    + if mode == predicted { predicted_cost } else { other_cost };
                if cost < best.1 {
                    best = (mode, cost);
                }
            }
            total += best.1;
            if total > limit {
                return false;
            }
            let cell = quarter / 2 * 8 + quarter % 2 * 2;
            for i in [cell, cell + 1, cell + 4, cell + 5] {
                trial.intra_modes[i] = best.0;
            }
            edge.predict(best.0, &mut trial.rec.luma[rec_at..], LUMA_STRIDE);
            self.tables.residual.intra_8x8(k, source, trial, quarter);
        }
        true
    }

    /// Codes the samples themselves: nothing else may take more bits than that (A.3.1 limits a
    /// macroblock to 3200).
    fn code_pcm(&mut self, source: &Source) {
        let trial = &mut *self.trial;
        reset(trial, Mode::IntraPcm, self.qp);
        for y in 0..16 {
            trial.rec.luma[LUMA_ORIGIN + y * LUMA_STRIDE..][..16]
                .copy_from_slice(&source.luma[y * SOURCE_STRIDE..][..16]);
        }
        for (rec, source) in trial.rec.chroma.iter_mut().zip(&source.chroma) {
            for y in 0..8 {
                rec[CHROMA_ORIGIN + y * CHROMA_STRIDE..][..8]
                    .copy_from_slice(&source[y * SOURCE_STRIDE..][..8]);
            }
        }
        self.keep_if_better(0, 0);
    }

    // ---- comparison --------------------------------------------------------------------------

    /// Keeps the trial when squared error plus lambda times bits (in 1/256) is the least so far.
    fn keep_if_better(&mut self, distortion: u32, bits: u32) {
        let cost = (u64::from(distortion) << 8) + ((self.lambda_ssd * u64::from(bits)) >> 8);
        if cost < self.best_cost {
            self.best_cost = cost;
            self.best_bits = bits;
            std::mem::swap(&mut self.best, &mut self.trial);
        }
    }
}

/// Size of a macroblock of bare samples, in 1/256 bit: what follows must not be longer.
const PCM_BITS: u32 = (384 * 8 + 16) * 256;

fn reset(mb: &mut Macroblock, mode: Mode, qp: u8) {
    mb.mode = mode;
    mb.qp = qp;
    mb.cbp = 0;
    mb.transform_8x8 = false;
    mb.intra_chroma_mode = 0;
    mb.intra_modes = [INTRA_DC; 16];
    mb.ref_idx = [[-1; 4]; 2];
    mb.mvd = [[Mv::ZERO; 4]; 2];
    if mode.is_intra() {
        mb.mv = [[Mv::ZERO; 16]; 2];
    }
}

/// Bits of a reference index, about.
fn reference_bits(count: usize, index: usize) -> u32 {
    if count < 2 { 0 } else { 1 + 2 * index.min(4) as u32 }
}

/// Squared error of luma and chroma.
fn distortion(k: &VideoKernels, source: &Source, mb: &Macroblock) -> u32 {
    let luma = k.ssd[BlockSize::B16x16 as usize].call(
        &source.luma,
        SOURCE_STRIDE,
        &mb.rec.luma[LUMA_ORIGIN..],
        LUMA_STRIDE,
    );
    let chroma = source.chroma.iter().zip(&mb.rec.chroma).map(|(source, rec)| {
        k.ssd[BlockSize::B8x8 as usize].call(source, SOURCE_STRIDE, &rec[CHROMA_ORIGIN..], CHROMA_STRIDE)
    });
    luma + chroma.sum::<u32>()
}
