//! The lookahead on synthetic pictures.

mod b_frames;
mod clip;
mod light;
mod turns;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use vitascope_core::Time;
use vitascope_dsp::CpuLevel;
use vitascope_encode::{Error, FrameKind, KeyFrameLimits, Lookahead, LookaheadConfig, LumaView};

use clip::{Backwards, Clip, hash, keys, moving, texture};

#[test]
fn key_frames_stand_exactly_at_the_interval() {
    let mut clip = Clip::new(64, 48);
    for depth in [0, 1, 2, 8] {
        clip.config.depth = depth;
        clip.config.key_frames.max_interval = 7;
        assert_eq!(keys(&clip.run(30, moving)), [0, 7, 14, 21, 28], "depth {depth}");
        clip.config.key_frames.max_interval = 1;
        assert_eq!(keys(&clip.run(4, moving)), [0, 1, 2, 3]);
        clip.config.key_frames.max_interval = 0;
        assert_eq!(keys(&clip.run(4, moving)), [0, 1, 2, 3]);
        clip.config.key_frames.max_interval = u32::MAX;
        assert_eq!(keys(&clip.run(30, moving)), [0]);
    }
}

#[test]
fn forced_key_frames_restart_the_count() {
    let mut clip = Clip::new(64, 48);
    clip.config.key_frames.max_interval = 7;
    let frames = clip.run_with(30, moving, |mut info, index| {
        info.force_key = index == 3 || index == 12;
        info
    });
    assert_eq!(keys(&frames), [0, 3, 10, 12, 19, 26]);
    let frames = clip.run_with(10, moving, |mut info, index| {
        info.intra_only = (4..7).contains(&index);
        info
    });
    assert_eq!(keys(&frames), [0, 4, 5, 6]);
}

#[test]
fn key_frames_stand_exactly_at_the_duration() {
    let mut clip = Clip::new(64, 48);
    clip.timing = (30_000, 1001);
    clip.config.key_frames = KeyFrameLimits { max_interval: u32::MAX, max_duration: Some(Time::new(1, 1)) };
    // 29.97 frames a second: the 30th frame is more than a second away.
    assert_eq!(keys(&clip.run(100, moving)), [0, 29, 58, 87]);
    clip.config.key_frames.max_duration = Some(Time::new(10 * 1001, 30_000));
    assert_eq!(keys(&clip.run(35, moving)), [0, 10, 20, 30]);
    clip.config.key_frames.max_duration = Some(Time::new(10 * 1001 - 1, 30_000));
    assert_eq!(keys(&clip.run(35, moving)), [0, 9, 18, 27]);
    // Uneven times, in a timescale that is not the limit's: a second passes at most where that can be.
    let times = [0, 100, 250, 900, 999, 1000, 1400, 1999, 2000, 2001, 5000, 5001];
    clip.config.key_frames.max_duration = Some(Time::new(90_000, 90_000));
    let frames = clip.run_with(times.len(), moving, |mut info, index| {
        info.presentation_time = Time::new(times[index], 1000);
        info
    });
    assert_eq!(keys(&frames), [0, 5, 8, 9, 10]);
    // Both limits at once.
    clip.config.key_frames.max_interval = 4;
    let frames = clip.run_with(times.len(), moving, |mut info, index| {
        info.presentation_time = Time::new(times[index], 1000);
        info
    });
    assert_eq!(keys(&frames), [0, 4, 7, 9, 10]);
}

#[test]
fn limits_change_in_mid_stream() {
    let clip = Clip::new(32, 32);
    let mut lookahead = Lookahead::new(clip.config).unwrap();
    let mut kinds = Vec::new();
    for index in 0..40 {
        if index == 20 {
            lookahead.set_key_limits(KeyFrameLimits { max_interval: 5, max_duration: None });
        }
        let data = clip.picture(index, moving);
        let luma = LumaView { data: &data, stride: 35, width: 32, height: 32 };
        lookahead.push(luma, clip.info(index), index).unwrap();
        kinds.extend(std::iter::from_fn(|| lookahead.pop()));
    }
    lookahead.flush();
    kinds.extend(std::iter::from_fn(|| lookahead.pop()));
    assert_eq!(keys(&kinds), [0, 20, 25, 30, 35]);
}

#[test]
fn scenes_begin_with_sync_frames() {
    let mut clip = Clip::new(160, 96);
    let cut = |at: i32| {
        move |frame: i32, x: i32, y: i32| {
            if frame < at {
                texture((x + 4 * frame) >> 2, y >> 2, 1)
            } else {
                hash((x + 2 * frame) >> 3, y >> 3, 2)
            }
        }
    };
    for depth in [0, 1, 8] {
        clip.config.depth = depth;
        let frames = clip.run(60, cut(37));
        assert_eq!(keys(&frames), [0, 37], "depth {depth}");
        assert!(frames[37].scene_cut && !frames[36].scene_cut);
        // Near the last sync frame a plain intra picture does.
        let frames = clip.run(40, cut(22));
        assert_eq!((keys(&frames), frames[22].kind), (vec![0], FrameKind::I));
        // The next limit counts from the cut.
        clip.config.key_frames.max_interval = 45;
        assert_eq!(keys(&clip.run(90, cut(30))), [0, 30, 75]);
        clip.config.key_frames = KeyFrameLimits::default();
    }
    clip.config.scene_cut = false;
    assert_eq!(keys(&clip.run(60, cut(37))), [0]);
}

#[test]
fn flashes_and_fades_are_no_scenes() {
    let clip = Clip::new(160, 96);
    let flash = |frame: i32, x: i32, y: i32| {
        if frame == 40 { 255 - texture(y, x, 5) / 4 } else { texture(x + frame, y, 1) }
    };
    let frames = clip.run(60, flash);
    assert_eq!(keys(&frames), [0]);
    assert!(frames.iter().all(|frame| !frame.scene_cut));
    let fade = |frame: i32, x: i32, y: i32| {
        let part = (frame - 20).clamp(0, 20);
        ((i32::from(texture(x, y, 1)) * (20 - part) + i32::from(texture(x, y, 9)) * part) / 20) as u8
    };
    assert!(keys(&clip.run(60, fade)).len() <= 2);
    let still = clip.run(60, |_, x, y| texture(x, y, 1));
    assert_eq!(keys(&still), [0]);
    assert!(
        still[1..]
            .iter()
            .all(|frame| frame.cost.inter == 0 && frame.motion.iter().all(|v| v.x == 0 && v.y == 0))
    );
}

#[test]
fn what_lasts_is_quantised_finer() {
    let mut clip = Clip::new(128, 64);
    clip.config.adaptive_quantisation = 0.0;
    // The left half stands still, the right half changes altogether all the time.
    let half =
        |frame: i32, x: i32, y: i32| if x < 64 { texture(x, y, 1) } else { texture(x, y, 100 + frame) };
    clip.config.scene_cut = false;
    for frame in &clip.run(30, half)[..20] {
        for (block, &offset) in frame.qp_offsets.iter().enumerate() {
            if block % 8 < 2 {
                // Eight frames inherit all of it: 2 * log2(9).
                assert!((-6.4..-5.8).contains(&offset), "block {block}: {offset}");
            } else if block % 8 > 4 {
                assert!(offset > -2.0, "block {block}: {offset}");
            }
        }
    }
    // Information follows the motion.
    let frames = clip.run(20, |frame, x, y| texture(x + 8 * frame, y, 1));
    let row = &frames[5].qp_offsets[8..16];
    assert!(row[5] < row[1] - 1.0, "what leaves on the left matters less: {row:?}");
    assert_eq!((frames[5].motion[12].x, frames[5].motion[12].y), (32, 0));
    // Without a lookahead or when turned off, nothing is known to last.
    clip.config.importance_propagation = false;
    assert!(clip.run(6, half).iter().all(|frame| frame.qp_offsets.iter().all(|&offset| offset == 0.0)));
    clip.config.importance_propagation = true;
    clip.config.depth = 0;
    assert!(clip.run(6, half).iter().all(|frame| frame.qp_offsets.iter().all(|&offset| offset == 0.0)));
}

#[test]
fn importance_stops_at_intra_pictures() {
    let mut clip = Clip::new(64, 64);
    clip.config.adaptive_quantisation = 0.0;
    clip.config.key_frames.max_interval = 10;
    let frames = clip.run(30, |_, x, y| texture(x, y, 1));
    let mean = |index: usize| frames[index].qp_offsets.iter().sum::<f32>() / 16.0;
    assert!(mean(10) < -6.0 && mean(8) > mean(7) && mean(9) == 0.0 && mean(29) == 0.0);
}

#[test]
fn adaptive_quantisation_follows_detail() {
    let mut clip = Clip::new(64, 64);
    clip.config.importance_propagation = false;
    let frames = clip.run(3, |_, x, y| if x < 32 { 100 + texture(x, y, 1) / 16 } else { texture(x, y, 1) });
    let offsets = &frames[0].qp_offsets;
    assert!(offsets[0] < -2.0 && offsets[3] > 2.0, "{offsets:?}");
    assert!(offsets.iter().sum::<f32>().abs() < 2.0, "{offsets:?}");
}

#[test]
fn costs_and_ahead_describe_the_frames() {
    let clip = Clip::new(96, 64);
    let frames = clip.run(20, moving);
    for (index, frame) in frames.iter().enumerate() {
        let ahead = (19 - index).min(8);
        assert_eq!(frame.ahead.len(), ahead);
        assert_eq!(frame.ahead_is_all, index >= 12, "frame {index}");
        assert!((frame.duration_seconds - 1.0 / 30.0).abs() < 1e-12);
        for (near, ahead) in frame.ahead.iter().zip(&frames[index + 1..]) {
            assert_eq!(near.kind, ahead.kind);
            let ratio = near.weighted_cost / ahead.cost.weighted;
            assert!((0.3..3.0).contains(&ratio), "frame {index}: {ratio}");
        }
        assert!(frame.cost.weighted > 0.0);
        if index > 0 {
            assert!(frame.cost.inter * 2 < frame.cost.intra);
        } else {
            assert_eq!(frame.cost.inter, frame.cost.intra);
        }
    }
}

#[test]
fn durations_come_from_times() {
    let clip = Clip::new(32, 32);
    let times = [0, 10, 15, 60, 61];
    let frames = clip.run_with(5, moving, |mut info, index| {
        info.presentation_time = Time::new(times[index], 100);
        info.duration = if index == 4 { Time::new(3, 10) } else { Time::INVALID };
        info
    });
    let seconds: Vec<f64> = frames.iter().map(|frame| frame.duration_seconds).collect();
    assert_eq!(seconds, [0.1, 0.05, 0.45, 0.01, 0.3]);
    let frames = clip.run_with(3, moving, |mut info, _| {
        (info.presentation_time, info.duration) = (Time::INVALID, Time::INVALID);
        info
    });
    assert!(frames.iter().all(|frame| frame.duration_seconds == 1.0 / 30.0));
}

#[test]
fn durations_that_nobody_says_follow_those_before() {
    let mut clip = Clip::new(32, 32);
    clip.config.depth = 0;
    // The expected 30 frames per second are 10 at first, with a pause in them, and 30 later.
    let times: Vec<i64> =
        (0..12).map(|n| 3 * n).chain((0..12).map(|n| 100 + 3 * n)).chain(136..160).collect();
    let frames = clip.run_with(times.len(), moving, |mut info, index| {
        (info.presentation_time, info.duration) = (Time::new(times[index], 30), Time::INVALID);
        info
    });
    let thirtieths: Vec<f64> = frames.iter().map(|frame| 30.0 * frame.duration_seconds).collect();
    assert!((thirtieths[0] - 1.0).abs() < 1e-9 && (thirtieths[1] - 1.5).abs() < 1e-9, "{thirtieths:?}");
    let near = |index: usize, expected: f64| (thirtieths[index] - expected).abs() < 0.05 * expected;
    assert!(near(11, 3.0) && near(12, 5.2) && near(23, 3.0) && near(47, 1.0), "{thirtieths:?}");
}

#[test]
fn helpers_change_nothing() {
    let scenes = |frame: i32, x: i32, y: i32| texture(x + 3 * frame, y + frame * (x >> 6), frame / 17);
    let mut clip = Clip::new(190, 230);
    clip.config.max_b_frames = 3;
    for (depth, open_groups) in [(0, false), (3, false), (8, true)] {
        (clip.config.depth, clip.config.open_groups) = (depth, open_groups);
        clip.config.key_frames.max_interval = 12;
        (clip.crew, clip.ahead) = (None, false);
        let alone = clip.code(40, scenes, |info, _| info);
        let crew = Arc::new(Backwards::default());
        clip.crew = Some(crew.clone());
        let helped = clip.code(40, scenes, |info, _| info);
        assert_eq!(format!("{alone:?}"), format!("{helped:?}"), "depth {depth}");
        // Both helpers are called twice for each frame, for the search of the first one in vain; and more where B frames are
        // placed.
        let jobs = crew.0.load(Ordering::Relaxed);
        assert!(if depth > 0 { jobs > 200 } else { jobs == 159 }, "{jobs} jobs");
        clip.ahead = true;
        let ahead = clip.code(40, scenes, |info, _| info);
        assert_eq!(format!("{alone:?}"), format!("{ahead:?}"), "depth {depth}");
    }
}

#[test]
fn cpu_levels_agree() {
    let mut clip = Clip::new(176, 144);
    let noisy = |frame: i32, x: i32, y: i32| {
        let base = i32::from(texture(x + 5 * frame, y - 2 * frame, if frame < 9 { 1 } else { 4 }));
        (base + i32::from(hash(x, y, frame)) / 16).min(255) as u8
    };
    for max_b_frames in [0, 2] {
        clip.config.max_b_frames = max_b_frames;
        clip.config.cpu_level = CpuLevel::Scalar;
        let scalar = clip.code(16, noisy, |info, _| info);
        clip.config.cpu_level = CpuLevel::machine();
        let best = clip.code(16, noisy, |info, _| info);
        assert_eq!(format!("{scalar:?}"), format!("{best:?}"));
    }
}

#[test]
fn flush_in_mid_stream_lets_everything_out() {
    let clip = Clip::new(48, 48);
    let mut lookahead = Lookahead::new(clip.config).unwrap();
    let mut frames = Vec::new();
    for index in 0..30 {
        let data = clip.picture(index, moving);
        let luma = LumaView { data: &data, stride: 51, width: 48, height: 48 };
        lookahead.push(luma, clip.info(index), index).unwrap();
        frames.extend(std::iter::from_fn(|| lookahead.pop()));
        if index == 12 {
            lookahead.flush();
            frames.extend(std::iter::from_fn(|| lookahead.pop()));
            assert_eq!((frames.len(), lookahead.pending()), (13, 0));
            assert!(frames[12].ahead_is_all);
        }
    }
    assert_eq!(frames.len(), 22);
    lookahead.flush();
    frames.extend(std::iter::from_fn(|| lookahead.pop()));
    // What follows the flush still refers to what was before.
    assert_eq!((frames.len(), keys(&frames)), (30, vec![0]));
}

#[test]
fn every_size_works() {
    for (width, height) in [(1, 1), (2, 2), (16, 16), (17, 33), (2, 70), (175, 143), (640, 2)] {
        let mut clip = Clip::new(width, height);
        clip.config.depth = 3;
        clip.run(6, |frame, x, y| hash(x, y, frame / 2));
        clip.run(5, |_, _, _| 0);
        clip.run(5, |frame, _, _| if frame % 2 == 0 { 255 } else { 0 });
    }
}

#[test]
fn analyses_of_other_pictures_are_refused() {
    let clips = [Clip::new(64, 48), Clip::new(48, 64), Clip::new(64, 64)];
    let lookahead = |clip: &Clip| Lookahead::<usize>::new(clip.config).unwrap();
    let mut own = lookahead(&clips[0]);
    for (other, fits) in clips.iter().zip([true, false, false]) {
        let data = other.picture(0, moving);
        let (width, height) = (other.width, other.height);
        let luma = LumaView { data: &data, stride: width + 3, width, height };
        let analysis = lookahead(other).next_turn().analyse(luma).unwrap();
        let outcome = own.push_analysed(analysis, other.info(0), 0);
        let refusal = Err(Error::OtherAnalysis { width: 64, height: 48 });
        assert_eq!(outcome, if fits { Ok(()) } else { refusal });
        assert_eq!(own.pending(), 1);
    }
}

#[test]
fn wrong_input_is_refused() {
    let config = LookaheadConfig { width: 0, height: 16, ..LookaheadConfig::default() };
    assert_eq!(Lookahead::<()>::new(config).unwrap_err(), Error::PictureSize { width: 0, height: 16 });
    let config = LookaheadConfig { width: 16, height: 16, depth: 251, ..LookaheadConfig::default() };
    let error = Lookahead::<()>::new(config).unwrap_err().to_string();
    assert!(error.contains("251") && error.contains("250"), "{error}");
    let clip = Clip::new(16, 16);
    let mut lookahead = Lookahead::new(clip.config).unwrap();
    let data = [0; 256];
    for (data, stride, width, height) in [
        (&data[..255], 16, 16, 16),
        (&data[..], 15, 16, 16),
        (&data[..], 16, 8, 16),
        (&data[..], usize::MAX, 16, 16),
    ] {
        let luma = LumaView { data, stride, width, height };
        assert!(lookahead.push(luma, clip.info(0), ()).is_err());
    }
    lookahead.flush();
    assert!(lookahead.pop().is_none());
}

#[test]
fn what_stands_still_is_told_from_what_is_new() {
    let mut clip = Clip::new(128, 64);
    clip.config.scene_cut = false;
    for depth in [0, 8] {
        clip.config.depth = depth;
        let frames = clip.run(6, |frame, x, y| if x < 64 { texture(x, y, 0) } else { hash(x, y, frame + 1) });
        for frame in &frames[1..] {
            assert_eq!(frame.inter_parts.len(), 8 * 4);
            for (index, &part) in frame.inter_parts.iter().enumerate() {
                match index % 8 {
                    0..3 => assert!(part < 16, "block {index}: {part}"),
                    5..8 => assert!(part > 40, "block {index}: {part}"),
                    _ => {}
                }
            }
        }
    }
}
