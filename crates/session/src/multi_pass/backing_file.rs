//! A file that an object keeps its contents in, and its end.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

/// An open file that is deleted when this goes, if it shall be.
#[derive(Debug)]
pub(super) struct BackingFile {
    file: File,
    path: PathBuf,
    delete: bool,
    /// It existed before.
    pub(super) existed: bool,
}

/// Tries for a temporary name that is free.
const ATTEMPTS: usize = 64;

static COUNTER: AtomicU64 = AtomicU64::new(0);

impl BackingFile {
    /// Opens or creates the file at a path, or a new one in the system's folder for temporary files. Nobody else may have it open
    /// in the same way. A file that is created here is deleted at the end.
    pub(super) fn open(path: Option<&Path>, stem: &str) -> io::Result<Self> {
        let (file, path, existed) = match path {
            None => {
                let (file, path) = temporary(stem)?;
                (file, path, false)
            }
            Some(path) => {
                let mut options = OpenOptions::new();
                options.read(true).write(true);
                match options.clone().create_new(true).open(path) {
                    Ok(file) => (file, path.to_owned(), false),
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                        (options.open(path)?, path.to_owned(), true)
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        let backing = BackingFile { file, path, delete: !existed, existed };
        match backing.file.try_lock() {
            Ok(()) => Ok(backing),
            Err(fs::TryLockError::WouldBlock) => {
                Err(io::Error::new(ErrorKind::ResourceBusy, "it is in use by another object or process"))
            }
            Err(fs::TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(backing),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }

    /// Leaves the file where it is at the end.
    pub(super) fn keep(&mut self) {
        self.delete = false;
    }

    /// Deletes the file at the end, even if it was there before.
    pub(super) fn delete_at_end(&mut self) {
        self.delete = true;
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn len(&self) -> io::Result<u64> {
        self.file.metadata().map(|metadata| metadata.len())
    }

    pub(super) fn set_len(&self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }

    /// Waits until everything written is on the medium.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    pub(super) fn write_at(&mut self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.write_all(bytes)
    }

    /// Reads as many bytes as `buffer` holds.
    pub(super) fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.read_exact(buffer)
    }
}

impl Drop for BackingFile {
    fn drop(&mut self) {
        if self.delete
            && let Err(error) = fs::remove_file(&self.path)
            && error.kind() != ErrorKind::NotFound
        {
            log::warn!("{} could not be deleted: {error}", self.path.display());
        }
    }
}

fn temporary(stem: &str) -> io::Result<(File, PathBuf)> {
    let mut failure = io::Error::from(ErrorKind::AlreadyExists);
    for _ in 0..ATTEMPTS {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("vitascope-{stem}-{}-{number}", process::id()));
        match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}
