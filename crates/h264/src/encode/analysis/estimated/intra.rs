//! Intra macroblocks, by estimate.

use super::super::{Analyser, INTRA_BITS, Surroundings, reset};
use crate::encode::entropy::EntropyCoder;
use crate::encode::intra_prediction as intra;
use crate::encode::macroblock::Mode;
use crate::encode::residual::Source;
use crate::encode::slice::{SliceKind, SliceState};

impl Analyser<'_> {
    /// Whether intra prediction is worth a look where inter prediction costs so much.
    pub(in super::super) fn intra_promises(&self, at: &Surroundings<'_>, inter: u32) -> bool {
        inter > self.bits(INTRA_BITS) && at.inter_part >= INTRA_PART
    }

    /// Codes the macroblock with intra prediction where that costs less than `inter`, `u32::MAX` where there is no
    /// such choice; its cost then.
    pub(in super::super) fn estimate_intra<E: EntropyCoder>(
        &mut self,
        entropy: &E,
        slice: &SliceState,
        source: &Source,
        at: &Surroundings<'_>,
        inter: u32,
    ) -> Option<u32> {
        let k = self.kernels();
        let (mode, cost) = self.best_16x16(source, at);
        let mut least = inter.saturating_sub(self.bits(TYPE_BITS));
        // Smaller blocks may do better, but not by as much.
        if cost - cost / 8 > least && slice.kind != SliceKind::I {
            return None;
        }
        (at.edges)(&mut self.best);
        let large = cost < least;
        least = least.min(cost);
        let mut small = false;
        if slice.transform_8x8_mode
            && let Some(cost) =
                self.code_8x8(entropy, source, at, least.saturating_sub(self.bits(SMALL_BITS)))
        {
            (least, small) = (cost + self.bits(SMALL_BITS), true);
            std::mem::swap(&mut self.best, &mut self.trial);
        }
        let small_blocks = !slice.transform_8x8_mode || slice.kind == SliceKind::I;
        if small_blocks
            && let Some(cost) =
                self.code_4x4(entropy, source, at, least.saturating_sub(self.bits(SMALL_BITS)))
        {
            (least, small) = (cost + self.bits(SMALL_BITS), true);
            std::mem::swap(&mut self.best, &mut self.trial);
        }
        if !small && !large {
            return None;
        }
        let available = at.around.available();
        let chroma_mode = self.best_chroma(k, source, available);
        let rates = self.rates(entropy, at);
        let rates = rates.as_ref();
        let residual = self.residual();
        let mb = &mut *self.best;
        if !small {
            reset(mb, Mode::Intra16x16, self.qp);
            mb.intra_16x16_mode = mode;
            intra::predict_16x16(&mut mb.rec.luma, mode, available);
            residual.intra_16x16(k, source, mb, rates);
        }
        mb.intra_chroma_mode = chroma_mode;
        for plane in &mut mb.rec.chroma {
            intra::predict_chroma(plane, chroma_mode, available);
        }
        residual.chroma(k, source, mb, rates);
        Some(least)
    }
}

/// Intra prediction is not looked at where the lookahead has found inter prediction to cost less than so many 64ths of it.
const INTRA_PART: u8 = 24;
/// Bits by which the type of an intra macroblock is longer than an inter one's in P and B slices, about.
const TYPE_BITS: u32 = 6;
/// Bits that small blocks cost besides their modes, more than a whole one.
const SMALL_BITS: u32 = 4;

#[cfg(test)]
mod tests {
    use vitascope_dsp::CpuLevel;
    use vitascope_dsp::video::VideoKernels;

    use super::*;
    use crate::encode::analysis::CodingTables;
    use crate::encode::effort::Tools;
    use crate::encode::macroblock::Mv;
    use crate::encode::motion_cost::MotionCosts;
    use crate::encode::motion_search::MotionLimits;
    use crate::encode::neighbours::Neighbours;
    use crate::encode::residual::{ROUNDING_P, ResidualCoder};

    #[test]
    fn intra_is_not_looked_at_where_motion_is_far_better() {
        let tables = CodingTables {
            kernels: VideoKernels::new(CpuLevel::Scalar),
            residual: [0; 2].map(|_| ResidualCoder::new(0, false, false, false, ROUNDING_P)),
            motion_costs: MotionCosts::new(false),
            psychovisual: 0,
            max_vectors: 16,
        };
        let mut analyser = Analyser::new(&tables, Tools::at(2));
        analyser.lambda = 8;
        let promises = |inter_part, inter| {
            let at = Surroundings {
                position: (0, 0),
                around: Neighbours { left: None, top: None, top_left: None, top_right: None },
                references: [&[], &[]],
                limits: MotionLimits { min: Mv::ZERO, max: Mv::ZERO },
                hints: [Mv::ZERO; 2],
                inter_part,
                still: 0,
                temporal: None,
                spatial_direct: true,
                compares_direct: false,
                edges: &|_| {},
            };
            analyser.intra_promises(&at, inter)
        };
        let much = analyser.bits(1000);
        assert!(promises(INTRA_PART, much) && !promises(INTRA_PART - 1, much));
        assert!(!promises(u8::MAX, analyser.bits(INTRA_BITS)));
    }
}
