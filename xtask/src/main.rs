#![forbid(unsafe_code)]
//! Project tasks: `cargo xtask TASK`.

mod c_headers;
mod ci;
mod conformance;
mod docs;
mod install;
mod run;
mod sanitize;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

/// Why a task stopped, as one message for the terminal.
type Failure = String;

const USAGE: &str = "\
Usage: cargo xtask TASK

  test [ARGS]          install the test tools that are missing, then run every test
                       (ARGS go to cargo test, for example: -p vitascope-core)
  tidy                 check layering, SAFETY lines, file lengths, the dependency list
  c-headers            rewrite the generated parts of the C interface from docs/c-symbols.tsv
  install --prefix DIR [--debug]
                       put the C headers, libraries and pkg-config files below DIR
  docs                 rewrite the generated pages in docs/
  sanitize             run the tests of core, dsp and convert under AddressSanitizer
  ci                   formatting, clippy, cargo-deny, every test, sanitize
  conformance FOLDER [--frames N] [--full]
                       encode every clip in FOLDER at many settings and compare each decoded
                       frame with the encoder's reconstruction
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let outcome = match arguments.first().map(String::as_str) {
        Some("test") => test::run(rest),
        Some("tidy") => tidy::run(),
        Some("install") => install::run(rest),
        Some("c-headers") => c_headers::run(),
        Some("docs") => docs::run(),
        Some("sanitize") => sanitize::run(),
        Some("ci") => ci::run(),
        Some("conformance") => conformance::run(rest),
        Some("help" | "--help" | "-h") => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Some(other) => {
            eprint!("There is no task '{other}'.\n\n{USAGE}");
            return ExitCode::from(2);
        }
        None => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}
