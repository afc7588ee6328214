//! Kernels for pictures: a scalar reference and its variants per instruction set.
//!
//! A kernel is declared once, with the `kernel!` macro in `kernel.rs`: the declaration yields a type that is
//! chosen for a [`CpuLevel`], checks the lengths of its arguments once per call and then jumps straight to the
//! function of that level, and a test that holds every variant to the scalar reference. A caller selects its
//! kernels when it opens (see [`video::VideoKernels`]) and keeps them.
//!
//! All variants of a kernel give the same result bit for bit.
#![deny(unsafe_op_in_unsafe_fn)]

mod cpu_level;
#[macro_use]
mod kernel;
pub mod pixels;
pub mod shared_plane;
pub mod shared_row;
pub mod video;
pub mod workers;

pub use cpu_level::CpuLevel;
