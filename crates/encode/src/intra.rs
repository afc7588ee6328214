//! What a block of the half-size picture costs when predicted from its neighbourhood.

use crate::half_picture::{BlockGrid, HalfPicture};
use crate::kernels::Kernels;

/// Bits of the prediction mode and the lack of a motion vector, in SATD units.
const MODE_COST: u32 = 5;

/// What each 8x8 block costs from the source's own neighbouring samples: for whole rows of blocks from row `first` on.
pub(crate) fn intra_costs(
    picture: &HalfPicture,
    grid: BlockGrid,
    kernels: &Kernels,
    first: usize,
    costs: &mut [u16],
) {
    for (row, costs) in (first as i32..).zip(costs.chunks_exact_mut(grid.columns)) {
        for (column, cost) in (0..).zip(costs) {
            let around = picture.at(8 * column - 1, 8 * row - 1);
            let estimate = kernels.intra_estimate(around, picture.stride());
            *cost = (estimate + MODE_COST).min(u32::from(u16::MAX)) as u16;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::LumaView;
    use crate::kernels::CpuLevel;

    fn costs(sample: impl Fn(usize, usize) -> u8) -> Vec<u16> {
        let data: Vec<u8> = (0..64 * 64).map(|i| sample(i % 64, i / 64)).collect();
        let grid = BlockGrid::new(64, 64);
        let kernels = Kernels::new(CpuLevel::Scalar);
        let mut picture = HalfPicture::default();
        let luma = LumaView { data: &data, stride: 64, width: 64, height: 64 };
        picture.fill(luma, grid, &kernels, None);
        let mut costs = vec![0; grid.count()];
        intra_costs(&picture, grid, &kernels, 0, &mut costs);
        costs
    }

    #[test]
    fn predictable_pictures_are_cheap() {
        let flat = costs(|_, _| 77);
        assert!(flat.iter().all(|&cost| u32::from(cost) == MODE_COST));
        let columns = costs(|x, _| (x * 37 % 256) as u8);
        let rows = costs(|_, y| (y * 37 % 256) as u8);
        let plane = costs(|x, y| (20 + x * 2 + y) as u8);
        let noise = costs(|x, y| (((x * 7919 + y * 104_729) * 2_654_435_761) >> 13) as u8);
        // Blocks inside: those at the upper and left edge have no true neighbours.
        for block in [5, 6, 9, 10] {
            assert_eq!(u32::from(columns[block]), MODE_COST);
            assert_eq!(u32::from(rows[block]), MODE_COST);
            assert!(plane[block] < 40, "plane costs {}", plane[block]);
            assert!(noise[block] > 300, "noise costs {}", noise[block]);
        }
    }
}
