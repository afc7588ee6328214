//! Rules of the project that a compiler does not check.

mod dependencies;
mod layers;
mod length;
mod manifest;
mod source;
mod unsafe_code;

use std::path::{Path, PathBuf};

use crate::Failure;
use crate::run::root;

/// Runs every check and reports all findings at once.
pub(crate) fn run() -> Result<(), Failure> {
    let findings = findings(&root())?;
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.is_empty() { Ok(()) } else { Err(format!("tidy: {} findings", findings.len())) }
}

fn findings(root: &Path) -> Result<Vec<String>, Failure> {
    let files = source::rust_files(root)?;
    let manifests = manifest::read_all(root)?;
    let mut findings = Vec::new();
    findings.extend(layers::check(&manifests));
    findings.extend(dependencies::check(&manifests, &read(&root.join("docs/dependencies.md"))?));
    for file in &files {
        findings.extend(length::check(file));
        findings.extend(unsafe_code::check(file));
        findings.extend(source::unfinished(file));
    }
    Ok(findings)
}

fn read(path: &PathBuf) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_is_tidy() {
        let findings = findings(&root()).expect("the tree can be read");
        assert!(findings.is_empty(), "\n{}", findings.join("\n"));
    }
}
