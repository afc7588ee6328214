//! Colour: matrices, primaries, transfer functions and the plan that joins them.

pub mod curve;
pub(crate) mod lut;
pub(crate) mod math;
pub(crate) mod matrix;
pub(crate) mod plan;
pub mod primaries;
pub mod tone_map;
pub mod ycbcr;
