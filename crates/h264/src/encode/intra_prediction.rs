//! Intra prediction, ITU-T H.264 8.3.
//!
//! Small blocks are predicted from one line of samples that runs up the left edge, over the corner
//! and along the top; every directional mode copies runs of that line's two- and three-tap
//! averages, which are computed once for all modes of a block.

mod whole;

use super::macroblock::LUMA_STRIDE;
pub(crate) use whole::{edges_16x16, large_mode_allowed, mean_16x16, predict_16x16, predict_chroma};

pub(crate) const VERTICAL: u8 = 0;
pub(crate) const HORIZONTAL: u8 = 1;
pub(crate) const DC: u8 = 2;
/// Plane prediction of Intra16x16 and chroma.
pub(crate) const PLANE: u8 = 3;

const DIAGONAL_DOWN_LEFT: u8 = 3;
const DIAGONAL_DOWN_RIGHT: u8 = 4;
const VERTICAL_RIGHT: u8 = 5;
const HORIZONTAL_DOWN: u8 = 6;
const VERTICAL_LEFT: u8 = 7;

/// Chroma modes (Table 8-5) by the names above.
pub(crate) const CHROMA_DC: u8 = 0;
pub(crate) const CHROMA_HORIZONTAL: u8 = 1;
pub(crate) const CHROMA_VERTICAL: u8 = 2;

/// Which neighbouring samples exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Available {
    pub(crate) left: bool,
    pub(crate) top: bool,
    pub(crate) top_left: bool,
    pub(crate) top_right: bool,
}

/// Neighbours of an `N`x`N` block (4 or 8) and their averages.
pub(crate) struct Edge<const N: usize> {
    /// Left samples from the bottom up, corner at `N`, top and top-right samples, the last again.
    line: [u8; 32],
    /// Mean of `line[i]` and `line[i + 1]`.
    pair: [u8; 32],
    /// (1, 2, 1) filter of `line` about `i`.
    triple: [u8; 32],
    available: Available,
}

fn triple(a: u8, b: u8, c: u8) -> u8 {
    ((u16::from(a) + 2 * u16::from(b) + u16::from(c) + 2) >> 2) as u8
}

fn pair(a: u8, b: u8) -> u8 {
    ((u16::from(a) + u16::from(b) + 1) >> 1) as u8
}

/// Means of the bytes of two numbers, rounded up.
fn mean_up(a: u128, b: u128) -> u128 {
    (a | b) - (((a ^ b) & EVEN_BYTES) >> 1)
}

/// Means of the bytes of two numbers, rounded down.
fn mean_down(a: u128, b: u128) -> u128 {
    (a & b) + (((a ^ b) & EVEN_BYTES) >> 1)
}

const EVEN_BYTES: u128 = u128::MAX / 0xFF * 0xFE;

fn wide(bytes: u128) -> [u8; 32] {
    let mut all = [0; 32];
    all[..16].copy_from_slice(&bytes.to_le_bytes());
    all
}

impl Edge<4> {
    /// Neighbours of the 4x4 block at `at` in a reconstruction of stride [`LUMA_STRIDE`].
    pub(crate) fn new(rec: &[u8], at: usize, available: Available) -> Self {
        let line = collect::<4>(rec, at, available);
        // All that a block of this size needs fits into one number.
        let mut all = [0; 16];
        all.copy_from_slice(&line[..16]);
        let all = u128::from_le_bytes(all);
        let triple = mean_up(all, mean_down(all << 8, all >> 8));
        Self { line, pair: wide(mean_up(all, all >> 8)), triple: wide(triple), available }
    }
}

impl Edge<8> {
    /// Neighbours of the 8x8 block at `at`, filtered as 8.3.2.2.1 says.
    pub(crate) fn new_filtered(rec: &[u8], at: usize, available: Available) -> Self {
        let raw = collect::<8>(rec, at, available);
        let mut line = raw;
        if available.top {
            for i in 10..24 {
                line[i] = triple(raw[i - 1], raw[i], raw[i + 1]);
            }
            let before = if available.top_left { raw[8] } else { raw[9] };
            line[9] = triple(before, raw[9], raw[10]);
            line[24] = triple(raw[23], raw[24], raw[24]);
            line[25] = line[24];
        }
        if available.left {
            for i in 1..7 {
                line[i] = triple(raw[i - 1], raw[i], raw[i + 1]);
            }
            line[0] = triple(raw[0], raw[0], raw[1]);
            let before = if available.top_left { raw[8] } else { raw[7] };
            line[7] = triple(raw[6], raw[7], before);
        }
        if available.top_left {
            line[8] = match (available.left, available.top) {
                (true, true) => triple(raw[7], raw[8], raw[9]),
                (true, false) => triple(raw[8], raw[8], raw[7]),
                (false, true) => triple(raw[8], raw[8], raw[9]),
                (false, false) => raw[8],
            };
        }
        Self::from_line(line, available)
    }
}

/// Reads the neighbours of an `N`x`N` block into one line, the top-right ones replaced as
/// 8.3.1.2 says where they do not exist.
fn collect<const N: usize>(rec: &[u8], at: usize, available: Available) -> [u8; 32] {
    let mut line = [128u8; 32];
    if available.left {
        for y in 0..N {
            line[N - 1 - y] = rec[at + y * LUMA_STRIDE - 1];
        }
    }
    let above = at - LUMA_STRIDE;
    if available.top_left {
        line[N] = rec[above - 1];
    }
    if available.top {
        if available.top_right {
            line[N + 1..N + 1 + 2 * N].copy_from_slice(&rec[above..above + 2 * N]);
        } else {
            line[N + 1..N + 1 + N].copy_from_slice(&rec[above..above + N]);
            let last = rec[above + N - 1];
            line[2 * N + 1..3 * N + 1].fill(last);
        }
        line[3 * N + 1] = line[3 * N];
    }
    line
}

impl<const N: usize> Edge<N> {
    fn from_line(line: [u8; 32], available: Available) -> Self {
        let (mut pairs, mut triples) = ([0; 32], [0; 32]);
        for i in 0..31 {
            pairs[i] = pair(line[i], line[i + 1]);
        }
        for i in 1..31 {
            triples[i] = triple(line[i - 1], line[i], line[i + 1]);
        }
        Self { line, pair: pairs, triple: triples, available }
    }

    /// The predictions of all modes, in `AREA` = `N` * `N` samples each; of those that this edge does not
    /// [`allow`](Self::allows), something.
    #[inline(always)]
    pub(crate) fn predict_all<const AREA: usize>(&self) -> [[u8; AREA]; 9] {
        // With the mode known, each is a few moves.
        let block = |mode: u8| {
            let mut block = [0; AREA];
            self.predict(mode, &mut block, N);
            block
        };
        [block(0), block(1), block(2), block(3), block(4), block(5), block(6), block(7), block(8)]
    }

    /// Whether `mode`'s neighbours exist.
    pub(crate) fn allows(&self, mode: u8) -> bool {
        let a = self.available;
        match mode {
            VERTICAL | DIAGONAL_DOWN_LEFT | VERTICAL_LEFT => a.top,
            DC => true,
            DIAGONAL_DOWN_RIGHT | VERTICAL_RIGHT | HORIZONTAL_DOWN => a.top && a.left && a.top_left,
            _ => a.left,
        }
    }

    /// Writes the prediction of `mode` (0..=8, one that [`allows`](Self::allows)) to `out`, rows
    /// `stride` samples apart.
    #[inline(always)]
    pub(crate) fn predict(&self, mode: u8, out: &mut [u8], stride: usize) {
        let out = &mut out[..(N - 1) * stride + N];
        let mut row = |y: usize, source: &[u8]| out[y * stride..y * stride + N].copy_from_slice(&source[..N]);
        match mode {
            VERTICAL => (0..N).for_each(|y| row(y, &self.line[N + 1..])),
            HORIZONTAL => (0..N).for_each(|y| row(y, &[self.line[N - 1 - y]; N])),
            DC => {
                let value = self.mean();
                (0..N).for_each(|y| row(y, &[value; N]));
            }
            DIAGONAL_DOWN_LEFT => (0..N).for_each(|y| row(y, &self.triple[N + 2 + y..])),
            DIAGONAL_DOWN_RIGHT => (0..N).for_each(|y| row(y, &self.triple[N - y..])),
            VERTICAL_RIGHT => {
                // Rows two apart are one sample apart: each begins with one more left sample.
                let (mut even, mut odd) = ([0u8; 12], [0u8; 12]);
                for i in 0..N / 2 {
                    even[i] = self.triple[2 + 2 * i + 1];
                    odd[i] = self.triple[2 + 2 * i];
                }
                let half = N / 2;
                even[half - 1..half - 1 + N].copy_from_slice(&self.pair[N..2 * N]);
                odd[half - 1..half - 1 + N].copy_from_slice(&self.triple[N..2 * N]);
                for y in 0..half {
                    row(2 * y, &even[half - 1 - y..]);
                    row(2 * y + 1, &odd[half - 1 - y..]);
                }
            }
            HORIZONTAL_DOWN => {
                // One line, bottom left to top right; a row up is two samples on.
                let mut line = [0u8; 32];
                for i in 0..N {
                    line[2 * i] = self.pair[i];
                    line[2 * i + 1] = self.triple[i + 1];
                }
                line[2 * N..3 * N - 2].copy_from_slice(&self.triple[N + 1..2 * N - 1]);
                (0..N).for_each(|y| row(y, &line[2 * (N - 1 - y)..]));
            }
            VERTICAL_LEFT => (0..N).for_each(|y| {
                if y & 1 == 0 {
                    row(y, &self.pair[N + 1 + y / 2..])
                } else {
                    row(y, &self.triple[N + 2 + y / 2..])
                }
            }),
            _ => {
                let left = |i: usize| self.line[N - 1 - i.min(N - 1)];
                let mut line = [left(N - 1); 32];
                for i in 0..N - 1 {
                    line[2 * i] = pair(left(i), left(i + 1));
                    line[2 * i + 1] = triple(left(i), left(i + 1), left(i + 2));
                }
                (0..N).for_each(|y| row(y, &line[2 * y..]));
            }
        }
    }

    fn mean(&self) -> u8 {
        let sum = |line: &[u8]| line.iter().map(|&v| u32::from(v)).sum::<u32>();
        let (left, top) = (sum(&self.line[..N]), sum(&self.line[N + 1..2 * N + 1]));
        let n = N as u32;
        match (self.available.left, self.available.top) {
            (true, true) => ((left + top + n) / (2 * n)) as u8,
            (true, false) => ((left + n / 2) / n) as u8,
            (false, true) => ((top + n / 2) / n) as u8,
            (false, false) => 128,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::macroblock::LUMA_ORIGIN;
    use super::*;

    const ALL: Available = Available { left: true, top: true, top_left: true, top_right: true };

    fn noise() -> [u8; LUMA_STRIDE * 17] {
        let mut state = 1u32;
        std::array::from_fn(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
    }

    /// Directional prediction sample by sample from the formulas of 8.3.1.2.3 to 8.3.1.2.9, which
    /// those of 8.3.2.2 repeat for the larger block.
    fn reference<const N: usize>(line: &[u8; 32], mode: u8, x: i32, y: i32) -> u8 {
        let n = N as i32;
        let p = |px: i32, py: i32| -> i32 {
            let i = if py < 0 { n + 1 + px } else { n - 1 - py };
            i32::from(line[i as usize])
        };
        let two = |a: i32, b: i32| (a + b + 1) >> 1;
        let three = |a: i32, b: i32, c: i32| (a + 2 * b + c + 2) >> 2;
        let v = match mode {
            DIAGONAL_DOWN_LEFT if x == n - 1 && y == n - 1 => {
                three(p(2 * n - 2, -1), p(2 * n - 1, -1), p(2 * n - 1, -1))
            }
            DIAGONAL_DOWN_LEFT => three(p(x + y, -1), p(x + y + 1, -1), p(x + y + 2, -1)),
            DIAGONAL_DOWN_RIGHT if x > y => three(p(x - y - 2, -1), p(x - y - 1, -1), p(x - y, -1)),
            DIAGONAL_DOWN_RIGHT if x < y => three(p(-1, y - x - 2), p(-1, y - x - 1), p(-1, y - x)),
            DIAGONAL_DOWN_RIGHT => three(p(0, -1), p(-1, -1), p(-1, 0)),
            VERTICAL_RIGHT => {
                let (z, i) = (2 * x - y, x - (y >> 1));
                if z >= 0 && z % 2 == 0 {
                    two(p(i - 1, -1), p(i, -1))
                } else if z >= 0 {
                    three(p(i - 2, -1), p(i - 1, -1), p(i, -1))
                } else if z == -1 {
                    three(p(-1, 0), p(-1, -1), p(0, -1))
                } else {
                    three(p(-1, y - 2 * x - 1), p(-1, y - 2 * x - 2), p(-1, y - 2 * x - 3))
                }
            }
            HORIZONTAL_DOWN => {
                let (z, i) = (2 * y - x, y - (x >> 1));
                if z >= 0 && z % 2 == 0 {
                    two(p(-1, i - 1), p(-1, i))
                } else if z >= 0 {
                    three(p(-1, i - 2), p(-1, i - 1), p(-1, i))
                } else if z == -1 {
                    three(p(-1, 0), p(-1, -1), p(0, -1))
                } else {
                    three(p(x - 2 * y - 1, -1), p(x - 2 * y - 2, -1), p(x - 2 * y - 3, -1))
                }
            }
            VERTICAL_LEFT if y % 2 == 0 => two(p(x + (y >> 1), -1), p(x + (y >> 1) + 1, -1)),
            VERTICAL_LEFT => three(p(x + (y >> 1), -1), p(x + (y >> 1) + 1, -1), p(x + (y >> 1) + 2, -1)),
            _ => {
                let (z, i) = (x + 2 * y, y + (x >> 1));
                if z > 2 * n - 3 {
                    p(-1, n - 1)
                } else if z == 2 * n - 3 {
                    three(p(-1, n - 2), p(-1, n - 1), p(-1, n - 1))
                } else if z % 2 == 0 {
                    two(p(-1, i), p(-1, i + 1))
                } else {
                    three(p(-1, i), p(-1, i + 1), p(-1, i + 2))
                }
            }
        };
        v as u8
    }

    // The corner (-1, -1) is p(-1, -1) -> line[N]; the left column reads upward from it.
    fn check<const N: usize>(edge: &Edge<N>) {
        for mode in 3..9 {
            let mut out = [0; 256];
            edge.predict(mode, &mut out, 16);
            for y in 0..N {
                for x in 0..N {
                    let expected = reference::<N>(&edge.line, mode, x as i32, y as i32);
                    assert_eq!(out[y * 16 + x], expected, "{N}x{N} mode {mode} at ({x}, {y})");
                }
            }
        }
    }

    #[test]
    fn directional_modes_follow_the_formulas() {
        let rec = noise();
        check(&Edge::<4>::new(&rec, LUMA_ORIGIN, ALL));
        check(&Edge::<8>::new_filtered(&rec, LUMA_ORIGIN, ALL));
        let no_right = Available { top_right: false, ..ALL };
        check(&Edge::<4>::new(&rec, LUMA_ORIGIN + 4 * LUMA_STRIDE, no_right));
        check(&Edge::<8>::new_filtered(&rec, LUMA_ORIGIN + 8, no_right));
    }

    #[test]
    fn all_modes_at_once_are_the_same() {
        let edge = Edge::<4>::new(&noise(), LUMA_ORIGIN, ALL);
        for (mode, all) in edge.predict_all::<16>().iter().enumerate() {
            let mut one = [0; 16];
            edge.predict(mode as u8, &mut one, 4);
            assert_eq!(*all, one, "mode {mode}");
        }
    }
}
