//! Names of numbered files: `frame%04d.png`.

use std::path::{Path, PathBuf};

/// A name with one place for a number.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pattern {
    before: String,
    after: String,
    digits: usize,
}

impl Pattern {
    /// The pattern in a path's text: `%d`, or `%04d` for numbers of at least four digits; `None` when there is none.
    pub(super) fn parse(path: &Path) -> Option<Pattern> {
        let text = path.to_str()?;
        let (before, rest) = text.split_once('%')?;
        let end = rest.find('d')?;
        let digits = match &rest[..end] {
            "" => 1,
            width => width.parse().ok().filter(|digits| (1..=9).contains(digits))?,
        };
        Some(Pattern { before: before.into(), after: rest[end + 1..].into(), digits })
    }

    /// The name of number `number`.
    pub(super) fn path(&self, number: u64) -> PathBuf {
        PathBuf::from(format!("{}{number:0width$}{}", self.before, self.after, width = self.digits))
    }

    /// Whether the file that stands under `path` has one of the numbered names.
    pub(super) fn names(&self, path: &Path) -> bool {
        let Ok(found) = std::fs::canonicalize(path) else { return false };
        let name = found.file_name().unwrap_or_default().to_string_lossy();
        // The text before the number may end in digits, too.
        name.split(|c: char| !c.is_ascii_digit())
            .flat_map(|digits| (0..digits.len()).filter_map(|from| digits[from..].parse().ok()))
            .any(|number| std::fs::canonicalize(self.path(number)).is_ok_and(|path| path == found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_the_place() {
        let pattern = Pattern::parse(Path::new("a/b%04d.png")).expect("a pattern");
        assert_eq!(pattern.path(7), Path::new("a/b0007.png"));
        assert_eq!(pattern.path(12345), Path::new("a/b12345.png"));
        assert_eq!(Pattern::parse(Path::new("%d.png")).expect("a pattern").path(3), Path::new("3.png"));
        for none in ["a.png", "100%.png", "%x.png", "%0d.png", "%99d.png", "%4"] {
            assert_eq!(Pattern::parse(Path::new(none)), None, "{none}");
        }
    }
}
