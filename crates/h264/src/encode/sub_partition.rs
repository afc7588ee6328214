//! Quarters of a macroblock divided further (`sub_mb_type` of P slices, Table 7-17).

use super::macroblock::Mv;

/// Position and size of a part in 4x4 blocks: x, y, width, height.
pub(crate) type Part = (usize, usize, usize, usize);

/// How an 8x8 quarter is divided; the order is that of `sub_mb_type`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SubPartition {
    #[default]
    Whole,
    /// Two of 8x4.
    Rows,
    /// Two of 4x8.
    Columns,
    /// Four of 4x4.
    Blocks,
}

impl SubPartition {
    /// `sub_mb_type`.
    pub(crate) const fn number(self) -> u32 {
        self as u32
    }

    /// The parts of the quarter that begins at block (x, y).
    pub(crate) fn parts(self, (x, y): (usize, usize)) -> impl ExactSizeIterator<Item = Part> {
        let own: &[Part] = match self {
            Self::Whole => &[(0, 0, 2, 2)],
            Self::Rows => &[(0, 0, 2, 1), (0, 1, 2, 1)],
            Self::Columns => &[(0, 0, 1, 2), (1, 0, 1, 2)],
            Self::Blocks => &[(0, 0, 1, 1), (1, 0, 1, 1), (0, 1, 1, 1), (1, 1, 1, 1)],
        };
        own.iter().map(move |&(dx, dy, w, h)| (x + dx, y + dy, w, h))
    }

    /// Parts, each with a vector.
    pub(crate) const fn count(self) -> usize {
        match self {
            Self::Whole => 1,
            Self::Rows | Self::Columns => 2,
            Self::Blocks => 4,
        }
    }
}

/// Divisions of the four quarters of a macroblock and the vectors of their parts in order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Division {
    pub(crate) quarters: [SubPartition; 4],
    pub(crate) mv: [[Mv; 4]; 4],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_the_quarter_once() {
        for sub in [SubPartition::Whole, SubPartition::Rows, SubPartition::Columns, SubPartition::Blocks] {
            let mut covered = [0; 16];
            for (x, y, w, h) in sub.parts((2, 0)) {
                (y..y + h).for_each(|y| (x..x + w).for_each(|x| covered[y * 4 + x] += 1));
            }
            assert_eq!(covered, [0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0], "{sub:?}");
            assert_eq!(sub.parts((0, 0)).len(), sub.count());
        }
    }
}
