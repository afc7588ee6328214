//! Placing B frames: how many frames in a row are predicted from both sides before the next P frame.

use super::prediction::{Prediction, TwoSided, two_sided_costs};
use super::{Frame, Lookahead};
use crate::frame::FrameKind;
use crate::motion::{HalfVector, search_motion};

impl<T> Lookahead<T> {
    /// Frames up to and including the next P frame, at least 1 and at most `reach`, of the open frames.
    ///
    /// The group grows as long as it is cheaper than a shorter one followed by a P frame.
    pub(super) fn best_group(&mut self, reach: usize) -> usize {
        let mut best = 1;
        let mut cost = self.predicted_cost(0, 1);
        for length in 2..=reach {
            let shorter = cost + self.predicted_cost(length - 1, 1);
            let longer = self.group_cost(length);
            if longer > shorter {
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
        for &(index, kind, references) in &order {
            let position = (index - first) as usize;
            if opens && index == last {
                let frame = &mut self.open[position];
                frame.kind = FrameKind::I;
                self.clock.restart(index, frame.info.presentation_time);
                continue;
            }
            let prediction = if kind == FrameKind::P {
                let distance = (index - before) as i64;
                self.search(position, distance);
                let analysis = &self.open[position].analysis;
                analysis
                    .field(distance)
                    .map(|field| Prediction::one(analysis, before, field, self.grid, links))
            } else {
                let blocks = self.two_sided(position, references);
                let analysis = &self.open[position].analysis;
                let field = |reference: u64| analysis.field(index as i64 - reference as i64);
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

    /// Cost of a group: its last frame from the frame before the group, the others from both.
    fn group_cost(&mut self, length: usize) -> u64 {
        let Some(first) = self.open.front().map(|frame| frame.display_index) else { return u64::MAX };
        let mut cost = self.predicted_cost(length - 1, length as i64);
        for position in 0..length - 1 {
            let blocks = self.two_sided(position, [first - 1, first + length as u64 - 1]);
            let Some(blocks) = blocks else { return u64::MAX };
            let costs: Vec<u16> = blocks.iter().map(|block| block.cost).collect();
            cost = cost.saturating_add(self.open[position].analysis.best_sum(&costs));
        }
        cost
    }

    /// Cost of an open frame predicted from the one so far before it.
    fn predicted_cost(&mut self, position: usize, distance: i64) -> u64 {
        self.search(position, distance);
        let analysis = &self.open[position].analysis;
        analysis.field(distance).map_or(u64::MAX / 4, |field| analysis.best_sum(&field.costs))
    }

    /// Costs of an open frame's blocks between two frames.
    fn two_sided(&mut self, position: usize, references: [u64; 2]) -> Option<Vec<TwoSided>> {
        let index = self.open[position].display_index;
        let distances = references.map(|reference| index as i64 - reference as i64);
        for distance in distances {
            self.search(position, distance);
        }
        let analysis = &self.open[position].analysis;
        let fields = [analysis.field(distances[0])?, analysis.field(distances[1])?];
        let pictures = [self.picture(references[0])?, self.picture(references[1])?];
        Some(two_sided_costs(self.picture(index)?, pictures, fields, self.grid, &self.kernels))
    }

    /// Makes sure that the motion of an open frame against another one is known, while both pictures are.
    fn search(&mut self, position: usize, distance: i64) {
        let frame = &self.open[position];
        if frame.analysis.field(distance).is_some() {
            return;
        }
        let index = frame.display_index;
        let Some(reference) = index.checked_add_signed(-distance) else { return };
        let Some((source, reference)) = self.picture(index).zip(self.picture(reference)) else { return };
        // Motion goes on at about the speed it has.
        let nearest = frame.analysis.fields.iter().min_by_key(|(known, _)| (known - distance).abs());
        let hint: Vec<HalfVector> = nearest.map_or_else(Vec::new, |(known, field)| {
            let scale = |component: i16| (i64::from(component) * distance / known).clamp(-192, 192) as i16;
            field.vectors.iter().map(|vector| HalfVector { x: scale(vector.x), y: scale(vector.y) }).collect()
        });
        let field = search_motion(source, reference, self.grid, &hint, &self.kernels);
        self.open[position].analysis.fields.push((distance, field));
    }
}
