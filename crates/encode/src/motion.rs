//! Motion between two half-size pictures, and what blocks cost with it.

use crate::frame::MotionVector;
use crate::half_picture::{BlockGrid, HalfPicture, WholeSamples};
use crate::kernels::{FoundBlock, Kernels, Planes, SearchStart, prefetch_rows};
use crate::light::{LightChange, LightWeight, light_change};

/// A vector in half samples of the half-size picture, which are whole samples of the full-size one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct HalfVector {
    pub(crate) x: i16,
    pub(crate) y: i16,
}

impl HalfVector {
    fn components(self) -> (i16, i16) {
        (self.x, self.y)
    }

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
    /// The same of the picture as it is, where the light changes between the two; empty where it does not.
    plain_costs: Vec<u16>,
}

impl MotionField {
    /// Of so many blocks, to be filled.
    pub(crate) fn of_size(count: usize) -> Self {
        Self { vectors: vec![HalfVector::default(); count], costs: vec![0; count], plain_costs: Vec::new() }
    }

    /// Vectors and costs of so many rows of blocks at a time, with the first row's number.
    pub(crate) fn bands_mut(
        &mut self,
        grid: BlockGrid,
        rows: usize,
    ) -> impl Iterator<Item = (usize, Band<'_>)> {
        let size = rows * grid.columns;
        let bands = self.vectors.chunks_mut(size).zip(self.costs.chunks_mut(size));
        bands.enumerate().map(move |(index, band)| (index * rows, band))
    }

    /// No motion at all, at these costs.
    pub(crate) fn still(costs: &[u16]) -> Self {
        Self { costs: costs.to_vec(), ..Self::of_size(costs.len()) }
    }

    /// Costs where weights cannot be had.
    pub(crate) fn plain_costs(&self) -> &[u16] {
        if self.plain_costs.is_empty() { &self.costs } else { &self.plain_costs }
    }

    /// Where the light changes between the pictures: the better for each block of what was found and what a weighted reference
    /// gives.
    pub(crate) fn or_in_other_light(
        self,
        source: &HalfPicture,
        reference: &HalfPicture,
        grid: BlockGrid,
        kernels: &Kernels,
    ) -> Self {
        match light_change(&source.means, &reference.means) {
            Some(change) => self.or_in_light(&change, source, reference, grid, kernels),
            None => self,
        }
    }

    /// The same with a change of light that is known.
    pub(crate) fn or_in_light(
        mut self,
        change: &LightChange,
        source: &HalfPicture,
        reference: &HalfPicture,
        grid: BlockGrid,
        kernels: &Kernels,
    ) -> Self {
        let before = source.whole().mapped(&change.weight.before());
        let lit = search_motion(source.whole().with(&before), reference, grid, &self.vectors, kernels);
        self.plain_costs.clone_from(&self.costs);
        let found = self.costs.iter_mut().zip(&mut self.vectors).zip(lit.costs.iter().zip(&lit.vectors));
        for ((cost, vector), (&lit_cost, &lit_vector)) in found {
            // Samples are so much smaller in this light than in that of the reference.
            let factor = u32::from(change.weight.factor.unsigned_abs());
            let lit_cost = (u32::from(lit_cost) * factor) >> LightWeight::LOG2_DENOMINATOR;
            if lit_cost < u32::from(*cost) {
                (*cost, *vector) = (lit_cost as u16, lit_vector);
            }
        }
        self
    }
}

/// Vectors and costs of some blocks of a field.
pub(crate) type Band<'a> = (&'a mut [HalfVector], &'a mut [u16]);

/// Finds the motion of every block of `source` against `reference`.
///
/// `hint` is a field expected to resemble the result (for example that of the frame before); it may be empty.
pub(crate) fn search_motion(
    source: WholeSamples<'_>,
    reference: &HalfPicture,
    grid: BlockGrid,
    hint: &[HalfVector],
    kernels: &Kernels,
) -> MotionField {
    let mut field = MotionField::of_size(grid.count());
    search_band(source, reference, grid, hint, kernels, 0, (&mut field.vectors, &mut field.costs));
    field
}

/// [`search_motion`] with a hint that may still be growing: `hint` gives that of a row of blocks, and `found` is told what came
/// of each, from the top.
pub(crate) fn search_with_rows<'a>(
    source: WholeSamples<'_>,
    reference: &HalfPicture,
    grid: BlockGrid,
    hint: impl FnMut(usize) -> &'a [HalfVector],
    kernels: &Kernels,
    found: impl FnMut(usize, &[HalfVector]),
) -> MotionField {
    let mut field = MotionField::of_size(grid.count());
    search_rows(source, reference, grid, hint, kernels, 0, (&mut field.vectors, &mut field.costs), found);
    field
}

/// Finds the motion of whole rows of blocks from row `first` on, without looking at those above: vectors and costs.
pub(crate) fn search_band(
    source: WholeSamples<'_>,
    reference: &HalfPicture,
    grid: BlockGrid,
    hint: &[HalfVector],
    kernels: &Kernels,
    first: usize,
    band: Band<'_>,
) {
    let row_of = |row: usize| hint.get(row * grid.columns..(row + 1) * grid.columns).unwrap_or(&[]);
    search_rows(source, reference, grid, row_of, kernels, first, band, |_, _| {});
}

#[expect(clippy::too_many_arguments, reason = "one search, by itself or in step with others")]
fn search_rows<'a>(
    source: WholeSamples<'_>,
    reference: &HalfPicture,
    grid: BlockGrid,
    mut hint: impl FnMut(usize) -> &'a [HalfVector],
    kernels: &Kernels,
    first: usize,
    (vectors, costs): Band<'_>,
    mut found: impl FnMut(usize, &[HalfVector]),
) {
    let planes = Planes::new(reference.planes());
    for (band_row, costs) in costs.chunks_exact_mut(grid.columns).enumerate() {
        let row = first + band_row;
        let rows = reach(row, grid.rows);
        let hints = hint(row);
        for (column, block_cost) in costs.iter_mut().enumerate() {
            let index = band_row * grid.columns + column;
            let left = if column > 0 { vectors[index - 1] } else { HalfVector::default() };
            let above = if band_row > 0 { vectors[index - grid.columns] } else { left };
            let above_right = if band_row > 0 && column + 1 < grid.columns {
                vectors[index - grid.columns + 1]
            } else {
                above
            };
            let predicted = HalfVector {
                x: median(left.x, above.x, above_right.x),
                y: median(left.y, above.y, above_right.y),
            };
            let hinted = hints.get(column).copied().unwrap_or_default();
            let start = SearchStart {
                origin: reference.offset(column as i32 * 8, row as i32 * 8),
                columns: reach(column, grid.columns),
                rows,
                predicted: predicted.components(),
                candidates: [predicted, hinted, left, above, above_right].map(HalfVector::components),
            };
            if column.is_multiple_of(LINE) {
                let next = start.origin + 8 * LINE;
                source.prefetch(next);
                let moved = next.saturating_add_signed(
                    isize::from(hinted.y >> 1) * source.stride as isize + isize::from(hinted.x >> 1),
                );
                for plane in reference.planes() {
                    prefetch_rows(plane, moved, source.stride, 8);
                }
            }
            let block = source.at(column as i32 * 8, row as i32 * 8);
            let FoundBlock { vector: (x, y), cost } = kernels.search(block, &planes, source.stride, &start);
            let vector = HalfVector { x, y };
            vectors[index] = vector;
            *block_cost = cost.min(u32::from(u16::MAX)) as u16;
        }
        found(row, &vectors[band_row * grid.columns..(band_row + 1) * grid.columns]);
    }
}

/// Blocks whose rows are about as long as a cache line.
const LINE: usize = 8;
/// The farthest a vector reaches in each direction, in whole samples of the half-size picture.
const REACH: i32 = 96;
/// How far a block may lie outside the picture, in whole samples; less than the padding.
const OVERHANG: i32 = 20;

/// Displacements in whole samples that block `index` of `count` in a row or column may have, first and last.
fn reach(index: usize, count: usize) -> (i32, i32) {
    let (before, after) = (8 * index as i32, 8 * (count - 1 - index) as i32);
    ((-before - OVERHANG).max(-REACH), (after + OVERHANG).min(REACH))
}

fn median(a: i16, b: i16, c: i16) -> i16 {
    a.max(b).min(a.min(b).max(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::LumaView;
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
            None,
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
            let field = search_motion(moved.whole(), &reference, grid, &[], &kernels);
            let expected = HalfVector { x: dx as i16, y: dy as i16 };
            let exact = field.vectors.iter().filter(|&&vector| vector == expected).count();
            assert!(exact * 2 > field.vectors.len(), "{exact} of {} for {dx}, {dy}", field.vectors.len());
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
        let with: u32 = search_motion(moved.whole(), &reference, grid, &hint, &kernels)
            .costs
            .iter()
            .map(|&c| u32::from(c))
            .sum();
        let without: u32 = search_motion(moved.whole(), &reference, grid, &[], &kernels)
            .costs
            .iter()
            .map(|&c| u32::from(c))
            .sum();
        assert!(with * 2 < without, "{with} against {without}");
    }

    #[test]
    fn tiny_pictures_stay_inside_their_border() {
        let kernels = Kernels::new(CpuLevel::Scalar);
        let grid = BlockGrid::new(2, 2);
        let a = picture(2, 2, |x, y| (x * 200 + y * 50) as u8);
        let b = picture(2, 2, |x, y| 255 - (x * 200 + y * 50) as u8);
        let hint = [HalfVector { x: i16::MAX, y: i16::MIN }];
        let field = search_motion(a.whole(), &b, grid, &hint, &kernels);
        assert_eq!(field.vectors.len(), 1);
    }
}
