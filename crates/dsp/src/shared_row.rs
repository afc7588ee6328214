//! A row of values that one thread fills in from left to right while others read those that are there.
//!
//! As in a [shared plane](crate::shared_plane), the boundary between what is written and what can be read only moves on. It
//! does so for every value, so that it must cost next to nothing: no instruction waits until all that was written before is
//! in the cache, but for one in [`WAKE`] values, at which those who sleep are looked for.
//!
//! ```
//! use vitascope_dsp::shared_row::SharedRow;
//!
//! let row = SharedRow::new(20, 0);
//! std::thread::scope(|scope| {
//!     scope.spawn(|| {
//!         let mut writer = row.writer();
//!         (0..20).for_each(|i| writer.fill(|value| *value = i * i));
//!     });
//!     row.wait_for(5);
//!     assert_eq!(row.get(4), Some(&16));
//! });
//! ```

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, fence};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// See the [module](self).
pub struct SharedRow<T> {
    values: Box<[UnsafeCell<T>]>,
    /// Values from the left that will not change any more.
    published: AtomicUsize,
    /// There is a writer, or there was one.
    taken: AtomicBool,
    /// Threads inside [`wait_for`](Self::wait_for).
    waiting: AtomicUsize,
    lock: Mutex<()>,
    changed: Condvar,
}

// SAFETY: shared references are handed out to published values only, which nobody writes while the row is shared, and
// exclusive ones to unpublished values, by the only writer.
unsafe impl<T: Send + Sync> Sync for SharedRow<T> {}

/// A view of a row that remembers how much of it was published when it last looked. A thread that follows the writer at some
/// distance looks but seldom: each look takes the cache line of the boundary away from the writer.
///
/// ```
/// use std::sync::Arc;
/// use vitascope_dsp::shared_row::{RowReader, SharedRow};
///
/// let row = Arc::new(SharedRow::new(2, 0));
/// let reader = RowReader::new(Arc::clone(&row));
/// row.writer().fill(|value| *value = 7);
/// assert_eq!(reader.get(0), Some(&7));
/// ```
pub struct RowReader<T> {
    row: Arc<SharedRow<T>>,
    /// Values that are known to be published.
    seen: Cell<usize>,
}

impl<T> RowReader<T> {
    /// Of a row of which nothing is known.
    pub fn new(row: Arc<SharedRow<T>>) -> Self {
        Self { row, seen: Cell::new(0) }
    }

    /// The row.
    pub fn row(&self) -> &SharedRow<T> {
        &self.row
    }

    /// Whether so many values are published.
    #[inline]
    pub fn has(&self, count: usize) -> bool {
        if count > self.seen.get() {
            self.seen.set(self.row.published());
        }
        count <= self.seen.get()
    }

    /// A value, once it is published.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&T> {
        if !self.has(index.saturating_add(1)) {
            return None;
        }
        // SAFETY: published values are not written: the writer is beyond them, and `restart` needs the row for itself, of which
        // `self` holds a share. `seen` was `published` of this row at some time since.
        self.row.values.get(index).map(|value| unsafe { &*value.get() })
    }
}

/// The one writer of a row. What it has not filled in when it is dropped is published as it is, so that nobody waits for it
/// for ever.
pub struct RowWriter<'a, T> {
    row: &'a SharedRow<T>,
    /// What `row.published` holds; only the writer changes it.
    published: usize,
}

/// At multiples of so many values, and at the end, threads that sleep are woken.
pub const WAKE: usize = 8;

impl<T: Clone> SharedRow<T> {
    /// A row of `count` values, none of which is published.
    pub fn new(count: usize, value: T) -> Self {
        SharedRow {
            values: vec![value; count].into_iter().map(UnsafeCell::new).collect(),
            published: AtomicUsize::new(0),
            taken: AtomicBool::new(false),
            waiting: AtomicUsize::new(0),
            lock: Mutex::new(()),
            changed: Condvar::new(),
        }
    }
}

impl<T> SharedRow<T> {
    /// Values of the row, published or not.
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// How many values can be read now.
    #[inline]
    pub fn published(&self) -> usize {
        self.published.load(Ordering::Acquire)
    }

    /// A value, once it is published.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&T> {
        let value = self.values.get(index).filter(|_| index < self.published())?;
        // SAFETY: published values are not written: the writer is beyond them, and `restart` needs the row for itself.
        Some(unsafe { &*value.get() })
    }

    /// The writer.
    ///
    /// # Panics
    /// When there was one before.
    pub fn writer(&self) -> RowWriter<'_, T> {
        assert!(!self.taken.swap(true, Ordering::Relaxed), "a second writer of a row");
        RowWriter { row: self, published: 0 }
    }

    /// Blocks until so many values, or a few more, are published; all of them, if there are fewer.
    pub fn wait_for(&self, count: usize) {
        let wanted = count.next_multiple_of(WAKE).min(self.count());
        if self.published() >= wanted {
            return;
        }
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.waiting.fetch_add(1, Ordering::Relaxed);
        // Against the one in `publish`: either the writer sees who waits, or it is seen here what the writer has done.
        fence(Ordering::SeqCst);
        while self.published() < wanted {
            guard = self.changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }

    /// Starts the row anew: nothing published, the values as they are, and a writer can be had.
    pub fn restart(&mut self) {
        *self.published.get_mut() = 0;
        *self.taken.get_mut() = false;
    }

    /// Taking the lock first keeps a reader from sleeping between its look at the values and its wait.
    #[cold]
    fn wake(&self) {
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }
}

impl<T> RowWriter<'_, T> {
    /// Has the next value filled in, in its place, and lets readers see it.
    ///
    /// # Panics
    /// When the row is full.
    #[inline]
    pub fn fill(&mut self, fill: impl FnOnce(&mut T)) {
        let value = &self.row.values[self.published];
        // SAFETY: the value is not published, so that no reader has a reference to it, and there is one writer, which is
        // borrowed exclusively.
        fill(unsafe { &mut *value.get() });
        self.publish(self.published + 1);
    }

    #[inline]
    fn publish(&mut self, end: usize) {
        self.published = end;
        // Release: what was written happens before a reader's view of it.
        self.row.published.store(end, Ordering::Release);
        if end.is_multiple_of(WAKE) || end == self.row.values.len() {
            fence(Ordering::SeqCst);
            if self.row.waiting.load(Ordering::Relaxed) > 0 {
                self.row.wake();
            }
        }
    }
}

impl<T> Drop for RowWriter<'_, T> {
    fn drop(&mut self) {
        if self.published < self.row.count() {
            self.publish(self.row.count());
        }
    }
}

impl<T> fmt::Debug for SharedRow<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SharedRow({} of {} published)", self.published(), self.count())
    }
}

impl<T> fmt::Debug for RowReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowReader({} seen of {:?})", self.seen.get(), self.row)
    }
}

impl<T> fmt::Debug for RowWriter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RowWriter({} of {} published)", self.published, self.row.count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNT: usize = 100;

    #[test]
    fn readers_see_what_is_published_and_nothing_else() {
        let mut row = SharedRow::new(3, 7);
        let mut writer = row.writer();
        assert_eq!(row.get(0), None);
        writer.fill(|value| *value = 1);
        assert_eq!((row.published(), row.get(0), row.get(1)), (1, Some(&1), None));
        drop(writer);
        assert_eq!([0, 1, 2, 3].map(|i| row.get(i)), [Some(&1), Some(&7), Some(&7), None]);
        row.restart();
        assert_eq!((row.published(), row.get(0)), (0, None));
        row.writer().fill(|value| *value += 1);
        assert_eq!(row.get(0), Some(&2));
    }

    #[test]
    fn a_reader_looks_again_where_it_has_not_seen_enough() {
        let row = Arc::new(SharedRow::new(3, 7));
        let reader = RowReader::new(Arc::clone(&row));
        assert_eq!((reader.has(0), reader.has(1), reader.get(0)), (true, false, None));
        let mut writer = row.writer();
        writer.fill(|value| *value = 1);
        assert_eq!((reader.get(0), reader.get(1), reader.has(1)), (Some(&1), None, true));
        writer.fill(|value| *value = 2);
        assert_eq!((reader.get(1), reader.has(3)), (Some(&2), false));
        drop(writer);
        assert_eq!((reader.get(2), reader.get(3)), (Some(&7), None));
    }

    #[test]
    fn threads_follow_each_other_without_losing_a_wake() {
        // Each row is the one above it and one more.
        let mut rows: Vec<_> = (0..4).map(|_| SharedRow::new(COUNT, [0u64; 5])).collect();
        for round in 0..200 {
            rows.iter_mut().for_each(SharedRow::restart);
            std::thread::scope(|scope| {
                for y in 0..rows.len() {
                    let rows = &rows;
                    scope.spawn(move || {
                        let mut writer = rows[y].writer();
                        for x in 0..COUNT {
                            let above = y.checked_sub(1).map_or([round; 5], |y| {
                                rows[y].wait_for(x + 2);
                                *rows[y].get(x).unwrap()
                            });
                            writer.fill(|value| *value = above.map(|above| above + 1));
                        }
                    });
                }
            });
            assert!((0..COUNT).all(|x| rows[3].get(x) == Some(&[round + 4; 5])));
        }
    }

    #[test]
    fn a_writer_that_fails_keeps_nobody_waiting() {
        let row = SharedRow::new(COUNT, 0);
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| row.wait_for(COUNT));
            let failing = scope.spawn(|| {
                let mut writer = row.writer();
                writer.fill(|value| *value = 1);
                std::panic::resume_unwind(Box::new("a writer fails"));
            });
            assert!(failing.join().is_err());
            reader.join().unwrap();
        });
        assert_eq!(row.get(COUNT - 1), Some(&0));
    }

    #[test]
    #[should_panic(expected = "a second writer of a row")]
    fn there_is_one_writer() {
        let row = SharedRow::new(1, 0);
        drop(row.writer());
        row.writer();
    }

    #[test]
    #[should_panic(expected = "index out of bounds")]
    fn nothing_lies_beyond_the_end() {
        SharedRow::new(0, 0).writer().fill(|_| {});
    }
}
