//! The YUV4MPEG2 stream format ("y4m"): uncompressed pictures behind a line of text.
//!
//! A stream is one header line, `YUV4MPEG2 W352 H288 F30000:1001 Ip A1:1 C420jpeg`, then for each picture a line that
//! begins with `FRAME` and the planes Y, Cb, Cr without padding. Samples of more than eight bits are little-endian
//! 16-bit words holding the value in their low bits. The format is described by yuv4mpeg(5) of the MJPEG tools; the
//! depths above 8 bits and `XCOLORRANGE` are the customary extensions.

mod color_space;
mod file_writer;
mod header;
mod picture;
mod reader;
mod writer;

pub use color_space::{ChromaSampling, ColorSpace};
pub use file_writer::Y4mFileWriter;
pub use header::{FrameRate, Header, Interlacing, MAX_FRAME_BYTES, MAX_LINE_BYTES, MAX_SIDE};
pub use reader::Reader;
pub use writer::Writer;
