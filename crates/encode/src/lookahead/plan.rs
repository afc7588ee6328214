//! Deciding kinds, and the plan of the frame that leaves.

use super::{DECISION_DELAY, Frame, Lookahead, PICTURES_BEFORE};
use crate::frame::{FrameAhead, FrameKind, PlannedFrame};
use crate::importance::Inheritance;
use crate::math::exp2_f32;
use crate::motion::{HalfVector, search_motion};
use crate::scene_cut::CutDistances;
use vitascope_core::Time;

/// Kind of a frame that opens a group, and whether it begins a scene: other intra pictures are scene cuts.
const OPENING: (FrameKind, bool) = (FrameKind::I, false);

/// How much more alike than the two sides of a supposed cut other frames from both sides must be to deny it.
const FLASH_RATIO: f64 = 0.75;

impl<T> Lookahead<T> {
    /// Decides the kind of every open frame for which enough is known.
    pub(super) fn decide(&mut self) {
        let needed = DECISION_DELAY.max(self.config.max_b_frames + 1).min(self.config.depth);
        while let Some(front) = self.open.front() {
            if front.display_index >= self.flushed && self.open.len() <= needed {
                break;
            }
            let (kind, scene_cut) = self.kind_of(front);
            if kind == FrameKind::P && self.config.max_b_frames > 0 {
                let longest = self.open.len().min(self.config.max_b_frames + 1);
                let following = self.open.iter().take(longest).skip(1);
                let reach = 1 + following.take_while(|frame| self.kind_of(frame).0 == FrameKind::P).count();
                let mut length = self.best_group(reach);
                // An intra picture costs the same behind B frames, which gain by it.
                let next_opens = length == reach
                    && self.open.get(length).is_some_and(|frame| self.kind_of(frame) == OPENING);
                let opens = next_opens && length <= self.config.max_b_frames;
                match (next_opens, opens) {
                    (_, true) => length += 1,
                    // One is left for it.
                    (true, false) => length -= 1,
                    _ => {}
                }
                self.plan_group(length, opens);
                continue;
            }
            let Some(mut frame) = self.open.pop_front() else { break };
            // Without frames before it that gain by it, a group need not be open.
            frame.kind = if (kind, scene_cut) == OPENING { FrameKind::Idr } else { kind };
            frame.scene_cut = scene_cut;
            if frame.kind == FrameKind::Idr {
                self.clock.restart(frame.display_index, frame.info.presentation_time);
            }
            self.planned.push_back(frame.settled());
        }
    }

    /// The kind of an open frame (P standing for B too), and whether a scene begins with it.
    fn kind_of(&self, frame: &Frame<T>) -> (FrameKind, bool) {
        let index = frame.display_index;
        let distances = CutDistances::new(&frame.limits, self.config.frame_rate);
        let distance = self.clock.distance(index);
        let due =
            self.clock.is_due(index, frame.info.presentation_time, self.time_after(frame), &frame.limits);
        let may_open = due && self.config.open_groups;
        // What is due anyway need not be taken for a cut readily.
        let felt = if may_open { distance.min(distances.minimum) } else { distance };
        let scene_cut = index > 0
            && self.config.scene_cut
            && distances.is_cut(&frame.prediction.cost, felt)
            && !self.is_flash(frame);
        let open = may_open && index > 0 && !scene_cut;
        let required = frame.info.force_key || frame.info.intra_only || (due && !open);
        let kind = if required || (scene_cut && distance >= distances.minimum) {
            FrameKind::Idr
        } else if due {
            return OPENING;
        } else if scene_cut {
            FrameKind::I
        } else {
            FrameKind::P
        };
        (kind, scene_cut)
    }

    /// When the frame after an open one comes: known, or by its duration, or as long after it as it came after
    /// the one before.
    fn time_after(&self, frame: &Frame<T>) -> Time {
        let next = frame.display_index + 1;
        let time = frame.info.presentation_time;
        if let Some(next) = self.open.iter().find(|other| other.display_index == next) {
            return next.info.presentation_time;
        }
        let given = Some(frame.info.duration).filter(|duration| duration.is_numeric() && duration.value > 0);
        given.or(self.spacing).map_or(Time::INVALID, |step| time + step)
    }

    /// Whether the frames on both sides of a supposed cut resemble each other after all: then a frame or two
    /// were lit or covered, and no scene has begun.
    fn is_flash(&self, supposed: &Frame<T>) -> bool {
        let index = supposed.display_index;
        let after = (1..=DECISION_DELAY as u64).map(|step| (index + step, index.checked_sub(1)));
        let before = (2..=PICTURES_BEFORE as u64).map(|step| (index, index.checked_sub(step)));
        after.chain(before).any(|(later, earlier)| {
            let pictures = self.picture(later).zip(earlier.and_then(|index| self.picture(index)));
            let frame = self.open.iter().find(|frame| frame.display_index == later);
            let Some(((source, reference), frame)) = pictures.zip(frame) else { return false };
            let field = search_motion(source.whole(), reference, self.grid, &[], &self.kernels);
            let best = frame.analysis.best_sum(&field.costs);
            let ratio = |inter: u64, intra: u64| inter as f64 / intra.max(1) as f64;
            let cut = ratio(supposed.prediction.cost.inter, supposed.analysis.intra_sum);
            ratio(best, frame.analysis.intra_sum) < FLASH_RATIO * cut
        })
    }

    /// Takes the first planned frame out.
    pub(super) fn plan_next(&mut self) -> Option<PlannedFrame<T>> {
        let propagates = self.propagates();
        if propagates {
            self.propagate();
        }
        let frame = self.planned.pop_front()?;
        let Frame { analysis, prediction, kind, .. } = frame;
        let mut qp_offsets = analysis.offsets;
        if propagates {
            let strength = (5.0 * (1.0 - self.config.curve_compression)) as f32;
            let weight = self.weight(frame.duration);
            self.inheritances[0].apply(self.grid, &analysis.own, weight, strength, &mut qp_offsets);
        }
        let mut cost = prediction.cost;
        let mut before = cost.weighted;
        if kind.is_intra() {
            (cost.inter, cost.intra_blocks) = (cost.intra, self.grid.count() as u32);
            before = analysis.weighted_intra;
        }
        let blocks = analysis.intra.iter().zip(&prediction.costs).zip(&qp_offsets);
        let mut row_costs = vec![0.0; self.grid.rows];
        for (index, ((&intra, &inter), &offset)) in blocks.enumerate() {
            let block = if kind.is_intra() { intra } else { intra.min(inter) };
            row_costs[index / self.grid.columns] +=
                f64::from(f32::from(block) * exp2_f32(offset * (-1.0 / 6.0)));
        }
        cost.weighted = row_costs.iter().sum();
        self.ratio.learn(kind, before, cost.weighted);
        let part =
            |(&intra, &inter): (&u16, &u16)| (64 * u32::from(inter) / u32::from(intra.max(1))).min(255) as u8;
        let inter_parts = analysis.intra.iter().zip(&prediction.costs).map(part).collect();
        let [motion, backward_motion] =
            prediction.vectors.map(|vectors| vectors.into_iter().map(HalfVector::to_motion).collect());
        let ahead = self.planned.iter().chain(&self.open).map(|frame| self.ahead(frame)).collect();
        let coding_index = self.popped;
        self.popped += 1;
        Some(PlannedFrame {
            payload: frame.payload,
            info: frame.info,
            kind,
            display_index: frame.display_index,
            coding_index,
            references: if kind.is_intra() { [None, None] } else { prediction.references },
            qp_offsets,
            cost,
            row_costs,
            motion,
            backward_motion,
            inter_parts,
            scene_cut: frame.scene_cut,
            opens_group: (kind, frame.scene_cut) == OPENING,
            duration_seconds: frame.duration,
            ahead,
            ahead_is_all: self.flushed == self.pushed,
        })
    }

    fn ahead(&self, frame: &Frame<T>) -> FrameAhead {
        let intra = frame.kind.is_intra();
        let cost = if intra { frame.analysis.weighted_intra } else { frame.prediction.cost.weighted };
        FrameAhead {
            kind: frame.kind,
            weighted_cost: cost * self.ratio.of(frame.kind),
            duration_seconds: frame.duration,
        }
    }

    pub(super) fn propagates(&self) -> bool {
        self.config.importance_propagation && self.config.depth > 0
    }

    /// Fills `inheritances[0]` with what the frames ahead hand down to the first planned frame.
    fn propagate(&mut self) {
        // Nothing passes an IDR picture. Frames whose kind is open count as predicted from the one before.
        let ends =
            |frame: &&Frame<T>| frame.kind == FrameKind::Idr || frame.info.force_key || frame.info.intra_only;
        let waiting = self.planned.iter().chain(&self.open);
        let chain: Vec<&Frame<T>> =
            waiting.clone().take(1).chain(waiting.skip(1).take_while(|frame| !ends(frame))).collect();
        let mut inheritances = std::mem::take(&mut self.inheritances);
        inheritances.resize_with(inheritances.len().max(chain.len()).max(1), Inheritance::default);
        for inheritance in &mut inheritances[..chain.len().max(1)] {
            inheritance.clear(self.grid);
        }
        for (position, frame) in chain.iter().enumerate().skip(1).rev() {
            if frame.kind.is_intra() {
                continue;
            }
            let mut weight = self.weight(frame.duration);
            if frame.kind == FrameKind::B {
                weight *= B_INHERITANCE;
            }
            for (reference, links) in frame.prediction.references.iter().zip(&frame.prediction.links) {
                let to = chain[..position].iter().position(|frame| Some(frame.display_index) == *reference);
                let Some(to) = to else { continue };
                let (earlier, later) = inheritances.split_at_mut(position);
                let own = &frame.analysis.own;
                Inheritance::hand_down(self.grid, &later[0], own, weight, links, &mut earlier[to]);
            }
        }
        self.inheritances = inheritances;
    }

    /// Frames shown longer matter more.
    fn weight(&self, duration: f64) -> f32 {
        (duration.clamp(0.01, 1.0) * self.config.frame_rate.clamp(1.0, 100.0)) as f32
    }
}

/// Part of what a B frame inherits that counts: coded more coarsely than its references, it loses
/// some of their quality anyway. Measured on clips of five kinds.
const B_INHERITANCE: f32 = 0.5;

/// How much importance adds to the weighted costs, to estimate it for frames that are still ahead.
#[derive(Debug)]
pub(super) struct ImportanceRatio {
    intra: (f64, u32),
    inter: (f64, u32),
}

impl Default for ImportanceRatio {
    fn default() -> Self {
        Self { intra: (1.5, 0), inter: (1.2, 0) }
    }
}

impl ImportanceRatio {
    fn of(&self, kind: FrameKind) -> f64 {
        if kind.is_intra() { self.intra.0 } else { self.inter.0 }
    }

    fn learn(&mut self, kind: FrameKind, before: f64, after: f64) {
        let (ratio, count) = if kind.is_intra() { &mut self.intra } else { &mut self.inter };
        if before > 0.0 {
            *count = (*count + 1).min(12);
            *ratio += ((after / before).clamp(1.0 / 16.0, 16.0) - *ratio) / f64::from(*count);
        }
    }
}
