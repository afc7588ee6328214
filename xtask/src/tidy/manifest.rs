//! The little of `Cargo.toml` that the checks need.

use std::path::Path;

use super::read;
use crate::Failure;

/// Names in the manifest of one package.
#[derive(Default)]
pub(super) struct Manifest {
    /// The package's name.
    pub(super) name: String,
    /// Keys of `[dependencies]`.
    pub(super) dependencies: Vec<String>,
    /// Keys of `[dev-dependencies]` and `[build-dependencies]`.
    pub(super) development: Vec<String>,
}

/// The manifest of every crate and of xtask.
pub(super) fn read_all(root: &Path) -> Result<Vec<Manifest>, Failure> {
    let crates = root.join("crates");
    let entries = std::fs::read_dir(&crates).map_err(|error| format!("{}: {error}", crates.display()))?;
    let mut manifests = vec![parse(&read(&root.join("xtask/Cargo.toml"))?)];
    for entry in entries {
        let path = entry.map_err(|error| format!("{}: {error}", crates.display()))?.path().join("Cargo.toml");
        if path.is_file() {
            manifests.push(parse(&read(&path)?));
        }
    }
    manifests.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(manifests)
}

fn parse(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let mut section = "";
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let key = key.trim().trim_end_matches(".workspace").to_string();
        // `[target.'cfg(...)'.dependencies]` counts as well.
        if section.ends_with("dev-dependencies") || section.ends_with("build-dependencies") {
            manifest.development.push(key);
        } else if section.ends_with("dependencies") {
            manifest.dependencies.push(key);
        } else if section == "package" && key == "name" {
            manifest.name = value.trim().trim_matches('"').to_string();
        }
    }
    manifest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_every_kind_of_line() {
        let manifest = parse(
            "[package]\nname = \"a\"\n[dependencies]\nb.workspace = true\nc = { version = \"1\" }\n[dev-dependencies]\nd = \"2\"\n",
        );
        assert_eq!(manifest.name, "a");
        assert_eq!(manifest.dependencies, ["b", "c"]);
        assert_eq!(manifest.development, ["d"]);
    }
}
