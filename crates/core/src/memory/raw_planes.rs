//! Buffers over memory that is known only by its addresses.

use std::ptr::NonNull;

use super::{Memory, ReleaseHook};
use crate::attachments::Attachments;
use crate::pixel_buffer::{PlaneLayout, layout_in};
use crate::{FourCc, PixelBuffer, Result};

/// A plane in raw memory.
#[derive(Clone, Copy, Debug)]
pub struct RawPlane {
    /// Address of the first row.
    pub base: NonNull<u8>,
    /// Distance of two rows in bytes.
    pub bytes_per_row: usize,
}

impl PixelBuffer {
    /// A buffer over raw memory, one address per plane. `release` runs once, when the last handle is dropped; when
    /// this function fails it does not run.
    ///
    /// # Safety
    /// From every `base` on, `bytes_per_row` times the rows of the plane, less the padding of the last row, must be
    /// initialised memory that can be read and written. Until `release` runs (or, without one, until the last handle
    /// is gone) it must stay valid, nobody else may write it while a lock is held, and nobody else may read it while
    /// a write lock is held. The planes must not overlap.
    ///
    /// # Errors
    /// As [`PixelBuffer::new`]; [`crate::Error::InvalidArgument`] for a wrong number of planes or rows that are too short.
    #[doc(alias = "CVPixelBufferCreateWithBytes", alias = "CVPixelBufferCreateWithPlanarBytes")]
    pub unsafe fn wrap_raw_planes(
        width: usize,
        height: usize,
        format: FourCc,
        planes: &[RawPlane],
        release: Option<ReleaseHook>,
    ) -> Result<PixelBuffer> {
        let layouts: Vec<_> = planes
            .iter()
            .map(|plane| PlaneLayout { offset: 0, bytes_per_row: plane.bytes_per_row })
            .collect();
        let (layout, ranges) = layout_in(width, height, format, &layouts, false)?;
        let regions: Vec<_> =
            planes.iter().zip(&ranges).map(|(plane, range)| (plane.base, range.1)).collect();
        // SAFETY: by this function's contract.
        let memory = unsafe { Memory::from_raw(&regions, true, release) };
        Ok(PixelBuffer::from_parts(layout, memory, Attachments::default(), None))
    }
}
