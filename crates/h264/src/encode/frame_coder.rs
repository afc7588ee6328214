//! Codes one picture: macroblock rows from top to bottom, each filtered and handed to waiting
//! readers as soon as it is done.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::analysis::CodingTables;
use super::attempt::{Attempt, RowOrder};
use super::coded_rows::RowPair;
use super::deblock::{DeblockParameters, DeblockRow, deblock_row};
use super::direct_choice::DirectDifferences;
use super::effort::Tools;
use super::entropy::{Cabac, Cavlc, EntropyCoder};
use super::macroblock::Mv;
use super::motion_search::MotionLimits;
use super::picture::{CHROMA_PADDING, Geometry, LUMA_PADDING, PictureWriter, Reference, SourcePicture};
use super::picture_report::{PictureReport, Reports};
use super::recorded_row::SpareRows;
use super::row_budget::RowBudget;
use super::row_finisher::RowFinisher;
use super::sizing::{Sizing, mean};
use super::slice::{SliceKind, SliceState};
use super::stream::SliceHeaders;
use super::temporal_direct::{self, DirectPlan};
use super::weights::PictureWeights;
use super::worker::{Company, RowTask};

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
    /// What inter prediction of each macroblock costs in 64ths of what intra prediction costs, as the lookahead has it.
    pub(crate) inter_parts: Vec<u8>,
    pub(crate) limits: ReachLimits,
    pub(crate) source: Arc<SourcePicture>,
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
    pub(crate) spare_rows: Arc<SpareRows>,
}

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
    /// Bytes that each row would have taken without being raised; none where there is no budget.
    pub(crate) efforts: Vec<f64>,
    pub(crate) report: PictureReport,
    /// How the two ways to derive motion compare.
    pub(crate) direct_differences: DirectDifferences,
}

/// Samples beyond the picture that a block may cover: less than the padding by what interpolation
/// and the block itself need.
const OUTSIDE: usize = 24;
/// Samples beyond the last column or row at which a macroblock may begin.
const BEYOND: usize = 8;
impl FrameJob {
    /// The job as a task of rows that are coded into `picture`.
    pub(crate) fn into_task(
        self,
        picture: PictureWriter,
        company: Company,
    ) -> Arc<dyn RowTask<Output = CodedFrame>> {
        if self.cabac {
            Arc::new(FrameCoder::<Cabac>::new(self, picture, company))
        } else {
            Arc::new(FrameCoder::<Cavlc>::new(self, picture, company))
        }
    }

    /// The state in which every slice begins.
    pub(crate) fn initial_state(&self) -> SliceState {
        SliceState {
            kind: self.kind,
            transform_8x8_mode: self.transform_8x8_mode,
            monochrome: self.tables.residual[0].is_monochrome(),
            ref_counts: [self.references[0].len(), self.references[1].len()],
            last_qp: self.slice_qp,
            last_delta_qp: 0,
            skip_run: 0,
        }
    }

    /// Filters a row that is written and, where other pictures predict from this one, completes it. They see it at once
    /// where it stays. `qps` are the quantisers of the row above and of the row.
    pub(crate) fn finish_row(&self, rows: &RowPair, qps: [&[u8]; 2], picture: &mut PictureWriter, y: usize) {
        if self.is_reference || self.reports.any() {
            self.deblock(rows, qps, picture, y);
        }
        if self.is_reference {
            picture.set_still(y, rows.infos().map(temporal_direct::still_quarters));
            if self.direct.noted {
                let records = rows.infos().map(|info| temporal_direct::record(info, self.deblocking.copy));
                picture.set_motion(y, records);
            }
            picture.complete_row(&self.tables.kernels, y);
            if self.max_bytes.is_none() {
                picture.publish_row(y);
            }
        }
    }

    fn deblock(&self, rows: &RowPair, qps: [&[u8]; 2], picture: &mut PictureWriter, y: usize) {
        let [above, own] = qps.map(|qps| qps.iter().copied());
        let (above, own) = (rows.infos_above().zip(above), rows.infos().zip(own));
        let (luma_start, chroma_start) = (y * 16 + LUMA_PADDING - 4, y * 8 + CHROMA_PADDING - 2);
        let (luma_stride, chroma_stride) = picture.strides();
        let [cb, cr] = &mut picture.chroma;
        let samples = DeblockRow {
            luma: picture.luma[0].rows_mut(luma_start..luma_start + 20),
            luma_stride,
            luma_offset: LUMA_PADDING,
            chroma: [
                cb.rows_mut(chroma_start..chroma_start + 10),
                cr.rows_mut(chroma_start..chroma_start + 10),
            ],
            chroma_stride,
            chroma_offset: CHROMA_PADDING,
        };
        deblock_row(&self.tables.kernels, self.deblocking, own, above, samples);
    }
}

/// A picture on its way.
struct FrameCoder<E: EntropyCoder> {
    state: Mutex<State<E>>,
}

struct State<E: EntropyCoder> {
    /// `None` when it is given out.
    job: Option<Arc<FrameJob>>,
    attempt: Arc<Attempt<E>>,
    /// The row to begin next.
    next_row: usize,
    /// Rows that are being done.
    under_way: usize,
    outcome: Option<Outcome>,
}

/// What the last attempt came to.
struct Outcome {
    data: Vec<u8>,
    picture: PictureWriter,
    mean_qp: f32,
    raised: f32,
    efforts: Vec<f64>,
    direct_differences: DirectDifferences,
}

impl<E: EntropyCoder> FrameCoder<E> {
    fn new(job: FrameJob, picture: PictureWriter, company: Company) -> Self {
        let order = if job.max_slice_bytes > 0 {
            RowOrder::SERIAL
        } else {
            RowOrder::overlapping(job.source.geometry, company)
        };
        let attempt =
            Arc::new(Attempt::new(&job, Sizing::new(job.qps.clone(), job.budget.clone()), order, picture));
        let state = State { job: Some(Arc::new(job)), attempt, next_row: 0, under_way: 0, outcome: None };
        Self { state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All rows are written: what came of it, or another attempt.
fn conclude<E: EntropyCoder>(
    job: &FrameJob,
    attempt: &Attempt<E>,
    finisher: RowFinisher<E>,
) -> Conclusion<E> {
    let RowFinisher { writer, mut picture, qps, control, direct_differences, .. } = finisher;
    let data = with_lengths(&writer.finish());
    let mut sizing = attempt.sizing.clone();
    if let Some(control) = control.filter(|_| sizing.efforts.is_empty()) {
        sizing.efforts = control.into_efforts();
    }
    if let Some(limit) = job.max_bytes {
        if data.len() > limit && sizing.tighten(job, data.len(), limit) {
            picture.start_over();
            // Where bytes count, all that is written must be known.
            let exact = attempt.order.serial || sizing.saving.is_some() || sizing.is_coarsest();
            let order = if exact { RowOrder::SERIAL } else { attempt.order };
            return Conclusion::Again(Attempt::new(job, sizing, order, picture));
        }
        if job.is_reference {
            picture.publish_row(job.source.geometry.mb_height - 1);
        }
    }
    let raised = sizing.raised(job.kind, data.len());
    Conclusion::Done(Outcome {
        data,
        picture,
        mean_qp: mean(&qps),
        raised,
        efforts: sizing.efforts,
        direct_differences,
    })
}

enum Conclusion<E: EntropyCoder> {
    Done(Outcome),
    Again(Attempt<E>),
}

impl<E: EntropyCoder> State<E> {
    fn is_ready(&self, behind: bool) -> bool {
        let Some(job) = &self.job else { return false };
        let row = self.next_row;
        self.outcome.is_none()
            && row < job.source.geometry.mb_height
            && (self.under_way == 0 || !self.attempt.order.alone)
            && self.attempt.is_ready(row, behind)
            && job.references.iter().flatten().all(|reference| reference.is_ready(row, job.limits.down))
    }
}

impl<E: EntropyCoder> RowTask for FrameCoder<E> {
    type Output = CodedFrame;

    fn is_ready(&self, behind: bool) -> bool {
        self.lock().is_ready(behind)
    }

    fn claim(&self, behind: bool) -> Option<usize> {
        let mut state = self.lock();
        if !state.is_ready(behind) {
            return None;
        }
        state.next_row += 1;
        state.under_way += 1;
        Some(state.next_row - 1)
    }

    fn run_row(&self, row: usize, wake: &dyn Fn()) -> bool {
        let state = self.lock();
        let (job, attempt) = (state.job.clone(), Arc::clone(&state.attempt));
        drop(state);
        let Some(job) = job else { return false };
        let written = attempt.run_row(&job, row, wake);
        let conclusion = written.map(|finisher| conclude(&job, &attempt, *finisher));
        drop((job, attempt));
        let mut state = self.lock();
        match conclusion {
            Some(Conclusion::Done(outcome)) => state.outcome = Some(outcome),
            Some(Conclusion::Again(attempt)) => {
                (state.attempt, state.next_row) = (Arc::new(attempt), 0);
            }
            None => {}
        }
        state.under_way -= 1;
        // Whoever leaves last may take the picture apart.
        state.under_way == 0 && state.outcome.is_some()
    }

    fn finish(&self) -> Option<CodedFrame> {
        let mut state = self.lock();
        let (job, outcome) = (state.job.take()?, state.outcome.take()?);
        drop(state);
        let Outcome { data, picture, mean_qp, raised, efforts, direct_differences } = outcome;
        Some(CodedFrame {
            data,
            mean_qp,
            raised,
            efforts,
            report: job.reports.on(&job.source, &picture),
            direct_differences,
            source: Arc::into_inner(job)?.source,
            picture,
        })
    }
}

impl ReachLimits {
    pub(crate) fn at(self, geometry: Geometry, x: usize, y: usize) -> MotionLimits {
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
