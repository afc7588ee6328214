//! Motion between two half-size pictures, and what blocks cost with it.

use crate::frame::MotionVector;
use crate::half_picture::{BlockGrid, HalfPicture};
use crate::kernels::Kernels;

/// A vector in half samples of the half-size picture, which are whole samples of the full-size one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct HalfVector {
    pub(crate) x: i16,
    pub(crate) y: i16,
}

impl HalfVector {
    pub(crate) fn to_motion(self) -> MotionVector {
        MotionVector { x: self.x * 4, y: self.y * 4 }
    }
}

/// The motion of every block of a picture against one other picture.
#[derive(Debug, Clone, Default)]
pub(crate) struct MotionField {
    pub(crate) vectors: Vec<HalfVector>,
    /// SATD plus the cost of the vector, for each block.
    pub(crate) costs: Vec<u16>,
}

/// Finds the motion of every block of `source` against `reference`.
///
/// `hint` is a field expected to resemble the result (for example that of the frame before); it may be empty.
pub(crate) fn search_motion(
    source: &HalfPicture,
    reference: &HalfPicture,
    grid: BlockGrid,
    hint: &[HalfVector],
    kernels: &Kernels,
) -> MotionField {
    let count = grid.count();
    let mut field = MotionField { vectors: Vec::with_capacity(count), costs: Vec::with_capacity(count) };
    for row in 0..grid.rows {
        for column in 0..grid.columns {
            let index = field.vectors.len();
            let left = if column > 0 { field.vectors[index - 1] } else { HalfVector::default() };
            let above = if row > 0 { field.vectors[index - grid.columns] } else { left };
            let above_right = if row > 0 && column + 1 < grid.columns {
                field.vectors[index - grid.columns + 1]
            } else {
                above
            };
            let predicted = HalfVector {
                x: median(left.x, above.x, above_right.x),
                y: median(left.y, above.y, above_right.y),
            };
            let hinted = hint.get(index).copied().unwrap_or_default();
            let search = BlockSearch::new(source, reference, grid, column, row, predicted, kernels);
            let (vector, cost) = search.run([predicted, hinted, left, above, above_right]);
            field.vectors.push(vector);
            field.costs.push(cost.min(u32::from(u16::MAX)) as u16);
        }
    }
    field
}

/// Cost of one bit of a vector in SATD units.
const BIT_COST: u32 = 2;
/// The farthest a vector reaches in each direction, in whole samples of the half-size picture.
const REACH: i32 = 96;
/// How far a block may lie outside the picture, in whole samples; less than the padding.
const OVERHANG: i32 = 20;
/// A block this well predicted (SAD of 64 samples) needs no further search.
const GOOD_SAD: u32 = 40;
/// Most steps of the wide and the small diamond.
const WIDE_STEPS: usize = 10;
const SMALL_STEPS: usize = 2;

struct BlockSearch<'a> {
    kernels: &'a Kernels,
    reference: &'a HalfPicture,
    source: &'a [u8],
    stride: usize,
    /// Position of the block in whole samples.
    x: i32,
    y: i32,
    /// Limits of whole-sample displacements.
    low: (i32, i32),
    high: (i32, i32),
    predicted: HalfVector,
}

impl<'a> BlockSearch<'a> {
    fn new(
        source: &'a HalfPicture,
        reference: &'a HalfPicture,
        grid: BlockGrid,
        column: usize,
        row: usize,
        predicted: HalfVector,
        kernels: &'a Kernels,
    ) -> Self {
        let (x, y) = (column as i32 * 8, row as i32 * 8);
        let (width, height) = (grid.columns as i32 * 8, grid.rows as i32 * 8);
        Self {
            kernels,
            reference,
            source: source.at(x, y),
            stride: source.stride(),
            x,
            y,
            low: ((-x - OVERHANG).max(-REACH), (-y - OVERHANG).max(-REACH)),
            high: ((width - 8 - x + OVERHANG).min(REACH), (height - 8 - y + OVERHANG).min(REACH)),
            predicted,
        }
    }

    /// The best vector and its cost, starting from zero and the given candidates.
    fn run(&self, candidates: [HalfVector; 5]) -> (HalfVector, u32) {
        let mut tried = [(0, 0); 6];
        let mut best = (self.whole_cost(0, 0), 0, 0);
        let mut count = 1;
        for candidate in candidates {
            let at = self.clamp((i32::from(candidate.x) + 1) >> 1, (i32::from(candidate.y) + 1) >> 1);
            if !tried[..count].contains(&at) {
                tried[count] = at;
                count += 1;
                best = best.min((self.whole_cost(at.0, at.1), at.0, at.1));
            }
        }
        if best.0 > GOOD_SAD {
            best = self.search_whole(best);
        }
        self.refine_half(best.1, best.2)
    }

    /// A wide diamond moves as long as it finds better, then a small one.
    fn search_whole(&self, mut best: (u32, i32, i32)) -> (u32, i32, i32) {
        const DIAMOND: [(i32, i32); 4] = [(0, -1), (-1, 0), (1, 0), (0, 1)];
        for (reach, steps) in [(2, WIDE_STEPS), (1, SMALL_STEPS)] {
            for _ in 0..steps {
                let (_, x, y) = best;
                for found in self.whole_costs(DIAMOND.map(|(dx, dy)| (x + reach * dx, y + reach * dy))) {
                    best = best.min(found);
                }
                if (best.1, best.2) == (x, y) {
                    break;
                }
            }
        }
        best
    }

    /// Half-sample refinement by SATD around a whole position.
    fn refine_half(&self, x: i32, y: i32) -> (HalfVector, u32) {
        const DIAMOND: [(i32, i32); 4] = [(0, -1), (-1, 0), (1, 0), (0, 1)];
        let (mut x, mut y) = (2 * x, 2 * y);
        let mut best = self.half_cost(x, y);
        let mut came_from = (0, 0);
        for _ in 0..2 {
            let mut step = (0, 0);
            for (dx, dy) in DIAMOND {
                if (-dx, -dy) == came_from && came_from != (0, 0) {
                    continue;
                }
                let cost = self.half_cost(x + dx, y + dy);
                if cost < best {
                    best = cost;
                    step = (dx, dy);
                }
            }
            if step == (0, 0) {
                break;
            }
            (x, y) = (x + step.0, y + step.1);
            came_from = step;
        }
        (HalfVector { x: x as i16, y: y as i16 }, best)
    }

    fn half_cost(&self, x: i32, y: i32) -> u32 {
        let reference = self.reference.at_half(2 * self.x + x, 2 * self.y + y);
        self.kernels.satd(self.source, self.stride, reference, self.stride) + self.vector_cost(x, y)
    }

    fn whole_cost(&self, x: i32, y: i32) -> u32 {
        let reference = self.reference.at(self.x + x, self.y + y);
        self.kernels.sad(self.source, self.stride, reference, self.stride) + self.vector_cost(2 * x, 2 * y)
    }

    fn limited_cost(&self, x: i32, y: i32) -> (u32, i32, i32) {
        if self.clamp(x, y) == (x, y) { (self.whole_cost(x, y), x, y) } else { (u32::MAX, x, y) }
    }

    fn whole_costs(&self, at: [(i32, i32); 4]) -> [(u32, i32, i32); 4] {
        if at.iter().any(|&(x, y)| self.clamp(x, y) != (x, y)) {
            return at.map(|(x, y)| self.limited_cost(x, y));
        }
        let references = at.map(|(x, y)| self.reference.at(self.x + x, self.y + y));
        let sads = self.kernels.sad_x4(self.source, self.stride, references, self.stride);
        std::array::from_fn(|i| {
            let (x, y) = at[i];
            (sads[i] + self.vector_cost(2 * x, 2 * y), x, y)
        })
    }

    /// About the length of the Exp-Golomb codes of the difference to the prediction.
    fn vector_cost(&self, x: i32, y: i32) -> u32 {
        let length = |difference: i32| 2 * (32 - (2 * difference.unsigned_abs()).leading_zeros());
        let (px, py) = (i32::from(self.predicted.x), i32::from(self.predicted.y));
        BIT_COST * (length(x - px) + length(y - py))
    }

    fn clamp(&self, x: i32, y: i32) -> (i32, i32) {
        (x.clamp(self.low.0, self.high.0), y.clamp(self.low.1, self.high.1))
    }
}

fn median(a: i16, b: i16, c: i16) -> i16 {
    a.max(b).min(a.min(b).max(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::LumaView;
    use crate::half_picture::Strip;
    use crate::kernels::CpuLevel;

    fn picture(width: usize, height: usize, sample: impl Fn(i32, i32) -> u8) -> HalfPicture {
        let data: Vec<u8> = (0..height as i32)
            .flat_map(|y| (0..width as i32).map(move |x| (x, y)))
            .map(|(x, y)| sample(x, y))
            .collect();
        let mut picture = HalfPicture::default();
        picture.fill(
            LumaView { data: &data, stride: width, width, height },
            BlockGrid::new(width, height),
            &Kernels::new(CpuLevel::Scalar),
            &mut Strip::default(),
        );
        picture
    }

    /// Smooth detail that never repeats within the picture.
    fn texture(x: i32, y: i32) -> u8 {
        let (x, y) = (f64::from(x), f64::from(y));
        let broad = (x * 0.11 + (y * 0.07).sin() * 2.0).sin() + (y * 0.13 + (x * 0.05).cos() * 3.0).cos();
        let fine = (x * 0.57 + y * 0.31 + (y * 0.09).sin()).sin() + (y * 0.63 - x * 0.23).cos();
        (128.0 + 30.0 * broad + 30.0 * fine) as u8
    }

    #[test]
    fn finds_whole_and_half_sample_motion() {
        let kernels = Kernels::new(CpuLevel::Scalar);
        let grid = BlockGrid::new(160, 128);
        let reference = picture(160, 128, texture);
        for (dx, dy) in [(0, 0), (3, 0), (-5, 7), (12, -9), (-1, -1)] {
            let moved = picture(160, 128, |x, y| texture(x + dx, y + dy));
            let field = search_motion(&moved, &reference, grid, &[], &kernels);
            let expected = HalfVector { x: dx as i16, y: dy as i16 };
            let exact = field.vectors.iter().filter(|&&vector| vector == expected).count();
            assert!(
                exact * 10 >= field.vectors.len() * 6,
                "{exact} of {} for {dx}, {dy}",
                field.vectors.len()
            );
            assert_eq!(expected.to_motion(), MotionVector { x: 4 * dx as i16, y: 4 * dy as i16 });
        }
    }

    #[test]
    fn a_hint_reaches_beyond_the_search() {
        let kernels = Kernels::new(CpuLevel::Scalar);
        let noise = |x: i32, y: i32| {
            ((x / 4 * 7919 + y / 4 * 104_729).wrapping_mul(2_654_435_761u32 as i32) >> 20) as u8
        };
        let grid = BlockGrid::new(320, 64);
        let reference = picture(320, 64, noise);
        let moved = picture(320, 64, |x, y| noise(x + 64, y));
        let hint = vec![HalfVector { x: 64, y: 0 }; grid.count()];
        let with: u32 = search_motion(&moved, &reference, grid, &hint, &kernels)
            .costs
            .iter()
            .map(|&c| u32::from(c))
            .sum();
        let without: u32 =
            search_motion(&moved, &reference, grid, &[], &kernels).costs.iter().map(|&c| u32::from(c)).sum();
        assert!(with * 2 < without, "{with} against {without}");
    }

    #[test]
    fn tiny_pictures_stay_inside_their_border() {
        let kernels = Kernels::new(CpuLevel::Scalar);
        let grid = BlockGrid::new(2, 2);
        let a = picture(2, 2, |x, y| (x * 200 + y * 50) as u8);
        let b = picture(2, 2, |x, y| 255 - (x * 200 + y * 50) as u8);
        let hint = [HalfVector { x: i16::MAX, y: i16::MIN }];
        let field = search_motion(&a, &b, grid, &hint, &kernels);
        assert_eq!(field.vectors.len(), 1);
    }
}
