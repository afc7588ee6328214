//! Reading reference pictures: fractional samples and motion compensation, ITU-T H.264 8.4.2.2.

use vitascope_dsp::video::{BlockSize, Place, Planes, VideoKernels, prefetch_rows};

use super::implicit_weights::{EVEN, weighted_mean_of};
use super::macroblock::{CHROMA_ORIGIN, CHROMA_STRIDE, LUMA_ORIGIN, LUMA_STRIDE, Motion, Mv, Reconstruction};
use super::picture::{CHROMA_PADDING, LINE, LUMA_PADDING};
use super::sub_partition::{Part, SubPartition};
use super::weights::{LOG2_DENOMINATOR, PictureWeights};
use crate::syntax::pred_weight_table::Weight;

/// Finished rows of a reference picture.
///
/// Luma comes as four planes: whole samples, and the half samples to the right of, below, and
/// diagonally below each. Any quarter sample is one of them or the mean of two.
#[derive(Clone, Copy)]
pub(crate) struct ReferenceView<'a> {
    pub(crate) luma: Planes<'a>,
    pub(crate) luma_stride: usize,
    pub(crate) chroma: [&'a [u8]; 2],
    pub(crate) chroma_stride: usize,
    /// What predictions from it are multiplied with (P slices only).
    pub(crate) weights: Option<&'a PictureWeights>,
    /// Of a picture of list 0: weight of each picture of list 1 in predictions from both; empty where they count alike.
    pub(crate) second_weights: &'a [i16],
    /// [`QUARTERS`] from the planes' first sample.
    quarters: [[Place; 2]; 16],
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
    pub(crate) fn new(
        luma: [&'a [u8]; 4],
        luma_stride: usize,
        chroma: [&'a [u8]; 2],
        chroma_stride: usize,
        weights: Option<&'a PictureWeights>,
    ) -> Self {
        let place = |(plane, right, down): (u8, u8, u8)| {
            Place::new(plane.into(), usize::from(right) + usize::from(down) * luma_stride)
        };
        let quarters = QUARTERS.map(|pair| pair.map(place));
        Self {
            luma: Planes::new(luma),
            luma_stride,
            chroma,
            chroma_stride,
            weights,
            second_weights: &[],
            quarters,
        }
    }

    /// With these [`second_weights`](Self::second_weights).
    pub(crate) fn averaged(self, second_weights: &'a [i16]) -> Self {
        Self { second_weights, ..self }
    }

    /// Index of whole sample (x, y) of the picture in a luma plane.
    #[inline(always)]
    pub(crate) fn luma_index(&self, x: i32, y: i32) -> usize {
        (y + LUMA_PADDING as i32) as usize * self.luma_stride + (x + LUMA_PADDING as i32) as usize
    }

    /// Where the prediction of the block at luma index `origin`, moved by the vector (x, y), begins: two places whose
    /// mean it is, which may be the same.
    #[inline(always)]
    pub(crate) fn luma_places(&self, origin: usize, x: i32, y: i32) -> [Place; 2] {
        let base = moved(origin, x, y, self.luma_stride);
        let [first, second] = self.quarters[((y & 3) * 4 + (x & 3)) as usize & 15];
        [first.further(base), second.further(base)]
    }

    /// The samples of [`luma_places`](Self::luma_places): of one place, or of two.
    #[inline(always)]
    pub(crate) fn luma_sources(&self, origin: usize, x: i32, y: i32) -> (&'a [u8], Option<&'a [u8]>) {
        let [first, second] = self.luma_places(origin, x, y);
        (self.luma.from(first), (first != second).then(|| self.luma.from(second)))
    }

    /// Has the samples brought near that macroblocks after (x, y) in its row may be predicted from with about this
    /// vector, a cache line at a time.
    #[inline]
    pub(crate) fn prefetch_after(&self, x: usize, y: usize, mv: Mv) {
        if !(x * 16).is_multiple_of(LINE) {
            return;
        }
        let origin = self.luma_index((x * 16 + LINE) as i32, (y * 16) as i32);
        let first = moved(origin, mv.x.into(), mv.y.into(), self.luma_stride);
        for plane in 0..3 {
            prefetch_rows(self.luma.from(Place::new(plane, 0)), first, self.luma_stride, 16);
        }
    }

    /// Predicts one part of a macroblock at (x, y) of the picture, measured in 4x4 blocks.
    fn predict(
        &self,
        k: &VideoKernels,
        out: &mut Prediction<'_>,
        (x, y, w, h): (usize, usize, usize, usize),
        mv: Mv,
    ) {
        let size = block_size(w, h);
        let (px, py) = ((x * 4) as i32, (y * 4) as i32);
        let (first, second) = self.luma_sources(self.luma_index(px, py), mv.x.into(), mv.y.into());
        match second {
            None => k.copy[size as usize].call(out.luma, out.luma_stride, first, self.luma_stride),
            Some(second) => {
                let average = &k.average[size as usize];
                average.call(out.luma, out.luma_stride, first, self.luma_stride, second, self.luma_stride);
            }
        }
        // Chroma vectors are the luma ones in eighths of a chroma sample (8.4.1.4).
        let (cx, cy) = (px / 2 + i32::from(mv.x >> 3), py / 2 + i32::from(mv.y >> 3));
        let base = (cy + CHROMA_PADDING as i32) as usize * self.chroma_stride
            + (cx + CHROMA_PADDING as i32) as usize;
        for (plane, to) in self.chroma.iter().zip(&mut out.chroma) {
            let (dx, dy) = ((mv.x & 7) as u32, (mv.y & 7) as u32);
            let from = &plane[base..];
            if w == 4 {
                k.chroma_mc8.call(to, out.chroma_stride, from, self.chroma_stride, dx, dy, h * 2);
            } else {
                k.chroma_mc4.call(to, out.chroma_stride, from, self.chroma_stride, dx, dy, h * 2);
            }
        }
        if let Some(weights) = self.weights {
            out.weigh(k, weights, size, chroma_size(w, h));
        }
    }
}

/// Where a part's prediction goes: slices that begin at its first sample.
struct Prediction<'a> {
    luma: &'a mut [u8],
    luma_stride: usize,
    chroma: [&'a mut [u8]; 2],
    chroma_stride: usize,
}

impl Prediction<'_> {
    /// Explicit weighting from one reference (8.4.2.3.2).
    fn weigh(&mut self, k: &VideoKernels, weights: &PictureWeights, size: BlockSize, chroma_size: BlockSize) {
        let weigh = |plane: &mut [u8], stride: usize, size: BlockSize, by: Weight| {
            let mut plain = [0; 256];
            k.copy[size as usize].call(&mut plain, 16, plane, stride);
            let (weight, offset) = (by.weight, by.offset);
            k.weight[size as usize].call(plane, stride, &plain, 16, LOG2_DENOMINATOR, weight, offset);
        };
        weigh(self.luma, self.luma_stride, size, weights.planes[0]);
        for (plane, &by) in self.chroma.iter_mut().zip(&weights.planes[1..]) {
            weigh(plane, self.chroma_stride, chroma_size, by);
        }
    }
}

/// Room for one of the two predictions that are averaged.
#[derive(Clone)]
struct Scratch {
    luma: [u8; 256],
    chroma: [[u8; 64]; 2],
}

impl Scratch {
    const EMPTY: Self = Self { luma: [0; 256], chroma: [[0; 64]; 2] };

    fn prediction(&mut self) -> Prediction<'_> {
        let [cb, cr] = &mut self.chroma;
        Prediction { luma: &mut self.luma, luma_stride: 16, chroma: [cb, cr], chroma_stride: 8 }
    }
}

/// References of a slice, by list.
pub(crate) type ReferenceLists<'a> = [&'a [ReferenceView<'a>]; 2];

/// Weight of the second of two references.
pub(crate) fn second_weight(lists: ReferenceLists<'_>, [first, second]: [i8; 2]) -> i16 {
    lists[0][first as usize].second_weights.get(second as usize).copied().unwrap_or(EVEN)
}

/// Predicts one part of a macroblock, all components, into `rec`: from one list, or as the mean of
/// both (8.4.2.3.1).
pub(crate) fn predict_part(
    k: &VideoKernels,
    lists: ReferenceLists<'_>,
    rec: &mut Reconstruction,
    (mb_x, mb_y): (usize, usize),
    (x, y, w, h): (usize, usize, usize, usize),
    motion: Motion,
) {
    let place = (mb_x * 4 + x, mb_y * 4 + y, w, h);
    let [cb, cr] = &mut rec.chroma;
    let chroma_at = CHROMA_ORIGIN + y * 2 * CHROMA_STRIDE + x * 2;
    let mut out = Prediction {
        luma: &mut rec.luma[LUMA_ORIGIN + y * 4 * LUMA_STRIDE + x * 4..],
        luma_stride: LUMA_STRIDE,
        chroma: [&mut cb[chroma_at..], &mut cr[chroma_at..]],
        chroma_stride: CHROMA_STRIDE,
    };
    let reference = |list: usize| usize::try_from(motion.ref_idx[list]).ok().map(|i| &lists[list][i]);
    match (reference(0), reference(1)) {
        (Some(first), Some(second)) => {
            let (mut a, mut b) = (Scratch::EMPTY, Scratch::EMPTY);
            first.predict(k, &mut a.prediction(), place, motion.mv[0]);
            second.predict(k, &mut b.prediction(), place, motion.mv[1]);
            let second_weight = second_weight(lists, motion.ref_idx);
            if second_weight != EVEN {
                let both = [&a.luma[..], &b.luma[..]];
                weighted_mean_of(w * 4, out.luma, LUMA_STRIDE, both, 16, h * 4, second_weight);
                for (to, (a, b)) in out.chroma.into_iter().zip(a.chroma.iter().zip(&b.chroma)) {
                    weighted_mean_of(w * 2, to, CHROMA_STRIDE, [a, b], 8, h * 2, second_weight);
                }
                return;
            }
            k.average[block_size(w, h) as usize].call(out.luma, LUMA_STRIDE, &a.luma, 16, &b.luma, 16);
            let half = chroma_size(w, h) as usize;
            for (to, (a, b)) in out.chroma.into_iter().zip(a.chroma.iter().zip(&b.chroma)) {
                k.average[half].call(to, CHROMA_STRIDE, a, 8, b, 8);
            }
        }
        (Some(reference), None) => reference.predict(k, &mut out, place, motion.mv[0]),
        (None, Some(reference)) => reference.predict(k, &mut out, place, motion.mv[1]),
        (None, None) => debug_assert!(false, "a part without motion"),
    }
}

/// Predicts a quarter of a macroblock, all components, from one picture of list 0 with a vector for each of its parts.
///
/// Each part is cut out of a prediction of all of the quarter: the kernels have no blocks of two chroma samples.
pub(crate) fn predict_quarter(
    k: &VideoKernels,
    lists: ReferenceLists<'_>,
    rec: &mut Reconstruction,
    (mb_x, mb_y): (usize, usize),
    (x, y, w, h): Part,
    sub: SubPartition,
    vectors: &[Mv; 4],
    ref_idx: i8,
) {
    let place = (mb_x * 4 + x, mb_y * 4 + y, w, h);
    let Some(reference) = usize::try_from(ref_idx).ok().map(|index| &lists[0][index]) else { return };
    let mut whole = Scratch::EMPTY;
    for (part, &mv) in sub.parts((0, 0)).zip(vectors) {
        reference.predict(k, &mut whole.prediction(), place, mv);
        let (px, py, w, h) = part;
        for row in py * 4..(py + h) * 4 {
            let to = LUMA_ORIGIN + (y * 4 + row) * LUMA_STRIDE + (x + px) * 4;
            rec.luma[to..to + w * 4].copy_from_slice(&whole.luma[row * 16 + px * 4..][..w * 4]);
        }
        for (to, from) in rec.chroma.iter_mut().zip(&whole.chroma) {
            for row in py * 2..(py + h) * 2 {
                let at = CHROMA_ORIGIN + (y * 2 + row) * CHROMA_STRIDE + (x + px) * 2;
                to[at..at + w * 2].copy_from_slice(&from[row * 8 + px * 2..][..w * 2]);
            }
        }
    }
}

/// Index of a sample moved by the whole part of a vector.
#[inline(always)]
pub(crate) fn moved(origin: usize, x: i32, y: i32, stride: usize) -> usize {
    origin.wrapping_add_signed((y >> 2) as isize * stride as isize + (x >> 2) as isize)
}

/// Block size of a part measured in 4x4 blocks.
pub(crate) fn block_size(w: usize, h: usize) -> BlockSize {
    match (w, h) {
        (4, 4) => BlockSize::B16x16,
        (4, _) => BlockSize::B16x8,
        (_, 4) => BlockSize::B8x16,
        (2, 2) => BlockSize::B8x8,
        (2, _) => BlockSize::B8x4,
        (_, 2) => BlockSize::B4x8,
        _ => BlockSize::B4x4,
    }
}

/// Block size of a part's chroma.
fn chroma_size(w: usize, h: usize) -> BlockSize {
    match (w, h) {
        (4, 4) => BlockSize::B8x8,
        (4, _) => BlockSize::B8x4,
        (_, 4) => BlockSize::B4x8,
        _ => BlockSize::B4x4,
    }
}
