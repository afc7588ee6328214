//! Which samples there are, by time.

use std::collections::HashMap;

use vitascope_core::{Time, TimeFlags};

use super::spool::Place;

/// The samples of the passes before and of this one, each in order of time.
#[derive(Debug, Default)]
pub(super) struct SampleIndex {
    scales: Scales,
    kept: Entries,
    added: Entries,
}

/// A sample, in 24 bytes: there may be millions.
#[derive(Clone, Copy, Debug)]
struct Entry {
    value: i64,
    offset: u64,
    length: u32,
    scale: u32,
}

/// Everything about times but their value; there are few that differ.
#[derive(Debug, Default)]
struct Scales {
    list: Vec<(i32, u32, i64)>,
    numbers: HashMap<(i32, u32, i64), u32>,
}

/// A list that grows without being copied as a whole.
#[derive(Debug, Default)]
struct Entries(Vec<Vec<Entry>>);

/// Entries that are allocated at a time.
const BLOCK: usize = 4096;

impl SampleIndex {
    pub(super) fn len(&self) -> u64 {
        self.kept.len() + self.added.len()
    }

    /// Adds a sample of this pass, later than those added before.
    pub(super) fn add(&mut self, time: Time, place: Place) {
        let scale = self.scales.number(time);
        self.added.push(Entry { value: time.value, offset: place.offset, length: place.length, scale });
    }

    /// Joins the samples of this pass to the others and drops those that shall not be kept.
    pub(super) fn begin_pass(&mut self, keep: impl Fn(Time) -> bool) {
        let [mut kept, mut added] =
            [&mut self.kept, &mut self.added].map(|entries| std::mem::take(entries).drain().peekable());
        let mut merged = Entries::default();
        loop {
            let next = match (kept.peek(), added.peek()) {
                (Some(a), Some(b)) if self.scales.time(b) < self.scales.time(a) => added.next(),
                (Some(_), _) => kept.next(),
                (None, _) => added.next(),
            };
            let Some(entry) = next else { break };
            if keep(self.scales.time(&entry)) {
                merged.push(entry);
            }
        }
        self.kept = merged;
    }

    /// The first sample at `from` or later, and later than `after`.
    pub(super) fn next(&self, from: Option<Time>, after: Option<Time>) -> Option<(Time, Place)> {
        let before = |entry: &Entry| {
            let time = self.scales.time(entry);
            from.is_some_and(|from| time < from) || after.is_some_and(|after| time <= after)
        };
        let found = [&self.kept, &self.added].map(|entries| entries.first_not(before));
        let entry = found.into_iter().flatten().min_by_key(|entry| self.scales.time(entry))?;
        Some((self.scales.time(entry), Place { offset: entry.offset, length: entry.length }))
    }
}

impl Scales {
    fn number(&mut self, time: Time) -> u32 {
        let scale = (time.timescale, time.flags.0, time.epoch);
        let next = self.list.len() as u32;
        let number = *self.numbers.entry(scale).or_insert(next);
        if number == next {
            self.list.push(scale);
        }
        number
    }

    fn time(&self, entry: &Entry) -> Time {
        let (timescale, flags, epoch) = self.list[entry.scale as usize];
        Time { value: entry.value, timescale, flags: TimeFlags(flags), epoch }
    }
}

impl Entries {
    fn len(&self) -> u64 {
        let full = self.0.len().saturating_sub(1) * BLOCK;
        (full + self.0.last().map_or(0, Vec::len)) as u64
    }

    fn push(&mut self, entry: Entry) {
        match self.0.last_mut() {
            Some(block) if block.len() < BLOCK => block.push(entry),
            _ => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(entry);
                self.0.push(block);
            }
        }
    }

    /// All entries in order; a block's memory goes when its last entry is taken.
    fn drain(self) -> impl Iterator<Item = Entry> {
        self.0.into_iter().flatten()
    }

    /// The first entry of which `before`, true of those up to a point, is not true.
    fn first_not(&self, before: impl Fn(&Entry) -> bool) -> Option<&Entry> {
        let block = self.0.partition_point(|block| block.last().is_some_and(&before));
        let entries = self.0.get(block)?;
        entries.get(entries.partition_point(before))
    }
}
