//! Pictures as bytes alone: plane after plane, row after row, without padding.

use std::io::{self, Read, Write};

use vitascope::core::{FourCc, PixelBuffer};

use crate::failure::Failure;

/// Reads pictures of one size and format.
pub(super) struct RawReader<R> {
    pub(super) input: R,
    pub(super) name: String,
    pub(super) size: (usize, usize),
    pub(super) format: FourCc,
    pub(super) frames: u64,
}

impl<R: Read> RawReader<R> {
    /// The next picture; `None` at the end.
    pub(super) fn next_frame(&mut self) -> Result<Option<PixelBuffer>, Failure> {
        let fail = |why: &dyn std::fmt::Display| Failure::failed(&self.name, why);
        let picture =
            PixelBuffer::new(self.size.0, self.size.1, self.format).map_err(|error| fail(&error))?;
        let (mut found, mut needed) = (0, 0);
        {
            let mut pixels = picture.write().map_err(|error| fail(&error))?;
            for plane in 0..picture.planes() {
                for y in 0..picture.height_of_plane(plane) {
                    let row = pixels.row_mut(plane, y);
                    needed += row.len();
                    if found + row.len() == needed {
                        found += read_full(&mut self.input, row).map_err(|error| fail(&error))?;
                    }
                }
            }
        }
        match found {
            0 => Ok(None),
            _ if found == needed => {
                self.frames += 1;
                Ok(Some(picture))
            }
            _ => Err(Failure::failed(
                &self.name,
                format!(
                    "ends within picture {}: {found} of the {needed} bytes of {}x{} {}",
                    self.frames, self.size.0, self.size.1, self.format
                ),
            )),
        }
    }
}

/// Writes one picture and gives its bytes.
pub(super) fn write(output: &mut impl Write, picture: &PixelBuffer) -> Result<u64, io::Error> {
    let pixels = picture.read().map_err(io::Error::other)?;
    let mut bytes = 0;
    for plane in 0..picture.planes() {
        for y in 0..picture.height_of_plane(plane) {
            let row = pixels.row(plane, y);
            output.write_all(row)?;
            bytes += row.len() as u64;
        }
    }
    Ok(bytes)
}

/// Reads until the buffer is full or the input ends; gives the bytes read.
fn read_full(input: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match input.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(bytes: &[u8]) -> RawReader<&[u8]> {
        let format = FourCc::new(*b"420v");
        RawReader { input: bytes, name: "x".into(), size: (3, 3), format, frames: 0 }
    }

    #[test]
    fn what_is_written_is_read() {
        // 9 luma samples and 2x2 pairs.
        let bytes: Vec<u8> = (0..34).collect();
        let mut reader = reader(&bytes);
        let mut written = Vec::new();
        while let Some(picture) = reader.next_frame().expect("whole pictures") {
            assert_eq!(write(&mut written, &picture).expect("a vector takes all"), 17);
        }
        assert_eq!(written, bytes);
    }

    #[test]
    fn part_of_a_picture_is_an_error() {
        for length in [1, 9, 16] {
            assert!(matches!(reader(&vec![0; length]).next_frame(), Err(Failure::Failed(_))), "{length}");
        }
        assert!(matches!(reader(&[]).next_frame(), Ok(None)));
    }
}
