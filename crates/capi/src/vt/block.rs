//! Blocks: closures of the C compiler.

use std::ffi::{CStr, c_char, c_void};
use std::ops::Deref;
use std::ptr::NonNull;

use crate::border::OSStatus;
use crate::object::Handle;

/// How a block begins, by the blocks ABI.
#[repr(C)]
pub(crate) struct Literal {
    class: *const c_void,
    flags: i32,
    reserved: i32,
    invoke: *const c_void,
}

/// A block that was copied to the heap; dropping it releases the copy.
pub(crate) struct Block(NonNull<Literal>);

// SAFETY: a copied block is reference-counted with atomics by its runtime; what it captures is the program's affair.
unsafe impl Send for Block {}

unsafe extern "C" {
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
}

type Copy = extern "C" fn(*const c_void) -> *mut Literal;
type Release = extern "C" fn(*const c_void);
type OutputHandler = extern "C" fn(*const Literal, OSStatus, u32, Handle);
type SampleHandler = extern "C" fn(*const Literal, Handle) -> OSStatus;
type EachSampleHandler = extern "C" fn(*const Literal, Handle, isize) -> OSStatus;
type InvalidateHandler = extern "C" fn(*const Literal, Handle);

/// A block for as long as the call that it was given to.
pub(crate) struct Borrowed(NonNull<Literal>);

/// A function of the blocks runtime. Only a program that uses blocks brings one, so it is looked up.
fn runtime(name: &CStr) -> Option<NonNull<c_void>> {
    // SAFETY: NULL (the default search) is a library, and the name ends with a zero byte.
    NonNull::new(unsafe { dlsym(std::ptr::null_mut(), name.as_ptr()) })
}

impl Block {
    /// Copies a block; `None` for NULL or without a blocks runtime.
    pub(crate) fn copy(block: *const c_void) -> Option<Block> {
        if block.is_null() {
            return None;
        }
        let copy = runtime(c"_Block_copy").or_else(|| {
            log::error!("the program uses blocks but has no blocks runtime (_Block_copy); link it with -lBlocksRuntime");
            None
        })?;
        // SAFETY: the function of that name has this type in every blocks runtime.
        let copy: Copy = unsafe { std::mem::transmute(copy) };
        NonNull::new(copy(block)).map(Block)
    }
}

impl Borrowed {
    /// The block; `None` for NULL.
    pub(crate) fn new(block: *const c_void) -> Option<Borrowed> {
        NonNull::new(block.cast_mut().cast()).map(Borrowed)
    }
}

impl Literal {
    /// Calls a block of type `VTCompressionOutputHandler`.
    pub(crate) fn call_output(&self, status: OSStatus, flags: u32, sample: Handle) {
        // SAFETY: the type is the one that C declared.
        let invoke: OutputHandler = unsafe { std::mem::transmute(self.invoke) };
        invoke(self, status, flags, sample);
    }

    /// Calls a block that gets a sample buffer and answers with a status.
    pub(crate) fn call_sample(&self, sample: Handle) -> OSStatus {
        // SAFETY: the type is the one that C declared.
        let invoke: SampleHandler = unsafe { std::mem::transmute(self.invoke) };
        invoke(self, sample)
    }

    /// Calls a block that gets a sample buffer with its index and answers with a status.
    pub(crate) fn call_each_sample(&self, sample: Handle, index: isize) -> OSStatus {
        // SAFETY: the type is the one that C declared.
        let invoke: EachSampleHandler = unsafe { std::mem::transmute(self.invoke) };
        invoke(self, sample, index)
    }

    /// Calls a block that gets a sample buffer.
    pub(crate) fn call_invalidated(&self, sample: Handle) {
        // SAFETY: the type is the one that C declared.
        let invoke: InvalidateHandler = unsafe { std::mem::transmute(self.invoke) };
        invoke(self, sample);
    }
}

impl Deref for Block {
    type Target = Literal;

    fn deref(&self) -> &Literal {
        // SAFETY: the literal lives as long as this copy.
        unsafe { self.0.as_ref() }
    }
}

impl Deref for Borrowed {
    type Target = Literal;

    fn deref(&self) -> &Literal {
        // SAFETY: by C's promise a block, which lives as long as the call.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Some(release) = runtime(c"_Block_release") {
            // SAFETY: the function of that name has this type in every blocks runtime.
            let release: Release = unsafe { std::mem::transmute(release) };
            release(self.0.as_ptr().cast());
        }
    }
}
