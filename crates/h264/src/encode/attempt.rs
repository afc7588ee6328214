//! One coding of a picture: rows are decided on by any number of threads and written in order by one at a time.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::coded_rows::CodedRows;
use super::entropy::EntropyCoder;
use super::frame_coder::FrameJob;
use super::picture::{Geometry, PictureWriter};
use super::recorded_row::RecordedRow;
use super::row_coder::{RowRecorder, RowStart, SerialRow, code_row};
use super::row_finisher::RowFinisher;
use super::sizing::Sizing;
use super::worker::Company;

/// A coding of a picture. Another one follows when it comes out too large.
pub(crate) struct Attempt<E: EntropyCoder> {
    pub(crate) order: RowOrder,
    pub(crate) sizing: Sizing,
    pub(crate) rows: CodedRows,
    /// What is known when a row begins, from when it is known.
    starts: Vec<OnceLock<RowStart<E>>>,
    written: Mutex<Written<E>>,
}

/// How rows follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowOrder {
    /// Decisions go by all that is written before them. Otherwise a row goes by what is written up to a fixed distance
    /// above it, so that the stream is the same however many rows are under way.
    pub(crate) serial: bool,
    /// There is one row under way at a time.
    pub(crate) alone: bool,
    /// Row r begins when row r - lag is written.
    pub(crate) lag: usize,
    /// A thread that has caught up with the row above watches it for a moment before it falls asleep: no other has use for its
    /// time.
    pub(crate) watchful: bool,
}

struct Written<E: EntropyCoder> {
    /// `None` while a thread writes.
    finisher: Option<Box<RowFinisher<E>>>,
    /// Rows that are decided on and wait for those above.
    waiting: Vec<Option<RecordedRow>>,
}

impl RowOrder {
    /// One row after the other.
    pub(crate) const SERIAL: Self = Self { serial: true, alone: true, lag: 1, watchful: false };

    /// For rows that may overlap.
    pub(crate) fn overlapping(geometry: Geometry, company: Company) -> Self {
        // Far enough for the threads that a picture of the size is worth, near enough to steer its size.
        let lag = (geometry.mb_height / 9).clamp(2, 5);
        Self { serial: false, alone: company == Company::Alone, lag, watchful: company == Company::Waiting }
    }
}

impl<E: EntropyCoder> Attempt<E> {
    /// Writes into `picture`, of which nothing is published.
    pub(crate) fn new(job: &FrameJob, sizing: Sizing, order: RowOrder, picture: PictureWriter) -> Self {
        let geometry = job.source.geometry;
        let mut finisher = Box::new(RowFinisher::new(job, &sizing, picture));
        let starts: Vec<_> = (0..geometry.mb_height).map(|_| OnceLock::new()).collect();
        for start in starts.iter().take(order.lag) {
            let _ = start.set(finisher.next_start());
        }
        let waiting = (0..geometry.mb_height).map(|_| None).collect();
        Self {
            order,
            sizing,
            rows: CodedRows::new(geometry, order.watchful, &job.spare_rows.coded),
            starts,
            written: Mutex::new(Written { finisher: Some(finisher), waiting }),
        }
    }

    /// Whether what must be known of the rows above is known, `behind` another thread on the row above or not.
    pub(crate) fn is_ready(&self, y: usize, behind: bool) -> bool {
        self.starts[y].get().is_some() && (behind || y == 0 || self.rows.is_complete(y - 1))
    }

    /// Decides on a row and writes what can be written. Gives out what came of the picture when all of it is.
    pub(crate) fn run_row(&self, job: &FrameJob, y: usize, wake: &dyn Fn()) -> Option<Box<RowFinisher<E>>> {
        let start = self.starts[y].get()?;
        if let Some(mut finisher) = self.next_to_write(y) {
            self.code_and_write(job, y, start, &mut finisher);
            self.complete_row(job, &mut finisher, y, wake);
            return self.write_waiting(job, self.lock(), finisher, wake);
        }
        let mut record = job.spare_rows.take(job.source.geometry);
        let strides = record.samples.strides();
        let samples = record.samples.planes_mut();
        let mut row = RowRecorder { macroblocks: &mut record.macroblocks, samples, strides };
        record.direct_differences = code_row(job, self, y, start, &mut row);
        let mut written = self.lock();
        written.waiting[y] = Some(record);
        // Whoever has it sees this row before it is put back.
        let finisher = written.finisher.take()?;
        self.write_waiting(job, written, finisher, wake)
    }

    /// Decides on the next row to be written, and writes it.
    fn code_and_write(&self, job: &FrameJob, y: usize, start: &RowStart<E>, finisher: &mut RowFinisher<E>) {
        if self.order.serial {
            let differences = code_row(job, self, y, start, &mut SerialRow { finisher, y });
            finisher.direct_differences += differences;
        } else {
            let mut record = job.spare_rows.take(job.source.geometry);
            let strides = finisher.picture.strides();
            let samples = finisher.picture.row_mut(y);
            let mut row = RowRecorder { macroblocks: &mut record.macroblocks, samples, strides };
            record.direct_differences = code_row(job, self, y, start, &mut row);
            finisher.write_macroblocks(&self.rows, y, &record);
            job.spare_rows.give_back(record);
        }
    }

    /// Takes what writes rows if `y` is the next one: then its samples have their place already.
    fn next_to_write(&self, y: usize) -> Option<Box<RowFinisher<E>>> {
        let mut written = self.lock();
        written.finisher.take_if(|finisher| finisher.done == y)
    }

    /// Writes the rows that wait, as far as none is missing. Gives out what came of the picture after the last one.
    fn write_waiting<'a>(
        &'a self,
        job: &FrameJob,
        mut written: MutexGuard<'a, Written<E>>,
        mut finisher: Box<RowFinisher<E>>,
        wake: &dyn Fn(),
    ) -> Option<Box<RowFinisher<E>>> {
        while let Some(record) = written.waiting.get_mut(finisher.done).and_then(Option::take) {
            drop(written);
            let y = finisher.done;
            finisher.write_row(&self.rows, y, &record);
            job.spare_rows.give_back(record);
            self.complete_row(job, &mut finisher, y, wake);
            written = self.lock();
        }
        if finisher.done == self.starts.len() {
            return Some(finisher);
        }
        written.finisher = Some(finisher);
        None
    }

    /// A row is written: lets a later one begin, then filters it, after which nobody looks at the one above it any more.
    fn complete_row(&self, job: &FrameJob, finisher: &mut RowFinisher<E>, y: usize, wake: &dyn Fn()) {
        finisher.count_row();
        if let Some(start) = self.starts.get(y + self.order.lag) {
            let _ = start.set(finisher.next_start());
            wake();
        }
        finisher.filter_row(job, &self.rows, y);
        if let Some(above) = y.checked_sub(1) {
            self.rows.release(above);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Written<E>> {
        // No code that may panic runs under the lock.
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
