//! What a block of the half-size picture costs when predicted from its neighbourhood.

use crate::half_picture::{BlockGrid, HalfPicture};
use crate::kernels::Kernels;

/// Bits of the prediction mode and the lack of a motion vector, in SATD units.
const MODE_COST: u32 = 5;

/// SATD of the one of four predictions (mean, horizontal, vertical, plane) that is nearest to each 8x8 block, from
/// the source's own neighbouring samples: for whole rows of blocks from row `first` on.
pub(crate) fn intra_costs(
    picture: &HalfPicture,
    grid: BlockGrid,
    kernels: &Kernels,
    first: usize,
    costs: &mut [u16],
) {
    for (row, costs) in (first as i32..).zip(costs.chunks_exact_mut(grid.columns)) {
        for (column, cost) in (0..).zip(costs) {
            *cost = block_cost(picture, column * 8, row * 8, kernels);
        }
    }
}

fn block_cost(picture: &HalfPicture, x: i32, y: i32, kernels: &Kernels) -> u16 {
    let stride = picture.stride();
    // From the sample above and left of the block.
    let around = &picture.at(x - 1, y - 1)[..9 * stride];
    let source = &around[stride + 1..];
    let corner = i32::from(around[0]);
    let above: [u8; 8] = around[1..].first_chunk().copied().unwrap_or_default();
    let left: [u8; 8] = std::array::from_fn(|i| around[(i + 1) * stride]);

    let total: u32 = above.iter().chain(&left).map(|&sample| u32::from(sample)).sum();
    let mut predictions = [[0u8; 64]; 4];
    let [mean, vertical, horizontal, plane] = &mut predictions;
    *mean = [((total + 8) >> 4) as u8; 64];
    let (lines, _) = vertical.as_chunks_mut::<8>();
    for line in lines.iter_mut() {
        *line = above;
    }
    let (lines, _) = horizontal.as_chunks_mut::<8>();
    for (line, &left) in lines.iter_mut().zip(&left) {
        *line = [left; 8];
    }

    // A plane through the edges: slopes by least squares over the differences around the middle.
    let slope = |edge: &[u8; 8]| {
        let sample = |i: i32| if i < 0 { corner } else { i32::from(edge[i as usize]) };
        (1..=4).map(|i| i * (sample(3 + i) - sample(3 - i))).sum::<i32>()
    };
    let (dx, dy) = ((17 * slope(&above) + 16) >> 5, (17 * slope(&left) + 16) >> 5);
    let centre = 16 * (i32::from(above[7]) + i32::from(left[7])) + 16;
    let start = centre - 3 * (dx + dy);
    // Two rows of 16-bit values at a time (they stay below 2^15), which become vector code.
    let mut ramp = [0i16; 16];
    for (i, value) in ramp.iter_mut().enumerate() {
        *value = (start + dx * (i as i32 & 7) + dy * (i as i32 >> 3)) as i16;
    }
    let (line_pairs, _) = plane.as_chunks_mut::<16>();
    for (lines, v) in line_pairs.iter_mut().zip(0i32..) {
        let offset = (2 * dy * v) as i16;
        let mut values = [0i16; 16];
        for i in 0..16 {
            values[i] = ramp[i].wrapping_add(offset) >> 5;
        }
        for i in 0..16 {
            lines[i] = values[i].clamp(0, 255) as u8;
        }
    }
    let [a, b, c, d] = &predictions;
    let sads = kernels.sad_x4_packed(source, stride, [a, b, c, d]);
    let nearest = (0..4).min_by_key(|&i| sads[i]).unwrap_or(0);
    let best = kernels.satd(source, stride, &predictions[nearest], 8);
    (best + MODE_COST).min(u32::from(u16::MAX)) as u16
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
