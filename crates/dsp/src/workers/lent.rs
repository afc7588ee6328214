//! Work shared with threads that belong to somebody else.

use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::{Items, wait_for_rest};

/// Runs `work` on every item, on the calling thread and on threads that are lent to it: whoever is free takes the next
/// item. Returns when all items are done.
///
/// `lend` is called at most `helpers` times, with something to run on another thread some time, or never: what comes
/// too late does nothing, and may be kept for as long as one likes.
///
/// ```
/// use vitascope_dsp::workers::for_each_lent;
///
/// let mut squares = [0; 8];
/// let items = squares.iter_mut().enumerate();
/// for_each_lent(1, items, |(index, square)| *square = index * index, |help| drop(std::thread::spawn(help)));
/// assert_eq!(squares[7], 49);
/// ```
///
/// # Panics
/// When `work` panics, after the other threads have come to rest.
pub fn for_each_lent<T: Send>(
    helpers: usize,
    items: impl IntoIterator<Item = T>,
    work: impl Fn(T) + Sync,
    lend: impl Fn(Box<dyn FnOnce() + Send>),
) {
    let items = Items::new(items);
    let all = || items.work_off(&work);
    let helpers = helpers.min(items.len().saturating_sub(1));
    if helpers == 0 {
        return all();
    }
    let offer = Offer::new(&all);
    for _ in 0..helpers {
        let shared = Arc::clone(&offer.0);
        lend(Box::new(move || shared.help()));
    }
    all();
    if offer.close() {
        panic!("a thread that shared the work panicked");
    }
}

/// Work that lent threads find while this lives.
struct Offer(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    rest: Condvar,
}

#[derive(Default)]
struct State {
    /// `None` once it is too late.
    work: Option<&'static (dyn Fn() + Sync)>,
    /// Threads that are at it.
    active: usize,
    panicked: bool,
}

impl Offer {
    fn new<'a>(work: &'a (dyn Fn() + Sync + 'a)) -> Self {
        // SAFETY: only the lifetime changes. Others find the work in `state` alone, and count themselves active under its
        // lock when they do; this `Offer`, which never leaves the function that owns the work and is made after it, takes
        // the work away and waits until nobody is active when it is dropped, even by a panic.
        let work = unsafe { mem::transmute::<&'a (dyn Fn() + Sync + 'a), &'static (dyn Fn() + Sync)>(work) };
        let shared = Shared::default();
        shared.lock().work = Some(work);
        Self(Arc::new(shared))
    }

    /// Withdraws it; whether another thread panicked.
    fn close(self) -> bool {
        let shared = Arc::clone(&self.0);
        drop(self);
        shared.lock().panicked
    }
}

impl Drop for Offer {
    fn drop(&mut self) {
        let shared = &self.0;
        let mut state = shared.lock();
        state.work = None;
        drop(wait_for_rest(&shared.state, &shared.rest, state, |state| state.active));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes part, unless it is too late.
    fn help(&self) {
        let mut state = self.lock();
        let Some(work) = state.work else { return };
        state.active += 1;
        drop(state);
        let panicked = catch_unwind(AssertUnwindSafe(work)).is_err();
        let mut state = self.lock();
        state.active -= 1;
        state.panicked |= panicked;
        if state.active == 0 {
            self.rest.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::sync::Barrier;
    use std::thread;

    fn spawn(help: Box<dyn FnOnce() + Send>) {
        drop(thread::spawn(help));
    }

    #[test]
    fn every_item_once_whatever_the_number_of_threads() {
        for helpers in [0, 1, 3, 7] {
            for count in [0, 1, 2, 50] {
                let mut items = vec![0; count];
                for_each_lent(helpers, &mut items, |item| *item += 1, spawn);
                assert!(items.iter().all(|&item| item == 1), "{helpers} {count}");
            }
        }
    }

    #[test]
    fn others_take_part() {
        let seen = Mutex::new(HashSet::new());
        // The barrier lets nobody finish two of three.
        let all = Barrier::new(3);
        let work = |_| {
            all.wait();
            seen.lock().unwrap().insert(thread::current().id());
        };
        for_each_lent(2, 0..3, work, spawn);
        assert_eq!(seen.into_inner().unwrap().len(), 3);
    }

    #[test]
    fn help_that_comes_too_late_does_nothing() {
        let late = Mutex::new(Vec::new());
        let mut done = [0; 4];
        for_each_lent(3, &mut done, |item| *item += 1, |help| late.lock().unwrap().push(help));
        let late = late.into_inner().unwrap();
        assert_eq!(late.len(), 3);
        late.into_iter().for_each(|help| help());
        assert_eq!(done, [1; 4]);
    }

    #[test]
    fn panics_reach_the_caller() {
        for guilty in [0, 1] {
            let both = Barrier::new(2);
            let caller = thread::current().id();
            let work = |_| {
                both.wait();
                assert_ne!(usize::from(thread::current().id() == caller), guilty, "as it should be");
            };
            let result = catch_unwind(AssertUnwindSafe(|| for_each_lent(1, 0..2, work, spawn)));
            assert!(result.is_err(), "{guilty}");
        }
    }
}
