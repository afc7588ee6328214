//! What the documentation shows works as shown.

use std::path::Path;
use std::process::Command;

use crate::support::{Scratch, root, succeed, text, vitascope};

/// Pages whose ```sh blocks are run, line by line.
const PAGES: &[&str] = &["README.md", "docs/command-line.md"];

/// Generated pages and the arguments that print them; `cargo xtask docs` rewrites them.
const GENERATED: &[(&str, &[&str])] = &[
    ("docs/vitascope.1", &["man"]),
    ("docs/properties.md", &["properties", "--codec", "h264", "--markdown"]),
];

#[test]
fn every_example_runs() {
    for page in PAGES {
        let lines = examples(&read(page));
        assert!(!lines.is_empty(), "{page} shows no command");
        let scratch = Scratch::new();
        // The examples name files relative to the repository; their outputs stay in the scratch folder.
        let workspace = scratch.path("workspace");
        std::fs::create_dir(&workspace).expect("writable");
        link(&root().join("testdata"), &workspace.join("testdata"));
        let tools = scratch.path("tools");
        std::fs::create_dir(&tools).expect("writable");
        link(Path::new(env!("CARGO_BIN_EXE_vitascope")), &tools.join("vitascope"));
        let path = format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default());
        for line in lines {
            let Some(line) = runnable(&line) else { continue };
            let script = format!("set -euo pipefail\n{line}");
            succeed(Command::new("bash").args(["-c", &script]).current_dir(&workspace).env("PATH", &path));
        }
    }
}

#[test]
fn the_main_command_of_the_readme_is_what_continuous_integration_runs() {
    let readme = read("README.md");
    let main = "cargo run --release -- encode testdata/bunny_320x180.y4m -o bunny.mp4";
    assert!(readme.lines().any(|line| line == main), "README.md lacks: {main}");
    assert!(readme.lines().any(|line| line == "cargo xtask test"));
    assert!(read(".ci/run").contains("encode testdata/bunny_320x180.y4m"));
}

#[test]
fn generated_pages_are_in_step() {
    for (page, arguments) in GENERATED {
        let now = text(&succeed(vitascope().args(*arguments)).stdout);
        assert!(now == read(page), "{page} is stale: run `cargo xtask docs`");
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let pages = [
        "README.md",
        "CONTRIBUTING.md",
        "docs/ARCHITECTURE.md",
        "docs/command-line.md",
        "docs/pixel-transfer.md",
        "docs/porting.md",
        "testdata/README.md",
    ];
    for page in pages {
        let folder = root().join(page);
        let folder = folder.parent().expect("a page lies in a folder");
        for target in read(page).split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = target.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") {
                assert!(folder.join(target).exists(), "{page} points at {target}");
            }
        }
    }
}

/// Lines of the page's ```sh blocks, with continued lines joined.
fn examples(page: &str) -> Vec<String> {
    let (mut lines, mut inside, mut pending) = (Vec::new(), false, String::new());
    for line in page.lines() {
        match line.trim() {
            "```sh" => inside = true,
            "```" => inside = false,
            line if inside && !line.is_empty() => {
                pending.push_str(line);
                match pending.strip_suffix('\\') {
                    Some(start) => pending = start.to_string(),
                    None => lines.push(std::mem::take(&mut pending)),
                }
            }
            _ => {}
        }
    }
    lines
}

/// The example with the binary under test in place of a fresh build; nothing for commands that build, install or test.
fn runnable(line: &str) -> Option<String> {
    if let Some(arguments) = line.strip_prefix("cargo run --release -- ") {
        return Some(format!("vitascope {arguments}"));
    }
    let skipped = ["cargo build", "cargo xtask", "cargo install"];
    if skipped.iter().any(|start| line.starts_with(start)) {
        return None;
    }
    assert!(!line.starts_with("cargo "), "no rule for this example: {line}");
    Some(line.to_string())
}

fn read(page: &str) -> String {
    std::fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

#[cfg(unix)]
fn link(target: &Path, name: &Path) {
    std::os::unix::fs::symlink(target, name).expect("the scratch folder takes links");
}
