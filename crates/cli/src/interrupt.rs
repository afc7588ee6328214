//! Interrupt and termination signals.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::failure::Failure;

/// Remembers that the user asked to stop.
#[derive(Clone, Default)]
pub(crate) struct Interrupt {
    asked: Arc<AtomicBool>,
    action: Arc<Mutex<Option<Action>>>,
}

type Action = Box<dyn FnOnce() + Send>;

impl Interrupt {
    /// Takes over the process's signals: interrupt (Ctrl-C), terminate, hang-up.
    pub(crate) fn install() -> Result<Self, Failure> {
        let interrupt = Interrupt::default();
        let seen = interrupt.clone();
        ctrlc::set_handler(move || seen.raise()).map_err(|error| Failure::failed("signal handler", error))?;
        Ok(interrupt)
    }

    /// Runs the action, once, on the signal's thread when a signal arrives.
    pub(crate) fn on_signal(&self, action: impl FnOnce() + Send + 'static) {
        *self.action.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(action));
    }

    /// Runs something that may wait for ever and leaves nothing behind, such as the opening of a pipe: a signal meanwhile ends the
    /// program.
    pub(crate) fn may_end<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.on_signal(|| std::process::exit(Failure::INTERRUPTED.into()));
        let result = wait();
        self.action.lock().unwrap_or_else(PoisonError::into_inner).take();
        result
    }

    /// Fails once a signal has arrived.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.asked.load(Ordering::Acquire) { Err(Failure::Interrupted) } else { Ok(()) }
    }

    fn raise(&self) {
        self.asked.store(true, Ordering::Release);
        let action = self.action.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(action) = action {
            action();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_remembered_and_acted_on_once() {
        let interrupt = Interrupt::default();
        assert!(interrupt.check().is_ok());
        let (sender, receiver) = std::sync::mpsc::channel();
        interrupt.on_signal(move || sender.send(()).expect("the test listens"));
        interrupt.raise();
        interrupt.raise();
        assert_eq!(receiver.iter().count(), 1);
        assert!(matches!(interrupt.check(), Err(Failure::Interrupted)));
    }
}
