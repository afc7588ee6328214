//! `CFData`: bytes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::border::{In, Out, api};
use crate::cf::allocator;
use crate::cf::base::CFRange;
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned, Payload};

/// Bytes that may change, if they were made so.
pub struct CfData {
    bytes: Mutex<Vec<u8>>,
    mutable: bool,
}

impl CfData {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Payload for CfData {
    const NAME: &'static str = "CFData";

    fn equal(one: Handle, other: Handle) -> bool {
        one == other || to_vec(one) == to_vec(other)
    }

    fn hash(object: Handle) -> usize {
        let bytes = to_vec(object).unwrap_or_default();
        bytes
            .iter()
            .take(80)
            .fold(bytes.len(), |hash, byte| hash.wrapping_mul(31).wrapping_add((*byte).into()))
    }

    fn describe(object: Handle) -> String {
        let bytes = to_vec(object).unwrap_or_default();
        let hex: String = bytes.iter().take(24).map(|byte| format!("{byte:02x}")).collect();
        let more = if bytes.len() > 24 { " ..." } else { "" };
        format!("{{length = {}, bytes = 0x{hex}{more}}}", bytes.len())
    }
}

/// A data object with a copy of the bytes.
pub(crate) fn new(bytes: &[u8]) -> Owned {
    Owned::new(CfData { bytes: Mutex::new(bytes.to_vec()), mutable: false })
}

/// A copy of the bytes; `None` when the object holds none.
pub(crate) fn to_vec(object: Handle) -> Option<Vec<u8>> {
    object.get::<CfData>().map(|data| data.bytes().clone())
}

/// Changes the bytes; says so when they must not change.
fn change(data: Handle, function: &str, change: impl FnOnce(&mut Vec<u8>)) {
    match data.get::<CfData>().filter(|data| data.mutable) {
        Some(data) => change(&mut data.bytes()),
        None => log::error!("{function}: not data that can change"),
    }
}

fn create(bytes: Option<Vec<u8>>, mutable: bool) -> Handle {
    bytes.map_or(Handle::NULL, |bytes| Owned::new(CfData { bytes: Mutex::new(bytes), mutable }).into_handle())
}

api! {
    /// The type number of data.
    fn CFDataGetTypeID() -> usize {
        CLASSES[CfData::INDEX].type_id()
    }

    /// Data with a copy of the bytes; NULL for a negative count.
    fn CFDataCreate(_allocator: Handle, bytes: In<u8>, count: isize) -> Handle {
        create(bytes.bytes(count).map(<[u8]>::to_vec), false)
    }

    /// Data of bytes that may be used in place (they are copied); the deallocator frees them when done.
    fn CFDataCreateWithBytesNoCopy(_allocator: Handle, bytes: In<u8>, count: isize, deallocator: Handle) -> Handle {
        let created = create(bytes.bytes(count).map(<[u8]>::to_vec), false);
        if !created.is_null() {
            allocator::deallocate(deallocator, bytes.0.cast_mut().cast());
        }
        created
    }

    /// A copy that does not change.
    fn CFDataCreateCopy(_allocator: Handle, data: Handle) -> Handle {
        match data.get::<CfData>() {
            Some(bytes) if !bytes.mutable => {
                data.retain();
                data
            }
            other => create(other.map(|data| data.bytes().clone()), false),
        }
    }

    /// Data that can change. The capacity is a hint only.
    fn CFDataCreateMutable(_allocator: Handle, _capacity: isize) -> Handle {
        create(Some(Vec::new()), true)
    }

    /// A copy that can change. The capacity is a hint only.
    fn CFDataCreateMutableCopy(_allocator: Handle, _capacity: isize, data: Handle) -> Handle {
        create(to_vec(data), true)
    }

    /// The number of bytes; 0 for NULL.
    fn CFDataGetLength(data: Handle) -> isize {
        data.get::<CfData>().map_or(0, |data| data.bytes().len() as isize)
    }

    /// The bytes in place, until the data changes or goes.
    fn CFDataGetBytePtr(data: Handle) -> *const u8 {
        data.get::<CfData>().map_or(std::ptr::null(), |data| data.bytes().as_ptr())
    }

    /// The bytes in place, to change.
    fn CFDataGetMutableBytePtr(data: Handle) -> *mut u8 {
        let data = data.get::<CfData>().filter(|data| data.mutable);
        data.map_or(std::ptr::null_mut(), |data| data.bytes().as_mut_ptr())
    }

    /// Copies the bytes of a range; nothing when that lies outside.
    fn CFDataGetBytes(data: Handle, range: CFRange, buffer: Out<u8>) {
        let Some(data) = data.get::<CfData>() else { return };
        let bytes = data.bytes();
        if let Some((start, end)) = range.bounds(bytes.len())
            && let Some(buffer) = buffer.bytes(end - start)
        {
            buffer.copy_from_slice(&bytes[start..end]);
        }
    }

    /// Where bytes are found in a range; location kCFNotFound when they are not. Options: backwards 1, anchored 2.
    fn CFDataFind(data: Handle, wanted: Handle, range: CFRange, options: usize) -> CFRange {
        const BACKWARDS: usize = 1;
        const ANCHORED: usize = 2;
        let nowhere = CFRange { location: -1, length: 0 };
        let (Some(bytes), Some(wanted)) = (to_vec(data), to_vec(wanted)) else { return nowhere };
        let Some((start, end)) = range.bounds(bytes.len()) else { return nowhere };
        let Some(last) = (end - start).checked_sub(wanted.len()).filter(|_| !wanted.is_empty()) else { return nowhere };
        let found = |place: &usize| bytes[start + place..].starts_with(&wanted);
        let place = match (options & ANCHORED != 0, options & BACKWARDS != 0) {
            (true, true) => Some(last).filter(found),
            (true, false) => Some(0).filter(found),
            (false, true) => (0..=last).rev().find(found),
            (false, false) => (0..=last).find(found),
        };
        place.map_or(nowhere, |place| CFRange { location: (start + place) as isize, length: wanted.len() as isize })
    }

    /// Makes data longer, with zeros, or shorter.
    fn CFDataSetLength(data: Handle, length: isize) {
        change(data, "CFDataSetLength", |bytes| bytes.resize(usize::try_from(length).unwrap_or(0), 0));
    }

    /// Makes data longer by some zeros.
    fn CFDataIncreaseLength(data: Handle, more: isize) {
        change(data, "CFDataIncreaseLength", |bytes| {
            bytes.resize(bytes.len().saturating_add_signed(more.max(0)), 0);
        });
    }

    /// Appends bytes.
    fn CFDataAppendBytes(data: Handle, bytes: In<u8>, count: isize) {
        if let Some(appended) = bytes.bytes(count) {
            change(data, "CFDataAppendBytes", |bytes| bytes.extend_from_slice(appended));
        }
    }

    /// Puts bytes in the place of a range.
    fn CFDataReplaceBytes(data: Handle, range: CFRange, new: In<u8>, count: isize) {
        let Some(new) = new.bytes(count) else { return };
        change(data, "CFDataReplaceBytes", |bytes| {
            if let Some((start, end)) = range.bounds(bytes.len()) {
                bytes.splice(start..end, new.iter().copied());
            }
        });
    }

    /// Takes out the bytes of a range.
    fn CFDataDeleteBytes(data: Handle, range: CFRange) {
        change(data, "CFDataDeleteBytes", |bytes| {
            if let Some((start, end)) = range.bounds(bytes.len()) {
                bytes.drain(start..end);
            }
        });
    }
}
