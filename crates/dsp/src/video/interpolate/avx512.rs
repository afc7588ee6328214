//! AVX-512 variant of the half-sample filters, 64 columns a step.
//!
//! The centre filter works on unrounded horizontal results of six rows, where AVX2 has vertical results of six columns:
//! they need not lie in the order of the columns, and what is loaded serves all rows that are filtered together.

use super::avx2;
use std::arch::x86_64::*;

/// Columns of a step.
const STEP: usize = 64;
/// Steps filtered together.
const TILE: usize = 8;
/// Rows filtered together, where there are as many.
const ROWS: usize = 4;
/// Unrounded horizontal results of a row: of each step those of the even columns, then the others.
type Line = [[Values; 2]; TILE];

/// A register in memory.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Values([i16; STEP / 2]);

/// # Safety
/// AVX-512; the slices reach as far as the declaration says.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) unsafe fn interpolate_half(
    src: &[u8],
    stride: usize,
    width: usize,
    rows: usize,
    h: &mut [u8],
    v: &mut [u8],
    c: &mut [u8],
    out_stride: usize,
) {
    if width < STEP {
        // SAFETY: by this function's contract.
        return unsafe { avx2::interpolate_half(src, stride, width, rows, h, v, c, out_stride) };
    }
    let mut lines: [Line; ROWS + 5] = [[[Values([0; STEP / 2]); 2]; TILE]; ROWS + 5];
    let (src, h, v, c) = (src.as_ptr(), h.as_mut_ptr(), v.as_mut_ptr(), c.as_mut_ptr());
    let end = width.div_ceil(STEP);
    for first in (0..end).step_by(TILE) {
        // The last two may overlap.
        let column = |step: usize| (step * STEP).min(width - STEP);
        let steps = || (first..end.min(first + TILE)).map(column).enumerate();
        let (mut y, mut next) = (0, 0);
        while y < rows {
            let count = if rows - y >= ROWS { ROWS } else { 1 };
            // Row `y` of the source is two rows above row `y` of the whole samples.
            for row in next..y + count + 5 {
                let line = &mut lines[row % (ROWS + 5)];
                for (step, x) in steps() {
                    // SAFETY: the columns lie within `width`, and so do the rows within theirs.
                    unsafe {
                        let p = src.add(row * stride + x);
                        let (even, odd) = (horizontal(p), horizontal(p.add(1)));
                        let [of_even, of_odd] =
                            line[step].each_mut().map(|values| values.0.as_mut_ptr().cast());
                        store(of_even, even);
                        store(of_odd, odd);
                        if (2..rows + 2).contains(&row) {
                            let samples = interleave(round(even), round(odd));
                            store(h.add((row - 2) * out_stride + x), samples);
                        }
                    }
                }
            }
            next = y + count + 5;
            let line = |i: usize| &lines[(y + i) % (ROWS + 5)];
            for (step, x) in steps() {
                // SAFETY: as above.
                unsafe {
                    let (src, out) = (src.add(y * stride + x + 2), y * out_stride + x);
                    let values = |i: usize| &line(i)[step];
                    if count == ROWS {
                        rows_of_step::<ROWS>(src, stride, values, v.add(out), c.add(out), out_stride);
                    } else {
                        rows_of_step::<1>(src, stride, values, v.add(out), c.add(out), out_stride);
                    }
                }
            }
            y += count;
        }
    }
}

/// Vertical and centre filter of a step of `R` rows. `src` is two rows above the first whole sample, `lines` are the
/// horizontal results from there on.
///
/// # Safety
/// 64 samples of `R + 5` rows are readable from `src`, 64 of `R` rows writable at `v` and at `c`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn rows_of_step<'a, const R: usize>(
    src: *const u8,
    stride: usize,
    lines: impl Fn(usize) -> &'a [Values; 2],
    v: *mut u8,
    c: *mut u8,
    out_stride: usize,
) {
    // SAFETY: by this function's contract.
    unsafe {
        for (i, [low, high]) in vertical::<R>(src, stride).into_iter().enumerate() {
            store(v.add(i * out_stride), _mm512_packus_epi16(round(low), round(high)));
        }
        let centre_of = |part: usize| -> [__m512i; R] {
            std::array::from_fn(|i| centre(std::array::from_fn(|tap| load(&lines(i + tap)[part]))))
        };
        for (i, (even, odd)) in centre_of(0).into_iter().zip(centre_of(1)).enumerate() {
            store(c.add(i * out_stride), interleave(even, odd));
        }
    }
}

/// Unrounded vertical filter of 64 columns of `R` rows, the two halves of each lane's columns in a register each.
///
/// # Safety
/// 64 samples of `R + 5` rows are readable.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn vertical<const R: usize>(src: *const u8, stride: usize) -> [[__m512i; 2]; R] {
    let taps = [pair(1, -5), pair(20, 20), pair(-5, 1)];
    let mut sums = [[_mm512_setzero_si512(); 2]; R];
    // SAFETY: by this function's contract, as the loop goes through `R + 5` rows.
    let row = |y: usize| unsafe { _mm512_loadu_si512(src.add(y * stride).cast()) };
    let mut upper = row(0);
    for first in 0..R + 4 {
        let lower = row(first + 1);
        let pairs = [_mm512_unpacklo_epi8(upper, lower), _mm512_unpackhi_epi8(upper, lower)];
        // Rows `first` and the next are the taps 2n and 2n + 1 of output row `first - 2n`.
        for (n, &taps) in taps.iter().enumerate() {
            if first >= 2 * n && first - 2 * n < R {
                let sum = &mut sums[first - 2 * n];
                let [low, high] = pairs.map(|pair| _mm512_maddubs_epi16(pair, taps));
                *sum = [_mm512_add_epi16(sum[0], low), _mm512_add_epi16(sum[1], high)];
            }
        }
        upper = lower;
    }
    sums
}

/// Unrounded horizontal filter of every second of 64 columns, beginning two samples right of `src`.
///
/// # Safety
/// 68 samples are readable.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn horizontal(src: *const u8) -> __m512i {
    // SAFETY: by this function's contract, as at most 64 samples from the fourth on are loaded.
    let load = |i: usize| unsafe { _mm512_loadu_si512(src.add(i).cast()) };
    let first = _mm512_maddubs_epi16(load(0), pair(1, -5));
    let second = _mm512_maddubs_epi16(load(2), pair(20, 20));
    let third = _mm512_maddubs_epi16(load(4), pair(-5, 1));
    _mm512_add_epi16(_mm512_add_epi16(first, second), third)
}

/// Filters 32 intermediate values and rounds, in the steps that AVX2 takes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn centre([first, second, third, fourth, fifth, sixth]: [__m512i; 6]) -> __m512i {
    let a = _mm512_add_epi16(first, sixth);
    let b = _mm512_add_epi16(second, fifth);
    let c = _mm512_add_epi16(third, fourth);
    let t = _mm512_srai_epi16::<2>(_mm512_sub_epi16(a, b));
    let t = _mm512_srai_epi16::<2>(_mm512_adds_epi16(_mm512_sub_epi16(t, b), c));
    _mm512_mulhrs_epi16(_mm512_add_epi16(t, c), _mm512_set1_epi16(1 << 9))
}

/// (x + 16) >> 5.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn round(values: __m512i) -> __m512i {
    _mm512_mulhrs_epi16(values, _mm512_set1_epi16(1 << 10))
}

/// Clips words to samples and brings even and odd columns into order.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn interleave(even: __m512i, odd: __m512i) -> __m512i {
    let pairs = _mm_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
    _mm512_shuffle_epi8(_mm512_packus_epi16(even, odd), _mm512_broadcast_i32x4(pairs))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(values: &Values) -> __m512i {
    // SAFETY: the array holds 64 bytes.
    unsafe { _mm512_loadu_si512(values.0.as_ptr().cast()) }
}

/// # Safety
/// 64 bytes from `p` are writable.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn store(p: *mut u8, samples: __m512i) {
    // SAFETY: by this function's contract.
    unsafe { _mm512_storeu_si512(p.cast(), samples) };
}

/// Two taps for a multiply-add of neighbouring bytes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn pair(first: i8, second: i8) -> __m512i {
    _mm512_set1_epi16(i16::from_le_bytes([first as u8, second as u8]))
}
