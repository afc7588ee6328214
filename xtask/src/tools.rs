//! Programs that the tests need besides the Rust toolchain.

use std::process::Command;

use crate::Failure;
use crate::run::{capture, cargo, check, exists};

/// Makes sure that `ffmpeg` and `ffprobe` start, installing Debian's package when they do not.
pub(crate) fn ffmpeg() -> Result<(), Failure> {
    let present = || exists("ffmpeg", "-version") && exists("ffprobe", "-version");
    if present() {
        return Ok(());
    }
    apt_get(&["update"])?;
    apt_get(&["install", "-y", "--no-install-recommends", "ffmpeg"])?;
    if present() { Ok(()) } else { Err("ffmpeg was installed but does not start".into()) }
}

/// Makes sure that gcc and clang start and that clang's blocks have their runtime: the C library is tested with both.
pub(crate) fn c_compilers() -> Result<(), Failure> {
    let blocks_runtime = || {
        let path = capture(Command::new("clang").arg("-print-file-name=libBlocksRuntime.so"));
        path.is_ok_and(|path| path.contains(&b'/'))
    };
    let objective_c = || {
        let path = capture(Command::new("gcc").arg("-print-prog-name=cc1obj"));
        path.is_ok_and(|path| path.contains(&b'/'))
    };
    let present =
        || exists("gcc", "--version") && exists("g++", "--version") && objective_c() && blocks_runtime();
    if present() {
        return Ok(());
    }
    apt_get(&["update"])?;
    let packages = ["gcc", "g++", "gobjc", "clang", "libblocksruntime-dev"];
    apt_get(&[&["install", "-y", "--no-install-recommends"][..], &packages].concat())?;
    if present() { Ok(()) } else { Err("gcc and clang were installed but do not start".into()) }
}

/// Makes sure that valgrind starts: the C library is tested for leaks and stray accesses.
pub(crate) fn valgrind() -> Result<(), Failure> {
    if exists("valgrind", "--version") {
        return Ok(());
    }
    apt_get(&["update"])?;
    apt_get(&["install", "-y", "--no-install-recommends", "valgrind"])?;
    if exists("valgrind", "--version") {
        Ok(())
    } else {
        Err("valgrind was installed but does not start".into())
    }
}

/// Makes sure that `cargo deny` starts, building it when it does not: without optimisation, as it runs once.
pub(crate) fn cargo_deny() -> Result<(), Failure> {
    if exists("cargo-deny", "--version") {
        return Ok(());
    }
    // Outside the workspace's folder, so that its build settings do not apply.
    check(
        cargo(&["install", "--debug", "--locked", "cargo-deny"])
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .current_dir(std::env::temp_dir()),
    )
}

fn apt_get(arguments: &[&str]) -> Result<(), Failure> {
    let as_root = check(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"));
    if as_root.is_ok() || !exists("sudo", "--version") {
        return as_root
            .map_err(|failure| format!("{failure}\nThe tests need these packages; please install them."));
    }
    check(Command::new("sudo").args(["-n", "apt-get"]).args(arguments))
        .map_err(|failure| format!("{failure}\nThe tests need these packages; please install them."))
}
