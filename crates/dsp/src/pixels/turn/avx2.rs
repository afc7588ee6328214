//! AVX2 variants of turning.

use std::arch::x86_64::*;

use super::Tile;
use crate::pixels::x86_64::{load, store};

/// Row `y` of a tile, 16 bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn row16(from: &[u8], tile: Tile, y: usize) -> __m128i {
    debug_assert!(tile.row(y) + 16 <= from.len());
    // SAFETY: the kernel's clause says that every row of the tile lies within `from`.
    unsafe { _mm_loadu_si128(from.as_ptr().add(tile.row(y)).cast()) }
}

/// Writes row `y` of a tile, 16 bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn put16(to: &mut [u8], tile: Tile, y: usize, value: __m128i) {
    debug_assert!(tile.row(y) + 16 <= to.len());
    // SAFETY: the kernel's clause says that every row of the tile lies within `to`.
    unsafe { _mm_storeu_si128(to.as_mut_ptr().add(tile.row(y)).cast(), value) }
}

/// Writes row `y` of a tile, 32 bytes.
#[inline]
#[target_feature(enable = "avx2")]
fn put32(to: &mut [u8], tile: Tile, y: usize, value: __m256i) {
    debug_assert!(tile.row(y) + 32 <= to.len());
    // SAFETY: the kernel's clause says that every row of the tile lies within `to`.
    unsafe { _mm256_storeu_si256(to.as_mut_ptr().add(tile.row(y)).cast(), value) }
}

/// Goes through tiles of `SIDE` rows of 16 bytes, column by column, two at a time while there are two: work gets their place
/// in the source and in the destination, and whether there are two.
#[inline]
#[target_feature(enable = "avx2")]
fn for_tiles<const SIDE: usize>(
    [source, destination]: [Tile; 2],
    down: usize,
    across: usize,
    mut work: impl FnMut(Tile, Tile, bool),
) {
    for column in 0..across {
        for tile in (0..down).step_by(2) {
            let source = source.moved(SIDE * tile, 16 * column);
            work(source, destination.moved(SIDE * column, 16 * tile), tile + 1 < down);
        }
    }
}

/// # Safety
/// AVX2; the clause of the kernel.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn transpose1(
    from: &[u8],
    source: Tile,
    to: &mut [u8],
    destination: Tile,
    down: usize,
    across: usize,
) {
    for_tiles::<16>([source, destination], down, across, |source, destination, two| {
        // SAFETY: by this function's contract.
        unsafe {
            if two {
                two_tiles_of_bytes(from, source, to, destination);
            } else {
                tile_of_bytes(from, source, to, destination);
            }
        }
    });
}

/// Transposes eight rows of 16 bytes in either lane: each word of 64 bits is a column, two in each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn columns_of_bytes(r: [__m256i; 8]) -> [__m256i; 8] {
    let mut a = [_mm256_setzero_si256(); 8];
    for i in 0..4 {
        a[i] = _mm256_unpacklo_epi8(r[2 * i], r[2 * i + 1]);
        a[i + 4] = _mm256_unpackhi_epi8(r[2 * i], r[2 * i + 1]);
    }
    let mut b = [_mm256_setzero_si256(); 8];
    for half in 0..2 {
        for i in 0..2 {
            b[half * 4 + i] = _mm256_unpacklo_epi16(a[half * 4 + 2 * i], a[half * 4 + 2 * i + 1]);
            b[half * 4 + i + 2] = _mm256_unpackhi_epi16(a[half * 4 + 2 * i], a[half * 4 + 2 * i + 1]);
        }
    }
    let mut columns = [_mm256_setzero_si256(); 8];
    for quarter in 0..4 {
        columns[quarter * 2] = _mm256_unpacklo_epi32(b[quarter * 2], b[quarter * 2 + 1]);
        columns[quarter * 2 + 1] = _mm256_unpackhi_epi32(b[quarter * 2], b[quarter * 2 + 1]);
    }
    columns
}

/// Two tiles, a lane each: rows of the results are whole registers, and nothing has to change lanes.
///
/// # Safety
/// AVX2; the 32 rows of 16 bytes of the source and the 16 rows of 32 bytes of the destination lie within their slices.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn two_tiles_of_bytes(from: &[u8], source: Tile, to: &mut [u8], destination: Tile) {
    let row = |y: usize| _mm256_set_m128i(row16(from, source, y + 16), row16(from, source, y));
    let upper = columns_of_bytes([row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)]);
    let lower = columns_of_bytes([row(8), row(9), row(10), row(11), row(12), row(13), row(14), row(15)]);
    for (k, (upper, lower)) in upper.into_iter().zip(lower).enumerate() {
        put32(to, destination, 2 * k, _mm256_unpacklo_epi64(upper, lower));
        put32(to, destination, 2 * k + 1, _mm256_unpackhi_epi64(upper, lower));
    }
}

/// # Safety
/// AVX2; the 16 rows of 16 bytes of both tiles lie within their slices.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn tile_of_bytes(from: &[u8], source: Tile, to: &mut [u8], destination: Tile) {
    // Rows y and y + 8 side by side: three rounds of unpacking transpose both halves at once.
    let pair = |y: usize| _mm256_set_m128i(row16(from, source, y + 8), row16(from, source, y));
    let r: [__m256i; 8] = [pair(0), pair(1), pair(2), pair(3), pair(4), pair(5), pair(6), pair(7)];
    for (k, columns) in columns_of_bytes(r).into_iter().enumerate() {
        // Each lane has two columns of eight rows; joining lanes makes columns of sixteen.
        let joined = _mm256_permute4x64_epi64::<0b11_01_10_00>(columns);
        put16(to, destination, 2 * k, _mm256_castsi256_si128(joined));
        put16(to, destination, 2 * k + 1, _mm256_extracti128_si256::<1>(joined));
    }
}

/// # Safety
/// AVX2; the clause of the kernel.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn transpose2(
    from: &[u8],
    source: Tile,
    to: &mut [u8],
    destination: Tile,
    down: usize,
    across: usize,
) {
    for_tiles::<8>([source, destination], down, across, |source, destination, two| {
        // SAFETY: by this function's contract.
        unsafe {
            if two {
                two_tiles_of_pairs(from, source, to, destination);
            } else {
                tile_of_pairs(from, source, to, destination);
            }
        }
    });
}

/// Transposes four rows of 8 pairs of bytes in either lane: each word of 64 bits is a column, two in each lane.
#[inline]
#[target_feature(enable = "avx2")]
fn columns_of_pairs([r0, r1, r2, r3]: [__m256i; 4]) -> [__m256i; 4] {
    let (a0, a1) = (_mm256_unpacklo_epi16(r0, r1), _mm256_unpackhi_epi16(r0, r1));
    let (b0, b1) = (_mm256_unpacklo_epi16(r2, r3), _mm256_unpackhi_epi16(r2, r3));
    [
        _mm256_unpacklo_epi32(a0, b0),
        _mm256_unpackhi_epi32(a0, b0),
        _mm256_unpacklo_epi32(a1, b1),
        _mm256_unpackhi_epi32(a1, b1),
    ]
}

/// As [`two_tiles_of_bytes`].
///
/// # Safety
/// AVX2; the 16 rows of 16 bytes of the source and the 8 rows of 32 bytes of the destination lie within their slices.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn two_tiles_of_pairs(from: &[u8], source: Tile, to: &mut [u8], destination: Tile) {
    let row = |y: usize| _mm256_set_m128i(row16(from, source, y + 8), row16(from, source, y));
    let upper = columns_of_pairs([row(0), row(1), row(2), row(3)]);
    let lower = columns_of_pairs([row(4), row(5), row(6), row(7)]);
    for (k, (upper, lower)) in upper.into_iter().zip(lower).enumerate() {
        put32(to, destination, 2 * k, _mm256_unpacklo_epi64(upper, lower));
        put32(to, destination, 2 * k + 1, _mm256_unpackhi_epi64(upper, lower));
    }
}

/// # Safety
/// AVX2; the 8 rows of 16 bytes of both tiles lie within their slices.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn tile_of_pairs(from: &[u8], source: Tile, to: &mut [u8], destination: Tile) {
    let pair = |y: usize| _mm256_set_m128i(row16(from, source, y + 4), row16(from, source, y));
    let columns = columns_of_pairs([pair(0), pair(1), pair(2), pair(3)]);
    for (k, columns) in columns.into_iter().enumerate() {
        let joined = _mm256_permute4x64_epi64::<0b11_01_10_00>(columns);
        put16(to, destination, 2 * k, _mm256_castsi256_si128(joined));
        put16(to, destination, 2 * k + 1, _mm256_extracti128_si256::<1>(joined));
    }
}

/// # Safety
/// AVX2; the clause of the kernel.
#[target_feature(enable = "avx2")]
pub(super) unsafe fn transpose4(
    from: &[u8],
    source: Tile,
    to: &mut [u8],
    destination: Tile,
    down: usize,
    across: usize,
) {
    // Row by row, as lines of the source are read to their end while they are near.
    for tile in 0..down {
        for column in 0..across {
            let (source, destination) =
                (source.moved(8 * tile, 32 * column), destination.moved(8 * column, 32 * tile));
            // SAFETY: by this function's contract.
            unsafe { tile_of_pixels(from, source, to, destination) };
        }
    }
}

/// # Safety
/// AVX2; the 8 rows of 32 bytes of both tiles lie within their slices.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn tile_of_pixels(from: &[u8], source: Tile, to: &mut [u8], destination: Tile) {
    let half = |y: usize, x: usize| row16(from, Tile { start: source.start + x, ..source }, y);
    for x in [0, 16] {
        // Four columns of all eight rows: rows 0-3 in the low lane, 4-7 in the high one.
        let pair = |y: usize| _mm256_set_m128i(half(y + 4, x), half(y, x));
        let (r0, r1, r2, r3) = (pair(0), pair(1), pair(2), pair(3));
        let (a0, a1) = (_mm256_unpacklo_epi32(r0, r1), _mm256_unpackhi_epi32(r0, r1));
        let (b0, b1) = (_mm256_unpacklo_epi32(r2, r3), _mm256_unpackhi_epi32(r2, r3));
        let columns = [
            _mm256_unpacklo_epi64(a0, b0),
            _mm256_unpackhi_epi64(a0, b0),
            _mm256_unpacklo_epi64(a1, b1),
            _mm256_unpackhi_epi64(a1, b1),
        ];
        for (k, column) in columns.into_iter().enumerate() {
            put32(to, destination, x / 4 + k, column);
        }
    }
}

#[target_feature(enable = "avx2")]
pub(super) fn reverse(from: &[u8], unit: usize, to: &mut [u8]) {
    let (blocks, rest) = to.as_chunks_mut::<32>();
    let (head, tail) = from.as_rchunks::<32>();
    let pattern: [u8; 16] = std::array::from_fn(|i| ((16 / unit - 1 - i / unit) * unit + i % unit) as u8);
    let mut order = [0; 32];
    order[..16].copy_from_slice(&pattern);
    order[16..].copy_from_slice(&pattern);
    let order = load(&order);
    for (from, to) in tail.iter().rev().zip(blocks) {
        let lanes = _mm256_shuffle_epi8(load(from), order);
        store(to, _mm256_permute2x128_si256::<0x01>(lanes, lanes));
    }
    super::reverse(head, unit, rest);
}
