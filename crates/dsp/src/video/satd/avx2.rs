//! AVX2 variants of the sums of absolute transformed differences.
//!
//! A multiply-add of sample pairs with (1, 1) and (1, -1) does the first horizontal stage on its way from
//! bytes to words: a register holds the sums of a row's pairs in one part and the differences in the other.
//! The last stage of any direction need not be carried out, as |a + b| + |a - b| = 2 max(|a|, |b|); both
//! costs halve their sum anyway.

use crate::video::x86_64::*;
use crate::video::{Place, Planes};
use std::arch::x86_64::*;

/// # Safety
/// AVX2; both blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(in crate::video) unsafe fn satd<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    reference: &[u8],
    reference_stride: usize,
) -> u32 {
    let source = Block { pointer: src.as_ptr(), stride: src_stride };
    let reference = Block { pointer: reference.as_ptr(), stride: reference_stride };
    // SAFETY: by this function's contract.
    unsafe { cost::<W, H>(source, reference) }
}

/// # Safety
/// AVX2; the three blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn satd_mean<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    a: &[u8],
    b: &[u8],
    reference_stride: usize,
) -> u32 {
    let source = Block { pointer: src.as_ptr(), stride: src_stride };
    let a = Block { pointer: a.as_ptr(), stride: reference_stride };
    let b = Block { pointer: b.as_ptr(), stride: reference_stride };
    // SAFETY: by this function's contract.
    unsafe { cost::<W, H>(source, Mean(a, b)) }
}

/// # Safety
/// AVX2; the block lies within its slice and those at the places within their planes.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn satd_mean_x4<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    planes: &Planes<'_>,
    places: [[Place; 2]; 4],
    stride: usize,
) -> [u32; 4] {
    let mut source = Block { pointer: src.as_ptr(), stride: src_stride };
    // SAFETY: by this function's contract.
    let block = |place: Place| unsafe { Block { pointer: planes.pointer(place), stride } };
    let mut references = places.map(|[a, b]| Mean(block(a), block(b)));
    let mut result = [0; 4];
    // SAFETY: by this function's contract; every group of rows lies within `H`, and `result` holds 16 bytes.
    unsafe {
        if W < 8 || W * H < 64 {
            for (cost_of, reference) in result.iter_mut().zip(references) {
                *cost_of = cost::<W, H>(source, reference);
            }
            return result;
        }
        let group = 64 / W;
        let mut sums = [_mm256_setzero_si256(); 4];
        for _ in 0..H / group {
            let own = [0, 1, 2, 3].map(|y| source.pairs::<W>(y));
            for (sum, reference) in sums.iter_mut().zip(&mut references) {
                let rows = [0, 1, 2, 3].map(|y| _mm256_sub_epi16(own[y], reference.pairs::<W>(y)));
                *sum = _mm256_add_epi16(*sum, cost4(hadamard4(rows)));
                *reference = reference.below(group);
            }
            source = source.below(group);
        }
        let ones = _mm256_set1_epi16(1);
        let [a, b, c, d] = sums.map(|sum| _mm256_madd_epi16(sum, ones));
        let (low, high) = split(_mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d)));
        _mm_storeu_si128(result.as_mut_ptr().cast(), _mm_add_epi32(low, high));
    }
    result
}

/// # Safety
/// AVX2; the source block lies within its slice.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn satd_4x4_x9(src: &[u8], src_stride: usize, blocks: &[[u8; 16]; 9]) -> [u32; 9] {
    // SAFETY: by this function's contract.
    let own = pairs16(unsafe { load4x4(src.as_ptr(), src_stride) });
    // Rows two apart, then those next to each other: sums in the place of the upper one, differences in the lower one's.
    let halves = _mm256_setr_epi16(1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, 1, -1, -1, -1, -1);
    let quarters = _mm256_setr_epi16(1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1, 1, 1, -1, -1);
    let low_words = _mm256_set1_epi32(1);
    let cost = |block: &[u8; 16]| {
        // SAFETY: the block has 16 bytes.
        let rows = _mm256_sub_epi16(own, pairs16(unsafe { load16(block.as_ptr()) }));
        let rows = _mm256_add_epi16(_mm256_shuffle_epi32::<0x4E>(rows), _mm256_sign_epi16(rows, halves));
        let rows = _mm256_add_epi16(_mm256_shuffle_epi32::<0xB1>(rows), _mm256_sign_epi16(rows, quarters));
        let rows = _mm256_abs_epi16(rows);
        // The greater of two neighbours, in the lower one's place.
        _mm256_madd_epi16(_mm256_max_epi16(rows, _mm256_srli_epi32::<16>(rows)), low_words)
    };
    let mut costs = [0; 9];
    let (fours, last) = blocks.as_chunks::<4>();
    for (four, costs) in fours.iter().zip(costs.as_chunks_mut::<4>().0) {
        let [a, b, c, d] = four.each_ref().map(cost);
        let (low, high) = split(_mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d)));
        // SAFETY: four costs have 16 bytes.
        unsafe { _mm_storeu_si128(costs.as_mut_ptr().cast(), _mm_add_epi32(low, high)) };
    }
    if let [last] = last {
        let (low, high) = split(cost(last));
        let sum = _mm_add_epi32(low, high);
        let sum = _mm_add_epi32(sum, _mm_shuffle_epi32::<0x4E>(sum));
        let sum = _mm_add_epi32(sum, _mm_shuffle_epi32::<0xB1>(sum));
        costs[8] = _mm_cvtsi128_si32(sum) as u32;
    }
    costs
}

/// The samples a source is compared with.
trait Rows: Copy {
    /// `W` samples of row `y`: 16, or 8 in the low half, or 4 in the low quarter.
    ///
    /// # Safety
    /// AVX2; the samples are readable.
    unsafe fn row<const W: usize>(self, y: usize) -> __m128i;

    /// Sums and differences of the pairs of row `y` of 16, as [`pairs16`] has them, or of rows `y` and `y + 4` of 8,
    /// as [`pairs8x2`] has them.
    ///
    /// # Safety
    /// AVX2; the samples are readable.
    unsafe fn pairs<const W: usize>(self, y: usize) -> __m256i;

    /// The same from `rows` rows further down.
    fn below(self, rows: usize) -> Self;
}

/// Samples in memory.
#[derive(Clone, Copy)]
struct Block {
    pointer: *const u8,
    stride: usize,
}

/// Means of samples in memory.
#[derive(Clone, Copy)]
struct Mean(Block, Block);

impl Rows for Block {
    #[inline(always)]
    unsafe fn row<const W: usize>(self, y: usize) -> __m128i {
        // SAFETY: by this function's contract.
        unsafe {
            let p = self.pointer.add(y * self.stride);
            match W {
                16 => load16(p),
                8 => load8(p),
                _ => load4(p),
            }
        }
    }

    #[inline(always)]
    unsafe fn pairs<const W: usize>(self, y: usize) -> __m256i {
        // SAFETY: by this function's contract.
        unsafe {
            if W == 16 {
                return pairs16(self.row::<16>(y));
            }
            let [first, second] = [y, y + 4].map(|y| _mm256_broadcastq_epi64(self.row::<8>(y)));
            pairs8x2(_mm256_blend_epi32::<0xF0>(first, second))
        }
    }

    #[inline(always)]
    fn below(self, rows: usize) -> Self {
        Block { pointer: self.pointer.wrapping_add(rows * self.stride), ..self }
    }
}

impl Rows for Mean {
    #[inline(always)]
    unsafe fn row<const W: usize>(self, y: usize) -> __m128i {
        // SAFETY: by this function's contract.
        unsafe { _mm_avg_epu8(self.0.row::<W>(y), self.1.row::<W>(y)) }
    }

    #[inline(always)]
    unsafe fn pairs<const W: usize>(self, y: usize) -> __m256i {
        // SAFETY: by this function's contract.
        unsafe {
            if W == 16 {
                return pairs16(self.row::<16>(y));
            }
            // Both rows in one register up to here.
            let [a, b] = [self.0, self.1].map(|block| {
                let p = block.pointer.add(y * block.stride);
                load8x2(p, p.add(4 * block.stride))
            });
            let both = _mm256_castsi128_si256(_mm_avg_epu8(a, b));
            pairs8x2(_mm256_permute4x64_epi64::<0b01_01_00_00>(both))
        }
    }

    #[inline(always)]
    fn below(self, rows: usize) -> Self {
        Mean(self.0.below(rows), self.1.below(rows))
    }
}

/// Half the sum of the absolute 4x4 transforms of `source` - `reference`.
///
/// # Safety
/// `W` samples of `H` rows of both are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn cost<const W: usize, const H: usize>(mut source: Block, mut reference: impl Rows) -> u32 {
    // SAFETY: by this function's contract; every group of rows lies within `H`.
    unsafe {
        if W == 16 || (W == 8 && H > 4) {
            // Four rows of 16, or eight rows of 8 of which the lower half goes to the high lanes.
            let group = 64 / W;
            let mut sum = _mm256_setzero_si256();
            for _ in 0..H / group {
                let rows =
                    [0, 1, 2, 3].map(|y| _mm256_sub_epi16(source.pairs::<W>(y), reference.pairs::<W>(y)));
                sum = _mm256_add_epi16(sum, cost4(hadamard4(rows)));
                (source, reference) = (source.below(group), reference.below(group));
            }
            sum_words(sum)
        } else {
            let rows = [0, 1, 2, 3].map(|y| match (W, H) {
                (8, _) => difference8(source.row::<8>(y), reference.row::<8>(y)),
                (_, 8) => difference4(
                    _mm_unpacklo_epi32(source.row::<4>(y), source.row::<4>(y + 4)),
                    _mm_unpacklo_epi32(reference.row::<4>(y), reference.row::<4>(y + 4)),
                ),
                _ => difference4(source.row::<4>(y), reference.row::<4>(y)),
            });
            sum_words_128(cost4_128(hadamard4_128(rows)))
        }
    }
}

/// # Safety
/// AVX2; both blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn sa8d<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    reference: &[u8],
    reference_stride: usize,
) -> u32 {
    let mut sum = _mm256_setzero_si256();
    let ones = _mm256_set1_epi16(1);
    let mut source = Block { pointer: src.as_ptr(), stride: src_stride };
    let mut reference = Block { pointer: reference.as_ptr(), stride: reference_stride };
    for _ in 0..H / 8 {
        // SAFETY: the group of eight rows lies within both blocks.
        let words =
            unsafe { if W == 16 { sa8d_16x8(source, reference) } else { sa8d_8x8(source, reference) } };
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(words, ones));
        (source, reference) = (source.below(8), reference.below(8));
    }
    // The words sum to half of the transform's sum.
    (sum_i32x8(sum) + 1) >> 1
}

/// Two 8x8 transforms side by side: words that sum to half of their absolute sum.
///
/// # Safety
/// 16 samples of eight rows of both are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn sa8d_16x8(a: Block, b: Block) -> __m256i {
    // SAFETY: by this function's contract.
    let row = |y: usize| unsafe { difference16(a.row::<16>(y), b.row::<16>(y)) };
    let top = hadamard4([row(0), row(1), row(2), row(3)]);
    let bottom = hadamard4([row(4), row(5), row(6), row(7)]);
    let mut sum = _mm256_setzero_si256();
    for i in 0..4 {
        let (s, d) = (_mm256_add_epi16(top[i], bottom[i]), _mm256_sub_epi16(top[i], bottom[i]));
        let (even, odd) = zip_words(s, d);
        let s = _mm256_abs_epi16(_mm256_add_epi16(even, odd));
        let d = _mm256_abs_epi16(_mm256_sub_epi16(even, odd));
        let (even, odd) = zip_dwords(s, d);
        sum = _mm256_add_epi16(sum, _mm256_max_epi16(even, odd));
    }
    sum
}

/// One 8x8 transform: words that sum to half of its absolute sum.
///
/// # Safety
/// 8 samples of eight rows of both are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn sa8d_8x8(a: Block, b: Block) -> __m256i {
    // SAFETY: by this function's contract.
    let row = |y: usize| unsafe { _mm256_sub_epi16(a.pairs::<8>(y), b.pairs::<8>(y)) };
    let rows = hadamard4([row(0), row(1), row(2), row(3)]);
    let mut sum = _mm256_setzero_si256();
    for pair in [[rows[0], rows[1]], [rows[2], rows[3]]] {
        let (even, odd) = zip_words(pair[0], pair[1]);
        let (even, odd) = zip_dwords(_mm256_add_epi16(even, odd), _mm256_sub_epi16(even, odd));
        let s = _mm256_abs_epi16(_mm256_add_epi16(even, odd));
        let d = _mm256_abs_epi16(_mm256_sub_epi16(even, odd));
        // The lanes are the two halves of the block: the last vertical stage.
        let top = _mm256_permute2x128_si256::<0x20>(s, d);
        let bottom = _mm256_permute2x128_si256::<0x31>(s, d);
        sum = _mm256_add_epi16(sum, _mm256_max_epi16(top, bottom));
    }
    sum
}

/// Sums of the pairs of 16 samples in the low lane, differences of the pairs in the high one.
#[inline]
#[target_feature(enable = "avx2")]
fn pairs16(row: __m128i) -> __m256i {
    let signs = join(_mm_set1_epi16(0x0101), _mm_set1_epi16(SUM_DIFFERENCE));
    _mm256_maddubs_epi16(_mm256_broadcastsi128_si256(row), signs)
}

/// [`pairs16`] of the difference of two rows.
#[inline]
#[target_feature(enable = "avx2")]
fn difference16(a: __m128i, b: __m128i) -> __m256i {
    _mm256_sub_epi16(pairs16(a), pairs16(b))
}

/// Of 8 samples twice in the low lane and 8 others twice in the high one: in each lane sums of the pairs in the low
/// half, differences in the high one.
#[inline]
#[target_feature(enable = "avx2")]
fn pairs8x2(rows: __m256i) -> __m256i {
    let signs = _mm256_unpacklo_epi64(_mm256_set1_epi16(0x0101), _mm256_set1_epi16(SUM_DIFFERENCE));
    _mm256_maddubs_epi16(rows, signs)
}

/// Sums of the pairs of 8 differences in the low half, differences of the pairs in the high one.
#[inline]
#[target_feature(enable = "avx2")]
fn difference8(a: __m128i, b: __m128i) -> __m128i {
    let signs = _mm_unpacklo_epi64(_mm_set1_epi16(0x0101), _mm_set1_epi16(SUM_DIFFERENCE));
    let (a, b) = (_mm_broadcastq_epi64(a), _mm_broadcastq_epi64(b));
    _mm_sub_epi16(_mm_maddubs_epi16(a, signs), _mm_maddubs_epi16(b, signs))
}

/// For two rows of 4 samples in the low half: sums and differences of pairs, element by element.
#[inline]
#[target_feature(enable = "avx2")]
fn difference4(a: __m128i, b: __m128i) -> __m128i {
    let signs = _mm_unpacklo_epi32(_mm_set1_epi16(0x0101), _mm_set1_epi16(SUM_DIFFERENCE));
    let (a, b) = (_mm_unpacklo_epi32(a, a), _mm_unpacklo_epi32(b, b));
    _mm_sub_epi16(_mm_maddubs_epi16(a, signs), _mm_maddubs_epi16(b, signs))
}

/// The bytes (1, -1).
const SUM_DIFFERENCE: i16 = i16::from_le_bytes([1, 0xFF]);

#[inline]
#[target_feature(enable = "avx2")]
fn hadamard4_128([a, b, c, d]: [__m128i; 4]) -> [__m128i; 4] {
    let (s0, d0) = (_mm_add_epi16(a, b), _mm_sub_epi16(a, b));
    let (s1, d1) = (_mm_add_epi16(c, d), _mm_sub_epi16(c, d));
    [_mm_add_epi16(s0, s1), _mm_sub_epi16(s0, s1), _mm_add_epi16(d0, d1), _mm_sub_epi16(d0, d1)]
}

/// Last horizontal stage between neighbouring words, absolute values and half the sum.
#[inline]
#[target_feature(enable = "avx2")]
fn cost4(rows: [__m256i; 4]) -> __m256i {
    let rows = rows.map(|row| _mm256_abs_epi16(row));
    let (even, odd) = zip_words(rows[0], rows[1]);
    let first = _mm256_max_epi16(even, odd);
    let (even, odd) = zip_words(rows[2], rows[3]);
    _mm256_add_epi16(first, _mm256_max_epi16(even, odd))
}

#[inline]
#[target_feature(enable = "avx2")]
fn cost4_128(rows: [__m128i; 4]) -> __m128i {
    let rows = rows.map(|row| _mm_abs_epi16(row));
    let zip = |a, b| {
        let even = _mm_blend_epi16::<0xAA>(a, _mm_slli_epi32::<16>(b));
        let odd = _mm_blend_epi16::<0xAA>(_mm_srli_epi32::<16>(a), b);
        _mm_max_epi16(even, odd)
    };
    _mm_add_epi16(zip(rows[0], rows[1]), zip(rows[2], rows[3]))
}

/// The even words of both registers, and the odd ones, in the same order.
#[inline]
#[target_feature(enable = "avx2")]
fn zip_words(a: __m256i, b: __m256i) -> (__m256i, __m256i) {
    (
        _mm256_blend_epi16::<0xAA>(a, _mm256_slli_epi32::<16>(b)),
        _mm256_blend_epi16::<0xAA>(_mm256_srli_epi32::<16>(a), b),
    )
}

/// The even double words of both registers, and the odd ones, in the same order.
#[inline]
#[target_feature(enable = "avx2")]
fn zip_dwords(a: __m256i, b: __m256i) -> (__m256i, __m256i) {
    let (a, b) = (_mm256_castsi256_ps(a), _mm256_castsi256_ps(b));
    (
        _mm256_castps_si256(_mm256_shuffle_ps::<0x88>(a, b)),
        _mm256_castps_si256(_mm256_shuffle_ps::<0xDD>(a, b)),
    )
}

/// Sum of sixteen words, none negative.
#[inline]
#[target_feature(enable = "avx2")]
fn sum_words(words: __m256i) -> u32 {
    sum_i32x8(_mm256_madd_epi16(words, _mm256_set1_epi16(1)))
}

/// Sum of eight words, none negative.
#[inline]
#[target_feature(enable = "avx2")]
fn sum_words_128(words: __m128i) -> u32 {
    sum_i32x4(_mm_madd_epi16(words, _mm_set1_epi16(1)))
}
