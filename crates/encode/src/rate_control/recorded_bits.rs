//! What the frames of a pass took for themselves: what made still pictures finer is told apart, as another pass need not repeat it.

use super::refinement::{SAME, is_still};
use super::step_of_qp;
use crate::frame::FrameKind;
use crate::frame_record::FrameRecord;

/// Bits of frames in coding order beyond those of every frame.
///
/// A still picture that is coded at a finer step than before takes what the finer picture would have taken more from the start.
/// With one height of the curve for all of them it is as fine from the start, so that only its little motion counts, by what
/// motion takes elsewhere in the stream.
pub(super) fn recorded_bits(records: &[FrameRecord], overhead: f64) -> Vec<f64> {
    let beyond = |record: &FrameRecord| (record.bits as f64 - overhead).max(0.0);
    let (mut effort, mut cost) = (USUAL, 1.0);
    for record in records.iter().filter(|record| record.kind == FrameKind::P && !is_still(&record.cost)) {
        effort += beyond(record) * step_of_qp(record.base_qp);
        cost += record.cost.weighted;
    }
    let effort_of_cost = effort / cost;
    let mut finest = None;
    let own = records.iter().map(|record| {
        let step = step_of_qp(record.base_qp);
        if record.kind.is_intra() {
            finest = Some(step);
        } else if !is_still(&record.cost) {
            finest = None;
        } else if record.kind == FrameKind::P {
            // Where motion has come to rest, the first frame ends it.
            let before = *finest.get_or_insert(step);
            finest = Some(step.min(before));
            if step < SAME * before {
                return beyond(record).min(effort_of_cost * record.cost.weighted / step);
            }
        }
        beyond(record)
    });
    own.collect()
}

/// Bits of a unit of cost at a step of 1, where nothing moves.
const USUAL: f64 = 0.6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::FrameCost;
    use vitascope_core::Time;

    fn record(kind: FrameKind, inter: u64, base_qp: f64, bits: u64) -> FrameRecord {
        FrameRecord {
            presentation_time: Time::new(0, 25),
            duration_seconds: 0.04,
            kind,
            scene_cut: false,
            cost: FrameCost { intra: 200_000, inter, weighted: inter as f64, ..FrameCost::default() },
            motion: 0.0,
            base_qp,
            bits,
        }
    }

    #[test]
    fn what_makes_still_pictures_finer_is_left_out() {
        let records = [
            record(FrameKind::Idr, 0, 30.0, 50_100),
            record(FrameKind::P, 40_000, 30.0, 6_100),
            // Motion comes to rest, the picture becomes finer twice, and stays so.
            record(FrameKind::P, 1_000, 30.0, 600),
            record(FrameKind::B, 10, 40.0, 110),
            record(FrameKind::P, 400, 24.0, 9_100),
            record(FrameKind::P, 400, 18.0, 9_100),
            record(FrameKind::P, 400, 18.0, 300),
            record(FrameKind::P, 40_000, 24.0, 12_100),
        ];
        let bits = recorded_bits(&records, 100.0);
        assert_eq!([bits[0], bits[1], bits[2], bits[3]], [50_000.0, 6_000.0, 500.0, 10.0]);
        // A hundredth of the motion takes a hundredth of the bits, and twice as much with half the step.
        assert!((bits[4] - 120.0).abs() < 1.0 && (bits[5] - 240.0).abs() < 2.0, "{bits:?}");
        assert_eq!(bits[6..], [200.0, 12_000.0]);
    }

    #[test]
    fn where_nothing_moves_at_all_little_is_expected() {
        let mut records = vec![record(FrameKind::P, 40, 20.0, 9_100); 10];
        records[0] = record(FrameKind::Idr, 0, 30.0, 50_100);
        assert!(recorded_bits(&records, 100.0)[1] < 30.0);
    }
}
