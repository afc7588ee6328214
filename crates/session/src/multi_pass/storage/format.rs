//! The file of a storage: see `docs/multi-pass-storage.md`.

use vitascope_core::TimeRange;

use super::super::backing_file::BackingFile;
use super::super::bytes::{Reader, checksum, put_range, put_ranges};
use super::PassSummary;

const MAGIC: &[u8; 8] = b"VITAPASS";
const VERSION: u32 = 1;
/// Magic, version, a reserved word, the time range, and their checksum.
const HEADER: u64 = 68;
/// Where the two commit slots lie, and how long each is.
const SLOTS: [u64; 2] = [80, 112];
const SLOT: usize = 32;
/// Where chunks begin.
const LOG: u64 = 144;
/// Tag, length and checksum of a chunk.
const CHUNK_OVERHEAD: usize = 12;
/// Longest payload: nothing larger is written, or believed.
const MAX_PAYLOAD: usize = 1 << 20;
/// Longest record of a frame.
const MAX_RECORD: usize = (1 << 16) + 24;
/// Bytes that wait before they are written, and that are read at a time.
const PART: usize = 1 << 17;
/// Most ranges of a pass: more do not fit a chunk.
pub(crate) const MAX_RANGES: usize = 10_000;

const BEGIN: u32 = u32::from_le_bytes(*b"begn");
pub(super) const RECORD: u32 = u32::from_le_bytes(*b"fram");
const END: u32 = u32::from_le_bytes(*b"endp");

/// What a storage holds.
#[derive(Debug)]
pub(super) struct Contents {
    pub(super) file: BackingFile,
    pub(super) layout: Layout,
    /// Chunks that are not written yet.
    pub(super) pending: Vec<u8>,
    pub(super) open_pass: Option<OpenPass>,
    /// The file outlives the storage, so it is made to survive the machine too.
    pub(super) durable: bool,
}

/// Where things are in the file.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) time_range: TimeRange,
    pub(super) passes: Vec<Pass>,
    /// Counts commits.
    sequence: u64,
    /// The end of the last complete pass.
    committed: u64,
}

/// A complete pass.
#[derive(Debug)]
pub(super) struct Pass {
    number: u32,
    pub(super) identifier: String,
    ranges: Vec<TimeRange>,
    next: Vec<TimeRange>,
    records: u64,
    /// Its chunks.
    begin: u64,
    end: u64,
}

/// A pass that has begun.
#[derive(Debug)]
pub(super) struct OpenPass {
    pass: Pass,
    /// Where the pending chunks go.
    written: u64,
    /// What went wrong: the pass is lost then.
    failure: Option<String>,
}

/// A piece of the log.
pub(super) struct Chunk<'a> {
    pub(super) tag: u32,
    pub(super) payload: &'a [u8],
}

impl Chunk<'_> {
    /// The chunk at the beginning of `bytes` and its whole length, if it is complete and sound.
    pub(super) fn parse(bytes: &[u8]) -> Option<(Chunk<'_>, usize)> {
        let mut reader = Reader(bytes);
        let (tag, length) = (reader.u32()?, reader.u32()? as usize);
        let payload = if length <= MAX_PAYLOAD { reader.take(length)? } else { return None };
        let sound = reader.u32()? == checksum(&[&bytes[..8], payload]);
        sound.then_some((Chunk { tag, payload }, length + CHUNK_OVERHEAD))
    }

    fn put(tag: u32, payload: &[u8], out: &mut Vec<u8>) {
        let head = [tag.to_le_bytes(), (payload.len() as u32).to_le_bytes()].concat();
        let sum = checksum(&[&head, payload]);
        out.extend(head);
        out.extend(payload);
        out.extend(sum.to_le_bytes());
    }
}

impl Pass {
    pub(super) fn summary(&self) -> PassSummary {
        PassSummary {
            number: self.number,
            records: self.records,
            time_ranges: self.ranges.clone(),
            next_time_ranges: self.next.clone(),
        }
    }
}

impl Contents {
    /// Writes a new file.
    pub(super) fn create(file: &mut BackingFile, time_range: TimeRange) -> Result<Layout, String> {
        let mut header = MAGIC.to_vec();
        header.extend(VERSION.to_le_bytes());
        header.extend(0u32.to_le_bytes());
        put_range(&mut header, &time_range);
        header.extend(checksum(&[&header]).to_le_bytes());
        header.resize(LOG as usize, 0);
        let layout = Layout { time_range, passes: Vec::new(), sequence: 0, committed: LOG };
        let slot = SLOTS[0] as usize;
        header[slot..slot + SLOT].copy_from_slice(&layout.slot());
        file.write_at(0, &header).map_err(|error| format!("it cannot be written: {error}"))?;
        Ok(layout)
    }

    /// Reads the file and checks all of it that counts.
    pub(super) fn read(file: &mut BackingFile) -> Result<Layout, String> {
        let length = file.len().map_err(text)?;
        if length < LOG {
            return Err(format!("it is no multi-pass storage: {length} bytes, at least {LOG} are needed"));
        }
        let mut header = [0; LOG as usize];
        file.read_at(0, &mut header).map_err(text)?;
        let mut reader = Reader(&header);
        if reader.take(8) != Some(MAGIC) {
            return Err("it is no multi-pass storage: it begins with other bytes".into());
        }
        let version = reader.u32().unwrap_or(0);
        if version != VERSION {
            return Err(format!("its version is {version}, {VERSION} is accepted"));
        }
        let damaged = || "its header is damaged".to_string();
        let _reserved = reader.u32();
        let time_range = reader.range().ok_or_else(damaged)?;
        if reader.u32() != Some(checksum(&[&header[..HEADER as usize - 4]])) {
            return Err(damaged());
        }
        let slots = SLOTS.iter().filter_map(|place| {
            let mut slot = Reader(&header[*place as usize..]);
            let bytes = slot.take(SLOT)?;
            let (sequence, end) = (Reader(bytes).u64()?, Reader(&bytes[8..]).u64()?);
            (Reader(&bytes[28..]).u32()? == checksum(&[&bytes[..28]])).then_some((sequence, end))
        });
        let (sequence, committed) = slots.max().ok_or_else(damaged)?;
        if length < committed {
            return Err(format!("it is truncated: {length} bytes, {committed} were written"));
        }
        let mut layout = Layout { time_range, passes: Vec::new(), sequence, committed };
        layout.scan(file)?;
        Ok(layout)
    }

    pub(super) fn append(&mut self, record: &[u8]) -> Result<(), String> {
        if record.len() > MAX_RECORD {
            let most = MAX_RECORD - 24;
            return Err(format!("a record of {} bytes, at most {most} are accepted", record.len() - 24));
        }
        let open = self.open_pass.as_mut().ok_or("no pass has begun")?;
        if let Some(failure) = &open.failure {
            return Err(failure.clone());
        }
        open.pass.records += 1;
        Chunk::put(RECORD, record, &mut self.pending);
        if self.pending.len() >= PART { self.flush() } else { Ok(()) }
    }

    pub(super) fn begin_pass(&mut self, identifier: &str, ranges: &[TimeRange]) -> Result<u32, String> {
        // What a pass left that did not end is in the way.
        let committed = self.layout.committed;
        self.pending.clear();
        self.open_pass = None;
        self.file.set_len(committed).map_err(|error| format!("it cannot be written: {error}"))?;
        let number = self.layout.passes.last().map_or(1, |pass| pass.number.saturating_add(1));
        let mut payload = number.to_le_bytes().to_vec();
        put_ranges(&mut payload, ranges);
        payload.extend(identifier.as_bytes());
        if payload.len() > MAX_PAYLOAD {
            return Err(format!(
                "{} ranges and an identifier of {} bytes are too many",
                ranges.len(),
                identifier.len()
            ));
        }
        Chunk::put(BEGIN, &payload, &mut self.pending);
        let (identifier, ranges) = (identifier.to_string(), ranges.to_vec());
        let pass =
            Pass { number, identifier, ranges, next: Vec::new(), records: 0, begin: committed, end: 0 };
        self.open_pass = Some(OpenPass { pass, written: committed, failure: None });
        // So that a place that cannot be written is found now.
        self.flush()?;
        Ok(number)
    }

    pub(super) fn end_pass(&mut self, next: &[TimeRange]) -> Result<(), String> {
        let open = self.open_pass.as_mut().ok_or("no pass has begun")?;
        let next = &next[..next.len().min(MAX_RANGES)];
        let mut payload = open.pass.number.to_le_bytes().to_vec();
        payload.extend(open.pass.records.to_le_bytes());
        put_ranges(&mut payload, next);
        Chunk::put(END, &payload, &mut self.pending);
        let flushed = self.flush();
        let Some(OpenPass { mut pass, written, .. }) = self.open_pass.take() else { return flushed };
        flushed?;
        (pass.end, pass.next) = (written, next.to_vec());
        self.layout
            .commit(&mut self.file, pass, self.durable)
            .map_err(|error| format!("it cannot be written: {error}"))
    }

    /// Writes what waits.
    pub(super) fn flush(&mut self) -> Result<(), String> {
        let pending = std::mem::take(&mut self.pending);
        let Some(open) = &mut self.open_pass else { return Ok(()) };
        if let Some(failure) = &open.failure {
            return Err(failure.clone());
        }
        match self.file.write_at(open.written, &pending) {
            Ok(()) => open.written += pending.len() as u64,
            Err(error) => {
                let failure = format!("it cannot be written: {error}");
                open.failure = Some(failure.clone());
                return Err(failure);
            }
        }
        Ok(())
    }

    /// Where the chunks of a pass lie.
    pub(super) fn records_of(&mut self, pass: u32) -> Result<(u64, u64), String> {
        let passes = &self.layout.passes;
        let found = passes.iter().find(|candidate| candidate.number == pass);
        found
            .map(|pass| (pass.begin, pass.end))
            .ok_or_else(|| format!("there is no pass {pass}, but {} complete ones", passes.len()))
    }

    /// Where the chunks of the pass that has begun lie.
    pub(super) fn open_records(&mut self) -> Result<(u64, u64), String> {
        self.flush()?;
        let open = self.open_pass.as_ref().ok_or("no pass has begun")?;
        Ok((open.pass.begin, open.written))
    }

    /// Some whole, sound chunks from `offset` on.
    pub(super) fn read_part(&mut self, offset: u64, end: u64) -> Result<Vec<u8>, String> {
        read_chunks(&mut self.file, offset, end)
    }
}

impl Layout {
    /// Makes a pass count.
    fn commit(&mut self, file: &mut BackingFile, pass: Pass, durable: bool) -> std::io::Result<()> {
        if durable {
            file.sync()?;
        }
        let (sequence, committed) = (self.sequence, self.committed);
        (self.sequence, self.committed) = (sequence + 1, pass.end);
        let slot = self.slot();
        // The other slot than the last time: one of them is sound at any moment.
        let place = SLOTS[(self.sequence % 2) as usize];
        let written = file.write_at(place, &slot).and_then(|()| if durable { file.sync() } else { Ok(()) });
        match written {
            Ok(()) => self.passes.push(pass),
            Err(_) => (self.sequence, self.committed) = (sequence, committed),
        }
        written
    }

    fn slot(&self) -> [u8; SLOT] {
        let mut slot = [0; SLOT];
        slot[..8].copy_from_slice(&self.sequence.to_le_bytes());
        slot[8..16].copy_from_slice(&self.committed.to_le_bytes());
        let sum = checksum(&[&slot[..28]]);
        slot[28..].copy_from_slice(&sum.to_le_bytes());
        slot
    }

    /// Walks over all chunks that count.
    fn scan(&mut self, file: &mut BackingFile) -> Result<(), String> {
        let (mut offset, mut open): (u64, Option<Pass>) = (LOG, None);
        while offset < self.committed {
            let part = read_chunks(file, offset, self.committed)?;
            let mut rest = part.as_slice();
            while let Some((chunk, length)) = Chunk::parse(rest) {
                let end = offset + length as u64;
                let misplaced = || format!("it is damaged: an unexpected chunk at byte {offset}");
                match (chunk.tag, &mut open) {
                    (BEGIN, None) => open = Some(begun(chunk.payload, offset).ok_or_else(misplaced)?),
                    (RECORD, Some(pass)) => pass.records += 1,
                    (END, Some(pass)) => {
                        pass.end = end;
                        pass.next = ended(chunk.payload, pass).ok_or_else(misplaced)?;
                        self.passes.extend(open.take());
                    }
                    _ => return Err(misplaced()),
                }
                offset = end;
                rest = &rest[length..];
            }
        }
        match open {
            None => Ok(()),
            Some(pass) => Err(format!("it is damaged: pass {} has no end", pass.number)),
        }
    }
}

fn begun(payload: &[u8], begin: u64) -> Option<Pass> {
    let mut reader = Reader(payload);
    let (number, ranges) = (reader.u32()?, reader.ranges()?);
    let identifier = std::str::from_utf8(reader.0).ok()?.to_owned();
    Some(Pass { number, identifier, ranges, next: Vec::new(), records: 0, begin, end: 0 })
}

fn ended(payload: &[u8], pass: &Pass) -> Option<Vec<TimeRange>> {
    let mut reader = Reader(payload);
    let fits = reader.u32()? == pass.number && reader.u64()? == pass.records;
    fits.then(|| reader.ranges()).flatten()
}

/// Whole, sound chunks from `offset` on, at least one.
fn read_chunks(file: &mut BackingFile, offset: u64, end: u64) -> Result<Vec<u8>, String> {
    let mut wanted = (PART as u64).min(end - offset);
    loop {
        let mut part = vec![0; wanted as usize];
        file.read_at(offset, &mut part).map_err(text)?;
        let mut length = 0;
        while let Some((_, chunk)) = Chunk::parse(&part[length..]) {
            length += chunk;
        }
        if length > 0 {
            // What is left may be a chunk that continues, but not one that claims to be too long or is complete and unsound.
            part.truncate(length);
            return Ok(part);
        }
        let longest = ((MAX_PAYLOAD + CHUNK_OVERHEAD) as u64).min(end - offset);
        if wanted >= longest {
            return Err(format!("it is damaged at byte {offset}"));
        }
        wanted = longest;
    }
}

fn text(error: std::io::Error) -> String {
    format!("it cannot be read: {error}")
}
