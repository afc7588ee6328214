//! Temporal direct prediction: a block of a B picture moves on the line that the block at its place in the picture after
//! it moves on (ITU-T H.264 8.4.1.2.3).

use super::implicit_weights::distance_scale;
use super::macroblock::{MacroblockInfo, Motion, Mv};
use super::reference_buffer::CollocatedMap;

/// Values that [`MotionRecord`] has of a macroblock: vector and reference of each quarter.
pub(crate) const VALUES: usize = 12;

/// What later pictures want to know of a macroblock's motion: for each quarter the vector of its outer corner, and in
/// which place of the lists its picture is. Vectors are those of list 0, or of list 1 where list 0 is not used.
pub(crate) type MotionRecord = [u16; VALUES];

/// Blocks in the corners of a macroblock (8.4.1.2.1 with `direct_8x8_inference_flag`).
const CORNERS: [usize; 4] = [0, 3, 12, 15];

/// The place of an intra block.
const NOWHERE: u16 = u16::MAX;
/// Places of a list.
pub(crate) const LIST_PLACES: usize = 16;

/// The motion of a coded macroblock. `copy` is the index in list 0 of a copy of the first picture, or none that occurs.
pub(crate) fn record(info: &MacroblockInfo, copy: i8) -> MotionRecord {
    let mut record = [0; VALUES];
    for (quarter, to) in record.as_chunks_mut::<3>().0.iter_mut().enumerate() {
        let list = usize::from(info.ref_idx[0][quarter] < 0);
        let mv = info.mv[list][CORNERS[quarter]];
        let place = match info.ref_idx[list][quarter] {
            index if index >= 0 && index == copy && list == 0 => 0,
            index @ 0.. => (list * LIST_PLACES) as u16 + index as u16,
            _ => NOWHERE,
        };
        *to = [mv.x as u16, mv.y as u16, place];
    }
    record
}

/// Quarters whose corner moves by at most a quarter sample against the first picture of list 0, or of list 1 where
/// list 0 is not used (8.4.1.2.1, 8.4.1.2.2).
pub(crate) fn still_quarters(info: &MacroblockInfo) -> u8 {
    (0..4).fold(0, |bits, quarter| {
        let list = usize::from(info.ref_idx[0][quarter] < 0);
        let mv = info.mv[list][CORNERS[quarter]];
        let still = info.ref_idx[list][quarter] == 0 && mv.x.abs() <= 1 && mv.y.abs() <= 1;
        bits | u8::from(still) << quarter
    })
}

/// How a picture's blocks follow from those of the picture after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TemporalDirect {
    map: CollocatedMap,
    /// DistScaleFactor of each picture of list 0, or `None` where vectors are taken as they are.
    scales: Vec<Option<i32>>,
}

impl TemporalDirect {
    /// For a picture at place `own` in output order whose lists hold pictures at `orders`; `map` says where those of the
    /// first one of list 1 are.
    pub(crate) fn new(own: u64, orders: &[Vec<u64>; 2], map: CollocatedMap) -> Option<Self> {
        let after = *orders[1].first()?;
        let scales = orders[0].iter().map(|&before| distance_scale(own, before, after)).collect();
        Some(Self { map, scales })
    }

    /// Motion of the quarters; `None` where the picture after refers to one that is not in list 0.
    pub(crate) fn motion(&self, record: &MotionRecord) -> Option<[Motion; 4]> {
        let mut quarters = [Motion { ref_idx: [0; 2], mv: [Mv::ZERO; 2] }; 4];
        for (motion, &[x, y, place]) in quarters.iter_mut().zip(record.as_chunks::<3>().0) {
            if place == NOWHERE {
                continue;
            }
            let index = (*self.map.get(usize::from(place))?)?;
            let moved = Mv::new(x as i16, y as i16);
            motion.ref_idx[0] = index as i8;
            motion.mv = match self.scales.get(usize::from(index))? {
                Some(scale) => {
                    let part = |v: i16| ((scale * i32::from(v) + 128) >> 8) as i16;
                    let first = Mv::new(part(moved.x), part(moved.y));
                    [first, first.difference(moved)]
                }
                None => [moved, Mv::ZERO],
            };
        }
        Some(quarters)
    }
}

/// How a picture's B macroblocks derive motion that is not sent.
#[derive(Clone, Debug)]
pub(crate) struct DirectPlan {
    /// From neighbours (8.4.1.2.2), not from the picture after.
    pub(crate) spatial: bool,
    /// How it would follow from the picture after, where that is of interest.
    pub(crate) temporal: Option<TemporalDirect>,
    /// Some macroblocks are predicted in both ways to see which is nearer.
    pub(crate) compares: bool,
    /// The picture's own motion is noted for others.
    pub(crate) noted: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::macroblock::{Mode, Partition};

    fn moving(ref_idx: [i8; 2], mv: [Mv; 2]) -> MotionRecord {
        let info = MacroblockInfo {
            mode: Mode::Inter(Partition::Whole),
            ref_idx: ref_idx.map(|index| [index; 4]),
            mv: mv.map(|mv| [mv; 16]),
            ..MacroblockInfo::default()
        };
        record(&info, 7)
    }

    #[test]
    fn vectors_are_divided_by_distance() {
        let mut map = [None; 2 * LIST_PLACES];
        (map[0], map[1], map[LIST_PLACES]) = (Some(1), Some(0), Some(2));
        // A third of the way from 3 to 6, and half of the way from 2 to 6.
        let direct = TemporalDirect::new(4, &[vec![3, 2, 6], vec![6]], map).unwrap();
        let mv = Mv::new(-30, 9);
        let half = direct.motion(&moving([0, -1], [mv, Mv::ZERO])).unwrap();
        assert_eq!(half, [Motion { ref_idx: [1, 0], mv: [Mv::new(-15, 5), Mv::new(15, -4)] }; 4]);
        let third = direct.motion(&moving([1, 0], [mv, Mv::new(100, 100)])).unwrap();
        assert_eq!(third[0], Motion { ref_idx: [0, 0], mv: [Mv::new(-10, 3), Mv::new(20, -6)] });
        // From list 1, to the same place as the picture after: nothing to divide.
        let as_it_is = direct.motion(&moving([-1, 0], [Mv::ZERO, mv])).unwrap();
        assert_eq!(as_it_is[3], Motion { ref_idx: [2, 0], mv: [mv, Mv::ZERO] });
        let intra = direct.motion(&moving([-1, -1], [Mv::ZERO; 2])).unwrap();
        assert_eq!(intra[0], Motion { ref_idx: [0, 0], mv: [Mv::ZERO; 2] });
        assert_eq!(direct.motion(&moving([2, -1], [mv, Mv::ZERO])), None);
    }

    #[test]
    fn corners_stand_for_quarters() {
        let mut info = MacroblockInfo { ref_idx: [[0, 1, 2, 3], [-1; 4]], ..MacroblockInfo::default() };
        for (block, mv) in info.mv[0].iter_mut().enumerate() {
            *mv = Mv::new(block as i16, -1);
        }
        let places = [[0, 0xffff, 0], [3, 0xffff, 1], [12, 0xffff, 2], [15, 0xffff, 0]];
        assert_eq!(record(&info, 3).as_chunks::<3>().0, places);
    }
}
