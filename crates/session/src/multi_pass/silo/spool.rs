//! The silo's file: records one after the other, each with a checksum.

use std::path::Path;

use super::super::backing_file::BackingFile;
use super::super::bytes::checksum;
use crate::error::{Error, Result};

/// What the file begins with. The file is of no use to anybody but its silo, so no more is said in it.
const MAGIC: &[u8; 16] = b"VITASILO\x01\0\0\0\0\0\0\0";
/// Bytes that wait in memory before they are written.
const WAITING: usize = 1 << 18;

/// Appends records and reads them back.
#[derive(Debug)]
pub(super) struct Spool {
    file: BackingFile,
    /// The length of what is in the file; a write that failed half way lies beyond and is written over.
    written: u64,
    waiting: Vec<u8>,
}

/// Where a record is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) offset: u64,
    /// Without the checksum that follows.
    pub(super) length: u32,
}

impl Spool {
    pub(super) fn create(path: Option<&Path>) -> Result<Self> {
        let named = path.unwrap_or(Path::new("temporary file"));
        let failure = |reason: String| Error::FrameSiloFile { path: named.display().to_string(), reason };
        let mut file = BackingFile::open(path, "silo").map_err(|error| failure(error.to_string()))?;
        if file.len().map_err(|error| failure(error.to_string()))? > 0 {
            let mut begin = [0; MAGIC.len()];
            if file.read_at(0, &mut begin).is_err() || begin != *MAGIC {
                return Err(failure("it exists and was not left by a frame silo".into()));
            }
            file.set_len(0).map_err(|error| failure(error.to_string()))?;
        }
        file.write_at(0, MAGIC).map_err(|error| failure(format!("it cannot be written: {error}")))?;
        file.delete_at_end();
        Ok(Spool { file, written: MAGIC.len() as u64, waiting: Vec::new() })
    }

    /// Appends a record; on failure it is as if this had not been called.
    pub(super) fn append(&mut self, record: &[u8]) -> Result<Place> {
        let length = u32::try_from(record.len())
            .map_err(|_| self.failure(format!("a sample of {} bytes does not fit", record.len())))?;
        let before = self.waiting.len();
        let offset = self.written + before as u64;
        self.waiting.extend(record);
        self.waiting.extend(checksum(&[record]).to_le_bytes());
        if self.waiting.len() >= WAITING {
            if let Err(error) = self.file.write_at(self.written, &self.waiting) {
                self.waiting.truncate(before);
                return Err(self.failure(format!("it cannot be written: {error}")));
            }
            self.written += self.waiting.len() as u64;
            self.waiting.clear();
        }
        Ok(Place { offset, length })
    }

    pub(super) fn read(&mut self, place: Place) -> Result<Vec<u8>> {
        let mut bytes = vec![0; place.length as usize + 4];
        match place.offset.checked_sub(self.written) {
            Some(begin) => {
                let (begin, length) = (begin as usize, bytes.len());
                bytes.copy_from_slice(&self.waiting[begin..begin + length]);
            }
            None => self
                .file
                .read_at(place.offset, &mut bytes)
                .map_err(|error| self.failure(format!("it cannot be read: {error}")))?,
        }
        let sum = bytes.split_off(place.length as usize);
        if sum != checksum(&[&bytes]).to_le_bytes() {
            return Err(self.failure("a sample in it is damaged".into()));
        }
        Ok(bytes)
    }

    pub(super) fn failure(&self, reason: String) -> Error {
        Error::FrameSiloFile { path: self.file.path().display().to_string(), reason }
    }
}
