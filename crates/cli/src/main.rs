#![forbid(unsafe_code)]
//! The `vitascope` command.

fn main() {}
