//! The thread that calls the handlers.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::shared::{Output, OutputHandler, Shared};
use crate::error::Error;

/// Calls handlers until the session is invalidated.
pub(super) fn run(shared: &Shared, mut handler: Option<OutputHandler>) {
    while let Some(Output { index, output, handler: frame_handler }) = next(shared) {
        let called = catch_unwind(AssertUnwindSafe(|| match (frame_handler, &mut handler) {
            (Some(frame_handler), _) => frame_handler(output),
            (None, Some(handler)) => handler(output),
            (None, None) => drop(output),
        }));
        let failure = called.err().map(|panic| Error::SessionMalfunction { reason: panic_message(panic) });
        if let Some(failure) = &failure {
            log::error!("{failure}; the session takes no more frames");
        }
        let mut state = shared.lock();
        state.calling = None;
        state.pending.remove(&index);
        if let (None, Some(failure)) = (&state.failure, failure) {
            state.failure = Some(failure);
        }
        shared.progress.notify_all();
    }
    let dropped = catch_unwind(AssertUnwindSafe(move || drop(handler)));
    if let Err(panic) = dropped {
        log::error!("an output handler panicked while it was dropped: {}", panic_message(panic));
    }
}

/// The next output, marked as being called; `None` when the session is invalidated.
fn next(shared: &Shared) -> Option<Output> {
    let mut state = shared.lock();
    loop {
        if state.invalidated {
            return None;
        }
        if let Some(output) = state.outputs.pop_front() {
            state.calling = Some(output.index);
            return Some(output);
        }
        state = Shared::wait(&shared.output, state);
    }
}

/// What a panic said.
pub(super) fn panic_message(panic: Box<dyn Any + Send>) -> String {
    let message = if let Some(message) = panic.downcast_ref::<&str>() {
        (*message).to_owned()
    } else if let Some(message) = panic.downcast_ref::<String>() {
        message.clone()
    } else {
        "a panic without a message".to_owned()
    };
    // A payload may panic in its own drop; to leak it is the lesser evil.
    std::mem::forget(panic);
    message
}
