//! Luma and colour differences from R'G'B' and back.

use vitascope_core::YCbCrMatrix;

use super::matrix::Matrix;

/// Weights of red and blue in luma; green has the rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct LumaWeights {
    /// Red's weight.
    pub red: f64,
    /// Blue's weight.
    pub blue: f64,
}

impl From<YCbCrMatrix> for LumaWeights {
    fn from(matrix: YCbCrMatrix) -> LumaWeights {
        let (red, blue) = matrix.luma_weights();
        LumaWeights { red, blue }
    }
}

impl LumaWeights {
    /// R'G'B' to Y'CbCr, colour differences in -0.5 to 0.5.
    pub(crate) fn to_ycbcr(self) -> Matrix {
        let (r, b) = (self.red, self.blue);
        let g = 1.0 - r - b;
        let (cb, cr) = (2.0 * (1.0 - b), 2.0 * (1.0 - r));
        Matrix([[r, g, b], [-r / cb, -g / cb, 0.5], [0.5, -g / cr, -b / cr]])
    }

    /// Y'CbCr to R'G'B'.
    pub(crate) fn to_rgb(self) -> Matrix {
        let (r, b) = (self.red, self.blue);
        let g = 1.0 - r - b;
        let (cb, cr) = (2.0 * (1.0 - b), 2.0 * (1.0 - r));
        Matrix([[1.0, 0.0, cr], [1.0, -b * cb / g, -r * cr / g], [1.0, cb, 0.0]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_undo_each_other() {
        for weights in YCbCrMatrix::ALL.iter().map(|&matrix| LumaWeights::from(matrix)) {
            assert!(weights.to_rgb().after(&weights.to_ycbcr()).is_identity());
        }
    }

    #[test]
    fn coefficients_of_bt_709() {
        let rows = LumaWeights::from(YCbCrMatrix::Itu709).to_rgb().0;
        for (value, expected) in
            [(rows[0][2], 1.5748), (rows[1][1], -0.1873), (rows[1][2], -0.4681), (rows[2][1], 1.8556)]
        {
            assert!((value - expected).abs() < 5e-5);
        }
    }
}
