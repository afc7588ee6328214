use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::{Error, Result};

/// Bytes gathered before they go to the system.
const BUFFER_BYTES: usize = 256 << 10;

/// A file that appears under its name only when it is complete.
///
/// The bytes go to a temporary file in the same directory, which [`AtomicFile::commit`] renames. Dropped before
/// that, it removes the temporary file, and what stood under the name stays as it was. A name that stands for a
/// device or a pipe (`/dev/null`, a FIFO) is written in place, since renaming would replace it; a symbolic link stays
/// a link and its target is replaced.
#[derive(Debug)]
pub struct AtomicFile {
    /// `None` only after `commit` took it.
    file: Option<BufWriter<File>>,
    path: PathBuf,
    /// Where the bytes go and where they end up; `None` when written in place.
    rename: Option<(PathBuf, PathBuf)>,
}

impl AtomicFile {
    /// Opens a temporary file beside `path`.
    ///
    /// # Errors
    /// The directory does not exist or cannot be written, or `path` is a directory.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let mut permissions = None;
        let target = match fs::metadata(path) {
            Ok(found) if found.is_dir() => {
                return Err(Error::io("create", path, ErrorKind::IsADirectory.into()));
            }
            Ok(found) if found.is_file() => {
                permissions = Some(found.permissions());
                fs::canonicalize(path).map_err(|e| Error::io("create", path, e))?
            }
            Ok(_) => {
                let file =
                    OpenOptions::new().write(true).open(path).map_err(|e| Error::io("open", path, e))?;
                return Ok(Self { file: Some(buffered(file)), path: path.to_owned(), rename: None });
            }
            // What a link names may not be there yet.
            Err(_) => {
                fs::read_link(path).map_or_else(|_| path.to_owned(), |target| path.with_file_name(target))
            }
        };
        let (file, temporary) = create_beside(&target).map_err(|e| Error::io("create", path, e))?;
        let created =
            Self { file: Some(buffered(file)), path: path.to_owned(), rename: Some((temporary, target)) };
        if let (Some(permissions), Some((temporary, _))) = (permissions, &created.rename) {
            fs::set_permissions(temporary, permissions).map_err(|e| Error::io("create", path, e))?;
        }
        Ok(created)
    }

    /// The name under which the file will appear.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes out what is buffered and gives the file its name.
    ///
    /// # Errors
    /// Writing or renaming failed; the temporary file is removed.
    pub fn commit(mut self) -> Result<()> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        file.flush().map_err(|e| Error::io("write", &self.path, e))?;
        drop(file);
        if let Some((temporary, target)) = &self.rename {
            fs::rename(temporary, target)
                .map_err(|e| Error::io("rename the finished file to", &self.path, e))?;
            self.rename = None;
        }
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().map_or(Err(ErrorKind::NotConnected.into()), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        // Without this the buffer would still be written to a file about to be removed.
        if let Some(file) = self.file.take() {
            drop(file.into_parts());
        }
        if let Some((temporary, _)) = &self.rename
            && let Err(error) = fs::remove_file(temporary)
        {
            log::warn!("cannot remove the unfinished file {}: {error}", temporary.display());
        }
    }
}

/// A file without a name of its own that holds bytes until they have a place. It is removed when dropped.
#[derive(Debug)]
pub(crate) struct SpoolFile {
    file: BufWriter<File>,
    temporary: PathBuf,
    /// The output the bytes are for, which is what messages name.
    path: PathBuf,
    length: u64,
}

impl SpoolFile {
    /// Opens it beside `path`, where the room for the result must be anyway, or in the system's directory for
    /// temporary files when `path` is written in place.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        let in_place = fs::metadata(path).is_ok_and(|found| !found.is_file());
        let beside = if in_place { std::env::temp_dir().join("vitascope") } else { path.to_owned() };
        let (file, temporary) =
            create_beside(&beside).map_err(|e| Error::io("create a spool file for", path, e))?;
        Ok(Self { file: buffered(file), temporary, path: path.to_owned(), length: 0 })
    }

    /// Bytes held.
    pub(crate) fn len(&self) -> u64 {
        self.length
    }

    /// Appends `bytes`.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.file.write_all(bytes).map_err(|e| Error::io("spool samples of", &self.path, e))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Copies everything held to `output`.
    pub(crate) fn copy_to(&mut self, output: &mut Output) -> Result<()> {
        use std::io::{Read, Seek, SeekFrom};
        self.file.flush().map_err(|e| Error::io("spool samples of", &self.path, e))?;
        self.file
            .get_mut()
            .seek(SeekFrom::Start(0))
            .map_err(|e| Error::io("read the spooled samples of", &self.path, e))?;
        let mut buffer = vec![0; BUFFER_BYTES];
        let mut left = self.length;
        while left > 0 {
            let part = &mut buffer[..BUFFER_BYTES.min(usize::try_from(left).unwrap_or(usize::MAX))];
            self.file
                .get_mut()
                .read_exact(part)
                .map_err(|e| Error::io("read the spooled samples of", &self.path, e))?;
            output.put(part)?;
            left -= part.len() as u64;
        }
        Ok(())
    }
}

impl Drop for SpoolFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.temporary) {
            log::warn!("cannot remove the spool file {}: {error}", self.temporary.display());
        }
    }
}

/// Where a writer's bytes go: a file or standard output.
#[derive(Debug)]
pub(crate) enum Output {
    File(AtomicFile),
    Stdout(BufWriter<io::Stdout>),
}

impl Output {
    /// `-` is standard output.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Output::Stdout(BufWriter::with_capacity(BUFFER_BYTES, io::stdout())));
        }
        AtomicFile::create(path).map(Output::File)
    }

    /// Writes all of `bytes`.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.write_all(bytes).map_err(|e| self.error(e))
    }

    /// Writes out what is buffered and gives a file its name.
    pub(crate) fn finish(self) -> Result<()> {
        match self {
            Output::File(file) => file.commit(),
            Output::Stdout(mut stdout) => stdout.flush().map_err(|e| Error::io("write", STDOUT, e)),
        }
    }

    /// The error for a failed write.
    pub(crate) fn error(&self, source: io::Error) -> Error {
        match self {
            Output::File(file) => Error::io("write", file.path(), source),
            Output::Stdout(_) => Error::io("write", STDOUT, source),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Output::File(file) => file.write(bytes),
            Output::Stdout(stdout) => stdout.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::File(file) => file.flush(),
            Output::Stdout(stdout) => stdout.flush(),
        }
    }
}

const STDOUT: &str = "standard output";

fn buffered(file: File) -> BufWriter<File> {
    BufWriter::with_capacity(BUFFER_BYTES, file)
}

/// Creates a file with a free name in the directory of `path`, open for reading and writing.
fn create_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    if path.file_name().is_none() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it has no file name"));
    }
    loop {
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        // Not made of the file's name, which may be as long as a name can be.
        let temporary = path.with_file_name(format!(".vitascope-{}-{number}.part", std::process::id()));
        match OpenOptions::new().read(true).write(true).create_new(true).open(&temporary) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => return Ok((file, temporary)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(name: &str) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("vitascope-output-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir(&directory).unwrap();
        directory
    }

    fn names(directory: &Path) -> Vec<String> {
        fs::read_dir(directory).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn appears_only_when_committed() {
        let directory = directory("commit");
        let path = directory.join("out.bin");
        fs::write(&path, b"before").unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"after").unwrap();
        file.flush().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"before");
        file.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"after");
        assert_eq!(names(&directory), ["out.bin"]);
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn dropped_leaves_nothing() {
        let directory = directory("drop");
        let mut file = AtomicFile::create(directory.join("out.bin")).unwrap();
        file.write_all(&[0; 1000]).unwrap();
        let mut spool = SpoolFile::create(&directory.join("out.bin")).unwrap();
        spool.append(b"samples").unwrap();
        assert_eq!(names(&directory).len(), 2);
        drop((file, spool));
        assert!(names(&directory).is_empty());
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn permissions_stay_and_names_may_be_long() {
        use std::os::unix::fs::PermissionsExt;
        let directory = directory("permissions");
        let path = directory.join("x".repeat(255));
        fs::write(&path, b"before").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let mut file = AtomicFile::create(&path).unwrap();
        file.write_all(b"after").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"after");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn a_link_stays_a_link() {
        let directory = directory("link");
        let (target, link) = (directory.join("target"), directory.join("link"));
        // Also where what it names is not there yet, the second time.
        for named in [target.as_path(), Path::new("target")] {
            std::os::unix::fs::symlink(named, &link).unwrap();
            for before in [Some(b"before"), None] {
                before.map_or_else(|| fs::remove_file(&target), |before| fs::write(&target, before)).unwrap();
                let mut file = AtomicFile::create(&link).unwrap();
                file.write_all(b"after").unwrap();
                file.commit().unwrap();
                assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
                assert_eq!(fs::read(&target).unwrap(), b"after");
            }
            fs::remove_file(&link).unwrap();
        }
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_reported_with_the_path() {
        let mut file = AtomicFile::create("/dev/full").unwrap();
        file.write_all(b"some bytes").unwrap();
        let error = file.commit().unwrap_err().to_string();
        assert!(error.starts_with("cannot write /dev/full: "), "{error}");
        assert!(!fs::metadata("/dev/full").unwrap().is_file());
    }

    #[test]
    fn unwritable_places_are_reported() {
        for path in ["/no/such/directory/out.mp4", "/", ""] {
            let error = AtomicFile::create(path).unwrap_err().to_string();
            assert!(error.starts_with(&format!("cannot create {path}: ")), "{error}");
        }
    }
}
