//! `CVTime`: the constants; programs here use `CMTime`.

/// A time as C lays it out.
#[repr(C)]
pub struct CVTime {
    value: i64,
    timescale: i32,
    flags: i32,
}

/// `kCVTimeIsIndefinite`
const INDEFINITE: i32 = 1;

/// No time passed.
#[unsafe(no_mangle)]
pub static kCVZeroTime: CVTime = CVTime { value: 0, timescale: 1, flags: 0 };
/// A time that is not known.
#[unsafe(no_mangle)]
pub static kCVIndefiniteTime: CVTime = CVTime { value: 0, timescale: 0, flags: INDEFINITE };
