//! Synthetic clips, and what holds of any plan.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use vitascope_core::Time;
use vitascope_encode::{Crew, FrameInfo, FrameKind, Job, Lookahead, LookaheadConfig, LumaView, PlannedFrame};

/// A value between 0 and 255 that depends on nothing but the position and the seed.
pub(crate) fn hash(x: i32, y: i32, seed: i32) -> u8 {
    let mut h =
        (x as u32).wrapping_mul(0x9e37_79b1) ^ (y as u32).wrapping_mul(0x85eb_ca6b) ^ (seed as u32) << 7;
    h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
    h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
    (h >> 24) as u8
}

/// Detail of a scale of eight samples.
pub(crate) fn texture(x: i32, y: i32, seed: i32) -> u8 {
    let (cx, cy, fx, fy) = (x >> 3, y >> 3, x & 7, y & 7);
    let at = |dx, dy| i32::from(hash(cx + dx, cy + dy, seed));
    let top = at(0, 0) * (8 - fx) + at(1, 0) * fx;
    let bottom = at(0, 1) * (8 - fx) + at(1, 1) * fx;
    ((top * (8 - fy) + bottom * fy) / 64) as u8
}

pub(crate) struct Clip {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) config: LookaheadConfig,
    /// Timescale and duration of a frame.
    pub(crate) timing: (i32, i64),
    pub(crate) crew: Option<Arc<dyn Crew>>,
    /// Pictures are measured by themselves, two after the one that goes in.
    pub(crate) ahead: bool,
}

/// Does jobs on two threads that come and go, from the last to the first; counts them.
#[derive(Debug, Default)]
pub(crate) struct Backwards(pub(crate) AtomicUsize);

impl Crew for Backwards {
    fn run(&self, jobs: Vec<Job>) {
        self.0.fetch_add(jobs.len(), Ordering::Relaxed);
        let jobs = Mutex::new(jobs);
        let work = || {
            while let Some(job) = { jobs.lock().unwrap().pop() } {
                job();
            }
        };
        thread::scope(|scope| {
            scope.spawn(work);
            scope.spawn(work);
        });
    }

    fn lend(&self, job: Job) {
        self.0.fetch_add(1, Ordering::Relaxed);
        thread::spawn(job);
    }

    fn helpers(&self) -> usize {
        2
    }
}

impl Clip {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        let config = LookaheadConfig { width, height, depth: 8, ..LookaheadConfig::default() };
        Self { width, height, config, timing: (30, 1), crew: None, ahead: false }
    }

    pub(crate) fn info(&self, index: usize) -> FrameInfo {
        FrameInfo {
            presentation_time: Time::new(index as i64 * self.timing.1, self.timing.0),
            duration: Time::new(self.timing.1, self.timing.0),
            force_key: false,
            intra_only: false,
        }
    }

    /// Runs `count` frames whose samples are `sample(frame, x, y)`.
    pub(crate) fn run(&self, count: usize, sample: impl Fn(i32, i32, i32) -> u8) -> Vec<PlannedFrame<usize>> {
        self.run_with(count, sample, |info, _| info)
    }

    pub(crate) fn run_with(
        &self,
        count: usize,
        sample: impl Fn(i32, i32, i32) -> u8,
        change: impl Fn(FrameInfo, usize) -> FrameInfo,
    ) -> Vec<PlannedFrame<usize>> {
        let frames = self.code(count, sample, change);
        for (index, frame) in frames.iter().enumerate() {
            assert_eq!((frame.payload as u64, frame.coding_index), (frame.display_index, index as u64));
            assert!(frame.kind.is_intra() || frame.references == [Some(index as u64 - 1), None]);
            assert!(frame.backward_motion.is_empty());
        }
        frames
    }

    /// All frames in coding order, checked for what holds of any plan.
    pub(crate) fn code(
        &self,
        count: usize,
        sample: impl Fn(i32, i32, i32) -> u8,
        change: impl Fn(FrameInfo, usize) -> FrameInfo,
    ) -> Vec<PlannedFrame<usize>> {
        let mut lookahead = Lookahead::new(self.config).unwrap();
        if let Some(crew) = &self.crew {
            lookahead = lookahead.helped_by(Arc::clone(crew));
        }
        let mut frames = Vec::new();
        let mut waiting = VecDeque::new();
        for index in 0..count {
            let data = self.picture(index, &sample);
            let luma =
                LumaView { data: &data, stride: self.width + 3, width: self.width, height: self.height };
            let info = change(self.info(index), index);
            if self.ahead {
                waiting.push_back((lookahead.next_turn().analyse(luma).unwrap(), info, index));
                if waiting.len() > 2 {
                    let (analysis, info, index) = waiting.pop_front().unwrap();
                    lookahead.push_analysed(analysis, info, index).unwrap();
                }
            } else {
                lookahead.push(luma, info, index).unwrap();
            }
            frames.extend(std::iter::from_fn(|| lookahead.pop()));
            assert_eq!(frames.len(), (index + 1 - waiting.len()).saturating_sub(self.config.depth));
        }
        for (analysis, info, index) in waiting {
            lookahead.push_analysed(analysis, info, index).unwrap();
            frames.extend(std::iter::from_fn(|| lookahead.pop()));
        }
        lookahead.flush();
        frames.extend(std::iter::from_fn(|| lookahead.pop()));
        assert_eq!(frames.len(), count);
        for frame in &frames {
            let blocks = self.width.div_ceil(16) * self.height.div_ceil(16);
            assert_eq!((frame.qp_offsets.len(), frame.motion.len()), (blocks, blocks));
            assert!(frame.qp_offsets.iter().all(|offset| offset.is_finite() && offset.abs() < 40.0));
            assert!(frame.cost.inter <= frame.cost.intra && frame.cost.intra_blocks <= blocks as u32);
        }
        frames
    }

    pub(crate) fn picture(&self, index: usize, sample: impl Fn(i32, i32, i32) -> u8) -> Vec<u8> {
        let mut data = vec![99; (self.width + 3) * self.height];
        for (y, row) in data.chunks_exact_mut(self.width + 3).enumerate() {
            for (x, value) in row[..self.width].iter_mut().enumerate() {
                *value = sample(index as i32, x as i32, y as i32);
            }
        }
        data
    }
}
pub(crate) fn keys(frames: &[PlannedFrame<usize>]) -> Vec<usize> {
    frames.iter().filter(|frame| frame.kind == FrameKind::Idr).map(|frame| frame.payload).collect()
}

pub(crate) fn moving(frame: i32, x: i32, y: i32) -> u8 {
    texture(x + 3 * frame, y + frame, 1)
}
