//! Strings into arrays, and back.

use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{StringData, compare, with_text};
use crate::border::api;
use crate::cf::base::CFRange;
use crate::cf::callbacks::{Item, ValueCallBacks};
use crate::cf::{array, string};
use crate::object::{Handle, Owned};

/// A range that an array shares with its copies. C sees the range.
#[repr(C)]
struct SharedRange {
    range: CFRange,
    references: AtomicUsize,
}

/// How arrays keep [`SharedRange`]s.
const RANGES: ValueCallBacks =
    ValueCallBacks::new(Some(retain_range), Some(release_range), Some(describe_range), Some(equal_ranges));

/// The range that an array holds.
fn shared<'a>(range: *const c_void) -> &'a SharedRange {
    // SAFETY: only arrays made below have these callbacks, and all their items are such ranges, alive while referred to.
    unsafe { &*range.cast::<SharedRange>() }
}

extern "C" fn retain_range(_: Handle, range: *const c_void) -> *const c_void {
    shared(range).references.fetch_add(1, Ordering::Relaxed);
    range
}

extern "C" fn release_range(_: Handle, range: *const c_void) {
    if shared(range).references.fetch_sub(1, Ordering::AcqRel) == 1 {
        // SAFETY: made by `Box::into_raw` below, and that was the last reference.
        drop(unsafe { Box::from_raw(range.cast_mut().cast::<SharedRange>()) });
    }
}

extern "C" fn describe_range(range: *const c_void) -> Handle {
    let CFRange { location, length } = shared(range).range;
    string::new(&format!("{{{location}, {length}}}")).into_handle()
}

extern "C" fn equal_ranges(one: *const c_void, other: *const c_void) -> u8 {
    (shared(one).range == shared(other).range).into()
}

api! {
    /// An array of the texts between the places where a separator is found; the whole text when it is nowhere.
    fn CFStringCreateArrayBySeparatingStrings(_allocator: Handle, text: Handle, separator: Handle) -> Handle {
        let units = |object| with_text(object, |text| text.units().collect::<Vec<u16>>());
        let (Some(text), Some(separator)) = (units(text), units(separator)) else { return Handle::NULL };
        let mut parts = Vec::new();
        let mut start = 0;
        for place in compare::places(&text, &separator, 0, text.len(), 0) {
            parts.push(&text[start..place]);
            start = place + separator.len();
        }
        parts.push(&text[start..]);
        let objects: Vec<Owned> = parts
            .into_iter()
            .map(|part| Owned::new(super::CfString::from_data(StringData::from_units(part.to_vec()), false)))
            .collect();
        array::new(&objects).into_handle()
    }

    /// The strings of an array with a separator between them; NULL when one is no string.
    fn CFStringCreateByCombiningStrings(_allocator: Handle, strings: Handle, separator: Handle) -> Handle {
        let (Some(strings), Some(separator)) = (array::objects(strings), string::to_rust(separator)) else {
            return Handle::NULL;
        };
        let texts: Option<Vec<String>> = strings.into_iter().map(string::to_rust).collect();
        texts.map_or(Handle::NULL, |texts| string::new(&texts.join(&separator)).into_handle())
    }

    /// An array of pointers to the ranges where a text is found; NULL when it is nowhere.
    fn CFStringCreateArrayWithFindResults(
        _allocator: Handle, text: Handle, wanted: Handle, range: CFRange, options: usize,
    ) -> Handle {
        let folded = |object| with_text(object, |text| compare::folded(text, options));
        let (Some(text), Some(wanted)) = (folded(text), folded(wanted)) else { return Handle::NULL };
        let Some((start, end)) = range.bounds(text.len()) else { return Handle::NULL };
        let found = compare::places(&text, &wanted, start, end, options);
        if found.is_empty() {
            return Handle::NULL;
        }
        let items: Vec<Item> = found
            .into_iter()
            .map(|place| {
                let range = CFRange { location: place as isize, length: wanted.len() as isize };
                let shared = SharedRange { range, references: AtomicUsize::new(0) };
                Item(Box::into_raw(Box::new(shared)).cast_const().cast())
            })
            .collect();
        array::of_items(items, RANGES).into_handle()
    }
}
