//! Kernels for pictures: a scalar reference and its variants per instruction set.
