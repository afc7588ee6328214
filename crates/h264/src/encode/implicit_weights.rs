//! Implicit weights of predictions from two pictures: the nearer one counts for more (ITU-T H.264 8.4.2.3.1).

/// Weight of the second picture where both count alike; the two weights make 64.
pub(crate) const EVEN: i16 = 32;

/// Weight of the picture of list 1 in predictions from both, by the places of a picture and its two references in output
/// order.
pub(crate) fn second_weight(own: u64, first: u64, second: u64) -> i16 {
    match distance_scale(own, first, second).map(|scale| scale >> 2) {
        Some(scale @ -64..=128) => scale as i16,
        _ => EVEN,
    }
}

/// DistScaleFactor (8.4.1.2.3): how far a picture lies from its first reference to its second one, in 1/256; `None` where
/// these are at the same place.
pub(crate) fn distance_scale(own: u64, first: u64, second: u64) -> Option<i32> {
    // Frames count two each.
    let distance = |to: u64| (2 * (to as i64 - first as i64)).clamp(-128, 127) as i32;
    let (near, whole) = (distance(own), distance(second));
    if whole == 0 {
        return None;
    }
    let inverse = (16384 + (whole / 2).abs()) / whole;
    Some(((near * inverse + 32) >> 6).clamp(-1024, 1023))
}

/// Weights for each pair of references, by index in list 0 and then in list 1.
pub(crate) fn weights(own: u64, orders: &[Vec<u64>; 2]) -> Vec<Vec<i16>> {
    let against = |&first: &u64| orders[1].iter().map(|&second| second_weight(own, first, second)).collect();
    orders[0].iter().map(against).collect()
}

/// Weighted mean of two predictions whose rows are `stride` apart: `second` is the weight of `b` of 64.
pub(crate) fn weighted_mean<const W: usize>(
    out: &mut [u8],
    out_stride: usize,
    [a, b]: [&[u8]; 2],
    stride: usize,
    rows: usize,
    second: i16,
) {
    let first = 64 - second;
    for y in 0..rows {
        let (a, b) = (&a[y * stride..][..W], &b[y * stride..][..W]);
        for ((out, &a), &b) in out[y * out_stride..][..W].iter_mut().zip(a).zip(b) {
            let sum = i32::from(a) * i32::from(first) + i32::from(b) * i32::from(second);
            *out = ((sum + 32) >> 6).clamp(0, 255) as u8;
        }
    }
}

/// [`weighted_mean`] of a block of any width that occurs.
pub(crate) fn weighted_mean_of(
    width: usize,
    out: &mut [u8],
    out_stride: usize,
    both: [&[u8]; 2],
    stride: usize,
    rows: usize,
    second: i16,
) {
    match width {
        16 => weighted_mean::<16>(out, out_stride, both, stride, rows, second),
        8 => weighted_mean::<8>(out, out_stride, both, stride, rows, second),
        _ => weighted_mean::<4>(out, out_stride, both, stride, rows, second),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearer_picture_counts_for_more() {
        assert_eq!(second_weight(2, 0, 4), EVEN);
        assert_eq!(second_weight(1, 0, 4), 16);
        assert_eq!(second_weight(3, 0, 4), 48);
        assert_eq!(second_weight(1, 0, 3), 21);
        assert_eq!(second_weight(5, 3, 3), EVEN);
        // Both before: the trend goes on.
        assert_eq!(second_weight(3, 1, 2), 128);
        assert_eq!(second_weight(9, 1, 2), EVEN);
    }

    #[test]
    fn equal_weights_are_the_rounded_mean() {
        for (a, b) in [(0, 1), (255, 254), (7, 200), (3, 3)] {
            let mut out = [0; 4];
            weighted_mean::<4>(&mut out, 4, [&[a; 4], &[b; 4]], 4, 1, EVEN);
            assert_eq!(u16::from(out[0]), (u16::from(a) + u16::from(b)).div_ceil(2));
        }
    }
}
