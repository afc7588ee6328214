//! How a frame is predicted, as far as the lookahead knows.

use super::analysis::Analysis;
use crate::frame::FrameCost;
use crate::half_picture::{BlockGrid, HalfPicture};
use crate::importance::Links;
use crate::kernels::Kernels;
use crate::motion::{HalfVector, MotionField};

/// Extra cost of predicting from both sides.
const BOTH_SIDES_COST: u32 = 4;

/// References of a frame with the costs, motion and links of its blocks.
#[derive(Debug)]
pub(super) struct Prediction {
    /// Numbers of the earlier and the later reference in presentation order.
    pub(super) references: [Option<u64>; 2],
    /// Cost of each block by inter prediction.
    pub(super) costs: Vec<u16>,
    /// Motion against each reference; empty where there is none.
    pub(super) vectors: [Vec<HalfVector>; 2],
    /// Where the information comes from; empty where that is not asked for.
    pub(super) links: [Links; 2],
    /// Sums.
    pub(super) cost: FrameCost,
}

impl Prediction {
    /// No reference at all: the first frame.
    pub(super) fn none(analysis: &Analysis, grid: BlockGrid) -> Self {
        Self {
            references: [None, None],
            costs: analysis.intra.clone(),
            vectors: [vec![HalfVector::default(); grid.count()], Vec::new()],
            links: [Links::default(), Links::default()],
            cost: analysis.cost(&analysis.intra),
        }
    }

    /// From one earlier frame.
    pub(super) fn one(
        analysis: &Analysis,
        reference: u64,
        field: &MotionField,
        grid: BlockGrid,
        links: bool,
    ) -> Self {
        let from = if links {
            let shares = analysis.intra.iter().zip(&field.costs).map(|(&intra, &inter)| share(intra, inter));
            Links::new(grid, &field.vectors, shares)
        } else {
            Links::default()
        };
        Self {
            references: [Some(reference), None],
            costs: field.costs.clone(),
            vectors: [field.vectors.clone(), Vec::new()],
            links: [from, Links::default()],
            cost: analysis.cost(&field.costs),
        }
    }

    /// From an earlier and a later frame.
    pub(super) fn two(
        analysis: &Analysis,
        references: [u64; 2],
        fields: [&MotionField; 2],
        blocks: &[TwoSided],
        grid: BlockGrid,
        links: bool,
    ) -> Self {
        let costs: Vec<u16> = blocks.iter().map(|block| block.cost).collect();
        let side = |side: usize| {
            if !links {
                return Links::default();
            }
            let shares = analysis
                .intra
                .iter()
                .zip(blocks)
                .map(|(&intra, block)| share(intra, block.cost) * block.part(side));
            Links::new(grid, &fields[side].vectors, shares)
        };
        Self {
            references: references.map(Some),
            links: [side(0), side(1)],
            cost: analysis.cost(&costs),
            costs,
            vectors: fields.map(|field| field.vectors.clone()),
        }
    }
}

/// Part of a block's information that inter prediction brings.
fn share(intra: u16, inter: u16) -> f32 {
    f32::from(intra.saturating_sub(inter)) / f32::from(intra.max(1))
}

/// The best of three ways to predict a block of a B frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct TwoSided {
    pub(super) cost: u16,
    sides: Sides,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sides {
    Earlier,
    Later,
    Both,
}

impl TwoSided {
    /// Part of the prediction that comes from a side, 0 the earlier.
    fn part(self, side: usize) -> f32 {
        match self.sides {
            Sides::Both => 0.5,
            Sides::Earlier => [1.0, 0.0][side],
            Sides::Later => [0.0, 1.0][side],
        }
    }
}

/// Costs of every block of `source` between two references with known motion.
pub(super) fn two_sided_costs(
    source: &HalfPicture,
    references: [&HalfPicture; 2],
    fields: [&MotionField; 2],
    grid: BlockGrid,
    kernels: &Kernels,
) -> Vec<TwoSided> {
    let plain_costs = fields.map(MotionField::plain_costs);
    let mut blocks = Vec::with_capacity(grid.count());
    for index in 0..grid.count() {
        let (x, y) = ((index % grid.columns * 8) as i32, (index / grid.columns * 8) as i32);
        let means = [0, 1].map(|side: usize| {
            let vector = fields[side].vectors[index];
            references[side].at_half(2 * x + i32::from(vector.x), 2 * y + i32::from(vector.y))
        });
        let both = kernels.satd_to_mean(source.at(x, y), source.stride(), means) + BOTH_SIDES_COST;
        let both = both.min(u32::from(u16::MAX)) as u16;
        let [earlier, later] = plain_costs.map(|costs| costs[index]);
        let mut best = TwoSided { cost: earlier, sides: Sides::Earlier };
        for (cost, sides) in [(later, Sides::Later), (both, Sides::Both)] {
            if cost < best.cost {
                best = TwoSided { cost, sides };
            }
        }
        blocks.push(best);
    }
    blocks
}
