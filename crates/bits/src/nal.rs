//! Emulation prevention: RBSP to NAL unit payload and back (ITU-T H.264 7.4.1.1).

use std::borrow::Cow;

/// Appends `rbsp` to `out` with an emulation prevention byte (3) wherever two zero bytes are followed by 0..=3.
///
/// The count of zeros starts afresh: what `out` ends with is not looked at, since a NAL unit header is never zero.
/// A payload that ends in a zero byte (CABAC zero words) gets a final 3 as well.
pub fn escape(rbsp: &[u8], out: &mut Vec<u8>) {
    out.reserve(rbsp.len() + rbsp.len() / 64 + 1);
    // `start` is the first byte not yet copied, `search` where a pair of zeros may begin: a pair never spans
    // an inserted 3, so both move together there.
    let mut start = 0;
    let mut search = 0;
    while let Some(pair) = zero_pair(rbsp, search) {
        match rbsp.get(pair + 2) {
            Some(&next) if next > 3 => search = pair + 3,
            Some(_) => {
                out.extend_from_slice(&rbsp[start..pair + 2]);
                out.push(3);
                start = pair + 2;
                search = start;
            }
            None => break,
        }
    }
    out.extend_from_slice(&rbsp[start..]);
    if rbsp.last() == Some(&0) {
        out.push(3);
    }
}

/// Removes the emulation prevention bytes of a NAL unit's payload; borrows when there are none.
pub fn unescape(payload: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = prevention_byte(payload, 0) else { return Cow::Borrowed(payload) };
    let mut rbsp = Vec::with_capacity(payload.len());
    let mut start = 0;
    let mut next = Some(first);
    while let Some(position) = next {
        rbsp.extend_from_slice(&payload[start..position]);
        start = position + 1;
        next = prevention_byte(payload, start);
    }
    rbsp.extend_from_slice(&payload[start..]);
    Cow::Owned(rbsp)
}

/// Position of the first 0, 0 at or after `from`.
fn zero_pair(data: &[u8], from: usize) -> Option<usize> {
    let mut i = from;
    // Looking at every other byte first skips quickly over the usual dense data.
    while let Some(&second) = data.get(i + 1) {
        if second != 0 {
            i += 2;
        } else if data[i] == 0 {
            return Some(i);
        } else {
            i += 1;
        }
    }
    None
}

/// Position of the first 3 that follows two zero bytes, none of the three before `from`.
fn prevention_byte(data: &[u8], from: usize) -> Option<usize> {
    let mut search = from;
    while let Some(pair) = zero_pair(data, search) {
        match data.get(pair + 2) {
            Some(3) => return Some(pair + 2),
            Some(_) => search = pair + 1,
            None => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rbsp: &[u8], expected: &[u8]) {
        let mut out = Vec::new();
        escape(rbsp, &mut out);
        assert_eq!(out, expected, "{rbsp:?}");
        if rbsp.last() != Some(&0) {
            assert_eq!(&*unescape(&out), rbsp);
        }
    }

    #[test]
    fn zero_pairs_are_broken() {
        check(&[], &[]);
        check(&[1, 2, 3], &[1, 2, 3]);
        check(&[0, 0, 0, 1], &[0, 0, 3, 0, 1]);
        check(&[0, 0, 0, 0, 0, 1], &[0, 0, 3, 0, 0, 3, 0, 1]);
        check(&[0, 0, 1, 0, 0, 2, 0, 0, 3], &[0, 0, 3, 1, 0, 0, 3, 2, 0, 0, 3, 3]);
        check(&[0, 0, 4, 0, 0, 4], &[0, 0, 4, 0, 0, 4]);
        check(&[5, 0, 0], &[5, 0, 0, 3]);
        check(&[5, 0], &[5, 0, 3]);
    }

    #[test]
    fn a_byte_after_an_inserted_one_counts_afresh() {
        // The straightforward definition, byte by byte.
        fn plain(rbsp: &[u8]) -> Vec<u8> {
            let (mut out, mut zeros) = (Vec::new(), 0);
            for &byte in rbsp {
                if zeros == 2 && byte <= 3 {
                    out.push(3);
                    zeros = 0;
                }
                out.push(byte);
                zeros = if byte == 0 { zeros + 1 } else { 0 };
            }
            if rbsp.last() == Some(&0) {
                out.push(3);
            }
            out
        }
        let mut state = 12345u32;
        for length in 0..2000 {
            let rbsp: Vec<u8> = (0..length % 40)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    [0, 0, 0, 0, 1, 2, 3, 4][(state >> 29) as usize]
                })
                .collect();
            check(&rbsp, &plain(&rbsp));
        }
    }
}
