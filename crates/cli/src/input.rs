//! Files and standard input, read alike.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::failure::Failure;

/// Whether the argument stands for standard input or output.
pub(crate) fn is_standard_stream(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Bytes from a file or from standard input.
pub(crate) struct Input {
    name: String,
    bytes: Bytes,
}

enum Bytes {
    File(File),
    Standard(io::Stdin),
}

impl Input {
    /// Opens the file; `-` is standard input.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        if is_standard_stream(path) {
            return Ok(Input { name: "standard input".into(), bytes: Bytes::Standard(io::stdin()) });
        }
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| Failure::failed(&name, error))?;
        // Opening a folder succeeds on some systems and only reading it fails, with a less helpful message.
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(Failure::failed(&name, "is a folder"));
        }
        Ok(Input { name, bytes: Bytes::File(file) })
    }

    /// What to call it in messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Bytes in the file, when it is one whose length is known.
    pub(crate) fn length(&self) -> Option<u64> {
        match &self.bytes {
            Bytes::File(file) => file.metadata().ok().filter(|metadata| metadata.is_file()).map(|m| m.len()),
            Bytes::Standard(_) => None,
        }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.bytes {
            Bytes::File(file) => file.read(buffer),
            Bytes::Standard(stdin) => stdin.lock().read(buffer),
        }
    }
}
