//! Core Media: time, blocks of bytes, format descriptions, sample buffers.

pub mod attachment;
pub mod block_buffer;
pub mod format_description;
pub mod memory_pool;
pub mod parameter_sets;
pub mod sample_buffer;
pub mod sample_buffer_create;
pub mod simple_queue;
pub mod tag;
pub mod tag_collection;
pub mod tagged_buffer_group;
pub mod time;
pub mod time_range;
