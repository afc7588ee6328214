//! AVX-512 variant of halving pictures by the widened cubic: from source to result in registers, but for the sums of rows.

use std::arch::x86_64::*;

use super::SHARPNESS;
use crate::pixels::x86_64::{load_line, store};

/// Words of sums for each group of 32: as in [`SUMS`](super::SUMS), but in place of the sums before the latest, how much the
/// latest are more than those.
const SUMS: usize = 3 * 32;

/// How far ahead of the group that is worked on lines are asked for. All but the smallest pictures come from caches that are
/// farther than this is long.
const READ_AHEAD: usize = 384;
const WRITE_AHEAD: usize = 512;

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vbmi2,avx512vnni")]
pub(super) fn halve_cubic(rows: [&[u8]; 4], unit: usize, memory: &mut [i16], out: [&mut [u8]; 2]) {
    match unit {
        1 => halve_units::<1>(rows, memory, out),
        2 => halve_units::<2>(rows, memory, out),
        _ => halve_units::<4>(rows, memory, out),
    }
}

/// Not inlined, so that every variant has all registers for itself.
#[inline(never)]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,avx512vbmi2,avx512vnni")]
fn halve_units<const UNIT: usize>(rows: [&[u8]; 4], memory: &mut [i16], [upper, lower]: [&mut [u8]; 2]) {
    let weights = Weights::new::<UNIT>();
    let groups = memory.as_chunks_mut::<SUMS>().0;
    let whole = rows[0].len() / 64;
    let (upper, upper_rest) = upper.as_chunks_mut::<32>();
    let (lower, lower_rest) = lower.as_chunks_mut::<32>();
    let count = upper.len() + usize::from(!upper_rest.is_empty());
    // Each row's line before and line of the group, which begins before the row.
    let mut near = rows.map(|row| [repeated(row.first_chunk::<UNIT>()); 2]);
    let last = rows.map(|row| repeated(row.last_chunk::<UNIT>()));
    // Words of the two groups before, of both rows.
    let mut made = [[_mm512_setzero_si512(); 2]; 2];
    for (place, sums) in groups[..count + 2].iter_mut().enumerate() {
        let next = if place < whole {
            rows.map(|row| {
                let line = row.as_ptr().wrapping_add(place * 64);
                // Never a fault, wherever it points.
                _mm_prefetch::<_MM_HINT_T0>(line.wrapping_add(READ_AHEAD).cast());
                // SAFETY: all rows have `whole` lines.
                unsafe { _mm512_loadu_si512(line.cast()) }
            })
        } else {
            std::array::from_fn(|row| line_past(rows[row], place, last[row]))
        };
        let mut taps = [[_mm512_setzero_si512(); 2]; 4];
        for ((taps, near), next) in taps.iter_mut().zip(&mut near).zip(next) {
            let [before, own] = *near;
            taps[0] = _mm512_permutexvar_epi8(weights.order, _mm512_alignr_epi32::<15>(own, before));
            taps[1] = _mm512_permutexvar_epi8(weights.order, _mm512_alignr_epi32::<1>(next, own));
            *near = [own, next];
        }
        let words = weights.words(taps, sums);
        let codes = [0, 1].map(|row| weights.codes::<UNIT>(made[row], words[row]));
        made = [[made[0][1], words[0]], [made[1][1], words[1]]];
        // These are of the group before, and the first group lies before the row.
        let Some(place) = place.checked_sub(2) else { continue };
        let bytes = _mm512_permutexvar_epi64(weights.rows, _mm512_packus_epi16(codes[0], codes[1]));
        let [above, below] = [_mm512_castsi512_si256(bytes), _mm512_extracti64x4_epi64::<1>(bytes)];
        if let (Some(upper), Some(lower)) = (upper.get_mut(place), lower.get_mut(place)) {
            // Two groups fill a line: one row's is asked for at each.
            let line = if place.is_multiple_of(2) { upper.as_ptr() } else { lower.as_ptr() };
            _mm_prefetch::<_MM_HINT_ET0>(line.wrapping_add(WRITE_AHEAD).cast());
            store(upper, above);
            store(lower, below);
        } else {
            for (rest, bytes) in [(&mut *upper_rest, above), (&mut *lower_rest, below)] {
                let mut group = [0; 32];
                store(&mut group, bytes);
                rest.copy_from_slice(&group[..rest.len()]);
            }
        }
    }
}

/// Line `place` of a row that ends within it or before it: past the end stands `last`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn line_past(row: &[u8], place: usize, last: __m512i) -> __m512i {
    let rest = row.get(place * 64..).unwrap_or_default();
    debug_assert!(rest.len() < 64);
    // SAFETY: the bytes that the mask takes lie in the row.
    unsafe { _mm512_mask_loadu_epi8(last, (1 << rest.len()) - 1, rest.as_ptr().cast()) }
}

/// A pixel in all places.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn repeated<const UNIT: usize>(pixel: Option<&[u8; UNIT]>) -> __m512i {
    let bytes: [u8; 4] = std::array::from_fn(|place| pixel.map_or(0, |pixel| pixel[place % UNIT]));
    _mm512_set1_epi32(i32::from_le_bytes(bytes))
}

/// What a group is made with.
struct Weights {
    /// Of the 64 bytes that begin four before a group, the four taps of 16 words: of the first four of every eight.
    order: __m512i,
    /// Of four neighbours in a row of weight one, and of weight three.
    once: __m512i,
    thrice: __m512i,
    sharpness: __m512i,
    /// Six fraction bits less, rounded.
    unit: __m512i,
    /// Takes the packed bytes of two rows apart.
    rows: __m512i,
}

impl Weights {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn new<const UNIT: usize>() -> Weights {
        let order: [u8; 64] = std::array::from_fn(|place| {
            let (word, tap) = (place / 16 * 8 + place / 4 % 4, place % 4);
            ((2 * (word / UNIT) + tap) * UNIT + word % UNIT + 4 - UNIT) as u8
        });
        Weights {
            order: load_line(&order),
            once: _mm512_set1_epi32(i32::from_le_bytes([1, 3, 3, 1])),
            thrice: _mm512_set1_epi32(i32::from_le_bytes([3, 9, 9, 3])),
            sharpness: _mm512_set1_epi16(SHARPNESS),
            unit: _mm512_set1_epi16(1 << 9),
            // Were it known, two instructions would be made four.
            rows: std::hint::black_box(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7)),
        }
    }

    /// A group of words of both rows, from taps of four source rows.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
    fn words(&self, [a, b, c, d]: [[__m512i; 2]; 4], sums: &mut [i16; SUMS]) -> [__m512i; 2] {
        let (once, thrice, zero) = (self.once, self.thrice, _mm512_setzero_si512());
        let add = |sum, taps, weight| _mm512_dpbusd_epi32(sum, taps, weight);
        let ab = |half: usize| add(add(zero, a[half], thrice), b[half], once);
        let cd = |half: usize| add(add(zero, c[half], once), d[half], thrice);
        let all = |half: usize| {
            let upper = add(add(zero, a[half], once), b[half], thrice);
            add(add(upper, c[half], thrice), d[half], once)
        };
        let [pending, rise, latest] = sums.as_chunks_mut::<32>().0 else { return [zero; 2] };
        let next = _mm512_add_epi16(load(pending), _mm512_packus_epi32(ab(0), ab(1)));
        let second = _mm512_packus_epi32(all(0), all(1));
        let own = load(latest);
        let rises = [_mm512_sub_epi16(next, own), _mm512_sub_epi16(second, next)];
        let words = [self.sharpened(own, load(rise), rises[0]), self.sharpened(next, rises[0], rises[1])];
        put(pending, _mm512_packus_epi32(cd(0), cd(1)));
        put(rise, rises[1]);
        put(latest, second);
        words
    }

    /// Words of codes of a group, from words of the group before, its own and those of the next.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2")]
    fn codes<const UNIT: usize>(&self, [before, own]: [__m512i; 2], after: __m512i) -> __m512i {
        let (left, right) = match UNIT {
            1 => (
                _mm512_shldi_epi32::<16>(own, _mm512_alignr_epi32::<15>(own, before)),
                _mm512_shrdi_epi32::<16>(own, _mm512_alignr_epi32::<1>(after, own)),
            ),
            2 => (_mm512_alignr_epi32::<15>(own, before), _mm512_alignr_epi32::<1>(after, own)),
            _ => (_mm512_alignr_epi64::<7>(own, before), _mm512_alignr_epi64::<1>(after, own)),
        };
        let rises = [_mm512_sub_epi16(own, left), _mm512_sub_epi16(right, own)];
        _mm512_mulhrs_epi16(self.sharpened(own, rises[0], rises[1]), self.unit)
    }

    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn sharpened(&self, own: __m512i, rise: __m512i, next_rise: __m512i) -> __m512i {
        let difference = _mm512_subs_epi16(rise, next_rise);
        _mm512_add_epi16(own, _mm512_mulhrs_epi16(difference, self.sharpness))
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(words: &[i16; 32]) -> __m512i {
    // SAFETY: the array is 64 readable bytes; the load needs no alignment.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn put(words: &mut [i16; 32], value: __m512i) {
    // SAFETY: the array is 64 writable bytes; the store needs no alignment.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), value) }
}
