//! Rows of words that are kept while they are needed.

/// The latest filtered rows of a channel, row `n` at place `n % rows`. Windows never go back, and no row is left out
/// within one.
#[derive(Default)]
pub(super) struct Ring {
    words: Vec<i16>,
    /// Where the first row begins.
    start: usize,
    /// Words from one row to the next.
    stride: usize,
    width: usize,
    rows: usize,
    /// The row after the last one.
    end: usize,
}

/// Words of a line of the cache.
const LINE: usize = 32;

/// So many words that begin with a line of the cache.
pub(super) fn aligned(words: &mut Vec<i16>, count: usize) -> &mut [i16] {
    words.resize((count + LINE).max(words.len()), 0);
    let start = words.as_ptr().align_offset(2 * LINE).min(LINE);
    &mut words[start..start + count]
}

impl Ring {
    /// Makes room for rows of another picture. Rows begin with a line of the cache, and not at multiples of a page from each
    /// other, so that what is read from one does not seem to be what is being written to another.
    pub(super) fn prepare(&mut self, rows: usize, width: usize) {
        let stride = width.next_multiple_of(LINE);
        let stride = if stride.is_multiple_of(2048) { stride + LINE } else { stride };
        self.words.resize((stride * rows + LINE).max(self.words.len()), 0);
        self.start = self.words.as_ptr().align_offset(2 * LINE).min(LINE);
        (self.stride, self.width, self.rows, self.end) = (stride, width, rows, 0);
    }

    /// The number of the row after the last one.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    fn place(&self, row: usize) -> std::ops::Range<usize> {
        let first = self.start + row % self.rows * self.stride;
        first..first + self.width
    }

    pub(super) fn row(&self, row: usize) -> &[i16] {
        &self.words[self.place(row)]
    }

    /// Memory of row `row`, which becomes the last one.
    pub(super) fn next(&mut self, row: usize) -> &mut [i16] {
        self.end = row + 1;
        let place = self.place(row);
        &mut self.words[place]
    }
}

#[cfg(test)]
mod tests {
    use super::Ring;

    #[test]
    fn the_latest_rows_are_kept_in_lines_of_their_own() {
        let mut ring = Ring::default();
        for (rows, width) in [(3, 40), (4, 2048), (1, 5), (6, 31)] {
            ring.prepare(rows, width);
            for row in 7..20 {
                let words = ring.next(row);
                assert_eq!((words.len(), words.as_ptr().align_offset(64)), (width, 0));
                words.fill(row as i16);
                assert_eq!(ring.end(), row + 1);
                for kept in (row + 1).saturating_sub(rows).max(7)..=row {
                    assert!(ring.row(kept).iter().all(|&word| word == kept as i16), "{rows} {width} {kept}");
                }
            }
        }
    }
}
