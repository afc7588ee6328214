//! Threads that a caller lends to the lookahead.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::channel;

use vitascope_dsp::workers::for_each_lent;

/// Work that any thread may do.
pub type Job = Box<dyn FnOnce() + Send>;

/// Threads that help with what can be done side by side. What comes out is the same with any number of them.
pub trait Crew: fmt::Debug + Send + Sync {
    /// Does all jobs, on this thread and on whatever others are free, and returns when the last one is done.
    ///
    /// # Panics
    /// When a job panics, after the others have come to rest.
    fn run(&self, jobs: Vec<Job>);

    /// Does a job on another thread as soon as one is free, or never.
    fn lend(&self, job: Job);

    /// How many threads can help.
    fn helpers(&self) -> usize;
}

/// Works on all items, on this thread and on those of a crew that come in time.
pub(crate) fn share<T: Send>(
    crew: Option<&Arc<dyn Crew>>,
    items: impl IntoIterator<Item = T>,
    work: impl Fn(T) + Sync,
) {
    match crew {
        Some(crew) => for_each_lent(crew.helpers(), items, work, |job| crew.lend(job)),
        None => items.into_iter().for_each(work),
    }
}

/// Does all of the work, side by side where a crew helps: what comes of it, in the order in which it was given.
pub(crate) fn side_by_side<R, W>(crew: Option<&Arc<dyn Crew>>, work: Vec<W>) -> Vec<R>
where
    R: Send + 'static,
    W: FnOnce() -> R + Send + 'static,
{
    let Some(crew) = crew.filter(|_| work.len() > 1) else {
        return work.into_iter().map(|work| work()).collect();
    };
    let count = work.len();
    let (sender, results) = channel();
    let job = |(place, work): (usize, W)| -> Job {
        let sender = sender.clone();
        // The receiver stays until all are done.
        Box::new(move || drop(sender.send((place, work()))))
    };
    crew.run(work.into_iter().enumerate().map(job).collect());
    drop(sender);
    let mut results: Vec<(usize, R)> = results.iter().collect();
    assert_eq!(results.len(), count, "a crew does every job");
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Does every job on a thread of its own, the last one first; counts them.
    #[derive(Debug, Default)]
    pub(crate) struct Scattered(pub(crate) Mutex<usize>);

    impl Crew for Scattered {
        fn run(&self, jobs: Vec<Job>) {
            *self.0.lock().unwrap() += jobs.len();
            for job in jobs.into_iter().rev() {
                std::thread::spawn(job).join().unwrap();
            }
        }

        fn lend(&self, job: Job) {
            *self.0.lock().unwrap() += 1;
            std::thread::spawn(job);
        }

        fn helpers(&self) -> usize {
            2
        }
    }

    #[test]
    fn results_keep_their_order() {
        let scattered = Arc::new(Scattered::default());
        let crew: Arc<dyn Crew> = scattered.clone();
        for crew in [None, Some(&crew)] {
            let work = (0..5).map(|i| move || i * i).collect();
            assert_eq!(side_by_side(crew, work), [0, 1, 4, 9, 16]);
            assert_eq!(side_by_side(crew, vec![|| 7]), [7]);
        }
        // What is alone needs no help.
        assert_eq!(*scattered.0.lock().unwrap(), 5);
    }
}
