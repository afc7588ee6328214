//! AVX2 variant of the conversion from bi-planar Y'CbCr to RGB.

use std::arch::x86_64::*;
use std::mem::MaybeUninit;

use super::{BIAS, Factors, Spread};
use crate::pixels::x86_64::{expect_writes, load, store};

/// Pairs whose terms are held at a time: few enough to stay in the nearest cache, and all of a row of usual length; in
/// tests, several strips a row.
const STRIP: usize = if cfg!(test) { 64 } else { 1024 };

/// Terms of a strip for one colour. Pair `i` of the strip is at `i + 16`, so that there is room for the pair before.
/// What no pair belongs to is never set.
#[repr(align(64))]
struct Terms([MaybeUninit<i16>; STRIP + 32]);

#[target_feature(enable = "avx2")]
pub(super) fn to_rgb(
    luma: &[u8],
    near: &[u8],
    far: &[u8],
    weights: [u8; 2],
    spread: Spread,
    factors: &Factors,
    out: &mut [u8],
) {
    if spread == Spread::Repeat && weights[1] == 0 {
        return repeat_row(luma, near, factors, out);
    }
    // A weight of four does not fit its byte below; two halves of one row are the same.
    let (blended_with, even_weights) = match weights {
        [4, 0] => (near, [2, 2]),
        [0, 4] => return to_rgb(luma, far, far, [4, 0], spread, factors, out),
        weights => (far, weights),
    };
    let blocks = luma.len() / 32;
    let last = (near.len() / 2).saturating_sub(1);
    let mut terms = [const { Terms([MaybeUninit::uninit(); STRIP + 32]) }; 3];
    for first in (0..blocks).step_by(STRIP / 16) {
        let count = (blocks - first).min(STRIP / 16);
        let chroma = first * 32..(first + count) * 32;
        let (inner, inner_far) = (&near[chroma.clone()], &blended_with[chroma]);
        fill_terms(inner, inner_far, even_weights, factors, &mut terms);
        // The neighbours of the first and the last pair; past the ends these stand for themselves.
        let end = (first + count) * 16;
        for Terms(row) in &mut terms {
            (row[15], row[16 + count * 16]) = (row[16], row[15 + count * 16]);
        }
        for (index, place) in [(first * 16).checked_sub(1), Some(end)].into_iter().zip([15, 16 + count * 16])
        {
            if let Some(index) = index.filter(|&index| index <= last) {
                let own = factors.terms(super::blended(near, far, weights, index));
                for (Terms(row), term) in terms.iter_mut().zip(own) {
                    row[place].write(term + BIAS);
                }
            }
        }
        let columns = first * 32..(first + count) * 32;
        let pixels = &mut out[columns.start * 4..columns.end * 4];
        // SAFETY: the terms of as many blocks as there are here have been filled, and those beside them.
        unsafe {
            let luma = &luma[columns];
            match (spread, factors.alpha_first) {
                (Spread::Repeat, false) => write_strip::<0, false>(luma, &terms, factors, pixels),
                (Spread::Repeat, true) => write_strip::<0, true>(luma, &terms, factors, pixels),
                (Spread::Left, false) => write_strip::<1, false>(luma, &terms, factors, pixels),
                (Spread::Left, true) => write_strip::<1, true>(luma, &terms, factors, pixels),
                (Spread::Center, false) => write_strip::<2, false>(luma, &terms, factors, pixels),
                (Spread::Center, true) => write_strip::<2, true>(luma, &terms, factors, pixels),
            }
        }
    }
    if blocks * 32 == luma.len() {
        return;
    }
    super::to_rgb_from(blocks * 32, luma, near, far, weights, spread, factors, out);
}

/// Terms of whole blocks of 16 pairs.
#[inline]
#[target_feature(enable = "avx2")]
fn fill_terms(near: &[u8], far: &[u8], weights: [u8; 2], factors: &Factors, terms: &mut [Terms; 3]) {
    let weights = _mm256_set1_epi16(i16::from_le_bytes(weights.map(|weight| weight * 32)));
    // Within each lane: the first kind's bytes to the low half, the second's to the high half; swapped if the first
    // colour follows from the second kind.
    let split = _mm256_setr_epi8(
        0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11, 13, 15, 0, 2, 4, 6, 8, 10, 12, 14, 1, 3, 5, 7, 9, 11,
        13, 15,
    );
    let swap = _mm256_set1_epi8(i8::from(factors.swapped));
    let split = _mm256_xor_si256(split, swap);
    let [green_a, green_b] = if factors.swapped { [1, 0] } else { [0, 1] };
    let (first, last) = (_mm256_set1_epi16(factors.first), _mm256_set1_epi16(factors.last));
    let green_a = _mm256_set1_epi16(factors.green[green_a]);
    let green_b = _mm256_set1_epi16(factors.green[green_b]);
    // Here chroma's middle is not 0. As factors are even, what that adds is a whole number.
    let offset = |factor: i16| _mm256_set1_epi16(BIAS - factor / 2);
    let offsets = [
        offset(factors.first),
        _mm256_set1_epi16(BIAS - factors.green[0] / 2 - factors.green[1] / 2),
        offset(factors.last),
    ];
    let [Terms(x), Terms(green), Terms(z)] = terms;
    let [x, green, z] = [x, green, z].map(|row| row[16..].as_chunks_mut::<16>().0);
    let chroma = near.as_chunks::<32>().0.iter().zip(far.as_chunks::<32>().0);
    for ((near, far), (x, (green, z))) in chroma.zip(x.iter_mut().zip(green.iter_mut().zip(z))) {
        let near = _mm256_shuffle_epi8(load(near), split);
        let far = _mm256_shuffle_epi8(load(far), split);
        let a = _mm256_maddubs_epi16(_mm256_unpacklo_epi8(near, far), weights);
        let b = _mm256_maddubs_epi16(_mm256_unpackhi_epi8(near, far), weights);
        let both = _mm256_add_epi16(_mm256_mulhrs_epi16(a, green_a), _mm256_mulhrs_epi16(b, green_b));
        put(x, _mm256_add_epi16(_mm256_mulhrs_epi16(a, first), offsets[0]));
        put(green, _mm256_add_epi16(both, offsets[1]));
        put(z, _mm256_add_epi16(_mm256_mulhrs_epi16(b, last), offsets[2]));
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn put(terms: &mut [MaybeUninit<i16>; 16], value: __m256i) {
    // SAFETY: the array is 32 writable bytes; the store needs no alignment.
    unsafe { _mm256_storeu_si256(terms.as_mut_ptr().cast(), value) }
}

/// Sixteen terms from place `at` on.
///
/// # Safety
/// AVX2; `at` is at most `STRIP + 16`, and these terms have been set.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn terms_at(Terms(row): &Terms, at: usize) -> __m256i {
    debug_assert!(at + 16 <= row.len());
    // SAFETY: by this function's contract.
    unsafe { _mm256_loadu_si256(row.as_ptr().add(at).cast()) }
}

/// Pixels of a strip. `SPREAD`: 0 repeated, 1 left, 2 centre. Not inlined, so that every variant has all registers for
/// itself.
///
/// # Safety
/// AVX2; `luma` has at most `STRIP * 2` samples, and the terms of their pairs and one pair on either side have been
/// set.
#[inline(never)]
#[target_feature(enable = "avx2")]
unsafe fn write_strip<const SPREAD: u8, const ALPHA_FIRST: bool>(
    luma: &[u8],
    terms: &[Terms; 3],
    factors: &Factors,
    out: &mut [u8],
) {
    let columns = Columns::new(factors, BIAS);
    let alpha = _mm256_set1_epi8(-1);
    let blocks = luma.as_chunks::<32>().0.iter().zip(out.as_chunks_mut::<128>().0);
    debug_assert!(luma.len() <= STRIP * 2);
    for (block, (luma, out)) in blocks.enumerate() {
        expect_writes(out);
        let base = columns.of(load(luma));
        let bytes = |row: &Terms| {
            let at = 16 + block * 16;
            // SAFETY: by this function's contract; there is room for a block before and after the strip.
            let (own, other) = unsafe { (terms_at(row, at), |at| terms_at(row, at)) };
            let (even, odd) = match SPREAD {
                0 => (own, own),
                1 => (own, _mm256_avg_epu16(own, other(at + 1))),
                _ => {
                    let towards = |at| _mm256_avg_epu16(own, _mm256_avg_epu16(own, other(at)));
                    (towards(at - 1), towards(at + 1))
                }
            };
            columns.codes(base, even, odd)
        };
        let [first, green, last] = [bytes(&terms[0]), bytes(&terms[1]), bytes(&terms[2])];
        let order = if ALPHA_FIRST { [alpha, first, green, last] } else { [first, green, last, alpha] };
        store_columns(order, out);
    }
}

/// What luma needs to become words and sums to become codes.
struct Columns {
    take_even: __m256i,
    take_odd: __m256i,
    lower: __m256i,
    gain: __m256i,
}

impl Columns {
    /// For terms that are `bias` too large.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new(factors: &Factors, bias: i16) -> Columns {
        Columns {
            // Products with one of two bytes take columns apart.
            take_even: _mm256_set1_epi16(factors.scale),
            take_odd: _mm256_set1_epi16(factors.scale << 8),
            lower: _mm256_set1_epi16(factors.black + bias),
            gain: _mm256_set1_epi16(factors.gain),
        }
    }

    /// Words of even and of odd columns.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn of(&self, luma: __m256i) -> [__m256i; 2] {
        let base = |take| _mm256_sub_epi16(_mm256_maddubs_epi16(luma, take), self.lower);
        [base(self.take_even), base(self.take_odd)]
    }

    /// Codes of a colour: in each lane those of even columns, then those of odd ones.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn codes(&self, base: [__m256i; 2], even: __m256i, odd: __m256i) -> __m256i {
        let code = |base, term| _mm256_mulhrs_epi16(_mm256_add_epi16(base, term), self.gain);
        _mm256_packus_epi16(code(base[0], even), code(base[1], odd))
    }

    /// Pixels of 32 columns in pairs that share their terms.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn store_repeated<const ALPHA_FIRST: bool>(
        &self,
        luma: __m256i,
        terms: [__m256i; 3],
        out: &mut [u8; 128],
    ) {
        let base = self.of(luma);
        let [x, y, z] = terms;
        let (x, y, z) = (self.codes(base, x, x), self.codes(base, y, y), self.codes(base, z, z));
        let alpha = _mm256_set1_epi8(-1);
        store_columns(if ALPHA_FIRST { [alpha, x, y, z] } else { [x, y, z, alpha] }, out);
    }
}

#[target_feature(enable = "avx2")]
pub(super) fn to_rgb_repeated(luma: [&[u8]; 2], chroma: &[u8], factors: &Factors, out: [&mut [u8]; 2]) {
    let [upper, lower] = luma;
    let [out_upper, out_lower] = out;
    if factors.alpha_first {
        repeat_two::<true>(upper, lower, chroma, factors, out_upper, out_lower);
    } else {
        repeat_two::<false>(upper, lower, chroma, factors, out_upper, out_lower);
    }
    repeat_rest(upper, chroma, factors, out_upper);
    repeat_rest(lower, chroma, factors, out_lower);
}

/// One row whose chroma is repeated.
#[target_feature(enable = "avx2")]
fn repeat_row(luma: &[u8], chroma: &[u8], factors: &Factors, out: &mut [u8]) {
    if factors.alpha_first {
        repeat_one::<true>(luma, chroma, factors, out);
    } else {
        repeat_one::<false>(luma, chroma, factors, out);
    }
    repeat_rest(luma, chroma, factors, out);
}

/// What follows the whole blocks of a row.
#[inline]
fn repeat_rest(luma: &[u8], chroma: &[u8], factors: &Factors, out: &mut [u8]) {
    let done = luma.len() / 32 * 32;
    if done < luma.len() {
        super::to_rgb_from(done, luma, chroma, chroma, [4, 0], Spread::Repeat, factors, out);
    }
}

/// The whole blocks of two rows that share their chroma. Not inlined, so that every variant has all registers for itself.
#[inline(never)]
#[target_feature(enable = "avx2")]
fn repeat_two<const ALPHA_FIRST: bool>(
    upper: &[u8],
    lower: &[u8],
    chroma: &[u8],
    factors: &Factors,
    out_upper: &mut [u8],
    out_lower: &mut [u8],
) {
    let (repeated, columns) = (Repeated::new(factors), Columns::new(factors, 0));
    let luma = upper.as_chunks::<32>().0.iter().zip(lower.as_chunks::<32>().0);
    let out = out_upper.as_chunks_mut::<128>().0.iter_mut().zip(out_lower.as_chunks_mut::<128>().0);
    for ((chroma, luma), out) in chroma.as_chunks::<32>().0.iter().zip(luma).zip(out) {
        expect_writes(out.0);
        expect_writes(out.1);
        let terms = repeated.terms(load(chroma));
        columns.store_repeated::<ALPHA_FIRST>(load(luma.0), terms, out.0);
        columns.store_repeated::<ALPHA_FIRST>(load(luma.1), terms, out.1);
    }
}

/// The whole blocks of a row.
#[inline(never)]
#[target_feature(enable = "avx2")]
fn repeat_one<const ALPHA_FIRST: bool>(luma: &[u8], chroma: &[u8], factors: &Factors, out: &mut [u8]) {
    let (repeated, columns) = (Repeated::new(factors), Columns::new(factors, 0));
    let blocks = luma.as_chunks::<32>().0.iter().zip(out.as_chunks_mut::<128>().0);
    for (chroma, (luma, out)) in chroma.as_chunks::<32>().0.iter().zip(blocks) {
        expect_writes(out);
        columns.store_repeated::<ALPHA_FIRST>(load(luma), repeated.terms(load(chroma)), out);
    }
}

/// What chroma needs to become terms without bias: twice the words of `terms`, by factors half as large.
struct Repeated {
    /// Shuffles that bring the kind that the first colour follows from, and the other one, to the upper bytes of words.
    kinds: [__m256i; 2],
    middle: __m256i,
    first: __m256i,
    last: __m256i,
    green: [__m256i; 2],
}

impl Repeated {
    #[inline]
    #[target_feature(enable = "avx2")]
    fn new(factors: &Factors) -> Repeated {
        let upper_bytes = |kind: i8| {
            let first_word = _mm256_set1_epi16(i16::from_le_bytes([0x80, kind as u8]));
            let places = _mm256_setr_epi16(
                0, 0x200, 0x400, 0x600, 0x800, 0xa00, 0xc00, 0xe00, 0, 0x200, 0x400, 0x600, 0x800, 0xa00,
                0xc00, 0xe00,
            );
            _mm256_add_epi16(first_word, places)
        };
        let [of_first, of_last] = if factors.swapped { [1, 0] } else { [0, 1] };
        Repeated {
            kinds: [upper_bytes(of_first as i8), upper_bytes(of_last as i8)],
            middle: _mm256_set1_epi8(-128),
            first: _mm256_set1_epi16(factors.first / 2),
            last: _mm256_set1_epi16(factors.last / 2),
            green: [of_first, of_last].map(|kind| _mm256_set1_epi16(factors.green[kind] / 2)),
        }
    }

    /// Terms of 16 pairs.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn terms(&self, pairs: __m256i) -> [__m256i; 3] {
        let pairs = _mm256_xor_si256(pairs, self.middle);
        let (a, b) = (_mm256_shuffle_epi8(pairs, self.kinds[0]), _mm256_shuffle_epi8(pairs, self.kinds[1]));
        let green =
            _mm256_add_epi16(_mm256_mulhrs_epi16(a, self.green[0]), _mm256_mulhrs_epi16(b, self.green[1]));
        [_mm256_mulhrs_epi16(a, self.first), green, _mm256_mulhrs_epi16(b, self.last)]
    }
}

/// Interleaves four rows of which each lane holds eight even columns and then the odd ones between them.
#[inline]
#[target_feature(enable = "avx2")]
fn store_columns(bytes: [__m256i; 4], out: &mut [u8; 128]) {
    let [a, b, c, d] = bytes;
    let (even_ab, odd_ab) = (_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b));
    let (even_cd, odd_cd) = (_mm256_unpacklo_epi8(c, d), _mm256_unpackhi_epi8(c, d));
    let (even_low, even_high) =
        (_mm256_unpacklo_epi16(even_ab, even_cd), _mm256_unpackhi_epi16(even_ab, even_cd));
    let (odd_low, odd_high) = (_mm256_unpacklo_epi16(odd_ab, odd_cd), _mm256_unpackhi_epi16(odd_ab, odd_cd));
    let q0 = _mm256_unpacklo_epi32(even_low, odd_low);
    let q1 = _mm256_unpackhi_epi32(even_low, odd_low);
    let q2 = _mm256_unpacklo_epi32(even_high, odd_high);
    let q3 = _mm256_unpackhi_epi32(even_high, odd_high);
    let [o0, o1, o2, o3] = out.as_chunks_mut::<32>().0 else { return };
    store(o0, _mm256_permute2x128_si256::<0x20>(q0, q1));
    store(o1, _mm256_permute2x128_si256::<0x20>(q2, q3));
    store(o2, _mm256_permute2x128_si256::<0x31>(q0, q1));
    store(o3, _mm256_permute2x128_si256::<0x31>(q2, q3));
}
