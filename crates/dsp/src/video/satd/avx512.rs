//! AVX-512 variants of the sums of absolute transformed differences.
//!
//! A sum of four products takes bytes through both horizontal stages at once, and the difference with them: each lane has
//! one of the four frequencies of a row's blocks. The last vertical stage need not be carried out, as
//! |a + b| + |a - b| = 2 max(|a|, |b|); the cost halves its sum anyway.

use super::avx2;
use crate::video::x86_64::*;
use crate::video::{Place, Planes};
use std::arch::x86_64::*;

/// # Safety
/// AVX-512; both blocks lie within their slices.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) unsafe fn satd<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    reference: &[u8],
    reference_stride: usize,
) -> u32 {
    if W < 8 || W * H < 64 {
        // SAFETY: by this function's contract.
        return unsafe { avx2::satd::<W, H>(src, src_stride, reference, reference_stride) };
    }
    let second = second();
    let row = |y: usize| {
        // SAFETY: the rows lie within the block.
        unsafe { lanes::<W>(reference.as_ptr().add(y * reference_stride), reference_stride, second) }
    };
    // SAFETY: by this function's contract.
    unsafe { cost::<W, H>(src, src_stride, second, row) }
}

/// # Safety
/// AVX-512; the three blocks lie within their slices.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) unsafe fn satd_mean<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    a: &[u8],
    b: &[u8],
    reference_stride: usize,
) -> u32 {
    if W < 8 || W * H < 64 {
        // SAFETY: by this function's contract.
        return unsafe { avx2::satd_mean::<W, H>(src, src_stride, a, b, reference_stride) };
    }
    let second = second();
    let row = |y: usize| {
        let row = |samples: &[u8]| {
            // SAFETY: the rows lie within the block.
            unsafe { lanes::<W>(samples.as_ptr().add(y * reference_stride), reference_stride, second) }
        };
        _mm512_avg_epu8(row(a), row(b))
    };
    // SAFETY: by this function's contract.
    unsafe { cost::<W, H>(src, src_stride, second, row) }
}

/// Half the sum of the absolute 4x4 transforms of a source and the rows of a reference.
///
/// # Safety
/// The block lies within its slice.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
unsafe fn cost<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    second: __mmask8,
    reference: impl Fn(usize) -> __m512i,
) -> u32 {
    let frequencies = frequencies();
    let negative = _mm512_sub_epi8(_mm512_setzero_si512(), frequencies);
    let mut sum = _mm512_setzero_si512();
    for first in (0..H).step_by(64 / W) {
        let row = |y: usize| {
            // SAFETY: the rows lie within the block.
            let own = unsafe { lanes::<W>(src.as_ptr().add(y * src_stride), src_stride, second) };
            let own = _mm512_dpbusd_epi32(_mm512_setzero_si512(), own, frequencies);
            _mm512_dpbusd_epi32(own, reference(y), negative)
        };
        sum = _mm512_add_epi16(sum, cost4([row(first), row(first + 1), row(first + 2), row(first + 3)]));
    }
    let halves = _mm256_add_epi16(_mm512_castsi512_si256(sum), _mm512_extracti64x4_epi64::<1>(sum));
    avx2::sum_words(halves)
}

/// # Safety
/// AVX-512; the block lies within its slice and those at the places within their planes.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
pub(super) unsafe fn satd_mean_x4<const W: usize, const H: usize>(
    src: &[u8],
    src_stride: usize,
    planes: &Planes<'_>,
    places: [[Place; 2]; 4],
    stride: usize,
) -> [u32; 4] {
    if W < 8 || W * H < 64 {
        // SAFETY: by this function's contract.
        return unsafe { avx2::satd_mean_x4::<W, H>(src, src_stride, planes, places, stride) };
    }
    let second = second();
    let frequencies = frequencies();
    let negative = _mm512_sub_epi8(_mm512_setzero_si512(), frequencies);
    // Rows of 16, or each of 8 with the one four below it.
    let group = 64 / W;
    let mut own = [[_mm512_setzero_si512(); 4]; 4];
    for (i, rows) in own[..H / group].iter_mut().enumerate() {
        for (y, row) in rows.iter_mut().enumerate() {
            // SAFETY: the rows lie within the block.
            let samples =
                unsafe { lanes::<W>(src.as_ptr().add((group * i + y) * src_stride), src_stride, second) };
            *row = _mm512_dpbusd_epi32(_mm512_setzero_si512(), samples, frequencies);
        }
    }
    let sums = places.map(|pair| {
        // SAFETY: by this function's contract.
        let [mut a, mut b] = pair.map(|place| unsafe { planes.pointer(place) });
        let mut sum = _mm512_setzero_si512();
        for rows in &own[..H / group] {
            let row = |y: usize| {
                let at = y * stride;
                // SAFETY: the rows lie within the blocks.
                let (a, b) =
                    unsafe { (lanes::<W>(a.add(at), stride, second), lanes::<W>(b.add(at), stride, second)) };
                _mm512_dpbusd_epi32(rows[y], _mm512_avg_epu8(a, b), negative)
            };
            sum = _mm512_add_epi16(sum, cost4([row(0), row(1), row(2), row(3)]));
            (a, b) = (a.wrapping_add(group * stride), b.wrapping_add(group * stride));
        }
        sum
    });
    sums_of_words(sums)
}

/// What a lane multiplies its samples with: the four frequencies of a line of four.
#[inline]
#[target_feature(enable = "avx512f")]
fn frequencies() -> __m512i {
    let [a, b, c, d] = [[1, 1, 1, 1], [1, 1, -1, -1], [1, -1, -1, 1], [1, -1, 1, -1]]
        .map(|line: [i8; 4]| i32::from_le_bytes(line.map(|sign| sign as u8)));
    _mm512_setr_epi32(a, a, a, a, b, b, b, b, c, c, c, c, d, d, d, d)
}

/// Where [`lanes`] puts the second of two rows. Of a mask that it knows the compiler makes shuffles, which have one port.
#[inline]
fn second() -> __mmask8 {
    std::hint::black_box(0b1010_1010)
}

/// 16 samples in each lane, of a row or of one and the fourth below it, which goes where `second` says.
///
/// # Safety
/// `W` samples of the rows are readable.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl")]
unsafe fn lanes<const W: usize>(p: *const u8, stride: usize, second: __mmask8) -> __m512i {
    // SAFETY: by this function's contract.
    unsafe {
        if W == 16 {
            return _mm512_broadcast_i32x4(load16(p));
        }
        _mm512_mask_broadcastq_epi64(_mm512_broadcastq_epi64(load8(p)), second, load8(p.add(4 * stride)))
    }
}

/// Vertical stages of four rows of sums, absolute values and half their sum.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn cost4([a, b, c, d]: [__m512i; 4]) -> __m512i {
    let (first, second) = (_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d));
    let (s, d) = (_mm512_add_epi16(first, second), _mm512_sub_epi16(first, second));
    let (even, odd) = (_mm512_unpacklo_epi64(s, d), _mm512_unpackhi_epi64(s, d));
    _mm512_max_epi16(_mm512_abs_epi16(even), _mm512_abs_epi16(odd))
}

/// Sums of the words of four registers.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn sums_of_words([a, b, c, d]: [__m512i; 4]) -> [u32; 4] {
    let halves =
        |a, b| _mm512_add_epi16(_mm512_shuffle_i64x2::<0x44>(a, b), _mm512_shuffle_i64x2::<0xEE>(a, b));
    let (ab, cd) = (halves(a, b), halves(c, d));
    let lanes = _mm512_add_epi16(_mm512_shuffle_i64x2::<0x88>(ab, cd), _mm512_shuffle_i64x2::<0xDD>(ab, cd));
    let sums = _mm512_madd_epi16(lanes, _mm512_set1_epi16(1));
    let sums = _mm512_add_epi32(sums, _mm512_shuffle_epi32::<0b01_00_11_10>(sums));
    let sums = _mm512_add_epi32(sums, _mm512_shuffle_epi32::<0b10_11_00_01>(sums));
    let sums = _mm512_castsi512_si128(_mm512_maskz_compress_epi32(0x1111, sums));
    let mut result = [0; 4];
    // SAFETY: `result` holds 16 bytes.
    unsafe { _mm_storeu_si128(result.as_mut_ptr().cast(), sums) };
    result
}
