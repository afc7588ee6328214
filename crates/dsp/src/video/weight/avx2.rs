//! AVX2 variant of weighted prediction.

use crate::video::x86_64::*;
use std::arch::x86_64::*;

/// # Safety
/// AVX2; both blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn weight<const W: usize, const H: usize>(
    dst: &mut [u8],
    dst_stride: usize,
    src: &[u8],
    src_stride: usize,
    log2_denominator: u32,
    weight: i8,
    offset: i8,
) {
    let (dst, src) = (dst.as_mut_ptr(), src.as_ptr());
    // 255 * -128 and 255 * 127 + 64 fit in words; adding the offset may saturate, far beyond a sample.
    let round = _mm256_set1_epi16((1 << log2_denominator) >> 1);
    let shift = _mm_cvtsi32_si128(log2_denominator as i32);
    let (weight, offset) = (_mm256_set1_epi16(weight.into()), _mm256_set1_epi16(offset.into()));
    let weigh = |samples: __m128i| {
        let product = _mm256_mullo_epi16(_mm256_cvtepu8_epi16(samples), weight);
        let scaled = _mm256_sra_epi16(_mm256_add_epi16(product, round), shift);
        let (low, high) = split(_mm256_adds_epi16(scaled, offset));
        _mm_packus_epi16(low, high)
    };
    let rows = 16 / W;
    for step in 0..H / rows {
        // SAFETY: the rows lie within both blocks.
        unsafe {
            let (p, q) = (src.add(step * rows * src_stride), dst.add(step * rows * dst_stride));
            match W {
                16 => store16(q, weigh(load16(p))),
                8 => {
                    let samples = weigh(load8x2(p, p.add(src_stride)));
                    store8(q, samples);
                    store8(q.add(dst_stride), _mm_unpackhi_epi64(samples, samples));
                }
                _ => {
                    let samples = weigh(load4x4(p, src_stride));
                    store4(q, samples);
                    store4(q.add(dst_stride), _mm_srli_si128::<4>(samples));
                    store4(q.add(2 * dst_stride), _mm_srli_si128::<8>(samples));
                    store4(q.add(3 * dst_stride), _mm_srli_si128::<12>(samples));
                }
            }
        }
    }
}
