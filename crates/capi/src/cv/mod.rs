//! Core Video: pixel buffers and pools of them.

pub mod buffer;
pub mod code_points;
pub mod geometry;
pub mod pixel_buffer;
pub mod pixel_buffer_create;
pub mod pixel_buffer_pool;
pub mod pixel_format_description;
pub mod time;
