//! A search of few places: plain differences down to half samples, then the quarter samples on the better sides.

use vitascope_dsp::video::Place;

use super::{Best, Found, Point, SIDES, Search, SearchDepth};
use crate::encode::macroblock::Mv;
use crate::encode::reference::{ReferenceView, moved};
use crate::encode::residual::SOURCE_STRIDE;

/// The best point of each quarter of a 16x16 block among those looked at for the whole.
struct Quarters {
    /// As [`packed`].
    at: [u32; 4],
    /// Signed, as vectors of them are compared at once on any x86.
    costs: [i32; 4],
}

impl Quarters {
    /// Offers a point to the quarters.
    #[inline(always)]
    fn offer(&mut self, at: Point, bits: u32, sums: [u32; 4]) {
        let at = packed(at);
        for ((best, least), sum) in self.at.iter_mut().zip(&mut self.costs).zip(sums) {
            let cost = (sum + bits) as i32;
            *best = if cost < *least { at } else { *best };
            *least = cost.min(*least);
        }
    }
}

/// A point within the limits in one number.
#[inline(always)]
fn packed(at: Point) -> u32 {
    at.x as u32 & 0xFFFF | (at.y as u32) << 16
}

fn unpacked(at: u32) -> Mv {
    Mv::new(at as i16, (at >> 16) as i16)
}

impl Search<'_> {
    pub(super) fn quick(&self, candidates: &[Mv], depth: SearchDepth) -> Found {
        let mut quarters = Quarters { at: [0; 4], costs: [i32::MAX; 4] };
        let mut best = self.quick_start(candidates, &mut quarters);
        let whole = self.settle(&mut best, depth.steps, &mut quarters);
        let centre = best.at;
        let mut halves = [0; 4];
        let refine = depth.half_rounds > 0 && self.has_room(centre, 4);
        if refine {
            halves = self.halves(&mut best, &mut quarters);
        }
        // Closer looks gain more for parts than for the whole.
        let apart = quarters.costs.iter().fold(0u32, |sum, &cost| sum.saturating_add(cost as u32));
        let promising =
            self.by_quarters && apart.saturating_sub(apart / 256 * self.quarter_slack) < best.cost;
        best.cost = self.transformed(best.at);
        // The prediction itself costs no bits.
        let predicted = self.is_fraction_within(self.predicted).then(|| Point::from(self.predicted));
        if depth.quarter_rounds == 1 && refine {
            self.quarters(&mut best, centre, whole, halves, predicted);
        } else {
            self.diamond(&mut best, 1, depth.quarter_rounds.saturating_sub(1));
            if let Some(predicted) = predicted.filter(|&at| at != best.at) {
                best.offer(predicted, self.transformed(predicted));
            }
        }
        let quarters = promising.then(|| quarters.at.map(unpacked));
        Found { mv: best.at.mv(), cost: best.cost, quarters }
    }

    /// The best of the prediction and the last three candidates that differ, rounded to whole samples.
    fn quick_start(&self, candidates: &[Mv], quarters: &mut Quarters) -> Best {
        let (min, max) = (Point::from(self.limits.min), Point::from(self.limits.max));
        let round = |mv: Mv| Point {
            x: ((i32::from(mv.x) + 2) & !3).clamp(min.x, max.x),
            y: ((i32::from(mv.y) + 2) & !3).clamp(min.y, max.y),
        };
        let start = round(self.predicted);
        let mut places = [start; 4];
        let mut count = 1;
        for &candidate in candidates.iter().rev() {
            let at = round(candidate);
            // The places not taken yet are the start.
            if places.iter().all(|&place| place != at) {
                places[count] = at;
                count += 1;
                if count == 4 {
                    break;
                }
            }
        }
        if count == 1 && !self.by_quarters {
            return Best { at: start, cost: self.sad(start) };
        }
        let mut best = Best { at: start, cost: u32::MAX };
        let bits = places.map(|at| self.bits(at));
        let costs = self.look(places, bits, places.map(|at| self.whole(at)), quarters);
        for (at, cost) in places.into_iter().zip(costs) {
            best.offer(at, cost);
        }
        best
    }

    /// Moves to the best of the four nearest whole samples while that helps; their costs where it ended, 0 where
    /// they are not known.
    fn settle(&self, best: &mut Best, steps: u32, quarters: &mut Quarters) -> [u32; 4] {
        for _ in 0..steps {
            let centre = best.at;
            if !self.has_room(centre, 4) {
                break;
            }
            let stride = self.reference.luma_stride;
            let at = moved(self.origin, centre.x, centre.y, stride);
            let places = [at - stride, at + stride, at - 1, at + 1].map(|at| Place::new(0, at));
            let costs = self.look_aside(centre, 4, places, quarters);
            best.offer_sides(centre, 4, costs);
            if best.at == centre {
                return costs;
            }
        }
        [0; 4]
    }

    /// Offers the four half samples about a whole one; their costs.
    fn halves(&self, best: &mut Best, quarters: &mut Quarters) -> [u32; 4] {
        let stride = self.reference.luma_stride;
        let at = moved(self.origin, best.at.x, best.at.y, stride);
        // Planes 1 and 2 are half a sample to the right and below.
        let places =
            [Place::new(2, at - stride), Place::new(2, at), Place::new(1, at - 1), Place::new(1, at)];
        let centre = best.at;
        let costs = self.look_aside(centre, 2, places, quarters);
        best.offer_sides(centre, 2, costs);
        costs
    }

    /// What the neighbours `step` away from a point cost the block; its quarters get them offered where they are asked
    /// for.
    #[inline(always)]
    fn look_aside(&self, centre: Point, step: i32, places: [Place; 4], quarters: &mut Quarters) -> [u32; 4] {
        let points = SIDES.map(|(x, y)| centre.by(x * step, y * step));
        self.look(points, self.sides(centre, step, [0; 4]), places, quarters)
    }

    /// What four points of these bits cost the block; its quarters get them offered where they are asked for.
    #[inline(never)]
    fn look(
        &self,
        points: [Point; 4],
        bits: [u32; 4],
        places: [Place; 4],
        quarters: &mut Quarters,
    ) -> [u32; 4] {
        let sums = if self.by_quarters {
            let ReferenceView { luma, luma_stride, .. } = self.reference;
            let sums = self.k.sad_quarters_x4.call(self.source, SOURCE_STRIDE, luma, places, *luma_stride);
            for i in 0..4 {
                quarters.offer(points[i], bits[i], sums[i]);
            }
            sums.map(|[a, b, c, d]| a + b + c + d)
        } else {
            self.plain(places)
        };
        let [a, b, c, d] = sums;
        [a + bits[0], b + bits[1], c + bits[2], d + bits[3]]
    }

    /// Offers the quarter samples on the better side across, up or down, and between the two. `whole` and `halves`
    /// are costs about `centre`. And another one.
    fn quarters(
        &self,
        best: &mut Best,
        centre: Point,
        whole: [u32; 4],
        halves: [u32; 4],
        other: Option<Point>,
    ) {
        let from = best.at;
        let side = |moved: i32, first: usize| match moved {
            0 if halves[first] < halves[first + 1] => -1,
            0 => 1,
            // Beyond the half sample lies the next whole one, whose cost is known or taken for the greater.
            m if whole[first + usize::from(m > 0)] < whole[first + usize::from(m < 0)] => m.signum(),
            m => -m.signum(),
        };
        let (x, y) = (side(from.x - centre.x, 2), side(from.y - centre.y, 0));
        let between = from.by(x, y);
        let places = [from.by(x, 0), from.by(0, y), between, other.unwrap_or(between)];
        self.offer_any(best, places);
    }
}
