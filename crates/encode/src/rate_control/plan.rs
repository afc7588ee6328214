//! Rate control with foresight: a pass before has measured every frame, so that the height of the quality curve is known that
//! meets the rate over the whole stream.

use std::collections::{HashMap, VecDeque};

use vitascope_core::Time;

use super::quality::shown_shape;
use super::recorded_bits::recorded_bits;
use super::size_model::intra_divisor;
use super::{RateConfig, step_of_qp};
use crate::frame::FrameKind;
use crate::frame_record::FrameRecord;
use crate::math::pow;

/// The frames of a pass with what they will ask for.
///
/// One height serves the whole stream: quality is even, and quiet parts pay for busy ones. While the pass goes on, sizes that
/// differ from the prediction move the height a little, for the frames that remain.
#[derive(Debug, Clone)]
pub(super) struct PassPlan {
    /// Places in coding order by presentation time.
    places: HashMap<(i64, i32, i64), u32>,
    /// What the frames from a place on ask for, and what all do; one more than there are frames.
    from: Vec<Remaining>,
    parts: Vec<f64>,
    /// Where each frame's scene ends.
    scene_ends: Vec<u32>,
    bits: f64,
    /// Height that the prediction alone asks for.
    first_height: f64,
    height: f64,
    overhead: f64,
    spent: f64,
    /// Sizes of finished frames beyond the overhead, and what was predicted: of all, and of those of one scene.
    all: Experience,
    scene: Experience,
    /// Where the scene of the last finished frame ends.
    scene_end: u32,
    in_flight: VecDeque<Started>,
    next: Option<Time>,
}

/// What a stretch of frames asks for at a height of 1, by how it falls with the height.
#[derive(Debug, Clone, Copy, Default)]
struct Remaining {
    fixed: f64,
    predicted: f64,
    intra: f64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Experience {
    actual: f64,
    predicted: f64,
}

#[derive(Debug, Clone, Copy)]
struct Started {
    index: u64,
    scene_end: u32,
    /// Predicted bits beyond the overhead.
    bits: f64,
    /// What it takes besides for making a still picture finer.
    refined: f64,
}

/// What the plan says of a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct PlannedStep {
    pub(super) step: f64,
    /// Bits that neither this frame nor those after it have use for at the height of the curve, as where all of them stand still.
    pub(super) left: f64,
}

/// Part of the whole prediction that stands against what the first frames say about it.
const TRUST: f64 = 0.08;
/// Part of the rest of a scene that stands against what its first frames say.
const SCENE_TRUST: f64 = 0.3;
/// The rest of the stream below which errors are not made good in full: it must not look unlike the rest.
const END: f64 = 0.04;
/// How far the height may go from the one that was planned, while at least this part of the stream remains; less near the end, where
/// few frames would have to make good what came before.
const LARGEST_CHANGE: f64 = 4.0;
const FREE_PART: f64 = 0.06;
/// The same for a height that falls: pictures that stand cost little at the height that they had, and many times that below it, of
/// which their records say nothing.
const FREE_TO_FALL: f64 = 0.2;

impl PassPlan {
    /// A plan for frames in coding order that may take so many bits together.
    pub(super) fn new(records: &[FrameRecord], bits: f64, overhead: f64, config: &RateConfig) -> Self {
        let shapes = shapes(records, config);
        let own_bits = recorded_bits(records, overhead);
        let mut from = vec![Remaining::default(); records.len() + 1];
        let mut parts = vec![1.0; records.len()];
        let mut places = HashMap::with_capacity(records.len());
        let (mut scene_ends, mut end) = (vec![0; records.len()], records.len() as u32);
        for (place, record) in records.iter().enumerate().rev() {
            let part = shapes[place] / config.divisor(record.kind);
            parts[place] = part;
            scene_ends[place] = end;
            if record.kind == FrameKind::Idr || record.scene_cut {
                end = place as u32;
            }
            places.insert(name(record.presentation_time), place as u32);
            from[place] = from[place + 1];
            let beyond = own_bits[place];
            let step = step_of_qp(record.base_qp);
            from[place].fixed += overhead.min(record.bits as f64);
            if record.kind.is_intra() {
                from[place].intra += beyond * intra_divisor(step) / intra_divisor(part);
            } else {
                from[place].predicted += beyond * step / part;
            }
        }
        let limits = (step_of_qp(config.min_qp) * 0.5, step_of_qp(config.max_qp) * 4.0);
        let height = from[0].height(bits, limits);
        Self {
            places,
            from,
            parts,
            bits,
            first_height: height,
            height,
            overhead,
            spent: 0.0,
            all: Experience::default(),
            scene: Experience::default(),
            scene_end: 0,
            scene_ends,
            in_flight: VecDeque::new(),
            next: None,
        }
    }

    /// Says which frame is started next.
    pub(super) fn announce(&mut self, presentation_time: Time) {
        self.next = Some(presentation_time);
    }

    /// Step of the next frame.
    pub(super) fn step(&mut self, index: u64, kind: FrameKind, config: &RateConfig) -> PlannedStep {
        let place = self.next.take().and_then(|time| self.places.get(&name(time)).copied());
        let Some(place) = place.map(|place| place as usize) else {
            // A frame that the pass before did not have.
            self.in_flight.push_back(Started { index, scene_end: self.scene_end, bits: 0.0, refined: 0.0 });
            return PlannedStep { step: self.height / config.divisor(kind), left: 0.0 };
        };
        let scene_end = self.scene_ends[place];
        let after = self.from[scene_end as usize];
        let everywhere = self.all.correction(TRUST * (self.bits - self.from[0].fixed).max(1.0), 1.0);
        // What is left of a scene will be like what came of it.
        let ahead = self.from[place].without(&after);
        let here = match scene_end == self.scene_end {
            true => self.scene.correction(SCENE_TRUST * ahead.bits(self.height), everywhere),
            false => everywhere,
        };
        let flying: f64 =
            self.in_flight.iter().map(|started| self.overhead + started.bits * here + started.refined).sum();
        let rest = ahead.scaled(here).with(&after.scaled(everywhere));
        let needed = rest.bits(self.height);
        let whole = self.from[0].bits(self.first_height);
        let weight = (needed / (END * whole).max(1.0)).min(1.0);
        let available = self.bits - self.spent - flying;
        let bits = needed + (available - needed) * weight;
        let change = |free: f64| 1.0 + (LARGEST_CHANGE - 1.0) * (needed / (free * whole).max(1.0)).min(1.0);
        let experienced = self.first_height * everywhere;
        let limits = (experienced / change(FREE_TO_FALL), experienced * change(FREE_PART));
        self.height = rest.height(bits, limits);
        let own = Remaining { fixed: 0.0, ..self.from[place].without(&self.from[place + 1]) };
        self.in_flight.push_back(Started { index, scene_end, bits: own.bits(self.height), refined: 0.0 });
        PlannedStep { step: self.height * self.parts[place], left: available - rest.bits(self.height) }
    }

    /// The frame that was started last takes so many bits more for making a still picture finer.
    pub(super) fn refines(&mut self, bits: f64) {
        if let Some(started) = self.in_flight.back_mut() {
            started.refined = bits;
        }
    }

    /// Takes in the size of a frame.
    pub(super) fn finished(&mut self, index: u64, bits: f64) {
        while let Some(started) = self.in_flight.front().copied().filter(|started| started.index <= index) {
            self.in_flight.pop_front();
            if started.index == index {
                self.spent += bits;
                if started.scene_end != self.scene_end {
                    (self.scene, self.scene_end) = (Experience::default(), started.scene_end);
                }
                if started.bits > 0.0 && started.refined <= 0.0 {
                    for experience in [&mut self.all, &mut self.scene] {
                        experience.actual += (bits - self.overhead).max(0.0);
                        experience.predicted += started.bits;
                    }
                }
            }
        }
    }
}

impl Experience {
    /// How actual sizes relate to predicted ones, with so many bits that stand for a ratio known before.
    fn correction(&self, trust: f64, before: f64) -> f64 {
        (self.actual + before * trust) / (self.predicted + trust).max(1.0)
    }
}

impl Remaining {
    fn bits(&self, height: f64) -> f64 {
        self.fixed + self.predicted / height + self.intra / intra_divisor(height)
    }

    fn scaled(&self, factor: f64) -> Self {
        Self { fixed: self.fixed, predicted: self.predicted * factor, intra: self.intra * factor }
    }

    fn with(&self, other: &Self) -> Self {
        Self {
            fixed: self.fixed + other.fixed,
            predicted: self.predicted + other.predicted,
            intra: self.intra + other.intra,
        }
    }

    fn without(&self, other: &Self) -> Self {
        Self {
            fixed: self.fixed - other.fixed,
            predicted: (self.predicted - other.predicted).max(0.0),
            intra: (self.intra - other.intra).max(0.0),
        }
    }

    /// The height at which so many bits are used, between two.
    fn height(&self, bits: f64, (mut low, mut high): (f64, f64)) -> f64 {
        // Bits fall with the height: halve the interval on a scale of ratios.
        for _ in 0..40 {
            let middle = (low * high).sqrt();
            if self.bits(middle) > bits {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }
}

fn name(time: Time) -> (i64, i32, i64) {
    (time.value, time.timescale, time.epoch)
}

/// The curve at each frame, relative to typical content: frames shown longer get finer steps, and where nothing is known of
/// importance, complex content coarser ones.
fn shapes(records: &[FrameRecord], config: &RateConfig) -> Vec<f64> {
    let spread = 1.0 - config.curve_compression;
    if config.importance_propagation {
        return records.iter().map(|record| shown_shape(record.duration_seconds, spread)).collect();
    }
    // Blurred from both sides, with half the weight from frame to frame.
    let complexity =
        |record: &FrameRecord| record.cost.inter as f64 * 0.04 / record.duration_seconds.clamp(0.01, 1.0);
    let mut shapes = vec![(0.0, 0.0); records.len()];
    for reverse in [false, true] {
        let (mut sum, mut weight) = (0.0, 0.0);
        for step in 0..records.len() {
            let place = if reverse { records.len() - 1 - step } else { step };
            if records[place].kind == FrameKind::P {
                sum += complexity(&records[place]);
                weight += 1.0;
            }
            shapes[place].0 += sum;
            shapes[place].1 += weight;
            (sum, weight) = (sum * 0.5, weight * 0.5);
        }
    }
    let typical = f64::from(config.macroblocks) * super::quality::TYPICAL_COST;
    let shape = |(sum, weight): (f64, f64)| {
        if weight > 0.0 {
            pow((sum / weight / typical).max(super::quality::LEAST_COMPLEXITY), spread)
        } else {
            1.0
        }
    };
    shapes.into_iter().map(shape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FrameCost;

    /// Frames of which the second half takes five times the bits, coded at QPs that gave both the same rate.
    fn records() -> Vec<FrameRecord> {
        (0..200)
            .map(|i| FrameRecord {
                presentation_time: Time::new(i, 25),
                duration_seconds: 0.04,
                kind: if i % 100 == 0 { FrameKind::Idr } else { FrameKind::P },
                scene_cut: false,
                cost: FrameCost::default(),
                motion: 0.0,
                base_qp: if i < 100 { 20.0 } else { 34.0 },
                bits: if i % 100 == 0 { 50_000 } else { 10_000 },
            })
            .collect()
    }

    fn run(error: impl Fn(usize) -> f64, bits: f64) -> (f64, Vec<f64>) {
        run_over(&records(), error, bits)
    }

    fn run_over(records: &[FrameRecord], error: impl Fn(usize) -> f64, bits: f64) -> (f64, Vec<f64>) {
        let config = RateConfig { macroblocks: 400, ..RateConfig::default() };
        let mut plan = PassPlan::new(records, bits, 92.0, &config);
        let (mut spent, mut steps, mut sizes) = (0.0, Vec::new(), Vec::new());
        for (i, record) in records.iter().enumerate() {
            plan.announce(record.presentation_time);
            let step = plan.step(i as u64, record.kind, &config).step;
            let old = step_of_qp(record.base_qp);
            let ratio = if record.kind.is_intra() { intra_divisor(old / step) } else { old / step };
            let size = 92.0 + (record.bits as f64 - 92.0) * ratio * error(i);
            spent += size;
            sizes.push(size);
            steps.push(step * config.divisor(record.kind));
            if i >= 3 {
                plan.finished(i as u64 - 3, sizes[i - 3]);
            }
        }
        (spent, steps)
    }

    #[test]
    fn exact_predictions_give_one_height() {
        for bits in [500_000.0, 2_000_000.0, 8_000_000.0] {
            let (spent, steps) = run(|_| 1.0, bits);
            assert!((spent / bits - 1.0).abs() < 0.002, "{spent} for {bits}");
            assert!(steps.iter().all(|step| (step / steps[0] - 1.0).abs() < 0.02), "{steps:?}");
        }
    }

    #[test]
    fn errors_are_made_good_before_the_end() {
        let noise = |i: usize| 1.0 + ((i * 7919 % 13) as f64 - 6.0) / 20.0;
        for error in
            [&(|_| 1.3) as &dyn Fn(usize) -> f64, &|_| 0.75, &noise, &|i| if i < 100 { 1.2 } else { 0.9 }]
        {
            let (spent, steps) = run(error, 2_000_000.0);
            assert!((spent / 2e6 - 1.0).abs() < 0.01, "{spent}");
            assert!(steps.windows(2).all(|pair| (pair[1] / pair[0] - 1.0).abs() < 0.1), "{steps:?}");
        }
    }

    #[test]
    fn what_is_left_over_does_not_go_into_stills_at_the_end() {
        let mut records = records();
        for record in &mut records[100..] {
            (record.kind, record.base_qp, record.bits) = (FrameKind::P, 20.0, 10_000);
        }
        records[160..].iter_mut().for_each(|record| record.bits = 800);
        let (_, steps) = run_over(&records, |i| if (110..160).contains(&i) { 0.7 } else { 1.0 }, 1.7e6);
        let finest = steps[160..190].iter().copied().fold(f64::MAX, f64::min);
        assert!(finest > 0.5 * steps[100], "{finest} after {}", steps[100]);
    }

    #[test]
    fn a_frame_that_nobody_knows_is_coded_at_the_same_height() {
        let config = RateConfig { macroblocks: 400, ..RateConfig::default() };
        let mut plan = PassPlan::new(&records(), 2e6, 92.0, &config);
        plan.announce(Time::new(5, 25));
        let known = plan.step(0, FrameKind::P, &config).step;
        plan.announce(Time::new(11, 50));
        assert!((plan.step(1, FrameKind::P, &config).step / known - 1.0).abs() < 0.01);
    }
}
