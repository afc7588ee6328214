//! AVX2 variants of the transforms.
//!
//! A 4x4 line transform works on registers that each hold one line element of several blocks; between the
//! two dimensions the 4x4 blocks are transposed. An 8x8 group takes a register per row of its upper blocks
//! (low lane) and of its lower blocks (high lane).

use crate::video::x86_64::*;
use std::arch::x86_64::*;

/// # Safety
/// AVX2; both blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn forward4x4(
    src: &[u8],
    src_stride: usize,
    prediction: &[u8],
    prediction_stride: usize,
    out: &mut [i16; 16],
) {
    let row = |i: usize| {
        // SAFETY: row `i` of both blocks lies within the slices.
        let (a, b) = unsafe {
            (load4(src.as_ptr().add(i * src_stride)), load4(prediction.as_ptr().add(i * prediction_stride)))
        };
        _mm_sub_epi16(_mm_cvtepu8_epi16(a), _mm_cvtepu8_epi16(b))
    };
    let columns = transpose4(forward_lines4_128([row(0), row(1), row(2), row(3)]));
    let [a, b, c, d] = forward_lines4_128(columns);
    // `columns` holds columns in the low halves; back to rows.
    let (ab, cd) = (_mm_unpacklo_epi16(a, b), _mm_unpacklo_epi16(c, d));
    let rows = join(_mm_unpacklo_epi32(ab, cd), _mm_unpackhi_epi32(ab, cd));
    // SAFETY: `out` holds 32 bytes.
    unsafe { _mm256_storeu_si256(out.as_mut_ptr().cast(), rows) };
}

/// # Safety
/// AVX2; both blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn forward4x4_x4(
    src: &[u8],
    src_stride: usize,
    prediction: &[u8],
    prediction_stride: usize,
    out: &mut [[i16; 16]; 4],
) {
    // SAFETY: by this function's contract; `out` is four blocks.
    unsafe {
        forward_group(src.as_ptr(), src_stride, prediction.as_ptr(), prediction_stride, out.as_mut_ptr());
    }
}

/// # Safety
/// AVX2; both blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn forward4x4_x16(
    src: &[u8],
    src_stride: usize,
    prediction: &[u8],
    prediction_stride: usize,
    out: &mut [[i16; 16]; 16],
) {
    let (src, prediction, out) = (src.as_ptr(), prediction.as_ptr(), out.as_mut_ptr());
    for (index, (x, y)) in super::QUARTERS.into_iter().enumerate() {
        // SAFETY: the group of 8x8 lies within the 16x16; `out` is sixteen blocks.
        unsafe {
            let src = src.add(y * 8 * src_stride + x * 8);
            let prediction = prediction.add(y * 8 * prediction_stride + x * 8);
            forward_group(src, src_stride, prediction, prediction_stride, out.add(4 * index));
        }
    }
}

/// # Safety
/// 8 samples of eight rows are readable at `src` and `prediction`; four blocks are writable at `out`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn forward_group(
    src: *const u8,
    src_stride: usize,
    prediction: *const u8,
    prediction_stride: usize,
    out: *mut [i16; 16],
) {
    let rows = |p: *const u8, stride: usize, i: usize| {
        // SAFETY: by this function's contract, as `i` is below 4.
        _mm256_cvtepu8_epi16(unsafe { load8x2(p.add(i * stride), p.add((i + 4) * stride)) })
    };
    let row = |i: usize| _mm256_sub_epi16(rows(src, src_stride, i), rows(prediction, prediction_stride, i));
    let columns = transpose4_pairs(forward_lines4([row(0), row(1), row(2), row(3)]));
    let [a, b, c, d] = half_transpose4_pairs(forward_lines4(columns));
    let blocks = [
        _mm256_permute2x128_si256::<0x20>(a, b),
        _mm256_permute2x128_si256::<0x20>(c, d),
        _mm256_permute2x128_si256::<0x31>(a, b),
        _mm256_permute2x128_si256::<0x31>(c, d),
    ];
    for (index, block) in blocks.into_iter().enumerate() {
        // SAFETY: by this function's contract.
        unsafe { _mm256_storeu_si256(out.add(index).cast(), block) };
    }
}

/// # Safety
/// AVX2; both blocks lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn forward8x8(
    src: &[u8],
    src_stride: usize,
    prediction: &[u8],
    prediction_stride: usize,
    out: &mut [i16; 64],
) {
    let row = |i: usize| {
        // SAFETY: row `i` of both blocks lies within the slices.
        let (a, b) = unsafe {
            (load8(src.as_ptr().add(i * src_stride)), load8(prediction.as_ptr().add(i * prediction_stride)))
        };
        _mm_sub_epi16(_mm_cvtepu8_epi16(a), _mm_cvtepu8_epi16(b))
    };
    let rows = [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)];
    let columns = transpose8(forward_lines8(rows));
    let rows = transpose8(forward_lines8(columns));
    for (index, row) in rows.into_iter().enumerate() {
        // SAFETY: `out` holds eight rows of 16 bytes.
        unsafe { _mm_storeu_si128(out.as_mut_ptr().add(8 * index).cast(), row) };
    }
}

/// # Safety
/// AVX2; the block lies within `dst`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn inverse4x4_add(dst: &mut [u8], stride: usize, coefficients: &[i16; 16]) {
    // SAFETY: `coefficients` holds 32 bytes.
    let (top, bottom) = unsafe {
        let p: *const __m128i = coefficients.as_ptr().cast();
        (_mm_loadu_si128(p), _mm_loadu_si128(p.add(1)))
    };
    let (even, odd) = (_mm_unpacklo_epi16(top, bottom), _mm_unpackhi_epi16(top, bottom));
    let (left, right) = (_mm_unpacklo_epi16(even, odd), _mm_unpackhi_epi16(even, odd));
    let columns = [left, _mm_unpackhi_epi64(left, left), right, _mm_unpackhi_epi64(right, right)];
    let rows = inverse_lines4_128(transpose4(inverse_lines4_128(columns)));
    // SAFETY: the rows lie within `dst`.
    unsafe {
        let p = dst.as_mut_ptr();
        for (first, pair) in [(0, [rows[0], rows[1]]), (2, [rows[2], rows[3]])] {
            let (p, q) = (p.add(first * stride), p.add((first + 1) * stride));
            let samples = add_rounded_128(load4x2(p, q), _mm_unpacklo_epi64(pair[0], pair[1]));
            store4(p, samples);
            store4(q, _mm_srli_epi64::<32>(samples));
        }
    }
}

/// # Safety
/// AVX2; the block lies within `dst`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn inverse4x4_add_x4(dst: &mut [u8], stride: usize, coefficients: &[[i16; 16]; 4]) {
    // SAFETY: by this function's contract; `coefficients` is four blocks.
    unsafe { inverse_group(dst.as_mut_ptr(), stride, coefficients.as_ptr()) };
}

/// # Safety
/// AVX2; the block lies within `dst`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn inverse4x4_add_x16(dst: &mut [u8], stride: usize, coefficients: &[[i16; 16]; 16]) {
    let (dst, coefficients) = (dst.as_mut_ptr(), coefficients.as_ptr());
    for (index, (x, y)) in super::QUARTERS.into_iter().enumerate() {
        // SAFETY: the group of 8x8 lies within the 16x16; `coefficients` is sixteen blocks.
        unsafe { inverse_group(dst.add(y * 8 * stride + x * 8), stride, coefficients.add(4 * index)) };
    }
}

/// # Safety
/// 8 samples of eight rows are readable and writable at `dst`; four blocks are readable at `coefficients`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn inverse_group(dst: *mut u8, stride: usize, coefficients: *const [i16; 16]) {
    // SAFETY: by this function's contract, as `index` is below 4.
    let block = |index: usize| unsafe { _mm256_loadu_si256(coefficients.add(index).cast()) };
    // Upper blocks in the low lanes, lower ones in the high lanes; then columns of each.
    let columns_of = |upper: __m256i, lower: __m256i| {
        let top = _mm256_permute2x128_si256::<0x20>(upper, lower);
        let bottom = _mm256_permute2x128_si256::<0x31>(upper, lower);
        let (even, odd) = (_mm256_unpacklo_epi16(top, bottom), _mm256_unpackhi_epi16(top, bottom));
        (_mm256_unpacklo_epi16(even, odd), _mm256_unpackhi_epi16(even, odd))
    };
    let (left, right) = (columns_of(block(0), block(2)), columns_of(block(1), block(3)));
    let columns = [
        _mm256_unpacklo_epi64(left.0, right.0),
        _mm256_unpackhi_epi64(left.0, right.0),
        _mm256_unpacklo_epi64(left.1, right.1),
        _mm256_unpackhi_epi64(left.1, right.1),
    ];
    let rows = inverse_lines4(transpose4_pairs(inverse_lines4(columns)));
    for (i, row) in rows.into_iter().enumerate() {
        // SAFETY: by this function's contract.
        unsafe { add_rounded_rows(dst.add(i * stride), dst.add((i + 4) * stride), row) };
    }
}

/// # Safety
/// AVX2; the block lies within `dst`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn inverse8x8_add(dst: &mut [u8], stride: usize, coefficients: &[i16; 64]) {
    // SAFETY: `coefficients` holds eight rows of 16 bytes, as `i` is below 8.
    let row = |i: usize| unsafe { _mm_loadu_si128(coefficients.as_ptr().add(8 * i).cast()) };
    let rows = [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)];
    let rows = inverse_lines8(transpose8(inverse_lines8(transpose8(rows))));
    let dst = dst.as_mut_ptr();
    for i in (0..8).step_by(2) {
        // SAFETY: the rows lie within `dst`.
        unsafe {
            add_rounded_rows(dst.add(i * stride), dst.add((i + 1) * stride), join(rows[i], rows[i + 1]));
        }
    }
}

/// # Safety
/// AVX2; the block lies within `dst`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn inverse_dc4x4_add(dst: &mut [u8], stride: usize, dc: i16) {
    let p = dst.as_mut_ptr();
    // SAFETY: the rows lie within `dst`.
    unsafe {
        let rows = _mm256_cvtepu8_epi16(load4x4(p, stride));
        let sum = _mm256_add_epi16(rows, rounded(_mm256_set1_epi16(dc)));
        let (low, high) = split(sum);
        let samples = _mm_packus_epi16(low, high);
        store4(p, samples);
        store4(p.add(stride), _mm_srli_si128::<4>(samples));
        store4(p.add(2 * stride), _mm_srli_si128::<8>(samples));
        store4(p.add(3 * stride), _mm_srli_si128::<12>(samples));
    }
}

/// # Safety
/// AVX2; the block lies within `dst`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn inverse_dc4x4_add_x4(dst: &mut [u8], stride: usize, dc: &[i16; 4]) {
    let p = dst.as_mut_ptr();
    // SAFETY: `dc` holds 8 bytes.
    let dc = unsafe { load8(dc.as_ptr().cast()) };
    // Each value four times: the upper pair fills the low lane, the lower pair the high one.
    let pairs = _mm_unpacklo_epi16(dc, dc);
    let row = join(_mm_unpacklo_epi32(pairs, pairs), _mm_unpackhi_epi32(pairs, pairs));
    for i in 0..4 {
        // SAFETY: the rows lie within `dst`.
        unsafe { add_rounded_rows(p.add(i * stride), p.add((i + 4) * stride), row) };
    }
}

/// # Safety
/// AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn forward_hadamard4x4(dc: &mut [i16; 16]) {
    let one = _mm_set1_epi32(1);
    let rows = hadamard4x4(dc).map(|row| _mm_srai_epi32::<1>(_mm_add_epi32(row, one)));
    store_saturated(dc, rows);
}

/// # Safety
/// AVX2.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn inverse_hadamard4x4(dc: &mut [i16; 16]) {
    store_saturated(dc, hadamard4x4(dc));
}

/// The rows of the product with the Hadamard matrix on both sides.
#[inline]
#[target_feature(enable = "avx2")]
fn hadamard4x4(dc: &[i16; 16]) -> [__m128i; 4] {
    // SAFETY: the array holds four rows of 8 bytes, as `i` is below 4.
    let row = |i: usize| _mm_cvtepi16_epi32(unsafe { load8(dc.as_ptr().add(4 * i).cast()) });
    let lines = |[a, b, c, d]: [__m128i; 4]| {
        let (s0, s1) = (_mm_add_epi32(a, b), _mm_add_epi32(c, d));
        let (d0, d1) = (_mm_sub_epi32(a, b), _mm_sub_epi32(c, d));
        [_mm_add_epi32(s0, s1), _mm_sub_epi32(s0, s1), _mm_sub_epi32(d0, d1), _mm_add_epi32(d0, d1)]
    };
    let transpose = |[a, b, c, d]: [__m128i; 4]| {
        let (ab, cd) = (_mm_unpacklo_epi32(a, b), _mm_unpacklo_epi32(c, d));
        let (ab2, cd2) = (_mm_unpackhi_epi32(a, b), _mm_unpackhi_epi32(c, d));
        [
            _mm_unpacklo_epi64(ab, cd),
            _mm_unpackhi_epi64(ab, cd),
            _mm_unpacklo_epi64(ab2, cd2),
            _mm_unpackhi_epi64(ab2, cd2),
        ]
    };
    transpose(lines(transpose(lines([row(0), row(1), row(2), row(3)]))))
}

#[inline]
#[target_feature(enable = "avx2")]
fn store_saturated(dc: &mut [i16; 16], [a, b, c, d]: [__m128i; 4]) {
    let words = join(_mm_packs_epi32(a, b), _mm_packs_epi32(c, d));
    // SAFETY: `dc` holds 32 bytes.
    unsafe { _mm256_storeu_si256(dc.as_mut_ptr().cast(), words) };
}

/// (x + 32) >> 6.
#[inline]
#[target_feature(enable = "avx2")]
fn rounded(values: __m256i) -> __m256i {
    _mm256_srai_epi16::<6>(_mm256_add_epi16(values, _mm256_set1_epi16(32)))
}

/// Rounds and adds 8 values to each of two rows: the low lane to the first, the high one to the second.
///
/// # Safety
/// 8 samples at both pointers are readable and writable.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn add_rounded_rows(first: *mut u8, second: *mut u8, values: __m256i) {
    // SAFETY: by this function's contract.
    unsafe {
        let samples = _mm256_cvtepu8_epi16(load8x2(first, second));
        let (low, high) = split(_mm256_add_epi16(samples, rounded(values)));
        let samples = _mm_packus_epi16(low, high);
        store8(first, samples);
        _mm_storeh_pd(second.cast(), _mm_castsi128_pd(samples));
    }
}

/// Rounds 8 values and adds them to the low 8 samples.
#[inline]
#[target_feature(enable = "avx2")]
fn add_rounded_128(samples: __m128i, values: __m128i) -> __m128i {
    let values = _mm_srai_epi16::<6>(_mm_add_epi16(values, _mm_set1_epi16(32)));
    let sum = _mm_add_epi16(_mm_cvtepu8_epi16(samples), values);
    _mm_packus_epi16(sum, sum)
}

#[inline]
#[target_feature(enable = "avx2")]
fn forward_lines4([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (s0, s1) = (_mm256_add_epi16(a, d), _mm256_add_epi16(b, c));
    let (d0, d1) = (_mm256_sub_epi16(a, d), _mm256_sub_epi16(b, c));
    [
        _mm256_add_epi16(s0, s1),
        _mm256_add_epi16(_mm256_add_epi16(d0, d0), d1),
        _mm256_sub_epi16(s0, s1),
        _mm256_sub_epi16(d0, _mm256_add_epi16(d1, d1)),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn forward_lines4_128([a, b, c, d]: [__m128i; 4]) -> [__m128i; 4] {
    let (s0, s1) = (_mm_add_epi16(a, d), _mm_add_epi16(b, c));
    let (d0, d1) = (_mm_sub_epi16(a, d), _mm_sub_epi16(b, c));
    [
        _mm_add_epi16(s0, s1),
        _mm_add_epi16(_mm_add_epi16(d0, d0), d1),
        _mm_sub_epi16(s0, s1),
        _mm_sub_epi16(d0, _mm_add_epi16(d1, d1)),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn inverse_lines4([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (e0, e1) = (_mm256_add_epi16(a, c), _mm256_sub_epi16(a, c));
    let e2 = _mm256_sub_epi16(_mm256_srai_epi16::<1>(b), d);
    let e3 = _mm256_add_epi16(b, _mm256_srai_epi16::<1>(d));
    [_mm256_add_epi16(e0, e3), _mm256_add_epi16(e1, e2), _mm256_sub_epi16(e1, e2), _mm256_sub_epi16(e0, e3)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn inverse_lines4_128([a, b, c, d]: [__m128i; 4]) -> [__m128i; 4] {
    let (e0, e1) = (_mm_add_epi16(a, c), _mm_sub_epi16(a, c));
    let e2 = _mm_sub_epi16(_mm_srai_epi16::<1>(b), d);
    let e3 = _mm_add_epi16(b, _mm_srai_epi16::<1>(d));
    [_mm_add_epi16(e0, e3), _mm_add_epi16(e1, e2), _mm_sub_epi16(e1, e2), _mm_sub_epi16(e0, e3)]
}

#[inline]
#[target_feature(enable = "avx2")]
fn forward_lines8(v: [__m128i; 8]) -> [__m128i; 8] {
    let add = |a, b| _mm_add_epi16(a, b);
    let sub = |a, b| _mm_sub_epi16(a, b);
    let half = |a| _mm_srai_epi16::<1>(a);
    let quarter = |a| _mm_srai_epi16::<2>(a);
    let (s0, s1, s2, s3) = (add(v[0], v[7]), add(v[1], v[6]), add(v[2], v[5]), add(v[3], v[4]));
    let (d0, d1, d2, d3) = (sub(v[0], v[7]), sub(v[1], v[6]), sub(v[2], v[5]), sub(v[3], v[4]));
    let (a0, a1, a2, a3) = (add(s0, s3), add(s1, s2), sub(s0, s3), sub(s1, s2));
    let b0 = add(add(d1, d2), add(d0, half(d0)));
    let b1 = sub(sub(d0, d3), add(d2, half(d2)));
    let b2 = sub(add(d0, d3), add(d1, half(d1)));
    let b3 = add(sub(d1, d2), add(d3, half(d3)));
    [
        add(a0, a1),
        add(b0, quarter(b3)),
        add(a2, half(a3)),
        add(b1, quarter(b2)),
        sub(a0, a1),
        sub(b2, quarter(b1)),
        sub(half(a2), a3),
        sub(quarter(b0), b3),
    ]
}

#[inline]
#[target_feature(enable = "avx2")]
fn inverse_lines8(d: [__m128i; 8]) -> [__m128i; 8] {
    let add = |a, b| _mm_add_epi16(a, b);
    let sub = |a, b| _mm_sub_epi16(a, b);
    let half = |a| _mm_srai_epi16::<1>(a);
    let quarter = |a| _mm_srai_epi16::<2>(a);
    let (e0, e2) = (add(d[0], d[4]), sub(d[0], d[4]));
    let (e4, e6) = (sub(half(d[2]), d[6]), add(d[2], half(d[6])));
    let e1 = sub(sub(d[5], d[3]), add(d[7], half(d[7])));
    let e3 = sub(add(d[1], d[7]), add(d[3], half(d[3])));
    let e5 = add(sub(d[7], d[1]), add(d[5], half(d[5])));
    let e7 = add(add(d[3], d[5]), add(d[1], half(d[1])));
    let (f0, f2, f4, f6) = (add(e0, e6), add(e2, e4), sub(e2, e4), sub(e0, e6));
    let (f1, f3) = (add(e1, quarter(e7)), add(e3, quarter(e5)));
    let (f5, f7) = (sub(quarter(e3), e5), sub(e7, quarter(e1)));
    [add(f0, f7), add(f2, f5), add(f4, f3), add(f6, f1), sub(f6, f1), sub(f4, f3), sub(f2, f5), sub(f0, f7)]
}

/// Transposes the 4x4 words in the low halves; the high halves of the result are unspecified.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose4([a, b, c, d]: [__m128i; 4]) -> [__m128i; 4] {
    let (ab, cd) = (_mm_unpacklo_epi16(a, b), _mm_unpacklo_epi16(c, d));
    let (left, right) = (_mm_unpacklo_epi32(ab, cd), _mm_unpackhi_epi32(ab, cd));
    [left, _mm_unpackhi_epi64(left, left), right, _mm_unpackhi_epi64(right, right)]
}

/// Transposes the two 4x4 blocks of words in each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose4_pairs(rows: [__m256i; 4]) -> [__m256i; 4] {
    let [a, b, c, d] = half_transpose4_pairs(rows);
    [
        _mm256_unpacklo_epi64(a, c),
        _mm256_unpackhi_epi64(a, c),
        _mm256_unpacklo_epi64(b, d),
        _mm256_unpackhi_epi64(b, d),
    ]
}

/// The columns of the first block in each lane, two a register, then those of the second.
#[inline]
#[target_feature(enable = "avx2")]
fn half_transpose4_pairs([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let (ab, cd) = (_mm256_unpacklo_epi16(a, b), _mm256_unpacklo_epi16(c, d));
    let (ab_high, cd_high) = (_mm256_unpackhi_epi16(a, b), _mm256_unpackhi_epi16(c, d));
    [
        _mm256_unpacklo_epi32(ab, cd),
        _mm256_unpackhi_epi32(ab, cd),
        _mm256_unpacklo_epi32(ab_high, cd_high),
        _mm256_unpackhi_epi32(ab_high, cd_high),
    ]
}

/// Transposes 8x8 words.
#[inline]
#[target_feature(enable = "avx2")]
fn transpose8(r: [__m128i; 8]) -> [__m128i; 8] {
    let words = |a, b| (_mm_unpacklo_epi16(a, b), _mm_unpackhi_epi16(a, b));
    let dwords = |a, b| (_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
    let ((a0, a4), (b0, b4)) = (words(r[0], r[1]), words(r[2], r[3]));
    let ((c0, c4), (d0, d4)) = (words(r[4], r[5]), words(r[6], r[7]));
    let ((a01, a23), (a45, a67)) = (dwords(a0, b0), dwords(a4, b4));
    let ((b01, b23), (b45, b67)) = (dwords(c0, d0), dwords(c4, d4));
    [
        _mm_unpacklo_epi64(a01, b01),
        _mm_unpackhi_epi64(a01, b01),
        _mm_unpacklo_epi64(a23, b23),
        _mm_unpackhi_epi64(a23, b23),
        _mm_unpacklo_epi64(a45, b45),
        _mm_unpackhi_epi64(a45, b45),
        _mm_unpacklo_epi64(a67, b67),
        _mm_unpackhi_epi64(a67, b67),
    ]
}
