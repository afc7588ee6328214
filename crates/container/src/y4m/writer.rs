use std::io::Write;

use vitascope_core::PixelBuffer;

use super::{ColorSpace, Header, picture};
use crate::{Error, Result};

/// Writes pictures as a y4m stream.
///
/// The pictures have the header's size and a pixel format that holds exactly its colour space: those
/// [`Reader`](super::Reader) makes, and the bi-planar 8-bit 4:2:0 formats too.
#[derive(Debug)]
pub struct Writer<W: Write> {
    output: W,
    header: Header,
    scratch: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Writes the stream header. `output` gets each row by itself and should be buffered.
    ///
    /// # Errors
    /// The header has a value that a reader would not accept, or writing fails.
    pub fn new(mut output: W, header: Header) -> Result<Self> {
        header.check()?;
        output.write_all(header.line().as_bytes()).map_err(Error::Write)?;
        Ok(Self { output, header, scratch: Vec::new() })
    }

    /// Writes one picture.
    ///
    /// # Errors
    /// The picture is of another size or format than the stream, is being written to, or writing fails.
    pub fn write_frame(&mut self, picture: &PixelBuffer) -> Result<()> {
        let header = &self.header;
        let fits = ColorSpace::of_pixel_format(picture.format()).is_some_and(|(color_space, full_range)| {
            let depth = header.color_space.bits;
            let bits =
                if matches!(depth, 12 | 14) && color_space.bits == 16 { depth } else { color_space.bits };
            color_space.sampling == header.color_space.sampling
                && bits == depth
                && full_range.is_none_or(|full| full == header.full_range.unwrap_or(false))
        });
        if !fits || (picture.width(), picture.height()) != (header.width, header.height) {
            let format = header.pixel_format()?;
            return Err(Error::Y4mPicture {
                expected: format!("{}x{} {format}", header.width, header.height),
                found: format!("{}x{} {}", picture.width(), picture.height(), picture.format()),
            });
        }
        self.output.write_all(b"FRAME\n").map_err(Error::Write)?;
        picture::write(header, picture, &mut self.scratch, |row| {
            self.output.write_all(row).map_err(Error::Write)
        })
    }

    /// What was written as stream header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The output.
    pub fn get_ref(&self) -> &W {
        &self.output
    }

    /// Gives the output back.
    pub fn into_inner(self) -> W {
        self.output
    }
}
