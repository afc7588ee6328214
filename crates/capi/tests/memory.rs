//! The test programs and an example under valgrind: no stray access, no leak.

mod support;

use std::path::Path;

use support::{Workshop, exists, root, success};

/// Runs a program under valgrind; an argument `out:NAME` becomes a file of its own. What is still reachable at the end is no
/// leak; "possibly lost" is the standard library's handle of the main thread, which it keeps by an address inside the block.
fn check(name: &str, source: &Path, arguments: &[&str]) {
    assert!(exists("valgrind"), "valgrind is not installed; cargo xtask test installs it");
    let workshop = Workshop::new(&format!("memory-{name}"));
    let program = workshop.compile("gcc", source, &[]);
    let arguments = arguments.iter().map(|argument| match argument.strip_prefix("out:") {
        Some(file) => workshop.path(file),
        None => argument.into(),
    });
    let mut command = workshop.command(Path::new("valgrind"));
    command
        .env("VITASCOPE_LOG", "off")
        .args(["--quiet", "--error-exitcode=9", "--leak-check=full"])
        .args(["--show-leak-kinds=definite,indirect", "--errors-for-leak-kinds=definite,indirect"])
        .arg(&program)
        .args(arguments);
    success(&mut command);
}

fn test_program(name: &str) {
    check(name, &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c").join(format!("{name}.c")), &[]);
}

/// An example; `CLIP` stands for a clip.
fn example(name: &str, arguments: &[&str]) {
    let clip = root().join("testdata/bunny_320x180.y4m");
    let clip = clip.to_str().expect("the path is text");
    let arguments: Vec<&str> =
        arguments.iter().map(|argument| if *argument == "CLIP" { clip } else { argument }).collect();
    check(name, &root().join(format!("examples/c/{name}.c")), &arguments);
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
fn passes() {
    test_program("passes");
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
fn client() {
    test_program("client");
}

#[test]
fn encode_example() {
    example("encode", &["CLIP", "out:a.264"]);
}

#[test]
fn conferencing_example() {
    example("conferencing", &["CLIP", "out:a.264", "out:b.264"]);
}

#[test]
fn letterbox_example() {
    example("letterbox", &["CLIP", "out:a.y4m", "160", "160"]);
}

#[test]
fn two_passes_example() {
    example("two_passes", &["CLIP", "out:a.264", "200000"]);
}

#[test]
fn pool_example() {
    example("pool", &["out:a.264", "20"]);
}
