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
