//! The in-loop deblocking filter. ITU-T H.264 8.7.

use vitascope_dsp::video::VideoKernels;

use super::edge_strength::{EdgeSide, Strengths};
use super::macroblock::MacroblockInfo;
use super::tables::CHROMA_QP;

/// Table 8-16, by indexA and indexB.
#[rustfmt::skip]
const ALPHA: [u8; 52] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 17, 20, 22, 25, 28, 32, 36,
    40, 45, 50, 56, 63, 71, 80, 90, 101, 113, 127, 144, 162, 182, 203, 226, 255, 255,
];
#[rustfmt::skip]
const BETA: [u8; 52] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11,
    11, 12, 12, 13, 13, 14, 14, 15, 15, 16, 16, 17, 17, 18, 18,
];

/// Table 8-17: tC0 for strengths 1 to 3, by indexA.
#[rustfmt::skip]
const TC0: [[i8; 3]; 52] = [
    [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0],
    [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1],
    [0, 0, 1], [0, 1, 1], [0, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 2], [1, 1, 2], [1, 1, 2],
    [1, 1, 2], [1, 2, 3], [1, 2, 3], [2, 2, 3], [2, 2, 4], [2, 3, 4], [2, 3, 4], [3, 3, 5], [3, 4, 6], [3, 4, 6],
    [4, 5, 7], [4, 5, 8], [4, 6, 9], [5, 7, 10], [6, 8, 11], [6, 8, 13], [7, 10, 14], [8, 11, 16], [9, 12, 18],
    [10, 13, 20], [11, 15, 23], [13, 17, 25],
];

/// What a filter goes by at one quantiser, with no offsets.
#[derive(Clone, Copy)]
struct Thresholds {
    alpha: u8,
    beta: u8,
    /// tC0 by strength; -1 where nothing is filtered.
    tc0: [i8; 4],
}

const THRESHOLDS: [Thresholds; 52] = {
    let mut all = [Thresholds { alpha: 0, beta: 0, tc0: [-1; 4] }; 52];
    let mut qp = 0;
    while qp < 52 {
        let [one, two, three] = TC0[qp];
        all[qp] = Thresholds { alpha: ALPHA[qp], beta: BETA[qp], tc0: [-1, one, two, three] };
        qp += 1;
    }
    all
};

impl Thresholds {
    /// For an edge between blocks of two quantisers; `None` where nothing would be filtered.
    #[inline(always)]
    fn between(qp: u8, other_qp: u8) -> Option<&'static Self> {
        let thresholds = &THRESHOLDS[usize::from(u16::from(qp) + u16::from(other_qp)).div_ceil(2).min(51)];
        (thresholds.alpha != 0).then_some(thresholds)
    }

    #[inline(always)]
    fn tc0(&self, strengths: Strengths) -> [i8; 4] {
        strengths.map(|strength| self.tc0[usize::from(strength & 3)])
    }
}

/// What the filter of a picture goes by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeblockParameters {
    /// Index in list 0 of a copy of the first reference; [`NO_COPY`] where there is none.
    pub(crate) copy: i8,
    /// There is no chroma.
    pub(crate) monochrome: bool,
}

/// No reference index.
pub(crate) const NO_COPY: i8 = i8::MIN;

/// Samples of one macroblock row and of the rows above that its top edge changes, per plane.
pub(crate) struct DeblockRow<'a> {
    /// From four rows above the macroblock row, first sample of column 0 at `luma_offset`.
    pub(crate) luma: &'a mut [u8],
    pub(crate) luma_stride: usize,
    pub(crate) luma_offset: usize,
    /// From two rows above.
    pub(crate) chroma: [&'a mut [u8]; 2],
    pub(crate) chroma_stride: usize,
    pub(crate) chroma_offset: usize,
}

/// Filters one row of macroblocks, which come with their quantisers (`QPY`). `above` is the row before it, empty where
/// there is none.
pub(crate) fn deblock_row<'a>(
    k: &VideoKernels,
    p: DeblockParameters,
    macroblocks: impl Iterator<Item = (&'a MacroblockInfo, u8)>,
    mut above: impl Iterator<Item = (&'a MacroblockInfo, u8)>,
    mut row: DeblockRow<'_>,
) {
    let mut left: Option<(EdgeSide<'_>, u8)> = None;
    for (x, (mb, qp)) in macroblocks.enumerate() {
        let side = EdgeSide::new(mb, p.copy);
        let within = Limits::between(p, qp, qp);
        let inside = (!side.is_plain()).then(|| side.inside());
        let mut edges = |direction: Direction, first: Option<(Strengths, Limits)>| {
            let mut filter = |edge: usize, strengths: Strengths, limits: &Limits| {
                if strengths != [0; 4] {
                    filter_edge(k, &mut row, x, direction, edge, limits, strengths);
                }
            };
            if let Some((strengths, limits)) = first {
                filter(0, strengths, &limits);
            }
            for (edge, &inner) in inside.iter().flat_map(|all| &all[direction as usize]).enumerate().skip(1) {
                filter(edge, inner, &within);
            }
        };
        let beside = left.map(|(left, left_qp)| (side.beside(&left), Limits::between(p, qp, left_qp)));
        edges(Direction::Vertical, beside);
        let below = above
            .next()
            .map(|(top, top_qp)| (side.below(&EdgeSide::new(top, p.copy)), Limits::between(p, qp, top_qp)));
        edges(Direction::Horizontal, below);
        left = Some((side, qp));
    }
}

/// What an edge goes by; of a component of which nothing would be filtered, nothing.
struct Limits {
    luma: Option<&'static Thresholds>,
    chroma: Option<&'static Thresholds>,
}

impl Limits {
    /// Between blocks of two quantisers.
    #[inline(always)]
    fn between(p: DeblockParameters, qp: u8, other_qp: u8) -> Self {
        let chroma_qp = |qp: u8| CHROMA_QP[usize::from(qp).min(51)];
        let chroma = || Thresholds::between(chroma_qp(qp), chroma_qp(other_qp));
        Self { luma: Thresholds::between(qp, other_qp), chroma: if p.monochrome { None } else { chroma() } }
    }
}

/// A vertical edge separates columns, a horizontal one rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Vertical = 0,
    Horizontal = 1,
}

fn filter_edge(
    k: &VideoKernels,
    row: &mut DeblockRow<'_>,
    mb_x: usize,
    direction: Direction,
    edge: usize,
    limits: &Limits,
    strengths: Strengths,
) {
    let strong = strengths[0] == 4;
    if let Some(thresholds) = limits.luma {
        let stride = row.luma_stride;
        let corner = row.luma_offset + 16 * mb_x;
        let (alpha, beta, tc0) = (thresholds.alpha, thresholds.beta, thresholds.tc0(strengths));
        match direction {
            Direction::Vertical => {
                let samples = &mut row.luma[corner + 4 * stride + 4 * edge - 4..];
                if strong {
                    k.deblock_luma_intra_vertical_edge.call(samples, stride, alpha, beta);
                } else {
                    k.deblock_luma_vertical_edge.call(samples, stride, alpha, beta, &tc0);
                }
            }
            Direction::Horizontal => {
                let samples = &mut row.luma[corner + 4 * edge * stride..];
                if strong {
                    k.deblock_luma_intra_horizontal_edge.call(samples, stride, alpha, beta);
                } else {
                    k.deblock_luma_horizontal_edge.call(samples, stride, alpha, beta, &tc0);
                }
            }
        }
    }
    let Some(thresholds) = limits.chroma.filter(|_| edge.is_multiple_of(2)) else { return };
    let stride = row.chroma_stride;
    let corner = row.chroma_offset + 8 * mb_x;
    let (alpha, beta, tc0) = (thresholds.alpha, thresholds.beta, thresholds.tc0(strengths));
    for plane in &mut row.chroma {
        match direction {
            Direction::Vertical => {
                let samples = &mut plane[corner + 2 * stride + 2 * edge - 2..];
                if strong {
                    k.deblock_chroma_intra_vertical_edge.call(samples, stride, alpha, beta);
                } else {
                    k.deblock_chroma_vertical_edge.call(samples, stride, alpha, beta, &tc0);
                }
            }
            Direction::Horizontal => {
                let samples = &mut plane[corner + 2 * edge * stride..];
                if strong {
                    k.deblock_chroma_intra_horizontal_edge.call(samples, stride, alpha, beta);
                } else {
                    k.deblock_chroma_horizontal_edge.call(samples, stride, alpha, beta, &tc0);
                }
            }
        }
    }
}
