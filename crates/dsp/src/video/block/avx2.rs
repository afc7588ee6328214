//! AVX2 variants of copy and mean, four rows a step so that a pointer moves once in four rows.

use crate::video::x86_64::*;
use std::arch::x86_64::*;

/// # Safety
/// AVX2; both blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn copy<const W: usize, const H: usize>(
    dst: &mut [u8],
    dst_stride: usize,
    src: &[u8],
    src_stride: usize,
) {
    let (mut dst, mut src) = (dst.as_mut_ptr(), src.as_ptr());
    for _ in 0..H / 4 {
        for i in 0..4 {
            // SAFETY: the row lies within both blocks.
            unsafe { store::<W>(dst.add(i * dst_stride), load::<W>(src.add(i * src_stride))) }
        }
        dst = dst.wrapping_add(4 * dst_stride);
        src = src.wrapping_add(4 * src_stride);
    }
}

/// # Safety
/// AVX2; the three blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn average<const W: usize, const H: usize>(
    dst: &mut [u8],
    dst_stride: usize,
    a: &[u8],
    a_stride: usize,
    b: &[u8],
    b_stride: usize,
) {
    let (mut dst, mut a, mut b) = (dst.as_mut_ptr(), a.as_ptr(), b.as_ptr());
    for _ in 0..H / 4 {
        for i in 0..4 {
            // SAFETY: the row lies within the three blocks.
            unsafe {
                let mean = _mm_avg_epu8(load::<W>(a.add(i * a_stride)), load::<W>(b.add(i * b_stride)));
                store::<W>(dst.add(i * dst_stride), mean);
            }
        }
        dst = dst.wrapping_add(4 * dst_stride);
        (a, b) = (a.wrapping_add(4 * a_stride), b.wrapping_add(4 * b_stride));
    }
}

/// # Safety
/// `W` samples from `p` are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load<const W: usize>(p: *const u8) -> __m128i {
    // SAFETY: by this function's contract.
    unsafe {
        match W {
            16 => load16(p),
            8 => load8(p),
            _ => load4(p),
        }
    }
}

/// # Safety
/// `W` samples from `p` are writable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn store<const W: usize>(p: *mut u8, samples: __m128i) {
    // SAFETY: by this function's contract.
    unsafe {
        match W {
            16 => store16(p, samples),
            8 => store8(p, samples),
            _ => store4(p, samples),
        }
    }
}
