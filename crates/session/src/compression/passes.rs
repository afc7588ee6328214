//! The passes of a session, and the rules of their order.

use std::mem;
use std::sync::{Arc, PoisonError};

use vitascope_core::{Time, TimeRange, Value};

use super::shared::{Command, Shared, State};
use crate::encoder::PassRequest;
use crate::error::{Error, Result};
use crate::multi_pass::{MultiPassStorage, ranges_contain};
use crate::property::{PropertyValues, key};

/// Where the session stands between passes.
#[derive(Debug, Default)]
pub(super) struct Passes {
    /// From the beginning of a pass to its end.
    pub(super) current: Option<PassRequest>,
    /// What the encode thread made of the end.
    pub(super) ended: Option<Result<Vec<TimeRange>>>,
    /// The end is under way.
    ending: bool,
    /// The ranges that the last pass that ended wants to be coded again, when it was asked and wants any.
    next: Option<Arc<[TimeRange]>>,
}

/// Properties that may differ from pass to pass: rates, and what does not touch the coded pictures.
const FREE: [&str; 6] = [
    key::AVERAGE_BIT_RATE,
    key::QUALITY,
    key::SOURCE_FRAME_COUNT,
    key::EXPECTED_DURATION,
    key::VITASCOPE_THREAD_COUNT,
    key::VITASCOPE_RECONSTRUCTION_HASH,
];

const NO_STORAGE: &str = "passes need the property MultiPassStorage";

impl Passes {
    /// Whether properties that are fixed during a stream are fixed.
    pub(super) fn is_open(&self) -> bool {
        self.current.is_some()
    }

    /// Whether a frame can be given now.
    pub(super) fn check_frame(&self, values: &PropertyValues, presentation_time: Time) -> Result<()> {
        match &self.current {
            _ if self.ending => Err(Error::PassOrder("the pass is being ended: begin_pass comes next")),
            None if storage(values).is_some() => Err(Error::PassOrder(
                "with the property MultiPassStorage, frames are given between begin_pass and end_pass",
            )),
            Some(pass)
                if !pass.time_ranges.is_empty() && !ranges_contain(&pass.time_ranges, presentation_time) =>
            {
                Err(Error::Parameter {
                    name: "presentation time",
                    value: presentation_time.to_string(),
                    accepted: "a time in one of the ranges of time_ranges_for_next_pass is accepted".into(),
                })
            }
            _ => Ok(()),
        }
    }
}

impl Shared {
    /// Begins a pass; see [`super::CompressionSession::begin_pass`].
    pub(super) fn begin_pass(&self, is_final: bool) -> Result<()> {
        // One at a time, and none while an encoder is being opened.
        let _opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        let (storage, identifier, time_ranges) = {
            let state = self.lock();
            state.check_working()?;
            let storage = storage(&state.values).ok_or(Error::PassOrder(NO_STORAGE))?;
            if state.passes.current.is_some() {
                return Err(Error::PassOrder("the pass before has not been ended"));
            }
            let time_ranges = state.passes.next.clone().unwrap_or_default();
            (storage, self.pass_identifier(&state.values), time_ranges)
        };
        let number = storage.begin_pass(&identifier, &time_ranges)?;
        let mut state = self.lock();
        if let Err(error) = state.check_working() {
            drop(state);
            storage.abandon_pass();
            return Err(error);
        }
        state.passes.current = Some(PassRequest { storage, number, is_final, time_ranges });
        let prepared = state.renew_stream();
        drop(state);
        drop(prepared);
        Ok(())
    }

    /// Ends a pass; see [`super::CompressionSession::end_pass`].
    pub(super) fn end_pass(&self, analyse: bool) -> Result<bool> {
        let pass = {
            let mut state = self.lock();
            state.check_valid()?;
            if state.is_own_thread() {
                return Err(Error::CompleteInsideCallback);
            }
            if storage(&state.values).is_none() {
                return Err(Error::PassOrder(NO_STORAGE));
            }
            if mem::replace(&mut state.passes.ending, true) {
                return Err(Error::PassOrder("the pass is being ended by another thread"));
            }
            let Some(pass) = state.passes.current.clone() else {
                state.passes.ending = false;
                return Err(Error::PassOrder("end_pass comes after begin_pass"));
            };
            state.passes.next = None;
            pass
        };
        let ranges = self.finish_pass(&pass, analyse && !pass.is_final);
        let mut state = self.lock();
        state.passes.ending = false;
        state.passes.current = None;
        let prepared = state.renew_stream();
        let valid = state.check_valid();
        let ranges = valid.and(ranges);
        if let Ok(ranges) = &ranges {
            state.passes.next = (!ranges.is_empty()).then(|| ranges.as_slice().into());
        }
        let more = state.passes.next.is_some();
        drop(state);
        drop(prepared);
        if ranges.is_err() {
            pass.storage.abandon_pass();
        }
        ranges.map(|_| more)
    }

    /// The ranges of the next pass; see [`super::CompressionSession::time_ranges_for_next_pass`].
    pub(super) fn time_ranges_for_next_pass(&self) -> Result<Arc<[TimeRange]>> {
        let state = self.lock();
        state.check_valid()?;
        if storage(&state.values).is_none() {
            return Err(Error::PassOrder(NO_STORAGE));
        }
        state.passes.next.clone().ok_or(Error::PassOrder(
            "there are time ranges for a next pass only after end_pass has asked for one",
        ))
    }

    /// Brings everything out and lets the encoder end the pass.
    fn finish_pass(&self, pass: &PassRequest, analyse: bool) -> Result<Vec<TimeRange>> {
        self.complete(Time::INVALID)?;
        let mut state = self.lock();
        if state.stream.is_none() {
            // No frame was given, so no encoder is open.
            drop(state);
            return pass.storage.end_pass(&[]).map(|()| Vec::new());
        }
        state.passes.ended = None;
        state.commands.push_back(Command::EndPass { pass: pass.clone(), analyse });
        self.work.notify_one();
        loop {
            if let Some(ended) = state.passes.ended.take() {
                return ended;
            }
            state.check_working()?;
            state = Self::wait(&self.progress, state);
        }
    }

    /// What must be the same in all passes.
    fn pass_identifier(&self, values: &PropertyValues) -> String {
        let mut identifier = format!("{} {}x{}", self.entry.encoder_id, self.width, self.height);
        for (key, value) in self.table.serializable_properties(values).iter() {
            if !FREE.contains(&key) {
                identifier.push_str(&format!(" {key}={value}"));
            }
        }
        identifier
    }
}

impl State {
    /// The next frame begins a stream of its own.
    #[must_use = "to be dropped without the lock"]
    fn renew_stream(&mut self) -> Option<super::opening::Opened> {
        self.stream = None;
        self.begun_with = None;
        self.forget_last_time();
        self.generation += 1;
        self.prepared.take()
    }
}

fn storage(values: &PropertyValues) -> Option<Arc<MultiPassStorage>> {
    match values.explicit(key::MULTI_PASS_STORAGE)? {
        value @ Value::Object(_) => MultiPassStorage::from_value(value),
        _ => None,
    }
}
