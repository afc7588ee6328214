//! Parameter sets of format descriptions.

use vitascope::core::Error;
use vitascope::h264::format;

use super::format_description::{INVALID_PARAMETER, engine, give};
use crate::border::{In, OSStatus, Out, api};
use crate::object::Handle;

/// `kCMFormatDescriptionError_ValueNotAvailable`
const VALUE_NOT_AVAILABLE: OSStatus = OSStatus(-12718);

/// More parameter sets than any stream may have.
const COUNT_LIMIT: usize = 1024;

/// The bytes of the parameter sets; `None` when an address is NULL or the count absurd.
fn sets<'a>(count: usize, pointers: In<In<u8>>, sizes: In<usize>) -> Option<Vec<&'a [u8]>> {
    let count = isize::try_from(count).ok().filter(|count| *count <= COUNT_LIMIT as isize)?;
    let pointers = pointers.to_vec(count)?;
    let sizes = sizes.to_vec(count)?;
    pointers
        .into_iter()
        .zip(sizes)
        .map(|(pointer, size)| pointer.bytes(isize::try_from(size).ok()?))
        .collect()
}

api! {
    /// A format description of H.264 parameter sets: NAL units without start code, and 1, 2 or 4 bytes of NAL unit length.
    fn CMVideoFormatDescriptionCreateFromH264ParameterSets(
        _allocator: Handle, count: usize, pointers: In<In<u8>>, sizes: In<usize>, length_size: i32, out: Out<Handle>,
    ) -> OSStatus {
        const NAME: &str = "CMVideoFormatDescriptionCreateFromH264ParameterSets";
        out.clear();
        let (Some(sets), Ok(length_size)) = (sets(count, pointers, sizes), usize::try_from(length_size)) else {
            log::error!("{NAME}: {count} sets and NAL unit length {length_size}; sets and 1, 2 or 4 are accepted");
            return INVALID_PARAMETER;
        };
        give(NAME, out, format::Error::status, || format::format_description_from_parameter_sets(&sets, length_size))
    }

    /// One H.264 parameter set in place, their number, and the size of NAL unit lengths. Any output may be NULL.
    fn CMVideoFormatDescriptionGetH264ParameterSetAtIndex(
        description: Handle, index: usize, pointer: Out<*const u8>, size: Out<usize>, count: Out<usize>,
        length_size: Out<i32>,
    ) -> OSStatus {
        pointer.set(std::ptr::null());
        size.set(0);
        count.set(0);
        length_size.set(0);
        let Some(description) = engine(description) else {
            log::error!("CMVideoFormatDescriptionGetH264ParameterSetAtIndex: not a format description");
            return INVALID_PARAMETER;
        };
        let read = || -> format::Result<()> {
            count.set(format::parameter_set_count(description)?);
            length_size.set(format::nal_length_size(description)? as i32);
            // Who asks for counts only need not name a set that exists.
            if !pointer.is_null() || !size.is_null() {
                let set = format::parameter_set(description, index)?;
                pointer.set(set.as_ptr());
                size.set(set.len());
            }
            Ok(())
        };
        match read() {
            Ok(()) => OSStatus::OK,
            Err(error) => {
                log::debug!("CMVideoFormatDescriptionGetH264ParameterSetAtIndex: {error}");
                OSStatus(error.status())
            }
        }
    }

    /// As for H.264; no description here holds HEVC parameter sets that can be read, so the value is not available.
    fn CMVideoFormatDescriptionGetHEVCParameterSetAtIndex(
        description: Handle, _index: usize, pointer: Out<*const u8>, size: Out<usize>, count: Out<usize>,
        length_size: Out<i32>,
    ) -> OSStatus {
        pointer.set(std::ptr::null());
        size.set(0);
        count.set(0);
        length_size.set(0);
        if engine(description).is_none() { INVALID_PARAMETER } else { VALUE_NOT_AVAILABLE }
    }

    /// As for H.264; HEVC parameter sets are refused, as nothing here reads them yet.
    fn CMVideoFormatDescriptionCreateFromHEVCParameterSets(
        _allocator: Handle, _count: usize, _pointers: In<In<u8>>, _sizes: In<usize>, _length_size: i32,
        _extensions: Handle, out: Out<Handle>,
    ) -> OSStatus {
        give("CMVideoFormatDescriptionCreateFromHEVCParameterSets", out, Error::status, || {
            Err(Error::FormatValueNotAvailable("HEVC parameter sets: the codec is not part of this library"))
        })
    }
}
