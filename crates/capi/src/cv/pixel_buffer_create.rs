//! `CVPixelBuffer`: making.

use std::ffi::c_void;
use std::ptr::NonNull;

use vitascope::core::{FourCc, PixelBuffer, RawPlane, ReleaseHook, Result};

use super::pixel_buffer::CvPixelBuffer;
use crate::border::{CVReturn, Context, In, Out, api};
use crate::object::Handle;
use crate::value;

/// Is told that the bytes are no longer used: context, address.
type ReleaseBytes = extern "C" fn(*mut c_void, *const c_void);
/// Is told that the planes are no longer used: context, address and size of the whole, number of planes, their addresses.
type ReleasePlanes = extern "C" fn(*mut c_void, *const c_void, usize, usize, *const *const c_void);

/// More planes than any format has.
const PLANE_LIMIT: usize = 8;

/// Writes the object of a new buffer, or clears the output and says why not.
pub(crate) fn give(function: &str, out: Out<Handle>, make: impl FnOnce() -> Result<PixelBuffer>) -> CVReturn {
    out.clear();
    if out.is_null() {
        log::error!("{function}: the address for the result is NULL");
        return CVReturn::INVALID_ARGUMENT;
    }
    match make() {
        Ok(buffer) => {
            out.set(CvPixelBuffer::object(&buffer).into_handle());
            CVReturn::OK
        }
        Err(error) => {
            log::warn!("{function}: {error} (status {})", error.status());
            CVReturn(error.status())
        }
    }
}

api! {
    /// A pixel buffer in memory of its own.
    fn CVPixelBufferCreate(
        _allocator: Handle, width: usize, height: usize, format: u32, attributes: Handle, out: Out<Handle>,
    ) -> CVReturn {
        give("CVPixelBufferCreate", out, || {
            let attributes = value::optional_dictionary(attributes, "attributes")?.unwrap_or_default();
            PixelBuffer::with_attributes(width, height, FourCc(format), &attributes)
        })
    }

    /// A pixel buffer over a program's memory, for a format that is not planar. The callback says when the memory is free.
    fn CVPixelBufferCreateWithBytes(
        _allocator: Handle, width: usize, height: usize, format: u32, base: Context, bytes_per_row: usize,
        release: Option<ReleaseBytes>, context: Context, _attributes: Handle, out: Out<Handle>,
    ) -> CVReturn {
        let Some(address) = NonNull::new(base.0.cast::<u8>()) else {
            out.clear();
            log::error!("CVPixelBufferCreateWithBytes: the address of the pixels is NULL");
            return CVReturn::INVALID_ARGUMENT;
        };
        let hook = release.map(|release| -> ReleaseHook {
            Box::new(move || {
                let (base, context) = (base, context);
                release(context.0, base.0);
            })
        });
        give("CVPixelBufferCreateWithBytes", out, || {
            let planes = [RawPlane { base: address, bytes_per_row }];
            // SAFETY: C promised rows of that many bytes, and to leave them until the callback or the last release.
            unsafe { PixelBuffer::wrap_raw_planes(width, height, FourCc(format), &planes, hook) }
        })
    }

    /// A pixel buffer over a program's memory, one address per plane. The callback says when the memory is free.
    fn CVPixelBufferCreateWithPlanarBytes(
        _allocator: Handle, width: usize, height: usize, format: u32, data: Context, size: usize, plane_count: usize,
        bases: In<Context>, _widths: In<usize>, _heights: In<usize>, bytes_per_row: In<usize>,
        release: Option<ReleasePlanes>, context: Context, _attributes: Handle, out: Out<Handle>,
    ) -> CVReturn {
        out.clear();
        let count = isize::try_from(plane_count.min(PLANE_LIMIT + 1)).unwrap_or(0);
        let (Some(bases), Some(bytes_per_row)) = (bases.to_vec(count), bytes_per_row.to_vec(count)) else {
            log::error!("CVPixelBufferCreateWithPlanarBytes: an array of plane addresses or row lengths is NULL");
            return CVReturn::INVALID_ARGUMENT;
        };
        let planes: Option<Vec<RawPlane>> = bases
            .iter()
            .zip(bytes_per_row)
            .map(|(base, bytes_per_row)| Some(RawPlane { base: NonNull::new(base.0.cast())?, bytes_per_row }))
            .collect();
        let Some(planes) = planes else {
            log::error!("CVPixelBufferCreateWithPlanarBytes: the address of a plane is NULL");
            return CVReturn::INVALID_ARGUMENT;
        };
        let hook = release.map(|release| -> ReleaseHook {
            Box::new(move || {
                let (data, context) = (data, context);
                let addresses: Vec<*const c_void> = bases.iter().map(|base| base.0.cast_const()).collect();
                release(context.0, data.0, size, addresses.len(), addresses.as_ptr());
            })
        });
        give("CVPixelBufferCreateWithPlanarBytes", out, || {
            // SAFETY: C promised rows of that many bytes, and to leave them until the callback or the last release.
            unsafe { PixelBuffer::wrap_raw_planes(width, height, FourCc(format), &planes, hook) }
        })
    }
}
