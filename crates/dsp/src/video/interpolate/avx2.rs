//! AVX2 variant of the half-sample filters, 32 columns a step.
//!
//! The vertical filter takes four rows together, as two of three interleaved row pairs serve the next row but
//! one too. Its unrounded results, in a line buffer, are what the centre filter works on.

use std::arch::x86_64::*;

/// Columns filtered together: what the line buffers hold.
const TILE: usize = 1024;
/// Unrounded vertical results from two columns left of a tile to three right of it.
type Line = [i16; TILE + 5];

/// # Safety
/// AVX2; the slices reach as far as the declaration says.
#[target_feature(enable = "avx2")]
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
    if width < 32 {
        return super::interpolate_half(src, stride, width, rows, h, v, c, out_stride);
    }
    let mut lines = [[0; TILE + 5]; 4];
    let (src, h, v, c) = (src.as_ptr(), h.as_mut_ptr(), v.as_mut_ptr(), c.as_mut_ptr());
    for tile in tiles(width) {
        let mut y = 0;
        while y < rows {
            let count = if rows - y >= 4 { 4 } else { 1 };
            // SAFETY: the tile is at least 32 columns and at most `TILE`, and lies within `width`; `count`
            // rows from `y` lie within `rows`.
            unsafe {
                let (p, out) = (src.add(y * stride + tile.start), y * out_stride + tile.start);
                if count == 4 {
                    vertical_rows::<4>(p, stride, tile.len(), v.add(out), out_stride, &mut lines);
                } else {
                    vertical_rows::<1>(p, stride, tile.len(), v.add(out), out_stride, &mut lines);
                }
                for (i, line) in lines[..count].iter().enumerate() {
                    let (p, out) = (p.add((i + 2) * stride), out + i * out_stride);
                    other_rows(p, line, tile.len(), h.add(out), c.add(out));
                }
            }
            y += count;
        }
    }
}

/// Ranges of 32 to `TILE` columns that cover `width`, which is at least 32; the last two may overlap.
fn tiles(width: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    (0..width.div_ceil(TILE)).map(move |i| {
        let end = ((i + 1) * TILE).min(width);
        (i * TILE).min(end - 32)..end
    })
}

/// The first columns of the steps of 32 that cover `width`; the last two may overlap.
macro_rules! steps {
    ($x:ident in $width:expr, $body:block) => {
        let mut $x = 0;
        let whole = $width & !31;
        while $x != whole {
            $body
            $x += 32;
        }
        if $x != $width {
            $x = $width - 32;
            $body
        }
    };
}

/// Vertical filter of `R` rows of a tile: rounded samples to `v`, unrounded ones to `lines`. `src` is two rows
/// above and two samples left of the first whole sample.
///
/// # Safety
/// `width + 5` samples of `R + 5` rows are readable from `src`, `width` samples of `R` rows are writable at
/// `v`; `width` is from 32 to `TILE`, `R` at most 4.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn vertical_rows<const R: usize>(
    src: *const u8,
    stride: usize,
    width: usize,
    v: *mut u8,
    v_stride: usize,
    lines: &mut [Line; 4],
) {
    let scale = _mm256_set1_epi16(1 << 10);
    // SAFETY: by this function's contract; every step lies within the columns.
    unsafe {
        let lines = lines.each_mut().map(|line| line.as_mut_ptr());
        let store = |x: usize| {
            let filtered = vertical::<R>(src.add(x), stride);
            for (line, [low, high]) in lines.into_iter().zip(filtered) {
                _mm256_storeu_si256(line.add(x).cast(), low);
                _mm256_storeu_si256(line.add(x + 16).cast(), high);
            }
            filtered
        };
        // The columns beside the rows, then the rows themselves.
        store(0);
        store(width + 5 - 32);
        steps!(x in width, {
            for (i, [low, high]) in store(x + 2).into_iter().enumerate() {
                let (low, high) = (_mm256_mulhrs_epi16(low, scale), _mm256_mulhrs_epi16(high, scale));
                _mm256_storeu_si256(v.add(i * v_stride + x).cast(), pack(low, high));
            }
        });
    }
}

/// Unrounded vertical filter of 32 columns of `R` rows, 16 columns a register.
///
/// # Safety
/// 32 samples of `R + 5` rows are readable; `R` is at most 4.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn vertical<const R: usize>(p: *const u8, stride: usize) -> [[__m256i; 2]; R] {
    let taps = [pair(1, -5), pair(20, 20), pair(-5, 1)];
    let mut sums = [[_mm256_setzero_si256(); 2]; R];
    let mut p = p;
    // SAFETY: by this function's contract, as the loop goes through `R + 5` rows.
    unsafe {
        let mut upper = load_swapped(p);
        for first in 0..R + 4 {
            p = p.add(stride);
            let lower = load_swapped(p);
            let pairs = [_mm256_unpacklo_epi8(upper, lower), _mm256_unpackhi_epi8(upper, lower)];
            // Rows `first` and the next are the taps 2n and 2n + 1 of output row `first - 2n`.
            for (n, &taps) in taps.iter().enumerate() {
                if first >= 2 * n && first - 2 * n < R {
                    let sum = &mut sums[first - 2 * n];
                    let products = pairs.map(|pair| _mm256_maddubs_epi16(pair, taps));
                    *sum = if n == 0 {
                        products
                    } else {
                        [_mm256_add_epi16(sum[0], products[0]), _mm256_add_epi16(sum[1], products[1])]
                    };
                }
            }
            upper = lower;
        }
    }
    sums
}

/// 32 samples, quarters swapped so that unpacks, which work within lanes, leave columns in order.
///
/// # Safety
/// 32 samples are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load_swapped(p: *const u8) -> __m256i {
    // SAFETY: by this function's contract.
    let samples = unsafe { _mm256_loadu_si256(p.cast()) };
    _mm256_permute4x64_epi64::<0b11_01_10_00>(samples)
}

/// Horizontal filter of a row of whole samples to `h`, and of a line of vertical results to `c`. `src` is two
/// samples left of the first whole sample.
///
/// # Safety
/// `width + 5` samples are readable from `src`, `width` writable at `h` and at `c`; `width` is from 32 to
/// `TILE`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn other_rows(src: *const u8, line: &Line, width: usize, h: *mut u8, c: *mut u8) {
    // SAFETY: by this function's contract; a step of 32 reads 37 samples and 37 values of the line.
    unsafe {
        let line = line.as_ptr();
        steps!(x in width, {
            _mm256_storeu_si256(h.add(x).cast(), horizontal(src.add(x)));
            let (low, high) = (centre(line.add(x)), centre(line.add(x + 16)));
            _mm256_storeu_si256(c.add(x).cast(), pack(low, high));
        });
    }
}

/// Filters 32 columns.
///
/// # Safety
/// 37 samples are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn horizontal(p: *const u8) -> __m256i {
    let interleave =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15));
    // The even columns, or with an offset of 1 the odd ones.
    let filter = |offset: usize| {
        // SAFETY: by this function's contract, as at most 32 samples from the fifth on are loaded.
        let load = |i: usize| unsafe { _mm256_loadu_si256(p.add(i + offset).cast()) };
        let first = _mm256_maddubs_epi16(load(0), pair(1, -5));
        let second = _mm256_maddubs_epi16(load(2), pair(20, 20));
        let third = _mm256_maddubs_epi16(load(4), pair(-5, 1));
        let sum = _mm256_add_epi16(_mm256_add_epi16(first, second), third);
        _mm256_mulhrs_epi16(sum, _mm256_set1_epi16(1 << 10))
    };
    _mm256_shuffle_epi8(_mm256_packus_epi16(filter(0), filter(1)), interleave)
}

/// Filters 16 intermediate values and rounds, within 16 bits: with a, b and c the sums of the outer, middle
/// and inner pairs, (a - 5b + 20c + 512) >> 10 is ((((((a - b) >> 2) - b + c) >> 2) + c + 32) >> 6, as rounding
/// down can be done in steps. Only adding c can leave 16 bits, by little; saturated, the result is far beyond
/// the same end of 0..=255 as without.
///
/// # Safety
/// 21 values are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn centre(p: *const i16) -> __m256i {
    // SAFETY: by this function's contract, as `i` is below 6.
    let load = |i: usize| unsafe { _mm256_loadu_si256(p.add(i).cast()) };
    let a = _mm256_add_epi16(load(0), load(5));
    let b = _mm256_add_epi16(load(1), load(4));
    let c = _mm256_add_epi16(load(2), load(3));
    let t = _mm256_srai_epi16::<2>(_mm256_sub_epi16(a, b));
    let t = _mm256_srai_epi16::<2>(_mm256_adds_epi16(_mm256_sub_epi16(t, b), c));
    _mm256_mulhrs_epi16(_mm256_add_epi16(t, c), _mm256_set1_epi16(1 << 9))
}

/// Clips 32 words, in order, to samples.
#[inline]
#[target_feature(enable = "avx2")]
fn pack(low: __m256i, high: __m256i) -> __m256i {
    _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_packus_epi16(low, high))
}

/// Two taps for a multiply-add of neighbouring bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn pair(first: i8, second: i8) -> __m256i {
    _mm256_set1_epi16(i16::from_le_bytes([first as u8, second as u8]))
}
