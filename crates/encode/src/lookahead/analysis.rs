//! What is measured on each frame as it comes in.

use std::sync::Arc;

use super::Lookahead;
use super::prediction::Prediction;
use crate::adaptive_quantisation::quantiser_offsets;
use crate::crew::share;
use crate::frame::FrameCost;
use crate::half_picture::{BlockGrid, HalfPicture};
use crate::intra::intra_costs;
use crate::math::exp2_f32;
use crate::motion::{Band, MotionField, search_band};

/// Rows of blocks that are searched without a look at those above where no frame waits, so that threads can share them.
const SEARCH_BAND: usize = 12;
/// Rows of blocks whose intra costs a thread finds at once.
const INTRA_BAND: usize = 12;

impl<T> Lookahead<T> {
    /// Measures a new picture by itself, and its motion against the newest one so far.
    pub(super) fn analyse(&self, picture: &Arc<HalfPicture>) -> (Analysis, Option<MotionField>) {
        let (grid, kernels, hint) = (self.grid, &*self.kernels, &*self.hint);
        let mut intra = vec![0; grid.count()];
        let mut forward = self.pictures.back().map(|_| MotionField::of_size(grid.count()));
        let searches = self.pictures.back().zip(forward.as_mut()).map(|(previous, field)| {
            let bands = field.bands_mut(grid, self.search_band());
            bands.map(move |(first, part)| Part::Search { previous, first, part })
        });
        let measured = intra.chunks_mut(INTRA_BAND * grid.columns).enumerate();
        let measured = measured.map(|(index, costs)| Part::Intra { first: index * INTRA_BAND, costs });
        // The longer ones come first.
        share(self.crew.as_ref(), searches.into_iter().flatten().chain(measured), |part| match part {
            Part::Search { previous, first, part } => {
                search_band(picture.whole(), previous, grid, hint, kernels, first, part);
            }
            Part::Intra { first, costs } => intra_costs(picture, grid, kernels, first, costs),
        });
        let forward = forward.map(|field| self.in_any_light(field, picture));
        (Analysis::new(picture, intra, self.config.adaptive_quantisation), forward)
    }

    /// The motion of a new picture against the newest one so far, if there is one.
    pub(super) fn search_forward(&self, picture: &HalfPicture) -> Option<MotionField> {
        let previous = self.pictures.back()?;
        let mut field = MotionField::of_size(self.grid.count());
        for (first, part) in field.bands_mut(self.grid, self.search_band()) {
            search_band(picture.whole(), previous, self.grid, &self.hint, &self.kernels, first, part);
        }
        Some(self.in_any_light(field, picture))
    }

    /// Motion against the newest picture, which may be weighted where the light has changed.
    fn in_any_light(&self, field: MotionField, picture: &HalfPicture) -> MotionField {
        match self.pictures.back().filter(|_| self.config.weighted_prediction) {
            Some(previous) => field.or_in_other_light(picture, previous, self.grid, &self.kernels),
            None => field,
        }
    }

    /// Rows of blocks that are searched without a look at those above. The number of threads does not count, as vectors
    /// depend on it.
    fn search_band(&self) -> usize {
        if self.config.depth == 0 { SEARCH_BAND } else { self.grid.rows }
    }
}

/// What can be measured at the same time: rows of blocks from row `first` on.
enum Part<'a> {
    Search { previous: &'a HalfPicture, first: usize, part: Band<'a> },
    Intra { first: usize, costs: &'a mut [u16] },
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
    /// What a picture with these intra costs says by itself, with adaptive quantisation of some strength.
    pub(super) fn new(picture: &HalfPicture, intra: Vec<u16>, strength: f32) -> Self {
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

    /// What the better of intra and these costs asks for in bits, as far as it serves to compare: they grow less than
    /// differences do, above all where those are noise that nobody keeps. The sum of the costs' roots, in 32nds.
    pub(super) fn effort(&self, inter: &[u16]) -> u64 {
        let root = |cost: u16| u64::from((32.0 * f32::from(cost).sqrt()) as u32);
        self.intra.iter().zip(inter).map(|(&intra, &inter)| root(intra.min(inter))).sum()
    }

    /// Prediction from the frame before.
    pub(super) fn predicted_from_previous(&self, index: u64, grid: BlockGrid, links: bool) -> Prediction {
        match (index.checked_sub(1), self.field(1)) {
            (Some(previous), Some(field)) => Prediction::one(self, previous, field, grid, links),
            _ => Prediction::none(self, grid),
        }
    }
}
