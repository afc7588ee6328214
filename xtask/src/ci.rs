//! `cargo xtask ci`: what a change must pass.

use crate::run::{cargo, check};
use crate::{Failure, sanitize, test, tools};

/// Formatting, lints, dependency policy, tests: the quick ones first.
pub(crate) fn run() -> Result<(), Failure> {
    check(&mut cargo(&["fmt", "--all", "--check"]))?;
    check(&mut cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    check(
        cargo(&["doc", "--workspace", "--no-deps", "--locked", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    tools::cargo_deny()?;
    check(&mut cargo(&["deny", "--locked", "check", "bans", "licenses", "sources"]))?;
    advisories()?;
    sanitize::run()?;
    test::run(&["--locked".into()])
}

/// Checks against the advisory database, which lies in a repository of its own. A machine that cannot reach it says so and
/// goes on: whether the change is good does not depend on it.
fn advisories() -> Result<(), Failure> {
    match check(&mut cargo(&["deny", "fetch", "db"])) {
        Ok(()) => check(&mut cargo(&["deny", "--locked", "check", "advisories"])),
        Err(_) => {
            eprintln!("xtask: the advisory database is out of reach; advisories are NOT checked");
            Ok(())
        }
    }
}
