//! Where B frames stand.

use vitascope_encode::{FrameInfo, FrameKind, PlannedFrame};

use crate::clip::{Clip, hash, texture};

/// The kinds in presentation order, a letter each: I sync, i intra, P, R B as a reference, B.
fn pattern(frames: &[PlannedFrame<usize>]) -> String {
    let mut letters = vec![' '; frames.len()];
    for frame in frames {
        letters[frame.display_index as usize] = match frame.kind {
            FrameKind::Idr => 'I',
            FrameKind::I => 'i',
            FrameKind::P => 'P',
            FrameKind::ReferenceB => 'R',
            FrameKind::B => 'B',
        };
    }
    letters.into_iter().collect()
}

/// Checks that B frames stand between references that are coded before them.
fn check_order(frames: &[PlannedFrame<usize>]) {
    for (position, frame) in frames.iter().enumerate() {
        assert_eq!(frame.payload as u64, frame.display_index);
        let both = frame.kind.is_bidirectional();
        assert_eq!(frame.references[0].is_some(), !frame.kind.is_intra());
        assert_eq!(frame.references[1].is_some(), both);
        assert_eq!(frame.backward_motion.len(), if both { frame.motion.len() } else { 0 });
        for (side, reference) in frame.references.iter().enumerate() {
            let Some(reference) = *reference else { continue };
            let coded = frames[..position].iter().find(|coded| coded.display_index == reference);
            assert!(
                coded.is_some_and(|coded| coded.kind.is_reference()),
                "frame {} lacks {reference}",
                frame.payload
            );
            assert_eq!(reference < frame.display_index, side == 0);
        }
    }
}

#[test]
fn b_frames_stand_where_they_pay() {
    let mut clip = Clip::new(96, 64);
    clip.config.max_b_frames = 3;
    // One frame in four is clear, and the one before it nearly.
    let noisy = |frame: i32, x: i32, y: i32| {
        let part = [256, 8, 8, 16][frame as usize % 4];
        let noise = i32::from(hash(x, y, frame)) / part + 16 - 128 / part;
        (i32::from(texture(x + 2 * frame, y, 1)) / 2 + noise) as u8
    };
    let keep = |info: FrameInfo, _: usize| info;
    // The mean of two pictures predicts better than one, and clear ones better than noisy ones.
    let frames = clip.code(33, noisy, keep);
    check_order(&frames);
    assert_eq!(pattern(&frames), format!("I{}", "BRBP".repeat(8)));
    clip.config.b_references = false;
    let frames = clip.code(33, noisy, keep);
    check_order(&frames);
    assert_eq!(pattern(&frames), format!("I{}", "BBBP".repeat(8)));
    let still = |_: i32, x: i32, y: i32| texture(x, y, 1);
    // Groups end before sync frames, forced ones and those that are due.
    clip.config.key_frames.max_interval = 6;
    let frames = clip.code(15, still, |mut info, index| {
        info.force_key = index == 9;
        info
    });
    check_order(&frames);
    assert_eq!(pattern(&frames), "IBBBPPIBPIBBBPP");
    // Open groups begin with an intra picture behind B frames; asked for, they are closed.
    clip.config.open_groups = true;
    let frames = clip.code(16, still, |mut info, index| {
        info.force_key = index == 14;
        info
    });
    check_order(&frames);
    assert_eq!(pattern(&frames), "IBBBPBiBBBPBiPIP");
    let opening: Vec<u64> =
        frames.iter().filter(|frame| frame.opens_group).map(|frame| frame.display_index).collect();
    assert_eq!(opening, [6, 12]);
    clip.config.open_groups = false;
    // Where every change stays, the nearest picture predicts best.
    clip.config.key_frames.max_interval = 250;
    let wandering = |frame: i32, x: i32, y: i32| {
        let changes: i32 = (0..frame).map(|past| i32::from(hash(x / 2, y / 2, past)) / 12 - 10).sum();
        (i32::from(texture(x, y, 1)) / 2 + 64 + changes).clamp(0, 255) as u8
    };
    assert_eq!(pattern(&clip.code(16, wandering, keep)), "IPPPPPPPPPPPPPPP");
}

#[test]
fn noise_in_all_blocks_outweighs_what_changes_in_few() {
    let mut clip = Clip::new(128, 128);
    clip.config.max_b_frames = 1;
    let some = |changing: i32| {
        move |frame: i32, x: i32, y: i32| {
            let noise = i32::from(hash(x, y, frame)) / 8;
            let changes: i32 = if y < changing {
                (0..frame).map(|past| i32::from(hash(x / 2, y / 2, past)) - 128).sum()
            } else {
                0
            };
            (i32::from(texture(x, y, 1)) / 4 + 64 + noise + changes).clamp(0, 255) as u8
        }
    };
    for (changing, expected) in [(0, 4..=4), (16, 3..=4), (80, 0..=0)] {
        let frames = clip.code(9, some(changing), |info, _| info);
        let found = frames.iter().filter(|frame| frame.kind.is_bidirectional()).count();
        assert!(expected.contains(&found), "{changing} rows: {}", pattern(&frames));
    }
}

#[test]
fn b_frames_need_frames_ahead() {
    let mut clip = Clip::new(64, 64);
    clip.config.max_b_frames = 3;
    let still = |_: i32, x: i32, y: i32| texture(x, y, 1);
    for (depth, longest) in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3), (20, 3)] {
        clip.config.depth = depth;
        let frames = clip.code(30, still, |info, _| info);
        check_order(&frames);
        let pattern = pattern(&frames);
        let run = pattern.split(['I', 'P']).map(str::len).max();
        // The frames at the end, which are all there after the flush, may form a longer group.
        assert!(run <= Some(if depth == 0 { 0 } else { 3 }), "depth {depth}: {pattern}");
        let early = pattern[..20].split(['I', 'P']).map(str::len).max();
        assert_eq!(early, Some(longest), "depth {depth}: {pattern}");
    }
}

#[test]
fn nothing_inherits_from_b_frames() {
    let mut clip = Clip::new(64, 64);
    clip.config.max_b_frames = 2;
    clip.config.b_references = false;
    clip.config.depth = 12;
    clip.config.adaptive_quantisation = 0.0;
    let frames = clip.code(40, |_, x, y| texture(x, y, 1), |info, _| info);
    for frame in &frames[..20] {
        let mean = frame.qp_offsets.iter().sum::<f32>() / 16.0;
        if frame.kind == FrameKind::B {
            assert_eq!(mean, 0.0);
        } else {
            assert!(mean < -5.0, "{:?}: {mean}", frame.kind);
        }
    }
}
