//! Video Toolbox: sessions and what belongs to them.

pub mod block;
pub mod compression;
pub mod decompression;
pub mod encoder_list;
pub mod frame_silo;
pub mod multi_pass_storage;
pub mod pixel_rotation;
pub mod pixel_transfer;
pub mod session;
pub mod utilities;
