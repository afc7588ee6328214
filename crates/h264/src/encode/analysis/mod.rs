//! Choosing how to code a macroblock.
//!
//! Searches compare transformed differences plus lambda times bits; what survives them is coded for
//! real, and the least of squared error plus lambda times bits wins.

mod bidirectional;
mod coarsest;
mod estimated;
mod inter;
mod intra;
mod predicted;
mod refine;
mod sub_partitions;

use vitascope_dsp::video::{BlockSize, VideoKernels};

use super::direct_choice::DirectDifferences;
use super::effort::Tools;
use super::entropy::EntropyCoder;
use super::macroblock::{
    CHROMA_ORIGIN, CHROMA_STRIDE, INTRA_DC, LUMA_ORIGIN, LUMA_STRIDE, Macroblock, Mode, Mv,
};
use super::motion_cost::MotionCosts;
use super::motion_search::MotionLimits;
use super::neighbours::Neighbours;
use super::psychovisual::{Energies, difference, energies};
use super::reference::ReferenceLists;
use super::residual::{ResidualCoder, SOURCE_STRIDE, Source};
use super::slice::{SliceKind, SliceState};
use super::sub_partition::SubPartition;
use super::tables::{inter_lambda_scale, lambda_sad, lambda_ssd};
use super::temporal_direct::{MotionRecord, TemporalDirect};
use super::trellis::Rates;
use super::weights::PictureWeights;

/// Tables that every macroblock of a stream shares.
pub(crate) struct CodingTables {
    pub(crate) kernels: VideoKernels,
    /// Of I and P pictures, and of B pictures.
    pub(crate) residual: [ResidualCoder; 2],
    pub(crate) motion_costs: MotionCosts,
    /// How much a difference of energy counts, in 1/256 of lambda; 0 for not at all.
    pub(crate) psychovisual: u32,
    /// Most vectors of a macroblock.
    pub(crate) max_vectors: usize,
}

/// One macroblock's surroundings.
pub(crate) struct Surroundings<'a> {
    pub(crate) position: (usize, usize),
    pub(crate) around: Neighbours<'a>,
    pub(crate) references: ReferenceLists<'a>,
    pub(crate) limits: MotionLimits,
    /// Where the lookahead found the macroblock in the picture before, and in the one after.
    pub(crate) hints: [Mv; 2],
    /// What inter prediction costs there in 64ths of what intra prediction costs.
    pub(crate) inter_part: u8,
    /// Quarters that stand still in the first picture of list 1, one bit each (colZeroFlag, 8.4.1.2.2).
    pub(crate) still: u8,
    /// The macroblock's motion in the picture after, and how its own follows from it; `None` where that is not known.
    pub(crate) temporal: Option<(&'a TemporalDirect, &'a MotionRecord)>,
    /// Motion that is not sent is derived from neighbours, not from the picture after.
    pub(crate) spatial_direct: bool,
    /// Both ways to derive it are compared.
    pub(crate) compares_direct: bool,
    /// Copies the samples above and to the left into a reconstruction buffer.
    pub(crate) edges: &'a dyn Fn(&mut Macroblock),
}

/// Codes macroblocks one after the other; keeps the buffers that trials need.
pub(crate) struct Analyser<'a> {
    tables: &'a CodingTables,
    tools: Tools,
    best: Box<Macroblock>,
    trial: Box<Macroblock>,
    /// A trial's prediction for a second way to code it.
    spare: Box<Macroblock>,
    /// The source's luma as it would be before each reference's weights; empty where there are none.
    unweighted: Vec<Option<[u8; 256]>>,
    /// What the macroblocks so far have shown of the two ways to derive motion.
    direct_differences: DirectDifferences,
    /// Vectors that were coded while one macroblock's were refined.
    tried: Vec<refine::Tried>,
    /// Energies of the source, where they count.
    energies: Energies,
    best_cost: u64,
    /// Bits of the best so far, in 1/256.
    best_bits: u32,
    qp: u8,
    slice_kind: SliceKind,
    lambda: u32,
    lambda_ssd: u64,
}

impl<'a> Analyser<'a> {
    pub(crate) fn new(tables: &'a CodingTables, tools: Tools) -> Self {
        Self {
            tables,
            tools,
            best: Macroblock::new(),
            trial: Macroblock::new(),
            spare: Macroblock::new(),
            unweighted: Vec::new(),
            direct_differences: DirectDifferences::default(),
            tried: Vec::new(),
            energies: [0; 4],
            best_cost: u64::MAX,
            best_bits: 0,
            qp: 0,
            slice_kind: SliceKind::I,
            lambda: 0,
            lambda_ssd: 0,
        }
    }

    /// Decides on and codes one macroblock.
    pub(crate) fn code<E: EntropyCoder>(
        &mut self,
        entropy: &mut E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        qp: u8,
    ) {
        self.qp = qp;
        self.lambda = lambda_sad(qp, self.tools.trials);
        self.lambda_ssd = lambda_ssd(qp);
        if self.tools.trials && slice.kind != SliceKind::I {
            self.lambda_ssd = ((self.lambda_ssd * inter_lambda_scale(slice.kind)) >> 8).max(1);
        }
        self.best_cost = u64::MAX;
        self.slice_kind = slice.kind;
        if self.tables.psychovisual > 0 {
            self.energies = energies(self.kernels(), &source.luma, SOURCE_STRIDE);
        }
        self.unweighted.clear();
        if at.references[0].iter().any(|reference| reference.weights.is_some()) {
            let before = |sample: u8, weights: &PictureWeights| weights.unweighted[usize::from(sample)];
            self.unweighted.extend(at.references[0].iter().map(|reference| {
                reference.weights.map(|weights| source.luma.map(|sample| before(sample, weights)))
            }));
        }
        let estimate = !self.tools.trials && qp < STARVED_QP;
        match slice.kind {
            SliceKind::I if estimate => {
                if let Some(cost) = self.estimate_intra(entropy, slice, source, at, u32::MAX) {
                    self.guard_size(entropy, slice, source, at, cost);
                }
                return;
            }
            SliceKind::I => {
                let best = self.best_16x16(source, at);
                self.code_intra(entropy, slice, source, at, best, None);
            }
            SliceKind::P if estimate => return self.estimate_predicted(entropy, slice, source, at),
            SliceKind::B if estimate => {
                return self.estimate_bidirectional(entropy, slice, source, at);
            }
            SliceKind::P => self.code_predicted(entropy, slice, source, at),
            SliceKind::B => self.code_bidirectional(entropy, slice, source, at),
        }
        if self.best_bits > self.pcm_bits() {
            self.code_pcm(source);
        }
    }

    /// How the two ways to derive motion compare where both were tried.
    pub(crate) fn direct_differences(&self) -> DirectDifferences {
        self.direct_differences
    }

    /// The macroblock that was decided on last.
    pub(crate) fn chosen(&self) -> &Macroblock {
        &self.best
    }

    fn residual(&self) -> &'a ResidualCoder {
        &self.tables.residual[usize::from(self.slice_kind == SliceKind::B)]
    }

    fn kernels(&self) -> &'a VideoKernels {
        &self.tables.kernels
    }

    /// What choosing levels by their bits needs, where that is done.
    fn rates<'e, E: EntropyCoder>(&self, entropy: &'e E, at: &Surroundings<'e>) -> Option<Rates<'e>> {
        let chroma_qp = self.residual().chroma_qp(self.qp);
        let rates = || Rates::new(entropy.states(), at.around, self.qp, chroma_qp, self.slice_kind);
        self.tools.trellis.then(rates)
    }

    /// Lambda times a number of bits, in sample differences.
    fn bits(&self, bits: u32) -> u32 {
        (self.lambda * bits + 128) >> 8
    }

    /// Size of a macroblock of bare samples, in 1/256 bit: no other may be larger.
    fn pcm_bits(&self) -> u32 {
        let samples = if self.residual().is_monochrome() { 256 } else { 384 };
        (samples * 8 + PCM_HEADER_BITS) * 256
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

    /// Keeps the trial when squared error plus lambda times bits (in 1/256) is the least so far.
    fn keep_if_better(&mut self, distortion: u32, bits: u32) {
        let mut cost = (u64::from(distortion) << 8) + ((self.lambda_ssd * u64::from(bits)) >> 8);
        if self.tables.psychovisual > 0 {
            let own = energies(self.kernels(), &self.trial.rec.luma[LUMA_ORIGIN..], LUMA_STRIDE);
            // Lambda is in 1/256 like the cost.
            let weight = u64::from(self.lambda) * u64::from(self.tables.psychovisual);
            cost += (weight * u64::from(difference(&self.energies, &own))) >> 8;
        }
        if cost < self.best_cost {
            self.best_cost = cost;
            self.best_bits = bits;
            std::mem::swap(&mut self.best, &mut self.trial);
        }
    }
}

/// At this quantiser, the last, limits of size press, and nothing but true costs finds the smallest macroblock.
const STARVED_QP: u8 = 51;

/// Intra prediction is not looked at where inter prediction costs less than so many bits.
const INTRA_BITS: u32 = 80;
/// The same where predictions in P pictures are tried: what is copied costs little, but smooth blocks cost even less.
const TRIED_INTRA_BITS: u32 = 40;

/// Nor are parts of a macroblock where the whole costs less than so many.
const PARTITION_BITS: u32 = 60;

/// Bits of a macroblock of bare samples besides these.
const PCM_HEADER_BITS: u32 = 16;

fn reset(mb: &mut Macroblock, mode: Mode, qp: u8) {
    mb.mode = mode;
    mb.qp = qp;
    mb.cbp = 0;
    mb.transform_8x8 = false;
    mb.intra_chroma_mode = 0;
    mb.intra_modes = [INTRA_DC; 16];
    mb.direct = 0;
    mb.ref_idx = [[-1; 4]; 2];
    mb.sub = [SubPartition::Whole; 4];
    mb.mvd = [[Mv::ZERO; 16]; 2];
    mb.mv = [[Mv::ZERO; 16]; 2];
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
