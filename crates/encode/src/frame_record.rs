//! What a pass over a stream learns of a frame, for the passes after it.

use std::ops::RangeInclusive;

use vitascope_core::Time;

use crate::frame::{FrameCost, FrameKind, MotionVector, PlannedFrame};

/// A frame that was coded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FrameRecord {
    /// When it is shown.
    pub presentation_time: Time,
    /// How long it is shown.
    pub duration_seconds: f64,
    /// How it was coded.
    pub kind: FrameKind,
    /// A scene begins with it.
    pub scene_cut: bool,
    /// Its costs, with the importance that later frames give its blocks.
    pub cost: FrameCost,
    /// Mean length of its motion in quarter samples.
    pub motion: f32,
    /// The base QP it was coded with. Beyond 51 where the frame was made smaller than quantisers can: what would have done it.
    pub base_qp: f64,
    /// What it took.
    pub bits: u64,
}

/// What records can say of durations, in seconds, and of base QPs.
const DURATIONS: RangeInclusive<f64> = 0.0..=1e10;
const BASE_QPS: RangeInclusive<f64> = -16.0..=200.0;

const KINDS: [FrameKind; 5] =
    [FrameKind::Idr, FrameKind::I, FrameKind::P, FrameKind::ReferenceB, FrameKind::B];

impl FrameRecord {
    /// Length of a record in bytes, without the presentation time.
    pub const BYTES: usize = 72;

    /// The record of a frame that is about to be coded; its size comes later.
    pub fn new<T>(planned: &PlannedFrame<T>, base_qp: f64) -> Self {
        Self {
            presentation_time: planned.info.presentation_time,
            duration_seconds: planned.duration_seconds,
            kind: planned.kind,
            scene_cut: planned.scene_cut,
            cost: planned.cost,
            motion: mean_length(&planned.motion),
            base_qp,
            bits: 0,
        }
    }

    /// The record as bytes, little-endian; the presentation time is not among them. What is out of a record's range becomes the
    /// nearest that is in it, so that whatever is written can be read.
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let kind = KINDS.iter().position(|kind| *kind == self.kind).unwrap_or_default() as u8;
        let mut bytes = vec![kind, u8::from(self.scene_cut), 0, 0];
        bytes.extend(self.motion.to_le_bytes());
        for (number, range) in [(self.duration_seconds, DURATIONS), (self.base_qp, BASE_QPS)] {
            bytes.extend(number.clamp(*range.start(), *range.end()).to_le_bytes());
        }
        for number in [self.bits, self.cost.intra, self.cost.inter] {
            bytes.extend(number.to_le_bytes());
        }
        bytes.extend(self.cost.weighted.to_le_bytes());
        bytes.extend(self.cost.intra_blocks.to_le_bytes());
        let mut array = [0; Self::BYTES];
        array[..bytes.len()].copy_from_slice(&bytes);
        array
    }

    /// Reads a record; `None` when the bytes cannot be one.
    pub fn from_bytes(presentation_time: Time, bytes: &[u8]) -> Option<Self> {
        let bytes: &[u8; Self::BYTES] = bytes.try_into().ok()?;
        let eight = |offset: usize| -> [u8; 8] { std::array::from_fn(|i| bytes[offset + i]) };
        let four = |offset: usize| -> [u8; 4] { std::array::from_fn(|i| bytes[offset + i]) };
        let record = Self {
            presentation_time,
            kind: *KINDS.get(usize::from(bytes[0]))?,
            scene_cut: bytes[1] != 0,
            motion: f32::from_le_bytes(four(4)),
            duration_seconds: f64::from_le_bytes(eight(8)),
            base_qp: f64::from_le_bytes(eight(16)),
            bits: u64::from_le_bytes(eight(24)),
            cost: FrameCost {
                intra: u64::from_le_bytes(eight(32)),
                inter: u64::from_le_bytes(eight(40)),
                weighted: f64::from_le_bytes(eight(48)),
                intra_blocks: u32::from_le_bytes(four(56)),
            },
        };
        let sane = DURATIONS.contains(&record.duration_seconds)
            && BASE_QPS.contains(&record.base_qp)
            && (0.0..1e18).contains(&record.cost.weighted)
            && record.motion.is_finite()
            && record.bits < 1 << 48
            && presentation_time.is_numeric();
        sane.then_some(record)
    }
}

fn mean_length(motion: &[MotionVector]) -> f32 {
    let sum: f64 =
        motion.iter().map(|vector| (f64::from(vector.x).powi(2) + f64::from(vector.y).powi(2)).sqrt()).sum();
    (sum / motion.len().max(1) as f64) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_survive_and_nonsense_does_not() {
        let record = FrameRecord {
            presentation_time: Time::new(1001, 30_000),
            duration_seconds: 0.033,
            kind: FrameKind::B,
            scene_cut: true,
            cost: FrameCost { intra: 1, inter: 2, intra_blocks: 3, weighted: 4.5 },
            motion: 1.25,
            base_qp: 30.25,
            bits: 12345,
        };
        let bytes = record.to_bytes();
        assert_eq!(FrameRecord::from_bytes(record.presentation_time, &bytes), Some(record));
        // A slide of a week, made far smaller than quantisers can.
        for (duration_seconds, base_qp, nearest) in
            [(604_800.0, 110.0, 110.0), (604_800.0, 999.0, 200.0), (604_800.0, -99.0, -16.0)]
        {
            let odd = FrameRecord { duration_seconds, base_qp, ..record };
            let expected = FrameRecord { duration_seconds, base_qp: nearest, ..record };
            assert_eq!(FrameRecord::from_bytes(odd.presentation_time, &odd.to_bytes()), Some(expected));
        }
        assert_eq!(FrameRecord::from_bytes(Time::INVALID, &bytes), None);
        assert_eq!(FrameRecord::from_bytes(record.presentation_time, &bytes[1..]), None);
        for (offset, value) in [(0, 9), (15, 0x7f), (23, 0x7f), (31, 1), (55, 0x7f)] {
            let mut broken = bytes;
            broken[offset] = value;
            assert_eq!(FrameRecord::from_bytes(record.presentation_time, &broken), None, "byte {offset}");
        }
    }
}
