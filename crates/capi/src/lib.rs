//! The platform's C interface over Vitascope, as one shared library: Core Foundation, Core Media, Core Video, Video Toolbox.
//!
//! Nothing is decided here: each function checks what C gave it, calls the engine, and hands out what comes back as
//! reference-counted objects. The headers in `include/` are the documentation for C; `docs/c-symbols.tsv` lists every symbol.
//!
//! - [`border`]: argument types and the guard against panics
//! - [`object`], [`class`]: reference counting and types
//! - [`cf`], [`cm`], [`cv`], [`vt`]: the functions, by framework
//! - [`constants`]: string constants, generated from `docs/c-symbols.tsv` by `cargo xtask c-headers`
#![deny(unsafe_op_in_unsafe_fn)]
#![allow(non_snake_case, non_upper_case_globals, non_camel_case_types)]
// C's own promises stand behind each pointer argument; see `border`.
#![allow(clippy::not_unsafe_ptr_arg_deref)]

mod attachments;
pub mod border;
pub mod cf;
pub mod class;
pub mod cm;
pub mod constants;
pub mod cv;
mod logger;
pub mod object;
mod value;
pub mod vt;
