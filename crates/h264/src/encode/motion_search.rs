//! Motion search: whole samples by sum of absolute differences, fractions by transformed ones.

use vitascope_dsp::video::{BlockSize, VideoKernels};

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

/// How thorough a search is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SearchDepth {
    /// Steps of the hexagon, each up to two samples.
    pub(crate) hexagon_steps: u32,
    /// Rounds of four half-sample and four quarter-sample neighbours.
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
}

/// A vector and what it costs: difference plus lambda times its bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) mv: Mv,
    pub(crate) cost: u32,
}

impl Search<'_> {
    /// The best vector from the candidates' surroundings.
    pub(crate) fn run(&self, candidates: &[Mv], depth: SearchDepth) -> Found {
        let whole = self.whole_samples(candidates, depth.hexagon_steps);
        self.fractions(whole, candidates, depth)
    }

    fn whole_samples(&self, candidates: &[Mv], steps: u32) -> Found {
        let round = |mv: Mv| self.limits.clamp_whole(Mv::new((mv.x + 2) & !3, (mv.y + 2) & !3));
        let start = round(self.predicted);
        let mut best = Found { mv: start, cost: self.sad(start) + self.cost.of(start, self.predicted) };
        let mut tried = [start; 12];
        let mut count = 1;
        for &candidate in candidates {
            let mv = round(candidate);
            if tried[..count].contains(&mv) || count == tried.len() {
                continue;
            }
            tried[count] = mv;
            count += 1;
            self.take_better(&mut best, mv);
        }
        // Hexagon: all six corners once, then the three new ones on the side it moved to.
        const HEXAGON: [(i16, i16); 6] = [(-8, 0), (-4, 8), (4, 8), (8, 0), (4, -8), (-4, -8)];
        let offset = |centre: Mv, (dx, dy): (i16, i16)| Mv::new(centre.x + dx, centre.y + dy);
        if steps > 0 && self.limits.has_room(best.mv, 8) {
            let centre = best.mv;
            let mut direction = None;
            let first = self.four([0, 1, 2, 3].map(|i| offset(centre, HEXAGON[i])));
            let rest = self.four([4, 5, 4, 5].map(|i| offset(centre, HEXAGON[i])));
            for (i, cost) in first.into_iter().chain(rest.into_iter().take(2)).enumerate() {
                if cost < best.cost {
                    best = Found { mv: offset(centre, HEXAGON[i]), cost };
                    direction = Some(i);
                }
            }
            for _ in 1..steps {
                let Some(d) = direction else { break };
                if !self.limits.has_room(best.mv, 8) {
                    break;
                }
                let centre = best.mv;
                let around = [(d + 5) % 6, d, (d + 1) % 6];
                let costs = self
                    .four([around[0], around[1], around[2], around[2]].map(|i| offset(centre, HEXAGON[i])));
                direction = None;
                for (&i, cost) in around.iter().zip(costs) {
                    if cost < best.cost {
                        best = Found { mv: offset(centre, HEXAGON[i]), cost };
                        direction = Some(i);
                    }
                }
            }
        }
        if self.limits.has_room(best.mv, 4) {
            let centre = best.mv;
            for ring in [[(0, -4), (0, 4), (-4, 0), (4, 0)], [(-4, -4), (4, -4), (-4, 4), (4, 4)]] {
                let places = ring.map(|d| offset(centre, d));
                for (mv, cost) in places.into_iter().zip(self.four(places)) {
                    if cost < best.cost {
                        best = Found { mv, cost };
                    }
                }
            }
        }
        best
    }

    fn fractions(&self, whole: Found, candidates: &[Mv], depth: SearchDepth) -> Found {
        let mut best = Found { mv: whole.mv, cost: self.transformed(whole.mv) };
        // The prediction itself costs no bits; so may a neighbour's exact vector.
        for &mv in [self.predicted].iter().chain(candidates.first()) {
            if (mv.x | mv.y) & 3 != 0 && mv != best.mv && self.limits.contains(mv) {
                let cost = self.transformed(mv);
                if cost < best.cost {
                    best = Found { mv, cost };
                }
            }
        }
        self.diamond(&mut best, 2, depth.half_rounds);
        self.diamond(&mut best, 1, depth.quarter_rounds);
        best
    }

    fn diamond(&self, best: &mut Found, step: i16, rounds: u32) {
        let mut came_from = (0, 0);
        for _ in 0..rounds {
            let centre = best.mv;
            if !self.limits.has_room(centre, step) {
                return;
            }
            let mut moved = None;
            for (dx, dy) in [(0, -step), (0, step), (-step, 0), (step, 0)] {
                if (dx, dy) == came_from {
                    continue;
                }
                let mv = Mv::new(centre.x + dx, centre.y + dy);
                let cost = self.transformed(mv);
                if cost < best.cost {
                    *best = Found { mv, cost };
                    moved = Some((-dx, -dy));
                }
            }
            match moved {
                Some(back) => came_from = back,
                None => return,
            }
        }
    }

    #[inline(always)]
    fn take_better(&self, best: &mut Found, mv: Mv) {
        let cost = self.sad(mv) + self.cost.of(mv, self.predicted);
        if cost < best.cost {
            *best = Found { mv, cost };
        }
    }

    #[inline(always)]
    fn samples(&self, mv: Mv) -> &[u8] {
        &self.reference.luma[0][moved(self.origin, mv, self.reference.luma_stride)..]
    }

    #[inline(always)]
    fn sad(&self, mv: Mv) -> u32 {
        self.k.sad[self.size as usize].call(
            self.source,
            SOURCE_STRIDE,
            self.samples(mv),
            self.reference.luma_stride,
        )
    }

    #[inline(always)]
    fn four(&self, [a, b, c, d]: [Mv; 4]) -> [u32; 4] {
        let samples = [self.samples(a), self.samples(b), self.samples(c), self.samples(d)];
        let sads = self.k.sad_x4[self.size as usize].call(
            self.source,
            SOURCE_STRIDE,
            samples,
            self.reference.luma_stride,
        );
        let bits = |mv: Mv| self.cost.of(mv, self.predicted);
        [sads[0] + bits(a), sads[1] + bits(b), sads[2] + bits(c), sads[3] + bits(d)]
    }

    /// Transformed difference at any vector, and its bits.
    #[inline(always)]
    fn transformed(&self, mv: Mv) -> u32 {
        let stride = self.reference.luma_stride;
        let size = self.size as usize;
        let difference = match self.reference.luma_sources(self.origin, mv) {
            (samples, None) => self.k.satd[size].call(self.source, SOURCE_STRIDE, samples, stride),
            (first, Some(second)) => {
                self.k.satd_mean[size].call(self.source, SOURCE_STRIDE, first, second, stride)
            }
        };
        difference + self.cost.of(mv, self.predicted)
    }
}

impl MotionLimits {
    /// The nearest whole-sample vector inside the limits, which are whole themselves.
    fn clamp_whole(&self, mv: Mv) -> Mv {
        self.clamp(mv)
    }

    /// Whether every vector up to `distance` away in each direction is inside.
    fn has_room(&self, mv: Mv, distance: i16) -> bool {
        mv.x - distance >= self.min.x
            && mv.x + distance <= self.max.x
            && mv.y - distance >= self.min.y
            && mv.y + distance <= self.max.y
    }
}
