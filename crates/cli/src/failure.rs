//! How the command ends when it does not succeed.

use std::fmt::Display;
use std::io;
use std::process::ExitCode;

/// Why the command stopped, and with it the exit code.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line asks for something that does not exist or is out of range: code 2.
    Usage(String),
    /// The work could not be done: code 1.
    Failed(String),
    /// The reader of our standard output went away: nothing more to say, code 0.
    BrokenPipe,
    /// An interrupt or a request to terminate arrived: code 130, as shells have it.
    Interrupted,
}

impl From<vitascope::session::Error> for Failure {
    fn from(error: vitascope::session::Error) -> Self {
        Failure::Failed(error.to_string())
    }
}

impl Failure {
    /// The exit code after a signal.
    pub(crate) const INTERRUPTED: u8 = 130;

    /// A failure of the work itself, named after what it happened to.
    pub(crate) fn failed(what: impl Display, why: impl Display) -> Self {
        Failure::Failed(format!("{what}: {why}"))
    }

    /// A failure while writing to standard output.
    pub(crate) fn from_stdout(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
            _ => Failure::failed("standard output", error),
        }
    }

    /// Says on standard error what happened and gives the exit code.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Failure::Usage(message) => {
                eprintln!("vitascope: {message}");
                ExitCode::from(2)
            }
            Failure::Failed(message) => {
                eprintln!("vitascope: {message}");
                ExitCode::from(1)
            }
            Failure::BrokenPipe => ExitCode::SUCCESS,
            Failure::Interrupted => {
                eprintln!("vitascope: interrupted; partial output removed");
                ExitCode::from(Failure::INTERRUPTED)
            }
        }
    }
}
