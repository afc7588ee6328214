//! The four predictions and their differences in registers.

use super::Plane;
use crate::video::x86_64::*;
use std::arch::x86_64::*;

/// # Safety
/// AVX2; nine rows of nine samples lie within the slice.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn intra_estimate(around: &[u8], stride: usize) -> u32 {
    // SAFETY: by this function's contract.
    unsafe {
        let corner = i32::from(around[0]);
        let above = load8(around.as_ptr().add(1));
        let column = around.as_ptr().add(stride);
        let left = {
            let sample = |i: usize| i64::from(*column.add(i * stride));
            let pair = |i: usize| sample(i) | sample(i + 1) << 8;
            _mm_cvtsi64_si128(pair(0) | pair(2) << 16 | pair(4) << 32 | pair(6) << 48)
        };
        let edges = _mm_unpacklo_epi64(above, left);
        let sums = _mm_sad_epu8(edges, _mm_setzero_si128());
        let total = _mm_cvtsi128_si32(_mm_add_epi32(sums, _mm_unpackhi_epi64(sums, sums)));
        // The sample before the first counts -4 times.
        let weights = _mm_set1_epi64x(0x0403_0201_00FF_FEFD);
        let slopes = _mm_madd_epi16(_mm_maddubs_epi16(edges, weights), _mm_set1_epi16(1));
        let slopes = _mm_hadd_epi32(slopes, slopes);
        let slopes =
            [_mm_cvtsi128_si32(slopes), _mm_extract_epi32::<1>(slopes)].map(|slope| slope - 4 * corner);
        let last = [_mm_extract_epi8::<7>(edges), _mm_extract_epi8::<15>(edges)];
        let plane = Plane::new(last, slopes);

        let mean = _mm_set1_epi8(((total + 8) >> 4) as i8);
        let above = _mm_unpacklo_epi64(edges, edges);
        let down = _mm_set1_epi16(plane.down as i16);
        let steps =
            _mm_mullo_epi16(_mm_set1_epi16(plane.right as i16), _mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7));
        let mut line = _mm_add_epi16(_mm_set1_epi16(plane.start as i16), steps);
        // Rows in pairs, as the source's.
        let mut predictions = [[mean; 4], [above; 4], [mean; 4], [mean; 4]];
        let mut sums = [_mm_setzero_si128(); 4];
        let mut places = _mm_set1_epi64x(0x0808_0808_0808_0808);
        places = _mm_unpacklo_epi64(places, _mm_set1_epi8(9));
        for pair in 0..4 {
            let row = column.add(2 * pair * stride + 1);
            let source = load8x2(row, row.add(stride));
            let next = _mm_add_epi16(line, down);
            let [of_mean, of_above, of_left, of_plane] = &mut predictions;
            of_left[pair] = _mm_shuffle_epi8(edges, places);
            of_plane[pair] = _mm_packus_epi16(_mm_srai_epi16::<5>(line), _mm_srai_epi16::<5>(next));
            line = _mm_add_epi16(next, down);
            places = _mm_add_epi8(places, _mm_set1_epi8(2));
            sums[0] = _mm_add_epi32(sums[0], _mm_sad_epu8(source, of_mean[pair]));
            sums[1] = _mm_add_epi32(sums[1], _mm_sad_epu8(source, of_above[pair]));
            sums[2] = _mm_add_epi32(sums[2], _mm_sad_epu8(source, of_left[pair]));
            sums[3] = _mm_add_epi32(sums[3], _mm_sad_epu8(source, of_plane[pair]));
        }
        // Each holds two sums of at most 8160, in elements 0 and 2.
        let halves = _mm_packs_epi32(_mm_packs_epi32(sums[0], sums[1]), _mm_packs_epi32(sums[2], sums[3]));
        let sums = _mm_madd_epi16(halves, _mm_set1_epi16(1));
        let least = _mm_minpos_epu16(_mm_packus_epi32(sums, _mm_set1_epi32(0xFFFF)));
        let nearest = &predictions[(_mm_extract_epi16::<1>(least) & 3) as usize];
        let prediction = std::slice::from_raw_parts(nearest.as_ptr().cast::<u8>(), 64);
        crate::video::satd::avx2::satd::<8, 8>(&around[stride + 1..], stride, prediction, 8)
    }
}
