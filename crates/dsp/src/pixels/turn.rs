//! Turning pictures: transposing tiles and reversing rows.
//!
//! A unit is what moves as one: a sample, a pair of chroma samples, a packed pixel.

#[cfg(target_arch = "x86_64")]
mod avx2;

/// Where a tile lies: byte of its first unit, and bytes from one row to the next, which may be negative.
#[derive(Clone, Copy, Debug)]
pub struct Tile {
    /// Byte of the first unit.
    pub start: usize,
    /// Bytes from a row to the next.
    pub stride: isize,
}

impl Tile {
    /// Byte of row `y`; the caller has checked that it exists.
    #[inline]
    fn row(&self, y: usize) -> usize {
        self.start.wrapping_add_signed(self.stride * y as isize)
    }

    /// The tile `rows` rows and `bytes` bytes further on; the caller has checked that it exists.
    #[inline]
    fn moved(self, rows: usize, bytes: usize) -> Tile {
        Tile { start: self.row(rows) + bytes, ..self }
    }

    /// Whether `rows` rows of `bytes` bytes lie within `length` bytes.
    fn fits(&self, rows: usize, bytes: usize, length: usize) -> bool {
        let Some(reach) =
            isize::try_from(rows.saturating_sub(1)).ok().and_then(|rows| self.stride.checked_mul(rows))
        else {
            return false;
        };
        let Some(end) = self.start.checked_add_signed(reach) else { return false };
        let inside = |start: usize| start.checked_add(bytes).is_some_and(|end| end <= length);
        inside(self.start) && inside(end)
    }
}

kernel! {
    /// Transposes a block of tiles of 16x16 units of one byte: row `i` of the result is column `i`. `down` tiles lie below
    /// each other, their results side by side, and `across` tiles side by side, their results below each other.
    pub fn Transpose1(from: &[u8], source: Tile, to: &mut [u8], destination: Tile, down: usize, across: usize)
    where (1..=1024).contains(&down), (1..=1024).contains(&across),
        source.fits(16 * down, 16 * across, from.len()), destination.fits(16 * across, 16 * down, to.len());
    test: transpose1_variants, cases: tests::transpose1,
    scalar: transpose::<1, 16>,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::transpose1 },
}

kernel! {
    /// As [`Transpose1`], 8x8 units of two bytes.
    pub fn Transpose2(from: &[u8], source: Tile, to: &mut [u8], destination: Tile, down: usize, across: usize)
    where (1..=1024).contains(&down), (1..=1024).contains(&across),
        source.fits(8 * down, 16 * across, from.len()), destination.fits(8 * across, 16 * down, to.len());
    test: transpose2_variants, cases: tests::transpose2,
    scalar: transpose::<2, 8>,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::transpose2 },
}

kernel! {
    /// As [`Transpose1`], 8x8 units of four bytes.
    pub fn Transpose4(from: &[u8], source: Tile, to: &mut [u8], destination: Tile, down: usize, across: usize)
    where (1..=1024).contains(&down), (1..=1024).contains(&across),
        source.fits(8 * down, 32 * across, from.len()), destination.fits(8 * across, 32 * down, to.len());
    test: transpose4_variants, cases: tests::transpose4,
    scalar: transpose::<4, 8>,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::transpose4 },
}

kernel! {
    /// Units of `unit` bytes (1, 2 or 4) in reverse order.
    pub fn Reverse(from: &[u8], unit: usize, to: &mut [u8])
    where matches!(unit, 1 | 2 | 4), from.len() == to.len(), from.len().is_multiple_of(unit);
    test: reverse_variants, cases: tests::reverse,
    scalar: reverse,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::reverse },
}

fn transpose<const UNIT: usize, const SIDE: usize>(
    from: &[u8],
    source: Tile,
    to: &mut [u8],
    destination: Tile,
    down: usize,
    across: usize,
) {
    for y in 0..SIDE * across {
        for x in 0..SIDE * down {
            let (a, b) = (source.row(x) + y * UNIT, destination.row(y) + x * UNIT);
            to[b..b + UNIT].copy_from_slice(&from[a..a + UNIT]);
        }
    }
}

fn reverse(from: &[u8], unit: usize, to: &mut [u8]) {
    for (from, to) in from.chunks_exact(unit).rev().zip(to.chunks_exact_mut(unit)) {
        to.copy_from_slice(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{Outcome, Random};

    fn tiles(
        random: &mut Random,
        side: usize,
        bytes: usize,
        outcome: &mut Outcome,
        mut run: impl FnMut(&[u8], Tile, &mut [u8], Tile, usize, usize),
    ) {
        for turned in [false, true] {
            let (down, across) = (random.within(1, 5) as usize, random.within(1, 3) as usize);
            let (from, source_stride) = random.block(bytes * across, side * down);
            let (mut to, stride) = random.block(bytes * down, side * across);
            let source = if random.within(0, 1) == 0 {
                Tile { start: 0, stride: source_stride as isize }
            } else {
                let start = (side * down - 1) * source_stride;
                Tile { start, stride: -(source_stride as isize) }
            };
            let upright = Tile { start: 0, stride: stride as isize };
            let upside_down = Tile { start: (side * across - 1) * stride, stride: -(stride as isize) };
            run(&from, source, &mut to, if turned { upside_down } else { upright }, down, across);
            outcome.extend(&to);
        }
    }

    pub(super) fn transpose1(kernel: Transpose1, random: &mut Random, outcome: &mut Outcome) {
        tiles(random, 16, 16, outcome, |from, source, to, destination, down, across| {
            kernel.call(from, source, to, destination, down, across)
        });
    }

    pub(super) fn transpose2(kernel: Transpose2, random: &mut Random, outcome: &mut Outcome) {
        tiles(random, 8, 16, outcome, |from, source, to, destination, down, across| {
            kernel.call(from, source, to, destination, down, across)
        });
    }

    pub(super) fn transpose4(kernel: Transpose4, random: &mut Random, outcome: &mut Outcome) {
        tiles(random, 8, 32, outcome, |from, source, to, destination, down, across| {
            kernel.call(from, source, to, destination, down, across)
        });
    }

    pub(super) fn reverse(kernel: Reverse, random: &mut Random, outcome: &mut Outcome) {
        for unit in [1, 2, 4] {
            let bytes = random.within(0, 40) as usize * unit;
            let mut to = vec![0; bytes];
            kernel.call(&random.bytes(bytes), unit, &mut to);
            outcome.push(bytes as i64);
            outcome.extend(&to);
        }
    }

    #[test]
    fn tiles_outside_are_seen() {
        let check = |start: usize, stride: isize, fits: bool| {
            assert_eq!(Tile { start, stride }.fits(8, 16, 256), fits, "{start} {stride}");
        };
        check(0, 34, true);
        check(0, 35, false);
        check(238, -34, true);
        check(237, -34, false);
        check(3, 34, false);
        check(usize::MAX, 1, false);
        check(0, isize::MAX, false);
    }
}
