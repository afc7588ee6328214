//! Buffers over memory that somebody else allocated.

use super::attributes::{BufferLayout, check_size};
use super::{ExtendedPixels, PixelBuffer, PlaneGeometry};
use crate::attachments::Attachments;
use crate::memory::Memory;
use crate::{Error, FourCc, PixelFormat, Result};

/// Where a plane lies in bytes that a caller provides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlaneLayout {
    /// Where the first row begins.
    pub offset: usize,
    /// Distance of two rows in bytes.
    pub bytes_per_row: usize,
}

impl PixelBuffer {
    /// A buffer whose planes lie in bytes that `owner` provides, one layout per plane. The owner is dropped with the
    /// last handle.
    ///
    /// # Errors
    /// As [`PixelBuffer::new`]; [`Error::InvalidArgument`] when the layouts do not fit the format or the bytes, or
    /// overlap. The owner is dropped then.
    pub fn wrap_owner<O>(
        width: usize,
        height: usize,
        format: FourCc,
        planes: &[PlaneLayout],
        owner: O,
    ) -> Result<PixelBuffer>
    where
        O: AsMut<[u8]> + Send + 'static,
    {
        let (layout, ranges) = layout_in(width, height, format, planes, true)?;
        let memory = Memory::from_owner(owner, &ranges).ok_or_else(|| too_short(&ranges))?;
        Ok(PixelBuffer::from_parts(layout, memory, Attachments::default(), None))
    }

    /// As [`PixelBuffer::wrap_owner`] over bytes that are shared: the buffer can only be read.
    ///
    /// # Errors
    /// As [`PixelBuffer::wrap_owner`].
    pub fn wrap_shared<O>(
        width: usize,
        height: usize,
        format: FourCc,
        planes: &[PlaneLayout],
        owner: O,
    ) -> Result<PixelBuffer>
    where
        O: AsRef<[u8]> + Send + Sync + 'static,
    {
        let (layout, ranges) = layout_in(width, height, format, planes, false)?;
        let memory = Memory::from_shared_owner(owner, &ranges).ok_or_else(|| too_short(&ranges))?;
        Ok(PixelBuffer::from_parts(layout, memory, Attachments::default(), None))
    }

    /// A buffer over a vector that holds the planes one after the other without any padding.
    ///
    /// # Errors
    /// As [`PixelBuffer::wrap_owner`].
    pub fn wrap_vec(width: usize, height: usize, format: FourCc, bytes: Vec<u8>) -> Result<PixelBuffer> {
        let planes = PixelBuffer::tight_layout(width, height, format)?;
        PixelBuffer::wrap_owner(width, height, format, &planes, bytes)
    }

    /// The layout of planes that lie one after the other without any padding.
    ///
    /// # Errors
    /// As [`PixelBuffer::new`], without an allocation.
    pub fn tight_layout(width: usize, height: usize, format: FourCc) -> Result<Vec<PlaneLayout>> {
        check_size(width, height)?;
        let format = PixelFormat::require(format)?;
        let overflow = || super::invalid_size(width, height, "its bytes cannot be counted in a machine word");
        let mut offset = 0usize;
        let mut layouts = Vec::with_capacity(format.planes.len());
        for plane in format.planes {
            let bytes_per_row = plane.row_bytes(width).ok_or_else(overflow)?;
            layouts.push(PlaneLayout { offset, bytes_per_row });
            let length = bytes_per_row.checked_mul(plane.height(height)).ok_or_else(overflow)?;
            offset = offset.checked_add(length).ok_or_else(overflow)?;
        }
        Ok(layouts)
    }
}

/// Layout of a picture whose planes lie where a caller says, and the bytes that each plane takes.
pub(crate) fn layout_in(
    width: usize,
    height: usize,
    format: FourCc,
    layouts: &[PlaneLayout],
    apart: bool,
) -> Result<(BufferLayout, Vec<(usize, usize)>)> {
    check_size(width, height)?;
    let format = PixelFormat::require(format)?;
    if layouts.len() != format.planes.len() {
        let accepted = format!("{} for pixel format {}", format.planes.len(), format.fourcc);
        return Err(invalid("number of planes", layouts.len(), accepted));
    }
    let mut planes = Vec::with_capacity(layouts.len());
    let mut ranges: Vec<(usize, usize)> = Vec::with_capacity(layouts.len());
    for (plane, &PlaneLayout { offset, bytes_per_row }) in format.planes.iter().zip(layouts) {
        let (plane_width, plane_height) = (plane.width(width), plane.height(height));
        let row_bytes = plane.row_bytes(width).filter(|bytes| *bytes <= bytes_per_row);
        let Some(row_bytes) = row_bytes else {
            let accepted = format!("at least {}", plane.row_bytes(width).unwrap_or(usize::MAX));
            return Err(invalid("bytes per row", bytes_per_row, accepted));
        };
        let length =
            (plane_height - 1).checked_mul(bytes_per_row).and_then(|length| length.checked_add(row_bytes));
        let end =
            length.and_then(|length| offset.checked_add(length)).filter(|end| isize::try_from(*end).is_ok());
        let (Some(length), Some(end)) = (length, end) else {
            return Err(invalid(
                "bytes per row",
                bytes_per_row,
                "so many that the plane fits memory".to_owned(),
            ));
        };
        if apart && ranges.iter().any(|&(other, count)| offset < other + count && other < end) {
            return Err(invalid("offset of a plane", offset, "planes that do not overlap".to_owned()));
        }
        ranges.push((offset, length));
        planes.push(PlaneGeometry {
            width: plane_width,
            height: plane_height,
            bytes_per_row,
            row_bytes,
            origin: 0,
        });
    }
    let data_size = planes
        .iter()
        .fold(0usize, |sum, plane| sum.saturating_add(plane.bytes_per_row.saturating_mul(plane.height)));
    let extended = ExtendedPixels::default();
    let layout =
        BufferLayout { width, height, format, planes, extended, data_size, ranges: Vec::new(), alignment: 1 };
    Ok((layout, ranges))
}

fn too_short(ranges: &[(usize, usize)]) -> Error {
    let needed = ranges.iter().map(|(offset, length)| offset + length).max().unwrap_or(0);
    invalid("memory of the planes", "too short", format!("at least {needed} bytes"))
}

fn invalid(name: &'static str, value: impl ToString, accepted: String) -> Error {
    Error::InvalidArgument { name, value: value.to_string(), accepted }
}
