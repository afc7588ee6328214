//! What the threads share: the tasks under way and the errands, and how a thread finds what to do next.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Sender, TryRecvError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use vitascope_dsp::workers::pause;

use super::errands::Errands;
use super::{Pending, Task};

/// The threads' common ground.
pub(super) struct Pool<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    /// Threads of its own.
    pub(super) size: usize,
    /// Threads watch for work for a moment before they fall asleep.
    pub(super) watchful: bool,
    /// Counts what threads may be waiting for, to be watched without the lock.
    signals: AtomicU64,
    /// There is an [`Alert`].
    alert: AtomicBool,
}

/// See [`Workers::alert`](super::Workers::alert); one at a time.
pub(crate) struct Alert<T>(Arc<Pool<T>>);

impl<T> Alert<T> {
    pub(super) fn new(pool: &Arc<Pool<T>>) -> Self {
        pool.alert.store(true, Ordering::Relaxed);
        pool.signal(pool.lock());
        Self(Arc::clone(pool))
    }
}

impl<T> Drop for Alert<T> {
    fn drop(&mut self) {
        self.0.alert.store(false, Ordering::Relaxed);
    }
}

pub(super) struct State<T> {
    /// Oldest first.
    entries: VecDeque<Entry<T>>,
    pub(super) errands: Errands,
    started: u64,
    /// Threads that wait for a row to do.
    pub(super) idle: usize,
    /// Nobody wants the results any more, or a task failed.
    closed: bool,
}

/// A task under way.
struct Entry<T> {
    number: u64,
    task: Task<T>,
    done: Sender<T>,
}

impl<T> Pool<T> {
    pub(super) fn new(size: usize, watchful: bool) -> Self {
        let state = State {
            entries: VecDeque::new(),
            errands: Errands::default(),
            started: 0,
            idle: 0,
            closed: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            size,
            watchful,
            signals: AtomicU64::new(0),
            alert: AtomicBool::new(false),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State<T>> {
        // No code that may panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, task: Task<T>, done: Sender<T>) {
        let mut state = self.lock();
        if !state.closed {
            let number = state.started;
            state.started += 1;
            state.entries.push_back(Entry { number, task, done });
        }
        self.signal(state);
    }

    /// Lets an idle thread look again.
    pub(super) fn signal(&self, state: MutexGuard<'_, State<T>>) {
        self.signals.fetch_add(1, Ordering::Relaxed);
        let idle = state.idle;
        drop(state);
        if idle > 0 {
            self.changed.notify_one();
        }
    }

    /// Lets all threads look again.
    fn signal_all(&self, state: MutexGuard<'_, State<T>>) {
        self.signals.fetch_add(1, Ordering::Relaxed);
        drop(state);
        self.changed.notify_all();
    }

    /// Ends the threads after their rows; who waits for a result learns that it does not come.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let dropped = std::mem::take(&mut state.entries);
        self.signal_all(state);
        drop(dropped);
        // Now the results are known not to come.
        self.signal_all(self.lock());
    }

    /// A thread's life.
    pub(super) fn work(&self) {
        while let Some(found) = self.next(|state| state.closed.then_some(None)) {
            self.run(found);
        }
    }

    /// Works until a result is there, or is known not to come.
    pub(super) fn work_until(&self, pending: &Pending<T>) -> Option<T> {
        loop {
            let mut result = None;
            let next = self.next(|_| match pending.0.try_recv() {
                Ok(done) => {
                    result = Some(done);
                    Some(None)
                }
                Err(TryRecvError::Disconnected) => Some(None),
                Err(TryRecvError::Empty) => None,
            });
            match next {
                Some(found) => self.run(found),
                None => return result,
            }
        }
    }

    /// Does a row that was claimed, and finishes its task after the last one.
    fn run(&self, (number, task, row): Claimed<T>) {
        let wake = || self.wake();
        match catch_unwind(AssertUnwindSafe(|| task.run_row(row, &wake))) {
            Ok(false) => {}
            Ok(true) => {
                let entry = self.take_out(number);
                let finished = catch_unwind(AssertUnwindSafe(|| task.finish()));
                match (finished, entry) {
                    // Nobody waits any more when the encoder has been dropped.
                    (Ok(Some(result)), Some(entry)) => drop(entry.done.send(result)),
                    _ => self.close(),
                }
                // Perhaps it is what the caller waits for.
                self.signal_all(self.lock());
            }
            Err(_) => self.close(),
        }
    }

    /// The oldest task with a row that can go on, waiting for one; unless `ends` has something else to say when there is
    /// none or before.
    fn next(&self, mut ends: impl FnMut(&State<T>) -> Option<Option<Claimed<T>>>) -> Option<Claimed<T>> {
        let mut state = self.lock();
        loop {
            if let Some(end) = ends(&state) {
                return end;
            }
            if let Some(errand) = state.errands.next() {
                drop(state);
                errand.run();
                state = self.lock();
                continue;
            }
            if let Some(found) = state.claim() {
                if state.idle > 0 && state.has_ready() {
                    self.signal(state);
                }
                return Some(found);
            }
            if let Some(errand) = state.errands.at_leisure.pop_front() {
                drop(state);
                errand.run();
                state = self.lock();
                continue;
            }
            let seen = self.signals.load(Ordering::Relaxed);
            // One is enough to be there at once.
            let is_first = state.idle == 0;
            state.idle += 1;
            if self.watchful {
                drop(state);
                self.stay_awake(seen, is_first);
                state = self.lock();
            }
            // Signals are counted under the lock.
            if self.signals.load(Ordering::Relaxed) == seen {
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.idle -= 1;
        }
    }

    /// Watches for a signal for a moment: where frames are waited for, what comes next is often but a few microseconds away.
    /// For a thread that heeds the alert it is longer while there is one, but others that want the processor come first in the
    /// end.
    fn stay_awake(&self, seen: u64, heeds_alert: bool) {
        for look in 0..ALERT.end {
            let goes_on = look < AWAKE || (heeds_alert && self.alert.load(Ordering::Relaxed));
            if !goes_on || self.signals.load(Ordering::Relaxed) != seen {
                return;
            }
            if look < ALERT.start { pause() } else { std::thread::yield_now() }
        }
    }

    /// Lets an idle thread look again for a row.
    fn wake(&self) {
        self.signal(self.lock());
    }

    fn take_out(&self, number: u64) -> Option<Entry<T>> {
        let mut state = self.lock();
        let place = state.entries.iter().position(|entry| entry.number == number)?;
        state.entries.remove(place)
    }
}

/// A task with its number, and a row of it.
type Claimed<T> = (u64, Task<T>, usize);

/// Looks at what a thread waits for before it falls asleep, about a microsecond apart.
const AWAKE: usize = 40;
/// Looks while there is an alert: to the start without a thought for others, and in all. What no thread can share of a frame
/// takes less.
const ALERT: std::ops::Range<usize> = 120..500;

impl<T> State<T> {
    fn has_ready(&self) -> bool {
        self.entries.iter().any(|entry| entry.task.is_ready(true))
    }

    /// A row that need not wait for another thread in mid-row, of the oldest task that has one; or else one that may.
    fn claim(&self) -> Option<Claimed<T>> {
        [false, true].into_iter().find_map(|behind| {
            let claim =
                |entry: &Entry<T>| Some((entry.number, Arc::clone(&entry.task), entry.task.claim(behind)?));
            self.entries.iter().find_map(claim)
        })
    }
}
