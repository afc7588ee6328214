//! AVX2 variants of halving pictures by the widened cubic.

use std::arch::x86_64::*;

use super::{GROUP, SHARPNESS, SUMS};
use crate::pixels::x86_64::{load_words, store, store_words};

#[target_feature(enable = "avx2")]
pub(super) fn halve_cubic(rows: [&[u8]; 4], unit: usize, memory: &mut [i16], out: [&mut [u8]; 2]) {
    match unit {
        1 => halve_units::<1>(rows, memory, out),
        2 => halve_units::<2>(rows, memory, out),
        _ => halve_units::<4>(rows, memory, out),
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn halve_units<const UNIT: usize>(rows: [&[u8]; 4], memory: &mut [i16], out: [&mut [u8]; 2]) {
    let bytes = out[0].len();
    let (sums, words) = super::parts(memory, bytes, UNIT);
    let [upper, lower] = words;
    halve_rows::<UNIT>(rows, sums, [upper, lower]);
    for (out, words) in out.into_iter().zip([upper, lower]) {
        sharpen_row::<UNIT>(super::around(words, bytes, UNIT), out);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn halve_rows<const UNIT: usize>(
    rows: [&[u8]; 4],
    groups: &mut [[i16; SUMS]],
    [upper, lower]: [&mut [[i16; GROUP]]; 2],
) {
    // Groups read the pixel before theirs and the one after.
    let (each, length) = (2 * GROUP as isize, rows[0].len() as isize);
    let start = -(2 * GROUP as isize + UNIT as isize);
    let last = length - each - 2 * UNIT as isize;
    let inner_first = ((each - 1 - start).max(0) / each).min(groups.len() as isize) as usize;
    let inner_end = (last + each - start).max(0) / each;
    let inner_end = (inner_end.min(groups.len() as isize) as usize).max(inner_first);
    let weights = Weights::new::<UNIT>();
    let ends = (0..inner_first).chain(inner_end..groups.len());
    // Written long before they are read, as bytes on their way to the cache cannot be read as one register.
    let mut extended = [[[0; EXTENDED]; 2]; 4];
    let mut far;
    if rows[0].len() >= KEPT && ends.clone().next().is_some() {
        for (row, ends) in rows.iter().zip(&mut extended) {
            extend::<UNIT>(row, ends);
        }
    }
    let inner = inner_first..inner_end;
    let made = upper[inner.clone()].iter_mut().zip(&mut lower[inner.clone()]);
    for (index, (sums, (upper, lower))) in groups[inner.clone()].iter_mut().zip(made).enumerate() {
        let at = start + (inner.start + index) as isize * each;
        debug_assert!(at >= 0 && at <= last);
        // SAFETY: the rows reach from before `at` to as far as a group reads.
        unsafe { group::<UNIT>(rows.map(|row| row.as_ptr().add(at as usize)), &weights, sums, upper, lower) };
    }
    for index in ends {
        let at = start + index as isize * each;
        // Places in the first and in the last bytes of rows with what is beyond.
        let places = [at + BEYOND as isize, at + (KEPT as isize - length)].map(usize::try_from);
        let fits = |place: &usize| length >= KEPT as isize && *place <= EXTENDED - READ;
        let bytes = match places {
            [Ok(place), _] if fits(&place) => [0, 1, 2, 3].map(|row| &extended[row][0][place..]),
            [_, Ok(place)] if fits(&place) => [0, 1, 2, 3].map(|row| &extended[row][1][place..]),
            _ => {
                far = rows.map(|row| clamped::<UNIT>(row, at));
                far.each_ref().map(|row| &row[..])
            }
        };
        let bytes = bytes.map(|row| row[..READ].as_ptr());
        // SAFETY: these are as many bytes as a group reads.
        unsafe { group::<UNIT>(bytes, &weights, &mut groups[index], &mut upper[index], &mut lower[index]) };
    }
}

/// Bytes that a group reads, at most.
const READ: usize = 2 * GROUP + 8;
/// Bytes at either end of a row that are kept with what is beyond.
const KEPT: usize = 64;
/// Bytes beyond an end, and the sum of both.
const BEYOND: usize = 64;
const EXTENDED: usize = KEPT + BEYOND;

/// The first bytes of a row after its first pixel many times, and the last bytes before the last pixel many times.
#[inline]
#[target_feature(enable = "avx2")]
fn extend<const UNIT: usize>(row: &[u8], [head, tail]: &mut [[u8; EXTENDED]; 2]) {
    let (Some(first), Some(last)) = (row.first_chunk::<UNIT>(), row.last_chunk::<UNIT>()) else { return };
    head[..BEYOND].as_chunks_mut().0.fill(*first);
    tail[KEPT..].as_chunks_mut().0.fill(*last);
    if let (Some(first), Some(last)) = (row.first_chunk::<KEPT>(), row.last_chunk::<KEPT>()) {
        head[BEYOND..].copy_from_slice(first);
        tail[..KEPT].copy_from_slice(last);
    }
}

/// What a group is made with.
struct Weights {
    /// Brings neighbours of a channel side by side: the words that come of them are in order.
    order: __m256i,
    /// Of two neighbours, 1 and 3 or 3 and 1.
    rising: __m256i,
    falling: __m256i,
    sharpness: __m256i,
}

impl Weights {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new<const UNIT: usize>() -> Weights {
        let order = match UNIT {
            1 => _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
            2 => _mm_setr_epi8(0, 2, 1, 3, 4, 6, 5, 7, 8, 10, 9, 11, 12, 14, 13, 15),
            _ => _mm_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14, 11, 15),
        };
        Weights {
            order: _mm256_broadcastsi128_si256(order),
            rising: _mm256_set1_epi16(i16::from_le_bytes([1, 3])),
            falling: _mm256_set1_epi16(i16::from_le_bytes([3, 1])),
            sharpness: _mm256_set1_epi16(SHARPNESS),
        }
    }
}

/// # Safety
/// AVX2; from each of `rows` on there are `2 * (GROUP + UNIT)` bytes.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn group<const UNIT: usize>(
    rows: [*const u8; 4],
    weights: &Weights,
    sums: &mut [i16; SUMS],
    upper: &mut [i16; GROUP],
    lower: &mut [i16; GROUP],
) {
    let sum = |row: *const u8| {
        // SAFETY: by this function's contract.
        let (left, right) =
            unsafe { (_mm256_loadu_si256(row.cast()), _mm256_loadu_si256(row.add(2 * UNIT).cast())) };
        let order = |pixels| if UNIT == 1 { pixels } else { _mm256_shuffle_epi8(pixels, weights.order) };
        _mm256_add_epi16(
            _mm256_maddubs_epi16(order(left), weights.rising),
            _mm256_maddubs_epi16(order(right), weights.falling),
        )
    };
    let [pending, before, latest] = sums.as_chunks_mut::<GROUP>().0 else { return };
    let [a, b, c, d] = [sum(rows[0]), sum(rows[1]), sum(rows[2]), sum(rows[3])];
    let (ab, cd) = (_mm256_add_epi16(a, b), _mm256_add_epi16(c, d));
    let doubled = |sum| _mm256_add_epi16(sum, sum);
    let next = _mm256_add_epi16(_mm256_add_epi16(load_words(pending), doubled(a)), ab);
    let second = _mm256_add_epi16(_mm256_add_epi16(ab, doubled(b)), _mm256_add_epi16(cd, doubled(c)));
    store_words(pending, _mm256_add_epi16(cd, doubled(d)));
    let own = load_words(latest);
    store_words(upper, sharpened(load_words(before), own, next, weights.sharpness));
    store_words(lower, sharpened(own, next, second, weights.sharpness));
    store_words(before, next);
    store_words(latest, second);
}

/// The bytes of a row from `at` on, pixels past its ends being those at the ends.
#[inline(never)]
fn clamped<const UNIT: usize>(row: &[u8], at: isize) -> [u8; READ] {
    let mut bytes = [0; READ];
    let length = row.len() as isize;
    let (low, high) = (at.clamp(0, length), (at + bytes.len() as isize).clamp(0, length));
    let inner = (low - at).clamp(0, bytes.len() as isize) as usize;
    let inner = inner..inner + (high - low) as usize;
    bytes[inner.clone()].copy_from_slice(&row[low as usize..high as usize]);
    if let (Some(first), Some(last)) = (row.first_chunk::<UNIT>(), row.last_chunk::<UNIT>()) {
        bytes[..inner.start].as_chunks_mut().0.fill(*first);
        bytes[inner.end..].as_chunks_mut().0.fill(*last);
    }
    bytes
}

#[inline]
#[target_feature(enable = "avx2")]
fn sharpened(before: __m256i, own: __m256i, after: __m256i, sharpness: __m256i) -> __m256i {
    let difference = _mm256_adds_epi16(_mm256_sub_epi16(own, before), _mm256_sub_epi16(own, after));
    _mm256_add_epi16(own, _mm256_mulhrs_epi16(difference, sharpness))
}

#[inline]
#[target_feature(enable = "avx2")]
fn sharpen_row<const UNIT: usize>(words: &[i16], out: &mut [u8]) {
    let (blocks, _) = out.as_chunks_mut::<32>();
    let done = blocks.len() * 32;
    debug_assert!(words.len() >= done + 2 * UNIT);
    let sharpness = _mm256_set1_epi16(SHARPNESS);
    // Six fraction bits less, rounded.
    let unit = _mm256_set1_epi16(1 << 9);
    for (index, out) in blocks.iter_mut().enumerate() {
        let sixteen = |at: usize| {
            // SAFETY: there are two pixels more of words than bytes in `out`.
            let three =
                |pixel: usize| unsafe { _mm256_loadu_si256(words.as_ptr().add(at + pixel * UNIT).cast()) };
            _mm256_mulhrs_epi16(sharpened(three(0), three(1), three(2), sharpness), unit)
        };
        let bytes = _mm256_packus_epi16(sixteen(index * 32), sixteen(index * 32 + 16));
        store(out, _mm256_permute4x64_epi64::<0b11_01_10_00>(bytes));
    }
    super::sharpen_row_from(done, words, UNIT, out);
}
