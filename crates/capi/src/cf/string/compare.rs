//! Comparing and searching strings.

use super::{Text, with_text};
use crate::border::{Out, api};
use crate::cf::base::CFRange;
use crate::object::Handle;

const CASE_INSENSITIVE: usize = 1;
const BACKWARDS: usize = 4;
const ANCHORED: usize = 8;
const NUMERICALLY: usize = 64;

/// Units, folded when case shall not count.
pub(super) fn folded(text: Text<'_>, options: usize) -> Vec<u16> {
    if options & CASE_INSENSITIVE == 0 {
        return text.units().collect();
    }
    // Only one-to-one foldings, so that places in the folded text are places in the text.
    text.units()
        .map(|unit| {
            let Some(character) = char::from_u32(unit.into()) else { return unit };
            let mut lower = character.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(one), None) => u16::try_from(one as u32).unwrap_or(unit),
                _ => unit,
            }
        })
        .collect()
}

/// Whether a number begins here, and how long it is.
fn digits(units: &[u16]) -> usize {
    units.iter().take_while(|unit| (0x30..0x3A).contains(*unit)).count()
}

fn compare(one: &[u16], other: &[u16], options: usize) -> std::cmp::Ordering {
    if options & NUMERICALLY == 0 {
        return one.cmp(other);
    }
    let (mut one, mut other) = (one, other);
    loop {
        let (a, b) = (digits(one), digits(other));
        let order = if a > 0 && b > 0 {
            let strip =
                |number: &[u16]| number.iter().copied().skip_while(|unit| *unit == 0x30).collect::<Vec<_>>();
            let (x, y) = (strip(&one[..a]), strip(&other[..b]));
            (one, other) = (&one[a..], &other[b..]);
            x.len().cmp(&y.len()).then_with(|| x.cmp(&y))
        } else {
            match (one.split_first(), other.split_first()) {
                (None, None) => return std::cmp::Ordering::Equal,
                (None, _) => return std::cmp::Ordering::Less,
                (_, None) => return std::cmp::Ordering::Greater,
                (Some((x, rest_one)), Some((y, rest_other))) => {
                    (one, other) = (rest_one, rest_other);
                    x.cmp(y)
                }
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn search(text: &[u16], wanted: &[u16], options: usize) -> Option<usize> {
    if wanted.is_empty() || wanted.len() > text.len() {
        return None;
    }
    let last = text.len() - wanted.len();
    let found = |start: &usize| text[*start..].starts_with(wanted);
    match (options & ANCHORED != 0, options & BACKWARDS != 0) {
        (true, true) => Some(last).filter(found),
        (true, false) => Some(0).filter(found),
        (false, true) => (0..=last).rev().find(found),
        (false, false) => (0..=last).find(found),
    }
}

/// Where `wanted` is found between two places, in the order of the search.
pub(super) fn places(text: &[u16], wanted: &[u16], start: usize, end: usize, options: usize) -> Vec<usize> {
    let (mut from, mut to, mut places) = (start, end, Vec::new());
    while let Some(place) = search(&text[from..to], wanted, options) {
        let found = from + place;
        places.push(found);
        if options & BACKWARDS == 0 {
            from = found + wanted.len();
        } else {
            to = found;
        }
    }
    places
}

api! {
    /// Compares two strings: -1, 0 or 1. Options: case-insensitive, numerically.
    fn CFStringCompare(one: Handle, other: Handle, options: usize) -> isize {
        let order = with_text(one, |one| {
            with_text(other, |other| compare(&folded(one, options), &folded(other, options), options))
        });
        order.flatten().unwrap_or_else(|| one.0.cmp(&other.0)) as isize
    }

    /// Compares a range of the first string with the second: -1, 0 or 1.
    fn CFStringCompareWithOptions(one: Handle, other: Handle, range: CFRange, options: usize) -> isize {
        let order = with_text(one, |one| {
            let (start, end) = range.bounds(one.len())?;
            let one = folded(one.slice(start, end)?, options);
            with_text(other, |other| compare(&one, &folded(other, options), options))
        });
        order.flatten().unwrap_or_else(|| one.0.cmp(&other.0)) as isize
    }

    /// As CFStringCompareWithOptions; there are no locale objects here, so the locale is NULL.
    fn CFStringCompareWithOptionsAndLocale(
        one: Handle, other: Handle, range: CFRange, options: usize, _locale: Handle,
    ) -> isize {
        CFStringCompareWithOptions(one, other, range, options)
    }

    /// Whether a string begins with another one.
    fn CFStringHasPrefix(string: Handle, prefix: Handle) -> u8 {
        let has = with_text(string, |text| {
            with_text(prefix, |prefix| text.slice(0, prefix.len()).is_some_and(|start| start.equals(prefix)))
        });
        u8::from(has.flatten() == Some(true))
    }

    /// Whether a string ends with another one.
    fn CFStringHasSuffix(string: Handle, suffix: Handle) -> u8 {
        let has = with_text(string, |text| {
            with_text(suffix, |suffix| {
                let start = text.len().checked_sub(suffix.len());
                start.and_then(|start| text.slice(start, text.len())).is_some_and(|end| end.equals(suffix))
            })
        });
        u8::from(has.flatten() == Some(true))
    }

    /// Where a string is found in another one; location kCFNotFound when it is not.
    fn CFStringFind(string: Handle, wanted: Handle, options: usize) -> CFRange {
        let whole = CFRange { location: 0, length: with_text(string, |text| text.len() as isize).unwrap_or(0) };
        let mut found = CFRange { location: -1, length: 0 };
        CFStringFindWithOptions(string, wanted, whole, options, Out(&raw mut found));
        found
    }

    /// As CFStringFindWithOptions; there are no locale objects here, so the locale is NULL.
    fn CFStringFindWithOptionsAndLocale(
        string: Handle, wanted: Handle, range: CFRange, options: usize, _locale: Handle, result: Out<CFRange>,
    ) -> u8 {
        CFStringFindWithOptions(string, wanted, range, options, result)
    }

    /// Whether a string is found in a range of another one, and where.
    fn CFStringFindWithOptions(string: Handle, wanted: Handle, range: CFRange, options: usize, result: Out<CFRange>) -> u8 {
        let found = with_text(string, |text| {
            let (start, end) = range.bounds(text.len())?;
            let text = folded(text.slice(start, end)?, options);
            let wanted = with_text(wanted, |wanted| folded(wanted, options))?;
            let place = search(&text, &wanted, options)?;
            Some(CFRange { location: (start + place) as isize, length: wanted.len() as isize })
        });
        found.flatten().map_or(0, |found| {
            result.set(found);
            1
        })
    }
}
