//! Curves as tables, where light is clipped to SDR and the result has few bits.

use std::iter::Peekable;

use vitascope_dsp::pixels::float::TABLE_LENGTH;
use vitascope_dsp::pixels::tone::{Octaves, PIECES};

use super::kernels::FloatKernels;
use super::lut;
use super::plan::{ColorPlan, IDENTITY, Step};

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

/// A matrix and a curve in straight pieces.
#[derive(Clone, Debug)]
pub(super) struct Pieces {
    matrix: [[f32; 3]; 3],
    curve: [f32; PIECES + 1],
}

impl Pieces {
    pub(super) fn run(&self, kernels: &FloatKernels, a: &mut [f32], b: &mut [f32], c: &mut [f32]) {
        kernels.linearise.call(&self.matrix, &self.curve, a, b, c);
    }
}

/// Light to codes: a matrix, the gain of the largest channel, a curve, and a matrix.
#[derive(Clone, Debug)]
pub(super) struct Compression {
    gamut: [[f32; 3]; 3],
    gain: Octaves,
    codes: Octaves,
    encode: [[f32; 3]; 3],
}

impl Compression {
    pub(super) fn run(&self, kernels: &FloatKernels, a: &mut [f32], b: &mut [f32], c: &mut [f32]) {
        kernels.compress.call(&self.gamut, &self.gain, &self.codes, &self.encode, a, b, c);
    }
}

/// Octaves of light in which the gain of a tone curve may be other than 1: up to the peak of PQ.
const GAIN_OCTAVES: [i32; 2] = [-6, 6];
/// Octaves of light up to white; what lies below is less than a tenth of an 8-bit code.
const CODE_OCTAVES: [i32; 2] = [-28, 0];

impl ColorPlan {
    /// Replaces curves by tables where light is clipped to SDR and the result has ten bits or fewer: errors
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
                    let entry = |index: usize| curve.value((index as f64 / PIECES as f64) as f32);
                    let curve = std::array::from_fn(entry);
                    let matrix = self.pop_matrix();
                    self.steps.push(Step::Linearise(Box::new(Pieces { matrix, curve })));
                }
                Step::LuminanceGain { weights, gain } => {
                    let gain = Table::new(|light| f64::from(gain.value(light as f32)));
                    self.steps.push(Step::LuminanceTable { weights, gain });
                }
                Step::PeakGain(gain) => {
                    steps.next_if(|step| matches!(step, Step::Clip));
                    self.compress(Some(gain), &mut steps);
                }
                Step::Clip => self.compress(None, &mut steps),
                other => self.steps.push(other),
            }
        }
        self
    }

    /// Joins the gain of the largest channel, if there is one, and clipping with a curve and matrices beside them.
    fn compress(&mut self, gain: Option<lut::Curve>, steps: &mut Peekable<impl Iterator<Item = Step>>) {
        let curve = match steps.next_if(|step| matches!(step, Step::Curve(_))) {
            Some(Step::Curve(curve)) => curve,
            _ => {
                self.steps.extend(gain.map(Step::PeakGain));
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
            Some(gain) => Octaves::new(GAIN_OCTAVES, 1.0, |light| f64::from(gain.value(light as f32))),
            None => Octaves::new([0, 0], 1.0, |_| 1.0),
        };
        let codes = Octaves::new(CODE_OCTAVES, 1.0, |light| f64::from(curve.value(light as f32)));
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
