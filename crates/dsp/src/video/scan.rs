//! Scanning of coefficients and the search for those that are not zero.

#[cfg(target_arch = "x86_64")]
mod avx2;

/// The zig-zag scan of a 4x4 block of a frame macroblock: row-major position of each index
/// (ITU-T H.264 table 8-2).
pub const ZIGZAG_4X4: [u8; 16] = [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

/// The zig-zag scan of an 8x8 block of a frame macroblock: row-major position of each index
/// (ITU-T H.264 table 8-3).
pub const ZIGZAG_8X8: [u8; 64] = zigzag_8x8();

kernel! {
    /// Writes a 4x4 block in the order of [`ZIGZAG_4X4`]. Of what it gives back, bit i is set where coefficient i of the
    /// scan is not zero, bit 16 + i where its magnitude exceeds 1.
    pub fn Scan4x4(block: &[i16; 16], out: &mut [i16; 16]) -> u32
    where block.len() == 16;
    test: scan4x4_variants, cases: tests::scan4x4_cases,
    scalar: scan4x4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::scan4x4 },
}

kernel! {
    /// Writes an 8x8 block in the order of [`ZIGZAG_8X8`].
    pub fn Scan8x8(block: &[i16; 64], out: &mut [i16; 64])
    where block.len() == 64;
    test: scan8x8_variants, cases: tests::scan8x8_cases,
    scalar: scan8x8,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::scan8x8 },
}

kernel! {
    /// Bit i is set where coefficient i is not zero.
    pub fn NonzeroMask8x8(block: &[i16; 64]) -> u64
    where block.len() == 64;
    test: nonzero_mask8x8_variants, cases: tests::mask8x8_cases,
    scalar: nonzero_mask8x8,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::nonzero_mask8x8 },
}

/// How many coefficients of a scanned block are not zero, and the index of the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonzeroCount {
    /// Coefficients that are not zero; never 0.
    pub count: u32,
    /// Index in the scan of the last one.
    pub last: u32,
}

impl NonzeroCount {
    /// From a mask with a bit for each coefficient in scan order; `None` when all are zero.
    ///
    /// For the fifteen AC coefficients of a block, shift its mask right by one.
    #[inline]
    pub fn from_mask(mask: u64) -> Option<NonzeroCount> {
        let last = mask.checked_ilog2()?;
        Some(NonzeroCount { count: mask.count_ones(), last })
    }
}

fn scan4x4(block: &[i16; 16], out: &mut [i16; 16]) -> u32 {
    *out = ZIGZAG_4X4.map(|position| block[usize::from(position)]);
    out.iter().enumerate().fold(0, |mask, (i, &value)| {
        let (nonzero, large) = (value != 0, value.unsigned_abs() > 1);
        mask | u32::from(nonzero) << i | u32::from(large) << (16 + i)
    })
}

fn scan8x8(block: &[i16; 64], out: &mut [i16; 64]) {
    *out = ZIGZAG_8X8.map(|position| block[usize::from(position)]);
}

fn nonzero_mask8x8(block: &[i16; 64]) -> u64 {
    block.iter().enumerate().fold(0, |mask, (i, &value)| mask | u64::from(value != 0) << i)
}

/// Walks the diagonals of an 8x8 block, starting to the right.
const fn zigzag_8x8() -> [u8; 64] {
    let mut scan = [0; 64];
    let (mut x, mut y) = (0usize, 0usize);
    let mut index = 0;
    while index < 64 {
        scan[index] = (y * 8 + x) as u8;
        let upwards = (x + y) % 2 == 0;
        if upwards {
            if x == 7 {
                y += 1;
            } else if y == 0 {
                x += 1;
            } else {
                x += 1;
                y -= 1;
            }
        } else if y == 7 {
            x += 1;
        } else if x == 0 {
            y += 1;
        } else {
            x -= 1;
            y += 1;
        }
        index += 1;
    }
    scan
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    /// Mostly zeros, with extremes among the rest.
    fn sparse<const N: usize>(random: &mut Random) -> [i16; N] {
        let density = random.within(0, 100);
        let values: [i16; N] = random.words(-32768, 32767);
        values.map(|value| if random.within(0, 99) < density { value } else { 0 })
    }

    pub(super) fn scan4x4_cases(kernel: Scan4x4, random: &mut Random, outcome: &mut Outcome) {
        let mut out = [7; 16];
        outcome.push(kernel.call(&random.words(-32768, 32767), &mut out));
        outcome.extend(&out);
        let small = sparse::<16>(random).map(|value| value >> random_shift(value));
        outcome.push(kernel.call(&small, &mut out));
    }

    /// Leaves levels of all small magnitudes.
    fn random_shift(value: i16) -> u32 {
        12 + (value & 3) as u32
    }

    pub(super) fn scan8x8_cases(kernel: Scan8x8, random: &mut Random, outcome: &mut Outcome) {
        let mut out = [7; 64];
        kernel.call(&random.words(-32768, 32767), &mut out);
        outcome.extend(&out);
    }

    pub(super) fn mask8x8_cases(kernel: NonzeroMask8x8, random: &mut Random, outcome: &mut Outcome) {
        outcome.push(kernel.call(&sparse(random)) as i64);
    }

    #[test]
    fn scan_tables() {
        // The first and the last entries of table 8-3, and every position once.
        assert_eq!(ZIGZAG_8X8[..12], [0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25]);
        assert_eq!(ZIGZAG_8X8[57..], [60, 61, 54, 47, 55, 62, 63]);
        let mut seen = [false; 64];
        ZIGZAG_8X8.iter().for_each(|&position| seen[usize::from(position)] = true);
        assert_eq!(seen, [true; 64]);
        for level in CpuLevel::ALL {
            let mut out = [0; 64];
            Scan8x8::select(level).call(&std::array::from_fn(|i| i as i16), &mut out);
            assert_eq!(out, ZIGZAG_8X8.map(i16::from), "{level:?}");
            let mut out = [0; 16];
            Scan4x4::select(level).call(&std::array::from_fn(|i| i as i16), &mut out);
            assert_eq!(out, ZIGZAG_4X4.map(i16::from), "{level:?}");
        }
    }

    #[test]
    fn counts() {
        let mut block = [0; 64];
        (block[3], block[40]) = (-1, 32767);
        for level in CpuLevel::ALL {
            let mask = NonzeroMask8x8::select(level).call(&block);
            assert_eq!(NonzeroCount::from_mask(mask), Some(NonzeroCount { count: 2, last: 40 }));
        }
        assert_eq!(NonzeroCount::from_mask(0), None);
        assert_eq!(NonzeroCount::from_mask(1), Some(NonzeroCount { count: 1, last: 0 }));
    }
}
