//! Decides on the macroblocks of a row, one after the other.

use super::analysis::{Analyser, Surroundings};
use super::attempt::Attempt;
use super::coded_rows::LeftEdge;
use super::direct_choice::{DirectDifferences, is_sample};
use super::entropy::EntropyCoder;
use super::frame_coder::FrameJob;
use super::macroblock::{Macroblock, Mv};
use super::neighbours::Neighbours;
use super::recorded_row::{RecordedMacroblocks, prefetch_after, store};
use super::residual::Source;
use super::row_finisher::RowFinisher;
use super::sizing::Sizing;
use super::slice::SliceState;
use super::slice_writer::Fit;
use vitascope_dsp::video::VideoKernels;

/// What a row begins with.
pub(crate) struct RowStart<E> {
    /// What macroblocks cost, as it was some rows before.
    pub(crate) costs: E,
    /// By how much the quantisers are raised.
    pub(crate) raise: u8,
}

/// Where decided macroblocks go.
pub(crate) trait RowSink<E: EntropyCoder> {
    /// First macroblock of the slice.
    fn first(&self) -> usize {
        0
    }

    /// Bytes of the picture so far, where they are known.
    fn byte_count(&self) -> usize {
        0
    }

    /// The state of the slice, where decisions go by it.
    fn live(&mut self) -> Option<(&mut E, &SliceState)> {
        None
    }

    fn write(&mut self, around: &Neighbours<'_>, mb: &Macroblock, index: usize) -> Fit;

    /// Writes one that does not fit.
    fn write_anyway(&mut self, around: &Neighbours<'_>, mb: &Macroblock);

    /// Has the place of the samples after the `x`th brought near, so that what is stored there waits for nothing.
    fn prefetch_after(&mut self, x: usize);

    /// Keeps the samples of one that is written, the `x`th of the row.
    fn keep(&mut self, k: &VideoKernels, mb: &Macroblock, x: usize);
}

/// Writes macroblocks at once, and lets decisions go by what is written.
pub(crate) struct SerialRow<'a, E: EntropyCoder> {
    pub(crate) finisher: &'a mut RowFinisher<E>,
    pub(crate) y: usize,
}

/// Keeps macroblocks until the row ends: what decides and what writes them would drive each other out of the instruction
/// cache.
pub(crate) struct RowRecorder<'a> {
    pub(crate) macroblocks: &'a mut RecordedMacroblocks,
    /// Where the samples of the row go: luma, Cb and Cr, and the strides of luma and chroma.
    pub(crate) samples: [&'a mut [u8]; 3],
    pub(crate) strides: (usize, usize),
}

/// By how much the quantiser of a macroblock rises while its slice alone is too large, and to where.
const QP_STEP: u8 = 4;
pub(crate) const MAX_QP: u8 = 51;

/// Decides on row `y`. Waits for the row above where another thread has it. Tells how the two ways to derive motion
/// compare.
pub(crate) fn code_row<E: EntropyCoder>(
    job: &FrameJob,
    attempt: &Attempt<E>,
    y: usize,
    start: &RowStart<E>,
    sink: &mut impl RowSink<E>,
) -> DirectDifferences {
    let geometry = job.source.geometry;
    let mb_width = geometry.mb_width;
    let kernels = &job.tables.kernels;
    let mut analyser = Analyser::new(&job.tables, job.tools);
    let mut costs = start.costs.snapshot();
    let mut state = job.initial_state();
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
    let mut left = LeftEdge::default();
    let rows = attempt.rows.pair(y);
    let mut coded = rows.writer();
    let Sizing { qps, saving, .. } = &attempt.sizing;
    for x in 0..mb_width {
        let index = y * mb_width + x;
        job.source.load(kernels, x, y, &mut source);
        job.source.prefetch_after(x, y);
        sink.prefetch_after(x);
        rows.wait_above(x);
        let hints = [0, 1].map(|list| job.hints[list].get(index).copied().unwrap_or(Mv::ZERO));
        for (views, hint) in views.iter().zip(hints) {
            if let Some(nearest) = views.first() {
                nearest.prefetch_after(x, y, hint);
            }
        }
        let edges = |mb: &mut Macroblock| rows.edges(&left, mb, x);
        let mut qp = (qps[index] + start.raise).min(MAX_QP);
        loop {
            let at = Surroundings {
                position: (x, y),
                around: rows.neighbours(x, sink.first()),
                references: [&views[0], &views[1]],
                limits: job.limits.at(geometry, x, y),
                hints,
                inter_part: job.inter_parts.get(index).copied().unwrap_or(u8::MAX),
                still: still.map_or(0, |row| row[x]),
                temporal: temporal.zip(collocated.get(x)),
                // Where macroblocks are left out, motion from the picture after is not always there.
                spatial_direct: job.direct.spatial || saving.is_some(),
                compares_direct: job.direct.compares && is_sample((x, y)),
                edges: &edges,
            };
            let left_out = saving.is_some_and(|saving| saving.leaves_out(index, sink.byte_count()))
                && analyser.code_coarsest(&state, &source, &at, qp);
            if !left_out {
                match sink.live() {
                    Some((entropy, state)) => analyser.code(entropy, state, &source, &at, qp),
                    None => analyser.code(&mut costs, &state, &source, &at, qp),
                }
            }
            let mb = analyser.chosen();
            match sink.write(&at.around, mb, index) {
                Fit::Yes => {}
                Fit::NextSlice => continue,
                Fit::Never if qp < MAX_QP => {
                    qp = (qp + QP_STEP).min(MAX_QP);
                    continue;
                }
                Fit::Never => sink.write_anyway(&at.around, mb),
            }
            if job.tools.trials && !attempt.order.serial {
                costs.follow(&at.around, &mut state, mb);
            }
            break;
        }
        let mb = analyser.chosen();
        state.follow(mb);
        sink.keep(kernels, mb, x);
        coded.fill(|coded| coded.set(mb));
        left = LeftEdge::of(mb);
    }
    analyser.direct_differences()
}

impl<E: EntropyCoder> RowSink<E> for RowRecorder<'_> {
    fn write(&mut self, _: &Neighbours<'_>, mb: &Macroblock, _: usize) -> Fit {
        self.macroblocks.push(mb);
        Fit::Yes
    }

    fn write_anyway(&mut self, _: &Neighbours<'_>, mb: &Macroblock) {
        self.macroblocks.push(mb);
    }

    fn prefetch_after(&mut self, x: usize) {
        prefetch_after(x, self.samples.each_ref().map(|plane| &**plane), self.strides);
    }

    fn keep(&mut self, k: &VideoKernels, mb: &Macroblock, x: usize) {
        store(k, &mb.rec, x, self.samples.each_mut().map(|plane| &mut **plane), self.strides);
    }
}

impl<E: EntropyCoder> RowSink<E> for SerialRow<'_, E> {
    fn first(&self) -> usize {
        self.finisher.writer.first
    }

    fn byte_count(&self) -> usize {
        self.finisher.writer.byte_count()
    }

    fn live(&mut self) -> Option<(&mut E, &SliceState)> {
        let writer = &mut self.finisher.writer;
        Some((&mut writer.entropy, &writer.state))
    }

    fn write(&mut self, around: &Neighbours<'_>, mb: &Macroblock, index: usize) -> Fit {
        self.finisher.writer.write(around, mb, index)
    }

    fn write_anyway(&mut self, around: &Neighbours<'_>, mb: &Macroblock) {
        self.finisher.writer.write_anyway(around, mb);
    }

    fn prefetch_after(&mut self, x: usize) {
        let picture = &mut self.finisher.picture;
        let strides = picture.strides();
        prefetch_after(x, picture.row_mut(self.y).map(|plane| &*plane), strides);
    }

    fn keep(&mut self, k: &VideoKernels, mb: &Macroblock, x: usize) {
        let qp = self.finisher.writer.state.follow(mb);
        self.finisher.qps.push(qp);
        let picture = &mut self.finisher.picture;
        let strides = picture.strides();
        store(k, &mb.rec, x, picture.row_mut(self.y), strides);
    }
}
