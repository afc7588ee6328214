//! `cargo xtask c-headers`: what of the C interface follows from `docs/c-symbols.tsv`.
//!
//! The table has a row for every symbol of the platform's frameworks. The library's sources say which of them exist here; the
//! status column, the generated region of each header in `include/`, and the string constants of the library follow.

mod reasons;
mod sources;
mod table;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::Failure;
use crate::run::root;
use sources::Sources;
use table::Row;

const TABLE: &str = "docs/c-symbols.tsv";
const BEGIN: &str = "/* generated from docs/c-symbols.tsv: begin */\n";
const END: &str = "/* generated: end */\n";

/// Rewrites table, headers and constants.
pub(crate) fn run() -> Result<(), Failure> {
    for (path, text) in generate(&root())? {
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        if old != text {
            std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
            eprintln!("wrote {}", path.display());
        }
    }
    Ok(())
}

/// Every generated file with its text.
fn generate(root: &Path) -> Result<Vec<(PathBuf, String)>, Failure> {
    let mut rows = table::parse(&read(&root.join(TABLE))?)?;
    let sources = Sources::read(&root.join("crates/capi/src"))?;
    let mut headers = BTreeMap::new();
    for row in &rows {
        let path = root.join("include").join(&row.framework).join(format!("{}.h", row.header));
        if !headers.contains_key(&path) && path.is_file() {
            let text = read(&path)?;
            headers.insert(path, text);
        }
    }
    // A type may be declared in another header than on the platform.
    let declared: String = headers.values().map(|text| without_region(text)).collect();
    let mut files = Vec::new();
    for (path, text) in &mut headers {
        let framework = path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
        let header = path.file_stem().unwrap_or_default().to_string_lossy();
        let own = |row: &&mut Row| row.framework == framework && row.header == header;
        let hand_written = without_region(text);
        rows.iter_mut().filter(own).for_each(|row| row.decide(&declared, &sources));
        let own: Vec<&Row> =
            rows.iter().filter(|row| row.framework == framework && row.header == header).collect();
        files.push((path.clone(), with_region(path, text, &region(&own, &hand_written, &sources))?));
    }
    rows.iter_mut().filter(|row| row.status.is_empty()).for_each(Row::leave_out);
    for framework in ["CoreFoundation", "CoreMedia", "CoreVideo", "VideoToolbox"] {
        let path = format!("crates/capi/src/constants/{}.rs", framework.to_lowercase());
        files.push((root.join(path), constants(framework, &rows)));
    }
    files.push((root.join(TABLE), table::write(&rows)));
    Ok(files)
}

/// The declarations of a header that follow from the table.
fn region(rows: &[&Row], hand_written: &str, sources: &Sources) -> String {
    let mut text = String::new();
    let exported = |kind: &'static str| rows.iter().filter(move |row| row.kind == kind && row.is_here());
    let numbers: Vec<String> = exported("constant")
        .filter(|row| !sources::defines_number(hand_written, &row.symbol))
        .filter_map(|row| row.enumerator())
        .collect();
    if !numbers.is_empty() {
        let _ = write!(text, "\nenum {{\n{}\n}};\n", numbers.join(",\n"));
    }
    exported("constant").filter_map(|row| row.large_number()).for_each(|line| text.push_str(&line));
    if exported("data").next().is_some() {
        text.push('\n');
    }
    for row in exported("data") {
        let kind = row.declaration.trim_start_matches("const ");
        let _ = writeln!(text, "CF_EXPORT const {kind} {};", row.symbol);
    }
    for blocks in [false, true] {
        let declared: Vec<_> = exported("function")
            .filter(|row| row.takes_block() == blocks && row.status == "exported")
            .collect();
        if blocks && !declared.is_empty() {
            text.push_str("\n#if defined(__BLOCKS__)\n");
        }
        for row in &declared {
            let comment = sources.functions.get(&row.symbol).map(String::as_str).unwrap_or_default();
            let _ = write!(text, "\n/* {comment} */\nCF_EXPORT {};\n", row.declaration);
        }
        if blocks && !declared.is_empty() {
            text.push_str("\n#endif\n");
        }
    }
    text.push('\n');
    text
}

fn without_region(text: &str) -> String {
    match (text.find(BEGIN), text.find(END)) {
        (Some(begin), Some(end)) if begin < end => format!("{}{}", &text[..begin], &text[end..]),
        _ => text.to_string(),
    }
}

fn with_region(path: &Path, text: &str, region: &str) -> Result<String, Failure> {
    let begin = text.find(BEGIN).map(|place| place + BEGIN.len());
    match (begin, text.find(END)) {
        (Some(begin), Some(end)) if begin <= end => Ok(format!("{}{region}{}", &text[..begin], &text[end..])),
        _ => Err(format!("{}: lacks the lines\n{BEGIN}{END}", path.display())),
    }
}

/// The string constants of a framework as Rust source.
fn constants(framework: &str, rows: &[Row]) -> String {
    let mut text = format!(
        "//! String constants of {framework}. Generated by `cargo xtask c-headers` from `{TABLE}`.\n\n\
         use crate::cf::string::string_constants;\n\nstring_constants! {{\n"
    );
    for row in rows.iter().filter(|row| row.framework == framework && row.is_here() && row.is_string()) {
        let _ = writeln!(text, "    {} = {};", row.symbol, row.string_value());
    }
    text.push_str("}\n");
    text
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_are_up_to_date() {
        for (path, text) in generate(&root()).expect("the sources can be read") {
            let there = std::fs::read_to_string(&path).unwrap_or_default();
            assert!(there == text, "{} is stale: run cargo xtask c-headers", path.display());
        }
    }
}
