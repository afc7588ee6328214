//! Threads that code pictures row by row, the oldest one first.

mod errands;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use errands::Errand;

/// Work that goes on row by row, perhaps on another thread each time.
pub(crate) trait RowTask: Send {
    type Output;

    /// Whether the next row has all that it needs of other tasks.
    fn is_ready(&self) -> bool;

    /// Does the next row; true when it was the last one.
    fn run_row(&mut self) -> bool;

    /// What came out, after the last row.
    fn finish(self: Box<Self>) -> Self::Output;
}

type Task<T> = Box<dyn RowTask<Output = T>>;

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

/// Does tasks in the order in which they are started, as far as there are threads. More of them than threads may be
/// under way: a thread whose task waits for rows of another one goes on with the next.
pub(crate) struct Workers<T> {
    /// `None` when tasks are done on the caller's thread.
    pool: Option<Arc<Pool<T>>>,
    threads: Vec<JoinHandle<()>>,
}

struct Pool<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    /// Oldest first.
    entries: VecDeque<Entry<T>>,
    /// What comes before their rows.
    errands: VecDeque<Errand>,
    started: u64,
    /// Threads that wait for a row to do.
    idle: usize,
    /// Nobody wants the results any more, or a task failed.
    closed: bool,
}

struct Entry<T> {
    number: u64,
    /// `None` while a thread has it.
    task: Option<Task<T>>,
    done: Sender<T>,
}

impl<T: Send + 'static> Workers<T> {
    /// With one thread, tasks are done on the caller's.
    pub(crate) fn new(threads: usize) -> Self {
        if threads < 2 {
            return Self { pool: None, threads: Vec::new() };
        }
        let pool = Arc::new(Pool::new());
        let spawn = |i| {
            let pool = Arc::clone(&pool);
            std::thread::Builder::new().name(format!("h264 encoder {i}")).spawn(move || pool.work())
        };
        // Fewer threads than wished for still work; none at all means the caller's.
        let threads: Vec<_> = (0..threads).map_while(|i| spawn(i).ok()).collect();
        Self { pool: (!threads.is_empty()).then_some(pool), threads }
    }

    pub(crate) fn start(&self, mut task: Task<T>) -> Pending<T> {
        let (done, result) = channel();
        match &self.pool {
            Some(pool) => pool.add(task, done),
            None => {
                // Everything before it is done.
                while !task.run_row() {}
                let _ = done.send(task.finish());
            }
        }
        Pending(result)
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
    fn new() -> Self {
        let state =
            State { entries: VecDeque::new(), errands: VecDeque::new(), started: 0, idle: 0, closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new() }
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
            state.entries.push_back(Entry { number, task: Some(task), done });
        }
        drop(state);
        self.changed.notify_one();
    }

    /// Ends the threads after their rows; who waits for a result learns that it does not come.
    fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        let dropped = std::mem::take(&mut state.entries);
        drop(state);
        drop(dropped);
        self.changed.notify_all();
    }

    fn work(&self) {
        while let Some((number, mut task)) = self.next() {
            match catch_unwind(AssertUnwindSafe(|| task.run_row())) {
                Ok(false) => self.put_back(number, task),
                Ok(true) => {
                    let finished = catch_unwind(AssertUnwindSafe(|| task.finish()));
                    match (finished, self.take_out(number)) {
                        // Nobody waits any more when the encoder has been dropped.
                        (Ok(result), Some(entry)) => drop(entry.done.send(result)),
                        _ => self.close(),
                    }
                }
                Err(_) => self.close(),
            }
        }
    }

    /// The oldest task that can go on; `None` when there is no more to do, ever.
    fn next(&self) -> Option<(u64, Task<T>)> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return None;
            }
            if let Some(errand) = state.errands.pop_front() {
                drop(state);
                errand.run();
                state = self.lock();
                continue;
            }
            if let Some(found) = state.take_ready() {
                if state.idle > 0 && state.has_ready() {
                    self.changed.notify_one();
                }
                return Some(found);
            }
            state.idle += 1;
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    fn put_back(&self, number: u64, task: Task<T>) {
        let mut state = self.lock();
        // Closed meanwhile, it has no entry.
        if let Some(entry) = state.entries.iter_mut().find(|entry| entry.number == number) {
            entry.task = Some(task);
        }
    }

    fn take_out(&self, number: u64) -> Option<Entry<T>> {
        let mut state = self.lock();
        let place = state.entries.iter().position(|entry| entry.number == number)?;
        state.entries.remove(place)
    }
}

impl<T> State<T> {
    fn ready(entry: &Entry<T>) -> bool {
        entry.task.as_ref().is_some_and(|task| task.is_ready())
    }

    fn has_ready(&self) -> bool {
        self.entries.iter().any(Self::ready)
    }

    fn take_ready(&mut self) -> Option<(u64, Task<T>)> {
        let entry = self.entries.iter_mut().find(|entry| Self::ready(entry))?;
        Some((entry.number, entry.task.take()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A task of ten rows, each of which follows as many rows of another one.
    struct Rows {
        done: Arc<AtomicUsize>,
        after: Option<Arc<AtomicUsize>>,
        fails_at: usize,
    }

    impl RowTask for Rows {
        type Output = usize;

        fn is_ready(&self) -> bool {
            let own = self.done.load(Ordering::SeqCst);
            self.after.as_ref().is_none_or(|after| after.load(Ordering::SeqCst) > own)
        }

        fn run_row(&mut self) -> bool {
            let row = self.done.fetch_add(1, Ordering::SeqCst);
            if row == self.fails_at {
                std::panic::resume_unwind(Box::new("a row fails"));
            }
            row == 9
        }

        fn finish(self: Box<Self>) -> usize {
            self.done.load(Ordering::SeqCst)
        }
    }

    fn chain(count: usize, fails_at: usize) -> Vec<Rows> {
        let done: Vec<_> = (0..count).map(|_| Arc::default()).collect();
        let task = |i: usize| {
            let after = i.checked_sub(1).map(|before| Arc::clone(&done[before]));
            Rows { done: Arc::clone(&done[i]), after, fails_at }
        };
        (0..count).map(task).collect()
    }

    #[test]
    fn tasks_follow_each_other_on_any_number_of_threads() {
        for threads in 1..=4 {
            let workers = Workers::new(threads);
            let pending: Vec<_> =
                chain(6, 10).into_iter().map(|task| workers.start(Box::new(task))).collect();
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
            .map(|task| workers.start(Box::new(Rows { after: Some(Arc::clone(&gate)), ..task })))
            .collect();
        let free = Box::new(chain(1, 10).remove(0));
        assert_eq!(workers.start(free).wait(), Some(10));
        gate.store(10, Ordering::SeqCst);
        // A new task makes them look again.
        assert_eq!(workers.start(Box::new(chain(1, 10).remove(0))).wait(), Some(10));
        assert!(closed.into_iter().all(|task| task.wait() == Some(10)));
    }

    #[test]
    fn a_task_that_fails_takes_the_others_with_it() {
        let workers = Workers::new(2);
        let mut pending: Vec<_> = chain(3, 5).into_iter().map(|task| workers.start(Box::new(task))).collect();
        assert!(pending.pop().is_some_and(|last| last.wait().is_none()));
        assert!(workers.start(Box::new(chain(1, 10).remove(0))).wait().is_none());
    }
}
