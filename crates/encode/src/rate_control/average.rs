//! Average bit rate: the constant-quality curve at the height that meets the rate.

use super::demand::Demand;
use super::quality::QualityCurve;
use super::refinement::{Budget, REFINED, Refinement};
use super::size_model::SizeModel;
use super::{RateConfig, RateFrame, step_of_qp};
use crate::frame::FrameKind;
use crate::math::{exp2, log2};

/// Bookkeeping of an average bit rate.
///
/// What an intra frame costs beyond an ordinary one is spread over the frames that follow. So the height of
/// the curve comes from what the ordinary frames ask for (those ahead, and those of the last seconds), from
/// what is still to be paid for intra frames, and from a correction of what went wrong so far. When the end
/// is in sight, the frames that remain share what is left, exactly.
#[derive(Debug, Default)]
pub(super) struct AverageRate {
    /// Seconds and bits since the aim was set, and the bits there should have been.
    elapsed: f64,
    spent: f64,
    wanted: f64,
    frames: u64,
    /// Height of the curve at the last frame.
    height: Option<f64>,
    /// Ordinary frames so far, fading.
    history: Demand,
    instalments: Vec<Instalment>,
    /// Intra frames in a row.
    intra_run: u32,
    refinement: Refinement,
}

/// An intra frame that is being paid for.
#[derive(Debug)]
struct Instalment {
    index: u64,
    bits: f64,
    begin: f64,
    span: f64,
}

/// How much more the frames ahead count than those before.
const AHEAD_WEIGHT: f64 = 2.0;
/// Part of the time so far over which errors are made good, and the bounds of that time in seconds.
const CORRECTION: f64 = 0.22;
const SHORTEST_HORIZON: f64 = 1.0;
const LONGEST_HORIZON: f64 = 5.0;
/// Part of a whole stream over which its last errors would be made good.
const LAST_HORIZON: f64 = 0.1;
/// Least and greatest rate of ordinary frames, relative to the average.
const LEAST_PART: f64 = 0.15;
const LARGEST_BURST: f64 = 2.5;
/// Most of the bits of the time over which an intra frame is paid for that it may take.
const LARGEST_INTRA_PART: f64 = 0.6;
/// Seconds after which an ordinary frame has mostly faded from the history.
const MEMORY: f64 = 5.0;
/// The end counts as in sight from here on, when it is known, in seconds.
const ENDGAME: f64 = 1.5;
/// Part of all bits owed that the end need not make good, and how much of that where bits are saved.
const TOLERATED: f64 = 0.01;
const TOLERATED_SAVED: f64 = 0.5;
/// How much more than predicted a frame may always take near the end, and how much more no frame is expected to take.
const END_SURPRISE: f64 = 1.3;
const LARGEST_SURPRISE: f64 = 4.0;
/// Highest QP of a frame that is held to what is left: there is room for a coarser one.
const COARSEST_HELD: f64 = 44.0;
/// Shortest time over which errors are made good, in seconds.
const SHORTEST_CORRECTION: f64 = 0.3;
/// Longest time over which an intra frame is paid for, in seconds.
const LONGEST_SPAN: f64 = 3.0;
/// Largest change of the height from frame to frame, in powers of two: 3 QP.
const LARGEST_CHANGE: f64 = 0.5;
/// A frame predicted to use less than this part of its share of bits says nothing about the height.
const QUIET: f64 = 0.02;
/// The most of what is saved that a frame takes at the end for making a still picture finer.
const MOST_REFINED: f64 = 0.8;
/// Seconds of lookahead that refining counts on at least for paying what it takes.
const SHORTEST_REFUND: f64 = 0.5;
/// Changes of the height that a second owed adds to the largest.
const OWED_CHANGES: f64 = 4.0;
/// Seconds of bits that may be owed or saved while the QP stands at its limit.
const LIMIT_SECONDS: f64 = 2.0;

impl AverageRate {
    /// Forgets debts and savings; what the content asks for is still known.
    pub(super) fn restart(&mut self) {
        *self = Self {
            history: self.history,
            intra_run: self.intra_run,
            refinement: self.refinement,
            ..Self::default()
        };
    }

    /// Step of the next frame.
    pub(super) fn step(
        &mut self,
        frame: &RateFrame<'_>,
        rate: f64,
        config: &RateConfig,
        model: &SizeModel,
        quality: &QualityCurve,
    ) -> f64 {
        let shape = quality.shape(frame, config);
        let ordinary_intra = self.note_intra(frame, config);
        let remaining = self.remaining(frame, config);
        let (lowest, highest) = (step_of_qp(config.min_qp), step_of_qp(frame.max_qp(config)));
        let limits = (lowest * 0.5, highest * 2.0);
        let mut current = Demand::default();
        current.add(frame.kind, frame.cost.weighted, shape / config.divisor(frame.kind), frame.duration());
        // Everything ahead, and its ordinary frames alone.
        let (mut all, mut ordinary) = (current, Demand::default());
        if !frame.kind.is_intra() || ordinary_intra {
            ordinary = current;
        }
        let mut curve = *quality;
        for ahead in frame.ahead {
            let part = curve.shape_ahead(ahead, config) / config.divisor(ahead.kind);
            let seconds = ahead.duration_seconds.clamp(1e-4, 60.0);
            all.add(ahead.kind, ahead.weighted_cost, part, seconds);
            if !ahead.kind.is_intra() || ordinary_intra {
                ordinary.add(ahead.kind, ahead.weighted_cost, part, seconds);
            }
        }
        let near = ordinary;
        let end = remaining.filter(|&seconds| seconds <= all.seconds * 1.01);
        let debt = self.spent - self.wanted;
        let owed = ((debt - self.unpaid().0) / rate).max(0.0);
        // A second of ordinary frames, from those ahead and those before.
        ordinary.scale(AHEAD_WEIGHT);
        ordinary.add_scaled(&self.history, 1.0);
        if ordinary.seconds <= 0.0 {
            ordinary.add(FrameKind::P, frame.cost.weighted * 0.15, shape, frame.duration());
        }
        ordinary.scale(1.0 / ordinary.seconds);

        let bounds = (LEAST_PART * rate, LARGEST_BURST * rate);
        let at_end = remaining.is_some_and(|seconds| seconds <= ENDGAME);
        // At the end everything is due.
        let (unpaid, instalments) = if at_end { (0.0, 0.0) } else { self.unpaid() };
        let available = rate - instalments - (debt - unpaid) / self.horizon(remaining);
        let mut asked = ordinary;
        if frame.kind.is_intra() && !ordinary_intra {
            asked.add_scaled(&current, 1.0 / self.span(frame, config, remaining));
        }
        let mut height = asked.height(available.clamp(bounds.0, bounds.1), model, limits);
        // However still the frames ahead are, what comes after them may need the bits.
        let mut lowest_intra = 0.0;
        if frame.kind.is_intra() && !ordinary_intra {
            let most = LARGEST_INTRA_PART * rate * self.span(frame, config, remaining);
            lowest_intra = current.height(most, model, limits);
        }
        if let Some(seconds) = remaining.filter(|&seconds| seconds <= ENDGAME.max(all.seconds * 1.01)) {
            all.add_scaled(&ordinary, (seconds - all.seconds).max(0.0));
            height = self.height_at_end(height, &all, rate, limits, model);
            lowest_intra = 0.0;
        }
        // Savings are not spent in one burst, whatever the seconds before were like.
        if near.seconds > 0.0 {
            height = height.max(near.height(LARGEST_BURST * rate * near.seconds, model, limits));
        }
        if let Some(last) = self.height {
            let share = (current.bits(last, model) - model.overhead()) / (rate * frame.duration());
            let fall = LARGEST_CHANGE * (4.0 * (share - QUIET)).clamp(0.0, 1.0);
            let change = log2(height / last);
            height = last * exp2(change.clamp(-fall, LARGEST_CHANGE * (1.0 + OWED_CHANGES * owed)));
        }
        // The limits hold for the frame's own step; heights beyond them would only take time to come back.
        height = height.clamp(lowest / shape, highest * 1.4 / shape);
        self.height = Some(height);
        height = height.max(lowest_intra);
        if frame.kind.is_intra() && !ordinary_intra {
            let ordinary_bits = ordinary.bits(height, model) * frame.duration();
            let bits = (current.bits(height, model) - ordinary_bits.min(rate * frame.duration())).max(0.0);
            let span = self.span(frame, config, remaining);
            self.instalments.push(Instalment { index: frame.index, bits, begin: self.elapsed, span });
        } else {
            self.history.scale(1.0 - (frame.duration() / MEMORY).min(1.0));
            self.history.add_scaled(&current, 1.0);
        }
        let others = all.seconds - current.seconds;
        let budget = self.refinement_budget(frame, rate, (end, others), height, (config, model));
        let step = height * shape / config.divisor(frame.kind);
        self.refinement.step(frame, step, budget, model)
    }

    /// Seconds over which errors are made good.
    fn horizon(&self, remaining: Option<f64>) -> f64 {
        let usual = (CORRECTION * self.elapsed).clamp(SHORTEST_HORIZON, LONGEST_HORIZON);
        match remaining {
            Some(seconds) => usual.min(seconds.max(LAST_HORIZON * (self.elapsed + seconds))),
            None => usual,
        }
    }

    /// Height for all that remains, where `usual` is what it would be in the middle of the stream: the last one where that meets
    /// the rate closely enough, since sizes are predicted well at that height alone, or else the nearest that does.
    fn height_at_end(
        &self,
        usual: f64,
        rest: &Demand,
        rate: f64,
        limits: (f64, f64),
        model: &SizeModel,
    ) -> f64 {
        let debt = self.spent - self.wanted;
        let share = rate * rest.seconds;
        let tolerated = TOLERATED * (self.wanted + share);
        let part = (rest.seconds / SHORTEST_CORRECTION).min(1.0);
        let making_good = |debt: f64| {
            let bits = (share - debt * part).clamp(LEAST_PART * share, LARGEST_BURST * share);
            rest.height(bits, model, limits)
        };
        let (finest, coarsest) =
            (making_good(debt - tolerated), making_good(debt + TOLERATED_SAVED * tolerated));
        // However exact, the end must not look much unlike the rest; and where bits are owed already, nobody will make good what
        // it takes too much.
        let lowest = if debt > tolerated { usual } else { usual / 2.0 };
        let last = self.height.unwrap_or(usual);
        last.max(finest).min(coarsest).clamp(lowest, usual * 2.0)
    }

    /// What a frame may take for making a still picture finer: a part of what is saved, and no more than can be made good if
    /// the stream ends with the frames in sight. `end` is in how many seconds that is where it is known, `others` how long the
    /// frames after this one last.
    fn refinement_budget(
        &self,
        frame: &RateFrame<'_>,
        rate: f64,
        (end, others): (Option<f64>, f64),
        height: f64,
        (config, model): (&RateConfig, &SizeModel),
    ) -> Budget {
        let debt = self.spent - self.wanted;
        // Bits of the rate over some seconds, without what every frame takes and what is owed.
        let left = |seconds: f64| rate * seconds - model.overhead() * seconds / frame.duration() - debt;
        let tolerated = |seconds: f64| TOLERATED * (self.wanted + rate * seconds);
        let (part, saved, most) = match end {
            Some(seconds) => {
                // The last ones take what is left. What nothing comes of is the more likely error.
                let part = (config.delay + 1) as f64 * frame.duration() / seconds;
                let left = left(seconds) + tolerated(seconds);
                (part.clamp(REFINED, MOST_REFINED), left, left)
            }
            None => {
                // What is still to be paid for intra frames takes its part of the frames ahead.
                let (unpaid, instalments) = self.unpaid();
                let saved = unpaid - debt + left_over(frame, (rate - instalments).max(0.0), height, model);
                let seconds = others.max(SHORTEST_REFUND);
                (REFINED, saved, left(seconds) + tolerated(seconds))
            }
        };
        Budget {
            bits: (part * saved).min(most),
            saved_seconds: saved / rate,
            is_last: end.is_some(),
            delay: config.delay,
        }
    }

    /// The step of a frame that has another one by the plan of a pass.
    pub(super) fn refined(&self, frame: &RateFrame<'_>, step: f64, budget: Budget, model: &SizeModel) -> f64 {
        if budget.bits > 0.0 { self.refinement.step(frame, step, budget, model) } else { step }
    }

    /// What a frame takes beyond its prediction for being finer than the still picture before it.
    pub(super) fn refinement_bits(&self, frame: &RateFrame<'_>, step: f64, model: &SizeModel) -> f64 {
        self.refinement.bits(frame, step, model)
    }

    /// Most bits of a frame that is predicted to take so many at this QP, where it might take what nobody could make good before
    /// the end.
    pub(super) fn most_bits(
        &self,
        frame: &RateFrame<'_>,
        rate: f64,
        config: &RateConfig,
        (qp, predicted): (f64, f64),
        overhead: f64,
    ) -> Option<f64> {
        let is_still = self.refinement.holds(frame);
        if (qp > COARSEST_HELD && !is_still) || config.max_qp < COARSEST_HELD {
            return None;
        }
        // What a still picture takes to become finer is hard to foretell, and nothing is lost without it.
        let largest_surprise = if is_still { f64::INFINITY } else { LARGEST_SURPRISE };
        let seconds = self.remaining(frame, config)?;
        let wanted = self.wanted + rate * seconds;
        let left = wanted - self.spent - overhead * frame.ahead.len() as f64;
        let most = (left + TOLERATED * wanted).max(END_SURPRISE * predicted);
        (most < largest_surprise * predicted).then_some(most)
    }

    /// Takes a started frame into account, with its step and predicted size. `at_limit` says that the QP could not go
    /// where the rate asked for.
    pub(super) fn started(
        &mut self,
        frame: &RateFrame<'_>,
        rate: f64,
        (step, predicted): (f64, f64),
        at_limit: bool,
        model: &SizeModel,
    ) {
        self.refinement.coded(frame, step, model);
        self.frames += 1;
        self.spent += predicted;
        self.elapsed += frame.duration();
        self.wanted += frame.duration() * rate;
        if at_limit {
            let bound = LIMIT_SECONDS * rate + self.unpaid().0.max(0.0);
            self.wanted = self.wanted.clamp(self.spent - bound, self.spent + bound);
        }
        let now = self.elapsed;
        self.instalments.retain(|instalment| now < instalment.begin + instalment.span);
    }

    /// Corrects the prediction of a frame, which took so many bits beyond those of every frame.
    pub(super) fn finished(&mut self, index: u64, difference: f64, bits: f64) {
        self.spent += difference;
        self.refinement.finished(index, bits);
        if let Some(instalment) = self.instalments.iter_mut().find(|instalment| instalment.index == index) {
            instalment.bits += difference;
        }
    }

    /// Whether intra frames are the ordinary thing here.
    fn note_intra(&mut self, frame: &RateFrame<'_>, config: &RateConfig) -> bool {
        if !frame.kind.is_intra() {
            self.intra_run = 0;
            return false;
        }
        self.intra_run = self.intra_run.saturating_add(1);
        let only_intra_ahead = frame.ahead.iter().all(|ahead| ahead.kind.is_intra());
        config.max_key_interval <= 1 || (only_intra_ahead && (self.intra_run > 2 || frame.ahead.len() > 2))
    }

    /// Seconds from this frame to the end of the stream, when known.
    fn remaining(&self, frame: &RateFrame<'_>, config: &RateConfig) -> Option<f64> {
        if config.more_follows {
            return None;
        }
        let ahead: f64 = frame.ahead.iter().map(|ahead| ahead.duration_seconds.clamp(1e-4, 60.0)).sum();
        if frame.ahead_is_all {
            return Some(frame.duration() + ahead);
        }
        let known = 1 + frame.ahead.len() as u64;
        let left = config.source_frame_count.checked_sub(frame.index).filter(|&left| left >= known)?;
        let mean = (frame.duration() + ahead) / known as f64;
        Some(left as f64 * mean)
    }

    /// Bits of past intra frames that later ones will pay, and how many a second that is now.
    fn unpaid(&self) -> (f64, f64) {
        self.instalments.iter().fold((0.0, 0.0), |(unpaid, rate), instalment| {
            let left = 1.0 - (self.elapsed - instalment.begin) / instalment.span;
            (unpaid + instalment.bits * left.max(0.0), rate + instalment.bits / instalment.span)
        })
    }

    /// Seconds over which an intra frame is paid for: until the next one where that is known, or as long as
    /// it took from the last.
    fn span(&self, frame: &RateFrame<'_>, config: &RateConfig, remaining: Option<f64>) -> f64 {
        let mut span = f64::from(config.max_key_interval.max(1)) / config.frame_rate;
        let mut next = frame.duration();
        for ahead in frame.ahead {
            if ahead.kind.is_intra() {
                span = span.min(next);
                break;
            }
            next += ahead.duration_seconds.clamp(1e-4, 60.0);
        }
        if let Some(last) = self.instalments.last() {
            span = span.min(self.elapsed - last.begin);
        }
        span.min((0.5 * self.elapsed).clamp(2.0, LONGEST_SPAN))
            .min(remaining.unwrap_or(f64::MAX))
            .max(SHORTEST_CORRECTION)
    }
}

/// Bits that the frames ahead, up to the next intra frame, leave of their share at this height of the curve.
fn left_over(frame: &RateFrame<'_>, rate: f64, height: f64, model: &SizeModel) -> f64 {
    let ordinary = frame.ahead.iter().take_while(|ahead| !ahead.kind.is_intra());
    let left = ordinary.map(|ahead| {
        let share = rate * ahead.duration_seconds.clamp(1e-4, 60.0);
        share - model.predict(ahead.kind, ahead.weighted_cost, height)
    });
    left.sum()
}
