//! 4:2:0 to packed 4:2:2.

use vitascope_dsp::pixels::bytes::{Interleave, Pack422};

use super::{Arrangement, FusedRequest, FusedScratch, arrangement, same_codes};
use crate::format::layout::Storage;
use crate::pipeline::{Band, Siting, SourcePlane};

pub(crate) struct Enlarge {
    width: usize,
    /// Rows of the source's chroma.
    chroma_rows: usize,
    luma_odd: bool,
    planar: bool,
    vertical: Vertical,
    interleave: Interleave,
    pack422: Pack422,
}

/// How a luma row's chroma lies between chroma rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Vertical {
    siting: f64,
    nearest: bool,
}

impl Vertical {
    pub(super) fn new(siting: Siting, nearest: bool) -> Vertical {
        Vertical { siting: siting.y, nearest }
    }

    /// The chroma row nearest to luma row `y`, the other row, and their weights in quarters.
    pub(super) fn rows(&self, y: usize, count: usize) -> (usize, usize, [u8; 2]) {
        let own = y / 2;
        let neighbour = |below: bool| if below { (own + 1).min(count - 1) } else { own.saturating_sub(1) };
        let lower = y % 2 == 1;
        let distance = if lower { 1.0 - self.siting } else { -self.siting };
        if self.nearest || distance == 0.0 {
            return (own, own, [4, 0]);
        }
        let far = (distance.abs() * 2.0) as u8;
        (own, neighbour(distance > 0.0), [4 - far, far])
    }
}

impl Enlarge {
    pub(super) fn plan(request: &FusedRequest<'_>) -> Option<Enlarge> {
        let FusedRequest { source, destination, size: (width, height), level, .. } = *request;
        let Some(Arrangement::Packed422 { luma_odd }) = arrangement(destination, Storage::U8) else {
            return None;
        };
        let planar = match arrangement(source, Storage::U8)? {
            Arrangement::Planar => true,
            Arrangement::Interleaved => false,
            Arrangement::Packed422 { .. } => return None,
        };
        let fits = source.chroma_shift() == (1, 1) && same_codes(source, destination);
        (fits && request.matrix.is_none() && width.is_multiple_of(2)).then(|| Enlarge {
            width,
            chroma_rows: height.div_ceil(2),
            luma_odd,
            planar,
            vertical: Vertical::new(request.siting, request.nearest),
            interleave: Interleave::select(level),
            pack422: Pack422::select(level),
        })
    }

    pub(super) fn run(
        &self,
        source: &[SourcePlane<'_>],
        planes: &mut [Band<'_>],
        first: usize,
        end: usize,
        scratch: &mut FusedScratch,
    ) {
        let width = self.width;
        let [even_row, odd_row, ..] = &mut scratch.bytes;
        even_row.resize(width, 0);
        odd_row.resize(width, 0);
        // Rows of two planes are joined once and serve up to four rows of luma; neighbours differ in their last bit.
        let mut joined = [None; 2];
        for y in first..end {
            let (near, far, weights) = self.vertical.rows(y, self.chroma_rows);
            let [near, far] = if self.planar {
                for row in [near, far] {
                    let (held, memory) = if row % 2 == 0 {
                        (&mut joined[0], &mut *even_row)
                    } else {
                        (&mut joined[1], &mut *odd_row)
                    };
                    if *held != Some(row) {
                        self.join(source, row, memory);
                        *held = Some(row);
                    }
                }
                [near, far].map(|row| if row % 2 == 0 { &even_row[..] } else { &odd_row[..] })
            } else {
                [near, far].map(|row| &source[1].row(row)[..width])
            };
            let luma = &source[0].row(y)[..width];
            let out = &mut planes[0].row(y)[..2 * width];
            self.pack422.call(luma, near, far, weights, self.luma_odd, out);
        }
    }

    /// Interleaves a row of both chroma planes.
    fn join(&self, source: &[SourcePlane<'_>], row: usize, out: &mut [u8]) {
        let half = self.width / 2;
        self.interleave.call(&source[1].row(row)[..half], &source[2].row(row)[..half], out);
    }
}
