//! Threads that code pictures row by row, the oldest one first.

mod errands;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use vitascope_dsp::workers::pause;

use errands::Errands;

/// Work that goes on row by row, on several threads where its rows allow it.
pub(crate) trait RowTask: Send + Sync {
    type Output;

    /// Whether the next row has all that it needs of other tasks and of the rows above, `behind` another thread that has
    /// the row above or not.
    fn is_ready(&self, behind: bool) -> bool;

    /// Takes the next row, if it is ready.
    fn claim(&self, behind: bool) -> Option<usize>;

    /// Does a row that was claimed; true when nothing is left to do, no row of it is under way, and it can be finished.
    /// Calls `wake` when another row may have become ready meanwhile.
    fn run_row(&self, row: usize, wake: &dyn Fn()) -> bool;

    /// What came out, once.
    fn finish(&self) -> Option<Self::Output>;
}

type Task<T> = Arc<dyn RowTask<Output = T>>;

/// What will come out of a task.
pub(crate) struct Pending<T>(Receiver<T>);

impl<T> Pending<T> {
    /// Waits for it; `None` when the task failed.
    pub(crate) fn wait(self) -> Option<T> {
        self.0.recv().ok()
    }

    /// It, if the task is done.
    pub(crate) fn try_take(&self) -> Option<T> {
        self.0.try_recv().ok()
    }
}

/// Who does a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Company {
    /// One thread.
    Alone,
    /// Threads that have nothing else to do until it is done.
    Waiting,
    /// Threads that have others to do, too.
    Busy,
}

/// Does tasks in the order in which they are started, as far as there are threads. More of them than threads may be
/// under way: a thread whose task waits for rows of another one goes on with the next, or else follows another thread
/// in the row below.
pub(crate) struct Workers<T> {
    /// `None` when tasks are done on the caller's thread.
    pool: Option<Arc<Pool<T>>>,
    threads: Vec<JoinHandle<()>>,
}

struct Pool<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    /// Threads of its own.
    size: usize,
    /// Who waits for a result works meanwhile, and threads watch for work for a moment before they fall asleep.
    caller_works: bool,
    /// Counts what threads may be waiting for, to be watched without the lock.
    signals: AtomicU64,
}

struct State<T> {
    /// Oldest first.
    entries: VecDeque<Entry<T>>,
    errands: Errands,
    started: u64,
    /// Threads that wait for a row to do.
    idle: usize,
    /// Nobody wants the results any more, or a task failed.
    closed: bool,
}

struct Entry<T> {
    number: u64,
    task: Task<T>,
    done: Sender<T>,
}

impl<T: Send + 'static> Workers<T> {
    /// With one thread, tasks are done on the caller's.
    pub(crate) fn new(threads: usize) -> Self {
        Self::with(if threads < 2 { 0 } else { threads }, false)
    }

    /// Of so many threads the caller's is one: it works while it [`wait`](Self::wait)s. For callers that have nothing else
    /// to do until a task is done; no time is lost on handing it over.
    pub(crate) fn with_caller(threads: usize) -> Self {
        Self::with(threads.saturating_sub(1), true)
    }

    fn with(size: usize, caller_works: bool) -> Self {
        let pool = Arc::new(Pool::new(size, caller_works));
        let spawn = |i| {
            let pool = Arc::clone(&pool);
            std::thread::Builder::new().name(format!("h264 encoder {i}")).spawn(move || pool.work())
        };
        // Fewer threads than wished for still work; none at all means the caller's.
        let threads: Vec<_> = (0..size).map_while(|i| spawn(i).ok()).collect();
        Self { pool: (!threads.is_empty()).then_some(pool), threads }
    }

    /// Who does a task.
    pub(crate) fn company(&self) -> Company {
        match &self.pool {
            None => Company::Alone,
            Some(pool) if pool.caller_works => Company::Waiting,
            Some(_) => Company::Busy,
        }
    }

    /// Whether tasks are done on the caller's thread.
    pub(crate) const fn is_alone(&self) -> bool {
        self.pool.is_none()
    }

    pub(crate) fn start(&self, task: Task<T>) -> Pending<T> {
        let (done, result) = channel();
        match &self.pool {
            Some(pool) => pool.add(task, done),
            None => {
                // Everything before it is done, so that its rows are always ready.
                while let Some(row) = task.claim(false) {
                    if task.run_row(row, &|| {}) {
                        task.finish().map(|result| done.send(result));
                    }
                }
            }
        }
        Pending(result)
    }

    /// Waits for what comes of a task; `None` when it failed.
    pub(crate) fn wait(&self, pending: Pending<T>) -> Option<T> {
        match self.pool.as_ref().filter(|pool| pool.caller_works) {
            Some(pool) => pool.work_until(&pending),
            None => pending.wait(),
        }
    }
}

impl<T> Drop for Workers<T> {
    fn drop(&mut self) {
        if let Some(pool) = &self.pool {
            pool.close();
        }
        for thread in self.threads.drain(..) {
            // A panic was already turned into a missing result.
            let _ = thread.join();
        }
    }
}

impl<T> Pool<T> {
    fn new(size: usize, caller_works: bool) -> Self {
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
            caller_works,
            signals: AtomicU64::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // No code that may panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, task: Task<T>, done: Sender<T>) {
        let mut state = self.lock();
        if !state.closed {
            let number = state.started;
            state.started += 1;
            state.entries.push_back(Entry { number, task, done });
        }
        self.signal(state);
    }

    /// Lets an idle thread look again.
    fn signal(&self, state: MutexGuard<'_, State<T>>) {
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
    fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let dropped = std::mem::take(&mut state.entries);
        self.signal_all(state);
        drop(dropped);
        // Now the results are known not to come.
        self.signal_all(self.lock());
    }

    /// A thread's life.
    fn work(&self) {
        while let Some(found) = self.next(|state| state.closed.then_some(None)) {
            self.run(found);
        }
    }

    /// Works until a result is there, or is known not to come.
    fn work_until(&self, pending: &Pending<T>) -> Option<T> {
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
                if self.caller_works {
                    self.signal_all(self.lock());
                }
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
            state.idle += 1;
            if self.caller_works {
                drop(state);
                self.stay_awake(seen);
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
    fn stay_awake(&self, seen: u64) {
        for _ in 0..AWAKE {
            if self.signals.load(Ordering::Relaxed) != seen {
                return;
            }
            pause();
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

/// Looks at what a thread waits for before it falls asleep.
const AWAKE: usize = 40;

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread::ThreadId;
    use std::time::{Duration, Instant};

    /// A task of ten rows, one at a time, each of which follows as many rows of another one.
    struct Rows {
        claimed: AtomicUsize,
        done: Arc<AtomicUsize>,
        after: Option<Arc<AtomicUsize>>,
        fails_at: usize,
    }

    impl RowTask for Rows {
        type Output = usize;

        fn is_ready(&self, _: bool) -> bool {
            let own = self.done.load(Ordering::SeqCst);
            let free = self.claimed.load(Ordering::SeqCst) == own && own < 10;
            free && self.after.as_ref().is_none_or(|after| after.load(Ordering::SeqCst) > own)
        }

        fn claim(&self, behind: bool) -> Option<usize> {
            self.is_ready(behind).then(|| self.claimed.fetch_add(1, Ordering::SeqCst))
        }

        fn run_row(&self, row: usize, _: &dyn Fn()) -> bool {
            if row == self.fails_at {
                std::panic::resume_unwind(Box::new("a row fails"));
            }
            self.done.fetch_add(1, Ordering::SeqCst);
            row == 9
        }

        fn finish(&self) -> Option<usize> {
            Some(self.done.load(Ordering::SeqCst))
        }
    }

    fn chain(count: usize, fails_at: usize) -> Vec<Rows> {
        let done: Vec<_> = (0..count).map(|_| Arc::default()).collect();
        let task = |i: usize| {
            let after = i.checked_sub(1).map(|before| Arc::clone(&done[before]));
            Rows { claimed: AtomicUsize::new(0), done: Arc::clone(&done[i]), after, fails_at }
        };
        (0..count).map(task).collect()
    }

    #[test]
    fn tasks_follow_each_other_on_any_number_of_threads() {
        for threads in 1..=4 {
            let workers = Workers::new(threads);
            let pending: Vec<_> =
                chain(6, 10).into_iter().map(|task| workers.start(Arc::new(task))).collect();
            assert!(pending.into_iter().all(|task| task.wait() == Some(10)), "{threads} threads");
        }
    }

    #[test]
    fn threads_go_on_with_what_is_ready() {
        let workers = Workers::new(2);
        let gate = Arc::new(AtomicUsize::new(0));
        // More tasks that cannot begin than there are threads.
        let closed: Vec<_> = chain(3, 10)
            .into_iter()
            .map(|task| workers.start(Arc::new(Rows { after: Some(Arc::clone(&gate)), ..task })))
            .collect();
        let free = Arc::new(chain(1, 10).remove(0));
        assert_eq!(workers.start(free).wait(), Some(10));
        gate.store(10, Ordering::SeqCst);
        // A new task makes them look again.
        assert_eq!(workers.start(Arc::new(chain(1, 10).remove(0))).wait(), Some(10));
        assert!(closed.into_iter().all(|task| task.wait() == Some(10)));
    }

    #[test]
    fn the_caller_is_one_of_the_threads() {
        for threads in 1..=4 {
            let workers = Workers::with_caller(threads);
            assert_eq!(workers.threads.len(), threads - 1);
            for _ in 0..50 {
                let pending: Vec<_> =
                    chain(3, 10).into_iter().map(|task| workers.start(Arc::new(task))).collect();
                assert!(pending.into_iter().all(|task| workers.wait(task) == Some(10)), "{threads} threads");
            }
            // Alone, a failure is the caller's.
            if threads > 1 {
                let mut pending: Vec<_> =
                    chain(3, 5).into_iter().map(|task| workers.start(Arc::new(task))).collect();
                assert!(pending.pop().is_some_and(|last| workers.wait(last).is_none()));
                assert!(workers.wait(workers.start(Arc::new(chain(1, 10).remove(0)))).is_none());
            }
        }
        // The rows of a pair wait for each other. In the end the caller sleeps, and has to be woken.
        let workers = Workers::with_caller(2);
        let caller = std::thread::current().id();
        let task = Arc::new(Pairs { quick: Some(caller), ..pairs() });
        let threads = workers.wait(workers.start(task)).unwrap();
        let own = threads.iter().filter(|&&thread| thread == caller).count();
        assert_eq!((own, threads.len()), (PAIRED_ROWS / 2, PAIRED_ROWS));
    }

    #[test]
    fn a_task_that_fails_takes_the_others_with_it() {
        let workers = Workers::new(2);
        let mut pending: Vec<_> = chain(3, 5).into_iter().map(|task| workers.start(Arc::new(task))).collect();
        assert!(pending.pop().is_some_and(|last| last.wait().is_none()));
        assert!(workers.start(Arc::new(chain(1, 10).remove(0))).wait().is_none());
    }

    /// A task whose rows may overlap; each waits until the other one of its pair is under way, too.
    struct Pairs {
        claimed: AtomicUsize,
        left: AtomicUsize,
        together: Barrier,
        threads: Mutex<Vec<ThreadId>>,
        /// The one that does not take its time.
        quick: Option<ThreadId>,
    }

    const PAIRED_ROWS: usize = 20;

    fn pairs() -> Pairs {
        Pairs {
            claimed: AtomicUsize::new(0),
            left: AtomicUsize::new(PAIRED_ROWS),
            together: Barrier::new(2),
            threads: Mutex::default(),
            quick: None,
        }
    }

    impl RowTask for Pairs {
        type Output = Vec<ThreadId>;

        fn is_ready(&self, behind: bool) -> bool {
            let (claimed, left) = (self.claimed.load(Ordering::SeqCst), self.left.load(Ordering::SeqCst));
            claimed < PAIRED_ROWS && (behind || claimed + left == PAIRED_ROWS)
        }

        fn claim(&self, behind: bool) -> Option<usize> {
            self.is_ready(behind).then(|| self.claimed.fetch_add(1, Ordering::SeqCst))
        }

        fn run_row(&self, _: usize, _: &dyn Fn()) -> bool {
            self.together.wait();
            if self.quick.is_some_and(|quick| quick != std::thread::current().id()) {
                std::thread::sleep(Duration::from_millis(5));
            }
            self.threads.lock().unwrap().push(std::thread::current().id());
            self.left.fetch_sub(1, Ordering::SeqCst) == 1
        }

        fn finish(&self) -> Option<Vec<ThreadId>> {
            Some(std::mem::take(&mut *self.threads.lock().unwrap()))
        }
    }

    #[test]
    fn two_threads_share_the_rows_of_one_task() {
        let workers = Workers::new(2);
        let pending = workers.start(Arc::new(pairs()));
        let start = Instant::now();
        let threads = loop {
            if let Some(threads) = pending.try_take() {
                break threads;
            }
            assert!(start.elapsed() < Duration::from_secs(20), "one thread waits for the other in vain");
            std::thread::yield_now();
        };
        let first = threads.iter().filter(|&&thread| thread == threads[0]).count();
        assert_eq!((first, threads.len() - first), (PAIRED_ROWS / 2, PAIRED_ROWS / 2));
    }
}
