//! `CFAllocator`: where memory of a program's own comes from.
//!
//! Objects themselves always lie in this library's memory; allocators matter for blocks that a program hands over.

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::border::{Context, In, Out, api};
use crate::class::{CLASSES, ClassIndex};
use crate::cm::memory_pool::Blocks;
use crate::object::{Handle, Header, Object, Owned, Payload};

/// An allocator.
pub struct CfAllocator(Kind);

enum Kind {
    /// `malloc` and `free`.
    Malloc,
    /// Allocates and frees nothing.
    Null,
    /// A program's own functions.
    Custom(CFAllocatorContext),
    /// Blocks of a memory pool.
    Pool(Arc<Blocks>),
}

type Allocate = extern "C" fn(isize, usize, *mut c_void) -> *mut c_void;
type Reallocate = extern "C" fn(*mut c_void, isize, usize, *mut c_void) -> *mut c_void;
type Deallocate = extern "C" fn(*mut c_void, *mut c_void);

/// A program's own functions and their context.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CFAllocatorContext {
    version: isize,
    info: Context,
    retain: Option<extern "C" fn(*const c_void) -> *const c_void>,
    release: Option<extern "C" fn(*const c_void)>,
    copy_description: Option<extern "C" fn(*const c_void) -> Handle>,
    allocate: Option<Allocate>,
    reallocate: Option<Reallocate>,
    deallocate: Option<Deallocate>,
    preferred_size: Option<extern "C" fn(isize, usize, *mut c_void) -> isize>,
}

impl CfAllocator {
    /// The allocator of a memory pool.
    pub(crate) fn of_pool(blocks: Arc<Blocks>) -> CfAllocator {
        CfAllocator(Kind::Pool(blocks))
    }
}

impl Payload for CfAllocator {
    const NAME: &'static str = "CFAllocator";
}

impl Drop for CfAllocator {
    fn drop(&mut self) {
        if let Kind::Custom(context) = &self.0
            && let Some(release) = context.release
        {
            release(context.info.0);
        }
    }
}

static SYSTEM_DEFAULT: Object<CfAllocator> = Object::immortal(CfAllocator(Kind::Malloc));
static MALLOC: Object<CfAllocator> = Object::immortal(CfAllocator(Kind::Malloc));
static MALLOC_ZONE: Object<CfAllocator> = Object::immortal(CfAllocator(Kind::Malloc));
static NULL: Object<CfAllocator> = Object::immortal(CfAllocator(Kind::Null));
static DEFAULT: AtomicPtr<Header> = AtomicPtr::new(std::ptr::null_mut());

/// NULL: the default allocator.
#[unsafe(no_mangle)]
pub static kCFAllocatorDefault: Handle = Handle::NULL;
/// The default allocator of a fresh process.
#[unsafe(no_mangle)]
pub static kCFAllocatorSystemDefault: Handle = Handle((&raw const SYSTEM_DEFAULT).cast());
/// `malloc` and `free`.
#[unsafe(no_mangle)]
pub static kCFAllocatorMalloc: Handle = Handle((&raw const MALLOC).cast());
/// `malloc` and `free`, as there are no zones here.
#[unsafe(no_mangle)]
pub static kCFAllocatorMallocZone: Handle = Handle((&raw const MALLOC_ZONE).cast());
/// Allocates and frees nothing.
#[unsafe(no_mangle)]
pub static kCFAllocatorNull: Handle = Handle((&raw const NULL).cast());
/// For CFAllocatorCreate only: the new allocator's own functions shall make it.
#[unsafe(no_mangle)]
pub static kCFAllocatorUseContext: Handle = Handle((&raw const USE_CONTEXT).cast());
static USE_CONTEXT: Object<CfAllocator> = Object::immortal(CfAllocator(Kind::Malloc));

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn realloc(memory: *mut c_void, size: usize) -> *mut c_void;
    fn free(memory: *mut c_void);
}

pub(crate) fn system_default() -> Handle {
    Handle((&raw const SYSTEM_DEFAULT).cast())
}

/// The allocator that NULL stands for.
fn current(allocator: Handle) -> Handle {
    if !allocator.is_null() {
        return allocator;
    }
    let default = DEFAULT.load(Ordering::Acquire);
    if default.is_null() { system_default() } else { Handle(default) }
}

/// Memory of an allocator; NULL when it has none or the size is 0.
pub(crate) fn allocate(allocator: Handle, size: isize, hint: usize) -> *mut c_void {
    let Some(wanted) = usize::try_from(size).ok().filter(|size| *size > 0) else {
        return std::ptr::null_mut();
    };
    match current(allocator).get::<CfAllocator>().map(|allocator| &allocator.0) {
        // SAFETY: any size may be asked for.
        Some(Kind::Malloc) => unsafe { malloc(wanted) },
        Some(Kind::Custom(context)) => {
            context.allocate.map_or(std::ptr::null_mut(), |allocate| allocate(size, hint, context.info.0))
        }
        Some(Kind::Pool(blocks)) => blocks.allocate(wanted),
        Some(Kind::Null) | None => std::ptr::null_mut(),
    }
}

/// Gives memory back to the allocator that it came from; NULL is left alone.
pub(crate) fn deallocate(allocator: Handle, memory: *mut c_void) {
    if memory.is_null() {
        return;
    }
    match current(allocator).get::<CfAllocator>().map(|allocator| &allocator.0) {
        // SAFETY: C promised that the memory came from this allocator and is not used any more.
        Some(Kind::Malloc) => unsafe { free(memory) },
        Some(Kind::Custom(context)) => {
            if let Some(deallocate) = context.deallocate {
                deallocate(memory, context.info.0);
            }
        }
        Some(Kind::Pool(blocks)) => {
            if !blocks.deallocate(memory) {
                log::error!(
                    "CFAllocatorDeallocate: {memory:p} did not come from this memory pool, or came back before"
                );
            }
        }
        Some(Kind::Null) | None => {}
    }
}

api! {
    /// The type number of allocators.
    fn CFAllocatorGetTypeID() -> usize {
        CLASSES[CfAllocator::INDEX].type_id()
    }

    /// An allocator of a program's own functions.
    fn CFAllocatorCreate(_allocator: Handle, context: In<CFAllocatorContext>) -> Handle {
        let Some(mut context) = context.read() else { return Handle::NULL };
        if let Some(retain) = context.retain {
            context.info = Context(retain(context.info.0).cast_mut());
        }
        Owned::new(CfAllocator(Kind::Custom(context))).into_handle()
    }

    /// Memory of an allocator; NULL when it has none.
    fn CFAllocatorAllocate(allocator: Handle, size: isize, hint: usize) -> *mut c_void {
        allocate(allocator, size, hint)
    }

    /// As CFAllocatorAllocate, for memory that holds no pointers: here the same.
    fn CFAllocatorAllocateBytes(allocator: Handle, size: isize, hint: usize) -> *mut c_void {
        allocate(allocator, size, hint)
    }

    /// As CFAllocatorAllocate, for memory of a type: here the same.
    fn CFAllocatorAllocateTyped(allocator: Handle, size: isize, _type_number: u64, hint: usize) -> *mut c_void {
        allocate(allocator, size, hint)
    }

    /// As CFAllocatorReallocate, for memory that holds no pointers: here the same.
    fn CFAllocatorReallocateBytes(allocator: Handle, memory: *mut c_void, size: isize, hint: usize) -> *mut c_void {
        CFAllocatorReallocate(allocator, memory, size, hint)
    }

    /// As CFAllocatorReallocate, for memory of a type: here the same.
    fn CFAllocatorReallocateTyped(
        allocator: Handle, memory: *mut c_void, size: isize, _type_number: u64, hint: usize,
    ) -> *mut c_void {
        CFAllocatorReallocate(allocator, memory, size, hint)
    }

    /// Makes memory larger or smaller; NULL memory is allocated, size 0 frees.
    fn CFAllocatorReallocate(allocator: Handle, memory: *mut c_void, size: isize, hint: usize) -> *mut c_void {
        if memory.is_null() {
            return allocate(allocator, size, hint);
        }
        let Some(wanted) = usize::try_from(size).ok().filter(|size| *size > 0) else {
            deallocate(allocator, memory);
            return std::ptr::null_mut();
        };
        match current(allocator).get::<CfAllocator>().map(|allocator| &allocator.0) {
            // SAFETY: C promised that the memory came from this allocator.
            Some(Kind::Malloc) => unsafe { realloc(memory, wanted) },
            Some(Kind::Custom(context)) => match context.reallocate {
                Some(reallocate) => reallocate(memory, size, hint, context.info.0),
                None => std::ptr::null_mut(),
            },
            Some(Kind::Pool(blocks)) => {
                let Some(old) = blocks.size(memory) else { return std::ptr::null_mut() };
                let new = blocks.allocate(wanted);
                if !new.is_null() {
                    // SAFETY: both blocks are as long as that, and different ones.
                    unsafe { std::ptr::copy_nonoverlapping(memory.cast::<u8>(), new.cast(), old.min(wanted)) };
                    blocks.deallocate(memory);
                }
                new
            }
            Some(Kind::Null) | None => std::ptr::null_mut(),
        }
    }

    /// Gives memory back to its allocator.
    fn CFAllocatorDeallocate(allocator: Handle, memory: *mut c_void) {
        deallocate(allocator, memory);
    }

    /// How many bytes an allocator would set aside for so many.
    fn CFAllocatorGetPreferredSizeForSize(allocator: Handle, size: isize, hint: usize) -> isize {
        match current(allocator).get::<CfAllocator>().map(|allocator| &allocator.0) {
            Some(Kind::Custom(CFAllocatorContext { preferred_size: Some(preferred), info, .. })) => {
                preferred(size, hint, info.0)
            }
            _ => size,
        }
    }

    /// Copies the functions of a program's own allocator.
    fn CFAllocatorGetContext(allocator: Handle, context: Out<CFAllocatorContext>) {
        if let Some(Kind::Custom(own)) = allocator.get::<CfAllocator>().map(|allocator| &allocator.0) {
            context.set(*own);
        }
    }

    /// The allocator that NULL stands for.
    fn CFAllocatorGetDefault() -> Handle {
        current(Handle::NULL)
    }

    /// Makes an allocator the one that NULL stands for, in the whole process.
    fn CFAllocatorSetDefault(allocator: Handle) {
        if allocator.get::<CfAllocator>().is_some() {
            // Never released: other threads may be using the old one.
            allocator.retain();
            DEFAULT.store(allocator.0.cast_mut(), Ordering::Release);
        }
    }
}
