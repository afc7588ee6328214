//! Tone mapping of HDR light into the range of an SDR display.
//!
//! The electrical-electrical transfer function of Report ITU-R BT.2390, clause 5.4.1: in PQ code
//! space everything up to a knee stays, and a Hermite spline leads from there to the display's peak.

use super::curve::{Curve, PQ_PEAK, REFERENCE_WHITE};

/// How light above the destination's peak is treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ToneMapping {
    /// Report ITU-R BT.2390's curve, applied to the largest channel so that hue stays.
    #[default]
    Bt2390,
    /// None: what the destination cannot show is clipped.
    Clip,
}

/// Maps light (in SDR white) with peak `source_peak` into `0..=1`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ToneCurve {
    source: f64,
    target: f64,
    knee: f64,
}

impl ToneCurve {
    /// The curve from `source_peak` (in SDR white) to SDR white; `None` when nothing exceeds it.
    pub(crate) fn new(source_peak: f64) -> Option<ToneCurve> {
        if source_peak <= 1.0 {
            return None;
        }
        let source = pq(source_peak);
        let target = pq(1.0) / source;
        Some(ToneCurve { source, target, knee: 1.5 * target - 0.5 })
    }

    /// The light at which the curve departs from what it is given, and that from which on it stays at white.
    pub(crate) fn bends(&self) -> [f64; 2] {
        [self.knee, 1.0].map(|code| Curve::Pq.decode(code * self.source) * (PQ_PEAK / REFERENCE_WHITE))
    }

    /// The light shown for `light`.
    pub(crate) fn apply(&self, light: f64) -> f64 {
        let e1 = (pq(light.max(0.0)) / self.source).min(1.0);
        if e1 <= self.knee {
            return light;
        }
        let t = (e1 - self.knee) / (1.0 - self.knee);
        let (t2, t3) = (t * t, t * t * t);
        let e2 = (2.0 * t3 - 3.0 * t2 + 1.0) * self.knee
            + (t3 - 2.0 * t2 + t) * (1.0 - self.knee)
            + (3.0 * t2 - 2.0 * t3) * self.target;
        Curve::Pq.decode(e2 * self.source) * (PQ_PEAK / REFERENCE_WHITE)
    }
}

fn pq(light: f64) -> f64 {
    Curve::Pq.encode(light * (REFERENCE_WHITE / PQ_PEAK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_dark_and_lands_on_white() {
        let curve = ToneCurve::new(1000.0 / REFERENCE_WHITE).unwrap();
        assert_eq!(curve.apply(0.01), 0.01);
        assert!((curve.apply(1000.0 / REFERENCE_WHITE) - 1.0).abs() < 1e-9);
        let mut last = 0.0;
        for step in 0..2000 {
            let value = curve.apply(f64::from(step) / 400.0);
            assert!(value >= last && value <= 1.0 + 1e-9);
            last = value;
        }
        assert!(ToneCurve::new(1.0).is_none());
    }
}
