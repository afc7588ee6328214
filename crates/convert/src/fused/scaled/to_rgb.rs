//! Scaling to a pair of chroma samples for every pixel, and a matrix over the result, without bytes between them.

use vitascope_dsp::CpuLevel;
use vitascope_dsp::pixels::rgb::RgbFactors;
use vitascope_dsp::pixels::words::{BlendRows, WordsToRgb};

use super::{Channel, Scaled, ScaledScratch};
use crate::fused::ring::aligned;
use crate::planes::{Band, SourcePlane};

pub(crate) struct ScaledToRgb {
    scaled: Scaled,
    factors: RgbFactors,
    /// Whether the first colour of a pixel is red, so that it follows from Cr.
    red_first: bool,
    blend_rows: BlendRows,
    to_rgb: WordsToRgb,
}

impl ScaledToRgb {
    /// Takes over scaling to 8-bit luma and a plane of chroma pairs as large.
    pub(in crate::fused) fn new(
        scaled: Scaled,
        factors: RgbFactors,
        red_first: bool,
        level: CpuLevel,
    ) -> ScaledToRgb {
        debug_assert!(scaled.channels().count() == 3 && !scaled.ten_bits);
        let (blend_rows, to_rgb) = (BlendRows::select(level), WordsToRgb::select(level));
        ScaledToRgb { scaled, factors, red_first, blend_rows, to_rgb }
    }

    pub(in crate::fused) fn run(
        &self,
        source: &[SourcePlane<'_>],
        planes: &mut [Band<'_>],
        first: usize,
        end: usize,
        scratch: &mut ScaledScratch,
    ) {
        // Rows of another picture.
        scratch.split.held = None;
        scratch.prepare(self.scaled.channels().collect::<Vec<_>>().into_iter());
        for y in first..end {
            let shown = (self.scaled.rows.0..self.scaled.rows.1).contains(&y);
            let ScaledScratch { rings, split, words, blended, .. } = &mut *scratch;
            if shown {
                let mut rings = &mut rings[..];
                for plane in &self.scaled.planes {
                    let own = rings.split_off_mut(..plane.channels.len()).unwrap_or_default();
                    self.scaled.fill_rings(&plane.channels, source, y, own, split, words);
                }
            }
            let width = self.scaled.planes[0].channels[0].width;
            let mut made = blended.each_mut().map(|row| aligned(row, width));
            for ((channel, ring), row) in self.scaled.channels().zip(&*rings).zip(&mut made) {
                let (low, high) = if shown { channel.columns } else { (0, 0) };
                if shown {
                    channel.with_taps(ring, y, |rows, weights| self.blend_rows.call(rows, weights, row));
                }
                let border = (channel.border << 6) as i16;
                row[..low].fill(border);
                row[high..].fill(border);
            }
            let [luma, cb, cr] = made.each_ref().map(|row| &row[..]);
            let (a, b) = if self.red_first { (cr, cb) } else { (cb, cr) };
            let out = &mut planes[0].row(y)[..4 * luma.len()];
            self.to_rgb.call(luma, a, b, &self.factors, out);
        }
    }
}

impl Scaled {
    fn channels(&self) -> impl Iterator<Item = &Channel> {
        self.planes.iter().flat_map(|plane| &plane.channels)
    }
}
