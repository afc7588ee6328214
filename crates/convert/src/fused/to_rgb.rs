//! 8-bit Y'CbCr with subsampled chroma to four-byte RGB.

use vitascope_dsp::pixels::biplanar::{BiplanarToRgb, BiplanarToRgbRepeated, Factors, Spread};
use vitascope_dsp::pixels::bytes::Deinterleave;
use vitascope_dsp::pixels::rgb::{Between, BlendChroma, BlendPlane, RgbFactors, ToRgb};

use super::enlarge::Vertical;
use super::{Arrangement, FusedRequest, FusedScratch, arrangement, rgb_order};
use crate::color::matrix::Matrix;
use crate::format::layout::{Layout, Storage};
use crate::planes::{Band, SourcePlane};

pub(crate) struct RgbFrom {
    width: usize,
    chroma_rows: usize,
    arrangement: Arrangement,
    vertical: Option<Vertical>,
    horizontal: Spread,
    /// Present where chroma has a plane of pairs.
    biplanar: Option<(BiplanarToRgb, Factors)>,
    /// For two rows that share their chroma, repeated.
    repeated: Option<BiplanarToRgbRepeated>,
    factors: RgbFactors,
    /// Whether the first colour of a pixel is red, so that it follows from Cr.
    red_first: bool,
    blend_chroma: BlendChroma,
    blend_plane: BlendPlane,
    between: Between,
    deinterleave: Deinterleave,
    to_rgb: ToRgb,
}

impl RgbFrom {
    pub(super) fn plan(request: &FusedRequest<'_>) -> Option<RgbFrom> {
        let FusedRequest { source, destination, size: (width, height), level, .. } = *request;
        let arrangement = arrangement(source, Storage::U8)?;
        let order = rgb_order(destination)?;
        let (x, y) = source.chroma_shift();
        if x != 1 || width < 2 {
            return None;
        }
        let (factors, red_first) = factors(request.matrix?, source, order)?;
        let biplanar = match arrangement {
            Arrangement::Interleaved => Some((
                BiplanarToRgb::select(level),
                biplanar_factors(request.matrix?, source, red_first, factors.alpha_first)?,
            )),
            _ => None,
        };
        Some(RgbFrom {
            width,
            chroma_rows: height.div_ceil(1 << y),
            arrangement,
            vertical: (y == 1).then(|| Vertical::new(request.siting, request.nearest)),
            horizontal: match request.siting.x {
                _ if request.nearest => Spread::Repeat,
                x if x < 0.25 => Spread::Left,
                _ => Spread::Center,
            },
            biplanar,
            repeated: (request.nearest && y == 1).then(|| BiplanarToRgbRepeated::select(level)),
            factors,
            red_first,
            blend_chroma: BlendChroma::select(level),
            blend_plane: BlendPlane::select(level),
            between: Between::select(level),
            deinterleave: Deinterleave::select(level),
            to_rgb: ToRgb::select(level),
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
        if let Some((kernel, factors)) = &self.biplanar {
            let luma = |y: usize| &source[0].row(y)[..self.width];
            let mut y = first;
            while y < end {
                let (near, far, weights) = self.chroma_rows(y);
                let [near, far] = [near, far].map(|y| &source[1].row(y)[..2 * half]);
                if let Some(kernel) = self.repeated.as_ref().filter(|_| y.is_multiple_of(2) && y + 1 < end) {
                    let out = planes[0].two_rows(y).map(|row| &mut row[..4 * self.width]);
                    kernel.call([luma(y), luma(y + 1)], near, factors, out);
                    y += 2;
                    continue;
                }
                let out = &mut planes[0].row(y)[..4 * self.width];
                kernel.call(luma(y), near, far, weights, self.horizontal, factors, out);
                y += 1;
            }
            return;
        }
        let FusedScratch { bytes, words, .. } = scratch;
        let [cb, cr, spread, spread_cr] = words;
        // One more word before and after each row, for the neighbours of the first and the last.
        for row in [&mut *cb, &mut *cr] {
            row.resize(half + 2, 0);
        }
        for row in [&mut *spread, &mut *spread_cr] {
            row.resize(2 * half, 0);
        }
        for y in first..end {
            let luma = self.blend(source, y, &mut cb[1..=half], &mut cr[1..=half], bytes);
            for row in [&mut *cb, &mut *cr] {
                row[0] = row[1];
                row[half + 1] = row[half];
            }
            let cb = self.spread(cb, half, spread);
            let cr = self.spread(cr, half, spread_cr);
            let (a, b) = if self.red_first { (cr, cb) } else { (cb, cr) };
            let luma = luma.unwrap_or(&bytes[0]);
            let out = &mut planes[0].row(y)[..4 * self.width];
            self.to_rgb.call(&luma[..self.width], a, b, &self.factors, out);
        }
    }

    /// The chroma row nearest to luma row `y`, the other one, and their weights in quarters.
    fn chroma_rows(&self, y: usize) -> (usize, usize, [u8; 2]) {
        match &self.vertical {
            Some(vertical) => vertical.rows(y, self.chroma_rows),
            None => (y, y, [4, 0]),
        }
    }

    /// Chroma of luma row `y`; its luma is returned, or is in `bytes[0]`.
    fn blend<'a>(
        &self,
        source: &[SourcePlane<'a>],
        y: usize,
        cb: &mut [i16],
        cr: &mut [i16],
        bytes: &mut [Vec<u8>; 4],
    ) -> Option<&'a [u8]> {
        let half = cb.len();
        let (near, far, weights) = self.chroma_rows(y);
        match self.arrangement {
            // These have a kernel of their own.
            Arrangement::Interleaved => {}
            Arrangement::Planar => {
                let row = |plane: usize, y: usize| &source[plane].row(y)[..half];
                self.blend_plane.call(row(1, near), row(1, far), weights, cb);
                self.blend_plane.call(row(2, near), row(2, far), weights, cr);
            }
            Arrangement::Packed422 { luma_odd } => {
                let [luma, chroma, ..] = bytes;
                luma.resize(2 * half, 0);
                chroma.resize(2 * half, 0);
                // The last pair of an odd width may lack its second luma sample in memory.
                let row = &source[0].row(y)[..4 * half.min(self.width / 2)];
                let whole = row.len() / 2;
                let (even, odd) =
                    if luma_odd { (&mut *chroma, &mut *luma) } else { (&mut *luma, &mut *chroma) };
                self.deinterleave.call(row, &mut even[..whole], &mut odd[..whole]);
                if whole < 2 * half {
                    let rest = &source[0].row(y)[row.len()..];
                    let [l, cb, cr] = if luma_odd { [1, 0, 2] } else { [0, 1, 3] };
                    (luma[whole], chroma[whole], chroma[whole + 1]) = (rest[l], rest[cb], rest[cr]);
                }
                self.blend_chroma.call(chroma, chroma, [4, 0], cb, cr);
                return None;
            }
        }
        Some(source[0].row(y))
    }

    /// Rows for even and odd columns from a row with a neighbour at each end.
    fn spread<'a>(&self, row: &'a [i16], half: usize, spread: &'a mut [i16]) -> [&'a [i16]; 2] {
        let (before, own, after) = (&row[..half], &row[1..=half], &row[2..]);
        let (even, odd) = spread.split_at_mut(half);
        match self.horizontal {
            Spread::Repeat => [own, own],
            Spread::Left => {
                self.between.call(after, own, false, odd);
                [own, odd]
            }
            Spread::Center => {
                self.between.call(before, own, true, even);
                self.between.call(after, own, true, odd);
                [even, odd]
            }
        }
    }
}

/// Factors of the kernel for chroma in pairs.
fn biplanar_factors(matrix: &Matrix, source: &Layout, red_first: bool, alpha_first: bool) -> Option<Factors> {
    let (luma, chroma) = (source.components[0]?, source.components[1]?);
    let rows = matrix.0;
    let factor = |value: f64| value * 255.0 / chroma.unit;
    let cb = [factor(rows[2][1]), factor(rows[1][1])];
    let cr = [factor(rows[0][2]), factor(rows[1][2])];
    Factors::new(luma.zero, 255.0 / luma.unit, cb, cr, red_first, alpha_first)
}

/// Factors of the kernel for a matrix and an order of bytes, and whether red comes first.
pub(super) fn factors(matrix: &Matrix, source: &Layout, order: [u8; 4]) -> Option<(RgbFactors, bool)> {
    let (luma, chroma) = (source.components[0]?, source.components[1]?);
    let rows = matrix.0;
    // The shape every decoding matrix has: luma as it is, red without Cb, blue without Cr.
    let shaped = rows.iter().all(|row| (row[0] - 1.0).abs() < 1e-9) && rows[0][1] == 0.0 && rows[2][2] == 0.0;
    let gain = 255.0 / luma.unit;
    let factor = |value: f64| -> Option<i16> {
        let factor = (value * 255.0 / chroma.unit * 8192.0).round();
        (factor.abs() <= 32767.0).then_some(factor as i16)
    };
    let (cr, cb) = (factor(rows[0][2])?, factor(rows[2][1])?);
    let green = [factor(rows[1][1])?, factor(rows[1][2])?];
    let (red_first, alpha_first) = match order {
        [2, 1, 0, 3] => (false, false),
        [0, 1, 2, 3] => (true, false),
        [3, 2, 1, 0] => (false, true),
        [1, 2, 3, 0] => (true, true),
        _ => return None,
    };
    let factors = RgbFactors {
        luma: (gain * 16384.0).round() as i16,
        offset: (-luma.zero * gain * 64.0).round() as i16,
        first: if red_first { cr } else { cb },
        green: if red_first { [green[1], green[0]] } else { green },
        last: if red_first { cb } else { cr },
        alpha_first,
    };
    shaped.then_some((factors, red_first))
}
