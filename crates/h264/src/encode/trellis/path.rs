//! The best way to round the coefficients of one block.
//!
//! The bits of a level depend on the levels after it in the scan only through how many of those are one
//! and how many are larger (9.3.3.1.3), so the best rounding is a shortest path through eight states from
//! the last coefficient to the first.

use std::ops::Range;

use vitascope_dsp::video::VideoKernels;

use crate::encode::write_cabac_residual::{
    CODED_BLOCK, Category, LAST, LAST_8X8, LAST_8X8_INC, LEVEL, LEVEL_8X8, LEVEL_OFFSET, SIGNIFICANT,
    SIGNIFICANT_8X8, SIGNIFICANT_8X8_INC, SIGNIFICANT_OFFSET,
};
use crate::syntax::cabac::{State, cost};

/// What the coefficients of a block would be rounded to, in the order of the scan.
pub(super) struct Nearest<const N: usize> {
    levels: [i16; N],
    /// A bit for each that is not zero.
    mask: u64,
}

impl Nearest<4> {
    pub(super) fn of_dc(levels: [i16; 4]) -> Self {
        let mask = (0..4).fold(0, |mask, i| mask | u64::from(levels[i] != 0) << i);
        Self { levels, mask }
    }
}

impl Nearest<16> {
    pub(super) fn of_4x4(k: &VideoKernels, block: &[i16; 16]) -> Self {
        let mut levels = [0; 16];
        let scanned = k.scan4x4.call(block, &mut levels);
        Self { levels, mask: (scanned & 0xFFFF).into() }
    }
}

impl Nearest<64> {
    pub(super) fn of_8x8(k: &VideoKernels, block: &[i16; 64]) -> Self {
        let mut levels = [0; 64];
        k.scan8x8.call(block, &mut levels);
        Self { levels, mask: k.nonzero_mask8x8.call(&levels) }
    }
}

/// Contexts and costs of one kind of block.
pub(super) struct Block<'a> {
    states: &'a [State; 1024],
    lambda: i64,
    /// First context of significance, last and level flags.
    significant: usize,
    last: usize,
    level: usize,
    /// Context increments of significance and last by position in the scan.
    increments: (&'static [u8; 63], &'static [u8; 63]),
    /// Most larger levels that choose a context of their own.
    limit: usize,
    /// `coded_block_flag` of an empty block and of another.
    coded: [i64; 2],
}

/// Context increments that are the position itself.
const POSITIONS: [u8; 63] = {
    let mut positions = [0; 63];
    let mut i = 0;
    while i < 63 {
        positions[i] = i as u8;
        i += 1;
    }
    positions
};

/// States of the path: no level yet; one, two, three or more ones; one, two, three, four or more larger.
const STATES: usize = 8;
/// Those before any larger level.
const ONES: usize = 4;
/// Context increment of the first bin of a level, by state.
const FIRST: [usize; STATES] = [1, 2, 3, 4, 0, 0, 0, 0];
/// Larger levels so far, by state.
const LARGER: [usize; STATES] = [0, 0, 0, 0, 1, 2, 3, 4];
/// State after a level of one, and after a larger one.
const AFTER_ONE: [usize; STATES] = [1, 2, 3, 3, 4, 5, 6, 7];
const AFTER_LARGER: [usize; STATES] = [4, 4, 4, 4, 5, 6, 7, 7];

/// What reaching each state costs, times [`SCALE`]: the rest is for the way there, so that one comparison chooses both.
/// For all but the first, less what the zeros on the way cost, which is the same for all.
type Costs = [i64; STATES];
const SCALE: i64 = 16;
/// No way leads there; sums of errors are far less.
const FAR: i64 = i64::MAX / 4;

/// A way: the state before, and whether the level is not lowered.
const KEPT: i64 = 8;
const WAY: i64 = SCALE - 1;

/// A coefficient that may have a level, and how each state is best reached past it.
#[derive(Clone, Copy, Default)]
struct Step {
    /// Ways to the states, four bits each.
    ways: u32,
    level: i16,
    position: u8,
}

impl Step {
    /// Takes the ways out of costs.
    #[inline(always)]
    fn take_ways(&mut self, costs: &mut [i64]) {
        for (state, cost) in costs.iter_mut().enumerate() {
            self.ways |= ((*cost & WAY) as u32) << (4 * state);
            *cost &= !WAY;
        }
    }
}

/// Bits of levels by state, their signs included.
struct LevelBits {
    /// Of a level of one.
    one: [i64; STATES],
    /// Of a level of two, and of each more up to 14.
    two: [i64; STATES],
    more: [i64; STATES],
    /// The bin that ends a level's prefix, in that of two.
    stop: [i64; STATES],
}

/// What a coefficient costs beside its level.
struct Flags {
    /// That it is zero, which it cannot be where it is the last of the scan.
    none: i64,
    /// That it is not, as the last level of the block and as another.
    last: i64,
    other: i64,
}

impl<'a> Block<'a> {
    /// A block of this category, where `flag` is the context increment of its `coded_block_flag`.
    pub(super) fn new(states: &'a [State; 1024], category: Category, flag: usize, lambda: i64) -> Self {
        let c = category as usize;
        let coded = states[CODED_BLOCK + 4 * c + flag];
        Self {
            states,
            lambda,
            significant: SIGNIFICANT + SIGNIFICANT_OFFSET[c],
            last: LAST + SIGNIFICANT_OFFSET[c],
            level: LEVEL + LEVEL_OFFSET[c],
            increments: (&POSITIONS, &POSITIONS),
            limit: if category == Category::ChromaDc { 3 } else { 4 },
            coded: [false, true].map(|bin| cost(coded, bin).into()),
        }
    }

    /// A luma 8x8 block.
    pub(super) fn of_8x8(states: &'a [State; 1024], lambda: i64) -> Self {
        Self {
            states,
            lambda,
            significant: SIGNIFICANT_8X8,
            last: LAST_8X8,
            level: LEVEL_8X8,
            increments: (&SIGNIFICANT_8X8_INC, &LAST_8X8_INC),
            limit: 4,
            // The coded block pattern has the flag instead.
            coded: [0; 2],
        }
    }

    /// Replaces coefficients from scan index `first` on by levels; whether any is not zero.
    pub(super) fn run<const N: usize>(
        &self,
        coeffs: &mut [i16; N],
        nearest: &Nearest<N>,
        scale: &[u16; N],
        scan: &[u8; N],
        first: usize,
    ) -> bool {
        let mut mask = nearest.mask;
        let mut steps = [Step::default(); N];
        let mut count = 0;
        let mut costs = [FAR; STATES];
        costs[0] = 0;
        // What it costs that coefficients before the last level are zero.
        let mut zeros = 0;
        let mut after = None;
        let ones = std::array::from_fn(|state| self.one_bits(state));
        let mut all = None;
        while let Some(i) = mask.checked_ilog2() {
            mask ^= 1 << i;
            let i = i as usize % N;
            if let Some(after) = after {
                zeros += self.zeros(i + 1 - first..after);
            }
            let (index, end) = (i - first, i + 1 == N);
            after = Some(index);
            let place = usize::from(scan[i]) % N;
            let step = &mut steps[count % N];
            count += 1;
            step.position = i as u8;
            step.level = nearest.levels[i].saturating_abs();
            // In 1/256 of a step.
            let exact = (u64::from(coeffs[place].unsigned_abs()) * u64::from(scale[place])) >> 8;
            let flags = self.flags(index, end);
            // The first state has no level behind it.
            costs[0] -= zeros;
            if step.level == 1 && all.is_none() {
                self.past_one(&mut costs, step, exact as i64, &flags, &ones);
            } else {
                let bits = all.get_or_insert_with(|| self.level_bits());
                self.past_any(&mut costs, step, exact as i64, &flags, bits);
            }
            costs[0] += zeros;
        }
        zeros += self.zeros(0..after.unwrap_or(0));
        let mut state = 0;
        let mut least = SCALE * self.lambda * (self.coded[0] - self.coded[1]);
        for (s, &cost) in costs.iter().enumerate().skip(1) {
            if cost + zeros < least {
                (least, state) = (cost + zeros, s);
            }
        }
        let signs = *coeffs;
        coeffs[usize::from(first > 0)..].fill(0);
        // No path but that of levels of one leads here: larger ones were not lowered to nothing on the way.
        if state == 0 {
            return false;
        }
        for step in steps[..count].iter().rev() {
            let way = step.ways >> (4 * state) & 15;
            let place = usize::from(scan[usize::from(step.position)]);
            let level = step.level - i16::from(i64::from(way) < KEPT);
            coeffs[place] = if signs[place] < 0 { -level } else { level };
            state = (way & 7) as usize;
        }
        true
    }

    /// What it costs that coefficients are zero, as of [`Costs`].
    #[inline(always)]
    fn zeros(&self, indices: Range<usize>) -> i64 {
        SCALE * self.lambda * indices.map(|index| self.significant_bits(index, false)).sum::<i64>()
    }

    /// Moves the states past a coefficient of nearly one step (`exact` in 1/256), where none was larger.
    #[inline(always)]
    fn past_one(&self, costs: &mut Costs, step: &mut Step, exact: i64, flags: &Flags, ones: &[i64; ONES]) {
        let [empty, one, two, three, ..] = *costs;
        let error = SCALE * error(1, exact) + KEPT;
        let after = |state: usize, cost: i64, flag: i64| {
            cost + error + SCALE * self.lambda * (flag + ones[state]) + state as i64
        };
        let none = SCALE * self.lambda * flags.none;
        costs[1] = (one + none + 1).min(after(0, empty, flags.last));
        costs[2] = (two + none + 2).min(after(1, one, flags.other));
        costs[3] = (three + none + 3).min(after(2, two, flags.other)).min(after(3, three, flags.other));
        step.take_ways(&mut costs[..ONES]);
    }

    /// Moves all states past a coefficient of `exact` steps (in 1/256).
    #[inline(always)]
    fn past_any(&self, costs: &mut Costs, step: &mut Step, exact: i64, flags: &Flags, bits: &LevelBits) {
        let before = *costs;
        let nearest = i64::from(step.level);
        let scaled = |bits: i64| SCALE * self.lambda * bits;
        *costs = [FAR; STATES];
        if nearest == 1 {
            costs[0] = before[0];
            let none = scaled(flags.none);
            for state in 1..STATES {
                costs[state] = before[state] + none + state as i64;
            }
        }
        let after = |state: usize, bits: i64| {
            let flag = if state == 0 { flags.last } else { flags.other };
            before[state] + scaled(flag + bits) + state as i64
        };
        if nearest <= 2 {
            let error = SCALE * error(1, exact) + if nearest == 1 { KEPT } else { 0 };
            for state in 0..STATES {
                let to = &mut costs[AFTER_ONE[state]];
                *to = (after(state, bits.one[state]) + error).min(*to);
            }
        }
        for level in (nearest - 1).max(2)..=nearest {
            let error = SCALE * error(level, exact) + if level == nearest { KEPT } else { 0 };
            let more = (level - 2).min(12);
            let escape = if level > 14 { 256 * (2 * i64::from((level - 14).ilog2()) + 1) } else { 0 };
            for state in 0..STATES {
                let stop = if level > 14 { bits.more[state] - bits.stop[state] } else { 0 };
                let bits = bits.two[state] + more * bits.more[state] + stop + escape;
                let to = &mut costs[AFTER_LARGER[state]];
                *to = (after(state, bits) + error).min(*to);
            }
        }
        step.take_ways(costs);
    }

    fn level_bits(&self) -> LevelBits {
        let rest = |state: usize| self.level + 5 + LARGER[state].min(self.limit);
        let stop = |state| self.bits(rest(state), false);
        let two = |state| 256 + self.bits(self.level + FIRST[state], true) + stop(state);
        LevelBits {
            one: std::array::from_fn(|state| self.one_bits(state)),
            two: std::array::from_fn(two),
            more: std::array::from_fn(|state| self.bits(rest(state), true)),
            stop: std::array::from_fn(stop),
        }
    }

    /// A level of one, and its sign.
    #[inline(always)]
    fn one_bits(&self, state: usize) -> i64 {
        256 + self.bits(self.level + FIRST[state], false)
    }

    #[inline(always)]
    fn flags(&self, index: usize, end: bool) -> Flags {
        if end {
            return Flags { none: 0, last: 0, other: 0 };
        }
        let set = self.significant_bits(index, true);
        let last = self.last + usize::from(self.increments.1[index.min(62)]);
        Flags {
            none: self.significant_bits(index, false),
            last: set + self.bits(last, true),
            other: set + self.bits(last, false),
        }
    }

    #[inline(always)]
    fn significant_bits(&self, index: usize, set: bool) -> i64 {
        self.bits(self.significant + usize::from(self.increments.0[index.min(62)]), set)
    }

    #[inline(always)]
    fn bits(&self, context: usize, bin: bool) -> i64 {
        cost(self.states[context & 1023], bin).into()
    }
}

/// Squared error of a level against that of zero, in 1/65536 of a squared step.
#[inline(always)]
fn error(level: i64, exact: i64) -> i64 {
    (256 * level) * (256 * level - 2 * exact)
}
