//! The test programs and examples under AddressSanitizer with LeakSanitizer and UndefinedBehaviorSanitizer, and many threads
//! at once.

mod support;

use std::path::Path;

use support::{Workshop, root, success};

const FLAGS: &[&str] =
    &["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-fno-omit-frame-pointer"];

fn check(name: &str, source: &Path, arguments: &[&str]) {
    let workshop = Workshop::new(&format!("sanitized-{name}"));
    let program = workshop.compile("gcc", source, FLAGS);
    let arguments = arguments.iter().map(|argument| match argument.strip_prefix("out:") {
        Some(file) => workshop.path(file),
        None => argument.into(),
    });
    let mut command = workshop.command(&program);
    success(command.env("VITASCOPE_LOG", "off").env("ASAN_OPTIONS", "detect_leaks=1").args(arguments));
}

fn program(name: &str, arguments: &[&str]) {
    check(name, &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/c").join(format!("{name}.c")), arguments);
}

#[test]
fn programs_leak_nothing_and_stay_in_bounds() {
    for name in [
        "foundation",
        "collections",
        "text",
        "media",
        "calls",
        "groups",
        "pixel",
        "session",
        "client",
        "passes",
    ] {
        program(name, &[]);
    }
}

#[test]
fn examples_leak_nothing_and_stay_in_bounds() {
    let clip = root().join("testdata/bunny_320x180.y4m");
    let clip = clip.to_str().expect("the path is text");
    for (name, arguments) in [
        ("encode", &[clip, "out:a.264"][..]),
        ("conferencing", &[clip, "out:a.264", "out:b.264"]),
        ("letterbox", &[clip, "out:a.y4m", "320", "320"]),
        ("two_passes", &[clip, "out:a.264", "200000"]),
        ("pool", &["out:a.264", "20"]),
    ] {
        check(name, &root().join(format!("examples/c/{name}.c")), arguments);
    }
}

/// Thirty-two threads; run `stress 60` by hand for the long version.
#[test]
fn threads_do_not_get_in_each_others_way() {
    program("stress", &["2"]);
}
