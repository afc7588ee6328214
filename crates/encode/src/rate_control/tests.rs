//! Rate control against a synthetic encoder whose frames cost about what their complexity says, not quite.

use super::*;

/// What a synthetic frame asks of the encoder.
#[derive(Clone, Copy)]
struct Source {
    kind: FrameKind,
    intra: f64,
    inter: f64,
    seconds: f64,
}

/// A stream of sources and the encoder that codes them.
struct Simulation {
    sources: Vec<Source>,
    depth: usize,
    delay: usize,
    /// Bits for a unit of cost at step 1, for intra and predicted frames.
    factors: (f64, f64),
    /// Relative spread of sizes around the model.
    noise: f64,
    config: RateConfig,
    /// At frame: new mode.
    change: Option<(usize, RateMode)>,
}

struct Outcome {
    bits: Vec<u64>,
    qps: Vec<f64>,
    seconds: f64,
}

impl Outcome {
    fn rate(&self) -> f64 {
        self.bits.iter().sum::<u64>() as f64 / self.seconds
    }
}

pub(super) const MACROBLOCKS: u32 = 920;

fn random(state: &mut u64) -> f64 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 11) as f64 / (1u64 << 53) as f64
}

/// A frame of a 25th of a second, without any in sight.
pub(super) fn alone(index: u64, kind: FrameKind, cost: FrameCost) -> RateFrame<'static> {
    RateFrame {
        index,
        kind,
        cost,
        duration_seconds: 0.04,
        decode_seconds: None,
        next_decode_seconds: None,
        forced_qp: None,
        ahead: &[],
        ahead_is_all: false,
    }
}

/// `seconds` of video with a key frame every `interval` frames; `inter(t)` is the cost of a macroblock.
fn video(fps: f64, seconds: f64, interval: usize, inter: impl Fn(f64) -> f64) -> Vec<Source> {
    let count = (fps * seconds).round() as usize;
    (0..count)
        .map(|i| Source {
            kind: if i % interval == 0 { FrameKind::Idr } else { FrameKind::P },
            intra: 1200.0 * f64::from(MACROBLOCKS),
            inter: inter(i as f64 / fps) * f64::from(MACROBLOCKS),
            seconds: 1.0 / fps,
        })
        .collect()
}

impl Simulation {
    fn average(sources: Vec<Source>, bits_per_second: f64) -> Self {
        let frame_rate = 1.0 / sources[0].seconds;
        Self {
            sources,
            depth: 20,
            delay: 2,
            factors: (0.45, 0.7),
            noise: 0.15,
            config: RateConfig {
                mode: RateMode::AverageBitRate { bits_per_second },
                macroblocks: MACROBLOCKS,
                frame_rate,
                max_key_interval: 250,
                delay: 2,
                ..RateConfig::default()
            },
            change: None,
        }
    }

    fn run(&self) -> Outcome {
        let mut control = RateControl::new(RateConfig { delay: self.delay, ..self.config }).unwrap();
        let mut outcome = Outcome { bits: vec![], qps: vec![], seconds: 0.0 };
        let mut seed = 7;
        let ahead: Vec<FrameAhead> = self
            .sources
            .iter()
            .map(|source| FrameAhead {
                kind: source.kind,
                weighted_cost: if source.kind.is_intra() { source.intra } else { source.inter },
                duration_seconds: source.seconds,
            })
            .collect();
        for (i, source) in self.sources.iter().enumerate() {
            if let Some((_, mode)) = self.change.filter(|&(at, _)| at == i) {
                control.set_mode(mode).unwrap();
            }
            let end = (i + 1 + self.depth).min(self.sources.len());
            let weighted = ahead[i].weighted_cost.floor();
            let plan = control.start(&RateFrame {
                index: i as u64,
                kind: source.kind,
                cost: FrameCost {
                    intra: source.intra as u64,
                    inter: weighted as u64,
                    intra_blocks: 0,
                    weighted,
                },
                duration_seconds: source.seconds,
                decode_seconds: None,
                next_decode_seconds: None,
                forced_qp: None,
                ahead: &ahead[i + 1..end],
                ahead_is_all: self.depth > 0 && end == self.sources.len(),
            });
            let qp = plan.qp;
            assert!((self.config.min_qp..=self.config.max_qp).contains(&qp), "frame {i}: QP {qp}");
            let step = step_of_qp(qp);
            let texture = if source.kind.is_intra() {
                self.factors.0 * weighted / step.powf(0.7)
            } else {
                self.factors.1 * weighted / step.powf(1.05)
            };
            let noise = 1.0 + self.noise * (2.0 * random(&mut seed) - 1.0);
            outcome.bits.push((texture * noise + 60.0 + 0.04 * f64::from(MACROBLOCKS)) as u64);
            outcome.qps.push(qp);
            outcome.seconds += source.seconds;
            if let Some(done) = i.checked_sub(self.delay) {
                control.finish(done as u64, outcome.bits[done]);
            }
        }
        outcome
    }

    #[track_caller]
    fn check_rate(&self, tolerance: f64) -> Outcome {
        let RateMode::AverageBitRate { bits_per_second } = self.config.mode else { unreachable!() };
        let outcome = self.run();
        let ratio = outcome.rate() / bits_per_second;
        assert!((ratio - 1.0).abs() <= tolerance, "rate {ratio:.4} of the aim; QPs {:.1?}", outcome.qps);
        outcome
    }
}

fn wavy(t: f64) -> f64 {
    150.0 + 60.0 * (t * 1.3).sin() + 25.0 * (t * 5.0).sin()
}

/// Bits per second for bits per sample.
fn density(bits_per_sample: f64, fps: f64) -> f64 {
    bits_per_sample * 256.0 * f64::from(MACROBLOCKS) * fps
}

#[test]
fn average_rate_is_met_over_ten_seconds() {
    let mut off = Vec::new();
    for fps in [1.0, 5.0, 24.0, 30.0, 60.0, 240.0] {
        for bits_per_sample in [0.02, 0.08, 0.3, 1.0] {
            for depth in [0, 10, 40] {
                let seconds = if fps < 10.0 { 60.0 } else { 10.0 };
                let mut simulation =
                    Simulation::average(video(fps, seconds, 250, wavy), density(bits_per_sample, fps));
                simulation.depth = depth;
                let ratio = simulation.run().rate() / density(bits_per_sample, fps);
                if (ratio - 1.0).abs() > 0.03 {
                    off.push(format!("{fps} fps, {bits_per_sample} bits/sample, depth {depth}: {ratio:.4}"));
                }
            }
        }
    }
    assert!(off.is_empty(), "{off:#?}");
}

#[test]
fn average_rate_is_met_on_short_clips() {
    let mut off = Vec::new();
    for seconds in [0.8, 2.0, 3.0, 5.0] {
        for bits_per_sample in [0.02, 0.08, 0.3, 1.0] {
            for factors in [(0.45, 0.7), (0.3, 0.5), (0.55, 0.9)] {
                for interval in [15, 30, 250] {
                    // Intra frames alone would take more than half of such a rate.
                    if interval == 15 && bits_per_sample < 0.05 {
                        continue;
                    }
                    let rate = density(bits_per_sample, 25.0);
                    let mut simulation = Simulation::average(video(25.0, seconds, interval, wavy), rate);
                    simulation.factors = factors;
                    let ratio = simulation.run().rate() / rate;
                    let name = format!(
                        "{seconds} s, {bits_per_sample} bits/sample, {factors:?}, interval {interval}"
                    );
                    if (ratio - 1.0).abs() > 0.05 {
                        off.push(format!("{name}: {ratio:.4}"));
                    }
                }
            }
        }
    }
    assert!(off.is_empty(), "{off:#?}");
}

#[test]
fn scenes_of_different_complexity_share_the_rate() {
    // Calm, busy, calm, very busy; a cut begins each.
    let scenes = |t: f64| [60.0, 350.0, 40.0, 600.0][(t / 2.5) as usize % 4];
    for depth in [0, 20] {
        for importance_propagation in [true, false] {
            let mut sources = video(30.0, 10.0, 250, scenes);
            for cut in [75, 150, 225] {
                sources[cut].kind = FrameKind::Idr;
            }
            sources[250].kind = FrameKind::P;
            let mut simulation = Simulation::average(sources, density(0.1, 30.0));
            simulation.depth = depth;
            simulation.config.importance_propagation = importance_propagation;
            // Without a lookahead nobody knows what comes last.
            let outcome = simulation.check_rate(if depth == 0 { 0.15 } else { 0.03 });
            let largest = outcome.qps.windows(2).map(|pair| (pair[1] - pair[0]).abs()).fold(0.0, f64::max);
            assert!(largest < 14.0, "QP jumps by {largest}: {:.1?}", outcome.qps);
        }
    }
}

#[test]
fn static_content_does_not_run_away() {
    for bits_per_sample in [0.02, 0.3] {
        // Five still seconds, then action.
        let still_then_busy = |t: f64| if t < 5.0 { 0.05 } else { 200.0 };
        let rate = density(bits_per_sample, 30.0);
        let outcome = Simulation::average(video(30.0, 10.0, 1000, still_then_busy), rate).run();
        let still = &outcome.qps[1..125];
        let lowest = still.iter().copied().fold(51.0, f64::min);
        assert!(lowest > outcome.qps[0] - 28.1, "QP falls to {lowest}: {still:.1?}");
        // What was saved may be spent, but not at once.
        let burst: u64 = outcome.bits[150..180].iter().sum();
        assert!((burst as f64) < 4.0 * rate, "{burst} bits in a second at {rate}");
        // Nothing but still frames is no trouble either.
        let outcome = Simulation::average(video(30.0, 10.0, 1000, |_| 0.0), rate).run();
        assert!(outcome.qps.iter().all(|qp| qp.is_finite()) && outcome.rate() < rate * 1.05);
    }
}

#[test]
fn a_new_rate_is_met_from_its_frame_on() {
    for (before, after) in [(0.05, 0.2), (0.3, 0.04)] {
        let mut simulation = Simulation::average(video(30.0, 10.0, 250, wavy), density(before, 30.0));
        simulation.change = Some((150, RateMode::AverageBitRate { bits_per_second: density(after, 30.0) }));
        let outcome = simulation.run();
        let second: u64 = outcome.bits[150..].iter().sum();
        let ratio = second as f64 / 5.0 / density(after, 30.0);
        assert!((ratio - 1.0).abs() < 0.04, "{before} to {after}: {ratio}");
    }
}

#[test]
fn uneven_durations_are_paid_by_time() {
    let mut sources = video(30.0, 10.0, 100, wavy);
    for (i, source) in sources.iter_mut().enumerate() {
        source.seconds *= [1.0, 0.5, 3.0, 0.25][i / 20 % 4];
    }
    Simulation::average(sources, density(0.1, 30.0)).check_rate(0.03);
}

#[test]
fn a_known_frame_count_is_planned_for() {
    for count in [40, 75, 150] {
        let mut simulation =
            Simulation::average(video(30.0, count as f64 / 30.0, 250, wavy), density(0.1, 30.0));
        simulation.depth = 0;
        simulation.config.source_frame_count = count;
        simulation.check_rate(0.05);
        // A count that is wrong does no harm.
        simulation.config.source_frame_count = count / 2;
        simulation.check_rate(0.25);
    }
}

#[test]
fn intra_only_streams_meet_the_rate() {
    for depth in [0, 10] {
        let mut simulation = Simulation::average(video(25.0, 5.0, 1, wavy), density(0.3, 25.0));
        simulation.depth = depth;
        simulation.config.max_key_interval = 1;
        simulation.check_rate(0.03);
        // The same when nobody said so.
        simulation.config.max_key_interval = 250;
        simulation.check_rate(0.05);
    }
}

#[test]
fn sizes_inside_the_delay_do_not_matter() {
    let run = |early: bool| {
        let mode = RateMode::AverageBitRate { bits_per_second: 500_000.0 };
        let config = RateConfig { mode, macroblocks: MACROBLOCKS, delay: 2, ..RateConfig::default() };
        let mut control = RateControl::new(config).unwrap();
        let cost = FrameCost { intra: 900_000, inter: 90_000, intra_blocks: 9, weighted: 100_000.0 };
        let mut qps = Vec::new();
        for index in 0..60u64 {
            let kind = if index == 0 { FrameKind::Idr } else { FrameKind::P };
            let frame = alone(index, kind, cost);
            qps.push(control.start(&frame));
            let done = if early { Some(index) } else { index.checked_sub(2) };
            if let Some(done) = done {
                control.finish(done, 15_000 + done * 7919 % 9000);
            }
        }
        qps
    };
    assert_eq!(run(true), run(false));
}

#[test]
fn constant_quality_follows_the_curve() {
    let qps = |rate_factor: f64, importance_propagation: bool, cost: f64| {
        let mut simulation = Simulation::average(video(25.0, 2.0, 250, |_| cost), 1.0);
        simulation.config.mode = RateMode::ConstantQuality { rate_factor };
        simulation.config.importance_propagation = importance_propagation;
        simulation.run().qps
    };
    for importance in [true, false] {
        let (fine, coarse) = (qps(18.0, importance, 130.0), qps(28.0, importance, 130.0));
        for (fine, coarse) in fine.iter().zip(&coarse) {
            assert!((coarse - fine - 10.0).abs() < 1e-6);
        }
        // Intra frames lie 1.4 times lower in step: 2.9 in QP.
        assert!((fine[1] - fine[0] - 2.91).abs() < 0.02, "{:?}", &fine[..2]);
    }
    // At typical content the rate factor is the QP.
    assert!((qps(23.0, false, 130.0)[40] - 23.0).abs() < 0.01);
    let (calm, busy) = (qps(23.0, false, 65.0)[40], qps(23.0, false, 260.0)[40]);
    assert!((busy - calm - 4.8).abs() < 0.01, "{calm} to {busy}");
    assert!((qps(23.0, true, 65.0)[40] - qps(23.0, true, 260.0)[40]).abs() < 0.01);
}

#[test]
fn constant_qp_is_constant() {
    let mut simulation = Simulation::average(video(25.0, 1.0, 10, wavy), 1.0);
    simulation.config.mode = RateMode::ConstantQp { qp: 30.0 };
    let qps = simulation.run().qps;
    assert!((qps[1] - 30.0).abs() < 1e-9 && (qps[10] - 27.09).abs() < 0.01, "{qps:?}");
    simulation.config.max_qp = 29.0;
    assert!(simulation.run().qps.iter().all(|&qp| qp <= 29.0));
}

#[test]
fn strange_values_neither_panic_nor_escape() {
    let mut control = RateControl::new(RateConfig {
        mode: RateMode::AverageBitRate { bits_per_second: 1e12 },
        limits: SizeLimits {
            windows: [Some(WindowLimit { bits: 1e6, seconds: 0.5 }), None],
            buffer: Some(BufferLimit { rate: 1e6, size: 1e6, initial: 5e5, is_lenient: false }),
            continues: true,
        },
        ..RateConfig::default()
    })
    .unwrap();
    let mut seed = 3;
    for index in 0..400u64 {
        let ahead =
            [FrameAhead { kind: FrameKind::B, weighted_cost: 0.0, duration_seconds: f64::INFINITY }; 3];
        let frame = RateFrame {
            index,
            kind: [FrameKind::Idr, FrameKind::P, FrameKind::B, FrameKind::ReferenceB, FrameKind::I]
                [(random(&mut seed) * 5.0) as usize],
            cost: FrameCost { weighted: random(&mut seed) * 1e9, inter: 1 << 40, ..FrameCost::default() },
            duration_seconds: [0.0, 1e9, 0.01, -1.0][index as usize % 4],
            decode_seconds: [None, Some(index as f64), Some(-1e9), Some(f64::NAN)][index as usize / 7 % 4],
            next_decode_seconds: None,
            forced_qp: None,
            ahead: &ahead[..index as usize % 4],
            ahead_is_all: index % 7 == 0,
        };
        let qp = control.start(&frame).qp;
        assert!((0.0..=51.0).contains(&qp), "{qp}");
        control.finish(index.saturating_sub(index % 3), if index % 5 == 0 { u64::MAX } else { index });
        if index % 50 == 0 {
            let bits_per_second = if index % 100 == 0 { 1.0 } else { 1e12 };
            control.set_mode(RateMode::AverageBitRate { bits_per_second }).unwrap();
        }
    }
    assert!(RateControl::new(RateConfig { macroblocks: 0, ..RateConfig::default() }).is_err());
    assert!(RateControl::new(RateConfig { min_qp: 30.0, max_qp: 20.0, ..RateConfig::default() }).is_err());
    assert!(control.set_mode(RateMode::ConstantQuality { rate_factor: f64::NAN }).is_err());
    assert!(control.set_mode(RateMode::AverageBitRate { bits_per_second: 0.0 }).is_err());
}

#[test]
fn streams_with_b_frames_meet_the_rate() {
    for importance_propagation in [true, false] {
        for seconds in [3.0, 10.0] {
            let mut sources = video(30.0, seconds, 250, wavy);
            for (i, source) in sources.iter_mut().enumerate() {
                match i % 4 {
                    1 if i > 1 => source.inter *= 1.8,
                    2 => source.kind = FrameKind::ReferenceB,
                    3 | 0 if !source.kind.is_intra() => {
                        source.kind = FrameKind::B;
                        source.inter *= 0.7;
                    }
                    _ => {}
                }
            }
            let mut simulation = Simulation::average(sources, density(0.1, 30.0));
            simulation.config.importance_propagation = importance_propagation;
            let outcome = simulation.check_rate(0.03);
            let difference = outcome.qps[43] - outcome.qps[41];
            assert_eq!(difference > 1.0, !importance_propagation, "B lies {difference} above P");
        }
    }
}

#[test]
fn a_sync_frame_shortly_before_the_end_is_paid_for() {
    let mut simulation = Simulation::average(video(30.0, 10.0, 250, |_| 150.0), 120_000.0);
    simulation.depth = 10;
    simulation.check_rate(0.012);
}

#[test]
fn the_end_looks_like_the_rest() {
    // An intra frame two seconds before the end is still to be paid for.
    for noise in [0.15, 0.3] {
        for rate in [120_000.0, 480_000.0] {
            let mut simulation = Simulation::average(video(25.0, 12.0, 250, |_| 150.0), rate);
            simulation.noise = noise;
            let qps = simulation.check_rate(0.01).qps;
            let (lowest, highest) =
                qps[280..].iter().fold((f64::MAX, 0.0f64), |(low, high), &qp| (low.min(qp), high.max(qp)));
            assert!(highest - lowest < 1.0, "noise {noise}, {rate} bit/s: {:.1?}", &qps[250..]);
        }
    }
}

#[test]
fn an_intra_frame_that_may_be_asked_for_does_not_take_the_rate() {
    // Nothing is known of what follows, and an intra frame would take most of a second.
    let rate = 30_000.0;
    let window = WindowLimit { bits: 1.5 * rate, seconds: 1.0 };
    let mut simulation = Simulation::average(video(25.0, 12.0, 1000, |_| 20.0), rate);
    simulation.depth = 0;
    simulation.config.limits.windows[0] = Some(window);
    let outcome = simulation.run();
    let ordinary = outcome.bits[50..].iter().sum::<u64>() as f64 / 10.0;
    assert!((0.9 * rate..1.1 * rate).contains(&ordinary), "{ordinary}");
    let largest = outcome.bits.windows(25).map(|window| window.iter().sum::<u64>()).max();
    assert!(largest.is_some_and(|bits| (bits as f64) < 1.1 * window.bits), "{largest:?}");
}
