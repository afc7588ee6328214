#![forbid(unsafe_code)]
//! Bit readers and writers, Exp-Golomb codes and NAL unit framing.
