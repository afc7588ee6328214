//! AVX2 variants: mostly the references themselves, compiled for wider registers; conversions to whole numbers
//! by hand. Multiplications and additions stay apart, as in the references.

use std::arch::x86_64::*;

use super::TABLE_LENGTH;

#[target_feature(enable = "avx2")]
pub(super) fn unpack_bytes(from: &[u8], step: usize, zero: f32, scale: f32, out: &mut [f32]) {
    super::unpack_bytes(from, step, zero, scale, out);
}

#[target_feature(enable = "avx2")]
pub(super) fn unpack_words(from: &[u8], step: usize, shift: u32, zero: f32, scale: f32, out: &mut [f32]) {
    super::unpack_words(from, step, shift, zero, scale, out);
}

#[target_feature(enable = "avx2")]
pub(super) fn accumulate(row: &[f32], weight: f32, first: bool, out: &mut [f32]) {
    super::accumulate(row, weight, first, out);
}

#[target_feature(enable = "avx2")]
pub(super) fn double(row: &[f32], offsets: [usize; 2], weights: [[f32; 2]; 2], out: &mut [f32]) {
    super::double(row, offsets, weights, out);
}

#[target_feature(enable = "avx2")]
pub(super) fn multiply(matrix: &[[f32; 3]; 3], a: &mut [f32], b: &mut [f32], c: &mut [f32]) {
    super::multiply(matrix, a, b, c);
}

#[target_feature(enable = "avx2")]
pub(super) fn largest(a: &[f32], b: &[f32], c: &[f32], out: &mut [f32]) {
    super::largest(a, b, c, out);
}

#[target_feature(enable = "avx2")]
pub(super) fn scale(by: &[f32], clip: bool, row: &mut [f32]) {
    super::scale(by, clip, row);
}

#[inline]
#[target_feature(enable = "avx2")]
fn values(from: &[f32; 8]) -> __m256 {
    // SAFETY: the array is eight readable values; the load needs no alignment.
    unsafe { _mm256_loadu_ps(from.as_ptr()) }
}

/// Eight codes as whole numbers.
#[inline]
#[target_feature(enable = "avx2")]
fn codes(values: __m256, unit: __m256, offset: __m256, maximum: __m256) -> __m256i {
    let code = _mm256_add_ps(_mm256_mul_ps(values, unit), offset);
    // Of what is not a number, the second operand is the larger.
    let code = _mm256_max_ps(code, _mm256_setzero_ps());
    _mm256_cvttps_epi32(_mm256_min_ps(code, maximum))
}

#[target_feature(enable = "avx2")]
pub(super) fn pack_bytes(from: &[f32], unit: f32, offset: f32, maximum: f32, out: &mut [u8]) {
    let (blocks, rest) = from.as_chunks::<32>();
    let (blocks_out, rest_out) = out.as_chunks_mut::<32>();
    let [u, o, m] = [_mm256_set1_ps(unit), _mm256_set1_ps(offset), _mm256_set1_ps(maximum)];
    let order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    for (from, out) in blocks.iter().zip(blocks_out) {
        let [a, b, c, d] = from.as_chunks::<8>().0 else { return };
        let first = _mm256_packs_epi32(codes(values(a), u, o, m), codes(values(b), u, o, m));
        let second = _mm256_packs_epi32(codes(values(c), u, o, m), codes(values(d), u, o, m));
        let bytes = _mm256_permutevar8x32_epi32(_mm256_packus_epi16(first, second), order);
        crate::pixels::x86_64::store(out, bytes);
    }
    super::pack_bytes(rest, unit, offset, maximum, rest_out);
}

/// Writes sixteen words.
#[inline]
#[target_feature(enable = "avx2")]
fn put_words(out: &mut [u16; 16], low: __m256i, high: __m256i) {
    let words = _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi32(low, high));
    // SAFETY: the array is 32 writable bytes; the store needs no alignment.
    unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), words) }
}

#[target_feature(enable = "avx2")]
pub(super) fn pack_words(from: &[f32], unit: f32, offset: f32, maximum: f32, out: &mut [u16]) {
    let (blocks, rest) = from.as_chunks::<16>();
    let (blocks_out, rest_out) = out.as_chunks_mut::<16>();
    let [u, o, m] = [_mm256_set1_ps(unit), _mm256_set1_ps(offset), _mm256_set1_ps(maximum)];
    for (from, out) in blocks.iter().zip(blocks_out) {
        let [a, b] = from.as_chunks::<8>().0 else { return };
        put_words(out, codes(values(a), u, o, m), codes(values(b), u, o, m));
    }
    super::pack_words(rest, unit, offset, maximum, rest_out);
}

/// Eight numbers, taken out of their register two at a time.
#[inline]
#[target_feature(enable = "avx2")]
fn numbers(register: __m256i) -> [usize; 8] {
    let mut pairs = [0u64; 4];
    // SAFETY: the array is 32 writable bytes; the store needs no alignment.
    unsafe { _mm256_storeu_si256(pairs.as_mut_ptr().cast(), register) };
    let [a, b, c, d] = pairs;
    let (low, high) = (|pair: u64| pair as u32 as usize, |pair: u64| (pair >> 32) as usize);
    [low(a), high(a), low(b), high(b), low(c), high(c), low(d), high(d)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn put(out: &mut [f32; 8], values: __m256) {
    // SAFETY: the array is eight writable values; the store needs no alignment.
    unsafe { _mm256_storeu_ps(out.as_mut_ptr(), values) }
}

/// The entries of a table at eight places, which are limited to its indices.
#[inline]
#[target_feature(enable = "avx2")]
fn entries(table: &[f32; TABLE_LENGTH], places: __m256, scale: __m256) -> __m256 {
    let (half, last) = (_mm256_set1_ps(0.5), _mm256_set1_ps(super::LAST));
    let [a, b, c, d, e, f, g, h] = numbers(codes(places, scale, half, last));
    // One load each: gathering instructions take longer.
    // SAFETY: `codes` limits them to 0 to the last index.
    let entry = |index: usize| unsafe { *table.get_unchecked(index) };
    let (a, b, c, d) = (entry(a), entry(b), entry(c), entry(d));
    let (e, f, g, h) = (entry(e), entry(f), entry(g), entry(h));
    _mm256_setr_ps(a, b, c, d, e, f, g, h)
}

#[target_feature(enable = "avx2")]
pub(super) fn map_nearest(table: &[f32; TABLE_LENGTH], scale: f32, root: bool, row: &mut [f32]) {
    let (blocks, rest) = row.as_chunks_mut::<8>();
    let scales = _mm256_set1_ps(scale);
    for block in blocks {
        let positive = _mm256_max_ps(values(block), _mm256_setzero_ps());
        let places = if root { _mm256_sqrt_ps(positive) } else { positive };
        put(block, entries(table, places, scales));
    }
    super::map_nearest(table, scale, root, rest);
}

/// Values whose gains are known before their codes are looked up.
const PART: usize = 32;

#[target_feature(enable = "avx2")]
pub(super) fn compress(
    gain: &[f32; TABLE_LENGTH],
    codes: &[f32; TABLE_LENGTH],
    scales: [f32; 2],
    a: &mut [f32],
    b: &mut [f32],
    c: &mut [f32],
) {
    let ((parts_a, rest_a), (parts_b, rest_b)) = (a.as_chunks_mut::<PART>(), b.as_chunks_mut::<PART>());
    let (parts_c, rest_c) = c.as_chunks_mut::<PART>();
    let (gain_scale, code_scale) = (_mm256_set1_ps(scales[0]), _mm256_set1_ps(scales[1]));
    let (zero, one) = (_mm256_setzero_ps(), _mm256_set1_ps(1.0));
    let mut gains = [0.0; PART];
    for ((a, b), c) in parts_a.iter_mut().zip(parts_b).zip(parts_c) {
        // First all gains, then all codes: one after the other for the same values, they would wait for each other.
        let blocks = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0).zip(c.as_chunks::<8>().0);
        for (((a, b), c), gains) in blocks.zip(gains.as_chunks_mut::<8>().0) {
            // As in comparisons of the reference, the second operand remains where one is not a number.
            let largest = _mm256_max_ps(_mm256_max_ps(values(a), values(b)), values(c));
            put(gains, entries(gain, _mm256_sqrt_ps(_mm256_max_ps(largest, zero)), gain_scale));
        }
        for row in [a, b, c] {
            for (block, gains) in row.as_chunks_mut::<8>().0.iter_mut().zip(gains.as_chunks::<8>().0) {
                let light = _mm256_mul_ps(values(block), values(gains));
                let light = _mm256_min_ps(_mm256_max_ps(light, zero), one);
                put(block, entries(codes, _mm256_sqrt_ps(light), code_scale));
            }
        }
    }
    super::compress(gain, codes, scales, rest_a, rest_b, rest_c);
}

#[target_feature(enable = "avx2")]
pub(super) fn map_between(table: &[f32; TABLE_LENGTH + 1], scale: f32, row: &mut [f32]) {
    let (blocks, rest) = row.as_chunks_mut::<8>();
    let [u, zero, m] = [_mm256_set1_ps(scale), _mm256_setzero_ps(), _mm256_set1_ps(super::LAST)];
    for block in blocks {
        let place = _mm256_max_ps(_mm256_mul_ps(values(block), u), zero);
        let place = _mm256_min_ps(place, m);
        let whole = _mm256_cvttps_epi32(place);
        let fraction = _mm256_sub_ps(place, _mm256_cvtepi32_ps(whole));
        let [a, b, c, d, e, f, g, h] = numbers(whole);
        // Two entries and the ones after them.
        let two = |first: usize, second: usize| {
            // SAFETY: `place` has been limited to 0 to `m`, the last index but one; of what is not a number, the
            // second operand of a comparison remains. So both are places of eight readable bytes.
            let pair = |index: usize| unsafe { table.as_ptr().add(index).cast::<f64>().read_unaligned() };
            _mm_castpd_ps(_mm_set_pd(pair(second), pair(first)))
        };
        let low = _mm256_set_m128(two(e, f), two(a, b));
        let high = _mm256_set_m128(two(g, h), two(c, d));
        let base = _mm256_shuffle_ps::<0b10_00_10_00>(low, high);
        let next = _mm256_shuffle_ps::<0b11_01_11_01>(low, high);
        let slope = _mm256_sub_ps(next, base);
        put(block, _mm256_add_ps(base, _mm256_mul_ps(slope, fraction)));
    }
    super::map_between(table, scale, rest);
}
