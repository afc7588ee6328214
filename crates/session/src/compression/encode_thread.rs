//! The thread that drives the encoder.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use vitascope_core::{SampleBuffer, Time};

use super::opening::Opened;
use super::output_thread::panic_message;
use super::sample::SampleMaker;
use super::shared::{Command, FrameHandler, FrameRecord, Output, Shared};
use crate::encoder::{EncodedPicture, PassRequest, SourceFrame, VideoEncoder};
use crate::error::{Error, Result};
use crate::frame::{EncodeInfoFlags, EncodeOutput, SourceReference};
use crate::property::PropertyValues;

/// Works until the session is invalidated.
pub(super) fn run(shared: &Shared) {
    let mut thread = EncodeThread {
        shared,
        encoder: None,
        held: BTreeMap::new(),
        dropped: BTreeSet::new(),
        waiting_for_input: true,
    };
    while let Some(step) = thread.next_step() {
        let done = catch_unwind(AssertUnwindSafe(|| thread.execute(step)));
        match done {
            Ok(Ok(())) => {}
            Ok(Err(error)) => thread.break_down(error),
            Err(panic) => thread.break_down(Error::EncoderMalfunction { reason: panic_message(panic) }),
        }
        let mut state = shared.lock();
        state.in_hand = 0;
        shared.progress.notify_all();
    }
    thread.drop_encoder();
}

struct EncodeThread<'a> {
    shared: &'a Shared,
    encoder: Option<Working>,
    /// Frames that the encoder has, by number.
    held: BTreeMap<u64, Held>,
    /// Those among them that it does not have: they were dropped, and their callbacks wait for those before.
    dropped: BTreeSet<u64>,
    /// The encoder has no picture under way that could be waited for.
    waiting_for_input: bool,
}

/// One thing to do.
enum Step {
    Command(Command),
    /// Wait for the picture that the encoder has under way.
    Receive,
}

/// The encoder in use.
struct Working {
    encoder: Box<dyn VideoEncoder>,
    samples: SampleMaker,
}

/// What is needed of a frame once the encoder has its pixels.
struct Held {
    presentation_time: Time,
    duration: Time,
    reference: SourceReference,
    handler: Option<FrameHandler>,
}

impl EncodeThread<'_> {
    /// The next thing to do; `None` when the session is invalidated.
    fn next_step(&self) -> Option<Step> {
        let oldest = self.held.first_key_value().map(|(index, _)| *index);
        let mut state = self.shared.lock();
        loop {
            if state.invalidated {
                return None;
            }
            if let Some(command) = state.commands.pop_front() {
                state.in_hand = usize::from(matches!(command, Command::Frame(_)));
                return Some(Step::Command(command));
            }
            if !self.waiting_for_input {
                return Some(Step::Receive);
            }
            // A caller waits for a frame that the encoder keeps longer than MaxFrameDelayCount allows.
            if oldest.is_some_and(|oldest| oldest < state.due_below) {
                return Some(Step::Command(Command::Flush));
            }
            state = Shared::wait(&self.shared.work, state);
        }
    }

    fn execute(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Command(Command::Open(opened)) => self.open(opened),
            Step::Command(Command::Apply(values)) => self.apply(&values),
            Step::Command(Command::Frame(frame)) => self.frame(frame),
            Step::Command(Command::Drop(frame)) => {
                self.drop_frame(frame);
                Ok(())
            }
            Step::Command(Command::Flush) => self.flush(),
            Step::Command(Command::EndPass { pass, analyse }) => self.end_pass(&pass, analyse),
            Step::Receive => self.receive(true).map(drop),
        }
    }

    fn open(&mut self, opened: Opened) -> Result<()> {
        let samples = SampleMaker::new(
            &*opened.encoder,
            self.shared.entry.codec_name,
            &opened.stream,
            opened.frame_rate,
            opened.pass.as_ref(),
        )?;
        self.encoder = Some(Working { encoder: opened.encoder, samples });
        Ok(())
    }

    fn apply(&mut self, values: &PropertyValues) -> Result<()> {
        match &mut self.encoder {
            Some(working) => working.encoder.apply(values),
            None => Ok(()),
        }
    }

    fn frame(&mut self, frame: FrameRecord) -> Result<()> {
        let FrameRecord {
            index,
            buffer,
            conversion,
            presentation_time,
            duration,
            options,
            reference,
            handler,
        } = frame;
        self.held.insert(index, Held { presentation_time, duration, reference, handler });
        let Some(Working { encoder, samples }) = &mut self.encoder else {
            let failure = self.shared.lock().failure.clone();
            self.fail(index, failure.unwrap_or_else(no_encoder));
            return Ok(());
        };
        let taken = conversion.map_or(Ok(buffer.clone()), |conversion| conversion.convert(&buffer)).and_then(
            |pixels| {
                encoder.submit(SourceFrame {
                    token: index,
                    pixels: &pixels,
                    source: &buffer,
                    presentation_time,
                    duration,
                    force_key_frame: options.force_key_frame,
                    force_ltr_refresh: options.force_ltr_refresh,
                    acknowledged_ltr_tokens: &options.acknowledged_ltr_tokens,
                    base_qp: options.base_frame_qp,
                })
            },
        );
        drop(buffer);
        match taken {
            Ok(()) => samples.taken(presentation_time),
            Err(error) => self.fail(index, error),
        }
        self.waiting_for_input = false;
        self.drain(false)
    }

    /// Keeps a dropped frame for its turn.
    fn drop_frame(&mut self, frame: FrameRecord) {
        let FrameRecord { index, buffer, presentation_time, duration, reference, handler, .. } = frame;
        drop(buffer);
        self.held.insert(index, Held { presentation_time, duration, reference, handler });
        self.dropped.insert(index);
        self.send_dropped();
    }

    /// Gives dropped frames their callbacks, up to the first frame that is still being coded.
    fn send_dropped(&mut self) {
        while let Some(entry) = self.held.first_entry()
            && self.dropped.remove(entry.key())
        {
            let (index, held) = entry.remove_entry();
            self.send(index, held, Ok(None));
        }
    }

    fn flush(&mut self) -> Result<()> {
        if let Some(working) = &mut self.encoder {
            working.encoder.flush()?;
            self.drain(true)?;
        }
        if self.shared.lock().invalidated {
            return Ok(());
        }
        // A flushed encoder holds nothing; what it kept all the same will never come.
        while let Some((index, _)) = self.held.first_key_value() {
            self.fail(
                *index,
                Error::EncoderMalfunction { reason: "the encoder gave no picture for the frame".into() },
            );
        }
        Ok(())
    }

    /// Ends a pass; the encoder goes with it.
    fn end_pass(&mut self, pass: &PassRequest, analyse: bool) -> Result<()> {
        let cancelled = || self.shared.lock().invalidated;
        let ended = match &mut self.encoder {
            Some(working) => working.encoder.end_pass(analyse, &cancelled),
            None => Ok(Vec::new()),
        };
        let ended = match ended {
            Ok(ranges) if !cancelled() => pass.storage.end_pass(&ranges).map(|()| ranges),
            other => other,
        };
        self.drop_encoder();
        self.shared.lock().passes.ended = Some(ended);
        Ok(())
    }

    /// Takes every picture that is done.
    fn drain(&mut self, wait: bool) -> Result<()> {
        while self.receive(wait)? {}
        Ok(())
    }

    /// Takes a picture; false when there was none.
    fn receive(&mut self, wait: bool) -> Result<bool> {
        if self.shared.lock().invalidated {
            return Ok(false);
        }
        let Some(working) = &mut self.encoder else {
            self.waiting_for_input = true;
            return Ok(false);
        };
        match working.encoder.receive(wait)? {
            Some(picture) => self.emit(picture).map(|()| true),
            None => {
                self.waiting_for_input |= wait;
                Ok(false)
            }
        }
    }

    fn emit(&mut self, picture: EncodedPicture) -> Result<()> {
        let Some(held) = self.held.remove(&picture.token) else {
            return Err(Error::EncoderMalfunction {
                reason: format!(
                    "the encoder gave a picture for frame {}, which it does not have",
                    picture.token
                ),
            });
        };
        let Some(Working { samples, .. }) = &mut self.encoder else { return Err(no_encoder()) };
        let token = picture.token;
        let has_earlier_followers =
            self.held.values().any(|other| other.presentation_time < held.presentation_time);
        let sample = if picture.data.is_none() {
            samples.lost(held.presentation_time);
            Ok(None)
        } else {
            samples.make(picture, held.presentation_time, held.duration, has_earlier_followers).map(Some)
        };
        self.send(token, held, sample);
        self.send_dropped();
        Ok(())
    }

    /// Gives a frame its callback with an error.
    fn fail(&mut self, index: u64, error: Error) {
        let Some(held) = self.held.remove(&index) else { return };
        if let Some(working) = &mut self.encoder {
            working.samples.lost(held.presentation_time);
        }
        log::warn!("frame {index} at {}: {error} (status {})", held.presentation_time, error.status());
        self.send(index, held, Err(error));
        self.send_dropped();
    }

    fn send(&self, index: u64, held: Held, sample: Result<Option<SampleBuffer>>) {
        let mut flags = EncodeInfoFlags::ASYNCHRONOUS;
        if matches!(sample, Ok(None)) {
            flags |= EncodeInfoFlags::FRAME_DROPPED;
        }
        let Held { presentation_time, reference, handler, .. } = held;
        let output =
            Output { index, output: EncodeOutput { sample, flags, reference, presentation_time }, handler };
        let bytes = output.output.sample.as_ref().ok().and_then(Option::as_ref);
        let bytes = bytes.map(|sample| sample.total_sample_size() as u64);
        let mut state = self.shared.lock();
        if let Some(bytes) = bytes {
            state.coded = (state.coded.0 + 1, state.coded.1 + bytes);
        }
        if state.invalidated {
            // The caller's reference and handler go without the lock.
            drop(state);
            drop(output);
            return;
        }
        state.outputs.push_back(output);
        self.shared.output.notify_one();
    }

    /// The encoder cannot go on: the frames that it has fail, and the session takes no more.
    fn break_down(&mut self, error: Error) {
        log::error!("the session takes no more frames: {error} (status {})", error.status());
        self.shared.lock().failure.get_or_insert(error.clone());
        self.drop_encoder();
        while let Some((index, _)) = self.held.first_key_value() {
            self.fail(*index, error.clone());
        }
    }

    fn drop_encoder(&mut self) {
        let encoder = self.encoder.take();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(move || drop(encoder))) {
            log::error!("the encoder panicked while it was closed: {}", panic_message(panic));
        }
    }
}

fn no_encoder() -> Error {
    Error::EncoderMalfunction { reason: "no encoder is open".into() }
}
