use mp4_atom::{Atom, Co64, Ctts, Stco, Stsc, Stss, Stsz, StszSamples, Stts};

use super::box_reader::{BoxReader, RawBox};
use crate::{Error, Result};

/// The sample table of a track (`stbl`): where each sample lies and when it is decoded and shown.
#[derive(Debug, Default)]
pub(super) struct SampleTable {
    /// (count, duration).
    decode_deltas: Vec<(u32, u32)>,
    /// (count, presentation minus decode time).
    composition_offsets: Vec<(u32, i64)>,
    /// Ascending, from 1; `None`: all are.
    sync_samples: Option<Vec<u32>>,
    sizes: Sizes,
    /// (first chunk from 1, samples per chunk, sample entry from 1).
    chunk_runs: Vec<(u32, u32, u32)>,
    chunk_offsets: Vec<u64>,
}

/// One sample as the table describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SampleLocation {
    /// Position in the file.
    pub(super) offset: u64,
    pub(super) size: u32,
    /// Decode time from the first sample, in units of the track's timescale.
    pub(super) decode: i64,
    /// Time to the next sample.
    pub(super) duration: u32,
    /// Presentation minus decode time.
    pub(super) composition_offset: i64,
    pub(super) is_sync: bool,
    /// Index of the sample entry, from 1.
    pub(super) entry: u32,
}

#[derive(Debug, Default)]
enum Sizes {
    #[default]
    None,
    Same {
        count: u32,
        size: u32,
    },
    Each(Vec<u32>),
}

impl SampleTable {
    /// Reads the boxes inside `stbl`. Boxes a fragmented file leaves out may be missing.
    pub(super) fn parse(boxes: &BoxReader<'_>) -> Result<Self> {
        let mut table = SampleTable::default();
        if let Some(stts) = find::<Stts>(boxes, b"stts")? {
            table.decode_deltas = stts.entries.iter().map(|e| (e.sample_count, e.sample_delta)).collect();
        }
        if let Some(ctts) = find::<Ctts>(boxes, b"ctts")? {
            // Some writers put negative numbers into version 0, where the standard has none; no real offset
            // needs the 32nd bit.
            let signed = |offset: i64| i64::from(offset as u32 as i32);
            table.composition_offsets =
                ctts.entries.iter().map(|e| (e.sample_count, signed(e.sample_offset))).collect();
        }
        table.sync_samples = find::<Stss>(boxes, b"stss")?.map(|stss| stss.entries);
        table.sizes = match find::<Stsz>(boxes, b"stsz")?.map(|stsz| stsz.samples) {
            None => boxes.first(b"stz2").map_or(Ok(Sizes::None), compact_sizes)?,
            Some(StszSamples::Identical { count, size }) => Sizes::Same { count, size },
            Some(StszSamples::Different { sizes }) => Sizes::Each(sizes),
        };
        if let Some(stsc) = find::<Stsc>(boxes, b"stsc")? {
            let run =
                |e: &mp4_atom::StscEntry| (e.first_chunk, e.samples_per_chunk, e.sample_description_index);
            table.chunk_runs = stsc.entries.iter().map(run).collect();
        }
        if let Some(stco) = find::<Stco>(boxes, b"stco")? {
            table.chunk_offsets = stco.entries.into_iter().map(u64::from).collect();
        } else if let Some(co64) = find::<Co64>(boxes, b"co64")? {
            table.chunk_offsets = co64.entries;
        }
        Ok(table)
    }

    /// Number of samples the table claims.
    pub(super) fn count(&self) -> u64 {
        match &self.sizes {
            Sizes::None => 0,
            Sizes::Same { count, .. } => u64::from(*count),
            Sizes::Each(sizes) => sizes.len() as u64,
        }
    }

    /// Number of sync samples.
    pub(super) fn sync_count(&self) -> u64 {
        self.sync_samples.as_ref().map_or(self.count(), |numbers| self.count().min(numbers.len() as u64))
    }

    /// Bytes of all samples.
    pub(super) fn total_bytes(&self) -> u64 {
        match &self.sizes {
            Sizes::None => 0,
            Sizes::Same { count, size } => u64::from(*count) * u64::from(*size),
            Sizes::Each(sizes) => sizes.iter().map(|&size| u64::from(size)).sum(),
        }
    }

    /// The least composition offset of all samples, at most 0.
    pub(super) fn least_offset(&self) -> i64 {
        self.composition_offsets.iter().map(|run| run.1).min().unwrap_or(0).min(0)
    }

    /// Number of samples that lie within the first `length` bytes of the file. Takes a step a chunk where all samples have
    /// one size, so that a table cannot keep its reader busy by its numbers.
    pub(super) fn count_within(&self, length: u64) -> u64 {
        let (mut index, mut run, mut within) = (0, 0, 0);
        for (chunk, &offset) in self.chunk_offsets.iter().enumerate() {
            while self.chunk_runs.get(run + 1).is_some_and(|next| next.0 as usize <= chunk + 1) {
                run += 1;
            }
            let count = self.chunk_runs.get(run).map_or(0, |run| u64::from(run.1)).min(self.count() - index);
            within += match &self.sizes {
                Sizes::None => 0,
                Sizes::Same { size: 0, .. } => count,
                Sizes::Same { size, .. } => count.min(length.saturating_sub(offset) / u64::from(*size)),
                Sizes::Each(sizes) => {
                    let ends =
                        sizes[index as usize..(index + count) as usize].iter().scan(offset, |end, &size| {
                            *end = end.saturating_add(u64::from(size));
                            Some(*end)
                        });
                    ends.filter(|&end| end <= length).count() as u64
                }
            };
            index += count;
        }
        within
    }

    fn size(&self, index: u32) -> Option<u32> {
        match &self.sizes {
            Sizes::None => None,
            Sizes::Same { count, size } => (index < *count).then_some(*size),
            Sizes::Each(sizes) => sizes.get(index as usize).copied(),
        }
    }
}

/// Walks a sample table in decode order.
#[derive(Debug, Default)]
pub(super) struct SampleCursor {
    /// Samples of the table passed, and of the fragments.
    index: u32,
    fragment_index: usize,
    decode: i64,
    deltas: RunCursor,
    offsets: RunCursor,
    /// Entries of `stss` passed.
    sync: usize,
    /// Chunks begun, samples left in the chunk, position of the next sample, run of `stsc` the chunk belongs to.
    chunks: usize,
    left: u32,
    position: u64,
    run: usize,
}

impl SampleCursor {
    /// The next sample, first of the table, then of the fragments; `None` after the last.
    ///
    /// # Errors
    /// The chunk tables end before the samples do.
    pub(super) fn next(
        &mut self,
        table: &SampleTable,
        fragments: &[SampleLocation],
    ) -> Result<Option<SampleLocation>> {
        let Some(size) = table.size(self.index) else {
            self.fragment_index += 1;
            return Ok(fragments.get(self.fragment_index - 1).copied());
        };
        let number = self.index + 1;
        while self.left == 0 {
            let damaged = |name: &str, message: String| Error::Damaged { name: name.to_owned(), message };
            let Some(&offset) = table.chunk_offsets.get(self.chunks) else {
                let count = table.chunk_offsets.len();
                return Err(damaged(
                    "stco",
                    format!("sample {number} lies beyond the last of {count} chunks"),
                ));
            };
            self.chunks += 1;
            while table.chunk_runs.get(self.run + 1).is_some_and(|run| run.0 as usize <= self.chunks) {
                self.run += 1;
            }
            let Some(run) = table.chunk_runs.get(self.run) else {
                return Err(damaged("stsc", "it has no entries".to_owned()));
            };
            (self.left, self.position) = (run.1, offset);
        }
        let duration = self.deltas.next(&table.decode_deltas).unwrap_or(0);
        let composition_offset = self.offsets.next(&table.composition_offsets).unwrap_or(0);
        let is_sync = table.sync_samples.as_ref().is_none_or(|numbers| {
            while numbers.get(self.sync).is_some_and(|&sync| sync < number) {
                self.sync += 1;
            }
            numbers.get(self.sync) == Some(&number)
        });
        let location = SampleLocation {
            offset: self.position,
            size,
            decode: self.decode,
            duration,
            composition_offset,
            is_sync,
            entry: table.chunk_runs[self.run].2,
        };
        self.position = self.position.saturating_add(u64::from(size));
        self.decode += i64::from(duration);
        self.left -= 1;
        self.index += 1;
        Ok(Some(location))
    }
}

/// Walks run lengths. After the last run its value goes on: tables that are too short are common and harmless.
#[derive(Debug, Default)]
struct RunCursor {
    run: usize,
    used: u32,
}

impl RunCursor {
    fn next<T: Copy>(&mut self, runs: &[(u32, T)]) -> Option<T> {
        while self.run + 1 < runs.len() && self.used >= runs[self.run].0 {
            self.run += 1;
            self.used = 0;
        }
        self.used = self.used.saturating_add(1);
        runs.get(self.run).map(|run| run.1)
    }
}

/// Reads `stz2` (ISO/IEC 14496-12 8.7.3.3): sizes of 4, 8 or 16 bits.
fn compact_sizes(found: RawBox<'_>) -> Result<Sizes> {
    let short = || found.damaged("it is cut off");
    let (field, body) = (found.body.get(7).ok_or_else(short)?, found.body.get(8..).ok_or_else(short)?);
    let (count, body) = body.split_first_chunk::<4>().ok_or_else(short)?;
    let count = u32::from_be_bytes(*count) as usize;
    let sizes: Vec<u32> = match field {
        4 => body.iter().flat_map(|&byte| [byte >> 4, byte & 15]).map(u32::from).take(count).collect(),
        8 => body.iter().take(count).map(|&byte| byte.into()).collect(),
        16 => {
            body.as_chunks::<2>().0.iter().take(count).map(|&size| u16::from_be_bytes(size).into()).collect()
        }
        _ => return Err(found.damaged(format!("sizes of {field} bits; accepted: 4, 8 or 16"))),
    };
    if sizes.len() < count { Err(short()) } else { Ok(Sizes::Each(sizes)) }
}

fn find<T: Atom>(boxes: &BoxReader<'_>, kind: &[u8; 4]) -> Result<Option<T>> {
    boxes.first(kind).map(|found| found.decode()).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(table: &SampleTable) -> Result<Vec<SampleLocation>> {
        let mut cursor = SampleCursor::default();
        let mut samples = Vec::new();
        while let Some(sample) = cursor.next(table, &[])? {
            samples.push(sample);
        }
        Ok(samples)
    }

    fn table() -> SampleTable {
        SampleTable {
            decode_deltas: vec![(2, 10), (0, 99), (1, 20)],
            composition_offsets: vec![(1, 5), (1, -5)],
            sync_samples: Some(vec![1, 4]),
            sizes: Sizes::Each(vec![3, 4, 5, 6, 7]),
            chunk_runs: vec![(1, 2, 1), (2, 1, 2), (3, 2, 1)],
            chunk_offsets: vec![100, 200, 300],
        }
    }

    #[test]
    fn samples_lie_one_behind_the_other_in_their_chunk() {
        let samples = all(&table()).unwrap();
        let column = |f: fn(&SampleLocation) -> i64| samples.iter().map(f).collect::<Vec<_>>();
        assert_eq!(column(|s| s.offset as i64), [100, 103, 200, 300, 306]);
        assert_eq!(column(|s| i64::from(s.size)), [3, 4, 5, 6, 7]);
        assert_eq!(column(|s| s.decode), [0, 10, 20, 40, 60]);
        assert_eq!(column(|s| s.composition_offset), [5, -5, -5, -5, -5]);
        assert_eq!(column(|s| i64::from(s.is_sync)), [1, 0, 0, 1, 0]);
        assert_eq!(column(|s| i64::from(s.entry)), [1, 1, 2, 1, 1]);
    }

    #[test]
    fn samples_behind_an_end_are_not_counted() {
        // The five end at 103, 107, 205, 306 and 313.
        for (length, within) in [(0, 0), (103, 1), (204, 2), (205, 3), (312, 4), (313, 5), (u64::MAX, 5)] {
            assert_eq!(table().count_within(length), within, "{length}");
        }
        let same = |count, size| SampleTable { sizes: Sizes::Same { count, size }, ..table() };
        assert_eq!(same(5, 10).count_within(209), 2);
        assert_eq!(same(5, 10).count_within(315), 4);
        assert_eq!(same(5, 0).count_within(0), 5);
        let huge = SampleTable { chunk_runs: vec![(1, u32::MAX, 1)], ..same(u32::MAX, 1) };
        assert_eq!(huge.count_within(1100), 1000);
        let short = SampleTable { chunk_offsets: vec![100], ..table() };
        assert_eq!(short.count_within(u64::MAX), 2);
        assert_eq!(SampleTable { chunk_runs: vec![], ..table() }.count_within(u64::MAX), 0);
    }

    #[test]
    fn compact_sizes_are_read() {
        let sizes = |bytes: &[u8]| {
            let body = [&[0; 7], bytes].concat();
            match compact_sizes(RawBox { kind: *b"stz2", body: &body }) {
                Ok(Sizes::Each(sizes)) => sizes,
                Ok(_) => panic!("a table"),
                Err(error) => panic!("{error}"),
            }
        };
        assert_eq!(sizes(&[4, 0, 0, 0, 3, 0x12, 0x30]), [1, 2, 3]);
        assert_eq!(sizes(&[8, 0, 0, 0, 2, 200, 7, 9]), [200, 7]);
        assert_eq!(sizes(&[16, 0, 0, 0, 2, 1, 0, 0, 9]), [256, 9]);
        for bytes in [&[0; 5][..], &[8, 0, 0, 0, 2, 200], &[8, 0xff, 0xff, 0xff, 0xff, 1], &[8, 0, 0]] {
            let body = [&[0; 7], bytes].concat();
            assert!(compact_sizes(RawBox { kind: *b"stz2", body: &body }).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn tables_that_disagree_are_errors_not_panics() {
        let short = SampleTable { chunk_offsets: vec![100], ..table() };
        assert!(all(&short).unwrap_err().to_string().contains("sample 3 lies beyond the last of 1 chunks"));
        let empty = SampleTable { chunk_runs: vec![], ..table() };
        assert!(all(&empty).is_err());
        let hollow = SampleTable { chunk_runs: vec![(1, 0, 1)], ..table() };
        assert!(all(&hollow).is_err());
        let far = SampleTable { chunk_offsets: vec![u64::MAX - 1; 3], ..table() };
        assert_eq!(all(&far).unwrap().len(), 5);
    }
}
