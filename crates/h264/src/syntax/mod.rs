//! Syntax of H.264: its structures, codes and the entropy coders' tables, for writing and reading.

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
#[cfg(test)]
pub(crate) mod test_random;

pub use error::{Error, Result};
