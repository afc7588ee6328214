//! AVX2 variants of the row kernels. Each takes steps of 32 and leaves what remains of a row to the reference.

use std::arch::x86_64::*;

/// # Safety
/// AVX2; the planes lie within their slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn downscale_half(
    dst: &mut [u8],
    dst_stride: usize,
    src: &[u8],
    src_stride: usize,
    width: usize,
    height: usize,
) {
    let (ones, two) = (_mm256_set1_epi8(1), _mm256_set1_epi16(2));
    for y in 0..height {
        let (to, from) = (&mut dst[y * dst_stride..], &src[2 * y * src_stride..]);
        let mut x = 0;
        while x + 32 <= width {
            // SAFETY: 32 samples from `x` lie within the row, 64 from `2 * x` within both source rows.
            unsafe {
                let mean = |p: *const u8| {
                    let (upper, lower) =
                        (_mm256_loadu_si256(p.cast()), _mm256_loadu_si256(p.add(src_stride).cast()));
                    let sum = _mm256_add_epi16(
                        _mm256_maddubs_epi16(upper, ones),
                        _mm256_maddubs_epi16(lower, ones),
                    );
                    _mm256_srli_epi16::<2>(_mm256_add_epi16(sum, two))
                };
                let p = from.as_ptr().add(2 * x);
                let samples = _mm256_packus_epi16(mean(p), mean(p.add(32)));
                let samples = _mm256_permute4x64_epi64::<0b11_01_10_00>(samples);
                _mm256_storeu_si256(to.as_mut_ptr().add(x).cast(), samples);
            }
            x += 32;
        }
        if x < width {
            super::downscale_half(&mut to[x..], dst_stride, &from[2 * x..], src_stride, width - x, 1);
        }
    }
}

/// # Safety
/// AVX2; eight columns for each mean lie within seven rows of `src`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn block_means(means: &mut [u8], src: &[u8], stride: usize) {
    let (groups, rest) = means.as_chunks_mut::<4>();
    let done = 32 * groups.len();
    // The low byte of both halves of each lane.
    let gather = _mm256_set1_epi64x(0x0800);
    for (i, means) in groups.iter_mut().enumerate() {
        // SAFETY: 32 samples of the rows lie within the slice.
        let sum = |y: usize| unsafe {
            let row = _mm256_loadu_si256(src.as_ptr().add(32 * i + 2 * y * stride).cast());
            _mm256_sad_epu8(row, _mm256_setzero_si256())
        };
        let sum = _mm256_add_epi64(_mm256_add_epi64(sum(0), sum(1)), _mm256_add_epi64(sum(2), sum(3)));
        let rounded = _mm256_srli_epi64::<5>(_mm256_add_epi64(sum, _mm256_set1_epi64x(16)));
        let bytes = _mm256_shuffle_epi8(rounded, gather);
        let low = _mm256_extract_epi16::<0>(bytes) as u16;
        let high = _mm256_extract_epi16::<8>(bytes) as u16;
        *means = (u32::from(low) | u32::from(high) << 16).to_le_bytes();
    }
    super::block_means(rest, &src[done.min(src.len())..], stride);
}

/// # Safety
/// AVX2; `width` samples of each destination and `2 * width + 1` of three rows of `src` lie within the slices.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn shifted_halves(dst: [&mut [u8]; 4], src: &[u8], src_stride: usize, width: usize) {
    if width < 32 {
        return super::shifted_halves(dst, src, src_stride, width);
    }
    let low = _mm256_set1_epi16(0xFF);
    let [a, b, c, d] = dst;
    let mut next = 0;
    while next < width {
        // The last step overlaps the one before.
        let x = next.min(width - 32);
        for (plane, to) in [&mut *a, &mut *b, &mut *c, &mut *d].into_iter().enumerate() {
            // SAFETY: 32 samples of the plane from `x`, and 65 from `2 * x` of the three rows, lie within the slices.
            unsafe {
                let p = src.as_ptr().add(plane / 2 * src_stride + 2 * x + plane % 2);
                let mean = |p: *const u8| {
                    let column = _mm256_avg_epu8(
                        _mm256_loadu_si256(p.cast()),
                        _mm256_loadu_si256(p.add(src_stride).cast()),
                    );
                    _mm256_and_si256(_mm256_avg_epu8(column, _mm256_srli_epi16::<8>(column)), low)
                };
                let samples = _mm256_packus_epi16(mean(p), mean(p.add(32)));
                let samples = _mm256_permute4x64_epi64::<0b11_01_10_00>(samples);
                _mm256_storeu_si256(to.as_mut_ptr().add(x).cast(), samples);
            }
        }
        next += 32;
    }
}

/// # Safety
/// AVX2; `a` and `b` are half as long as `dst`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn interleave(dst: &mut [u8], a: &[u8], b: &[u8]) {
    let mut x = 0;
    while x + 32 <= a.len() {
        // SAFETY: 32 samples of both rows and 64 of `dst` from `2 * x` lie within the slices.
        unsafe {
            // Quarters swapped so that the unpacks, which work within lanes, leave pairs in order.
            let load = |row: &[u8]| {
                _mm256_permute4x64_epi64::<0b11_01_10_00>(_mm256_loadu_si256(row.as_ptr().add(x).cast()))
            };
            let (a, b) = (load(a), load(b));
            let p = dst.as_mut_ptr().add(2 * x);
            _mm256_storeu_si256(p.cast(), _mm256_unpacklo_epi8(a, b));
            _mm256_storeu_si256(p.add(32).cast(), _mm256_unpackhi_epi8(a, b));
        }
        x += 32;
    }
    super::interleave(&mut dst[2 * x..], &a[x..], &b[x..]);
}

/// # Safety
/// AVX2; `a` and `b` are half as long as `src`.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn deinterleave(a: &mut [u8], b: &mut [u8], src: &[u8]) {
    let low = _mm256_set1_epi16(0xFF);
    let mut x = 0;
    while x + 32 <= a.len() {
        // SAFETY: 32 samples of both rows and 64 of `src` from `2 * x` lie within the slices.
        unsafe {
            let p = src.as_ptr().add(2 * x);
            let (first, second) = (_mm256_loadu_si256(p.cast()), _mm256_loadu_si256(p.add(32).cast()));
            let firsts = _mm256_packus_epi16(_mm256_and_si256(first, low), _mm256_and_si256(second, low));
            let seconds = _mm256_packus_epi16(_mm256_srli_epi16::<8>(first), _mm256_srli_epi16::<8>(second));
            let firsts = _mm256_permute4x64_epi64::<0b11_01_10_00>(firsts);
            let seconds = _mm256_permute4x64_epi64::<0b11_01_10_00>(seconds);
            _mm256_storeu_si256(a.as_mut_ptr().add(x).cast(), firsts);
            _mm256_storeu_si256(b.as_mut_ptr().add(x).cast(), seconds);
        }
        x += 32;
    }
    super::deinterleave(&mut a[x..], &mut b[x..], &src[2 * x..]);
}
