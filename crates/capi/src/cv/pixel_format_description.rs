//! Descriptions of pixel formats, and attributes of pixel buffers.

use vitascope::core::{Dictionary, FourCc, Number, PixelBuffer, PixelFormat};

use super::pixel_buffer::engine;
use crate::border::{CVReturn, Out, api};
use crate::cf::{array, number, string};
use crate::object::{Handle, Owned};
use crate::value;

api! {
    /// A pixel format as a dictionary: code, name, contents, planes; NULL for one that is not known.
    fn CVPixelFormatDescriptionCreateWithPixelFormatType(_allocator: Handle, format: u32) -> Handle {
        match PixelFormat::require(FourCc(format)) {
            Ok(format) => value::dictionary_to_object(&format.to_dictionary(), false).into_handle(),
            Err(error) => {
                log::warn!("CVPixelFormatDescriptionCreateWithPixelFormatType: {error}");
                Handle::NULL
            }
        }
    }

    /// The codes of all pixel formats that buffers can have, as numbers.
    fn CVPixelFormatDescriptionArrayCreateWithAllPixelFormatTypes(_allocator: Handle) -> Handle {
        let code = |format: &PixelFormat| number::new(Number::Integer(format.fourcc.0.into()));
        array::new(&PixelFormat::all().iter().map(code).collect::<Vec<Owned>>()).into_handle()
    }

    /// Refused, with a line in the log: the pixel formats are fixed.
    fn CVPixelFormatDescriptionRegisterDescriptionWithPixelFormatType(_description: Handle, format: u32) {
        log::error!(
            "CVPixelFormatDescriptionRegisterDescriptionWithPixelFormatType: {}: formats cannot be added",
            FourCc(format)
        );
    }

    /// Whether buffers can have one of the compressed formats: never, as their bytes are not public.
    fn CVIsCompressedPixelFormatAvailable(_format: u32) -> u8 {
        0
    }

    /// The code of a pixel format as text.
    fn CVPixelFormatTypeCopyFourCharCodeString(format: u32) -> Handle {
        string::new(FourCc(format).to_string().trim_matches('\'')).into_handle()
    }

    /// The attributes that make a buffer like this one; NULL for NULL.
    fn CVPixelBufferCopyCreationAttributes(buffer: Handle) -> Handle {
        engine(buffer).map_or(Handle::NULL, |buffer| {
            value::dictionary_to_object(&buffer.creation_attributes(), false).into_handle()
        })
    }

    /// The attributes that fulfil all dictionaries of an array; fails when they contradict each other.
    fn CVPixelBufferCreateResolvedAttributesDictionary(
        _allocator: Handle, attributes: Handle, out: Out<Handle>,
    ) -> CVReturn {
        out.clear();
        let all: Option<Vec<Dictionary>> = array::objects(attributes)
            .and_then(|objects| objects.into_iter().map(value::dictionary_from_object).collect());
        let (Some(all), false) = (all, out.is_null()) else {
            log::error!("CVPixelBufferCreateResolvedAttributesDictionary: an array of dictionaries is accepted");
            return CVReturn::INVALID_ARGUMENT;
        };
        match PixelBuffer::resolved_attributes(&all) {
            Ok(resolved) => {
                out.set(value::dictionary_to_object(&resolved, false).into_handle());
                CVReturn::OK
            }
            Err(error) => {
                log::warn!("CVPixelBufferCreateResolvedAttributesDictionary: {error} (status {})", error.status());
                CVReturn(error.status())
            }
        }
    }
}
