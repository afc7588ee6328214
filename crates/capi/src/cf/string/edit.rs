//! Changing strings.

use super::{CfString, StringData, compare, with_text};
use crate::border::api;
use crate::cf::base::CFRange;
use crate::object::Handle;

/// Changes the units of a string; says so when it must not change.
fn change(string: Handle, function: &str, change: impl FnOnce(&mut Vec<u16>)) {
    let Some(mut data) = string.get::<CfString>().and_then(CfString::write) else {
        log::error!("{function}: not a string that can change");
        return;
    };
    let mut units = data.text().units().collect();
    change(&mut units);
    *data = StringData::from_units(units);
}

/// The units of another string, read before the first is locked: both may be the same.
fn units(string: Handle) -> Option<Vec<u16>> {
    with_text(string, |text| text.units().collect())
}

/// Puts units in the place of a range; says so when that lies outside.
fn splice(string: Handle, function: &str, range: CFRange, new: &[u16]) {
    change(string, function, |units| match range.bounds(units.len()) {
        Some((start, end)) => drop(units.splice(start..end, new.iter().copied())),
        None => log::error!("{function}: {range:?} lies outside a string of {} units", units.len()),
    });
}

/// Changes the characters of a string as text.
fn rewrite(string: Handle, function: &str, rewritten: impl FnOnce(&str) -> String) {
    change(string, function, |units| {
        *units = rewritten(&String::from_utf16_lossy(units)).encode_utf16().collect()
    });
}

fn is_space(unit: u16) -> bool {
    char::from_u32(unit.into()).is_some_and(char::is_whitespace)
}

/// The first letter of each word in capitals, the others small.
fn capitalized(text: &str) -> String {
    let mut inside = false;
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let letter = character.is_alphanumeric() || (inside && matches!(character, '\'' | '\u{2019}'));
        if letter && !inside {
            out.extend(character.to_uppercase());
        } else {
            out.extend(character.to_lowercase());
        }
        inside = letter;
    }
    out
}

api! {
    /// Inserts a string before a UTF-16 unit.
    fn CFStringInsert(string: Handle, index: isize, inserted: Handle) {
        if let Some(inserted) = units(inserted) {
            splice(string, "CFStringInsert", CFRange { location: index, length: 0 }, &inserted);
        }
    }

    /// Takes out a range of UTF-16 units.
    fn CFStringDelete(string: Handle, range: CFRange) {
        splice(string, "CFStringDelete", range, &[]);
    }

    /// Puts a string in the place of a range of UTF-16 units.
    fn CFStringReplace(string: Handle, range: CFRange, replacement: Handle) {
        if let Some(replacement) = units(replacement) {
            splice(string, "CFStringReplace", range, &replacement);
        }
    }

    /// Makes a string equal to another one.
    fn CFStringReplaceAll(string: Handle, replacement: Handle) {
        if let Some(replacement) = units(replacement) {
            change(string, "CFStringReplaceAll", |units| *units = replacement);
        }
    }

    /// Replaces a text wherever it is found in a range; returns how often.
    fn CFStringFindAndReplace(
        string: Handle, wanted: Handle, replacement: Handle, range: CFRange, options: usize,
    ) -> isize {
        let (Some(replacement), Some(wanted)) =
            (units(replacement), with_text(wanted, |wanted| compare::folded(wanted, options)))
        else {
            return 0;
        };
        let mut count = 0;
        change(string, "CFStringFindAndReplace", |units| {
            let Some((start, end)) = range.bounds(units.len()) else { return };
            let folded = compare::folded(super::Text::Utf16(&units[..]), options);
            let mut places = compare::places(&folded, &wanted, start, end, options);
            count = places.len() as isize;
            // From the end, so that the places before stay what they are.
            places.sort_unstable();
            for place in places.into_iter().rev() {
                units.splice(place..place + wanted.len(), replacement.iter().copied());
            }
        });
        count
    }

    /// Makes a string a number of UTF-16 units long: cuts it, or repeats the padding from one of its units on.
    fn CFStringPad(string: Handle, padding: Handle, length: isize, index_into_padding: isize) {
        let Ok(length) = usize::try_from(length) else { return };
        let padding = units(padding).unwrap_or_default();
        let first = usize::try_from(index_into_padding).unwrap_or(0);
        change(string, "CFStringPad", |units| {
            let missing = length.saturating_sub(units.len());
            units.truncate(length);
            if first < padding.len() {
                units.extend(padding.iter().cycle().skip(first).take(missing));
            }
        });
    }

    /// Takes a text off both ends, as often as it is there.
    fn CFStringTrim(string: Handle, trimmed: Handle) {
        let Some(trimmed) = units(trimmed).filter(|trimmed| !trimmed.is_empty()) else { return };
        change(string, "CFStringTrim", |units| {
            while units.ends_with(&trimmed) {
                units.truncate(units.len() - trimmed.len());
            }
            while units.starts_with(&trimmed) {
                units.drain(..trimmed.len());
            }
        });
    }

    /// Takes white space off both ends.
    fn CFStringTrimWhitespace(string: Handle) {
        change(string, "CFStringTrimWhitespace", |units| {
            let end = units.iter().rposition(|unit| !is_space(*unit)).map_or(0, |last| last + 1);
            units.truncate(end);
            let start = units.iter().position(|unit| !is_space(*unit)).unwrap_or(0);
            units.drain(..start);
        });
    }

    /// Makes all letters small, by no particular locale.
    fn CFStringLowercase(string: Handle, _locale: Handle) {
        rewrite(string, "CFStringLowercase", str::to_lowercase);
    }

    /// Makes all letters capitals, by no particular locale.
    fn CFStringUppercase(string: Handle, _locale: Handle) {
        rewrite(string, "CFStringUppercase", str::to_uppercase);
    }

    /// Makes the first letter of each word a capital and the others small, by no particular locale.
    fn CFStringCapitalize(string: Handle, _locale: Handle) {
        rewrite(string, "CFStringCapitalize", capitalized);
    }
}
