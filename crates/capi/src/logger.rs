//! Where log lines go in a C program: standard error, filtered by the environment variable `VITASCOPE_LOG`.

use std::sync::Once;

use log::{LevelFilter, Log, Metadata, Record};

/// `off`, `error`, `warn`, `info`, `debug` or `trace`; `warn` when it is not set or says something else.
const VARIABLE: &str = "VITASCOPE_LOG";

struct StandardError;

impl Log for StandardError {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        use std::io::Write;
        // One write, so that lines of several threads do not mix; there is nobody to tell when it fails.
        let line = format!("vitascope: {}: {}\n", record.level().as_str().to_lowercase(), record.args());
        let _ = std::io::stderr().write_all(line.as_bytes());
    }

    fn flush(&self) {}
}

/// Installs the logger once, unless the program has one of its own.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let level = std::env::var(VARIABLE).ok().and_then(|level| level.parse().ok());
        if log::set_logger(&StandardError).is_ok() {
            log::set_max_level(level.unwrap_or(LevelFilter::Warn));
        }
    });
}
