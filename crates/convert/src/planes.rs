//! Planes of memory to read, and bands of planes to write.

/// One plane to read.
#[derive(Clone, Copy)]
pub(crate) struct SourcePlane<'a> {
    /// Bytes from the first row on.
    pub data: &'a [u8],
    /// Bytes from a row to the next.
    pub stride: usize,
}

impl<'a> SourcePlane<'a> {
    /// Row `y` up to the end of the plane.
    pub(crate) fn row(&self, y: usize) -> &'a [u8] {
        &self.data[y * self.stride..]
    }
}

/// Some rows of a plane to write.
pub(crate) struct Band<'a> {
    /// Bytes from row `first_row` on.
    pub data: &'a mut [u8],
    /// Bytes from a row to the next.
    pub stride: usize,
    /// The plane's row that `data` begins with.
    pub first_row: usize,
}

impl Band<'_> {
    /// Row `y` of the plane up to the end of the band.
    pub(crate) fn row(&mut self, y: usize) -> &mut [u8] {
        let start = (y - self.first_row) * self.stride;
        &mut self.data[start..]
    }

    /// Row `y` and the one after it.
    pub(crate) fn two_rows(&mut self, y: usize) -> [&mut [u8]; 2] {
        let stride = self.stride;
        self.row(y).split_at_mut(stride).into()
    }
}

/// Copies the first `bytes` bytes of rows of a plane: in one go when nothing else lies between them.
pub(crate) fn copy_rows(
    source: &SourcePlane<'_>,
    band: &mut Band<'_>,
    rows: std::ops::Range<usize>,
    bytes: usize,
) {
    if source.stride == bytes && band.stride == bytes {
        let count = rows.len() * bytes;
        band.row(rows.start)[..count].copy_from_slice(&source.row(rows.start)[..count]);
        return;
    }
    for y in rows {
        band.row(y)[..bytes].copy_from_slice(&source.row(y)[..bytes]);
    }
}
