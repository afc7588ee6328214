//! Keeping the source's texture: what a reconstruction lacks or adds in energy counts as error.

use vitascope_dsp::video::{BlockSize, VideoKernels};

/// Energies of the four 8x8 blocks of a macroblock's luma, their means left out.
pub(crate) type Energies = [u32; 4];

const FLAT: [u8; 64] = [0; 64];

/// Energies of 16x16 samples: sums of absolute transform coefficients but for the first of each block.
pub(crate) fn energies(k: &VideoKernels, samples: &[u8], stride: usize) -> Energies {
    std::array::from_fn(|quarter| {
        let block = &samples[quarter / 2 * 8 * stride + quarter % 2 * 8..];
        let all = k.sa8d[BlockSize::B8x8 as usize].call(block, stride, &FLAT, 8);
        let mean: u32 = (0..8).flat_map(|y| &block[y * stride..][..8]).map(|&s| u32::from(s)).sum();
        // The transform's first coefficient is the sum, of which a quarter counts.
        all.saturating_sub(mean / 4)
    })
}

/// Difference of the energies of two macroblocks.
pub(crate) fn difference(a: &Energies, b: &Energies) -> u32 {
    a.iter().zip(b).map(|(&a, &b)| a.abs_diff(b)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use vitascope_dsp::CpuLevel;

    #[test]
    fn flat_blocks_have_no_energy_and_texture_has_it_wherever_it_lies() {
        let k = VideoKernels::new(CpuLevel::Scalar);
        assert_eq!(energies(&k, &[77; 256], 16), [0; 4]);
        let stripes: Vec<u8> = (0..256).map(|i| if i % 2 == 0 { 90 } else { 110 }).collect();
        let moved: Vec<u8> = (0..256).map(|i| if i % 2 == 0 { 110 } else { 90 }).collect();
        let (a, b) = (energies(&k, &stripes, 16), energies(&k, &moved, 16));
        assert!(a[0] > 100 && difference(&a, &b) == 0, "{a:?} {b:?}");
        assert_eq!(difference(&a, &[0; 4]), a.iter().sum::<u32>());
    }
}
