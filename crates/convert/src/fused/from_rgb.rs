//! Four-byte RGB to 8-bit Y'CbCr with subsampled chroma.

use vitascope_dsp::pixels::bytes::Deinterleave;
use vitascope_dsp::pixels::rgb::{ToChroma, ToLuma};

use super::{Arrangement, FusedRequest, FusedScratch, arrangement, rgb_order, two};
use crate::downsampling::DownsamplingMode;
use crate::format::layout::{Component, Storage};
use crate::planes::{Band, SourcePlane};

pub(crate) struct FromRgb {
    width: usize,
    planar: bool,
    /// Base-2 logarithm of the vertical subsampling.
    shift: u8,
    average: bool,
    luma: ([i16; 4], i32),
    chroma: ([[i16; 4]; 2], i32),
    to_luma: ToLuma,
    to_chroma: ToChroma,
    deinterleave: Deinterleave,
}

impl FromRgb {
    pub(super) fn plan(request: &FusedRequest<'_>) -> Option<FromRgb> {
        let FusedRequest { source, destination, size: (width, _), level, .. } = *request;
        let planar = match arrangement(destination, Storage::U8)? {
            Arrangement::Planar => true,
            Arrangement::Interleaved => false,
            Arrangement::Packed422 { .. } => return None,
        };
        let order = rgb_order(source)?;
        let (x, y) = destination.chroma_shift();
        if x != 1 {
            return None;
        }
        let rows = request.matrix?.0;
        let (luma, chroma) = (destination.components[0]?, destination.components[1]?);
        let offset = |component: &Component| (component.zero * 32768.0) as i32 + (1 << 14);
        Some(FromRgb {
            width,
            planar,
            shift: y,
            average: request.downsampling == DownsamplingMode::Average,
            luma: (factors(rows[0], luma.unit, order), offset(&luma)),
            chroma: (
                [factors(rows[1], chroma.unit, order), factors(rows[2], chroma.unit, order)],
                offset(&chroma),
            ),
            to_luma: ToLuma::select(level),
            to_chroma: ToChroma::select(level),
            deinterleave: Deinterleave::select(level),
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
        let half = self.width.div_ceil(2);
        let pairs = &mut scratch.bytes[0];
        pairs.resize(2 * half, 0);
        for y in first..end {
            let row = |y: usize| &source[0].row(y)[..4 * self.width];
            self.to_luma.call(row(y), self.luma.0, self.luma.1, &mut planes[0].row(y)[..self.width]);
            let group = 1 << self.shift;
            if !y.is_multiple_of(group) {
                continue;
            }
            let lower = if self.shift == 1 && y + 1 < end { y + 1 } else { y };
            let chroma_row = y >> self.shift;
            let (factors, offset) = self.chroma;
            let convert =
                |out: &mut [u8]| self.to_chroma.call(row(y), row(lower), self.average, factors, offset, out);
            if self.planar {
                convert(pairs);
                let (cb, cr) = two(planes, 1);
                let (cb, cr) = (&mut cb.row(chroma_row)[..half], &mut cr.row(chroma_row)[..half]);
                self.deinterleave.call(pairs, cb, cr);
            } else {
                convert(&mut planes[1].row(chroma_row)[..2 * half]);
            }
        }
    }
}

/// Factors in 1/32768 at the places of the bytes. Their sum is the rounded sum of the exact ones, so that
/// gray stays gray.
fn factors(row: [f64; 3], unit: f64, order: [u8; 4]) -> [i16; 4] {
    let scale = unit / 255.0 * 32768.0;
    let exact = row.map(|value| value * scale);
    let mut rounded = exact.map(|value| value.round() as i32);
    let excess = rounded.iter().sum::<i32>() - exact.iter().sum::<f64>().round() as i32;
    let largest = if exact[1].abs() >= exact[0].abs().max(exact[2].abs()) {
        1
    } else if exact[0].abs() >= exact[2].abs() {
        0
    } else {
        2
    };
    rounded[largest] -= excess;
    let mut factors = [0; 4];
    for (value, place) in rounded.iter().zip(order) {
        factors[usize::from(place)] = (*value).clamp(-32768, 32767) as i16;
    }
    factors
}
