//! Lines and paragraphs of strings.

use super::with_text;
use crate::border::{Out, api};
use crate::cf::base::CFRange;
use crate::object::Handle;

/// Where the piece of text around a range begins, where the next one begins, and where its own text ends.
struct Bounds {
    begin: usize,
    end: usize,
    contents_end: usize,
}

fn ends_paragraph(unit: u16) -> bool {
    matches!(unit, 0x0A | 0x0D | 0x2029)
}

fn ends_line(unit: u16) -> bool {
    ends_paragraph(unit) || matches!(unit, 0x0B | 0x0C | 0x85 | 0x2028)
}

fn around(units: &[u16], start: usize, end: usize, ends: fn(u16) -> bool) -> Bounds {
    // A return and the line feed after it are one end, so nothing begins between them.
    let inside_pair = |place: usize| place > 0 && units[place - 1..].starts_with(&[0x0D, 0x0A]);
    let begin = (0..=start)
        .rev()
        .find(|place| *place == 0 || (ends(units[place - 1]) && !inside_pair(*place)))
        .unwrap_or(0);
    // The end of a range counts to the piece that holds its last unit.
    let last = if end > start { end - 1 } else { start };
    let last = if inside_pair(last) { last - 1 } else { last };
    let contents_end = (last..units.len()).find(|place| ends(units[*place])).unwrap_or(units.len());
    let pair = units[contents_end..].starts_with(&[0x0D, 0x0A]);
    let end = (contents_end + if pair { 2 } else { 1 }).min(units.len());
    Bounds { begin, end, contents_end }
}

fn give(string: Handle, range: CFRange, ends: fn(u16) -> bool, outputs: [Out<isize>; 3]) {
    let found = with_text(string, |text| {
        let units: Vec<u16> = text.units().collect();
        let (start, end) = range.bounds(units.len())?;
        Some(around(&units, start, end, ends))
    });
    if let Some(Some(found)) = found {
        let [begin, end, contents_end] = outputs;
        begin.set(found.begin as isize);
        end.set(found.end as isize);
        contents_end.set(found.contents_end as isize);
    }
}

api! {
    /// The bounds of the lines around a range: begin, begin of the next line, end of the text. Any output may be NULL.
    fn CFStringGetLineBounds(
        string: Handle, range: CFRange, begin: Out<isize>, end: Out<isize>, contents_end: Out<isize>,
    ) {
        give(string, range, ends_line, [begin, end, contents_end]);
    }

    /// The bounds of the paragraphs around a range, as CFStringGetLineBounds has those of lines.
    fn CFStringGetParagraphBounds(
        string: Handle, range: CFRange, begin: Out<isize>, end: Out<isize>, contents_end: Out<isize>,
    ) {
        give(string, range, ends_paragraph, [begin, end, contents_end]);
    }
}
