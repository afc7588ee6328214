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
            let counts = mb.total_coeff.as_chunks().0;
            nonzero(counts[0]) | nonzero(counts[1]) << 8
        };
        let uniform = mb.direct == 0 && matches!(mb.mode, Mode::Skip | Mode::Inter(Partition::Whole));
        Self { mb, coded, uniform, copy }
    }

    /// Strengths of the left edge, beside another macroblock.
    #[inline]
    pub(crate) fn beside(&self, left: &Self) -> Strengths {
        let coded = spread_column(self.coded | left.coded >> 3);
        self.against(left, coded, |n| (4 * n, 4 * n + 3))
    }

    /// Strengths of the top edge, below another macroblock.
    #[inline]
    pub(crate) fn below(&self, top: &Self) -> Strengths {
        let coded = spread_row(self.coded | top.coded >> 12);
        self.against(top, coded, |n| (n, 12 + n))
    }

    /// Strengths of the edge between pairs of `blocks`, this macroblock's and another one's; which of them have levels.
    #[inline(always)]
    fn against(&self, other: &Self, coded: u32, blocks: impl Fn(usize) -> (usize, usize)) -> Strengths {
        if self.mb.mode.is_intra() || other.mb.mode.is_intra() {
            return [4; 4];
        }
        let differs = |n: usize| {
            let (own, theirs) = blocks(n);
            u8::from(motion_differs(self.copy, self.mb, own, other.mb, theirs))
        };
        let moved =
            if self.uniform && other.uniform { [differs(0); 4] } else { std::array::from_fn(differs) };
        stronger(coded, moved)
    }

    /// Whether no edge inside is filtered.
    #[inline]
    pub(crate) fn is_plain(&self) -> bool {
        self.coded == 0 && self.uniform
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
        // Motion changes only between the halves of the macroblock, but for divided quarters.
        let quarters = mb.mode == Mode::Inter(Partition::Quarters);
        let (beside, below) = (self.coded | self.coded << 1, self.coded | self.coded << 4);
        for edge in (step..4).step_by(step) {
            let (mut across, mut down) = ([0; 4], [0; 4]);
            if !self.uniform && (edge == 2 || quarters) {
                let differs =
                    |block: usize, before: usize| u8::from(motion_differs(self.copy, mb, block, mb, before));
                across = std::array::from_fn(|n| differs(n * 4 + edge, n * 4 + edge - 1));
                down = std::array::from_fn(|n| differs(edge * 4 + n, edge * 4 + n - 4));
            }
            strengths[0][edge] = stronger(spread_column(beside >> edge), across);
            strengths[1][edge] = stronger(spread_row(below >> (4 * edge)), down);
        }
        strengths
    }
}

/// Bit i is set where byte i, at most 128, is not zero.
#[inline(always)]
fn nonzero(bytes: [u8; 8]) -> u16 {
    let set = (u64::from_le_bytes(bytes) + 0x7f7f_7f7f_7f7f_7f7f) >> 7 & 0x0101_0101_0101_0101;
    // Bit 8i comes to 56 + i.
    (set.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u16
}

/// Bits 0, 4, 8 and 12, those of the first column of blocks, in a byte each.
#[inline(always)]
fn spread_column(blocks: u16) -> u32 {
    let bits = u32::from(blocks);
    bits & 1 | (bits & 0x10) << 4 | (bits & 0x100) << 8 | (bits & 0x1000) << 12
}

/// Bits 0 to 3, those of the first row of blocks, in a byte each.
#[inline(always)]
fn spread_row(blocks: u16) -> u32 {
    u32::from(blocks & 15).wrapping_mul(0x0020_4081) & 0x0101_0101
}

/// Strength 2 where one of the blocks has levels, or else what follows from their motion, 0 or 1.
#[inline(always)]
fn stronger(coded: u32, moved: Strengths) -> Strengths {
    ((2 * coded) | (u32::from_le_bytes(moved) & !coded)).to_le_bytes()
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
        let beside =
            |own, left| EdgeSide::beside(&EdgeSide::new(own, NO_COPY), &EdgeSide::new(left, NO_COPY));
        let below = |own, top| EdgeSide::below(&EdgeSide::new(own, NO_COPY), &EdgeSide::new(top, NO_COPY));
        assert_eq!(beside(&plain, &moved), [1; 4]);
        assert_eq!(beside(&moved, &plain), [0; 4]);
        assert_eq!(below(&plain, &moved), [0, 0, 1, 1]);
        // Levels in the corner blocks at the left and at the bottom.
        let mut corners = inter(Partition::Whole);
        corners.cbp = 15;
        (corners.total_coeff[0], corners.total_coeff[12], corners.total_coeff[15]) = (1, 16, 1);
        assert_eq!(beside(&corners, &plain), [2, 0, 0, 2]);
        assert_eq!(beside(&moved, &corners), [0, 0, 0, 2]);
        assert_eq!(below(&corners, &plain), [2, 0, 0, 0]);
        assert_eq!(below(&moved, &corners), [2, 0, 1, 2]);
        // The same picture once more, at index 2.
        let mut copied = inter(Partition::Whole);
        copied.ref_idx[0] = [2; 4];
        for (copy, strength) in [(2, 0), (NO_COPY, 1), (1, 1)] {
            let sides = [&plain, &copied].map(|mb| EdgeSide::new(mb, copy));
            assert_eq!(sides[0].beside(&sides[1]), [strength; 4]);
        }
        let intra = MacroblockInfo { mode: Mode::Intra16x16, ..MacroblockInfo::default() };
        assert_eq!(beside(&intra, &plain), [4; 4]);
        assert_eq!(EdgeSide::new(&intra, NO_COPY).inside()[1], [[0; 4], [3; 4], [3; 4], [3; 4]]);
    }
}
