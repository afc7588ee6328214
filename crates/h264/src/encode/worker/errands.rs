//! Short work that the threads do for the caller, before they go on with rows.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use vitascope_dsp::workers::for_each_lent;
use vitascope_encode::{Crew, Job};

use super::Workers;
use super::pool::Pool;

impl<T: Send + 'static> Workers<T> {
    /// The threads as helpers of the one that starts tasks, if there are any.
    ///
    /// Errands come before rows. A caller that has some is about to start the next task, or will be once it knows
    /// more; while enough tasks are under way it waits and has none.
    pub(crate) fn crew(&self) -> Option<Arc<dyn Crew>> {
        self.pool.as_ref().map(|pool| Arc::clone(pool) as Arc<dyn Crew>)
    }

    /// Has a job done, some time. What a job that fails holds is dropped; without threads it is done at once.
    pub(crate) fn send_on_errand(&self, job: Job) {
        let errand = Errand { job, round: None };
        match &self.pool {
            Some(pool) => pool.send(errand, |errands| &mut errands.ordinary),
            None => errand.run(),
        }
    }

    /// Has a job done once a thread has nothing else to do, if there ever is one.
    pub(crate) fn leave_for_leisure(&self, job: Job) {
        if let Some(pool) = &self.pool {
            pool.send(Errand { job, round: None }, |errands| &mut errands.at_leisure);
        }
    }

    /// Works on all items, on the caller's thread and on those that come in time: all, where the caller waits for each task;
    /// otherwise those that have no rows to do now.
    pub(crate) fn share<I: Send>(&self, items: impl IntoIterator<Item = I>, work: impl Fn(I) + Sync) {
        let Some(pool) = &self.pool else { return items.into_iter().for_each(work) };
        let helpers = if pool.watchful { pool.size } else { pool.lock().idle };
        for_each_lent(helpers, items, work, |job| pool.lend(job));
    }

    /// Does an errand that no thread has begun; false when there is none.
    pub(crate) fn do_errand(&self) -> bool {
        let errand = self.pool.as_ref().and_then(|pool| pool.lock().errands.next());
        errand.map(Errand::run).is_some()
    }
}

/// Jobs that no thread has begun.
#[derive(Default)]
pub(super) struct Errands {
    /// The caller is waiting for them.
    urgent: VecDeque<Errand>,
    /// They come before rows.
    ordinary: VecDeque<Errand>,
    /// They come when there is nothing else to do.
    pub(super) at_leisure: VecDeque<Errand>,
}

impl Errands {
    /// The next one that comes before rows.
    pub(super) fn next(&mut self) -> Option<Errand> {
        self.urgent.pop_front().or_else(|| self.ordinary.pop_front())
    }
}

/// A job, perhaps among those that a caller waits for.
pub(super) struct Errand {
    job: Job,
    round: Option<Arc<Round>>,
}

/// What is left of the jobs that a caller waits for.
struct Round {
    state: Mutex<RoundState>,
    done: Condvar,
}

struct RoundState {
    left: usize,
    failed: bool,
}

impl Errand {
    pub(super) fn run(self) {
        let Self { job, round } = self;
        let failed = catch_unwind(AssertUnwindSafe(job)).is_err();
        let Some(round) = round else { return };
        let mut state = round.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.left -= 1;
        state.failed |= failed;
        if state.left == 0 {
            round.done.notify_all();
        }
    }
}

impl Round {
    /// Waits until nothing is left; whether all went well.
    fn wait(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self.done.wait_while(state, |state| state.left > 0);
        !state.unwrap_or_else(PoisonError::into_inner).failed
    }
}

impl<T: Send> Crew for Pool<T> {
    fn run(&self, jobs: Vec<Job>) {
        let count = jobs.len();
        let round = Arc::new(Round {
            state: Mutex::new(RoundState { left: count, failed: false }),
            done: Condvar::new(),
        });
        for job in jobs {
            self.send(Errand { job, round: Some(Arc::clone(&round)) }, |errands| &mut errands.urgent);
        }
        // What no thread has taken yet is done here, so that nothing hangs on them.
        loop {
            let next = self.lock().errands.urgent.pop_front();
            let Some(errand) = next else { break };
            errand.run();
        }
        assert!(round.wait(), "what an encoder's thread did for another one failed");
    }

    fn lend(&self, job: Job) {
        self.send(Errand { job, round: None }, |errands| &mut errands.urgent);
    }

    fn helpers(&self) -> usize {
        self.size
    }
}

impl<T> Pool<T> {
    fn send(&self, errand: Errand, queue: impl Fn(&mut Errands) -> &mut VecDeque<Errand>) {
        let mut state = self.lock();
        queue(&mut state.errands).push_back(errand);
        self.signal(state);
    }
}

impl<T> fmt::Debug for Pool<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pool").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::Barrier;
    use std::sync::mpsc::channel;
    use std::thread;

    /// The crew of two threads that have no tasks, beside the caller.
    fn crew() -> (Workers<()>, Arc<dyn Crew>) {
        let workers = Workers::new(3);
        let crew = workers.crew().unwrap();
        (workers, crew)
    }

    #[test]
    fn every_thread_takes_part() {
        let (_workers, crew) = crew();
        // The barrier lets nobody do two of three.
        let all = Arc::new(Barrier::new(3));
        let (sender, threads) = channel();
        let job = |_| -> Job {
            let (all, sender) = (Arc::clone(&all), sender.clone());
            Box::new(move || {
                all.wait();
                sender.send(thread::current().id()).unwrap();
            })
        };
        crew.run((0..3).map(job).collect());
        let threads: HashSet<_> = threads.try_iter().collect();
        assert!(threads.len() == 3 && threads.contains(&thread::current().id()));
    }

    #[test]
    fn what_fails_reaches_the_caller_after_the_rest_is_done() {
        let (_workers, crew) = crew();
        let (sender, done) = channel();
        let job = |i| -> Job {
            let sender = sender.clone();
            Box::new(move || {
                assert!(i != 1, "as it should be");
                sender.send(i).unwrap();
            })
        };
        let jobs = (0..6).map(job).collect();
        assert!(catch_unwind(AssertUnwindSafe(|| crew.run(jobs))).is_err());
        assert_eq!(done.try_iter().count(), 5);
        // The threads are still of use.
        crew.run(vec![job(7), job(8)]);
        assert_eq!(done.try_iter().count(), 2);
    }

    #[test]
    fn what_is_waited_for_comes_first_and_what_can_wait_last() {
        let workers = Workers::<()>::new(3);
        let crew = workers.crew().unwrap();
        // One thread is away all the time, and the other one until all jobs are there.
        let (away, gate) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
        for barrier in [&away, &gate] {
            let barrier = Arc::clone(barrier);
            workers.send_on_errand(Box::new(move || {
                barrier.wait();
            }));
        }
        while !workers.pool.as_ref().unwrap().lock().errands.ordinary.is_empty() {
            thread::yield_now();
        }
        let (sender, done) = channel();
        let job = |name: &'static str| -> Job {
            let sender = sender.clone();
            Box::new(move || sender.send(name).unwrap())
        };
        workers.leave_for_leisure(job("at leisure"));
        workers.send_on_errand(job("ordinary"));
        crew.lend(job("urgent"));
        gate.wait();
        let order: Vec<_> = (0..3).map(|_| done.recv().unwrap()).collect();
        assert_eq!(order, ["urgent", "ordinary", "at leisure"]);
        away.wait();
    }

    #[test]
    fn threads_without_rows_share_the_work_of_a_busy_caller() {
        let workers = Workers::<()>::new(3);
        while workers.pool.as_ref().unwrap().lock().idle < 2 {
            thread::yield_now();
        }
        // The barrier lets nobody do two of them.
        let all = Barrier::new(2);
        workers.share(0..2, |_| {
            all.wait();
        });
    }

    #[test]
    fn without_threads_the_caller_does_all() {
        assert!(Workers::<()>::new(1).crew().is_none());
        let (workers, crew) = crew();
        drop(workers);
        let (sender, done) = channel();
        let job = |_| -> Job {
            let sender = sender.clone();
            Box::new(move || sender.send(()).unwrap())
        };
        crew.run((0..4).map(job).collect());
        assert_eq!(done.try_iter().count(), 4);
    }
}
