//! The half-size picture on which the lookahead works.

use std::sync::Arc;

use crate::crew::{Crew, share};
use crate::frame::LumaView;
use crate::kernels::{Kernels, prefetch_rows};

/// Samples of padding on every side of a half-size plane.
pub(crate) const PADDING: usize = 32;
/// Rows of blocks that a thread fills at once.
const BAND: usize = 6;

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
    /// Mean of each of these macroblocks.
    pub(crate) means: Vec<u8>,
}

/// The samples at whole positions of a half-size picture, perhaps in another light.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WholeSamples<'a> {
    samples: &'a [u8],
    pub(crate) stride: usize,
}

impl<'a> WholeSamples<'a> {
    /// Samples from position `(x, y)` on; both may reach [`PADDING`] into the border.
    pub(crate) fn at(self, x: i32, y: i32) -> &'a [u8] {
        &self.samples[offset(self.stride, x, y)..]
    }

    /// Has eight rows from a sample of the plane on brought near, as far as a cache line reaches.
    pub(crate) fn prefetch(self, first: usize) {
        prefetch_rows(self.samples, first, self.stride, 8);
    }

    /// Samples of the same picture that were changed.
    pub(crate) fn with(self, samples: &[u8]) -> WholeSamples<'_> {
        WholeSamples { samples, stride: self.stride }
    }

    /// Every sample as a table has it.
    pub(crate) fn mapped(self, table: &[u8; 256]) -> Vec<u8> {
        self.samples.iter().map(|&sample| table[usize::from(sample)]).collect()
    }
}

impl HalfPicture {
    /// Fills the picture from full-size samples, reusing its memory.
    pub(crate) fn fill(
        &mut self,
        luma: LumaView<'_>,
        grid: BlockGrid,
        kernels: &Kernels,
        crew: Option<&Arc<dyn Crew>>,
    ) {
        self.stride = grid.columns * 8 + 2 * PADDING;
        let rows = grid.rows * 8 + 2 * PADDING;
        self.plane_size = self.stride * rows;
        if self.samples.len() != 4 * self.plane_size {
            // All of it is written below: new memory, which need not be cleared.
            self.samples = vec![0; 4 * self.plane_size];
        }
        self.energy.resize(grid.count(), 0);
        self.means.resize(grid.count(), 0);
        let (width, stride) = (grid.columns * 8, self.stride);
        let band = if crew.is_some() { BAND } else { grid.rows };
        let inside = PADDING * stride..(rows - PADDING) * stride;
        let mut planes = self.samples.chunks_exact_mut(self.plane_size);
        let mut planes: [_; 4] = std::array::from_fn(|_| {
            planes
                .next()
                .map(|plane| &mut plane[inside.clone()])
                .unwrap_or_default()
                .chunks_mut(band * 8 * stride)
        });
        let size = band * grid.columns;
        let measures = self.energy.chunks_mut(size).zip(self.means.chunks_mut(size)).enumerate();
        let bands = measures.map(|(index, measures)| {
            (index * band, planes.each_mut().map(|plane| plane.next().unwrap_or_default()), measures)
        });
        share(crew, bands, |(first, mut planes, (energy, means))| {
            let mut strip = Strip::default();
            let rows = energy.chunks_exact_mut(grid.columns).zip(means.chunks_exact_mut(grid.columns));
            for (block_row, (energy, means)) in rows.enumerate() {
                strip.load(luma, (first + block_row) * 16, grid.columns * 16 + 2);
                for (column, (mean, energy)) in means.iter_mut().zip(energy).enumerate() {
                    let samples = &strip.samples[column * 16..];
                    (*mean, *energy) = kernels.mean_and_deviation16x16(samples, strip.stride);
                }
                for row in 0..8 {
                    let start = (block_row * 8 + row) * stride;
                    let mut lines = planes.each_mut().map(|plane| &mut plane[start..start + stride]);
                    let inside = lines.each_mut().map(|line| &mut line[PADDING..PADDING + width]);
                    kernels.shifted_halves(
                        inside,
                        &strip.samples[2 * row * strip.stride..],
                        strip.stride,
                        width,
                    );
                    for line in lines {
                        let (first, last) = (line[PADDING], line[PADDING + width - 1]);
                        repeat(first, line.first_chunk_mut());
                        repeat(last, line.last_chunk_mut());
                    }
                }
            }
        });
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

    /// Whether it is of so many blocks.
    pub(crate) fn has_grid(&self, grid: BlockGrid) -> bool {
        self.stride == grid.columns * 8 + 2 * PADDING && self.energy.len() == grid.count()
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

    /// The plane of whole samples, and those a half sample to the right, below, and both.
    pub(crate) fn planes(&self) -> [&[u8]; 4] {
        std::array::from_fn(|plane| &self.samples[plane * self.plane_size..(plane + 1) * self.plane_size])
    }

    /// Index in a plane of position (x, y); both may reach [`PADDING`] into the border.
    pub(crate) fn offset(&self, x: i32, y: i32) -> usize {
        offset(self.stride, x, y)
    }

    pub(crate) fn whole(&self) -> WholeSamples<'_> {
        WholeSamples { samples: &self.samples[..self.plane_size], stride: self.stride }
    }
}

fn offset(stride: usize, x: i32, y: i32) -> usize {
    (y + PADDING as i32) as usize * stride + (x + PADDING as i32) as usize
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
struct Strip {
    samples: Vec<u8>,
    stride: usize,
}

impl Strip {
    fn load(&mut self, luma: LumaView<'_>, top: usize, stride: usize) {
        self.stride = stride;
        self.samples.resize(17 * stride, 0);
        for (row, line) in self.samples.chunks_exact_mut(stride).enumerate() {
            let start = (top + row).min(luma.height - 1) * luma.stride;
            let source = &luma.data[start..start + luma.width];
            line[..luma.width].copy_from_slice(source);
            line[luma.width..].fill(source[luma.width - 1]);
        }
    }
}

/// Fills the padding beside a line.
fn repeat(sample: u8, padding: Option<&mut [u8; PADDING]>) {
    if let Some(padding) = padding {
        *padding = [sample; PADDING];
    }
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
        picture.fill(luma, grid, &Kernels::new(CpuLevel::Scalar), None);
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
        picture.fill(luma, grid, &Kernels::new(CpuLevel::Scalar), None);
        assert_eq!(picture.energy, [256 * 25]);
        assert_eq!(picture.means, [105]);
    }
}
