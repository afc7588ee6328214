//! Forward and inverse transforms of ITU-T H.264, without scaling.
//!
//! Words wrap modulo 2^16; a conforming stream never makes an intermediate value leave 16 bits
//! (ITU-T H.264 8.5.12.2, 8.5.13.2). Groups of 4x4 blocks are in the order of luma4x4BlkIdx (6.4.3): those of
//! an 8x8 are at (0, 0), (4, 0), (0, 4), (4, 4), and a 16x16 is four such groups in the same order.

#[cfg(target_arch = "x86_64")]
mod avx2;
mod inverse;

pub use inverse::{
    Inverse4x4Add, Inverse4x4AddX4, Inverse4x4AddX16, Inverse8x8Add, InverseDc4x4Add, InverseDc4x4AddX4,
};

use crate::kernel::fits;

kernel! {
    /// Forward 4x4 transform of source - prediction: the core transform whose inverse is 8.5.12.2.
    pub fn Forward4x4(
        src: &[u8], src_stride: usize, prediction: &[u8], prediction_stride: usize, out: &mut [i16; 16]
    )
    where fits(src, src_stride, 4, 4), fits(prediction, prediction_stride, 4, 4);
    test: forward4x4_variants, cases: tests::forward4x4_cases,
    scalar: forward4x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::forward4x4 },
}

kernel! {
    /// [`Forward4x4`] of the four blocks of an 8x8.
    pub fn Forward4x4X4(
        src: &[u8], src_stride: usize, prediction: &[u8], prediction_stride: usize, out: &mut [[i16; 16]; 4]
    )
    where fits(src, src_stride, 8, 8), fits(prediction, prediction_stride, 8, 8);
    test: forward4x4_x4_variants, cases: tests::forward4x4_x4_cases,
    scalar: forward4x4_x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::forward4x4_x4 },
}

kernel! {
    /// [`Forward4x4`] of the sixteen blocks of a 16x16.
    pub fn Forward4x4X16(
        src: &[u8], src_stride: usize, prediction: &[u8], prediction_stride: usize, out: &mut [[i16; 16]; 16]
    )
    where fits(src, src_stride, 16, 16), fits(prediction, prediction_stride, 16, 16);
    test: forward4x4_x16_variants, cases: tests::forward4x4_x16_cases,
    scalar: forward4x4_x16,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::forward4x4_x16 },
}

kernel! {
    /// Forward 8x8 transform of source - prediction: the one whose inverse is 8.5.13.2.
    pub fn Forward8x8(
        src: &[u8], src_stride: usize, prediction: &[u8], prediction_stride: usize, out: &mut [i16; 64]
    )
    where fits(src, src_stride, 8, 8), fits(prediction, prediction_stride, 8, 8);
    test: forward8x8_variants, cases: tests::forward8x8_cases,
    scalar: forward8x8,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::forward8x8 },
}

kernel! {
    /// Forward Hadamard transform of the sixteen DC coefficients of an Intra16x16 macroblock, row-major, in
    /// place: (sum + 1) >> 1, saturated to 16 bits.
    pub fn ForwardHadamard4x4(dc: &mut [i16; 16])
    where dc.len() == 16;
    test: forward_hadamard4x4_variants, cases: tests::forward_hadamard_cases,
    scalar: forward_hadamard4x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::forward_hadamard4x4 },
}

kernel! {
    /// Inverse Hadamard transform of the same coefficients, in place, without scaling: the matrix product
    /// of ITU-T H.264 8.5.10, saturated to 16 bits.
    pub fn InverseHadamard4x4(dc: &mut [i16; 16])
    where dc.len() == 16;
    test: inverse_hadamard4x4_variants, cases: tests::inverse_hadamard_cases,
    scalar: inverse_hadamard4x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::inverse_hadamard4x4 },
}

/// Where the four blocks of a group lie: x and y in units of half a group.
const QUARTERS: [(usize, usize); 4] = [(0, 0), (1, 0), (0, 1), (1, 1)];

fn forward4x4(
    src: &[u8],
    src_stride: usize,
    prediction: &[u8],
    prediction_stride: usize,
    out: &mut [i16; 16],
) {
    for y in 0..4 {
        for x in 0..4 {
            out[y * 4 + x] =
                i16::from(src[y * src_stride + x]) - i16::from(prediction[y * prediction_stride + x]);
        }
    }
    for i in 0..4 {
        forward_line4(out, i, 4);
    }
    for i in 0..4 {
        forward_line4(out, i * 4, 1);
    }
}

/// One dimension: the rows of the matrix are (1 1 1 1), (2 1 -1 -2), (1 -1 -1 1), (1 -2 2 -1).
fn forward_line4(block: &mut [i16; 16], start: usize, step: usize) {
    let [a, b, c, d] = std::array::from_fn(|i| block[start + i * step]);
    let (s0, s1, d0, d1) = (a + d, b + c, a - d, b - c);
    block[start] = s0 + s1;
    block[start + step] = 2 * d0 + d1;
    block[start + 2 * step] = s0 - s1;
    block[start + 3 * step] = d0 - 2 * d1;
}

fn forward4x4_x4(
    src: &[u8],
    src_stride: usize,
    prediction: &[u8],
    prediction_stride: usize,
    out: &mut [[i16; 16]; 4],
) {
    for ((x, y), out) in QUARTERS.into_iter().zip(out) {
        let src = &src[y * 4 * src_stride + x * 4..];
        let prediction = &prediction[y * 4 * prediction_stride + x * 4..];
        forward4x4(src, src_stride, prediction, prediction_stride, out);
    }
}

fn forward4x4_x16(
    src: &[u8],
    src_stride: usize,
    prediction: &[u8],
    prediction_stride: usize,
    out: &mut [[i16; 16]; 16],
) {
    let (groups, _) = out.as_chunks_mut::<4>();
    for ((x, y), out) in QUARTERS.into_iter().zip(groups) {
        let src = &src[y * 8 * src_stride + x * 8..];
        let prediction = &prediction[y * 8 * prediction_stride + x * 8..];
        forward4x4_x4(src, src_stride, prediction, prediction_stride, out);
    }
}

fn forward8x8(
    src: &[u8],
    src_stride: usize,
    prediction: &[u8],
    prediction_stride: usize,
    out: &mut [i16; 64],
) {
    for y in 0..8 {
        for x in 0..8 {
            out[y * 8 + x] =
                i16::from(src[y * src_stride + x]) - i16::from(prediction[y * prediction_stride + x]);
        }
    }
    for i in 0..8 {
        forward_line8(out, i, 8);
    }
    for i in 0..8 {
        forward_line8(out, i * 8, 1);
    }
}

/// One dimension: the odd rows of the matrix are (12 10 6 3 ..), (10 -3 -12 -6 ..), (6 -12 3 10 ..) and
/// (3 -6 10 -12 ..) eighths, each product rounded down as here.
fn forward_line8(block: &mut [i16; 64], start: usize, step: usize) {
    let v: [i16; 8] = std::array::from_fn(|i| block[start + i * step]);
    let (s0, s1, s2, s3) = (v[0] + v[7], v[1] + v[6], v[2] + v[5], v[3] + v[4]);
    let (d0, d1, d2, d3) = (v[0] - v[7], v[1] - v[6], v[2] - v[5], v[3] - v[4]);
    let (a0, a1, a2, a3) = (s0 + s3, s1 + s2, s0 - s3, s1 - s2);
    let b0 = d1 + d2 + (d0 + (d0 >> 1));
    let b1 = d0 - d3 - (d2 + (d2 >> 1));
    let b2 = d0 + d3 - (d1 + (d1 >> 1));
    let b3 = d1 - d2 + (d3 + (d3 >> 1));
    let result = [
        a0 + a1,
        b0 + (b3 >> 2),
        a2 + (a3 >> 1),
        b1 + (b2 >> 2),
        a0 - a1,
        b2 - (b1 >> 2),
        (a2 >> 1) - a3,
        (b0 >> 2) - b3,
    ];
    for (i, value) in result.into_iter().enumerate() {
        block[start + i * step] = value;
    }
}

fn forward_hadamard4x4(dc: &mut [i16; 16]) {
    *dc = hadamard4x4(dc).map(|sum| saturate((sum + 1) >> 1));
}

fn inverse_hadamard4x4(dc: &mut [i16; 16]) {
    *dc = hadamard4x4(dc).map(saturate);
}

fn saturate(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

/// Product with the matrix of rows (1 1 1 1), (1 1 -1 -1), (1 -1 -1 1), (1 -1 1 -1), on both sides.
fn hadamard4x4(dc: &[i16; 16]) -> [i32; 16] {
    let mut values = dc.map(i32::from);
    for (steps, step) in [(4, 1), (1, 4)] {
        for i in 0..4 {
            let at = |n: usize| i * steps + n * step;
            let [a, b, c, d] = std::array::from_fn(|n| values[at(n)]);
            let (s0, s1, d0, d1) = (a + b, c + d, a - b, c - d);
            (values[at(0)], values[at(1)]) = (s0 + s1, s0 - s1);
            (values[at(2)], values[at(3)]) = (d0 - d1, d0 + d1);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    pub(super) fn forward4x4_cases(kernel: Forward4x4, random: &mut Random, outcome: &mut Outcome) {
        let ((src, src_stride), (prediction, stride)) = (random.block(4, 4), random.block(4, 4));
        let mut out = [0; 16];
        kernel.call(&src, src_stride, &prediction, stride, &mut out);
        outcome.extend(&out);
    }

    pub(super) fn forward4x4_x4_cases(kernel: Forward4x4X4, random: &mut Random, outcome: &mut Outcome) {
        let ((src, src_stride), (prediction, stride)) = (random.block(8, 8), random.block(8, 8));
        let mut out = [[0; 16]; 4];
        kernel.call(&src, src_stride, &prediction, stride, &mut out);
        outcome.extend(out.as_flattened());
    }

    pub(super) fn forward4x4_x16_cases(kernel: Forward4x4X16, random: &mut Random, outcome: &mut Outcome) {
        let ((src, src_stride), (prediction, stride)) = (random.block(16, 16), random.block(16, 16));
        let mut out = [[0; 16]; 16];
        kernel.call(&src, src_stride, &prediction, stride, &mut out);
        outcome.extend(out.as_flattened());
    }

    pub(super) fn forward8x8_cases(kernel: Forward8x8, random: &mut Random, outcome: &mut Outcome) {
        let ((src, src_stride), (prediction, stride)) = (random.block(8, 8), random.block(8, 8));
        let mut out = [0; 64];
        kernel.call(&src, src_stride, &prediction, stride, &mut out);
        outcome.extend(&out);
    }

    pub(super) fn forward_hadamard_cases(
        kernel: ForwardHadamard4x4,
        random: &mut Random,
        outcome: &mut Outcome,
    ) {
        let mut dc = random.words(-32768, 32767);
        kernel.call(&mut dc);
        outcome.extend(&dc);
    }

    pub(super) fn inverse_hadamard_cases(
        kernel: InverseHadamard4x4,
        random: &mut Random,
        outcome: &mut Outcome,
    ) {
        let mut dc = random.words(-32768, 32767);
        kernel.call(&mut dc);
        outcome.extend(&dc);
    }

    #[test]
    fn forward4x4_is_the_matrix_product() {
        const MATRIX: [[i32; 4]; 4] = [[1, 1, 1, 1], [2, 1, -1, -2], [1, -1, -1, 1], [1, -2, 2, -1]];
        for level in CpuLevel::ALL {
            for seed in 0..20 {
                let mut random = Random::new(seed);
                let (src, prediction) = (random.bytes(16), random.bytes(16));
                let mut out = [0; 16];
                Forward4x4::select(level).call(&src, 4, &prediction, 4, &mut out);
                for v in 0..4 {
                    for u in 0..4 {
                        let mut sum = 0;
                        for y in 0..4 {
                            for x in 0..4 {
                                let residual = i32::from(src[y * 4 + x]) - i32::from(prediction[y * 4 + x]);
                                sum += MATRIX[v][y] * MATRIX[u][x] * residual;
                            }
                        }
                        assert_eq!(i32::from(out[v * 4 + u]), sum, "{level:?} seed {seed} at {v},{u}");
                    }
                }
            }
        }
    }

    #[test]
    fn groups_are_in_block_order() {
        for level in CpuLevel::ALL {
            let mut random = Random::new(77);
            let (src, prediction) = (random.bytes(16 * 19), random.bytes(16 * 17));
            let mut all = [[0; 16]; 16];
            Forward4x4X16::select(level).call(&src, 19, &prediction, 17, &mut all);
            for (index, block) in all.iter().enumerate() {
                let x = (index & 1) * 4 + (index >> 2 & 1) * 8;
                let y = (index >> 1 & 1) * 4 + (index >> 3) * 8;
                let mut one = [0; 16];
                let kernel = Forward4x4::select(CpuLevel::Scalar);
                kernel.call(&src[y * 19 + x..], 19, &prediction[y * 17 + x..], 17, &mut one);
                assert_eq!(*block, one, "block {index}");
            }
        }
    }

    #[test]
    fn hadamard_twice_is_sixteen_times() {
        let mut random = Random::new(5);
        let original: [i16; 16] = random.words(-900, 900);
        for level in CpuLevel::ALL {
            let mut dc = original;
            InverseHadamard4x4::select(level).call(&mut dc);
            InverseHadamard4x4::select(level).call(&mut dc);
            assert_eq!(dc, original.map(|value| value * 16));
            let mut flat = [3; 16];
            ForwardHadamard4x4::select(level).call(&mut flat);
            assert_eq!(flat[0], 24);
            assert_eq!(flat[1..], [0; 15]);
        }
    }
}
