//! Bits at equal quality, time at equal bits.

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
    /// Milliseconds from giving a frame to having it coded: the median over all after the first.
    pub(super) elapsed: f64,
}

/// How many bits more a stream takes than the anchor for the same quality, as a part: -0.1 is a tenth fewer.
pub(super) fn saving(anchor: &[Point], own: &[Point], quality: fn(&Point) -> f64) -> f64 {
    ratio(anchor, own, quality, |point| point.bits_per_second) - 1.0
}

/// By what factor less time a stream takes than the anchor for the same bits: 2 is twice as fast. Encoders that are asked
/// for the same rate do not give it alike, and time goes with bits.
pub(super) fn speed(anchor: &[Point], own: &[Point], time: fn(&Point) -> f64) -> f64 {
    1.0 / ratio(anchor, own, |point| point.bits_per_second.ln(), time)
}

/// Geometric mean of `value` against the anchor's over what of `scale` both curves reach. Points are joined by straight lines
/// over the logarithm. Without anything in common it is not a number.
fn ratio(anchor: &[Point], own: &[Point], scale: fn(&Point) -> f64, value: fn(&Point) -> f64) -> f64 {
    const STEPS: usize = 1000;
    let curve = |points: &[Point]| {
        let mut curve: Vec<(f64, f64)> =
            points.iter().map(|point| (scale(point), value(point).ln())).collect();
        curve.sort_by(|a, b| a.0.total_cmp(&b.0));
        curve
    };
    let (anchor, own) = (curve(anchor), curve(own));
    let low = anchor[0].0.max(own[0].0);
    let high = anchor[anchor.len() - 1].0.min(own[own.len() - 1].0);
    if high <= low {
        return f64::NAN;
    }
    let at = |curve: &[(f64, f64)], place: f64| {
        let next = curve.iter().position(|point| point.0 >= place).unwrap_or(curve.len() - 1).max(1);
        let (from, to) = (curve[next - 1], curve[next]);
        from.1 + (to.1 - from.1) * (place - from.0) / (to.0 - from.0).max(1e-9)
    };
    let difference = |step: usize| {
        let place = low + (high - low) * (step as f64 + 0.5) / STEPS as f64;
        at(&own, place) - at(&anchor, place)
    };
    ((0..STEPS).map(difference).sum::<f64>() / STEPS as f64).exp()
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

    #[test]
    fn speed_counts_at_equal_bits() {
        // Twice the time for twice the bits is as fast.
        let time = |factor: f64| {
            let by_bits = |point: Point| Point { seconds: point.bits_per_second / 1000.0, ..point };
            points(factor).into_iter().map(by_bits).collect::<Vec<_>>()
        };
        let found = speed(&time(1.0), &time(1.5), |point| point.seconds);
        assert!((found - 1.0).abs() < 1e-6, "{found}");
        let faster: Vec<_> =
            time(1.5).into_iter().map(|point| Point { seconds: point.seconds / 1.25, ..point }).collect();
        let found = speed(&time(1.0), &faster, |point| point.seconds);
        assert!((found - 1.25).abs() < 1e-6, "{found}");
    }
}
