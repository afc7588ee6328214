//! Turning.
