//! Memory of pictures, made ready by threads that have nothing else to do while the lookahead fills.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::worker::Workers;

/// Pictures that will be needed once as many are inside as may be. The system provides memory when it is written to for
/// the first time, which takes as long as coding some rows.
pub(crate) struct Prepared<P> {
    /// How many to ask for yet.
    left: usize,
    sender: Sender<P>,
    ready: Receiver<P>,
}

impl<P: Send + 'static> Prepared<P> {
    /// At most so many.
    pub(crate) fn new(most: usize) -> Self {
        let (sender, ready) = channel();
        Self { left: most, sender, ready }
    }

    /// Has another one made ready; with one for each frame that comes, a short stream takes no more than it needs.
    pub(crate) fn ask_for_one<T: Send + 'static>(
        &mut self,
        workers: &Workers<T>,
        make: impl FnOnce() -> P + Send + 'static,
    ) {
        let Some(left) = self.left.checked_sub(1) else { return };
        self.left = left;
        let sender = self.sender.clone();
        // Nobody wants it any more when the encoder has been dropped.
        workers.leave_for_leisure(Box::new(move || drop(sender.send(make()))));
    }

    /// Those that are ready.
    pub(crate) fn take(&self) -> impl Iterator<Item = P> {
        self.ready.try_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn idle_threads_prepare_one_for_each_frame() {
        let workers = Workers::<()>::new(2);
        let mut prepared = Prepared::new(3);
        for asked in 1..=5 {
            prepared.ask_for_one(&workers, move || asked);
            let ready = prepared.ready.recv_timeout(Duration::from_secs(if asked > 3 { 0 } else { 20 }));
            assert_eq!(ready.ok(), Some(asked).filter(|asked| *asked <= 3));
        }
        assert_eq!(prepared.take().count(), 0);
    }
}
