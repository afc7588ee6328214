//! `CVPixelBuffer`: layout, memory, locks.

use std::sync::Mutex;
use std::sync::PoisonError;

use vitascope::core::{PixelBuffer, attribute};

use crate::attachments::{AttachmentObjects, bearer};
use crate::border::{CVReturn, Out, api};
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned, Payload};
use crate::value;

/// A pixel buffer of the engine.
pub struct CvPixelBuffer {
    pub(crate) buffer: PixelBuffer,
    objects: AttachmentObjects,
    /// Locks that C holds. They exclude nobody, as on the platform: C keeps its threads apart.
    locks: Mutex<usize>,
}

bearer!(CvPixelBuffer, buffer, objects);

impl CvPixelBuffer {
    /// The object of a pixel buffer; always the same one while C holds it.
    pub(crate) fn object(buffer: &PixelBuffer) -> Owned {
        Owned::new(CvPixelBuffer {
            buffer: buffer.clone(),
            objects: AttachmentObjects::default(),
            locks: Mutex::new(0),
        })
    }
}

impl Payload for CvPixelBuffer {
    const NAME: &'static str = "CVPixelBuffer";
    const REGISTERED: bool = true;

    fn identity(&self) -> usize {
        self.buffer.base_address_of_plane(0) as usize
    }

    fn same(&self, other: &Self) -> bool {
        PixelBuffer::ptr_eq(&self.buffer, &other.buffer)
    }

    fn describe(object: Handle) -> String {
        engine(object).map(|buffer| format!("{buffer:?}")).unwrap_or_default()
    }
}

/// The engine's pixel buffer.
pub(crate) fn engine<'a>(object: Handle) -> Option<&'a PixelBuffer> {
    object.get::<CvPixelBuffer>().map(|buffer| &buffer.buffer)
}

fn number(object: Handle, read: impl FnOnce(&PixelBuffer) -> usize) -> usize {
    engine(object).map_or(0, read)
}

api! {
    /// The type number of pixel buffers.
    fn CVPixelBufferGetTypeID() -> usize {
        CLASSES[CvPixelBuffer::INDEX].type_id()
    }

    /// Adds a reference; NULL stays NULL.
    fn CVPixelBufferRetain(buffer: Handle) -> Handle {
        buffer.retain();
        buffer
    }

    /// Takes a reference away; NULL is left alone.
    fn CVPixelBufferRelease(buffer: Handle) {
        buffer.release();
    }

    /// Says that the pixels are going to be touched. Flag 1: only read.
    fn CVPixelBufferLockBaseAddress(buffer: Handle, flags: u64) -> CVReturn {
        let Some(buffer) = buffer.get::<CvPixelBuffer>() else { return CVReturn::INVALID_ARGUMENT };
        if flags & 1 == 0 && !buffer.buffer.is_writable() {
            log::error!("CVPixelBufferLockBaseAddress: the memory may only be read; kCVPixelBufferLock_ReadOnly is accepted");
            return CVReturn::INVALID_ARGUMENT;
        }
        *buffer.locks.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        CVReturn::OK
    }

    /// Says that the pixels are no longer touched, with the flags of the lock.
    fn CVPixelBufferUnlockBaseAddress(buffer: Handle, _flags: u64) -> CVReturn {
        let Some(buffer) = buffer.get::<CvPixelBuffer>() else { return CVReturn::INVALID_ARGUMENT };
        let mut locks = buffer.locks.lock().unwrap_or_else(PoisonError::into_inner);
        match locks.checked_sub(1) {
            Some(left) => {
                *locks = left;
                CVReturn::OK
            }
            None => {
                log::error!("CVPixelBufferUnlockBaseAddress: the buffer is not locked");
                CVReturn::INVALID_ARGUMENT
            }
        }
    }

    /// Width in pixels; 0 for NULL.
    fn CVPixelBufferGetWidth(buffer: Handle) -> usize {
        number(buffer, PixelBuffer::width)
    }

    /// Height in pixels; 0 for NULL.
    fn CVPixelBufferGetHeight(buffer: Handle) -> usize {
        number(buffer, PixelBuffer::height)
    }

    /// The pixel format's code; 0 for NULL.
    fn CVPixelBufferGetPixelFormatType(buffer: Handle) -> u32 {
        engine(buffer).map_or(0, |buffer| buffer.format().0)
    }

    /// The address of the first row (of plane 0).
    fn CVPixelBufferGetBaseAddress(buffer: Handle) -> *mut u8 {
        CVPixelBufferGetBaseAddressOfPlane(buffer, 0)
    }

    /// Distance of two rows in bytes (of plane 0).
    fn CVPixelBufferGetBytesPerRow(buffer: Handle) -> usize {
        number(buffer, PixelBuffer::bytes_per_row)
    }

    /// Bytes of all planes with all padding.
    fn CVPixelBufferGetDataSize(buffer: Handle) -> usize {
        number(buffer, PixelBuffer::data_size)
    }

    /// Whether the format is planar.
    fn CVPixelBufferIsPlanar(buffer: Handle) -> u8 {
        engine(buffer).is_some_and(PixelBuffer::is_planar).into()
    }

    /// The number of planes; 0 for a format that is not planar.
    fn CVPixelBufferGetPlaneCount(buffer: Handle) -> usize {
        number(buffer, PixelBuffer::plane_count)
    }

    /// Width of a plane in samples. Plane 0 of a format that is not planar is all of it.
    fn CVPixelBufferGetWidthOfPlane(buffer: Handle, plane: usize) -> usize {
        number(buffer, |buffer| buffer.width_of_plane(plane))
    }

    /// Height of a plane in samples.
    fn CVPixelBufferGetHeightOfPlane(buffer: Handle, plane: usize) -> usize {
        number(buffer, |buffer| buffer.height_of_plane(plane))
    }

    /// The address of a plane's first row; NULL for a plane that there is not.
    fn CVPixelBufferGetBaseAddressOfPlane(buffer: Handle, plane: usize) -> *mut u8 {
        engine(buffer).map_or(std::ptr::null_mut(), |buffer| buffer.base_address_of_plane(plane))
    }

    /// Distance of two rows of a plane in bytes.
    fn CVPixelBufferGetBytesPerRowOfPlane(buffer: Handle, plane: usize) -> usize {
        number(buffer, |buffer| buffer.bytes_per_row_of_plane(plane))
    }

    /// Pixels around the picture. Any output may be NULL.
    fn CVPixelBufferGetExtendedPixels(
        buffer: Handle, left: Out<usize>, right: Out<usize>, top: Out<usize>, bottom: Out<usize>,
    ) {
        let extended = engine(buffer).map(PixelBuffer::extended_pixels).unwrap_or_default();
        left.set(extended.left);
        right.set(extended.right);
        top.set(extended.top);
        bottom.set(extended.bottom);
    }

    /// Repeats the pixels at the edges into the pixels around the picture.
    fn CVPixelBufferFillExtendedPixels(buffer: Handle) -> CVReturn {
        match engine(buffer).map(PixelBuffer::write) {
            Some(Ok(mut guard)) => {
                guard.fill_extended_pixels();
                CVReturn::OK
            }
            Some(Err(error)) => {
                log::warn!("CVPixelBufferFillExtendedPixels: {error}");
                CVReturn(error.status())
            }
            None => CVReturn::INVALID_ARGUMENT,
        }
    }

    /// The surface that other processes could share: NULL, as there are none here.
    fn CVPixelBufferGetIOSurface(_buffer: Handle) -> Handle {
        Handle::NULL
    }

    /// Whether size and pixel format are those that attributes ask for.
    fn CVPixelBufferIsCompatibleWithAttributes(buffer: Handle, attributes: Handle) -> u8 {
        let Some(buffer) = engine(buffer) else { return 0 };
        let attributes = match value::optional_dictionary(attributes, "attributes") {
            Ok(attributes) => attributes.unwrap_or_default(),
            Err(error) => {
                log::error!("CVPixelBufferIsCompatibleWithAttributes: {error}");
                return 0;
            }
        };
        let fits = |key: &str, actual: i64| match attributes.get(key) {
            None => true,
            Some(wanted) => match wanted.as_array() {
                Some(choices) => choices.iter().any(|choice| choice.as_i64() == Some(actual)),
                None => wanted.as_i64() == Some(actual),
            },
        };
        let compatible = fits(attribute::WIDTH, buffer.width() as i64)
            && fits(attribute::HEIGHT, buffer.height() as i64)
            && fits(attribute::PIXEL_FORMAT_TYPE, buffer.format().0.into());
        compatible.into()
    }
}
