//! What is done about a picture that comes out larger than it may be.

use vitascope_encode::math::log2;

use super::frame_coder::FrameJob;
use super::picture::Geometry;
use super::row_budget::{HALVING, RowBudget};
use super::row_coder::MAX_QP;
use super::saving::Saving;
use super::slice::SliceKind;

/// The size of a picture: quantisers, and what is left out.
#[derive(Clone, Debug)]
pub(crate) struct Sizing {
    /// Quantiser of each macroblock, raster order.
    pub(crate) qps: Vec<u8>,
    /// Which macroblocks are left out to keep to the size, where that is needed.
    pub(crate) saving: Option<Saving>,
    /// What rows are coarsened for while the picture is coded.
    pub(crate) budget: Option<RowBudget>,
    /// Bytes that each row would take if it was not raised, as the first attempt has shown, where there is a budget.
    pub(crate) efforts: Vec<f64>,
    /// The budget goes by them.
    measured: bool,
    /// Mean of the quantisers at first.
    planned: f32,
    /// Quantiser and bytes of the attempt before any macroblocks were left out.
    unsaved: Option<(f32, usize)>,
}

/// Quantiser steps by which a picture twice too large is coarsened: sizes fall by about half in six, and what
/// only just misses would miss again.
const COARSER: f64 = 7.0;
/// Quantiser steps that halve the size of an intra picture, as rate control sees it.
const INTRA_HALVING: f64 = 6.0 / 0.7;

impl Sizing {
    pub(crate) fn new(qps: Vec<u8>, budget: Option<RowBudget>) -> Self {
        Self {
            planned: mean(&qps),
            qps,
            saving: None,
            budget,
            efforts: Vec::new(),
            measured: false,
            unsaved: None,
        }
    }

    /// A picture came out too large: whether it may come out smaller, and is to be coded again.
    pub(crate) fn tighten(&mut self, job: &FrameJob, bytes: usize, limit: usize) -> bool {
        let before = mean(&self.qps);
        let coarser = !self.measured && self.measure() || self.coarsen(bytes, limit);
        if let Some(saving) = &mut self.saving {
            return saving.tighten(bytes - limit) || coarser;
        }
        self.unsaved = Some((before, bytes));
        // Nobody waits for more than two attempts where frames are sent as they come. Without references, leaving something out
        // shows all over the picture.
        let saves = match job.kind {
            SliceKind::I => !coarser,
            SliceKind::P => self.is_coarsest() || job.budget.is_some(),
            SliceKind::B => self.is_coarsest(),
        };
        if saves {
            let geometry @ Geometry { mb_width, .. } = job.source.geometry;
            self.saving = Some(Saving::new(job.kind, job.cabac, geometry.macroblocks(), mb_width, limit));
        }
        coarser || saves
    }

    /// Whether all quantisers are the highest.
    pub(crate) fn is_coarsest(&self) -> bool {
        self.qps.iter().all(|&qp| qp >= MAX_QP)
    }

    /// By how much the quantisers of each row, of so many macroblocks, can be raised on average.
    pub(crate) fn rooms(&self, mb_width: usize) -> Vec<f64> {
        self.qps.chunks(mb_width.max(1)).map(|row| f64::from(MAX_QP) - f64::from(mean(row))).collect()
    }

    /// By how much the quantisers were raised to keep to the size, in a picture that came to so many bytes.
    pub(crate) fn raised(&self, kind: SliceKind, bytes: usize) -> f32 {
        if self.budget.is_some() {
            let effort: f64 = self.efforts.iter().sum();
            return like_quantiser(kind, (effort / bytes as f64).max(1.0));
        }
        let left_out = self.saving.is_some_and(|saving| saving.may_have_left_out(bytes));
        match self.unsaved.filter(|_| left_out) {
            // As if a higher quantiser had done it, so that nobody takes the picture for a simple one.
            Some((qp, before)) => qp - self.planned + like_quantiser(kind, before as f64 / bytes as f64),
            None => mean(&self.qps) - self.planned,
        }
    }

    /// Has the rows go by what they were shown to take; false where that would not be enough.
    fn measure(&mut self) -> bool {
        let measured = self.budget.as_ref().map(|budget| budget.measured(&self.efforts));
        let room = f64::from(MAX_QP) - f64::from(mean(&self.qps));
        let Some(measured) = measured.filter(|measured| measured.even_raise() <= room) else { return false };
        (self.budget, self.measured) = (Some(measured), true);
        true
    }

    /// Raises the quantisers; false when they stand at their highest.
    fn coarsen(&mut self, bytes: usize, limit: usize) -> bool {
        if self.is_coarsest() {
            return false;
        }
        // Sizes fall at least a little more slowly than the step rises.
        let excess = bytes as f64 / limit.max(1) as f64;
        let raise = (COARSER * log2(excess)).ceil().clamp(1.0, f64::from(MAX_QP)) as u8;
        self.qps.iter_mut().for_each(|qp| *qp = (*qp + raise).min(MAX_QP));
        true
    }
}

/// Quantiser steps that make a picture smaller by this ratio.
fn like_quantiser(kind: SliceKind, ratio: f64) -> f32 {
    let halving = if kind == SliceKind::I { INTRA_HALVING } else { HALVING };
    (halving * log2(ratio)) as f32
}

pub(crate) fn mean(qps: &[u8]) -> f32 {
    qps.iter().map(|&qp| u32::from(qp)).sum::<u32>() as f32 / qps.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_left_out_counts_beyond_the_highest_quantiser() {
        // At 40 it took four times what it may take.
        let (planned, before, limit) = (40, 8000, 2000);
        let sizing = Sizing {
            qps: vec![MAX_QP; 1000],
            saving: Some(Saving::new(SliceKind::P, true, 1000, 40, limit)),
            unsaved: Some((planned.into(), before)),
            ..Sizing::new(vec![planned; 1000], None)
        };
        let coarsest = f32::from(MAX_QP - planned);
        // Far below the limit nothing was left out: the quantiser alone made it so small.
        assert_eq!(sizing.raised(SliceKind::P, 400), coarsest);
        let cut = sizing.raised(SliceKind::P, 1990);
        assert!((f64::from(cut) - HALVING * (8000.0_f64 / 1990.0).log2()).abs() < 1e-3, "{cut}");
    }
}
