//! Reference-counted objects with a type, as C sees them.
//!
//! An object is a [`Header`] followed by a Rust value. Constant strings are the exception: the compiler lays them out
//! ([`crate::cf::string::ConstantString`]), and they have no count.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicIsize, Ordering, fence};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use crate::cf::string;
use crate::class::{CLASSES, Class, ClassIndex};

/// NULL or a live object: `CFTypeRef` and every other reference type of C.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle(pub *const Header);

// SAFETY: counts are atomic and payloads are `Send + Sync`.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

/// How every object but a constant string begins.
#[repr(C)]
pub struct Header {
    class: *const Class,
    /// Below zero: immortal.
    references: AtomicIsize,
}

// SAFETY: the class is an address of a static, the count atomic.
unsafe impl Sync for Header {}
// SAFETY: as above.
unsafe impl Send for Header {}

/// An object with its value.
#[repr(C)]
pub struct Object<T> {
    header: Header,
    payload: T,
}

/// A Rust value that C holds as an object. Unless a type says otherwise, objects are equal when they are the same.
pub trait Payload: ClassIndex + Send + Sync + 'static {
    /// The name of the type.
    const NAME: &'static str;
    /// Whether its objects wrap engine objects and must be the same C object however those are reached.
    const REGISTERED: bool = false;
    /// Where the engine object lies, to find its C object by. Need not be unique: [`Payload::same`] decides.
    fn identity(&self) -> usize {
        0
    }
    /// Whether both wrap the same engine object.
    fn same(&self, _other: &Self) -> bool {
        false
    }
    /// `CFEqual` of two objects of this type.
    fn equal(one: Handle, other: Handle) -> bool {
        one == other
    }
    /// `CFHash`.
    fn hash(object: Handle) -> usize {
        object.0 as usize >> 4
    }
    /// `CFCopyDescription`.
    fn describe(object: Handle) -> String {
        format!("<{} {:p}>", Self::NAME, object.0)
    }
}

/// Far below zero, so that no number of retains and releases reaches zero.
const IMMORTAL: isize = isize::MIN / 2;

impl Handle {
    /// No object.
    pub const NULL: Handle = Handle(std::ptr::null());

    /// Whether there is no object.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// The class; `None` for NULL and for memory that is no object of this library.
    pub fn class(self) -> Option<&'static Class> {
        let address = self.0 as usize;
        if address == 0 || !address.is_multiple_of(align_of::<Header>()) {
            return None;
        }
        if string::is_constant(self) {
            return Some(&CLASSES[<string::CfString as ClassIndex>::INDEX]);
        }
        // SAFETY: not NULL and aligned; by the promise of the border the memory is an object, whose first word can be read.
        let class = unsafe { (*self.0).class } as usize;
        let first = CLASSES.as_ptr() as usize;
        let offset = class.checked_sub(first)?;
        (offset.is_multiple_of(size_of::<Class>()))
            .then(|| CLASSES.get(offset / size_of::<Class>()))
            .flatten()
    }

    /// The value, if this is an object of type `T`. It lives as long as the caller's reference.
    pub fn get<'a, T: Payload>(self) -> Option<&'a T> {
        let class = self.class()?;
        if !std::ptr::eq(class, &CLASSES[T::INDEX]) || string::is_constant(self) {
            return None;
        }
        // SAFETY: the class says that this is an `Object<T>`, which the caller keeps alive.
        Some(unsafe { &(*self.0.cast::<Object<T>>()).payload })
    }

    /// Adds a reference.
    pub fn retain(self) {
        if let Some(header) = self.header() {
            let before = header.references.load(Ordering::Relaxed);
            if before > 0 {
                header.references.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// Takes a reference away and frees the object with the last one.
    pub fn release(self) {
        let Some(header) = self.header() else { return };
        let class = self.class().expect("objects with a header have a class");
        let mut count = header.references.load(Ordering::Relaxed);
        loop {
            if count < 0 {
                return;
            }
            // The last reference of an object that can be found again goes while nobody looks for it.
            let registry = (count <= 1 && class.registered).then(registry);
            match header.references.compare_exchange_weak(
                count,
                count - 1,
                Ordering::Release,
                Ordering::Relaxed,
            ) {
                Ok(_) if count > 1 => return,
                Ok(_) => {
                    fence(Ordering::Acquire);
                    if let Some(mut registry) = registry {
                        (class.forget)(self, &mut registry);
                    }
                    // SAFETY: that was the last reference, and the class knows the type.
                    unsafe { (class.drop)(self.0) };
                    return;
                }
                Err(now) => count = now,
            }
        }
    }

    /// The number of references; 1 for immortal objects.
    pub fn reference_count(self) -> isize {
        self.header().map_or(1, |header| header.references.load(Ordering::Relaxed).max(1))
    }

    fn header(self) -> Option<&'static Header> {
        match self.class() {
            // SAFETY: an object that is no constant string begins with a header.
            Some(_) if !string::is_constant(self) => Some(unsafe { &*self.0 }),
            Some(_) => None,
            None => {
                if !self.is_null() {
                    log::error!("{:p} is not an object of this library", self.0);
                }
                None
            }
        }
    }
}

impl<T: Payload> Object<T> {
    /// An object that is never freed, for statics.
    pub const fn immortal(payload: T) -> Object<T> {
        Object {
            header: Header { class: &CLASSES[T::INDEX], references: AtomicIsize::new(IMMORTAL) },
            payload,
        }
    }
}

/// A reference that this side owns; dropping it releases the object.
#[derive(Debug)]
pub struct Owned(Handle);

impl Owned {
    /// An object around a value. An engine object that already has a C object gets that one.
    pub fn new<T: Payload>(payload: T) -> Owned {
        if !T::REGISTERED {
            return Owned(create(payload));
        }
        let mut registry = registry();
        let list = registry.entry((T::INDEX, payload.identity())).or_default();
        for entry in list.iter() {
            if entry.get::<T>().is_some_and(|other| other.same(&payload)) {
                entry.retain();
                let found = Owned(*entry);
                // The second wrapping may hold the last handle of something; it goes without the lock.
                drop(registry);
                drop(payload);
                return found;
            }
        }
        let handle = create(payload);
        list.push(handle);
        Owned(handle)
    }

    /// Adds a reference to an object; `None` for NULL.
    pub fn retained(handle: Handle) -> Option<Owned> {
        (!handle.is_null()).then(|| {
            handle.retain();
            Owned(handle)
        })
    }

    /// Takes over a reference that the caller owns; `None` for NULL.
    pub fn adopted(handle: Handle) -> Option<Owned> {
        (!handle.is_null()).then_some(Owned(handle))
    }

    /// The object, for as long as this reference lives.
    pub fn handle(&self) -> Handle {
        self.0
    }

    /// Hands the reference to the caller.
    pub fn into_handle(self) -> Handle {
        let handle = self.0;
        std::mem::forget(self);
        handle
    }
}

impl Clone for Owned {
    fn clone(&self) -> Self {
        self.0.retain();
        Owned(self.0)
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        self.0.release();
    }
}

impl Deref for Owned {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.0
    }
}

/// C objects of engine objects, by class and identity.
pub(crate) type Registry = BTreeMap<(usize, usize), Vec<Handle>>;

fn registry() -> MutexGuard<'static, Registry> {
    static REGISTRY: LazyLock<Mutex<Registry>> = LazyLock::new(Mutex::default);
    // The map is whole after every change.
    REGISTRY.lock().unwrap_or_else(PoisonError::into_inner)
}

fn create<T: Payload>(payload: T) -> Handle {
    let header = Header { class: &CLASSES[T::INDEX], references: AtomicIsize::new(1) };
    let object = NonNull::from(Box::leak(Box::new(Object { header, payload })));
    Handle(object.as_ptr().cast_const().cast())
}
