//! The table of symbols.

use super::reasons;
use super::sources::{Sources, mentions};
use crate::Failure;

/// One symbol of the platform.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) framework: String,
    /// The header that declares it, without `.h`.
    pub(super) header: String,
    /// `function`, `data` (an exported variable), `constant`, `type`, `struct`, `callback` or `enum`.
    pub(super) kind: String,
    pub(super) symbol: String,
    /// Prototype, or type.
    pub(super) declaration: String,
    /// Number, or string in quotes; empty when it is not known.
    pub(super) value: String,
    /// `exported`, `header` (declared, nothing to link), or `absent: ` and why.
    pub(super) status: String,
}

const HEADING: &str = "framework\theader\tkind\tsymbol\tdeclaration\tvalue\tstatus";

/// Reads the table; the status column is left empty, as it follows from the sources.
pub(super) fn parse(text: &str) -> Result<Vec<Row>, Failure> {
    let mut lines = text.lines();
    if lines.next() != Some(HEADING) {
        return Err(format!("the table must begin with the line {HEADING}"));
    }
    lines.map(parse_row).collect()
}

fn parse_row(line: &str) -> Result<Row, Failure> {
    let fields: Vec<&str> = line.split('\t').collect();
    let [framework, header, kind, symbol, declaration, value, _] = fields[..] else {
        return Err(format!("seven columns are wanted: {line}"));
    };
    Ok(Row {
        framework: framework.into(),
        header: header.into(),
        kind: kind.into(),
        symbol: symbol.into(),
        declaration: declaration.into(),
        value: value.into(),
        status: String::new(),
    })
}

pub(super) fn write(rows: &[Row]) -> String {
    let mut text = format!("{HEADING}\n");
    for row in rows {
        let Row { framework, header, kind, symbol, declaration, value, status } = row;
        text.push_str(&format!(
            "{framework}\t{header}\t{kind}\t{symbol}\t{declaration}\t{value}\t{status}\n"
        ));
    }
    text
}

impl Row {
    /// Decides whether the symbol is here, given what the headers declare and what the library defines.
    pub(super) fn decide(&mut self, hand_written: &str, sources: &Sources) {
        let status = match self.kind.as_str() {
            "function" if sources.functions.contains_key(&self.symbol) => "exported",
            "data" if self.is_string() || sources.statics.contains(&self.symbol) => "exported",
            "function" | "type" | "struct" | "callback" | "enum" if mentions(hand_written, &self.symbol) => {
                "header"
            }
            "constant" if self.is_enumerator() || mentions(hand_written, &self.symbol) => "header",
            _ => return self.leave_out(),
        };
        self.status = status.into();
    }

    /// Marks the symbol as absent, with the reason.
    pub(super) fn leave_out(&mut self) {
        self.status = format!("absent: {}", reasons::of(self));
    }

    pub(super) fn is_here(&self) -> bool {
        !self.status.starts_with("absent")
    }

    /// Whether this is a variable that holds a string.
    pub(super) fn is_string(&self) -> bool {
        const STRINGS: &[&str] = &[
            "CFStringRef",
            "CFErrorDomain",
            "VTExtensionPropertiesKey",
            "VTHDRPerFrameMetadataGenerationHDRFormatType",
        ];
        let kind = self.declaration.trim_start_matches("const ");
        self.kind == "data" && STRINGS.contains(&kind)
    }

    /// The string in quotes; where it is not known, the symbol's own name, which is as unique.
    pub(super) fn string_value(&self) -> String {
        if self.value.starts_with('"') { self.value.clone() } else { format!("\"{}\"", self.symbol) }
    }

    pub(super) fn takes_block(&self) -> bool {
        let arguments = self.declaration.split_once('(').map_or("", |(_, arguments)| arguments);
        arguments.contains('^') || arguments.contains("Handler ")
    }

    /// Whether this becomes an enumerator; names without a small letter are macros of the platform.
    fn is_enumerator(&self) -> bool {
        self.number().is_some() && self.symbol.contains(|c: char| c.is_ascii_lowercase())
    }

    /// The number of a constant.
    fn number(&self) -> Option<i64> {
        self.value.split(' ').next()?.parse().ok()
    }

    /// The line of an enumeration, for numbers that an `int` holds.
    pub(super) fn enumerator(&self) -> Option<String> {
        let number = i32::try_from(self.number()?).ok()?;
        match self.value.split_once(' ') {
            Some((_, code)) => Some(format!("    {} = {number:#x} /* {code} */", self.symbol)),
            None => Some(format!("    {} = {}", self.symbol, shown(number))),
        }
    }

    /// The line for a number that an `int` does not hold.
    pub(super) fn large_number(&self) -> Option<String> {
        let number = self.number().filter(|number| i32::try_from(*number).is_err())?;
        Some(format!("#define {} {number:#x}U\n", self.symbol))
    }
}

/// The least int has no literal of its own in C.
fn shown(number: i32) -> String {
    if number == i32::MIN { "(-2147483647 - 1)".into() } else { number.to_string() }
}
