//! Picture memory: sources padded to whole macroblocks, reconstructions with room around them.

use std::sync::Arc;

use vitascope_dsp::shared_plane::{PAGE, PlaneReader, PlaneWriter};
use vitascope_dsp::video::{BlockSize, VideoKernels, prefetch_rows};

use super::reference::ReferenceView;
use super::residual::{SOURCE_STRIDE, Source};
use super::temporal_direct::{MotionRecord, VALUES};
use super::weights::{Brightness, PictureWeights};

/// Samples around a reference picture's luma, on every side.
pub(crate) const LUMA_PADDING: usize = 32;
/// Samples around each chroma plane.
pub(crate) const CHROMA_PADDING: usize = 16;
/// Half samples are interpolated this far outside the picture; beyond, they repeat.
const HALF_MARGIN: usize = 16;
/// Rows at the bottom of the decoded part that the next macroblock row's filter or the half-sample
/// filter still needs: three and three.
const LUMA_LAG: usize = 6;
/// Rows of chroma that the next macroblock row's filter looks at.
const CHROMA_LAG: usize = 2;

/// Anything but the zero that new memory has: writing that again might be left out.
const GRAY: u8 = 128;

/// Size of a picture in macroblocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Geometry {
    pub(crate) mb_width: usize,
    pub(crate) mb_height: usize,
}

impl Geometry {
    pub(crate) fn luma_stride(self) -> usize {
        self.mb_width * 16 + 2 * LUMA_PADDING
    }

    fn luma_rows(self) -> usize {
        self.mb_height * 16 + 2 * LUMA_PADDING
    }

    pub(crate) fn chroma_stride(self) -> usize {
        self.mb_width * 8 + 2 * CHROMA_PADDING
    }

    fn chroma_rows(self) -> usize {
        self.mb_height * 8 + 2 * CHROMA_PADDING
    }

    pub(crate) fn macroblocks(self) -> usize {
        self.mb_width * self.mb_height
    }
}

/// A picture to be coded, padded to whole macroblocks by repeating its last column and row.
pub(crate) struct SourcePicture {
    pub(crate) luma: Vec<u8>,
    pub(crate) chroma: [Vec<u8>; 2],
    pub(crate) geometry: Geometry,
}

impl SourcePicture {
    pub(crate) fn new(geometry: Geometry) -> Self {
        let n = geometry.macroblocks();
        Self { luma: vec![0; n * 256], chroma: [vec![0; n * 64], vec![0; n * 64]], geometry }
    }

    /// Writes to all pages of the memory, so that the system has provided it before it is needed.
    pub(crate) fn touch(&mut self) {
        for plane in [&mut self.luma].into_iter().chain(&mut self.chroma) {
            plane.iter_mut().step_by(PAGE).for_each(|sample| *sample = GRAY);
        }
    }

    pub(crate) fn luma_stride(&self) -> usize {
        self.geometry.mb_width * 16
    }

    pub(crate) fn chroma_stride(&self) -> usize {
        self.geometry.mb_width * 8
    }

    /// Has what comes after macroblock (x, y) in its row brought near, a cache line at a time.
    #[inline]
    pub(crate) fn prefetch_after(&self, x: usize, y: usize) {
        let (column, stride) = (x * 16, self.luma_stride());
        if column.is_multiple_of(LINE) {
            prefetch_rows(&self.luma, y * 16 * stride + column + LINE, stride, 16);
        }
        let (column, stride) = (x * 8, self.chroma_stride());
        if column.is_multiple_of(LINE) {
            for plane in &self.chroma {
                prefetch_rows(plane, y * 8 * stride + column + LINE, stride, 8);
            }
        }
    }

    /// Copies the samples of macroblock (x, y).
    pub(crate) fn load(&self, k: &VideoKernels, x: usize, y: usize, to: &mut Source) {
        let stride = self.luma_stride();
        let from = &self.luma[y * 16 * stride + x * 16..];
        k.copy[BlockSize::B16x16 as usize].call(&mut to.luma, SOURCE_STRIDE, from, stride);
        let stride = self.chroma_stride();
        for (to, plane) in to.chroma.iter_mut().zip(&self.chroma) {
            let from = &plane[y * 8 * stride + x * 8..];
            k.copy[BlockSize::B8x8 as usize].call(to, SOURCE_STRIDE, from, stride);
        }
    }
}

/// Samples of a cache line, about.
pub(crate) const LINE: usize = 64;

/// Memory of a picture being reconstructed.
pub(crate) struct PictureWriter {
    /// Whole samples, then the three half-sample planes.
    pub(crate) luma: [PlaneWriter<u8>; 4],
    pub(crate) chroma: [PlaneWriter<u8>; 2],
    /// For each macroblock, the quarters that hardly move against the nearest reference, one bit each
    /// (colZeroFlag of 8.4.1.2.2).
    still: PlaneWriter<u8>,
    /// For each macroblock, what temporal direct prediction reads of its motion.
    motion: PlaneWriter<u16>,
    geometry: Geometry,
    /// Picture rows whose half samples are done.
    luma_done: usize,
    chroma_done: usize,
}

/// A picture that others predict from, perhaps while its lower rows are still being coded.
#[derive(Clone)]
pub(crate) struct Reference {
    luma: [PlaneReader<u8>; 4],
    chroma: [PlaneReader<u8>; 2],
    still: PlaneReader<u8>,
    motion: PlaneReader<u16>,
    geometry: Geometry,
    /// Of its source, where references are weighted.
    pub(crate) brightness: Option<Arc<Brightness>>,
}

impl PictureWriter {
    pub(crate) fn new(geometry: Geometry) -> Self {
        let plane = |stride, rows| PlaneWriter::new(stride, rows);
        Self {
            luma: std::array::from_fn(|_| plane(geometry.luma_stride(), geometry.luma_rows())),
            chroma: std::array::from_fn(|_| plane(geometry.chroma_stride(), geometry.chroma_rows())),
            still: plane(geometry.mb_width, geometry.mb_height),
            motion: PlaneWriter::new(geometry.mb_width * VALUES, geometry.mb_height),
            geometry,
            luma_done: 0,
            chroma_done: 0,
        }
    }

    /// Writes to all pages of the memory, so that the system has provided it before it is needed.
    pub(crate) fn touch(&mut self) {
        self.luma.iter_mut().chain(&mut self.chroma).for_each(|plane| plane.touch(GRAY));
    }

    /// Makes the memory ready for a new picture; false while somebody reads the old one.
    pub(crate) fn restart(&mut self) -> bool {
        self.luma_done = 0;
        self.chroma_done = 0;
        let planes = self.luma.iter_mut().chain(&mut self.chroma).chain([&mut self.still]);
        let used = planes.map(PlaneWriter::restart).filter(|&free| !free).count();
        self.motion.restart() && used == 0
    }

    pub(crate) fn reference(&self, brightness: Option<Arc<Brightness>>) -> Reference {
        Reference {
            luma: std::array::from_fn(|i| self.luma[i].reader()),
            chroma: std::array::from_fn(|i| self.chroma[i].reader()),
            still: self.still.reader(),
            motion: self.motion.reader(),
            geometry: self.geometry,
            brightness,
        }
    }

    /// Forgets the rows that were completed, none of which is published.
    pub(crate) fn start_over(&mut self) {
        self.luma_done = 0;
        self.chroma_done = 0;
    }

    /// Notes which quarters of a row's macroblocks stand still.
    pub(crate) fn set_still(&mut self, row: usize, quarters: impl Iterator<Item = u8>) {
        for (to, bits) in self.still.rows_mut(row..row + 1).iter_mut().zip(quarters) {
            *to = bits;
        }
    }

    /// Notes the motion of a row's macroblocks.
    pub(crate) fn set_motion(&mut self, row: usize, records: impl Iterator<Item = MotionRecord>) {
        let row_values = self.motion.rows_mut(row..row + 1);
        for (to, record) in row_values.as_chunks_mut().0.iter_mut().zip(records) {
            *to = record;
        }
    }

    /// Samples from one row to the next of luma and of chroma.
    pub(crate) fn strides(&self) -> (usize, usize) {
        (self.geometry.luma_stride(), self.geometry.chroma_stride())
    }

    /// Macroblock row `row` and the padding beside it, to write: luma, Cb and Cr.
    pub(crate) fn row_mut(&mut self, row: usize) -> [&mut [u8]; 3] {
        let [cb, cr] = &mut self.chroma;
        let (luma, chroma) = (LUMA_PADDING + row * 16, CHROMA_PADDING + row * 8);
        [
            self.luma[0].rows_mut(luma..luma + 16),
            cb.rows_mut(chroma..chroma + 8),
            cr.rows_mut(chroma..chroma + 8),
        ]
    }

    /// Completes what can be completed after macroblock row `row` has been coded and filtered: padding, half samples.
    pub(crate) fn complete_row(&mut self, k: &VideoKernels, row: usize) {
        let last = row + 1 == self.geometry.mb_height;
        let height = self.geometry.mb_height * 16;
        let luma_end = if last { height } else { (row + 1) * 16 - LUMA_LAG };
        let filtered_end = if last { height } else { (row + 1) * 16 - LUMA_LAG / 2 };
        self.pad_luma(row, filtered_end, last);
        self.interpolate(k, luma_end, last);
        self.luma_done = luma_end;

        let chroma_height = self.geometry.mb_height * 8;
        let chroma_end = if last { chroma_height } else { (row + 1) * 8 - CHROMA_LAG };
        for plane in &mut self.chroma {
            let width = self.geometry.mb_width * 8;
            pad_rows::<CHROMA_PADDING>(plane, width, self.chroma_done, chroma_end);
            if self.chroma_done == 0 {
                repeat_row(plane, CHROMA_PADDING, 0..CHROMA_PADDING);
            }
            if last {
                let end = chroma_height + CHROMA_PADDING;
                repeat_row(plane, end - 1, end..end + CHROMA_PADDING);
            }
        }
        self.chroma_done = chroma_end;
    }

    /// Lets readers see what is complete after macroblock row `row`.
    pub(crate) fn publish_row(&mut self, row: usize) {
        let last = row + 1 == self.geometry.mb_height;
        self.still.publish(row + 1);
        self.motion.publish(row + 1);
        let padding = |padding| if last { 2 * padding } else { padding };
        let luma_end = self.luma_done + padding(LUMA_PADDING);
        self.luma.iter_mut().for_each(|plane| plane.publish(luma_end));
        let chroma_end = self.chroma_done + padding(CHROMA_PADDING);
        self.chroma.iter_mut().for_each(|plane| plane.publish(chroma_end));
    }

    fn pad_luma(&mut self, row: usize, end: usize, last: bool) {
        let start = if row == 0 { 0 } else { row * 16 - LUMA_LAG / 2 };
        let plane = &mut self.luma[0];
        pad_rows::<LUMA_PADDING>(plane, self.geometry.mb_width * 16, start, end);
        if row == 0 {
            repeat_row(plane, LUMA_PADDING, 0..LUMA_PADDING);
        }
        if last {
            let bottom = end + LUMA_PADDING;
            repeat_row(plane, bottom - 1, bottom..bottom + LUMA_PADDING);
        }
    }

    /// Half samples of picture rows up to `end`, margins included at the top and bottom.
    fn interpolate(&mut self, k: &VideoKernels, end: usize, last: bool) {
        let first = self.luma_done == 0;
        let start = if first { LUMA_PADDING - HALF_MARGIN } else { self.luma_done + LUMA_PADDING };
        let stop = if last { end + LUMA_PADDING + HALF_MARGIN } else { end + LUMA_PADDING };
        let stride = self.geometry.luma_stride();
        let width = self.geometry.mb_width * 16 + 2 * HALF_MARGIN;
        let left = LUMA_PADDING - HALF_MARGIN;
        let [full, h, v, c] = &mut self.luma;
        let source = full.rows(start - 2..stop + 3);
        {
            let (h, v, c) = (h.rows_mut(start..stop), v.rows_mut(start..stop), c.rows_mut(start..stop));
            k.interpolate_half.call(
                &source[left - 2..],
                stride,
                width,
                stop - start,
                &mut h[left..],
                &mut v[left..],
                &mut c[left..],
                stride,
            );
        }
        for plane in [h, v, c] {
            for row in plane.rows_mut(start..stop).chunks_exact_mut(stride) {
                let (a, b) = (row[left], row[left + width - 1]);
                repeat::<{ LUMA_PADDING - HALF_MARGIN }>(row, a, b);
            }
            if first {
                repeat_row(plane, start, 0..start);
            }
            if last {
                repeat_row(plane, stop - 1, stop..stop + LUMA_PADDING - HALF_MARGIN);
            }
        }
    }
}

/// Repeats the outermost samples of picture rows `start..end` into the padding beside them.
fn pad_rows<const PADDING: usize>(plane: &mut PlaneWriter<u8>, width: usize, start: usize, end: usize) {
    let stride = width + 2 * PADDING;
    for row in plane.rows_mut(start + PADDING..end + PADDING).chunks_exact_mut(stride) {
        let (a, b) = (row[PADDING], row[PADDING + width - 1]);
        repeat::<PADDING>(row, a, b);
    }
}

/// Fills the first and the last samples of a row.
#[inline]
fn repeat<const COUNT: usize>(row: &mut [u8], first: u8, last: u8) {
    if let Some(start) = row.first_chunk_mut::<COUNT>() {
        *start = [first; COUNT];
    }
    if let Some(end) = row.last_chunk_mut::<COUNT>() {
        *end = [last; COUNT];
    }
}

/// Copies row `from` over rows `to`, which lie beside it.
fn repeat_row(plane: &mut PlaneWriter<u8>, from: usize, to: std::ops::Range<usize>) {
    let stride = plane.stride();
    let (start, end) = (from.min(to.start), (from + 1).max(to.end));
    let rows = plane.rows_mut(start..end);
    for row in to {
        rows.copy_within((from - start) * stride..(from - start + 1) * stride, (row - start) * stride);
    }
}

impl Reference {
    /// Whether macroblock row `row` may be predicted from by now, with vectors reaching `down` luma samples below
    /// it.
    pub(crate) fn is_ready(&self, row: usize, down: usize) -> bool {
        let luma = ((row + 1) * 16 + down + 2 + LUMA_PADDING).min(self.geometry.luma_rows());
        let chroma = ((row + 1) * 8 + down / 2 + 2 + CHROMA_PADDING).min(self.geometry.chroma_rows());
        self.luma.iter().all(|p| p.published() >= luma) && self.chroma.iter().all(|p| p.published() >= chroma)
    }

    /// Quarters that stand still, for each macroblock of a row that [`is_ready`](Self::is_ready) holds for.
    pub(crate) fn still(&self, row: usize) -> &[u8] {
        &self.still.rows()[row * self.geometry.mb_width..(row + 1) * self.geometry.mb_width]
    }

    /// Motion of each macroblock of a row that [`is_ready`](Self::is_ready) holds for, if it was noted.
    pub(crate) fn motion(&self, row: usize) -> &[MotionRecord] {
        let width = self.geometry.mb_width;
        self.motion.rows().as_chunks().0.get(row * width..(row + 1) * width).unwrap_or(&[])
    }

    pub(crate) fn view<'a>(&'a self, weights: Option<&'a PictureWeights>) -> ReferenceView<'a> {
        ReferenceView::new(
            std::array::from_fn(|i| self.luma[i].rows()),
            self.geometry.luma_stride(),
            std::array::from_fn(|i| self.chroma[i].rows()),
            self.geometry.chroma_stride(),
            weights,
        )
    }
}
