#![forbid(unsafe_code)]
//! The command from end to end, judged by ffmpeg and ffprobe.
//!
//! `cargo xtask test` installs ffmpeg where it is missing; without it these tests fail, they do not skip.

mod bad_input;
mod clip;
mod command;
mod compare;
mod conferencing;
mod conformance;
mod containers;
mod convert;
mod determinism;
mod documentation;
mod efforts;
mod key_frames;
mod lot;
mod memory;
mod passes;
mod plot;
mod random_properties;
mod random_settings;
mod rate;
mod support;
