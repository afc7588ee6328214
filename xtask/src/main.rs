#![forbid(unsafe_code)]
//! Project tasks.

fn main() {}
