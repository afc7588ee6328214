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

/// Places in tables, written as registers and read one by one: that takes fewer instructions than to take a register
/// apart.
type Places = [u32; PART];

/// The places of a block.
#[inline]
#[target_feature(enable = "avx2")]
fn put(places: &mut Places, block: usize, register: __m256i) {
    let eight = &mut places.as_chunks_mut::<8>().0[block];
    // SAFETY: the array is eight writable numbers; the store needs no alignment.
    unsafe { _mm256_storeu_si256(eight.as_mut_ptr().cast(), register) }
}

/// The places of a block as indices.
#[inline]
fn indices(places: &Places, block: usize) -> [usize; 8] {
    places.as_chunks::<8>().0[block].map(|place| place as usize)
}

/// A block of a row.
#[inline]
#[target_feature(enable = "avx2")]
fn block_of(row: &[f32; PART], block: usize) -> __m256 {
    load_floats(&row.as_chunks::<8>().0[block])
}

#[inline]
#[target_feature(enable = "avx2")]
fn put_block(row: &mut [f32; PART], block: usize, values: __m256) {
    store_floats(&mut row.as_chunks_mut::<8>().0[block], values);
}

/// Values of a curve: at eight indices, `fraction` of the way to the next.
///
/// # Safety
/// AVX2; the indices are below `PIECES`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn between(curve: &[f32; PIECES + 1], indices: [usize; 8], fraction: __m256) -> __m256 {
    let [a, b, c, d, e, f, g, h] = indices;
    // Two entries and the ones after them.
    let two = |first: usize, second: usize| {
        // SAFETY: by this function's contract these are eight readable bytes.
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
    let spread = spread(&super::scaled(matrix, PIECES as f32));
    let (mut places, mut fractions): ([Places; 3], Rows) = ([[0; PART]; 3], [[0.0; PART]; 3]);
    for ((a, b), c) in parts_a.iter_mut().zip(parts_b).zip(parts_c) {
        for block in 0..PART / 8 {
            let found = columns(&spread, [a, b, c], block);
            for ((places, fractions), found) in places.iter_mut().zip(&mut fractions).zip(found) {
                // Of what is not a number, the second operand remains.
                let place = _mm256_min_ps(_mm256_max_ps(found, _mm256_setzero_ps()), _mm256_set1_ps(LAST));
                let whole = _mm256_cvttps_epi32(place);
                put(places, block, whole);
                put_block(fractions, block, _mm256_sub_ps(place, _mm256_cvtepi32_ps(whole)));
            }
        }
        let places = std::hint::black_box(&places);
        for ((places, fractions), out) in places.iter().zip(&fractions).zip([a, b, c]) {
            for block in 0..PART / 8 {
                // SAFETY: places have been limited to below `PIECES`.
                let values = unsafe { between(curve, indices(places, block), block_of(fractions, block)) };
                put_block(out, block, values);
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
        }
    }

    /// Where the entries nearest to eight values are.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn places(&self, values: __m256) -> __m256i {
        // Of what is not a number, the second operand remains.
        let limited = _mm256_min_ps(_mm256_max_ps(values, self.first), self.last);
        _mm256_srli_epi32::<{ BELOW as i32 }>(_mm256_sub_epi32(_mm256_castps_si256(limited), self.base))
    }

    /// Eight entries, one load each: gathering instructions take longer.
    ///
    /// # Safety
    /// AVX2; the indices come from [`Table::places`] of this table.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn entries(&self, indices: [usize; 8]) -> __m256 {
        // SAFETY: between `first` and `last`, whose indices are the first and the last, bits grow with numbers.
        let [a, b, c, d, e, f, g, h] =
            indices.map(|index| unsafe { *self.entries.get_unchecked(index) } as i16);
        _mm256_cvtepi32_ps(_mm256_cvtepu16_epi32(_mm_setr_epi16(a, b, c, d, e, f, g, h)))
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
    let gamut_spread = spread(gamut);
    let encode_spread = spread(&super::scaled(encode, codes.unit));
    let gain_unit = _mm256_set1_ps(gain.unit);
    let (gains_of, codes_of) = (Table::new(gain), Table::new(codes));
    let mut rows: Rows = [[0.0; PART]; 3];
    let (mut gain_places, mut code_places): (Places, [Places; 3]) = ([0; PART], [[0; PART]; 3]);
    for ((a, b), c) in parts_a.iter_mut().zip(parts_b).zip(parts_c) {
        // First all gains, then all codes: one after the other for the same columns, they would wait for each other.
        for block in 0..PART / 8 {
            let light = columns(&gamut_spread, [a, b, c], block);
            // As in comparisons of the reference, the second operand remains where one is not a number.
            let largest = _mm256_max_ps(_mm256_max_ps(light[0], light[1]), light[2]);
            put(&mut gain_places, block, gains_of.places(largest));
            for (row, light) in rows.iter_mut().zip(light) {
                put_block(row, block, light);
            }
        }
        let found = std::hint::black_box(&gain_places);
        for block in 0..PART / 8 {
            // SAFETY: these are places of this table.
            let gains = _mm256_mul_ps(unsafe { gains_of.entries(indices(found, block)) }, gain_unit);
            for (places, light) in code_places.iter_mut().zip(&rows) {
                put(places, block, codes_of.places(_mm256_mul_ps(block_of(light, block), gains)));
            }
        }
        let found = std::hint::black_box(&code_places);
        for block in 0..PART / 8 {
            // SAFETY: these are places of this table.
            let code = |places: &Places| unsafe { codes_of.entries(indices(places, block)) };
            let encoded = multiplied(&encode_spread, [code(&found[0]), code(&found[1]), code(&found[2])]);
            for (row, encoded) in [&mut *a, &mut *b, &mut *c].into_iter().zip(encoded) {
                put_block(row, block, encoded);
            }
        }
    }
    super::compress(gamut, gain, codes, encode, rest_a, rest_b, rest_c);
}
