//! `cargo xtask ci`: what a change must pass.

use crate::run::{cargo, check};
use crate::{Failure, test, tools};

/// Formatting, lints, dependency policy, tests: the quick ones first.
pub(crate) fn run() -> Result<(), Failure> {
    check(&mut cargo(&["fmt", "--all", "--check"]))?;
    check(&mut cargo(&["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))?;
    check(
        cargo(&["doc", "--workspace", "--no-deps", "--locked", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    tools::cargo_deny()?;
    check(&mut cargo(&["deny", "--locked", "check"]))?;
    test::run(&["--locked".into()])
}
