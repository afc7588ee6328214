//! Pixel formats: layouts, and rows in and out of them.

pub(crate) mod half;
pub(crate) mod layout;
pub(crate) mod pack;
pub(crate) mod rows;
pub(crate) mod unpack;
