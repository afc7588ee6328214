//! Motion search: whole samples by sum of absolute differences, fractions by transformed ones.

mod quick;

use vitascope_dsp::video::{BlockSize, Place, VideoKernels};

use super::macroblock::Mv;
use super::motion_cost::MotionCost;
use super::reference::{ReferenceView, moved};
use super::residual::SOURCE_STRIDE;

/// Vectors that keep a block inside the padded reference and the level's limits, in quarter samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MotionLimits {
    pub(crate) min: Mv,
    pub(crate) max: Mv,
}

impl MotionLimits {
    pub(crate) fn contains(&self, mv: Mv) -> bool {
        mv.x >= self.min.x && mv.x <= self.max.x && mv.y >= self.min.y && mv.y <= self.max.y
    }

    pub(crate) fn clamp(&self, mv: Mv) -> Mv {
        Mv { x: mv.x.clamp(self.min.x, self.max.x), y: mv.y.clamp(self.min.y, self.max.y) }
    }
}

/// Where a search looks around the best whole sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// At the four nearest in each step, and at half samples by plain differences.
    Diamond,
    /// At six two samples away in each step, then at the eight nearest.
    Hexagon,
}

/// How thorough a search is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SearchDepth {
    pub(crate) pattern: Pattern,
    /// Rings of sixteen places around the best of the candidates (hexagon only), each four samples wider than the one before,
    /// where the block is not found well yet.
    pub(crate) rings: u32,
    /// Most steps of the pattern.
    pub(crate) steps: u32,
    /// Rounds of four half-sample and four quarter-sample neighbours. In a diamond search, one round of quarter
    /// samples is of two and the one between, and each further one of four.
    pub(crate) half_rounds: u32,
    pub(crate) quarter_rounds: u32,
}

/// One block to be found in one reference.
pub(crate) struct Search<'a> {
    pub(crate) k: &'a VideoKernels,
    pub(crate) reference: &'a ReferenceView<'a>,
    pub(crate) cost: MotionCost<'a>,
    pub(crate) limits: MotionLimits,
    pub(crate) size: BlockSize,
    /// The block's first sample in the source macroblock.
    pub(crate) source: &'a [u8],
    /// Index of its position in a luma plane of the reference.
    pub(crate) origin: usize,
    pub(crate) predicted: Mv,
    /// A diamond search of 16x16 looks out for its quarters, too.
    pub(crate) by_quarters: bool,
    /// What another reference costs: a search by hexagons that stays far behind ends.
    pub(crate) beat: u32,
    /// By how much the places of the quarters may cost more than the whole's, in 1/256.
    pub(crate) quarter_slack: u32,
}

/// A vector and what it costs: difference plus lambda times its bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) mv: Mv,
    pub(crate) cost: u32,
    /// Where the quarters would go on their own, if that seems better and was asked for.
    pub(crate) quarters: Option<[Mv; 4]>,
}

/// A vector while it is searched: two registers, where [`Mv`] would be packed and unpacked.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Point {
    x: i32,
    y: i32,
}

impl Point {
    const fn by(self, x: i32, y: i32) -> Self {
        Self { x: self.x + x, y: self.y + y }
    }

    fn mv(self) -> Mv {
        // Inside the limits, which are vectors.
        Mv::new(self.x as i16, self.y as i16)
    }
}

impl From<Mv> for Point {
    fn from(mv: Mv) -> Self {
        Self { x: i32::from(mv.x), y: i32::from(mv.y) }
    }
}

/// The best point so far.
#[derive(Clone, Copy)]
struct Best {
    at: Point,
    cost: u32,
}

impl Best {
    /// Whether the point is better, and now the best.
    #[inline(always)]
    fn offer(&mut self, at: Point, cost: u32) -> bool {
        let better = cost < self.cost;
        if better {
            *self = Self { at, cost };
        }
        better
    }

    /// Offers the neighbours `step` away from a point, in the order of [`SIDES`].
    #[inline(always)]
    fn offer_sides(&mut self, centre: Point, step: i32, costs: [u32; 4]) {
        // The number of the side below the cost: one comparison keeps both.
        let [a, b, c, d] = costs;
        let least = (4 * a).min(4 * b + 1).min((4 * c + 2).min(4 * d + 3));
        let (x, y) = SIDES[(least & 3) as usize];
        self.offer(centre.by(x * step, y * step), least >> 2);
    }
}

/// Up, down, left, right.
const SIDES: [(i32, i32); 4] = [(0, -1), (0, 1), (-1, 0), (1, 0)];
/// Neighbours two whole samples away, in turn around the centre.
const HEXAGON: [(i32, i32); 6] = [(-8, 0), (-4, 8), (4, 8), (8, 0), (4, -8), (-4, -8)];
/// The eight nearest whole samples, those beside the centre first.
const SQUARE: [[(i32, i32); 4]; 2] =
    [[(0, -4), (0, 4), (-4, 0), (4, 0)], [(-4, -4), (4, -4), (-4, 4), (4, 4)]];

/// Places of the innermost ring, four samples from the centre; the others are as many times as far.
const RING: [[(i32, i32); 4]; 4] = [
    [(16, 0), (-16, 0), (0, 16), (0, -16)],
    [(8, 8), (-8, 8), (8, -8), (-8, -8)],
    [(12, 4), (-12, 4), (12, -4), (-12, -4)],
    [(4, 12), (-4, 12), (4, -12), (-4, -12)],
];
/// Where a sample differs by no more than this on average, bits of the vector included, no ring is looked at.
const RING_DIFFERENCE: u32 = 1;

/// Fractions of samples make a difference less by no more than one part in so many.
const FRACTIONS_GAIN: u32 = 4;

impl Search<'_> {
    /// The best vector from the candidates' surroundings.
    pub(crate) fn run(&self, candidates: &[Mv], depth: SearchDepth) -> Found {
        if depth.pattern == Pattern::Diamond {
            return self.quick(candidates, depth);
        }
        let mut best = self.start(candidates);
        let samples = self.size.width() * self.size.height();
        if best.cost > samples as u32 * RING_DIFFERENCE {
            self.rings(&mut best, depth.rings);
        }
        if depth.steps > 0 {
            self.hexagon(&mut best, depth.steps);
        }
        self.square(&mut best);
        self.exact(&mut best, candidates.first());
        if best.cost - best.cost / FRACTIONS_GAIN > self.beat {
            return Found { mv: best.at.mv(), cost: best.cost, quarters: None };
        }
        self.diamond(&mut best, 2, depth.half_rounds);
        self.diamond(&mut best, 1, depth.quarter_rounds);
        Found { mv: best.at.mv(), cost: best.cost, quarters: None }
    }

    /// What a vector within the limits costs.
    pub(crate) fn cost_at(&self, mv: Mv) -> u32 {
        self.transformed(Point::from(mv))
    }

    /// The best of the prediction and the candidates, rounded to whole samples.
    fn start(&self, candidates: &[Mv]) -> Best {
        let round = |mv: Mv| Point::from(self.limits.clamp(Mv::new((mv.x + 2) & !3, (mv.y + 2) & !3)));
        let start = round(self.predicted);
        let mut places = [start; 8];
        let mut count = 1;
        for &candidate in candidates {
            let at = round(candidate);
            if count < places.len() && !places[..count].contains(&at) {
                places[count] = at;
                count += 1;
            }
        }
        if count == 1 {
            return Best { at: start, cost: self.sad(start) };
        }
        let mut best = Best { at: start, cost: u32::MAX };
        for &group in &places.as_chunks::<4>().0[..count.div_ceil(4)] {
            self.offer_whole(&mut best, group);
        }
        best
    }

    /// Offers the eight nearest whole samples.
    fn square(&self, best: &mut Best) {
        if self.has_room(best.at, 4) {
            let centre = best.at;
            for ring in SQUARE {
                self.offer_whole(best, ring.map(|(x, y)| centre.by(x, y)));
            }
        }
    }

    /// Offers four whole points; the number of the best, if it is better than what was.
    #[inline(always)]
    fn offer_whole(&self, best: &mut Best, points: [Point; 4]) -> Option<usize> {
        self.offer_four(best, points, self.plain(points.map(|at| self.whole(at))))
    }

    /// Offers four points by transformed differences.
    #[inline(always)]
    fn offer_any(&self, best: &mut Best, points: [Point; 4]) {
        let places = points.map(|at| self.reference.luma_places(self.origin, at.x, at.y));
        self.offer_four(best, points, self.four_transformed(places));
    }

    /// Offers four points with these differences; the number of the best, if it is better than what was.
    #[inline(always)]
    fn offer_four(&self, best: &mut Best, points: [Point; 4], differences: [u32; 4]) -> Option<usize> {
        let [a, b, c, d] = differences;
        // Mostly none is better whatever its bits.
        if a.min(b).min(c.min(d)) >= best.cost {
            return None;
        }
        let mut found = None;
        for (i, (&at, difference)) in points.iter().zip(differences).enumerate() {
            if best.offer(at, difference + self.bits(at)) {
                found = Some(i);
            }
        }
        found
    }

    /// Offers places far from the best so far in all directions: what moves on its own is not where its neighbours are, and no
    /// slope leads there.
    fn rings(&self, best: &mut Best, count: u32) {
        let centre = best.at;
        for distance in 1..=count as i32 {
            if !self.has_room(centre, 16 * distance) {
                return;
            }
            for group in RING {
                self.offer_whole(best, group.map(|(x, y)| centre.by(distance * x, distance * y)));
            }
        }
    }

    /// Moves by two samples while that helps: all six corners once, then the three new ones on the
    /// side moved to.
    fn hexagon(&self, best: &mut Best, steps: u32) {
        if !self.has_room(best.at, 8) {
            return;
        }
        let corner = |centre: Point, i: usize| centre.by(HEXAGON[i].0, HEXAGON[i].1);
        let centre = best.at;
        let mut direction = None;
        for group in [[0, 1, 2, 3], [4, 5, 4, 5]] {
            if let Some(i) = self.offer_whole(best, group.map(|i| corner(centre, i))) {
                direction = Some(group[i]);
            }
        }
        for _ in 1..steps {
            let Some(d) = direction else { return };
            if !self.has_room(best.at, 8) {
                return;
            }
            let centre = best.at;
            let group = [(d + 5) % 6, d, (d + 1) % 6, (d + 1) % 6];
            direction = self.offer_whole(best, group.map(|i| corner(centre, i))).map(|i| group[i]);
        }
    }

    /// Turns to transformed differences, and offers vectors exactly as they are: the prediction itself costs no
    /// bits; so may a neighbour's.
    fn exact(&self, best: &mut Best, candidate: Option<&Mv>) {
        let known = |mv: Mv| self.is_fraction_within(mv).then(|| Point::from(mv));
        let others = [known(self.predicted), candidate.and_then(|&mv| known(mv))];
        if others == [None; 2] {
            best.cost = self.transformed(best.at);
            return;
        }
        let [predicted, candidate] = others.map(|other| other.unwrap_or(best.at));
        let places = [best.at, predicted, candidate, candidate];
        best.cost = u32::MAX;
        self.offer_any(best, places);
    }

    /// Whether a vector has a fraction and may be taken.
    fn is_fraction_within(&self, mv: Mv) -> bool {
        (mv.x | mv.y) & 3 != 0 && self.limits.contains(mv)
    }

    /// Moves to the best of four neighbours by transformed differences while that helps.
    fn diamond(&self, best: &mut Best, step: i32, rounds: u32) {
        for _ in 0..rounds {
            let centre = best.at;
            if !self.has_room(centre, step) {
                return;
            }
            let places = SIDES.map(|(x, y)| centre.by(x * step, y * step));
            let places = places.map(|at| self.reference.luma_places(self.origin, at.x, at.y));
            let differences = self.four_transformed(places);
            let [a, b, c, d] = differences;
            if a.min(b).min(c.min(d)) >= best.cost {
                return;
            }
            best.offer_sides(centre, step, self.sides(centre, step, differences));
            if best.at == centre {
                return;
            }
        }
    }

    fn has_room(&self, at: Point, distance: i32) -> bool {
        let (min, max) = (Point::from(self.limits.min), Point::from(self.limits.max));
        at.x - distance >= min.x
            && at.x + distance <= max.x
            && at.y - distance >= min.y
            && at.y + distance <= max.y
    }

    #[inline(always)]
    fn bits(&self, at: Point) -> u32 {
        self.cost.of_difference(at.x - i32::from(self.predicted.x), at.y - i32::from(self.predicted.y))
    }

    /// Where the samples of a whole place are.
    #[inline(always)]
    fn whole(&self, at: Point) -> Place {
        Place::new(0, moved(self.origin, at.x, at.y, self.reference.luma_stride))
    }

    /// Difference at a whole sample, and its bits.
    #[inline(always)]
    fn sad(&self, at: Point) -> u32 {
        let reference = self.reference.luma.from(self.whole(at));
        let stride = self.reference.luma_stride;
        self.k.sad[self.size as usize].call(self.source, SOURCE_STRIDE, reference, stride) + self.bits(at)
    }

    /// Differences from the samples at four places.
    #[inline(always)]
    fn plain(&self, places: [Place; 4]) -> [u32; 4] {
        let ReferenceView { luma, luma_stride, .. } = self.reference;
        self.k.sad_x4[self.size as usize].call(self.source, SOURCE_STRIDE, luma, places, *luma_stride)
    }

    /// Transformed differences from the means of four pairs of places.
    #[inline(always)]
    fn four_transformed(&self, places: [[Place; 2]; 4]) -> [u32; 4] {
        let ReferenceView { luma, luma_stride, .. } = self.reference;
        self.k.satd_mean_x4[self.size as usize].call(self.source, SOURCE_STRIDE, luma, places, *luma_stride)
    }

    /// Differences at the neighbours `step` away from a point, in the order of [`SIDES`], with their bits.
    #[inline(always)]
    fn sides(&self, centre: Point, step: i32, [a, b, c, d]: [u32; 4]) -> [u32; 4] {
        let (x, y) = (centre.x - i32::from(self.predicted.x), centre.y - i32::from(self.predicted.y));
        let of = |difference| self.cost.of_component(difference);
        let (column, row) = (of(x), of(y));
        [a + column + of(y - step), b + column + of(y + step), c + of(x - step) + row, d + of(x + step) + row]
    }

    /// Transformed difference at any vector, and its bits.
    #[inline(always)]
    fn transformed(&self, at: Point) -> u32 {
        let stride = self.reference.luma_stride;
        let size = self.size as usize;
        let difference = match self.reference.luma_sources(self.origin, at.x, at.y) {
            (samples, None) => self.k.satd[size].call(self.source, SOURCE_STRIDE, samples, stride),
            (first, Some(second)) => {
                self.k.satd_mean[size].call(self.source, SOURCE_STRIDE, first, second, stride)
            }
        };
        difference + self.bits(at)
    }
}

#[cfg(test)]
mod tests {
    use vitascope_dsp::CpuLevel;

    use super::*;
    use crate::encode::motion_cost::MotionCosts;
    use crate::encode::picture::LUMA_PADDING;

    const SIDE: usize = 64;
    const STRIDE: usize = SIDE + 2 * LUMA_PADDING;
    const PLACE: usize = 24;

    fn noise() -> [u8; 256] {
        let mut state = 1u32;
        std::array::from_fn(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
    }

    fn search<'a>(
        kernels: &'a VideoKernels,
        reference: &'a ReferenceView<'a>,
        cost: MotionCost<'a>,
        source: &'a [u8],
    ) -> Search<'a> {
        Search {
            k: kernels,
            reference,
            cost,
            limits: MotionLimits { min: Mv::new(-96, -96), max: Mv::new(96, 96) },
            size: BlockSize::B16x16,
            source,
            origin: reference.luma_index(PLACE as i32, PLACE as i32),
            predicted: Mv::ZERO,
            beat: u32::MAX,
            by_quarters: false,
            quarter_slack: 0,
        }
    }

    fn depth(rings: u32) -> SearchDepth {
        SearchDepth { pattern: Pattern::Hexagon, rings, steps: 8, half_rounds: 2, quarter_rounds: 2 }
    }

    /// Noise that lies half a sample to the right is found unless what would come of it is far too much.
    #[test]
    fn what_stays_behind_is_not_refined() {
        let noise = noise();
        let grey = vec![128; STRIDE * STRIDE];
        let mut between = grey.clone();
        for (y, row) in noise.chunks(16).enumerate() {
            between[(LUMA_PADDING + PLACE + y) * STRIDE + LUMA_PADDING + PLACE..][..16].copy_from_slice(row);
        }
        let reference =
            ReferenceView::new([&grey, &between, &grey, &grey], STRIDE, [&grey, &grey], STRIDE, None);
        let kernels = VideoKernels::new(CpuLevel::Scalar);
        let costs = MotionCosts::new(true);
        let found = |beat| {
            let search = Search { beat, ..search(&kernels, &reference, costs.at(26), &noise) };
            search.run(&[Mv::ZERO], depth(0)).mv
        };
        assert_eq!(found(u32::MAX), Mv::new(2, 0));
        assert_eq!(found(100), Mv::ZERO);
    }

    /// Noise on grey, which has moved by (12, 4): what is beside it resembles it no more than the grey does.
    #[test]
    fn rings_find_what_no_slope_leads_to() {
        let noise = noise();
        let mut plane = vec![128; STRIDE * STRIDE];
        for (y, row) in noise.chunks(16).enumerate() {
            plane[(LUMA_PADDING + PLACE + 4 + y) * STRIDE + LUMA_PADDING + PLACE + 12..][..16]
                .copy_from_slice(row);
        }
        let grey = vec![128; STRIDE * STRIDE];
        let reference =
            ReferenceView::new([&plane, &grey, &grey, &grey], STRIDE, [&grey, &grey], STRIDE, None);
        let kernels = VideoKernels::new(CpuLevel::Scalar);
        let costs = MotionCosts::new(true);
        let search = search(&kernels, &reference, costs.at(26), &noise);
        assert_eq!(search.run(&[Mv::ZERO], depth(4)).mv, Mv::new(48, 16));
        assert_ne!(search.run(&[Mv::ZERO], depth(0)).mv, Mv::new(48, 16));
    }
}
