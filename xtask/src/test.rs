//! `cargo xtask test`: everything that shows the project works.

use crate::run::{cargo, check};
use crate::{Failure, tools};

/// Installs the missing tools, then runs unit, API, end-to-end and documentation tests; the tidy checks are among them.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    tools::ffmpeg()?;
    tools::c_compilers()?;
    tools::valgrind()?;
    let mut command = cargo(&["test"]);
    if !arguments.iter().any(|argument| argument == "-p" || argument.starts_with("--package")) {
        command.arg("--workspace");
    }
    check(command.args(arguments))
}
