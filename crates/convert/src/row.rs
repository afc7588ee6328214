//! Rows of values on their way from step to step.

use std::ops::{Deref, DerefMut};

/// Values that begin a cache line: registers as long as one would otherwise all reach into two.
#[derive(Default)]
pub(crate) struct Row {
    memory: Vec<f32>,
    start: usize,
    length: usize,
}

/// Bytes of a cache line.
const LINE: usize = 64;

impl Row {
    /// Makes it hold `length` values; which, nobody shall rely on.
    pub(crate) fn resize(&mut self, length: usize) {
        if self.length == length {
            return;
        }
        let spare = LINE / size_of::<f32>();
        self.memory.resize(length + spare, 0.0);
        self.start = self.memory.as_ptr().align_offset(LINE).min(spare);
        self.length = length;
    }
}

impl Deref for Row {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.memory[self.start..][..self.length]
    }
}

impl DerefMut for Row {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.memory[self.start..][..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_begin_cache_lines() {
        let mut row = Row::default();
        assert!(row.is_empty());
        for length in [1, 1920, 7, 5000] {
            row.resize(length);
            assert_eq!((row.len(), row.as_ptr().align_offset(LINE)), (length, 0));
        }
    }
}
