//! What is measured on each frame as it comes in.

use super::LookaheadConfig;
use crate::adaptive_quantisation::quantiser_offsets;
use crate::frame::FrameCost;
use crate::half_picture::{BlockGrid, HalfPicture};
use crate::importance::Links;
use crate::intra::intra_costs;
use crate::kernels::Kernels;
use crate::math::exp2_f32;
use crate::motion::{HalfVector, MotionField, search_motion};

/// Costs and motion of a frame against the one shown before it.
#[derive(Debug)]
pub(super) struct Analysis {
    /// Intra cost of each block.
    pub(super) intra: Vec<u16>,
    /// Offsets of adaptive quantisation.
    pub(super) offsets: Vec<f32>,
    /// Intra cost of each block times the inverse of its quantiser step: its own information.
    pub(super) own: Vec<f32>,
    /// Motion against the frame before; of a first frame all zero, with the intra costs.
    pub(super) forward: MotionField,
    /// Where the information comes from, when importance is propagated.
    pub(super) links: Links,
    /// Sums, with the weighted cost as a P picture and adaptive quantisation alone.
    pub(super) cost: FrameCost,
    /// The weighted cost as an intra picture.
    pub(super) weighted_intra: f64,
}

impl Analysis {
    pub(super) fn new(
        picture: &HalfPicture,
        previous: Option<&HalfPicture>,
        hint: &[HalfVector],
        grid: BlockGrid,
        config: &LookaheadConfig,
        kernels: &Kernels,
    ) -> Self {
        let mut intra = Vec::new();
        intra_costs(picture, grid, kernels, &mut intra);
        let mut offsets = Vec::new();
        quantiser_offsets(&picture.energy, config.adaptive_quantisation, &mut offsets);
        let forward = match previous {
            Some(previous) => search_motion(picture, previous, grid, hint, kernels),
            None => MotionField { vectors: vec![HalfVector::default(); grid.count()], costs: intra.clone() },
        };

        let mut cost = FrameCost::default();
        let mut weighted_intra = 0.0f64;
        let mut own = Vec::with_capacity(grid.count());
        for ((&intra, &inter), &offset) in intra.iter().zip(&forward.costs).zip(&offsets) {
            let step = exp2_f32(offset * (-1.0 / 6.0));
            let best = intra.min(inter);
            cost.intra += u64::from(intra);
            cost.inter += u64::from(best);
            cost.intra_blocks += u32::from(inter >= intra);
            cost.weighted += f64::from(f32::from(best) * step);
            weighted_intra += f64::from(f32::from(intra) * step);
            own.push(f32::from(intra) * step);
        }
        let links = if config.importance_propagation && config.depth > 0 && previous.is_some() {
            let shares = intra
                .iter()
                .zip(&forward.costs)
                .map(|(&intra, &inter)| f32::from(intra.saturating_sub(inter)) / f32::from(intra.max(1)));
            Links::new(grid, &forward.vectors, shares)
        } else {
            Links::default()
        };
        Self { intra, offsets, own, forward, links, cost, weighted_intra }
    }
}
