//! The search compiled with AVX2: the block stays in registers, and the least of four costs is found by one instruction.

use super::{Compare, FoundBlock, SearchStart, run};
use crate::video::x86_64::*;
use crate::video::{Place, Planes};
use std::arch::x86_64::*;

/// # Safety
/// AVX2; the block lies within its slice, and all that the search may look at within the planes.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn block_search(
    source: &[u8],
    planes: &Planes<'_>,
    stride: usize,
    start: &SearchStart,
) -> FoundBlock {
    // SAFETY: by this function's contract.
    unsafe {
        let rows = pairs_of_rows(source.as_ptr(), stride);
        run(Held { rows, source: source.as_ptr(), planes, stride }, stride, start)
    }
}

/// A block in registers, two rows in each.
#[derive(Clone, Copy)]
struct Held<'a> {
    rows: [__m128i; 4],
    source: *const u8,
    planes: &'a Planes<'a>,
    stride: usize,
}

impl Held<'_> {
    /// Sums of the absolute differences of the left halves of rows and of the right halves.
    ///
    /// # Safety
    /// AVX2; the block at the place lies within the planes.
    #[inline(always)]
    unsafe fn sums(self, place: Place) -> __m128i {
        // SAFETY: by this function's contract.
        unsafe {
            let rows = pairs_of_rows(self.planes.pointer(place), self.stride);
            let a = _mm_add_epi32(_mm_sad_epu8(self.rows[0], rows[0]), _mm_sad_epu8(self.rows[1], rows[1]));
            let b = _mm_add_epi32(_mm_sad_epu8(self.rows[2], rows[2]), _mm_sad_epu8(self.rows[3], rows[3]));
            _mm_add_epi32(a, b)
        }
    }
}

impl Compare for Held<'_> {
    #[inline(always)]
    unsafe fn sad(self, place: Place) -> u32 {
        // SAFETY: by this function's contract.
        unsafe {
            let sums = self.sums(place);
            _mm_cvtsi128_si32(_mm_add_epi32(sums, _mm_unpackhi_epi64(sums, sums))) as u32
        }
    }

    #[inline(always)]
    unsafe fn nearest(self, places: [Place; 4], costs: [u32; 4]) -> (u32, usize) {
        // SAFETY: by this function's contract.
        unsafe {
            // Each of the four has two sums, in elements 0 and 2.
            let first = _mm_packs_epi32(self.sums(places[0]), self.sums(places[1]));
            let second = _mm_packs_epi32(self.sums(places[2]), self.sums(places[3]));
            // Words 0, 2, 4 and 6 of each: the halves of two blocks. A half is at most 8160.
            let halves = _mm_packs_epi32(first, second);
            let sums = _mm_madd_epi16(halves, _mm_set1_epi16(1));
            let costs = _mm_add_epi32(
                sums,
                _mm_set_epi32(costs[3] as i32, costs[2] as i32, costs[1] as i32, costs[0] as i32),
            );
            // All are below 2^16: 64 differences, and what is added.
            let least = _mm_minpos_epu16(_mm_packus_epi32(costs, _mm_set1_epi32(0xFFFF)));
            let found = _mm_cvtsi128_si32(least) as u32;
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

/// Eight rows of 8 samples, two in each register.
///
/// # Safety
/// AVX2; the rows, `stride` apart, are readable.
#[inline(always)]
unsafe fn pairs_of_rows(first: *const u8, stride: usize) -> [__m128i; 4] {
    // SAFETY: by this function's contract.
    unsafe {
        let fourth = first.add(4 * stride);
        [
            load8x2(first, first.add(stride)),
            load8x2(first.add(2 * stride), first.add(3 * stride)),
            load8x2(fourth, fourth.add(stride)),
            load8x2(fourth.add(2 * stride), fourth.add(3 * stride)),
        ]
    }
}
