//! Bits at equal quality.

/// What a stream takes and what it gives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    pub(super) bits_per_second: f64,
    /// Decibels of luma.
    pub(super) psnr: f64,
    /// SSIM of luma as decibels: -10 log10(1 - SSIM).
    pub(super) ssim: f64,
    /// Processor time.
    pub(super) seconds: f64,
    /// Time from giving frames to having them coded, of all after the first.
    pub(super) elapsed: f64,
}

/// Mean difference of the logarithm of the rate over the qualities that both curves reach, as a part: -0.1 is a tenth fewer
/// bits than the anchor. Points are joined by straight lines over the logarithm. Without common qualities it is not a number.
pub(super) fn saving(anchor: &[Point], own: &[Point], quality: fn(&Point) -> f64) -> f64 {
    const STEPS: usize = 1000;
    let curve = |points: &[Point]| {
        let mut curve: Vec<(f64, f64)> =
            points.iter().map(|point| (quality(point), point.bits_per_second.ln())).collect();
        curve.sort_by(|a, b| a.0.total_cmp(&b.0));
        curve
    };
    let (anchor, own) = (curve(anchor), curve(own));
    let low = anchor[0].0.max(own[0].0);
    let high = anchor[anchor.len() - 1].0.min(own[own.len() - 1].0);
    if high <= low {
        return f64::NAN;
    }
    let at = |curve: &[(f64, f64)], quality: f64| {
        let next = curve.iter().position(|point| point.0 >= quality).unwrap_or(curve.len() - 1).max(1);
        let (from, to) = (curve[next - 1], curve[next]);
        from.1 + (to.1 - from.1) * (quality - from.0) / (to.0 - from.0).max(1e-9)
    };
    let difference = |step: usize| {
        let quality = low + (high - low) * (step as f64 + 0.5) / STEPS as f64;
        at(&own, quality) - at(&anchor, quality)
    };
    ((0..STEPS).map(difference).sum::<f64>() / STEPS as f64).exp() - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(factor: f64) -> Vec<Point> {
        let point = |step: i32| Point {
            bits_per_second: factor * 1000.0 * 2f64.powi(step),
            psnr: 30.0 + 3.0 * f64::from(step),
            ssim: 10.0,
            seconds: 1.0,
            elapsed: 1.0,
        };
        (0..4).map(point).collect()
    }

    #[test]
    fn a_tenth_fewer_bits_is_a_saving_of_a_tenth() {
        let found = saving(&points(1.0), &points(0.9), |point| point.psnr);
        assert!((found + 0.1).abs() < 1e-6, "{found}");
        assert!(saving(&points(1.0), &points(0.9), |point| point.ssim).is_nan());
    }
}
