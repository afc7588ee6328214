//! Locks on the pixels of a buffer, and the planes they open.

use std::fmt;

use super::{ExtendedPixels, PixelBuffer, PlaneGeometry};
use crate::memory::{ReadLock, WriteLock};

/// A lock for reading; it ends when dropped.
pub struct ReadGuard<'a> {
    pub(super) buffer: &'a PixelBuffer,
    pub(super) lock: ReadLock<'a>,
}

/// The lock for writing; it ends when dropped.
pub struct WriteGuard<'a> {
    pub(super) buffer: &'a PixelBuffer,
    pub(super) lock: WriteLock<'a>,
}

/// One plane of a buffer that is locked.
#[derive(Clone, Copy)]
pub struct Plane<'a> {
    /// The bytes from the first sample of the first row on; rows lie `bytes_per_row` apart. The last row may end
    /// without its padding, and pixels outside the picture may follow.
    pub data: &'a [u8],
    /// Distance of two rows in bytes.
    pub bytes_per_row: usize,
    /// Bytes that the samples of a row take.
    pub row_bytes: usize,
    /// Samples in a row; a pair of chroma samples counts as one.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// One plane of a buffer that is locked for writing.
pub struct PlaneMut<'a> {
    /// The bytes from the first sample of the first row on; rows lie `bytes_per_row` apart. The last row may end
    /// without its padding, and pixels outside the picture may follow.
    pub data: &'a mut [u8],
    /// Distance of two rows in bytes.
    pub bytes_per_row: usize,
    /// Bytes that the samples of a row take.
    pub row_bytes: usize,
    /// Samples in a row; a pair of chroma samples counts as one.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl<'a> ReadGuard<'a> {
    /// The buffer that is locked.
    pub fn buffer(&self) -> &'a PixelBuffer {
        self.buffer
    }

    /// The number of planes, at least 1.
    pub fn planes(&self) -> usize {
        self.buffer.planes()
    }

    /// A plane.
    ///
    /// # Panics
    /// When there is no such plane.
    pub fn plane(&self, plane: usize) -> Plane<'_> {
        Plane::new(self.lock.plane(plane), self.buffer.geometry(plane))
    }

    /// The samples of one row of a plane, without padding.
    ///
    /// # Panics
    /// When there is no such plane or row.
    pub fn row(&self, plane: usize, y: usize) -> &[u8] {
        self.plane(plane).row(y)
    }
}

impl<'a> WriteGuard<'a> {
    /// The buffer that is locked.
    pub fn buffer(&self) -> &'a PixelBuffer {
        self.buffer
    }

    /// The number of planes, at least 1.
    pub fn planes(&self) -> usize {
        self.buffer.planes()
    }

    /// A plane, for reading.
    ///
    /// # Panics
    /// When there is no such plane.
    pub fn plane(&self, plane: usize) -> Plane<'_> {
        Plane::new(self.lock.plane(plane), self.buffer.geometry(plane))
    }

    /// The samples of one row of a plane, for reading.
    ///
    /// # Panics
    /// When there is no such plane or row.
    pub fn row(&self, plane: usize, y: usize) -> &[u8] {
        self.plane(plane).row(y)
    }

    /// A plane.
    ///
    /// # Panics
    /// When there is no such plane.
    pub fn plane_mut(&mut self, plane: usize) -> PlaneMut<'_> {
        PlaneMut::new(self.lock.plane_mut(plane), self.buffer.geometry(plane))
    }

    /// All planes at once.
    pub fn planes_mut(&mut self) -> Vec<PlaneMut<'_>> {
        let buffer = self.buffer;
        let opened = self.lock.planes_mut().enumerate();
        opened.map(|(plane, data)| PlaneMut::new(data, buffer.geometry(plane))).collect()
    }

    /// The samples of one row of a plane, without padding.
    ///
    /// # Panics
    /// When there is no such plane or row.
    pub fn row_mut(&mut self, plane: usize, y: usize) -> &mut [u8] {
        self.plane_mut(plane).into_row(y)
    }

    /// Makes the whole picture opaque black; formats with a palette become entry 0.
    pub fn fill_black(&mut self) {
        let format = self.buffer.description();
        for (mut plane, layout) in self.planes_mut().into_iter().zip(format.planes) {
            for y in 0..plane.height {
                let row = plane.row_mut(y);
                if layout.black_block.is_empty() {
                    row.fill(0);
                    continue;
                }
                for block in row.chunks_mut(layout.black_block.len()) {
                    block.copy_from_slice(&layout.black_block[..block.len()]);
                }
            }
        }
    }
}

impl WriteGuard<'_> {
    /// Repeats the pixels at the edges into the pixels around the picture and the padding of rows. Where a block holds
    /// several pixels, whole blocks are repeated. Without [`PixelBuffer::extended_pixels`] nothing changes.
    #[doc(alias = "CVPixelBufferFillExtendedPixels")]
    pub fn fill_extended_pixels(&mut self) {
        if self.buffer.extended_pixels() == ExtendedPixels::default() {
            return;
        }
        for (index, layout) in self.buffer.description().planes.iter().enumerate() {
            let PlaneGeometry { width, height, bytes_per_row, origin, .. } = self.buffer.geometry(index);
            let (top, left) = (origin / bytes_per_row, origin % bytes_per_row);
            // Every block of the table is a whole number of bytes.
            let block = usize::from(layout.bits_per_block) / 8;
            let end = left + width.div_ceil(layout.block_width.into()) * block;
            let memory = self.lock.plane_mut(index);
            for row in memory.chunks_exact_mut(bytes_per_row).skip(top).take(height) {
                let (before, inside) = row.split_at_mut(left);
                before.rchunks_exact_mut(block).for_each(|bytes| bytes.copy_from_slice(&inside[..block]));
                let (inside, after) = row.split_at_mut(end);
                after.chunks_exact_mut(block).for_each(|bytes| bytes.copy_from_slice(&inside[end - block..]));
            }
            let (above, rest) = memory.split_at_mut(top * bytes_per_row);
            above.chunks_exact_mut(bytes_per_row).for_each(|row| row.copy_from_slice(&rest[..bytes_per_row]));
            let (inside, below) = rest.split_at_mut(height * bytes_per_row);
            let last = &inside[(height - 1) * bytes_per_row..];
            below.chunks_exact_mut(bytes_per_row).for_each(|row| row.copy_from_slice(last));
        }
    }
}

impl<'a> Plane<'a> {
    fn new(region: &'a [u8], geometry: PlaneGeometry) -> Self {
        let PlaneGeometry { width, height, bytes_per_row, row_bytes, origin } = geometry;
        Plane { data: &region[origin..], bytes_per_row, row_bytes, width, height }
    }

    /// The samples of one row, without padding.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row(&self, y: usize) -> &'a [u8] {
        assert!(y < self.height, "row {y} of a plane with {} rows", self.height);
        &self.data[y * self.bytes_per_row..][..self.row_bytes]
    }

    /// The rows in order, without padding.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + use<'a> {
        let plane = *self;
        (0..plane.height).map(move |y| plane.row(y))
    }
}

impl<'a> PlaneMut<'a> {
    fn new(region: &'a mut [u8], geometry: PlaneGeometry) -> Self {
        let PlaneGeometry { width, height, bytes_per_row, row_bytes, origin } = geometry;
        PlaneMut { data: &mut region[origin..], bytes_per_row, row_bytes, width, height }
    }

    /// The plane, for reading.
    pub fn as_plane(&self) -> Plane<'_> {
        let PlaneMut { data, bytes_per_row, row_bytes, width, height } = self;
        Plane { data, bytes_per_row: *bytes_per_row, row_bytes: *row_bytes, width: *width, height: *height }
    }

    /// The samples of one row, without padding.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row_mut(&mut self, y: usize) -> &mut [u8] {
        assert!(y < self.height, "row {y} of a plane with {} rows", self.height);
        &mut self.data[y * self.bytes_per_row..][..self.row_bytes]
    }

    /// The samples of one row for as long as the lock, without padding.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn into_row(self, y: usize) -> &'a mut [u8] {
        assert!(y < self.height, "row {y} of a plane with {} rows", self.height);
        &mut self.data[y * self.bytes_per_row..][..self.row_bytes]
    }

    /// The rows in order, without padding.
    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut [u8]> {
        let row_bytes = self.row_bytes;
        self.data
            .chunks_mut(self.bytes_per_row.max(1))
            .take(self.height)
            .map(move |row| &mut row[..row_bytes])
    }
}

impl fmt::Debug for ReadGuard<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "ReadGuard({:?})", self.buffer)
    }
}

impl fmt::Debug for WriteGuard<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "WriteGuard({:?})", self.buffer)
    }
}
