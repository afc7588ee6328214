//! The lookahead: frames wait here until enough is known about what follows them.

mod analysis;
mod bidirectional;
mod picture;
mod plan;
mod prediction;
mod sides;
mod turn;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::crew::Crew;
use crate::error::Error;
use crate::frame::{FrameInfo, FrameKind, LumaView, PlannedFrame};
use crate::half_picture::{BlockGrid, HalfPicture};
use crate::importance::Inheritance;
use crate::kernels::{CpuLevel, Kernels};
use crate::key_frames::{KeyFrameClock, KeyFrameLimits};
use crate::motion::{HalfVector, MotionField};
use analysis::Analysis;
use picture::PictureAnalyser;
pub use picture::PictureAnalysis;
use plan::ImportanceRatio;
use prediction::Prediction;
pub use turn::PictureTurn;
use turn::Trail;
use vitascope_core::Time;

/// Settings of a [`Lookahead`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LookaheadConfig {
    /// Luma samples in a row, 1 to 32768.
    pub width: usize,
    /// Luma rows, 1 to 32768.
    pub height: usize,
    /// Frames looked ahead, 0 to 250: a frame leaves once this many follow it.
    pub depth: usize,
    /// Where sync frames must stand.
    pub key_frames: KeyFrameLimits,
    /// Begin new scenes with intra pictures.
    pub scene_cut: bool,
    /// Most B frames in a row, 0 to 8; fewer where they would not pay, and never more than the depth.
    pub max_b_frames: usize,
    /// With two or more B frames in a row, the middle one becomes a reference for the others.
    pub b_references: bool,
    /// Where a sync frame is due but no scene begins and none was asked for, an intra picture that B frames before it may be
    /// predicted from takes its place ([`PlannedFrame::opens_group`]).
    pub open_groups: bool,
    /// Offset QPs by the importance of blocks; needs a depth above 0 to have an effect.
    pub importance_propagation: bool,
    /// Strength of adaptive quantisation, 0 (off) to 3; 1 is usual.
    pub adaptive_quantisation: f32,
    /// How far complex content is held to the quality of simple content, 0 (equal bits) to 1 (equal
    /// quantiser); 0.6 is usual. Importance counts for more the lower it is.
    pub curve_compression: f64,
    /// P frames can weight their references: what only changes its light counts as well predicted.
    pub weighted_prediction: bool,
    /// Expected frames per second, for frames whose duration is unknown; above 0, at most 1000.
    pub frame_rate: f64,
    /// Best CPU level to use.
    pub cpu_level: CpuLevel,
}

impl Default for LookaheadConfig {
    fn default() -> Self {
        Self {
            width: 0,
            height: 0,
            depth: 20,
            key_frames: KeyFrameLimits::default(),
            scene_cut: true,
            max_b_frames: 0,
            b_references: true,
            open_groups: false,
            importance_propagation: true,
            adaptive_quantisation: 1.0,
            curve_compression: 0.6,
            weighted_prediction: false,
            frame_rate: 30.0,
            cpu_level: CpuLevel::detected(),
        }
    }
}

/// Takes frames in presentation order and gives them back in coding order with a plan: kind, QP offsets,
/// costs and motion. `T` is carried along with each frame.
///
/// Everything it decides depends on the frames and settings alone, not on time or CPU.
#[derive(Debug)]
pub struct Lookahead<T> {
    config: LookaheadConfig,
    grid: BlockGrid,
    kernels: Arc<Kernels>,
    /// Helps with pictures that are worth it.
    crew: Option<Arc<dyn Crew>>,
    analyser: PictureAnalyser,
    /// Pictures of the newest frames; the last one is frame `pushed - 1`.
    pictures: VecDeque<Arc<HalfPicture>>,
    /// Frames whose kind is open, in presentation order.
    open: VecDeque<Frame<T>>,
    /// Frames whose kind is decided, in coding order.
    planned: VecDeque<Frame<T>>,
    /// Frames taken in and given out so far.
    pushed: u64,
    popped: u64,
    /// Frames before this number leave without waiting for more.
    flushed: u64,
    clock: KeyFrameClock,
    /// Motion of the frame pushed last.
    hint: Vec<HalfVector>,
    /// What is known of the picture that had the last turn.
    last_turn: Option<Arc<Trail>>,
    /// Duration of the frame pushed last, as far as known.
    duration: f64,
    /// Time from the frame pushed second to last to the last one.
    spacing: Option<Time>,
    last_time: Time,
    inheritances: Vec<Inheritance>,
    ratio: ImportanceRatio,
}

/// Most that the duration of a frame counts for the next one's guess, as a multiple of its own.
const LONGEST_COUNTED: f64 = 4.0;
/// Frames a decision waits for, so that a flash of light is not taken for a new scene.
const DECISION_DELAY: usize = 2;
/// Macroblocks of a picture on which others may help: waking a thread takes as long as a search of fifty.
const LEAST_SHARED: usize = 100;
/// Pictures before the open frames that the same question needs.
const PICTURES_BEFORE: usize = 3;

#[derive(Debug)]
struct Frame<T> {
    payload: T,
    info: FrameInfo,
    limits: KeyFrameLimits,
    display_index: u64,
    duration: f64,
    analysis: Analysis,
    prediction: Prediction,
    kind: FrameKind,
    scene_cut: bool,
}

impl<T> Frame<T> {
    /// Its kind and prediction are decided: what only served to decide goes.
    fn settled(mut self) -> Self {
        self.analysis.fields = Vec::new();
        self
    }
}

impl<T> Lookahead<T> {
    /// Makes a lookahead for pictures of one size.
    ///
    /// # Errors
    /// A setting outside its range.
    pub fn new(config: LookaheadConfig) -> Result<Self, Error> {
        let LookaheadConfig { width, height, .. } = config;
        if !(1..=32768).contains(&width) || !(1..=32768).contains(&height) {
            return Err(Error::PictureSize { width, height });
        }
        Error::check("lookahead depth", config.depth as f64, 0.0, 250.0)?;
        Error::check("B frames in a row", config.max_b_frames as f64, 0.0, 8.0)?;
        Error::check("adaptive quantisation", f64::from(config.adaptive_quantisation), 0.0, 3.0)?;
        Error::check("curve compression", config.curve_compression, 0.0, 1.0)?;
        Error::check("frame rate", config.frame_rate, 1e-3, 1000.0)?;
        let kernels = Arc::new(Kernels::new(config.cpu_level));
        Ok(Self {
            config,
            grid: BlockGrid::new(width, height),
            kernels: Arc::clone(&kernels),
            crew: None,
            analyser: PictureAnalyser::new(&config, kernels),
            pictures: VecDeque::new(),
            open: VecDeque::new(),
            planned: VecDeque::new(),
            pushed: 0,
            popped: 0,
            flushed: 0,
            clock: KeyFrameClock::new(),
            hint: Vec::new(),
            last_turn: None,
            duration: 1.0 / config.frame_rate,
            spacing: None,
            last_time: Time::INVALID,
            inheritances: Vec::new(),
            ratio: ImportanceRatio::default(),
        })
    }

    /// The same with others to help it; the caller's thread does its part too.
    pub fn helped_by(self, crew: Arc<dyn Crew>) -> Self {
        let is_worth_it = self.grid.count() >= LEAST_SHARED;
        Self { crew: is_worth_it.then_some(crew), ..self }
    }

    /// Macroblocks in a row of the picture.
    pub fn macroblock_columns(&self) -> usize {
        self.grid.columns
    }

    /// Rows of macroblocks.
    pub fn macroblock_rows(&self) -> usize {
        self.grid.rows
    }

    /// Frames that went in and did not come out yet.
    pub fn pending(&self) -> usize {
        self.open.len() + self.planned.len()
    }

    /// Changes the limits for all frames pushed from now on.
    pub fn set_key_limits(&mut self, limits: KeyFrameLimits) {
        self.config.key_frames = limits;
    }

    /// Changes the expected frame rate for all frames pushed from now on; values outside the range of
    /// [`LookaheadConfig::frame_rate`] are ignored.
    pub fn set_frame_rate(&mut self, frame_rate: f64) {
        if Error::check("frame rate", frame_rate, 1e-3, 1000.0).is_ok() {
            self.config.frame_rate = frame_rate;
        }
    }

    /// Takes the next frame in presentation order. The samples are not kept.
    ///
    /// # Errors
    /// The view is not of the lookahead's size; nothing was taken.
    pub fn push(&mut self, luma: LumaView<'_>, info: FrameInfo, payload: T) -> Result<(), Error> {
        self.release_pictures();
        let picture = Arc::new(self.analyser.halve(luma, self.crew.as_ref())?);
        let (analysis, forward) = self.analyse(&picture);
        self.last_turn = None;
        self.take_in(picture, analysis, forward, info, payload);
        Ok(())
    }

    /// The turn of the next picture to be measured for [`push_analysed`](Self::push_analysed), on any thread. Pictures have
    /// their turns in the order in which they are pushed.
    pub fn next_turn(&mut self) -> PictureTurn {
        let newest = || {
            let picture = self.pictures.back()?;
            Some(Arc::new(Trail::known(&self.analyser, picture, &self.hint)))
        };
        let before = self.last_turn.take().or_else(newest);
        // Without frames that wait, threads share a search.
        let searches = self.config.depth > 0;
        let turn =
            PictureTurn::after(before, self.analyser.clone(), searches, self.config.weighted_prediction);
        self.last_turn = Some(Arc::clone(turn.trail()));
        turn
    }

    /// [`push`](Self::push) of a picture that has had its [`turn`](Self::next_turn).
    ///
    /// # Errors
    /// The analysis is of a picture of another size; nothing was taken.
    pub fn push_analysed(
        &mut self,
        analysis: PictureAnalysis,
        info: FrameInfo,
        payload: T,
    ) -> Result<(), Error> {
        if !self.analyser.fits(&analysis) {
            let LookaheadConfig { width, height, .. } = self.config;
            return Err(Error::OtherAnalysis { width, height });
        }
        self.release_pictures();
        let PictureAnalysis { picture, analysis, forward } = analysis;
        let newest = self.pictures.back();
        let follows = |before: &Arc<HalfPicture>| newest.is_some_and(|newest| Arc::ptr_eq(before, newest));
        let forward = match forward {
            Some((before, field)) if follows(&before) => Some(field),
            _ => self.search_forward(&picture),
        };
        self.take_in(picture, analysis, forward, info, payload);
        Ok(())
    }

    fn take_in(
        &mut self,
        picture: Arc<HalfPicture>,
        mut analysis: Analysis,
        forward: Option<MotionField>,
        info: FrameInfo,
        payload: T,
    ) {
        self.measure_durations(&info);
        let spacing = info.presentation_time - self.last_time;
        self.spacing = Some(spacing).filter(|spacing| spacing.is_numeric() && spacing.value > 0);
        self.last_time = info.presentation_time;
        let forward = forward.unwrap_or_else(|| MotionField::still(&analysis.intra));
        analysis.fields.push((1, Arc::new(forward)));
        let prediction = analysis.predicted_from_previous(self.pushed, self.grid, self.propagates());
        self.hint.clone_from(&prediction.vectors[0]);
        self.pictures.push_back(picture);
        self.open.push_back(Frame {
            payload,
            info,
            limits: self.config.key_frames,
            display_index: self.pushed,
            duration: self.duration,
            analysis,
            prediction,
            kind: FrameKind::P,
            scene_cut: false,
        });
        self.pushed += 1;
        self.decide();
    }

    /// The next frame in coding order, once enough frames are ahead of it or after [`flush`](Self::flush).
    pub fn pop(&mut self) -> Option<PlannedFrame<T>> {
        let front = self.planned.front()?;
        if front.display_index >= self.flushed && self.pending() <= self.config.depth {
            return None;
        }
        self.plan_next()
    }

    /// No frame waits for more input: all that were pushed can be popped. Pushing may go on afterwards.
    pub fn flush(&mut self) {
        self.flushed = self.pushed;
        self.decide();
    }

    /// Settles the duration of the frame before, whose end is now known, and guesses that of the new one.
    fn measure_durations(&mut self, info: &FrameInfo) {
        if self.pushed == 0 {
            self.duration = 1.0 / self.config.frame_rate;
        } else if let Some(seconds) = seconds_between(self.last_time, info.presentation_time) {
            // The frame before may have left already.
            let newest = self.pushed - 1;
            let mut waiting = self.open.iter_mut().chain(&mut self.planned).rev();
            if let Some(last) = waiting.find(|frame| frame.display_index == newest) {
                last.duration = seconds;
            }
            // Cameras are not punctual, and a pause says little about what follows it.
            self.duration += (seconds.min(LONGEST_COUNTED * self.duration) - self.duration) / 4.0;
        }
        if info.duration.is_numeric() && info.duration.value > 0 {
            self.duration =
                (info.duration.value as f64 / f64::from(info.duration.timescale)).clamp(1e-4, 60.0);
        }
    }

    /// Gives back pictures that no question needs any more.
    fn release_pictures(&mut self) {
        let needed = self.open.len() + PICTURES_BEFORE;
        while self.pictures.len() > needed {
            self.pictures.pop_front().into_iter().for_each(|picture| self.analyser.recycle(picture));
        }
    }

    /// The picture of a frame by number, while it is kept.
    fn picture(&self, index: u64) -> Option<&Arc<HalfPicture>> {
        let first = self.pushed - self.pictures.len() as u64;
        self.pictures.get(usize::try_from(index.checked_sub(first)?).ok()?)
    }
}

/// Seconds between two times when both are numbers and the second is later.
fn seconds_between(from: Time, to: Time) -> Option<f64> {
    let numbers = [from, to].iter().all(|time| time.is_numeric() && time.timescale > 0);
    if !numbers || from.epoch != to.epoch {
        return None;
    }
    let (a, b) = (i128::from(from.timescale), i128::from(to.timescale));
    let difference = i128::from(to.value) * a - i128::from(from.value) * b;
    (difference > 0).then(|| (difference as f64 / (a * b) as f64).clamp(1e-4, 60.0))
}
