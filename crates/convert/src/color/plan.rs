//! The steps that turn one kind of colour into another, planned once and run row by row.
//!
//! Light is the link between two transfer functions. Between two different camera curves it is the
//! light of the scene (each standard's own formula); in every other case it is the light of the
//! display, where camera curves are shown by ITU-R BT.1886 (power 2.4, as ITU-R BT.2087 does),
//! HLG by the opto-optical transfer function of BT.2100 for 1000 cd/m2, and PQ as it stands. SDR
//! white is 203 cd/m2 in HDR (ITU-R BT.2408).

use std::sync::Arc;

use vitascope_core::ColorPrimaries;

use super::curve::{self, HLG_GAMMA, HLG_PEAK, REFERENCE_WHITE};
use super::icc::{Cube, Profile};
pub(crate) use super::kernels::FloatKernels;
use super::lut;
use super::math::pow;
use super::matrix::Matrix;
use super::primaries::{self, Chromaticities};
use super::tables::{Compression, Linearisation, Table};
use super::tone_map::{ToneCurve, ToneMapping};
use super::ycbcr::LumaWeights;

#[path = "profiles.rs"]
mod profiles;

/// The colour of a picture, as far as it is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ColorSpec<'a> {
    /// Luma weights when the components are Y'CbCr.
    pub weights: Option<LumaWeights>,
    /// Primaries and white.
    pub chromaticities: Option<Chromaticities>,
    /// Transfer function.
    pub curve: Option<curve::Curve>,
    /// In place of both: an ICC profile.
    pub profile: Option<&'a Profile>,
}

/// One step, over three rows of equal length.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Matrix([[f32; 3]; 3]),
    Curve(lut::Curve),
    /// A curve for each channel.
    Curves(Box<[lut::Curve; 3]>),
    /// Everything at once, from a grid.
    Cube(Arc<Cube>),
    /// A matrix, then a curve over 0 to 1 in few pieces.
    Linearise(Box<Linearisation>),
    /// As [`Step::LuminanceGain`].
    LuminanceTable {
        weights: [f32; 3],
        gain: Table,
    },
    /// A matrix, [`Step::PeakGain`], [`Step::Clip`], a curve, and a matrix.
    Compress(Box<Compression>),
    /// Multiplies all channels by a function of their weighted sum.
    LuminanceGain {
        weights: [f32; 3],
        gain: lut::Curve,
    },
    /// Multiplies all channels by a function of the largest, which is smooth but for two bends.
    PeakGain {
        bends: [f64; 2],
        gain: lut::Curve,
    },
    Clip,
}

/// What a plan needs beside its rows.
#[derive(Default)]
pub(crate) struct ColorScratch {
    gain: Vec<f32>,
}

/// A chain of steps.
#[derive(Clone, Debug)]
pub(crate) struct ColorPlan {
    pub(super) steps: Vec<Step>,
    /// The whole chain, when it is one matrix.
    linear: Option<Matrix>,
}

impl ColorPlan {
    /// The chain from `source` to `destination`; `None` when nothing needs to change.
    ///
    /// Primaries and curves are converted only where both sides know them and they differ.
    /// `peak` is the brightest light of an HDR source, in units of SDR white.
    pub(crate) fn new(
        source: &ColorSpec<'_>,
        destination: &ColorSpec<'_>,
        tone: ToneMapping,
        peak: Option<f64>,
    ) -> Option<ColorPlan> {
        if source.profile.is_some() || destination.profile.is_some() {
            return profiles::plan(source, destination, tone, peak);
        }
        let decode = source.weights.map_or(Matrix::IDENTITY, LumaWeights::to_rgb);
        let encode = destination.weights.map_or(Matrix::IDENTITY, LumaWeights::to_ycbcr);
        let gamut = match (source.chromaticities, destination.chromaticities) {
            (Some(from), Some(to)) if from != to => primaries::conversion(from, to)?,
            _ => Matrix::IDENTITY,
        };
        let (from, to) = match (source.curve, destination.curve) {
            (Some(from), Some(to)) => (from, to),
            (Some(one), None) | (None, Some(one)) => (one, one),
            (None, None) => (curve::Curve::Itu709, curve::Curve::Itu709),
        };
        if gamut.is_identity() && from == to {
            let whole =
                if source.weights == destination.weights { Matrix::IDENTITY } else { encode.after(&decode) };
            return (!whole.is_identity())
                .then(|| ColorPlan { steps: vec![Step::new(&whole)], linear: Some(whole) });
        }
        let mut steps = vec![Step::new(&decode)];
        let scene = from != to && from.is_camera_curve() && to.is_camera_curve();
        if scene {
            steps.push(Step::curve(2.0, |code| from.decode(code)));
            steps.push(Step::new(&gamut));
            steps.push(Step::curve(2.0, |light| to.encode(light)));
        } else {
            steps.extend(light_of(from, source.chromaticities));
            steps.push(Step::new(&gamut));
            if from.is_high_dynamic_range() && !to.is_high_dynamic_range() && to != curve::Curve::Linear {
                steps.extend(tone_steps(tone, peak.unwrap_or(HLG_PEAK / REFERENCE_WHITE)));
            }
            steps.extend(codes_of(to, destination.chromaticities.or(source.chromaticities)));
        }
        steps.push(Step::new(&encode));
        steps.retain(|step| !matches!(step, Step::Matrix(rows) if *rows == IDENTITY));
        Some(ColorPlan { steps, linear: None })
    }

    /// Whether colour multiplied by alpha must be divided by it first.
    pub(crate) fn needs_straight_alpha(&self) -> bool {
        self.linear.is_none()
    }

    /// The matrix this plan amounts to, if it is one.
    pub(crate) fn linear(&self) -> Option<&Matrix> {
        self.linear.as_ref()
    }

    /// Converts three rows in place.
    pub(crate) fn run(
        &self,
        kernels: &FloatKernels,
        scratch: &mut ColorScratch,
        a: &mut [f32],
        b: &mut [f32],
        c: &mut [f32],
    ) {
        // Few enough values to stay near from one step to the next.
        let parts = a.chunks_mut(STRETCH).zip(b.chunks_mut(STRETCH)).zip(c.chunks_mut(STRETCH));
        parts.for_each(|((a, b), c)| self.run_stretch(kernels, scratch, a, b, c));
    }

    fn run_stretch(
        &self,
        kernels: &FloatKernels,
        scratch: &mut ColorScratch,
        a: &mut [f32],
        b: &mut [f32],
        c: &mut [f32],
    ) {
        let gains = &mut scratch.gain;
        gains.resize(a.len(), 0.0);
        for step in &self.steps {
            match step {
                Step::Matrix(rows) => kernels.multiply.call(rows, a, b, c),
                Step::Linearise(linearisation) => linearisation.run(kernels, a, b, c),
                Step::LuminanceTable { weights, gain } => {
                    kernels.accumulate.call(a, weights[0], true, gains);
                    kernels.accumulate.call(b, weights[1], false, gains);
                    kernels.accumulate.call(c, weights[2], false, gains);
                    gain.map(kernels, gains);
                    for row in [&mut *a, &mut *b, &mut *c] {
                        kernels.scale.call(gains, row);
                    }
                }
                Step::Compress(compression) => compression.run(kernels, a, b, c),
                Step::Curves(curves) => {
                    curves[0].map(a);
                    curves[1].map(b);
                    curves[2].map(c);
                }
                Step::Cube(cube) => cube.map(a, b, c),
                Step::Curve(curve) => {
                    curve.map(a);
                    curve.map(b);
                    curve.map(c);
                }
                Step::LuminanceGain { weights, gain } => {
                    scale_by(a, b, c, |r, g, b| gain.value(weights[0] * r + weights[1] * g + weights[2] * b))
                }
                Step::PeakGain { gain, .. } => scale_by(a, b, c, |r, g, b| gain.value(r.max(g).max(b))),
                Step::Clip => {
                    for row in [&mut *a, &mut *b, &mut *c] {
                        row.iter_mut().for_each(|value| *value = value.clamp(0.0, 1.0));
                    }
                }
            }
        }
    }
}

/// Values of a row that go through all steps together.
const STRETCH: usize = 1920;

pub(super) const IDENTITY: [[f32; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// Light a table of light reaches to, in units of SDR white: the peak of PQ.
const LIGHT_LIMIT: f64 = curve::PQ_PEAK / REFERENCE_WHITE;
/// The same for the largest channel in primaries that are narrower.
pub(super) const GAIN_LIMIT: f64 = 2.0 * LIGHT_LIMIT;

impl Step {
    fn new(matrix: &Matrix) -> Step {
        Step::Matrix(if matrix.is_identity() {
            IDENTITY
        } else {
            matrix.0.map(|row| row.map(|value| value as f32))
        })
    }

    fn curve(maximum: f64, function: impl Fn(f64) -> f64) -> Step {
        Step::Curve(lut::Curve::new(maximum, true, function))
    }
}

/// Luminance weights of linear R, G, B.
fn luminance(chromaticities: Option<Chromaticities>) -> [f32; 3] {
    let xyz = chromaticities.unwrap_or(ColorPrimaries::Itu2020.into()).to_xyz();
    xyz.map_or([1.0 / 3.0; 3], |xyz| xyz.0[1].map(|weight| weight as f32))
}

/// Codes to display light.
fn light_of(from: curve::Curve, chromaticities: Option<Chromaticities>) -> Vec<Step> {
    match from {
        curve::Curve::Linear => Vec::new(),
        curve::Curve::Pq => vec![Step::curve(1.0, |code| from.display_light(code))],
        curve::Curve::Hlg => vec![
            Step::curve(1.2, |code| from.decode(code)),
            Step::LuminanceGain {
                weights: luminance(chromaticities),
                gain: lut::Curve::new(16.0, false, |scene| {
                    HLG_PEAK / REFERENCE_WHITE * pow(scene, HLG_GAMMA - 1.0)
                }),
            },
        ],
        _ => vec![Step::curve(2.0, |code| from.display_light(code))],
    }
}

/// Display light to codes.
fn codes_of(to: curve::Curve, chromaticities: Option<Chromaticities>) -> Vec<Step> {
    match to {
        curve::Curve::Linear => Vec::new(),
        curve::Curve::Hlg => vec![
            Step::LuminanceGain {
                weights: luminance(chromaticities),
                // At zero light the gain is unbounded; what it multiplies is zero too.
                gain: lut::Curve::new(LIGHT_LIMIT, false, |light| {
                    let display = (light * (REFERENCE_WHITE / HLG_PEAK)).max(1e-9);
                    REFERENCE_WHITE / HLG_PEAK * pow(display, (1.0 - HLG_GAMMA) / HLG_GAMMA)
                }),
            },
            Step::curve(16.0, |scene| to.encode(scene)),
        ],
        _ => vec![Step::curve(LIGHT_LIMIT, |light| to.display_code(light))],
    }
}

fn tone_steps(tone: ToneMapping, peak: f64) -> Vec<Step> {
    let mut steps = Vec::new();
    if let (ToneMapping::Bt2390, Some(curve)) = (tone, ToneCurve::new(peak)) {
        let gain_of = |light: f64| if light < 1e-6 { 1.0 } else { curve.apply(light) / light };
        let gain = lut::Curve::new(GAIN_LIMIT, false, gain_of);
        steps.push(Step::PeakGain { bends: curve.bends(), gain });
    }
    steps.push(Step::Clip);
    steps
}

fn scale_by(a: &mut [f32], b: &mut [f32], c: &mut [f32], gain_of: impl Fn(f32, f32, f32) -> f32) {
    for ((a, b), c) in a.iter_mut().zip(b.iter_mut()).zip(c.iter_mut()) {
        let gain = gain_of(*a, *b, *c);
        *a *= gain;
        *b *= gain;
        *c *= gain;
    }
}

#[cfg(test)]
mod tests {
    use vitascope_dsp::CpuLevel;

    use super::curve::Curve;
    use super::*;

    fn rgb(primaries: ColorPrimaries, curve: Curve) -> ColorSpec<'static> {
        ColorSpec { weights: None, chromaticities: Some(primaries.into()), curve: Some(curve), profile: None }
    }

    fn convert(from: ColorSpec<'_>, to: ColorSpec<'_>, tone: ToneMapping, pixel: [f32; 3]) -> [f32; 3] {
        let Some(plan) = ColorPlan::new(&from, &to, tone, None) else { return pixel };
        let [mut a, mut b, mut c] = pixel.map(|value| [value]);
        plan.run(
            &FloatKernels::select(CpuLevel::Scalar),
            &mut ColorScratch::default(),
            &mut a,
            &mut b,
            &mut c,
        );
        [a[0], b[0], c[0]]
    }

    fn check(found: [f32; 3], expected: [f64; 3]) {
        let close = found.iter().zip(expected).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-4);
        assert!(close, "{found:?} {expected:?}");
    }

    #[test]
    fn sdr_white_in_hdr() {
        let sdr = rgb(ColorPrimaries::Itu709, Curve::Itu709);
        let (pq, hlg) = (rgb(ColorPrimaries::Itu2020, Curve::Pq), rgb(ColorPrimaries::Itu2020, Curve::Hlg));
        // ITU-R BT.2408-7, table 1: reference white is 58 % PQ and 75 % HLG.
        check(convert(sdr, pq, ToneMapping::Clip, [1.0; 3]), [0.5807; 3]);
        let white = convert(sdr, hlg, ToneMapping::Clip, [1.0; 3]);
        assert!(white.iter().all(|value| (value - 0.75).abs() < 2e-3), "{white:?}");
        check(convert(pq, sdr, ToneMapping::Clip, [0.580_689; 3]), [1.0; 3]);
        check(convert(hlg, pq, ToneMapping::Clip, [1.0; 3]), [0.7518; 3]);
    }

    #[test]
    fn hdr_there_and_back() {
        let (pq, hlg) = (rgb(ColorPrimaries::Itu2020, Curve::Pq), rgb(ColorPrimaries::Itu2020, Curve::Hlg));
        let pixel = [0.6, 0.35, 0.2];
        let back = convert(hlg, pq, ToneMapping::Clip, convert(pq, hlg, ToneMapping::Clip, pixel));
        check(back, pixel.map(f64::from));
    }

    #[test]
    fn bt2087_red() {
        let red = convert(
            rgb(ColorPrimaries::Itu709, Curve::Itu709),
            rgb(ColorPrimaries::Itu2020, Curve::Itu709),
            ToneMapping::Clip,
            [1.0, 0.0, 0.0],
        );
        check(red, [0.6274f64.powf(1.0 / 2.4), 0.06909f64.powf(1.0 / 2.4), 0.01639f64.powf(1.0 / 2.4)]);
    }

    #[test]
    fn tone_mapped_highlights_stay_below_white() {
        let sdr = rgb(ColorPrimaries::Itu709, Curve::Itu709);
        let pq = rgb(ColorPrimaries::Itu2020, Curve::Pq);
        let bright = convert(pq, sdr, ToneMapping::Bt2390, [0.7; 3]);
        let clipped = convert(pq, sdr, ToneMapping::Clip, [0.7; 3]);
        assert!(bright[0] > 0.9 && bright[0] < 0.999, "{bright:?}");
        assert_eq!(clipped, [1.0; 3]);
    }

    #[test]
    fn tables_follow_the_curves() {
        let kernels = FloatKernels::select(CpuLevel::detected());
        for curve in [Curve::Pq, Curve::Hlg] {
            for tone in [ToneMapping::Bt2390, ToneMapping::Clip] {
                let (from, to) =
                    (rgb(ColorPrimaries::Itu2020, curve), rgb(ColorPrimaries::Itu709, Curve::Itu709));
                let exact = ColorPlan::new(&from, &to, tone, None).unwrap();
                let quick = exact.clone().with_tables();
                let scratch = &mut ColorScratch::default();
                let mut state = 5u32;
                let mut next = || {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 8) as f32 / 16_777_216.0
                };
                let pixels: Vec<[f32; 3]> = (0..20000).map(|_| [next(), next(), next()]).collect();
                let rows = |plan: &ColorPlan, scratch: &mut ColorScratch| {
                    let [mut a, mut b, mut c] =
                        [0, 1, 2].map(|k| pixels.iter().map(|pixel| pixel[k]).collect::<Vec<f32>>());
                    plan.run(&kernels, scratch, &mut a, &mut b, &mut c);
                    [a, b, c]
                };
                let (exact, quick) = (rows(&exact, scratch), rows(&quick, scratch));
                for (index, pixel) in pixels.iter().enumerate() {
                    for (exact, quick) in exact.iter().zip(&quick).map(|(a, b)| (a[index], b[index])) {
                        // A fifth of a code of eight bits; or where light nearly cancels, what it was rounded to before.
                        let light = |code: f32| f64::from(code).powf(2.4);
                        let largest = curve.display_light(pixel.iter().copied().fold(0.0, f32::max).into());
                        let rounded = 3e-6 * if tone == ToneMapping::Clip { largest.max(1.0) } else { 1.0 };
                        let close = (exact - quick).abs() < 0.2 / 255.0
                            || (light(exact) - light(quick)).abs() < rounded;
                        assert!(close, "{curve:?} {tone:?} {pixel:?}: {exact} {quick}");
                    }
                }
            }
        }
    }

    #[test]
    fn same_colour_is_no_plan() {
        let sdr = rgb(ColorPrimaries::Itu709, Curve::Itu709);
        assert!(ColorPlan::new(&sdr, &sdr, ToneMapping::Bt2390, None).is_none());
    }
}
