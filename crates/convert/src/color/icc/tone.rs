//! Curves of an ICC profile.

use moxcms::ToneReprCurve;

use crate::color::math::pow;

/// A rising curve over 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tone {
    /// A power; 1 is a straight line.
    Power(f64),
    /// Evenly spaced values with straight lines between them; two at least.
    Table(Vec<f64>),
    /// `(a x + b)^g + e` from `d` on, `c x + f` below (ICC.1:2022, 10.18).
    Parametric { g: f64, a: f64, b: f64, c: f64, d: f64, e: f64, f: f64 },
}

impl Tone {
    /// The curve, if it rises; else what is wrong with it.
    pub(crate) fn new(curve: &ToneReprCurve) -> Result<Tone, String> {
        let tone = Tone::any(curve)?;
        let (mut last, steps) = (tone.value(0.0), 1024);
        for step in 1..=steps {
            let value = tone.value(f64::from(step) / f64::from(steps));
            if value < last - 1e-4 {
                return Err("falls".into());
            }
            last = last.max(value);
        }
        if last - tone.value(0.0) < 1e-3 { Err("is flat".into()) } else { Ok(tone) }
    }

    /// The curve, whether it rises or not.
    pub(super) fn any(curve: &ToneReprCurve) -> Result<Tone, String> {
        let tone = match curve {
            ToneReprCurve::Lut(values) => match values.as_slice() {
                [] => Tone::Power(1.0),
                [gamma] => Tone::Power(f64::from(*gamma) / 256.0),
                values => Tone::Table(values.iter().map(|value| f64::from(*value) / 65535.0).collect()),
            },
            ToneReprCurve::Parametric(values) => {
                let values: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
                let (zero, one) = (0.0, 1.0);
                match *values.as_slice() {
                    [g] => Tone::Power(g),
                    [g, a, b] => Tone::Parametric { g, a, b, c: zero, d: -b / a, e: zero, f: zero },
                    [g, a, b, c] => Tone::Parametric { g, a, b, c: zero, d: -b / a, e: c, f: c },
                    [g, a, b, c, d] => Tone::Parametric { g, a, b, c, d, e: zero, f: zero },
                    [g, a, b, c, d, e, f] => Tone::Parametric { g, a, b, c, d, e, f },
                    _ => return Err(format!("has {} parameters", values.len())),
                }
                .with_power_above(one / 64.0)?
            }
        };
        tone.with_power_above(1.0 / 64.0)
    }

    fn with_power_above(self, least: f64) -> Result<Tone, String> {
        match self {
            Tone::Power(g) | Tone::Parametric { g, .. } if !(least..=64.0).contains(&g) => {
                Err(format!("has the power {g}; {least} to 64 is accepted"))
            }
            tone => Ok(tone),
        }
    }

    /// The value at `x`, both 0 to 1.
    pub(crate) fn value(&self, x: f64) -> f64 {
        let x = if x.is_nan() { 0.0 } else { x.clamp(0.0, 1.0) };
        let value = match self {
            Tone::Power(power) => pow(x, *power),
            Tone::Table(values) => {
                let place = x * (values.len() - 1) as f64;
                let index = (place as usize).min(values.len() - 2);
                let part = place - index as f64;
                values[index] + (values[index + 1] - values[index]) * part
            }
            Tone::Parametric { g, a, b, c, d, e, f } => {
                if x >= *d {
                    pow(a * x + b, *g) + e
                } else {
                    c * x + f
                }
            }
        };
        if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
    }

    /// The argument that gives `y`, by halving: the least where the curve is level.
    pub(crate) fn inverse(&self, y: f64) -> f64 {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..40 {
            let middle = (low + high) / 2.0;
            if self.value(middle) < y { low = middle } else { high = middle }
        }
        high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_and_its_inverse() {
        let srgb = vec![2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045];
        for (curve, x, expected) in [
            (ToneReprCurve::Lut(vec![]), 0.25, 0.25),
            (ToneReprCurve::Lut(vec![512]), 0.5, 0.25),
            (ToneReprCurve::Lut(vec![0, 16384, 65535]), 0.25, 0.125_002),
            (ToneReprCurve::Parametric(vec![2.0]), 0.5, 0.25),
            (ToneReprCurve::Parametric(srgb.clone()), 0.5, 0.214_041),
            (ToneReprCurve::Parametric(srgb), 0.02, 0.001_548),
            (ToneReprCurve::Parametric(vec![1.0, 0.5, -0.1, 0.3]), 0.1, 0.3),
            (ToneReprCurve::Parametric(vec![1.0, 0.5, 0.0, 0.25, 0.5, 0.25, 0.0]), 0.25, 0.0625),
        ] {
            let tone = Tone::new(&curve).unwrap();
            assert!((tone.value(x) - expected).abs() < 1e-5, "{curve:?}: {}", tone.value(x));
            let y = tone.value(0.8);
            assert!((tone.value(tone.inverse(y)) - y).abs() < 1e-6, "{curve:?}");
        }
        for bad in [
            ToneReprCurve::Lut(vec![65535, 0]),
            ToneReprCurve::Lut(vec![7, 7, 7]),
            ToneReprCurve::Lut(vec![0]),
            ToneReprCurve::Parametric(vec![f32::NAN]),
            ToneReprCurve::Parametric(vec![1.0, 2.0]),
        ] {
            assert!(Tone::new(&bad).is_err(), "{bad:?}");
        }
    }
}
