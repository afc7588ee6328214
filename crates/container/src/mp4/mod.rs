//! MP4 and QuickTime files: the ISO base media file format (ISO/IEC 14496-12) with one video track.
//!
//! The writer makes ordinary files with the index first (`ftyp`, `moov`, `mdat`), so that players can start before
//! they have everything. Bodies of boxes come from the `mp4_atom` crate; what it lacks, or cannot write as QuickTime
//! needs it, stands here, one file a box.

mod box_reader;
mod boxes;
mod chunks;
mod fragments;
mod hdlr;
mod mdhd;
mod movie;
mod mvhd;
mod parse;
mod reader;
mod samples;
mod timeline;
mod tkhd;
mod visual;
mod writer;

pub use parse::{Movie, Track};
pub use reader::Mp4Reader;
pub use writer::{Mp4Writer, StartTime};

/// Which of the two kindred formats a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Brand {
    /// MP4: ISO base media, brands isom, iso2, avc1, mp41.
    Mp4,
    /// QuickTime movie: brand `qt  `.
    QuickTime,
}
