//! A file holds one concept, so it is short.

use super::source::SourceFile;

/// Longest file, in lines.
const LIMIT: usize = 700;

/// Tables: one concept, however many rows.
const TABLES: &[&str] = &[
    "crates/core/src/pixel_format/table.rs",
    "crates/h264/src/syntax/cabac_tables.rs",
    "crates/h264/src/syntax/cavlc_tables.rs",
    "crates/session/src/property_table.rs",
];

pub(super) fn check(file: &SourceFile) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > LIMIT && !TABLES.contains(&file.path.as_str()))
        .then(|| format!("{}: {lines} lines, at most {LIMIT} unless it is a listed table", file.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_file_is_reported_unless_it_is_a_listed_table() {
        let file = |path: &str, lines: usize| SourceFile { path: path.into(), text: "\n".repeat(lines) };
        assert!(check(&file("a.rs", LIMIT)).is_none());
        assert!(check(&file("a.rs", LIMIT + 1)).is_some());
        assert!(check(&file(TABLES[0], LIMIT + 1)).is_none());
    }
}
