//! Rust files of the workspace.

use std::path::Path;

use super::read;
use crate::Failure;

/// One Rust file.
pub(super) struct SourceFile {
    /// Relative to the workspace, with forward slashes.
    pub(super) path: String,
    pub(super) text: String,
}

/// Every Rust file below `crates/` and `xtask/`, in order of path.
pub(super) fn rust_files(root: &Path) -> Result<Vec<SourceFile>, Failure> {
    let mut files = Vec::new();
    let mut folders = vec![root.join("crates"), root.join("xtask")];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for entry in entries {
            let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
            if path.is_dir() {
                if path.file_name().is_none_or(|name| name != "target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let relative = path.strip_prefix(root).expect("found below the root");
                files.push(SourceFile { path: slashes(relative), text: read(&path)? });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// The line without its comment. A `//` inside a string literal also ends it, which is good enough for these checks.
pub(super) fn code_of(line: &str) -> &str {
    line.split_once("//").map_or(line, |(code, _)| code)
}

/// Marks of unfinished work; an ignored test is one unless it says why.
pub(super) fn unfinished(file: &SourceFile) -> Vec<String> {
    // Spelt apart, so that this file does not find itself.
    let marks = [
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("dbg", "!("),
        concat!("#[", "ignore]"),
    ];
    let mut findings = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        for mark in marks.iter().filter(|mark| code_of(line).contains(**mark)) {
            findings.push(format!("{}:{}: '{mark}' left behind", file.path, number + 1));
        }
    }
    findings
}

fn slashes(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_found_in_code_but_not_in_comments() {
        let file = |text: &str| SourceFile { path: "x.rs".into(), text: text.into() };
        assert_eq!(unfinished(&file(concat!("fn f() { todo", "!() }"))).len(), 1);
        assert!(unfinished(&file(concat!("// todo", "!()"))).is_empty());
    }
}
