//! One transform of the source for all three predictions.
//!
//! Each of them changes few coefficients of a 4x4 block: a prediction that is the same in every row those without vertical
//! frequency, one that is the same in every column those without horizontal frequency, a flat one the one without either.

use crate::video::x86_64::*;
use std::arch::x86_64::*;

/// # Safety
/// AVX2; 16 rows of 16 samples lie within the slice.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn intra_satd(
    src: &[u8],
    stride: usize,
    above: &[u8; 16],
    left: &[u8; 16],
    mean: u8,
) -> [u32; 3] {
    // The first of each four words, the others, all.
    let (first, others) = (_mm256_set1_epi64x(1), _mm256_set1_epi64x(0x0001_0001_0001_0000));
    let all = _mm256_set1_epi16(1);
    let flat = _mm256_set1_epi16(16 * i16::from(mean));
    // SAFETY: the array holds 16 samples.
    let above = unsafe { _mm256_cvtepu8_epi16(load16(above.as_ptr())) };
    let above = _mm256_slli_epi16::<2>(transform_rows(above));
    let difference = |a, b| _mm256_abs_epi16(_mm256_sub_epi16(a, b));
    let mut sums = [_mm256_setzero_si256(); 3];
    for (four, left) in left.as_chunks::<4>().0.iter().enumerate() {
        // SAFETY: the rows lie within the slice.
        let row =
            |y: usize| unsafe { _mm256_cvtepu8_epi16(load16(src.as_ptr().add((4 * four + y) * stride))) };
        let rows = hadamard4([row(0), row(1), row(2), row(3)]).map(|row| transform_rows(row));
        let left = hadamard4(left.map(|sample| _mm256_set1_epi16(4 * i16::from(sample))));
        // Sums of at most four coefficients of at most 2^12; of those that do not count, twice that.
        let beside = difference(rows[0], left[0]);
        let beside = _mm256_add_epi16(beside, difference(rows[1], left[1]));
        let beside = _mm256_add_epi16(beside, difference(rows[2], left[2]));
        let beside = _mm256_add_epi16(beside, difference(rows[3], left[3]));
        let below = _mm256_add_epi16(_mm256_abs_epi16(rows[1]), _mm256_abs_epi16(rows[2]));
        let below = _mm256_add_epi16(below, _mm256_abs_epi16(rows[3]));
        let beyond = _mm256_madd_epi16(_mm256_abs_epi16(rows[0]), others);
        let neither = _mm256_madd_epi16(below, others);
        let vertical = _mm256_madd_epi16(below, first);
        let terms = [
            _mm256_add_epi32(vertical, _mm256_madd_epi16(difference(rows[0], above), all)),
            _mm256_add_epi32(beyond, _mm256_madd_epi16(beside, first)),
            _mm256_add_epi32(
                _mm256_add_epi32(beyond, vertical),
                _mm256_madd_epi16(difference(rows[0], flat), first),
            ),
        ];
        for (sum, term) in sums.iter_mut().zip(terms) {
            *sum = _mm256_add_epi32(*sum, _mm256_add_epi32(neither, term));
        }
    }
    sums.map(|sum| sum_i32x8(sum) / 2)
}

/// Hadamard transform of four words each.
#[inline]
#[target_feature(enable = "avx2")]
fn transform_rows(words: __m256i) -> __m256i {
    let neighbours =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
    // 1 and -1 in turn, and two of each.
    let (single, double) = (_mm256_set1_epi32(-0xFFFF), _mm256_set1_epi64x(-0xFFFE_FFFF));
    let words = _mm256_add_epi16(_mm256_shuffle_epi8(words, neighbours), _mm256_sign_epi16(words, single));
    _mm256_add_epi16(_mm256_shuffle_epi32::<0b10_11_00_01>(words), _mm256_sign_epi16(words, double))
}
