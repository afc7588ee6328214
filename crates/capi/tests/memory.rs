//! The test programs and an example under valgrind: no stray access, no leak.

mod support;

use std::path::Path;

use support::{Workshop, exists, root, success};

/// Runs a program under valgrind. What is still reachable at the end is no leak; "possibly lost" is the standard library's
/// handle of the main thread, which it keeps by an address inside the block.
fn check(name: &str, source: &Path, arguments: &[&Path]) {
    assert!(exists("valgrind"), "valgrind is not installed; cargo xtask test installs it");
    let workshop = Workshop::new(&format!("memory-{name}"));
    let program = workshop.compile("gcc", source, &[]);
    let mut command = workshop.command(Path::new("valgrind"));
    command
        .env("VITASCOPE_LOG", "off")
        .args(["--quiet", "--error-exitcode=9", "--leak-check=full"])
        .args(["--show-leak-kinds=definite,indirect", "--errors-for-leak-kinds=definite,indirect"])
        .arg(&program)
        .args(arguments);
    if name == "encode" {
        command.arg(workshop.path("out.264"));
    }
    success(&mut command);
}

fn test_program(name: &str) {
    check(name, &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c").join(format!("{name}.c")), &[]);
}

#[test]
fn foundation() {
    test_program("foundation");
}

#[test]
fn text() {
    test_program("text");
}

#[test]
fn groups() {
    test_program("groups");
}

#[test]
fn media() {
    test_program("media");
}

#[test]
fn pixel() {
    test_program("pixel");
}

#[test]
fn session() {
    test_program("session");
}

#[test]
fn encode_example() {
    let clip = root().join("testdata/bunny_320x180.y4m");
    check("encode", &root().join("examples/c/encode.c"), &[&clip]);
}
