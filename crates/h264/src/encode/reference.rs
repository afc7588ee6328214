//! Reading reference pictures: fractional samples and motion compensation, ITU-T H.264 8.4.2.2.

use vitascope_dsp::video::{BlockSize, VideoKernels};

use super::macroblock::{
    CHROMA_ORIGIN, CHROMA_STRIDE, LUMA_ORIGIN, LUMA_STRIDE, Mv, Partition, Reconstruction,
};
use super::picture::{CHROMA_PADDING, LUMA_PADDING};

/// Finished rows of a reference picture.
///
/// Luma comes as four planes: whole samples, and the half samples to the right of, below, and
/// diagonally below each. Any quarter sample is one of them or the mean of two.
#[derive(Clone, Copy)]
pub(crate) struct ReferenceView<'a> {
    pub(crate) luma: [&'a [u8]; 4],
    pub(crate) luma_stride: usize,
    pub(crate) chroma: [&'a [u8]; 2],
    pub(crate) chroma_stride: usize,
}

/// Plane, and offset right and down, of the two samples whose mean each quarter position is, by
/// `(y & 3) * 4 + (x & 3)`; equal where one sample serves. Planes: 0 whole, 1 horizontal half,
/// 2 vertical half, 3 centre (Table 8-12 and Figure 8-4).
const QUARTERS: [[(u8, u8, u8); 2]; 16] = [
    [(0, 0, 0), (0, 0, 0)],
    [(0, 0, 0), (1, 0, 0)],
    [(1, 0, 0), (1, 0, 0)],
    [(1, 0, 0), (0, 1, 0)],
    [(0, 0, 0), (2, 0, 0)],
    [(1, 0, 0), (2, 0, 0)],
    [(1, 0, 0), (3, 0, 0)],
    [(1, 0, 0), (2, 1, 0)],
    [(2, 0, 0), (2, 0, 0)],
    [(2, 0, 0), (3, 0, 0)],
    [(3, 0, 0), (3, 0, 0)],
    [(3, 0, 0), (2, 1, 0)],
    [(2, 0, 0), (0, 0, 1)],
    [(2, 0, 0), (1, 0, 1)],
    [(3, 0, 0), (1, 0, 1)],
    [(2, 1, 0), (1, 0, 1)],
];

impl<'a> ReferenceView<'a> {
    /// Index of whole sample (x, y) of the picture in a luma plane.
    #[inline(always)]
    pub(crate) fn luma_index(&self, x: i32, y: i32) -> usize {
        (y + LUMA_PADDING as i32) as usize * self.luma_stride + (x + LUMA_PADDING as i32) as usize
    }

    /// The samples that a block at (x, y), moved by `mv`, is predicted from, and their row stride;
    /// mixed into `scratch` where they are means.
    #[inline(always)]
    pub(crate) fn luma_block<'s>(
        &self,
        k: &VideoKernels,
        size: BlockSize,
        x: i32,
        y: i32,
        mv: Mv,
        scratch: &'s mut [u8; 256],
    ) -> (&'s [u8], usize)
    where
        'a: 's,
    {
        let [first, second] = QUARTERS[((mv.y & 3) * 4 + (mv.x & 3)) as usize];
        let base = self.luma_index(x + i32::from(mv.x >> 2), y + i32::from(mv.y >> 2));
        let at = |(plane, right, down): (u8, u8, u8)| {
            &self.luma[usize::from(plane)][base + usize::from(right) + usize::from(down) * self.luma_stride..]
        };
        if first == second {
            return (at(first), self.luma_stride);
        }
        k.average[size as usize].call(scratch, 16, at(first), self.luma_stride, at(second), self.luma_stride);
        (scratch, 16)
    }

    /// Predicts one part of a macroblock, all components, into `rec`.
    pub(crate) fn predict(
        &self,
        k: &VideoKernels,
        rec: &mut Reconstruction,
        (mb_x, mb_y): (usize, usize),
        (x, y, w, h): (usize, usize, usize, usize),
        mv: Mv,
    ) {
        let size = block_size(w, h);
        let (px, py) = ((mb_x * 16 + x * 4) as i32, (mb_y * 16 + y * 4) as i32);
        let out = &mut rec.luma[LUMA_ORIGIN + y * 4 * LUMA_STRIDE + x * 4..];
        let [first, second] = QUARTERS[((mv.y & 3) * 4 + (mv.x & 3)) as usize];
        let base = self.luma_index(px + i32::from(mv.x >> 2), py + i32::from(mv.y >> 2));
        let at = |(plane, right, down): (u8, u8, u8)| {
            &self.luma[usize::from(plane)][base + usize::from(right) + usize::from(down) * self.luma_stride..]
        };
        if first == second {
            k.copy[size as usize].call(out, LUMA_STRIDE, at(first), self.luma_stride);
        } else {
            k.average[size as usize].call(
                out,
                LUMA_STRIDE,
                at(first),
                self.luma_stride,
                at(second),
                self.luma_stride,
            );
        }
        // Chroma vectors are the luma ones in eighths of a chroma sample (8.4.1.4).
        let (cx, cy) = (px / 2 + i32::from(mv.x >> 3), py / 2 + i32::from(mv.y >> 3));
        let base = (cy + CHROMA_PADDING as i32) as usize * self.chroma_stride
            + (cx + CHROMA_PADDING as i32) as usize;
        for (plane, out) in self.chroma.iter().zip(&mut rec.chroma) {
            let out = &mut out[CHROMA_ORIGIN + y * 2 * CHROMA_STRIDE + x * 2..];
            let (dx, dy) = ((mv.x & 7) as u32, (mv.y & 7) as u32);
            let from = &plane[base..];
            if w == 4 {
                k.chroma_mc8.call(out, CHROMA_STRIDE, from, self.chroma_stride, dx, dy, h * 2);
            } else {
                k.chroma_mc4.call(out, CHROMA_STRIDE, from, self.chroma_stride, dx, dy, h * 2);
            }
        }
    }
}

/// Block size of a part measured in 4x4 blocks.
pub(crate) fn block_size(w: usize, h: usize) -> BlockSize {
    match (w, h) {
        (4, 4) => BlockSize::B16x16,
        (4, _) => BlockSize::B16x8,
        (_, 4) => BlockSize::B8x16,
        _ => BlockSize::B8x8,
    }
}

/// Predicts every part of an inter macroblock.
pub(crate) fn predict_partition(
    k: &VideoKernels,
    references: &[ReferenceView<'_>],
    rec: &mut Reconstruction,
    position: (usize, usize),
    partition: Partition,
    ref_idx: &[i8; 4],
    mv: &[Mv; 16],
) {
    for &part in partition.parts() {
        let (x, y, ..) = part;
        let reference = &references[ref_idx[y / 2 * 2 + x / 2] as usize];
        reference.predict(k, rec, position, part, mv[y * 4 + x]);
    }
}
