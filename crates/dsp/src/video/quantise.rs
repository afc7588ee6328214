//! Quantisation and scaling of coefficients.
//!
//! A level is sign(c) * (((|c| + bias) * mf) >> 16): `bias`, in units of coefficients, rounds; `mf` is 65536
//! over the step. The sum saturates at 65535, the level wraps to 16 bits.

#[cfg(target_arch = "x86_64")]
mod avx2;

kernel! {
    /// Quantises a 4x4 block in place; whether any level is not zero.
    pub fn Quantise4x4(coefficients: &mut [i16; 16], mf: &[u16; 16], bias: &[u16; 16]) -> bool
    where mf.len() == 16;
    test: quantise4x4_variants, cases: tests::quantise4x4_cases,
    scalar: quantise4x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::quantise4x4 },
}

kernel! {
    /// Quantises four 4x4 blocks in place; bit i tells whether block i has a level that is not zero.
    pub fn Quantise4x4X4(coefficients: &mut [[i16; 16]; 4], mf: &[u16; 16], bias: &[u16; 16]) -> u32
    where mf.len() == 16;
    test: quantise4x4_x4_variants, cases: tests::quantise4x4_x4_cases,
    scalar: quantise4x4_x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::quantise4x4_x4 },
}

kernel! {
    /// Quantises an 8x8 block in place; whether any level is not zero.
    pub fn Quantise8x8(coefficients: &mut [i16; 64], mf: &[u16; 64], bias: &[u16; 64]) -> bool
    where mf.len() == 64;
    test: quantise8x8_variants, cases: tests::quantise8x8_cases,
    scalar: quantise8x8,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::quantise8x8 },
}

kernel! {
    /// Quantises sixteen DC coefficients in place with one step; whether any level is not zero.
    pub fn QuantiseDc4x4(dc: &mut [i16; 16], mf: u16, bias: u16) -> bool
    where dc.len() == 16;
    test: quantise_dc4x4_variants, cases: tests::quantise_dc4x4_cases,
    scalar: quantise_dc4x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::quantise_dc4x4 },
}

kernel! {
    /// Scales the levels of a residual 4x4 block in place (ITU-T H.264 8.5.12.1, the equations for
    /// coefficients other than a separately coded DC). `scale` is LevelScale4x4(qP % 6), row-major as the
    /// levels; `qp_div6`, at most 8, is qP / 6. Results saturate to 16 bits.
    pub fn Dequantise4x4(levels: &mut [i16; 16], scale: &[i32; 16], qp_div6: u32)
    where qp_div6 <= 8;
    test: dequantise4x4_variants, cases: tests::dequantise4x4_cases,
    scalar: dequantise4x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::dequantise4x4 },
}

kernel! {
    /// Scales the levels of an 8x8 block in place (ITU-T H.264 8.5.13.1). `scale` is LevelScale8x8(qP % 6),
    /// row-major as the levels; `qp_div6`, at most 8, is qP / 6. Results saturate to 16 bits.
    pub fn Dequantise8x8(levels: &mut [i16; 64], scale: &[i32; 64], qp_div6: u32)
    where qp_div6 <= 8;
    test: dequantise8x8_variants, cases: tests::dequantise8x8_cases,
    scalar: dequantise8x8,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::dequantise8x8 },
}

fn quantise4x4(coefficients: &mut [i16; 16], mf: &[u16; 16], bias: &[u16; 16]) -> bool {
    quantise(coefficients, mf, bias)
}

fn quantise4x4_x4(coefficients: &mut [[i16; 16]; 4], mf: &[u16; 16], bias: &[u16; 16]) -> u32 {
    let mut mask = 0;
    for (index, block) in coefficients.iter_mut().enumerate() {
        mask |= u32::from(quantise(block, mf, bias)) << index;
    }
    mask
}

fn quantise8x8(coefficients: &mut [i16; 64], mf: &[u16; 64], bias: &[u16; 64]) -> bool {
    quantise(coefficients, mf, bias)
}

fn quantise_dc4x4(dc: &mut [i16; 16], mf: u16, bias: u16) -> bool {
    quantise(dc, &[mf; 16], &[bias; 16])
}

fn quantise(coefficients: &mut [i16], mf: &[u16], bias: &[u16]) -> bool {
    let mut any = false;
    for (value, (&mf, &bias)) in coefficients.iter_mut().zip(mf.iter().zip(bias)) {
        let magnitude = u32::from(value.unsigned_abs().saturating_add(bias));
        let level = ((magnitude * u32::from(mf)) >> 16) as i16;
        *value = level.wrapping_mul(value.signum());
        any |= *value != 0;
    }
    any
}

fn dequantise4x4(levels: &mut [i16; 16], scale: &[i32; 16], qp_div6: u32) {
    dequantise(levels, scale, qp_div6, 4);
}

fn dequantise8x8(levels: &mut [i16; 64], scale: &[i32; 64], qp_div6: u32) {
    dequantise(levels, scale, qp_div6, 6);
}

fn dequantise(levels: &mut [i16], scale: &[i32], qp_div6: u32, shift: u32) {
    for (level, &scale) in levels.iter_mut().zip(scale) {
        let product = i32::from(*level).wrapping_mul(scale);
        let value = if qp_div6 >= shift {
            product.wrapping_shl(qp_div6 - shift)
        } else {
            product.wrapping_add(1 << (shift - 1 - qp_div6)) >> (shift - qp_div6)
        };
        *level = value.clamp(i16::MIN.into(), i16::MAX.into()) as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    fn unsigned<const N: usize>(random: &mut Random, high: i64) -> [u16; N] {
        let numbers = random.numbers(N, 0, high);
        std::array::from_fn(|i| numbers[i] as u16)
    }

    fn coefficients<const N: usize>(random: &mut Random) -> [i16; N] {
        let limit = [32767, 4000, 60][random.within(0, 2) as usize];
        random.words(-limit - 1, limit)
    }

    fn scales<const N: usize>(random: &mut Random) -> [i32; N] {
        let high = [i64::from(i32::MAX), 255 * 36][random.within(0, 1) as usize];
        let numbers = random.numbers(N, 1, high);
        std::array::from_fn(|i| numbers[i] as i32)
    }

    pub(super) fn quantise4x4_cases(kernel: Quantise4x4, random: &mut Random, outcome: &mut Outcome) {
        let mut block = coefficients(random);
        let high = [65535, 3000, 40][random.within(0, 2) as usize];
        outcome.push(kernel.call(&mut block, &unsigned(random, 65535), &unsigned(random, high)));
        outcome.extend(&block);
    }

    pub(super) fn quantise4x4_x4_cases(kernel: Quantise4x4X4, random: &mut Random, outcome: &mut Outcome) {
        let mut blocks: [[i16; 16]; 4] = std::array::from_fn(|_| coefficients(random));
        let high = [65535, 3000, 40][random.within(0, 2) as usize];
        outcome.push(kernel.call(&mut blocks, &unsigned(random, high), &unsigned(random, high)));
        outcome.extend(blocks.as_flattened());
    }

    pub(super) fn quantise8x8_cases(kernel: Quantise8x8, random: &mut Random, outcome: &mut Outcome) {
        let mut block = coefficients(random);
        let high = [65535, 3000, 40][random.within(0, 2) as usize];
        outcome.push(kernel.call(&mut block, &unsigned(random, high), &unsigned(random, high)));
        outcome.extend(&block);
    }

    pub(super) fn quantise_dc4x4_cases(kernel: QuantiseDc4x4, random: &mut Random, outcome: &mut Outcome) {
        let mut dc = coefficients(random);
        let high = [65535, 300][random.within(0, 1) as usize];
        let [mf, bias] = unsigned(random, high);
        outcome.push(kernel.call(&mut dc, mf, bias));
        outcome.extend(&dc);
    }

    pub(super) fn dequantise4x4_cases(kernel: Dequantise4x4, random: &mut Random, outcome: &mut Outcome) {
        for qp_div6 in 0..=8 {
            let mut levels = coefficients(random);
            kernel.call(&mut levels, &scales(random), qp_div6);
            outcome.extend(&levels);
        }
    }

    pub(super) fn dequantise8x8_cases(kernel: Dequantise8x8, random: &mut Random, outcome: &mut Outcome) {
        for qp_div6 in 0..=8 {
            let mut levels = coefficients(random);
            kernel.call(&mut levels, &scales(random), qp_div6);
            outcome.extend(&levels);
        }
    }

    #[test]
    fn worked_levels() {
        for level in CpuLevel::ALL {
            let mut block = [0; 16];
            block[..6].copy_from_slice(&[100, -100, 19, -19, 20, -32768]);
            // A step of 40, rounding to the nearest.
            let any = Quantise4x4::select(level).call(&mut block, &[1639; 16], &[20; 16]);
            assert!(any);
            assert_eq!(block[..7], [3, -3, 0, 0, 1, -820, 0], "{level:?}");
            let mut none = [19; 16];
            assert!(!Quantise4x4::select(level).call(&mut none, &[1639; 16], &[20; 16]));

            let mut blocks = [[0; 16]; 4];
            (blocks[1][15], blocks[2][3]) = (-40, 19);
            let mask = Quantise4x4X4::select(level).call(&mut blocks, &[1639; 16], &[20; 16]);
            assert_eq!((mask, blocks[1][15]), (0b0010, -1));
        }
    }

    #[test]
    fn scaling_follows_the_clauses() {
        for level in CpuLevel::ALL {
            // (level, scale, qP / 6) -> 8.5.12.1: shift left by qP / 6 - 4, or rounded right.
            for (value, scale, qp_div6, expected) in
                [(3, 160, 4, 480), (3, 160, 6, 1920), (-3, 160, 3, -240), (1, 23, 0, 1), (-1, 24, 0, -1)]
            {
                let mut block = [value; 16];
                Dequantise4x4::select(level).call(&mut block, &[scale; 16], qp_div6);
                assert_eq!(block, [expected; 16], "4x4 {value} {scale} {qp_div6}");
            }
            for (value, scale, qp_div6, expected) in
                [(3, 320, 6, 960), (3, 320, 8, 3840), (-3, 320, 5, -480), (1, 31, 0, 0), (1, 32, 0, 1)]
            {
                let mut block = [value; 64];
                Dequantise8x8::select(level).call(&mut block, &[scale; 64], qp_div6);
                assert_eq!(block, [expected; 64], "8x8 {value} {scale} {qp_div6}");
            }
        }
    }

    #[test]
    #[should_panic(expected = "qp_div6 <= 8")]
    fn a_wild_qp_is_refused() {
        Dequantise4x4::select(CpuLevel::machine()).call(&mut [0; 16], &[0; 16], 9);
    }
}
