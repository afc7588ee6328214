//! Threads that help a caller, kept from one call to the next.
//!
//! Starting a thread costs as much as a tenth of a picture's conversion; waking one, or finding it still awake,
//! costs little.

mod lent;

use std::fmt;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

pub use lent::for_each_lent;

/// Threads that share a caller's work. Clones are the same threads; they start with the first call that wants
/// them and end with the last clone.
///
/// ```
/// use vitascope_dsp::workers::Workers;
///
/// let mut squares = [0; 8];
/// Workers::default().for_each(1, squares.iter_mut().enumerate(), |(index, square)| *square = index * index);
/// assert_eq!(squares[7], 49);
/// ```
#[derive(Clone, Default)]
pub struct Workers(Arc<Crew>);

impl Workers {
    /// Runs `work` on every item, on the calling thread and at most `helpers` others: whoever is free takes the
    /// next item. Returns when all items are done. While the helpers are busy for one caller, another works alone.
    ///
    /// # Panics
    /// When `work` panics, after the other threads have come to rest.
    pub fn for_each<T: Send>(
        &self,
        helpers: usize,
        items: impl IntoIterator<Item = T>,
        work: impl Fn(T) + Sync,
    ) {
        let items = Items::new(items);
        self.share(helpers.min(items.len().saturating_sub(1)), &|| items.work_off(&work));
    }

    /// Runs `work` here and on helpers that come in time.
    fn share(&self, helpers: usize, work: &(dyn Fn() + Sync)) {
        if helpers == 0 {
            return work();
        }
        let crew = &self.0;
        crew.hire(helpers);
        // SAFETY: only the lifetime changes. Helpers find the job in `state` alone, and count themselves active
        // under its lock when they do; `Open` is dropped before `work` ends, even by a panic, and takes the job
        // away and waits until no helper is active.
        let lasting = unsafe { mem::transmute::<&(dyn Fn() + Sync), &'static (dyn Fn() + Sync)>(work) };
        let mut state = crew.shared.lock();
        if state.job.is_some() || state.active > 0 {
            drop(state);
            return work();
        }
        state.job = Some(Job { work: lasting, seats: helpers });
        state.panicked = false;
        crew.shared.calls.fetch_add(1, Ordering::Relaxed);
        drop(state);
        crew.shared.wake.notify_all();
        let open = Open { shared: &crew.shared };
        work();
        if open.close() {
            panic!("a thread that shared the work panicked");
        }
    }
}

/// Items of which any number of threads take the next one.
struct Items<T> {
    slots: Vec<Mutex<Option<T>>>,
    next: AtomicUsize,
}

impl<T> Items<T> {
    fn new(items: impl IntoIterator<Item = T>) -> Self {
        let slots = items.into_iter().map(|item| Mutex::new(Some(item))).collect();
        Self { slots, next: AtomicUsize::new(0) }
    }

    fn len(&self) -> usize {
        self.slots.len()
    }

    /// Works on items until none is left.
    fn work_off(&self, work: &impl Fn(T)) {
        while let Some(slot) = self.slots.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            // Taken out before it is worked on, so that no lock is held meanwhile.
            let item = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(item) = item {
                work(item);
            }
        }
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threads = self.0.threads.lock().unwrap_or_else(PoisonError::into_inner).len();
        formatter.debug_struct("Workers").field("threads", &threads).finish()
    }
}

/// The threads and what they share.
#[derive(Default)]
struct Crew {
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Crew {
    /// Starts threads until there are `count`. Where the system gives none, those there are must do.
    fn hire(&self, count: usize) {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        while threads.len() < count {
            let shared = Arc::clone(&self.shared);
            let thread = thread::Builder::new().name("vitascope-worker".to_owned());
            match thread.spawn(move || shared.help()) {
                Ok(thread) => threads.push(thread),
                Err(_) => break,
            }
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.calls.fetch_add(1, Ordering::Relaxed);
        self.shared.wake.notify_all();
        for thread in self.threads.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // Helpers catch the panics of what they run.
            let _ = thread.join();
        }
    }
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    wake: Condvar,
    rest: Condvar,
    /// Counts changes that helpers may be waiting for, to be watched without the lock.
    calls: AtomicU64,
    /// Counts jobs that have ended, likewise.
    ended: AtomicU64,
}

#[derive(Default)]
struct State {
    job: Option<Job>,
    /// Helpers that run a job now.
    active: usize,
    panicked: bool,
    closed: bool,
}

struct Job {
    work: &'static (dyn Fn() + Sync),
    /// Helpers that may still join.
    seats: usize,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A helper's life.
    fn help(&self) {
        loop {
            let seen = self.calls.load(Ordering::Relaxed);
            let mut state = self.lock();
            if state.closed {
                return;
            }
            let work = state.job.as_mut().filter(|job| job.seats > 0).map(|job| {
                job.seats -= 1;
                job.work
            });
            if let Some(work) = work {
                state.active += 1;
                let ended = self.ended.load(Ordering::Relaxed);
                drop(state);
                let panicked = catch_unwind(AssertUnwindSafe(work)).is_err();
                let mut state = self.lock();
                state.active -= 1;
                state.panicked |= panicked;
                if state.active == 0 {
                    self.rest.notify_all();
                }
                drop(state);
                self.stay_awake(seen, ended);
            } else if self.calls.load(Ordering::Relaxed) == seen {
                drop(self.wake.wait(state).unwrap_or_else(PoisonError::into_inner));
            }
        }
    }

    /// Watches for the next call for a moment: conversions of a stream follow each other closely. While others still work
    /// on the last one, no moment passes.
    fn stay_awake(&self, seen: u64, ended: u64) {
        let mut idle = 0;
        for _ in 0..LONGEST {
            idle += usize::from(self.ended.load(Ordering::Relaxed) != ended);
            if self.calls.load(Ordering::Relaxed) != seen || idle == AWAKE {
                return;
            }
            pause();
        }
    }
}

/// Waits about a microsecond without falling asleep.
pub fn pause() {
    for _ in 0..32 {
        std::hint::spin_loop();
    }
}

/// Waits until no thread is `active` any more; each that comes to rest says so through `rest`.
fn wait_for_rest<'a, S>(
    mutex: &'a Mutex<S>,
    rest: &Condvar,
    mut state: MutexGuard<'a, S>,
    active: impl Fn(&S) -> usize,
) -> MutexGuard<'a, S> {
    // What others still do is most often shorter than falling asleep.
    for _ in 0..AWAKE {
        if active(&state) == 0 {
            break;
        }
        drop(state);
        pause();
        state = mutex.lock().unwrap_or_else(PoisonError::into_inner);
    }
    while active(&state) > 0 {
        state = rest.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    state
}

/// Looks at what a thread waits for before it falls asleep.
const AWAKE: usize = 30;

/// The same where others still work.
const LONGEST: usize = 100;

/// A job that helpers can join until this is closed or dropped.
struct Open<'a> {
    shared: &'a Shared,
}

impl Open<'_> {
    /// Ends the job; whether a helper panicked.
    fn close(self) -> bool {
        let panicked = self.finish();
        mem::forget(self);
        panicked
    }

    fn finish(&self) -> bool {
        let mut state = self.shared.lock();
        state.job = None;
        self.shared.ended.fetch_add(1, Ordering::Relaxed);
        wait_for_rest(&self.shared.state, &self.shared.rest, state, |state| state.active).panicked
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::Barrier;

    #[test]
    fn every_item_once_whatever_the_number_of_threads() {
        let workers = Workers::default();
        for helpers in [0, 1, 3, 7] {
            for count in [0, 1, 2, 50] {
                let mut items = vec![0; count];
                workers.for_each(helpers, &mut items, |item| *item += 1);
                assert!(items.iter().all(|&item| item == 1), "{helpers} {count}");
            }
        }
    }

    #[test]
    fn helpers_are_kept() {
        let workers = Workers::default();
        let seen = Mutex::new(HashSet::new());
        for _ in 0..20 {
            // The barrier lets nobody finish both items.
            let both = Barrier::new(2);
            workers.clone().for_each(1, 0..2, |_| {
                both.wait();
                seen.lock().unwrap().insert(thread::current().id());
            });
        }
        assert_eq!(seen.lock().unwrap().len(), 2);
        assert_eq!(format!("{workers:?}"), "Workers { threads: 1 }");
    }

    #[test]
    fn callers_at_once() {
        let workers = Workers::default();
        let sum = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        workers.for_each(2, 1..=10, |item| {
                            sum.fetch_add(item, Ordering::Relaxed);
                        });
                    }
                });
            }
        });
        assert_eq!(sum.into_inner(), 3 * 20 * 55);
    }

    #[test]
    fn panics_reach_the_caller_and_leave_the_workers_usable() {
        let workers = Workers::default();
        for guilty in [0, 1] {
            let both = Barrier::new(2);
            let caller = thread::current().id();
            let result = catch_unwind(AssertUnwindSafe(|| {
                workers.for_each(1, 0..2, |_| {
                    both.wait();
                    assert_ne!(usize::from(thread::current().id() == caller), guilty, "as it should be");
                });
            }));
            assert!(result.is_err(), "{guilty}");
        }
        let done = AtomicUsize::new(0);
        workers.for_each(1, 0..9, |_| {
            done.fetch_add(1, Ordering::Relaxed);
        });
        assert_eq!(done.into_inner(), 9);
    }
}
