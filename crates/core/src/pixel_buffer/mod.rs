//! Pixels in memory.

mod attributes;
mod guard;
mod resolve;
mod wrap;

use std::fmt;
use std::sync::Arc;

use crate::attachment::{self, CleanAperture, PixelAspectRatio, Rect};
use crate::attachments::{Attachments, attachment_methods};
use crate::memory::Memory;
use crate::{AttachmentMode, Dictionary, Error, FourCc, PixelFormat, Result, Value};

pub use attributes::attribute;
pub use guard::{Plane, PlaneMut, ReadGuard, WriteGuard};
pub use wrap::PlaneLayout;

pub(crate) use attributes::{BufferLayout, LayoutOptions, size_and_format};
pub(crate) use wrap::layout_in;

/// A picture in memory, shared by reference.
///
/// Cloning gives another handle to the same pixels; [`PixelBuffer::ptr_eq`] tells whether two handles are the same.
/// The pixels are reached through [`PixelBuffer::read`] and [`PixelBuffer::write`], which never wait.
///
/// ```
/// use vitascope_core::{PixelBuffer, format};
/// let buffer = PixelBuffer::new(5, 3, format::YUV420_PLANAR)?;
/// assert_eq!((buffer.width_of_plane(1), buffer.height_of_plane(1)), (3, 2));
/// buffer.write()?.row_mut(0, 2)[4] = 200;
/// assert_eq!(buffer.read()?.row(0, 2), [0, 0, 0, 0, 200]);
/// # Ok::<(), vitascope_core::Error>(())
/// ```
#[derive(Clone)]
#[doc(alias = "CVPixelBuffer", alias = "CVImageBuffer")]
pub struct PixelBuffer(Arc<Inner>);

/// Pixels around the picture that belong to the buffer but not to the picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash)]
pub struct ExtendedPixels {
    /// To the left of the picture.
    pub left: usize,
    /// To the right of the picture.
    pub right: usize,
    /// Above the picture.
    pub top: usize,
    /// Below the picture.
    pub bottom: usize,
}

struct Inner {
    width: usize,
    height: usize,
    format: &'static PixelFormat,
    planes: Vec<PlaneGeometry>,
    extended: ExtendedPixels,
    data_size: usize,
    /// Absent only while the buffer is being dropped.
    memory: Option<Memory>,
    attachments: Option<Attachments>,
    recycler: Option<Recycler>,
}

/// Where the rows of a plane lie in its memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlaneGeometry {
    /// Samples in a row.
    pub(crate) width: usize,
    /// Rows.
    pub(crate) height: usize,
    /// Distance of two rows.
    pub(crate) bytes_per_row: usize,
    /// Bytes of the samples of a row.
    pub(crate) row_bytes: usize,
    /// Where the first row begins.
    pub(crate) origin: usize,
}

/// Takes back the memory of a buffer whose last handle was dropped.
pub(crate) type Recycler = Box<dyn Fn(Memory, Attachments) + Send + Sync>;

impl PixelBuffer {
    /// The largest width and height, in pixels.
    pub const MAX_DIMENSION: usize = 1 << 20;

    /// A buffer with zeroed pixels. Memory and rows are aligned to 64 bytes.
    ///
    /// # Errors
    /// [`Error::InvalidSize`] for sizes outside 1 to [`PixelBuffer::MAX_DIMENSION`],
    /// [`Error::UnknownPixelFormat`], [`Error::NoPublicLayout`], [`Error::AllocationFailed`].
    #[doc(alias = "CVPixelBufferCreate")]
    pub fn new(width: usize, height: usize, format: FourCc) -> Result<PixelBuffer> {
        PixelBuffer::with_options(width, height, format, &LayoutOptions::default())
    }

    /// A buffer with zeroed pixels and the layout that `attributes` ask for, see [`attribute`].
    ///
    /// Keys that do not concern memory are ignored, so that attributes meant for other purposes can be passed on.
    ///
    /// # Errors
    /// As [`PixelBuffer::new`], and [`Error::InvalidPixelBufferAttribute`].
    pub fn with_attributes(
        width: usize,
        height: usize,
        format: FourCc,
        attributes: &Dictionary,
    ) -> Result<PixelBuffer> {
        PixelBuffer::with_options(width, height, format, &LayoutOptions::from_attributes(attributes)?)
    }

    fn with_options(
        width: usize,
        height: usize,
        format: FourCc,
        options: &LayoutOptions,
    ) -> Result<PixelBuffer> {
        let layout = BufferLayout::plan(width, height, PixelFormat::require(format)?, options)?;
        let memory = layout.allocate()?;
        Ok(PixelBuffer::from_parts(layout, memory, Attachments::default(), None))
    }

    /// A buffer of planned layout over memory that has it.
    pub(crate) fn from_parts(
        layout: BufferLayout,
        memory: Memory,
        attachments: Attachments,
        recycler: Option<Recycler>,
    ) -> PixelBuffer {
        debug_assert_eq!(layout.planes.len(), memory.plane_count());
        PixelBuffer(Arc::new(Inner {
            width: layout.width,
            height: layout.height,
            format: layout.format,
            planes: layout.planes,
            extended: layout.extended,
            data_size: layout.data_size,
            memory: Some(memory),
            attachments: Some(attachments),
            recycler,
        }))
    }

    /// Whether both are handles to the same buffer.
    pub fn ptr_eq(a: &PixelBuffer, b: &PixelBuffer) -> bool {
        Arc::ptr_eq(&a.0, &b.0)
    }

    /// Width in pixels.
    #[doc(alias = "CVPixelBufferGetWidth")]
    pub fn width(&self) -> usize {
        self.0.width
    }

    /// Height in pixels.
    #[doc(alias = "CVPixelBufferGetHeight")]
    pub fn height(&self) -> usize {
        self.0.height
    }

    /// The code of the pixel format.
    #[doc(alias = "CVPixelBufferGetPixelFormatType")]
    pub fn format(&self) -> FourCc {
        self.0.format.fourcc
    }

    /// The pixel format.
    pub fn description(&self) -> &'static PixelFormat {
        self.0.format
    }

    /// Whether the platform calls the format planar.
    #[doc(alias = "CVPixelBufferIsPlanar")]
    pub fn is_planar(&self) -> bool {
        self.0.format.planar
    }

    /// The number of planes as the platform counts them: 0 for a format that is not planar.
    #[doc(alias = "CVPixelBufferGetPlaneCount")]
    pub fn plane_count(&self) -> usize {
        if self.is_planar() { self.0.planes.len() } else { 0 }
    }

    /// The number of planes in memory, at least 1.
    pub fn planes(&self) -> usize {
        self.0.planes.len()
    }

    /// Samples in a row of a plane; 0 for a plane that there is not. Plane 0 of a packed format is all of it.
    #[doc(alias = "CVPixelBufferGetWidthOfPlane")]
    pub fn width_of_plane(&self, plane: usize) -> usize {
        self.0.planes.get(plane).map_or(0, |plane| plane.width)
    }

    /// Rows of a plane; 0 for a plane that there is not.
    #[doc(alias = "CVPixelBufferGetHeightOfPlane")]
    pub fn height_of_plane(&self, plane: usize) -> usize {
        self.0.planes.get(plane).map_or(0, |plane| plane.height)
    }

    /// Distance of two rows of a plane in bytes; 0 for a plane that there is not.
    #[doc(alias = "CVPixelBufferGetBytesPerRowOfPlane")]
    pub fn bytes_per_row_of_plane(&self, plane: usize) -> usize {
        self.0.planes.get(plane).map_or(0, |plane| plane.bytes_per_row)
    }

    /// Distance of two rows of the first plane in bytes.
    #[doc(alias = "CVPixelBufferGetBytesPerRow")]
    pub fn bytes_per_row(&self) -> usize {
        self.bytes_per_row_of_plane(0)
    }

    /// Bytes of memory of all planes with all padding.
    #[doc(alias = "CVPixelBufferGetDataSize")]
    pub fn data_size(&self) -> usize {
        self.0.data_size
    }

    /// Pixels around the picture, as they were asked for.
    #[doc(alias = "CVPixelBufferGetExtendedPixels")]
    pub fn extended_pixels(&self) -> ExtendedPixels {
        self.0.extended
    }

    /// The address of a plane's first row; null for a plane that there is not.
    ///
    /// Only for handing on to foreign code: the bytes may be touched only while a lock of the right kind is held.
    #[doc(alias = "CVPixelBufferGetBaseAddressOfPlane")]
    pub fn base_address_of_plane(&self, plane: usize) -> *mut u8 {
        match self.0.planes.get(plane) {
            Some(geometry) => self.memory().plane_address(plane).wrapping_add(geometry.origin),
            None => std::ptr::null_mut(),
        }
    }

    /// Whether the memory may be written at all.
    pub fn is_writable(&self) -> bool {
        self.memory().is_writable()
    }

    /// Locks the pixels for reading. Any number of readers may hold such a lock.
    ///
    /// # Errors
    /// [`Error::LockedForWriting`]; this never waits.
    #[doc(alias = "CVPixelBufferLockBaseAddress")]
    pub fn read(&self) -> Result<ReadGuard<'_>> {
        Ok(ReadGuard { buffer: self, lock: self.memory().read()? })
    }

    /// Locks the pixels for writing, which excludes all others.
    ///
    /// # Errors
    /// [`Error::LockedForWriting`], [`Error::LockedForReading`], [`Error::ReadOnlyMemory`]; this never waits.
    #[doc(alias = "CVPixelBufferLockBaseAddress")]
    pub fn write(&self) -> Result<WriteGuard<'_>> {
        Ok(WriteGuard { buffer: self, lock: self.memory().write()? })
    }

    attachment_methods!(bearer());

    /// Copies the attachments that should propagate to another buffer.
    #[doc(alias = "CVBufferPropagateAttachments")]
    pub fn propagate_attachments_to(&self, other: &PixelBuffer) {
        self.bearer().propagate_to(other.bearer());
    }

    /// The clean aperture that is attached, if it is usable.
    pub fn clean_aperture(&self) -> Option<CleanAperture> {
        CleanAperture::from_dictionary(self.attached(attachment::CLEAN_APERTURE)?.as_dictionary()?)
    }

    /// Attaches a clean aperture that propagates.
    pub fn set_clean_aperture(&self, aperture: &CleanAperture) {
        self.set_attachment(
            attachment::CLEAN_APERTURE,
            aperture.to_dictionary(),
            AttachmentMode::ShouldPropagate,
        );
    }

    /// The pixel aspect ratio that is attached, if it is usable.
    pub fn pixel_aspect_ratio(&self) -> Option<PixelAspectRatio> {
        PixelAspectRatio::from_dictionary(self.attached(attachment::PIXEL_ASPECT_RATIO)?.as_dictionary()?)
    }

    /// Attaches a pixel aspect ratio that propagates.
    pub fn set_pixel_aspect_ratio(&self, ratio: &PixelAspectRatio) {
        let mode = AttachmentMode::ShouldPropagate;
        self.set_attachment(attachment::PIXEL_ASPECT_RATIO, ratio.to_dictionary(), mode);
    }

    /// The part of the picture that is meant to be seen, y counted up from the bottom as the platform does: the clean
    /// aperture, or all of it.
    #[doc(alias = "CVImageBufferGetCleanRect")]
    pub fn clean_rect(&self) -> Rect {
        let (width, height) = self.encoded_size();
        self.clean_aperture().map_or(Rect { x: 0.0, y: 0.0, width, height }, |aperture| {
            aperture.rect_from_bottom(width, height)
        })
    }

    /// As [`PixelBuffer::clean_rect`], y counted down from the top.
    pub fn clean_rect_from_top(&self) -> Rect {
        let (width, height) = self.encoded_size();
        self.clean_aperture()
            .map_or(Rect { x: 0.0, y: 0.0, width, height }, |aperture| aperture.rect_from_top(width, height))
    }

    /// Width and height for display in square pixels: the attached display dimensions, or the clean rectangle with
    /// its width stretched by the pixel aspect ratio.
    #[doc(alias = "CVImageBufferGetDisplaySize")]
    pub fn display_size(&self) -> (f64, f64) {
        if let Some(size) = self.attached(attachment::DISPLAY_DIMENSIONS)
            && let Some(dictionary) = size.as_dictionary()
            && let Some(width) = dictionary.get("Width").and_then(Value::as_f64)
            && let Some(height) = dictionary.get("Height").and_then(Value::as_f64)
        {
            return (width, height);
        }
        let clean = self.clean_rect();
        let stretch = self.pixel_aspect_ratio().map_or(1.0, |ratio| ratio.ratio());
        (clean.width * stretch, clean.height)
    }

    /// Width and height in pixels.
    #[doc(alias = "CVImageBufferGetEncodedSize")]
    pub fn encoded_size(&self) -> (f64, f64) {
        (self.width() as f64, self.height() as f64)
    }

    pub(crate) fn attached(&self, key: &str) -> Option<Value> {
        self.attachment(key).map(|(value, _)| value)
    }

    pub(crate) fn geometry(&self, plane: usize) -> PlaneGeometry {
        self.0.planes[plane]
    }

    fn memory(&self) -> &Memory {
        // Taken out only by `drop`, when no handle is left.
        self.0.memory.as_ref().expect("a live buffer has its memory")
    }

    fn bearer(&self) -> &Attachments {
        self.0.attachments.as_ref().expect("a live buffer has its attachments")
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let (Some(recycler), Some(memory), Some(attachments)) =
            (&self.recycler, self.memory.take(), self.attachments.take())
        {
            recycler(memory, attachments);
        }
    }
}

impl fmt::Debug for PixelBuffer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PixelBuffer({} x {} {})", self.width(), self.height(), self.format())
    }
}

pub(crate) fn invalid_size(width: usize, height: usize, reason: &'static str) -> Error {
    Error::InvalidSize { width, height, reason }
}
