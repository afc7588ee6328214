//! The search compiled with AVX-512: a block takes two registers, and its rows are put together by the loads.

use super::{Compare, FoundBlock, SearchStart, run};
use crate::video::x86_64::*;
use crate::video::{Place, Planes};
use std::arch::x86_64::*;
use std::hint::black_box;

/// # Safety
/// AVX-512; the block lies within its slice, and all that the search may look at within the planes.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512dq,avx512vl")]
pub(super) unsafe fn block_search(
    source: &[u8],
    planes: &Planes<'_>,
    stride: usize,
    start: &SearchStart,
) -> FoundBlock {
    // Of masks that it knows the compiler makes shuffles, for which there is one port.
    let second = black_box(0b0010);
    let masks = [second, second << 1, second << 2];
    // SAFETY: by this function's contract.
    unsafe {
        let rows = [source.as_ptr(), source.as_ptr().add(4 * stride)].map(|p| four_rows(p, stride, masks));
        run(Held { rows, source: source.as_ptr(), planes, stride, masks }, stride, start)
    }
}

/// A block in registers, four rows in each.
#[derive(Clone, Copy)]
struct Held<'a> {
    rows: [__m256i; 2],
    source: *const u8,
    planes: &'a Planes<'a>,
    stride: usize,
    /// Where the second, the third and the fourth of four rows go.
    masks: [__mmask8; 3],
}

impl Held<'_> {
    /// Four sums of absolute differences, which together are the block's.
    ///
    /// # Safety
    /// AVX-512; the block at the place lies within the planes.
    #[inline(always)]
    unsafe fn sums(self, place: Place) -> __m256i {
        // SAFETY: by this function's contract.
        unsafe {
            let top = self.planes.pointer(place);
            let bottom = top.add(4 * self.stride);
            let top = _mm256_sad_epu8(self.rows[0], four_rows(top, self.stride, self.masks));
            let bottom = _mm256_sad_epu8(self.rows[1], four_rows(bottom, self.stride, self.masks));
            _mm256_add_epi32(top, bottom)
        }
    }
}

impl Compare for Held<'_> {
    #[inline(always)]
    unsafe fn sad(self, place: Place) -> u32 {
        // SAFETY: by this function's contract.
        unsafe {
            let (low, high) = split(self.sums(place));
            let sums = _mm_add_epi32(low, high);
            _mm_cvtsi128_si32(_mm_add_epi32(sums, _mm_unpackhi_epi64(sums, sums))) as u32
        }
    }

    #[inline(always)]
    unsafe fn nearest(self, places: [Place; 4], costs: [u32; 4]) -> (u32, usize) {
        // SAFETY: by this function's contract.
        unsafe {
            // A word of every quarter for each block; a sum of these is at most 16320.
            let (a, b) = (self.sums(places[0]), _mm256_slli_epi64::<16>(self.sums(places[1])));
            let c = _mm256_slli_epi64::<32>(self.sums(places[2]));
            let d = _mm256_slli_epi64::<48>(self.sums(places[3]));
            let (low, high) = split(_mm256_or_si256(_mm256_or_si256(a, b), _mm256_or_si256(c, d)));
            let sums = _mm_add_epi16(low, high);
            let sums = _mm_add_epi16(sums, _mm_shuffle_epi32::<0b01_00_11_10>(sums));
            let [a, b, c, d] = costs.map(u64::from);
            let costs = (a | b << 16 | c << 32 | d << 48) as i64;
            // What is not one of the four is more than any of them.
            let costs = _mm_adds_epu16(sums, _mm_set_epi64x(-1, costs));
            let found = _mm_cvtsi128_si32(_mm_minpos_epu16(costs)) as u32;
            (found & 0xFFFF, (found >> 16) as usize)
        }
    }

    #[inline(always)]
    unsafe fn satd(self, place: Place) -> u32 {
        // SAFETY: by this function's contract; both slices are as long as a block.
        unsafe {
            let length = 7 * self.stride + 8;
            let block = |pointer: *const u8| std::slice::from_raw_parts(pointer, length);
            let (source, reference) = (block(self.source), block(self.planes.pointer(place)));
            crate::video::satd::avx2::satd::<8, 8>(source, self.stride, reference, self.stride)
        }
    }
}

/// Four rows of 8 samples, in order.
///
/// # Safety
/// AVX-512; the rows, `stride` apart, are readable.
#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
unsafe fn four_rows(first: *const u8, stride: usize, [b, c, d]: [__mmask8; 3]) -> __m256i {
    // SAFETY: by this function's contract, as `y` is below 4.
    let row = |y: usize| unsafe { load8(first.add(y * stride)) };
    let rows = _mm256_broadcastq_epi64(row(0));
    let rows = _mm256_mask_broadcastq_epi64(rows, b, row(1));
    let rows = _mm256_mask_broadcastq_epi64(rows, c, row(2));
    _mm256_mask_broadcastq_epi64(rows, d, row(3))
}
