//! Colour strings and the code points of ISO/IEC 23091-2 (H.273).

use vitascope::core::{ColorPrimaries, TransferFunction, UNSPECIFIED_CODE_POINT, YCbCrMatrix};

use crate::border::api;
use crate::cf::string;
use crate::object::Handle;

/// The code point of a string by the engine's table.
fn code_point<T>(string: Handle, parse: impl Fn(&str) -> Option<T>, code: impl Fn(T) -> u8) -> i32 {
    let found = string::to_rust(string).and_then(|text| parse(&text)).map(code);
    found.unwrap_or(UNSPECIFIED_CODE_POINT).into()
}

/// The constant string of a code point; NULL for one that has none.
fn constant<T>(code: i32, parse: impl Fn(u8) -> Option<T>, text: impl Fn(T) -> &'static str) -> Handle {
    u8::try_from(code).ok().and_then(parse).map_or(Handle::NULL, |value| string::constant(text(value)))
}

api! {
    /// The code point of colour primaries; 2 (unspecified) for an unknown string.
    fn CVColorPrimariesGetIntegerCodePointForString(text: Handle) -> i32 {
        code_point(text, ColorPrimaries::from_string, ColorPrimaries::code_point)
    }

    /// The string of a code point for colour primaries; NULL when there is none.
    fn CVColorPrimariesGetStringForIntegerCodePoint(code: i32) -> Handle {
        constant(code, ColorPrimaries::from_code_point, ColorPrimaries::string)
    }

    /// The code point of a transfer function; 2 (unspecified) for an unknown string.
    fn CVTransferFunctionGetIntegerCodePointForString(text: Handle) -> i32 {
        code_point(text, TransferFunction::from_string, TransferFunction::code_point)
    }

    /// The string of a code point for transfer functions; NULL when there is none.
    fn CVTransferFunctionGetStringForIntegerCodePoint(code: i32) -> Handle {
        constant(code, TransferFunction::from_code_point, TransferFunction::string)
    }

    /// The code point of a matrix; 2 (unspecified) for an unknown string.
    fn CVYCbCrMatrixGetIntegerCodePointForString(text: Handle) -> i32 {
        code_point(text, YCbCrMatrix::from_string, YCbCrMatrix::code_point)
    }

    /// The string of a code point for matrices; NULL when there is none.
    fn CVYCbCrMatrixGetStringForIntegerCodePoint(code: i32) -> Handle {
        constant(code, YCbCrMatrix::from_code_point, YCbCrMatrix::string)
    }
}
