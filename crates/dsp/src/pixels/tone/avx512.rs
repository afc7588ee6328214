//! AVX-512 variants: sixteen columns at a time, the coefficients of all pieces in registers.

use std::arch::x86_64::*;

use super::cubics::{Cubics, Curve, Gain, LAST, Octaves, PIECES};
use crate::pixels::x86_64::{load_sixteen, store_sixteen};

/// A matrix with every number ready in all places.
type Matrix = [[__m512; 3]; 3];

#[inline]
#[target_feature(enable = "avx512f")]
fn spread([a, b, c]: &[[f32; 3]; 3]) -> Matrix {
    let row = |row: &[f32; 3]| [_mm512_set1_ps(row[0]), _mm512_set1_ps(row[1]), _mm512_set1_ps(row[2])];
    [row(a), row(b), row(c)]
}

#[inline]
#[target_feature(enable = "avx512f")]
fn multiplied([a, b, c]: &Matrix, [x, y, z]: [__m512; 3]) -> [__m512; 3] {
    let sum =
        |row: &[__m512; 3]| _mm512_fmadd_ps(row[2], z, _mm512_fmadd_ps(row[1], y, _mm512_mul_ps(row[0], x)));
    [sum(a), sum(b), sum(c)]
}

/// As the reference's function of this name.
#[inline]
#[target_feature(enable = "avx512f")]
fn multiplied_luma([a, b, c]: &Matrix, [x, y, z]: [__m512; 3]) -> [__m512; 3] {
    let luma = _mm512_mul_ps(a[0], x);
    let green = _mm512_fmadd_ps(b[2], z, _mm512_fmadd_ps(b[1], y, luma));
    [_mm512_fmadd_ps(a[2], z, luma), green, _mm512_fmadd_ps(c[1], y, luma)]
}

/// The coefficients of a power: those of the first sixteen pieces, and of the others.
type Power = [__m512; 2];

#[inline]
#[target_feature(enable = "avx512f")]
fn powers_of(cubics: &Cubics) -> [Power; 4] {
    let power = |numbers: &[f32; PIECES]| {
        let halves = numbers.as_chunks::<16>().0;
        [load_sixteen(&halves[0]), load_sixteen(&halves[1])]
    };
    let [a, b, c, d] = &cubics.powers;
    [power(a), power(b), power(c), power(d)]
}

/// Values of sixteen polynomials, whose indices are the lowest five bits of `pieces`.
#[inline]
#[target_feature(enable = "avx512f")]
fn values(powers: &[Power; 4], pieces: __m512i, x: __m512) -> __m512 {
    let of = |power: &Power| _mm512_permutex2var_ps(power[0], pieces, power[1]);
    let [base, slope, square, cube] = powers;
    let upper = _mm512_fmadd_ps(of(cube), x, of(square));
    _mm512_fmadd_ps(_mm512_fmadd_ps(upper, x, of(slope)), x, of(base))
}

#[target_feature(enable = "avx512f,avx512dq")]
pub(super) fn linearise(matrix: &[[f32; 3]; 3], curve: &Curve, a: &mut [f32], b: &mut [f32], c: &mut [f32]) {
    let ((parts_a, rest_a), (parts_b, rest_b)) = (a.as_chunks_mut::<16>(), b.as_chunks_mut::<16>());
    let (parts_c, rest_c) = c.as_chunks_mut::<16>();
    let scaled = super::scaled(matrix, PIECES as f32);
    let (spread, of_luma) = (spread(&scaled), super::is_of_luma(&scaled));
    let powers = powers_of(&curve.0);
    let light = |place: __m512| {
        // Of what is not a number, the second operand remains.
        let place = _mm512_min_ps(_mm512_max_ps(place, _mm512_setzero_ps()), _mm512_set1_ps(LAST));
        let fraction = _mm512_reduce_ps::<_MM_FROUND_TO_NEG_INF>(place);
        let root = values(&powers, _mm512_cvttps_epi32(place), fraction);
        _mm512_mul_ps(root, root)
    };
    for ((a, b), c) in parts_a.iter_mut().zip(parts_b).zip(parts_c) {
        let column = [load_sixteen(a), load_sixteen(b), load_sixteen(c)];
        let [x, y, z] = if of_luma { multiplied_luma(&spread, column) } else { multiplied(&spread, column) };
        store_sixteen(a, light(x));
        store_sixteen(b, light(y));
        store_sixteen(c, light(z));
    }
    super::linearise(matrix, curve, rest_a, rest_b, rest_c);
}

/// Values of a function.
#[inline]
#[target_feature(enable = "avx512f")]
fn value(octaves: &Octaves, powers: &[Power; 4], x: __m512) -> __m512 {
    // Of what is not a number, the second operand remains.
    let x = _mm512_max_ps(x, _mm512_set1_ps(octaves.first));
    let x = _mm512_min_ps(x, _mm512_set1_ps(octaves.last));
    let shift = _mm512_set1_epi32(octaves.shift as i32);
    values(powers, _mm512_srlv_epi32(_mm512_castps_si512(x), shift), x)
}

#[target_feature(enable = "avx512f")]
pub(super) fn compress(
    gamut: &[[f32; 3]; 3],
    gain: &Gain,
    codes: &Octaves,
    encode: &[[f32; 3]; 3],
    a: &mut [f32],
    b: &mut [f32],
    c: &mut [f32],
) {
    let ((parts_a, rest_a), (parts_b, rest_b)) = (a.as_chunks_mut::<16>(), b.as_chunks_mut::<16>());
    let (parts_c, rest_c) = c.as_chunks_mut::<16>();
    // First all gains, then all codes: one after the other for the same columns, they would wait for each other.
    let [gain_scale, gain_offset] = gain.place.map(|number| _mm512_set1_ps(number));
    let (spread_gamut, powers) = (spread(gamut), powers_of(&gain.octaves.cubics));
    for ((a, b), c) in parts_a.iter_mut().zip(&mut *parts_b).zip(&mut *parts_c) {
        let [x, y, z] = multiplied(&spread_gamut, [load_sixteen(a), load_sixteen(b), load_sixteen(c)]);
        // As in comparisons of the reference, the second operand remains where one is not a number.
        let largest = _mm512_max_ps(_mm512_max_ps(x, y), z);
        let gains = value(&gain.octaves, &powers, _mm512_fmadd_ps(largest, gain_scale, gain_offset));
        store_sixteen(a, _mm512_mul_ps(x, gains));
        store_sixteen(b, _mm512_mul_ps(y, gains));
        store_sixteen(c, _mm512_mul_ps(z, gains));
    }
    let (spread_encode, powers) = (spread(encode), powers_of(&codes.cubics));
    for ((a, b), c) in parts_a.iter_mut().zip(parts_b).zip(parts_c) {
        let code = |light: &[f32; 16]| value(codes, &powers, load_sixteen(light));
        let [x, y, z] = multiplied(&spread_encode, [code(a), code(b), code(c)]);
        store_sixteen(a, x);
        store_sixteen(b, y);
        store_sixteen(c, z);
    }
    super::compress(gamut, gain, codes, encode, rest_a, rest_b, rest_c);
}
