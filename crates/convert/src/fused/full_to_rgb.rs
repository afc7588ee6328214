//! 8-bit Y'CbCr with a pair of chroma samples for every pixel to four-byte RGB.

use vitascope_dsp::CpuLevel;
use vitascope_dsp::pixels::bytes::Deinterleave4;
use vitascope_dsp::pixels::rgb::{BlendPlane, RgbFactors, ToRgb};

use super::scaled::{Scaled, ScaledToRgb};
use super::{Arrangement, FusedRequest, FusedScratch, arrangement, rgb_order, to_rgb};
use crate::format::layout::Storage;
use crate::planes::{Band, SourcePlane};

pub(crate) struct FullToRgb {
    width: usize,
    factors: RgbFactors,
    /// Whether the first colour of a pixel is red, so that it follows from Cr.
    red_first: bool,
    deinterleave4: Deinterleave4,
    blend_plane: BlendPlane,
    to_rgb: ToRgb,
}

impl FullToRgb {
    pub(super) fn plan(request: &FusedRequest<'_>) -> Option<FullToRgb> {
        let FusedRequest { source, destination, size: (width, _), level, .. } = *request;
        if arrangement(source, Storage::U8)? != Arrangement::Interleaved || source.chroma_shift() != (0, 0) {
            return None;
        }
        let (factors, red_first) = to_rgb::factors(request.matrix?, source, rgb_order(destination)?)?;
        Some(FullToRgb {
            width,
            factors,
            red_first,
            deinterleave4: Deinterleave4::select(level),
            blend_plane: BlendPlane::select(level),
            to_rgb: ToRgb::select(level),
        })
    }

    /// The same after scaling.
    pub(crate) fn after(&self, scaled: Scaled, level: CpuLevel) -> ScaledToRgb {
        ScaledToRgb::new(scaled, self.factors, self.red_first, level)
    }

    pub(super) fn run(
        &self,
        source: &[SourcePlane<'_>],
        planes: &mut [Band<'_>],
        first: usize,
        end: usize,
        scratch: &mut FusedScratch,
    ) {
        let FusedScratch { bytes, words, .. } = scratch;
        let half = self.width.div_ceil(2);
        bytes.iter_mut().for_each(|row| row.resize(half, 0));
        words.iter_mut().for_each(|row| row.resize(half, 0));
        for y in first..end {
            // Cb and Cr of even columns, then of odd ones, of which an odd width lacks the last.
            let pairs = &source[1].row(y)[..2 * self.width];
            let (whole, rest) = pairs.split_at(self.width / 2 * 4);
            self.deinterleave4.call(whole, bytes.each_mut().map(|row| &mut row[..whole.len() / 4]));
            if let [cb, cr] = *rest {
                for (row, byte) in bytes.iter_mut().zip([cb, cr, cb, cr]) {
                    row[half - 1] = byte;
                }
            }
            for (row, out) in bytes.iter().zip(words.iter_mut()) {
                self.blend_plane.call(row, row, [4, 0], out);
            }
            let [cb_even, cr_even, cb_odd, cr_odd] = words.each_ref().map(|row| &row[..]);
            let (cb, cr) = ([cb_even, cb_odd], [cr_even, cr_odd]);
            let (a, b) = if self.red_first { (cr, cb) } else { (cb, cr) };
            let out = &mut planes[0].row(y)[..4 * self.width];
            self.to_rgb.call(&source[0].row(y)[..self.width], a, b, &self.factors, out);
        }
    }
}
