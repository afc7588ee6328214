//! Resampling: filter design and the mapping between sampling grids.

pub(crate) mod filter;
pub(crate) mod grid;
