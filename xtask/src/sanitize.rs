//! `cargo xtask sanitize`: the crates with unsafe code under pictures, and the one that hands them rows, under AddressSanitizer.
//! The C library's own tests run C programs under it and under valgrind.

use crate::run::{cargo, check};
use crate::{Failure, tools};

/// Runs their tests, in which each kernel runs at every CPU level that the machine has. Planes are no longer than they need be,
/// so that reading or writing beside one ends the run.
pub(crate) fn run() -> Result<(), Failure> {
    if !cfg!(all(
        target_os = "linux",
        target_env = "gnu",
        any(target_arch = "x86_64", target_arch = "aarch64")
    )) {
        eprintln!("xtask: the toolchain has no AddressSanitizer for this system; memory is NOT checked");
        return Ok(());
    }
    tools::ffmpeg()?;
    // Naming the target keeps build scripts out of it. The flag is not a stable one, but the toolchain brings what it needs.
    let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    check(
        cargo(&["test", "--locked", "--lib", "--tests", "--target", &target])
            .args(["-p", "vitascope-core", "-p", "vitascope-dsp", "-p", "vitascope-convert"])
            .env("RUSTFLAGS", "-Zsanitizer=address")
            .env("RUSTC_BOOTSTRAP", "1"),
    )
}
