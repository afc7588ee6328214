//! Importance propagation: what later pictures inherit of a block.
//!
//! A block whose content is copied on from picture to picture serves them all, so a finer step pays there
//! many times. Going backwards through the pictures ahead, every block hands the part of its information
//! that it takes from its reference (how much cheaper inter prediction is than intra) to the blocks of the
//! reference it overlaps. The QP offset follows the ratio of what was handed down to the block's own.

use crate::half_picture::BlockGrid;
use crate::math::log2_f32;
use crate::motion::HalfVector;

/// Where one block takes its information from, prepared once for each pair of pictures.
#[derive(Debug, Clone, Copy)]
struct Link {
    /// Upper left one of the four blocks of the reference that the prediction overlaps, in the bordered grid.
    index: u32,
    /// Share of the block's information that comes from the reference.
    share: f32,
    /// Parts of the four blocks.
    parts: [f32; 4],
}

/// Links of every block of a picture to one reference.
#[derive(Debug, Default, Clone)]
pub(crate) struct Links(Vec<Link>);

impl Links {
    /// `shares`: part of each block's information that comes from this reference, 0 to 1.
    pub(crate) fn new(grid: BlockGrid, vectors: &[HalfVector], shares: impl Iterator<Item = f32>) -> Self {
        let links = vectors.iter().zip(shares).enumerate().map(|(i, (vector, share))| {
            let x = (i % grid.columns * 16) as i32 + i32::from(vector.x);
            let y = (i / grid.columns * 16) as i32 + i32::from(vector.y);
            let (column, row) = (x >> 4, y >> 4);
            let inside = (-1..grid.columns as i32).contains(&column) && (-1..grid.rows as i32).contains(&row);
            if !inside || share <= 0.0 {
                return Link { index: 0, share: 0.0, parts: [0.0; 4] };
            }
            let (right, down) = ((x & 15) as f32 / 16.0, (y & 15) as f32 / 16.0);
            Link {
                index: ((row + 1) as usize * bordered_columns(grid) + (column + 1) as usize) as u32,
                share,
                parts: [
                    (1.0 - right) * (1.0 - down),
                    right * (1.0 - down),
                    (1.0 - right) * down,
                    right * down,
                ],
            }
        });
        Self(links.collect())
    }
}

/// What later pictures have handed down to each block of one picture; the grid has a border of one block,
/// which collects what lies outside and is never read.
#[derive(Debug, Default)]
pub(crate) struct Inheritance(Vec<f32>);

impl Inheritance {
    pub(crate) fn clear(&mut self, grid: BlockGrid) {
        self.0.clear();
        self.0.resize(bordered_columns(grid) * (grid.rows + 2), 0.0);
    }

    /// Hands on the information of a picture (its `own` times `weight`, and what it has inherited).
    pub(crate) fn hand_down(
        grid: BlockGrid,
        from: &Self,
        own: &[f32],
        weight: f32,
        links: &Links,
        to: &mut Self,
    ) {
        let stride = bordered_columns(grid);
        let rows = links.0.chunks_exact(grid.columns).zip(own.chunks_exact(grid.columns));
        for (row, (links, own)) in rows.enumerate() {
            let inherited = &from.0[(row + 1) * stride + 1..][..grid.columns];
            for ((link, &own), &inherited) in links.iter().zip(own).zip(inherited) {
                if link.share <= 0.0 {
                    continue;
                }
                let amount = (own * weight + inherited) * link.share;
                let target = &mut to.0[link.index as usize..];
                if link.parts[0] == 1.0 {
                    target[0] += amount;
                } else if let Some(target) = target.get_mut(..stride + 2) {
                    target[0] += amount * link.parts[0];
                    target[1] += amount * link.parts[1];
                    target[stride] += amount * link.parts[2];
                    target[stride + 1] += amount * link.parts[3];
                }
            }
        }
    }

    /// Adds to each block's QP offset what its importance asks for.
    pub(crate) fn apply(
        &self,
        grid: BlockGrid,
        own: &[f32],
        weight: f32,
        strength: f32,
        offsets: &mut [f32],
    ) {
        let stride = bordered_columns(grid);
        let rows = own.chunks_exact(grid.columns).zip(offsets.chunks_exact_mut(grid.columns));
        for (row, (own, offsets)) in rows.enumerate() {
            let inherited = &self.0[(row + 1) * stride + 1..][..grid.columns];
            for ((offset, &own), &inherited) in offsets.iter_mut().zip(own).zip(inherited) {
                let own = own * weight;
                if own > 0.0 && inherited > 0.0 {
                    *offset -= strength * log2_f32(1.0 + inherited / own);
                }
            }
        }
    }
}

fn bordered_columns(grid: BlockGrid) -> usize {
    grid.columns + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: BlockGrid = BlockGrid { columns: 3, rows: 2 };

    fn handed_down(vector: HalfVector, share: f32) -> Vec<f32> {
        let links = Links::new(GRID, &[vector; 6], [share; 6].into_iter());
        let mut to = Inheritance::default();
        to.clear(GRID);
        let mut nothing = Inheritance::default();
        nothing.clear(GRID);
        Inheritance::hand_down(GRID, &nothing, &[16.0; 6], 1.0, &links, &mut to);
        (0..6).map(|i| to.0[(i / 3 + 1) * 5 + i % 3 + 1]).collect()
    }

    #[test]
    fn splits_by_area() {
        assert_eq!(handed_down(HalfVector::default(), 0.5), [8.0; 6]);
        assert_eq!(handed_down(HalfVector { x: 16, y: 0 }, 1.0), [0.0, 16.0, 16.0, 0.0, 16.0, 16.0]);
        assert_eq!(handed_down(HalfVector { x: -4, y: 0 }, 1.0), [16.0, 16.0, 12.0, 16.0, 16.0, 12.0]);
        assert_eq!(handed_down(HalfVector { x: 0, y: 12 }, 1.0), [4.0, 4.0, 4.0, 16.0, 16.0, 16.0]);
        assert_eq!(handed_down(HalfVector { x: 900, y: -900 }, 1.0), [0.0; 6]);
        assert_eq!(handed_down(HalfVector { x: 3, y: 5 }, 0.0), [0.0; 6]);
    }

    #[test]
    fn offsets_follow_the_logarithm() {
        let links = Links::new(GRID, &[HalfVector::default(); 6], [1.0; 6].into_iter());
        let [mut first, mut second, mut third] = [(); 3].map(|()| Inheritance::default());
        for inheritance in [&mut first, &mut second, &mut third] {
            inheritance.clear(GRID);
        }
        Inheritance::hand_down(GRID, &third, &[10.0; 6], 1.0, &links, &mut second);
        Inheritance::hand_down(GRID, &second, &[10.0; 6], 1.0, &links, &mut first);
        let mut offsets = [1.0; 6];
        // Two pictures depend on it: three times its own information in all.
        first.apply(GRID, &[10.0; 6], 1.0, 2.0, &mut offsets);
        for offset in offsets {
            assert!((offset - (1.0 - 2.0 * 3f32.log2())).abs() < 1e-5, "{offset}");
        }
    }
}
