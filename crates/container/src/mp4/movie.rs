use mp4_atom::{Ctts, CttsEntry, Dref, Elst, ElstEntry, FourCC, Ftyp, Stss, Stts, SttsEntry, Url, Vmhd};

use super::Brand;
use super::boxes::{full, nest, put, put_u32};
use super::chunks::Chunks;
use super::hdlr::{put_data_handler, put_media_handler};
use super::mdhd::put_mdhd;
use super::mvhd::put_mvhd;
use super::timeline::TrackTimes;
use super::tkhd::put_tkhd;
use super::visual::VisualEntry;
use crate::Result;

/// The only track.
const TRACK_ID: u32 = 1;

/// Everything the index of a file with one video track says.
#[derive(Debug)]
pub(super) struct MovieIndex {
    pub(super) brand: Brand,
    pub(super) times: TrackTimes,
    pub(super) chunks: Chunks,
    /// Numbers of the sync samples, from 1; `None` when all are.
    pub(super) sync_samples: Option<Vec<u32>>,
    /// Numbers of the partial sync samples, from 1.
    pub(super) partial_sync_samples: Vec<u32>,
    pub(super) entries: Vec<VisualEntry>,
    /// Width and height of presentation in pixels.
    pub(super) display_size: (f64, f64),
    /// Time from the beginning of the movie to the first picture, in units of the track's timescale.
    pub(super) start: u64,
    pub(super) bit_rate: BitRate,
}

/// Rates for `btrt` (ISO/IEC 14496-12 8.5.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BitRate {
    /// Of the largest sample, which a decoder's buffer must hold at least, in bytes.
    pub(super) buffer_bytes: u32,
    /// Largest in any second, in bit/s.
    pub(super) maximum: u32,
    /// Over the whole track, in bit/s.
    pub(super) average: u32,
}

/// The bytes in front of the media data: `ftyp`, `moov` and the header of `mdat`.
///
/// # Errors
/// A table is larger than a box can be.
pub(super) fn file_head(index: &MovieIndex) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    put(&mut head, &file_type(index.brand))?;
    let data_length = index.chunks.total();
    // Where the data begins depends on the size of the index and, through the width of its offsets, the other way
    // round. 64-bit offsets, once chosen, only move the data further.
    let mut data_start = 0;
    loop {
        let mut moov = Vec::new();
        put_movie(&mut moov, index, data_start)?;
        let mdat = media_data_header(data_length);
        let start = (head.len() + moov.len() + mdat.len()) as u64;
        if start == data_start {
            head.extend_from_slice(&moov);
            head.extend_from_slice(&mdat);
            return Ok(head);
        }
        data_start = start;
    }
}

fn file_type(brand: Brand) -> Ftyp {
    let kind = FourCC::new;
    match brand {
        Brand::Mp4 => Ftyp {
            major_brand: kind(b"isom"),
            minor_version: 0x200,
            compatible_brands: [b"isom", b"iso2", b"avc1", b"mp41"].map(kind).into(),
        },
        Brand::QuickTime => {
            Ftyp { major_brand: kind(b"qt  "), minor_version: 0x200, compatible_brands: vec![kind(b"qt  ")] }
        }
    }
}

fn media_data_header(length: u64) -> Vec<u8> {
    match u32::try_from(length + 8) {
        Ok(size) => [&size.to_be_bytes()[..], b"mdat"].concat(),
        Err(_) => [&1u32.to_be_bytes()[..], b"mdat", &(length + 16).to_be_bytes()].concat(),
    }
}

fn put_movie(out: &mut Vec<u8>, index: &MovieIndex, data_start: u64) -> Result<()> {
    // The movie counts time as the track does, so that edits are exact.
    let timescale = index.times.timescale;
    let duration = index.start.saturating_add(index.times.presentation_duration);
    nest(out, b"moov", |out| {
        put_mvhd(out, timescale, duration, TRACK_ID + 1)?;
        nest(out, b"trak", |out| {
            let (width, height) = index.display_size;
            put_tkhd(out, TRACK_ID, duration, width, height)?;
            nest(out, b"edts", |out| put(out, &edits(index)))?;
            nest(out, b"mdia", |out| {
                put_mdhd(out, timescale, index.times.media_duration)?;
                put_media_handler(out, index.brand)?;
                nest(out, b"minf", |out| {
                    put(out, &Vmhd::default())?;
                    if index.brand == Brand::QuickTime {
                        put_data_handler(out)?;
                    }
                    // The samples are in this file.
                    nest(out, b"dinf", |out| put(out, &Dref { entries: vec![Url::default().into()] }))?;
                    nest(out, b"stbl", |out| put_sample_table(out, index, data_start))
                })
            })
        })
    })
}

/// An empty stretch until the first picture, when it does not begin the movie, and the track from its first picture
/// on: what was added to composition times to keep offsets from being negative is taken away again.
fn edits(index: &MovieIndex) -> Elst {
    let edit =
        |segment_duration, media_time| ElstEntry { segment_duration, media_time, media_rate: 1.into() };
    let mut entries = Vec::new();
    if index.start > 0 {
        entries.push(edit(index.start, None));
    }
    entries.push(edit(index.times.presentation_duration, Some(index.times.media_start)));
    Elst { entries }
}

fn put_sample_table(out: &mut Vec<u8>, index: &MovieIndex, data_start: u64) -> Result<()> {
    full(out, b"stsd", 0, 0, |out| {
        put_u32(out, index.entries.len() as u32);
        index.entries.iter().try_for_each(|entry| entry.put(out, index.brand, index.bit_rate))
    })?;
    let times = &index.times;
    let entries = times.decode_deltas.iter();
    let entries =
        entries.map(|&(sample_count, sample_delta)| SttsEntry { sample_count, sample_delta }).collect();
    put(out, &Stts { entries })?;
    if let Some(sync_samples) = &index.sync_samples {
        put(out, &Stss { entries: sync_samples.clone() })?;
    }
    put_partial_sync(out, index.brand, &index.partial_sync_samples)?;
    if !times.composition_offsets.is_empty() {
        let entries = times.composition_offsets.iter();
        let entries =
            entries.map(|&(sample_count, offset)| CttsEntry { sample_count, sample_offset: offset.into() });
        put(out, &Ctts { entries: entries.collect() })?;
    }
    index.chunks.put(out, data_start)
}

/// Samples at which decoding can start but for some shown earlier: in QuickTime movies `stps`, in MP4 the random access
/// point group (ISO/IEC 14496-12 8.9, 10.4).
fn put_partial_sync(out: &mut Vec<u8>, brand: Brand, samples: &[u32]) -> Result<()> {
    if samples.is_empty() {
        return Ok(());
    }
    if brand != Brand::Mp4 {
        return full(out, b"stps", 0, 0, |out| {
            put_u32(out, samples.len() as u32);
            samples.iter().for_each(|&number| put_u32(out, number));
            Ok(())
        });
    }
    full(out, b"sgpd", 1, 0, |out| {
        out.extend(b"rap ");
        // One description of one byte, which leaves the number of leading samples open.
        put_u32(out, 1);
        put_u32(out, 1);
        out.push(0);
        Ok(())
    })?;
    full(out, b"sbgp", 0, 0, |out| {
        out.extend(b"rap ");
        let mut runs = Vec::new();
        let mut next = 1;
        for &number in samples {
            if number > next {
                runs.push((number - next, 0));
            }
            runs.push((1, 1));
            next = number + 1;
        }
        put_u32(out, runs.len() as u32);
        for (count, group) in runs {
            put_u32(out, count);
            put_u32(out, group);
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mp4::box_reader::{BoxHeader, BoxReader};

    fn head(sizes: &[u32]) -> Vec<u8> {
        let mut chunks = Chunks::default();
        sizes.iter().zip(0..).for_each(|(&size, i)| chunks.push(size, f64::from(i), 1));
        let times = TrackTimes {
            timescale: 1,
            decode_deltas: vec![(sizes.len() as u32, 1)],
            composition_offsets: Vec::new(),
            media_duration: sizes.len() as u64,
            media_start: 0,
            presentation_start: 0,
            presentation_duration: sizes.len() as u64,
        };
        let bit_rate = BitRate { buffer_bytes: 0, maximum: 0, average: 0 };
        let (brand, display_size) = (Brand::Mp4, (16.0, 16.0));
        let index = MovieIndex {
            brand,
            times,
            chunks,
            sync_samples: None,
            partial_sync_samples: Vec::new(),
            entries: Vec::new(),
            display_size,
            start: 0,
            bit_rate,
        };
        file_head(&index).unwrap()
    }

    /// The first chunk's offset and whether offsets have 64 bits.
    fn first_offset(head: &[u8]) -> (u64, bool) {
        let at = |kind: &[u8; 4]| head.windows(4).position(|window| window == kind);
        match at(b"co64") {
            Some(at) => (u64::from_be_bytes(head[at + 12..at + 20].try_into().unwrap()), true),
            None => {
                let at = at(b"stco").unwrap();
                (u32::from_be_bytes(head[at + 12..at + 16].try_into().unwrap()).into(), false)
            }
        }
    }

    #[test]
    fn offsets_point_behind_the_head_whatever_its_size() {
        let largest = u32::MAX;
        let small = head(&[10, 20]).len() as u32;
        // From the first size on, an offset, the end of the data, or the size of mdat needs 64 bits.
        let sizes =
            [&[10, 20][..], &[largest - small - 40, 20], &[largest - small - 20, 20], &[largest - 29, 20]];
        for sizes in sizes.into_iter().chain([&[largest - 28, 21][..], &[largest; 3]]) {
            let head = head(sizes);
            let total: u64 = sizes.iter().map(|&size| u64::from(size)).sum();
            let (offset, wide) = first_offset(&head);
            assert_eq!(offset, head.len() as u64, "{sizes:?}");
            assert_eq!(wide, offset + total > u64::from(u32::MAX), "{sizes:?}");
            let length = if total + 8 > u64::from(u32::MAX) { 16 } else { 8 };
            let mdat = BoxHeader::parse(&head[head.len() - length..]).unwrap();
            assert_eq!(
                (&mdat.kind, mdat.length, mdat.size),
                (b"mdat", length, total + length as u64),
                "{sizes:?}"
            );
            let kinds: Vec<_> = BoxReader::new(&head).map(|found| found.kind).collect();
            assert_eq!(kinds, [*b"ftyp", *b"moov"]);
        }
    }
}
