//! Transfer functions as formulas in double precision.
//!
//! Display light is in units of SDR reference white: 1 is the white of a BT.709 picture, and stands
//! for 203 cd/m2 in PQ and HLG (ITU-R BT.2408-7, clause 2.2).

use vitascope_core::TransferFunction;

use super::math::{exp, ln, pow};

/// Luminance of SDR reference white in an HDR picture, in cd/m2.
pub(crate) const REFERENCE_WHITE: f64 = 203.0;
/// Nominal peak of the HLG display for which the opto-optical transfer function is computed, in cd/m2.
pub(crate) const HLG_PEAK: f64 = 1000.0;
/// System gamma of HLG at that peak (ITU-R BT.2100-2, table 5).
pub(crate) const HLG_GAMMA: f64 = 1.2;
/// Peak of PQ in cd/m2.
pub(crate) const PQ_PEAK: f64 = 10000.0;

/// A transfer function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Curve {
    /// ITU-R BT.709, BT.601 and BT.2020: the camera's curve; displays follow BT.1886.
    Itu709,
    /// SMPTE 240M: the camera's curve; displays follow BT.1886.
    Smpte240M,
    /// IEC 61966-2-1.
    Srgb,
    /// No curve.
    Linear,
    /// A pure power law: light = code to the power given.
    Gamma(f64),
    /// SMPTE ST 428-1: power 2.6 with 48 cd/m2 for white under a peak of 52.37.
    St428,
    /// SMPTE ST 2084, the perceptual quantiser of BT.2100.
    Pq,
    /// Hybrid log-gamma of BT.2100.
    Hlg,
}

// ITU-R BT.2020-2, table 4, to more digits.
const A709: f64 = 1.099_296_826_809_44;
const B709: f64 = 0.018_053_968_510_807;
// SMPTE 240M-1999, clause 4.
const A240: f64 = 1.111_572_195_921_731;
const B240: f64 = 0.022_821_585_529_445;

impl Curve {
    /// The curve of a transfer function; `gamma` counts for [`TransferFunction::UseGamma`] and is 2.2
    /// where it lacks.
    pub(crate) fn new(transfer: TransferFunction, gamma: Option<f64>) -> Curve {
        match transfer {
            TransferFunction::Itu709 | TransferFunction::Itu2020 => Curve::Itu709,
            TransferFunction::Smpte240M => Curve::Smpte240M,
            TransferFunction::UseGamma => Curve::Gamma(gamma.unwrap_or(2.2)),
            TransferFunction::Linear => Curve::Linear,
            TransferFunction::Srgb => Curve::Srgb,
            TransferFunction::SmpteSt2084Pq => Curve::Pq,
            TransferFunction::SmpteSt428 => Curve::St428,
            TransferFunction::Itu2100Hlg => Curve::Hlg,
        }
    }

    /// Whether the standard defines the camera's side (scene light) and leaves displays to BT.1886.
    pub(crate) fn is_camera_curve(self) -> bool {
        matches!(self, Curve::Itu709 | Curve::Smpte240M)
    }

    /// Whether light above SDR white is representable by design.
    pub(crate) fn is_high_dynamic_range(self) -> bool {
        matches!(self, Curve::Pq | Curve::Hlg)
    }

    /// Code (0 to 1) to light: the inverse of the camera's curve, or for [`Curve::Pq`] the display's
    /// in units of its peak, for [`Curve::Hlg`] scene light 0 to 1.
    pub(crate) fn decode(self, code: f64) -> f64 {
        match self {
            Curve::Itu709 if code < 4.5 * B709 => code / 4.5,
            Curve::Itu709 => pow((code + (A709 - 1.0)) / A709, 1.0 / 0.45),
            Curve::Smpte240M if code < 4.0 * B240 => code / 4.0,
            Curve::Smpte240M => pow((code + (A240 - 1.0)) / A240, 1.0 / 0.45),
            Curve::Srgb if code <= 0.04045 => code / 12.92,
            Curve::Srgb => pow((code + 0.055) / 1.055, 2.4),
            Curve::Linear => code,
            Curve::Gamma(gamma) => pow(code, gamma),
            Curve::St428 => pow(code, 2.6) * (52.37 / 48.0),
            Curve::Pq => {
                let power = pow(code, 1.0 / PQ_M2);
                pow((power - PQ_C1).max(0.0) / (PQ_C2 - PQ_C3 * power), 1.0 / PQ_M1)
            }
            Curve::Hlg if code <= 0.5 => code * code / 3.0,
            Curve::Hlg => (exp((code - hlg_c()) / HLG_A) + HLG_B) / 12.0,
        }
    }

    /// The inverse of [`Curve::decode`].
    pub(crate) fn encode(self, light: f64) -> f64 {
        match self {
            Curve::Itu709 if light < B709 => light * 4.5,
            Curve::Itu709 => A709 * pow(light, 0.45) - (A709 - 1.0),
            Curve::Smpte240M if light < B240 => light * 4.0,
            Curve::Smpte240M => A240 * pow(light, 0.45) - (A240 - 1.0),
            Curve::Srgb if light <= 0.0031308 => light * 12.92,
            Curve::Srgb => 1.055 * pow(light, 1.0 / 2.4) - 0.055,
            Curve::Linear => light,
            Curve::Gamma(gamma) => pow(light, 1.0 / gamma),
            Curve::St428 => pow(light * (48.0 / 52.37), 1.0 / 2.6),
            Curve::Pq => {
                let power = pow(light, PQ_M1);
                pow((PQ_C1 + PQ_C2 * power) / (1.0 + PQ_C3 * power), PQ_M2)
            }
            Curve::Hlg if light <= 1.0 / 12.0 => pow(3.0 * light, 0.5),
            Curve::Hlg => HLG_A * ln(12.0 * light - HLG_B) + hlg_c(),
        }
    }

    /// Code to display light in units of SDR white. HLG yields scene light: its display light
    /// depends on all three channels (see [`super::plan`]).
    pub(crate) fn display_light(self, code: f64) -> f64 {
        match self {
            Curve::Itu709 | Curve::Smpte240M => pow(code, 2.4),
            Curve::Pq => self.decode(code) * (PQ_PEAK / REFERENCE_WHITE),
            _ => self.decode(code),
        }
    }

    /// The inverse of [`Curve::display_light`].
    pub(crate) fn display_code(self, light: f64) -> f64 {
        match self {
            Curve::Itu709 | Curve::Smpte240M => pow(light, 1.0 / 2.4),
            Curve::Pq => self.encode(light * (REFERENCE_WHITE / PQ_PEAK)),
            _ => self.encode(light),
        }
    }
}

// SMPTE ST 2084:2014, clause 5.
const PQ_M1: f64 = 2610.0 / 16384.0;
const PQ_M2: f64 = 2523.0 / 4096.0 * 128.0;
const PQ_C1: f64 = 3424.0 / 4096.0;
const PQ_C2: f64 = 2413.0 / 4096.0 * 32.0;
const PQ_C3: f64 = 2392.0 / 4096.0 * 32.0;

// ITU-R BT.2100-2, table 5.
const HLG_A: f64 = 0.178_832_77;
const HLG_B: f64 = 1.0 - 4.0 * HLG_A;

fn hlg_c() -> f64 {
    0.5 - HLG_A * ln(4.0 * HLG_A)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Curve; 8] = [
        Curve::Itu709,
        Curve::Smpte240M,
        Curve::Srgb,
        Curve::Linear,
        Curve::Gamma(2.2),
        Curve::St428,
        Curve::Pq,
        Curve::Hlg,
    ];

    #[test]
    fn encode_undoes_decode() {
        for curve in ALL {
            for step in 0..=1000 {
                let code = f64::from(step) / 1000.0;
                let back = curve.encode(curve.decode(code));
                assert!((back - code).abs() < 2e-5, "{curve:?} {code} {back}");
                let back = curve.display_code(curve.display_light(code));
                assert!((back - code).abs() < 2e-5, "{curve:?} {code} {back}");
            }
        }
    }

    #[test]
    fn published_values() {
        let check =
            |value: f64, expected: f64| assert!((value - expected).abs() < 5e-5, "{value} {expected}");
        // ITU-R BT.2408-7, table 1 and Report BT.2390: PQ codes of known luminances.
        check(Curve::Pq.encode(0.0), 0.0);
        check(Curve::Pq.encode(0.01), 0.5081);
        check(Curve::Pq.encode(203.0 / 10000.0), 0.5807);
        check(Curve::Pq.encode(0.1), 0.7518);
        check(Curve::Pq.encode(0.4), 0.9026);
        check(Curve::Pq.encode(1.0), 1.0);
        // ITU-R BT.2100-2, table 5.
        check(Curve::Hlg.encode(1.0 / 12.0), 0.5);
        check(Curve::Hlg.encode(1.0), 1.0);
        check(Curve::Hlg.encode(0.26496), 0.75);
        // ISO/IEC 23091-2, code point 1: 18 % grey and the straight piece.
        check(Curve::Itu709.encode(0.18), 0.4088);
        check(Curve::Itu709.encode(0.018), 0.0810);
        // IEC 61966-2-1.
        check(Curve::Srgb.encode(0.18), 0.4614);
        check(Curve::Srgb.decode(0.5), 0.2140);
        // SMPTE ST 428-1: 48 cd/m2 has code 3960 of 4095.
        check(Curve::St428.encode(1.0), 3960.0 / 4095.0);
    }
}
