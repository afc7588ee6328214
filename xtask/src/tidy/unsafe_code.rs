//! Unsafe code lives in few places and says why it is sound.

use super::source::{SourceFile, code_of};

/// Path prefixes below which `unsafe` may appear.
const ALLOWED: &[&str] = &["crates/dsp/", "crates/core/src/memory", "crates/core/tests/", "crates/capi/"];

/// Crates whose root file cannot forbid unsafe code outright.
const EXEMPT_ROOTS: &[&str] = &["crates/dsp/src/lib.rs", "crates/core/src/lib.rs", "crates/capi/src/lib.rs"];

pub(super) fn check(file: &SourceFile) -> Vec<String> {
    let mut findings = Vec::new();
    if file.path.ends_with("/src/lib.rs") || file.path.ends_with("/src/main.rs") {
        let forbids = file.text.lines().any(|line| line.trim() == "#![forbid(unsafe_code)]");
        if !forbids && !EXEMPT_ROOTS.contains(&file.path.as_str()) {
            findings.push(format!("{}: lacks #![forbid(unsafe_code)]", file.path));
        }
    }
    let allowed = ALLOWED.iter().any(|prefix| file.path.starts_with(prefix));
    let lines: Vec<&str> = file.text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let code = code_of(line);
        if !has_unsafe(code) {
            continue;
        }
        let at = format!("{}:{}", file.path, index + 1);
        if !allowed {
            findings.push(format!("{at}: unsafe code outside {}", ALLOWED.join(", ")));
        } else if opens_obligation(code) && !justified(&lines, index) {
            findings.push(format!("{at}: unsafe without a '// SAFETY:' line before it"));
        }
    }
    findings
}

/// The keyword, not `unsafe_code` and the like, and not within a string literal.
fn has_unsafe(code: &str) -> bool {
    let outside_strings: String = code.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    outside_strings.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == "unsafe")
}

/// Blocks and impls promise something; declarations of unsafe functions ask for it.
fn opens_obligation(code: &str) -> bool {
    code.contains("unsafe {") || code.contains("unsafe impl")
}

/// A SAFETY line on the same line or in the comment above the statement that holds it.
fn justified(lines: &[&str], index: usize) -> bool {
    const REACH: usize = 12;
    if lines[index].contains("SAFETY:") {
        return true;
    }
    for line in lines[..index].iter().rev().take(REACH) {
        if line.contains("SAFETY:") {
            return true;
        }
        // Walk up within the statement: earlier lines of it do not end in ; or }.
        let code = code_of(line).trim_end();
        if code.ends_with(';') || code.ends_with('}') {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        check(&SourceFile { path: path.into(), text: text.into() }).len()
    }

    #[test]
    fn unsafe_is_refused_outside_its_places() {
        assert_eq!(findings("crates/h264/src/a.rs", "// SAFETY: no\nunsafe { f() }"), 1);
        let quoted = format!("let a = {quote}unsafe {{{quote}; // unsafe", quote = '"');
        assert_eq!(findings("crates/h264/src/a.rs", &quoted), 0);
    }

    #[test]
    fn unsafe_needs_its_safety_line() {
        assert_eq!(findings("crates/dsp/src/a.rs", "unsafe { f() }"), 1);
        assert_eq!(findings("crates/dsp/src/a.rs", "// SAFETY: yes\nlet a = g(\n    unsafe { f() });"), 0);
        assert_eq!(findings("crates/dsp/src/a.rs", "// SAFETY: yes\nf();\nunsafe { f() }"), 1);
        assert_eq!(findings("crates/dsp/src/a.rs", "unsafe fn f() {}"), 0);
    }

    #[test]
    fn roots_forbid_unsafe_code() {
        assert_eq!(findings("crates/h264/src/lib.rs", "//! Text."), 1);
        assert_eq!(findings("crates/h264/src/lib.rs", "#![forbid(unsafe_code)]"), 0);
    }
}
