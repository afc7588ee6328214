use mp4_atom::{Co64, Stco, Stsc, StscEntry, Stsz, StszSamples};

use super::boxes::put;
use crate::Result;

/// A chunk ends when it holds this many bytes ...
const CHUNK_BYTES: u64 = 1 << 20;

/// ... or samples for this many seconds, so that a player that reads whole chunks can start soon.
const CHUNK_SECONDS: u32 = 1;

/// Where samples lie in the media data: their sizes, and runs of neighbours called chunks.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    sizes: Vec<u32>,
    chunks: Vec<Chunk>,
    total: u64,
}

#[derive(Debug)]
struct Chunk {
    /// From the beginning of the media data.
    offset: u64,
    samples: u32,
    /// Index of the sample entry, from 1.
    entry: u32,
    /// Decode time of the first sample in seconds, only to end the chunk.
    start: f64,
}

impl Chunks {
    /// Adds a sample of `size` bytes behind the others. `decode_seconds` is its decode time, `entry` the index of its
    /// sample entry from 1.
    pub(super) fn push(&mut self, size: u32, decode_seconds: f64, entry: u32) {
        let fits = |chunk: &Chunk| {
            chunk.entry == entry
                && self.total - chunk.offset < CHUNK_BYTES
                && decode_seconds - chunk.start < f64::from(CHUNK_SECONDS)
        };
        match self.chunks.last_mut() {
            Some(chunk) if fits(chunk) => chunk.samples += 1,
            _ => self.chunks.push(Chunk { offset: self.total, samples: 1, entry, start: decode_seconds }),
        }
        self.sizes.push(size);
        self.total += u64::from(size);
    }

    /// Number of samples.
    pub(super) fn count(&self) -> u64 {
        self.sizes.len() as u64
    }

    /// Bytes of all samples.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    /// Appends `stsz`, `stsc` and `stco`, or `co64` where an offset needs it. `data_start` is the position of the
    /// media data in the file.
    pub(super) fn put(&self, out: &mut Vec<u8>, data_start: u64) -> Result<()> {
        let samples = match self.sizes.first() {
            // A size of zero would mean that a table follows.
            Some(&size) if size > 0 && self.sizes.iter().all(|&other| other == size) => {
                StszSamples::Identical { count: self.sizes.len() as u32, size }
            }
            _ => StszSamples::Different { sizes: self.sizes.clone() },
        };
        put(out, &Stsz { samples })?;
        let mut runs: Vec<StscEntry> = Vec::new();
        for (number, chunk) in (1..).zip(&self.chunks) {
            let same = |run: &StscEntry| {
                run.samples_per_chunk == chunk.samples && run.sample_description_index == chunk.entry
            };
            if !runs.last().is_some_and(same) {
                runs.push(StscEntry {
                    first_chunk: number,
                    samples_per_chunk: chunk.samples,
                    sample_description_index: chunk.entry,
                });
            }
        }
        put(out, &Stsc { entries: runs })?;
        let offsets = self.chunks.iter().map(|chunk| data_start + chunk.offset);
        if data_start + self.total > u64::from(u32::MAX) {
            put(out, &Co64 { entries: offsets.collect() })
        } else {
            put(out, &Stco { entries: offsets.map(|offset| offset as u32).collect() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mp4_atom::Decode;

    fn tables(chunks: &Chunks, data_start: u64) -> (Stsz, Stsc, Result<Stco, Co64>) {
        let mut out = Vec::new();
        chunks.put(&mut out, data_start).unwrap();
        let mut bytes = out.as_slice();
        let (sizes, runs) = (Stsz::decode(&mut bytes).unwrap(), Stsc::decode(&mut bytes).unwrap());
        let offsets = if &bytes[4..8] == b"co64" {
            Err(Co64::decode(&mut bytes).unwrap())
        } else {
            Ok(Stco::decode(&mut bytes).unwrap())
        };
        assert!(bytes.is_empty());
        (sizes, runs, offsets)
    }

    fn run(first_chunk: u32, samples_per_chunk: u32, sample_description_index: u32) -> StscEntry {
        StscEntry { first_chunk, samples_per_chunk, sample_description_index }
    }

    #[test]
    fn a_chunk_ends_after_a_second_a_megabyte_and_a_change_of_entry() {
        let mut chunks = Chunks::default();
        for i in 0..25 {
            chunks.push(100 + i, f64::from(i) / 10.0, 1);
        }
        chunks.push(2 << 20, 2.5, 2);
        chunks.push(7, 2.6, 2);
        let (sizes, runs, offsets) = tables(&chunks, 1000);
        let StszSamples::Different { sizes } = sizes.samples else { panic!("sizes differ") };
        assert_eq!((sizes.len(), sizes[3], chunks.count()), (27, 103, 27));
        assert_eq!(runs.entries, [run(1, 10, 1), run(3, 5, 1), run(4, 1, 2)]);
        let first: u32 = (100..110).sum();
        let second: u32 = (110..120).sum();
        let third: u32 = (120..125).sum();
        let expected = [1000, 1000 + first, 1000 + first + second, 1000 + first + second + third];
        assert_eq!(offsets.unwrap().entries, [&expected[..], &[expected[3] + (2 << 20)]].concat());
    }

    #[test]
    fn offsets_beyond_four_gibibytes_take_64_bits() {
        let mut chunks = Chunks::default();
        chunks.push(u32::MAX, 0.0, 1);
        chunks.push(u32::MAX, 0.1, 1);
        let (sizes, _, offsets) = tables(&chunks, 48);
        assert_eq!(sizes.samples, StszSamples::Identical { count: 2, size: u32::MAX });
        assert_eq!(offsets.unwrap_err().entries, [48, 48 + u64::from(u32::MAX)]);
    }
}
