//! Curves as tables and polynomials, where light is clipped to SDR and the result has few bits.

use std::iter::Peekable;

use vitascope_dsp::pixels::float::TABLE_LENGTH;
use vitascope_dsp::pixels::tone::{Curve, Gain, Octaves};

use super::kernels::FloatKernels;
use super::lut;
use super::plan::{ColorPlan, GAIN_LIMIT, IDENTITY, Step};

/// A curve as plain values, finely spaced enough for integer samples of up to ten bits.
#[derive(Clone, Debug)]
pub(super) struct Table {
    values: Box<[f32; TABLE_LENGTH]>,
    scale: f32,
}

impl Table {
    /// Tabulates `function` over 0 to 1, evenly in the square root of the argument.
    fn new(function: impl Fn(f64) -> f64) -> Table {
        let last = (TABLE_LENGTH - 1) as f64;
        let mut values = Box::new([0.0; TABLE_LENGTH]);
        for (index, value) in values.iter_mut().enumerate() {
            let part = index as f64 / last;
            *value = function(part * part) as f32;
        }
        Table { values, scale: last as f32 }
    }

    /// Replaces the values of a row by the curve's.
    pub(super) fn map(&self, kernels: &FloatKernels, row: &mut [f32]) {
        // A square root is rounded correctly everywhere.
        kernels.map_nearest.call(&self.values, self.scale, true, row);
    }
}

/// Codes to light: a matrix and a curve.
#[derive(Clone, Debug)]
pub(super) struct Linearisation {
    matrix: [[f32; 3]; 3],
    curve: Curve,
}

impl Linearisation {
    pub(super) fn run(&self, kernels: &FloatKernels, a: &mut [f32], b: &mut [f32], c: &mut [f32]) {
        kernels.linearise.call(&self.matrix, &self.curve, a, b, c);
    }
}

/// Light to codes: a matrix, the gain of the largest channel, a curve, and a matrix.
#[derive(Clone, Debug)]
pub(super) struct Compression {
    gamut: [[f32; 3]; 3],
    gain: Gain,
    codes: Octaves,
    encode: [[f32; 3]; 3],
}

impl Compression {
    pub(super) fn run(&self, kernels: &FloatKernels, a: &mut [f32], b: &mut [f32], c: &mut [f32]) {
        kernels.compress.call(&self.gamut, &self.gain, &self.codes, &self.encode, a, b, c);
    }
}

/// The exponent of the first octave of light whose codes are told apart: less is less than a tenth of an 8-bit code. There
/// are as many octaves up to white as a curve has pieces.
const FIRST_OCTAVE: i32 = -32;

impl ColorPlan {
    /// Replaces curves by tables or polynomials where light is clipped to SDR and the result has ten bits or fewer: errors
    /// stay below a fifth of an eight-bit code.
    pub(crate) fn with_tables(mut self) -> ColorPlan {
        if !self.steps.iter().any(|step| matches!(step, Step::Clip)) {
            return self;
        }
        let mut steps = std::mem::take(&mut self.steps).into_iter().peekable();
        while let Some(step) = steps.next() {
            match step {
                Step::Curve(curve) => {
                    // Differences of large amounts of light may follow, so this one has to be exact.
                    let curve = Curve::new(|code| f64::from(curve.value(code as f32)));
                    let matrix = self.pop_matrix();
                    self.steps.push(Step::Linearise(Box::new(Linearisation { matrix, curve })));
                }
                Step::LuminanceGain { weights, gain } => {
                    let gain = Table::new(|light| f64::from(gain.value(light as f32)));
                    self.steps.push(Step::LuminanceTable { weights, gain });
                }
                Step::PeakGain { bends, gain } => {
                    steps.next_if(|step| matches!(step, Step::Clip));
                    self.compress(Some((bends, gain)), &mut steps);
                }
                Step::Clip => self.compress(None, &mut steps),
                other => self.steps.push(other),
            }
        }
        self
    }

    /// Joins the gain of the largest channel, if there is one, and clipping with a curve and matrices beside them.
    fn compress(
        &mut self,
        gain: Option<([f64; 2], lut::Curve)>,
        steps: &mut Peekable<impl Iterator<Item = Step>>,
    ) {
        let curve = match steps.next_if(|step| matches!(step, Step::Curve(_))) {
            Some(Step::Curve(curve)) => curve,
            _ => {
                self.steps.extend(gain.map(|(bends, gain)| Step::PeakGain { bends, gain }));
                self.steps.push(Step::Clip);
                return self.steps.extend(steps);
            }
        };
        let gamut = self.pop_matrix();
        let encode = match steps.next_if(|step| matches!(step, Step::Matrix(_))) {
            Some(Step::Matrix(matrix)) => matrix,
            _ => IDENTITY,
        };
        let gain = match gain {
            Some((bends, gain)) => Gain::new(bends, GAIN_LIMIT, |light| f64::from(gain.value(light as f32))),
            None => Gain::none(),
        };
        let codes = Octaves::new(FIRST_OCTAVE, 1, |light| f64::from(curve.value(light as f32)));
        self.steps.push(Step::Compress(Box::new(Compression { gamut, gain, codes, encode })));
    }

    /// Takes the last step away, if it is a matrix.
    fn pop_matrix(&mut self) -> [[f32; 3]; 3] {
        match self.steps.pop() {
            Some(Step::Matrix(matrix)) => matrix,
            other => {
                self.steps.extend(other);
                IDENTITY
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use vitascope_dsp::CpuLevel;

    use super::*;
    use crate::color::curve;
    use crate::color::tone_map::ToneCurve;

    /// What `run` makes of a grey ramp over the numbers given.
    fn ramp(numbers: &[f64], run: impl Fn(&FloatKernels, [&mut [f32]; 3])) -> Vec<f64> {
        let [mut a, mut b, mut c] = [(); 3].map(|()| numbers.iter().map(|&x| x as f32).collect::<Vec<f32>>());
        run(&FloatKernels::select(CpuLevel::detected()), [&mut a, &mut b, &mut c]);
        assert!(a == b && b == c);
        a.into_iter().map(f64::from).collect()
    }

    #[test]
    fn light_is_exact() {
        let codes: Vec<f64> = (0..=100_000).map(|step| f64::from(step) / 100_000.0).collect();
        for curve in [curve::Curve::Pq, curve::Curve::Hlg] {
            let exact = lut::Curve::new(1.0, true, |code| curve.display_light(code));
            let exact = Curve::new(|code| f64::from(exact.value(code as f32)));
            let linearisation = Linearisation { matrix: IDENTITY, curve: exact };
            let found = ramp(&codes, |kernels, [a, b, c]| linearisation.run(kernels, a, b, c));
            for (&code, found) in codes.iter().zip(found) {
                let exact = curve.display_light(f64::from(code as f32));
                let shown = |light: f64| 255.0 * curve::Curve::Itu709.display_code(light);
                let error = (shown(found) - shown(exact)).abs();
                assert!(error < if code < 0.04 { 0.1 } else { 0.002 }, "{curve:?} {code}: {found} {exact}");
                let large = code < 0.0625 || (found - exact).abs() < 2e-6 * exact;
                assert!(large, "{curve:?} {code}: {found} {exact}");
            }
        }
    }

    #[test]
    fn codes_are_exact() {
        use curve::Curve::{Gamma, Itu709, Smpte240M, Srgb, St428};
        let light: Vec<f64> =
            (0..40_000).map(|step| (-f64::from(step) / 1600.0).exp2()).chain([0.0]).collect();
        for curve in [Itu709, Smpte240M, Srgb, St428, Gamma(1.8), Gamma(2.8)] {
            let exact = lut::Curve::new(GAIN_LIMIT, true, |light| curve.display_code(light));
            let codes = Octaves::new(FIRST_OCTAVE, 1, |light| f64::from(exact.value(light as f32)));
            let compression = Compression { gamut: IDENTITY, gain: Gain::none(), codes, encode: IDENTITY };
            let found = ramp(&light, |kernels, [a, b, c]| compression.run(kernels, a, b, c));
            for (&light, found) in light.iter().zip(found) {
                let exact = curve.display_code(light);
                assert!((found - exact).abs() < 0.05 / 255.0, "{curve:?} {light}: {found} {exact}");
            }
        }
    }

    #[test]
    fn tones_are_exact() {
        let light: Vec<f64> = (1..98_000).map(|step| f64::from(step) / 1000.0).collect();
        for peak in [1.0001, 1.01, 1.2, 2.0, 4.926, 19.7, 49.26] {
            let tone = ToneCurve::new(peak).unwrap();
            let exact = |light: f64| tone.apply(light) / light;
            let gain = Gain::new(tone.bends(), GAIN_LIMIT, |light| exact(light.max(1e-6)));
            let codes = Octaves::new(FIRST_OCTAVE, 1, |light| curve::Curve::Itu709.display_code(light));
            let compression = Compression { gamut: IDENTITY, gain, codes, encode: IDENTITY };
            let found = ramp(&light, |kernels, [a, b, c]| compression.run(kernels, a, b, c));
            for (&light, found) in light.iter().zip(found) {
                let exact = curve::Curve::Itu709.display_code(tone.apply(light).min(1.0));
                assert!((found - exact).abs() < 0.1 / 255.0, "{peak} {light}: {found} {exact}");
            }
        }
    }
}
