//! What clients rely on, in C: each program under `tests/c` checks one part and says which line failed.

mod support;

use std::path::Path;

use support::{Workshop, compilers, success};

/// Compiles and runs a program with every compiler there is.
fn check(name: &str) {
    let workshop = Workshop::new(name);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c").join(format!("{name}.c"));
    for compiler in compilers() {
        let blocks: &[&str] = if compiler == "clang" { &["-fblocks"] } else { &[] };
        let program = workshop.compile(compiler, &source, blocks);
        // Misuse on purpose is logged; the programs say themselves what failed.
        success(workshop.command(&program).env("VITASCOPE_LOG", "off"));
    }
}

#[test]
fn foundation() {
    check("foundation");
}

#[test]
fn text() {
    check("text");
}

#[test]
fn groups() {
    check("groups");
}

#[test]
fn passes() {
    check("passes");
}

#[test]
fn media() {
    check("media");
}

#[test]
fn session() {
    check("session");
}

#[test]
fn pixel() {
    check("pixel");
}

#[test]
fn collections() {
    check("collections");
}

#[test]
fn calls() {
    check("calls");
}

#[test]
fn client() {
    check("client");
}

#[test]
fn layout() {
    check("layout");
}
