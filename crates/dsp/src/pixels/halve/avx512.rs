//! AVX-512 variants of halving pictures by the widened cubic.

use std::arch::x86_64::*;

use super::SHARPNESS;
use crate::pixels::x86_64::{expect_writes, store_line};

#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn sharpen_row(words: &[i16], unit: usize, out: &mut [u8]) {
    match unit {
        1 => sharpen_units::<1>(words, out),
        2 => sharpen_units::<2>(words, out),
        _ => sharpen_units::<4>(words, out),
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn sharpen_units<const UNIT: usize>(words: &[i16], out: &mut [u8]) {
    let (blocks, _) = out.as_chunks_mut::<64>();
    let done = blocks.len() * 64;
    debug_assert!(words.len() >= done + 2 * UNIT);
    let sharpness = _mm512_set1_epi16(SHARPNESS);
    // Six fraction bits less, rounded.
    let unit = _mm512_set1_epi16(1 << 9);
    let order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    for (index, out) in blocks.iter_mut().enumerate() {
        expect_writes(out);
        let half = |at: usize| {
            // SAFETY: there are two pixels more of words than bytes in `out`.
            let three =
                |pixel: usize| unsafe { _mm512_loadu_si512(words.as_ptr().add(at + pixel * UNIT).cast()) };
            let (before, own, after) = (three(0), three(1), three(2));
            let difference = _mm512_adds_epi16(_mm512_sub_epi16(own, before), _mm512_sub_epi16(own, after));
            let sharpened = _mm512_add_epi16(own, _mm512_mulhrs_epi16(difference, sharpness));
            _mm512_mulhrs_epi16(sharpened, unit)
        };
        let bytes = _mm512_packus_epi16(half(index * 64), half(index * 64 + 32));
        store_line(out, _mm512_permutexvar_epi64(order, bytes));
    }
    super::sharpen_row_from(done, words, UNIT, out);
}
