//! How strongly the edges of macroblocks are filtered (bS), ITU-T H.264 8.7.2.1.

use super::macroblock::{MacroblockInfo, Mode, Partition};

/// Strengths of the four parts of an edge, from 0 (not filtered) to 4.
pub(crate) type Strengths = [u8; 4];

/// A macroblock as its edges see it.
pub(crate) struct EdgeSide<'a> {
    mb: &'a MacroblockInfo,
    /// Blocks with levels, one bit each in raster order; only what is not intra needs them.
    coded: u16,
    /// All blocks have the same motion.
    uniform: bool,
    /// Index in list 0 of a copy of the first picture, or one that no block has.
    copy: i8,
}

/// Blocks of each quarter of a macroblock.
const QUARTERS: [u16; 4] = [0x0033, 0x00cc, 0x3300, 0xcc00];

impl<'a> EdgeSide<'a> {
    #[inline]
    pub(crate) fn new(mb: &'a MacroblockInfo, copy: i8) -> Self {
        let coded = if mb.cbp & 15 == 0 {
            0
        } else if mb.transform_8x8 {
            // Blocks of one 8x8 transform count as one.
            (0..4).filter(|quarter| mb.cbp >> quarter & 1 != 0).fold(0, |bits, q| bits | QUARTERS[q])
        } else {
            let levels = mb.total_coeff.iter().take(16).enumerate();
            levels.fold(0, |bits, (block, &count)| bits | u16::from(count != 0) << block)
        };
        let uniform = mb.direct == 0 && matches!(mb.mode, Mode::Skip | Mode::Inter(Partition::Whole));
        Self { mb, coded, uniform, copy }
    }

    /// Strengths of the edge between the blocks `own` and `theirs` of a neighbour.
    #[inline]
    pub(crate) fn against(&self, other: &Self, own: [usize; 4], theirs: [usize; 4]) -> Strengths {
        if self.mb.mode.is_intra() || other.mb.mode.is_intra() {
            return [4; 4];
        }
        let differs = |n: usize| u8::from(motion_differs(self.copy, self.mb, own[n], other.mb, theirs[n]));
        let uniform = (self.uniform && other.uniform).then(|| differs(0));
        std::array::from_fn(|n| {
            if (self.coded >> own[n] | other.coded >> theirs[n]) & 1 != 0 {
                2
            } else {
                uniform.unwrap_or_else(|| differs(n))
            }
        })
    }

    /// Strengths of the edges inside, by direction (vertical edges first) and edge; those at 0 stay 0.
    #[inline]
    pub(crate) fn inside(&self) -> [[Strengths; 4]; 2] {
        let mut strengths = [[[0; 4]; 4]; 2];
        let mb = self.mb;
        let step = if mb.transform_8x8 { 2 } else { 1 };
        if mb.mode.is_intra() {
            for direction in &mut strengths {
                direction.iter_mut().skip(step).step_by(step).for_each(|s| *s = [3; 4]);
            }
            return strengths;
        }
        if self.coded == 0 && self.uniform {
            return strengths;
        }
        // Motion changes only between the halves of the macroblock, but for divided quarters.
        let quarters = mb.mode == Mode::Inter(Partition::Quarters);
        let (beside, below) = (self.coded | self.coded << 1, self.coded | self.coded << 4);
        for edge in (step..4).step_by(step) {
            let moves = !self.uniform && (edge == 2 || quarters);
            let strength = |coded: u16, block: usize, before: usize| match coded >> block & 1 {
                0 => u8::from(moves && motion_differs(self.copy, mb, block, mb, before)),
                _ => 2,
            };
            strengths[0][edge] = std::array::from_fn(|n| strength(beside, n * 4 + edge, n * 4 + edge - 1));
            strengths[1][edge] = std::array::from_fn(|n| strength(below, edge * 4 + n, edge * 4 + n - 4));
        }
        strengths
    }
}

/// Whether two blocks' motion differs by a whole sample or in its references. No picture is in both lists and none but
/// the first, whose copy is at `copy`, twice in one, so equal references have equal indices.
#[inline]
fn motion_differs(copy: i8, a: &MacroblockInfo, i: usize, b: &MacroblockInfo, j: usize) -> bool {
    let quarter = |block: usize| block / 8 * 2 + block % 4 / 2;
    let picture = |index: i8| if index == copy { 0 } else { index };
    (0..2).any(|list| {
        let (va, vb) = (a.mv[list][i], b.mv[list][j]);
        picture(a.ref_idx[list][quarter(i)]) != picture(b.ref_idx[list][quarter(j)])
            || (va.x - vb.x).unsigned_abs() >= 4
            || (va.y - vb.y).unsigned_abs() >= 4
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::deblock::NO_COPY;
    use crate::encode::macroblock::Mv;

    fn inter(partition: Partition) -> MacroblockInfo {
        MacroblockInfo {
            mode: Mode::Inter(partition),
            ref_idx: [[0; 4], [-1; 4]],
            ..MacroblockInfo::default()
        }
    }

    #[test]
    fn levels_motion_and_intra_decide() {
        let plain = inter(Partition::Whole);
        assert_eq!(EdgeSide::new(&plain, NO_COPY).inside(), [[[0; 4]; 4]; 2]);
        let mut coded = inter(Partition::Whole);
        coded.cbp = 1;
        coded.total_coeff[5] = 3;
        let inside = EdgeSide::new(&coded, NO_COPY).inside();
        assert_eq!(inside[0], [[0; 4], [0, 2, 0, 0], [0, 2, 0, 0], [0; 4]]);
        assert_eq!(inside[1], [[0; 4], [0, 2, 0, 0], [0, 2, 0, 0], [0; 4]]);
        coded.transform_8x8 = true;
        let inside = EdgeSide::new(&coded, NO_COPY).inside();
        assert_eq!(inside[0], [[0; 4], [0; 4], [2, 2, 0, 0], [0; 4]]);
        let mut moved = inter(Partition::Columns);
        for y in 0..4 {
            moved.mv[0][4 * y + 2..4 * y + 4].fill(Mv::new(4, 0));
        }
        let inside = EdgeSide::new(&moved, NO_COPY).inside();
        assert_eq!(inside, [[[0; 4], [0; 4], [1; 4], [0; 4]], [[0; 4]; 4]]);
        let (left, right) = ([0, 4, 8, 12], [3, 7, 11, 15]);
        assert_eq!(
            EdgeSide::new(&plain, NO_COPY).against(&EdgeSide::new(&moved, NO_COPY), left, right),
            [1; 4]
        );
        assert_eq!(
            EdgeSide::new(&moved, NO_COPY).against(&EdgeSide::new(&plain, NO_COPY), left, right),
            [0; 4]
        );
        // The same picture once more, at index 2.
        let mut copied = inter(Partition::Whole);
        copied.ref_idx[0] = [2; 4];
        for (copy, strength) in [(2, 0), (NO_COPY, 1), (1, 1)] {
            let sides = [&plain, &copied].map(|mb| EdgeSide::new(mb, copy));
            assert_eq!(sides[0].against(&sides[1], left, right), [strength; 4]);
        }
        let intra = MacroblockInfo { mode: Mode::Intra16x16, ..MacroblockInfo::default() };
        assert_eq!(
            EdgeSide::new(&intra, NO_COPY).against(&EdgeSide::new(&plain, NO_COPY), left, right),
            [4; 4]
        );
        assert_eq!(EdgeSide::new(&intra, NO_COPY).inside()[1], [[0; 4], [3; 4], [3; 4], [3; 4]]);
    }
}
