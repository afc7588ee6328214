//! AVX2 variants of the deblocking filter.
//!
//! The filters work on words: sixteen lines of a luma edge or eight of a chroma edge at once, one register for
//! each distance from the edge. A vertical edge is transposed on the way in and out.

use crate::video::x86_64::*;
use std::arch::x86_64::*;

/// # Safety
/// AVX2; the edge and its surroundings lie within `pixels`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn luma_horizontal(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8, tc0: &[i8; 4]) {
    let pixels = pixels.as_mut_ptr();
    // SAFETY: rows 1 to 6 lie within the slice.
    unsafe {
        let row = |i: usize| _mm256_cvtepu8_epi16(load16(pixels.add(i * stride)));
        let lines = [row(1), row(2), row(3), row(4), row(5), row(6)];
        if let Some([p1, p0, q0, q1]) = filter_luma(lines, alpha, beta, luma_limits(tc0)) {
            store16(pixels.add(2 * stride), pack(p1));
            store16(pixels.add(3 * stride), pack(p0));
            store16(pixels.add(4 * stride), pack(q0));
            store16(pixels.add(5 * stride), pack(q1));
        }
    }
}

/// # Safety
/// AVX2; the edge and its surroundings lie within `pixels`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn luma_vertical(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8, tc0: &[i8; 4]) {
    let pixels = pixels.as_mut_ptr();
    // SAFETY: 8 samples of 16 rows lie within the slice.
    unsafe {
        let [_, p2, p1, p0, q0, q1, q2, _] = load_columns(pixels, stride);
        let lines = [p2, p1, p0, q0, q1, q2].map(|line| _mm256_cvtepu8_epi16(line));
        if let Some([p1, p0, q0, q1]) = filter_luma(lines, alpha, beta, luma_limits(tc0)) {
            let (p1, p0, q0, q1) = (pack(p1), pack(p0), pack(q0), pack(q1));
            let p = [_mm_unpacklo_epi8(p1, p0), _mm_unpackhi_epi8(p1, p0)];
            let q = [_mm_unpacklo_epi8(q0, q1), _mm_unpackhi_epi8(q0, q1)];
            for half in 0..2 {
                let pixels = pixels.add(8 * half * stride + 2);
                store_columns4(pixels, stride, _mm_unpacklo_epi16(p[half], q[half]));
                store_columns4(pixels.add(4 * stride), stride, _mm_unpackhi_epi16(p[half], q[half]));
            }
        }
    }
}

/// # Safety
/// AVX2; the edge and its surroundings lie within `pixels`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn luma_intra_horizontal(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8) {
    let pixels = pixels.as_mut_ptr();
    // SAFETY: rows 0 to 7 lie within the slice.
    unsafe {
        let row = |i: usize| _mm256_cvtepu8_epi16(load16(pixels.add(i * stride)));
        let lines = [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)];
        if let Some([p2, p1, p0, q0, q1, q2]) = filter_luma_intra(lines, alpha, beta) {
            store16(pixels.add(stride), pack(p2));
            store16(pixels.add(2 * stride), pack(p1));
            store16(pixels.add(3 * stride), pack(p0));
            store16(pixels.add(4 * stride), pack(q0));
            store16(pixels.add(5 * stride), pack(q1));
            store16(pixels.add(6 * stride), pack(q2));
        }
    }
}

/// # Safety
/// AVX2; the edge and its surroundings lie within `pixels`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn luma_intra_vertical(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8) {
    let pixels = pixels.as_mut_ptr();
    // SAFETY: 8 samples of 16 rows lie within the slice.
    unsafe {
        let columns = load_columns(pixels, stride);
        let lines = columns.map(|line| _mm256_cvtepu8_epi16(line));
        if let Some([p2, p1, p0, q0, q1, q2]) = filter_luma_intra(lines, alpha, beta) {
            let (p3, q3) = (columns[0], columns[7]);
            store_columns8(
                pixels,
                stride,
                [p3, pack(p2), pack(p1), pack(p0), pack(q0), pack(q1), pack(q2), q3],
            );
        }
    }
}

/// # Safety
/// AVX2; the edge and its surroundings lie within `pixels`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn chroma_horizontal(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8, tc0: &[i8; 4]) {
    let pixels = pixels.as_mut_ptr();
    // SAFETY: rows 0 to 3 lie within the slice.
    unsafe {
        let row = |i: usize| _mm_cvtepu8_epi16(load8(pixels.add(i * stride)));
        if let Some([p0, q0]) =
            filter_chroma([row(0), row(1), row(2), row(3)], alpha, beta, chroma_limits(tc0))
        {
            let packed = _mm_packus_epi16(p0, q0);
            store8(pixels.add(stride), packed);
            store8(pixels.add(2 * stride), _mm_unpackhi_epi64(packed, packed));
        }
    }
}

/// # Safety
/// AVX2; the edge and its surroundings lie within `pixels`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn chroma_vertical(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8, tc0: &[i8; 4]) {
    let pixels = pixels.as_mut_ptr();
    // SAFETY: 4 samples of 8 rows lie within the slice.
    unsafe {
        let lines = load_columns4(pixels, stride);
        if let Some([p0, q0]) = filter_chroma(lines, alpha, beta, chroma_limits(tc0)) {
            store_columns2(pixels.add(1), stride, p0, q0);
        }
    }
}

/// # Safety
/// AVX2; the edge and its surroundings lie within `pixels`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn chroma_intra_horizontal(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8) {
    let pixels = pixels.as_mut_ptr();
    // SAFETY: rows 0 to 3 lie within the slice.
    unsafe {
        let row = |i: usize| _mm_cvtepu8_epi16(load8(pixels.add(i * stride)));
        let (p0, q0) = filter_chroma_intra([row(0), row(1), row(2), row(3)], alpha, beta);
        let packed = _mm_packus_epi16(p0, q0);
        store8(pixels.add(stride), packed);
        store8(pixels.add(2 * stride), _mm_unpackhi_epi64(packed, packed));
    }
}

/// # Safety
/// AVX2; the edge and its surroundings lie within `pixels`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn chroma_intra_vertical(pixels: &mut [u8], stride: usize, alpha: u8, beta: u8) {
    let pixels = pixels.as_mut_ptr();
    // SAFETY: 4 samples of 8 rows lie within the slice.
    unsafe {
        let (p0, q0) = filter_chroma_intra(load_columns4(pixels, stride), alpha, beta);
        store_columns2(pixels.add(1), stride, p0, q0);
    }
}

/// New p1, p0, q0 and q1 of sixteen lines p2 to q2; `None` when no line is filtered.
#[inline]
#[target_feature(enable = "avx2")]
fn filter_luma(
    [p2, p1, p0, q0, q1, q2]: [__m256i; 6],
    alpha: u8,
    beta: u8,
    tc0: __m256i,
) -> Option<[__m256i; 4]> {
    let (alpha, beta) = (_mm256_set1_epi16(alpha.into()), _mm256_set1_epi16(beta.into()));
    let near = |a, b, limit| _mm256_cmpgt_epi16(limit, _mm256_abs_epi16(_mm256_sub_epi16(a, b)));
    let close = _mm256_and_si256(near(p0, q0, alpha), near(p1, p0, beta));
    let close = _mm256_and_si256(close, near(q1, q0, beta));
    let filtered = _mm256_andnot_si256(_mm256_srai_epi16::<15>(tc0), close);
    if _mm256_testz_si256(filtered, filtered) == 1 {
        return None;
    }
    // Where nothing is filtered, limits of 0 keep the samples.
    let tc0 = _mm256_and_si256(tc0, filtered);
    let p_flat = _mm256_and_si256(near(p2, p0, beta), filtered);
    let q_flat = _mm256_and_si256(near(q2, q0, beta), filtered);
    let tc = _mm256_sub_epi16(_mm256_sub_epi16(tc0, p_flat), q_flat);
    let clamp = |value, limit| {
        let low = _mm256_sub_epi16(_mm256_setzero_si256(), limit);
        _mm256_min_epi16(_mm256_max_epi16(value, low), limit)
    };
    let step = _mm256_slli_epi16::<2>(_mm256_sub_epi16(q0, p0));
    let sum = _mm256_add_epi16(_mm256_add_epi16(step, _mm256_sub_epi16(p1, q1)), _mm256_set1_epi16(4));
    let delta = clamp(_mm256_srai_epi16::<3>(sum), tc);
    let mean = _mm256_avg_epu16(p0, q0);
    let second = |near, far, flat| {
        let bend = _mm256_sub_epi16(_mm256_add_epi16(far, mean), _mm256_add_epi16(near, near));
        _mm256_add_epi16(near, clamp(_mm256_srai_epi16::<1>(bend), _mm256_and_si256(tc0, flat)))
    };
    Some([
        second(p1, p2, p_flat),
        _mm256_add_epi16(p0, delta),
        _mm256_sub_epi16(q0, delta),
        second(q1, q2, q_flat),
    ])
}

/// New p2 to q2 of sixteen lines p3 to q3; `None` when no line is filtered.
#[inline]
#[target_feature(enable = "avx2")]
fn filter_luma_intra(
    [p3, p2, p1, p0, q0, q1, q2, q3]: [__m256i; 8],
    alpha: u8,
    beta: u8,
) -> Option<[__m256i; 6]> {
    let small = _mm256_set1_epi16(i16::from(alpha >> 2) + 2);
    let (alpha, beta) = (_mm256_set1_epi16(alpha.into()), _mm256_set1_epi16(beta.into()));
    let near = |a, b, limit| _mm256_cmpgt_epi16(limit, _mm256_abs_epi16(_mm256_sub_epi16(a, b)));
    let close = _mm256_and_si256(near(p0, q0, alpha), near(p1, p0, beta));
    let filtered = _mm256_and_si256(close, near(q1, q0, beta));
    if _mm256_testz_si256(filtered, filtered) == 1 {
        return None;
    }
    let add = |a, b| _mm256_add_epi16(a, b);
    let (two, four) = (_mm256_set1_epi16(2), _mm256_set1_epi16(4));
    let strong = _mm256_and_si256(filtered, near(p0, q0, small));
    let pick = |old, new, mask| _mm256_blendv_epi8(old, new, mask);
    // The side a, nearest first, beyond which lies b.
    let side = |a0, a1, a2, a3, b0, b1| {
        let strong = _mm256_and_si256(strong, near(a2, a0, beta));
        let sum = add(add(a1, a0), b0);
        let with_a2 = add(sum, a2);
        // a2 + 2 a1 + 2 a0 + 2 b0 + b1
        let nearest = add(add(with_a2, sum), b1);
        // 2 a3 + 3 a2 + a1 + a0 + b0
        let furthest = add(with_a2, _mm256_slli_epi16::<1>(add(a3, a2)));
        let weak = add(add(add(a1, a1), add(a0, b1)), two);
        let new0 = pick(_mm256_srli_epi16::<2>(weak), _mm256_srli_epi16::<3>(add(nearest, four)), strong);
        (
            pick(a0, new0, filtered),
            pick(a1, _mm256_srli_epi16::<2>(add(with_a2, two)), strong),
            pick(a2, _mm256_srli_epi16::<3>(add(furthest, four)), strong),
        )
    };
    let (new_p0, new_p1, new_p2) = side(p0, p1, p2, p3, q0, q1);
    let (new_q0, new_q1, new_q2) = side(q0, q1, q2, q3, p0, p1);
    Some([new_p2, new_p1, new_p0, new_q0, new_q1, new_q2])
}

/// New p0 and q0 of eight lines p1 to q1; `None` when no line is filtered.
#[inline]
#[target_feature(enable = "avx2")]
fn filter_chroma([p1, p0, q0, q1]: [__m128i; 4], alpha: u8, beta: u8, tc0: __m128i) -> Option<[__m128i; 2]> {
    let filtered = _mm_andnot_si128(_mm_srai_epi16::<15>(tc0), chroma_mask([p1, p0, q0, q1], alpha, beta));
    if _mm_testz_si128(filtered, filtered) == 1 {
        return None;
    }
    let tc = _mm_and_si128(_mm_add_epi16(tc0, _mm_set1_epi16(1)), filtered);
    let step = _mm_slli_epi16::<2>(_mm_sub_epi16(q0, p0));
    let sum = _mm_add_epi16(_mm_add_epi16(step, _mm_sub_epi16(p1, q1)), _mm_set1_epi16(4));
    let low = _mm_sub_epi16(_mm_setzero_si128(), tc);
    let delta = _mm_min_epi16(_mm_max_epi16(_mm_srai_epi16::<3>(sum), low), tc);
    Some([_mm_add_epi16(p0, delta), _mm_sub_epi16(q0, delta)])
}

/// New p0 and q0 of eight lines p1 to q1.
#[inline]
#[target_feature(enable = "avx2")]
fn filter_chroma_intra([p1, p0, q0, q1]: [__m128i; 4], alpha: u8, beta: u8) -> (__m128i, __m128i) {
    let filtered = chroma_mask([p1, p0, q0, q1], alpha, beta);
    let side = |a0, a1, b1| {
        let sum = _mm_add_epi16(_mm_add_epi16(a1, a1), _mm_add_epi16(a0, b1));
        let new = _mm_srli_epi16::<2>(_mm_add_epi16(sum, _mm_set1_epi16(2)));
        _mm_blendv_epi8(a0, new, filtered)
    };
    (side(p0, p1, q1), side(q0, q1, p1))
}

#[inline]
#[target_feature(enable = "avx2")]
fn chroma_mask([p1, p0, q0, q1]: [__m128i; 4], alpha: u8, beta: u8) -> __m128i {
    let (alpha, beta) = (_mm_set1_epi16(alpha.into()), _mm_set1_epi16(beta.into()));
    let near = |a, b, limit| _mm_cmpgt_epi16(limit, _mm_abs_epi16(_mm_sub_epi16(a, b)));
    let close = _mm_and_si128(near(p0, q0, alpha), near(p1, p0, beta));
    _mm_and_si128(close, near(q1, q0, beta))
}

/// Each limit for four lines.
#[inline]
#[target_feature(enable = "avx2")]
fn luma_limits(tc0: &[i8; 4]) -> __m256i {
    let spread = _mm_setr_epi8(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    // SAFETY: `tc0` holds 4 bytes.
    let tc0 = unsafe { load4(tc0.as_ptr().cast()) };
    _mm256_cvtepi8_epi16(_mm_shuffle_epi8(tc0, spread))
}

/// Each limit for two lines.
#[inline]
#[target_feature(enable = "avx2")]
fn chroma_limits(tc0: &[i8; 4]) -> __m128i {
    // SAFETY: `tc0` holds 4 bytes.
    let tc0 = unsafe { load4(tc0.as_ptr().cast()) };
    _mm_cvtepi8_epi16(_mm_unpacklo_epi8(tc0, tc0))
}

/// Clips sixteen words to samples.
#[inline]
#[target_feature(enable = "avx2")]
fn pack(words: __m256i) -> __m128i {
    let (low, high) = split(words);
    _mm_packus_epi16(low, high)
}

/// The columns of 16 rows of 8 samples.
///
/// # Safety
/// 8 samples of 16 rows are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load_columns(p: *const u8, stride: usize) -> [__m128i; 8] {
    // Rows i and i + 8 side by side: four rounds of interleaving transpose all sixteen.
    // SAFETY: by this function's contract, as `i` is below 8.
    let row = |i: usize| unsafe { load8x2(p.add(i * stride), p.add((i + 8) * stride)) };
    let unpack = |a, b| (_mm_unpacklo_epi8(a, b), _mm_unpackhi_epi8(a, b));
    // Each lower result holds rows from 0, each upper one rows from 8.
    let ((a, e), (b, f)) = (unpack(row(0), row(4)), unpack(row(1), row(5)));
    let ((c, g), (d, h)) = (unpack(row(2), row(6)), unpack(row(3), row(7)));
    let half = |a, b, c, d| {
        let ((ac, ac2), (bd, bd2)) = (unpack(a, c), unpack(b, d));
        let ((x0, x1), (x2, x3)) = (unpack(ac, bd), unpack(ac2, bd2));
        [x0, x1, x2, x3]
    };
    // Two columns of eight rows a register.
    let (top, bottom) = (half(a, b, c, d), half(e, f, g, h));
    let low = |i: usize| _mm_unpacklo_epi64(top[i], bottom[i]);
    let high = |i: usize| _mm_unpackhi_epi64(top[i], bottom[i]);
    [low(0), high(0), low(1), high(1), low(2), high(2), low(3), high(3)]
}

/// Stores 8 columns of 16 samples as rows.
///
/// # Safety
/// 8 samples of 16 rows are writable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn store_columns8(p: *mut u8, stride: usize, c: [__m128i; 8]) {
    let bytes = |a, b| [_mm_unpacklo_epi8(a, b), _mm_unpackhi_epi8(a, b)];
    let (c01, c23, c45, c67) = (bytes(c[0], c[1]), bytes(c[2], c[3]), bytes(c[4], c[5]), bytes(c[6], c[7]));
    for half in 0..2 {
        let words = |a, b| [_mm_unpacklo_epi16(a, b), _mm_unpackhi_epi16(a, b)];
        let (left, right) = (words(c01[half], c23[half]), words(c45[half], c67[half]));
        for quarter in 0..2 {
            let rows = [
                _mm_unpacklo_epi32(left[quarter], right[quarter]),
                _mm_unpackhi_epi32(left[quarter], right[quarter]),
            ];
            for (i, rows) in rows.into_iter().enumerate() {
                // SAFETY: by this function's contract.
                unsafe {
                    let p = p.add((8 * half + 4 * quarter + 2 * i) * stride);
                    store8(p, rows);
                    _mm_storeh_pd(p.add(stride).cast(), _mm_castsi128_pd(rows));
                }
            }
        }
    }
}

/// Stores 4 samples to each of 4 rows.
///
/// # Safety
/// 4 samples of 4 rows are writable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn store_columns4(p: *mut u8, stride: usize, rows: __m128i) {
    // SAFETY: by this function's contract.
    unsafe {
        store4(p, rows);
        p.add(stride).cast::<i32>().write_unaligned(_mm_extract_epi32::<1>(rows));
        p.add(2 * stride).cast::<i32>().write_unaligned(_mm_extract_epi32::<2>(rows));
        p.add(3 * stride).cast::<i32>().write_unaligned(_mm_extract_epi32::<3>(rows));
    }
}

/// The columns of 8 rows of 4 samples, as words.
///
/// # Safety
/// 4 samples of 8 rows are readable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn load_columns4(p: *const u8, stride: usize) -> [__m128i; 4] {
    // SAFETY: by this function's contract.
    let (top, bottom) = unsafe { (load4x4(p, stride), load4x4(p.add(4 * stride), stride)) };
    // In each register the samples of a column together, then those of both.
    let order = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    let (top, bottom) = (_mm_shuffle_epi8(top, order), _mm_shuffle_epi8(bottom, order));
    let (left, right) = (_mm_unpacklo_epi32(top, bottom), _mm_unpackhi_epi32(top, bottom));
    let zero = _mm_setzero_si128();
    [
        _mm_cvtepu8_epi16(left),
        _mm_unpackhi_epi8(left, zero),
        _mm_cvtepu8_epi16(right),
        _mm_unpackhi_epi8(right, zero),
    ]
}

/// Clips two columns of words and stores them side by side in 8 rows.
///
/// # Safety
/// 2 samples of 8 rows are writable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn store_columns2(p: *mut u8, stride: usize, first: __m128i, second: __m128i) {
    let packed = _mm_packus_epi16(first, second);
    let pairs = _mm_unpacklo_epi8(packed, _mm_unpackhi_epi64(packed, packed));
    // SAFETY: by this function's contract.
    unsafe {
        let store = |i: usize, pair: i32| p.add(i * stride).cast::<u16>().write_unaligned(pair as u16);
        store(0, _mm_extract_epi16::<0>(pairs));
        store(1, _mm_extract_epi16::<1>(pairs));
        store(2, _mm_extract_epi16::<2>(pairs));
        store(3, _mm_extract_epi16::<3>(pairs));
        store(4, _mm_extract_epi16::<4>(pairs));
        store(5, _mm_extract_epi16::<5>(pairs));
        store(6, _mm_extract_epi16::<6>(pairs));
        store(7, _mm_extract_epi16::<7>(pairs));
    }
}
