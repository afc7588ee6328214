//! What is measured on each frame as it comes in.

use super::LookaheadConfig;
use super::prediction::Prediction;
use crate::adaptive_quantisation::quantiser_offsets;
use crate::frame::FrameCost;
use crate::half_picture::{BlockGrid, HalfPicture};
use crate::intra::intra_costs;
use crate::kernels::Kernels;
use crate::math::exp2_f32;
use crate::motion::{HalfVector, MotionField, search_motion};

/// What is known of a frame without its kind.
#[derive(Debug)]
pub(super) struct Analysis {
    /// Intra cost of each block.
    pub(super) intra: Vec<u16>,
    /// Sum of them.
    pub(super) intra_sum: u64,
    /// Offsets of adaptive quantisation.
    pub(super) offsets: Vec<f32>,
    /// Intra cost of each block times the inverse of its quantiser step: its own information.
    pub(super) own: Vec<f32>,
    /// The weighted cost as an intra picture, with adaptive quantisation alone.
    pub(super) weighted_intra: f64,
    /// Motion against frames so many frames before (negative: after) this one.
    pub(super) fields: Vec<(i64, MotionField)>,
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
        let (mut intra_sum, mut weighted_intra) = (0, 0.0);
        let mut own = Vec::with_capacity(grid.count());
        for (&intra, &offset) in intra.iter().zip(&offsets) {
            let weighted = f32::from(intra) * exp2_f32(offset * (-1.0 / 6.0));
            intra_sum += u64::from(intra);
            weighted_intra += f64::from(weighted);
            own.push(weighted);
        }
        Self { intra, intra_sum, offsets, own, weighted_intra, fields: vec![(1, forward)] }
    }

    /// Motion against the frame so far away, if it was searched.
    pub(super) fn field(&self, distance: i64) -> Option<&MotionField> {
        self.fields.iter().find(|(known, _)| *known == distance).map(|(_, field)| field)
    }

    /// Costs of the frame with these costs of inter prediction; adaptive quantisation alone.
    pub(super) fn cost(&self, inter: &[u16]) -> FrameCost {
        let mut cost = FrameCost { intra: self.intra_sum, ..FrameCost::default() };
        for ((&intra, &inter), &own) in self.intra.iter().zip(inter).zip(&self.own) {
            let best = intra.min(inter);
            cost.inter += u64::from(best);
            cost.intra_blocks += u32::from(inter >= intra);
            cost.weighted += f64::from(f32::from(best) * own / f32::from(intra.max(1)));
        }
        cost
    }

    /// Cost of the frame when every block takes the better of intra and these costs.
    pub(super) fn best_sum(&self, inter: &[u16]) -> u64 {
        self.intra.iter().zip(inter).map(|(&intra, &inter)| u64::from(intra.min(inter))).sum()
    }

    /// Prediction from the frame before.
    pub(super) fn predicted_from_previous(&self, index: u64, grid: BlockGrid, links: bool) -> Prediction {
        match (index.checked_sub(1), self.field(1)) {
            (Some(previous), Some(field)) => Prediction::one(self, previous, field, grid, links),
            _ => Prediction::none(self, grid),
        }
    }
}
