//! What a session's handles and threads share, and the rules of giving, completing and stopping.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, ThreadId};
use std::time::Instant;

use vitascope_core::{PixelBuffer, Time};

use super::opening::Opened;
use super::passes::Passes;
use super::real_time::RealTime;
use super::source::{Conversion, SourcePlanner, SourcePool};
use super::stream::Stream;
use crate::encoder::PassRequest;
use crate::error::{Error, Result};
use crate::frame::{EncodeInfoFlags, EncodeOutput, FrameOptions, SourceReference};
use crate::property::{PropertyTable, PropertyValues, key};
use crate::registry::EncoderEntry;

/// Frames that may wait, to be coded or for their callback, before giving another one blocks.
const QUEUE_CAPACITY: usize = 3;

/// The session's handler.
pub(super) type OutputHandler = Box<dyn FnMut(EncodeOutput) + Send>;

/// The handler of one frame.
pub(super) type FrameHandler = Box<dyn FnOnce(EncodeOutput) + Send>;

/// Everything but the handles.
pub(super) struct Shared {
    pub(super) entry: Arc<EncoderEntry>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) hardware: bool,
    pub(super) table: Arc<PropertyTable>,
    pub(super) pool: SourcePool,
    pub(super) planner: SourcePlanner,
    has_output_handler: bool,
    state: Mutex<State>,
    /// Held while an encoder is being opened, which takes too long for the state's lock.
    pub(super) opening: Mutex<()>,
    /// Signals the encode thread.
    pub(super) work: Condvar,
    /// Signals the output thread.
    pub(super) output: Condvar,
    /// Signals callers that wait.
    pub(super) progress: Condvar,
}

/// What changes; every access is short, and nothing of the caller's is called or dropped under its lock.
pub(super) struct State {
    pub(super) invalidated: bool,
    /// The session goes on with its callbacks only.
    pub(super) failure: Option<Error>,
    pub(super) values: PropertyValues,
    /// Counts changes of `values`.
    pub(super) generation: u64,
    /// An encoder that was opened ahead of the first frame.
    pub(super) prepared: Option<Opened>,
    /// Decided by the first frame.
    pub(super) stream: Option<Arc<Stream>>,
    /// The values with which the stream began.
    pub(super) begun_with: Option<PropertyValues>,
    last_time: Option<Time>,
    real_time: RealTime,
    frames: u64,
    /// Frames whose callback has not returned, by number.
    pub(super) pending: BTreeMap<u64, Time>,
    pub(super) commands: VecDeque<Command>,
    /// The frame that the encode thread has in its hands.
    pub(super) in_hand: usize,
    /// Frames below this number must come out even if the encoder wants more input first.
    pub(super) due_below: u64,
    pub(super) outputs: VecDeque<Output>,
    /// Samples made so far and their bytes.
    pub(super) coded: (u64, u64),
    /// The frame whose callback is running.
    pub(super) calling: Option<u64>,
    handler: Option<OutputHandler>,
    threads: Option<Threads>,
    pub(super) passes: Passes,
    /// The encode thread and the output thread.
    thread_ids: [Option<ThreadId>; 2],
}

/// Work for the encode thread, done in order.
pub(super) enum Command {
    /// Use this encoder from now on.
    Open(Opened),
    /// Properties changed.
    Apply(PropertyValues),
    /// Code this.
    Frame(FrameRecord),
    /// Give this its callback in its turn, without coding it.
    Drop(FrameRecord),
    /// Bring out everything that was given before.
    Flush,
    /// End the pass, with or without asking which ranges shall be coded again.
    EndPass { pass: PassRequest, analyse: bool },
}

/// A frame on its way to the encoder.
pub(super) struct FrameRecord {
    pub(super) index: u64,
    pub(super) buffer: PixelBuffer,
    pub(super) conversion: Option<Conversion>,
    pub(super) presentation_time: Time,
    pub(super) duration: Time,
    pub(super) options: FrameOptions,
    pub(super) reference: SourceReference,
    pub(super) handler: Option<FrameHandler>,
}

/// A result on its way to its handler.
pub(super) struct Output {
    pub(super) index: u64,
    pub(super) output: EncodeOutput,
    pub(super) handler: Option<FrameHandler>,
}

struct Threads {
    encode: JoinHandle<()>,
    output: JoinHandle<()>,
}

impl Shared {
    pub(super) fn new(
        entry: Arc<EncoderEntry>,
        width: u32,
        height: u32,
        (hardware, low_latency): (bool, bool),
        pool: SourcePool,
        handler: Option<OutputHandler>,
    ) -> Self {
        let table = Arc::new(entry.properties(low_latency));
        let state = State {
            invalidated: false,
            failure: None,
            values: PropertyValues::new(Arc::clone(&table)),
            generation: 0,
            prepared: None,
            stream: None,
            begun_with: None,
            last_time: None,
            real_time: RealTime::default(),
            frames: 0,
            pending: BTreeMap::new(),
            commands: VecDeque::new(),
            in_hand: 0,
            due_below: 0,
            outputs: VecDeque::new(),
            coded: (0, 0),
            calling: None,
            handler,
            threads: None,
            passes: Passes::default(),
            thread_ids: [None; 2],
        };
        Shared {
            planner: SourcePlanner::new(Arc::clone(&entry)),
            entry,
            width,
            height,
            hardware,
            table,
            pool,
            has_output_handler: state.handler.is_some(),
            state: Mutex::new(state),
            opening: Mutex::new(()),
            work: Condvar::new(),
            output: Condvar::new(),
            progress: Condvar::new(),
        }
    }

    /// The state. A panic under the lock cannot leave it half changed, as only plain moves happen there.
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a signal.
    pub(super) fn wait<'a>(condvar: &Condvar, guard: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        condvar.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn check_valid(&self) -> Result<()> {
        self.lock().check_valid()
    }

    /// Takes a frame; see [`super::CompressionSession::encode_frame`].
    pub(super) fn encode(
        self: &Arc<Self>,
        buffer: &PixelBuffer,
        presentation_time: Time,
        duration: Time,
        options: &FrameOptions,
        reference: SourceReference,
        handler: Option<FrameHandler>,
    ) -> Result<EncodeInfoFlags> {
        self.lock().check_working()?;
        if handler.is_some() == self.has_output_handler {
            return Err(Error::HandlerForm(if self.has_output_handler {
                "the session has an output handler, so encode_frame_with_handler is not available"
            } else {
                "the session has no output handler, so every frame needs its own: use encode_frame_with_handler"
            }));
        }
        if !presentation_time.is_numeric() {
            return Err(Error::Parameter {
                name: "presentation time",
                value: presentation_time.to_string(),
                accepted: "a numeric time is accepted".into(),
            });
        }
        if duration.is_numeric() && duration < Time::ZERO {
            return Err(Error::Parameter {
                name: "duration",
                value: duration.to_string(),
                accepted: "an invalid time or one that is not negative is accepted".into(),
            });
        }
        {
            let state = self.lock();
            state.passes.check_frame(&state.values, presentation_time)?;
        }
        // The first frame decides what the stream is like. Another thread may decide first, or change a property, while this
        // one makes its plans without the lock: then they are made again.
        let (mut state, conversion) = loop {
            let ready = self.ready_stream(Some(buffer))?;
            let conversion = self.planner.plan(buffer, &ready.stream)?;
            let state = self.lock();
            state.check_working()?;
            if ready.is_current(&state) {
                let mut state = state;
                state.passes.check_frame(&state.values, presentation_time)?;
                state.check_order(presentation_time)?;
                state.start(ready);
                break (state, conversion);
            }
        };
        let now = Instant::now();
        let behind = state.values.boolean(key::REAL_TIME) == Some(true)
            && !state.is_own_thread()
            && state.waiting() >= QUEUE_CAPACITY
            && state.real_time.is_paced(now, presentation_time);
        let index = state.frames;
        state.frames += 1;
        state.last_time = Some(presentation_time);
        state.pending.insert(index, presentation_time);
        let options = if behind { options.clone() } else { state.real_time.wishes(options) };
        let record = FrameRecord {
            index,
            buffer: buffer.clone(),
            conversion,
            presentation_time,
            duration,
            options,
            reference,
            handler,
        };
        if behind {
            log::warn!("frame {index} at {presentation_time} is dropped: the encoder is behind the clock");
            state.real_time.keep(&record.options);
            state.real_time.returns(now, presentation_time);
            state.commands.push_back(Command::Drop(record));
            self.work.notify_one();
            return Ok(EncodeInfoFlags::ASYNCHRONOUS | EncodeInfoFlags::FRAME_DROPPED);
        }
        state.commands.push_back(Command::Frame(record));
        let delay =
            state.values.integer(key::MAX_FRAME_DELAY_COUNT).and_then(|delay| u64::try_from(delay).ok());
        let due = delay.and_then(|delay| index.checked_sub(delay));
        if let Some(due) = due {
            state.due_below = state.due_below.max(due + 1);
        }
        self.work.notify_one();
        // The frame is queued before the wait, so it keeps its place among frames of other threads.
        if !state.is_own_thread() {
            while !state.invalidated
                && (state.waiting() > QUEUE_CAPACITY
                    || due.is_some_and(|due| state.pending.contains_key(&due)))
            {
                state = Self::wait(&self.progress, state);
            }
        }
        state.real_time.returns(Instant::now(), presentation_time);
        Ok(EncodeInfoFlags::ASYNCHRONOUS)
    }

    /// Brings frames out; see [`super::CompressionSession::complete_frames`].
    pub(super) fn complete(&self, until: Time) -> Result<()> {
        let mut state = self.lock();
        state.check_valid()?;
        if state.is_own_thread() {
            return Err(Error::CompleteInsideCallback);
        }
        let end = if until.is_numeric() {
            state.pending.iter().rev().find(|(_, time)| **time <= until).map_or(0, |(index, _)| index + 1)
        } else {
            state.frames
        };
        if state.has_pending_below(end) {
            let later = |command: &Command| matches!(command, Command::Frame(frame) | Command::Drop(frame) if frame.index >= end);
            let place = state.commands.iter().position(later).unwrap_or(state.commands.len());
            state.commands.insert(place, Command::Flush);
            self.work.notify_one();
        }
        while !state.invalidated && state.has_pending_below(end) {
            state = Self::wait(&self.progress, state);
        }
        state.check_working()
    }

    /// Stops the session; see [`super::CompressionSession::invalidate`].
    pub(super) fn invalidate(&self) {
        let mut state = self.lock();
        let inside = state.is_own_thread();
        let discarded = if mem::replace(&mut state.invalidated, true) {
            None
        } else {
            state.pending.clear();
            Some((
                mem::take(&mut state.commands),
                mem::take(&mut state.outputs),
                state.prepared.take(),
                state.handler.take(),
            ))
        };
        let threads = state.threads.take();
        self.work.notify_all();
        self.output.notify_all();
        self.progress.notify_all();
        let in_callback = state.thread_ids[1] == Some(thread::current().id());
        while !in_callback && state.calling.is_some() {
            state = Self::wait(&self.progress, state);
        }
        drop(state);
        // The caller's objects go without the lock: their own drop may call into the session.
        drop(discarded);
        if let (false, Some(threads)) = (inside, threads) {
            for thread in [threads.output, threads.encode] {
                // The threads catch panics themselves, so there is nothing to learn from the result.
                let _ = thread.join();
            }
        }
    }

    /// Starts the threads unless they run.
    pub(super) fn start_threads(self: &Arc<Self>) -> Result<()> {
        let mut state = self.lock();
        if state.threads.is_some() || state.invalidated {
            return Ok(());
        }
        let failed = |error: std::io::Error| Error::AllocationFailed {
            what: "a thread of the session could not be started",
            reason: error.to_string(),
        };
        let shared = Arc::clone(self);
        let encode = thread::Builder::new()
            .name("vitascope-encode".into())
            .spawn(move || super::encode_thread::run(&shared))
            .map_err(failed)?;
        // The handler stays in the state until the thread that owns it runs, so that a failure here loses nothing.
        let shared = Arc::clone(self);
        let output = thread::Builder::new().name("vitascope-output".into()).spawn(move || {
            let handler = shared.lock().handler.take();
            super::output_thread::run(&shared, handler);
        });
        let output = match output {
            Ok(output) => output,
            Err(error) => {
                // The encode thread ends as soon as the session does, which cannot go on without its callbacks.
                state.failure = Some(failed(error));
                return state.check_working();
            }
        };
        state.thread_ids = [Some(encode.thread().id()), Some(output.thread().id())];
        state.threads = Some(Threads { encode, output });
        Ok(())
    }
}

impl State {
    pub(super) fn check_valid(&self) -> Result<()> {
        if self.invalidated { Err(Error::InvalidSession) } else { Ok(()) }
    }

    /// Whether frames can still be coded.
    pub(super) fn check_working(&self) -> Result<()> {
        self.check_valid()?;
        self.failure.clone().map_or(Ok(()), Err)
    }

    /// The next frame may have any presentation time.
    pub(super) fn forget_last_time(&mut self) {
        self.last_time = None;
    }

    fn check_order(&self, presentation_time: Time) -> Result<()> {
        match self.last_time {
            Some(previous) if presentation_time <= previous => {
                Err(Error::PresentationTimeOrder { value: presentation_time, previous })
            }
            _ => Ok(()),
        }
    }

    /// Whether this is one of the session's own threads: a callback, or the release of a frame.
    pub(super) fn is_own_thread(&self) -> bool {
        self.thread_ids.contains(&Some(thread::current().id()))
    }

    /// Mean bytes of the samples so far.
    pub(super) fn mean_bytes(&self) -> Option<i64> {
        let (samples, bytes) = self.coded;
        bytes.checked_div(samples).map(|mean| mean as i64)
    }

    /// Frames that are queued, being coded, or on their way to a callback.
    fn waiting(&self) -> usize {
        let queued = self.commands.iter().filter(|command| matches!(command, Command::Frame(_))).count();
        queued + self.in_hand + self.outputs.len() + usize::from(self.calling.is_some())
    }

    fn has_pending_below(&self, end: u64) -> bool {
        self.pending.first_key_value().is_some_and(|(index, _)| *index < end)
    }
}
