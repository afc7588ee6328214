//! Sizes and rectangles, and those of image buffers.

use vitascope::core::Rect;

use super::pixel_buffer::engine;
use crate::border::{OnPanic, api};
use crate::object::Handle;

/// Width and height.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CGSize {
    width: f64,
    height: f64,
}

/// A corner and a size.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CGRect {
    x: f64,
    y: f64,
    size: CGSize,
}

impl CGSize {
    pub(crate) const ZERO: CGSize = CGSize { width: 0.0, height: 0.0 };
}

impl CGRect {
    pub(crate) const ZERO: CGRect = CGRect { x: 0.0, y: 0.0, size: CGSize::ZERO };
}

impl From<(f64, f64)> for CGSize {
    fn from((width, height): (f64, f64)) -> Self {
        CGSize { width, height }
    }
}

impl From<Rect> for CGRect {
    fn from(rect: Rect) -> Self {
        CGRect { x: rect.x, y: rect.y, size: CGSize { width: rect.width, height: rect.height } }
    }
}

impl OnPanic for CGSize {
    fn on_panic() -> Self {
        CGSize::ZERO
    }
}

impl OnPanic for CGRect {
    fn on_panic() -> Self {
        CGRect::ZERO
    }
}

api! {
    /// Width and height in pixels; 0 x 0 for NULL.
    fn CVImageBufferGetEncodedSize(image: Handle) -> CGSize {
        engine(image).map_or(CGSize::ZERO, |buffer| buffer.encoded_size().into())
    }

    /// Width and height for display in square pixels.
    fn CVImageBufferGetDisplaySize(image: Handle) -> CGSize {
        engine(image).map_or(CGSize::ZERO, |buffer| buffer.display_size().into())
    }

    /// The part of the picture that is meant to be seen, y counted up from the bottom.
    fn CVImageBufferGetCleanRect(image: Handle) -> CGRect {
        engine(image).map_or(CGRect::ZERO, |buffer| buffer.clean_rect().into())
    }

    /// Whether the first row is the top one: always, for a pixel buffer.
    fn CVImageBufferIsFlipped(image: Handle) -> u8 {
        engine(image).is_some().into()
    }
}
