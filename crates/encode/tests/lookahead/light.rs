//! Pictures that change their light.

use crate::clip::{Clip, texture};

/// A scene that grows dark, but for a window in its middle.
fn dimmed(frame: i32, x: i32, y: i32) -> u8 {
    let sample = i32::from(texture(x, y, 1)) / 2 + 100;
    let inside = (24..72).contains(&x) && (24..40).contains(&y);
    if inside { sample as u8 } else { (sample - 8 * frame).max(0) as u8 }
}

#[test]
fn what_only_changes_its_light_is_well_predicted() {
    let mut clip = Clip::new(96, 64);
    clip.config.adaptive_quantisation = 0.0;
    let changes = |clip: &Clip| clip.run(10, dimmed)[1..9].iter().map(|frame| frame.cost.inter).sum::<u64>();
    let plain = changes(&clip);
    clip.config.weighted_prediction = true;
    let weighted = changes(&clip);
    assert!(4 * weighted < plain, "{weighted} against {plain}");
    // So it lasts, and pays for a finer first picture.
    let first = |clip: &Clip| clip.run(10, dimmed)[0].qp_offsets.iter().sum::<f32>();
    let weighted = first(&clip);
    clip.config.weighted_prediction = false;
    let plain = first(&clip);
    assert!(weighted < plain - 24.0, "{weighted} against {plain} for 24 blocks");
}

#[test]
fn b_frames_have_no_weights() {
    let mut clip = Clip::new(96, 64);
    clip.config.max_b_frames = 1;
    clip.config.weighted_prediction = true;
    clip.config.scene_cut = false;
    // Every picture in a light of its own: no mean of two others shows it, and what is better weighted is no B frame.
    const LEVELS: [u8; 7] = [0, 60, 15, 90, 30, 75, 45];
    let jumping = |frame: i32, x: i32, y: i32| texture(x, y, 1) / 2 + 20 + LEVELS[frame as usize % 7];
    let frames = clip.code(14, jumping, |info, _| info);
    assert!(frames.iter().all(|frame| !frame.kind.is_bidirectional()));
}
