//! What a block differs from the nearest of a few simple predictions from its neighbours.

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::kernel::fits;

kernel! {
    /// Sum of absolute transformed differences ([`Satd`](super::Satd)) of 8x8 samples to one of four predictions: that with
    /// the least sum of absolute differences of the neighbours' mean, the row above, the column to the left and a plane
    /// through both, the first of equals.
    ///
    /// `around` begins with the sample above and left of the block.
    pub fn IntraEstimate(around: &[u8], stride: usize) -> u32
    where fits(around, stride, 9, 9);
    test: intra_estimate_variants, cases: tests::cases,
    scalar: scalar,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::intra_estimate },
}

/// A plane in 1/32: the value of the first sample, and what is added to the right and down. All values of the block stay
/// below 2^15.
struct Plane {
    start: i32,
    right: i32,
    down: i32,
}

impl Plane {
    /// From the last samples of the row above and of the column to the left, and their slopes: the sums of `i` times the
    /// difference between the samples `i` after and `i` before the middle one, by which a least-squares fit goes.
    #[inline(always)]
    fn new(last: [i32; 2], slopes: [i32; 2]) -> Self {
        let [right, down] = slopes.map(|slope| (17 * slope + 16) >> 5);
        Self { start: 16 * (last[0] + last[1]) + 16 - 3 * (right + down), right, down }
    }
}

fn scalar(around: &[u8], stride: usize) -> u32 {
    let source = &around[stride + 1..];
    let corner = i32::from(around[0]);
    let above: [u8; 8] = std::array::from_fn(|i| around[1 + i]);
    let left: [u8; 8] = std::array::from_fn(|i| around[(i + 1) * stride]);
    let total: u32 = above.iter().chain(&left).map(|&sample| u32::from(sample)).sum();
    let slope = |edge: &[u8; 8]| {
        let sample = |i: i32| if i < 0 { corner } else { i32::from(edge[i as usize]) };
        (1..=4).map(|i| i * (sample(3 + i) - sample(3 - i))).sum::<i32>()
    };
    let plane = Plane::new([above[7].into(), left[7].into()], [slope(&above), slope(&left)]);
    let predict =
        |sample: &dyn Fn(usize, usize) -> u8| -> [u8; 64] { std::array::from_fn(|i| sample(i % 8, i / 8)) };
    let predictions = [
        predict(&|_, _| ((total + 8) >> 4) as u8),
        predict(&|x, _| above[x]),
        predict(&|_, y| left[y]),
        predict(&|x, y| {
            ((plane.start + plane.right * x as i32 + plane.down * y as i32) >> 5).clamp(0, 255) as u8
        }),
    ];
    let sad = |prediction: &&[u8; 64]| super::sad::sad::<8, 8>(source, stride, *prediction, 8);
    let nearest = predictions.iter().min_by_key(sad).unwrap_or(&predictions[0]);
    super::satd::satd::<8, 8>(source, stride, nearest, 8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    pub(super) fn cases(kernel: IntraEstimate, random: &mut Random, outcome: &mut Outcome) {
        let (mut around, stride) = random.block(9, 9);
        outcome.push(kernel.call(&around, stride));
        // A slope with little noise, so that each prediction is the nearest at times.
        let (right, down) = (random.within(-9, 9), random.within(-9, 9));
        for (i, sample) in around.iter_mut().enumerate() {
            let (x, y) = ((i % stride) as i64, (i / stride) as i64);
            *sample = (128 + right * (x - 4) + down * (y - 4) + i64::from(*sample >> 6)).clamp(0, 255) as u8;
        }
        outcome.push(kernel.call(&around, stride));
    }

    #[test]
    fn what_is_predicted_costs_nothing() {
        for level in CpuLevel::ALL {
            let cost = |sample: fn(usize, usize) -> usize| {
                let around: Vec<u8> = (0..9 * 11).map(|i| sample(i % 11, i / 11) as u8).collect();
                IntraEstimate::select(level).call(&around, 11)
            };
            assert_eq!(cost(|_, _| 77), 0);
            assert_eq!(cost(|x, _| x * 37 % 256), 0);
            assert_eq!(cost(|_, y| y * 37 % 256), 0);
            assert!(cost(|x, y| 20 + 2 * x + y) < 32);
            assert!(cost(|x, y| ((x * 7919 + y * 104_729) * 2_654_435_761) >> 13) > 300);
        }
    }
}
