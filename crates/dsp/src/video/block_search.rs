//! The search for the block most like another, in a picture and between its samples.
//!
//! The steps and their costs belong to the kernel: what decides between them is compiled for the level together with
//! the sums, and the block that is searched for stays in registers.

#[cfg(target_arch = "x86_64")]
mod avx2;

use super::{Place, Planes};
use crate::kernel::fits;

kernel! {
    /// Finds the displacement of the 8x8 samples `source` with the least cost: a sum of absolute differences and about the
    /// length of the vector's code.
    ///
    /// Of `planes` the first has whole samples, the second those half a sample to the right, the third those half a sample
    /// below, the fourth both; rows of all and of the source are `stride` apart. The search starts from no displacement and
    /// from the candidates, takes steps of two samples, of one and of halves as long as they gain. The cost it gives back
    /// is the vector's and the [`Satd`](super::Satd), not the sum of absolute differences.
    pub fn BlockSearch(source: &[u8], planes: &Planes<'_>, stride: usize, start: &SearchStart) -> FoundBlock
    where fits(source, stride, 8, 8), start.stays_within(planes, stride);
    test: block_search_variants, cases: tests::cases,
    scalar: scalar,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::block_search },
}

/// Where a search begins, and how far it goes.
#[derive(Clone, Copy, Debug)]
pub struct SearchStart {
    /// Index of the first sample without displacement, in each of the planes.
    pub origin: usize,
    /// The least and the greatest displacement to the right, in whole samples: not above 0 and not below. Half samples
    /// reach one sample further.
    pub columns: (i32, i32),
    /// The same down.
    pub rows: (i32, i32),
    /// The vector from which others are told, in half samples.
    pub predicted: (i16, i16),
    /// Vectors to begin with, in half samples; those beyond the limits are brought within.
    pub candidates: [(i16, i16); 5],
}

/// What a search found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FoundBlock {
    /// The displacement to the right and down, in half samples.
    pub vector: (i16, i16),
    /// Sum of absolute transformed differences, and the cost of the vector.
    pub cost: u32,
}

impl SearchStart {
    /// Whether all that a search may look at lies within the planes.
    #[inline(always)]
    fn stays_within(&self, planes: &Planes<'_>, stride: usize) -> bool {
        let (Ok(origin), Ok(stride)) = (i32::try_from(self.origin), i32::try_from(stride)) else {
            return false;
        };
        let index = |(x, y): (i32, i32)| i64::from(origin) + i64::from(stride) * i64::from(y) + i64::from(x);
        let within = |limits: (i32, i32)| {
            -FARTHEST <= limits.0 && limits.0 <= 0 && 0 <= limits.1 && limits.1 <= FARTHEST
        };
        within(self.columns)
            && within(self.rows)
            && index((self.columns.0 - 1, self.rows.0 - 1)) >= 0
            && index((self.columns.1 + 1 + 7, self.rows.1 + 1 + 7)) < planes.length() as i64
    }
}

/// The farthest a search may reach, in whole samples: a quarter of the vectors whose costs are told apart.
const FARTHEST: i32 = DIFFERENCES as i32 / 8;
/// Cost of one bit of a vector in SATD units.
const BIT_COST: u32 = 2;
/// A block this well predicted (SAD of 64 samples) needs no further search.
const GOOD_SAD: u32 = 40;
/// A block this well predicted needs no half samples: a sample off by one on average.
const FINE_SAD: u32 = 64;
/// Most steps of the wide and the small diamond, and of the one of half samples.
const WIDE_STEPS: usize = 10;
const SMALL_STEPS: usize = 2;
const HALF_STEPS: usize = 2;

/// Cost of a vector's component by its difference to the prediction in half samples, from `-DIFFERENCES / 2` on:
/// about the length of its Exp-Golomb code.
const COMPONENT_COST: [u8; DIFFERENCES] = {
    let mut costs = [0; DIFFERENCES];
    let mut index = 0;
    while index < DIFFERENCES {
        let difference = (index as i32 - DIFFERENCES as i32 / 2).unsigned_abs();
        costs[index] = (BIT_COST * 2 * (32 - (2 * difference).leading_zeros())) as u8;
        index += 1;
    }
    costs
};
/// More than four times the reach in half samples, and a power of two.
const DIFFERENCES: usize = 1024;

/// Where the neighbours of a point are: above, left, right and below.
const DIRECTIONS: [(i32, i32); 4] = [(0, -1), (-1, 0), (1, 0), (0, 1)];

/// Something found: its cost, and its displacement or direction.
type Found = (u32, i32, i32);

/// How a block compares with those at other places.
trait Compare: Copy {
    /// Sum of absolute differences.
    ///
    /// # Safety
    /// The block at the place lies within the planes.
    unsafe fn sad(self, place: Place) -> u32;

    /// The least of the sums of absolute differences to blocks at four places, each with a cost below 2^12 added, and the
    /// number of the first place that has it.
    ///
    /// # Safety
    /// The blocks at the places lie within the planes.
    unsafe fn nearest(self, places: [Place; 4], costs: [u32; 4]) -> (u32, usize);

    /// Sum of absolute transformed differences.
    ///
    /// # Safety
    /// The block at the place lies within the planes.
    unsafe fn satd(self, place: Place) -> u32;
}

/// A search under way.
struct Search<'a, C> {
    compare: C,
    stride: usize,
    start: &'a SearchStart,
    predicted: (i32, i32),
}

/// # Safety
/// All that a search from there may look at lies within the planes that `compare` looks at, their rows `stride` apart.
#[inline(always)]
unsafe fn run<C: Compare>(compare: C, stride: usize, start: &SearchStart) -> FoundBlock {
    let predicted = (start.predicted.0.into(), start.predicted.1.into());
    let search = Search { compare, stride, start, predicted };
    // SAFETY: by this function's contract.
    unsafe {
        let mut best = search.best_candidate();
        if best.0 > GOOD_SAD {
            best = search.steps::<2>(best, WIDE_STEPS);
            best = search.steps::<1>(best, SMALL_STEPS);
        }
        search.halves(best)
    }
}

impl<C: Compare> Search<'_, C> {
    /// The best of no displacement and of the candidates, in whole samples.
    ///
    /// # Safety
    /// As for [`run`].
    #[inline(always)]
    unsafe fn best_candidate(&self) -> Found {
        // SAFETY: within the limits.
        let mut best = unsafe { self.whole((0, 0)) };
        let [a, b, c, d, e] = self.start.candidates;
        // SAFETY: by this function's contract. Near each other, candidates lead to the same place.
        unsafe {
            if a != (0, 0) {
                best = self.or_candidate(best, a);
            }
            if b != a && b != (0, 0) {
                best = self.or_candidate(best, b);
            }
            if c != b && c != a && c != (0, 0) {
                best = self.or_candidate(best, c);
            }
            if d != c && d != b && d != a && d != (0, 0) {
                best = self.or_candidate(best, d);
            }
            if e != d && e != c && e != b && e != a && e != (0, 0) {
                best = self.or_candidate(best, e);
            }
        }
        best
    }

    /// The better of what was found and a candidate, in whole samples within the limits.
    ///
    /// # Safety
    /// As for [`run`].
    #[inline(always)]
    unsafe fn or_candidate(&self, best: Found, (x, y): (i16, i16)) -> Found {
        let whole = |component: i16, limits: (i32, i32)| {
            ((i32::from(component) + 1) >> 1).max(limits.0).min(limits.1)
        };
        // SAFETY: within the limits.
        let found = unsafe { self.whole((whole(x, self.start.columns), whole(y, self.start.rows))) };
        if found.0 < best.0 { found } else { best }
    }

    /// A diamond moves as long as it finds better within the limits.
    ///
    /// # Safety
    /// As for [`run`]; the place found so far is within the limits.
    #[inline(always)]
    unsafe fn steps<const REACH: i32>(&self, mut best: Found, most: usize) -> Found {
        let (columns, rows) = (self.start.columns, self.start.rows);
        let (across, down) = (REACH as usize, REACH as usize * self.stride);
        let mut at = self.index(best.1, best.2);
        for _ in 0..most {
            let (cost, x, y) = best;
            if x - REACH < columns.0 || x + REACH > columns.1 || y - REACH < rows.0 || y + REACH > rows.1 {
                break;
            }
            let indices = [at.wrapping_sub(down), at.wrapping_sub(across), at + across, at + down];
            let [above, left, right, below] = indices.map(|index| Place::new(0, index));
            let places = [above, left, right, below];
            // SAFETY: within the limits, as was just asked.
            let (found, direction) = unsafe { self.nearest(places, (2 * x, 2 * y), 2 * REACH) };
            if found >= cost {
                break;
            }
            let (dx, dy) = DIRECTIONS[direction];
            best = (found, x + REACH * dx, y + REACH * dy);
            at = indices[direction];
        }
        best
    }

    /// Half-sample refinement around a whole position with its cost; then the SATD.
    ///
    /// # Safety
    /// As for [`run`]; the place found so far is within the limits.
    #[inline(always)]
    unsafe fn halves(&self, (mut cost, x, y): Found) -> FoundBlock {
        let (mut x, mut y) = (2 * x, 2 * y);
        let steps = if cost > FINE_SAD { HALF_STEPS } else { 0 };
        for _ in 0..steps {
            let places = [self.half(x, y - 1), self.half(x - 1, y), self.half(x + 1, y), self.half(x, y + 1)];
            // SAFETY: two halves beyond the limits at most, and limits are kept a sample away from the end.
            let (found, direction) = unsafe { self.nearest(places, (x, y), 1) };
            if found >= cost {
                break;
            }
            let (dx, dy) = DIRECTIONS[direction];
            (cost, x, y) = (found, x + dx, y + dy);
        }
        // SAFETY: as above.
        let satd = unsafe { self.compare.satd(self.half(x, y)) };
        FoundBlock { vector: (x as i16, y as i16), cost: satd + self.column_cost(x) + self.row_cost(y) }
    }

    /// What a whole displacement costs, and itself.
    ///
    /// # Safety
    /// As for [`run`]; it is within the limits.
    #[inline(always)]
    unsafe fn whole(&self, (x, y): (i32, i32)) -> Found {
        // SAFETY: by this function's contract.
        let sad = unsafe { self.compare.sad(Place::new(0, self.index(x, y))) };
        (sad + self.column_cost(2 * x) + self.row_cost(2 * y), x, y)
    }

    /// The best of the neighbours in [`DIRECTIONS`] from a point, `reach` half samples from it: its cost and which it is.
    ///
    /// # Safety
    /// The blocks at the places lie within the planes.
    #[inline(always)]
    unsafe fn nearest(&self, places: [Place; 4], (x, y): (i32, i32), reach: i32) -> (u32, usize) {
        let (column, row) = (self.column_cost(x), self.row_cost(y));
        let costs = [
            column + self.row_cost(y - reach),
            self.column_cost(x - reach) + row,
            self.column_cost(x + reach) + row,
            column + self.row_cost(y + reach),
        ];
        // SAFETY: by this function's contract; two components cost less than 2^9.
        let (cost, direction) = unsafe { self.compare.nearest(places, costs) };
        (cost, direction & 3)
    }

    /// Where the samples at a vector in half samples are.
    #[inline(always)]
    fn half(&self, x: i32, y: i32) -> Place {
        Place::new(((x & 1) + 2 * (y & 1)) as usize, self.index(x >> 1, y >> 1))
    }

    /// Index of the first sample of the block moved by whole samples.
    #[inline(always)]
    fn index(&self, x: i32, y: i32) -> usize {
        self.start.origin.wrapping_add_signed(y as isize * self.stride as isize + x as isize)
    }

    /// Cost of a vector's component to the right, in half samples.
    #[inline(always)]
    fn column_cost(&self, x: i32) -> u32 {
        component_cost(x - self.predicted.0)
    }

    /// Cost of a vector's component down, in half samples.
    #[inline(always)]
    fn row_cost(&self, y: i32) -> u32 {
        component_cost(y - self.predicted.1)
    }
}

#[inline(always)]
fn component_cost(difference: i32) -> u32 {
    COMPONENT_COST[(difference + DIFFERENCES as i32 / 2) as usize % DIFFERENCES].into()
}

/// Blocks compared sample by sample.
#[derive(Clone, Copy)]
struct Plain<'a> {
    source: &'a [u8],
    planes: &'a Planes<'a>,
    stride: usize,
}

impl Compare for Plain<'_> {
    unsafe fn sad(self, place: Place) -> u32 {
        super::sad::sad::<8, 8>(self.source, self.stride, self.planes.from(place), self.stride)
    }

    unsafe fn nearest(self, places: [Place; 4], costs: [u32; 4]) -> (u32, usize) {
        let mut best = (u32::MAX, 0);
        for (number, (place, cost)) in places.into_iter().zip(costs).enumerate() {
            // SAFETY: by this function's contract.
            let cost = unsafe { self.sad(place) } + cost;
            if cost < best.0 {
                best = (cost, number);
            }
        }
        best
    }

    unsafe fn satd(self, place: Place) -> u32 {
        super::satd::satd::<8, 8>(self.source, self.stride, self.planes.from(place), self.stride)
    }
}

fn scalar(source: &[u8], planes: &Planes<'_>, stride: usize, start: &SearchStart) -> FoundBlock {
    // SAFETY: this way of comparing checks places itself.
    unsafe { run(Plain { source, planes, stride }, stride, start) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    pub(super) fn cases(kernel: BlockSearch, random: &mut Random, outcome: &mut Outcome) {
        let reach = |random: &mut Random| (-(random.within(0, 12) as i32), random.within(0, 12) as i32);
        let (columns, rows) = (reach(random), reach(random));
        let stride = (columns.1 - columns.0) as usize + 10 + random.within(0, 9) as usize;
        let height = (rows.1 - rows.0) as usize + 10;
        let smooth = random.within(0, 1) == 1;
        let planes: [Vec<u8>; 4] = std::array::from_fn(|plane| {
            let mut samples = random.bytes(stride * height);
            if smooth {
                // A slope that leads somewhere.
                for (i, sample) in samples.iter_mut().enumerate() {
                    let (x, y) = (i % stride, i / stride);
                    *sample = (*sample >> 5).wrapping_add((x * 5 + y * 3 + plane) as u8);
                }
            }
            samples
        });
        let source = random.bytes(7 * stride + 8);
        let origin = (1 - rows.0) as usize * stride + (1 - columns.0) as usize;
        let mut vector = || (random.within(-40, 40) as i16, random.within(-40, 40) as i16);
        let start = SearchStart {
            origin,
            columns,
            rows,
            predicted: vector(),
            candidates: std::array::from_fn(|_| vector()),
        };
        let planes = Planes::new(planes.each_ref().map(|plane| &plane[..]));
        let found = kernel.call(&source, &planes, stride, &start);
        outcome.extend(&[found.vector.0, found.vector.1]);
        outcome.push(found.cost);
    }

    fn start() -> SearchStart {
        SearchStart {
            origin: 20 * 40 + 20,
            columns: (-8, 8),
            rows: (-8, 8),
            predicted: (0, 0),
            candidates: [(0, 0); 5],
        }
    }

    #[test]
    fn a_copy_is_found_wherever_it_is() {
        let mut random = Random::new(7);
        let planes: [Vec<u8>; 4] = std::array::from_fn(|_| random.bytes(40 * 48));
        let planes = Planes::new(planes.each_ref().map(|plane| &plane[..]));
        for level in CpuLevel::ALL {
            for (x, y) in [(0, 0), (6, -10), (16, 16), (-16, 12)] {
                let copy = planes.from(Place::new(0, (20 + y / 2) as usize * 40 + (20 + x / 2) as usize));
                let vector = (x as i16, y as i16);
                let start = SearchStart { candidates: [vector; 5], predicted: vector, ..start() };
                let found = BlockSearch::select(level).call(copy, &planes, 40, &start);
                assert_eq!(found, FoundBlock { vector, cost: 0 }, "{level:?}");
            }
        }
    }

    #[test]
    fn steps_lead_to_the_block() {
        // A bowl, so that the nearer the block the less the cost.
        let bowl = |i: usize| ((i % 40) as i32 - 29).pow(2) + ((i / 40) as i32 - 21).pow(2);
        let samples: Vec<u8> = (0..40 * 48).map(|i| (bowl(i) / 4).min(255) as u8).collect();
        let planes = Planes::new([&samples; 4]);
        let (x, y) = (5, -3);
        let block = planes.from(Place::new(0, (20 + y) as usize * 40 + (20 + x) as usize));
        for level in CpuLevel::ALL {
            let found = BlockSearch::select(level).call(block, &planes, 40, &start());
            let cost = component_cost(2 * x) + component_cost(2 * y);
            assert_eq!(found, FoundBlock { vector: (2 * x as i16, 2 * y as i16), cost }, "{level:?}");
        }
    }

    #[test]
    fn limits_keep_the_search_within_the_planes() {
        let samples = vec![0; 40 * 48];
        let planes = Planes::new([&samples; 4]);
        assert!(start().stays_within(&planes, 40));
        // A row and a sample more than the search may look at, on each side.
        let far = SearchStart { origin: 9 * 40 + 9, columns: (-8, 8), ..start() };
        assert!(far.stays_within(&planes, 40));
        assert!(!SearchStart { origin: far.origin - 1, ..far }.stays_within(&planes, 40));
        let last = 48 * 40 - (8 + 1 + 7) * 40 - (8 + 1 + 7) - 1;
        assert!(SearchStart { origin: last, ..far }.stays_within(&planes, 40));
        assert!(!SearchStart { origin: last + 1, ..far }.stays_within(&planes, 40));
        assert!(!SearchStart { columns: (1, 8), ..start() }.stays_within(&planes, 40));
        assert!(!SearchStart { rows: (-8, -1), ..start() }.stays_within(&planes, 40));
        assert!(!SearchStart { rows: (i32::MIN, 0), ..start() }.stays_within(&planes, 40));
        assert!(!SearchStart { origin: usize::MAX, ..start() }.stays_within(&planes, 40));
        assert!(!start().stays_within(&planes, usize::MAX));
    }
}
