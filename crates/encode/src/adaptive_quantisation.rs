//! Adaptive quantisation: finer steps where the eye sees errors, coarser ones where detail hides them.

use crate::math::log2_f32;

/// Farthest a block moves from the frame's QP.
const LIMIT: f32 = 8.0;
/// Squared deviations of a block with a variance of one: below this there is only noise.
const NOISE: f32 = 256.0;
const LOG2_NOISE: f32 = 8.0;

/// QP offset of each macroblock from its squared deviations: `strength` times the logarithm of the energy
/// relative to the picture's average.
///
/// The average over the blocks with detail is zero. Blocks without any (black bars, flat graphics) are left
/// out of it: they cost next to nothing at any QP and would push everything else to coarse steps.
pub(crate) fn quantiser_offsets(energy: &[u32], strength: f32, offsets: &mut Vec<f32>) {
    offsets.clear();
    if strength == 0.0 {
        offsets.resize(energy.len(), 0.0);
        return;
    }
    offsets.extend(energy.iter().map(|&energy| log2_f32(energy as f32 + NOISE)));
    let (mut sum, mut weights) = (0.0f64, 0.0f64);
    for &level in offsets.iter() {
        let weight = ((level - LOG2_NOISE) * 0.5).clamp(0.001, 1.0);
        sum += f64::from(weight) * f64::from(level);
        weights += f64::from(weight);
    }
    let mean = (sum / weights) as f32;
    for offset in offsets.iter_mut() {
        *offset = ((*offset - mean) * strength).clamp(-LIMIT, LIMIT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(energy: &[u32], strength: f32) -> Vec<f32> {
        let mut offsets = Vec::new();
        quantiser_offsets(energy, strength, &mut offsets);
        offsets
    }

    #[test]
    fn average_is_zero_and_detail_is_coarser() {
        let found = offsets(&[1 << 12, 1 << 14, 1 << 16, 1 << 13], 1.0);
        assert!(found.iter().sum::<f32>().abs() < 1e-4, "{found:?}");
        assert!(found[0] < found[3] && found[3] < found[1] && found[1] < found[2]);
        assert!((found[2] - found[1] - 2.0).abs() < 0.1, "{found:?}");
        let half = offsets(&[1 << 12, 1 << 14, 1 << 16, 1 << 13], 0.5);
        assert!((half[2] * 2.0 - found[2]).abs() < 1e-4);
    }

    #[test]
    fn flat_blocks_do_not_drag_the_rest() {
        let found = offsets(&[0, 0, 0, 0, 0, 0, 1 << 15, 1 << 15], 1.0);
        assert!(found[6].abs() < 0.1 && found[0] < -6.0, "{found:?}");
        assert_eq!(offsets(&[0, 0, 0], 1.0), [0.0; 3]);
        assert_eq!(offsets(&[5, 1 << 20], 0.0), [0.0; 2]);
        assert!(offsets(&[0, u32::MAX], 3.0).iter().all(|offset| offset.abs() <= LIMIT));
    }
}
