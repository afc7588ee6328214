//! Syntax of H.264: its structures, codes and the entropy coders' tables, for writing and reading.
//!
//! Structures carry the standard's names. Each has `write`, which trusts its caller (debug assertions only), and
//! `parse`, which trusts nobody: it checks every range and never panics.

pub mod cabac;
pub mod cabac_decoder;
#[rustfmt::skip]
mod cabac_init;
#[rustfmt::skip]
mod cabac_tables;
pub mod cavlc;
#[rustfmt::skip]
mod cavlc_tables;
mod error;
pub mod hrd;
pub mod level;
pub mod nal;
pub mod parameter_sets;
pub mod pps;
pub mod pred_weight_table;
pub mod profile;
pub mod ref_pic;
pub mod scaling_matrix;
pub mod sei;
pub mod slice_header;
pub mod sps;
#[cfg(test)]
pub(crate) mod test_random;
#[cfg(test)]
mod tests;
pub mod vui;

pub use error::{Error, Result};
