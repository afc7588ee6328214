//! AVX2 variants: mostly the references themselves, compiled for wider registers; conversions to whole numbers
//! by hand. Multiplications and additions stay apart, as in the references.

use std::arch::x86_64::*;

use super::TABLE_LENGTH;
use crate::pixels::x86_64::{expect_reads, expect_writes, load, load_floats, load_half, store_floats};

#[target_feature(enable = "avx2")]
pub(super) fn unpack_bytes(from: &[u8], step: usize, zero: f32, scale: f32, out: &mut [f32]) {
    super::unpack_bytes(from, step, zero, scale, out);
}

#[target_feature(enable = "avx2")]
pub(super) fn unpack_words(from: &[u8], step: usize, shift: u32, zero: f32, scale: f32, out: &mut [f32]) {
    let (blocks, rest) = out.as_chunks_mut::<8>();
    let done = blocks.len() * 8;
    let (zeros, scales) = (_mm256_set1_ps(zero), _mm256_set1_ps(scale));
    let count = _mm_cvtsi32_si128(shift as i32);
    let value = |codes: __m256i| {
        let codes = _mm256_cvtepi32_ps(_mm256_srl_epi32(codes, count));
        _mm256_mul_ps(_mm256_sub_ps(codes, zeros), scales)
    };
    match step {
        1 => {
            for (from, out) in from.as_chunks::<16>().0.iter().zip(blocks) {
                expect_reads(from);
                store_floats(out, value(_mm256_cvtepu16_epi32(load_half(from))));
            }
        }
        2 => {
            let low = _mm256_set1_epi32(0xffff);
            // The last word of a row may have none after it.
            let (last, blocks) = match blocks.split_last_mut() {
                Some((last, blocks)) => (last, blocks),
                None => return super::unpack_words(from, step, shift, zero, scale, rest),
            };
            for (from, out) in from.as_chunks::<32>().0.iter().zip(&mut *blocks) {
                expect_reads(from);
                store_floats(out, value(_mm256_and_si256(load(from), low)));
            }
            super::unpack_words(&from[blocks.len() * 32..], step, shift, zero, scale, last);
        }
        _ => return super::unpack_words(from, step, shift, zero, scale, out),
    }
    // Where nothing is left, there may be no word to begin with.
    if !rest.is_empty() {
        super::unpack_words(&from[done * step * 2..], step, shift, zero, scale, rest);
    }
}

#[target_feature(enable = "avx2")]
pub(super) fn accumulate(row: &[f32], weight: f32, first: bool, out: &mut [f32]) {
    super::accumulate(row, weight, first, out);
}

#[target_feature(enable = "avx2")]
pub(super) fn blend(rows: [&[f32]; 2], weights: [f32; 2], out: &mut [f32]) {
    super::blend(rows, weights, out);
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
pub(super) fn scale(by: &[f32], row: &mut [f32]) {
    super::scale(by, row);
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
        expect_writes(out);
        let [a, b, c, d] = from.as_chunks::<8>().0 else { return };
        let first = _mm256_packs_epi32(codes(load_floats(a), u, o, m), codes(load_floats(b), u, o, m));
        let second = _mm256_packs_epi32(codes(load_floats(c), u, o, m), codes(load_floats(d), u, o, m));
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
        put_words(out, codes(load_floats(a), u, o, m), codes(load_floats(b), u, o, m));
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
        let positive = _mm256_max_ps(load_floats(block), _mm256_setzero_ps());
        let places = if root { _mm256_sqrt_ps(positive) } else { positive };
        store_floats(block, entries(table, places, scales));
    }
    super::map_nearest(table, scale, root, rest);
}
