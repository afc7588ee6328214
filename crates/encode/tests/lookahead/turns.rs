//! Pictures that are measured on several threads, each in its turn.

use std::thread;

use vitascope_encode::{FrameKind, Lookahead, LumaView, PictureAnalysis, PlannedFrame};

use crate::clip::{Clip, texture};

/// Motion, parts of it in a light that changes now and then.
fn scenes(frame: i32, x: i32, y: i32) -> u8 {
    let light = if frame % 5 == 3 { 20 + frame } else { 0 };
    texture(x + 3 * frame, y + frame * (x >> 6), frame / 17) / 2 + light as u8
}

fn clip() -> Clip {
    let mut clip = Clip::new(190, 230);
    (clip.config.max_b_frames, clip.config.weighted_prediction) = (3, true);
    clip
}

/// All turns that `lookahead` gives for these frames, each on a thread of its own, all at the same time; those that are to be
/// `dropped` come to nothing.
fn taken(
    clip: &Clip,
    lookahead: &mut Lookahead<usize>,
    count: usize,
    dropped: &[usize],
) -> Vec<Option<PictureAnalysis>> {
    let turns: Vec<_> = (0..count).map(|index| (index, lookahead.next_turn())).collect();
    thread::scope(|scope| {
        // The last one first, so that each has to wait.
        let threads: Vec<_> = turns
            .into_iter()
            .rev()
            .map(|(index, turn)| {
                scope.spawn(move || {
                    if dropped.contains(&index) {
                        return None;
                    }
                    let data = clip.picture(index, scenes);
                    let (width, height) = (clip.width, clip.height);
                    Some(turn.analyse(LumaView { data: &data, stride: width + 3, width, height }).unwrap())
                })
            })
            .collect();
        threads.into_iter().rev().map(|thread| thread.join().unwrap()).collect()
    })
}

fn all(lookahead: &mut Lookahead<usize>) -> Vec<PlannedFrame<usize>> {
    std::iter::from_fn(|| lookahead.pop()).collect()
}

#[test]
fn threads_change_nothing() {
    let clip = clip();
    let alone = clip.code(24, scenes, |info, _| info);
    assert!(alone.iter().any(|frame| frame.kind == FrameKind::B));
    let mut lookahead = Lookahead::new(clip.config).unwrap();
    let mut frames = Vec::new();
    let analyses = taken(&clip, &mut lookahead, 24, &[]);
    for (index, analysis) in analyses.into_iter().enumerate() {
        lookahead.push_analysed(analysis.unwrap(), clip.info(index), index).unwrap();
        frames.extend(all(&mut lookahead));
    }
    lookahead.flush();
    frames.extend(all(&mut lookahead));
    assert_eq!(format!("{alone:?}"), format!("{frames:?}"));
}

#[test]
fn turns_follow_frames_that_had_none() {
    let clip = clip();
    let alone = clip.code(12, scenes, |info, _| info);
    let mut lookahead = Lookahead::new(clip.config).unwrap();
    let mut frames = Vec::new();
    for index in 0..12 {
        let data = clip.picture(index, scenes);
        let (width, height) = (clip.width, clip.height);
        let luma = LumaView { data: &data, stride: width + 3, width, height };
        let info = clip.info(index);
        if index % 3 == 1 {
            lookahead.push(luma, info, index).unwrap();
        } else {
            let analysis = lookahead.next_turn().analyse(luma).unwrap();
            lookahead.push_analysed(analysis, info, index).unwrap();
        }
        frames.extend(all(&mut lookahead));
    }
    lookahead.flush();
    frames.extend(all(&mut lookahead));
    assert_eq!(format!("{alone:?}"), format!("{frames:?}"));
}

#[test]
fn a_turn_that_is_dropped_harms_no_other() {
    let clip = clip();
    let mut lookahead = Lookahead::new(clip.config).unwrap();
    let analyses = taken(&clip, &mut lookahead, 12, &[0, 5, 6, 11]);
    assert_eq!(analyses.iter().flatten().count(), 8);
    for (index, analysis) in analyses.into_iter().enumerate() {
        if let Some(analysis) = analysis {
            lookahead.push_analysed(analysis, clip.info(index), index).unwrap();
        }
    }
    lookahead.flush();
    let frames = all(&mut lookahead);
    let mut kept: Vec<usize> = frames.iter().map(|frame| frame.payload).collect();
    kept.sort_unstable();
    assert_eq!(kept, [1, 2, 3, 4, 7, 8, 9, 10]);
}
