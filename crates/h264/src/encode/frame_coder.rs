//! Codes one picture: macroblock rows from top to bottom, each filtered and handed to waiting
//! readers as soon as it is done.

use std::sync::Arc;

use vitascope_encode::math::log2;

use super::analysis::{Analyser, CodingTables, Surroundings};
use super::bottom_lines::BottomLines;
use super::deblock::{DeblockParameters, DeblockRow, deblock_row};
use super::direct_choice::{DirectDifferences, is_sample};
use super::effort::Tools;
use super::entropy::{Cabac, Cavlc, EntropyCoder};
use super::macroblock::{CBP_DC_CHROMA, CBP_DC_LUMA, Macroblock, MacroblockInfo, Mode, Mv};
use super::motion_search::MotionLimits;
use super::neighbours::Neighbours;
use super::picture::{CHROMA_PADDING, Geometry, LUMA_PADDING, PictureWriter, Reference, SourcePicture};
use super::picture_report::{PictureReport, Reports};
use super::residual::Source;
use super::row_budget::{RowBudget, RowControl};
use super::saving::Saving;
use super::slice::{SliceKind, SliceState};
use super::slice_writer::{Fit, SliceWriter};
use super::stream::SliceHeaders;
use super::temporal_direct::{self, DirectPlan};
use super::weights::PictureWeights;
use super::worker::RowTask;
use super::write_cabac::{fill_absolute, wrap_delta};

/// Everything the coding of one picture needs; owned, so that any thread may run it.
pub(crate) struct FrameJob {
    pub(crate) tables: Arc<CodingTables>,
    pub(crate) tools: Tools,
    pub(crate) kind: SliceKind,
    pub(crate) cabac: bool,
    pub(crate) transform_8x8_mode: bool,
    pub(crate) deblocking: DeblockParameters,
    pub(crate) headers: SliceHeaders,
    pub(crate) slice_qp: u8,
    /// Most bytes of a slice's NAL unit; 0 sets no limit.
    pub(crate) max_slice_bytes: usize,
    /// Quantiser of each macroblock, raster order.
    pub(crate) qps: Vec<u8>,
    /// Motion found by the lookahead against the pictures before and after, raster order; may be
    /// empty.
    pub(crate) hints: [Vec<Mv>; 2],
    pub(crate) limits: ReachLimits,
    pub(crate) source: Arc<SourcePicture>,
    pub(crate) picture: PictureWriter,
    /// By list.
    pub(crate) references: [Vec<Reference>; 2],
    /// Weights of the references of list 0, as many or none at all.
    pub(crate) weights: Vec<Option<PictureWeights>>,
    /// Weights of pairs of references, see [`implicit_weights`](super::implicit_weights); empty where both count alike.
    pub(crate) second_weights: Vec<Vec<i16>>,
    /// How B macroblocks derive their motion.
    pub(crate) direct: DirectPlan,
    /// Other pictures will predict from this one.
    pub(crate) is_reference: bool,
    /// Wanted of it even if no picture predicts from it.
    pub(crate) reports: Reports,
    /// Most bytes of the NAL unit with its length field: a picture that comes out larger is coded again, more
    /// coarsely, and no picture sees it before its size is right.
    pub(crate) max_bytes: Option<usize>,
    /// What rows are coarsened for while the picture is coded.
    pub(crate) budget: Option<RowBudget>,
}

/// Quantiser steps by which a picture twice too large is coarsened: sizes fall by about half in six, and what
/// only just misses would miss again.
const COARSER: f64 = 7.0;
/// Quantiser steps that halve the size of a predicted and of an intra picture, as rate control sees it.
const HALVING: f64 = 6.0;
const INTRA_HALVING: f64 = 6.0 / 0.7;

/// How far vectors reach, in luma samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReachLimits {
    /// Down from a macroblock, so that a picture can follow its reference at a fixed distance.
    pub(crate) down: usize,
    /// Up or down, by the level (Table A-1, MaxVmvR).
    pub(crate) vertical: usize,
}

/// A coded picture.
pub(crate) struct CodedFrame {
    /// The NAL units of its slices, each after its length in four bytes.
    pub(crate) data: Vec<u8>,
    pub(crate) source: Arc<SourcePicture>,
    pub(crate) picture: PictureWriter,
    /// Mean of the macroblocks' quantisers.
    pub(crate) mean_qp: f32,
    /// By how much the quantisers were raised on average to keep to the size.
    pub(crate) raised: f32,
    pub(crate) report: PictureReport,
    /// How the two ways to derive motion compare.
    pub(crate) direct_differences: DirectDifferences,
}

/// Samples beyond the picture that a block may cover: less than the padding by what interpolation
/// and the block itself need.
const OUTSIDE: usize = 24;
/// Samples beyond the last column or row at which a macroblock may begin.
const BEYOND: usize = 8;
/// By how much the quantiser of a macroblock rises while its slice alone is too large, and to where.
const QP_STEP: u8 = 4;
const MAX_QP: u8 = 51;

impl FrameJob {
    /// The job as a task of rows.
    pub(crate) fn into_task(self) -> Box<dyn RowTask<Output = CodedFrame>> {
        if self.cabac {
            Box::new(FrameCoder::<Cabac>::new(self))
        } else {
            Box::new(FrameCoder::<Cavlc>::new(self))
        }
    }

    /// Raises the quantisers for a picture that came out larger than it may be; false when it is small enough or
    /// they stand at their highest.
    fn coarsen(&mut self, bytes: usize, limit: usize) -> bool {
        if bytes <= limit || self.qps.iter().all(|&qp| qp >= MAX_QP) {
            return false;
        }
        // Sizes fall at least a little more slowly than the step rises.
        let excess = bytes as f64 / limit.max(1) as f64;
        let raise = (COARSER * log2(excess)).ceil().clamp(1.0, f64::from(MAX_QP)) as u8;
        self.qps.iter_mut().for_each(|qp| *qp = (*qp + raise).min(MAX_QP));
        true
    }

    /// Filters a row that is coded and, where other pictures predict from this one, lets them see it.
    fn finish_row(&mut self, infos: &[MacroblockInfo], y: usize) {
        let mb_width = self.source.geometry.mb_width;
        if self.is_reference || self.reports.any() {
            self.deblock(infos, y);
        }
        if self.is_reference {
            let row = &infos[y * mb_width..(y + 1) * mb_width];
            self.picture.set_still(y, row.iter().map(temporal_direct::still_quarters));
            if self.direct.noted {
                self.picture.set_motion(y, row.iter().map(temporal_direct::record));
            }
            self.picture.finish_row(&self.tables.kernels, y);
        }
    }

    fn deblock(&mut self, infos: &[MacroblockInfo], y: usize) {
        let width = self.source.geometry.mb_width;
        let row = &infos[y * width..(y + 1) * width];
        let above = (y > 0).then(|| &infos[(y - 1) * width..y * width]);
        let (luma_start, chroma_start) = (y * 16 + LUMA_PADDING - 4, y * 8 + CHROMA_PADDING - 2);
        let (luma_stride, chroma_stride) =
            (self.source.geometry.luma_stride(), self.source.geometry.chroma_stride());
        let [cb, cr] = &mut self.picture.chroma;
        let rows = DeblockRow {
            luma: self.picture.luma[0].rows_mut(luma_start..luma_start + 20),
            luma_stride,
            luma_offset: LUMA_PADDING,
            chroma: [
                cb.rows_mut(chroma_start..chroma_start + 10),
                cr.rows_mut(chroma_start..chroma_start + 10),
            ],
            chroma_stride,
            chroma_offset: CHROMA_PADDING,
        };
        deblock_row(&self.tables.kernels, self.deblocking, row, above, rows);
    }
}

/// A picture on its way.
struct FrameCoder<E: EntropyCoder> {
    job: FrameJob,
    /// Mean of the quantisers at first.
    planned: f32,
    /// `None` when the picture is done.
    attempt: Option<Attempt<E>>,
    outcome: Outcome,
    /// Which macroblocks are left out to keep to the size, where that is needed.
    saving: Option<Saving>,
    /// Quantiser and bytes of the attempt before any were left out.
    unsaved: Option<(f32, usize)>,
}

/// What the last attempt came to.
#[derive(Default)]
struct Outcome {
    data: Vec<u8>,
    mean_qp: f32,
    /// By how much rows were raised on average.
    raised: u8,
    direct_differences: DirectDifferences,
}

/// One coding of the picture: what is carried from row to row. Another one follows when it comes out too large.
struct Attempt<E: EntropyCoder> {
    writer: SliceWriter<E>,
    infos: Vec<MacroblockInfo>,
    lines: BottomLines,
    rows: Option<RowControl>,
    /// Which macroblocks are left out.
    saving: Option<Saving>,
    direct_differences: DirectDifferences,
    /// The row to code next.
    row: usize,
}

impl<E: EntropyCoder> Attempt<E> {
    fn new(job: &FrameJob, saving: Option<Saving>) -> Self {
        let initial = SliceState {
            kind: job.kind,
            transform_8x8_mode: job.transform_8x8_mode,
            ref_counts: [job.references[0].len(), job.references[1].len()],
            last_qp: job.slice_qp,
            last_delta_qp: 0,
            skip_run: 0,
        };
        let geometry = job.source.geometry;
        Self {
            writer: SliceWriter::new(job.headers.clone(), initial, job.max_slice_bytes),
            infos: vec![MacroblockInfo::default(); geometry.macroblocks()],
            lines: BottomLines::new(geometry),
            rows: job.budget.map(|budget| RowControl::new(budget, geometry.mb_height)),
            saving,
            direct_differences: DirectDifferences::default(),
            row: 0,
        }
    }

    fn code_row(&mut self, job: &mut FrameJob) {
        let y = self.row;
        let geometry = job.source.geometry;
        let mb_width = geometry.mb_width;
        let writer = &mut self.writer;
        let raise = self.rows.as_mut().map_or(0, |rows| rows.next_row(writer.byte_count()));
        // Made anew for each row, so that which rows are coded in one go cannot matter.
        let mut analyser = Analyser::new(&job.tables, job.tools);
        let views = [0, 1].map(|list| {
            let weights = |index: usize| job.weights.get(index).filter(|_| list == 0)?.as_ref();
            let views = job.references[list].iter().enumerate();
            let views = views.map(|(index, reference)| {
                let second = job.second_weights.get(index).filter(|_| list == 0);
                reference.view(weights(index)).averaged(second.map_or(&[], |weights| weights))
            });
            views.collect::<Vec<_>>()
        });
        let still = job.references[1].first().map(|r| r.still(y));
        let collocated = job.references[1].first().map_or(&[][..], |r| r.motion(y));
        let temporal = job.direct.temporal.as_ref();
        let mut source = Source { luma: [0; 256], chroma: [[0; 128]; 2] };
        for x in 0..mb_width {
            let index = y * mb_width + x;
            job.source.load(&job.tables.kernels, x, y, &mut source);
            let (lines, picture) = (&self.lines, &job.picture);
            let edges = |mb: &mut Macroblock| lines.edges(picture, mb, x, y);
            let mut qp = (job.qps[index] + raise).min(MAX_QP);
            let mb = loop {
                let at = Surroundings {
                    position: (x, y),
                    around: Neighbours::new(&self.infos, mb_width, x, y, writer.first),
                    references: [&views[0], &views[1]],
                    limits: job.limits.at(geometry, x, y),
                    hints: [0, 1].map(|list| job.hints[list].get(index).copied().unwrap_or(Mv::ZERO)),
                    still: still.map_or(0, |row| row[x]),
                    temporal: temporal.zip(collocated.get(x)),
                    spatial_direct: job.direct.spatial,
                    compares_direct: job.direct.compares && is_sample((x, y)),
                    edges: &edges,
                };
                let left_out =
                    self.saving.is_some_and(|saving| saving.leaves_out(index, writer.byte_count()))
                        && analyser.code_coarsest(&writer.state, &source, &at, qp);
                if !left_out {
                    analyser.code(&mut writer.entropy, &writer.state, &source, &at, qp);
                }
                match writer.write(&at.around, analyser.chosen(), index) {
                    Fit::Yes => {}
                    Fit::NextSlice => continue,
                    Fit::Never if qp < MAX_QP => {
                        qp = (qp + QP_STEP).min(MAX_QP);
                        continue;
                    }
                    Fit::Never => writer.write_anyway(&at.around, analyser.chosen()),
                }
                break analyser.chosen();
            };
            self.infos[index] = describe(mb, &mut writer.state);
            job.picture.store(&job.tables.kernels, &mb.rec, x, y);
        }
        self.direct_differences += analyser.direct_differences();
        self.lines.save(&job.picture, y);
        self.row += 1;
    }
}

impl<E: EntropyCoder> FrameCoder<E> {
    fn new(job: FrameJob) -> Self {
        let attempt = Some(Attempt::new(&job, None));
        Self {
            planned: mean(&job.qps),
            attempt,
            outcome: Outcome::default(),
            saving: None,
            unsaved: None,
            job,
        }
    }

    /// A picture came out too large: whether it may come out smaller, and is to be coded again.
    fn again(&mut self, bytes: usize, limit: usize) -> bool {
        let job = &mut self.job;
        let before = mean(&job.qps);
        let coarser = job.coarsen(bytes, limit);
        if let Some(saving) = &mut self.saving {
            return saving.tighten(bytes - limit) || coarser;
        }
        let at_highest = job.qps.iter().all(|&qp| qp >= MAX_QP);
        self.unsaved = Some((before, bytes));
        // Nobody waits for more than two attempts where frames are sent as they come. Without references, leaving something out
        // shows all over the picture.
        let saves = match job.kind {
            SliceKind::I => !coarser,
            SliceKind::P => at_highest || job.budget.is_some(),
            SliceKind::B => at_highest,
        };
        if saves {
            let Geometry { mb_width, .. } = job.source.geometry;
            let macroblocks = job.source.geometry.macroblocks();
            // Motion from the picture after is not always there.
            job.direct.spatial = true;
            job.headers.derive_spatially();
            self.saving = Some(Saving::new(job.kind, job.cabac, macroblocks, mb_width, limit));
        }
        coarser || saves
    }

    /// The last row is coded: whether the picture need not be coded again.
    fn conclude(&mut self, attempt: Attempt<E>) -> bool {
        let job = &mut self.job;
        let Attempt { writer, infos, rows, direct_differences, row, .. } = attempt;
        let data = with_lengths(&writer.finish());
        if let Some(limit) = job.max_bytes {
            if data.len() > limit && self.again(data.len(), limit) {
                self.attempt = Some(Attempt::new(&self.job, self.saving));
                return false;
            }
            let job = &mut self.job;
            (0..row).for_each(|y| job.finish_row(&infos, y));
        }
        let mean_qp = infos.iter().map(|i| u32::from(i.qp)).sum::<u32>() as f32 / infos.len() as f32;
        let raised = rows.map_or(0, |rows| rows.mean_raise());
        self.outcome = Outcome { data, mean_qp, raised, direct_differences };
        true
    }
}

impl<E: EntropyCoder> RowTask for FrameCoder<E> {
    type Output = CodedFrame;

    fn is_ready(&self) -> bool {
        let FrameJob { references, limits, .. } = &self.job;
        let row = self.attempt.as_ref().map_or(0, |attempt| attempt.row);
        references.iter().flatten().all(|reference| reference.is_ready(row, limits.down))
    }

    fn run_row(&mut self) -> bool {
        let Some(mut attempt) = self.attempt.take() else { return true };
        let y = attempt.row;
        attempt.code_row(&mut self.job);
        if self.job.max_bytes.is_none() {
            self.job.finish_row(&attempt.infos, y);
        }
        if attempt.row == self.job.source.geometry.mb_height {
            return self.conclude(attempt);
        }
        self.attempt = Some(attempt);
        false
    }

    fn finish(self: Box<Self>) -> CodedFrame {
        let Self { job, planned, outcome, saving, unsaved, .. } = *self;
        let Outcome { data, mean_qp, raised, direct_differences } = outcome;
        let raised = match unsaved.filter(|_| saving.is_some() && job.budget.is_none()) {
            // As if a higher quantiser had done it, so that nobody takes the picture for a simple one.
            Some((qp, bytes)) => qp - planned + like_quantiser(job.kind, bytes as f64 / data.len() as f64),
            None => mean(&job.qps) - planned + f32::from(raised),
        };
        CodedFrame {
            data,
            mean_qp,
            raised,
            report: job.reports.on(&job.source, &job.picture),
            direct_differences,
            source: job.source,
            picture: job.picture,
        }
    }
}

impl ReachLimits {
    fn at(self, geometry: Geometry, x: usize, y: usize) -> MotionLimits {
        let (width, height) = ((geometry.mb_width * 16) as i32, (geometry.mb_height * 16) as i32);
        let (px, py) = ((x * 16) as i32, (y * 16) as i32);
        let vertical = self.vertical as i32;
        let quarter = |samples: i32| (samples * 4) as i16;
        MotionLimits {
            min: Mv::new(
                quarter((-(OUTSIDE as i32) - px).max(-2048)),
                quarter((-(OUTSIDE as i32) - py).max(-vertical)),
            ),
            max: Mv::new(
                quarter((width + BEYOND as i32 - px).min(2047)),
                quarter((height + BEYOND as i32 - py).min(self.down as i32).min(vertical - 1)),
            ),
        }
    }
}

/// Quantiser steps that make a picture smaller by this ratio.
fn like_quantiser(kind: SliceKind, ratio: f64) -> f32 {
    let halving = if kind == SliceKind::I { INTRA_HALVING } else { HALVING };
    (halving * log2(ratio)) as f32
}

fn mean(qps: &[u8]) -> f32 {
    qps.iter().map(|&qp| u32::from(qp)).sum::<u32>() as f32 / qps.len().max(1) as f32
}

/// NAL units with emulation prevention, each after its length.
fn with_lengths(nal_units: &[Vec<u8>]) -> Vec<u8> {
    let bytes: usize = nal_units.iter().map(Vec::len).sum();
    let mut data = Vec::with_capacity(bytes + bytes / 64 + 4 * nal_units.len());
    for nal_unit in nal_units {
        let start = data.len();
        data.extend([0; 4]);
        vitascope_bits::nal::escape(nal_unit, &mut data);
        let length = (data.len() - start - 4) as u32;
        data[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
    data
}

/// What later macroblocks see of a coded one; moves the slice's quantiser on.
fn describe(mb: &Macroblock, slice: &mut SliceState) -> MacroblockInfo {
    if mb.mode == Mode::IntraPcm {
        // Counts as fully coded, and as quantiser 0 in the deblocking filter (8.7.2.2).
        slice.last_delta_qp = 0;
        let cbp = 0x2f | CBP_DC_LUMA | CBP_DC_CHROMA[0] | CBP_DC_CHROMA[1];
        return MacroblockInfo { mode: mb.mode, cbp, total_coeff: [16; 24], ..MacroblockInfo::default() };
    }
    let qp = if mb.sends_qp() { mb.qp } else { slice.last_qp };
    slice.last_delta_qp = wrap_delta(i32::from(qp) - i32::from(slice.last_qp));
    slice.last_qp = qp;
    let coded = mb.coded_block_pattern() != 0 || mb.mode == Mode::Intra16x16;
    let mut info = MacroblockInfo {
        mode: mb.mode,
        qp,
        cbp: if coded { mb.cbp } else { 0 },
        transform_8x8: mb.transform_8x8,
        intra_chroma_mode: mb.intra_chroma_mode,
        total_coeff: if coded { mb.total_coeff } else { [0; 24] },
        intra_modes: mb.intra_modes,
        direct: mb.direct,
        ref_idx: mb.ref_idx,
        mv: mb.mv,
        mvd: [[[0; 2]; 16]; 2],
    };
    if let Mode::Inter(partition) = mb.mode {
        let mut room = [(0, 0, 0, 0); 16];
        let parts = mb.motion_parts(partition, &mut room);
        for list in 0..2 {
            for &part in parts {
                fill_absolute(&mut info.mvd[list], part, mb.mvd[list][part.1 * 4 + part.0]);
            }
        }
    }
    info
}
