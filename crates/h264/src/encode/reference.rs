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
    /// [`QUARTERS`] with offsets as distances in a plane.
    quarters: [[(u8, u32); 2]; 16],
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
    pub(crate) fn new(luma: [&'a [u8]; 4], luma_stride: usize, chroma: [&'a [u8]; 2], chroma_stride: usize) -> Self {
        let distance = |(plane, right, down): (u8, u8, u8)| (plane, u32::from(right) + u32::from(down) * luma_stride as u32);
        let quarters = QUARTERS.map(|pair| pair.map(distance));
        Self { luma, luma_stride, chroma, chroma_stride, quarters }
    }

    /// Index of whole sample (x, y) of the picture in a luma plane.
    #[inline(always)]
    pub(crate) fn luma_index(&self, x: i32, y: i32) -> usize {
        (y + LUMA_PADDING as i32) as usize * self.luma_stride + (x + LUMA_PADDING as i32) as usize
    }

    /// Where the prediction of the block at luma index `origin`, moved by `mv`, begins: one place,
    /// or two whose mean it is.
    #[inline(always)]
    pub(crate) fn luma_sources(&self, origin: usize, mv: Mv) -> (&'a [u8], Option<&'a [u8]>) {
        let base = moved(origin, mv, self.luma_stride);
        let [first, second] = self.quarters[((mv.y & 3) * 4 + (mv.x & 3)) as usize & 15];
        let at = |(plane, offset): (u8, u32)| &self.luma[usize::from(plane & 3)][base + offset as usize..];
        (at(first), (first != second).then(|| at(second)))
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
        let (first, second) = self.luma_sources(self.luma_index(px, py), mv);
        match second {
            None => k.copy[size as usize].call(out, LUMA_STRIDE, first, self.luma_stride),
            Some(second) => {
                k.average[size as usize].call(out, LUMA_STRIDE, first, self.luma_stride, second, self.luma_stride);
            }
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

/// Index of a sample moved by the whole part of a vector.
#[inline(always)]
pub(crate) fn moved(origin: usize, mv: Mv, stride: usize) -> usize {
    origin.wrapping_add_signed((isize::from(mv.y) >> 2) * stride as isize + (isize::from(mv.x) >> 2))
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
