//! Core Media: time, blocks of bytes, format descriptions, sample buffers.

pub mod attachment;
pub mod block_buffer;
pub mod format_description;
pub mod parameter_sets;
pub mod sample_buffer;
pub mod sample_buffer_create;
pub mod simple_queue;
pub mod time;
pub mod time_range;
