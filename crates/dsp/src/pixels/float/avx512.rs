//! AVX-512 variants: as those for AVX2, in registers of twice the size.

use std::arch::x86_64::*;

use crate::pixels::x86_64::{
    expect_reads, expect_writes, load, load_line, load_sixteen, store_half, store_sixteen,
};

#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn unpack_words(from: &[u8], step: usize, shift: u32, zero: f32, scale: f32, out: &mut [f32]) {
    if step > 2 {
        return super::unpack_words(from, step, shift, zero, scale, out);
    }
    let whole = (out.len() / 16).min(from.len() / (32 * step));
    let (blocks, rest) = out.split_at_mut(16 * whole);
    let blocks = blocks.as_chunks_mut::<16>().0;
    let (zeros, scales) = (_mm512_set1_ps(zero), _mm512_set1_ps(scale));
    let count = _mm_cvtsi32_si128(shift as i32);
    let value = |codes: __m512i| {
        let codes = _mm512_cvtepi32_ps(_mm512_srl_epi32(codes, count));
        _mm512_mul_ps(_mm512_sub_ps(codes, zeros), scales)
    };
    if step == 1 {
        for (from, out) in from.as_chunks::<32>().0.iter().zip(blocks) {
            expect_reads(from);
            store_sixteen(out, value(_mm512_cvtepu16_epi32(load(from))));
        }
    } else {
        for (from, out) in from.as_chunks::<64>().0.iter().zip(blocks) {
            expect_reads(from);
            store_sixteen(out, value(_mm512_and_si512(load_line(from), _mm512_set1_epi32(0xffff))));
        }
    }
    // Where nothing is left, there may be no word to begin with.
    if !rest.is_empty() {
        super::unpack_words(&from[32 * step * whole..], step, shift, zero, scale, rest);
    }
}

#[target_feature(enable = "avx512f")]
pub(super) fn pack_bytes(from: &[f32], unit: f32, offset: f32, maximum: f32, out: &mut [u8]) {
    let ((blocks, rest), (blocks_out, rest_out)) = (from.as_chunks::<64>(), out.as_chunks_mut::<64>());
    let [unit_all, offset_all, maximum_all] = [unit, offset, maximum].map(|number| _mm512_set1_ps(number));
    for (from, out) in blocks.iter().zip(blocks_out) {
        expect_writes(out);
        for (from, out) in from.as_chunks::<16>().0.iter().zip(out.as_chunks_mut::<16>().0) {
            let code = _mm512_add_ps(_mm512_mul_ps(load_sixteen(from), unit_all), offset_all);
            // Of what is not a number, the second operand is the larger.
            let code = _mm512_min_ps(_mm512_max_ps(code, _mm512_setzero_ps()), maximum_all);
            store_half(out, _mm512_cvtepi32_epi8(_mm512_cvttps_epi32(code)));
        }
    }
    super::pack_bytes(rest, unit, offset, maximum, rest_out);
}

#[target_feature(enable = "avx512f")]
pub(super) fn blend(rows: [&[f32]; 2], weights: [f32; 2], out: &mut [f32]) {
    super::blend(rows, weights, out);
}

#[target_feature(enable = "avx512f")]
pub(super) fn double(row: &[f32], offsets: [usize; 2], weights: [[f32; 2]; 2], out: &mut [f32]) {
    super::double(row, offsets, weights, out);
}
