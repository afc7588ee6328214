//! `cargo xtask docs`: the pages that the command itself can write.
//!
//! `crates/cli/tests/documentation.rs` fails when a page is stale.

use crate::Failure;
use crate::run::{capture, cargo, root};

/// Page below `docs/` and the arguments of `vitascope` that print it.
const PAGES: &[(&str, &[&str])] =
    &[("vitascope.1", &["man"]), ("properties.md", &["properties", "--codec", "h264", "--markdown"])];

/// Rewrites every generated page.
pub(crate) fn run() -> Result<(), Failure> {
    for (page, arguments) in PAGES {
        let text = capture(cargo(&["run", "--quiet", "--package", "vitascope-cli", "--"]).args(*arguments))?;
        let path = root().join("docs").join(page);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        eprintln!("wrote {}", path.display());
    }
    Ok(())
}
