#![forbid(unsafe_code)]
//! Compression sessions and their property tables.
