//! What happens to rows in their order after they are decided on: writing, filtering, and showing them to readers.

use super::coded_rows::CodedRows;
use super::direct_choice::DirectDifferences;
use super::entropy::EntropyCoder;
use super::frame_coder::FrameJob;
use super::macroblock::Macroblock;
use super::picture::{Geometry, PictureWriter};
use super::recorded_row::RecordedRow;
use super::row_budget::RowControl;
use super::row_coder::RowStart;
use super::sizing::Sizing;
use super::slice_writer::SliceWriter;

/// What is carried from row to row.
pub(crate) struct RowFinisher<E: EntropyCoder> {
    pub(crate) writer: SliceWriter<E>,
    pub(crate) picture: PictureWriter,
    /// `QPY` of each macroblock as the deblocking filter counts it, as far as it is written.
    pub(crate) qps: Vec<u8>,
    pub(crate) control: Option<RowControl>,
    pub(crate) direct_differences: DirectDifferences,
    /// Rows so far.
    pub(crate) done: usize,
    skipped: Box<Macroblock>,
    width: usize,
}

impl<E: EntropyCoder> RowFinisher<E> {
    pub(crate) fn new(job: &FrameJob, sizing: &Sizing, picture: PictureWriter) -> Self {
        let mut headers = job.headers.clone();
        // Where macroblocks are left out, motion from the picture after is not always there.
        if sizing.saving.is_some() {
            headers.derive_spatially();
        }
        let Geometry { mb_width, mb_height } = job.source.geometry;
        Self {
            writer: SliceWriter::new(headers, job.initial_state(), job.max_slice_bytes),
            picture,
            qps: Vec::with_capacity(mb_width * mb_height),
            control: sizing.budget.clone().map(|budget| RowControl::new(budget, sizing.rooms(mb_width))),
            direct_differences: DirectDifferences::default(),
            done: 0,
            skipped: Macroblock::new(),
            width: mb_width,
        }
    }

    /// What the next row that has not got it yet begins with.
    pub(crate) fn next_start(&mut self) -> RowStart<E> {
        RowStart {
            costs: self.writer.entropy.snapshot(),
            raise: self.control.as_mut().map_or(0, RowControl::next_row),
        }
    }

    /// Another row is written.
    pub(crate) fn count_row(&mut self) {
        self.done += 1;
        if let Some(control) = &mut self.control {
            control.written(self.writer.byte_count());
        }
    }

    /// Writes a row that is decided on, and its samples.
    pub(crate) fn write_row(&mut self, rows: &CodedRows, y: usize, record: &RecordedRow) {
        self.write_macroblocks(rows, y, record);
        record.samples.copy_to(self.picture.row_mut(y));
    }

    /// Writes a row that is decided on, but for its samples.
    pub(crate) fn write_macroblocks(&mut self, rows: &CodedRows, y: usize, record: &RecordedRow) {
        let rows = rows.pair(y);
        let mut coded = record.macroblocks.coded().iter();
        for (x, &skipped) in record.macroblocks.skipped.iter().enumerate() {
            let mb = if skipped { Some(&*self.skipped) } else { coded.next() };
            let Some(mb) = mb else { return };
            let around = rows.neighbours(x, self.writer.first);
            self.writer.write_anyway(&around, mb);
            self.qps.push(self.writer.state.follow(mb));
        }
        self.direct_differences += record.direct_differences;
    }

    /// Filters a row that is written and, where other pictures predict from this one, completes what it can.
    pub(crate) fn filter_row(&mut self, job: &FrameJob, rows: &CodedRows, y: usize) {
        let qps = |y: usize| &self.qps[y * self.width..(y + 1) * self.width];
        job.finish_row(&rows.pair(y), [qps(y.saturating_sub(1)), qps(y)], &mut self.picture, y);
    }
}
