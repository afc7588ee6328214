//! 4:2:0 to packed 4:2:2.

use vitascope_dsp::pixels::bytes::{Pack422, Pack422Planar};

use super::{Arrangement, FusedRequest, arrangement, same_codes};
use crate::format::layout::Storage;
use crate::planes::{Band, SourcePlane};
use crate::siting::Siting;

pub(crate) struct Enlarge {
    width: usize,
    /// Rows of the source's chroma.
    chroma_rows: usize,
    luma_odd: bool,
    planar: bool,
    vertical: Vertical,
    pack422: Pack422,
    pack422_planar: Pack422Planar,
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
            pack422: Pack422::select(level),
            pack422_planar: Pack422Planar::select(level),
        })
    }

    pub(super) fn run(&self, source: &[SourcePlane<'_>], planes: &mut [Band<'_>], first: usize, end: usize) {
        let width = self.width;
        for y in first..end {
            let (near, far, weights) = self.vertical.rows(y, self.chroma_rows);
            let chroma = |plane: usize, bytes: usize| {
                [&source[plane].row(near)[..bytes], &source[plane].row(far)[..bytes]]
            };
            let luma = &source[0].row(y)[..width];
            let out = &mut planes[0].row(y)[..2 * width];
            if self.planar {
                let half = width / 2;
                self.pack422_planar.call(luma, chroma(1, half), chroma(2, half), weights, self.luma_odd, out);
            } else {
                let [near, far] = chroma(1, width);
                self.pack422.call(luma, near, far, weights, self.luma_odd, out);
            }
        }
    }
}
