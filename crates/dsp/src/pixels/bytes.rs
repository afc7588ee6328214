//! Moving samples about: interleaving, splitting, reordering, changing depth.

#[cfg(target_arch = "x86_64")]
mod avx2;

kernel! {
    /// Bytes of two rows in turn: a0 b0 a1 b1 ...
    pub fn Interleave(a: &[u8], b: &[u8], out: &mut [u8])
    where b.len() == a.len(), out.len() / 2 == a.len(), out.len().is_multiple_of(2);
    test: interleave_variants, cases: tests::interleave,
    scalar: interleave,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::interleave },
}

kernel! {
    /// The inverse of [`Interleave`]: even bytes to `a`, odd bytes to `b`.
    pub fn Deinterleave(from: &[u8], a: &mut [u8], b: &mut [u8])
    where b.len() == a.len(), from.len() / 2 == a.len(), from.len().is_multiple_of(2);
    test: deinterleave_variants, cases: tests::deinterleave,
    scalar: deinterleave,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::deinterleave },
}

kernel! {
    /// Bytes of four rows in turn: a0 b0 c0 d0 a1 ...
    pub fn Interleave4(rows: [&[u8]; 4], out: &mut [u8])
    where out.len().is_multiple_of(4), rows.iter().all(|row| row.len() == out.len() / 4);
    test: interleave4_variants, cases: tests::interleave4,
    scalar: interleave4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::interleave4 },
}

kernel! {
    /// The inverse of [`Interleave4`].
    pub fn Deinterleave4(from: &[u8], rows: [&mut [u8]; 4])
    where from.len().is_multiple_of(4), rows.iter().all(|row| row.len() == from.len() / 4);
    test: deinterleave4_variants, cases: tests::deinterleave4,
    scalar: deinterleave4,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::deinterleave4 },
}

kernel! {
    /// Every second byte, beginning with the first (`odd` false) or the second.
    pub fn EverySecond(from: &[u8], odd: bool, out: &mut [u8])
    where from.len() / 2 == out.len(), from.len().is_multiple_of(2);
    test: every_second_variants, cases: tests::every_second,
    scalar: every_second,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::every_second },
}

kernel! {
    /// 8-bit samples to the high byte of 16-bit ones: exact for every pair of 8-bit and 10- to 16-bit
    /// video-range formats.
    pub fn Widen(from: &[u8], out: &mut [u8])
    where out.len() / 2 == from.len(), out.len().is_multiple_of(2);
    test: widen_variants, cases: tests::widen,
    scalar: widen,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::widen },
}

kernel! {
    /// 10-bit samples in the high bits of 16 to the nearest 8-bit code, halves upwards, at most 255.
    pub fn Narrow(from: &[u8], out: &mut [u8])
    where from.len() / 2 == out.len(), from.len().is_multiple_of(2);
    test: narrow_variants, cases: tests::narrow,
    scalar: narrow,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::narrow },
}

kernel! {
    /// The mean of two rows, halves upwards.
    pub fn Mean(a: &[u8], b: &[u8], out: &mut [u8])
    where a.len() == out.len(), b.len() == out.len();
    test: mean_variants, cases: tests::mean,
    scalar: mean,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::mean },
}

kernel! {
    /// Interleaves luma with chroma blended of two rows, `(weights[0] * near + weights[1] * far + 2) / 4`; weights sum
    /// to 4. Luma takes the odd places when `luma_odd`.
    pub fn Pack422(luma: &[u8], near: &[u8], far: &[u8], weights: [u8; 2], luma_odd: bool, out: &mut [u8])
    where near.len() == luma.len(), far.len() == luma.len(), out.len() / 2 == luma.len(), out.len().is_multiple_of(2),
        weights[0] <= 4, weights[0] + weights[1] == 4;
    test: pack422_variants, cases: tests::pack422,
    scalar: pack422,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::pack422 },
}

kernel! {
    /// As [`Pack422`], from a plane for each kind of chroma: two rows of each.
    pub fn Pack422Planar(
        luma: &[u8], cb: [&[u8]; 2], cr: [&[u8]; 2], weights: [u8; 2], luma_odd: bool, out: &mut [u8]
    )
    where luma.len().is_multiple_of(2), cb[0].len() == luma.len() / 2, cb[1].len() == cb[0].len(),
        cr[0].len() == cb[0].len(), cr[1].len() == cb[0].len(), out.len() / 2 == luma.len(), out.len().is_multiple_of(2), weights[0] <= 4, weights[0] + weights[1] == 4;
    test: pack422_planar_variants, cases: tests::pack422_planar,
    scalar: pack422_planar,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::pack422_planar },
}

kernel! {
    /// Reorders the bytes of four-byte pixels: byte `i` of the result is byte `order[i]`.
    pub fn Reorder(from: &[u8], order: [u8; 4], out: &mut [u8])
    where from.len() == out.len(), from.len().is_multiple_of(4), order.iter().all(|&index| index < 4);
    test: reorder_variants, cases: tests::reorder,
    scalar: reorder,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::reorder },
}

kernel! {
    /// The mean of 2x2 units of `unit` bytes (1 or 4): two rows to one of half the length. Means of columns are rounded
    /// up and their mean down, so that results are within half a code and lean to neither side.
    pub fn Halve(upper: &[u8], lower: &[u8], unit: usize, out: &mut [u8])
    where matches!(unit, 1 | 4), upper.len() == lower.len(), upper.len() == 2 * out.len(),
        out.len().is_multiple_of(unit);
    test: halve_variants, cases: tests::halve,
    scalar: halve,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::halve },
}

fn interleave(a: &[u8], b: &[u8], out: &mut [u8]) {
    for (pair, (&a, &b)) in out.as_chunks_mut().0.iter_mut().zip(a.iter().zip(b)) {
        *pair = [a, b];
    }
}

fn deinterleave(from: &[u8], a: &mut [u8], b: &mut [u8]) {
    for (&[even, odd], (a, b)) in from.as_chunks().0.iter().zip(a.iter_mut().zip(b)) {
        (*a, *b) = (even, odd);
    }
}

fn interleave4(rows: [&[u8]; 4], out: &mut [u8]) {
    for (index, pixel) in out.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        *pixel = rows.map(|row| row[index]);
    }
}

fn deinterleave4(from: &[u8], rows: [&mut [u8]; 4]) {
    for (place, row) in rows.into_iter().enumerate() {
        for (pixel, out) in from.as_chunks::<4>().0.iter().zip(row) {
            *out = pixel[place];
        }
    }
}

fn every_second(from: &[u8], odd: bool, out: &mut [u8]) {
    for (pair, out) in from.as_chunks::<2>().0.iter().zip(out) {
        *out = pair[usize::from(odd)];
    }
}

fn widen(from: &[u8], out: &mut [u8]) {
    for (&byte, word) in from.iter().zip(out.as_chunks_mut().0) {
        *word = [0, byte];
    }
}

fn narrow(from: &[u8], out: &mut [u8]) {
    for (&word, out) in from.as_chunks().0.iter().zip(out) {
        let code = u16::from_le_bytes(word) >> 6;
        *out = ((code + 2) >> 2).min(255) as u8;
    }
}

fn mean(a: &[u8], b: &[u8], out: &mut [u8]) {
    for (out, (&a, &b)) in out.iter_mut().zip(a.iter().zip(b)) {
        *out = (u16::from(a) + u16::from(b)).div_ceil(2) as u8;
    }
}

/// Two samples blended.
fn blended([near, far]: [u8; 2], weights: [u8; 2]) -> u8 {
    let sum = u16::from(near) * u16::from(weights[0]) + u16::from(far) * u16::from(weights[1]);
    ((sum + 2) >> 2) as u8
}

fn pack422(luma: &[u8], near: &[u8], far: &[u8], weights: [u8; 2], luma_odd: bool, out: &mut [u8]) {
    let chroma = near.iter().zip(far).map(|(&near, &far)| blended([near, far], weights));
    for (pair, (&luma, chroma)) in out.as_chunks_mut().0.iter_mut().zip(luma.iter().zip(chroma)) {
        *pair = if luma_odd { [chroma, luma] } else { [luma, chroma] };
    }
}

fn pack422_planar(
    luma: &[u8],
    cb: [&[u8]; 2],
    cr: [&[u8]; 2],
    weights: [u8; 2],
    luma_odd: bool,
    out: &mut [u8],
) {
    for (x, (luma, out)) in luma.as_chunks::<2>().0.iter().zip(out.as_chunks_mut::<4>().0).enumerate() {
        let [cb, cr] = [cb, cr].map(|rows| blended(rows.map(|row| row[x]), weights));
        *out = if luma_odd { [cb, luma[0], cr, luma[1]] } else { [luma[0], cb, luma[1], cr] };
    }
}

fn reorder(from: &[u8], order: [u8; 4], out: &mut [u8]) {
    for (pixel, out) in from.as_chunks::<4>().0.iter().zip(out.as_chunks_mut::<4>().0) {
        *out = order.map(|index| pixel[usize::from(index)]);
    }
}

fn halve(upper: &[u8], lower: &[u8], unit: usize, out: &mut [u8]) {
    for (index, out) in out.iter_mut().enumerate() {
        let left = index / unit * 2 * unit + index % unit;
        let column = |at: usize| (u16::from(upper[at]) + u16::from(lower[at])).div_ceil(2);
        *out = ((column(left) + column(left + unit)) / 2) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::testing::{Outcome, Random};

    fn length(random: &mut Random) -> usize {
        random.within(0, 150) as usize
    }

    pub(super) fn interleave(kernel: Interleave, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![0; 2 * n];
        kernel.call(&random.bytes(n), &random.bytes(n), &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    pub(super) fn interleave4(kernel: Interleave4, random: &mut Random, outcome: &mut Outcome) {
        let n = random.within(0, 150) as usize;
        let rows: [Vec<u8>; 4] = std::array::from_fn(|_| random.bytes(n));
        let mut out = vec![0; 4 * n];
        kernel.call(rows.each_ref().map(|row| &row[..]), &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    pub(super) fn deinterleave4(kernel: Deinterleave4, random: &mut Random, outcome: &mut Outcome) {
        let n = random.within(0, 150) as usize;
        let mut rows: [Vec<u8>; 4] = std::array::from_fn(|_| vec![0; n]);
        kernel.call(&random.bytes(4 * n), rows.each_mut().map(|row| &mut row[..]));
        outcome.push(n as i64);
        rows.iter().for_each(|row| outcome.extend(row));
    }

    pub(super) fn deinterleave(kernel: Deinterleave, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let (mut a, mut b) = (vec![0; n], vec![0; n]);
        kernel.call(&random.bytes(2 * n), &mut a, &mut b);
        outcome.push(n as i64);
        outcome.extend(&a);
        outcome.extend(&b);
    }

    pub(super) fn every_second(kernel: EverySecond, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![0; n];
        for odd in [false, true] {
            kernel.call(&random.bytes(2 * n), odd, &mut out);
            outcome.push(n as i64);
            outcome.extend(&out);
        }
    }

    pub(super) fn widen(kernel: Widen, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![1; 2 * n];
        kernel.call(&random.bytes(n), &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    pub(super) fn narrow(kernel: Narrow, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![0; n];
        kernel.call(&random.bytes(2 * n), &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    pub(super) fn mean(kernel: Mean, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![0; n];
        kernel.call(&random.bytes(n), &random.bytes(n), &mut out);
        outcome.push(n as i64);
        outcome.extend(&out);
    }

    pub(super) fn pack422(kernel: Pack422, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random);
        let mut out = vec![0; 2 * n];
        for luma_odd in [false, true] {
            let near = random.within(0, 4) as u8;
            let (luma, rows) = (random.bytes(n), [random.bytes(n), random.bytes(n)]);
            kernel.call(&luma, &rows[0], &rows[1], [near, 4 - near], luma_odd, &mut out);
            outcome.push(n as i64);
            outcome.extend(&out);
        }
    }

    pub(super) fn pack422_planar(kernel: Pack422Planar, random: &mut Random, outcome: &mut Outcome) {
        for luma_odd in [false, true] {
            let n = length(random);
            let near = random.within(0, 4) as u8;
            let [a, b, c, d] = [(); 4].map(|()| random.bytes(n));
            let mut out = vec![0; 4 * n];
            kernel.call(&random.bytes(2 * n), [&a, &b], [&c, &d], [near, 4 - near], luma_odd, &mut out);
            outcome.push(n as i64);
            outcome.extend(&out);
        }
    }

    pub(super) fn reorder(kernel: Reorder, random: &mut Random, outcome: &mut Outcome) {
        let n = length(random) * 4;
        let mut out = vec![0; n];
        for order in [[2, 1, 0, 3], [3, 2, 1, 0], [1, 2, 3, 0], [0, 0, 3, 3]] {
            kernel.call(&random.bytes(n), order, &mut out);
            outcome.push(n as i64);
            outcome.extend(&out);
        }
    }

    pub(super) fn halve(kernel: Halve, random: &mut Random, outcome: &mut Outcome) {
        for unit in [1, 4] {
            let n = length(random) * unit;
            let mut out = vec![0; n];
            kernel.call(&random.bytes(2 * n), &random.bytes(2 * n), unit, &mut out);
            outcome.push(n as i64);
            outcome.extend(&out);
        }
    }

    #[test]
    fn halved_codes_are_within_half_a_code_and_lean_nowhere() {
        let kernel = Halve::select(crate::CpuLevel::detected());
        let (mut lean, mut random) = (0.0, Random::new(9));
        let rounds = if cfg!(miri) { 2 } else { 100 };
        for _ in 0..rounds {
            let rows = [0, 1].map(|_| (0..128).map(|_| random.next() as u8).collect::<Vec<u8>>());
            let mut out = [0; 64];
            kernel.call(&rows[0], &rows[1], 1, &mut out);
            for (index, out) in out.into_iter().enumerate() {
                let four = [(0, 0), (0, 1), (1, 0), (1, 1)].map(|(y, x)| f64::from(rows[y][2 * index + x]));
                let error = f64::from(out) - four.iter().sum::<f64>() / 4.0;
                assert!(error.abs() <= 0.5, "{four:?} {out}");
                lean += error / f64::from(64 * rounds);
            }
        }
        assert!(cfg!(miri) || lean.abs() < 0.02, "{lean}");
    }

    #[test]
    fn narrow_undoes_widen() {
        let bytes: Vec<u8> = (0..=255).collect();
        let (mut wide, mut back) = (vec![0; 512], vec![0; 256]);
        Widen::select(crate::CpuLevel::detected()).call(&bytes, &mut wide);
        Narrow::select(crate::CpuLevel::detected()).call(&wide, &mut back);
        assert_eq!(back, bytes);
    }
}
