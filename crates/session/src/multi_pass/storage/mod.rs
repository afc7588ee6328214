//! What one pass leaves to the next.

mod format;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vitascope_core::{Dictionary, Object, Time, TimeRange, Value};

use super::backing_file::BackingFile;
use super::bytes::{Reader, put_time};
use crate::error::{Error, Result};
use format::{Chunk, Contents, Pass};

/// Keeps what encoders learn in a pass for the passes after it, in a file.
///
/// A session takes it as its property [`MultiPassStorage`](crate::key::MULTI_PASS_STORAGE). It holds one record a frame; the
/// file's layout is in `docs/multi-pass-storage.md`. Only complete passes count: what a process leaves behind that dies in the
/// middle of one is dropped, and the passes before it are kept.
///
/// # Deletion
/// A file that was there before is never deleted. One that was created here is deleted when the storage goes, unless
/// [`MultiPassStorageOptions::do_not_delete`] says otherwise.
///
/// # Threads
/// All methods may be called from any thread.
#[doc(alias = "VTMultiPassStorage")]
#[derive(Debug)]
pub struct MultiPassStorage {
    path: PathBuf,
    time_range: TimeRange,
    state: Mutex<State>,
}

/// How a [`MultiPassStorage`] is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MultiPassStorageOptions {
    /// A file that is created stays when the storage goes.
    #[doc(alias = "kVTMultiPassStorageCreationOption_DoNotDelete")]
    pub do_not_delete: bool,
}

/// A complete pass in a [`MultiPassStorage`].
#[derive(Clone, Debug, PartialEq)]
pub struct PassSummary {
    /// Counted from 1.
    pub number: u32,
    /// Records, one for each frame that was coded.
    pub records: u64,
    /// The ranges that the pass covered; empty for everything.
    pub time_ranges: Vec<TimeRange>,
    /// The ranges that the encoder wants in the next pass; empty when it wants none.
    pub next_time_ranges: Vec<TimeRange>,
}

#[derive(Debug)]
struct State {
    /// `None` once it is closed.
    contents: Option<Contents>,
    /// Deletes the file when the storage goes, which may be long after it was closed.
    _deletion: Deletion,
}

/// Deletes a file at the end.
#[derive(Debug)]
struct Deletion(Option<PathBuf>);

impl Drop for Deletion {
    fn drop(&mut self) {
        if let Some(path) = self.0.take()
            && let Err(error) = std::fs::remove_file(&path)
        {
            log::warn!("{} could not be deleted: {error}", path.display());
        }
    }
}

/// The name of the type in a [`Value`].
pub(crate) const TYPE_NAME: &str = "MultiPassStorage";

impl MultiPassStorage {
    /// Opens the file at `path`, with the passes that it holds, or creates it; without a path, a temporary file.
    ///
    /// `time_range` is a hint: the presentation times that will be coded, an invalid range when unknown. An existing file keeps
    /// the one it has.
    ///
    /// # Errors
    /// [`Error::MultiPassStorageInvalid`]: the file cannot be created, read and written, is in use, is no storage, of another
    /// version, truncated or damaged. It is left as it was.
    #[doc(alias = "VTMultiPassStorageCreate")]
    pub fn new(
        path: Option<&Path>,
        time_range: TimeRange,
        options: MultiPassStorageOptions,
    ) -> Result<Arc<Self>> {
        Self::open(path, time_range, options).map(Arc::new).map_err(Error::logged)
    }

    fn open(path: Option<&Path>, time_range: TimeRange, options: MultiPassStorageOptions) -> Result<Self> {
        let named = path.unwrap_or(Path::new("temporary file"));
        let mut file =
            BackingFile::open(path, "passes").map_err(|error| invalid(named, error.to_string()))?;
        let path = file.path().to_owned();
        let empty = file.len().map_err(|error| invalid(&path, error.to_string()))? == 0;
        let contents =
            if empty { Contents::create(&mut file, time_range) } else { Contents::read(&mut file) };
        let layout = contents.map_err(|reason| invalid(&path, reason))?;
        let delete = !file.existed && !options.do_not_delete;
        file.keep();
        let deletion = Deletion(delete.then(|| path.clone()));
        let durable = !delete;
        let time_range = layout.time_range;
        let contents = Some(Contents { file, layout, pending: Vec::new(), open_pass: None, durable });
        let state = Mutex::new(State { contents, _deletion: deletion });
        Ok(MultiPassStorage { path, time_range, state })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The presentation times that will be coded, as was said when the file was created.
    pub fn time_range(&self) -> TimeRange {
        self.time_range
    }

    /// What the passes belong to: encoder, size and the settings that must be the same in all passes. `None` before the first
    /// pass.
    ///
    /// # Errors
    /// [`Error::MultiPassStorageInvalid`] once it is closed.
    pub fn identifier(&self) -> Result<Option<String>> {
        self.with(|contents| Ok(contents.layout.passes.last().map(|pass| pass.identifier.clone())))
    }

    /// The complete passes.
    ///
    /// # Errors
    /// [`Error::MultiPassStorageInvalid`] once it is closed.
    pub fn passes(&self) -> Result<Vec<PassSummary>> {
        self.with(|contents| Ok(contents.layout.passes.iter().map(Pass::summary).collect()))
    }

    /// Adds the record of the frame with a presentation time, at most 65536 bytes, to the pass that has begun. It counts when
    /// the pass ends.
    ///
    /// # Errors
    /// [`Error::MultiPassStorageInvalid`]: no pass has begun, the record is too long, the file cannot be written, or the storage
    /// is closed.
    pub fn append(&self, presentation_time: Time, record: &[u8]) -> Result<()> {
        let mut payload = Vec::with_capacity(record.len() + 24);
        put_time(&mut payload, presentation_time);
        payload.extend(record);
        self.with(|contents| contents.append(&payload))
    }

    /// Gives out the records of a complete pass in the order in which they were added; `visit` stops it by returning false.
    ///
    /// # Errors
    /// [`Error::MultiPassStorageInvalid`]: there is no such pass, the file cannot be read or has changed, or the storage is
    /// closed.
    pub fn for_each_record(&self, pass: u32, visit: impl FnMut(Time, &[u8]) -> bool) -> Result<()> {
        let place = self.with(|contents| contents.records_of(pass))?;
        self.visit(place, visit)
    }

    fn visit(&self, (mut offset, end): (u64, u64), mut visit: impl FnMut(Time, &[u8]) -> bool) -> Result<()> {
        while offset < end {
            // A part at a time, so that nobody's code runs under the lock.
            let part = self.with(|contents| contents.read_part(offset, end))?;
            let mut rest = part.as_slice();
            while let Some((chunk, length)) = Chunk::parse(rest) {
                let mut record = Reader(chunk.payload);
                if chunk.tag == format::RECORD
                    && let Some(time) = record.time()
                    && !visit(time, record.0)
                {
                    return Ok(());
                }
                rest = &rest[length..];
                offset += length as u64;
            }
        }
        Ok(())
    }

    /// Gives out the records so far of the pass that has begun, as [`for_each_record`](Self::for_each_record).
    ///
    /// # Errors
    /// [`Error::MultiPassStorageInvalid`]: no pass has begun, or as there.
    pub fn for_each_open_record(&self, visit: impl FnMut(Time, &[u8]) -> bool) -> Result<()> {
        let place = self.with(Contents::open_records)?;
        self.visit(place, visit)
    }

    /// Writes everything and closes the file. From then on every method fails. The file is deleted when the storage goes, if at
    /// all.
    ///
    /// # Errors
    /// [`Error::MultiPassStorageInvalid`]: it was closed before, or what had to be written could not be.
    #[doc(alias = "VTMultiPassStorageClose")]
    pub fn close(&self) -> Result<()> {
        let contents = self.lock().contents.take();
        let closed = match contents {
            None => Err(CLOSED.to_string()),
            Some(mut contents) => contents.flush(),
        };
        closed.map_err(|reason| invalid(&self.path, reason).logged())
    }

    /// The storage as the value of a property.
    pub fn to_value(self: &Arc<Self>) -> Value {
        Value::Object(Object::new(TYPE_NAME, Arc::clone(self)))
    }

    /// The storage in a property's value.
    pub(crate) fn from_value(value: &Value) -> Option<Arc<Self>> {
        value.as_object()?.downcast()
    }

    /// Begins a pass and returns its number.
    ///
    /// # Errors
    /// [`Error::MultiPassStorageIdentifierMismatch`], [`Error::MultiPassStorageInvalid`].
    pub(crate) fn begin_pass(&self, identifier: &str, ranges: &[TimeRange]) -> Result<u32> {
        if let Some(stored) = self.identifier()?
            && stored != identifier
        {
            return Err(Error::MultiPassStorageIdentifierMismatch {
                stored,
                session: identifier.to_string(),
            });
        }
        self.with(|contents| contents.begin_pass(identifier, ranges))
    }

    /// Ends the pass that has begun; from now on it counts.
    ///
    /// # Errors
    /// [`Error::MultiPassStorageInvalid`].
    pub(crate) fn end_pass(&self, next: &[TimeRange]) -> Result<()> {
        self.with(|contents| contents.end_pass(next))
    }

    /// Forgets the pass that has begun.
    pub(crate) fn abandon_pass(&self) {
        let _ = self.with(|contents| {
            contents.open_pass = None;
            contents.pending.clear();
            Ok(())
        });
    }

    fn with<T>(&self, work: impl FnOnce(&mut Contents) -> Result<T, String>) -> Result<T> {
        let mut state = self.lock();
        let contents = state.contents.as_mut().ok_or_else(|| CLOSED.to_string());
        contents.and_then(work).map_err(|reason| invalid(&self.path, reason))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const CLOSED: &str = "it was closed";

impl MultiPassStorageOptions {
    /// The key of [`MultiPassStorageOptions::do_not_delete`].
    pub const DO_NOT_DELETE: &'static str = "DoNotDelete";
}

impl TryFrom<&Dictionary> for MultiPassStorageOptions {
    type Error = Error;

    /// Reads the platform's dictionary. A null value counts as absent.
    ///
    /// # Errors
    /// [`Error::Parameter`] for another key or a value that is no Boolean.
    fn try_from(dictionary: &Dictionary) -> Result<Self> {
        let mut options = MultiPassStorageOptions::default();
        for (key, value) in dictionary.iter() {
            match (key, value) {
                (_, Value::Null) => {}
                (Self::DO_NOT_DELETE, Value::Boolean(keep)) => options.do_not_delete = *keep,
                _ => {
                    let accepted = "DoNotDelete with a Boolean is accepted".into();
                    let value = format!("{key}: {value}");
                    return Err(Error::Parameter { name: "storage option", value, accepted }.logged());
                }
            }
        }
        Ok(options)
    }
}

fn invalid(path: &Path, reason: String) -> Error {
    Error::MultiPassStorageInvalid { path: path.display().to_string(), reason }
}
