//! What tests of several passes share.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};

use vitascope_core::Time;
use vitascope_session::{
    CompressionSession, EncodeInfoFlags, EncodeOutput, FrameOptions, MultiPassStorage, Result, key,
};

use super::{Behaviour, Log, frame};

/// The time of a frame at 30 frames per second.
pub fn at(number: i64) -> Time {
    Time::new(number, 30)
}

/// A session of the mock with a storage.
pub fn pass_session(storage: &Arc<MultiPassStorage>) -> (CompressionSession, Receiver<EncodeOutput>) {
    pass_session_with(storage, Behaviour::default())
}

pub fn pass_session_with(
    storage: &Arc<MultiPassStorage>,
    behaviour: Behaviour,
) -> (CompressionSession, Receiver<EncodeOutput>) {
    let (session, outputs, _) = pass_session_and_log(storage, behaviour);
    (session, outputs)
}

pub fn pass_session_and_log(
    storage: &Arc<MultiPassStorage>,
    behaviour: Behaviour,
) -> (CompressionSession, Receiver<EncodeOutput>, Log) {
    let (sender, outputs) = channel();
    let fixture = super::Fixture::with(behaviour, |builder| {
        builder.output_handler(move |output| {
            let _ = sender.send(output);
        })
    });
    fixture.session.set_property(key::MULTI_PASS_STORAGE, storage.to_value()).unwrap();
    (fixture.session, outputs, fixture.log)
}

/// Gives the frame that is shown at a number.
pub fn give(session: &CompressionSession, number: i64) -> Result<EncodeInfoFlags> {
    session.encode_frame(&frame(b"420v"), at(number), at(1), &FrameOptions::new(), 0)
}

pub fn give_all(session: &CompressionSession, numbers: Range<i64>) {
    for number in numbers {
        give(session, number).unwrap();
    }
}

/// A whole pass.
pub fn run_pass(session: &CompressionSession, numbers: Range<i64>, is_final: bool) {
    session.begin_pass(is_final).unwrap();
    give_all(session, numbers);
    session.end_pass(true).unwrap();
}

/// A folder that goes with this.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("vitascope-passes-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Scratch(folder)
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
