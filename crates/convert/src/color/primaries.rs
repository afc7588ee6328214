//! Chromaticities of the primaries and the matrices that follow from them.

use super::matrix::Matrix;

/// CIE 1931 x, y of red, green, blue and white.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chromaticities {
    /// Red.
    pub red: (f64, f64),
    /// Green.
    pub green: (f64, f64),
    /// Blue.
    pub blue: (f64, f64),
    /// White point.
    pub white: (f64, f64),
}

const D65: (f64, f64) = (0.3127, 0.3290);
const DCI_WHITE: (f64, f64) = (0.314, 0.351);

/// ITU-R BT.709 and IEC 61966-2-1.
pub const ITU_R_709: Chromaticities =
    Chromaticities { red: (0.640, 0.330), green: (0.300, 0.600), blue: (0.150, 0.060), white: D65 };
/// EBU Tech 3213, ITU-R BT.601 with 625 lines.
pub const EBU_3213: Chromaticities =
    Chromaticities { red: (0.640, 0.330), green: (0.290, 0.600), blue: (0.150, 0.060), white: D65 };
/// SMPTE RP 145 ("SMPTE C"), ITU-R BT.601 with 525 lines, SMPTE 240M.
pub const SMPTE_C: Chromaticities =
    Chromaticities { red: (0.630, 0.340), green: (0.310, 0.595), blue: (0.155, 0.070), white: D65 };
/// ITU-R BT.2020 and BT.2100.
pub const ITU_R_2020: Chromaticities =
    Chromaticities { red: (0.708, 0.292), green: (0.170, 0.797), blue: (0.131, 0.046), white: D65 };
/// SMPTE RP 431-2 with its own white.
pub const DCI_P3: Chromaticities =
    Chromaticities { red: (0.680, 0.320), green: (0.265, 0.690), blue: (0.150, 0.060), white: DCI_WHITE };
/// SMPTE EG 432-1.
pub const P3_D65: Chromaticities = Chromaticities { white: D65, ..DCI_P3 };
/// EBU Tech 3213-E "P22" phosphors as H.273 code point 22 lists them.
pub const P22: Chromaticities =
    Chromaticities { red: (0.630, 0.340), green: (0.295, 0.605), blue: (0.155, 0.077), white: D65 };

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
const BRADFORD: Matrix = Matrix([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]);

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
            conversion(ITU_R_709, ITU_R_2020).unwrap(),
            [[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]],
        );
        // ITU-R BT.2407-0, clause 2.
        check(
            conversion(ITU_R_2020, ITU_R_709).unwrap(),
            [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]],
        );
        // IEC 61966-2-1 and SMPTE EG 432-1: luminance rows.
        let luminance = |primaries: Chromaticities| primaries.to_xyz().unwrap().0[1];
        let close = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 6e-5);
        assert!(close(luminance(ITU_R_709), [0.2126, 0.7152, 0.0722]));
        assert!(close(luminance(ITU_R_2020), [0.2627, 0.6780, 0.0593]));
        assert!(close(luminance(P3_D65), [0.2290, 0.6917, 0.0793]));
        assert!(close(luminance(DCI_P3), [0.2095, 0.7216, 0.0689]));
    }

    #[test]
    fn white_stays_white() {
        for from in [ITU_R_709, EBU_3213, SMPTE_C, ITU_R_2020, DCI_P3, P3_D65, P22] {
            for to in [ITU_R_709, DCI_P3, ITU_R_2020] {
                let white = conversion(from, to).unwrap().apply([1.0; 3]);
                assert!(white.iter().all(|channel| (channel - 1.0).abs() < 1e-9));
            }
        }
    }
}
