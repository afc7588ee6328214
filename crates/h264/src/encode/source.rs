//! Copies pixel buffers into source pictures.

use vitascope_core::{FourCc, PixelBuffer, format};

use super::error::Error;
use super::picture::SourcePicture;
use super::worker::Workers;

/// Formats that are copied as they are.
pub(crate) const PIXEL_FORMATS: &[FourCc] = &[
    format::YUV420_BIPLANAR_VIDEO,
    format::YUV420_BIPLANAR_FULL,
    format::YUV420_PLANAR,
    format::YUV420_PLANAR_FULL,
];

/// Chroma where there is none.
const GRAY: u8 = 128;

/// Rows of macroblocks that a thread copies at once.
const BAND: usize = 8;

/// Copies an 8-bit 4:2:0 buffer of `width` x `height` and repeats its last column and row up to
/// whole macroblocks; only luma if `monochrome`.
pub(crate) fn copy<T: Send + 'static>(
    buffer: &PixelBuffer,
    width: usize,
    height: usize,
    monochrome: bool,
    picture: &mut SourcePicture,
    workers: &Workers<T>,
) -> Result<(), Error> {
    if !PIXEL_FORMATS.contains(&buffer.format()) {
        return Err(Error::PixelFormat(buffer.format()));
    }
    if (buffer.width(), buffer.height()) != (width, height) {
        return Err(Error::BufferSize {
            width: buffer.width(),
            height: buffer.height(),
            expected_width: width,
            expected_height: height,
        });
    }
    let pixels = buffer.read()?;
    let bi_planar = [format::YUV420_BIPLANAR_VIDEO, format::YUV420_BIPLANAR_FULL].contains(&buffer.format());
    let (luma_stride, chroma_stride) = (picture.luma_stride(), picture.chroma_stride());
    let luma_size = Size { stride: luma_stride, width, height };
    let chroma_size = Size { stride: chroma_stride, width: width.div_ceil(2), height: height.div_ceil(2) };
    let [cb, cr] = &mut picture.chroma;
    let luma = picture.luma.chunks_mut(luma_stride * 16 * BAND);
    let chroma = cb.chunks_mut(chroma_stride * 8 * BAND).zip(cr.chunks_mut(chroma_stride * 8 * BAND));
    let bands = luma.zip(chroma).enumerate();
    workers.share(bands, |(band, (luma, (cb, cr)))| {
        luma_size.copy(luma, band * BAND * 16, |y| pixels.row(0, y));
        if monochrome {
            cb.fill(GRAY);
            cr.fill(GRAY);
        } else if bi_planar {
            chroma_size.part([cb, cr], band * BAND * 8, |y| pixels.row(1, y));
        } else {
            chroma_size.copy(cb, band * BAND * 8, |y| pixels.row(1, y));
            chroma_size.copy(cr, band * BAND * 8, |y| pixels.row(2, y));
        }
    });
    Ok(())
}

/// Of a plane; the stride is that of the padded copy.
#[derive(Clone, Copy)]
struct Size {
    stride: usize,
    width: usize,
    height: usize,
}

impl Size {
    /// Copies rows from `first` on into a part of the plane.
    fn copy<'a>(self, to: &mut [u8], first: usize, row: impl Fn(usize) -> &'a [u8]) {
        for (to, y) in to.chunks_exact_mut(self.stride).zip(first..self.height) {
            to[..self.width].copy_from_slice(&row(y)[..self.width]);
        }
        self.pad(to, first);
    }

    /// Copies rows from `first` on, in which the samples of two planes take turns, into a part of each.
    fn part<'a>(
        self,
        [first_plane, second_plane]: [&mut [u8]; 2],
        first: usize,
        row: impl Fn(usize) -> &'a [u8],
    ) {
        let lines = first_plane.chunks_exact_mut(self.stride).zip(second_plane.chunks_exact_mut(self.stride));
        for ((a, b), y) in lines.zip(first..self.height) {
            let pairs = row(y)[..2 * self.width].as_chunks::<2>().0;
            for ((a, b), pair) in a.iter_mut().zip(b.iter_mut()).zip(pairs) {
                (*a, *b) = (pair[0], pair[1]);
            }
        }
        self.pad(first_plane, first);
        self.pad(second_plane, first);
    }

    /// Repeats the last column, and the last row of the plane where it lies in this part, which begins with row `first`.
    fn pad(self, part: &mut [u8], first: usize) {
        let rows = (self.height - first).min(part.len() / self.stride);
        for row in part.chunks_exact_mut(self.stride).take(rows) {
            let last = row[self.width - 1];
            row[self.width..].fill(last);
        }
        let last = (rows - 1) * self.stride..rows * self.stride;
        for y in rows..part.len() / self.stride {
            part.copy_within(last.clone(), y * self.stride);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::picture::Geometry;
    use super::*;

    /// Several bands, and neither side a multiple of sixteen.
    const SIZE: (usize, usize) = (44, 300);

    fn sample(plane: usize, x: usize, y: usize) -> u8 {
        (x * 31 + y * 57 + plane * 101) as u8 ^ (y >> 3) as u8
    }

    #[test]
    fn all_samples_with_the_last_ones_repeated() {
        let geometry = Geometry { mb_width: 3, mb_height: 19 };
        for pixel_format in PIXEL_FORMATS.iter().copied() {
            let buffer = PixelBuffer::new(SIZE.0, SIZE.1, pixel_format).unwrap();
            let mut pixels = buffer.write().unwrap();
            let pairs = pixels.planes() == 2;
            for (plane, y) in (0..pixels.planes()).flat_map(|plane| (0..SIZE.1).map(move |y| (plane, y))) {
                let (width, height) = if plane == 0 { SIZE } else { (SIZE.0 / 2, SIZE.1 / 2) };
                if y < height {
                    let row = pixels.row_mut(plane, y);
                    for x in 0..width {
                        match (pairs, plane) {
                            (true, 1) => (row[2 * x], row[2 * x + 1]) = (sample(1, x, y), sample(2, x, y)),
                            _ => row[x] = sample(plane, x, y),
                        }
                    }
                }
            }
            drop(pixels);
            for (workers, monochrome) in [(1, false), (3, false), (2, true)] {
                let workers = Workers::<()>::watchful(workers);
                let mut picture = SourcePicture::new(geometry);
                copy(&buffer, SIZE.0, SIZE.1, monochrome, &mut picture, &workers).unwrap();
                let expected = |plane: usize, width: usize, height: usize, i: usize, stride: usize| {
                    let (x, y) = ((i % stride).min(width - 1), (i / stride).min(height - 1));
                    if monochrome && plane > 0 { GRAY } else { sample(plane, x, y) }
                };
                for (i, &found) in picture.luma.iter().enumerate() {
                    assert_eq!(found, expected(0, SIZE.0, SIZE.1, i, 48), "luma {i} {pixel_format:?}");
                }
                for (plane, samples) in (1..).zip(&picture.chroma) {
                    for (i, &found) in samples.iter().enumerate() {
                        let expected = expected(plane, SIZE.0 / 2, SIZE.1 / 2, i, 24);
                        assert_eq!(found, expected, "plane {plane}, {i} {pixel_format:?}");
                    }
                }
            }
        }
    }
}
