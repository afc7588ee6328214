//! ICC profiles of RGB devices (ICC.1:2022): the way from device codes to light and back.
//!
//! The profile connection space is CIE X, Y, Z relative to the white of D50, with Y = 1 for white.

mod cube;
mod grid;
mod lut;
mod tone;

pub(crate) use cube::Cube;

use moxcms::{ColorProfile, DataColorSpace, LutWarehouse, ProfileClass, RenderingIntent, Xyzd};

use super::matrix::Matrix;
use crate::error::{Error, Result};
pub(crate) use lut::D50;
use lut::Lut;
pub(crate) use tone::Tone;

/// Longest profile that is read, in bytes.
const LENGTH_LIMIT: usize = 8 << 20;

/// A profile of an RGB device.
#[derive(Clone, Debug)]
pub(crate) enum Profile {
    /// A curve for each channel, and the colours of the primaries.
    Matrix {
        /// Codes to linear R, G, B.
        curves: Box<[Tone; 3]>,
        /// Linear R, G, B to X, Y, Z.
        to_xyz: Matrix,
    },
    /// Tables in both directions, as far as they are there.
    Lut {
        /// Codes to the connection space.
        to_pcs: Option<Box<Lut>>,
        /// The connection space to codes.
        from_pcs: Option<Box<Lut>>,
    },
}

impl Profile {
    /// Reads a profile.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Profile> {
        read(bytes)
            .map_err(|why| Error::ColorConversion(format!("ICC profile of {} bytes: {why}", bytes.len())))
    }

    /// X, Y, Z of codes of 0 to 1; `None` when the profile has no table for it.
    pub(crate) fn to_xyz(&self, codes: [f64; 3]) -> Option<[f64; 3]> {
        match self {
            Profile::Matrix { curves, to_xyz } => {
                let light = std::array::from_fn(|channel| curves[channel].value(codes[channel]));
                Some(to_xyz.apply(light))
            }
            Profile::Lut { to_pcs, .. } => to_pcs.as_ref().map(|lut| lut.to_xyz(codes)),
        }
    }

    /// Codes for X, Y, Z; `None` when the profile has no table for it.
    pub(crate) fn to_codes(&self, xyz: [f64; 3]) -> Option<[f64; 3]> {
        match self {
            Profile::Matrix { curves, to_xyz } => {
                let light = to_xyz.inverse()?.apply(xyz);
                Some(std::array::from_fn(|channel| curves[channel].inverse(light[channel])))
            }
            Profile::Lut { from_pcs, .. } => from_pcs.as_ref().map(|lut| lut.to_codes(xyz)),
        }
    }
}

/// Whether a profile can be converted to; the error says why not.
///
/// # Errors
/// [`Error::ColorConversion`] with the profile's length and what is wrong with it.
pub fn check_icc_profile(bytes: &[u8]) -> Result<()> {
    match Profile::parse(bytes)?.to_codes([0.5; 3]) {
        Some(_) => Ok(()),
        None => Err(Error::ColorConversion(format!(
            "ICC profile of {} bytes: it has no table from the connection space to the device",
            bytes.len()
        ))),
    }
}

fn read(bytes: &[u8]) -> std::result::Result<Profile, String> {
    if bytes.len() > LENGTH_LIMIT {
        return Err(format!("up to {LENGTH_LIMIT} bytes are accepted"));
    }
    let profile = ColorProfile::new_from_slice(bytes).map_err(|error| error.to_string())?;
    if profile.color_space != DataColorSpace::Rgb {
        return Err(format!("its device space is {:?}; RGB is accepted", profile.color_space));
    }
    if !matches!(profile.pcs, DataColorSpace::Xyz | DataColorSpace::Lab) {
        return Err(format!("its connection space is {:?}; XYZ and Lab are accepted", profile.pcs));
    }
    let device = [
        ProfileClass::InputDevice,
        ProfileClass::DisplayDevice,
        ProfileClass::OutputDevice,
        ProfileClass::ColorSpace,
    ];
    if !device.contains(&profile.profile_class) {
        return Err(format!(
            "its class is {:?}; input, display, output and colour space are accepted",
            profile.profile_class
        ));
    }
    let lab = profile.pcs == DataColorSpace::Lab;
    let to_pcs =
        [&profile.lut_a_to_b_perceptual, &profile.lut_a_to_b_colorimetric, &profile.lut_a_to_b_saturation];
    let from_pcs =
        [&profile.lut_b_to_a_perceptual, &profile.lut_b_to_a_colorimetric, &profile.lut_b_to_a_saturation];
    if to_pcs.iter().chain(&from_pcs).any(|lut| lut.is_some()) {
        let lut = |tables: [&Option<LutWarehouse>; 3], to_pcs: bool| {
            let table = of_intent(profile.rendering_intent, tables);
            table.map(|table| Lut::new(table, to_pcs, lab).map(Box::new)).transpose()
        };
        return Ok(Profile::Lut { to_pcs: lut(to_pcs, true)?, from_pcs: lut(from_pcs, false)? });
    }
    let curve = |curve: &Option<moxcms::ToneReprCurve>, name: &str| {
        let curve = curve.as_ref().ok_or_else(|| format!("it has no {name} curve and no tables"))?;
        Tone::new(curve).map_err(|why| format!("its {name} curve {why}"))
    };
    let curves = Box::new([
        curve(&profile.red_trc, "red")?,
        curve(&profile.green_trc, "green")?,
        curve(&profile.blue_trc, "blue")?,
    ]);
    let column = |colorant: Xyzd| [colorant.x, colorant.y, colorant.z];
    let [r, g, b] = [profile.red_colorant, profile.green_colorant, profile.blue_colorant].map(column);
    let to_xyz = Matrix([[r[0], g[0], b[0]], [r[1], g[1], b[1]], [r[2], g[2], b[2]]]);
    let finite = to_xyz.0.iter().flatten().all(|value| value.is_finite());
    let inverse = to_xyz.inverse().filter(|_| finite);
    inverse.ok_or("its primaries do not span a space of colours")?;
    Ok(Profile::Matrix { curves, to_xyz })
}

/// The table of the profile's intent; if that lacks, another.
fn of_intent(intent: RenderingIntent, tables: [&Option<LutWarehouse>; 3]) -> Option<&LutWarehouse> {
    let first = match intent {
        RenderingIntent::Perceptual => 0,
        RenderingIntent::RelativeColorimetric | RenderingIntent::AbsoluteColorimetric => 1,
        RenderingIntent::Saturation => 2,
    };
    [first, 0, 1, 2].into_iter().find_map(|index| tables[index].as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn srgb() -> Vec<u8> {
        ColorProfile::new_srgb().encode().unwrap()
    }

    #[test]
    fn srgb_is_srgb() {
        let profile = Profile::parse(&srgb()).unwrap();
        // The colorants of sRGB adapted to D50 (IEC 61966-2-1, annex F), and 18 % grey.
        for (codes, expected) in [
            ([1.0, 0.0, 0.0], [0.4361, 0.2225, 0.0139]),
            ([0.0, 1.0, 0.0], [0.3851, 0.7169, 0.0971]),
            ([0.0, 0.0, 1.0], [0.1431, 0.0606, 0.7139]),
            ([1.0, 1.0, 1.0], [0.9642, 1.0, 0.8249]),
            ([0.4614; 3], [0.1736, 0.18, 0.1485]),
        ] {
            let xyz = profile.to_xyz(codes).unwrap();
            assert!(xyz.iter().zip(expected).all(|(a, b)| (a - b).abs() < 6e-4), "{codes:?}: {xyz:?}");
            let back = profile.to_codes(xyz).unwrap();
            assert!(back.iter().zip(codes).all(|(a, b)| (a - b).abs() < 1e-6), "{codes:?}: {back:?}");
        }
        check_icc_profile(&srgb()).unwrap();
    }

    #[test]
    fn damage_is_refused_by_name_and_never_panics() {
        let whole = srgb();
        for length in 0..whole.len() {
            let _ = Profile::parse(&whole[..length]);
        }
        let error = check_icc_profile(&whole[..100]).unwrap_err();
        assert!(error.to_string().contains("100 bytes") && error.status() == -12918, "{error}");
        let mut state = 9u32;
        for _ in 0..20000 {
            let mut bytes = whole.clone();
            for _ in 0..3 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let place = (state >> 8) as usize % bytes.len();
                bytes[place] = (state >> 3) as u8;
            }
            if let Ok(profile) = Profile::parse(&bytes) {
                let _ = profile.to_xyz([0.3, 0.5, 0.7]).and_then(|xyz| profile.to_codes(xyz));
            }
        }
        assert!(check_icc_profile(&vec![0; LENGTH_LIMIT + 1]).is_err());
        assert!(check_icc_profile(&ColorProfile::new_gray_with_gamma(2.2).encode().unwrap()).is_err());
    }
}
