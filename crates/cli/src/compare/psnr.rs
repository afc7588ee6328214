//! Peak signal-to-noise ratio.

/// Sum of squared differences.
pub(super) fn squared_error(reference: &[u16], test: &[u16]) -> u64 {
    reference
        .iter()
        .zip(test)
        .map(|(a, b)| {
            let difference = u64::from(a.abs_diff(*b));
            difference * difference
        })
        .sum()
}

/// Decibels; infinite for identical samples.
pub(super) fn psnr(squared_error: u64, samples: u64, peak: u32) -> f64 {
    let mean = squared_error as f64 / samples as f64;
    10.0 * (f64::from(peak) * f64::from(peak) / mean).log10()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_everywhere_is_48_decibels_in_8_bits() {
        let error = squared_error(&[10, 20, 30], &[11, 19, 31]);
        assert_eq!(error, 3);
        assert!((psnr(error, 3, 255) - 48.1308).abs() < 1e-4);
    }

    #[test]
    fn identical_samples_are_infinitely_good() {
        assert_eq!(psnr(squared_error(&[65535], &[65535]), 1, 65535), f64::INFINITY);
        assert_eq!(psnr(squared_error(&[65535], &[0]), 1, 65535), 0.0);
    }
}
