//! AVX2 variants: eight columns at a time.

use std::arch::x86_64::*;

use super::cubics::{Cubics, Curve, Gain, LAST, Octaves, PIECES};
use crate::pixels::x86_64::{load_floats, store_floats};

/// Columns that go from one step to the next together: enough for the latency of one to be hidden by others.
const PART: usize = 64;

/// Rows of a part, in the nearest cache.
type Rows = [[f32; PART]; 3];

/// A matrix with every number in a register of its own, or ready to be loaded.
type Matrix = [[__m256; 3]; 3];

#[inline]
#[target_feature(enable = "avx2,fma")]
fn spread(matrix: &[[f32; 3]; 3]) -> Matrix {
    let [a, b, c] = matrix;
    let row = |row: &[f32; 3]| [_mm256_set1_ps(row[0]), _mm256_set1_ps(row[1]), _mm256_set1_ps(row[2])];
    [row(a), row(b), row(c)]
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn multiplied(matrix: &Matrix, [x, y, z]: [__m256; 3]) -> [__m256; 3] {
    let sum =
        |row: &[__m256; 3]| _mm256_fmadd_ps(row[2], z, _mm256_fmadd_ps(row[1], y, _mm256_mul_ps(row[0], x)));
    let [a, b, c] = matrix;
    [sum(a), sum(b), sum(c)]
}

/// As the reference's function of this name.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn multiplied_luma([a, b, c]: &Matrix, [x, y, z]: [__m256; 3]) -> [__m256; 3] {
    let luma = _mm256_mul_ps(a[0], x);
    let green = _mm256_fmadd_ps(b[2], z, _mm256_fmadd_ps(b[1], y, luma));
    [_mm256_fmadd_ps(a[2], z, luma), green, _mm256_fmadd_ps(c[1], y, luma)]
}

/// Eight columns of a part of three rows.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn columns(rows: [&[f32; PART]; 3], block: usize) -> [__m256; 3] {
    let [a, b, c] = rows;
    [block_of(a, block), block_of(b, block), block_of(c, block)]
}

/// Places in tables, written as registers and read one by one: that takes fewer instructions than to take a register
/// apart.
type Places = [u32; PART];

/// The places of a block.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn put(places: &mut Places, block: usize, register: __m256i) {
    let eight = &mut places.as_chunks_mut::<8>().0[block];
    // SAFETY: the array is eight writable numbers; the store needs no alignment.
    unsafe { _mm256_storeu_si256(eight.as_mut_ptr().cast(), register) }
}

/// A block of a row.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn block_of(row: &[f32; PART], block: usize) -> __m256 {
    load_floats(&row.as_chunks::<8>().0[block])
}

#[inline]
#[target_feature(enable = "avx2,fma")]
fn put_block(row: &mut [f32; PART], block: usize, values: __m256) {
    store_floats(&mut row.as_chunks_mut::<8>().0[block], values);
}

/// Values of eight polynomials, those of a block of places. One load each and a transposition: gathering instructions take
/// longer.
///
/// # Safety
/// AVX2 and FMA; places are those of pieces, in bytes.
#[inline]
#[target_feature(enable = "avx2,fma")]
unsafe fn values(cubics: &Cubics, places: &Places, block: usize, x: __m256) -> __m256 {
    let piece = |index: usize| {
        let place = places[8 * block + index] as usize;
        // SAFETY: by this function's contract these are four readable values; the load needs no alignment.
        unsafe { _mm_loadu_ps(cubics.pieces.as_ptr().byte_add(place).cast()) }
    };
    let two = |index: usize| _mm256_set_m128(piece(index + 4), piece(index));
    let (a, b, c, d) = (two(0), two(1), two(2), two(3));
    let (low_ab, high_ab) = (_mm256_unpacklo_ps(a, b), _mm256_unpackhi_ps(a, b));
    let (low_cd, high_cd) = (_mm256_unpacklo_ps(c, d), _mm256_unpackhi_ps(c, d));
    let cube = _mm256_shuffle_ps::<0b11_10_11_10>(high_ab, high_cd);
    let square = _mm256_shuffle_ps::<0b01_00_01_00>(high_ab, high_cd);
    let slope = _mm256_shuffle_ps::<0b11_10_11_10>(low_ab, low_cd);
    let base = _mm256_shuffle_ps::<0b01_00_01_00>(low_ab, low_cd);
    _mm256_fmadd_ps(_mm256_fmadd_ps(_mm256_fmadd_ps(cube, x, square), x, slope), x, base)
}

#[target_feature(enable = "avx2,fma")]
pub(super) fn linearise(matrix: &[[f32; 3]; 3], curve: &Curve, a: &mut [f32], b: &mut [f32], c: &mut [f32]) {
    let ((parts_a, rest_a), (parts_b, rest_b)) = (a.as_chunks_mut::<PART>(), b.as_chunks_mut::<PART>());
    let (parts_c, rest_c) = c.as_chunks_mut::<PART>();
    let scaled = super::scaled(matrix, PIECES as f32);
    let (spread, of_luma) = (spread(&scaled), super::is_of_luma(&scaled));
    let (mut places, mut fractions): ([Places; 3], Rows) = ([[0; PART]; 3], [[0.0; PART]; 3]);
    for ((a, b), c) in parts_a.iter_mut().zip(parts_b).zip(parts_c) {
        for block in 0..PART / 8 {
            let column = columns([a, b, c], block);
            let found = if of_luma { multiplied_luma(&spread, column) } else { multiplied(&spread, column) };
            for ((places, fractions), found) in places.iter_mut().zip(&mut fractions).zip(found) {
                // Of what is not a number, the second operand remains.
                let place = _mm256_min_ps(_mm256_max_ps(found, _mm256_setzero_ps()), _mm256_set1_ps(LAST));
                let whole = _mm256_cvttps_epi32(place);
                put(places, block, _mm256_slli_epi32::<{ PIECE as i32 }>(whole));
                put_block(fractions, block, _mm256_sub_ps(place, _mm256_cvtepi32_ps(whole)));
            }
        }
        let places = std::hint::black_box(&places);
        for ((places, fractions), out) in places.iter().zip(&fractions).zip([a, b, c]) {
            for block in 0..PART / 8 {
                // SAFETY: places have been limited to those of pieces.
                let root = unsafe { values(&curve.0, places, block, block_of(fractions, block)) };
                put_block(out, block, _mm256_mul_ps(root, root));
            }
        }
    }
    super::linearise(matrix, curve, rest_a, rest_b, rest_c);
}

/// Bytes of a piece, as a power of two.
const PIECE: u32 = size_of::<[f32; 4]>().ilog2();

/// Numbers limited to those that have pieces, and the places of these.
#[inline]
#[target_feature(enable = "avx2,fma")]
fn limited(octaves: &Octaves, x: __m256) -> (__m256, __m256i) {
    // Of what is not a number, the second operand remains.
    let x = _mm256_max_ps(x, _mm256_set1_ps(octaves.first));
    let x = _mm256_min_ps(x, _mm256_set1_ps(octaves.last));
    let shift = _mm_cvtsi32_si128((octaves.shift - PIECE) as i32);
    let places = _mm256_srl_epi32(_mm256_castps_si256(x), shift);
    (x, _mm256_and_si256(places, _mm256_set1_epi32((PIECES as i32 - 1) << PIECE)))
}

#[target_feature(enable = "avx2,fma")]
pub(super) fn compress(
    gamut: &[[f32; 3]; 3],
    gain: &Gain,
    codes: &Octaves,
    encode: &[[f32; 3]; 3],
    a: &mut [f32],
    b: &mut [f32],
    c: &mut [f32],
) {
    let ((parts_a, rest_a), (parts_b, rest_b)) = (a.as_chunks_mut::<PART>(), b.as_chunks_mut::<PART>());
    let (parts_c, rest_c) = c.as_chunks_mut::<PART>();
    let gamut_spread = spread(gamut);
    let encode_spread = spread(encode);
    let [gain_scale, gain_offset] = gain.place.map(|number| _mm256_set1_ps(number));
    let (mut light, mut largest): (Rows, [f32; PART]) = ([[0.0; PART]; 3], [0.0; PART]);
    let (mut gain_places, mut code_places): (Places, [Places; 3]) = ([0; PART], [[0; PART]; 3]);
    for ((a, b), c) in parts_a.iter_mut().zip(parts_b).zip(parts_c) {
        // First all gains, then all codes: one after the other for the same columns, they would wait for each other.
        for block in 0..PART / 8 {
            let found = multiplied(&gamut_spread, columns([a, b, c], block));
            // As in comparisons of the reference, the second operand remains where one is not a number.
            let most = _mm256_max_ps(_mm256_max_ps(found[0], found[1]), found[2]);
            let (x, places) = limited(&gain.octaves, _mm256_fmadd_ps(most, gain_scale, gain_offset));
            put(&mut gain_places, block, places);
            put_block(&mut largest, block, x);
            for (row, light) in light.iter_mut().zip(found) {
                put_block(row, block, light);
            }
        }
        let places = std::hint::black_box(&gain_places);
        for block in 0..PART / 8 {
            // SAFETY: `limited` gives places of pieces.
            let gains = unsafe { values(&gain.octaves.cubics, places, block, block_of(&largest, block)) };
            for (code_places, light) in code_places.iter_mut().zip(&mut light) {
                let (x, places) = limited(codes, _mm256_mul_ps(block_of(light, block), gains));
                put(code_places, block, places);
                put_block(light, block, x);
            }
        }
        let places = std::hint::black_box(&code_places);
        for block in 0..PART / 8 {
            // SAFETY: `limited` gives places of pieces.
            let code = |index: usize| unsafe {
                values(&codes.cubics, &places[index], block, block_of(&light[index], block))
            };
            let encoded = multiplied(&encode_spread, [code(0), code(1), code(2)]);
            for (row, encoded) in [&mut *a, &mut *b, &mut *c].into_iter().zip(encoded) {
                put_block(row, block, encoded);
            }
        }
    }
    super::compress(gamut, gain, codes, encode, rest_a, rest_b, rest_c);
}
