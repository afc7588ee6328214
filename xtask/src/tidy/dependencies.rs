//! `docs/dependencies.md` lists what the manifests name, no more and no less.

use std::collections::BTreeSet;

use super::layers::is_ours;
use super::manifest::Manifest;

pub(super) fn check(manifests: &[Manifest], page: &str) -> Vec<String> {
    let listed: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| {
            line.strip_prefix("| `").and_then(|rest| rest.split_once('`')).map(|(name, _)| name)
        })
        .collect();
    let used: BTreeSet<&str> = manifests
        .iter()
        .flat_map(|manifest| manifest.dependencies.iter().chain(&manifest.development))
        .map(String::as_str)
        .filter(|name| !is_ours(name))
        .collect();
    let missing = used.difference(&listed).map(|name| format!("docs/dependencies.md: no row for `{name}`"));
    let stale =
        listed.difference(&used).map(|name| format!("docs/dependencies.md: `{name}` is no longer used"));
    missing.chain(stale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn page_and_manifests_agree() {
        let manifests = [Manifest {
            name: "a".into(),
            dependencies: vec!["log".into(), "vitascope-core".into()],
            development: vec![],
        }];
        assert!(check(&manifests, "| `log` | MIT |").is_empty());
        assert_eq!(check(&manifests, "").len(), 1);
        assert_eq!(check(&manifests, "| `log` |\n| `gone` |").len(), 1);
    }
}
