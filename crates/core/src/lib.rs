//! Time, pixel buffers, format descriptions and sample buffers: the objects that all of Vitascope passes around.
//!
//! No codecs, no threads, no input or output. Objects are plain values or shared by reference; all can be sent to and
//! used from any thread.
#![deny(unsafe_code)]

pub mod attachment;
mod attachments;
mod block_buffer;
mod color;
mod error;
mod format_description;
mod fourcc;
mod memory;
mod pixel_buffer;
mod pixel_buffer_pool;
mod pixel_format;
mod sample_buffer;
mod tag;
mod time;
mod value;

pub use attachment::{CleanAperture, FieldDetail, PixelAspectRatio, Rect};
pub use attachments::AttachmentMode;
pub use block_buffer::BlockBuffer;
pub use color::{
    ChromaLocation, ColorInfo, ColorPrimaries, TransferFunction, UNSPECIFIED_CODE_POINT, YCbCrMatrix,
};
pub use error::{Error, Result};
pub use format_description::{FormatDescription, MEDIA_TYPE_VIDEO, VideoDimensions, extension};
pub use fourcc::{FourCc, ParseFourCcError};
pub use memory::{RawPlane, ReleaseHook};
pub use pixel_buffer::{
    ExtendedPixels, PixelBuffer, Plane, PlaneLayout, PlaneMut, ReadGuard, WriteGuard, attribute,
};
pub use pixel_buffer_pool::{FlushMode, PixelBufferPool, pool_attribute};
pub use pixel_format::{ChromaSubsampling, ColorModel, PixelFormat, PlaneFormat, Range, SampleType, format};
pub use sample_buffer::{
    InvalidateHandler, MakeDataReady, SampleAttachments, SampleBuffer, SampleTiming, sample_attachment,
    sample_buffer_attachment,
};
pub use tag::{Tag, TagCollection, TagDataType, TaggedBuffer, TaggedBufferGroup, tag_category};
pub use time::{RoundingMethod, Time, TimeFlags, TimeMapping, TimeRange};
pub use value::{Dictionary, Number, Object, Value};
