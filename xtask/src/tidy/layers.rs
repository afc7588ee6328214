//! Dependencies between the crates of the workspace point one way.

use super::manifest::Manifest;

/// Layer of each crate; a crate may use those of lower layers only. Crates of one layer do not know each other.
const LAYERS: &[(&str, u32)] = &[
    ("vitascope-core", 0),
    ("vitascope-bits", 1),
    ("vitascope-dsp", 1),
    ("vitascope-convert", 2),
    ("vitascope-encode", 2),
    ("vitascope-container", 3),
    ("vitascope-h264", 3),
    ("vitascope-session", 4),
    ("vitascope", 5),
    ("vitascope-bench", 6),
    ("vitascope-capi", 6),
    ("vitascope-cli", 6),
    ("xtask", 7),
];

pub(super) fn check(manifests: &[Manifest]) -> Vec<String> {
    let mut findings = Vec::new();
    for manifest in manifests {
        let Some(own) = layer(&manifest.name) else {
            findings.push(format!("{}: has no layer in xtask/src/tidy/layers.rs", manifest.name));
            continue;
        };
        for dependency in &manifest.dependencies {
            if let Some(other) = layer(dependency)
                && other >= own
            {
                findings.push(format!(
                    "{} (layer {own}) depends on {dependency} (layer {other}): only lower layers are allowed",
                    manifest.name
                ));
            }
        }
    }
    findings
}

/// Whether the name belongs to this workspace.
pub(super) fn is_ours(name: &str) -> bool {
    layer(name).is_some()
}

fn layer(name: &str) -> Option<u32> {
    LAYERS.iter().find(|(crate_name, _)| *crate_name == name).map(|(_, layer)| *layer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(name: &str, dependency: &str) -> Manifest {
        Manifest { name: name.into(), dependencies: vec![dependency.into()], development: Vec::new() }
    }

    #[test]
    fn only_downward_dependencies_pass() {
        assert!(check(&[manifest("vitascope-session", "vitascope-h264")]).is_empty());
        assert_eq!(check(&[manifest("vitascope-h264", "vitascope-session")]).len(), 1);
        assert_eq!(check(&[manifest("vitascope-container", "vitascope-h264")]).len(), 1);
        assert_eq!(check(&[manifest("vitascope-newcomer", "log")]).len(), 1);
    }
}
