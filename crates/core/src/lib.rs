//! Time, pixel buffers, format descriptions and sample buffers.
