//! What is measured on each frame as it comes in.

use std::sync::Arc;

use super::Lookahead;
use super::prediction::Prediction;
use crate::adaptive_quantisation::quantiser_offsets;
use crate::crew::side_by_side;
use crate::frame::FrameCost;
use crate::half_picture::{BlockGrid, HalfPicture};
use crate::intra::intra_costs;
use crate::kernels::Kernels;
use crate::math::exp2_f32;
use crate::motion::{MotionField, search_motion};

impl<T> Lookahead<T> {
    /// Measures a new picture by itself, and its motion against the newest one so far.
    pub(super) fn analyse(&self, picture: &Arc<HalfPicture>) -> (Analysis, Option<MotionField>) {
        let mut work: Vec<Box<dyn FnOnce() -> Measured + Send>> = Vec::new();
        if let Some(search) = self.search_forward(picture) {
            work.push(Box::new(move || Measured::Forward(search())));
        }
        let (shared, analyser) = (Arc::clone(picture), self.analyser.clone());
        work.push(Box::new(move || Measured::Alone(analyser.measure(&shared))));
        let (mut alone, mut forward) = (None, None);
        for measured in side_by_side(self.crew.as_ref(), work) {
            match measured {
                Measured::Alone(analysis) => alone = Some(analysis),
                Measured::Forward(field) => forward = Some(field),
            }
        }
        (alone.unwrap_or_else(|| self.analyser.measure(picture)), forward)
    }

    /// The search of a new picture's motion against the newest one so far, if there is one.
    pub(super) fn search_forward(
        &self,
        picture: &Arc<HalfPicture>,
    ) -> Option<impl FnOnce() -> MotionField + Send + 'static> {
        let (picture, previous) = (Arc::clone(picture), Arc::clone(self.pictures.back()?));
        let (hint, grid, kernels) = (self.hint.clone(), self.grid, Arc::clone(&self.kernels));
        Some(move || search_motion(&picture, &previous, grid, &hint, &kernels))
    }
}

/// What can be measured at the same time.
enum Measured {
    Alone(Analysis),
    Forward(MotionField),
}

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
    pub(super) fields: Vec<(i64, Arc<MotionField>)>,
}

impl Analysis {
    /// What a picture says by itself, with adaptive quantisation of some strength.
    pub(super) fn new(picture: &HalfPicture, grid: BlockGrid, strength: f32, kernels: &Kernels) -> Self {
        let mut intra = Vec::new();
        intra_costs(picture, grid, kernels, &mut intra);
        let mut offsets = Vec::new();
        quantiser_offsets(&picture.energy, strength, &mut offsets);
        let (mut intra_sum, mut weighted_intra) = (0, 0.0);
        let mut own = Vec::with_capacity(intra.len());
        for (&intra, &offset) in intra.iter().zip(&offsets) {
            let weighted = f32::from(intra) * exp2_f32(offset * (-1.0 / 6.0));
            intra_sum += u64::from(intra);
            weighted_intra += f64::from(weighted);
            own.push(weighted);
        }
        Self { intra, intra_sum, offsets, own, weighted_intra, fields: Vec::new() }
    }

    /// Motion against the frame so far away, if it was searched.
    pub(super) fn field(&self, distance: i64) -> Option<&MotionField> {
        self.fields.iter().find(|(known, _)| *known == distance).map(|(_, field)| &**field)
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
