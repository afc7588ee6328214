//! Whether anything would be coded of a prediction's error, found out with as little work as that takes.

use vitascope_dsp::video::VideoKernels;

use super::{
    NEGLIGIBLE_CHROMA, NEGLIGIBLE_MACROBLOCK, ResidualCoder, SOURCE_STRIDE, Source, hadamard_2x2, quantise,
    score_4x4,
};
use crate::encode::macroblock::{CHROMA_ORIGIN, CHROMA_STRIDE, LUMA_ORIGIN, LUMA_STRIDE, Reconstruction};

impl ResidualCoder {
    /// Whether an inter macroblock with this prediction would have no levels worth coding. Stops at the first
    /// quarter that says no.
    pub(crate) fn is_negligible(
        &self,
        k: &VideoKernels,
        source: &Source,
        prediction: &Reconstruction,
        qp: u8,
    ) -> bool {
        self.luma_is_negligible(k, source, prediction, qp)
            && (self.monochrome || self.chroma_is_negligible(k, source, prediction, qp))
    }

    fn luma_is_negligible(&self, k: &VideoKernels, source: &Source, rec: &Reconstruction, qp: u8) -> bool {
        let q = &self.inter[usize::from(qp)];
        let mut score = 0;
        for quarter in 0..4 {
            let (x, y) = (quarter % 2 * 8, quarter / 2 * 8);
            let from = &source.luma[y * SOURCE_STRIDE + x..];
            let prediction = &rec.luma[LUMA_ORIGIN + y * LUMA_STRIDE + x..];
            let mut coeffs = [[0i16; 16]; 4];
            k.forward4x4_x4.call(from, SOURCE_STRIDE, prediction, LUMA_STRIDE, &mut coeffs);
            let any = k.quantise4x4_x4.call(&mut coeffs, &q.scale_4x4, &q.bias_4x4);
            score += score_blocks(k, &coeffs, any);
            if score >= NEGLIGIBLE_MACROBLOCK {
                return false;
            }
        }
        true
    }

    fn chroma_is_negligible(&self, k: &VideoKernels, source: &Source, rec: &Reconstruction, qp: u8) -> bool {
        let q = &self.inter[usize::from(self.chroma_qp(qp))];
        source.chroma.iter().zip(&rec.chroma).all(|(source, rec)| {
            let mut coeffs = [[0i16; 16]; 4];
            k.forward4x4_x4.call(source, SOURCE_STRIDE, &rec[CHROMA_ORIGIN..], CHROMA_STRIDE, &mut coeffs);
            let dc = hadamard_2x2(coeffs.map(|c| i32::from(c[0])));
            if dc.iter().any(|&v| quantise(v, q.scale_dc, q.bias_dc) != 0) {
                return false;
            }
            coeffs.iter_mut().for_each(|c| c[0] = 0);
            let any = k.quantise4x4_x4.call(&mut coeffs, &q.scale_4x4, &q.bias_4x4);
            score_blocks(k, &coeffs, any) < NEGLIGIBLE_CHROMA
        })
    }
}

/// Worth of the blocks of levels that have any.
fn score_blocks(k: &VideoKernels, blocks: &[[i16; 16]; 4], any: u32) -> u32 {
    if any == 0 {
        return 0;
    }
    let score = |i: usize| {
        let mut levels = [0; 16];
        score_4x4(k.scan4x4.call(&blocks[i], &mut levels))
    };
    (0..4).filter(|i| any >> i & 1 != 0).map(score).sum()
}
