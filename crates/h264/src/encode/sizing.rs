//! What is done about a picture that comes out larger than it may be.

use vitascope_encode::math::log2;

use super::frame_coder::FrameJob;
use super::picture::Geometry;
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
    /// Mean of the quantisers at first.
    planned: f32,
    /// Quantiser and bytes of the attempt before any macroblocks were left out.
    unsaved: Option<(f32, usize)>,
}

/// Quantiser steps by which a picture twice too large is coarsened: sizes fall by about half in six, and what
/// only just misses would miss again.
const COARSER: f64 = 7.0;
/// Quantiser steps that halve the size of a predicted and of an intra picture, as rate control sees it.
const HALVING: f64 = 6.0;
const INTRA_HALVING: f64 = 6.0 / 0.7;

impl Sizing {
    pub(crate) fn new(qps: Vec<u8>) -> Self {
        Self { planned: mean(&qps), qps, saving: None, unsaved: None }
    }

    /// A picture came out too large: whether it may come out smaller, and is to be coded again.
    pub(crate) fn tighten(&mut self, job: &FrameJob, bytes: usize, limit: usize) -> bool {
        let before = mean(&self.qps);
        let coarser = self.coarsen(bytes, limit);
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

    /// By how much the quantisers were raised on average to keep to the size, those of rows by `rows` besides, in a picture
    /// that came to so many bytes.
    pub(crate) fn raised(&self, job: &FrameJob, bytes: usize, rows: u8) -> f32 {
        match self.unsaved.filter(|_| self.saving.is_some() && job.budget.is_none()) {
            // As if a higher quantiser had done it, so that nobody takes the picture for a simple one.
            Some((qp, before)) => qp - self.planned + like_quantiser(job.kind, before as f64 / bytes as f64),
            None => mean(&self.qps) - self.planned + f32::from(rows),
        }
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
