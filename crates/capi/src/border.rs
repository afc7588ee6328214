//! Where C meets Rust: argument types that carry C's promises, and the guard that keeps panics on this side.
//!
//! A C caller promises that each pointer is what its prototype says. The types here take that promise once, at the border,
//! so that the functions behind it are ordinary safe code: [`Handle`] is NULL or a live object, [`In`] and [`Out`] are NULL
//! or point to memory of their type.

use std::ffi::{CStr, c_char, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::object::Handle;

/// A status number of the Core Media and Video Toolbox groups; 0 is success.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OSStatus(pub i32);

/// A status number of the Core Video group; 0 is success.
#[repr(transparent)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CVReturn(pub i32);

impl OSStatus {
    /// Success.
    pub const OK: OSStatus = OSStatus(0);
    /// `kVTParameterErr`.
    pub const PARAMETER: OSStatus = OSStatus(-12902);
}

impl CVReturn {
    /// Success.
    pub const OK: CVReturn = CVReturn(0);
    /// `kCVReturnInvalidArgument`.
    pub const INVALID_ARGUMENT: CVReturn = CVReturn(-6661);
}

/// NULL, or the address of values to read; functions that take a count read that many.
#[repr(transparent)]
pub struct In<T>(pub *const T);

/// NULL, or the address of values to write; functions that take a count write that many.
#[repr(transparent)]
pub struct Out<T>(pub *mut T);

impl<T> Clone for In<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for In<T> {}

impl<T> Clone for Out<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Out<T> {}

impl<T: Copy> In<T> {
    /// Whether this is NULL.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// The value, if there is one. The address need not be aligned.
    pub fn read(self) -> Option<T> {
        // SAFETY: not NULL, so by this type's promise it points to a `T`.
        (!self.0.is_null()).then(|| unsafe { self.0.read_unaligned() })
    }

    /// The value at a place of an array; `None` only for NULL.
    pub fn read_at(self, index: usize) -> Option<T> {
        // SAFETY: not NULL, and the caller counts only as far as C said that the array goes.
        (!self.0.is_null()).then(|| unsafe { self.0.add(index).read_unaligned() })
    }

    /// Copies `count` values; `None` when there should be some and the address is NULL, or the count is absurd.
    pub fn to_vec(self, count: isize) -> Option<Vec<T>> {
        let count = usize::try_from(count).ok()?;
        if count == 0 {
            return Some(Vec::new());
        }
        if self.0.is_null() || count.checked_mul(size_of::<T>())? > isize::MAX as usize {
            return None;
        }
        Some((0..count).filter_map(|index| self.read_at(index)).collect())
    }
}

impl In<u8> {
    /// `count` bytes; `None` when there should be some and the address is NULL.
    pub fn bytes<'a>(self, count: isize) -> Option<&'a [u8]> {
        let count = usize::try_from(count).ok()?;
        if count == 0 {
            return Some(&[]);
        }
        // SAFETY: not NULL, and C promised `count` bytes there that stay for the call.
        (!self.0.is_null()).then(|| unsafe { std::slice::from_raw_parts(self.0, count) })
    }
}

impl In<c_char> {
    /// The text up to the zero byte that ends it.
    pub fn text<'a>(self) -> Option<&'a CStr> {
        // SAFETY: not NULL, so by C's promise a zero-terminated string that stays for the call.
        (!self.0.is_null()).then(|| unsafe { CStr::from_ptr(self.0) })
    }
}

impl<T> Out<T> {
    /// Whether this is NULL.
    pub fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// Writes the value unless the address is NULL.
    pub fn set(self, value: T) {
        self.set_at(0, value);
    }

    /// Writes a value of an array unless the address is NULL.
    pub fn set_at(self, index: usize, value: T) {
        if !self.0.is_null() {
            // SAFETY: not NULL, and the caller counts only as far as C said that the array goes.
            unsafe { self.0.add(index).write_unaligned(value) }
        }
    }
}

impl Out<u8> {
    /// `count` bytes to fill; `None` for NULL.
    pub fn bytes<'a>(self, count: usize) -> Option<&'a mut [u8]> {
        if self.0.is_null() {
            return None;
        }
        // SAFETY: not NULL, and C promised `count` bytes there that nobody else touches during the call.
        Some(unsafe { std::slice::from_raw_parts_mut(self.0, count) })
    }
}

impl Out<Handle> {
    /// Writes NULL, so that a failure leaves no stale object behind.
    pub fn clear(self) {
        self.set(Handle::NULL);
    }
}

/// A pointer of the caller's that is only handed back. It may be used from any thread; keeping that sound is the caller's.
#[repr(transparent)]
#[derive(Clone, Copy, Debug)]
pub struct Context(pub *mut c_void);

// SAFETY: never dereferenced here.
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

/// What a function returns when its body panicked.
pub trait OnPanic {
    /// The value that says "it failed".
    fn on_panic() -> Self;
}

impl OnPanic for OSStatus {
    fn on_panic() -> Self {
        // kVTSessionMalfunctionErr: the library itself broke.
        OSStatus(-17691)
    }
}

impl OnPanic for CVReturn {
    fn on_panic() -> Self {
        // kCVReturnError
        CVReturn(-6660)
    }
}

impl<T> OnPanic for *const T {
    fn on_panic() -> Self {
        std::ptr::null()
    }
}

impl<T> OnPanic for *mut T {
    fn on_panic() -> Self {
        std::ptr::null_mut()
    }
}

impl OnPanic for Handle {
    fn on_panic() -> Self {
        Handle::NULL
    }
}

macro_rules! zero_on_panic {
    ($($type:ty = $value:expr),*) => {$(
        impl OnPanic for $type {
            fn on_panic() -> Self {
                $value
            }
        }
    )*};
}

zero_on_panic!(
    () = (),
    u8 = 0,
    u16 = 0,
    i8 = 0,
    i32 = 0,
    u32 = 0,
    i64 = 0,
    u64 = 0,
    isize = 0,
    usize = 0,
    f64 = 0.0
);

/// Runs the body of an exported function; a panic is logged and becomes the failure value.
pub fn guard<R: OnPanic>(function: &str, body: impl FnOnce() -> R) -> R {
    crate::logger::install();
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_default();
        log::error!("{function}: internal error: {message}");
        R::on_panic()
    })
}

/// Declares exported functions. The first documentation line is also the comment in the generated header.
macro_rules! api {
    ($($(#[$meta:meta])* fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $return:ty)? $body:block)*) => {$(
        $(#[$meta])*
        #[unsafe(no_mangle)]
        pub extern "C" fn $name($($argument: $type),*) $(-> $return)? {
            $crate::border::guard(stringify!($name), move || $body)
        }
    )*};
}

pub(crate) use api;
