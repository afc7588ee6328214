//! Plans with an ICC profile on one side or both.
//!
//! Light is X, Y, Z of the connection space. Profiles made of curves and a matrix become steps; tables are joined with
//! everything else between two R'G'B' into one grid.

use vitascope_dsp::CpuLevel;

use super::*;
use crate::color::icc::Tone;
use crate::color::primaries::to_d50;

/// The chain; `None` when nothing changes. A side without a profile states its primaries and its transfer function.
pub(super) fn plan(
    source: &ColorSpec<'_>,
    destination: &ColorSpec<'_>,
    tone: ToneMapping,
    peak: Option<f64>,
) -> Option<ColorPlan> {
    let decode = source.weights.map_or(Matrix::IDENTITY, LumaWeights::to_rgb);
    let encode = destination.weights.map_or(Matrix::IDENTITY, LumaWeights::to_ycbcr);
    let (from, to) = (Half::new(source)?, Half::new(destination)?);
    let high = |spec: &ColorSpec<'_>| {
        spec.profile.is_none() && spec.curve.is_some_and(curve::Curve::is_high_dynamic_range)
    };
    let linear = destination.profile.is_none() && destination.curve == Some(curve::Curve::Linear);
    let tones = match high(source) && !high(destination) && !linear {
        true => tone_steps(tone, peak.unwrap_or(HLG_PEAK / REFERENCE_WHITE)),
        false => Vec::new(),
    };
    let middle = match (from, to) {
        (Half::Steps { to_light, matrix, .. }, Half::Steps { from_light, matrix: other, .. }) => {
            let gamut = Step::new(&other.inverse()?.after(&matrix));
            to_light.into_iter().chain([gamut]).chain(tones).chain(from_light).collect()
        }
        (from, to) => {
            let to_xyz = from.to_xyz(tones);
            let from_xyz = to.to_codes()?;
            let kernels = FloatKernels::select(CpuLevel::Scalar);
            let mut scratch = ColorScratch::default();
            vec![Step::Cube(Arc::new(Cube::new(|a, b, c| {
                to_xyz.run(&kernels, &mut scratch, a, b, c);
                from_xyz.run(&kernels, &mut scratch, a, b, c);
            })))]
        }
    };
    let mut steps = vec![Step::new(&decode)];
    steps.extend(middle);
    steps.push(Step::new(&encode));
    steps.retain(|step| !matches!(step, Step::Matrix(rows) if *rows == IDENTITY));
    Some(ColorPlan { steps, linear: None })
}

/// One side of a conversion.
enum Half<'a> {
    /// Steps between codes and the light of a display, and the matrix from that to X, Y, Z.
    Steps { to_light: Vec<Step>, from_light: Vec<Step>, matrix: Matrix },
    /// A profile's tables.
    Tables(&'a Profile),
}

impl<'a> Half<'a> {
    fn new(spec: &ColorSpec<'a>) -> Option<Half<'a>> {
        match spec.profile {
            Some(Profile::Matrix { curves, to_xyz }) => Some(Half::Steps {
                to_light: vec![tone_curves(curves, |tone, x| tone.value(x))],
                from_light: vec![tone_curves(curves, |tone, x| tone.inverse(x))],
                matrix: *to_xyz,
            }),
            Some(profile) => Some(Half::Tables(profile)),
            None => Some(Half::Steps {
                to_light: light_of(spec.curve?, spec.chromaticities),
                from_light: codes_of(spec.curve?, spec.chromaticities),
                matrix: to_d50(spec.chromaticities?)?,
            }),
        }
    }

    /// From codes to X, Y, Z.
    fn to_xyz(&self, tones: Vec<Step>) -> Part<'a> {
        match self {
            Half::Steps { to_light, matrix, .. } => {
                let steps = to_light.iter().cloned().chain(tones).chain([Step::new(matrix)]).collect();
                Part::Steps(ColorPlan { steps, linear: None })
            }
            Half::Tables(profile) => Part::ToXyz(profile),
        }
    }

    /// From X, Y, Z to codes.
    fn to_codes(&self) -> Option<Part<'a>> {
        Some(match self {
            Half::Steps { from_light, matrix, .. } => {
                let steps =
                    [Step::new(&matrix.inverse()?)].into_iter().chain(from_light.iter().cloned()).collect();
                Part::Steps(ColorPlan { steps, linear: None })
            }
            Half::Tables(profile) => Part::FromXyz(profile),
        })
    }
}

/// One way through one side.
enum Part<'a> {
    Steps(ColorPlan),
    ToXyz(&'a Profile),
    FromXyz(&'a Profile),
}

impl Part<'_> {
    fn run(
        &self,
        kernels: &FloatKernels,
        scratch: &mut ColorScratch,
        a: &mut [f32],
        b: &mut [f32],
        c: &mut [f32],
    ) {
        let each =
            |a: &mut [f32], b: &mut [f32], c: &mut [f32], convert: &dyn Fn([f64; 3]) -> Option<[f64; 3]>| {
                for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
                    // Tables are looked for when the profile is accepted, so there is always a result.
                    let result = convert([*a, *b, *c].map(f64::from)).unwrap_or([0.0; 3]);
                    [*a, *b, *c] = result.map(|value| value as f32);
                }
            };
        match self {
            Part::Steps(plan) => plan.run(kernels, scratch, a, b, c),
            Part::ToXyz(profile) => each(a, b, c, &|codes| profile.to_xyz(codes)),
            Part::FromXyz(profile) => each(a, b, c, &|xyz| profile.to_codes(xyz)),
        }
    }
}

/// A step of three curves, made once where they are the same.
fn tone_curves(tones: &[Tone; 3], value: impl Fn(&Tone, f64) -> f64) -> Step {
    let curve = |tone: &Tone| lut::Curve::new(1.0, false, |x| value(tone, x));
    if tones[0] == tones[1] && tones[1] == tones[2] {
        let curve = curve(&tones[0]);
        return Step::Curves(Box::new([curve.clone(), curve.clone(), curve]));
    }
    Step::Curves(Box::new([0, 1, 2].map(|channel| curve(&tones[channel]))))
}
