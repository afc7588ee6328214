//! What intra prediction reads of the row above, whose samples are filtered in the picture by then.

use super::macroblock::{CHROMA_ORIGIN, CHROMA_STRIDE, LUMA_ORIGIN, LUMA_STRIDE, Macroblock};
use super::picture::{CHROMA_PADDING, Geometry, LUMA_PADDING, PictureWriter};

/// Unfiltered samples of the last row of the macroblock row above, which intra prediction reads.
pub(crate) struct BottomLines {
    luma: Vec<u8>,
    chroma: [Vec<u8>; 2],
}

impl BottomLines {
    pub(crate) fn new(geometry: Geometry) -> Self {
        // Room for the samples above and to the right of the last macroblock.
        let chroma = vec![0; geometry.mb_width * 8];
        Self { luma: vec![0; geometry.mb_width * 16 + 16], chroma: [chroma.clone(), chroma] }
    }

    pub(crate) fn save(&mut self, picture: &PictureWriter, y: usize) {
        let width = self.luma.len() - 16;
        let row = LUMA_PADDING + y * 16 + 15;
        self.luma[..width]
            .copy_from_slice(&picture.luma[0].rows(row..row + 1)[LUMA_PADDING..LUMA_PADDING + width]);
        let row = CHROMA_PADDING + y * 8 + 7;
        for (line, plane) in self.chroma.iter_mut().zip(&picture.chroma) {
            let width = line.len();
            line.copy_from_slice(&plane.rows(row..row + 1)[CHROMA_PADDING..CHROMA_PADDING + width]);
        }
    }

    /// Puts the samples around macroblock (x, y) into its reconstruction buffer.
    pub(crate) fn edges(&self, picture: &PictureWriter, mb: &mut Macroblock, x: usize, y: usize) {
        if y > 0 {
            mb.rec.luma[LUMA_ORIGIN - LUMA_STRIDE..][..24].copy_from_slice(&self.luma[x * 16..x * 16 + 24]);
            for (rec, line) in mb.rec.chroma.iter_mut().zip(&self.chroma) {
                rec[CHROMA_ORIGIN - CHROMA_STRIDE..][..8].copy_from_slice(&line[x * 8..x * 8 + 8]);
            }
        }
        if x > 0 {
            if y > 0 {
                mb.rec.luma[LUMA_ORIGIN - LUMA_STRIDE - 1] = self.luma[x * 16 - 1];
                for (rec, line) in mb.rec.chroma.iter_mut().zip(&self.chroma) {
                    rec[CHROMA_ORIGIN - CHROMA_STRIDE - 1] = line[x * 8 - 1];
                }
            }
            let stride = picture.luma[0].stride();
            let row = LUMA_PADDING + y * 16;
            let left = picture.luma[0].rows(row..row + 16);
            for j in 0..16 {
                mb.rec.luma[LUMA_ORIGIN + j * LUMA_STRIDE - 1] = left[j * stride + LUMA_PADDING + x * 16 - 1];
            }
            let row = CHROMA_PADDING + y * 8;
            for (rec, plane) in mb.rec.chroma.iter_mut().zip(&picture.chroma) {
                let stride = plane.stride();
                let left = plane.rows(row..row + 8);
                for j in 0..8 {
                    rec[CHROMA_ORIGIN + j * CHROMA_STRIDE - 1] =
                        left[j * stride + CHROMA_PADDING + x * 8 - 1];
                }
            }
        }
    }
}
