//! Kernels of pixel conversion: rows in, rows out.
//!
//! Rows of 16-bit samples are byte slices too (little-endian), because that is what a plane is.

pub mod biplanar;
pub mod bytes;
pub mod float;
pub mod halve;
pub mod rgb;
pub mod scale;
pub mod tone;
pub mod turn;
pub mod words;
#[cfg(target_arch = "x86_64")]
mod x86_64;
