//! Copies pixel buffers into source pictures.

use vitascope_core::{FourCc, PixelBuffer, format};

use super::error::Error;
use super::picture::SourcePicture;

/// Formats that are copied as they are.
pub(crate) const PIXEL_FORMATS: &[FourCc] = &[
    format::YUV420_BIPLANAR_VIDEO,
    format::YUV420_BIPLANAR_FULL,
    format::YUV420_PLANAR,
    format::YUV420_PLANAR_FULL,
];

/// Chroma where there is none.
const GRAY: u8 = 128;

/// Copies an 8-bit 4:2:0 buffer of `width` x `height` and repeats its last column and row up to
/// whole macroblocks; only luma if `monochrome`.
pub(crate) fn copy(
    buffer: &PixelBuffer,
    width: usize,
    height: usize,
    monochrome: bool,
    picture: &mut SourcePicture,
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
    let stride = picture.luma_stride();
    copy_plane(&mut picture.luma, stride, width, height, |y| pixels.row(0, y));
    if monochrome {
        picture.chroma.iter_mut().for_each(|plane| plane.fill(GRAY));
        return Ok(());
    }
    let stride = picture.chroma_stride();
    let (chroma_width, chroma_height) = (width.div_ceil(2), height.div_ceil(2));
    let bi_planar = [format::YUV420_BIPLANAR_VIDEO, format::YUV420_BIPLANAR_FULL].contains(&buffer.format());
    if bi_planar {
        let [cb, cr] = &mut picture.chroma;
        for (y, (cb, cr)) in cb.chunks_exact_mut(stride).zip(cr.chunks_exact_mut(stride)).enumerate() {
            if y >= chroma_height {
                break;
            }
            let pairs = pixels.row(1, y)[..2 * chroma_width].as_chunks::<2>().0;
            for ((cb, cr), pair) in cb.iter_mut().zip(cr.iter_mut()).zip(pairs) {
                (*cb, *cr) = (pair[0], pair[1]);
            }
        }
        for plane in &mut picture.chroma {
            pad(plane, stride, chroma_width, chroma_height);
        }
    } else {
        for (i, plane) in picture.chroma.iter_mut().enumerate() {
            copy_plane(plane, stride, chroma_width, chroma_height, |y| pixels.row(i + 1, y));
        }
    }
    Ok(())
}

fn copy_plane<'a>(
    to: &mut [u8],
    stride: usize,
    width: usize,
    height: usize,
    row: impl Fn(usize) -> &'a [u8],
) {
    for (y, to) in to.chunks_exact_mut(stride).take(height).enumerate() {
        to[..width].copy_from_slice(&row(y)[..width]);
    }
    pad(to, stride, width, height);
}

fn pad(plane: &mut [u8], stride: usize, width: usize, height: usize) {
    for row in plane.chunks_exact_mut(stride).take(height) {
        let last = row[width - 1];
        row[width..].fill(last);
    }
    let last = (height - 1) * stride..height * stride;
    for y in height..plane.len() / stride {
        plane.copy_within(last.clone(), y * stride);
    }
}
