//! Threads that code pictures row by row, the oldest one first.

mod errands;
mod pool;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;

use pool::{Alert, Pool};

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
///
/// Of the threads the caller's is one: it works while it [`wait`](Self::wait)s. A thread more than there are processors would
/// push another one aside in mid-row, and those that follow it would stand still.
pub(crate) struct Workers<T> {
    /// `None` when tasks are done on the caller's thread.
    pool: Option<Arc<Pool<T>>>,
    threads: Vec<JoinHandle<()>>,
}

impl<T: Send + 'static> Workers<T> {
    /// So many threads with the caller's.
    pub(crate) fn new(threads: usize) -> Self {
        Self::with(threads, false)
    }

    /// For callers that have nothing else to do until a task is done: threads that wait for each other watch for a moment
    /// before they fall asleep.
    pub(crate) fn watchful(threads: usize) -> Self {
        Self::with(threads, true)
    }

    fn with(threads: usize, watchful: bool) -> Self {
        let size = threads.saturating_sub(1);
        let pool = Arc::new(Pool::new(size, watchful));
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
            Some(pool) if pool.watchful => Company::Waiting,
            Some(_) => Company::Busy,
        }
    }

    /// Whether tasks are done on the caller's thread.
    pub(crate) const fn is_alone(&self) -> bool {
        self.pool.is_none()
    }

    /// Wakes a thread, if they are [`watchful`](Self::watchful), and keeps one of those that are idle from falling asleep while
    /// it lives.
    pub(crate) fn alert(&self) -> Option<Alert<T>> {
        self.pool.as_ref().filter(|pool| pool.watchful).map(Alert::new)
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

    /// Works until a task is done; `None` when it failed.
    pub(crate) fn wait(&self, pending: Pending<T>) -> Option<T> {
        match &self.pool {
            Some(pool) => pool.work_until(&pending),
            None => pending.try_take(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Barrier, Mutex};
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
            assert!(pending.into_iter().all(|task| workers.wait(task) == Some(10)), "{threads} threads");
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
        assert_eq!(workers.wait(workers.start(free)), Some(10));
        gate.store(10, Ordering::SeqCst);
        // A new task makes them look again.
        assert_eq!(workers.wait(workers.start(Arc::new(chain(1, 10).remove(0)))), Some(10));
        assert!(closed.into_iter().all(|task| workers.wait(task) == Some(10)));
    }

    #[test]
    fn the_caller_is_one_of_the_threads() {
        for (threads, workers) in (1..=4).flat_map(|n| [(n, Workers::new(n)), (n, Workers::watchful(n))]) {
            assert_eq!(workers.threads.len(), threads - 1);
            for _ in 0..50 {
                let _alert = workers.alert();
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
        for workers in [Workers::new(2), Workers::watchful(2)] {
            let caller = std::thread::current().id();
            let task = Arc::new(Pairs { quick: Some(caller), ..pairs() });
            let threads = workers.wait(workers.start(task)).unwrap();
            let own = threads.iter().filter(|&&thread| thread == caller).count();
            assert_eq!((own, threads.len()), (PAIRED_ROWS / 2, PAIRED_ROWS));
        }
    }

    #[test]
    fn a_task_that_fails_takes_the_others_with_it() {
        let workers = Workers::new(2);
        let mut pending: Vec<_> = chain(3, 5).into_iter().map(|task| workers.start(Arc::new(task))).collect();
        assert!(pending.pop().is_some_and(|last| workers.wait(last).is_none()));
        assert!(workers.wait(workers.start(Arc::new(chain(1, 10).remove(0)))).is_none());
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
        // A third one is the caller's, which does not wait for them.
        let workers = Workers::new(3);
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
