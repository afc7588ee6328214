//! Quantisation by rate and distortion with variable-length codes.
//!
//! The bits of a level depend on all others of its block, so no path through states finds the best rounding. From the nearest
//! levels each is lowered by one, last one first, where the bits that go are worth more than the error that comes; and a
//! block is left empty where that is better still.

use super::neighbours::Neighbours;
use crate::syntax::cavlc::residual_block_bits;

/// Levels in a block.
const SIZE: usize = 16;

/// What a level that goes saves at most, in bits.
const MOST_BITS: i64 = 16;

/// A block whose levels are chosen.
pub(super) struct CodedBlock {
    /// For errors in 1/65536 of a squared quantiser step and bits.
    pub(super) lambda: i64,
    /// nC (9.2.1).
    pub(super) nc: i32,
}

impl CodedBlock {
    /// Replaces the coefficients at `places`, which are in scan order, by levels; how many are not zero.
    pub(super) fn run(
        &self,
        coeffs: &mut [i16],
        nearest: &[i16],
        scale: &[u16],
        places: impl Iterator<Item = usize> + Clone,
    ) -> u8 {
        let (mut levels, mut exact) = ([0; SIZE], [0; SIZE]);
        let mut count = 0;
        for ((level, exact), place) in levels.iter_mut().zip(&mut exact).zip(places.clone()) {
            *level = nearest[place];
            // In 1/256 of a step.
            *exact = ((u64::from(coeffs[place].unsigned_abs()) * u64::from(scale[place])) >> 8) as i64;
            count += 1;
        }
        let levels = &mut levels[..count];
        if levels.iter().any(|&level| level != 0) {
            self.lower(levels, &exact);
        }
        for (place, &level) in places.zip(&*levels) {
            coeffs[place] = level;
        }
        levels.iter().map(|&level| u8::from(level != 0)).sum()
    }

    fn bits(&self, levels: &[i16]) -> i64 {
        residual_block_bits(levels, self.nc, levels.len()).into()
    }

    fn lower(&self, levels: &mut [i16], exact: &[i64; SIZE]) {
        let mut bits = self.bits(levels);
        loop {
            let before = bits;
            for i in (0..levels.len()).rev() {
                let level = levels[i];
                let magnitude = i64::from(level.unsigned_abs());
                let error = 512 * exact[i] - 65536 * (2 * magnitude - 1);
                if level == 0 || error >= self.lambda * MOST_BITS {
                    continue;
                }
                levels[i] -= level.signum();
                let lowered = self.bits(levels);
                if error < self.lambda * (bits - lowered) {
                    bits = lowered;
                } else {
                    levels[i] = level;
                }
            }
            if bits >= before {
                break;
            }
        }
        let error = |(&level, exact): (&i16, &i64)| {
            let size = 256 * i64::from(level.unsigned_abs());
            size * (2 * exact - size)
        };
        let lost: i64 = levels.iter().zip(exact).map(error).sum();
        if lost < self.lambda * (bits - self.bits(&[0; SIZE][..levels.len()])) {
            levels.fill(0);
        }
    }
}

/// nC of block (x, y) of a component, given the counts of the macroblock's blocks so far.
pub(super) fn expected_levels(
    around: &Neighbours<'_>,
    counts: &[u8; 24],
    component: usize,
    (x, y): (usize, usize),
) -> i32 {
    match around.total_coeffs(counts, component, x, y) {
        (Some(a), Some(b)) => (i32::from(a) + i32::from(b) + 1) >> 1,
        (Some(n), None) | (None, Some(n)) => n.into(),
        (None, None) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(state: &mut u32) -> u32 {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *state >> 8
    }

    /// Squared error in 1/65536 of a squared step, and lambda times bits.
    fn cost(block: &CodedBlock, levels: &[i16], exact: &[i64; SIZE]) -> i64 {
        let error = levels.iter().zip(exact).map(|(&l, e)| (e - 256 * i64::from(l.unsigned_abs())).pow(2));
        error.sum::<i64>() + block.lambda * block.bits(levels)
    }

    /// Every way to lower levels by one, and none at all, against what is found.
    #[test]
    fn levels_cost_little_more_than_the_best_ones() {
        let mut state = 1;
        let (mut found, mut best, mut nearest) = (0, 0, 0);
        for round in 0..400 {
            let count = [4, 15, 16][round % 3];
            let block = CodedBlock {
                lambda: 3000 + i64::from(random(&mut state) % 20_000),
                nc: if count == 4 { -1 } else { (random(&mut state) % 9) as i32 },
            };
            let mut coeffs = [0i16; SIZE];
            for (i, coeff) in coeffs.iter_mut().enumerate().take(count) {
                let range = (900 >> (i / 2)).max(90);
                *coeff = (random(&mut state) % (2 * range)) as i16 - range as i16;
            }
            // A step of 128.
            let exact = coeffs.map(|c| 2 * i64::from(c.unsigned_abs()));
            let rounded = coeffs.map(|c| c.signum() * ((c.abs() + 64) / 128));
            let places: Vec<usize> = (0..count).filter(|&i| rounded[i] != 0).take(10).collect();
            let least = (0..1 << places.len()).map(|set: u32| {
                let mut levels = rounded;
                for (bit, &place) in places.iter().enumerate() {
                    levels[place] -= if set >> bit & 1 != 0 { levels[place].signum() } else { 0 };
                }
                cost(&block, &levels[..count], &exact)
            });
            best += least.min().unwrap().min(cost(&block, &[0; SIZE][..count], &exact));
            nearest += cost(&block, &rounded[..count], &exact);
            let sum = block.run(&mut coeffs, &rounded, &[512; SIZE], 0..count);
            assert_eq!(usize::from(sum), coeffs[..count].iter().filter(|&&l| l != 0).count());
            let own = cost(&block, &coeffs[..count], &exact);
            assert!(own <= cost(&block, &rounded[..count], &exact));
            found += own;
        }
        assert!(20 * (found - best) < nearest - best, "{found}, at best {best}, without {nearest}");
    }
}
