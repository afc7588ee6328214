//! Log lines of the engine, on standard error.

use std::cell::RefCell;
use std::fmt::Display;
use std::sync::OnceLock;

use indicatif::ProgressBar;
use log::{Level, LevelFilter, Log, Metadata, Record};

/// Shows warnings and errors; `VITASCOPE_LOG` (off, error, warn, info, debug, trace) shows more or less.
pub(crate) fn install() {
    let asked = std::env::var("VITASCOPE_LOG").ok();
    let level = asked.as_deref().and_then(|text| text.parse().ok());
    if log::set_logger(&LOGGER).is_ok() {
        log::set_max_level(level.unwrap_or(LevelFilter::Warn));
    }
    if let (Some(text), None) = (asked, level) {
        log::warn!("VITASCOPE_LOG='{text}' is none of off, error, warn, info, debug, trace");
    }
}

/// Warns of variables of the engine whose value means nothing.
pub(crate) fn check_environment() {
    for (name, values) in
        [("VITASCOPE_CPU", &["scalar", "avx2", "avx512"][..]), ("VITASCOPE_HARDWARE", &["assume"])]
    {
        if let Some(value) = std::env::var_os(name).filter(|value| !values.iter().any(|known| value == known))
        {
            log::warn!("{name}='{}' has no effect: {} is accepted", value.display(), values.join(" or "));
        }
    }
}

/// From now on log lines appear above this progress bar instead of within it.
pub(crate) fn share_terminal_with(bar: &ProgressBar) {
    // A second bar in one run would not be told of; the command draws only one.
    let _ = BAR.set(bar.clone());
}

/// Runs a call whose failure comes back as a value and is also logged: the log line that says the same is left out, as the
/// command prints the failure itself.
pub(crate) fn without_echo<T, E: Display>(call: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    HELD.set(Some(Vec::new()));
    let result = call();
    let said = result.as_ref().err().map(E::to_string);
    for (level, line) in HELD.take().unwrap_or_default() {
        if said.as_ref().is_none_or(|said| !line.starts_with(said)) {
            show(level, &line);
        }
    }
    result
}

thread_local! {
    /// Lines of this thread that wait for the outcome of a call.
    static HELD: RefCell<Option<Vec<(Level, String)>>> = const { RefCell::new(None) };
}

struct Logger;

static LOGGER: Logger = Logger;
static BAR: OnceLock<ProgressBar> = OnceLock::new();

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() <= log::max_level()
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let line = match record.level() {
            Level::Error | Level::Warn => record.args().to_string(),
            _ => format!("{} [{}]", record.args(), record.target()),
        };
        let shown = HELD.with_borrow_mut(|held| match held {
            Some(lines) => {
                lines.push((record.level(), line));
                None
            }
            None => Some(line),
        });
        if let Some(line) = shown {
            show(record.level(), &line);
        }
    }

    fn flush(&self) {}
}

fn show(level: Level, line: &str) {
    let print = || match level {
        Level::Error => eprintln!("vitascope: error: {line}"),
        Level::Warn => eprintln!("vitascope: warning: {line}"),
        _ => eprintln!("vitascope: {line}"),
    };
    match BAR.get() {
        Some(bar) => bar.suspend(print),
        None => print(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_lines_do_not_outlive_the_call() {
        let failed: Result<(), &str> = without_echo(|| {
            HELD.with_borrow_mut(|held| {
                held.as_mut().expect("held").push((Level::Warn, "bad value (status -1)".into()))
            });
            Err("bad value")
        });
        assert_eq!(failed, Err("bad value"));
        HELD.with_borrow(|held| assert!(held.is_none()));
    }
}
