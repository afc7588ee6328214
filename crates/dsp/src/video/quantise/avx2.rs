//! AVX2 variants of quantisation and scaling.

use std::arch::x86_64::*;

/// # Safety
/// AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn quantise4x4(coefficients: &mut [i16; 16], mf: &[u16; 16], bias: &[u16; 16]) -> bool {
    let levels = quantise16(load(coefficients), load_unsigned(mf), load_unsigned(bias));
    store(coefficients, levels);
    _mm256_testz_si256(levels, levels) == 0
}

/// # Safety
/// AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn quantise4x4_x4(
    coefficients: &mut [[i16; 16]; 4],
    mf: &[u16; 16],
    bias: &[u16; 16],
) -> u32 {
    let (mf, bias) = (load_unsigned(mf), load_unsigned(bias));
    let [a, b, c, d] = coefficients;
    let mut any = [_mm256_setzero_si256(); 4];
    for (any, block) in any.iter_mut().zip([a, b, c, d]) {
        *any = quantise16(load(block), mf, bias);
        store(block, *any);
    }
    // Saturation keeps what is not zero so; after two packs a block is four bytes in each lane.
    let first = _mm256_packs_epi16(any[0], any[1]);
    let second = _mm256_packs_epi16(any[2], any[3]);
    let zero = _mm256_setzero_si256();
    let first = _mm256_cmpeq_epi64(first, zero);
    let second = _mm256_cmpeq_epi64(second, zero);
    // One bit per block and lane, of the eight bytes each block has there.
    let first = _mm256_movemask_pd(_mm256_castsi256_pd(first)) as u32;
    let second = _mm256_movemask_pd(_mm256_castsi256_pd(second)) as u32;
    let zero_blocks = (first & (first >> 2) & 3) | ((second & (second >> 2) & 3) << 2);
    zero_blocks ^ 15
}

/// # Safety
/// AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn quantise8x8(coefficients: &mut [i16; 64], mf: &[u16; 64], bias: &[u16; 64]) -> bool {
    let mut any = _mm256_setzero_si256();
    let (blocks, mf, bias) = (coefficients.as_chunks_mut().0, mf.as_chunks().0, bias.as_chunks().0);
    for i in 0..4 {
        let levels = quantise16(load(&blocks[i]), load_unsigned(&mf[i]), load_unsigned(&bias[i]));
        store(&mut blocks[i], levels);
        any = _mm256_or_si256(any, levels);
    }
    _mm256_testz_si256(any, any) == 0
}

/// # Safety
/// AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn quantise_dc4x4(dc: &mut [i16; 16], mf: u16, bias: u16) -> bool {
    let (mf, bias) = (_mm256_set1_epi16(mf as i16), _mm256_set1_epi16(bias as i16));
    let levels = quantise16(load(dc), mf, bias);
    store(dc, levels);
    _mm256_testz_si256(levels, levels) == 0
}

/// # Safety
/// AVX2; `qp_div6` is at most 8.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn dequantise4x4(levels: &mut [i16; 16], scale: &[i32; 16], qp_div6: u32) {
    let shift = Shift::new(qp_div6, 4);
    dequantise16(levels, scale, &shift);
}

/// # Safety
/// AVX2; `qp_div6` is at most 8.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn dequantise8x8(levels: &mut [i16; 64], scale: &[i32; 64], qp_div6: u32) {
    let shift = Shift::new(qp_div6, 6);
    let (levels, scale) = (levels.as_chunks_mut().0, scale.as_chunks().0);
    for i in 0..4 {
        dequantise16(&mut levels[i], &scale[i], &shift);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn quantise16(values: __m256i, mf: __m256i, bias: __m256i) -> __m256i {
    let magnitude = _mm256_adds_epu16(_mm256_abs_epi16(values), bias);
    _mm256_sign_epi16(_mm256_mulhi_epu16(magnitude, mf), values)
}

/// The two ways of the scaling clauses as one: add, shift right, shift left.
struct Shift {
    round: __m256i,
    right: __m128i,
    left: __m128i,
}

impl Shift {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new(qp_div6: u32, neutral: u32) -> Shift {
        let right = neutral.saturating_sub(qp_div6);
        let left = qp_div6.saturating_sub(neutral);
        Shift {
            round: _mm256_set1_epi32((1 << right) >> 1),
            right: _mm_cvtsi32_si128(right as i32),
            left: _mm_cvtsi32_si128(left as i32),
        }
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn dequantise16(levels: &mut [i16; 16], scale: &[i32; 16], shift: &Shift) {
    let words = load(levels);
    let scaled = |words: __m128i, half: usize| {
        // SAFETY: `scale` holds two halves of 32 bytes.
        let scale = unsafe { _mm256_loadu_si256(scale.as_ptr().add(8 * half).cast()) };
        let product = _mm256_mullo_epi32(_mm256_cvtepi16_epi32(words), scale);
        let rounded = _mm256_sra_epi32(_mm256_add_epi32(product, shift.round), shift.right);
        _mm256_sll_epi32(rounded, shift.left)
    };
    let low = scaled(_mm256_castsi256_si128(words), 0);
    let high = scaled(_mm256_extracti128_si256::<1>(words), 1);
    // The pack works within lanes; put the quarters back in order.
    store(levels, _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packs_epi32(low, high)));
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(values: &[i16; 16]) -> __m256i {
    // SAFETY: the array holds 32 bytes.
    unsafe { _mm256_loadu_si256(values.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_unsigned(values: &[u16; 16]) -> __m256i {
    // SAFETY: the array holds 32 bytes.
    unsafe { _mm256_loadu_si256(values.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store(values: &mut [i16; 16], words: __m256i) {
    // SAFETY: the array holds 32 bytes.
    unsafe { _mm256_storeu_si256(values.as_mut_ptr().cast(), words) };
}
