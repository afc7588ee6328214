//! Colour: matrices, primaries, transfer functions and the plan that joins them.

pub(crate) mod curve;
pub(crate) mod icc;
pub(crate) mod kernels;
pub(crate) mod lut;
pub(crate) mod math;
pub(crate) mod matrix;
pub(crate) mod plan;
pub(crate) mod primaries;
mod tables;
pub(crate) mod tone_map;
pub(crate) mod ycbcr;
