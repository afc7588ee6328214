//! AVX2 variant of the chroma interpolation.

use crate::video::x86_64::*;
use std::arch::x86_64::*;

/// # Safety
/// AVX2; the slices reach as far as the declaration says; `dx` and `dy` are below 8.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn chroma_motion<const W: usize>(
    dst: &mut [u8],
    dst_stride: usize,
    src: &[u8],
    src_stride: usize,
    dx: u32,
    dy: u32,
    height: usize,
) {
    let (dst, src) = (dst.as_mut_ptr(), src.as_ptr());
    // Weights are at most 64, in pairs for a multiply-add of neighbours.
    let pair = |left: u32, right: u32| _mm_set1_epi16((left | right << 8) as i16);
    let (top, bottom) = (pair((8 - dx) * (8 - dy), dx * (8 - dy)), pair((8 - dx) * dy, dx * dy));
    let right = usize::from(dx != 0);
    // SAFETY: every row and column touched is one the declaration names: the neighbour on the right only
    // where `dx` is not 0, the row below the block only where `dy` is not 0.
    unsafe {
        // Each sample beside its right neighbour.
        let row = |y: usize| {
            let p = src.add(y * src_stride);
            _mm_unpacklo_epi8(load::<W>(p), load::<W>(p.add(right)))
        };
        let round = _mm_set1_epi16(32);
        if dx | dy == 0 {
            for y in 0..height {
                store::<W>(dst.add(y * dst_stride), load::<W>(src.add(y * src_stride)));
            }
        } else if dy == 0 {
            for y in 0..height {
                let sum = _mm_add_epi16(_mm_maddubs_epi16(row(y), top), round);
                let samples = _mm_srli_epi16::<6>(sum);
                store::<W>(dst.add(y * dst_stride), _mm_packus_epi16(samples, samples));
            }
        } else {
            let mut upper = row(0);
            for y in 0..height {
                let lower = row(y + 1);
                let sum = _mm_add_epi16(_mm_maddubs_epi16(upper, top), _mm_maddubs_epi16(lower, bottom));
                let samples = _mm_srli_epi16::<6>(_mm_add_epi16(sum, round));
                store::<W>(dst.add(y * dst_stride), _mm_packus_epi16(samples, samples));
                upper = lower;
            }
        }
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
            8 => load8(p),
            4 => load4(p),
            _ => _mm_cvtsi32_si128(p.cast::<u16>().read_unaligned().into()),
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
            8 => store8(p, samples),
            4 => store4(p, samples),
            _ => p.cast::<u16>().write_unaligned(_mm_cvtsi128_si32(samples) as u16),
        }
    }
}
