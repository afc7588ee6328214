//! Moving samples between the planes of a stream and those of a pixel buffer.

use vitascope_core::PixelBuffer;

use super::Header;
use crate::Result;

/// Fills `picture`, which has the header's size and pixel format, from a stream. `source` fills the bytes it is given
/// or fails.
pub(super) fn read(
    header: &Header,
    picture: &PixelBuffer,
    scratch: &mut Vec<u8>,
    mut source: impl FnMut(&mut [u8]) -> Result<()>,
) -> Result<()> {
    let samples = Samples::of(header);
    let mut guard = picture.write()?;
    let mut planes = guard.planes_mut();
    let mut whole_plane =
        |plane: usize, width: usize, height: usize, source: &mut dyn FnMut(&mut [u8]) -> Result<()>| {
            let plane = &mut planes[plane];
            let row_bytes = width * samples.bytes;
            if plane.bytes_per_row == row_bytes {
                // At once, so that it need not go through the reader's buffer.
                let rows = &mut plane.data[..row_bytes * height];
                source(rows)?;
                samples.raise(rows);
                return Ok(());
            }
            for row in plane.rows_mut().take(height) {
                let row = &mut row[..row_bytes];
                source(row)?;
                samples.raise(row);
            }
            Ok(())
        };
    whole_plane(0, header.width, header.height, &mut source)?;
    let Some((width, height)) = header.color_space.chroma_size(header.width, header.height) else {
        return Ok(());
    };
    if picture.planes() == 3 {
        whole_plane(1, width, height, &mut source)?;
        return whole_plane(2, width, height, &mut source);
    }
    // The stream has Cb and Cr one after the other, the picture side by side: all of Cb waits for Cr.
    let row_bytes = width * samples.bytes;
    scratch.resize(row_bytes * (height + 1), 0);
    let (red_row, blue) = scratch.split_at_mut(row_bytes);
    for row in blue.chunks_mut(row_bytes) {
        source(row)?;
        samples.raise(row);
    }
    let plane = &mut planes[1];
    for (row, blue_row) in plane.rows_mut().zip(blue.chunks(row_bytes)) {
        source(red_row)?;
        samples.raise(red_row);
        samples.interleave(blue_row, red_row, &mut row[..2 * row_bytes]);
    }
    Ok(())
}

/// Hands the planes of `picture`, which has the header's size and pixel format, to `sink` in the order of the stream.
pub(super) fn write(
    header: &Header,
    picture: &PixelBuffer,
    scratch: &mut Vec<u8>,
    mut sink: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let samples = Samples::of(header);
    let guard = picture.read()?;
    let mut whole_plane = |plane: usize, width: usize, height: usize| {
        for y in 0..height {
            let row = &guard.row(plane, y)[..width * samples.bytes];
            if samples.shift == 0 {
                sink(row)?;
            } else {
                scratch.clear();
                scratch.extend_from_slice(row);
                samples.lower(scratch);
                sink(scratch)?;
            }
        }
        Ok(())
    };
    whole_plane(0, header.width, header.height)?;
    let Some((width, height)) = header.color_space.chroma_size(header.width, header.height) else {
        return Ok(());
    };
    if picture.planes() == 3 {
        whole_plane(1, width, height)?;
        return whole_plane(2, width, height);
    }
    for component in 0..2 {
        for y in 0..height {
            let row = &guard.row(1, y)[..2 * width * samples.bytes];
            scratch.clear();
            let pairs = row.chunks_exact(2 * samples.bytes);
            scratch.extend(pairs.flat_map(|pair| &pair[component * samples.bytes..][..samples.bytes]));
            samples.lower(scratch);
            sink(scratch)?;
        }
    }
    Ok(())
}

/// How a sample is stored.
#[derive(Clone, Copy)]
struct Samples {
    /// In the stream and in the pixel buffer alike: 1 or 2.
    bytes: usize,
    /// The stream holds the value in the low bits of a word, the pixel buffer in the high bits: difference in bits.
    shift: u32,
}

impl Samples {
    fn of(header: &Header) -> Self {
        let color_space = &header.color_space;
        let bytes = color_space.bytes_per_sample();
        Self { bytes, shift: if bytes == 2 { 16 - color_space.bits } else { 0 } }
    }

    /// From the low to the high bits. What does not fit the depth is cut off.
    fn raise(self, row: &mut [u8]) {
        self.each_word(row, |word, shift| word << shift);
    }

    fn lower(self, row: &mut [u8]) {
        self.each_word(row, |word, shift| word >> shift);
    }

    fn each_word(self, row: &mut [u8], change: impl Fn(u16, u32) -> u16) {
        if self.shift > 0 {
            for word in row.as_chunks_mut::<2>().0 {
                *word = change(u16::from_le_bytes(*word), self.shift).to_le_bytes();
            }
        }
    }

    fn interleave(self, first: &[u8], second: &[u8], row: &mut [u8]) {
        if self.bytes == 1 {
            for (pair, (a, b)) in row.as_chunks_mut::<2>().0.iter_mut().zip(first.iter().zip(second)) {
                *pair = [*a, *b];
            }
        } else {
            let words = first.as_chunks::<2>().0.iter().zip(second.as_chunks::<2>().0);
            for (pair, (a, b)) in row.as_chunks_mut::<4>().0.iter_mut().zip(words) {
                *pair = [a[0], a[1], b[0], b[1]];
            }
        }
    }
}
