#![forbid(unsafe_code)]
//! Pixel format conversion, scaling, colour matching and rotation.
