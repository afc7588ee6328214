//! Placing B frames: how many frames in a row are predicted from both sides before the next P frame.

use super::prediction::Prediction;
use super::sides::Sides;
use super::{Frame, Lookahead};
use crate::frame::FrameKind;

/// A longer group must be cheaper by one part in so many: each frame without pictures predicted from it is one that those
/// after it cannot learn from.
const BIAS: u64 = 50;
/// The same for groups in which B frames are predicted from more than two frames away because they are no references.
const FAR_BIAS: u64 = 20;

impl<T> Lookahead<T> {
    /// Frames up to and including the next P frame, at least 1 and at most `reach`, of the open frames.
    ///
    /// The group grows as long as it is clearly cheaper than a shorter one followed by a P frame.
    pub(super) fn best_group(&mut self, reach: usize) -> usize {
        let mut best = 1;
        let mut cost = self.predicted_effort(0, 1);
        for length in 2..=reach {
            // Motion against the frame before is always known.
            let shorter = cost + self.predicted_effort(length - 1, 1);
            let longer = self.group_effort(length);
            let far = length > 2 && !self.config.b_references;
            let bias = if far { FAR_BIAS } else { BIAS };
            if longer.saturating_add(longer / bias) > shorter {
                break;
            }
            (best, cost) = (length, longer);
        }
        best
    }

    /// Takes a group of open frames out, its last frame first, then the B frames in coding order. The last frame is a P
    /// frame, or where it `opens` a group an intra picture, from which distances to sync frames count.
    pub(super) fn plan_group(&mut self, length: usize, opens: bool) {
        let Some(first) = self.open.front().map(|frame| frame.display_index) else { return };
        let (before, last) = (first - 1, first + length as u64 - 1);
        // Coding order: the last frame, then (with enough B frames) the middle one as a reference, then the rest.
        let mut order = vec![(last, FrameKind::P, [before, before])];
        let middle = (before + last) / 2;
        let split = length > 2 && self.config.b_references;
        if split {
            order.push((middle, FrameKind::ReferenceB, [before, last]));
        }
        for index in (first..last).filter(|&index| !(split && index == middle)) {
            let references = match split {
                true if index < middle => [before, middle],
                true => [middle, last],
                false => [before, last],
            };
            order.push((index, FrameKind::B, references));
        }
        let links = self.propagates();
        let is_opening = |index: u64| opens && index == last;
        let wanted = order.iter().filter(|(index, _, _)| !is_opening(*index));
        let sides: Vec<Sides> = wanted
            .map(|&(index, kind, references)| {
                let position = (index - first) as usize;
                if kind == FrameKind::P {
                    Sides::one(position, before)
                } else {
                    Sides::two(position, references)
                }
            })
            .collect();
        let mut looked_at = self.look_at(&sides).into_iter();
        for &(index, kind, references) in &order {
            let position = (index - first) as usize;
            if is_opening(index) {
                let frame = &mut self.open[position];
                frame.kind = FrameKind::I;
                self.clock.restart(index, frame.info.presentation_time);
                continue;
            }
            let blocks = looked_at.next().flatten();
            let analysis = &self.open[position].analysis;
            let field = |reference: u64| analysis.field(index as i64 - reference as i64);
            let prediction = if kind == FrameKind::P {
                field(before).map(|field| Prediction::one(analysis, before, field, self.grid, links))
            } else {
                blocks.zip(field(references[0]).zip(field(references[1]))).map(|(blocks, (a, b))| {
                    Prediction::two(analysis, references, [a, b], &blocks, self.grid, links)
                })
            };
            if let Some(prediction) = prediction {
                let frame = &mut self.open[position];
                (frame.prediction, frame.kind) = (prediction, kind);
            }
        }
        let mut group: Vec<Option<Frame<T>>> = self.open.drain(..length).map(Some).collect();
        for (index, _, _) in order {
            self.planned.extend(group[(index - first) as usize].take().map(Frame::settled));
        }
    }

    /// Effort of a group: its last frame from the frame before the group, the others from both.
    fn group_effort(&mut self, length: usize) -> u64 {
        let Some(first) = self.open.front().map(|frame| frame.display_index) else { return u64::MAX };
        let (before, last) = (first - 1, first + length as u64 - 1);
        let others = (0..length - 1).map(|position| Sides::two(position, [before, last]));
        let sides: Vec<Sides> = std::iter::once(Sides::one(length - 1, before)).chain(others).collect();
        let looked_at = self.look_at(&sides);
        let mut effort = self.predicted_effort(length - 1, length as i64);
        for (position, blocks) in looked_at.into_iter().skip(1).enumerate() {
            let Some(blocks) = blocks else { return u64::MAX };
            let costs: Vec<u16> = blocks.iter().map(|block| block.cost).collect();
            effort = effort.saturating_add(self.open[position].analysis.effort(&costs));
        }
        effort
    }

    /// Effort of an open frame predicted from the one so far before it, where that has been looked at.
    fn predicted_effort(&self, position: usize, distance: i64) -> u64 {
        let analysis = &self.open[position].analysis;
        analysis.field(distance).map_or(u64::MAX / 4, |field| analysis.effort(&field.costs))
    }
}
