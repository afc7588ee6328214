//! The kernels of rows in floating point.

use vitascope_dsp::CpuLevel;
use vitascope_dsp::pixels::bytes::Interleave;
use vitascope_dsp::pixels::float::{
    Accumulate, Blend, Double, MapNearest, Multiply, PackBytes, PackWords, Scale, UnpackBytes, UnpackWords,
};
use vitascope_dsp::pixels::tone::{Compress, Linearise};

/// The kernels colour and the general pipeline run on.
#[derive(Clone, Copy)]
pub(crate) struct FloatKernels {
    pub unpack_bytes: UnpackBytes,
    pub unpack_words: UnpackWords,
    pub pack_bytes: PackBytes,
    pub pack_words: PackWords,
    pub accumulate: Accumulate,
    pub blend: Blend,
    pub double: Double,
    pub interleave: Interleave,
    pub multiply: Multiply,
    pub map_nearest: MapNearest,
    pub linearise: Linearise,
    pub compress: Compress,
    pub scale: Scale,
}

impl FloatKernels {
    pub(crate) fn select(level: CpuLevel) -> FloatKernels {
        FloatKernels {
            unpack_bytes: UnpackBytes::select(level),
            unpack_words: UnpackWords::select(level),
            pack_bytes: PackBytes::select(level),
            pack_words: PackWords::select(level),
            accumulate: Accumulate::select(level),
            blend: Blend::select(level),
            double: Double::select(level),
            interleave: Interleave::select(level),
            multiply: Multiply::select(level),
            map_nearest: MapNearest::select(level),
            linearise: Linearise::select(level),
            compress: Compress::select(level),
            scale: Scale::select(level),
        }
    }
}
