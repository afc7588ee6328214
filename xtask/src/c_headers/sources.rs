//! What the library's sources define.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::read;
use crate::Failure;

#[derive(Default)]
pub(super) struct Sources {
    /// Exported functions with the first line of their documentation.
    pub(super) functions: BTreeMap<String, String>,
    /// Exported variables.
    pub(super) statics: BTreeSet<String>,
}

impl Sources {
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let mut sources = Sources::default();
        let mut folders = vec![folder.to_path_buf()];
        while let Some(folder) = folders.pop() {
            let entries =
                std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
            for entry in entries {
                let path = entry.map_err(|error| format!("{}: {error}", folder.display()))?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|extension| extension == "rs") {
                    sources.scan(&read(&path)?);
                }
            }
        }
        Ok(sources)
    }

    /// Functions stand inside `api!` blocks, or `entries!` for those with variable arguments, indented once, each below its
    /// documentation.
    fn scan(&mut self, text: &str) {
        let mut documentation = "";
        let mut inside = false;
        for line in text.lines() {
            if line == "api! {" || line == "entries! {" {
                inside = true;
            } else if line == "}" {
                inside = false;
            } else if let Some(name) = name_after(line, "pub static ") {
                self.statics.insert(name.into());
            } else if let Some(comment) = line.strip_prefix("    /// ").filter(|_| inside) {
                if documentation.is_empty() {
                    documentation = comment;
                }
            } else if let Some(name) = name_after(line, "    fn ").filter(|_| inside) {
                self.functions.insert(name.into(), std::mem::take(&mut documentation).into());
            } else if !line.trim_start().starts_with('#') {
                documentation = "";
            }
        }
    }
}

fn name_after<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(start)?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))?;
    Some(&rest[..end])
}

/// Whether the text has this word.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .any(|(place, _)| !text[..place].ends_with(part) && !text[place + word.len()..].starts_with(part))
}

/// Whether the text gives this constant its value.
pub(super) fn defines_number(text: &str, constant: &str) -> bool {
    let forms = [format!("#define {constant} "), format!(" {constant} = ")];
    forms.iter().any(|form| text.contains(form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_and_variables_are_found() {
        let mut sources = Sources::default();
        sources.scan("api! {\n    /// Does it.\n    /// More.\n    fn CFDoIt(a: u8) {\n    }\n}\nfn helper() {}\npub static kIt: u8 = 1;\n");
        assert_eq!(sources.functions.get("CFDoIt").map(String::as_str), Some("Does it."));
        assert_eq!(sources.functions.len(), 1);
        assert!(sources.statics.contains("kIt"));
    }

    #[test]
    fn words_are_whole() {
        assert!(mentions("typedef int CMTime;", "CMTime"));
        assert!(!mentions("typedef int CMTimeValue;", "CMTime"));
    }
}
