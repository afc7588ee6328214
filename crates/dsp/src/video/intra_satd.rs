//! What a macroblock differs from the simplest predictions from its neighbours.

#[cfg(target_arch = "x86_64")]
mod avx2;

use crate::kernel::fits;

kernel! {
    /// Sums of absolute transformed differences ([`Satd`](super::Satd)) of 16x16 samples to three predictions: the row
    /// `above` in every row, the column to the `left` in every column, and `mean` everywhere.
    pub fn IntraSatd16x16(src: &[u8], stride: usize, above: &[u8; 16], left: &[u8; 16], mean: u8) -> [u32; 3]
    where fits(src, stride, 16, 16);
    test: intra_satd_variants, cases: tests::cases,
    scalar: scalar,
    variants: { #[cfg(target_arch = "x86_64")] Avx2: avx2::intra_satd },
}

fn scalar(src: &[u8], stride: usize, above: &[u8; 16], left: &[u8; 16], mean: u8) -> [u32; 3] {
    let satd = |sample: &dyn Fn(usize, usize) -> u8| {
        let prediction: [u8; 256] = std::array::from_fn(|i| sample(i % 16, i / 16));
        super::satd::satd::<16, 16>(src, stride, &prediction, 16)
    };
    [satd(&|x, _| above[x]), satd(&|_, y| left[y]), satd(&|_, _| mean)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CpuLevel;
    use crate::kernel::testing::{Outcome, Random};

    pub(super) fn cases(kernel: IntraSatd16x16, random: &mut Random, outcome: &mut Outcome) {
        let (src, stride) = random.block(16, 16);
        let edge = |random: &mut Random| {
            let samples = random.bytes(16);
            std::array::from_fn(|i| samples[i])
        };
        let (above, left) = (edge(random), edge(random));
        outcome.extend(&kernel.call(&src, stride, &above, &left, random.within(0, 255) as u8));
    }

    #[test]
    fn extremes_and_what_is_predicted() {
        for level in CpuLevel::ALL {
            let kernel = IntraSatd16x16::select(level);
            let most = 256 * 255 / 2;
            assert_eq!(kernel.call(&[255; 256], 16, &[0; 16], &[0; 16], 0), [most; 3]);
            assert_eq!(kernel.call(&[0; 256], 16, &[255; 16], &[255; 16], 255), [most; 3]);
            let edge = std::array::from_fn(|i| (i * 15) as u8);
            let columns: [u8; 256] = std::array::from_fn(|i| edge[i % 16]);
            let rows: [u8; 256] = std::array::from_fn(|i| edge[i / 16]);
            assert_eq!(kernel.call(&columns, 16, &edge, &edge, 77)[0], 0, "{level:?}");
            assert_eq!(kernel.call(&rows, 16, &edge, &edge, 77)[1], 0, "{level:?}");
            assert_eq!(kernel.call(&[77; 256], 16, &edge, &edge, 77)[2], 0, "{level:?}");
        }
    }
}
