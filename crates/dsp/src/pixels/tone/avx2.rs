//! AVX2 variants: eight columns at a time. Multiplications and additions stay apart, as in the references.

use std::arch::x86_64::*;

use super::{BELOW, LAST, Octaves, PIECES};
use crate::pixels::x86_64::{load_floats, store_floats};

/// Columns that go from one step to the next together: enough for the latency of one to be hidden by others.
const PART: usize = 32;

/// Rows of a part, in the nearest cache.
type Rows = [[f32; PART]; 3];

/// A matrix with every number in a register of its own, or ready to be loaded.
type Matrix = [[__m256; 3]; 3];

#[inline]
#[target_feature(enable = "avx2")]
fn spread(matrix: &[[f32; 3]; 3]) -> Matrix {
    let [a, b, c] = matrix;
    let row = |row: &[f32; 3]| [_mm256_set1_ps(row[0]), _mm256_set1_ps(row[1]), _mm256_set1_ps(row[2])];
    [row(a), row(b), row(c)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn multiplied(matrix: &Matrix, [x, y, z]: [__m256; 3]) -> [__m256; 3] {
    let sum = |row: &[__m256; 3]| {
        let two = _mm256_add_ps(_mm256_mul_ps(row[0], x), _mm256_mul_ps(row[1], y));
        _mm256_add_ps(two, _mm256_mul_ps(row[2], z))
    };
    let [a, b, c] = matrix;
    [sum(a), sum(b), sum(c)]
}

/// Eight columns of a part of three rows, multiplied by a matrix.
#[inline]
#[target_feature(enable = "avx2")]
fn columns(matrix: &Matrix, rows: [&[f32; PART]; 3], block: usize) -> [__m256; 3] {
    let [a, b, c] = rows.map(|row| &row.as_chunks::<8>().0[block]);
    multiplied(matrix, [load_floats(a), load_floats(b), load_floats(c)])
}

/// Eight numbers, taken out of their register two at a time.
#[inline]
#[target_feature(enable = "avx2")]
fn numbers(register: __m256i) -> [usize; 8] {
    let (low, high) = (_mm256_castsi256_si128(register), _mm256_extracti128_si256::<1>(register));
    let two = |pair: i64| [pair as u32 as usize, (pair as u64 >> 32) as usize];
    let [a, b] = two(_mm_cvtsi128_si64(low));
    let [c, d] = two(_mm_extract_epi64::<1>(low));
    let [e, f] = two(_mm_cvtsi128_si64(high));
    let [g, h] = two(_mm_extract_epi64::<1>(high));
    [a, b, c, d, e, f, g, h]
}

/// Values of a curve at eight places.
#[inline]
#[target_feature(enable = "avx2")]
fn between(curve: &[f32; PIECES + 1], values: __m256) -> __m256 {
    let place = _mm256_mul_ps(values, _mm256_set1_ps(LAST));
    // Of what is not a number, the second operand remains.
    let place = _mm256_min_ps(_mm256_max_ps(place, _mm256_setzero_ps()), _mm256_set1_ps(LAST));
    let whole = _mm256_min_epi32(_mm256_cvttps_epi32(place), _mm256_set1_epi32(PIECES as i32 - 1));
    let fraction = _mm256_sub_ps(place, _mm256_cvtepi32_ps(whole));
    let [a, b, c, d, e, f, g, h] = numbers(whole);
    // Two entries and the ones after them.
    let two = |first: usize, second: usize| {
        // SAFETY: `whole` has been limited to 0 to the last index but one, so these are eight readable bytes.
        let pair = |index: usize| unsafe { curve.as_ptr().add(index).cast::<f64>().read_unaligned() };
        _mm_castpd_ps(_mm_set_pd(pair(second), pair(first)))
    };
    let low = _mm256_set_m128(two(e, f), two(a, b));
    let high = _mm256_set_m128(two(g, h), two(c, d));
    let base = _mm256_shuffle_ps::<0b10_00_10_00>(low, high);
    let next = _mm256_shuffle_ps::<0b11_01_11_01>(low, high);
    _mm256_add_ps(base, _mm256_mul_ps(_mm256_sub_ps(next, base), fraction))
}

#[target_feature(enable = "avx2")]
pub(super) fn linearise(
    matrix: &[[f32; 3]; 3],
    curve: &[f32; PIECES + 1],
    a: &mut [f32],
    b: &mut [f32],
    c: &mut [f32],
) {
    let ((parts_a, rest_a), (parts_b, rest_b)) = (a.as_chunks_mut::<PART>(), b.as_chunks_mut::<PART>());
    let (parts_c, rest_c) = c.as_chunks_mut::<PART>();
    let spread = spread(matrix);
    for ((a, b), c) in parts_a.iter_mut().zip(parts_b).zip(parts_c) {
        let mut rows: Rows = [[0.0; PART]; 3];
        for block in 0..PART / 8 {
            let found = columns(&spread, [a, b, c], block);
            for (row, found) in rows.iter_mut().zip(found) {
                store_floats(&mut row.as_chunks_mut::<8>().0[block], found);
            }
        }
        for (row, out) in rows.iter().zip([a, b, c]) {
            for (block, out) in row.as_chunks::<8>().0.iter().zip(out.as_chunks_mut::<8>().0) {
                store_floats(out, between(curve, load_floats(block)));
            }
        }
    }
    super::linearise(matrix, curve, rest_a, rest_b, rest_c);
}

/// A table and what finds its entries.
struct Table<'a> {
    entries: &'a [u16],
    first: __m256,
    last: __m256,
    base: __m256i,
    unit: __m256,
}

impl<'a> Table<'a> {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new(table: &'a Octaves) -> Table<'a> {
        let index = |value: f32| (value.to_bits() - table.base()) >> BELOW;
        debug_assert!(index(table.first) == 0 && index(table.last) as usize == table.entries.len() - 1);
        Table {
            entries: &table.entries,
            first: _mm256_set1_ps(table.first),
            last: _mm256_set1_ps(table.last),
            base: _mm256_set1_epi32(table.base() as i32),
            unit: _mm256_set1_ps(table.unit),
        }
    }

    /// The entries nearest to eight values.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn entries(&self, values: __m256) -> __m256 {
        // Of what is not a number, the second operand remains.
        let limited = _mm256_min_ps(_mm256_max_ps(values, self.first), self.last);
        let places = _mm256_sub_epi32(_mm256_castps_si256(limited), self.base);
        let [a, b, c, d, e, f, g, h] = numbers(_mm256_srli_epi32::<{ BELOW as i32 }>(places));
        // One load each: gathering instructions take longer.
        // SAFETY: between `first` and `last`, whose indices are the first and the last, bits grow with numbers.
        let entry = |index: usize| unsafe { *self.entries.get_unchecked(index) } as i16;
        let words =
            _mm_setr_epi16(entry(a), entry(b), entry(c), entry(d), entry(e), entry(f), entry(g), entry(h));
        _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(words)), self.unit)
    }
}

#[target_feature(enable = "avx2")]
pub(super) fn compress(
    gamut: &[[f32; 3]; 3],
    gain: &Octaves,
    codes: &Octaves,
    encode: &[[f32; 3]; 3],
    a: &mut [f32],
    b: &mut [f32],
    c: &mut [f32],
) {
    let ((parts_a, rest_a), (parts_b, rest_b)) = (a.as_chunks_mut::<PART>(), b.as_chunks_mut::<PART>());
    let (parts_c, rest_c) = c.as_chunks_mut::<PART>();
    let (gamut_spread, encode_spread) = (spread(gamut), spread(encode));
    let (gains_of, codes_of) = (Table::new(gain), Table::new(codes));
    for ((a, b), c) in parts_a.iter_mut().zip(parts_b).zip(parts_c) {
        let (mut rows, mut gains): (Rows, _) = ([[0.0; PART]; 3], [0.0; PART]);
        // First all gains, then all codes: one after the other for the same columns, they would wait for each other.
        for (block, gains) in gains.as_chunks_mut::<8>().0.iter_mut().enumerate() {
            let light = columns(&gamut_spread, [a, b, c], block);
            // As in comparisons of the reference, the second operand remains where one is not a number.
            let largest = _mm256_max_ps(_mm256_max_ps(light[0], light[1]), light[2]);
            store_floats(gains, gains_of.entries(largest));
            for (row, light) in rows.iter_mut().zip(light) {
                store_floats(&mut row.as_chunks_mut::<8>().0[block], light);
            }
        }
        for row in &mut rows {
            for (block, gains) in row.as_chunks_mut::<8>().0.iter_mut().zip(gains.as_chunks::<8>().0) {
                store_floats(block, codes_of.entries(_mm256_mul_ps(load_floats(block), load_floats(gains))));
            }
        }
        for block in 0..PART / 8 {
            let found = columns(&encode_spread, rows.each_ref(), block);
            for (row, found) in [&mut *a, &mut *b, &mut *c].into_iter().zip(found) {
                store_floats(&mut row.as_chunks_mut::<8>().0[block], found);
            }
        }
    }
    super::compress(gamut, gain, codes, encode, rest_a, rest_b, rest_c);
}
