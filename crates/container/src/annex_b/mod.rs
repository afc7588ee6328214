//! H.264 byte streams: NAL units behind start codes (ITU-T H.264 Annex B), usually named `.264`.

mod scan;
mod writer;

pub use scan::{ByteStreamInfo, scan};
pub use writer::AnnexBWriter;
