use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use vitascope_core::{BlockBuffer, SampleAttachments, SampleBuffer, SampleTiming, Time};

use super::box_reader::{BoxHeader, BoxReader};
use super::parse::Movie;
use super::samples::{SampleCursor, SampleLocation};
use crate::{Error, Result};

/// Largest index (`moov`) that is read.
const MAX_INDEX_BYTES: u64 = 256 << 20;

/// Largest index of a fragment (`moof`) that is read.
const MAX_FRAGMENT_INDEX_BYTES: u64 = 16 << 20;

/// Most boxes at the top of a file.
const MAX_TOP_BOXES: u64 = 1 << 20;

/// Reads the samples of an MP4 or QuickTime file.
///
/// The index is read at once, samples one by one, so that memory does not grow with the file.
#[derive(Debug)]
pub struct Mp4Reader<R> {
    input: R,
    length: u64,
    movie: Movie,
    cursors: Vec<SampleCursor>,
}

impl Mp4Reader<BufReader<File>> {
    /// Opens a file and reads its index.
    ///
    /// # Errors
    /// The file cannot be read, or its index is missing, damaged or larger than 256 MiB.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        Self::new(BufReader::new(File::open(path).map_err(|e| Error::io("open", path, e))?))
    }
}

impl<R: Read + Seek> Mp4Reader<R> {
    /// Reads the index.
    ///
    /// # Errors
    /// Reading fails, or the index is missing, damaged or larger than 256 MiB.
    pub fn new(mut input: R) -> Result<Self> {
        let length = input.seek(SeekFrom::End(0)).map_err(Error::Read)?;
        let top = TopBoxes::scan(&mut input, length)?;
        let mut movie = Movie::parse(top.ftyp.as_deref(), &top.moov)?;
        movie.index_first = top.index_first;
        movie.is_cut_off = top.is_cut_off;
        for fragment in &top.fragments {
            let body = read_body(&mut input, fragment.body, MAX_FRAGMENT_INDEX_BYTES)?;
            movie.add_fragment(&body, fragment.position)?;
        }
        movie.finish_fragments();
        let cursors = movie.tracks.iter().map(|_| SampleCursor::default()).collect();
        Ok(Self { input, length, movie, cursors })
    }

    /// What the index says.
    pub fn movie(&self) -> &Movie {
        &self.movie
    }

    /// The next sample of a track in decode order, `None` after the last. `track` is an index into
    /// [`Movie::tracks`].
    ///
    /// Times are those of presentation: the edit list is applied. Decode times are shifted by as much, and further
    /// where offsets are negative, so that no sample is decoded after it is shown; the first ones may be negative.
    ///
    /// # Errors
    /// There is no such track, the sample lies outside the file, or reading fails.
    pub fn next_sample(&mut self, track: usize) -> Result<Option<SampleBuffer>> {
        let tracks = self.movie.tracks.len() as u64;
        let (Some(cursor), Some(of)) = (self.cursors.get_mut(track), self.movie.tracks.get(track)) else {
            return Err(Error::Limit {
                what: "index of a track",
                value: track as u64,
                limit: tracks.saturating_sub(1),
            });
        };
        let Some(location) = cursor.next(&of.table, &of.fragments)? else { return Ok(None) };
        let data = self.read(&location)?;
        let of = &self.movie.tracks[track];
        let shifted = location.decode.saturating_add(of.shift);
        let timing = SampleTiming {
            duration: Time::new(location.duration.into(), of.timescale),
            presentation_time: Time::new(shifted.saturating_add(location.composition_offset), of.timescale),
            decode_time: Time::new(shifted.saturating_add(of.decode_shift), of.timescale),
        };
        let format = of.formats.get((location.entry as usize).wrapping_sub(1)).cloned().flatten();
        let sample = SampleBuffer::from_data(BlockBuffer::from_vec(data), format, timing)?;
        if !location.is_sync {
            let attachments = SampleAttachments { not_sync: Some(true), ..SampleAttachments::default() };
            sample.set_sample_attachments(0, attachments)?;
        }
        Ok(Some(sample))
    }

    /// The bytes of a sample.
    fn read(&mut self, location: &SampleLocation) -> Result<Vec<u8>> {
        let end = location.offset.saturating_add(location.size.into());
        if end > self.length {
            return Err(Error::Limit { what: "end of a sample in the file", value: end, limit: self.length });
        }
        self.input.seek(SeekFrom::Start(location.offset)).map_err(Error::Read)?;
        let mut data = vec![0; location.size as usize];
        self.input.read_exact(&mut data).map_err(Error::Read)?;
        Ok(data)
    }
}

/// What is found at the top of a file.
struct TopBoxes {
    ftyp: Option<Vec<u8>>,
    moov: Vec<u8>,
    index_first: bool,
    is_cut_off: bool,
    fragments: Vec<Fragment>,
}

/// Where a `moof` box lies.
struct Fragment {
    position: u64,
    /// Position and length.
    body: (u64, u64),
}

impl TopBoxes {
    fn scan(input: &mut (impl Read + Seek), length: u64) -> Result<Self> {
        let (mut ftyp, mut moov, mut data_seen, mut position, mut count) = (None, None, false, 0, 0);
        let (mut index_first, mut fragments, mut is_fragmented) = (false, Vec::new(), true);
        // Without fragments nothing of interest follows the index.
        while position < length && (moov.is_none() || is_fragmented) {
            count += 1;
            if count > MAX_TOP_BOXES {
                return Err(Error::Limit { what: "number of boxes", value: count, limit: MAX_TOP_BOXES });
            }
            input.seek(SeekFrom::Start(position)).map_err(Error::Read)?;
            let mut bytes = Vec::with_capacity(BoxHeader::MAX);
            input.by_ref().take(BoxHeader::MAX as u64).read_to_end(&mut bytes).map_err(Error::Read)?;
            let Some(header) = BoxHeader::parse(&bytes) else { break };
            let available = length - position;
            let size = if header.size == 0 { available } else { header.size };
            let body =
                (position + header.length as u64, size.min(available).saturating_sub(header.length as u64));
            match &header.kind {
                b"ftyp" => ftyp = Some(read_body(input, body, 1 << 16)?),
                b"moov" if size > available => {
                    let message = format!("it has {size} bytes, of which the file holds {available}");
                    return Err(Error::Damaged { name: "moov".to_owned(), message });
                }
                b"moov" if moov.is_none() => {
                    index_first = !data_seen;
                    let index = read_body(input, body, MAX_INDEX_BYTES)?;
                    is_fragmented = BoxReader::new(&index).first(b"mvex").is_some();
                    moov = Some(index);
                }
                // One that is cut off is the end of a recording that broke off.
                b"moof" if size <= available => fragments.push(Fragment { position, body }),
                b"mdat" => data_seen = true,
                _ => {}
            }
            position = position.saturating_add(size);
        }
        let moov = moov.ok_or(Error::BoxMissing { name: "moov", parent: "the file" })?;
        Ok(Self { ftyp, moov, index_first, is_cut_off: position > length, fragments })
    }
}

/// Reads a body of (position, length), which lies in the file.
fn read_body(input: &mut (impl Read + Seek), body: (u64, u64), limit: u64) -> Result<Vec<u8>> {
    let (position, length) = body;
    if length > limit {
        return Err(Error::Limit { what: "size of a box in front of the samples", value: length, limit });
    }
    input.seek(SeekFrom::Start(position)).map_err(Error::Read)?;
    let mut bytes = vec![0; length as usize];
    input.read_exact(&mut bytes).map_err(Error::Read)?;
    Ok(bytes)
}
