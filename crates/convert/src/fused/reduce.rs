//! 4:2:2 to 4:2:0.

use vitascope_dsp::pixels::bytes::{Deinterleave, EverySecond, Mean};

use super::{Arrangement, FusedRequest, FusedScratch, arrangement, same_codes};
use crate::downsampling::DownsamplingMode;
use crate::format::layout::Storage;
use crate::planes::{Band, SourcePlane};

pub(crate) struct Reduce {
    width: usize,
    /// Whether luma has the odd places of packed pixels; `None` when it has its own plane.
    luma_odd: Option<bool>,
    planar: bool,
    average: bool,
    deinterleave: Deinterleave,
    every_second: EverySecond,
    mean: Mean,
}

impl Reduce {
    pub(super) fn plan(request: &FusedRequest<'_>) -> Option<Reduce> {
        let FusedRequest { source, destination, size: (width, _), level, .. } = *request;
        let luma_odd = match arrangement(source, Storage::U8)? {
            Arrangement::Packed422 { luma_odd } => Some(luma_odd),
            Arrangement::Interleaved => None,
            Arrangement::Planar => return None,
        };
        let planar = match arrangement(destination, Storage::U8)? {
            Arrangement::Planar => true,
            Arrangement::Interleaved => false,
            Arrangement::Packed422 { .. } => return None,
        };
        let fits = source.chroma_shift() == (1, 0)
            && destination.chroma_shift() == (1, 1)
            && same_codes(source, destination);
        (fits && request.matrix.is_none() && width.is_multiple_of(2)).then(|| Reduce {
            width,
            luma_odd,
            planar,
            average: request.downsampling == DownsamplingMode::Average,
            deinterleave: Deinterleave::select(level),
            every_second: EverySecond::select(level),
            mean: Mean::select(level),
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
        let [upper, lower, mean, ..] = &mut scratch.bytes;
        for row in [&mut *upper, &mut *lower, &mut *mean] {
            row.resize(width, 0);
        }
        for y in (first..end).step_by(2) {
            let averages = self.average && y + 1 < end;
            if !self.planar && !averages {
                let (luma, chroma) = super::two(planes, 0);
                self.split(source, y, Some(&mut chroma.row(y / 2)[..width]), &mut luma.row(y)[..width]);
                if y + 1 < end {
                    self.split(source, y + 1, None, &mut luma.row(y + 1)[..width]);
                }
                continue;
            }
            self.split(source, y, Some(&mut upper[..]), &mut planes[0].row(y)[..width]);
            if y + 1 < end {
                let chroma = averages.then_some(&mut lower[..]);
                self.split(source, y + 1, chroma, &mut planes[0].row(y + 1)[..width]);
            }
            if !self.planar {
                self.mean.call(upper, lower, &mut planes[1].row(y / 2)[..width]);
                continue;
            }
            let chroma = if averages {
                self.mean.call(upper, lower, mean);
                &*mean
            } else {
                &*upper
            };
            let (cb, cr) = super::two(planes, 1);
            let half = width / 2;
            self.deinterleave.call(chroma, &mut cb.row(y / 2)[..half], &mut cr.row(y / 2)[..half]);
        }
    }

    /// Luma, and chroma if it is wanted, of row `y`.
    fn split(&self, source: &[SourcePlane<'_>], y: usize, chroma: Option<&mut [u8]>, luma: &mut [u8]) {
        let width = self.width;
        let Some(luma_odd) = self.luma_odd else {
            luma.copy_from_slice(&source[0].row(y)[..width]);
            if let Some(chroma) = chroma {
                chroma.copy_from_slice(&source[1].row(y)[..width]);
            }
            return;
        };
        let row = &source[0].row(y)[..2 * width];
        match chroma {
            None => self.every_second.call(row, luma_odd, luma),
            Some(chroma) if luma_odd => self.deinterleave.call(row, chroma, luma),
            Some(chroma) => self.deinterleave.call(row, luma, chroma),
        }
    }
}
