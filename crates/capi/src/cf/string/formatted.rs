//! Strings made by format.

use super::arguments::{VaList, variadic_entry};
use super::format::Format;
use super::{CfString, StringData};
use crate::border::{Out, api, guard};
use crate::cf::{error, string};
use crate::object::Handle;

/// `kCFErrorDomainCocoa` and the number of a format that cannot be used.
const FORMAT_ERROR: (&str, isize) = ("NSCocoaErrorDomain", 2048);

/// The text of a format with its arguments, or what is wrong with it.
fn filled(format: Handle, valid: Option<Handle>, arguments: VaList) -> Result<String, String> {
    let text = |object| string::to_rust(object).ok_or("the format is no string");
    let parsed = Format::parse(&text(format)?)?;
    if let Some(valid) = valid {
        let valid = text(valid)?;
        if !parsed.fits(&Format::parse(&valid)?) {
            return Err(format!("the format takes other arguments than those of {valid:?}"));
        }
    }
    let mut arguments = arguments.arguments().ok_or("the arguments are NULL")?;
    Ok(parsed.fill(&mut arguments))
}

/// The text of a format; a failure is logged under the function's name.
fn logged(
    function: &str,
    format: Handle,
    valid: Option<Handle>,
    arguments: VaList,
) -> Result<String, String> {
    filled(format, valid, arguments).inspect_err(|reason| log::error!("{function}: {reason}"))
}

fn create(function: &str, format: Handle, arguments: VaList) -> Handle {
    let text = logged(function, format, None, arguments);
    text.map_or(Handle::NULL, |text| string::new(&text).into_handle())
}

fn create_validated(
    function: &str,
    valid: Handle,
    format: Handle,
    arguments: VaList,
    error: Out<Handle>,
) -> Handle {
    error.clear();
    match logged(function, format, Some(valid), arguments) {
        Ok(text) => string::new(&text).into_handle(),
        Err(reason) => {
            if !error.is_null() {
                error.set(error::with_description(FORMAT_ERROR.0, FORMAT_ERROR.1, &reason));
            }
            Handle::NULL
        }
    }
}

fn append(function: &str, target: Handle, format: Handle, arguments: VaList) {
    let Ok(text) = logged(function, format, None, arguments) else { return };
    match target.get::<CfString>().and_then(CfString::write) {
        Some(mut data) => {
            let all = data.text().units().chain(text.encode_utf16()).collect();
            *data = StringData::from_units(all);
        }
        None => log::error!("{function}: not a string that can change"),
    }
}

api! {
    /// A string by format and arguments; NULL when the format is broken. %@ is an object. Options have no effect.
    fn CFStringCreateWithFormatAndArguments(
        _allocator: Handle, _options: Handle, format: Handle, arguments: VaList,
    ) -> Handle {
        create("CFStringCreateWithFormatAndArguments", format, arguments)
    }

    /// Appends by format and arguments. %@ is an object. Options have no effect.
    fn CFStringAppendFormatAndArguments(target: Handle, _options: Handle, format: Handle, arguments: VaList) {
        append("CFStringAppendFormatAndArguments", target, format, arguments);
    }

    /// A string by format and arguments; NULL and an error unless the format takes the arguments of the valid one.
    fn CFStringCreateStringWithValidatedFormatAndArguments(
        _allocator: Handle, _options: Handle, valid: Handle, format: Handle, arguments: VaList, error: Out<Handle>,
    ) -> Handle {
        create_validated("CFStringCreateStringWithValidatedFormatAndArguments", valid, format, arguments, error)
    }
}

extern "C" fn create_from(_allocator: Handle, _options: Handle, format: Handle, arguments: VaList) -> Handle {
    const NAME: &str = "CFStringCreateWithFormat";
    guard(NAME, || create(NAME, format, arguments))
}

extern "C" fn append_from(target: Handle, _options: Handle, format: Handle, arguments: VaList) {
    const NAME: &str = "CFStringAppendFormat";
    guard(NAME, || append(NAME, target, format, arguments));
}

extern "C" fn create_validated_from(
    _allocator: Handle,
    _options: Handle,
    valid: Handle,
    format: Handle,
    error: Out<Handle>,
    arguments: VaList,
) -> Handle {
    const NAME: &str = "CFStringCreateStringWithValidatedFormat";
    guard(NAME, || create_validated(NAME, valid, format, arguments, error))
}

#[cfg(target_arch = "x86_64")]
macro_rules! entries {
    ($($(#[$meta:meta])* fn $name:ident($named:literal, $register:literal, $other:literal) = $inner:path;)*) => {
        $(variadic_entry!($(#[$meta])* $name, $named, $register, $inner);)*
    };
}

#[cfg(target_arch = "aarch64")]
macro_rules! entries {
    ($($(#[$meta:meta])* fn $name:ident($named:literal, $other:literal, $register:literal) = $inner:path;)*) => {
        $(variadic_entry!($(#[$meta])* $name, $named, $register, $inner);)*
    };
}

// Named arguments, and the register of the argument after them on either architecture.
entries! {
    /// A string by format; NULL when the format is broken. %@ is an object. Options have no effect.
    fn CFStringCreateWithFormat(3, "rcx", "x3") = create_from;

    /// Appends by format. %@ is an object. Options have no effect.
    fn CFStringAppendFormat(3, "rcx", "x3") = append_from;

    /// A string by format; NULL and an error unless the format takes the arguments of the valid one.
    fn CFStringCreateStringWithValidatedFormat(5, "r9", "x5") = create_validated_from;
}
