//! Rows of 32-bit floating-point values: samples in and out, filters, matrices, tables.
//!
//! Every operation is a plain product, sum, square root, comparison or conversion in a fixed order, so all
//! variants agree bit for bit.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

/// Entries of a table for [`MapNearest`].
pub const TABLE_LENGTH: usize = 4096;

kernel! {
    /// Bytes `step` apart (1 to 4) as values `(byte - zero) * scale`.
    pub fn UnpackBytes(from: &[u8], step: usize, zero: f32, scale: f32, out: &mut [f32])
    where matches!(step, 1..=4), out.is_empty() || from.len() > (out.len() - 1) * step;
    test: unpack_bytes_variants, cases: tests::unpack_bytes,
    scalar: unpack_bytes,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::unpack_bytes },
}

kernel! {
    /// 16-bit little-endian words `step` words apart (1 to 4), shifted right by `shift` (0 to 15), as values
    /// `(code - zero) * scale`.
    pub fn UnpackWords(from: &[u8], step: usize, shift: u32, zero: f32, scale: f32, out: &mut [f32])
    where matches!(step, 1..=4), shift < 16, out.is_empty() || from.len() / 2 > (out.len() - 1) * step;
    test: unpack_words_variants, cases: tests::unpack_words,
    scalar: unpack_words,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::unpack_words, #[cfg(target_arch = "x86_64")] Avx512: avx512::unpack_words },
}

kernel! {
    /// Values as bytes: `value * unit + offset`, at least 0, at most `maximum`, cut to a whole number. What is
    /// not a number becomes 0.
    pub fn PackBytes(from: &[f32], unit: f32, offset: f32, maximum: f32, out: &mut [u8])
    where from.len() == out.len(), (0.0..=255.0).contains(&maximum);
    test: pack_bytes_variants, cases: tests::pack_bytes,
    scalar: pack_bytes,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::pack_bytes, #[cfg(target_arch = "x86_64")] Avx512: avx512::pack_bytes },
}

kernel! {
    /// As [`PackBytes`], as 16-bit words. `maximum` is at most 65535.
    pub fn PackWords(from: &[f32], unit: f32, offset: f32, maximum: f32, out: &mut [u16])
    where from.len() == out.len(), (0.0..=65535.0).contains(&maximum);
    test: pack_words_variants, cases: tests::pack_words,
    scalar: pack_words,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::pack_words },
}

kernel! {
    /// Adds a row times a weight; with `first`, writes it instead.
    pub fn Accumulate(row: &[f32], weight: f32, first: bool, out: &mut [f32])
    where row.len() == out.len();
    test: accumulate_variants, cases: tests::accumulate,
    scalar: accumulate,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::accumulate },
}

kernel! {
    /// The sum of two rows times a weight each.
    pub fn Blend(rows: [&[f32]; 2], weights: [f32; 2], out: &mut [f32])
    where rows.iter().all(|row| row.len() == out.len());
    test: blend_variants, cases: tests::blend,
    scalar: blend,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::blend, #[cfg(target_arch = "x86_64")] Avx512: avx512::blend },
}

kernel! {
    /// A row of twice the length: sample `2 i + p` of the result is samples `i + offsets[p]` and the next one of the
    /// row, times the two weights of `p`.
    pub fn Double(row: &[f32], offsets: [usize; 2], weights: [[f32; 2]; 2], out: &mut [f32])
    where out.len().is_multiple_of(2), offsets.iter().all(|&offset| offset < 4 && row.len() > out.len() / 2 + offset);
    test: double_variants, cases: tests::double,
    scalar: double,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::double, #[cfg(target_arch = "x86_64")] Avx512: avx512::double },
}

kernel! {
    /// Multiplies columns of three rows by a matrix, in place.
    pub fn Multiply(matrix: &[[f32; 3]; 3], a: &mut [f32], b: &mut [f32], c: &mut [f32])
    where b.len() == a.len(), c.len() == a.len();
    test: multiply_variants, cases: tests::multiply,
    scalar: multiply,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::multiply },
}

kernel! {
    /// Replaces values by entries of a table: the entry at the value, or with `root` at its square root, times `scale`,
    /// rounded, and at most the last. What is below 0 or not a number counts as 0.
    pub fn MapNearest(table: &[f32; TABLE_LENGTH], scale: f32, root: bool, row: &mut [f32])
    where (0.0..=1e9).contains(&scale);
    test: map_nearest_variants, cases: tests::map_nearest,
    scalar: map_nearest,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::map_nearest },
}

kernel! {
    /// Multiplies a row by a row, in place.
    pub fn Scale(by: &[f32], row: &mut [f32])
    where by.len() == row.len();
    test: scale_variants, cases: tests::scale,
    scalar: scale,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::scale },
}

#[inline(always)]
fn unpack_bytes(from: &[u8], step: usize, zero: f32, scale: f32, out: &mut [f32]) {
    match step {
        1 => out.iter_mut().zip(from).for_each(|(out, &code)| *out = (f32::from(code) - zero) * scale),
        2 => unpack_strided::<2>(from, zero, scale, out),
        3 => unpack_strided::<3>(from, zero, scale, out),
        _ => unpack_strided::<4>(from, zero, scale, out),
    }
}

#[inline(always)]
fn unpack_strided<const STEP: usize>(from: &[u8], zero: f32, scale: f32, out: &mut [f32]) {
    let Some((last, body)) = out.split_last_mut() else { return };
    for (out, group) in body.iter_mut().zip(from.as_chunks::<STEP>().0) {
        *out = (f32::from(group[0]) - zero) * scale;
    }
    *last = (f32::from(from[body.len() * STEP]) - zero) * scale;
}

#[inline(always)]
fn unpack_words(from: &[u8], step: usize, shift: u32, zero: f32, scale: f32, out: &mut [f32]) {
    let words = from.as_chunks::<2>().0;
    match step {
        1 => unpack_words_strided::<1>(words, shift, zero, scale, out),
        2 => unpack_words_strided::<2>(words, shift, zero, scale, out),
        3 => unpack_words_strided::<3>(words, shift, zero, scale, out),
        _ => unpack_words_strided::<4>(words, shift, zero, scale, out),
    }
}

#[inline(always)]
fn unpack_words_strided<const STEP: usize>(
    words: &[[u8; 2]],
    shift: u32,
    zero: f32,
    scale: f32,
    out: &mut [f32],
) {
    let value = |word: [u8; 2]| (f32::from(u16::from_le_bytes(word) >> shift) - zero) * scale;
    let Some((last, body)) = out.split_last_mut() else { return };
    for (out, group) in body.iter_mut().zip(words.as_chunks::<STEP>().0) {
        *out = value(group[0]);
    }
    *last = value(words[body.len() * STEP]);
}

/// `value * unit + offset` within 0 to `maximum`.
#[inline(always)]
fn limited(value: f32, unit: f32, offset: f32, maximum: f32) -> f32 {
    let code = value * unit + offset;
    // The comparison is false for what is not a number.
    let code = if code > 0.0 { code } else { 0.0 };
    if code < maximum { code } else { maximum }
}

fn pack_bytes(from: &[f32], unit: f32, offset: f32, maximum: f32, out: &mut [u8]) {
    for (out, &value) in out.iter_mut().zip(from) {
        *out = limited(value, unit, offset, maximum) as u8;
    }
}

fn pack_words(from: &[f32], unit: f32, offset: f32, maximum: f32, out: &mut [u16]) {
    for (out, &value) in out.iter_mut().zip(from) {
        *out = limited(value, unit, offset, maximum) as u16;
    }
}

#[inline(always)]
fn accumulate(row: &[f32], weight: f32, first: bool, out: &mut [f32]) {
    if first {
        out.iter_mut().zip(row).for_each(|(out, value)| *out = value * weight);
    } else {
        out.iter_mut().zip(row).for_each(|(out, value)| *out += value * weight);
    }
}

#[inline(always)]
fn blend([a, b]: [&[f32]; 2], weights: [f32; 2], out: &mut [f32]) {
    out.iter_mut().zip(a.iter().zip(b)).for_each(|(out, (a, b))| *out = a * weights[0] + b * weights[1]);
}

#[inline(always)]
fn double(row: &[f32], offsets: [usize; 2], weights: [[f32; 2]; 2], out: &mut [f32]) {
    let half = out.len() / 2;
    let part = |offset: usize| &row[offset..offset + half + 1];
    let (even, odd) = (part(offsets[0]), part(offsets[1]));
    for (i, out) in out.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        out[0] = even[i] * weights[0][0] + even[i + 1] * weights[0][1];
        out[1] = odd[i] * weights[1][0] + odd[i + 1] * weights[1][1];
    }
}

#[inline(always)]
fn multiply(matrix: &[[f32; 3]; 3], a: &mut [f32], b: &mut [f32], c: &mut [f32]) {
    for ((a, b), c) in a.iter_mut().zip(b.iter_mut()).zip(c.iter_mut()) {
        let (x, y, z) = (*a, *b, *c);
        *a = matrix[0][0] * x + matrix[0][1] * y + matrix[0][2] * z;
        *b = matrix[1][0] * x + matrix[1][1] * y + matrix[1][2] * z;
        *c = matrix[2][0] * x + matrix[2][1] * y + matrix[2][2] * z;
    }
}

fn map_nearest(table: &[f32; TABLE_LENGTH], scale: f32, root: bool, row: &mut [f32]) {
    for value in row {
        let positive = if *value > 0.0 { *value } else { 0.0 };
        let place = if root { positive.sqrt() } else { positive };
        *value = table[limited(place, scale, 0.5, LAST) as usize % TABLE_LENGTH];
    }
}

/// Index of a table's last entry that values reach.
const LAST: f32 = (TABLE_LENGTH - 1) as f32;

#[inline(always)]
fn scale(by: &[f32], row: &mut [f32]) {
    row.iter_mut().zip(by).for_each(|(value, by)| *value *= by);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{Outcome, Random};

    fn floats(random: &mut Random, count: usize) -> Vec<f32> {
        let mut values: Vec<f32> =
            random.numbers(count, -3000, 6000).iter().map(|&number| number as f32 / 2000.0).collect();
        for value in &mut values {
            match random.within(0, 60) {
                0 => *value = f32::NAN,
                1 => *value = 1e30,
                2 => *value = f32::NEG_INFINITY,
                3 => *value = -0.0,
                _ => {}
            }
        }
        values
    }

    fn record(values: &[f32], outcome: &mut Outcome) {
        // Which pattern stands for "not a number" is nobody's business.
        outcome.push(values.len() as i64);
        values
            .iter()
            .for_each(|value| outcome.push(if value.is_nan() { -1 } else { i64::from(value.to_bits()) }));
    }

    fn length(random: &mut Random) -> usize {
        random.within(0, 70) as usize
    }

    pub(super) fn unpack_bytes(kernel: UnpackBytes, random: &mut Random, outcome: &mut Outcome) {
        for step in 1..=4 {
            let n = length(random);
            let mut out = vec![0.0; n];
            let bytes = if n == 0 { 0 } else { (n - 1) * step + 1 };
            kernel.call(&random.bytes(bytes), step, 16.0, 1.0 / 219.0, &mut out);
            record(&out, outcome);
        }
    }

    pub(super) fn unpack_words(kernel: UnpackWords, random: &mut Random, outcome: &mut Outcome) {
        for step in 1..=4 {
            let n = length(random);
            let mut out = vec![0.0; n];
            let words = if n == 0 { 0 } else { (n - 1) * step + 1 };
            kernel.call(
                &random.bytes(words * 2),
                step,
                random.within(0, 8) as u32,
                64.0,
                1.0 / 876.0,
                &mut out,
            );
            record(&out, outcome);
        }
    }

    pub(super) fn pack_bytes(kernel: PackBytes, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![0; n];
        kernel.call(&floats(random, n), 219.0, 16.5, 255.0, &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    pub(super) fn pack_words(kernel: PackWords, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![0; n];
        kernel.call(&floats(random, n), 56064.0, 4096.5, 65535.0, &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    pub(super) fn accumulate(kernel: Accumulate, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = floats(random, n);
        for first in [false, true] {
            kernel.call(&floats(random, n), 0.3, first, &mut out);
            record(&out, outcome);
        }
    }

    pub(super) fn blend(kernel: Blend, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![0.0; n];
        kernel.call([&floats(random, n), &floats(random, n)], [0.3, 0.7], &mut out);
        record(&out, outcome);
    }

    pub(super) fn double(kernel: Double, random: &mut Random, outcome: &mut Outcome) {
        let half = length(random);
        let mut out = vec![0.0; half * 2];
        let offsets = [random.within(0, 3) as usize, random.within(0, 3) as usize];
        kernel.call(&floats(random, half + 4), offsets, [[0.25, 0.75], [0.5, 0.5]], &mut out);
        record(&out, outcome);
    }

    pub(super) fn multiply(kernel: Multiply, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut rows = [floats(random, n), floats(random, n), floats(random, n)];
        let [a, b, c] = &mut rows;
        kernel.call(&[[1.0, 0.0, 1.5748], [1.0, -0.1873, -0.4681], [1.0, 1.8556, 0.0]], a, b, c);
        rows.iter().for_each(|row| record(row, outcome));
    }

    pub(super) fn map_nearest(kernel: MapNearest, random: &mut Random, outcome: &mut Outcome) {
        let table: Box<[f32; TABLE_LENGTH]> = Box::new(std::array::from_fn(|index| index as f32));
        for root in [false, true] {
            let n = length(random);
            let mut row = floats(random, n);
            kernel.call(&table, 2047.5, root, &mut row);
            record(&row, outcome);
        }
    }

    pub(super) fn scale(kernel: Scale, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut row = floats(random, n);
        kernel.call(&floats(random, n), &mut row);
        record(&row, outcome);
    }
}
