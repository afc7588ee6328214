//! What a macroblock sees of the macroblocks around it.

use super::intra_prediction::Available;
use super::macroblock::{INTRA_DC, MacroblockInfo, Mode, Motion, Mv};

/// Reference index of a block outside the slice or not coded yet.
pub(crate) const REF_UNAVAILABLE: i8 = -2;

const STRIDE: usize = 8;
const CELLS: usize = STRIDE * 5 + 1;

/// Index of the 4x4 block at (x, y), -1..=4 and -1..=3, in a motion cache.
const fn cell(x: i32, y: i32) -> usize {
    ((y + 1) * STRIDE as i32 + x + 4) as usize
}

/// Vectors and reference indices of the current macroblock and of the blocks around it, for one list.
#[derive(Clone)]
pub(crate) struct MotionCache {
    mv: [Mv; CELLS],
    ref_idx: [i8; CELLS],
}

impl MotionCache {
    /// Sets the motion of a part of the current macroblock, in units of 4x4 blocks.
    pub(crate) fn set(&mut self, (x, y, w, h): (usize, usize, usize, usize), ref_idx: i8, mv: Mv) {
        for j in y..y + h {
            let start = cell(x as i32, j as i32);
            match w {
                4 => self.set_row::<4>(start, ref_idx, mv),
                2 => self.set_row::<2>(start, ref_idx, mv),
                _ => self.set_row::<1>(start, ref_idx, mv),
            }
        }
    }

    /// Sets blocks side by side: of a known number, which takes a move where a loop would take a call.
    #[inline(always)]
    fn set_row<const W: usize>(&mut self, start: usize, ref_idx: i8, mv: Mv) {
        self.mv[start..start + W].copy_from_slice(&[mv; W]);
        self.ref_idx[start..start + W].copy_from_slice(&[ref_idx; W]);
    }

    /// Marks the current macroblock's blocks as not coded yet.
    pub(crate) fn clear(&mut self) {
        self.set((0, 0, 4, 4), REF_UNAVAILABLE, Mv::ZERO);
    }

    fn at(&self, x: i32, y: i32) -> (i8, Mv) {
        (self.ref_idx[cell(x, y)], self.mv[cell(x, y)])
    }

    /// Left, top and top-right (or else top-left) neighbours of a part (8.4.1.3.2).
    fn neighbours(&self, x: usize, y: usize, w: usize) -> [(i8, Mv); 3] {
        let (x, y, w) = (x as i32, y as i32, w as i32);
        let right = self.at(x + w, y - 1);
        let third = if right.0 == REF_UNAVAILABLE { self.at(x - 1, y - 1) } else { right };
        [self.at(x - 1, y), self.at(x, y - 1), third]
    }

    /// Vectors of the neighbours of the whole macroblock that point into reference `ref_idx`, and
    /// how many there are: where a motion search may start.
    pub(crate) fn candidates(&self) -> [(i8, Mv); 3] {
        self.neighbours(0, 0, 4)
    }

    /// Predicted vector of a part (8.4.1.3), with the directional rules of 16x8 and 8x16 parts.
    pub(crate) fn predict(&self, (x, y, w, h): (usize, usize, usize, usize), ref_idx: i8) -> Mv {
        let [a, b, c] = self.neighbours(x, y, w);
        let directional = match (w, h) {
            (4, 2) => Some(if y == 0 { b } else { a }),
            (2, 4) => Some(if x == 0 { a } else { c }),
            _ => None,
        };
        if let Some((r, mv)) = directional
            && r == ref_idx
        {
            return mv;
        }
        median(a, b, c, ref_idx)
    }

    /// Vector of `P_Skip` (8.4.1.1).
    pub(crate) fn predict_skip(&self) -> Mv {
        let [a, b, c] = self.neighbours(0, 0, 4);
        let still = |n: (i8, Mv)| n.0 == REF_UNAVAILABLE || (n.0 == 0 && n.1 == Mv::ZERO);
        if still(a) || still(b) { Mv::ZERO } else { median(a, b, c, 0) }
    }
}

/// Motion that B slices derive where none is sent, spatially (8.4.1.2.2), but for the quarters that
/// stand still with the picture after.
pub(crate) fn spatial_direct(lists: [&MotionCache; 2]) -> Motion {
    let least = |list: usize| {
        let [a, b, c] = lists[list].candidates().map(|n| n.0);
        // The least that is no flag: as unsigned numbers, flags are the greatest.
        let least = (a as u8).min(b as u8).min(c as u8) as i8;
        least.max(-1)
    };
    let ref_idx = [least(0), least(1)];
    if ref_idx == [-1, -1] {
        return Motion { ref_idx: [0, 0], mv: [Mv::ZERO; 2] };
    }
    let mv = |list: usize| {
        if ref_idx[list] < 0 { Mv::ZERO } else { lists[list].predict((0, 0, 4, 4), ref_idx[list]) }
    };
    Motion { ref_idx, mv: [mv(0), mv(1)] }
}

fn median(a: (i8, Mv), b: (i8, Mv), c: (i8, Mv), ref_idx: i8) -> Mv {
    if b.0 == REF_UNAVAILABLE && c.0 == REF_UNAVAILABLE && a.0 != REF_UNAVAILABLE {
        return a.1;
    }
    match (a.0 == ref_idx, b.0 == ref_idx, c.0 == ref_idx) {
        (true, false, false) => a.1,
        (false, true, false) => b.1,
        (false, false, true) => c.1,
        _ => Mv { x: median_of(a.1.x, b.1.x, c.1.x), y: median_of(a.1.y, b.1.y, c.1.y) },
    }
}

fn median_of(a: i16, b: i16, c: i16) -> i16 {
    a.max(b).min(a.min(b).max(c))
}

/// The macroblocks around the current one, where they exist.
#[derive(Clone, Copy)]
pub(crate) struct Neighbours<'a> {
    pub(crate) left: Option<&'a MacroblockInfo>,
    pub(crate) top: Option<&'a MacroblockInfo>,
    pub(crate) top_left: Option<&'a MacroblockInfo>,
    pub(crate) top_right: Option<&'a MacroblockInfo>,
}

impl<'a> Neighbours<'a> {
    pub(crate) fn available(&self) -> Available {
        Available {
            left: self.left.is_some(),
            top: self.top.is_some(),
            top_left: self.top_left.is_some(),
            top_right: self.top_right.is_some(),
        }
    }

    pub(crate) fn motion(&self, list: usize) -> MotionCache {
        let mut cache = MotionCache { mv: [Mv::ZERO; CELLS], ref_idx: [REF_UNAVAILABLE; CELLS] };
        let mut copy = |x: i32, y: i32, from: &MacroblockInfo, bx: usize, by: usize| {
            cache.ref_idx[cell(x, y)] = from.ref_idx[list][(by / 2) * 2 + bx / 2];
            cache.mv[cell(x, y)] = from.mv[list][by * 4 + bx];
        };
        if let Some(left) = self.left {
            (0..4).for_each(|y| copy(-1, y, left, 3, y as usize));
        }
        if let Some(top) = self.top {
            (0..4).for_each(|x| copy(x, -1, top, x as usize, 3));
        }
        if let Some(corner) = self.top_left {
            copy(-1, -1, corner, 3, 3);
        }
        if let Some(corner) = self.top_right {
            copy(4, -1, corner, 0, 3);
        }
        cache
    }

    /// `predIntra4x4PredMode` or `predIntra8x8PredMode` (8.3.1.1, 8.3.2.1) of the block whose first
    /// 4x4 block is (x, y), given the modes of the current macroblock so far.
    pub(crate) fn predicted_intra_mode(&self, modes: &[u8; 16], x: usize, y: usize) -> u8 {
        let left =
            if x > 0 { Some(modes[y * 4 + x - 1]) } else { self.left.map(|m| m.intra_modes[y * 4 + 3]) };
        let top = if y > 0 { Some(modes[y * 4 + x - 4]) } else { self.top.map(|m| m.intra_modes[12 + x]) };
        match (left, top) {
            (Some(a), Some(b)) => a.min(b),
            _ => INTRA_DC,
        }
    }

    /// Coefficient counts of the 4x4 blocks left of and above block (x, y) of a component; `None`
    /// outside the slice. Component 0 is luma (4x4 blocks), 1 and 2 are Cb and Cr (2x2).
    pub(crate) fn total_coeffs(
        &self,
        current: &[u8; 24],
        component: usize,
        x: usize,
        y: usize,
    ) -> (Option<u8>, Option<u8>) {
        let (base, n) = if component == 0 { (0, 4) } else { (12 + 4 * component, 2) };
        let left = if x > 0 {
            Some(current[base + y * n + x - 1])
        } else {
            self.left.map(|m| m.total_coeff[base + y * n + n - 1])
        };
        let top = if y > 0 {
            Some(current[base + (y - 1) * n + x])
        } else {
            self.top.map(|m| m.total_coeff[base + (n - 1) * n + x])
        };
        (left, top)
    }
}

impl MacroblockInfo {
    pub(crate) fn is_skip(&self) -> bool {
        self.mode == Mode::Skip
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inter(ref_idx: i8, mv: Mv) -> MacroblockInfo {
        MacroblockInfo {
            mode: Mode::Inter(super::super::macroblock::Partition::Whole),
            ref_idx: [[ref_idx; 4], [-1; 4]],
            mv: [[mv; 16], [Mv::ZERO; 16]],
            ..MacroblockInfo::default()
        }
    }

    #[test]
    fn median_and_exceptions_of_vector_prediction() {
        let (a, b, c) = (inter(0, Mv::new(4, 8)), inter(0, Mv::new(-4, 2)), inter(0, Mv::new(10, 3)));
        let around = Neighbours { left: Some(&a), top: Some(&b), top_left: None, top_right: Some(&c) };
        assert_eq!(around.motion(0).predict((0, 0, 4, 4), 0), Mv::new(4, 3));
        let other = inter(1, Mv::new(7, 7));
        let around = Neighbours { top: Some(&other), ..around };
        assert_eq!(around.motion(0).predict((0, 0, 4, 4), 1), Mv::new(7, 7));
        let only_left = Neighbours { left: Some(&a), top: None, top_left: None, top_right: None };
        assert_eq!(only_left.motion(0).predict((0, 0, 4, 4), 5), Mv::new(4, 8));
        assert_eq!(only_left.motion(0).predict_skip(), Mv::ZERO);
    }

    #[test]
    fn parts_take_the_neighbour_they_touch() {
        let (a, b, c) = (inter(0, Mv::new(1, 1)), inter(0, Mv::new(2, 2)), inter(0, Mv::new(3, 3)));
        let around = Neighbours { left: Some(&a), top: Some(&b), top_left: None, top_right: Some(&c) };
        let mut cache = around.motion(0);
        assert_eq!(cache.predict((0, 0, 4, 2), 0), Mv::new(2, 2));
        assert_eq!(cache.predict((2, 0, 2, 4), 0), Mv::new(3, 3));
        cache.set((0, 0, 2, 2), 0, Mv::new(9, 9));
        // The last quarter's top-right neighbour is never available.
        cache.set((2, 0, 2, 2), 0, Mv::new(20, 20));
        cache.set((0, 2, 2, 2), 0, Mv::new(-20, 5));
        assert_eq!(cache.predict((2, 2, 2, 2), 0), Mv::new(9, 9));
    }
}
