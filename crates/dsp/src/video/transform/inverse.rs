//! Inverse transforms, added to the prediction in place.

use super::QUARTERS;
#[cfg(target_arch = "x86_64")]
use super::avx2;
use crate::kernel::fits;

kernel! {
    /// Inverse 4x4 transform of scaled coefficients (ITU-T H.264 8.5.12.2), rounded, added to `dst` and
    /// clipped to 8 bits. The coefficients are left as they are.
    pub fn Inverse4x4Add(dst: &mut [u8], stride: usize, coefficients: &[i16; 16])
    where fits(dst, stride, 4, 4);
    test: inverse4x4_variants, cases: tests::inverse4x4_cases,
    scalar: inverse4x4_add,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::inverse4x4_add },
}

kernel! {
    /// [`Inverse4x4Add`] of the four blocks of an 8x8.
    pub fn Inverse4x4AddX4(dst: &mut [u8], stride: usize, coefficients: &[[i16; 16]; 4])
    where fits(dst, stride, 8, 8);
    test: inverse4x4_x4_variants, cases: tests::inverse4x4_x4_cases,
    scalar: inverse4x4_add_x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::inverse4x4_add_x4 },
}

kernel! {
    /// [`Inverse4x4Add`] of the sixteen blocks of a 16x16.
    pub fn Inverse4x4AddX16(dst: &mut [u8], stride: usize, coefficients: &[[i16; 16]; 16])
    where fits(dst, stride, 16, 16);
    test: inverse4x4_x16_variants, cases: tests::inverse4x4_x16_cases,
    scalar: inverse4x4_add_x16,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::inverse4x4_add_x16 },
}

kernel! {
    /// Inverse 8x8 transform of scaled coefficients (ITU-T H.264 8.5.13.2), rounded, added to `dst` and
    /// clipped to 8 bits. The coefficients are left as they are.
    pub fn Inverse8x8Add(dst: &mut [u8], stride: usize, coefficients: &[i16; 64])
    where fits(dst, stride, 8, 8);
    test: inverse8x8_variants, cases: tests::inverse8x8_cases,
    scalar: inverse8x8_add,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::inverse8x8_add },
}

kernel! {
    /// [`Inverse4x4Add`] of a block whose only coefficient is the scaled DC: adds (dc + 32) >> 6.
    pub fn InverseDc4x4Add(dst: &mut [u8], stride: usize, dc: i16)
    where fits(dst, stride, 4, 4);
    test: inverse_dc4x4_variants, cases: tests::inverse_dc4x4_cases,
    scalar: inverse_dc4x4_add,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::inverse_dc4x4_add },
}

kernel! {
    /// [`InverseDc4x4Add`] of the four blocks of an 8x8.
    pub fn InverseDc4x4AddX4(dst: &mut [u8], stride: usize, dc: &[i16; 4])
    where fits(dst, stride, 8, 8);
    test: inverse_dc4x4_x4_variants, cases: tests::inverse_dc4x4_x4_cases,
    scalar: inverse_dc4x4_add_x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::inverse_dc4x4_add_x4 },
}

fn inverse4x4_add(dst: &mut [u8], stride: usize, coefficients: &[i16; 16]) {
    let mut block = *coefficients;
    for i in 0..4 {
        inverse_line4(&mut block, i * 4, 1);
    }
    for i in 0..4 {
        inverse_line4(&mut block, i, 4);
    }
    add::<4>(dst, stride, &block);
}

/// One dimension: equations 8-338 to 8-345.
fn inverse_line4(block: &mut [i16; 16], start: usize, step: usize) {
    let d: [i16; 4] = std::array::from_fn(|i| block[start + i * step]);
    let e0 = d[0].wrapping_add(d[2]);
    let e1 = d[0].wrapping_sub(d[2]);
    let e2 = (d[1] >> 1).wrapping_sub(d[3]);
    let e3 = d[1].wrapping_add(d[3] >> 1);
    block[start] = e0.wrapping_add(e3);
    block[start + step] = e1.wrapping_add(e2);
    block[start + 2 * step] = e1.wrapping_sub(e2);
    block[start + 3 * step] = e0.wrapping_sub(e3);
}

fn inverse4x4_add_x4(dst: &mut [u8], stride: usize, coefficients: &[[i16; 16]; 4]) {
    for ((x, y), coefficients) in QUARTERS.into_iter().zip(coefficients) {
        inverse4x4_add(&mut dst[y * 4 * stride + x * 4..], stride, coefficients);
    }
}

fn inverse4x4_add_x16(dst: &mut [u8], stride: usize, coefficients: &[[i16; 16]; 16]) {
    let (groups, _) = coefficients.as_chunks::<4>();
    for ((x, y), coefficients) in QUARTERS.into_iter().zip(groups) {
        inverse4x4_add_x4(&mut dst[y * 8 * stride + x * 8..], stride, coefficients);
    }
}

fn inverse8x8_add(dst: &mut [u8], stride: usize, coefficients: &[i16; 64]) {
    let mut block = *coefficients;
    for i in 0..8 {
        inverse_line8(&mut block, i * 8, 1);
    }
    for i in 0..8 {
        inverse_line8(&mut block, i, 8);
    }
    add::<8>(dst, stride, &block);
}

/// One dimension of 8.5.13.2: first the even half, then the odd one, then both together.
fn inverse_line8(block: &mut [i16; 64], start: usize, step: usize) {
    use std::num::Wrapping as W;
    let d: [W<i16>; 8] = std::array::from_fn(|i| W(block[start + i * step]));
    let half = |value: W<i16>| W(value.0 >> 1);
    let quarter = |value: W<i16>| W(value.0 >> 2);
    let (e0, e2) = (d[0] + d[4], d[0] - d[4]);
    let (e4, e6) = (half(d[2]) - d[6], d[2] + half(d[6]));
    let e1 = d[5] - d[3] - d[7] - half(d[7]);
    let e3 = d[1] + d[7] - d[3] - half(d[3]);
    let e5 = d[7] - d[1] + d[5] + half(d[5]);
    let e7 = d[3] + d[5] + d[1] + half(d[1]);
    let (f0, f2, f4, f6) = (e0 + e6, e2 + e4, e2 - e4, e0 - e6);
    let (f1, f3) = (e1 + quarter(e7), e3 + quarter(e5));
    let (f5, f7) = (quarter(e3) - e5, e7 - quarter(e1));
    let result = [f0 + f7, f2 + f5, f4 + f3, f6 + f1, f6 - f1, f4 - f3, f2 - f5, f0 - f7];
    for (i, value) in result.into_iter().enumerate() {
        block[start + i * step] = value.0;
    }
}

fn inverse_dc4x4_add(dst: &mut [u8], stride: usize, dc: i16) {
    // The DC alone passes through both dimensions unchanged.
    add::<4>(dst, stride, &[dc; 16]);
}

fn inverse_dc4x4_add_x4(dst: &mut [u8], stride: usize, dc: &[i16; 4]) {
    for ((x, y), &dc) in QUARTERS.into_iter().zip(dc) {
        inverse_dc4x4_add(&mut dst[y * 4 * stride + x * 4..], stride, dc);
    }
}

/// Rounds a block of N x N and adds it.
fn add<const N: usize>(dst: &mut [u8], stride: usize, block: &[i16]) {
    for y in 0..N {
        for (sample, &value) in dst[y * stride..][..N].iter_mut().zip(&block[y * N..]) {
            *sample = (i32::from(*sample) + i32::from(value.wrapping_add(32) >> 6)).clamp(0, 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};
    use crate::video::Forward8x8;

    /// Coefficients: sometimes any word at all, sometimes of a likely size.
    fn coefficients<const N: usize>(random: &mut Random) -> [i16; N] {
        let limit = [32767, 4000, 300][random.within(0, 2) as usize];
        random.words(-limit - 1, limit)
    }

    pub(super) fn inverse4x4_cases(kernel: Inverse4x4Add, random: &mut Random, outcome: &mut Outcome) {
        let (mut dst, stride) = random.block(4, 4);
        kernel.call(&mut dst, stride, &coefficients(random));
        outcome.extend(&dst);
    }

    pub(super) fn inverse4x4_x4_cases(kernel: Inverse4x4AddX4, random: &mut Random, outcome: &mut Outcome) {
        let (mut dst, stride) = random.block(8, 8);
        let coefficients: [[i16; 16]; 4] = std::array::from_fn(|_| coefficients(random));
        kernel.call(&mut dst, stride, &coefficients);
        outcome.extend(&dst);
    }

    pub(super) fn inverse4x4_x16_cases(kernel: Inverse4x4AddX16, random: &mut Random, outcome: &mut Outcome) {
        let (mut dst, stride) = random.block(16, 16);
        let coefficients: [[i16; 16]; 16] = std::array::from_fn(|_| coefficients(random));
        kernel.call(&mut dst, stride, &coefficients);
        outcome.extend(&dst);
    }

    pub(super) fn inverse8x8_cases(kernel: Inverse8x8Add, random: &mut Random, outcome: &mut Outcome) {
        let (mut dst, stride) = random.block(8, 8);
        kernel.call(&mut dst, stride, &coefficients(random));
        outcome.extend(&dst);
    }

    pub(super) fn inverse_dc4x4_cases(kernel: InverseDc4x4Add, random: &mut Random, outcome: &mut Outcome) {
        let (mut dst, stride) = random.block(4, 4);
        let [dc] = coefficients(random);
        kernel.call(&mut dst, stride, dc);
        outcome.extend(&dst);
    }

    pub(super) fn inverse_dc4x4_x4_cases(
        kernel: InverseDc4x4AddX4,
        random: &mut Random,
        outcome: &mut Outcome,
    ) {
        let (mut dst, stride) = random.block(8, 8);
        kernel.call(&mut dst, stride, &coefficients(random));
        outcome.extend(&dst);
    }

    #[test]
    fn a_worked_4x4_example() {
        // By hand: the first row (64, 64, 0, -64) becomes (96, 160, -32, 32) and spreads down unchanged.
        let mut coefficients = [0; 16];
        coefficients[..4].copy_from_slice(&[64, 64, 0, -64]);
        for level in CpuLevel::ALL {
            let mut dst = [100; 16];
            Inverse4x4Add::select(level).call(&mut dst, 4, &coefficients);
            // 64 + 64 - 32 = 96, 64 + 32 + 64 = 160, 64 - 96 = -32, 64 - 32 = 32; then (x + 32) >> 6.
            assert_eq!(dst, [102, 103, 100, 101].repeat(4)[..]);
        }
    }

    #[test]
    fn dc_alone_agrees_with_the_full_transform() {
        for level in CpuLevel::ALL {
            for dc in (-32768..=32700).step_by(411) {
                let (mut a, mut b) = ([77; 16], [77; 16]);
                let mut coefficients = [0; 16];
                coefficients[0] = dc as i16;
                Inverse4x4Add::select(level).call(&mut a, 4, &coefficients);
                InverseDc4x4Add::select(level).call(&mut b, 4, dc as i16);
                assert_eq!(a, b, "{level:?} dc {dc}");
            }
        }
    }

    #[test]
    fn inverse8x8_undoes_forward8x8() {
        // The basis functions have squared norms 8, 9.03125 and 5 per dimension: dividing by them and
        // scaling by 64 gives the coefficients that return the residual, up to rounding.
        for level in CpuLevel::ALL {
            for seed in 4..40 {
                let (src, mut dst) = (Random::new(seed).bytes(64), [128; 64]);
                let mut out = [0; 64];
                Forward8x8::select(level).call(&src, 8, &dst, 8, &mut out);
                const NORM: [f64; 8] = [8.0, 9.03125, 5.0, 9.03125, 8.0, 9.03125, 5.0, 9.03125];
                for (i, value) in out.iter_mut().enumerate() {
                    *value = (f64::from(*value) * 64.0 / (NORM[i / 8] * NORM[i % 8])).round() as i16;
                }
                Inverse8x8Add::select(level).call(&mut dst, 8, &out);
                for (i, (&a, &b)) in src.iter().zip(&dst).enumerate() {
                    assert!(a.abs_diff(b) <= 1, "{level:?} seed {seed}: sample {i} is {b}, not {a}");
                }
            }
        }
    }
}
