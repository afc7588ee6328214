//! Prediction of whole macroblocks: luma of Intra16x16 and chroma (8.3.3, 8.3.4).

use super::super::macroblock::{CHROMA_ORIGIN, CHROMA_STRIDE, LUMA_ORIGIN, LUMA_STRIDE};
use super::{Available, CHROMA_DC, CHROMA_HORIZONTAL, CHROMA_VERTICAL, DC, HORIZONTAL, PLANE, VERTICAL};

/// Whether a 16x16 or chroma mode (in Intra16x16 numbering) has its neighbours.
pub(crate) fn large_mode_allowed(mode: u8, available: Available) -> bool {
    match mode {
        VERTICAL => available.top,
        HORIZONTAL => available.left,
        PLANE => available.top && available.left && available.top_left,
        _ => true,
    }
}

/// Predicts the 16x16 luma block of a reconstruction from its neighbours in the same buffer (8.3.3).
pub(crate) fn predict_16x16(rec: &mut [u8; LUMA_STRIDE * 17], mode: u8, available: Available) {
    match mode {
        DC => {
            let value = mean_16x16(rec, available);
            fill::<16>(rec, LUMA_ORIGIN, LUMA_STRIDE, value);
        }
        _ => predict_large::<16>(rec, LUMA_ORIGIN, LUMA_STRIDE, mode, 5, 6),
    }
}

/// The samples above the 16x16 luma block of a reconstruction and to the left of it, whatever they are where there are no
/// neighbours.
pub(crate) fn edges_16x16(rec: &[u8; LUMA_STRIDE * 17]) -> [[u8; 16]; 2] {
    let above = std::array::from_fn(|x| rec[LUMA_ORIGIN - LUMA_STRIDE + x]);
    [above, std::array::from_fn(|y| rec[LUMA_ORIGIN + y * LUMA_STRIDE - 1])]
}

/// Their mean as DC prediction goes by it.
pub(crate) fn mean_16x16(rec: &[u8; LUMA_STRIDE * 17], available: Available) -> u8 {
    mean_of::<16>(rec, LUMA_ORIGIN, LUMA_STRIDE, available.left, available.top)
}

/// Predicts one 8x8 chroma block; `mode` as `intra_chroma_pred_mode` (8.3.4).
pub(crate) fn predict_chroma(rec: &mut [u8; CHROMA_STRIDE * 9], mode: u8, available: Available) {
    let luma_like = match mode {
        CHROMA_HORIZONTAL => HORIZONTAL,
        CHROMA_VERTICAL => VERTICAL,
        CHROMA_DC => {
            predict_chroma_dc(rec, available);
            return;
        }
        _ => PLANE,
    };
    predict_large::<8>(rec, CHROMA_ORIGIN, CHROMA_STRIDE, luma_like, 34, 6);
}

fn predict_chroma_dc(rec: &mut [u8; CHROMA_STRIDE * 9], available: Available) {
    for (x, y) in [(0, 0), (4, 0), (0, 4), (4, 4)] {
        let at = CHROMA_ORIGIN + y * CHROMA_STRIDE + x;
        let top: u32 = (0..4).map(|i| u32::from(rec[CHROMA_ORIGIN - CHROMA_STRIDE + x + i])).sum();
        let left: u32 = (0..4).map(|i| u32::from(rec[CHROMA_ORIGIN + (y + i) * CHROMA_STRIDE - 1])).sum();
        // Blocks off the diagonal prefer the edge they touch.
        let value = match (available.left, available.top) {
            (true, true) if x == y => (left + top + 4) >> 3,
            (true, true) if x > y => (top + 2) >> 2,
            (true, true) => (left + 2) >> 2,
            (true, false) => (left + 2) >> 2,
            (false, true) => (top + 2) >> 2,
            (false, false) => 128,
        };
        fill::<4>(rec, at, CHROMA_STRIDE, value as u8);
    }
}

fn fill<const N: usize>(rec: &mut [u8], at: usize, stride: usize, value: u8) {
    for y in 0..N {
        rec[at + y * stride..][..N].fill(value);
    }
}

fn mean_of<const N: usize>(rec: &[u8], at: usize, stride: usize, left: bool, top: bool) -> u8 {
    let n = N as u32;
    let tops: u32 = rec[at - stride..][..N].iter().map(|&v| u32::from(v)).sum();
    let lefts: u32 = (0..N).map(|y| u32::from(rec[at + y * stride - 1])).sum();
    match (left, top) {
        (true, true) => ((lefts + tops + n) / (2 * n)) as u8,
        (true, false) => ((lefts + n / 2) / n) as u8,
        (false, true) => ((tops + n / 2) / n) as u8,
        (false, false) => 128,
    }
}

/// Vertical, horizontal and plane prediction; `scale` and `shift` are the plane slope's of 8.3.3.4
/// and 8.3.4.4.
fn predict_large<const N: usize>(rec: &mut [u8], at: usize, stride: usize, mode: u8, scale: i32, shift: i32) {
    match mode {
        VERTICAL => {
            let mut top = [0u8; N];
            top.copy_from_slice(&rec[at - stride..][..N]);
            for y in 0..N {
                rec[at + y * stride..][..N].copy_from_slice(&top);
            }
        }
        HORIZONTAL => {
            for y in 0..N {
                let value = rec[at + y * stride - 1];
                rec[at + y * stride..][..N].fill(value);
            }
        }
        _ => {
            let top = |x: i32| i32::from(rec[(at as i32 - stride as i32 + x) as usize]);
            let left = |y: i32| i32::from(rec[(at as i32 + y * stride as i32 - 1) as usize]);
            let half = N as i32 / 2;
            let h: i32 = (1..=half).map(|i| i * (top(half - 1 + i) - top(half - 1 - i))).sum();
            let v: i32 = (1..=half).map(|i| i * (left(half - 1 + i) - left(half - 1 - i))).sum();
            let (b, c) =
                ((scale * h + (1 << (shift - 1))) >> shift, (scale * v + (1 << (shift - 1))) >> shift);
            let a = 16 * (left(N as i32 - 1) + top(N as i32 - 1));
            for y in 0..N {
                let start = a + c * (y as i32 - half + 1) - b * (half - 1) + 16;
                for (x, out) in rec[at + y * stride..][..N].iter_mut().enumerate() {
                    *out = ((start + b * x as i32) >> 5).clamp(0, 255) as u8;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Available = Available { left: true, top: true, top_left: true, top_right: true };

    #[test]
    fn flat_neighbours_give_flat_predictions() {
        let mut rec = [77u8; LUMA_STRIDE * 17];
        for mode in 0..4 {
            predict_16x16(&mut rec, mode, ALL);
            assert!(rec.iter().all(|&v| v == 77), "mode {mode}");
        }
        let mut chroma = [33u8; CHROMA_STRIDE * 9];
        for mode in 0..4 {
            predict_chroma(&mut chroma, mode, ALL);
            assert!(chroma.iter().all(|&v| v == 33), "mode {mode}");
        }
    }

    #[test]
    fn a_plane_continues_a_gradient() {
        let mut rec = [0u8; LUMA_STRIDE * 17];
        for y in -1i32..16 {
            for x in -1i32..16 {
                rec[(LUMA_ORIGIN as i32 + y * LUMA_STRIDE as i32 + x) as usize] = (60 + 3 * x + 5 * y) as u8;
            }
        }
        let expected = rec;
        predict_16x16(&mut rec, PLANE, ALL);
        assert_eq!(rec, expected);
    }
}
