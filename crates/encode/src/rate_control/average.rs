//! Average bit rate: the constant-quality curve at the height that meets the rate.

use super::quality::QualityCurve;
use super::size_model::SizeModel;
use super::{INTRA_FACTOR, RateConfig, RateFrame, kind_divisor, qp_of_step, step_of_qp};

/// Bookkeeping of an average bit rate.
///
/// What an intra frame costs beyond an ordinary one is spread over the frames that follow, so the height of
/// the curve comes from three rates: what the ordinary frames ask for, what is still to be paid for intra
/// frames, and a correction of what went wrong so far.
#[derive(Debug, Default)]
pub(super) struct AverageRate {
    /// Seconds and bits since the aim was set, and the bits there should have been.
    elapsed: f64,
    spent: f64,
    wanted: f64,
    /// Height of the curve (step of P frames) at the last frame.
    height: Option<f64>,
    /// Ordinary frames so far: bits times step, bits at any step, and seconds; fading.
    history: Demand,
    instalments: Vec<Instalment>,
    rate: f64,
}

/// What frames ask for.
#[derive(Debug, Default, Clone, Copy)]
struct Demand {
    effort: f64,
    overhead: f64,
    seconds: f64,
}

/// An intra frame that is being paid for.
#[derive(Debug)]
struct Instalment {
    index: u64,
    bits: f64,
    begin: f64,
    span: f64,
}

impl AverageRate {
    pub(super) fn restart(&mut self) {
        let history = self.history;
        *self = Self { history, ..Self::default() };
    }

    pub(super) fn step(
        &mut self,
        frame: &RateFrame<'_>,
        rate: f64,
        config: &RateConfig,
        model: &SizeModel,
        _quality: &QualityCurve,
    ) -> f64 {
        self.rate = rate;
        let intra = frame.kind.is_intra();
        let mut window = Demand::default();
        if !intra {
            window.add(
                model.effort(frame.kind, frame.cost.weighted) * kind_divisor(frame.kind),
                model.overhead(),
                frame.duration(),
            );
        }
        for ahead in frame.ahead.iter().filter(|ahead| !ahead.kind.is_intra()) {
            let effort = model.effort(ahead.kind, ahead.weighted_cost) * kind_divisor(ahead.kind);
            window.add(effort, model.overhead(), ahead.duration_seconds.clamp(1e-4, 60.0));
        }
        if window.seconds + self.history.seconds <= 0.0 {
            let effort = model.effort(crate::FrameKind::P, frame.cost.weighted * 0.25);
            window.add(effort, model.overhead(), frame.duration());
        }
        let weight = 2.0 * window.seconds + self.history.seconds;
        let effort = (2.0 * window.effort + self.history.effort) / weight;
        let overhead = (2.0 * window.overhead + self.history.overhead) / weight;

        let mut debt = self.spent - self.wanted;
        let mut instalment_rate = 0.0;
        for instalment in &self.instalments {
            let left = 1.0 - (self.elapsed - instalment.begin) / instalment.span;
            if left > 0.0 {
                debt -= instalment.bits * left;
                instalment_rate += instalment.bits / instalment.span;
            }
        }
        let horizon = (0.25 * self.elapsed).clamp(1.0, 6.0);
        let available = rate - instalment_rate - debt / horizon - overhead;
        let mut asked = effort;
        if intra {
            asked += model.effort(frame.kind, frame.cost.weighted) * INTRA_FACTOR / self.span(config);
        }
        let mut height = asked / available.max(0.15 * rate);
        if let Some(last) = self.height {
            height = height.clamp(last / 1.41, last * 1.41);
        }
        height = height.clamp(step_of_qp(config.min_qp), step_of_qp(config.max_qp));
        self.height = Some(height);
        let step = height / kind_divisor(frame.kind);
        if intra {
            let bits = model.predict(frame.kind, frame.cost.weighted, step);
            self.instalments.push(Instalment {
                index: frame.index,
                bits,
                begin: self.elapsed,
                span: self.span(config),
            });
        } else {
            let last = frame.duration();
            self.history.fade(last / 4.0);
            self.history.add(
                model.effort(frame.kind, frame.cost.weighted) * kind_divisor(frame.kind),
                model.overhead(),
                last,
            );
        }
        debug_assert!(qp_of_step(step).is_finite());
        step
    }

    /// Seconds over which an intra frame is paid for.
    fn span(&self, config: &RateConfig) -> f64 {
        let interval = f64::from(config.max_key_interval.max(1)) / config.frame_rate;
        interval.min((0.5 * self.elapsed).max(2.0))
    }

    pub(super) fn started(&mut self, frame: &RateFrame<'_>, _step: f64, predicted: f64) {
        self.spent += predicted;
        self.elapsed += frame.duration();
        self.wanted += frame.duration() * self.rate;
        let now = self.elapsed;
        self.instalments.retain(|instalment| now < instalment.begin + instalment.span);
    }

    pub(super) fn finished(&mut self, index: u64, difference: f64) {
        self.spent += difference;
        if let Some(instalment) = self.instalments.iter_mut().find(|instalment| instalment.index == index) {
            instalment.bits += difference;
        }
    }
}

impl Demand {
    fn add(&mut self, effort: f64, overhead: f64, seconds: f64) {
        self.effort += effort;
        self.overhead += overhead;
        self.seconds += seconds;
    }

    fn fade(&mut self, part: f64) {
        let keep = 1.0 - part.clamp(0.0, 1.0);
        self.effort *= keep;
        self.overhead *= keep;
        self.seconds *= keep;
    }
}
