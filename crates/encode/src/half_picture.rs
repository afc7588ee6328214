//! The half-size picture on which the lookahead works.

use crate::frame::LumaView;
use crate::kernels::Kernels;

/// Samples of padding on every side of a half-size plane.
pub(crate) const PADDING: usize = 32;

/// A picture at half size with its three half-sample neighbours.
///
/// Plane `h + 2 * v` holds the 2x2 means of the full-size picture beginning at sample `(2x + h, 2y + v)`, so a
/// half-sample step of the small picture is exactly one sample of the large one. Planes are padded to whole
/// 8x8 blocks and by [`PADDING`] beyond, by repeating the edge.
#[derive(Debug, Default)]
pub(crate) struct HalfPicture {
    samples: Vec<u8>,
    stride: usize,
    plane_size: usize,
    /// 16x16 sum of squared deviations from the mean for each macroblock of the full-size picture.
    pub(crate) energy: Vec<u32>,
}

impl HalfPicture {
    /// Fills the picture from full-size samples, reusing its memory.
    pub(crate) fn fill(&mut self, luma: LumaView<'_>, grid: BlockGrid, kernels: &Kernels, strip: &mut Strip) {
        self.stride = grid.columns * 8 + 2 * PADDING;
        let rows = grid.rows * 8 + 2 * PADDING;
        self.plane_size = self.stride * rows;
        self.samples.resize(4 * self.plane_size, 0);
        self.energy.clear();
        let width = grid.columns * 8;
        for block_row in 0..grid.rows {
            strip.load(luma, block_row * 16, grid.columns * 16 + 2);
            for column in 0..grid.columns {
                self.energy.push(kernels.deviation16x16(&strip.samples[column * 16..], strip.stride));
            }
            for row in 0..8 {
                let y = PADDING + block_row * 8 + row;
                strip.average_rows(2 * row);
                for plane in 0..4 {
                    let averaged = if plane < 2 { &strip.upper } else { &strip.lower };
                    let start = plane * self.plane_size + y * self.stride;
                    let line = &mut self.samples[start..start + self.stride];
                    halve_row(&averaged[plane & 1..], &mut line[PADDING..PADDING + width]);
                    let (first, last) = (line[PADDING], line[PADDING + width - 1]);
                    line[..PADDING].fill(first);
                    line[PADDING + width..].fill(last);
                }
            }
        }
        for plane in self.samples.chunks_exact_mut(self.plane_size) {
            let (above, rest) = plane.split_at_mut(PADDING * self.stride);
            for line in above.chunks_exact_mut(self.stride) {
                line.copy_from_slice(&rest[..self.stride]);
            }
            let below = (rows - PADDING) * self.stride;
            let (inside, outside) = plane.split_at_mut(below);
            for line in outside.chunks_exact_mut(self.stride) {
                line.copy_from_slice(&inside[below - self.stride..]);
            }
        }
    }

    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    /// Samples from whole position `(x, y)` on; both may reach [`PADDING`] into the border.
    pub(crate) fn at(&self, x: i32, y: i32) -> &[u8] {
        &self.samples[self.offset(x, y)..self.plane_size]
    }

    /// Samples from a position in half samples on.
    pub(crate) fn at_half(&self, x: i32, y: i32) -> &[u8] {
        let plane = ((x & 1) + 2 * (y & 1)) as usize;
        let start = plane * self.plane_size + self.offset(x >> 1, y >> 1);
        &self.samples[start..(plane + 1) * self.plane_size]
    }

    fn offset(&self, x: i32, y: i32) -> usize {
        (y + PADDING as i32) as usize * self.stride + (x + PADDING as i32) as usize
    }
}

/// Macroblocks of the full-size picture, which are the 8x8 blocks of the half-size one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockGrid {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

impl BlockGrid {
    pub(crate) fn new(width: usize, height: usize) -> Self {
        Self { columns: width.div_ceil(16), rows: height.div_ceil(16) }
    }

    pub(crate) fn count(self) -> usize {
        self.columns * self.rows
    }
}

/// One row of macroblocks with the row below it, padded on the right: what the halving reads.
#[derive(Debug, Default)]
pub(crate) struct Strip {
    samples: Vec<u8>,
    stride: usize,
    upper: Vec<u8>,
    lower: Vec<u8>,
}

impl Strip {
    fn load(&mut self, luma: LumaView<'_>, top: usize, stride: usize) {
        self.stride = stride;
        self.samples.resize(17 * stride, 0);
        self.upper.resize(stride, 0);
        self.lower.resize(stride, 0);
        for (row, line) in self.samples.chunks_exact_mut(stride).enumerate() {
            let start = (top + row).min(luma.height - 1) * luma.stride;
            let source = &luma.data[start..start + luma.width];
            line[..luma.width].copy_from_slice(source);
            line[luma.width..].fill(source[luma.width - 1]);
        }
    }

    /// Averages of rows `row, row + 1` and of rows `row + 1, row + 2`.
    fn average_rows(&mut self, row: usize) {
        let lines = &self.samples[row * self.stride..(row + 3) * self.stride];
        let (first, rest) = lines.split_at(self.stride);
        let (second, third) = rest.split_at(self.stride);
        average(first, second, &mut self.upper);
        average(second, third, &mut self.lower);
    }
}

/// Rounded means of samples.
fn average(a: &[u8], b: &[u8], out: &mut [u8]) {
    // Arrays of fixed length become vector code without the checks of a loop of any length.
    let (out_blocks, out_rest) = out.as_chunks_mut::<16>();
    let (a_blocks, a_rest) = a.as_chunks::<16>();
    let (b_blocks, b_rest) = b.as_chunks::<16>();
    for ((out, a), b) in out_blocks.iter_mut().zip(a_blocks).zip(b_blocks) {
        *out = std::array::from_fn(|i| mean(a[i], b[i]));
    }
    for ((out, &a), &b) in out_rest.iter_mut().zip(a_rest).zip(b_rest) {
        *out = mean(a, b);
    }
}

/// Rounded means of pairs of neighbours; the width of the result is a multiple of 8.
fn halve_row(source: &[u8], out: &mut [u8]) {
    let (out_blocks, out_rest) = out.as_chunks_mut::<16>();
    let (blocks, _) = source.as_chunks::<32>();
    for (out, block) in out_blocks.iter_mut().zip(blocks) {
        for i in 0..16 {
            let pair = u16::from_le_bytes([block[2 * i], block[2 * i + 1]]);
            out[i] = (((pair & 255) + (pair >> 8) + 1) >> 1) as u8;
        }
    }
    let rest = &source[out_blocks.len() * 32..];
    for (out, pair) in out_rest.iter_mut().zip(rest.chunks_exact(2)) {
        *out = mean(pair[0], pair[1]);
    }
}

fn mean(a: u8, b: u8) -> u8 {
    ((u16::from(a) + u16::from(b) + 1) >> 1) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::CpuLevel;

    #[test]
    fn planes_are_shifted_means() {
        let (width, height) = (37, 21);
        let data: Vec<u8> = (0..40 * height).map(|i| (i * i / 7 % 251) as u8).collect();
        let luma = LumaView { data: &data, stride: 40, width, height };
        let grid = BlockGrid::new(width, height);
        let mut picture = HalfPicture::default();
        picture.fill(luma, grid, &Kernels::new(CpuLevel::Scalar), &mut Strip::default());
        let sample = |x: i32, y: i32| {
            let (x, y) = (x.clamp(0, width as i32 - 1) as usize, y.clamp(0, height as i32 - 1) as usize);
            u32::from(data[y * 40 + x])
        };
        let mean = |x, y| {
            let left = (sample(x, y) + sample(x, y + 1)).div_ceil(2);
            let right = (sample(x + 1, y) + sample(x + 1, y + 1)).div_ceil(2);
            (left + right).div_ceil(2) as u8
        };
        for y in 0..grid.rows as i32 * 16 {
            for x in 0..grid.columns as i32 * 16 {
                assert_eq!(picture.at_half(x, y)[0], mean(x, y), "at {x}, {y}");
            }
        }
        // The border repeats the edge of its own plane.
        assert_eq!(picture.at(-32, -32)[0], picture.at(0, 0)[0]);
        assert_eq!(picture.at_half(-63, 5)[0], picture.at_half(1, 5)[0]);
        let (right, bottom) = (grid.columns as i32 * 8, grid.rows as i32 * 8);
        assert_eq!(picture.at(right + 31, bottom + 31)[0], picture.at(right - 1, bottom - 1)[0]);
    }

    #[test]
    fn energy_is_the_deviation_from_the_mean() {
        let data: Vec<u8> = (0..256).map(|i| if i % 2 == 0 { 100 } else { 110 }).collect();
        let luma = LumaView { data: &data, stride: 16, width: 16, height: 16 };
        let mut picture = HalfPicture::default();
        let grid = BlockGrid::new(16, 16);
        picture.fill(luma, grid, &Kernels::new(CpuLevel::Scalar), &mut Strip::default());
        assert_eq!(picture.energy, [256 * 25]);
    }
}
