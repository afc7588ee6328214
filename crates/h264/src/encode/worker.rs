//! Threads that code pictures, in the order they are handed in.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use super::frame_coder::{CodedFrame, FrameJob};

/// A picture being coded, or to be coded.
pub(crate) struct Pending(Receiver<CodedFrame>);

impl Pending {
    /// Waits for the picture; `None` when it could not be coded.
    pub(crate) fn wait(self) -> Option<CodedFrame> {
        self.0.recv().ok()
    }

    /// The picture, if it is done.
    pub(crate) fn try_take(&self) -> Option<CodedFrame> {
        self.0.try_recv().ok()
    }
}

struct Task {
    job: FrameJob,
    done: Sender<CodedFrame>,
}

/// Runs jobs first in, first out, so that a picture's references are always ahead of it.
pub(crate) struct Workers {
    /// `None` when jobs run on the caller's thread.
    queue: Option<Sender<Task>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// With one thread, jobs run on the caller's.
    pub(crate) fn new(threads: usize) -> Self {
        if threads < 2 {
            return Self { queue: None, threads: Vec::new() };
        }
        let (queue, tasks) = channel::<Task>();
        let tasks = Arc::new(Mutex::new(tasks));
        let spawn = |i| {
            let tasks = Arc::clone(&tasks);
            std::thread::Builder::new().name(format!("h264 encoder {i}")).spawn(move || {
                loop {
                    // Only the wait for a task is under the lock: a poisoned one guards nothing.
                    let task = tasks.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
                    let Ok(Task { job, done }) = task else { return };
                    let coded = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| job.run()));
                    if let Ok(Some(coded)) = coded {
                        // Nobody waits any more when the encoder has been dropped.
                        let _ = done.send(coded);
                    }
                }
            })
        };
        // Fewer threads than wished for still work; none at all means the caller's.
        let threads: Vec<_> = (0..threads).map_while(|i| spawn(i).ok()).collect();
        Self { queue: (threads.len() > 1).then_some(queue), threads }
    }

    pub(crate) fn start(&self, job: FrameJob) -> Pending {
        let (done, result) = channel();
        match &self.queue {
            Some(queue) => {
                // The threads end only when the queue is closed.
                let _ = queue.send(Task { job, done });
            }
            None => {
                if let Some(coded) = job.run() {
                    let _ = done.send(coded);
                }
            }
        }
        Pending(result)
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            // A panic was already turned into a missing result.
            let _ = thread.join();
        }
    }
}
