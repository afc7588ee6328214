//! Core Foundation: the types that the media frameworks pass around.

pub mod allocator;
pub mod array;
pub mod base;
pub mod boolean;
pub mod callbacks;
pub mod data;
pub mod dictionary;
pub mod error;
pub mod null;
pub mod number;
pub mod set;
pub mod string;
pub mod url;
