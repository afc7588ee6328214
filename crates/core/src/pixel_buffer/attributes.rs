//! Attributes that shape a buffer's memory, and the layout that follows from them.

use super::{ExtendedPixels, PixelBuffer, PlaneGeometry, invalid_size};
use crate::memory::{ALIGNMENT, Memory};
use crate::{Dictionary, Error, FourCc, PixelFormat, Result, Value};

/// Keys of pixel buffer attribute dictionaries.
pub mod attribute {
    /// Pixel format: the number of a code, or an array of them, best first.
    #[doc(alias = "kCVPixelBufferPixelFormatTypeKey")]
    pub const PIXEL_FORMAT_TYPE: &str = "PixelFormatType";
    /// Width in pixels.
    #[doc(alias = "kCVPixelBufferWidthKey")]
    pub const WIDTH: &str = "Width";
    /// Height in pixels.
    #[doc(alias = "kCVPixelBufferHeightKey")]
    pub const HEIGHT: &str = "Height";
    /// Bytes per row are a multiple of this power of two, up to 65536. Below 64 it changes nothing.
    #[doc(alias = "kCVPixelBufferBytesPerRowAlignmentKey")]
    pub const BYTES_PER_ROW_ALIGNMENT: &str = "BytesPerRowAlignment";
    /// Planes begin at multiples of this power of two, up to 65536. Below 64 it changes nothing.
    #[doc(alias = "kCVPixelBufferPlaneAlignmentKey")]
    pub const PLANE_ALIGNMENT: &str = "PlaneAlignment";
    /// Pixels to the left of the picture, up to 65536.
    #[doc(alias = "kCVPixelBufferExtendedPixelsLeftKey")]
    pub const EXTENDED_PIXELS_LEFT: &str = "ExtendedPixelsLeft";
    /// Pixels to the right of the picture, up to 65536.
    #[doc(alias = "kCVPixelBufferExtendedPixelsRightKey")]
    pub const EXTENDED_PIXELS_RIGHT: &str = "ExtendedPixelsRight";
    /// Pixels above the picture, up to 65536.
    #[doc(alias = "kCVPixelBufferExtendedPixelsTopKey")]
    pub const EXTENDED_PIXELS_TOP: &str = "ExtendedPixelsTop";
    /// Pixels below the picture, up to 65536.
    #[doc(alias = "kCVPixelBufferExtendedPixelsBottomKey")]
    pub const EXTENDED_PIXELS_BOTTOM: &str = "ExtendedPixelsBottom";
}

const MAX_ALIGNMENT: usize = 1 << 16;
const MAX_EXTENSION: usize = 1 << 16;

/// What attributes ask of the memory.
#[derive(Clone, Debug)]
pub(crate) struct LayoutOptions {
    row_alignment: usize,
    plane_alignment: usize,
    extended: ExtendedPixels,
}

/// Where everything lies in the memory of a buffer.
#[derive(Clone, Debug)]
pub(crate) struct BufferLayout {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) format: &'static PixelFormat,
    pub(crate) planes: Vec<PlaneGeometry>,
    pub(crate) extended: ExtendedPixels,
    pub(crate) data_size: usize,
    /// Offset and length of each plane in the memory.
    pub(crate) ranges: Vec<(usize, usize)>,
    /// What an allocation's start must be a multiple of.
    pub(crate) alignment: usize,
}

impl Default for LayoutOptions {
    fn default() -> Self {
        LayoutOptions {
            row_alignment: ALIGNMENT,
            plane_alignment: ALIGNMENT,
            extended: ExtendedPixels::default(),
        }
    }
}

impl LayoutOptions {
    pub(crate) fn from_attributes(attributes: &Dictionary) -> Result<LayoutOptions> {
        let alignment = |key| {
            let power = |value: usize| value.is_power_of_two() && value <= MAX_ALIGNMENT;
            let value = number(attributes, key, "a power of two from 1 to 65536", power)?;
            Ok(value.unwrap_or(1).max(ALIGNMENT))
        };
        let extension = |key| {
            let value = number(attributes, key, "0 to 65536", |value| value <= MAX_EXTENSION)?;
            Ok(value.unwrap_or(0))
        };
        Ok(LayoutOptions {
            row_alignment: alignment(attribute::BYTES_PER_ROW_ALIGNMENT)?,
            plane_alignment: alignment(attribute::PLANE_ALIGNMENT)?,
            extended: ExtendedPixels {
                left: extension(attribute::EXTENDED_PIXELS_LEFT)?,
                right: extension(attribute::EXTENDED_PIXELS_RIGHT)?,
                top: extension(attribute::EXTENDED_PIXELS_TOP)?,
                bottom: extension(attribute::EXTENDED_PIXELS_BOTTOM)?,
            },
        })
    }
}

impl BufferLayout {
    pub(crate) fn plan(
        width: usize,
        height: usize,
        format: &'static PixelFormat,
        options: &LayoutOptions,
    ) -> Result<BufferLayout> {
        check_size(width, height)?;
        plan_checked(width, height, format, options)
            .ok_or_else(|| invalid_size(width, height, "its bytes cannot be counted in a machine word"))
    }

    pub(crate) fn allocate(&self) -> Result<Memory> {
        Memory::allocate(self.data_size, self.alignment, &self.ranges)
    }
}

/// Refuses pictures without pixels and pictures beyond [`PixelBuffer::MAX_DIMENSION`].
pub(crate) fn check_size(width: usize, height: usize) -> Result<()> {
    let accepted = 1..=PixelBuffer::MAX_DIMENSION;
    if accepted.contains(&width) && accepted.contains(&height) {
        return Ok(());
    }
    Err(invalid_size(width, height, "each side must have 1 to 1048576 pixels"))
}

/// Reads size and format of an attribute dictionary: those that are there.
pub(crate) fn size_and_format(
    attributes: &Dictionary,
) -> Result<(Option<usize>, Option<usize>, Option<FourCc>)> {
    let side = |key| {
        number(attributes, key, "1 to 1048576", |value| (1..=PixelBuffer::MAX_DIMENSION).contains(&value))
    };
    let code = match attributes.get(attribute::PIXEL_FORMAT_TYPE) {
        None => None,
        Some(Value::Array(codes)) => Some(codes.first().unwrap_or(&Value::Null)),
        Some(code) => Some(code),
    };
    let format = match code {
        None => None,
        // Some clients pass the code as a signed 32-bit number.
        Some(code) => match code.as_i64() {
            Some(number) if u32::try_from(number).is_ok() => Some(FourCc(number as u32)),
            Some(number) if i32::try_from(number).is_ok() => Some(FourCc(number as i32 as u32)),
            _ => {
                return Err(Error::InvalidPixelBufferAttribute {
                    key: attribute::PIXEL_FORMAT_TYPE,
                    value: code.to_string(),
                    accepted: "the number of a pixel format, or a list of such numbers that is not empty",
                });
            }
        },
    };
    Ok((side(attribute::WIDTH)?, side(attribute::HEIGHT)?, format))
}

fn number(
    attributes: &Dictionary,
    key: &'static str,
    accepted: &'static str,
    test: impl Fn(usize) -> bool,
) -> Result<Option<usize>> {
    let Some(value) = attributes.get(key) else { return Ok(None) };
    let number =
        value.as_i64().and_then(|number| usize::try_from(number).ok()).filter(|number| test(*number));
    match number {
        Some(number) => Ok(Some(number)),
        None => Err(Error::InvalidPixelBufferAttribute { key, value: value.to_string(), accepted }),
    }
}

/// The layout, or `None` when a number overflows.
fn plan_checked(
    width: usize,
    height: usize,
    format: &'static PixelFormat,
    options: &LayoutOptions,
) -> Option<BufferLayout> {
    let extended = options.extended;
    let mut planes = Vec::with_capacity(format.planes.len());
    let mut ranges = Vec::with_capacity(format.planes.len());
    let mut end = 0usize;
    for plane in format.planes {
        // The first pixel of the picture begins a block at an aligned address.
        let left = plane.row_bytes(extended.left)?.next_multiple_of(ALIGNMENT);
        let middle = plane.row_bytes(width.checked_add(extended.right)?)?;
        let bytes_per_row = left.checked_add(middle)?.checked_next_multiple_of(options.row_alignment)?;
        let top = plane.height(extended.top);
        let rows = top.checked_add(plane.height(height.checked_add(extended.bottom)?))?;
        let start = end.checked_next_multiple_of(options.plane_alignment)?;
        let length = bytes_per_row.checked_mul(rows)?;
        end = start.checked_add(length)?;
        ranges.push((start, length));
        planes.push(PlaneGeometry {
            width: plane.width(width),
            height: plane.height(height),
            bytes_per_row,
            row_bytes: plane.row_bytes(width)?,
            origin: top * bytes_per_row + left,
        });
    }
    let alignment = options.plane_alignment;
    isize::try_from(end).ok()?;
    Some(BufferLayout { width, height, format, planes, extended, data_size: end, ranges, alignment })
}
