//! `CMSimpleQueue`: pointers, first in, first out.

use std::collections::VecDeque;
use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::border::{OSStatus, Out, api};
use crate::cf::callbacks::Item;
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned, Payload};

/// A queue of so many pointers at most; nothing is retained.
pub struct CmSimpleQueue {
    items: Mutex<VecDeque<Item>>,
    capacity: usize,
}

/// `kCMSimpleQueueError_ParameterOutOfRange`
const PARAMETER_OUT_OF_RANGE: OSStatus = OSStatus(-12772);
/// `kCMSimpleQueueError_RequiredParameterMissing`
const REQUIRED_PARAMETER_MISSING: OSStatus = OSStatus(-12771);
/// `kCMSimpleQueueError_QueueIsFull`
const QUEUE_IS_FULL: OSStatus = OSStatus(-12773);

impl CmSimpleQueue {
    fn items(&self) -> MutexGuard<'_, VecDeque<Item>> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Payload for CmSimpleQueue {
    const NAME: &'static str = "CMSimpleQueue";
}

fn address(item: Option<Item>) -> *const c_void {
    item.map_or(std::ptr::null(), |item| item.0)
}

api! {
    /// The type number of queues.
    fn CMSimpleQueueGetTypeID() -> usize {
        CLASSES[CmSimpleQueue::INDEX].type_id()
    }

    /// A queue of at least one pointer.
    fn CMSimpleQueueCreate(_allocator: Handle, capacity: i32, out: Out<Handle>) -> OSStatus {
        out.clear();
        let Some(capacity) = usize::try_from(capacity).ok().filter(|capacity| *capacity > 0) else {
            log::error!("CMSimpleQueueCreate: capacity {capacity}; 1 and more are accepted");
            return PARAMETER_OUT_OF_RANGE;
        };
        if out.is_null() {
            return REQUIRED_PARAMETER_MISSING;
        }
        out.set(Owned::new(CmSimpleQueue { items: Mutex::default(), capacity }).into_handle());
        OSStatus::OK
    }

    /// Puts a pointer at the end; kCMSimpleQueueError_QueueIsFull when there is no room.
    fn CMSimpleQueueEnqueue(queue: Handle, item: Item) -> OSStatus {
        let Some(queue) = queue.get::<CmSimpleQueue>().filter(|_| !item.0.is_null()) else {
            return REQUIRED_PARAMETER_MISSING;
        };
        let mut items = queue.items();
        if items.len() == queue.capacity {
            return QUEUE_IS_FULL;
        }
        items.push_back(item);
        OSStatus::OK
    }

    /// Takes the pointer at the front; NULL when there is none.
    fn CMSimpleQueueDequeue(queue: Handle) -> *const c_void {
        address(queue.get::<CmSimpleQueue>().and_then(|queue| queue.items().pop_front()))
    }

    /// The pointer at the front, which stays; NULL when there is none.
    fn CMSimpleQueueGetHead(queue: Handle) -> *const c_void {
        address(queue.get::<CmSimpleQueue>().and_then(|queue| queue.items().front().copied()))
    }

    /// Takes out all pointers.
    fn CMSimpleQueueReset(queue: Handle) -> OSStatus {
        let Some(queue) = queue.get::<CmSimpleQueue>() else { return REQUIRED_PARAMETER_MISSING };
        queue.items().clear();
        OSStatus::OK
    }

    /// The number of pointers; 0 for NULL.
    fn CMSimpleQueueGetCount(queue: Handle) -> i32 {
        queue.get::<CmSimpleQueue>().map_or(0, |queue| queue.items().len() as i32)
    }

    /// The greatest number of pointers; 0 for NULL.
    fn CMSimpleQueueGetCapacity(queue: Handle) -> i32 {
        queue.get::<CmSimpleQueue>().map_or(0, |queue| queue.capacity as i32)
    }
}
