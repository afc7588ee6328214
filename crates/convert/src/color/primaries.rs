//! Chromaticities of the primaries and the matrices that follow from them.

use vitascope_core::ColorPrimaries;

use super::icc::D50;
use super::matrix::Matrix;

/// CIE 1931 x, y of red, green, blue and white.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Chromaticities {
    /// Red.
    pub red: (f64, f64),
    /// Green.
    pub green: (f64, f64),
    /// Blue.
    pub blue: (f64, f64),
    /// White point.
    pub white: (f64, f64),
}

impl From<ColorPrimaries> for Chromaticities {
    fn from(primaries: ColorPrimaries) -> Chromaticities {
        let [red, green, blue, white] = primaries.chromaticities();
        Chromaticities { red, green, blue, white }
    }
}

impl Chromaticities {
    /// Linear R, G, B to CIE X, Y, Z with Y = 1 for white (SMPTE RP 177).
    pub(crate) fn to_xyz(self) -> Option<Matrix> {
        let xyz = |(x, y): (f64, f64)| [x / y, 1.0, (1.0 - x - y) / y];
        let (r, g, b) = (xyz(self.red), xyz(self.green), xyz(self.blue));
        let columns = Matrix([[r[0], g[0], b[0]], [r[1], g[1], b[1]], [r[2], g[2], b[2]]]);
        let scale = columns.inverse()?.apply(xyz(self.white));
        Some(Matrix(columns.0.map(|row| [row[0] * scale[0], row[1] * scale[1], row[2] * scale[2]])))
    }
}

/// The Bradford matrix from X, Y, Z to sharpened cone responses.
const BRADFORD: Matrix =
    Matrix([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]);

/// Linear R, G, B in `from` to linear R, G, B in `to`; white stays white (Bradford adaptation).
pub(crate) fn conversion(from: Chromaticities, to: Chromaticities) -> Option<Matrix> {
    let mut xyz = from.to_xyz()?;
    if from.white != to.white {
        let cone = |(x, y): (f64, f64)| BRADFORD.apply([x / y, 1.0, (1.0 - x - y) / y]);
        let (old, new) = (cone(from.white), cone(to.white));
        let mut gain = Matrix::IDENTITY;
        for channel in 0..3 {
            gain.0[channel][channel] = new[channel] / old[channel];
        }
        xyz = BRADFORD.inverse()?.after(&gain).after(&BRADFORD).after(&xyz);
    }
    Some(to.to_xyz()?.inverse()?.after(&xyz))
}

/// Linear R, G, B to X, Y, Z relative to the white of D50, the connection space of ICC profiles.
pub(crate) fn to_d50(from: Chromaticities) -> Option<Matrix> {
    let cone = |xyz: [f64; 3]| BRADFORD.apply(xyz);
    let (x, y) = from.white;
    let (old, new) = (cone([x / y, 1.0, (1.0 - x - y) / y]), cone(D50));
    let mut gain = Matrix::IDENTITY;
    for channel in 0..3 {
        gain.0[channel][channel] = new[channel] / old[channel];
    }
    Some(BRADFORD.inverse()?.after(&gain).after(&BRADFORD).after(&from.to_xyz()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(matrix: Matrix, expected: [[f64; 3]; 3]) {
        for (row, expected) in matrix.0.iter().flatten().zip(expected.iter().flatten()) {
            assert!((row - expected).abs() < 6e-5, "{matrix:?}");
        }
    }

    #[test]
    fn published_matrices() {
        // ITU-R BT.2087-0, table 1 (M2).
        check(
            conversion(ColorPrimaries::Itu709.into(), ColorPrimaries::Itu2020.into()).unwrap(),
            [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]],
        );
        // ITU-R BT.2407-0, clause 2.
        check(
            conversion(ColorPrimaries::Itu2020.into(), ColorPrimaries::Itu709.into()).unwrap(),
            [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
        );
        // IEC 61966-2-1 and SMPTE EG 432-1: luminance rows.
        let luminance = |primaries: Chromaticities| primaries.to_xyz().unwrap().0[1];
        let close = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 6e-5);
        assert!(close(luminance(ColorPrimaries::Itu709.into()), [0.2126, 0.7152, 0.0722]));
        assert!(close(luminance(ColorPrimaries::Itu2020.into()), [0.2627, 0.6780, 0.0593]));
        assert!(close(luminance(ColorPrimaries::P3D65.into()), [0.2290, 0.6917, 0.0793]));
        assert!(close(luminance(ColorPrimaries::DciP3.into()), [0.2095, 0.7216, 0.0689]));
    }

    #[test]
    fn white_stays_white() {
        for &from in ColorPrimaries::ALL {
            for &to in ColorPrimaries::ALL {
                let white = conversion(from.into(), to.into()).unwrap().apply([1.0; 3]);
                assert!(white.iter().all(|channel| (channel - 1.0).abs() < 1e-9));
            }
        }
    }
}
