//! `CFArray`: items in order.

use std::cmp::Ordering;
use std::ffi::c_void;
use std::sync::{PoisonError, RwLock};

use crate::border::{In, Out, api};
use crate::cf::base::CFRange;
use crate::cf::callbacks::{Applier, Comparator, Item, ValueCallBacks};
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned, Payload};

/// Items, and how they are kept.
pub struct CfArray {
    items: RwLock<Vec<Item>>,
    callbacks: ValueCallBacks,
    mutable: bool,
}

impl CfArray {
    fn new(items: impl IntoIterator<Item = Item>, callbacks: ValueCallBacks, mutable: bool) -> CfArray {
        let items = items.into_iter().map(|item| Item(callbacks.retain(item.0))).collect();
        CfArray { items: RwLock::new(items), callbacks, mutable }
    }

    fn items(&self) -> Vec<Item> {
        self.items.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn len(&self) -> usize {
        self.items.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn item(&self, index: isize) -> Option<Item> {
        let items = self.items.read().unwrap_or_else(PoisonError::into_inner);
        items.get(usize::try_from(index).ok()?).copied()
    }

    /// The items of a range with their places.
    fn range(&self, range: CFRange) -> Option<(usize, Vec<Item>)> {
        let items = self.items();
        let (start, end) = range.bounds(items.len())?;
        Some((start, items[start..end].to_vec()))
    }

    /// Puts `new` in the place of a range; `false` when that lies outside.
    fn splice(&self, range: CFRange, new: &[Item]) -> bool {
        let kept: Vec<Item> = new.iter().map(|item| Item(self.callbacks.retain(item.0))).collect();
        let removed: Option<Vec<Item>> = {
            let mut items = self.items.write().unwrap_or_else(PoisonError::into_inner);
            let bounds = range.bounds(items.len());
            bounds.map(|(start, end)| items.splice(start..end, kept.iter().copied()).collect())
        };
        let done = removed.is_some();
        // What leaves may run any destructor, so no lock is held.
        removed.unwrap_or(kept).iter().for_each(|item| self.callbacks.release(item.0));
        done
    }
}

impl Drop for CfArray {
    fn drop(&mut self) {
        self.items().iter().for_each(|item| self.callbacks.release(item.0));
    }
}

impl Payload for CfArray {
    const NAME: &'static str = "CFArray";

    fn equal(one: Handle, other: Handle) -> bool {
        let (Some(one), Some(other)) = (one.get::<CfArray>(), other.get::<CfArray>()) else { return false };
        let (items, others) = (one.items(), other.items());
        items.len() == others.len() && items.iter().zip(&others).all(|(a, b)| one.callbacks.equal(a.0, b.0))
    }

    fn hash(object: Handle) -> usize {
        object.get::<CfArray>().map_or(0, CfArray::len)
    }

    fn describe(object: Handle) -> String {
        let Some(array) = object.get::<CfArray>() else { return String::new() };
        let items: Vec<String> = array.items().iter().map(|item| array.callbacks.describe(item.0)).collect();
        format!("({})", items.join(", "))
    }
}

/// An array of items that callbacks keep.
pub(crate) fn of_items(items: Vec<Item>, callbacks: ValueCallBacks) -> Owned {
    Owned::new(CfArray::new(items, callbacks, false))
}

/// An array of objects.
pub(crate) fn new(objects: &[Owned]) -> Owned {
    Owned::new(CfArray::new(
        objects.iter().map(|object| Item(object.0.cast())),
        ValueCallBacks::OBJECTS,
        false,
    ))
}

/// The objects of an array; `None` when it is none, or not of objects.
pub(crate) fn objects(array: Handle) -> Option<Vec<Handle>> {
    let array = array.get::<CfArray>().filter(|array| array.callbacks.keeps() || array.len() == 0)?;
    Some(array.items().into_iter().map(Item::handle).collect())
}

/// An array that can change; says so when it cannot.
fn mutable<'a>(array: Handle, function: &str) -> Option<&'a CfArray> {
    let found = array.get::<CfArray>().filter(|array| array.mutable);
    if found.is_none() {
        log::error!("{function}: not an array that can change");
    }
    found
}

fn splice(array: Handle, function: &str, range: CFRange, new: &[Item]) {
    if let Some(array) = mutable(array, function)
        && !array.splice(range, new)
    {
        log::error!("{function}: {range:?} lies outside an array of {} values", array.len());
    }
}

/// Compares by a program's function.
fn order(comparator: Comparator, context: *mut c_void) -> impl FnMut(&Item, &Item) -> Ordering {
    move |one, other| comparator(*one, *other, context).cmp(&0)
}

api! {
    /// The type number of arrays.
    fn CFArrayGetTypeID() -> usize {
        CLASSES[CfArray::INDEX].type_id()
    }

    /// An array of values. Without callbacks nothing is retained and values are compared by address.
    fn CFArrayCreate(_allocator: Handle, values: In<Item>, count: isize, callbacks: In<ValueCallBacks>) -> Handle {
        let Some(values) = values.to_vec(count) else { return Handle::NULL };
        let callbacks = callbacks.read().unwrap_or(ValueCallBacks::NONE);
        Owned::new(CfArray::new(values, callbacks, false)).into_handle()
    }

    /// An array that can change. The capacity is a hint only.
    fn CFArrayCreateMutable(_allocator: Handle, _capacity: isize, callbacks: In<ValueCallBacks>) -> Handle {
        let callbacks = callbacks.read().unwrap_or(ValueCallBacks::NONE);
        Owned::new(CfArray::new([], callbacks, true)).into_handle()
    }

    /// A copy that does not change.
    fn CFArrayCreateCopy(_allocator: Handle, array: Handle) -> Handle {
        let Some(source) = array.get::<CfArray>() else { return Handle::NULL };
        if !source.mutable {
            array.retain();
            return array;
        }
        Owned::new(CfArray::new(source.items(), source.callbacks, false)).into_handle()
    }

    /// A copy that can change. The capacity is a hint only.
    fn CFArrayCreateMutableCopy(_allocator: Handle, _capacity: isize, array: Handle) -> Handle {
        let Some(source) = array.get::<CfArray>() else { return Handle::NULL };
        Owned::new(CfArray::new(source.items(), source.callbacks, true)).into_handle()
    }

    /// The number of values; 0 for NULL.
    fn CFArrayGetCount(array: Handle) -> isize {
        array.get::<CfArray>().map_or(0, |array| array.len() as isize)
    }

    /// The value at a place, not retained; NULL outside.
    fn CFArrayGetValueAtIndex(array: Handle, index: isize) -> *const c_void {
        array.get::<CfArray>().and_then(|array| array.item(index)).map_or(std::ptr::null(), |item| item.0)
    }

    /// Copies the values of a range, not retained.
    fn CFArrayGetValues(array: Handle, range: CFRange, values: Out<Item>) {
        let found = array.get::<CfArray>().and_then(|array| array.range(range));
        for (index, item) in found.into_iter().flat_map(|(_, items)| items.into_iter().enumerate()) {
            values.set_at(index, item);
        }
    }

    /// Calls a function for the values of a range.
    fn CFArrayApplyFunction(array: Handle, range: CFRange, applier: Option<Applier>, context: *mut c_void) {
        if let (Some(applier), Some((_, items))) = (applier, array.get::<CfArray>().and_then(|array| array.range(range))) {
            items.into_iter().for_each(|item| applier(item, context));
        }
    }

    /// Whether a value is found in a range.
    fn CFArrayContainsValue(array: Handle, range: CFRange, value: Item) -> u8 {
        (CFArrayGetFirstIndexOfValue(array, range, value) >= 0).into()
    }

    /// How often a value is found in a range.
    fn CFArrayGetCountOfValue(array: Handle, range: CFRange, value: Item) -> isize {
        let Some(array) = array.get::<CfArray>() else { return 0 };
        let items = array.range(range).map(|(_, items)| items).unwrap_or_default();
        items.iter().filter(|item| array.callbacks.equal(item.0, value.0)).count() as isize
    }

    /// The first place of a value in a range; kCFNotFound when it is not there.
    fn CFArrayGetFirstIndexOfValue(array: Handle, range: CFRange, value: Item) -> isize {
        let Some(array) = array.get::<CfArray>() else { return -1 };
        let Some((start, items)) = array.range(range) else { return -1 };
        let place = items.iter().position(|item| array.callbacks.equal(item.0, value.0));
        place.map_or(-1, |place| (start + place) as isize)
    }

    /// The last place of a value in a range; kCFNotFound when it is not there.
    fn CFArrayGetLastIndexOfValue(array: Handle, range: CFRange, value: Item) -> isize {
        let Some(array) = array.get::<CfArray>() else { return -1 };
        let Some((start, items)) = array.range(range) else { return -1 };
        let place = items.iter().rposition(|item| array.callbacks.equal(item.0, value.0));
        place.map_or(-1, |place| (start + place) as isize)
    }

    /// Where a value is, or belongs, in a range that is sorted by a function.
    fn CFArrayBSearchValues(
        array: Handle, range: CFRange, value: Item, comparator: Option<Comparator>, context: *mut c_void,
    ) -> isize {
        let found = array.get::<CfArray>().and_then(|array| array.range(range));
        let (Some((start, items)), Some(comparator)) = (found, comparator) else { return -1 };
        let mut order = order(comparator, context);
        (start + items.partition_point(|item| order(item, &value).is_lt())) as isize
    }

    /// Appends a value.
    fn CFArrayAppendValue(array: Handle, value: Item) {
        let range = CFRange { location: CFArrayGetCount(array), length: 0 };
        splice(array, "CFArrayAppendValue", range, &[value]);
    }

    /// Appends the values of a range of another array.
    fn CFArrayAppendArray(array: Handle, other: Handle, range: CFRange) {
        if let Some((_, items)) = other.get::<CfArray>().and_then(|other| other.range(range)) {
            let end = CFRange { location: CFArrayGetCount(array), length: 0 };
            splice(array, "CFArrayAppendArray", end, &items);
        }
    }

    /// Puts a value before the one at a place.
    fn CFArrayInsertValueAtIndex(array: Handle, index: isize, value: Item) {
        splice(array, "CFArrayInsertValueAtIndex", CFRange { location: index, length: 0 }, &[value]);
    }

    /// Replaces the value at a place, or appends at the end.
    fn CFArraySetValueAtIndex(array: Handle, index: isize, value: Item) {
        let length = isize::from(index != CFArrayGetCount(array));
        splice(array, "CFArraySetValueAtIndex", CFRange { location: index, length }, &[value]);
    }

    /// Takes out the value at a place.
    fn CFArrayRemoveValueAtIndex(array: Handle, index: isize) {
        splice(array, "CFArrayRemoveValueAtIndex", CFRange { location: index, length: 1 }, &[]);
    }

    /// Takes out all values.
    fn CFArrayRemoveAllValues(array: Handle) {
        let all = CFRange { location: 0, length: CFArrayGetCount(array) };
        splice(array, "CFArrayRemoveAllValues", all, &[]);
    }

    /// Puts values in the place of a range.
    fn CFArrayReplaceValues(array: Handle, range: CFRange, values: In<Item>, count: isize) {
        if let Some(values) = values.to_vec(count) {
            splice(array, "CFArrayReplaceValues", range, &values);
        }
    }

    /// Exchanges two values.
    fn CFArrayExchangeValuesAtIndices(array: Handle, one: isize, other: isize) {
        let Some(array) = mutable(array, "CFArrayExchangeValuesAtIndices") else { return };
        let mut items = array.items.write().unwrap_or_else(PoisonError::into_inner);
        if let (Ok(one), Ok(other)) = (usize::try_from(one), usize::try_from(other))
            && one.max(other) < items.len()
        {
            items.swap(one, other);
        }
    }

    /// Sorts a range by a function.
    fn CFArraySortValues(array: Handle, range: CFRange, comparator: Option<Comparator>, context: *mut c_void) {
        let Some(array) = mutable(array, "CFArraySortValues") else { return };
        let (Some((start, mut sorted)), Some(comparator)) = (array.range(range), comparator) else { return };
        // A comparison that contradicts itself makes the sort panic; the guard of the border logs that.
        sorted.sort_by(order(comparator, context));
        let mut items = array.items.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = items.get_mut(start..start + sorted.len()) {
            place.copy_from_slice(&sorted);
        }
    }
}
