//! AVX2 variant of the half-sample filters, 32 positions a step.

use std::arch::x86_64::*;

/// Columns filtered together: what the intermediate row holds.
const TILE: usize = 4096;

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
    // Unrounded vertical filter of one row, from two columns left of the tile to three right of it.
    let mut line = [0i16; TILE + 5];
    let (src, h, v, c) = (src.as_ptr(), h.as_mut_ptr(), v.as_mut_ptr(), c.as_mut_ptr());
    for tile in tiles(width) {
        for y in 0..rows {
            let out = y * out_stride + tile.start;
            // SAFETY: the tile is at least 32 columns and at most `TILE`, and lies within `width`.
            unsafe {
                let src = src.add(y * stride + tile.start);
                vertical_row(src, stride, tile.len(), v.add(out), &mut line);
                horizontal_row(src.add(2 * stride), tile.len(), h.add(out));
                centre_row(&line, tile.len(), c.add(out));
            }
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
        while $x + 32 <= $width {
            $body
            $x += 32;
        }
        if $x < $width {
            $x = $width - 32;
            $body
        }
    };
}

/// `src` is two rows above and two samples left of the first whole sample.
///
/// # Safety
/// `width + 5` samples of six rows are readable from `src`, `width` samples are writable at `v`; `width` is
/// from 32 to `TILE`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn vertical_row(src: *const u8, stride: usize, width: usize, v: *mut u8, line: &mut [i16; TILE + 5]) {
    // SAFETY: by this function's contract; every step lies within the columns.
    unsafe {
        let line = line.as_mut_ptr();
        let store = |x: usize| {
            let (low, high) = vertical(src.add(x), stride);
            _mm256_storeu_si256(line.add(x).cast(), low);
            _mm256_storeu_si256(line.add(x + 16).cast(), high);
            (low, high)
        };
        // The columns beside the row, then the row itself.
        store(0);
        store(width + 5 - 32);
        steps!(x in width, {
            let (low, high) = store(x + 2);
            let scale = _mm256_set1_epi16(1 << 10);
            let (low, high) = (_mm256_mulhrs_epi16(low, scale), _mm256_mulhrs_epi16(high, scale));
            _mm256_storeu_si256(v.add(x).cast(), pack(low, high));
        });
    }
}

/// Unrounded vertical filter of 32 columns, 16 a register.
///
/// # Safety
/// 32 samples of six rows are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn vertical(p: *const u8, stride: usize) -> (__m256i, __m256i) {
    // Quarters swapped so that the unpacks, which work within lanes, leave columns in order.
    let row = |i: usize| {
        // SAFETY: by this function's contract, as `i` is below 6.
        let samples = unsafe { _mm256_loadu_si256(p.add(i * stride).cast()) };
        _mm256_permute4x64_epi64::<0b11_01_10_00>(samples)
    };
    let taps = |a: __m256i, b: __m256i, taps: __m256i| {
        (
            _mm256_maddubs_epi16(_mm256_unpacklo_epi8(a, b), taps),
            _mm256_maddubs_epi16(_mm256_unpackhi_epi8(a, b), taps),
        )
    };
    let first = taps(row(0), row(1), pair(1, -5));
    let second = taps(row(2), row(3), pair(20, 20));
    let third = taps(row(4), row(5), pair(-5, 1));
    (
        _mm256_add_epi16(_mm256_add_epi16(first.0, second.0), third.0),
        _mm256_add_epi16(_mm256_add_epi16(first.1, second.1), third.1),
    )
}

/// `src` is two samples left of the first whole sample.
///
/// # Safety
/// `width + 5` samples are readable from `src`, `width` are writable at `h`; `width` is at least 32.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn horizontal_row(src: *const u8, width: usize, h: *mut u8) {
    let interleave =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15));
    let scale = _mm256_set1_epi16(1 << 10);
    // SAFETY: by this function's contract; a step reads 37 samples at most.
    unsafe {
        // Filters the even columns from `p`, which are sixteen.
        let filter = |p: *const u8| {
            let load = |i: usize| _mm256_loadu_si256(p.add(i).cast());
            let first = _mm256_maddubs_epi16(load(0), pair(1, -5));
            let second = _mm256_maddubs_epi16(load(2), pair(20, 20));
            let third = _mm256_maddubs_epi16(load(4), pair(-5, 1));
            _mm256_mulhrs_epi16(_mm256_add_epi16(_mm256_add_epi16(first, second), third), scale)
        };
        steps!(x in width, {
            let packed = _mm256_packus_epi16(filter(src.add(x)), filter(src.add(x + 1)));
            _mm256_storeu_si256(h.add(x).cast(), _mm256_shuffle_epi8(packed, interleave));
        });
    }
}

/// # Safety
/// `width` samples are writable at `c`; `width` is from 32 to `TILE`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn centre_row(line: &[i16; TILE + 5], width: usize, c: *mut u8) {
    // SAFETY: by this function's contract; a step of 32 reads 37 values of the line.
    unsafe {
        let line = line.as_ptr();
        steps!(x in width, {
            let (low, high) = (centre(line.add(x)), centre(line.add(x + 16)));
            _mm256_storeu_si256(c.add(x).cast(), pack(low, high));
        });
    }
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
